//! `-l KEY=VALUE`, `-l KEY`.

use crate::error::{Error, Result};

/// Reads a label; without `=` its value is empty.
pub fn label(typed: &str) -> Result<(String, String)> {
    let (key, value) = typed.split_once('=').unwrap_or((typed, ""));
    if key.is_empty() {
        return Err(Error::usage(format!("invalid label '{typed}': empty name")));
    }
    if key.contains(char::is_whitespace) {
        return Err(Error::usage(format!("label '{key}' contains whitespaces")));
    }
    if typed.contains('\0') {
        return Err(Error::usage("invalid label: a NUL byte ends it"));
    }
    Ok((key.to_owned(), value.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::label;

    #[test]
    fn a_label_has_a_name_without_blanks() {
        let pair = |key: &str, value: &str| Some((key.to_owned(), value.to_owned()));
        for (typed, read) in [
            ("a=b", pair("a", "b")),
            ("a", pair("a", "")),
            ("a=b=c d", pair("a", "b=c d")),
            ("", None),
            ("=a", None),
            ("a b=c", None),
            ("a=\0", None),
        ] {
            assert_eq!(label(typed).ok(), read, "{typed:?}");
        }
    }
}
