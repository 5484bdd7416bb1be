//! Throughput from container to container on a network of the user's, beside a bare veth pair.

use super::figures::Figures;
use super::ground::{Ground, IMAGE, Tool, succeed};
use super::iperf::{self, Sender};
use std::process::{Command, Stdio};

/// What is asked of rcon, in a bare pair's.
const ASKED: f64 = 0.8;

/// A network for what is measured here.
const NETWORK: &str = "rcon-bench-between";

/// Bare pairs: as the kernel makes them, and with packets as large as those of rcon's bridges.
const PAIRS: [(&str, &str); 2] = [("veth", "1500"), ("veth 65520", "65520")];

/// Two network namespaces and a veth pair between them with packets of at most `$1` bytes; what follows is the client.
const PAIR: &str = r#"
mtu=$1
shift
unshare -n sh -c 'until ip address add 10.0.0.2/24 dev v1 2>&-; do sleep 0.01; done; ip link set v1 up
    exec iperf3 -s -1 --idle-timeout 30 >&-' &
while [ "$(readlink /proc/$!/ns/net)" = "$(readlink /proc/self/ns/net)" ]; do sleep 0.01; done
ip link add v0 mtu $mtu type veth peer name v1 mtu $mtu netns $!
ip address add 10.0.0.1/24 dev v0
ip link set v0 up
until nsenter -t $! -n ss -ltn | grep -q :5201; do sleep 0.05; done
exec "$@"
"#;

pub(crate) fn measure(ground: &Ground) {
    println!("\niperf3 from container to container:");
    let tools: Vec<Tool> = ground.tools.iter().copied().filter(|tool| *tool != Tool::BuiltIn).collect();
    for tool in &tools {
        succeed(&mut ground.call(*tool, &["network", "create", NETWORK]));
    }
    let pairs: Vec<_> = tools
        .iter()
        .map(|tool| {
            let server = ground.start(*tool, &["--network", NETWORK, IMAGE, "iperf3", "-s"]);
            let client = ground.start(*tool, &["--network", NETWORK, IMAGE, "sleep", "100000"]);
            (*tool, server.address(), client, server)
        })
        .collect();
    let mut figures = Figures::default();
    for _ in 0..iperf::turns() {
        for (sender, arrow) in Sender::BOTH {
            let row = format!("client {arrow} server");
            let words = iperf::client("10.0.0.2".parse().unwrap(), 5201, sender);
            for (pair, mtu) in PAIRS {
                figures.note(&row, pair, iperf::run(&words, |words| bare_pair(mtu, words)));
            }
            for (tool, address, client, _) in &pairs {
                let words = iperf::client(*address, 5201, sender);
                figures.note(&row, tool.name(), iperf::run(&words, |words| client.exec(words)));
            }
        }
    }
    figures.show("Gbit/s", &["rcon", "podman", "veth", "veth 65520"], "veth", Some(ASKED));
    drop(pairs);
    for tool in tools {
        succeed(&mut ground.call(tool, &["network", "rm", NETWORK]));
    }
}

fn bare_pair(mtu: &str, client: &[&str]) -> Command {
    let mut command = Command::new("unshare");
    command.args(["--user", "--map-root-user", "--net", "sh", "-c", PAIR, "pair", mtu]).args(client);
    command.stdin(Stdio::null()).stderr(Stdio::null());
    command
}
