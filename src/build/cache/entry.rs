//! One thing in the cache, and which of them are meant.

use crate::error::{Error, Result};
use jiff::Timestamp;
use std::time::Duration;

/// One thing in the cache.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its name; a prefix of it is enough for people.
    pub id: String,
    /// What it was made from.
    pub parents: Vec<String>,
    /// `regular`, `exec.cachemount`, `source.local`, `internal`.
    pub kind: String,
    /// In words: `mount / from exec /bin/sh -c make`.
    pub description: String,
    /// Bytes on disk.
    pub size: u64,
    /// When it was made.
    pub created: Timestamp,
    /// When a build found it last.
    pub last_used: Option<Timestamp>,
    /// How many builds found it.
    pub uses: u64,
    /// A build works with it right now.
    pub in_use: bool,
    /// An image has it as well, so that its removal frees nothing.
    pub shared: bool,
}

impl Entry {
    /// Whether it may change, as only what a build writes into again does.
    pub fn is_mutable(&self) -> bool {
        self.kind.starts_with("source.") || self.kind == "exec.cachemount"
    }

    /// Whether `prune` may remove it.
    pub fn is_reclaimable(&self) -> bool {
        !self.in_use
    }
}

/// What `prune` is to remove.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PruneWish {
    /// `-a`: also what is internal and what images have as well.
    pub all: bool,
    /// All of them have to be met.
    pub filters: Vec<Filter>,
    /// `--reserved-space`: bytes that may stay, the least recently used going first.
    pub keep_bytes: Option<u64>,
    /// `--max-used-space`: bytes the cache may take at most.
    pub max_used_bytes: Option<u64>,
    /// `--min-free-space`: bytes of the file system that are to be free at the end.
    pub min_free_bytes: Option<u64>,
    /// `--filter until=`: only what no build found for as long as this.
    pub until: Option<Duration>,
}

impl PruneWish {
    /// Whether `entry` meets the filters, its age included; sizes are for whoever sees all of them.
    pub fn means(&self, entry: &Entry, now: Timestamp) -> bool {
        let age = now.duration_since(entry.last_used.unwrap_or(entry.created));
        let old = self.until.is_none_or(|until| Duration::try_from(age).is_ok_and(|age| age >= until));
        old && self.filters.iter().all(|filter| filter.is_met(entry))
    }
}

/// `--filter FIELD=VALUE`, but for `until`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filter {
    field: Field,
    compare: Compare,
    value: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Field {
    Id,
    Parents,
    Description,
    Type,
    InUse,
    Mutable,
    Immutable,
    Shared,
    Private,
    Unknown,
}

/// `=`, `!=`, `~=`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Compare {
    Equal,
    Different,
    Contains,
}

impl Filter {
    /// A filter of what stands before and after the `=`: `id`, `type!`, `description~`. A field there is not
    /// is met by nothing, as in BuildKit.
    ///
    /// # Errors
    /// Usage, for a truth value that is none.
    pub fn read(key: &str, value: &str) -> Result<Self> {
        let (name, compare) = match (key.strip_suffix('!'), key.strip_suffix('~')) {
            (Some(name), _) => (name, Compare::Different),
            (_, Some(name)) => (name, Compare::Contains),
            _ if key == "id" => (key, Compare::Contains),
            _ => (key, Compare::Equal),
        };
        let field = match name {
            "id" => Field::Id,
            "parent" | "parents" => Field::Parents,
            "description" => Field::Description,
            "type" => Field::Type,
            "inuse" => Field::InUse,
            "mutable" => Field::Mutable,
            "immutable" => Field::Immutable,
            "shared" => Field::Shared,
            "private" => Field::Private,
            _ => Field::Unknown,
        };
        if field.is_truth() && !matches!(value, "true" | "1" | "false" | "0" | "") {
            return Err(Error::usage(format!("invalid filter '{name}={value}': it is true or false")));
        }
        Ok(Self { field, compare, value: value.to_owned() })
    }

    /// Whether `entry` is as the filter wants it.
    pub fn is_met(&self, entry: &Entry) -> bool {
        let truth = |is: bool| {
            let wanted = matches!(self.value.as_str(), "true" | "1" | "");
            (is == wanted) != (self.compare == Compare::Different)
        };
        match self.field {
            Field::Id => self.fits(&entry.id),
            Field::Parents => match self.compare {
                Compare::Different => entry.parents.iter().all(|parent| self.fits(parent)),
                _ => entry.parents.iter().any(|parent| self.fits(parent)),
            },
            Field::Description => self.fits(&entry.description),
            Field::Type => self.fits(&entry.kind),
            Field::InUse => truth(entry.in_use),
            Field::Mutable => truth(entry.is_mutable()),
            Field::Immutable => truth(!entry.is_mutable()),
            Field::Shared => truth(entry.shared),
            Field::Private => truth(!entry.shared),
            Field::Unknown => false,
        }
    }

    fn fits(&self, text: &str) -> bool {
        match self.compare {
            Compare::Equal => text == self.value,
            Compare::Different => text != self.value,
            Compare::Contains => text.contains(&self.value),
        }
    }
}

impl Field {
    fn is_truth(self) -> bool {
        matches!(self, Self::InUse | Self::Mutable | Self::Immutable | Self::Shared | Self::Private)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry() -> Entry {
        Entry {
            id: "abcdef".to_owned(),
            parents: vec!["first".to_owned()],
            kind: "exec.cachemount".to_owned(),
            description: "cached mount /root/.cache".to_owned(),
            size: 5,
            created: Timestamp::UNIX_EPOCH,
            last_used: Some(Timestamp::from_second(1000).unwrap()),
            uses: 1,
            in_use: false,
            shared: true,
        }
    }

    #[test]
    fn filters_look_at_one_field_each() {
        for (key, value, met) in [
            ("id", "abc", true),
            ("id", "xyz", false),
            ("id!", "abcdef", false),
            ("parent", "first", true),
            ("parents", "second", false),
            ("parents!", "second", true),
            ("type", "exec.cachemount", true),
            ("type", "regular", false),
            ("type!", "regular", true),
            ("description~", "/root", true),
            ("description", "/root", false),
            ("mutable", "true", true),
            ("immutable", "true", false),
            ("immutable", "false", true),
            ("inuse", "true", false),
            ("inuse!", "true", true),
            ("shared", "1", true),
            ("private", "", false),
            ("nope", "x", false),
        ] {
            assert_eq!(Filter::read(key, value).unwrap().is_met(&entry()), met, "{key}={value}");
        }
        assert!(Filter::read("inuse", "maybe").is_err());
    }

    #[test]
    fn age_counts_from_the_last_use() {
        let wish = PruneWish { until: Some(Duration::from_secs(60)), ..PruneWish::default() };
        let at = |second| Timestamp::from_second(second).unwrap();
        assert!(wish.means(&entry(), at(1060)));
        assert!(!wish.means(&entry(), at(1059)));
        assert!(!wish.means(&entry(), at(10)));
        assert!(PruneWish::default().means(&entry(), at(0)));
    }
}
