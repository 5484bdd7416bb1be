//! The conditions of `images --filter`, as docker has them.

use super::glob::Glob;
use super::images::Seen;
use crate::error::{Error, Kind, Result};
use crate::oci::reference::Reference;
use crate::output::time::{local_zone, parse_moment};
use crate::storage::Store;
use crate::storage::images::no_such_image;
use jiff::Timestamp;

/// Which images are shown. Conditions on labels and moments have to be met all, of the references one.
#[derive(Debug, Clone, Default)]
pub struct Filters {
    all: bool,
    dangling: Option<bool>,
    references: Vec<Glob>,
    labels: Vec<(String, Option<String>)>,
    moments: Vec<(Side, Option<Timestamp>)>,
}

/// On which side of a moment an image has to be. One that does not say when it was made is older than all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Side {
    Before,
    Since,
}

impl Filters {
    /// No condition; `all` shows images without names as well on which others were built.
    pub fn new(all: bool) -> Self {
        Self { all, ..Self::default() }
    }

    /// Adds a condition.
    ///
    /// # Errors
    /// For a key there is not, or a value that is none; [`Kind::NotFound`] where an image is meant and not here.
    pub fn add(&mut self, store: &Store, key: &str, value: &str) -> Result<()> {
        let invalid = || Error::usage(format!("invalid filter '{key}=[{value}]'"));
        match key {
            "dangling" => {
                self.dangling = Some(match value {
                    "true" | "1" => true,
                    "false" | "0" => false,
                    _ => return Err(invalid()),
                });
            }
            "reference" => self.references.push(reference(value)?),
            "label" => {
                let (name, value) =
                    value.split_once('=').map_or((value, None), |(name, value)| (name, Some(value)));
                self.labels.push((name.to_owned(), value.map(str::to_owned)));
            }
            "before" => self.moments.push((Side::Before, made(store, value)?)),
            "since" => self.moments.push((Side::Since, made(store, value)?)),
            "until" => {
                let moment = parse_moment(value, Timestamp::now(), &local_zone())?;
                self.moments.push((Side::Before, Some(moment)));
            }
            _ => return Err(Error::usage(format!("invalid filter '{key}'"))),
        }
        Ok(())
    }

    /// Adds the name that stands on the command line by itself.
    pub fn add_name(&mut self, name: &str) -> Result<()> {
        self.references.push(reference(name)?);
        Ok(())
    }

    /// Whether `seen` is shown; takes those of its names away that are not.
    pub(super) fn keep(&self, store: &Store, seen: &mut Seen) -> bool {
        let nameless = seen.is_nameless();
        if !self.references.is_empty() {
            let fits = |name: &String| self.references.iter().any(|glob| fits(glob, name));
            seen.tags.retain(fits);
            seen.digests.retain(fits);
            if seen.is_nameless() {
                return false;
            }
        }
        let hidden = nameless && seen.has_children && !self.all;
        let dangling = match self.dangling {
            Some(true) => seen.tags.is_empty(),
            Some(false) => !nameless,
            None => true,
        };
        !hidden && dangling && self.is_timely(seen) && self.has_labels(store, seen)
    }

    fn is_timely(&self, seen: &Seen) -> bool {
        let own = seen.moment();
        self.moments.iter().all(|(side, moment)| match side {
            Side::Before => own < *moment,
            Side::Since => own > *moment,
        })
    }

    fn has_labels(&self, store: &Store, seen: &Seen) -> bool {
        if self.labels.is_empty() {
            return true;
        }
        // An image whose configuration cannot be read has no labels.
        let own = super::images::labels(store, &seen.image.id).unwrap_or_default();
        self.labels.iter().all(|(name, wanted)| {
            own.get(name).is_some_and(|value| wanted.as_ref().is_none_or(|wanted| wanted == value))
        })
    }
}

/// A pattern, or a name with or without what docker does not show of it.
fn reference(typed: &str) -> Result<Glob> {
    Glob::parse(&typed.parse::<Reference>().map_or_else(|_| typed.to_owned(), |name| name.familiar()))
}

/// A pattern stands for a name with its tag or digest, or without.
fn fits(glob: &Glob, name: &str) -> bool {
    let repository = name.parse::<Reference>().map(|name| name.familiar_repository()).unwrap_or_default();
    glob.matches(name) || glob.matches(&repository)
}

/// When the image that is meant was made.
fn made(store: &Store, typed: &str) -> Result<Option<Timestamp>> {
    let image = match store.resolve(typed) {
        Ok(id) => store.images().get(&id)?,
        Err(error) if error.kind == Kind::NotFound => None,
        Err(error) => return Err(error),
    };
    Ok(image.ok_or_else(|| no_such_image(typed))?.moment())
}
