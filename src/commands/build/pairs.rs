//! `--build-arg`, `--label`: names with values.

use crate::error::{Error, Result};
use std::collections::BTreeMap;

/// The pairs, the last of a name winning. A name alone has what `lookup` says, or is dropped.
///
/// # Errors
/// Usage in buildx's words, for a pair without a name.
pub(super) fn map(
    typed: &[String],
    lookup: impl Fn(&str) -> Option<String>,
) -> Result<BTreeMap<String, String>> {
    let mut pairs = BTreeMap::new();
    for typed in typed {
        let (name, value) = match typed.split_once('=') {
            Some((name, value)) => (name, Some(value.to_owned())),
            None => (typed.as_str(), lookup(typed)),
        };
        if name.is_empty() {
            return Err(Error::usage(format!("invalid key-value pair {typed:?}: empty key")));
        }
        if typed.contains('\0') {
            return Err(Error::usage(format!("invalid key-value pair {typed:?}: a NUL byte ends it")));
        }
        if let Some(value) = value {
            pairs.insert(name.to_owned(), value);
        }
    }
    Ok(pairs)
}

#[cfg(test)]
mod tests {
    use super::map;

    #[test]
    fn a_name_alone_has_what_is_looked_up() {
        let typed = ["A=1", "B", "C", "A=2", "D=x=y", "E="].map(str::to_owned);
        let map = map(&typed, |name| (name == "B").then(|| "b".to_owned())).unwrap();
        let pairs: Vec<_> = map.iter().map(|(name, value)| format!("{name}:{value}")).collect();
        assert_eq!(pairs, ["A:2", "B:b", "D:x=y", "E:"]);
    }

    #[test]
    fn a_pair_without_a_name_is_refused() {
        for typed in ["=", "=x", ""] {
            let told = map(&[typed.to_owned()], |_| None).unwrap_err().to_string();
            assert_eq!(told, format!("invalid key-value pair {typed:?}: empty key"));
        }
    }
}
