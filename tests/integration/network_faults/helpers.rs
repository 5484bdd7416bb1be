//! The processes that serve networks are seen by name, and have no power but what they need.

use super::{Scene, is_pasta, name_of, processes_in};

/// A line of a process's status.
fn status(pid: i32, key: &str) -> String {
    let text = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let line = text.lines().find_map(|line| line.strip_prefix(key));
    line.unwrap_or_else(|| panic!("{pid} has no {key}")).trim().to_owned()
}

const NOTHING: &str = "0000000000000000";
/// NET_ADMIN and NET_RAW: to speak in the names of clients.
const OF_PORTS: &str = "0000000000003000";

#[test]
fn every_process_that_serves_networks_is_listed_and_confined() {
    let scene = Scene::with(&["--egress", "log"]);
    scene.works();
    let expected = [("rcon-uplink", 1, NOTHING), ("rcon-names", 2, NOTHING), ("rcon-ports", 1, OF_PORTS)];
    for (name, count, power) in expected {
        let found = scene.named(name);
        assert_eq!(found.len(), count, "{name}: {found:?}");
        for pid in found {
            for (key, value) in [
                ("CapEff:", power),
                ("CapPrm:", power),
                ("CapInh:", NOTHING),
                ("CapAmb:", NOTHING),
                ("NoNewPrivs:", "1"),
                ("Seccomp:", "2"),
                ("Threads:", "1"),
            ] {
                assert_eq!(status(pid, key), value, "{name} {key}");
            }
        }
    }
    // Beside them there are two halves of a monitor for each container, and a pasta at most.
    let mut others: Vec<String> = processes_in(&scene.outer).into_iter().map(name_of).collect();
    others.retain(|name| !is_pasta(name) && !expected.iter().any(|(known, ..)| name == known));
    others.sort_unstable();
    assert_eq!(others, ["peer", "peer", "rcon-monitor", "rcon-monitor", "rcon-monitor", "rcon-monitor"]);
}

#[test]
fn a_container_without_network_has_nobody_beside_it() {
    let rcon = crate::support::Rcon::with_peers();
    for network in ["none", "host"] {
        let id = rcon.run(["run", "-d", "--network", network, "peer", "sleep", "1000"]).succeeds();
        let outer = super::namespace(rcon.processes(&id).launcher).expect("the launcher runs");
        let names: Vec<String> = processes_in(&outer).into_iter().map(name_of).collect();
        assert!(
            !names.iter().any(|name| name.contains("rcon-") && name != "rcon-monitor"),
            "{network}: {names:?}"
        );
        rcon.run(["rm", "-f", &id]).exits(0);
    }
}
