//! Names: who finds whom, by what, and from when on.

use super::{address, found, listens, serves, with_server};
use crate::support::{Rcon, at_once, until};
use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};

/// A network of both families with a container that asks; what nobody there is called it asks of a name server on
/// the same network, which knows one name, so that no test waits for the world.
fn with_asker() -> Rcon {
    let rcon = with_server();
    let subnets = ["--subnet", "10.91.0.0/24", "--ipv6", "--subnet", "fd00:91::/64"];
    rcon.run(["network", "create"].iter().chain(&subnets).chain(&["mine"])).exits(0);
    rcon.sleeper(["--name", "asker", "--network", "mine", "--dns", "10.91.0.53"]);
    let place = "name=mine,ip=10.91.0.53,ip6=fd00:91::53";
    let words = ["run", "-d", "--name", "dns", "--network", place, "busybox"];
    rcon.run(words.iter().chain(&["seen", "names", "far.example", "192.0.2.77"])).exits(0);
    listens(&rcon, "dns");
    rcon
}

#[test]
fn a_container_is_found_by_all_its_names() {
    let rcon = with_asker();
    let words =
        ["--name", "web", "--network", "mine", "--network-alias", "www", "--network-alias", "Shop.Local"];
    let id = rcon.sleeper(words);
    for name in ["web", "WEB", "www", "shop.local", &id[..12], "web.mine", "www.mine", "web."] {
        assert_eq!(found(&rcon, "asker", "a", name), ["10.91.0.3"], "{name}");
        assert_eq!(found(&rcon, "asker", "aaaa", name), ["fd00:91::3"], "{name}");
    }
    for name in [&id[..11], "web.other", "nobody"] {
        assert_eq!(found(&rcon, "asker", "a", name), [""; 0], "{name}");
    }
    let out = rcon.run(["exec", "web", "nslookup", "-type=a", "web"]);
    out.exits(0).stdout_has("Server:\t\t127.0.0.11\n").stdout_has("Address: 10.91.0.3\n");
    let names = rcon.inspect("web", "{{json .NetworkSettings.Networks.mine.DNSNames}}");
    assert_eq!(names, format!("[\"web\",\"www\",\"Shop.Local\",\"{}\"]", &id[..12]));
    assert_eq!(
        rcon.inspect("web", "{{json .NetworkSettings.Networks.mine.Aliases}}"),
        "[\"www\",\"Shop.Local\"]"
    );
}

#[test]
fn programs_find_names_through_the_c_library() {
    let rcon = with_asker();
    serves(&rcon, &["--name", "web", "--network", "mine"]);
    // In whichever family it prefers.
    let out = rcon.run(["exec", "asker", "sh", "-c", "nc -w 5 web 80 </dev/null"]);
    let seen = out.exits(0).printed();
    assert!(seen.starts_with("10.91.0.2 ") || seen.starts_with("fd00:91::2 "), "{out}");
}

#[test]
fn addresses_have_names() {
    let rcon = with_asker();
    rcon.sleeper(["--name", "web", "--network", "mine", "--network-alias", "www"]);
    for address in ["10.91.0.3", "fd00:91::3"] {
        let out = rcon.run(["exec", "asker", "nslookup", address]);
        out.exits(0).stdout_has("name = web.mine\n");
    }
    let out = rcon.run(["exec", "asker", "nslookup", "10.91.0.99"]);
    out.exits(1).stdout_has("NXDOMAIN");
}

#[test]
fn a_name_is_there_when_the_start_returns_and_gone_when_the_stop_does() {
    let rcon = with_asker();
    for _ in 0..10 {
        rcon.sleeper(["--name", "web", "--network", "mine"]);
        assert_eq!(found(&rcon, "asker", "a", "web"), ["10.91.0.3"]);
        rcon.run(["rm", "-f", "web"]).exits(0);
        assert_eq!(found(&rcon, "asker", "a", "web"), [""; 0]);
    }
    rcon.sleeper(["--name", "web", "--network", "mine"]);
    for _ in 0..5 {
        rcon.run(["stop", "-t", "0", "web"]).exits(0);
        assert_eq!(found(&rcon, "asker", "a", "web"), [""; 0]);
        rcon.run(["start", "web"]).exits(0);
        assert_eq!(found(&rcon, "asker", "a", "web"), ["10.91.0.3"]);
    }
    rcon.run(["kill", "web"]).exits(0);
    until("the name is gone", || found(&rcon, "asker", "a", "web").is_empty());
}

#[test]
fn the_first_program_of_a_container_finds_itself_and_the_others() {
    let rcon = with_asker();
    let script = "nslookup -type=a asker | grep -c 10.91.0.2; nslookup -type=a me | grep -c 10.91.0.3";
    for _ in 0..5 {
        let words = ["run", "--rm", "--name", "me", "--network", "mine", "busybox", "sh", "-c", script];
        rcon.run(words).exits(0).stdout("1\n1\n");
    }
}

#[test]
fn a_name_follows_who_is_connected_and_disconnected() {
    let rcon = with_asker();
    rcon.sleeper(["--name", "web"]);
    assert_eq!(found(&rcon, "asker", "a", "web"), [""; 0]);
    for _ in 0..3 {
        rcon.run(["network", "connect", "--alias", "www", "--ip", "10.91.0.40", "mine", "web"]).exits(0);
        for name in ["web", "www"] {
            assert_eq!(found(&rcon, "asker", "a", name), ["10.91.0.40"]);
        }
        assert_eq!(found(&rcon, "web", "a", "asker"), ["10.91.0.2"], "and it finds the others");
        rcon.run(["network", "disconnect", "mine", "web"]).exits(0);
        for name in ["web", "www"] {
            assert_eq!(found(&rcon, "asker", "a", name), [""; 0]);
        }
    }
}

#[test]
fn a_new_name_is_found_and_the_old_one_no_more() {
    let rcon = with_asker();
    rcon.sleeper(["--name", "web", "--network", "mine", "--network-alias", "www"]);
    rcon.run(["rename", "web", "shop"]).exits(0);
    assert_eq!(found(&rcon, "asker", "a", "shop"), ["10.91.0.3"]);
    assert_eq!(found(&rcon, "asker", "a", "www"), ["10.91.0.3"]);
    assert_eq!(found(&rcon, "asker", "a", "web"), [""; 0]);
    rcon.run(["exec", "asker", "nslookup", "10.91.0.3"]).exits(0).stdout_has("name = shop.mine\n");
    let template = "{{range .Containers}}{{.Name}} {{end}}";
    let shown = rcon.run(["network", "inspect", "-f", template, "mine"]).succeeds();
    assert!(shown.contains("shop") && !shown.contains("web"), "{shown}");
    rcon.run(["network", "disconnect", "mine", "shop"]).exits(0);
    assert_eq!(found(&rcon, "asker", "a", "shop"), [""; 0]);
}

#[test]
fn who_shares_an_alias_is_found_in_turns() {
    let rcon = with_asker();
    let all: BTreeSet<String> = at_once(3, |number| {
        let name = format!("web{number}");
        rcon.sleeper(["--name", &name, "--network", "mine", "--network-alias", "web"]);
        address(&rcon, &name, "mine")
    })
    .into_iter()
    .collect();
    let mut first = BTreeSet::new();
    for _ in 0..6 {
        let shown = found(&rcon, "asker", "a", "web");
        assert_eq!(shown.iter().cloned().collect::<BTreeSet<_>>(), all);
        first.insert(shown[0].clone());
    }
    assert_eq!(first, all, "each is the first at times");
    rcon.run(["stop", "-t", "0", "web1"]).exits(0);
    assert_eq!(found(&rcon, "asker", "a", "web").len(), 2);
}

#[test]
fn names_of_one_network_are_unknown_on_others() {
    let rcon = with_asker();
    rcon.run(["network", "create", "--subnet", "10.92.0.0/24", "other"]).exits(0);
    rcon.sleeper(["--name", "db", "--network", "other"]);
    assert_eq!(found(&rcon, "asker", "a", "db"), [""; 0]);
    rcon.sleeper(["--name", "both", "--network", "mine", "--network", "other"]);
    assert_eq!(found(&rcon, "both", "a", "db"), ["10.92.0.2"]);
    assert_eq!(found(&rcon, "both", "a", "asker"), ["10.91.0.2"]);
    assert_eq!(found(&rcon, "asker", "a", "both"), ["10.91.0.3"], "its address here");
    assert_eq!(found(&rcon, "db", "a", "both"), ["10.92.0.3"], "and there");
}

#[test]
fn on_the_default_network_only_links_are_found() {
    let rcon = with_server();
    let id = serves(&rcon, &["--name", "aa"]);
    let run = |flags: &[&str], script: &str| {
        rcon.run(["run", "--rm"].iter().chain(flags).chain(&["busybox", "sh", "-c", script]))
    };
    run(&[], "grep -v localhost /etc/hosts | grep -cw aa").exits(1).stdout("0\n");
    let out = run(&["--link", "aa:db"], "grep 172.17.0.2 /etc/hosts; nc -w 5 db 80 </dev/null");
    let line = format!("172.17.0.2\tdb {} aa\n172.17.0.3 ", &id[..12]);
    assert!(out.exits(0).printed().starts_with(&line), "{out}");
    let out = run(&["--link", "aa"], "grep 172.17.0.2 /etc/hosts");
    out.exits(0).stdout("172.17.0.2\taa <short id>\n");
    run(&["--link", "nope:db"], "true").exits(125).stderr_has("nope");
    rcon.run(["network", "create", "--internal", "--subnet", "10.93.0.0/24", "mine"]).exits(0);
    rcon.sleeper(["--name", "bb", "--network", "mine"]);
    let out = run(&["--network", "mine", "--link", "bb:sql"], "nslookup -type=a sql | grep -c 10.93.0.2");
    out.exits(0).stdout("1\n");
    assert_eq!(found(&rcon, "bb", "a", "sql"), [""; 0], "a link is its owner's alone");
}

#[test]
fn look_ups_while_containers_come_and_go_are_right() {
    let rcon = with_asker();
    rcon.sleeper(["--name", "stays", "--network", "mine", "--ip", "10.91.0.200"]);
    // A hundred look-ups of one that stays; none may fail or tell anything else.
    let script = "for i in $(seq 100); do nslookup -type=a stays | grep -q '^Address: 10.91.0.200$' || echo wrong; done";
    let over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        for number in 0..2 {
            let (over, rcon) = (&over, &rcon);
            scope.spawn(move || {
                let name = format!("short{number}");
                while !over.load(Ordering::Relaxed) {
                    let words = ["run", "--rm", "--name", &name, "--network", "mine", "busybox", "true"];
                    rcon.run(words).exits(0);
                }
            });
        }
        let out = rcon.run(["exec", "asker", "sh", "-c", script]);
        over.store(true, Ordering::Relaxed);
        out.exits(0).stdout("").stderr("");
    });
}

#[test]
fn a_name_server_of_the_users_is_asked_for_what_no_container_is_called() {
    let rcon = with_asker();
    assert_eq!(found(&rcon, "asker", "a", "far.example"), ["192.0.2.77"]);
    assert_eq!(found(&rcon, "asker", "a", "near.example"), [""; 0]);
    assert_eq!(found(&rcon, "asker", "a", "dns"), ["10.91.0.53"], "containers are found all the same");
    let out = rcon.run(["exec", "asker", "cat", "/etc/resolv.conf"]);
    out.exits(0).stdout_has("nameserver 127.0.0.11\n");
}

#[test]
fn search_domains_and_options_are_the_users() {
    let rcon = with_asker();
    let flags = ["--dns-search", "mine", "--dns-option", "timeout:1", "--dns-option", "ndots:2"];
    let words = ["run", "--rm", "--network", "mine"];
    let out = rcon.run(words.iter().chain(&flags).chain(&["busybox", "cat", "/etc/resolv.conf"]));
    out.exits(0).stdout("nameserver 127.0.0.11\nsearch mine\noptions timeout:1 ndots:2\n");
    let words =
        ["run", "--rm", "--dns", "192.0.2.53", "--dns-search", ".", "busybox", "cat", "/etc/resolv.conf"];
    rcon.run(words).exits(0).stdout_has("nameserver 192.0.2.53\n");
}
