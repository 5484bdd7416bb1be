//! `--pull`.

use crate::engine::wish::PullPolicy;
use crate::error::{Error, Result};

/// Reads when to ask the registry.
pub fn pull(typed: &str) -> Result<PullPolicy> {
    match typed {
        "always" => Ok(PullPolicy::Always),
        "missing" | "" => Ok(PullPolicy::Missing),
        "never" => Ok(PullPolicy::Never),
        other => Err(Error::usage(format!(
            "invalid pull option: '{other}': must be one of \"always\", \"missing\" or \"never\""
        ))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_are_three_ways_to_pull() {
        assert_eq!(pull("always").unwrap(), PullPolicy::Always);
        assert_eq!(pull("missing").unwrap(), PullPolicy::Missing);
        assert_eq!(pull("never").unwrap(), PullPolicy::Never);
        assert!(pull("Always").is_err());
    }
}
