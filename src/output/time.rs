//! Moments and durations as docker's users read and write them.

use crate::error::{Error, Result};
use jiff::civil::DateTime;
use jiff::tz::{Offset, TimeZone};
use jiff::{SignedDuration, Timestamp};
use std::fmt::Write as _;
use std::io::Read as _;
use std::path::Path;

/// The most a time zone file is read of, in bytes; the largest of the database has 4 KiB.
const MAX_ZONE_FILE: u64 = 64 << 10;

/// How long ago, as tables say it (docker/go-units HumanDuration): `5 minutes`, `About an hour`.
/// A negative duration, of a clock that was set back, is less than a second.
pub fn human(duration: SignedDuration) -> String {
    let seconds = duration.as_secs();
    let minutes = seconds / 60;
    let hours = seconds.saturating_add(1800) / 3600;
    match () {
        () if seconds < 1 => "Less than a second".to_owned(),
        () if seconds == 1 => "1 second".to_owned(),
        () if seconds < 60 => format!("{seconds} seconds"),
        () if minutes == 1 => "About a minute".to_owned(),
        () if minutes < 60 => format!("{minutes} minutes"),
        () if hours == 1 => "About an hour".to_owned(),
        () if hours < 48 => format!("{hours} hours"),
        () if hours < 24 * 7 * 2 => format!("{} days", hours / 24),
        () if hours < 24 * 30 * 2 => format!("{} weeks", hours / 24 / 7),
        () if hours < 24 * 365 * 2 => format!("{} months", hours / 24 / 30),
        // Docker rounds no more from here on.
        () => format!("{} years", seconds / 3600 / 24 / 365),
    }
}

/// [`human`] of the time from `then` to `now`, with `ago` behind it.
pub fn human_ago(then: Timestamp, now: Timestamp) -> String {
    format!("{} ago", human(now.duration_since(then)))
}

/// RFC 3339 in UTC with as many digits of the second as it needs (Go's RFC3339Nano): `2026-01-02T03:04:05.06Z`.
pub fn rfc3339(moment: Timestamp) -> String {
    let at = Offset::UTC.to_datetime(moment);
    let mut text = seconds_of(at, 'T');
    let nanoseconds = at.subsec_nanosecond();
    if nanoseconds != 0 {
        let digits = format!(".{nanoseconds:09}");
        text.push_str(digits.trim_end_matches('0'));
    }
    text.push('Z');
    text
}

/// RFC 3339 in `zone` with all nine digits, as `logs -t` (in UTC) and `events` (in local time) print it.
pub fn rfc3339_fixed(moment: Timestamp, zone: &TimeZone) -> String {
    let info = zone.to_offset_info(moment);
    let at = info.offset().to_datetime(moment);
    let mut text = seconds_of(at, 'T');
    let zone = if info.offset().seconds() == 0 { "Z".to_owned() } else { offset(info.offset(), ":") };
    // Writing to a String cannot fail.
    let _ = write!(text, ".{:09}{zone}", at.subsec_nanosecond());
    text
}

/// The CreatedAt of lists, to the second: `2026-01-02 03:04:05 +0000 UTC`.
pub fn created_at(moment: Timestamp, zone: &TimeZone) -> String {
    let info = zone.to_offset_info(moment);
    let at = info.offset().to_datetime(moment);
    format!("{} {} {}", seconds_of(at, ' '), offset(info.offset(), ""), info.abbreviation())
}

fn seconds_of(at: DateTime, between: char) -> String {
    let (year, month, day) = (at.year(), at.month(), at.day());
    format!("{year:04}-{month:02}-{day:02}{between}{:02}:{:02}:{:02}", at.hour(), at.minute(), at.second())
}

fn offset(offset: Offset, between: &str) -> String {
    let minutes = offset.seconds() / 60;
    let sign = if minutes < 0 { '-' } else { '+' };
    format!("{sign}{:02}{between}{:02}", minutes.abs() / 60, minutes.abs() % 60)
}

/// The local time zone: that of `TZ` where it is set, else of /etc/localtime, else UTC. Nothing here fails:
/// a zone that cannot be read is UTC, as it is in C and Go.
pub fn local_zone() -> TimeZone {
    match std::env::var("TZ") {
        Ok(name) => named_zone(name.strip_prefix(':').unwrap_or(&name)),
        Err(_) => zone_file(Path::new("/etc/localtime")),
    }
    .unwrap_or(TimeZone::UTC)
}

fn named_zone(name: &str) -> Option<TimeZone> {
    if name.is_empty() || name == "UTC" {
        return Some(TimeZone::UTC);
    }
    if name.starts_with('/') {
        return zone_file(Path::new(name));
    }
    let inside = !name.split('/').any(|part| part == "..");
    let file = inside.then(|| zone_file(&Path::new("/usr/share/zoneinfo").join(name)));
    file.flatten().or_else(|| TimeZone::posix(name).ok())
}

fn zone_file(path: &Path) -> Option<TimeZone> {
    let file =
        std::fs::File::open(path).ok().filter(|file| file.metadata().is_ok_and(|kind| kind.is_file()))?;
    let mut bytes = Vec::new();
    file.take(MAX_ZONE_FILE).read_to_end(&mut bytes).ok()?;
    TimeZone::tzif("Local", &bytes).ok()
}

/// Reads `--since` and `--until`: seconds since 1970 with an optional fraction, a date or RFC 3339 moment
/// whose time and zone may be left out from the right (`zone` then), or how long before `now` (`1h30m`).
pub fn parse_moment(text: &str, now: Timestamp, zone: &TimeZone) -> Result<Timestamp> {
    let relative = (text != "0").then(|| parse_duration(text).ok()).flatten();
    relative
        .and_then(|ago| now.checked_sub(ago).ok())
        .or_else(|| parse_calendar(text, zone))
        .or_else(|| parse_unix(text))
        .ok_or_else(|| {
            Error::usage(format!("failed to parse value as time or duration: {text:?}"))
                .fix("write it like 10m, 2026-01-02T15:04:05Z, 2026-01-02 or 1767366245")
        })
}

fn parse_unix(text: &str) -> Option<Timestamp> {
    let (seconds, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let seconds = digits(seconds)?.parse().ok()?;
    Timestamp::new(seconds, nanoseconds(fraction)?).ok()
}

/// `YYYY-MM-DD[Thh[:mm[:ss[.f]]]][zone]`.
fn parse_calendar(text: &str, local: &TimeZone) -> Option<Timestamp> {
    let (year, rest) = number(text, 4)?;
    let (month, rest) = number(rest.strip_prefix('-')?, 2)?;
    let (day, mut rest) = number(rest.strip_prefix('-')?, 2)?;
    let mut clock = [0; 3];
    let mut fraction = 0;
    if let Some(after) = rest.strip_prefix('T') {
        (clock[0], rest) = number(after, 2)?;
        for part in &mut clock[1..] {
            let Some(after) = rest.strip_prefix(':') else { break };
            (*part, rest) = number(after, 2)?;
        }
        if let Some(after) = rest.strip_prefix('.') {
            let end = after.find(|c: char| !c.is_ascii_digit()).unwrap_or(after.len());
            fraction = nanoseconds(&after[..end])?;
            rest = &after[end..];
        }
    }
    let [hour, minute, second] = clock.map(|part| part as i8);
    let at = DateTime::new(year, month as i8, day as i8, hour, minute, second, fraction).ok()?;
    let zone = if rest.is_empty() { local.clone() } else { parse_offset(rest)? };
    zone.to_timestamp(at).ok()
}

fn parse_offset(text: &str) -> Option<TimeZone> {
    if text == "Z" {
        return Some(TimeZone::UTC);
    }
    let sign = match text.as_bytes().first()? {
        b'+' => 1,
        b'-' => -1,
        _ => return None,
    };
    let (hours, rest) = number(&text[1..], 2)?;
    let (minutes, rest) = number(rest.strip_prefix(':')?, 2)?;
    if !rest.is_empty() || hours > 24 || minutes > 59 {
        return None;
    }
    let seconds = sign * (i32::from(hours) * 60 + i32::from(minutes)) * 60;
    Offset::from_seconds(seconds).ok().map(TimeZone::fixed)
}

/// The first `width` (at most 4) digits of `text` as a number, and what follows them.
fn number(text: &str, width: usize) -> Option<(i16, &str)> {
    let (front, rest) = text.split_at_checked(width)?;
    Some((digits(front)?.parse().ok()?, rest))
}

/// `text` itself, where it is one digit or more and nothing else.
fn digits(text: &str) -> Option<&str> {
    (!text.is_empty() && text.bytes().all(|c| c.is_ascii_digit())).then_some(text)
}

/// The digits behind a decimal point of seconds, in nanoseconds; more than nine are cut.
fn nanoseconds(fraction: &str) -> Option<i32> {
    let kept = &digits(fraction)?[..fraction.len().min(9)];
    format!("{kept:0<9}").parse().ok()
}

/// Reads a duration of Go's time.ParseDuration: `1h30m`, `-1.5s`, `300ms`, `10us`. Its range is that of
/// 64-bit nanoseconds, 292 years.
pub fn parse_duration(text: &str) -> Result<SignedDuration> {
    let fail =
        |what: &str| Error::usage(format!("time: {what}duration {text:?}")).fix("write it like 30s or 1h30m");
    let invalid = || fail("invalid ");
    let (negative, mut rest) = match text.as_bytes().first() {
        Some(b'-') => (true, &text[1..]),
        Some(b'+') => (false, &text[1..]),
        _ => (false, text),
    };
    if rest == "0" {
        return Ok(SignedDuration::ZERO);
    }
    if rest.is_empty() {
        return Err(invalid());
    }
    let mut total: i128 = 0;
    while !rest.is_empty() {
        let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
        let (amount, after) = rest.split_at(end);
        let (whole, fraction) = amount.split_once('.').unwrap_or((amount, ""));
        if whole.len() + fraction.len() == 0 || fraction.contains('.') {
            return Err(invalid());
        }
        let end = after.find(|c: char| c.is_ascii_digit() || c == '.').unwrap_or(after.len());
        let (unit, after) = after.split_at(end);
        if unit.is_empty() {
            return Err(fail("missing unit in "));
        }
        let unit = unit_nanoseconds(unit).ok_or_else(|| fail(&format!("unknown unit {unit:?} in ")))?;
        total += parts(whole, fraction, unit).ok_or_else(invalid)?;
        if total > i128::from(i64::MAX) + i128::from(negative) {
            return Err(invalid());
        }
        rest = after;
    }
    let total = if negative { -total } else { total };
    i64::try_from(total).map(SignedDuration::from_nanos).map_err(|_| invalid())
}

/// `whole.fraction` times `unit` in nanoseconds; the fraction in floating point, as Go does it, so that
/// `0.3333333333333333333h` is 20 minutes. Digits that no longer fit 63 bits are
/// below any unit.
fn parts(whole: &str, fraction: &str, unit: i128) -> Option<i128> {
    let whole: i128 = if whole.is_empty() { 0 } else { i128::from(whole.parse::<u64>().ok()?) };
    let fits = |digits: &&str| digits.parse::<i64>().is_ok();
    let fraction = fraction.get(..19).filter(fits).or_else(|| fraction.get(..18)).unwrap_or(fraction);
    let above: u64 = if fraction.is_empty() { 0 } else { fraction.parse().ok()? };
    let scale = 10f64.powi(fraction.len() as i32);
    whole.checked_mul(unit)?.checked_add((above as f64 * (unit as f64 / scale)) as i128)
}

fn unit_nanoseconds(unit: &str) -> Option<i128> {
    Some(match unit {
        "ns" => 1,
        // Micro sign and Greek mu.
        "us" | "\u{b5}s" | "\u{3bc}s" => 1_000,
        "ms" => 1_000_000,
        "s" => 1_000_000_000,
        "m" => 60_000_000_000,
        "h" => 3_600_000_000_000,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn durations_are_told_as_docker_tells_them() {
        let (minute, hour, day) = (60, 3600, 86_400);
        let cases = [
            (-5, "Less than a second"),
            (0, "Less than a second"),
            (1, "1 second"),
            (59, "59 seconds"),
            (minute, "About a minute"),
            (2 * minute - 1, "About a minute"),
            (2 * minute, "2 minutes"),
            (hour - 1, "59 minutes"),
            (hour, "About an hour"),
            (90 * minute - 1, "About an hour"),
            (90 * minute, "2 hours"),
            (47 * hour, "47 hours"),
            (48 * hour - 1801, "47 hours"),
            (48 * hour, "2 days"),
            (14 * day - hour, "13 days"),
            (14 * day, "2 weeks"),
            (60 * day - hour, "8 weeks"),
            (60 * day, "2 months"),
            (729 * day, "24 months"),
            (730 * day, "2 years"),
            (i64::MAX, "292471208677 years"),
        ];
        for (seconds, words) in cases {
            assert_eq!(human(SignedDuration::from_secs(seconds)), words, "{seconds}");
        }
        assert_eq!(human_ago(at("2026-01-01T00:00:00Z"), at("2026-01-01T00:05:00Z")), "5 minutes ago");
    }

    #[test]
    fn moments_print_in_the_three_forms() {
        let zone = TimeZone::posix("CET-1CEST,M3.5.0,M10.5.0/3").unwrap();
        let west = TimeZone::posix("<-0330>3:30").unwrap();
        let moment = at("2026-07-02T03:04:05.060Z");
        assert_eq!(rfc3339(moment), "2026-07-02T03:04:05.06Z");
        assert_eq!(rfc3339(at("0001-01-01T00:00:00Z")), "0001-01-01T00:00:00Z");
        assert_eq!(rfc3339_fixed(moment, &TimeZone::UTC), "2026-07-02T03:04:05.060000000Z");
        assert_eq!(rfc3339_fixed(moment, &zone), "2026-07-02T05:04:05.060000000+02:00");
        assert_eq!(created_at(moment, &TimeZone::UTC), "2026-07-02 03:04:05 +0000 UTC");
        assert_eq!(created_at(moment, &zone), "2026-07-02 05:04:05 +0200 CEST");
        assert_eq!(created_at(moment, &west), "2026-07-01 23:34:05 -0330 -0330");
    }

    #[test]
    fn since_and_until_take_moments_in_many_forms() {
        let now = at("2026-01-02T12:00:00Z");
        let zone = TimeZone::fixed(Offset::from_seconds(7200).unwrap());
        let cases = [
            ("0", "1970-01-01T00:00:00Z"),
            ("1700000000", "2023-11-14T22:13:20Z"),
            ("1700000000.5", "2023-11-14T22:13:20.5Z"),
            ("1700000000.123456789", "2023-11-14T22:13:20.123456789Z"),
            ("2026-01-01", "2025-12-31T22:00:00Z"),
            ("2026-01-01Z", "2026-01-01T00:00:00Z"),
            ("2026-01-01-05:00", "2026-01-01T05:00:00Z"),
            ("2026-01-01T15", "2026-01-01T13:00:00Z"),
            ("2026-01-01T15:04", "2026-01-01T13:04:00Z"),
            ("2026-01-01T15:04Z", "2026-01-01T15:04:00Z"),
            ("2026-01-01T15:04:05", "2026-01-01T13:04:05Z"),
            ("2026-01-01T15:04:05.25", "2026-01-01T13:04:05.25Z"),
            ("2026-01-01T15:04:05Z", "2026-01-01T15:04:05Z"),
            ("2026-01-01T15:04:05.123456789123Z", "2026-01-01T15:04:05.123456789Z"),
            ("2026-01-01T15:04:05+01:30", "2026-01-01T13:34:05Z"),
            ("2026-01-01T15:04:05.5-01:00", "2026-01-01T16:04:05.5Z"),
            ("10m", "2026-01-02T11:50:00Z"),
            ("1h30m", "2026-01-02T10:30:00Z"),
            ("-1h", "2026-01-02T13:00:00Z"),
        ];
        for (text, moment) in cases {
            assert_eq!(parse_moment(text, now, &zone).unwrap(), at(moment), "{text}");
        }
    }

    #[test]
    fn what_is_no_moment_is_named() {
        let now = at("2026-01-02T12:00:00Z");
        for text in [
            "",
            "x",
            "yy",
            "1h5x",
            "-5",
            "1.",
            ".5",
            "1.2.3",
            "2026-13-01",
            "2026-02-30",
            "2026-1-1",
            "2026-01-01T",
            "2026-01-01T25",
            "2026-01-01T15:",
            "2026-01-01T15:60",
            "2026-01-01z",
            "2026-01-01+1",
            "2026-01-01+99:00",
            "2026-01-01T15:04:05.Z",
            "99999999999999999999",
            "999999999999999",
            "2026-01-01 15:04",
            "٢٠٢٦-01-01",
            "é026-01-01",
        ] {
            let error = parse_moment(text, now, &TimeZone::UTC).unwrap_err();
            assert_eq!(error.to_string(), format!("failed to parse value as time or duration: {text:?}"));
        }
    }

    #[test]
    fn durations_read_as_go_reads_them() {
        let cases: [(&str, i64); 16] = [
            ("0", 0),
            ("+0", 0),
            ("-0", 0),
            ("5s", 5_000_000_000),
            ("1h30m", 5_400_000_000_000),
            ("1.5s", 1_500_000_000),
            ("300ms", 300_000_000),
            ("10us", 10_000),
            ("10µs", 10_000),
            ("10μs", 10_000),
            ("7ns", 7),
            ("-1.5h", -5_400_000_000_000),
            (".5m", 30_000_000_000),
            ("1.s", 1_000_000_000),
            ("0.3333333333333333333h", 1_200_000_000_000),
            ("-9223372036854775808ns", i64::MIN),
        ];
        for (text, nanoseconds) in cases {
            assert_eq!(parse_duration(text).unwrap().as_nanos(), i128::from(nanoseconds), "{text}");
        }
    }

    #[test]
    fn wrong_durations_are_told_in_gos_words() {
        let cases = [
            ("", "time: invalid duration \"\""),
            ("-", "time: invalid duration \"-\""),
            (".s", "time: invalid duration \".s\""),
            ("s", "time: invalid duration \"s\""),
            ("1..2s", "time: invalid duration \"1..2s\""),
            ("3", "time: missing unit in duration \"3\""),
            ("1h5", "time: missing unit in duration \"1h5\""),
            ("1d", "time: unknown unit \"d\" in duration \"1d\""),
            ("1h-5m", "time: unknown unit \"h-\" in duration \"1h-5m\""),
            ("9223372036854775808ns", "time: invalid duration \"9223372036854775808ns\""),
            ("3000000h", "time: invalid duration \"3000000h\""),
            ("99999999999999999999h", "time: invalid duration \"99999999999999999999h\""),
        ];
        for (text, words) in cases {
            assert_eq!(parse_duration(text).unwrap_err().to_string(), words);
        }
    }

    #[test]
    fn an_unreadable_zone_is_nobodys_problem() {
        assert!(named_zone("../../etc/passwd").is_none());
        assert!(named_zone("/dev/zero").is_none());
        assert!(named_zone("/nonexistent").is_none());
        assert_eq!(named_zone(""), Some(TimeZone::UTC));
        assert!(named_zone("EST5").is_some());
    }
}
