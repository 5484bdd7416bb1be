//! The conditions of `prune --filter`.

use crate::error::{Error, Result};
use crate::output::time;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use std::collections::BTreeMap;

/// Which keys a verb knows beside `label` and `label!`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keys {
    /// `until`: containers, and everything at once.
    Until,
    /// `until` and `dangling`: images.
    UntilAndDangling,
    /// `all`: volumes.
    All,
}

impl Keys {
    fn know(self, key: &str) -> bool {
        match self {
            Self::Until => key == "until",
            Self::UntilAndDangling => matches!(key, "until" | "dangling"),
            Self::All => key == "all",
        }
    }
}

/// A label, and the value it has to have where one is named.
type Label = (String, Option<String>);

/// Conditions: all of them have to hold.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Filters {
    until: Option<Timestamp>,
    labels: Vec<Label>,
    without: Vec<Label>,
    /// `dangling`, or `all`: whether more is taken than without a word.
    pub all: Option<bool>,
}

impl Filters {
    /// Reads pairs of key and value; `until` may be relative to `now`.
    ///
    /// # Errors
    /// docker's words for a key or a value that is none.
    pub fn read(pairs: &[(String, String)], keys: Keys, now: Timestamp) -> Result<Self> {
        let mut filters = Self::default();
        for (key, value) in pairs {
            match key.as_str() {
                "label" => filters.labels.push(label(value)),
                "label!" => filters.without.push(label(value)),
                key if !keys.know(key) => return Err(Error::usage(format!("invalid filter '{key}'"))),
                "until" if filters.until.is_some() => {
                    return Err(Error::usage("more than one until filter specified"));
                }
                "until" => filters.until = Some(time::parse_moment(value, now, &TimeZone::system())?),
                key => {
                    let truth = truth(value)
                        .ok_or_else(|| Error::usage(format!("invalid filter '{key}={value}'")))?;
                    filters.all = Some(truth == (key == "all"));
                }
            }
        }
        Ok(filters)
    }

    /// What is older is meant, where that was said.
    pub fn until(&self) -> Option<Timestamp> {
        self.until
    }

    /// Whether labels were spoken of.
    pub fn ask_for_labels(&self) -> bool {
        !self.labels.is_empty() || !self.without.is_empty()
    }

    /// Whether what was made at `created` (`None`: nobody knows, long ago) with these labels is meant.
    pub fn accept(&self, created: Option<Timestamp>, labels: &BTreeMap<String, String>) -> bool {
        let has = |(key, value): &Label| {
            labels.get(key).is_some_and(|own| value.as_ref().is_none_or(|value| value == own))
        };
        let is_young = self.until.zip(created).is_some_and(|(until, created)| created > until);
        let is_kept = !self.without.is_empty() && self.without.iter().all(has);
        !is_young && !is_kept && self.labels.iter().all(has)
    }
}

fn label(value: &str) -> Label {
    match value.split_once('=') {
        Some((key, value)) => (key.to_owned(), Some(value.to_owned())),
        None => (value.to_owned(), None),
    }
}

/// What docker's daemon reads as a truth value of a filter.
fn truth(value: &str) -> Option<bool> {
    match value {
        "1" | "true" => Some(true),
        "0" | "false" => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> Timestamp {
        "2026-01-02T12:00:00Z".parse().unwrap()
    }

    fn read(pairs: &[(&str, &str)], keys: Keys) -> Result<Filters> {
        let pairs: Vec<_> = pairs.iter().map(|(key, value)| ((*key).into(), (*value).into())).collect();
        Filters::read(&pairs, keys, now())
    }

    #[test]
    fn what_is_older_and_has_the_labels_is_meant() {
        let labels = BTreeMap::from([("a".to_owned(), "1".to_owned()), ("b".to_owned(), String::new())]);
        let then = Some("2026-01-02T11:00:00Z".parse().unwrap());
        let cases: &[(&[(&str, &str)], bool)] = &[
            (&[], true),
            (&[("until", "30m")], true),
            (&[("until", "2h")], false),
            (&[("until", "2026-01-02T11:30:00Z")], true),
            (&[("label", "a"), ("label", "b=")], true),
            (&[("label", "a=2")], false),
            (&[("label", "a"), ("label", "c")], false),
            (&[("label!", "a")], false),
            (&[("label!", "c")], true),
            (&[("label!", "a"), ("label!", "c")], true),
        ];
        for (pairs, meant) in cases {
            assert_eq!(read(pairs, Keys::Until).unwrap().accept(then, &labels), *meant, "{pairs:?}");
        }
        assert!(read(&[("until", "2h")], Keys::Until).unwrap().accept(None, &labels));
    }

    #[test]
    fn dangling_and_all_say_the_same_from_two_sides() {
        assert_eq!(read(&[("dangling", "false")], Keys::UntilAndDangling).unwrap().all, Some(true));
        assert_eq!(read(&[("dangling", "1")], Keys::UntilAndDangling).unwrap().all, Some(false));
        assert_eq!(read(&[("all", "1")], Keys::All).unwrap().all, Some(true));
    }

    #[test]
    fn wrong_filters_are_told_in_docker_s_words() {
        let cases = [
            (("x", "y"), Keys::Until, "invalid filter 'x'"),
            (("until", "1h"), Keys::All, "invalid filter 'until'"),
            (("dangling", "no"), Keys::UntilAndDangling, "invalid filter 'dangling=no'"),
        ];
        for (pair, keys, words) in cases {
            assert_eq!(read(&[pair], keys).unwrap_err().to_string(), words);
        }
        let twice = read(&[("until", "1h"), ("until", "2h")], Keys::Until);
        assert_eq!(twice.unwrap_err().to_string(), "more than one until filter specified");
    }
}
