//! What networks cost and carry beside podman with pasta(1), as ratios from one run.
//!
//! `cargo bench --bench networks` runs all of it; `-- starts published outward between many names` some. Words in
//! the environment:
//!
//! - `RCON_BIN`: another binary of rcon; `ROUNDS`: how often each start is called (40); `IPERF_SECONDS`:
//!   how long iperf3 sends at a time (3); `TURNS`: how often it does (3);
//! - `MANY`: how many containers are started at once (100); `LOOKUPS`: how often a name is asked for (1000);
//! - `OUTSIDE`: what runs a command in the outside world, such as `ssh box`, its words parted by blanks;
//!   `OUTSIDE_ADDRESS`: where that world listens. Without them nothing is measured from there, and that is said.
//!
//! Stores, runtime folders and so the user's network namespace are this program's own; podman's are the user's. What
//! is compared is called in turn, so that what slows the machine down slows all of it down. Figures are medians:
//! whole processes in milliseconds of the wall clock, or what iperf3's receiver counted in Gbit/s; "met" and "MISSED"
//! judge what rcon asks of itself.

#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::unwrap_used,
    reason = "a program for the terminal"
)]

mod between;
mod figures;
mod ground;
mod iperf;
mod many;
mod names;
mod outward;
mod published;
mod starts;

use ground::Ground;

/// A part of the measurements, and its name on the command line.
type Part = (&'static str, fn(&Ground));

const PARTS: [Part; 6] = [
    ("starts", starts::measure),
    ("published", published::measure),
    ("outward", outward::measure),
    ("between", between::measure),
    ("many", many::measure),
    ("names", names::measure),
];

fn main() {
    // cargo adds `--bench`.
    let wanted: Vec<String> = std::env::args().skip(1).filter(|word| !word.starts_with("--")).collect();
    let ground = Ground::make();
    for (name, measure) in PARTS {
        if wanted.is_empty() || wanted.iter().any(|word| word == name) {
            measure(&ground);
        }
    }
}

/// A number of the environment.
fn number(name: &str, otherwise: usize) -> usize {
    std::env::var(name).ok().and_then(|typed| typed.parse().ok()).unwrap_or(otherwise)
}
