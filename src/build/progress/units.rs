//! Bytes and seconds as BuildKit writes them.

use jiff::Timestamp;

/// `455B`, `2.10kB`, `3.00MB`: powers of 1000, two decimals.
pub(super) fn bytes(count: u64) -> String {
    const UNITS: [&str; 6] = ["kB", "MB", "GB", "TB", "PB", "EB"];
    if count < 1000 {
        return format!("{count}B");
    }
    let mut value = count as f64 / 1000.0;
    let mut unit = 0;
    while value >= 1000.0 && unit + 1 < UNITS.len() {
        value /= 1000.0;
        unit += 1;
    }
    format!("{value:.2}{}", UNITS[unit])
}

/// `1.20MB / 3.00MB`, or what there is so far; nothing when there is nothing.
pub(super) fn amount(current: u64, total: u64) -> Option<String> {
    match (current, total) {
        (0, 0) => None,
        (_, 0) => Some(bytes(current)),
        _ => Some(format!("{} / {}", bytes(current), bytes(total))),
    }
}

/// Seconds from one moment to a later one; 0 when the clock went back.
pub(super) fn seconds(from: Timestamp, to: Timestamp) -> f64 {
    let nanoseconds = to.as_nanosecond().saturating_sub(from.as_nanosecond());
    (nanoseconds as f64 / 1e9).max(0.0)
}

/// Seconds in front of a line of a log: three decimals below 10, two below 100, then one.
pub(super) fn stamp(seconds: f64) -> String {
    match seconds {
        short if short < 10.0 => format!("{short:.3}"),
        middle if middle < 100.0 => format!("{middle:.2}"),
        long => format!("{long:.1}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_have_two_decimals_from_a_thousand_on() {
        for (count, text) in [
            (0, "0B"),
            (28, "28B"),
            (999, "999B"),
            (1000, "1.00kB"),
            (2100, "2.10kB"),
            (3_000_000, "3.00MB"),
            (u64::MAX, "18.45EB"),
        ] {
            assert_eq!(bytes(count), text);
        }
        assert_eq!(amount(0, 0), None);
        assert_eq!(amount(28, 0).unwrap(), "28B");
        assert_eq!(amount(0, 2000).unwrap(), "0B / 2.00kB");
    }

    #[test]
    fn stamps_lose_decimals_as_they_grow() {
        assert_eq!([stamp(0.2634), stamp(12.345), stamp(100.26)], ["0.263", "12.35", "100.3"]);
    }
}
