//! Names of builders. There is one builder, rcon itself; `buildx create` gives it further names, so that scripts
//! that make a builder, use it and remove it go on as they are.
//!
//! `<data>/builders.json`, changed under `locks/builders.lock`.

use crate::durable::{self, Lock, Sharing};
use crate::error::{Context, Error, Kind, Result};
use crate::paths::Paths;
use serde::{Deserialize, Serialize};
use std::io::{ErrorKind, Read};
use std::path::PathBuf;

/// The names that are always there; the first is the one that is shown.
pub const OWN: [&str; 2] = ["default", "rcon"];

/// The longest file of names that is read, in bytes.
const LONGEST: u64 = 1 << 20;

/// The most names there may be.
const MOST: usize = 1000;

/// What the file says.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Names {
    /// The one that is used where none is named; `None` is rcon's own.
    pub current: Option<String>,
    /// The further names, in the order of making.
    pub created: Vec<String>,
    /// What a newer rcon wrote.
    #[serde(flatten)]
    rest: serde_json::Map<String, serde_json::Value>,
}

impl Names {
    /// The names as they are now.
    ///
    /// # Errors
    /// [`Kind::Invalid`] when the file is not what it should be.
    pub fn read(paths: &Paths) -> Result<Self> {
        let path = file(paths);
        let mut text = Vec::new();
        match std::fs::File::open(&path) {
            Ok(file) => drop(
                file.take(LONGEST).read_to_end(&mut text).what(|| format!("reading {}", path.display()))?,
            ),
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Self::default()),
            Err(error) => return Err(error).what(|| format!("reading {}", path.display())),
        }
        serde_json::from_slice(&text)
            .map_err(|cause| Error::new(Kind::Invalid, format!("reading {}", path.display())).why(cause))
    }

    /// Changes them by `change`, and gives what that gave; what fails changes nothing.
    ///
    /// # Errors
    /// Those of `change`, of reading and of writing.
    pub fn change<T>(paths: &Paths, change: impl FnOnce(&mut Self) -> Result<T>) -> Result<T> {
        let locks = paths.data.join("locks");
        std::fs::create_dir_all(&locks).what(|| format!("making {}", locks.display()))?;
        let _lock = Lock::take(&locks.join("builders.lock"), Sharing::Exclusive)?;
        let mut names = Self::read(paths)?;
        let before = names.clone();
        let given = change(&mut names)?;
        if names != before {
            let text = serde_json::to_vec_pretty(&names).what(|| "writing the names of builders")?;
            durable::write(&file(paths), &text)?;
        }
        Ok(given)
    }

    /// The name that is used where none is given.
    pub fn current(&self) -> &str {
        self.current.as_deref().filter(|name| self.has(name)).unwrap_or(OWN[0])
    }

    /// Whether there is a builder called `name`.
    pub fn has(&self, name: &str) -> bool {
        OWN.contains(&name) || self.created.iter().any(|other| other == name)
    }

    /// `typed` if there is such a builder, or the current one where nothing was typed.
    ///
    /// # Errors
    /// [`Kind::NotFound`] in buildx's words.
    pub fn named<'a>(&'a self, typed: Option<&'a str>) -> Result<&'a str> {
        match typed.filter(|name| !name.is_empty()) {
            None => Ok(self.current()),
            Some(name) if self.has(name) => Ok(name),
            Some(name) => Err(Error::new(Kind::NotFound, format!("no builder {name:?} found"))
                .fix("name `default`, or make the name with: rcon buildx create --name NAME")),
        }
    }

    /// Adds a name.
    ///
    /// # Errors
    /// Usage for what is no name; [`Kind::Conflict`] for one that is taken.
    pub fn create(&mut self, name: &str) -> Result<()> {
        let mut characters = name.chars();
        let first = characters.next().is_some_and(|c| c.is_ascii_alphabetic());
        if !first || !characters.all(|c| c.is_ascii_alphanumeric() || "._-".contains(c)) || name.len() > 255 {
            return Err(Error::usage(format!(
                "invalid name {name:?}, name needs to start with a letter and may not contain symbols, except ._-"
            )));
        }
        if OWN.contains(&name) {
            let what = format!("{name} is a reserved name and cannot be used to identify builder instance");
            return Err(Error::usage(what));
        }
        if self.has(name) {
            return Err(Error::new(
                Kind::Conflict,
                format!(
                    "existing instance for {name:?} but no append mode, specify the node name to make changes \
                     for existing instances"
                ),
            ));
        }
        if self.created.len() >= MOST {
            return Err(
                Error::new(Kind::Conflict, "there are too many names of builders").fix("rcon buildx rm NAME")
            );
        }
        self.created.push(name.to_owned());
        Ok(())
    }

    /// Removes a name.
    ///
    /// # Errors
    /// [`Kind::NotFound`] when there is none; [`Kind::Conflict`] for rcon's own.
    pub fn remove(&mut self, name: &str) -> Result<()> {
        if OWN.contains(&name) {
            return Err(
                Error::new(Kind::Conflict, "context builder cannot be removed").because("it is rcon itself")
            );
        }
        self.named(Some(name))?;
        self.created.retain(|other| other != name);
        self.current = self.current.take().filter(|current| current != name);
        Ok(())
    }

    /// Makes `name` the current one.
    ///
    /// # Errors
    /// [`Kind::NotFound`] when there is none.
    pub fn choose(&mut self, name: &str) -> Result<()> {
        self.named(Some(name))?;
        self.current = Some(name.to_owned()).filter(|name| !OWN.contains(&name.as_str()));
        Ok(())
    }
}

fn file(paths: &Paths) -> PathBuf {
    paths.data.join("builders.json")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_made_used_and_removed() {
        let directory = tempfile::tempdir().unwrap();
        let root = directory.path().to_path_buf();
        let paths = Paths { data: root.clone(), runtime: root.join("run"), config: root.join("config.json") };
        assert_eq!(Names::read(&paths).unwrap().current(), "default");
        Names::change(&paths, |names| {
            names.create("ci-1")?;
            names.choose("ci-1")
        })
        .unwrap();
        let names = Names::read(&paths).unwrap();
        assert_eq!((names.current(), names.named(None).unwrap()), ("ci-1", "ci-1"));
        assert_eq!(names.named(Some("x")).unwrap_err().to_string(), "no builder \"x\" found");
        Names::change(&paths, |names| names.remove("ci-1")).unwrap();
        assert_eq!(Names::read(&paths).unwrap().current(), "default");
        let mut names = Names::default();
        for wrong in ["", "1a", "a b", "default", "rcon", "a/b", "é"] {
            assert!(names.create(wrong).is_err(), "{wrong:?}");
        }
        assert!(names.remove("default").is_err() && names.remove("x").is_err());
        assert!(names.create("a").is_ok() && names.create("a").is_err());
    }
}
