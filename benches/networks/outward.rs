//! Throughput out of a container, to the host and to the outside, both ways.

use super::figures::Figures;
use super::ground::{Container, Ground, IMAGE, Tool, free_port, line, succeed};
use super::iperf::{self, Sender, Server, here};
use std::net::IpAddr;

/// What is asked of rcon, in podman's.
const ASKED: f64 = 0.9;

pub(crate) fn measure(ground: &Ground) {
    println!("\niperf3 out of a container:");
    let clients: Vec<_> =
        ground.tools.iter().map(|tool| (*tool, ground.start(*tool, &[IMAGE, "sleep", "100000"]))).collect();
    let mut figures = Figures::default();
    for _ in 0..iperf::turns() {
        for (sender, arrow) in Sender::BOTH {
            for (tool, client) in &clients {
                let call = |words: &[&str]| client.exec(words);
                let port = free_port();
                let server = Server::start(port, here);
                let words = iperf::client(host_of(client), port, sender);
                figures.note(
                    &format!("container {arrow} host.containers.internal"),
                    tool.name(),
                    iperf::run(&words, call),
                );
                drop(server);
                let Some(outside) = &ground.outside else { continue };
                // pasta gives podman's containers the host's own address.
                if *tool != Tool::Podman {
                    let server = Server::start(port, here);
                    let words = iperf::client(outside.host, port, sender);
                    let row = format!("container {arrow} host's address");
                    figures.note(&row, tool.name(), iperf::run(&words, call));
                    drop(server);
                }
                let server = Server::start(port, |words| outside.run(words));
                let words = iperf::client(outside.address, port, sender);
                figures.note(&format!("container {arrow} outside"), tool.name(), iperf::run(&words, call));
                drop(server);
            }
        }
    }
    figures.show("Gbit/s", &["rcon", "built-in", "podman"], "podman", Some(ASKED));
}

/// The host as the container knows it.
fn host_of(container: &Container<'_>) -> IpAddr {
    let script = "busybox grep -w host.containers.internal /etc/hosts";
    let said = line(&succeed(&mut container.exec(&["sh", "-c", script])));
    said.split_whitespace().next().expect("no line for the host in /etc/hosts").parse().unwrap()
}
