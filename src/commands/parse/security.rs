//! `--security-opt`.

use super::boolean::boolean;
use crate::error::{Error, Kind, Result};

/// One `--security-opt`, before any file was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SecurityOption {
    /// `seccomp=unconfined`.
    SeccompUnconfined,
    /// `seccomp=builtin`.
    SeccompBuiltin,
    /// `seccomp=FILE`.
    SeccompFile(String),
    /// `no-new-privileges[=BOOL]`.
    NoNewPrivileges(bool),
    /// Asks for what is so anyway: rcon neither labels processes nor loads AppArmor profiles.
    AsItIs,
}

/// Reads an option; docker's older `KEY:VALUE` is taken as well.
pub fn security(typed: &str) -> Result<SecurityOption> {
    let invalid = || Error::usage(format!("Invalid --security-opt: {typed:?}"));
    let later = |why: &str| {
        Err(Error::new(Kind::Unsupported, format!("--security-opt {typed} is not supported yet"))
            .because(why))
    };
    if typed == "no-new-privileges" {
        return Ok(SecurityOption::NoNewPrivileges(true));
    }
    let (key, value) = typed.split_once('=').or_else(|| typed.split_once(':')).ok_or_else(invalid)?;
    match (key, value) {
        ("no-new-privileges", value) => {
            boolean(value).map(SecurityOption::NoNewPrivileges).map_err(|_| invalid())
        }
        (_, "") => Err(invalid()),
        ("seccomp", "unconfined") => Ok(SecurityOption::SeccompUnconfined),
        ("seccomp", "builtin") => Ok(SecurityOption::SeccompBuiltin),
        ("seccomp", file) => Ok(SecurityOption::SeccompFile(file.to_owned())),
        ("label", "disable") | ("apparmor", "unconfined") => Ok(SecurityOption::AsItIs),
        ("label", _) => later("processes are not labelled for SELinux"),
        ("apparmor", _) => later("AppArmor profiles are not loaded"),
        ("systempaths" | "writable-cgroups", _) => later("what of /proc and /sys is hidden is fixed"),
        _ => Err(invalid()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use SecurityOption::*;

    #[test]
    fn options_are_taken_with_equals_sign_and_with_colon() {
        for (typed, meant) in [
            ("no-new-privileges", NoNewPrivileges(true)),
            ("no-new-privileges=false", NoNewPrivileges(false)),
            ("no-new-privileges:true", NoNewPrivileges(true)),
            ("seccomp=unconfined", SeccompUnconfined),
            ("seccomp:unconfined", SeccompUnconfined),
            ("seccomp=a=b.json", SeccompFile("a=b.json".to_owned())),
            ("label=disable", AsItIs),
            ("apparmor=unconfined", AsItIs),
        ] {
            assert_eq!(security(typed).unwrap(), meant, "{typed:?}");
        }
    }

    #[test]
    fn nothing_is_swallowed() {
        for typed in [
            "",
            "foo",
            "foo=bar",
            "seccomp=",
            "no-new-privileges=x",
            "label=type:x",
            "apparmor=docker-default",
        ] {
            assert!(security(typed).is_err(), "{typed:?}");
        }
        assert_eq!(security("foo").unwrap_err().to_string(), "Invalid --security-opt: \"foo\"");
    }
}
