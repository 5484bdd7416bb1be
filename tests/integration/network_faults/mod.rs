//! kill -9 of whatever serves networks: others take its place, or the container ends as a whole; and when all
//! containers are removed nothing is left.

mod helpers;
mod kill;
mod traces;

use crate::support::peer::{Outside, PORT, host_ipv4};
use crate::support::{Rcon, kill_hard, lives, until};
use std::path::PathBuf;

/// A store with two containers on one network, of which `web` publishes its port; and a peer on the host.
struct Scene {
    rcon: Rcon,
    outside: Outside,
    host: String,
    /// The port of the host that leads to `web`.
    port: u16,
    /// The user namespace of all of this store's processes.
    outer: PathBuf,
    /// All of them when the scene began.
    first: Vec<i32>,
}

impl Scene {
    fn new() -> Self {
        Self::with(&[])
    }

    /// `web` has these flags as well.
    fn with(flags: &[&str]) -> Self {
        let host = host_ipv4().expect("the host has an address that is not on its loopback").to_string();
        let (rcon, outside) = (Rcon::with_peers(), Outside::start());
        rcon.run(["network", "create", "n"]).exits(0);
        let usual = ["--name", "web", "--network", "n", "-p", "7000/tcp", "-p", "7000/udp"];
        let id = rcon.serves(&[&usual, flags].concat());
        rcon.serves(&["--name", "other", "--network", "n"]);
        let outer = namespace(rcon.processes(&id).launcher).expect("the launcher runs");
        let port = published(&rcon, "tcp");
        let first = processes_in(&outer);
        Self { rcon, outside, host, port, outer, first }
    }

    fn id(&self, container: &str) -> String {
        self.rcon.inspect(container, "{{.Id}}")
    }

    /// The processes of this store with this name, as ps(1) shows it.
    fn named(&self, name: &str) -> Vec<i32> {
        processes_in(&self.outer).into_iter().filter(|pid| name_of(*pid) == name).collect()
    }

    /// Kills the processes of that name; waits until another is there.
    #[track_caller]
    fn kill_and_await(&self, name: &str) {
        let killed = self.named(name);
        assert!(!killed.is_empty(), "there is no {name}");
        killed.iter().copied().for_each(kill_hard);
        until(&format!("another {name} is there"), || {
            let now = self.named(name);
            now.len() == killed.len() && !now.iter().any(|pid| killed.contains(pid))
        });
    }

    /// All that a network is for works, for both containers.
    #[track_caller]
    fn works(&self) {
        self.is_reached();
        for container in ["web", "other"] {
            until(&format!("{container} finds its neighbour"), || {
                let neighbour = if container == "web" { "other" } else { "web" };
                let found = self.rcon.peer(container, &["resolve", "127.0.0.11", neighbour]);
                found == self.rcon.address(neighbour)
                    && self.rcon.asks(container, "tcp", found, PORT) == "hello"
            });
            for kind in ["tcp", "udp"] {
                until(&format!("{container} gets out by {kind}"), || {
                    self.rcon.asks(container, kind, &self.host, self.outside.port) == "hello"
                });
            }
        }
    }

    /// The published ports answer.
    #[track_caller]
    fn is_reached(&self) {
        let udp = published(&self.rcon, "udp");
        for (kind, port) in [("tcp", self.port), ("udp", udp)] {
            until(&format!("the published port answers by {kind}"), || self.answer_at(kind, port) == "hello");
        }
    }

    /// What a client on the host is answered.
    fn answer_at(&self, kind: &str, port: u16) -> String {
        self.rcon.host_peer(&["ask", kind, "127.0.0.1", &port.to_string(), "say hello"])
    }

    /// Nothing of this store runs, listens, or is on record.
    #[track_caller]
    fn has_left_nothing(&self) {
        until("all processes have gone", || {
            processes_in(&self.outer).is_empty() && !self.first.iter().copied().any(lives)
        });
        assert_eq!(self.answer_at("tcp", self.port), "refused");
        assert_eq!(on_record(&self.rcon), [""; 0]);
    }
}

/// The port of the host that leads to `web`.
#[track_caller]
fn published(rcon: &Rcon, kind: &str) -> u16 {
    let told = rcon.run(["port", "web", &format!("7000/{kind}")]).succeeds();
    told.lines().next().and_then(|line| line.rsplit(':').next()?.parse().ok()).expect("a port is published")
}

/// What is on record of networks, without locks, and without what a call was writing when it was killed.
fn on_record(rcon: &Rcon) -> Vec<String> {
    fn below(folder: PathBuf, found: &mut Vec<String>) {
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            match entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                true => below(entry.path(), found),
                false => found.push(entry.path().display().to_string()),
            }
        }
    }
    let mut found = Vec::new();
    below(rcon.path("r/networks"), &mut found);
    below(rcon.path("r/hub"), &mut found);
    found.retain(|path| !path.ends_with("lock") && !path.contains("/.tmp-"));
    found
}

/// The user namespace of a process.
fn namespace(pid: i32) -> Option<PathBuf> {
    std::fs::read_link(format!("/proc/{pid}/ns/user")).ok()
}

/// The processes in a user namespace, and those they started: pumps, and the first ones of containers. Zombies do
/// not count.
fn processes_in(outer: &PathBuf) -> Vec<i32> {
    let entries = std::fs::read_dir("/proc").unwrap().flatten();
    let pids: Vec<i32> = entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok()).collect();
    let inside: Vec<i32> =
        pids.iter().copied().filter(|pid| namespace(*pid).as_ref() == Some(outer)).collect();
    let ours = |pid: &i32| inside.contains(pid) || parent_of(*pid).is_some_and(|pid| inside.contains(&pid));
    pids.into_iter().filter(|pid| ours(pid) && lives(*pid)).collect()
}

fn parent_of(pid: i32) -> Option<i32> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    stat.rsplit(')').next()?.split_whitespace().nth(1)?.parse().ok()
}

/// As ps(1) shows it; empty when it is gone.
fn name_of(pid: i32) -> String {
    std::fs::read_to_string(format!("/proc/{pid}/comm")).unwrap_or_default().trim_end().to_owned()
}

/// pasta, which goes by the name of its program for this processor: `pasta.avx2`, of older ones `passt.avx2`.
fn is_pasta(name: &str) -> bool {
    name.starts_with("pasta") || name.starts_with("passt")
}
