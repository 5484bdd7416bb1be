//! The context, and `--build-context`.

use crate::build::context::git::is_reference;
use crate::build::context::is_url;
use crate::build::wish::ContextWish;
use crate::commands::caller::Caller;
use crate::error::{Error, Kind, Result};
use crate::oci::reference::Reference;

/// Where the context is. A folder that is there is meant even if its name looks like an address.
///
/// # Errors
/// In buildx's words: a path there is not; standard input for both the context and the Dockerfile.
pub(super) fn context(typed: &str, file: Option<&str>, caller: &Caller) -> Result<ContextWish> {
    if typed == "-" {
        return match file {
            Some("-") => {
                Err(Error::usage("invalid argument: can't use stdin for both build context and dockerfile"))
            }
            _ => Ok(ContextWish::StandardInput),
        };
    }
    let path = caller.directory.join(typed);
    if !typed.is_empty() && path.is_dir() {
        return Ok(ContextWish::Directory(path));
    }
    if is_reference(typed) {
        return Ok(ContextWish::Git(typed.to_owned()));
    }
    if is_url(typed) {
        return Ok(ContextWish::Url(typed.to_owned()));
    }
    let what = match path.exists() && !typed.is_empty() {
        true => format!("unable to prepare context: path {typed:?} is not a directory"),
        false => format!("unable to prepare context: path {typed:?} not found"),
    };
    Err(Error::new(Kind::NotFound, what))
}

/// The named contexts, in order; a name is an image's as people write it, without `:latest`.
///
/// # Errors
/// Usage in buildx's words.
pub(super) fn named(typed: &[String]) -> Result<Vec<(String, String)>> {
    let mut contexts: Vec<(String, String)> = Vec::new();
    for typed in typed {
        let wrong = || Error::usage(format!("invalid context value: {typed}, expected key=value"));
        let (name, place) = typed.split_once('=').ok_or_else(wrong)?;
        if place.is_empty() {
            let what = format!("failed to get build context {name}");
            return Err(Error::usage(what).because("no place is named"));
        }
        let reference: Reference = name
            .parse()
            .map_err(|cause: Error| Error::usage(format!("invalid context name {name}")).why(cause))?;
        let familiar = reference.familiar();
        let name = familiar.strip_suffix(":latest").unwrap_or(&familiar).to_owned();
        contexts.retain(|(other, _)| *other != name);
        contexts.push((name, place.to_owned()));
    }
    Ok(contexts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_context_is_a_folder_a_repository_an_address_or_standard_input() {
        let caller = Caller { directory: "/".into(), ..Caller::default() };
        let git = |typed: &str| ContextWish::Git(typed.to_owned());
        let url = |typed: &str| ContextWish::Url(typed.to_owned());
        for (typed, wish) in [
            ("-", ContextWish::StandardInput),
            ("proc", ContextWish::Directory("/proc".into())),
            ("/proc", ContextWish::Directory("/proc".into())),
            ("https://x.org/a.git#v1:sub", git("https://x.org/a.git#v1:sub")),
            ("https://x.org/a.git?branch=v1", git("https://x.org/a.git?branch=v1")),
            ("https://x.org/a.tar.gz", url("https://x.org/a.tar.gz")),
            ("http://x.org/a#b.git", url("http://x.org/a#b.git")),
            ("git@github.com:a/b", git("git@github.com:a/b")),
            ("git://x/y", git("git://x/y")),
            ("github.com/a/b", git("github.com/a/b")),
        ] {
            assert_eq!(context(typed, None, &caller).unwrap(), wish, "{typed}");
        }
        let told = context("/nonexist", None, &caller).unwrap_err().to_string();
        assert_eq!(told, "unable to prepare context: path \"/nonexist\" not found");
        assert!(context("", None, &caller).is_err());
        assert!(context("/proc/version", None, &caller).is_err());
        assert!(context("-", Some("-"), &caller).is_err());
        assert!(context("-", Some("x"), &caller).is_ok());
    }

    #[test]
    fn a_named_context_stands_for_an_image_or_a_stage() {
        let of = |typed: &[&str]| {
            let typed: Vec<String> = typed.iter().map(|typed| (*typed).to_owned()).collect();
            named(&typed).map_err(|error| error.to_string())
        };
        let pair = |name: &str, place: &str| (name.to_owned(), place.to_owned());
        assert_eq!(
            of(&["docker.io/library/alpine:latest=a", "x:1=docker-image://y", "alpine=b=c"]).unwrap(),
            [pair("x:1", "docker-image://y"), pair("alpine", "b=c")]
        );
        assert_eq!(of(&["foo"]).unwrap_err(), "invalid context value: foo, expected key=value");
        assert!(of(&["foo="]).is_err() && of(&["A B=c"]).is_err());
    }
}
