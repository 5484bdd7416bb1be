//! Addresses: asked for, handed out, never twice, free again.

use super::{address, with_server};
use crate::support::{Rcon, at_once, kill_hard, until};
use std::collections::BTreeSet;

fn with_network(flags: &[&str]) -> Rcon {
    let rcon = with_server();
    rcon.run(["network", "create"].iter().chain(flags).chain(&["mine"])).exits(0);
    rcon
}

#[test]
fn twenty_starts_at_once_have_twenty_addresses() {
    let rcon = with_network(&["--subnet", "10.81.0.0/24"]);
    let shown = at_once(20, |number| {
        let name = format!("c{number}");
        rcon.sleeper(["--name", &name, "--network", "mine"]);
        let told = address(&rcon, &name, "mine");
        let seen =
            rcon.run(["exec", &name, "sh", "-c", "ip -o -4 a show eth0 | awk '{print $4}'"]).succeeds();
        assert_eq!(seen, format!("{told}/24"));
        told
    });
    let all: BTreeSet<&String> = shown.iter().collect();
    assert_eq!(all.len(), 20, "{shown:?}");
    let hardware =
        rcon.run(["network", "inspect", "-f", "{{range .Containers}}{{.MacAddress}} {{end}}", "mine"]);
    let hardware = hardware.succeeds();
    let all: BTreeSet<&str> = hardware.split_ascii_whitespace().collect();
    assert_eq!(all.len(), 20, "{hardware}");
    // All reach the one that started last: there is one hub, and one bridge.
    at_once(20, |number| {
        let words = [
            "exec",
            &format!("c{number}"),
            "sh",
            "-c",
            "seen ping $(nslookup -type=a c19 | sed -n 's/^Address: //p')",
        ];
        rcon.run(words).exits(0);
    });
}

#[test]
fn the_first_starts_at_once_make_one_hub() {
    let rcon = with_server();
    at_once(8, |number| rcon.sleeper(["--name", &format!("c{number}")]));
    at_once(8, |number| {
        let to = address(&rcon, &format!("c{}", (number + 1) % 8), "bridge");
        rcon.run(["exec", &format!("c{number}"), "seen", "ping", &to]).exits(0);
    });
}

#[test]
fn short_lives_at_once_leave_no_address_taken() {
    // Two addresses for at most two containers at a time, used again and again.
    let rcon = with_network(&["--subnet", "10.82.0.0/24", "--ip-range", "10.82.0.8/31"]);
    at_once(2, |_| {
        for _ in 0..10 {
            let out = rcon.run(["run", "--rm", "--network", "mine", "busybox", "true"]);
            out.exits(0).stderr("");
        }
    });
    let words = ["network", "inspect", "-f", "{{len .Containers}}", "mine"];
    until("all left", || rcon.run(words).succeeds() == "0");
}

#[test]
fn a_full_network_says_so_and_has_room_when_one_leaves() {
    let rcon = with_network(&["--subnet", "10.83.0.0/29"]);
    // 8 addresses, without the first, the last and the gateway's.
    for number in 0..5 {
        rcon.sleeper(["--name", &format!("c{number}"), "--network", "mine"]);
    }
    let run = ["run", "--rm", "--network", "mine", "busybox", "true"];
    let out = rcon.run(run);
    out.exits(125).stderr_has("no available IPv4 addresses on this network's address pools: 10.83.0.0/29");
    rcon.run(["rm", "-f", "c2"]).exits(0);
    rcon.sleeper(["--name", "next", "--network", "mine"]);
    assert_eq!(address(&rcon, "next", "mine"), "10.83.0.4");
}

#[test]
fn an_address_of_a_container_that_was_killed_is_free() {
    let rcon = with_network(&["--subnet", "10.84.0.0/24"]);
    let words = ["--network", "mine", "--ip", "10.84.0.9"];
    let id = rcon.sleeper(words);
    let processes = rcon.processes(&id);
    for pid in [processes.launcher, processes.pump, processes.init] {
        kill_hard(pid);
    }
    let next = rcon.sleeper(words);
    assert_eq!(address(&rcon, &next, "mine"), "10.84.0.9");
}

#[test]
fn what_is_asked_for_is_given_or_refused() {
    let flags =
        ["--subnet", "10.85.0.0/16", "--gateway", "10.85.0.254", "--aux-address", "router=10.85.0.77"];
    let rcon = with_network(&flags);
    let asked = ["--network", "mine", "--ip", "10.85.3.9", "--mac-address", "92:d0:c6:0a:29:33"];
    rcon.sleeper(["--name", "web"].into_iter().chain(asked));
    let look = "ip -o -4 a show eth0 | awk '{print $4}'; cat /sys/class/net/eth0/address; ip r | awk 'NR == 1 {print $3}'";
    let out = rcon.run(["exec", "web", "sh", "-c", look]);
    out.exits(0).stdout("10.85.3.9/16\n92:d0:c6:0a:29:33\n10.85.0.254\n");
    let template = "{{with .NetworkSettings.Networks.mine}}{{.IPAMConfig.IPv4Address}} {{.IPAddress}} {{.MacAddress}}{{end}}";
    assert_eq!(rcon.inspect("web", template), "10.85.3.9 10.85.3.9 92:d0:c6:0a:29:33");
    for taken in ["10.85.3.9", "10.85.0.254", "10.85.0.77"] {
        let out = rcon.run(["run", "--rm", "--network", "mine", "--ip", taken, "busybox", "true"]);
        out.exits(125).stdout("").stderr_has("Address already in use");
    }
    let out = rcon.run(["run", "--rm", "--network", "mine", "--ip", "10.86.0.1", "busybox", "true"]);
    out.exits(125).stderr_has("no configured subnet or ip-range contain the IP address 10.86.0.1");
    let out = rcon.run(["run", "--rm", "--network", "mine", "--ip6", "fd00::9", "busybox", "true"]);
    out.exits(125).stderr_has("no configured subnet or ip-range contain the IP address fd00::9");
    assert_eq!(rcon.stored().len(), 1, "nothing is left of what was refused");
}

#[test]
fn who_is_refused_an_address_is_created_all_the_same() {
    let rcon = with_network(&["--subnet", "10.86.0.0/24"]);
    rcon.sleeper(["--name", "web", "--network", "mine", "--ip", "10.86.0.9"]);
    let words = ["run", "--name", "late", "--network", "mine", "--ip", "10.86.0.9", "busybox", "true"];
    rcon.run(words).exits(125).stderr_has("Address already in use");
    assert_eq!(rcon.inspect("late", "{{.State.Status}}"), "created");
    rcon.run(["rm", "-f", "web"]).exits(0);
    rcon.run(["start", "-a", "late"]).exits(0);
}

#[test]
fn a_network_in_use_stays() {
    let rcon = with_network(&[]);
    rcon.sleeper(["--name", "web", "--network", "mine"]);
    let out = rcon.run(["network", "rm", "mine"]);
    out.exits(1)
        .stderr_has("error while removing network: network mine has active endpoints (name:\"web\" id:\"");
    rcon.run(["network", "prune", "-f"]).exits(0).stdout("");
    rcon.run(["rm", "-f", "web"]).exits(0);
    rcon.run(["network", "prune", "-f"]).exits(0).stdout_has("mine\n");
}
