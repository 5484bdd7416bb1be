//! Lists of manifests in the making: `images/manifest-lists/<escaped name>.json`, one per list.
//!
//! A list holds the bytes of its members' manifests, so that it can be shown and pushed without asking again. It
//! keeps no image: the layers of a member are the registry's, or an image's that somebody keeps.

use super::tags::TagName;
use super::{Store, make_directories};
use crate::durable::{self, Lock, Sharing};
use crate::error::{Context, Error, Kind, Result};
use crate::oci::manifest::Descriptor;
use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// A list.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct List {
    /// In the order of adding.
    pub members: Vec<Member>,
}

/// One manifest of a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Member {
    /// The name it was added by, canonical: `docker.io/library/alpine:3`.
    pub reference: String,
    /// What it is, and for which platform.
    pub descriptor: Descriptor,
    /// The text its digest is made of.
    pub manifest: String,
}

/// The lists of a store.
#[derive(Debug, Clone, Copy)]
pub struct Lists<'a>(&'a Store);

impl Store {
    /// Its lists.
    pub fn lists(&self) -> Lists<'_> {
        Lists(self)
    }
}

impl Lists<'_> {
    fn directory(&self) -> PathBuf {
        self.0.images_directory().join("manifest-lists")
    }

    fn path(&self, name: &TagName) -> PathBuf {
        self.directory().join(name.file_name() + ".json")
    }

    /// Held while a list is read and written again: nobody else changes one, nor sweeps what is being written.
    pub fn lock(&self) -> Result<[Lock; 2]> {
        let lists = || Lock::take(&self.0.root().join("locks/lists.lock"), Sharing::Exclusive);
        Ok([self.0.lock_for_adding()?, lists()?])
    }

    /// The list of this name.
    pub fn get(&self, name: &TagName) -> Result<Option<List>> {
        let bytes = match std::fs::read(self.path(name)) {
            Ok(bytes) => bytes,
            Err(cause) if cause.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(cause) => return Err(cause).what(|| format!("reading the list {name}")),
        };
        serde_json::from_slice(&bytes).map(Some).map_err(|cause| {
            Error::new(Kind::Invalid, format!("the list {name} is damaged"))
                .why(cause)
                .fix(format!("rcon manifest rm {name}, then create it again"))
        })
    }

    /// Writes a list. Needs its lock.
    pub fn put(&self, name: &TagName, list: &List) -> Result<()> {
        make_directories(&self.directory())?;
        let bytes = serde_json::to_vec(list).what(|| "writing a list of manifests")?;
        durable::write(&self.path(name), &bytes)
    }

    /// Removes a list; `false` when there was none. Needs its lock.
    pub fn remove(&self, name: &TagName) -> Result<bool> {
        match std::fs::remove_file(self.path(name)) {
            Ok(()) => durable::sync_directory(&self.directory()).map(|()| true),
            Err(cause) if cause.kind() == std::io::ErrorKind::NotFound => Ok(false),
            Err(cause) => Err(cause).what(|| format!("removing the list {name}")),
        }
    }
}

impl List {
    /// Adds a member, in the place of one with the same name or digest.
    pub fn add(&mut self, member: Member) {
        let same = |other: &&mut Member| {
            other.reference == member.reference || other.descriptor.digest == member.descriptor.digest
        };
        match self.members.iter_mut().find(same) {
            Some(place) => *place = member,
            None => self.members.push(member),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oci::digest::Digest;
    use crate::storage::tests::ground;

    fn member(reference: &str, manifest: &str) -> Member {
        let descriptor =
            serde_json::json!({ "digest": Digest::of(manifest.as_bytes()), "size": manifest.len() });
        let descriptor = serde_json::from_value(descriptor).unwrap();
        Member { reference: reference.to_owned(), descriptor, manifest: manifest.to_owned() }
    }

    #[test]
    fn a_list_is_kept_under_its_name_until_it_is_removed() {
        let (_folder, store, _) = ground();
        let name = TagName::parse("localhost:5000/team/app").unwrap();
        let lists = store.lists();
        assert_eq!(lists.get(&name).unwrap(), None);
        assert!(!lists.remove(&name).unwrap());
        let list = List { members: vec![member("docker.io/library/a:1", "{}")] };
        lists.put(&name, &list).unwrap();
        assert_eq!(lists.get(&name).unwrap(), Some(list));
        assert!(lists.remove(&name).unwrap() && lists.get(&name).unwrap().is_none());
        let path = lists.path(&name);
        durable::write(&path, b"{").unwrap();
        assert_eq!(lists.get(&name).unwrap_err().kind, Kind::Invalid);
    }

    #[test]
    fn what_is_added_again_takes_its_old_place() {
        let mut list = List::default();
        for (reference, manifest) in [("a", "1"), ("b", "2"), ("a", "3"), ("c", "2")] {
            list.add(member(reference, manifest));
        }
        let members: Vec<_> = list.members.iter().map(|one| (&*one.reference, &*one.manifest)).collect();
        assert_eq!(members, [("a", "3"), ("c", "2")]);
    }
}
