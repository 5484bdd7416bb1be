//! A server in a container sees who its clients are.

use super::address;
use crate::support::peer::{LAN_HOST, PORT, lan};
use crate::support::{Rcon, requires, until};

/// What the server in a container that publishes [`PORT`] sees of a client on the network beside the host.
#[track_caller]
fn seen(rcon: &Rcon, container: &str, kind: &str, six: bool) -> String {
    let port = port_of(rcon, container, kind, six);
    let lan = lan().unwrap();
    let to = if six { LAN_HOST.1.to_string() } else { LAN_HOST.0.to_string() };
    let words = ["ask", "tcp", &lan.0.to_string(), &PORT.to_string(), &format!("ask {kind} {to} {port} who")];
    let told = rcon.host_peer(&words);
    address(&told).to_owned()
}

#[track_caller]
fn port_of(rcon: &Rcon, container: &str, kind: &str, six: bool) -> u16 {
    let told = rcon.run(["port", container, &format!("{PORT}/{kind}")]).succeeds();
    let line = told.lines().find(|line| line.starts_with('[') == six);
    let line = line.unwrap_or_else(|| panic!("nothing is published: {told}"));
    line.rsplit(':').next().unwrap().parse().unwrap()
}

const PUBLISHED: [&str; 4] = ["-p", "7000/tcp", "-p", "7000/udp"];

/// Both protocols over IPv4 and IPv6 show the client, on this network.
#[track_caller]
fn clients_are_seen(rcon: &Rcon, network: &str, families: &[bool]) {
    let id = rcon.serves(&[&["--network", network][..], &PUBLISHED].concat());
    let (four, six) = lan().unwrap();
    for kind in ["tcp", "udp"] {
        for family in families {
            let client = if *family { six.to_string() } else { four.to_string() };
            assert_eq!(seen(rcon, &id, kind, *family), client, "{network} {kind}");
        }
    }
    rcon.run(["rm", "-f", &id]).exits(0);
}

#[test]
fn on_the_default_network() {
    requires!(lan);
    clients_are_seen(&Rcon::with_peers(), "bridge", &[false]);
}

#[test]
fn on_a_network_of_the_users() {
    requires!(lan);
    let rcon = Rcon::with_peers();
    rcon.run(["network", "create", "mine"]).exits(0);
    clients_are_seen(&rcon, "mine", &[false]);
}

#[test]
fn on_a_network_with_ipv6() {
    requires!(lan);
    let rcon = Rcon::with_peers();
    rcon.run(["network", "create", "--ipv6", "mine"]).exits(0);
    clients_are_seen(&rcon, "mine", &[false, true]);
}

#[test]
fn on_two_networks_and_after_the_first_was_left() {
    requires!(lan);
    let rcon = Rcon::with_peers();
    for network in ["one", "two"] {
        rcon.run(["network", "create", network]).exits(0);
    }
    let flags = ["--name", "web", "--network", "one", "--network", "two"];
    rcon.serves(&[&flags[..], &PUBLISHED].concat());
    let client = lan().unwrap().0.to_string();
    for kind in ["tcp", "udp"] {
        assert_eq!(seen(&rcon, "web", kind, false), client, "{kind}");
    }
    rcon.run(["network", "disconnect", "one", "web"]).exits(0);
    for kind in ["tcp", "udp"] {
        until(&format!("the client is seen by {kind}"), || seen(&rcon, "web", kind, false) == client);
    }
}

#[test]
fn under_rules_that_let_nothing_out() {
    requires!(lan);
    let rcon = Rcon::with_peers();
    let id = rcon.serves(&[&["--egress", "deny"][..], &PUBLISHED].concat());
    for kind in ["tcp", "udp"] {
        assert_eq!(seen(&rcon, &id, kind, false), lan().unwrap().0.to_string(), "{kind}");
    }
    let to = lan().unwrap().0;
    assert_eq!(rcon.asks(&id, "tcp", to, PORT), "unreachable");
}

#[test]
fn after_the_server_of_ports_was_killed() {
    requires!(lan);
    let rcon = Rcon::with_peers();
    let id = rcon.serves(&PUBLISHED);
    let launcher = rcon.processes(&id).launcher;
    let children = std::fs::read_to_string(format!("/proc/{launcher}/task/{launcher}/children")).unwrap();
    let is_ports = |pid: &&str| {
        std::fs::read_to_string(format!("/proc/{pid}/comm")).is_ok_and(|name| name == "rcon-ports\n")
    };
    let ports = children.split_whitespace().find(is_ports).expect("rcon-ports runs");
    crate::support::kill_hard(ports.parse().unwrap());
    for kind in ["tcp", "udp"] {
        until(&format!("the client is seen by {kind}"), || {
            seen(&rcon, &id, kind, false) == lan().unwrap().0.to_string()
        });
    }
}

#[test]
fn on_an_internal_network_the_world_finds_nobody() {
    requires!(lan);
    let rcon = Rcon::with_peers();
    rcon.run(["network", "create", "--internal", "shut"]).exits(0);
    let id = rcon.serves(&[&["--network", "shut"][..], &PUBLISHED].concat());
    assert_eq!(rcon.run(["port", &id]).succeeds(), "", "docker publishes nothing there");
}
