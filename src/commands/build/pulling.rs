//! `--pull`: docker's switch, and podman's policies.

use crate::commands::parse::boolean::boolean;
use crate::error::Result;

/// When registries are asked for bases.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pulling {
    /// Always; what is here already is not fetched again.
    Always,
    /// When a base is not here.
    Missing,
    /// Never.
    Never,
}

/// Reads `--pull[=…]`.
pub(super) fn pulling(typed: &str) -> Result<Pulling> {
    match typed {
        "always" | "newer" | "ifnewer" => Ok(Pulling::Always),
        "missing" | "ifmissing" | "ifnotpresent" => Ok(Pulling::Missing),
        "never" => Ok(Pulling::Never),
        typed => boolean(typed).map(|on| if on { Pulling::Always } else { Pulling::Missing }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_switch_and_a_policy_are_taken() {
        for (typed, read) in [
            ("true", Some(Pulling::Always)),
            ("0", Some(Pulling::Missing)),
            ("newer", Some(Pulling::Always)),
            ("never", Some(Pulling::Never)),
            ("missing", Some(Pulling::Missing)),
            ("x", None),
        ] {
            assert_eq!(pulling(typed).ok(), read, "{typed}");
        }
    }
}
