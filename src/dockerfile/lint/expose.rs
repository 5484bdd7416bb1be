//! Ports of `EXPOSE`: nothing but the port and its protocol makes sense there.

use super::super::ast::Lines;
use super::super::ports::parts;
use super::rules::{self, Linter};

pub(super) fn check(word: &str, lines: Lines, linter: &mut Linter) {
    let (address, host, target) = parts(word);
    let protocol = target.split_once('/').map_or("", |(_, protocol)| protocol);
    if protocol != protocol.to_lowercase() {
        linter.warn(&rules::EXPOSE_PROTO_CASING, lines, || {
            format!("Defined protocol '{word}' in EXPOSE instruction should be lowercase")
        });
    }
    if !address.is_empty() || !host.is_empty() {
        linter.warn(&rules::EXPOSE_INVALID_FORMAT, lines, || {
            let told = "EXPOSE instruction should not define an IP address or host-port mapping";
            format!("{told}, found '{word}'")
        });
    }
}
