//! `--hostname`.

use crate::error::{Error, Result};

/// The longest name sethostname(2) takes, in bytes.
const LONGEST: usize = 64;

/// Checks a host name: RFC 1123's letters, digits, hyphens and dots, and the underscore that people use.
pub fn hostname(typed: &str) -> Result<String> {
    let wrong = |why: &str| Err(Error::usage(format!("invalid hostname `{typed}`")).because(why));
    if typed.len() > LONGEST {
        return wrong("it is longer than 64 bytes");
    }
    if !typed.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._".contains(&byte)) {
        return wrong("only letters, digits, `-`, `_` and `.` are allowed");
    }
    if typed.is_empty() || typed.starts_with(['-', '.']) || typed.ends_with('-') || typed.contains("..") {
        return wrong("it is not a host name by RFC 1123");
    }
    Ok(typed.to_owned())
}

#[cfg(test)]
mod tests {
    use super::hostname;

    #[test]
    fn a_host_name_is_short_and_plain() {
        for typed in ["web", "web-1.example.com", "a_b", "1", &"a".repeat(64)] {
            assert_eq!(hostname(typed).unwrap(), typed);
        }
        for typed in ["", "a b", "a\nb", "a\0", "-a", "a-", ".a", "a..b", "é", &"a".repeat(65)] {
            assert!(hostname(typed).is_err(), "{typed:?}");
        }
    }
}
