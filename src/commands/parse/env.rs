//! `-e KEY=VALUE`, `-e KEY`.

use crate::error::{Error, Result};

/// Checks one `-e`; the key alone is filled in later, from the caller's environment.
pub fn env(typed: &str) -> Result<String> {
    let key = typed.split_once('=').map_or(typed, |(key, _)| key);
    if key.is_empty() {
        return Err(Error::usage(format!("invalid environment variable: {typed}")));
    }
    if typed.contains('\0') {
        return Err(Error::usage("invalid environment variable: a NUL byte ends it"));
    }
    Ok(typed.to_owned())
}

/// Completes one `-e`: as it is with a value, else the caller's value; `None` where the caller has none.
pub fn complete(typed: &str, lookup: impl Fn(&str) -> Option<String>) -> Option<String> {
    match typed.contains('=') {
        true => Some(typed.to_owned()),
        false => lookup(typed).map(|value| format!("{typed}={value}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_variable_needs_a_name() {
        for typed in ["", "=x", "a\0b=1"] {
            assert!(env(typed).is_err(), "{typed:?}");
        }
        for typed in ["A=", "A=b=c", "A", "a b=c"] {
            assert_eq!(env(typed).unwrap(), typed);
        }
    }

    #[test]
    fn a_key_alone_takes_the_callers_value_or_none() {
        let lookup = |key: &str| (key == "HOME").then(|| "/root".to_owned());
        assert_eq!(complete("HOME", lookup).as_deref(), Some("HOME=/root"));
        assert_eq!(complete("NOPE", lookup), None);
        assert_eq!(complete("NOPE=", lookup).as_deref(), Some("NOPE="));
    }
}
