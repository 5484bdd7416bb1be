//! What the default network adds to a start.

use super::figures::{Figures, verdict};
use super::ground::{Ground, IMAGE, Tool, settle, succeed};
use super::number;
use std::time::Instant;

/// How many milliseconds the default network may add while another container runs.
const ASKED_LATER: f64 = 10.0;
/// … and for the first one.
const ASKED_FIRST: f64 = 40.0;

pub(crate) fn measure(ground: &Ground) {
    println!("\nrun --rm … true on the default network, and with --network none:");
    both(ground, "the first container", ASKED_FIRST);
    let _others: Vec<_> =
        ground.tools.iter().map(|tool| ground.start(*tool, &[IMAGE, "sleep", "100000"])).collect();
    both(ground, "while another container runs", ASKED_LATER);
}

fn both(ground: &Ground, when: &str, asked: f64) {
    let mut times = Figures::default();
    for round in 0..number("ROUNDS", 40) + 2 {
        for tool in &ground.tools {
            for (row, network) in [("none", "--network=none"), ("default", "")] {
                let mut words = vec!["run", "--rm", network, IMAGE, "true"];
                words.retain(|word| !word.is_empty());
                let mut command = ground.call(*tool, &words);
                let began = Instant::now();
                succeed(&mut command);
                let took = began.elapsed().as_secs_f64() * 1000.0;
                // The first rounds fill the caches.
                if round >= 2 {
                    times.note(row, tool.name(), took);
                }
                settle();
            }
        }
    }
    println!(" {when}:");
    for tool in &ground.tools {
        let median = |row| times.median(row, tool.name()).unwrap_or(f64::NAN);
        let (none, default) = (median("none"), median("default"));
        let more = default - none;
        let judged = if *tool == Tool::Podman { "" } else { verdict(more <= asked) };
        let name = tool.name();
        println!(
            "  {name:9} none {none:7.2} ms   default {default:7.2} ms   {more:+6.2} ms = {:.2} x{judged}",
            default / none
        );
    }
}
