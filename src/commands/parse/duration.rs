//! Durations as Go writes them: `1h30m`, `1.5s`, `300ms`.

use crate::error::{Error, Result};
use std::time::Duration;

/// Reads a duration that is not negative.
pub fn duration(typed: &str) -> Result<Duration> {
    let wrong = || Error::usage(format!("time: invalid duration {typed:?}"));
    if typed == "0" {
        return Ok(Duration::ZERO);
    }
    let mut rest = typed;
    let mut seconds = 0.0;
    while !rest.is_empty() {
        let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.').ok_or_else(wrong)?;
        let number: f64 = rest[..end].parse().map_err(|_| wrong())?;
        let after = &rest[end..];
        let unit_end = after.find(|c: char| c.is_ascii_digit() || c == '.').unwrap_or(after.len());
        seconds += number * unit(&after[..unit_end]).ok_or_else(wrong)?;
        rest = &after[unit_end..];
    }
    match Duration::try_from_secs_f64(seconds) {
        Ok(duration) if !typed.is_empty() => Ok(duration),
        _ => Err(wrong()),
    }
}

/// A unit in seconds.
fn unit(name: &str) -> Option<f64> {
    Some(match name {
        "ns" => 1e-9,
        "us" | "µs" | "μs" => 1e-6,
        "ms" => 1e-3,
        "s" => 1.0,
        "m" => 60.0,
        "h" => 3600.0,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_read_as_go_reads_them() {
        for (typed, millis) in [
            ("0", Some(0)),
            ("1s", Some(1000)),
            ("1h30m", Some(5_400_000)),
            ("1.5s", Some(1500)),
            ("300ms", Some(300)),
            ("", None),
            ("1", None),
            ("s", None),
            ("1x", None),
            ("-1s", None),
            ("1..2s", None),
            ("99999999999999999999999999h", None),
        ] {
            assert_eq!(duration(typed).ok().map(|d| d.as_millis()), millis, "{typed:?}");
        }
    }
}
