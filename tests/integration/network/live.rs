//! Changes to the networks and ports of a container that runs.

use super::{address, found, free_port, free_ports, is_free, over_tcp, over_udp, serves, with_server};
use crate::support::{Rcon, until};
use std::net::Ipv4Addr;

const LOCAL: Ipv4Addr = Ipv4Addr::LOCALHOST;

/// A container that serves on `mine`, and the network `more`.
fn with_networks(flags: &[&str]) -> Rcon {
    let rcon = with_server();
    for (name, subnet) in [("mine", "10.95.0.0/24"), ("more", "10.96.0.0/24")] {
        rcon.run(["network", "create", "--subnet", subnet, name]).exits(0);
    }
    serves(&rcon, &[&["--name", "web", "--network", "mine"], flags].concat());
    rcon
}

fn interfaces(rcon: &Rcon, container: &str) -> String {
    let look = "ip -o -4 a show lo | awk '{print $2, $4}'; ip -o -4 a | awk '/eth/ {print $2, $4}' | sort; ip r | awk '/default/ {print $3, $5}'";
    rcon.run(["exec", container, "sh", "-c", look]).succeeds().replace('\n', ", ")
}

#[test]
fn a_running_container_is_connected_and_disconnected() {
    let rcon = with_networks(&[]);
    assert_eq!(interfaces(&rcon, "web"), "lo 127.0.0.1/8, eth0 10.95.0.2/24, 10.95.0.1 eth0");
    rcon.run(["network", "connect", "more", "web"]).exits(0).stdout("").stderr("");
    assert_eq!(
        interfaces(&rcon, "web"),
        "lo 127.0.0.1/8, eth0 10.95.0.2/24, eth1 10.96.0.2/24, 10.95.0.1 eth0"
    );
    rcon.run(["exec", "web", "cat", "/etc/hosts"]).exits(0).stdout_has("\n10.96.0.2\t<short id>\n");
    let out =
        rcon.run(["run", "--rm", "--network", "more", "busybox", "sh", "-c", "nc -w 5 web 80 </dev/null"]);
    out.exits(0).stdout_has("10.96.0.3 ");
    let told = "Error: endpoint with name web already exists in network more\n";
    rcon.run(["network", "connect", "more", "web"]).exits(1).stderr(told);
    rcon.run(["network", "disconnect", "mine", "web"]).exits(0).stdout("").stderr("");
    assert_eq!(interfaces(&rcon, "web"), "lo 127.0.0.1/8, eth1 10.96.0.2/24, 10.96.0.1 eth1");
    let hosts = rcon.run(["exec", "web", "cat", "/etc/hosts"]).succeeds();
    assert!(!hosts.contains("10.95.0.2"), "{hosts}");
    let out = rcon.run(["network", "disconnect", "mine", "web"]);
    out.exits(1).stderr("Error: container <id> is not connected to network mine\n");
    rcon.run(["network", "connect", "mine", "web"]).exits(0);
    assert_eq!(
        interfaces(&rcon, "web"),
        "lo 127.0.0.1/8, eth0 10.95.0.2/24, eth1 10.96.0.2/24, 10.95.0.1 eth0"
    );
    let template =
        "{{range $name, $place := .NetworkSettings.Networks}}{{$name}}={{$place.IPAddress}} {{end}}";
    assert_eq!(rcon.inspect("web", template), "mine=10.95.0.2 more=10.96.0.2");
}

#[test]
fn one_without_networks_left_goes_on_and_may_be_connected() {
    let rcon = with_networks(&[]);
    rcon.run(["network", "disconnect", "mine", "web"]).exits(0);
    assert_eq!(interfaces(&rcon, "web"), "lo 127.0.0.1/8");
    assert_eq!(rcon.inspect("web", "{{json .NetworkSettings.Networks}}"), "{}");
    rcon.run(["restart", "-t", "0", "web"]).exits(0);
    assert_eq!(interfaces(&rcon, "web"), "lo 127.0.0.1/8", "it stays off");
    rcon.run(["network", "connect", "more", "web"]).exits(0);
    assert_eq!(interfaces(&rcon, "web"), "lo 127.0.0.1/8, eth0 10.96.0.2/24, 10.96.0.1 eth0");
}

#[test]
fn a_connection_that_is_refused_leaves_nothing() {
    let rcon = with_networks(&[]);
    rcon.sleeper(["--name", "other", "--network", "more"]);
    let out = rcon.run(["network", "connect", "--ip", "10.96.0.2", "more", "web"]);
    out.exits(1).stderr("Error: Address already in use\n");
    assert_eq!(interfaces(&rcon, "web"), "lo 127.0.0.1/8, eth0 10.95.0.2/24, 10.95.0.1 eth0");
    let out = rcon.run(["network", "connect", "--ip", "10.97.0.2", "more", "web"]);
    out.exits(1).stderr_has("no configured subnet or ip-range contain the IP address 10.97.0.2");
    let names = "{{range $name, $place := .NetworkSettings.Networks}}{{$name}} {{end}}";
    assert_eq!(rcon.inspect("web", names), "mine");
    let words = ["network", "inspect", "-f", "{{range .Containers}}{{.Name}} {{end}}", "more"];
    assert_eq!(rcon.run(words).succeeds(), "other");
    rcon.run(["network", "connect", "more", "web"]).exits(0);
    rcon.run(["network", "disconnect", "-f", "more", "web"]).exits(0);
    rcon.run(["network", "disconnect", "more", "nope"]).exits(1).stderr("Error: No such container: nope\n");
}

#[test]
fn changes_at_once_end_in_one_state() {
    let rcon = with_networks(&[]);
    for number in 0..4 {
        let subnet = format!("10.96.{}.0/24", number + 10);
        rcon.run(["network", "create", "--subnet", &subnet, &format!("n{number}")]).exits(0);
    }
    crate::support::at_once(4, |number| {
        let network = format!("n{number}");
        for _ in 0..3 {
            rcon.run(["network", "connect", &network, "web"]).exits(0);
            rcon.run(["network", "disconnect", &network, "web"]).exits(0);
        }
        rcon.run(["network", "connect", &network, "web"]).exits(0);
    });
    let shown = interfaces(&rcon, "web");
    for (number, address) in (10..14).map(|third| format!("10.96.{third}.2/24")).enumerate() {
        assert!(shown.contains(&address), "n{number}: {shown}");
    }
    assert!(shown.ends_with("10.95.0.1 eth0"), "the first name leads out: {shown}");
    let out =
        rcon.run(["run", "--rm", "--network", "n3", "busybox", "sh", "-c", "nc -w 5 web 80 </dev/null"]);
    out.exits(0).stdout_has("10.96.13.3 ");
}

#[test]
fn changes_of_a_container_that_waits_come_with_its_start() {
    let rcon = with_networks(&[]);
    rcon.run(["create", "--name", "late", "--network", "mine", "busybox", "sleep", "1000"]).exits(0);
    rcon.run(["network", "connect", "--ip", "10.96.0.50", "more", "late"]).exits(0);
    rcon.run(["start", "late"]).exits(0);
    assert_eq!(address(&rcon, "late", "more"), "10.96.0.50");
    assert_eq!(
        interfaces(&rcon, "late"),
        "lo 127.0.0.1/8, eth0 10.95.0.3/24, eth1 10.96.0.50/24, 10.95.0.1 eth0"
    );
    rcon.run(["stop", "-t", "0", "late"]).exits(0);
    rcon.run(["network", "disconnect", "mine", "late"]).exits(0);
    rcon.run(["start", "late"]).exits(0);
    assert_eq!(interfaces(&rcon, "late"), "lo 127.0.0.1/8, eth0 10.96.0.50/24, 10.96.0.1 eth0");
}

#[test]
fn what_was_connected_live_is_there_after_a_restart() {
    let rcon = with_networks(&[]);
    rcon.run(["network", "connect", "--alias", "www", "more", "web"]).exits(0);
    rcon.run(["restart", "-t", "0", "web"]).exits(0);
    rcon.sleeper(["--name", "asker", "--network", "more"]);
    assert_eq!(found(&rcon, "asker", "a", "www"), [address(&rcon, "web", "more")]);
}

#[test]
fn published_ports_follow_the_networks() {
    let port = free_port();
    let rcon = with_networks(&["-p", &format!("{port}:80")]);
    over_tcp((LOCAL, port)).unwrap();
    rcon.run(["network", "connect", "more", "web"]).exits(0);
    rcon.run(["network", "disconnect", "mine", "web"]).exits(0);
    assert_eq!(over_tcp((LOCAL, port)).unwrap().0.to_string(), "10.96.0.1");
    rcon.run(["network", "disconnect", "more", "web"]).exits(0);
    over_tcp((LOCAL, port)).unwrap_err();
    rcon.run(["network", "connect", "mine", "web"]).exits(0);
    assert_eq!(over_tcp((LOCAL, port)).unwrap().0.to_string(), "10.95.0.1");
}

#[test]
fn ports_of_a_running_container_are_published_and_taken_back() {
    let rcon = with_networks(&[]);
    let port = free_ports(3);
    let (second, third) = (port + 1, port + 2);
    let update = |words: &[&str]| rcon.run(["update"].iter().chain(words).chain(&["web"]));
    update(&["--publish-add", &format!("{port}:80")]).exits(0).stdout("web\n").stderr("");
    assert_eq!(over_tcp((LOCAL, port)).unwrap().0.to_string(), "10.95.0.1");
    let (more, udp) = (format!("{second}:81"), format!("127.0.0.1:{third}:80/udp"));
    update(&["--publish-add", &more, "--publish-add", &udp]).exits(0);
    over_tcp((LOCAL, second)).unwrap();
    over_udp((LOCAL, third)).unwrap();
    let listed = format!(
        "80/tcp -> 0.0.0.0:{port}\n80/tcp -> [::]:{port}\n80/udp -> 127.0.0.1:{third}\n81/tcp -> 0.0.0.0:{second}\n\
         81/tcp -> [::]:{second}\n"
    );
    rcon.run(["port", "web"]).exits(0).stdout(&listed);
    update(&["--publish-rm", &format!("{port}:80"), "--publish-rm", &udp]).exits(0);
    assert!(is_free(port) && is_free(third), "free when the call returns");
    over_tcp((LOCAL, second)).unwrap();
    rcon.run(["port", "web"])
        .exits(0)
        .stdout(&format!("81/tcp -> 0.0.0.0:{second}\n81/tcp -> [::]:{second}\n"));
    update(&["--publish-rm", "81"]).exits(0);
    assert!(is_free(second));
    rcon.run(["port", "web"]).exits(0).stdout("");
    update(&["--publish-add", &format!("{port}:80")]).exits(0);
    over_tcp((LOCAL, port)).unwrap();
}

#[test]
fn a_change_that_cannot_be_made_changes_nothing() {
    let rcon = with_networks(&[]);
    let port = free_ports(2);
    serves(&rcon, &["--name", "other", "-p", &format!("{}:80", port + 1)]);
    let words = ["update", "--publish-add", &format!("{port}-{}:80-81", port + 1), "web"];
    let out = rcon.run(words);
    out.exits(1).stderr_has(&format!("Bind for 0.0.0.0:{} failed: port is already allocated", port + 1));
    assert!(is_free(port), "none of a range when one is taken");
    rcon.run(["port", "web"]).exits(0).stdout("");
    let out = rcon.run(["update", "--publish-rm", "9999", "web"]);
    out.exits(1).stderr_has("No public port '9999/tcp' published for web");
    rcon.run(["stop", "-t", "0", "web"]).exits(0);
    let out = rcon.run(["update", "--publish-add", &format!("{port}:80"), "web"]);
    out.exits(1).stderr_has("is not running");
    rcon.sleeper(["--name", "alone", "--network", "none"]);
    let out = rcon.run(["update", "--publish-add", &format!("{port}:80"), "alone"]);
    out.fails().stderr_has("ports can be published only of containers with networks of their own");
}

#[test]
fn ports_published_live_go_with_the_container() {
    let rcon = with_networks(&[]);
    let port = free_port();
    rcon.run(["update", "--publish-add", &format!("{port}:80"), "web"]).exits(0);
    rcon.run(["kill", "web"]).exits(0);
    until("the port is free", || is_free(port));
}

#[test]
fn ports_published_live_are_published_again_at_the_next_start() {
    let rcon = with_networks(&["-p", "127.0.0.1:0:81"]);
    let port = free_port();
    rcon.run(["update", "--publish-add", &format!("{port}:80"), "--publish-rm", "81", "web"]).exits(0);
    rcon.run(["restart", "-t", "0", "web"]).exits(0);
    until("the server answers again", || over_tcp((LOCAL, port)).is_ok());
    assert!(!rcon.run(["port", "web"]).succeeds().contains("81/tcp"));
    assert_eq!(rcon.inspect("web", "{{len .HostConfig.PortBindings}}"), "1");
}
