//! Rules by address: what they let pass, what they stop, what is noted.

use super::{STOPPED, Scene};
use crate::support::peer::{Outside, PORT};

#[test]
fn without_rules_all_is_open_and_nothing_is_noted() {
    let scene = Scene::new();
    scene.rcon.serves(&["--name", "c1"]);
    assert_eq!(scene.asks("c1", "tcp"), "hello");
    assert_eq!(scene.asks("c1", "udp"), "hello");
    assert_eq!(scene.logged("c1"), [""; 0]);
}

#[test]
fn deny_stops_everything_at_once_and_notes_it() {
    let scene = Scene::new();
    scene.rcon.serves(&["--name", "c1", "--egress", "deny"]);
    assert_eq!(scene.asks("c1", "tcp"), STOPPED);
    assert_eq!(scene.asks("c1", "udp"), STOPPED);
    let port = scene.outside.port;
    scene.logs("c1", &format!("deny tcp {}:{port}", scene.host));
    scene.logs("c1", &format!("deny udp {}:{port}", scene.host));
    assert_eq!(scene.rcon.peer("c1", &["ping", &scene.host]), STOPPED);
    scene.logs("c1", &format!("deny icmp {}", scene.host));
}

#[test]
fn neighbours_of_one_bridge_are_not_outside() {
    let scene = Scene::new();
    scene.rcon.run(["network", "create", "n"]).exits(0);
    scene.rcon.serves(&["--name", "c1", "--network", "n", "--egress", "deny"]);
    scene.rcon.serves(&["--name", "c2", "--network", "n"]);
    assert_eq!(scene.rcon.asks("c1", "tcp", scene.rcon.address("c2"), PORT), "hello");
    assert_eq!(scene.rcon.peer("c1", &["resolve", "127.0.0.11", "c2"]), scene.rcon.address("c2"));
}

#[test]
fn an_address_is_allowed_with_all_its_ports() {
    let scene = Scene::new();
    let allow = format!("allow={}", scene.host);
    scene.rcon.serves(&["--name", "c1", "--egress", &allow]);
    assert_eq!(scene.asks("c1", "tcp"), "hello");
    assert_eq!(scene.asks("c1", "udp"), "hello");
    assert_eq!(scene.rcon.asks("c1", "tcp", "198.51.100.1", 80), STOPPED);
}

#[test]
fn a_network_is_allowed_up_to_its_last_bit() {
    let scene = Scene::new();
    let host: std::net::Ipv4Addr = scene.host.parse().unwrap();
    let around = std::net::Ipv4Addr::from(u32::from(host) & !1);
    let other = std::net::Ipv4Addr::from((u32::from(host) & !1) ^ 2);
    scene.rcon.serves(&["--name", "in", "--egress", &format!("allow={around}/31")]);
    scene.rcon.serves(&["--name", "out", "--egress", &format!("allow={other}/31")]);
    assert_eq!(scene.asks("in", "tcp"), "hello");
    assert_eq!(scene.asks("out", "tcp"), STOPPED);
}

#[test]
fn one_port_is_allowed_and_no_other() {
    let scene = Scene::new();
    let other = Outside::start();
    let allow = format!("allow={}:{}", scene.host, scene.outside.port);
    scene.rcon.serves(&["--name", "c1", "--egress", &allow]);
    for kind in ["tcp", "udp"] {
        assert_eq!(scene.asks("c1", kind), "hello", "{kind}");
        assert_eq!(scene.rcon.asks("c1", kind, &scene.host, other.port), STOPPED, "{kind}");
        scene.logs("c1", &format!("deny {kind} {}:{}", scene.host, other.port));
    }
    assert_eq!(scene.rcon.peer("c1", &["ping", &scene.host]), STOPPED);
}

#[test]
fn log_alone_lets_pass_and_notes_once_per_connection() {
    let scene = Scene::new();
    scene.rcon.serves(&["--name", "c1", "--egress", "log"]);
    assert_eq!(scene.asks("c1", "tcp"), "hello");
    let line = format!("allow tcp {}:{}", scene.host, scene.outside.port);
    scene.logs("c1", &line);
    assert_eq!(scene.asks("c1", "udp"), "hello");
    scene.logs("c1", &format!("allow udp {}:{}", scene.host, scene.outside.port));
    assert_eq!(scene.logged("c1").iter().filter(|logged| **logged == line).count(), 1);
}

#[test]
fn what_is_allowed_is_noted_where_that_is_wished() {
    let scene = Scene::new();
    let allow = format!("allow={}", scene.host);
    scene.rcon.serves(&["--name", "c1", "--egress", &allow, "--egress", "log"]);
    assert_eq!(scene.asks("c1", "tcp"), "hello");
    assert_eq!(scene.rcon.asks("c1", "tcp", "198.51.100.1", 80), STOPPED);
    scene.logs("c1", &format!("allow tcp {}:{}", scene.host, scene.outside.port));
    scene.logs("c1", "deny tcp 198.51.100.1:80");
}

#[test]
fn the_log_stays_when_the_container_has_ended() {
    let scene = Scene::new();
    let ask = format!("peer ask tcp {} {} who", scene.host, scene.outside.port);
    let words = ["run", "--name", "c1", "--egress", "deny", "peer", "sh", "-c", &ask];
    scene.rcon.run(words).exits(1).stdout("unreachable\n");
    scene.logs("c1", &format!("deny tcp {}:{}", scene.host, scene.outside.port));
}

#[test]
fn a_networks_rules_are_those_of_all_on_it() {
    let scene = Scene::new();
    scene.rcon.run(["network", "create", "--egress", "deny", "shut"]).exits(0);
    scene.rcon.serves(&["--name", "c1", "--network", "shut"]);
    assert_eq!(scene.asks("c1", "tcp"), STOPPED);
    let allow = format!("allow={}", scene.host);
    scene.rcon.serves(&["--name", "c2", "--network", "shut", "--egress", &allow]);
    assert_eq!(scene.asks("c2", "tcp"), "hello");
    assert_eq!(scene.asks("c1", "tcp"), STOPPED);
}

#[test]
fn published_ports_answer_though_nothing_may_leave() {
    let scene = Scene::new();
    scene.rcon.run(["network", "create", "--ipv6", "n"]).exits(0);
    for network in ["bridge", "n"] {
        let published = ["-p", "7000/tcp", "-p", "7000/udp", "--egress", "deny"];
        let id = scene.rcon.serves(&[&["--network", network][..], &published].concat());
        for kind in ["tcp", "udp"] {
            let port = scene.rcon.run(["port", &id, &format!("7000/{kind}")]).succeeds();
            let port: u16 = port.lines().next().unwrap().rsplit(':').next().unwrap().parse().unwrap();
            for address in ["127.0.0.1", &scene.host] {
                let words = ["ask", kind, address, &port.to_string(), "say hello"];
                assert_eq!(scene.rcon.host_peer(&words), "hello", "{network} {kind} {address}");
            }
        }
        assert_eq!(scene.asks(&id, "tcp"), STOPPED);
    }
}
