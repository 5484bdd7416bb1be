//! `--progress`, `-q` and `$BUILDKIT_PROGRESS`.

use crate::build::wish::ProgressWish;
use crate::commands::caller::Caller;
use crate::error::{Error, Result};

/// How progress is shown; the variable is heard where the flag leaves it open.
///
/// # Errors
/// Usage in buildx's words.
pub(super) fn chosen(typed: &str, quiet: bool, caller: &Caller) -> Result<ProgressWish> {
    let variable = || caller.variable("BUILDKIT_PROGRESS").filter(|mode| !mode.is_empty());
    let mode = match typed {
        "" | "auto" => variable().unwrap_or_else(|| "auto".to_owned()),
        typed => typed.to_owned(),
    };
    let wish = match mode.as_str() {
        "auto" => ProgressWish::Auto,
        "plain" => ProgressWish::Plain,
        "tty" => ProgressWish::Tty,
        "rawjson" => ProgressWish::RawJson,
        "quiet" | "none" => ProgressWish::Quiet,
        other => return Err(Error::usage(format!("invalid progress mode {other}"))),
    };
    match quiet {
        false => Ok(wish),
        true if matches!(typed, "" | "auto" | "quiet" | "none") => Ok(ProgressWish::Quiet),
        true => Err(Error::usage(format!("progress={typed} and quiet cannot be used together"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_flag_goes_before_the_variable() {
        let with = |value: &str| {
            let variables = vec![("BUILDKIT_PROGRESS".into(), value.into())];
            Caller { variables, ..Caller::default() }
        };
        let of = |typed: &str, quiet, caller: &Caller| {
            chosen(typed, quiet, caller).map_err(|error| error.to_string())
        };
        let bare = Caller::default();
        assert_eq!(of("auto", false, &bare), Ok(ProgressWish::Auto));
        assert_eq!(of("auto", false, &with("plain")), Ok(ProgressWish::Plain));
        assert_eq!(of("tty", false, &with("plain")), Ok(ProgressWish::Tty));
        assert_eq!(of("auto", true, &with("plain")), Ok(ProgressWish::Quiet));
        assert_eq!(of("rawjson", false, &bare), Ok(ProgressWish::RawJson));
        assert_eq!(of("x", false, &bare).unwrap_err(), "invalid progress mode x");
        assert_eq!(of("auto", false, &with("x")).unwrap_err(), "invalid progress mode x");
        assert_eq!(of("tty", true, &bare).unwrap_err(), "progress=tty and quiet cannot be used together");
    }
}
