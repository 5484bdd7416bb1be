//! Any text behind `-p`, `--expose`, `--network`, `--link` and `--egress`: a wish or an error, and never too many ports.
#![no_main]

use libfuzzer_sys::fuzz_target;
use rcon::commands::parse::{egress, link, network, port};

fuzz_target!(|text: &str| {
    if let Ok(ports) = port::publish(text) {
        assert!(ports.len() <= 65536);
    }
    let _ = port::expose(text);
    let _ = network::network(text);
    let _ = link::link(text);
    let _ = egress::egress(text);
});
