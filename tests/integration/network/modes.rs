//! The modes of `--network`, and what a container sees of its networks.

use super::{address, free_port, has_ipv6, over_tcp, serves, with_server};
use crate::support::{Rcon, until};
use std::io::Write;
use std::net::{Ipv4Addr, TcpListener};

/// The lines that every hosts file of docker begins with.
const HOSTS: &str = "127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost ip6-loopback\nfe00::\tip6-localnet\n\
                     ff00::\tip6-mcastprefix\nff02::1\tip6-allnodes\nff02::2\tip6-allrouters\n";

const HOST: &str = "169.254.1.2\thost.docker.internal host.containers.internal\n";

/// The interfaces of a container with their IPv4 addresses, and its routes, a line each.
const LOOK: &str = "ip -o -4 a | awk '{print $2, $4}' | sort -r; ip -4 r | awk '{$1=$1; print}'";

#[test]
fn a_container_on_the_default_network_sees_dockers_picture() {
    let rcon = Rcon::with_busybox();
    let out = rcon.run(["run", "--rm", "busybox", "sh", "-c", LOOK]);
    out.exits(0).stderr("").stdout(
        "lo 127.0.0.1/8\neth0 172.17.0.2/16\ndefault via 172.17.0.1 dev eth0\n\
         172.17.0.0/16 dev eth0 scope link src 172.17.0.2\n",
    );
    let out = rcon.run(["run", "--rm", "--hostname", "me", "busybox", "cat", "/etc/hosts"]);
    out.exits(0).stdout(&format!("{HOSTS}{HOST}172.17.0.2\tme\n"));
    rcon.shell("head -n 1 /etc/resolv.conf").exits(0).stdout("nameserver 169.254.1.1\n");
    rcon.shell("cat /sys/class/net/eth0/address").exits(0).stdout("02:42:ac:11:00:02\n");
    // As with docker: no IPv6 on a network that has none, not even addresses of the link.
    rcon.shell("ip -o -6 a show dev eth0").exits(0).stdout("");
}

#[test]
fn inspect_tells_what_the_container_sees() {
    let rcon = Rcon::with_busybox();
    rcon.sleeper(["--name", "web"]);
    let settings =
        "{{with .NetworkSettings}}{{.IPAddress}}/{{.IPPrefixLen}} {{.Gateway}} {{.MacAddress}}{{end}}";
    assert_eq!(rcon.inspect("web", settings), "172.17.0.2/16 172.17.0.1 02:42:ac:11:00:02");
    assert_eq!(address(&rcon, "web", "bridge"), "172.17.0.2");
    let template = "{{range .Containers}}{{.Name}} {{.IPv4Address}} {{.MacAddress}}{{end}}";
    let shown = rcon.run(["network", "inspect", "-f", template, "bridge"]).succeeds();
    assert_eq!(shown, "web 172.17.0.2/16 02:42:ac:11:00:02");
    rcon.run(["stop", "-t", "0", "web"]).exits(0);
    assert_eq!(address(&rcon, "web", "bridge"), "", "what does not run has no address");
    let shown = rcon.run(["network", "inspect", "-f", template, "bridge"]).succeeds();
    assert_eq!(shown, "");
}

#[test]
fn containers_reach_each_other_and_ping() {
    let rcon = with_server();
    serves(&rcon, &["--name", "web"]);
    let other = "nc -w 5 172.17.0.2 80 </dev/null; seen ping 172.17.0.2";
    let out = rcon.shell(other);
    out.exits(0);
    assert!(out.printed().starts_with("172.17.0.3 "), "{out}");
    rcon.shell("seen ping 172.17.0.1").exits(0);
    rcon.shell("seen ping 172.17.0.99").exits(1);
}

#[test]
fn none_is_a_loopback_and_nothing_else() {
    let rcon = with_server();
    let run = ["run", "--rm", "--network", "none", "busybox", "sh", "-c"];
    let out = rcon.run(run.iter().chain(&[&format!("{LOOK}; cat /etc/hosts") as &str]));
    out.exits(0).stdout(&format!("lo 127.0.0.1/8\n{HOSTS}")).stderr("");
    rcon.run(run.iter().chain(&["seen ping 127.0.0.1"])).exits(0);
    rcon.sleeper(["--name", "alone", "--network", "none"]);
    let template = "{{.HostConfig.NetworkMode}}{{range $k, $v := .NetworkSettings.Networks}} {{$k}}{{end}}";
    assert_eq!(rcon.inspect("alone", template), "none none");
}

#[test]
fn host_is_the_hosts_own_network() {
    let rcon = Rcon::with_busybox();
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let port = listener.local_addr().unwrap().port().to_string();
    let answers = std::thread::spawn(move || listener.accept().unwrap().0.write_all(b"the host\n").unwrap());
    let run = ["run", "--rm", "--network", "host", "busybox"];
    let out = rcon.run(run.iter().chain(&["nc", "-w", "5", "127.0.0.1", &port]));
    out.exits(0).stdout("the host\n");
    answers.join().unwrap();
    let same = rcon.run(run.iter().chain(&["readlink", "/proc/self/ns/net"])).succeeds();
    assert_eq!(same, std::fs::read_link("/proc/self/ns/net").unwrap().to_str().unwrap());
    let out = rcon.run(run.iter().chain(&["cat", "/etc/hosts"]));
    out.exits(0).stdout(&std::fs::read_to_string("/etc/hosts").unwrap());
    let name = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap();
    rcon.run(run.iter().chain(&["hostname"])).exits(0).stdout(&name);
    rcon.run(run.iter().chain(&["cat", "/etc/hostname"])).exits(0).stdout(&name);
}

#[test]
fn a_container_shares_the_network_of_another() {
    let rcon = with_server();
    let id = serves(&rcon, &["--name", "web"]);
    let join = ["run", "--rm", "--network", "container:web", "busybox", "sh", "-c"];
    let out = rcon.run(join.iter().chain(&[LOOK]));
    out.exits(0).stdout_has("lo 127.0.0.1/8\neth0 172.17.0.2/16\n");
    rcon.run(join.iter().chain(&["nc 127.0.0.1 80 </dev/null"])).exits(0).stdout_has("127.0.0.1 ");
    let own = rcon.run(["exec", "web", "cat", "/etc/hosts", "/etc/resolv.conf", "/etc/hostname"]).succeeds();
    let shared = rcon.run(join.iter().chain(&["cat /etc/hosts /etc/resolv.conf /etc/hostname"])).succeeds();
    assert_eq!(shared, own);
    assert_eq!(rcon.run(join.iter().chain(&["hostname"])).succeeds(), id[..12], "docker: the owner's");
    // By any of its names; and what is connected later is seen by both.
    rcon.run(["network", "create", "--subnet", "10.77.0.0/24", "more"]).exits(0);
    rcon.sleeper(["--name", "guest", "--network", &format!("container:{}", &id[..8])]);
    rcon.run(["network", "connect", "more", "web"]).exits(0);
    rcon.run(["exec", "guest", "ip", "-o", "-4", "a"]).exits(0).stdout_has("eth1    inet 10.77.0.2/24");
    assert_eq!(rcon.inspect("guest", "{{.HostConfig.NetworkMode}}"), format!("container:{id}"));
}

#[test]
fn a_shared_network_does_not_outlive_its_owner() {
    let rcon = with_server();
    rcon.sleeper(["--name", "owner"]);
    rcon.sleeper(["--name", "guest", "--network", "container:owner"]);
    rcon.run(["stop", "-t", "0", "owner"]).exits(0);
    let look = |name: &str| rcon.run(["exec", name, "sh", "-c", "ip -o -4 a | awk '{print $4}'"]).succeeds();
    assert_eq!(look("guest"), "127.0.0.1/8", "the address is free for others, as with docker");
    serves(&rcon, &["--name", "next"]);
    assert_eq!(address(&rcon, "next", "bridge"), "172.17.0.2");
    rcon.shell("nc -w 5 172.17.0.2 80 </dev/null").exits(0);
    rcon.run(["start", "owner"]).exits(0);
    rcon.run(["restart", "-t", "0", "guest"]).exits(0);
    assert_eq!(look("guest"), look("owner"));
    rcon.run(["rm", "-f", "owner"]).exits(0);
    let told = "joining network namespace of container: No such container: owner";
    rcon.run(["restart", "-t", "0", "guest"]).exits(1).stderr_has(told);
}

#[test]
fn only_the_network_of_a_running_container_is_shared() {
    let rcon = Rcon::with_busybox();
    rcon.run(["create", "--name", "web", "busybox", "true"]).exits(0);
    let run = |owner: &str| rcon.run(["run", "--rm", "--network", owner, "busybox", "true"]);
    run("container:web").exits(125).stdout("").stderr_has(
        "rcon: cannot join network namespace of a non running container: container web is created",
    );
    run("container:nope")
        .exits(125)
        .stdout("")
        .stderr_has("rcon: joining network namespace of container: No such container: nope");
    rcon.run(["start", "web"]).exits(0);
    until("it ended", || rcon.inspect("web", "{{.State.Status}}") == "exited");
    run("container:web").exits(125).stderr_has("a non running container: container web is exited");
}

#[test]
fn a_container_may_be_on_several_networks() {
    let rcon = with_server();
    for (name, subnet) in [("back", "10.71.0.0/24"), ("front", "10.72.0.0/24"), ("third", "10.73.0.0/24")] {
        rcon.run(["network", "create", "--subnet", subnet, name]).exits(0);
    }
    let words = ["--name", "both", "--network", "front", "--network", "name=back,ip=10.71.0.9,alias=db"];
    rcon.sleeper(words);
    let look = |container: &str| rcon.run(["exec", container, "sh", "-c", LOOK]).succeeds();
    let picture = "lo 127.0.0.1/8\neth1 10.71.0.9/24\neth0 10.72.0.2/24\ndefault via 10.71.0.1 dev eth1\n\
                   10.71.0.0/24 dev eth1 scope link src 10.71.0.9\n10.72.0.0/24 dev eth0 scope link src 10.72.0.2";
    assert_eq!(look("both"), picture, "docker: the default route by the first name");
    rcon.sleeper(["--name", "one", "--network", "front"]);
    rcon.sleeper(["--name", "two", "--network", "back"]);
    let pings = |from: &str, to: &str| rcon.run(["exec", from, "seen", "ping", to]).code() == Some(0);
    assert!(pings("both", "10.72.0.3") && pings("both", "10.71.0.2"));
    assert!(!pings("one", "10.71.0.9"), "networks are apart");
    let words = ["--name", "first", "--network", "name=front,gw-priority=1", "--network", "back"];
    rcon.sleeper(words);
    assert!(look("first").contains("default via 10.72.0.1 dev eth0"));
}

#[test]
fn networks_are_apart_also_for_who_knows_the_way() {
    let rcon = with_server();
    rcon.run(["network", "create", "--subnet", "10.74.0.0/24", "apart"]).exits(0);
    serves(&rcon, &["--name", "web", "--network", "apart"]);
    for script in
        ["seen ping 10.74.0.2", "nc -w 1 10.74.0.2 80 </dev/null", "nc -w 1 172.17.0.1 80 </dev/null"]
    {
        rcon.shell(script).exits(1);
    }
}

#[test]
fn an_internal_network_leads_nowhere() {
    let rcon = with_server();
    rcon.run(["network", "create", "--internal", "--subnet", "10.75.0.0/24", "inside"]).exits(0);
    serves(&rcon, &["--name", "web", "--network", "inside"]);
    let run = ["run", "--rm", "--network", "inside", "busybox", "sh", "-c"];
    let out = rcon.run(run.iter().chain(&[LOOK]));
    out.exits(0);
    out.stdout("lo 127.0.0.1/8\neth0 10.75.0.3/24\n10.75.0.0/24 dev eth0 scope link src 10.75.0.3\n");
    let out = rcon.run(run.iter().chain(&["grep -c host.docker.internal /etc/hosts"]));
    out.exits(1).stdout("0\n");
    rcon.run(run.iter().chain(&["nc -w 5 web 80 </dev/null"])).exits(0).stdout_has("10.75.0.3 ");
    // With a route of its own making, too: it is not the routing table that keeps it inside.
    let out = rcon.run(
        ["run", "--rm", "--cap-add", "NET_ADMIN", "--network", "inside", "busybox", "sh", "-c"].iter().chain(&[
            "ip r add default via 10.75.0.1 && ! seen ping 169.254.1.2 && ! nc -w 1 169.254.1.2 22 </dev/null",
        ]),
    );
    out.exits(0);
}

#[test]
fn a_network_with_ipv6_gives_addresses_of_both_families() {
    if !has_ipv6() {
        return;
    }
    let rcon = with_server();
    let subnets = ["--subnet", "10.76.0.0/24", "--ipv6", "--subnet", "fd00:76::/64"];
    rcon.run(["network", "create"].iter().chain(&subnets).chain(&["two"])).exits(0);
    serves(&rcon, &["--name", "web", "--network", "two", "--ip6", "fd00:76::99"]);
    let look = "ip -o -6 a show dev eth0 scope global | awk '{print $2, $4}'; ip -6 r | grep default | cut -d' ' -f1-5; \
                nc -w 5 fd00:76::99 80 </dev/null | cut -d' ' -f1";
    let out = rcon.run(["run", "--rm", "--network", "two", "busybox", "sh", "-c", look]);
    out.exits(0).stdout("eth0 fd00:76::2/64\ndefault via fd00:76::1 dev eth0\nfd00:76::2\n");
    let template = "{{with .NetworkSettings.Networks.two}}{{.GlobalIPv6Address}}/{{.GlobalIPv6PrefixLen}} \
                    {{.IPv6Gateway}} {{.IPAddress}}{{end}}";
    assert_eq!(rcon.inspect("web", template), "fd00:76::99/64 fd00:76::1 10.76.0.2");
    rcon.run(["exec", "web", "cat", "/etc/hosts"]).exits(0).stdout_has("\nfd00:76::99\t<short id>\n");
}

#[test]
fn the_largest_packet_is_the_networks() {
    let rcon = Rcon::with_busybox();
    rcon.run(["network", "create", "-o", "com.docker.network.driver.mtu=1400", "small"]).exits(0);
    let out = rcon.run(["run", "--rm", "--network", "small", "busybox", "cat", "/sys/class/net/eth0/mtu"]);
    out.exits(0).stdout("1400\n");
}

#[test]
fn the_host_has_a_name() {
    let rcon = Rcon::with_busybox();
    let address = super::own_ipv4();
    let Some(address) = address else { return };
    let listener = TcpListener::bind((address, 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    let answers = std::thread::spawn(move || {
        for _ in 0..3 {
            listener.accept().unwrap().0.write_all(b"the host\n").unwrap();
        }
    });
    let asks = |name: &str| format!("nc -w 5 {name} {port} </dev/null");
    rcon.shell(&asks("host.docker.internal")).exits(0).stdout("the host\n");
    rcon.shell(&asks("host.containers.internal")).exits(0).stdout("the host\n");
    let words = ["run", "--rm", "--add-host", "myself:host-gateway", "busybox", "sh", "-c", &asks("myself")];
    rcon.run(words).exits(0).stdout("the host\n");
    answers.join().unwrap();
}

#[test]
fn a_container_that_starts_again_is_on_its_networks_again() {
    let rcon = with_server();
    rcon.run(["network", "create", "--subnet", "10.78.0.0/24", "mine"]).exits(0);
    let port = free_port();
    let publish = format!("{port}:80");
    let words =
        ["--name", "web", "--network", "mine", "--ip", "10.78.0.8", "--mac-address", "02:11:22:33:44:55"];
    serves(&rcon, &[&words[..], &["-p", &publish]].concat());
    for _ in 0..3 {
        rcon.run(["restart", "-t", "0", "web"]).exits(0);
        until("it listens", || over_tcp((Ipv4Addr::LOCALHOST, port)).is_ok());
        assert_eq!(address(&rcon, "web", "mine"), "10.78.0.8");
        rcon.run(["exec", "web", "cat", "/sys/class/net/eth0/address"])
            .exits(0)
            .stdout("02:11:22:33:44:55\n");
    }
    rcon.run(["network", "rm", "mine"])
        .exits(1)
        .stderr_has("network mine has active endpoints (name:\"web\" id:\"");
    rcon.run(["stop", "-t", "0", "web"]).exits(0);
    rcon.run(["network", "rm", "mine"]).exits(0);
    rcon.run(["start", "web"]).exits(1).stderr_has("network");
}
