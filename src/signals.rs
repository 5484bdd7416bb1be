//! Signals by name or number.

use crate::error::{Error, Result};
use nix::sys::signal::Signal;

/// The first and the last real-time signal that programs see; the kernel's 32 and 33 belong to libc.
const REAL_TIME: std::ops::RangeInclusive<i32> = 34..=64;

/// Reads a signal: `9`, `KILL`, `SIGKILL`, `RTMIN+3`, `SIGRTMAX-1`, in any case.
pub fn signal(typed: &str) -> Result<i32> {
    let upper = typed.to_ascii_uppercase();
    let name = upper.strip_prefix("SIG").unwrap_or(&upper);
    let number = match typed.bytes().all(|byte| byte.is_ascii_digit()) {
        true => typed.parse().ok().filter(|number| (1..=*REAL_TIME.end()).contains(number)),
        false => named(name).or_else(|| real_time(name)),
    };
    number.ok_or_else(|| {
        Error::usage(format!("invalid signal: {typed}"))
            .fix("signal(7) lists them; `TERM` asks, `KILL` does not")
    })
}

fn named(name: &str) -> Option<i32> {
    let name = match name {
        "CLD" => "CHLD",
        "POLL" => "IO",
        "IOT" => "ABRT",
        other => other,
    };
    format!("SIG{name}").parse::<Signal>().ok().map(|signal| signal as i32)
}

fn real_time(name: &str) -> Option<i32> {
    let (base, offset) = match name.strip_prefix("RTMIN") {
        Some("") => (*REAL_TIME.start(), 0),
        Some(rest) => (*REAL_TIME.start(), digits(rest.strip_prefix('+')?)?),
        None => match name.strip_prefix("RTMAX")? {
            "" => (*REAL_TIME.end(), 0),
            rest => (*REAL_TIME.end(), -digits(rest.strip_prefix('-')?)?),
        },
    };
    Some(base + offset).filter(|number| REAL_TIME.contains(number))
}

/// At most two digits: more cannot be an offset, and might not fit.
fn digits(text: &str) -> Option<i32> {
    (text.len() <= 2 && text.bytes().all(|byte| byte.is_ascii_digit())).then(|| text.parse().ok())?
}

#[cfg(test)]
mod tests {
    use super::signal;

    #[test]
    fn signals_are_known_by_name_and_by_number() {
        for (typed, number) in [
            ("9", Some(9)),
            ("KILL", Some(9)),
            ("SIGKILL", Some(9)),
            ("sigterm", Some(15)),
            ("CLD", Some(17)),
            ("IO", Some(29)),
            ("RTMIN", Some(34)),
            ("SIGRTMIN+3", Some(37)),
            ("RTMAX-1", Some(63)),
            ("RTMIN+30", Some(64)),
            ("RTMIN+31", None),
            ("RTMIN+", None),
            ("RTMIN+-1", None),
            ("RTMAX-99999999999", None),
            ("0", None),
            ("65", None),
            ("-1", None),
            ("99999999999", None),
            ("FOO", None),
            ("", None),
            ("SIG", None),
            ("SIGSIGKILL", None),
        ] {
            assert_eq!(signal(typed).ok(), number, "{typed:?}");
        }
    }
}
