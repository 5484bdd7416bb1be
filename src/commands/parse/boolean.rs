//! `--rm=true`: what Go's strconv.ParseBool takes.

use crate::error::{Error, Result};

/// Reads a truth value.
pub fn boolean(typed: &str) -> Result<bool> {
    match typed {
        "1" | "t" | "T" | "true" | "TRUE" | "True" => Ok(true),
        "0" | "f" | "F" | "false" | "FALSE" | "False" => Ok(false),
        other => Err(Error::usage(format!("strconv.ParseBool: parsing {other:?}: invalid syntax"))),
    }
}

#[cfg(test)]
mod tests {
    use super::boolean;

    #[test]
    fn truth_is_spelt_as_go_spells_it() {
        for (typed, meant) in [
            ("true", Some(true)),
            ("1", Some(true)),
            ("T", Some(true)),
            ("f", Some(false)),
            ("FALSE", Some(false)),
            ("0", Some(false)),
            ("yes", None),
            ("", None),
            ("tRUE", None),
        ] {
            assert_eq!(boolean(typed).ok(), meant, "{typed:?}");
        }
    }
}
