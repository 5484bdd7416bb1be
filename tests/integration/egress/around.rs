//! Attempts to get round the rules, with all power a container can be given.

use super::{STOPPED, Scene};
use crate::support::peer::{PORT, host_ipv6};
use crate::support::until;

/// Power over its own network namespace, and raw sockets.
const POWER: [&str; 4] = ["--cap-add", "NET_ADMIN", "--cap-add", "NET_RAW"];

#[test]
fn another_address_of_its_own_does_not_help() {
    let scene = Scene::new();
    scene.rcon.serves(&[&["--name", "c1", "--egress", "deny"][..], &POWER].concat());
    scene.rcon.serves(&["--name", "free"]);
    let free = scene.rcon.address("free");
    scene.rcon.run(["rm", "-f", "free"]).exits(0);
    // Its neighbour's address, whose neighbour may go anywhere.
    let script = format!(
        "ip addr flush dev eth0 && ip addr add {free}/16 dev eth0 && ip route add default via 172.17.0.1"
    );
    scene.rcon.run(["exec", "c1", "sh", "-c", &script]).exits(0);
    assert_eq!(scene.asks("c1", "tcp"), STOPPED);
    assert_eq!(scene.asks("c1", "udp"), STOPPED);
}

#[test]
fn another_hardware_address_does_not_help() {
    let scene = Scene::new();
    scene.rcon.serves(&[&["--name", "c1", "--egress", "deny"][..], &POWER].concat());
    let script = "ip link set eth0 down; ip link set eth0 address 02:42:00:00:99:99 && ip link set eth0 up && \
                  ip route add default via 172.17.0.1";
    scene.rcon.run(["exec", "c1", "sh", "-c", script]).exits(0);
    assert_eq!(scene.asks("c1", "tcp"), STOPPED);
}

#[test]
fn a_forged_sender_does_not_help() {
    let scene = Scene::new();
    scene.rcon.serves(&[&["--name", "c1", "--egress", "deny"][..], &POWER].concat());
    scene.rcon.serves(&["--name", "free"]);
    let (port, free, own) = (scene.outside.port, scene.rcon.address("free"), scene.rcon.address("c1"));
    for (number, sender) in
        [own.as_str(), &free, "169.254.1.3", "127.0.0.1", "203.0.113.9"].iter().enumerate()
    {
        let words = ["forge", sender, &scene.host, &port.to_string(), &format!("note forged{number}")];
        // The kernel itself refuses some of them.
        scene.rcon.peer("c1", &words);
    }
    // What was sent before has been decided on when this has.
    assert_eq!(scene.asks("c1", "udp"), STOPPED);
    until("it is noted", || {
        let line = format!("deny udp {}:{port}", scene.host);
        scene.logged("c1").iter().filter(|logged| **logged == line).count() > 1
    });
    // The same is heard from a container without rules, so it would have been.
    scene.rcon.peer("free", &["ask", "udp", &scene.host, &port.to_string(), "note heard"]);
    assert!(scene.outside.heard("heard"));
    for number in 0..5 {
        assert!(!scene.outside.heard(&format!("forged{number}")), "{number}");
    }
}

#[test]
fn a_mark_of_its_own_does_not_help() {
    let scene = Scene::new();
    scene.rcon.serves(&[&["--name", "c1", "--egress", "deny"][..], &POWER].concat());
    // That of the built-in stack, and some that may belong to others.
    for mark in ["16777216", "1", "2", "3", "4", "5", "6", "7", "8", "16777223"] {
        let port = scene.outside.port.to_string();
        let words = [
            "exec",
            "-e",
            &format!("PEER_MARK={mark}"),
            "c1",
            "peer",
            "ask",
            "tcp",
            &scene.host,
            &port,
            "who",
        ];
        scene.rcon.run(words).exits(1).stdout("unreachable\n");
    }
}

#[test]
fn routes_of_its_own_do_not_help() {
    let scene = Scene::new();
    scene.rcon.serves(&["--name", "free"]);
    scene.rcon.serves(&[&["--name", "c1", "--egress", "deny"][..], &POWER].concat());
    let host = &scene.host;
    // By a neighbour: containers do not forward.
    let free = scene.rcon.address("free");
    let to = |gateway: &str| format!("ip route replace {host}/32 via {gateway} dev eth0 onlink");
    scene.rcon.run(["exec", "c1", "sh", "-c", &to("172.17.0.1")]).exits(0);
    assert_eq!(scene.asks("c1", "tcp"), STOPPED);
    scene.rcon.run(["exec", "c1", "sh", "-c", &to(&free)]).exits(0);
    assert_ne!(scene.asks("c1", "tcp"), "hello");
}

#[test]
fn a_second_network_does_not_help() {
    let scene = Scene::new();
    for network in ["one", "two"] {
        scene.rcon.run(["network", "create", network]).exits(0);
    }
    let flags = ["--name", "c1", "--network", "one", "--network", "two", "--egress", "deny"];
    scene.rcon.serves(&[&flags[..], &POWER].concat());
    for interface in ["eth0", "eth1"] {
        let script = format!(
            "net=$(ip -4 -o addr show {interface} | sed 's/.*inet \\([0-9]*\\.[0-9]*\\.[0-9]*\\)\\..*/\\1/'); \
             ip route replace {}/32 via $net.1 dev {interface}",
            scene.host
        );
        scene.rcon.run(["exec", "c1", "sh", "-c", &script]).exits(0);
        assert_eq!(scene.asks("c1", "tcp"), STOPPED, "{interface}");
    }
}

#[test]
fn connecting_it_to_another_network_does_not_open_that_one() {
    let scene = Scene::new();
    scene.rcon.run(["network", "create", "late"]).exits(0);
    scene.rcon.serves(&[&["--name", "c1", "--egress", "deny"][..], &POWER].concat());
    scene.rcon.run(["network", "connect", "late", "c1"]).exits(0);
    assert_eq!(scene.asks("c1", "tcp"), STOPPED);
    scene.rcon.run(["network", "disconnect", "bridge", "c1"]).exits(0);
    assert_eq!(scene.asks("c1", "tcp"), STOPPED);
    scene.logs("c1", &format!("deny tcp {}:{}", scene.host, scene.outside.port));
    scene.rcon.run(["network", "connect", "bridge", "c1"]).exits(0);
    assert_eq!(scene.asks("c1", "tcp"), STOPPED);
}

#[test]
fn a_shut_network_shuts_whoever_is_connected_to_it_later() {
    let scene = Scene::new();
    scene.rcon.run(["network", "create", "--egress", "deny", "shut"]).exits(0);
    scene.rcon.serves(&["--name", "c1", "--network", "shut"]);
    scene.rcon.serves(&["--name", "c2"]);
    scene.rcon.run(["network", "connect", "shut", "c2"]).exits(0);
    scene.rcon.run(["network", "disconnect", "bridge", "c2"]).exits(0);
    assert_eq!(scene.asks("c2", "tcp"), STOPPED);
}

#[test]
fn bridges_of_other_networks_stay_out_of_reach() {
    let scene = Scene::new();
    for network in ["one", "two"] {
        scene.rcon.run(["network", "create", network]).exits(0);
    }
    scene.rcon.serves(&[&["--name", "c1", "--network", "one"][..], &POWER].concat());
    scene.rcon.serves(&["--name", "c2", "--network", "two"]);
    assert_ne!(scene.rcon.asks("c1", "tcp", scene.rcon.address("c2"), PORT), "hello");
}

#[test]
fn ipv6_obeys_as_well() {
    let scene = Scene::new();
    let Some(host) = host_ipv6() else {
        return crate::support::skip("the host has no IPv6 address", true);
    };
    scene.rcon.run(["network", "create", "--ipv6", "six"]).exits(0);
    scene.rcon.serves(&["--name", "free", "--network", "six"]);
    scene.rcon.serves(&[&["--name", "c1", "--network", "six", "--egress", "deny"][..], &POWER].concat());
    let allow = format!("allow={}", scene.host);
    scene.rcon.serves(&["--name", "four", "--network", "six", "--egress", &allow]);
    let allow = format!("allow=[{host}]:{}", scene.outside.port);
    scene.rcon.serves(&["--name", "c2", "--network", "six", "--egress", &allow]);
    for kind in ["tcp", "udp"] {
        let asks = |container| scene.rcon.asks(container, kind, host, scene.outside.port);
        assert_eq!(asks("free"), "hello", "{kind}");
        assert_eq!(asks("c1"), STOPPED, "{kind}");
        assert_eq!(asks("four"), STOPPED, "{kind}");
        assert_eq!(asks("c2"), "hello", "{kind}");
    }
    scene.logs("c1", &format!("deny tcp [{host}]:{}", scene.outside.port));
    assert_eq!(scene.asks("c2", "tcp"), STOPPED, "IPv4 was not allowed");
}

#[test]
fn what_stands_for_the_host_is_outside_too() {
    let scene = Scene::new();
    scene.rcon.serves(&["--name", "c1", "--egress", "deny"]);
    assert_eq!(scene.rcon.asks("c1", "tcp", "169.254.1.2", scene.outside.port), STOPPED);
    // Nor do the resolvers of the host answer by that way.
    assert_eq!(scene.rcon.peer("c1", &["resolve", "169.254.1.1", "good.test"]), STOPPED);
}
