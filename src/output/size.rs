//! Sizes as docker's users read and write them (docker/go-units): decimal `1.84kB`, binary `15.5MiB`, and
//! `64m` on a command line.

use crate::error::{Error, Result};

const DECIMAL: [&str; 9] = ["B", "kB", "MB", "GB", "TB", "PB", "EB", "ZB", "YB"];
const BINARY: [&str; 9] = ["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB", "ZiB", "YiB"];

/// `bytes` in powers of 1000 with 3 significant digits: images, history, ps, the I/O of stats.
pub fn human(bytes: u64) -> String {
    scaled(bytes, 1000.0, &DECIMAL, 3)
}

/// `bytes` in powers of 1000 with 4 significant digits: system df, "Total reclaimed space", cp.
pub fn human_precise(bytes: u64) -> String {
    scaled(bytes, 1000.0, &DECIMAL, 4)
}

/// `bytes` in powers of 1024 with 4 significant digits: the memory of stats and info.
pub fn binary(bytes: u64) -> String {
    scaled(bytes, 1024.0, &BINARY, 4)
}

fn scaled(bytes: u64, base: f64, units: &[&str], digits: usize) -> String {
    let mut size = bytes as f64;
    let mut unit = 0;
    while size >= base && unit + 1 < units.len() {
        size /= base;
        unit += 1;
    }
    general(size, digits) + units[unit]
}

/// `%.{digits}g` of a number that is not negative: the exponent form begins where rounding needs more
/// digits than asked for, so 999.9 with 3 digits is `1e+03`; docker prints that, and so does rcon.
fn general(number: f64, digits: usize) -> String {
    let scientific = format!("{number:.*e}", digits.saturating_sub(1));
    let Some((mantissa, exponent)) = scientific.split_once('e') else { return scientific };
    let exponent: i32 = exponent.parse().unwrap_or_default();
    if exponent < -4 || exponent >= digits as i32 {
        let sign = if exponent < 0 { '-' } else { '+' };
        return format!("{}e{sign}{:02}", without_zeros(mantissa), exponent.abs());
    }
    let decimals = (digits as i32 - 1 - exponent).max(0) as usize;
    without_zeros(&format!("{number:.decimals$}")).to_owned()
}

fn without_zeros(number: &str) -> &str {
    if number.contains('.') { number.trim_end_matches('0').trim_end_matches('.') } else { number }
}

/// Reads bytes as `--memory` and `--shm-size` take them: a decimal number, then nothing, `b`, or one of
/// `k m g t p` in either case (powers of 1024), optionally followed by `b` or `ib`. At most `i64::MAX`.
pub fn parse(text: &str) -> Result<u64> {
    let invalid =
        || Error::usage(format!("invalid size: '{text}'")).fix("write it like 512, 64m, 1.5g or 2GiB");
    let last = text.rfind(|c: char| c.is_ascii_digit() || c == '.' || c == ' ').ok_or_else(invalid)?;
    let (number, suffix) = text.split_at(last + 1);
    let number = number.strip_suffix(' ').unwrap_or(number);
    let plain = number.bytes().all(|c| c.is_ascii_digit() || c == b'.');
    let number: f64 = number.parse().ok().filter(|_| plain).ok_or_else(invalid)?;
    let bytes = number * multiplier(suffix).ok_or_else(invalid)?;
    // The first float that no longer fits is 2^63; the cast below only drops a fraction.
    if bytes < i64::MAX as f64 { Ok(bytes as u64) } else { Err(invalid()) }
}

fn multiplier(suffix: &str) -> Option<f64> {
    let suffix = suffix.to_ascii_lowercase();
    let Some(unit) = suffix.bytes().next() else { return Some(1.0) };
    let power = match unit {
        b'b' => return (suffix.len() == 1).then_some(1.0),
        b'k' => 1,
        b'm' => 2,
        b'g' => 3,
        b't' => 4,
        b'p' => 5,
        _ => return None,
    };
    matches!(&suffix[1..], "" | "b" | "ib").then(|| 1024f64.powi(power))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimal_sizes_have_three_digits() {
        let cases = [
            (0, "0B"),
            (1, "1B"),
            (999, "999B"),
            (1000, "1kB"),
            (1024, "1.02kB"),
            (1840, "1.84kB"),
            (10_000, "10kB"),
            (100_000, "100kB"),
            (142_000_000, "142MB"),
            (7_830_000, "7.83MB"),
            (999_499, "999kB"),
            (999_900, "1e+03kB"),
            (1_000_000_000, "1GB"),
            (u64::MAX, "18.4EB"),
        ];
        for (bytes, text) in cases {
            assert_eq!(human(bytes), text, "{bytes}");
        }
    }

    #[test]
    fn precise_decimal_sizes_have_four() {
        let cases = [
            (0, "0B"),
            (2048, "2.048kB"),
            (13_260, "13.26kB"),
            (999_900, "999.9kB"),
            (999_950, "1000kB"),
            (999_990, "1000kB"),
            (1_200_000_000, "1.2GB"),
        ];
        for (bytes, text) in cases {
            assert_eq!(human_precise(bytes), text, "{bytes}");
        }
    }

    #[test]
    fn binary_sizes_have_four_digits() {
        let cases = [
            (0, "0B"),
            (1023, "1023B"),
            (1024, "1KiB"),
            (16_252_928, "15.5MiB"),
            (8_323_596_288, "7.752GiB"),
            (1_048_575, "1024KiB"),
        ];
        for (bytes, text) in cases {
            assert_eq!(binary(bytes), text, "{bytes}");
        }
    }

    #[test]
    fn tiny_and_fractional_numbers_print_as_go_prints_them() {
        let cases =
            [(0.5, 3, "0.5"), (0.0001234, 3, "0.000123"), (0.00001, 3, "1e-05"), (12345.0, 4, "1.234e+04")];
        for (number, digits, text) in cases {
            assert_eq!(general(number, digits), text);
        }
    }

    #[test]
    fn sizes_of_the_command_line_are_binary() {
        let cases = [
            ("0", 0),
            ("512", 512),
            ("64m", 64 << 20),
            ("64M", 64 << 20),
            ("64mb", 64 << 20),
            ("64MiB", 64 << 20),
            ("2KiB", 2048),
            ("1gb", 1 << 30),
            ("1.5g", 3 << 29),
            (".5k", 512),
            ("32 ", 32),
            ("32 kb", 32 << 10),
            ("32b", 32),
            ("32.6B", 32),
            ("1t", 1 << 40),
            ("1p", 1 << 50),
        ];
        for (text, bytes) in cases {
            assert_eq!(parse(text).unwrap(), bytes, "{text}");
        }
    }

    #[test]
    fn what_is_not_a_size_is_named() {
        for text in [
            "",
            "hello",
            "-32",
            "+3",
            "m",
            " ",
            ".",
            "1..2",
            "32bb",
            "32mm",
            "32mib ",
            "1e3",
            "inf",
            "nan",
            "9e",
            "32kbb",
            "32 b ",
            "0x10",
            "1m2",
            "99999999999p",
            "8192p",
            "1\u{e9}",
            "٣k",
            "32kİ",
        ] {
            assert_eq!(parse(text).unwrap_err().to_string(), format!("invalid size: '{text}'"));
        }
    }
}
