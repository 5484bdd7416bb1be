//! The way out: what a container says to the world, by pasta or by the stack in rcon.

use super::address;
use crate::support::peer::{LAN_HOST, Outside, PORT, host_ipv4, host_ipv6, lan};
use crate::support::{Rcon, requires, until};

/// The configuration that wants this way out, and nothing else.
fn by(way: &str) -> Rcon {
    let rcon = Rcon::with_peers();
    rcon.file("c.json", format!(r#"{{"network": {{"uplink": "{way}"}}}}"#));
    rcon
}

/// All families and protocols get out, on the default network and on one with IPv6.
fn gets_out(rcon: &Rcon) {
    let outside = Outside::start();
    let host = host_ipv4().expect("the host has an address that is not on its loopback");
    rcon.run(["network", "create", "--ipv6", "six"]).exits(0);
    rcon.serves(&["--name", "four"]);
    rcon.serves(&["--name", "both", "--network", "six"]);
    for kind in ["tcp", "udp"] {
        for container in ["four", "both"] {
            until(&format!("{container} gets out by {kind}"), || {
                rcon.asks(container, kind, host, outside.port) == "hello"
            });
        }
        let Some(host) = host_ipv6() else { continue };
        until(&format!("both gets out by {kind} over IPv6"), || {
            rcon.asks("both", kind, host, outside.port) == "hello"
        });
        assert_eq!(rcon.asks("four", kind, host, outside.port), "unreachable");
    }
}

#[test]
fn containers_get_out_by_what_is_there() {
    gets_out(&by("auto"));
}

#[test]
fn containers_get_out_by_the_built_in_stack() {
    gets_out(&by("built-in"));
}

#[test]
fn containers_get_out_by_pasta() {
    requires!(pasta);
    gets_out(&by("pasta"));
}

#[test]
fn a_missing_pasta_is_told_when_it_is_asked_for() {
    if std::path::Path::new("/usr/bin/pasta").exists() {
        return crate::support::skip("pasta is installed", true);
    }
    let out = by("pasta").run(["run", "--rm", "peer", "true"]);
    out.exits(125).stdout("").stderr_has("pasta");
}

#[test]
fn a_way_out_of_another_name_is_refused() {
    let out = by("teleport").run(["run", "--rm", "peer", "true"]);
    out.exits(125).stdout("").stderr_has("network.uplink is `teleport`");
}

#[test]
fn what_nobody_listens_at_is_refused_inside_too() {
    let rcon = by("built-in");
    let host = host_ipv4().expect("the host has an address that is not on its loopback");
    let port = Outside::start().port;
    rcon.serves(&["--name", "web"]);
    for kind in ["tcp", "udp"] {
        assert_eq!(rcon.asks("web", kind, host, port), "refused", "{kind}");
    }
}

#[test]
fn the_hosts_loopback_is_not_reached_by_its_addresses() {
    let rcon = by("built-in");
    let outside = Outside::start();
    rcon.serves(&["--name", "web"]);
    // That of the container itself, and those of the wire.
    for address in ["127.0.0.1", "169.254.1.3", "169.254.1.4", "0.0.0.0"] {
        assert_ne!(rcon.asks("web", "tcp", address, outside.port), "hello", "{address}");
    }
    assert_eq!(
        rcon.asks("web", "tcp", "169.254.1.2", outside.port),
        "hello",
        "the host's own address inside"
    );
}

#[test]
fn a_way_out_stays_while_neighbours_come_and_go() {
    let rcon = by("built-in");
    let outside = Outside::start();
    let host = host_ipv4().expect("the host has an address that is not on its loopback");
    rcon.serves(&["--name", "stays"]);
    for round in 0..8 {
        assert_eq!(rcon.asks("stays", "tcp", host, outside.port), "hello", "{round}");
        let id = rcon.serves(&[]);
        assert_eq!(rcon.asks("stays", "tcp", host, outside.port), "hello", "{round}");
        rcon.run(["rm", "-f", &id]).exits(0);
    }
}

#[test]
fn an_internal_network_leads_nowhere() {
    let rcon = Rcon::with_peers();
    let outside = Outside::start();
    let host = host_ipv4().expect("the host has an address that is not on its loopback");
    rcon.run(["network", "create", "--internal", "shut"]).exits(0);
    rcon.serves(&["--name", "one", "--network", "shut"]);
    rcon.serves(&["--name", "two", "--network", "shut", "--cap-add", "NET_ADMIN"]);
    assert_eq!(rcon.asks("one", "tcp", rcon.address("two"), PORT), "hello");
    assert_eq!(rcon.asks("one", "tcp", host, outside.port), "unreachable");
    let gateway =
        rcon.run(["network", "inspect", "-f", "{{(index .IPAM.Config 0).Gateway}}", "shut"]).succeeds();
    rcon.run(["exec", "two", "ip", "route", "add", "default", "via", &gateway]).exits(0);
    assert_ne!(rcon.asks("two", "tcp", host, outside.port), "hello");
    assert_ne!(rcon.peer("two", &["resolve", "169.254.1.1", "example.test"]), "code 3");
}

#[test]
fn ping_leaves_where_the_kernel_allows_it() {
    requires!(ping);
    let rcon = by("built-in");
    let host = host_ipv4().expect("the host has an address that is not on its loopback").to_string();
    rcon.serves(&["--name", "web"]);
    assert_eq!(rcon.peer("web", &["ping", &host]), "pong");
}

#[test]
fn another_machine_is_reached_in_the_hosts_name() {
    requires!(lan);
    let (four, six) = lan().unwrap();
    for way in ["auto", "built-in"] {
        let rcon = by(way);
        rcon.run(["network", "create", "--ipv6", "six"]).exits(0);
        rcon.serves(&["--name", "web", "--network", "six"]);
        let who = |kind: &str, to: &str| rcon.peer("web", &["ask", kind, to, &PORT.to_string(), "who"]);
        for kind in ["tcp", "udp"] {
            let (told, told_six) = (who(kind, &four.to_string()), who(kind, &six.to_string()));
            assert_eq!(address(&told), LAN_HOST.0.to_string(), "{way} {kind}");
            assert_eq!(address(&told_six), LAN_HOST.1.to_string(), "{way} {kind}");
        }
    }
}

#[test]
fn another_machine_answers_ping() {
    requires!(lan);
    requires!(ping);
    let (four, six) = lan().unwrap();
    let rcon = by("built-in");
    rcon.run(["network", "create", "--ipv6", "six"]).exits(0);
    rcon.serves(&["--name", "web", "--network", "six"]);
    for address in [four.to_string(), six.to_string()] {
        assert_eq!(rcon.peer("web", &["ping", &address]), "pong");
    }
}
