//! Any bytes as what the kernel tells of a packet that a rule noted, which holds that packet.
#![no_main]

use libfuzzer_sys::fuzz_target;
use rcon::network::egress::log;

fuzz_target!(|bytes: &[u8]| {
    let _ = log::lines(bytes, jiff::Timestamp::UNIX_EPOCH);
});
