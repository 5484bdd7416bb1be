//! Throughput through a published port, from the host and from outside, both ways.

use super::figures::Figures;
use super::ground::{Ground, IMAGE, Tool, free_port};
use super::iperf::{self, Sender, here};
use std::net::Ipv4Addr;

/// What is asked of rcon, in podman's.
const ASKED: f64 = 0.9;

pub(crate) fn measure(ground: &Ground) {
    println!("\niperf3 through a published port:");
    // The way out has no part in it, so there is one rcon.
    let tools = ground.tools.iter().copied().filter(|tool| *tool != Tool::BuiltIn);
    let servers: Vec<_> = tools
        .map(|tool| {
            let port = free_port();
            let published = format!("{port}:{}", iperf::PORT);
            (tool, port, ground.start(tool, &["-p", &published, IMAGE, "iperf3", "-s"]))
        })
        .collect();
    let mut figures = Figures::default();
    for _ in 0..iperf::turns() {
        for (sender, arrow) in Sender::BOTH {
            for (tool, port, _) in &servers {
                let loopback = iperf::client(Ipv4Addr::LOCALHOST.into(), *port, sender);
                let row = format!("host's loopback {arrow} container");
                figures.note(&row, tool.name(), iperf::run(&loopback, here));
                let Some(outside) = &ground.outside else { continue };
                let words = iperf::client(outside.host, *port, sender);
                let row = format!("host's address {arrow} container");
                figures.note(&row, tool.name(), iperf::run(&words, here));
                let row = format!("outside {arrow} container");
                figures.note(&row, tool.name(), iperf::run(&words, |words| outside.run(words)));
            }
        }
    }
    figures.show("Gbit/s", &["rcon", "podman"], "podman", Some(ASKED));
}
