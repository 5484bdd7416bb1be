//! Durations as Go writes them: `1h30m`, `1.5s`, `100ms`.

use super::super::quote::quoted;

/// Nanoseconds.
///
/// # Errors
/// Go's words.
pub(super) fn nanoseconds(text: &str) -> Result<i64, String> {
    let invalid = || format!("time: invalid duration {}", quoted(text));
    let (negative, mut rest) = match text.as_bytes().first() {
        Some(b'-') => (true, &text[1..]),
        Some(b'+') => (false, &text[1..]),
        _ => (false, text),
    };
    if rest == "0" {
        return Ok(0);
    }
    if rest.is_empty() {
        return Err(invalid());
    }
    let mut total: i128 = 0;
    while !rest.is_empty() {
        let end = rest.find(|char: char| !char.is_ascii_digit() && char != '.').unwrap_or(rest.len());
        let (number, behind) = rest.split_at(end);
        let end = behind.find(|char: char| char.is_ascii_digit() || char == '.').unwrap_or(behind.len());
        let (unit, behind) = behind.split_at(end);
        let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
        if (whole.is_empty() && fraction.is_empty()) || fraction.contains('.') {
            return Err(invalid());
        }
        if unit.is_empty() {
            return Err(format!("time: missing unit in duration {}", quoted(text)));
        }
        let Some(scale) = scale(unit) else {
            return Err(format!("time: unknown unit {} in duration {}", quoted(unit), quoted(text)));
        };
        total = part(whole, fraction, scale)
            .and_then(|part| total.checked_add(part))
            .filter(|total| *total <= i128::from(i64::MAX))
            .ok_or_else(invalid)?;
        rest = behind;
    }
    let total = i64::try_from(total).map_err(|_| invalid())?;
    Ok(if negative { -total } else { total })
}

fn scale(unit: &str) -> Option<i128> {
    Some(match unit {
        "ns" => 1,
        "us" | "µs" | "μs" => 1_000,
        "ms" => 1_000_000,
        "s" => 1_000_000_000,
        "m" => 60_000_000_000,
        "h" => 3_600_000_000_000,
        _ => return None,
    })
}

fn part(whole: &str, fraction: &str, scale: i128) -> Option<i128> {
    let whole = if whole.is_empty() { 0 } else { whole.parse::<i64>().ok()? };
    // More digits than these are less than a nanosecond of an hour.
    let fraction = fraction.get(..fraction.len().min(18))?;
    let digits = if fraction.is_empty() { 0 } else { fraction.parse::<i128>().ok()? };
    let below = digits * scale / 10_i128.pow(u32::try_from(fraction.len()).ok()?);
    i128::from(whole).checked_mul(scale)?.checked_add(below)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_gos() {
        let cases = [
            ("1h1m1.5s", 3_661_500_000_000),
            ("100ms", 100_000_000),
            ("0", 0),
            ("-1s", -1_000_000_000),
            ("+.5us", 500),
            ("1µs", 1_000),
            ("1.0000000000000000000009s", 1_000_000_000),
        ];
        for (text, expected) in cases {
            assert_eq!(nanoseconds(text), Ok(expected), "{text}");
        }
    }

    #[test]
    fn wrong_durations_are_told_in_gos_words() {
        let cases = [
            ("1", "time: missing unit in duration \"1\""),
            ("1s1", "time: missing unit in duration \"1s1\""),
            ("1d", "time: unknown unit \"d\" in duration \"1d\""),
            ("abc", "time: invalid duration \"abc\""),
            ("", "time: invalid duration \"\""),
            (".s", "time: invalid duration \".s\""),
            ("9999999999h", "time: invalid duration \"9999999999h\""),
        ];
        for (text, expected) in cases {
            assert_eq!(nanoseconds(text), Err(expected.to_owned()), "{text}");
        }
    }
}
