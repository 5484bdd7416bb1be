//! Any text as what a registry says in headers and refusals: values that keep their bounds, or nothing.
#![no_main]

use jiff::Timestamp;
use libfuzzer_sys::fuzz_target;
use rcon::registry::{challenge, headers, refusal};

fuzz_target!(|text: &str| {
    for challenge in challenge::parse(text) {
        assert!(!challenge.scheme.is_empty(), "a challenge has a scheme");
        let _ = challenge.parameter("realm");
    }
    if let Some(range) = headers::content_range(text) {
        assert!(range.first <= range.last, "a range goes forward");
        assert!(range.total.is_none_or(|total| range.last < total), "a range is inside");
    }
    let _ = headers::stored(text);
    if let Some(wait) = headers::retry_after(text, Timestamp::UNIX_EPOCH) {
        assert!(wait <= headers::LONGEST_WAIT, "nobody makes us wait for ever");
    }
    if let Some(next) = headers::next_page(text) {
        assert!(text.contains(next), "a link is a part of its header");
    }
    for status in [200, 307, 401, 404, 500] {
        assert!(!refusal::error(status, text.as_bytes()).to_string().is_empty(), "a refusal has words");
    }
});
