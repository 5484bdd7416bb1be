//! Images: `images/records/<id>.json`, one per image, written when all it names is on the disk.

use super::Store;
use super::tags::{Tag, TagName};
use crate::durable::{self, Lock, Sharing};
use crate::error::{Context, Error, Kind, Result};
use crate::oci::config::ImageConfig;
use crate::oci::digest::Digest;
use crate::oci::reference::Reference;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::cmp::Reverse;
use std::path::PathBuf;

/// An image: the digest of its configuration is its id.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ImageRecord {
    /// Of the configuration's bytes.
    pub id: Digest,
    /// As it came, where all its layers are kept as blobs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub manifest: Option<BlobRef>,
    /// Lowest first.
    pub layers: Vec<LayerRef>,
    /// Bytes of file contents of all layers.
    pub size: u64,
    /// Go's name.
    pub architecture: String,
    /// `linux`.
    pub os: String,
    /// RFC 3339; empty where the image does not say.
    #[serde(default)]
    pub created: String,
    /// When it came into this store, RFC 3339.
    pub added: String,
    /// When it was last given a name, RFC 3339; empty for never.
    #[serde(default)]
    pub last_tagged: String,
    /// `docker.io/library/alpine@sha256:…`.
    #[serde(default)]
    pub repo_digests: Vec<String>,
    /// The image it was built from here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<Digest>,
    /// What a newer rcon wrote.
    #[serde(flatten)]
    pub extra: serde_json::Map<String, serde_json::Value>,
}

impl ImageRecord {
    /// When it was made: its text alone has no order, since zone and fraction may be written in many ways.
    pub fn moment(&self) -> Option<Timestamp> {
        self.created.parse().ok()
    }
}

/// A blob, and what it is for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BlobRef {
    /// Of its bytes.
    pub digest: Digest,
    /// See [`media`](crate::oci::manifest::media).
    pub media_type: String,
    /// Bytes.
    pub size: u64,
}

/// A layer of an image.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LayerRef {
    /// Of the layer as a tar, not compressed.
    pub diff_id: Digest,
    /// Bytes of file contents.
    pub size: u64,
    /// As it came, where that was compressed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub blob: Option<BlobRef>,
}

/// The images of a store.
#[derive(Debug, Clone, Copy)]
pub struct Images<'a>(&'a Store);

impl Store {
    /// Its images.
    pub fn images(&self) -> Images<'_> {
        Images(self)
    }

    /// The image a person means: `name@digest`, a whole id, a name, or the beginning of an id.
    ///
    /// # Errors
    /// [`Kind::NotFound`], in docker's words; [`Kind::Conflict`] when a beginning fits several; those of
    /// [`Reference`] for what is none.
    pub fn resolve(&self, text: &str) -> Result<Digest> {
        // A whole id is an id: an archive must not be able to give another image that name.
        if let Some(id) = whole_id(text) {
            return self.images().get(&id)?.map(|image| image.id).ok_or_else(|| no_such_image(text));
        }
        let reference: Reference = text.parse()?;
        if let Some(digest) = reference.digest() {
            let wanted = format!("{}@{digest}", reference.repository());
            let found = self.images().list()?.into_iter().find(|image| image.repo_digests.contains(&wanted));
            return found.map(|image| image.id).ok_or_else(|| no_such_image(text));
        }
        match self.tags().get(&TagName::of(reference)?)? {
            Some(image) => Ok(image),
            None => self.images().by_prefix(text)?.ok_or_else(|| no_such_image(text)),
        }
    }
}

/// A whole id, with or without its algorithm.
pub(super) fn whole_id(text: &str) -> Option<Digest> {
    Digest::from_hex(text.strip_prefix("sha256:").unwrap_or(text))
}

/// To docker that is an image that is not here; it is told why, and to nobody is it missing.
fn ambiguous(text: &str) -> Error {
    let why = "the ids of several images begin with it";
    let mut error = no_such_image(text).because(why).fix("type more of the id");
    error.kind = Kind::Conflict;
    error
}

/// docker's words for an image that is not here: they show the name with the tag that was meant.
pub fn no_such_image(text: &str) -> Error {
    let shown = match (whole_id(text), text.parse::<Reference>()) {
        (Some(id), _) => id.to_string(),
        (None, Ok(reference)) => reference.with_default_tag().familiar(),
        (None, Err(_)) => text.to_owned(),
    };
    Error::new(Kind::NotFound, format!("No such image: {shown}"))
}

impl Images<'_> {
    fn directory(&self) -> PathBuf {
        self.0.images_directory().join("records")
    }

    fn path(&self, id: &Digest) -> PathBuf {
        self.directory().join(format!("{}.json", id.hex()))
    }

    /// The image with this id.
    pub fn get(&self, id: &Digest) -> Result<Option<ImageRecord>> {
        match std::fs::read(self.path(id)) {
            Ok(bytes) => parse(&bytes).map(Some),
            Err(cause) if cause.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(cause) => Err(cause).what(|| format!("reading the record of image {}", id.short())),
        }
    }

    /// Writes a record. Needs the lock for adding; what it names must be on the disk ([`Store::sync`]).
    pub fn put(&self, record: &ImageRecord) -> Result<()> {
        let bytes = serde_json::to_vec(record).what(|| "writing an image's record")?;
        durable::write(&self.path(&record.id), &bytes)
    }

    /// Held while a record is read and written again: two who add do not undo each other's work.
    pub(super) fn lock_record(&self) -> Result<Lock> {
        Lock::take(&self.0.root().join("locks/index.lock"), Sharing::Exclusive)
    }

    /// Changes a record, if it is here. Needs the lock for adding; what it names must be on the disk.
    pub fn update(&self, id: &Digest, change: impl FnOnce(&mut ImageRecord)) -> Result<()> {
        let _lock = self.lock_record()?;
        match self.get(id)? {
            Some(mut record) => {
                change(&mut record);
                self.put(&record)
            }
            None => Ok(()),
        }
    }

    /// Removes a record. Needs the lock for removing.
    pub(super) fn remove(&self, id: &Digest) -> Result<()> {
        std::fs::remove_file(self.path(id))
            .what(|| format!("removing the record of image {}", id.short()))?;
        durable::sync_directory(&self.directory())
    }

    /// All images, newest first.
    pub fn list(&self) -> Result<Vec<ImageRecord>> {
        let directory = self.directory();
        let entries = std::fs::read_dir(&directory).what(|| format!("reading {}", directory.display()))?;
        let records =
            entries.flatten().filter(|entry| entry.file_name().as_encoded_bytes().ends_with(b".json"));
        let mut images: Vec<ImageRecord> =
            records.filter_map(|entry| parse(&std::fs::read(entry.path()).ok()?).ok()).collect();
        images.sort_by_cached_key(|image| (Reverse(image.moment()), image.id));
        Ok(images)
    }

    /// Images that no name stands for.
    pub fn dangling(&self) -> Result<Vec<ImageRecord>> {
        let tags = self.0.tags().list()?;
        let named = |image: &ImageRecord| tags.iter().any(|tag| tag.image == image.id);
        Ok(self.list()?.into_iter().filter(|image| !named(image)).collect())
    }

    /// The names of an image, in order.
    pub fn tags(&self, id: &Digest) -> Result<Vec<Tag>> {
        Ok(self.0.tags().list()?.into_iter().filter(|tag| tag.image == *id).collect())
    }

    /// The configuration of an image.
    pub fn config(&self, id: &Digest) -> Result<ImageConfig> {
        ImageConfig::parse(&self.0.blobs().read(id)?)
    }

    fn by_prefix(&self, text: &str) -> Result<Option<Digest>> {
        let hex = text.strip_prefix("sha256:").unwrap_or(text);
        if hex.is_empty() || hex.len() > 64 || !hex.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f')) {
            return Ok(None);
        }
        let mut found = self.list()?.into_iter().map(|image| image.id).filter(|id| id.hex().starts_with(hex));
        match (found.next(), found.next()) {
            (Some(_), Some(_)) => Err(ambiguous(text)),
            (first, _) => Ok(first),
        }
    }
}

fn parse(bytes: &[u8]) -> Result<ImageRecord> {
    serde_json::from_slice(bytes)
        .map_err(|cause| Error::new(Kind::Invalid, "a damaged record of an image").why(cause))
}
