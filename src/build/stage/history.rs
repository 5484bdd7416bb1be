//! The words of an image's history, as BuildKit writes them: those of Go's `%q` and `%v`.

use crate::dockerfile::quote::quoted;
use crate::oci::config::Healthcheck;

/// `A=1 B=two words`.
pub(super) fn pairs(pairs: &[(String, String)]) -> String {
    let told: Vec<String> = pairs.iter().map(|(name, value)| format!("{name}={value}")).collect();
    told.join(" ")
}

/// `["a" "b"]`.
pub(super) fn list(words: &[String]) -> String {
    let told: Vec<String> = words.iter().map(|word| quoted(word)).collect();
    format!("[{}]", told.join(" "))
}

/// `&{["CMD-SHELL" "x"] "5s" "0s" "0s" "0s" '\x03'}`.
pub(super) fn healthcheck(check: &Healthcheck) -> String {
    let times = [check.interval, check.timeout, check.start_period, check.start_interval];
    let times: Vec<String> = times.iter().map(|time| format!("{:?}", duration(*time))).collect();
    format!("&{{{} {} {}}}", list(&check.test), times.join(" "), rune(check.retries))
}

/// A number as `%q` takes it: a character, whose quotes are single ones.
fn rune(number: i64) -> String {
    let c = u32::try_from(number).ok().and_then(char::from_u32).unwrap_or(char::REPLACEMENT_CHARACTER);
    match c {
        '\'' => "'\\''".to_owned(),
        '"' => "'\"'".to_owned(),
        c => format!("'{}'", quoted(&c.to_string()).trim_matches('"')),
    }
}

/// Go's time.Duration: `1m30s`, `1.5s`, `100ms`, `0s`; nanoseconds.
fn duration(nanoseconds: i64) -> String {
    let whole = nanoseconds.unsigned_abs();
    let sign = if nanoseconds < 0 { "-" } else { "" };
    let fraction = |number: u64, unit: u64| {
        let rest = format!("{:0width$}", number % unit, width = unit.ilog10() as usize);
        let rest = rest.trim_end_matches('0');
        match rest {
            "" => (number / unit).to_string(),
            rest => format!("{}.{rest}", number / unit),
        }
    };
    let told = match whole {
        0 => "0s".to_owned(),
        1..1_000 => format!("{whole}ns"),
        1_000..1_000_000 => format!("{}µs", fraction(whole, 1_000)),
        1_000_000..1_000_000_000 => format!("{}ms", fraction(whole, 1_000_000)),
        _ => {
            let minutes = whole / 60_000_000_000;
            let seconds = fraction(whole % 60_000_000_000, 1_000_000_000);
            match (minutes / 60, minutes % 60) {
                (0, 0) => format!("{seconds}s"),
                (0, minutes) => format!("{minutes}m{seconds}s"),
                (hours, minutes) => format!("{hours}h{minutes}m{seconds}s"),
            }
        }
    };
    format!("{sign}{told}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_health_check_is_told_as_go_prints_it() {
        let check = Healthcheck {
            test: vec!["CMD-SHELL".to_owned(), "echo \"hi\"".to_owned()],
            interval: 5_000_000_000,
            timeout: 1_500_000_000,
            start_period: 90_000_000_000,
            retries: 3,
            ..Healthcheck::default()
        };
        let told = r#"&{["CMD-SHELL" "echo \"hi\""] "5s" "1.5s" "1m30s" "0s" '\x03'}"#;
        assert_eq!(healthcheck(&check), told);
    }

    #[test]
    fn times_are_told_as_go_tells_them() {
        let all = [(1, "1ns"), (1_500, "1.5µs"), (100_000_000, "100ms"), (3_600_000_000_000, "1h0m0s")];
        all.iter().for_each(|(time, told)| assert_eq!(duration(*time), *told));
    }
}
