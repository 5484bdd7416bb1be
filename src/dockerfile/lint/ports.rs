//! Ports of `EXPOSE`.

use super::super::ast::Lines;
use super::rules::{self, Linter};

/// `[[ADDRESS:]HOST:]PORT[/PROTOCOL]`: nothing but the port and its protocol makes sense here.
pub(super) fn check(port: &str, lines: Lines, linter: &mut Linter) {
    let (mapped, target) = match port.rsplit_once(':') {
        Some((mapped, target)) => (mapped, target),
        None => ("", port),
    };
    let protocol = target.split_once('/').map_or("", |(_, protocol)| protocol);
    if protocol != protocol.to_lowercase() {
        linter.warn(&rules::EXPOSE_PROTO_CASING, lines, || {
            format!("Defined protocol '{port}' in EXPOSE instruction should be lowercase")
        });
    }
    if !mapped.trim_matches(':').is_empty() {
        linter.warn(&rules::EXPOSE_INVALID_FORMAT, lines, || {
            let told = "EXPOSE instruction should not define an IP address or host-port mapping";
            format!("{told}, found '{port}'")
        });
    }
}
