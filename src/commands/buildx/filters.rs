//! `--filter` of `du` and `prune`.

use crate::build::cache::entry::{Filter as Condition, PruneWish};
use crate::commands::parse::duration::duration;
use crate::commands::parse::filter::Filter;
use crate::error::{Error, Result};

/// The conditions, and how long nothing may have used what is meant.
///
/// # Errors
/// Usage in buildx's words.
pub(super) fn read(typed: &[Filter]) -> Result<PruneWish> {
    let mut wish = PruneWish::default();
    let mut seen: Vec<&str> = Vec::new();
    for Filter { key, value } in typed {
        if seen.contains(&key.as_str()) {
            return Err(Error::usage("filters expect only one value"));
        }
        seen.push(key);
        match key.as_str() {
            "until" | "unused-for" if seen.contains(&"until") && seen.contains(&"unused-for") => {
                return Err(Error::usage("conflicting filters \"until\" and \"unused-for\""));
            }
            key @ ("until" | "unused-for") => {
                wish.until = Some(duration(value).map_err(|cause| {
                    Error::usage(format!("{key:?} filter expects a duration (e.g., '24h')")).why(cause)
                })?);
            }
            key => wish.filters.push(Condition::read(key, value)?),
        }
    }
    Ok(wish)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::parse::filter::filter;

    #[test]
    fn wrong_filters_are_told_in_buildx_words() {
        let of = |typed: &[&str]| {
            let typed: Vec<Filter> = typed.iter().map(|typed| filter(typed).unwrap()).collect();
            read(&typed).map_err(|error| error.to_string())
        };
        let wish = of(&["until=24h", "type=regular", "id=a"]).unwrap();
        assert_eq!((wish.until.unwrap().as_secs(), wish.filters.len()), (86_400, 2));
        let told = "\"until\" filter expects a duration (e.g., '24h'): time: invalid duration \"x\"";
        assert_eq!(of(&["until=x"]).unwrap_err(), told);
        let told = "conflicting filters \"until\" and \"unused-for\"";
        assert_eq!(of(&["until=1h", "unused-for=2h"]).unwrap_err(), told);
        assert_eq!(of(&["id=a", "id=b"]).unwrap_err(), "filters expect only one value");
    }
}
