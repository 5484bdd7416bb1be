//! Numbers of flags: Go's strconv with base 0, so `0x10`, `0o17`, `0b1` and `1_000` are numbers too.

use crate::error::{Error, Result};

/// Reads a signed number.
pub fn int(typed: &str) -> Result<i64> {
    let (negative, digits) = match typed.strip_prefix(['-', '+']) {
        Some(rest) => (typed.starts_with('-'), rest),
        None => (false, typed),
    };
    let magnitude = magnitude(digits).map_err(|fault| error("ParseInt", typed, fault))?;
    let value = if negative { -i128::from(magnitude) } else { i128::from(magnitude) };
    i64::try_from(value).map_err(|_| error("ParseInt", typed, Fault::Range))
}

/// Reads a number that is not negative.
pub fn uint(typed: &str) -> Result<u64> {
    magnitude(typed).map_err(|fault| error("ParseUint", typed, fault))
}

/// Reads a number of 16 bits.
pub fn uint16(typed: &str) -> Result<u16> {
    u16::try_from(uint(typed)?).map_err(|_| error("ParseUint", typed, Fault::Range))
}

/// Reads a decimal such as `1.5`.
pub fn decimal(typed: &str) -> Result<f64> {
    let plain = typed.bytes().all(|c| c.is_ascii_digit() || b"+-.eE".contains(&c));
    match typed.parse::<f64>() {
        Ok(value) if plain => Ok(value),
        _ => Err(Error::usage(format!("failed to parse {typed} as a rational number"))),
    }
}

enum Fault {
    Syntax,
    Range,
}

fn magnitude(digits: &str) -> std::result::Result<u64, Fault> {
    let lower = digits.to_ascii_lowercase();
    let (base, rest) = match lower.get(..2) {
        Some("0x") => (16, &lower[2..]),
        Some("0o") => (8, &lower[2..]),
        Some("0b") => (2, &lower[2..]),
        Some(_) if lower.starts_with('0') => (8, &lower[1..]),
        _ => (10, lower.as_str()),
    };
    let plain: String = rest.chars().filter(|c| *c != '_').collect();
    if plain.is_empty() || !plain.chars().all(|c| c.is_digit(base)) {
        return Err(Fault::Syntax);
    }
    u64::from_str_radix(&plain, base).map_err(|_| Fault::Range)
}

fn error(function: &str, typed: &str, fault: Fault) -> Error {
    let words = match fault {
        Fault::Syntax => "invalid syntax",
        Fault::Range => "value out of range",
    };
    Error::usage(format!("strconv.{function}: parsing {typed:?}: {words}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_as_go_reads_them() {
        for (typed, value) in [
            ("0", Some(0)),
            ("-1", Some(-1)),
            ("+7", Some(7)),
            ("0x10", Some(16)),
            ("010", Some(8)),
            ("1_000", Some(1000)),
            ("9223372036854775807", Some(i64::MAX)),
            ("-9223372036854775808", Some(i64::MIN)),
            ("9223372036854775808", None),
            ("99999999999999999999999", None),
            ("", None),
            ("-", None),
            ("--1", None),
            ("0x", None),
            ("1.5", None),
            ("é", None),
            ("1é", None),
        ] {
            assert_eq!(int(typed).ok(), value, "{typed:?}");
        }
    }

    #[test]
    fn a_wrong_number_is_told_in_gos_words() {
        assert_eq!(int("abc").unwrap_err().to_string(), "strconv.ParseInt: parsing \"abc\": invalid syntax");
        assert_eq!(
            uint16("70000").unwrap_err().to_string(),
            "strconv.ParseUint: parsing \"70000\": value out of range"
        );
        assert!(uint("-1").is_err());
        assert!(decimal("nan").is_err() && decimal("inf").is_err() && decimal("").is_err());
        assert_eq!(decimal("1.5").unwrap(), 1.5);
    }
}
