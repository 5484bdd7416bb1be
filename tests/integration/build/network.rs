//! What steps reach: the world as containers do, and no more than they are allowed.

use super::project::Project;
use crate::support::peer::{self, Outside, host_ipv4};
use crate::support::{Rcon, until};

/// A project on an image with the peer, and a peer that serves on the host.
struct Scene {
    project: Project,
    outside: Outside,
    host: String,
}

impl Scene {
    fn new() -> Self {
        let host = host_ipv4().expect("the host has an address that is not on its loopback").to_string();
        Self { project: Project::of(Rcon::new(), peer::image(), ""), outside: Outside::start(), host }
    }

    /// What a step prints that asks the peer on the host.
    #[track_caller]
    fn asks(&self, run: &str, flags: &[&str]) -> String {
        let ask = format!("peer ask tcp {} {} 'say hello'", self.host, self.outside.port);
        self.prints(&format!("{run} {ask}"), flags)
    }

    /// What the step `RUN …` prints into a file of the image.
    #[track_caller]
    fn prints(&self, run: &str, flags: &[&str]) -> String {
        self.project.dockerfile(&format!("FROM base\nRUN {run} > /said 2>&1; true\n"));
        let words: Vec<&str> = ["-t", "built", "--no-cache"].iter().chain(flags).copied().collect();
        self.project.id(words);
        self.project.shell("cat /said")
    }
}

#[test]
fn a_step_reaches_the_outside() {
    let scene = Scene::new();
    assert_eq!(scene.asks("", &[]), "hello");
    assert_eq!(scene.asks("", &["--network", "bridge"]), "hello");
    scene.project.is_sound();
}

#[test]
fn without_a_network_there_is_only_the_loopback() {
    let scene = Scene::new();
    assert_eq!(scene.asks("--network=none", &[]), "unreachable");
    assert_eq!(scene.asks("", &["--network", "none"]), "unreachable");
    assert_eq!(scene.prints("--network=none ls /sys/class/net", &[]), "lo");
}

#[test]
fn the_hosts_network_needs_leave() {
    let scene = Scene::new();
    assert_eq!(scene.asks("--network=host", &["--allow", "network.host"]), "hello");
    let own = std::fs::read_link("/proc/self/ns/net").unwrap();
    let seen = scene.prints("--network=host readlink /proc/self/ns/net", &["--allow", "network.host"]);
    assert_eq!(seen, own.to_str().unwrap());
    scene.project.dockerfile("FROM base\nRUN --network=host true\n");
    scene.project.build([""; 0]).exits(1).stderr_has("--allow network.host");
}

#[test]
fn containers_of_a_network_are_reached_by_name() {
    let scene = Scene::new();
    let rcon = &scene.project.rcon;
    rcon.run(["network", "create", "n"]).exits(0);
    let id = rcon.run(["run", "-d", "--network", "n", "--name", "server", "base"]).succeeds();
    until("the peer serves", || rcon.run(["logs", &id]).printed().contains("serves"));
    let address = rcon.address("server");
    let ask = format!("peer ask tcp {address} {} 'say hello'", peer::PORT);
    assert_eq!(scene.prints(&ask, &["--network", "n"]), "hello");
    let resolved = scene.prints("nslookup server", &["--network", "n"]);
    assert!(resolved.contains(&address), "{resolved}");
    let resolved = scene.prints("nslookup server", &[]);
    assert!(!resolved.contains(&address), "{resolved}");
    scene.project.dockerfile("FROM base\nRUN true\n");
    scene.project.build(["--network", "nonesuch", "--no-cache"]).exits(1).stderr_has("nonesuch");
    rcon.run(["rm", "-f", "server"]).exits(0);
    // Nobody is left on it.
    rcon.run(["network", "rm", "n"]).exits(0);
    scene.project.is_sound();
}

#[test]
fn hosts_that_are_added_are_known_and_forgotten() {
    let scene = Scene::new();
    let flags = ["--add-host", "here:10.1.2.3", "--add-host", "six=fd00::1"];
    let hosts = scene.prints("grep -E '10.1.2.3|fd00::1' /etc/hosts | tr '\\t' ' '", &flags);
    assert_eq!(hosts, "10.1.2.3 here\nfd00::1 six");
    let left = scene.project.rcon.run(["run", "--rm", "built", "grep", "-c", "here", "/etc/hosts"]);
    left.exits(1).stdout("0\n");
    assert_eq!(scene.prints("hostname", &[]), "buildkitsandbox");
}

#[test]
fn egress_rules_are_those_of_run() {
    let scene = Scene::new();
    assert_eq!(scene.asks("", &["--egress", "deny"]), "unreachable");
    let allow = format!("allow={}", scene.host);
    assert_eq!(scene.asks("", &["--egress", &allow]), "hello");
    assert_eq!(scene.asks("", &["--egress", "allow=192.0.2.1"]), "unreachable");
    scene.project.is_sound();
}

/// Addresses of steps that run are taken.
#[test]
fn steps_side_by_side_have_addresses_of_their_own() {
    let scene = Scene::new();
    let stage = |name: &str| {
        format!(
            "FROM base AS {name}\nRUN --mount=type=cache,id=m,target=/m ip -4 addr show eth0 | grep -o 'inet [0-9.]*' > /own; \
             touch /m/{name}; for i in $(seq 200); do [ $(ls /m | wc -l) = 4 ] && break; sleep 0.1; done\n"
        )
    };
    let stages: String = ["a", "b", "c", "d"].map(stage).concat();
    let copies: String =
        ["a", "b", "c", "d"].map(|name| format!("COPY --from={name} /own /{name}\n")).concat();
    scene.project.dockerfile(&format!("{stages}FROM base\n{copies}"));
    scene.project.id(["-t", "built"]);
    let addresses =
        scene.project.shell("cat /a /b /c /d | sort -u | wc -l; ls /sys/class/net | tr '\\n' ' '");
    assert_eq!(addresses, "4\neth0 lo");
    scene.project.is_sound();
}
