//! Sizes in bytes: `64m`, `1.5g`, `512`, with binary units whatever the suffix says.

use crate::error::{Error, Result};

/// Reads a size of memory; `k`, `kb` and `KiB` are all 1024.
pub fn ram_in_bytes(typed: &str) -> Result<u64> {
    let wrong = || Error::usage(format!("invalid size: '{typed}'"));
    let end = typed.rfind(|c: char| c.is_ascii_digit() || c == '.').ok_or_else(wrong)? + 1;
    let (number, suffix) = typed.split_at(end);
    let number = number.strip_suffix(' ').unwrap_or(number);
    if !number.bytes().all(|c| c.is_ascii_digit() || c == b'.') {
        return Err(wrong());
    }
    let size = number.parse::<f64>().map_err(|_| wrong())? * unit(suffix.trim_start())?;
    if size < i64::MAX as f64 { Ok(size as u64) } else { Err(wrong()) }
}

fn unit(suffix: &str) -> Result<f64> {
    let wrong = || Error::usage(format!("invalid suffix: '{suffix}'"));
    let lower = suffix.to_ascii_lowercase();
    let power = match lower.chars().next() {
        None => return Ok(1.0),
        Some('b') if lower == "b" => return Ok(1.0),
        Some(letter) => 1 + "kmgtp".find(letter).ok_or_else(wrong)? as i32,
    };
    match &lower[1..] {
        "" | "b" | "ib" => Ok(1024f64.powi(power)),
        _ => Err(wrong()),
    }
}

#[cfg(test)]
mod tests {
    use super::ram_in_bytes;

    #[test]
    fn sizes_are_binary_whatever_the_suffix_says() {
        for (typed, bytes) in [
            ("0", Some(0)),
            ("512", Some(512)),
            ("32b", Some(32)),
            ("32k", Some(32 << 10)),
            ("32KB", Some(32 << 10)),
            ("32 KiB", Some(32 << 10)),
            ("64m", Some(64 << 20)),
            ("1.5G", Some(3 << 29)),
            ("2t", Some(2 << 40)),
            ("", None),
            ("m", None),
            ("-1", None),
            ("1x", None),
            ("1bb", None),
            ("1.2.3", None),
            ("32é", None),
            ("9999999999p", None),
        ] {
            assert_eq!(ram_in_bytes(typed).ok(), bytes, "{typed:?}");
        }
        assert_eq!(ram_in_bytes("1x").unwrap_err().to_string(), "invalid suffix: 'x'");
        assert_eq!(ram_in_bytes("abc").unwrap_err().to_string(), "invalid size: 'abc'");
    }
}
