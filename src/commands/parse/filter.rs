//! `--filter KEY=VALUE`.

use crate::error::{Error, Result};

/// One condition on what is listed; which keys exist is for the verb to say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filter {
    /// What is looked at, in lower case.
    pub key: String,
    /// What it has to be.
    pub value: String,
}

/// Reads a filter.
pub fn filter(typed: &str) -> Result<Filter> {
    let (key, value) =
        typed.split_once('=').ok_or_else(|| Error::usage("bad format of filter (expected name=value)"))?;
    Ok(Filter { key: key.trim().to_lowercase(), value: value.trim().to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_filter_is_a_pair() {
        let read = filter(" Label =a=b ").unwrap();
        assert_eq!(read, Filter { key: "label".to_owned(), value: "a=b".to_owned() });
        assert!(filter("x").is_err());
    }
}
