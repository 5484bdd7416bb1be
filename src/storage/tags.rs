//! Names of images: `images/tags/<escaped name>`, one file per name, moved by replacing it.

use super::Store;
use crate::durable;
use crate::error::{Context, Error, Kind, Result};
use crate::oci::digest::Digest;
use crate::oci::reference::Reference;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::path::PathBuf;

/// Bytes of a file name that are the escaped name itself; longer ones end in a digest.
const FILE_NAME_LIMIT: usize = 200;

/// A full name with a tag: `docker.io/library/alpine:latest`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TagName(String);

impl TagName {
    /// Reads a name as people type it; what is missing is docker's (`docker.io`, `library/`, `:latest`).
    ///
    /// # Errors
    /// When it is no name, or has a digest; in docker's words.
    pub fn parse(text: &str) -> Result<Self> {
        text.parse::<Reference>().and_then(Self::of)
    }

    /// The tag that a reference means.
    ///
    /// # Errors
    /// When it has a digest: what that means never changes, so it is not for anybody to give.
    pub fn of(reference: Reference) -> Result<Self> {
        match reference.digest() {
            None => Ok(Self(reference.with_default_tag().canonical())),
            Some(_) => Err(Error::usage("refusing to create a tag with a digest reference")),
        }
    }

    /// The whole of it.
    pub fn canonical(&self) -> &str {
        &self.0
    }

    /// Without the tag: `docker.io/library/alpine`.
    pub fn repository(&self) -> &str {
        self.0.rsplit_once(':').map_or(&self.0, |(repository, _)| repository)
    }

    /// The tag.
    pub fn tag(&self) -> &str {
        self.0.rsplit_once(':').map_or("latest", |(_, tag)| tag)
    }

    /// As docker shows it: `alpine:latest`.
    pub fn familiar(&self) -> &str {
        familiar(&self.0)
    }

    /// As a file is called after it: no separators, at most 255 bytes with a suffix.
    pub(super) fn file_name(&self) -> String {
        let mut name = String::new();
        for byte in self.0.bytes() {
            match byte {
                b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'.' | b'_' | b'-' => name.push(char::from(byte)),
                _ => name.push_str(&format!("%{byte:02X}")),
            }
        }
        if name.len() > FILE_NAME_LIMIT {
            name.truncate(100);
            name.push('~');
            name.push_str(&Digest::of(self.0.as_bytes()).hex());
        }
        name
    }
}

/// Takes off what docker does not show: `docker.io/` and `library/`.
pub fn familiar(canonical: &str) -> &str {
    match canonical.strip_prefix("docker.io/") {
        Some(path) => path.strip_prefix("library/").filter(|rest| !rest.contains('/')).unwrap_or(path),
        None => canonical,
    }
}

impl fmt::Display for TagName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A name and what it stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tag {
    /// The name.
    pub name: TagName,
    /// The image.
    pub image: Digest,
    /// When it was given, RFC 3339.
    pub tagged: String,
}

#[derive(Serialize, Deserialize)]
struct Stored {
    reference: String,
    image: Digest,
    #[serde(default)]
    tagged: String,
}

/// The names of a store.
#[derive(Debug, Clone, Copy)]
pub struct Tags<'a>(&'a Store);

impl Store {
    /// Its names.
    pub fn tags(&self) -> Tags<'_> {
        Tags(self)
    }
}

impl Tags<'_> {
    fn path(&self, name: &TagName) -> PathBuf {
        self.0.images_directory().join("tags").join(name.file_name())
    }

    /// The image a name stands for.
    pub fn get(&self, name: &TagName) -> Result<Option<Digest>> {
        match std::fs::read(self.path(name)) {
            Ok(bytes) => read(&bytes).map(|tag| Some(tag.image)),
            Err(cause) if cause.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(cause) => Err(cause).what(|| format!("reading the name `{}`", name.familiar())),
        }
    }

    /// The name in a file of the folder of names.
    pub(super) fn read_file(&self, file: &str) -> Result<Tag> {
        let path = self.0.images_directory().join("tags").join(file);
        read(&std::fs::read(&path).what(|| format!("reading {}", path.display()))?)
    }

    /// Gives `image` a name, which it takes from another that has it. Needs the lock for adding.
    pub fn set(&self, name: &TagName, image: &Digest) -> Result<()> {
        let stored = Stored { reference: name.0.clone(), image: *image, tagged: super::now() };
        let bytes = serde_json::to_vec(&stored).what(|| "writing a name")?;
        durable::write(&self.path(name), &bytes)
    }

    /// Takes a name away. Needs the lock for removing.
    pub(super) fn remove(&self, name: &TagName) -> Result<()> {
        match std::fs::remove_file(self.path(name)) {
            Err(cause) if cause.kind() != std::io::ErrorKind::NotFound => {
                Err(cause).what(|| format!("removing the name `{}`", name.familiar()))
            }
            _ => Ok(()),
        }
    }

    /// All names, in order.
    pub fn list(&self) -> Result<Vec<Tag>> {
        let directory = self.0.images_directory().join("tags");
        let entries = std::fs::read_dir(&directory).what(|| format!("reading {}", directory.display()))?;
        let mut tags = Vec::new();
        for entry in entries.flatten() {
            if entry.file_name().as_encoded_bytes().starts_with(b".tmp-") {
                continue;
            }
            // One that vanished meanwhile, or is damaged, hides no other.
            if let Some(tag) = std::fs::read(entry.path()).ok().and_then(|bytes| read(&bytes).ok()) {
                tags.push(tag);
            }
        }
        tags.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(tags)
    }
}

fn read(bytes: &[u8]) -> Result<Tag> {
    let stored: Stored = serde_json::from_slice(bytes)
        .map_err(|cause| Error::new(Kind::Invalid, "a damaged name").why(cause))?;
    Ok(Tag { name: TagName::parse(&stored.reference)?, image: stored.image, tagged: stored.tagged })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_completed_as_docker_does() {
        for (typed, canonical, shown) in [
            ("alpine", "docker.io/library/alpine:latest", "alpine:latest"),
            ("me/x:1", "docker.io/me/x:1", "me/x:1"),
            ("localhost:5000/a/b", "localhost:5000/a/b:latest", "localhost:5000/a/b:latest"),
            ("ghcr.io/x/y:v1", "ghcr.io/x/y:v1", "ghcr.io/x/y:v1"),
        ] {
            let name = TagName::parse(typed).unwrap();
            assert_eq!((name.canonical(), name.familiar()), (canonical, shown));
        }
        let digest = format!("a@{}", Digest::of(b""));
        for wrong in [
            "", "A", "a:", "a:.x", "../a", "a//b", &digest, "a b", "a/../b", "a\n", "/a", "-a", "a..b",
            "u_/.a",
        ] {
            assert!(TagName::parse(wrong).is_err(), "{wrong:?}");
        }
        let long = TagName::parse(&format!("localhost/{}", ["a"; 100].join("/"))).unwrap();
        assert!(long.file_name().len() < 255);
    }
}
