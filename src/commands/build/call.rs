//! `--call WHAT[,format=FORMAT][,ignorestatus=BOOL]`, `--check`.

use crate::build::wish::Call;
use crate::commands::parse::boolean::boolean;
use crate::commands::parse::csv::fields;
use crate::error::{Error, Result};

/// What is done, and how it is shown.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Called {
    pub call: Call,
    /// BuildKit's JSON instead of words.
    pub json: bool,
    /// What the linter finds is no failure.
    pub ignores_status: bool,
}

/// Reads `--call`; `--check` is `--call=check`.
///
/// # Errors
/// Usage in buildx's words.
pub(super) fn call(typed: &str, check: bool) -> Result<Called> {
    let mut called = Called::default();
    let fields = fields(typed)?;
    let mut named = false;
    for field in fields.iter().filter(|field| !field.is_empty()) {
        match field.split_once('=') {
            None if named => return Err(wrong(typed)),
            None => {
                called.call = kind(field)?;
                named = true;
            }
            Some(("format", "json")) => called.json = true,
            Some(("format", "text" | "")) => called.json = false,
            Some(("format", other)) => {
                return Err(Error::usage(format!("unsupported format: {other}")).fix("format=json or text"));
            }
            Some(("ignorestatus", value)) => {
                called.ignores_status = boolean(value).map_err(|_| wrong(typed))?;
            }
            Some(_) => return Err(wrong(typed)),
        }
    }
    if check {
        if named && !matches!(called.call, Call::Build | Call::Check) {
            return Err(Error::usage(format!("--check and --call={typed} cannot be used together")));
        }
        called.call = Call::Check;
    }
    Ok(called)
}

fn kind(typed: &str) -> Result<Call> {
    match typed {
        "build" => Ok(Call::Build),
        "check" | "lint" => Ok(Call::Check),
        "outline" => Ok(Call::Outline),
        "targets" => Ok(Call::Targets),
        other => {
            Err(Error::usage(format!("unknown call {other:?}")).fix("one of build, check, outline, targets"))
        }
    }
}

fn wrong(typed: &str) -> Error {
    Error::usage(format!("invalid print field: {typed}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_has_a_kind_and_a_format() {
        let is = |call, json, ignores_status| Called { call, json, ignores_status };
        for (typed, check, called) in [
            ("build", false, is(Call::Build, false, false)),
            ("", false, is(Call::Build, false, false)),
            ("build", true, is(Call::Check, false, false)),
            ("check", false, is(Call::Check, false, false)),
            ("lint,format=json", false, is(Call::Check, true, false)),
            ("targets,format=json,ignorestatus=1", false, is(Call::Targets, true, true)),
            ("outline", false, is(Call::Outline, false, false)),
        ] {
            assert_eq!(call(typed, check).unwrap(), called, "{typed}");
        }
        assert_eq!(call("check=x", false).unwrap_err().to_string(), "invalid print field: check=x");
        for typed in ["x", "check,outline", "check,format=x", "check,ignorestatus=x"] {
            assert!(call(typed, false).is_err(), "{typed}");
        }
        assert!(call("outline", true).is_err());
    }
}
