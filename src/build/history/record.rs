//! One build, as `buildx history` shows it.

use crate::error::{Error, Kind, Result};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// One build. Nothing in it is secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// 25 letters and digits.
    pub id: String,
    /// The folder of the context, with the target or the Dockerfile where those are not the usual ones.
    pub name: String,
    /// How it went.
    pub status: Status,
    /// When it began.
    pub created: Timestamp,
    /// When it was over.
    pub completed: Option<Timestamp>,
    /// Where the context was.
    pub context: String,
    /// Where the Dockerfile was.
    pub dockerfile: String,
    /// `--target`.
    pub target: Option<String>,
    /// `--platform`.
    pub platforms: Vec<String>,
    /// `--build-arg`; without proxies, and without the values of those whose names say that they are secret.
    pub args: BTreeMap<String, String>,
    /// `--label`.
    pub labels: BTreeMap<String, String>,
    /// How many steps there were.
    pub total_steps: u64,
    /// How many of them came to their end.
    pub completed_steps: u64,
    /// How many of them were in the cache.
    pub cached_steps: u64,
    /// What is wrong, where something is.
    pub error: Option<String>,
    /// The manifests that it gave, by their digests, each with its platform where it has one.
    pub images: Vec<(String, Option<String>)>,
}

/// How a build went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Status {
    /// It goes on.
    Running,
    /// It is through.
    Completed,
    /// It failed.
    Error,
    /// It was stopped.
    Canceled,
}

impl Status {
    /// As a list says it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Running => "Running",
            Self::Completed => "Completed",
            Self::Error => "Error",
            Self::Canceled => "Canceled",
        }
    }
}

impl Record {
    /// How long it took, or takes until `now`; in seconds.
    pub fn seconds(&self, now: Timestamp) -> f64 {
        self.completed.unwrap_or(now).duration_since(self.created).as_secs_f64().max(0.0)
    }
}

/// The one of `records`, the latest first, that `typed` names; see [`super::find`].
pub(super) fn choose(records: Vec<Record>, typed: &str) -> Result<Record> {
    let missing = || match typed {
        "" => Error::new(Kind::NotFound, "no records found"),
        typed => Error::new(Kind::NotFound, format!("no record found for ref {typed:?}")),
    };
    // `builder/node/id` is what a metadata file has.
    let id = typed.rsplit('/').next().unwrap_or(typed);
    if let Some(back) = if id.is_empty() { Some("0") } else { id.strip_prefix('^') } {
        let back: usize = back.parse().map_err(|_| missing())?;
        return records.into_iter().nth(back).ok_or_else(missing);
    }
    if let Some(exact) = records.iter().position(|record| record.id == id) {
        return records.into_iter().nth(exact).ok_or_else(missing);
    }
    let mut begin_so = records.into_iter().filter(|record| record.id.starts_with(id));
    let found = begin_so.next().ok_or_else(missing)?;
    match begin_so.next() {
        Some(_) => Err(Error::new(Kind::Conflict, format!("several builds begin with {id:?}"))),
        None => Ok(found),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(id: &str) -> Record {
        Record {
            id: id.to_owned(),
            name: "x".to_owned(),
            status: Status::Completed,
            created: Timestamp::UNIX_EPOCH,
            completed: None,
            context: ".".to_owned(),
            dockerfile: "Dockerfile".to_owned(),
            target: None,
            platforms: Vec::new(),
            args: BTreeMap::new(),
            labels: BTreeMap::new(),
            total_steps: 1,
            completed_steps: 1,
            cached_steps: 0,
            error: None,
            images: Vec::new(),
        }
    }

    #[test]
    fn a_build_is_named_by_its_id_its_beginning_or_its_age() {
        let all = || vec![record("abc"), record("abcd"), record("xyz")];
        for (typed, id) in [
            ("", "abc"),
            ("^0", "abc"),
            ("^2", "xyz"),
            ("abc", "abc"),
            ("abcd", "abcd"),
            ("x", "xyz"),
            ("default/default/xyz", "xyz"),
        ] {
            assert_eq!(choose(all(), typed).unwrap().id, id, "{typed}");
        }
        for typed in ["^3", "^x", "nope", "ab"] {
            assert!(choose(all(), typed).is_err(), "{typed}");
        }
        let told = choose(Vec::new(), "nope").unwrap_err().to_string();
        assert_eq!(told, "no record found for ref \"nope\"");
    }
}
