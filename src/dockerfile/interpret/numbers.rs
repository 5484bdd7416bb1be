//! Booleans and sizes as Go's libraries read them.

/// `strconv.ParseBool`.
pub(super) fn boolean(text: &str) -> Option<bool> {
    match text {
        "1" | "t" | "T" | "TRUE" | "true" | "True" => Some(true),
        "0" | "f" | "F" | "FALSE" | "false" | "False" => Some(false),
        _ => None,
    }
}

/// Bytes: `64m`, `1.5 GiB`; units are powers of 1024.
pub(super) fn bytes(text: &str) -> Option<u64> {
    let end = text.find(|char: char| !char.is_ascii_digit() && char != '.').unwrap_or(text.len());
    let (number, unit) = text.split_at(end);
    let number: f64 = number.parse().ok()?;
    let unit = unit.strip_prefix(' ').unwrap_or(unit).to_ascii_lowercase();
    let power = match unit.as_str() {
        "" | "b" => 0,
        _ => {
            let (prefix, rest) = unit.split_at_checked(1)?;
            if !matches!(rest, "" | "b" | "ib") {
                return None;
            }
            "kmgtp".find(prefix)? + 1
        }
    };
    let bytes = number * 1024_f64.powi(i32::try_from(power).ok()?);
    // Casting saturates, and what is below one byte is cut off.
    (bytes < 9.2e18).then_some(bytes as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_have_units_of_1024() {
        let cases =
            [("1", 1), ("64m", 64 << 20), ("1MB", 1 << 20), ("1.5 GiB", 3 << 29), ("0", 0), ("2kb", 2048)];
        for (text, expected) in cases {
            assert_eq!(bytes(text), Some(expected), "{text}");
        }
        for text in ["", "x", "1x", "1mm", "-1", "1.2.3", "99999999999p", "1 m b", "1é"] {
            assert_eq!(bytes(text), None, "{text}");
        }
    }
}
