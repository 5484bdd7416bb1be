//! Any bytes as a packet that a container sends out: taken apart within its bounds, or dropped.
#![no_main]

use libfuzzer_sys::fuzz_target;
use rcon::network::uplink::parse;

fuzz_target!(|bytes: &[u8]| {
    let _ = parse::packet(bytes);
});
