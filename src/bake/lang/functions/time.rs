//! Times.

use super::{Arguments, Failure, Function, Given, failed};
use crate::bake::lang::value::Value;
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::Offset;
use std::fmt::Write;

/// The functions of this file.
pub(super) const FUNCTIONS: &[Function] = &[
    Function::new("formatdate", "format time", format_date),
    Function::new("timeadd", "timestamp duration", time_add),
    Function::new("timestamp", "", |a| match Timestamp::from_second(a.now()) {
        Ok(now) => Ok(Value::text(now.to_string())),
        Err(_) => failed("the time is out of range"),
    }),
];

/// A time as RFC 3339 has it, and its offset.
fn parse(text: &str) -> Option<(DateTime, Offset)> {
    let at: Timestamp = text.parse().ok()?;
    let zone = text.get(19..)?.trim_start_matches(|c: char| c == '.' || c.is_ascii_digit());
    let offset = match zone.as_bytes() {
        [b'Z' | b'z'] => Offset::UTC,
        [sign @ (b'+' | b'-'), ..] => {
            let (hours, minutes) = zone.get(1..)?.split_once(':')?;
            let seconds = hours.parse::<i32>().ok()? * 3600 + minutes.parse::<i32>().ok()? * 60;
            Offset::from_seconds(if *sign == b'-' { -seconds } else { seconds }).ok()?
        }
        _ => return None,
    };
    Some((offset.to_datetime(at), offset))
}

fn argument(a: &Arguments<'_>, index: usize) -> Result<(DateTime, Offset), Failure> {
    let text = a.text(index)?;
    let why = || Failure::Argument(index, format!("not a valid RFC3339 timestamp: {text:?}"));
    parse(&text).ok_or_else(why)
}

fn time_add(a: &Arguments<'_>) -> Given {
    let (_, offset) = argument(a, 0)?;
    let at: Timestamp =
        a.text(0)?.parse().map_err(|_| Failure::Argument(0, "not a valid timestamp".to_string()))?;
    let text = a.text(1)?;
    let duration =
        duration(&text).ok_or_else(|| Failure::Argument(1, format!("time: invalid duration {text:?}")))?;
    match at.checked_add(jiff::SignedDuration::from_nanos(duration)) {
        Ok(sum) => {
            let text = offset.to_datetime(sum).round(jiff::Unit::Second).map(|sum| sum.to_string());
            Ok(Value::Text(format!("{}{}", text.unwrap_or_default(), zone(offset, "Z", ":"))))
        }
        Err(_) => failed("the time is out of range"),
    }
}

/// Nanoseconds of a duration as Go writes it: `1h30m`, `-1.5s`.
fn duration(text: &str) -> Option<i64> {
    let (negative, mut rest) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    if rest == "0" {
        return Some(0);
    }
    let mut sum = 0.0;
    while !rest.is_empty() {
        let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let number: f64 = rest[..end].parse().ok()?;
        let (unit, after) = unit(&rest[end..])?;
        sum += number * unit;
        rest = after;
    }
    let fits = !text.trim_start_matches(['-', '+']).is_empty() && sum < 9.2e18;
    #[expect(clippy::cast_possible_truncation, reason = "it was found to fit")]
    fits.then_some(if negative { -(sum as i64) } else { sum as i64 })
}

/// Nanoseconds of the unit a text begins with, and what follows.
fn unit(text: &str) -> Option<(f64, &str)> {
    let units = [("ns", 1.0), ("us", 1e3), ("µs", 1e3), ("ms", 1e6), ("s", 1e9), ("m", 6e10), ("h", 3.6e12)];
    units.into_iter().find_map(|(name, size)| text.strip_prefix(name).map(|rest| (size, rest)))
}

/// `+02:00`; `utc` for none.
fn zone(offset: Offset, utc: &str, between: &str) -> String {
    let seconds = offset.seconds();
    if seconds == 0 && !utc.is_empty() {
        return utc.to_string();
    }
    let sign = if seconds < 0 { '-' } else { '+' };
    let minutes = seconds.abs() / 60;
    format!("{sign}{:02}{between}{:02}", minutes / 60, minutes % 60)
}

fn format_date(a: &Arguments<'_>) -> Given {
    let (format, (at, offset)) = (a.text(0)?, argument(a, 1)?);
    let mut out = String::new();
    let mut rest = format.as_str();
    while let Some(c) = rest.chars().next() {
        if c == '\'' {
            let (text, after) = quoted(&rest[1..])
                .ok_or_else(|| Failure::Argument(0, "unterminated literal '".to_string()))?;
            out.push_str(&text);
            rest = after;
        } else if c.is_ascii_alphabetic() {
            let end = rest.find(|other| other != c).unwrap_or(rest.len());
            let word = verb(&rest[..end], at, offset).ok_or_else(|| {
                let why = format!("invalid date format verb {:?}", &rest[..end]);
                Failure::Argument(0, why)
            })?;
            out.push_str(&word);
            rest = &rest[end..];
        } else {
            out.push(c);
            rest = &rest[c.len_utf8()..];
        }
    }
    Ok(Value::Text(out))
}

/// What stands up to the next quote, two of which are one, and what follows.
fn quoted(text: &str) -> Option<(String, &str)> {
    let mut out = String::new();
    let mut rest = text;
    loop {
        let end = rest.find('\'')?;
        out.push_str(&rest[..end]);
        rest = &rest[end + 1..];
        match rest.strip_prefix('\'') {
            Some(after) => {
                out.push('\'');
                rest = after;
            }
            None => return Some((out, rest)),
        }
    }
}

fn verb(verb: &str, at: DateTime, offset: Offset) -> Option<String> {
    let hour12 = (at.hour() + 11) % 12 + 1;
    let mut out = String::new();
    match verb {
        "YYYY" => write!(out, "{:04}", at.year()),
        "YY" => write!(out, "{:02}", at.year().rem_euclid(100)),
        "MMMM" => write!(out, "{}", at.strftime("%B")),
        "MMM" => write!(out, "{}", at.strftime("%b")),
        "MM" => write!(out, "{:02}", at.month()),
        "M" => write!(out, "{}", at.month()),
        "DD" => write!(out, "{:02}", at.day()),
        "D" => write!(out, "{}", at.day()),
        "EEEE" => write!(out, "{}", at.strftime("%A")),
        "EEE" => write!(out, "{}", at.strftime("%a")),
        "hh" => write!(out, "{:02}", at.hour()),
        "h" => write!(out, "{}", at.hour()),
        "HH" => write!(out, "{hour12:02}"),
        "H" => write!(out, "{hour12}"),
        "AA" => write!(out, "{}", if at.hour() < 12 { "AM" } else { "PM" }),
        "aa" => write!(out, "{}", if at.hour() < 12 { "am" } else { "pm" }),
        "mm" => write!(out, "{:02}", at.minute()),
        "m" => write!(out, "{}", at.minute()),
        "ss" => write!(out, "{:02}", at.second()),
        "s" => write!(out, "{}", at.second()),
        "ZZZZZ" => write!(out, "{}", zone(offset, "", ":")),
        "ZZZZ" => write!(out, "{}", zone(offset, "", "")),
        "ZZZ" => write!(out, "{}", zone(offset, "UTC", "")),
        "Z" => write!(out, "{}", zone(offset, "Z", ":")),
        _ => return None,
    }
    .ok()?;
    Some(out)
}
