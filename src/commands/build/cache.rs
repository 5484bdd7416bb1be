//! `--cache-from`, `--cache-to`.

use crate::build::wish::CacheWish;
use crate::commands::parse::csv::fields;
use crate::error::{Error, Kind, Result};
use std::collections::BTreeMap;

/// What steps can be taken from.
const SOURCES: [&str; 2] = ["registry", "local"];

/// What steps can be put into.
const TARGETS: [&str; 3] = ["registry", "local", "inline"];

/// The caches of others that BuildKit knows.
const FOREIGN: [&str; 3] = ["gha", "s3", "azblob"];

/// The caches to take from. Those that only BuildKit has are left out, since a cache can be missing: see
/// [`unknown`] for what is said of that.
///
/// # Errors
/// Usage in buildx's words.
pub(super) fn from(typed: &[String]) -> Result<Vec<CacheWish>> {
    let all = caches(typed)?;
    for cache in &all {
        let (kind, options) = (cache.kind.as_str(), &cache.options);
        match kind {
            "registry" => need(kind, "ref", options)?,
            "local" => need(kind, "src", options)?,
            foreign if FOREIGN.contains(&foreign) => {}
            other => return Err(Error::usage(format!("unknown cache importer: {other:?}"))),
        }
    }
    Ok(all.into_iter().filter(|cache| SOURCES.contains(&cache.kind.as_str())).collect())
}

/// The caches to put into.
///
/// # Errors
/// Usage in buildx's words; [`Kind::Unsupported`] for what only BuildKit has.
pub(super) fn to(typed: &[String]) -> Result<Vec<CacheWish>> {
    let all = caches(typed)?;
    for cache in &all {
        let (kind, options) = (cache.kind.as_str(), &cache.options);
        match kind {
            "registry" => need(kind, "ref", options)?,
            "local" => need(kind, "dest", options)?,
            kind if TARGETS.contains(&kind) => {}
            foreign if FOREIGN.contains(&foreign) => {
                return Err(Error::new(
                    Kind::Unsupported,
                    format!("--cache-to type={foreign} is not supported"),
                )
                .because("rcon has no client for that store")
                .fix("--cache-to type=registry,ref=NAME or type=local,dest=FOLDER"));
            }
            other => return Err(Error::usage(format!("unknown cache exporter: {other:?}"))),
        }
        if let Some(mode) = options.get("mode").filter(|mode| !["min", "max"].contains(&mode.as_str())) {
            return Err(Error::usage(format!("invalid cache export mode: {mode}")));
        }
    }
    Ok(all)
}

/// The kinds of cache that are asked for, and are left out.
pub(super) fn unknown(typed: &[String]) -> Vec<String> {
    let all = caches(typed).unwrap_or_default();
    all.into_iter().map(|cache| cache.kind).filter(|kind| FOREIGN.contains(&kind.as_str())).collect()
}

fn need(kind: &str, key: &str, options: &BTreeMap<String, String>) -> Result<()> {
    match options.get(key).is_some_and(|value| !value.is_empty()) {
        true => Ok(()),
        false => Err(Error::usage(format!("{kind} cache requires {key}"))),
    }
}

/// Each is `type=KIND,…`, or names of images alone, separated by commas.
fn caches(typed: &[String]) -> Result<Vec<CacheWish>> {
    let mut caches = Vec::new();
    for typed in typed.iter().filter(|typed| !typed.is_empty()) {
        let fields = fields(typed)?;
        if fields.iter().all(|field| !field.contains('=')) {
            caches.extend(fields.into_iter().map(|name| CacheWish {
                kind: "registry".to_owned(),
                options: BTreeMap::from([("ref".to_owned(), name)]),
            }));
            continue;
        }
        let mut options = BTreeMap::new();
        for field in &fields {
            let (key, value) =
                field.split_once('=').ok_or_else(|| Error::usage(format!("invalid value {field}")))?;
            options.insert(key.trim().to_lowercase(), value.to_owned());
        }
        match options.remove("type").filter(|kind| !kind.is_empty()) {
            Some(kind) => caches.push(CacheWish { kind, options }),
            None => return Err(Error::usage(format!("type required form> {typed:?}"))),
        }
    }
    Ok(caches)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(caches: Result<Vec<CacheWish>>) -> Result<Vec<String>, String> {
        let show = |cache: CacheWish| {
            let options = cache.options.iter().map(|(key, value)| format!(" {key}={value}"));
            cache.kind + &options.collect::<String>()
        };
        caches.map(|caches| caches.into_iter().map(show).collect()).map_err(|error| error.to_string())
    }

    fn typed(text: &str) -> [String; 1] {
        [text.to_owned()]
    }

    #[test]
    fn a_cache_is_an_image_or_has_a_type() {
        assert_eq!(shown(from(&typed("a/b:c"))).unwrap(), ["registry ref=a/b:c"]);
        assert_eq!(shown(from(&typed("a,b"))).unwrap(), ["registry ref=a", "registry ref=b"]);
        assert_eq!(shown(from(&typed("type=local,src=x"))).unwrap(), ["local src=x"]);
        assert_eq!(shown(from(&typed("type=gha,scope=x"))).unwrap(), Vec::<String>::new());
        assert_eq!(unknown(&typed("type=gha,scope=x")), ["gha"]);
        assert_eq!(shown(to(&typed("type=inline"))).unwrap(), ["inline"]);
        assert_eq!(shown(to(&typed("type=local,dest=x,mode=max"))).unwrap(), ["local dest=x mode=max"]);
    }

    #[test]
    fn wrong_caches_are_told() {
        for (text, told) in [
            ("type=", "type required form> \"type=\""),
            ("a=b", "type required form> \"a=b\""),
            ("type=local,x", "invalid value x"),
            ("type=registry", "registry cache requires ref"),
            ("type=foo", "unknown cache importer: \"foo\""),
        ] {
            assert_eq!(shown(from(&typed(text))).unwrap_err(), told, "{text}");
        }
        for text in ["type=gha", "type=foo", "type=local", "type=inline,mode=all"] {
            assert!(to(&typed(text)).is_err(), "{text}");
        }
    }
}
