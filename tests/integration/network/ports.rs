//! Published ports: every form of `-p`, who is seen as the client, conflicts, and that they go with the container.

use super::{
    free_port, free_ports, has_ipv6, is_free, listens, over_tcp, over_udp, own_ipv4, own_ipv6, serves,
    with_server,
};
use crate::support::{Rcon, kill_hard, until};
use serde_json::json;
use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, TcpListener};

const LOCAL: Ipv4Addr = Ipv4Addr::LOCALHOST;

/// What `port` lists.
fn listed(rcon: &Rcon, container: &str) -> String {
    rcon.run(["port", container]).exits(0).printed().to_owned()
}

/// The port of the host that the first line of `port CONTAINER PRIVATE` names.
#[track_caller]
fn chosen(rcon: &Rcon, container: &str, private: &str) -> u16 {
    let shown = rcon.run(["port", container, private]).succeeds();
    shown.lines().next().unwrap().rsplit(':').next().unwrap().parse().unwrap()
}

#[test]
fn a_port_is_published_on_all_addresses() {
    let rcon = with_server();
    let port = free_port();
    serves(&rcon, &["--name", "web", "-p", &format!("{port}:80")]);
    over_tcp((LOCAL, port)).unwrap();
    own_ipv4().map(|address| over_tcp((address, port)).unwrap());
    if has_ipv6() {
        over_tcp((Ipv6Addr::LOCALHOST, port)).unwrap();
        own_ipv6().map(|address| over_tcp((address, port)).unwrap());
    }
    over_udp((LOCAL, port)).unwrap_err();
    let told = format!("0.0.0.0:{port}->80/tcp, [::]:{port}->80/tcp");
    rcon.run(["ps", "--format", "{{.Ports}}"]).exits(0).stdout(&format!("{told}\n"));
    assert_eq!(listed(&rcon, "web"), format!("80/tcp -> 0.0.0.0:{port}\n80/tcp -> [::]:{port}\n"));
    let shown: serde_json::Value =
        serde_json::from_str(&rcon.inspect("web", "{{json .NetworkSettings.Ports}}")).unwrap();
    let port = port.to_string();
    let both = [json!({"HostIp": "0.0.0.0", "HostPort": port}), json!({"HostIp": "::", "HostPort": port})];
    assert_eq!(shown, json!({ "80/tcp": both }));
}

#[test]
fn each_form_of_publishing_leads_to_the_container() {
    let rcon = with_server();
    let port = free_ports(7);
    let forms = [
        format!("127.0.0.1:{port}:80"),
        format!("{}:80/udp", port + 1),
        format!("{}-{}:80-81", port + 2, port + 3),
        format!("127.0.0.1:{}-{}:80-81/udp", port + 4, port + 5),
        format!("0.0.0.0:{}:81/tcp", port + 6),
        "127.0.0.1::80".to_owned(),
        "81/udp".to_owned(),
    ];
    let mut flags = vec!["--name", "web"];
    forms.iter().for_each(|form| flags.extend(["-p", form]));
    serves(&rcon, &flags);
    for port in [port, port + 2, port + 3, port + 6] {
        over_tcp((LOCAL, port)).unwrap_or_else(|why| panic!("{port}: {why}"));
    }
    for port in [port + 1, port + 4, port + 5, chosen(&rcon, "web", "81/udp")] {
        over_udp((LOCAL, port)).unwrap_or_else(|why| panic!("{port}: {why}"));
    }
    let random: Vec<u16> = listed(&rcon, "web")
        .lines()
        .filter(|line| line.starts_with("80/tcp -> 127.0.0.1:"))
        .map(|line| line.rsplit(':').next().unwrap().parse().unwrap())
        .collect();
    assert_eq!(random.len(), 2);
    for port in random {
        over_tcp((LOCAL, port)).unwrap();
    }
    if let Some(address) = own_ipv4() {
        over_tcp((address, port)).unwrap_err();
        over_udp((address, port + 4)).unwrap_err();
        over_tcp((address, port + 6)).unwrap();
    }
}

#[test]
fn ipv6_addresses_are_published_alone() {
    if !has_ipv6() {
        return;
    }
    let rcon = with_server();
    let port = free_ports(2);
    let (tcp, udp) = (format!("[::1]:{port}:80"), format!("[::1]:{}:80/udp", port + 1));
    serves(&rcon, &["--name", "web", "-p", &tcp, "-p", &udp]);
    over_tcp((Ipv6Addr::LOCALHOST, port)).unwrap();
    over_udp((Ipv6Addr::LOCALHOST, port + 1)).unwrap();
    over_tcp((LOCAL, port)).unwrap_err();
    assert_eq!(listed(&rcon, "web"), format!("80/tcp -> [::1]:{port}\n80/udp -> [::1]:{}\n", port + 1));
}

#[test]
fn all_exposed_ports_are_published_at_ports_of_the_hosts_choice() {
    let rcon = with_server();
    serves(&rcon, &["--name", "web", "-P", "--expose", "80-81", "--expose", "80/udp"]);
    let ports: BTreeSet<u16> =
        ["80", "81/tcp", "80/udp"].iter().map(|port| chosen(&rcon, "web", port)).collect();
    assert_eq!(ports.len(), 3);
    over_tcp((LOCAL, chosen(&rcon, "web", "80"))).unwrap();
    over_tcp((LOCAL, chosen(&rcon, "web", "81"))).unwrap();
    over_udp((LOCAL, chosen(&rcon, "web", "80/udp"))).unwrap();
    // One number for both families.
    let lines: BTreeSet<String> = listed(&rcon, "web")
        .lines()
        .filter(|line| line.starts_with("80/tcp"))
        .map(|line| line.rsplit(':').next().unwrap().to_owned())
        .collect();
    assert_eq!(lines.len(), 1);
}

#[test]
fn a_range_of_the_host_gives_the_next_free_port() {
    let rcon = with_server();
    let port = free_ports(3);
    let range = format!("{port}-{}:80", port + 2);
    let mut got = BTreeSet::new();
    for name in ["aa", "bb", "cc"] {
        serves(&rcon, &["--name", name, "-p", &range]);
        got.insert(chosen(&rcon, name, "80"));
    }
    assert_eq!(got, BTreeSet::from([port, port + 1, port + 2]));
    let out = rcon.run(["run", "--rm", "-p", &range, "busybox", "true"]);
    out.exits(125).stderr_has("all ports are allocated");
}

/// Whom the server sees, TCP then UDP, when it is asked at `address`.
#[track_caller]
fn clients(address: IpAddr, port: u16) -> [IpAddr; 2] {
    [over_tcp((address, port)).unwrap().0, over_udp((address, port)).unwrap().0.0]
}

#[test]
fn the_server_sees_the_clients_address() {
    let rcon = with_server();
    rcon.run(["network", "create", "--subnet", "10.98.0.0/24", "mine"]).exits(0);
    for (network, gateway) in [("bridge", [172, 17, 0, 1]), ("mine", [10, 98, 0, 1])] {
        let (port, gateway) = (free_port(), IpAddr::from(gateway));
        let (tcp, udp) = (format!("{port}:80"), format!("{port}:80/udp"));
        serves(&rcon, &["--network", network, "-p", &tcp, "-p", &udp]);
        // A loopback address would mean the container itself: the gateway stands for it, as with docker.
        assert_eq!(clients(LOCAL.into(), port), [gateway; 2], "{network}");
        if let Some(own) = own_ipv4() {
            assert_eq!(clients(own, port), [own; 2], "{network}");
            let ((seen, seen_port), port) = over_udp((own, port)).unwrap();
            assert_eq!((seen, seen_port), (own, port), "its port, too");
        }
        if has_ipv6() {
            // The container has no IPv6.
            assert_eq!(clients(Ipv6Addr::LOCALHOST.into(), port), [gateway; 2], "{network}");
        }
    }
}

#[test]
fn the_server_sees_the_clients_address_over_ipv6() {
    if !has_ipv6() {
        return;
    }
    let rcon = with_server();
    let subnets = ["--subnet", "10.99.0.0/24", "--ipv6", "--subnet", "fd00:99::/64"];
    rcon.run(["network", "create"].iter().chain(&subnets).chain(&["mine"])).exits(0);
    let port = free_port();
    let (tcp, udp) = (format!("{port}:80"), format!("{port}:80/udp"));
    serves(&rcon, &["--network", "mine", "-p", &tcp, "-p", &udp]);
    let gateway: IpAddr = "fd00:99::1".parse().unwrap();
    assert_eq!(clients(Ipv6Addr::LOCALHOST.into(), port), [gateway; 2]);
    assert_eq!(clients(LOCAL.into(), port), ["10.99.0.1".parse::<IpAddr>().unwrap(); 2]);
    if let Some(own) = own_ipv6() {
        assert_eq!(clients(own, port), [own; 2]);
    }
    if let Some(own) = own_ipv4() {
        assert_eq!(clients(own, port), [own; 2]);
    }
}

#[test]
fn the_host_reaches_a_port_from_a_container_of_another_network() {
    let Some(own) = own_ipv4() else { return };
    let rcon = with_server();
    rcon.run(["network", "create", "--subnet", "10.97.0.0/24", "mine"]).exits(0);
    let port = free_port();
    serves(&rcon, &["--network", "mine", "-p", &format!("{port}:80")]);
    let script = format!("nc -w 5 {own} {port} </dev/null && nc -w 5 host.docker.internal {port} </dev/null");
    rcon.shell(&script).exits(0);
}

#[test]
fn nothing_is_published_of_what_is_inside_only() {
    let rcon = with_server();
    rcon.run(["network", "create", "--internal", "inside"]).exits(0);
    let port = free_port();
    serves(&rcon, &["--name", "web", "--network", "inside", "-p", &format!("{port}:80")]);
    assert_eq!(listed(&rcon, "web"), "", "as with docker");
    assert!(is_free(port));
}

#[test]
fn a_conflict_is_told_before_anything_starts() {
    let rcon = with_server();
    let port = free_port();
    let publish = format!("{port}:80");
    serves(&rcon, &["--name", "web", "-p", &publish]);
    let told = format!("Bind for 0.0.0.0:{port} failed: port is already allocated");
    let out = rcon.run(["run", "--rm", "-p", &publish, "busybox", "echo", "started"]);
    out.exits(125)
        .stdout("")
        .stderr_has(&told)
        .stderr_has("\nhint: another port of the host, or see who has this one: ss -ltnp");
    assert_eq!(rcon.stored().len(), 1, "--rm removes it");
    let out = rcon.run(["run", "--name", "late", "-p", &publish, "busybox", "echo", "started"]);
    out.exits(125).stdout("").stderr_has(&told);
    assert_eq!(rcon.inspect("late", "{{.State.Status}}"), "created", "as with docker");
    rcon.run(["start", "-a", "late"]).exits(1).stderr_has(&told);
    rcon.run(["rm", "-f", "web"]).exits(0);
    rcon.run(["start", "-a", "late"]).exits(0).stdout("started\n");
    // A program of the host's is as good an owner, and of one address alone.
    let listener = TcpListener::bind((LOCAL, 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    let out = rcon.run(["run", "--rm", "-p", &format!("127.0.0.1:{port}:80"), "busybox", "true"]);
    out.exits(125).stderr_has(&format!("Bind for 127.0.0.1:{port} failed: port is already allocated"));
    serves(&rcon, &["-p", &format!("127.0.0.2:{port}:80")]);
    over_tcp((Ipv4Addr::new(127, 0, 0, 2), port)).unwrap();
}

#[test]
fn a_conflict_of_one_port_leaves_the_others_free() {
    let rcon = with_server();
    let port = free_ports(2);
    let taken = TcpListener::bind((LOCAL, port + 1)).unwrap();
    let (first, second) = (format!("{port}:80"), format!("{}:81", port + 1));
    rcon.run(["run", "--rm", "-p", &first, "-p", &second, "busybox", "true"]).exits(125);
    assert!(is_free(port));
    drop(taken);
    rcon.run(["run", "--rm", "-p", &first, "-p", &second, "busybox", "true"]).exits(0);
}

#[test]
fn a_port_for_root_alone_explains_the_setting() {
    let first = std::fs::read_to_string("/proc/sys/net/ipv4/ip_unprivileged_port_start").unwrap();
    let first: u16 = first.trim().parse().unwrap();
    if first < 2 {
        return;
    }
    let rcon = Rcon::with_busybox();
    let publish = format!("{}:80", first - 1);
    let out = rcon.run(["run", "--rm", "-p", &publish, "busybox", "true"]);
    out.exits(125).stdout("").stderr_has("net.ipv4.ip_unprivileged_port_start");
    assert!(rcon.stored().is_empty());
}

#[test]
fn ports_are_free_when_the_container_has_ended() {
    let rcon = with_server();
    let port = free_port();
    let (tcp, udp) = (format!("{port}:80"), format!("{port}:80/udp"));
    let flags = ["--name", "web", "-p", &tcp, "-p", &udp];
    for end in [&["rm", "-f", "web"][..], &["stop", "-t", "0", "web"], &["kill", "web"]] {
        serves(&rcon, &flags);
        over_tcp((LOCAL, port)).unwrap();
        rcon.run(end).exits(0);
        match end[0] {
            // Only the signal was sent when it returns.
            "kill" => until("the port is free", || is_free(port)),
            _ => assert!(is_free(port), "{end:?}"),
        }
        until("nothing is told any more", || rcon.run(["port", "web"]).printed().is_empty());
        rcon.run(["rm", "-f", "web"]);
    }
    let id = serves(&rcon, &flags);
    kill_hard(rcon.processes(&id).init);
    until("the port is free", || is_free(port));
}

#[test]
fn a_restart_keeps_the_ports() {
    let rcon = with_server();
    let port = free_port();
    serves(&rcon, &["--name", "web", "-p", &format!("{port}:80"), "-p", "80/udp"]);
    for _ in 0..5 {
        rcon.run(["restart", "-t", "0", "web"]).exits(0).stderr("");
        until("it listens", || over_tcp((LOCAL, port)).is_ok());
        over_udp((LOCAL, chosen(&rcon, "web", "80/udp"))).unwrap();
    }
}

#[test]
fn many_clients_at_once_are_served() {
    let rcon = with_server();
    let port = free_port();
    serves(&rcon, &["-p", &format!("{port}:80"), "-p", &format!("{port}:80/udp")]);
    crate::support::at_once(8, |_| {
        for _ in 0..25 {
            over_tcp((LOCAL, port)).unwrap();
            over_udp((LOCAL, port)).unwrap();
        }
    });
}

#[test]
fn a_port_nobody_listens_at_inside_resets_the_client() {
    let rcon = with_server();
    let port = free_port();
    serves(&rcon, &["--name", "web", "-p", &format!("{port}:99")]);
    over_tcp((LOCAL, port)).unwrap_err();
    rcon.run(["exec", "-d", "web", "seen", "99"]).exits(0);
    until("the second server listens", || over_tcp((LOCAL, port)).is_ok());
}

#[test]
fn ports_of_a_container_that_shares_a_network_are_its_owners() {
    let rcon = with_server();
    let port = free_port();
    rcon.sleeper(["--name", "pod", "-p", &format!("{port}:80")]);
    let words = ["run", "-d", "--name", "web", "--network", "container:pod", "busybox", "seen", "80"];
    rcon.run(words).exits(0);
    listens(&rcon, "web");
    over_tcp((LOCAL, port)).unwrap();
    assert_eq!(listed(&rcon, "web"), "");
}
