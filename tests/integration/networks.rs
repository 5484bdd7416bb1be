//! Networks and ports as words: what needs no network that works.

use crate::support::{Rcon, at_once};
use serde_json::{Value, json};

/// A store without images, and with these networks.
fn with_networks(names: &[&str]) -> Rcon {
    let rcon = Rcon::new();
    for name in names {
        rcon.run(["network", "create", name]).exits(0).stdout("<id>\n").stderr("");
    }
    rcon
}

fn inspected(rcon: &Rcon, words: &[&str]) -> Value {
    serde_json::from_str(rcon.run(words).exits(0).printed()).unwrap()
}

#[test]
fn three_networks_are_always_there() {
    let rcon = Rcon::new();
    let table = "NETWORK ID     NAME      DRIVER    SCOPE\n\
                 <short id>   bridge    bridge    local\n\
                 <short id>   host      host      local\n\
                 <short id>   none      null      local\n";
    rcon.run(["network", "ls"]).exits(0).stdout(table).stderr("");
    let first = rcon.run(["network", "list", "-q", "--no-trunc"]).succeeds();
    assert_eq!(rcon.run(["network", "ls", "-q", "--no-trunc"]).succeeds(), first, "ids stay");
    let bridge = &inspected(&rcon, &["network", "inspect", "bridge"])[0];
    assert_eq!(bridge["IPAM"]["Config"], json!([{"Subnet": "172.17.0.0/16", "Gateway": "172.17.0.1"}]));
    assert_eq!(bridge["Options"]["com.docker.network.bridge.default_bridge"], "true");
    let out = rcon.run(["network", "rm", "bridge", "host"]);
    out.exits(1).stdout("").stderr(
        "Error: bridge is a pre-defined network and cannot be removed\n\
         Error: host is a pre-defined network and cannot be removed\n",
    );
    rcon.run(["network", "prune", "-f"]).exits(0).stdout("");
}

#[test]
fn a_network_is_created_shown_and_removed() {
    let rcon = Rcon::new();
    let id = rcon
        .run([
            "network",
            "create",
            "--driver",
            "bridge",
            "--subnet",
            "10.3.0.0/16",
            "--ip-range",
            "10.3.5.0/24",
            "--gateway",
            "10.3.0.1",
            "--aux-address",
            "router=10.3.5.5",
            "--internal",
            "--attachable",
            "--label",
            "a=b",
            "--label",
            "c",
            "-o",
            "com.docker.network.driver.mtu=1400",
            "mine",
        ])
        .succeeds();
    let wanted = json!([{
        "Name": "mine",
        "Id": id,
        "Created": "",
        "Scope": "local",
        "Driver": "bridge",
        "EnableIPv4": true,
        "EnableIPv6": false,
        "IPAM": {
            "Driver": "default",
            "Options": {},
            "Config": [{
                "Subnet": "10.3.0.0/16",
                "IPRange": "10.3.5.0/24",
                "Gateway": "10.3.0.1",
                "AuxiliaryAddresses": {"router": "10.3.5.5"}
            }]
        },
        "Internal": true,
        "Attachable": true,
        "Ingress": false,
        "ConfigFrom": {"Network": ""},
        "ConfigOnly": false,
        "Containers": {},
        "Options": {"com.docker.network.driver.mtu": "1400"},
        "Labels": {"a": "b", "c": ""}
    }]);
    for words in [
        &["network", "inspect", "mine"][..],
        &["network", "inspect", "--verbose", &id[..12]],
        &["inspect", "mine"],
        &["inspect", "--type", "network", &id],
    ] {
        let mut shown = inspected(&rcon, words);
        assert!(shown[0]["Created"].as_str().is_some_and(|created| created.ends_with('Z')));
        shown[0]["Created"] = "".into();
        assert_eq!(shown, wanted, "{words:?}");
    }
    rcon.run(["network", "exists", "mine"]).exits(0).stdout("").stderr("");
    rcon.run(["network", "rm", &id[..6]]).exits(0).stdout(&format!("{}\n", &id[..6])).stderr("");
    rcon.run(["network", "exists", "mine"]).exits(1).stdout("").stderr("");
    rcon.run(["network", "rm", "mine"]).exits(1).stdout("").stderr("Error: network mine not found\n");
    rcon.run(["network", "remove", "-f", "mine"]).exits(0).stdout("").stderr("");
}

#[test]
fn a_network_with_ipv6_has_two_subnets() {
    let rcon = Rcon::new();
    rcon.run(["network", "create", "--ipv6", "two"]).exits(0);
    let template = "{{.EnableIPv6}}{{range .IPAM.Config}} {{.Subnet}}{{end}}";
    let shown = rcon.run(["network", "inspect", "-f", template, "two"]).succeeds();
    let words: Vec<&str> = shown.split(' ').collect();
    assert_eq!((words.len(), words[0]), (3, "true"), "{shown}");
    assert!(words[2].starts_with("fd") && words[2].ends_with("::/64"), "{shown}");
    let subnets = ["--subnet", "10.9.0.0/24", "--subnet", "fd00:9::/64"];
    rcon.run(["network", "create"].iter().chain(&subnets).chain(&["both"])).exits(0);
    let shown = rcon.run(["network", "inspect", "-f", template, "both"]).succeeds();
    assert_eq!(shown, "true 10.9.0.0/24 fd00:9::/64");
}

#[test]
fn what_cannot_be_created_is_told_in_dockers_words() {
    let rcon = with_networks(&["taken"]);
    rcon.run(["network", "create", "--subnet", "10.1.0.0/16", "named"]).exits(0);
    let cases: [(&[&str], &str); 11] = [
        (&["taken"], "network with name taken already exists"),
        (&["bridge"], "operation is not permitted on predefined bridge network"),
        (&["a/b"], "invalid name: \"a/b\""),
        (&["../../x"], "invalid name: \"../../x\""),
        (
            &["--subnet", "10.1.2.0/24", "n"],
            "invalid pool request: Pool overlaps with other one on this address space",
        ),
        (&["--subnet", "foo", "n"], "invalid subnet foo: invalid CIDR block notation"),
        (
            &["--subnet", "10.2.0.0/16", "--gateway", "10.3.0.1", "n"],
            "no matching subnet for gateway 10.3.0.1",
        ),
        (&["--gateway", "10.3.0.1", "n"], "every ip-range or gateway must have a corresponding subnet"),
        (
            &["--driver", "macvlan", "n"],
            "driver \"macvlan\" is not supported: it shares a device of the host",
        ),
        (&["--driver", "overlay", "n"], "driver \"overlay\" is not supported: it spans several hosts"),
        (&["--ipv4=false", "n"], "IPv4 or IPv6 must be enabled"),
    ];
    for (words, told) in cases {
        let out = rcon.run(["network", "create"].iter().chain(words));
        out.exits(1).stdout("").stderr_has(told);
    }
    for flag in ["--ingress", "--config-only", "--scope=swarm", "--config-from=x", "--ipam-opt=a=b"] {
        let name = flag.split('=').next().unwrap();
        let told = format!("rcon: {name} is not supported yet: ");
        rcon.run(["network", "create", flag, "n"]).exits(125).stderr_has(&told);
    }
    rcon.run(["network", "create"]).exits(1).stderr_has("requires 1 argument");
    rcon.run(["network", "nope"]).exits(1).stderr_has("rcon: unknown command: rcon network nope");
    assert_eq!(rcon.run(["network", "ls", "-q"]).succeeds().lines().count(), 5);
}

#[test]
fn many_are_created_at_once_and_none_overlap() {
    let rcon = Rcon::new();
    at_once(8, |number| rcon.run(["network", "create", &format!("n{number}")]).exits(0).printed().to_owned());
    let names: Vec<String> = (0..8).map(|number| format!("n{number}")).collect();
    let words = ["network", "inspect", "-f", "{{range .IPAM.Config}}{{.Subnet}}{{end}}"].map(str::to_owned);
    let shown = rcon.run(words.iter().chain(&names)).succeeds();
    let mut subnets: Vec<&str> = shown.lines().collect();
    subnets.sort_unstable();
    subnets.dedup();
    assert_eq!(subnets.len(), 8, "{shown}");
    let won = at_once(4, |_| rcon.run(["network", "create", "one"]).code());
    assert_eq!(won.iter().filter(|code| **code == Some(0)).count(), 1, "{won:?}");
}

#[test]
fn lists_are_filtered_and_formatted_as_dockers() {
    let rcon = with_networks(&["n10", "n2"]);
    rcon.run(["network", "create", "--label", "a=b", "--internal", "web"]).exits(0);
    let cases: [(&[&str], &str); 9] = [
        (&[], "bridge host n2 n10 none web"),
        (&["-f", "driver=bridge"], "bridge n2 n10 web"),
        (&["-f", "name=n", "-f", "type=custom"], "n2 n10"),
        (&["-f", "label=a"], "web"),
        (&["-f", "label=a=c"], ""),
        (&["-f", "type=builtin"], "bridge host none"),
        (&["-f", "dangling=true"], "n2 n10 web"),
        (&["-f", "scope=swarm"], ""),
        (&["-f", "driver=null", "-f", "driver=host"], "host none"),
    ];
    for (words, names) in cases {
        let listed = rcon.run(["network", "ls", "--format", "{{.Name}}"].iter().chain(words)).succeeds();
        assert_eq!(listed.replace('\n', " "), names, "{words:?}");
    }
    let row = rcon.run(["network", "ls", "-f", "name=web", "--format", "json"]).succeeds();
    let row: Value = serde_json::from_str(&row).unwrap();
    let keys: Vec<_> = row.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(keys.join(" "), "CreatedAt Driver ID IPv4 IPv6 Internal Labels Name Scope");
    assert_eq!((&row["Internal"], &row["Labels"]), (&json!("true"), &json!("a=b")));
    for (filter, words) in [
        ("x=y", "invalid filter 'x'"),
        ("type=x", "invalid filter: 'type'='x'"),
        (
            "dangling=x",
            "invalid value for filter 'dangling', must be \"true\" (or \"1\"), or \"false\" (or \"0\")",
        ),
    ] {
        rcon.run(["network", "ls", "-f", filter]).exits(1).stdout("").stderr(&format!("Error: {words}\n"));
    }
    rcon.file("c.json", r#"{"networksFormat": "{{.Name}}!"}"#);
    rcon.run(["network", "ls", "-f", "name=web"]).exits(0).stdout("web!\n");
    rcon.run(["network", "ls", "-q", "-f", "name=web"]).exits(0).stdout("<short id>\n");
}

#[test]
fn what_is_not_there_is_told_and_the_others_are_shown() {
    let rcon = with_networks(&["mine"]);
    let out = rcon.run(["network", "inspect", "-f", "{{.Name}}", "nope", "mine"]);
    out.exits(1).stdout("mine\n").stderr("Error response from daemon: network nope not found\n");
    rcon.run(["inspect", "nope"]).exits(1).stdout("[]\n").stderr("Error: No such object: nope\n");
    rcon.run(["network", "connect", "nope", "x"]).exits(1).stderr("Error: network nope not found\n");
    rcon.run(["network", "connect", "mine", "x"]).exits(1).stderr("Error: No such container: x\n");
    rcon.run(["network", "disconnect", "mine", "x"]).exits(1).stderr("Error: No such container: x\n");
    rcon.run(["network", "connect", "mine"]).exits(1).stderr_has("requires 2 arguments");
}

#[test]
fn unused_networks_are_pruned_by_their_labels() {
    let rcon = with_networks(&["one", "two"]);
    rcon.run(["network", "create", "--label", "keep", "three"]).exits(0);
    let question = "WARNING! This will remove all custom networks not used by at least one container.\n\
                    Are you sure you want to continue? [y/N] ";
    rcon.call(["network", "prune"]).stdin("n\n").done().exits(0).stdout(question);
    rcon.run(["network", "prune", "-f", "--filter", "until=1h"]).exits(0).stdout("");
    let out = rcon.run(["network", "prune", "-f", "--filter", "label!=keep"]);
    out.exits(0).stdout("Deleted Networks:\none\ntwo\n\n").stderr("");
    rcon.run(["network", "prune", "-f", "--filter", "x=y"]).exits(1).stderr("Error: invalid filter 'x'\n");
    let out = rcon.run(["system", "prune", "-f"]);
    out.exits(0).stdout_has("Deleted Networks:\nthree\n\n").stdout_has("Total reclaimed space: ");
    rcon.run(["network", "prune", "-f"]).exits(0).stdout("");
}

#[test]
fn a_container_that_waits_shows_what_was_asked_for() {
    let rcon = Rcon::with_busybox();
    let words = [
        "create",
        "--name",
        "web",
        "-p",
        "8080:80",
        "-p",
        "127.0.0.1::53/udp",
        "--expose",
        "7000-7001",
        "-P",
        "--dns",
        "1.1.1.1",
        "--dns-search",
        "a.b",
        "--dns-option",
        "ndots:1",
        "busybox",
        "true",
    ];
    rcon.run(words).exits(0).stderr("");
    let shown = &inspected(&rcon, &["inspect", "web"])[0];
    let (host, settings) = (&shown["HostConfig"], &shown["NetworkSettings"]);
    assert_eq!(host["NetworkMode"], "bridge");
    assert_eq!(
        host["PortBindings"],
        json!({
            "53/udp": [{"HostIp": "127.0.0.1", "HostPort": ""}],
            "80/tcp": [{"HostIp": "", "HostPort": "8080"}]
        })
    );
    assert_eq!(host["PublishAllPorts"], true);
    assert_eq!((&host["Dns"], &host["DnsSearch"]), (&json!(["1.1.1.1"]), &json!(["a.b"])));
    assert_eq!(host["DnsOptions"], json!(["ndots:1"]));
    assert_eq!(
        shown["Config"]["ExposedPorts"],
        json!({"53/udp": {}, "7000/tcp": {}, "7001/tcp": {}, "80/tcp": {}})
    );
    assert_eq!(settings["Ports"], json!({}));
    assert_eq!(settings["Networks"]["bridge"]["IPAddress"], "");
    let listed = rcon.run(["ps", "-a", "--format", "{{.Ports}}|{{.Networks}}"]);
    listed.exits(0).stdout("|bridge\n");
    for (filter, count) in [
        ("network=bridge", 1),
        ("network=host", 0),
        ("expose=80", 1),
        ("expose=7001/tcp", 1),
        ("publish=8080", 0),
    ] {
        let found = rcon.run(["ps", "-aq", "--filter", filter]).succeeds();
        assert_eq!(found.lines().count(), count, "{filter}");
    }
    let out = rcon.run(["ps", "-a", "--filter", "publish=foo"]);
    out.exits(1).stderr_has("error while looking up for publish foo: strconv.ParseUint: parsing \"foo\"");
    rcon.run(["port", "web"]).exits(0).stdout("").stderr("");
    let out = rcon.run(["container", "port", "web", "80"]);
    out.exits(1).stdout("").stderr("Error: No public port '80' published for web\n");
    let told = "Error: invalid port (x): strconv.ParseUint: parsing \"x\": invalid syntax\n";
    rcon.run(["port", "web", "x"]).exits(1).stderr(told);
    rcon.run(["port", "nope"]).exits(1).stderr("Error: No such container: nope\n");
    rcon.run(["update", "web"])
        .exits(1)
        .stderr_has("you must provide one or more flags when using this command");
    rcon.run(["update", "--memory", "1g", "web"]).exits(125).stderr_has("resource limits need a cgroup");
}

#[test]
fn what_contradicts_is_refused_before_anything_is_made() {
    let rcon = Rcon::with_busybox();
    let cases: [(&[&str], &str); 9] = [
        (
            &["--network", "host", "--link", "a:b"],
            "conflicting options: host type networking can't be used with links. This would result in undefined \
             behavior",
        ),
        (
            &["--network", "container:x", "-p", "80:80"],
            "conflicting options: port publishing and the container type network mode",
        ),
        (
            &["--network", "host", "--network", "mine"],
            "conflicting options: cannot attach both user-defined and non-user-defined network-modes",
        ),
        (&["--network-alias", "x"], "network-scoped aliases are only supported for user-defined networks"),
        (
            &["--ip", "10.0.0.1"],
            "invalid config for network bridge: invalid endpoint settings:\nuser specified IP address is \
             supported on user defined networks only",
        ),
        (&["--mac-address", "foo"], "foo is not a valid mac address"),
        (&["-p", "1-3:4-5"], "Invalid ranges specified for container and host Ports: 4-5 and 1-3"),
        (&["-p", "80/sctp"], "sctp ports are not supported"),
        (&["--expose", "foo"], "invalid range format for --expose: foo, error: strconv.ParseUint"),
    ];
    for (words, told) in cases {
        let all = ["run"].iter().chain(words).chain(&["busybox", "true"]);
        rcon.run(all).exits(125).stdout("").stderr_has(&format!("rcon: {told}"));
    }
    for (words, told) in [
        (
            ["--dns", "foo"],
            "invalid argument \"foo\" for \"--dns\" flag: IP address is not correctly formatted: foo",
        ),
        (["--egress", "x"], "invalid argument \"x\" for \"--egress\" flag: invalid egress rule: x"),
        (["--link", "a:b:c"], "invalid argument \"a:b:c\" for \"--link\" flag: bad format for links: a:b:c"),
    ] {
        let all = ["run"].iter().chain(&words).chain(&["busybox", "true"]);
        rcon.run(all).exits(125).stdout("").stderr_has(told);
    }
    assert!(rcon.stored().is_empty());
    let out = rcon.run(["create", "--network", "host", "-p", "80:80", "busybox", "true"]);
    out.exits(0).stdout("<id>\n");
    out.stderr("WARNING: Published ports are discarded when using host network mode\n");
    let id = out.printed().trim_end();
    rcon.run(["network", "connect", "bridge", id]).exits(1).stdout("").stderr(
        "Error: container sharing network namespace with another container or host cannot be connected to any \
         other network\n",
    );
    rcon.run(["network", "create", "mine"]).exits(0);
    for (network, told) in [
        ("host", "cannot connect container to host network - container must be created in host network mode"),
        (
            "none",
            "container cannot be connected to multiple networks with one of the networks in private (none) mode",
        ),
    ] {
        let id = rcon.run(["create", "busybox", "true"]).succeeds();
        rcon.run(["network", "connect", network, &id]).exits(1).stderr(&format!("Error: {told}\n"));
        let out = rcon.run(["network", "connect", "--ip", "foo", "--alias", "x", "bridge", &id]);
        out.exits(1)
            .stderr_has("Error: invalid endpoint settings:\n* network-scoped alias is supported only for");
        let out = rcon.run(["network", "connect", "--ip", "10.99.0.1", "mine", &id]);
        out.exits(1).stderr_has("no configured subnet or ip-range contain the IP address 10.99.0.1");
        let out = rcon.run(["network", "connect", "--link-local-ip", "169.254.0.1", "mine", &id]);
        out.exits(125).stderr_has("--link-local-ip is not supported yet");
    }
}

#[test]
fn what_was_noted_of_the_way_out_is_told() {
    let rcon = Rcon::with_busybox();
    let id = rcon.run(["create", "--egress", "deny,log", "--name", "web", "busybox", "true"]).succeeds();
    rcon.run(["logs", "--egress", "web"]).exits(0).stdout("").stderr("");
    let name = rcon.of(&id, "egress.log");
    rcon.file(
        name.strip_prefix(rcon.path("")).unwrap().to_str().unwrap(),
        "{\"time\": \"2026-11-21T07:00:00Z\", \"verdict\": \"deny\", \"protocol\": \"tcp\", \"address\": \
         \"1.2.3.4\", \"port\": 443, \"name\": \"example.com\"}\n{\"time\": \"20",
    );
    rcon.run(["logs", "--egress", "web"])
        .exits(0)
        .stdout("2026-11-21T07:00:00Z deny tcp example.com (1.2.3.4):443\n");
    let told = "Error: conflicting options: cannot specify both --egress and --follow\n";
    rcon.run(["logs", "--egress", "-f", "web"]).exits(1).stderr(told);
}
