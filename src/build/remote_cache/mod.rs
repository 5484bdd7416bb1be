//! Caches that several machines share: `--cache-to` writes one (see `export`), `--cache-from` reads it here.
//!
//! | kind | where the records are | where the layers are |
//! |---|---|---|
//! | `registry` | the configuration of an artifact, [`MEDIA_TYPE`] | its layers |
//! | `local` | the same in an OCI layout in a folder | blobs of the layout |
//! | `inline` | the field [`INLINE`] of an image's configuration | the image's own |
//!
//! A record says which layer the step with a key gave; a key is the digest of all that a step depends on. A layer is
//! fetched when a step has its key, and taken only when it is what the record says. So a cache can only claim a wrong
//! layer for a right key: **it is trusted as an image is that is built on**, and whoever may write to it decides what
//! builds that read it give.
//!
//! What cannot be reached or read is told, and the build goes on without.

mod document;
mod import;

pub use document::{Document, LayerOf, put_inline};
pub use import::{REF_NAME, entries};

use super::report::Report;
use super::wish::{BuildWish, CacheWish};
use super::worker::Worker;
use crate::engine::host::Engine;
use crate::engine::registries::Registries;
use crate::error::{Context, Error, Kind, Result};
use crate::oci::digest::Digest;
use crate::oci::reference::Reference;
use crate::registry::client::Action;
use crate::registry::repository::Repository;
use crate::storage::Store;
use crate::storage::add::{Expected, HEADROOM, make_layer, publish};
use crate::storage::archive::Members;
use crate::storage::build_cache::CachedStep;
use crate::storage::compression::Plain;
use crate::storage::layers::Making;
use serde::{Deserialize, Serialize};
use std::cell::RefCell;
use std::collections::HashMap;
use std::fs::File;
use std::io::Read;
use std::path::PathBuf;

/// What the configuration of a cache is.
pub const MEDIA_TYPE: &str = "application/vnd.rcon.buildcache.v1+json";
/// The field of an image's configuration that has the records of its own steps.
pub const INLINE: &str = "rcon.buildcache.v1";
/// Layers of one cache: as many as a manifest may have.
pub const MOST_LAYERS: usize = crate::oci::manifest::LAYER_LIMIT;

/// What is known of a step elsewhere.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Known {
    /// The layer it gave.
    pub diff_id: Digest,
    /// The layer's bytes there, mostly compressed.
    pub blob: Digest,
    /// Their number.
    pub size: u64,
    /// The step in words.
    pub description: String,
}

/// Where a cache is.
#[derive(Debug)]
enum Place {
    Repository(Reference, Repository),
    Folder(PathBuf),
}

/// The steps that caches elsewhere know.
#[derive(Debug, Default)]
pub struct Remote {
    places: Vec<Place>,
    known: RefCell<HashMap<Digest, (usize, Known)>>,
}

impl Remote {
    /// Reads the records of all `--cache-from`; what cannot be read is told and left out. Must come before this
    /// process enters U0, since credentials are asked for.
    ///
    /// # Errors
    /// Usage for what is no name.
    pub fn import(engine: &Engine, wish: &BuildWish, platforms: &[String], report: &Report) -> Result<Self> {
        let mut remote = Self::default();
        for cache in &wish.cache_from {
            let place = Place::of(engine, wish, cache)?;
            let name = format!("importing cache manifest from {}", place.shown());
            // The documents are fetched by a process of its own, which leaves no connection behind.
            let read = report.step(name, |_| {
                let tag = cache.options.get("tag").map(String::as_str);
                Worker::start(|| place.records(platforms, tag))?.result()
            });
            // It is told by now, and a build does without.
            let Ok(records) = read else { continue };
            let number = remote.places.len();
            remote.places.push(place);
            let mut known = remote.known.borrow_mut();
            for (keys, record) in records {
                for key in keys {
                    known.entry(key).or_insert_with(|| (number, record.clone()));
                }
            }
        }
        Ok(remote)
    }

    /// What is known of the step `key`.
    pub fn get(&self, key: &Digest) -> Option<Known> {
        self.known.borrow().get(key).map(|(_, known)| known.clone())
    }

    /// The step `key` has to be built after all.
    pub fn forget(&self, key: &Digest) {
        self.known.borrow_mut().remove(key);
    }

    /// Brings the layer of the step `key` into the store, and notes the step in its cache. This process must be in U0.
    ///
    /// # Errors
    /// Of the network; [`Kind::Invalid`] when the layer is not what the record says.
    pub fn fetch(&self, key: &Digest, store: &Store, making: &Making) -> Result<CachedStep> {
        let missing = || Error::new(Kind::NotFound, "a step that no cache has");
        let (number, known) = self.known.borrow().get(key).cloned().ok_or_else(missing)?;
        let blob = self.places[number].blob(&known)?;
        // Stored as if it had come plain: its blob is of no use to an image that has not been made yet.
        let plain = Plain::new(blob, making.limits.bytes.saturating_add(HEADROOM))?;
        let _lock = store.lock_for_adding()?;
        let expected = Expected { diff_id: Some(known.diff_id), blob: None };
        let made = make_layer(store, plain, expected, making)?;
        publish(store, vec![made], Vec::new(), &making.map)?;
        let size = store.layers().info(&known.diff_id, &making.map)?.map_or(0, |info| info.size);
        let step = known.step(size);
        store.build_cache().put(key, &step)?;
        Ok(step)
    }
}

impl Known {
    /// As the store's own cache has it.
    pub fn step(self, size: u64) -> CachedStep {
        let now = crate::storage::now();
        CachedStep {
            diff_id: self.diff_id,
            size,
            description: self.description,
            parents: Vec::new(),
            created: now.clone(),
            last_used: now,
            uses: 1,
        }
    }
}

impl Place {
    fn of(engine: &Engine, wish: &BuildWish, cache: &CacheWish) -> Result<Self> {
        if let Some(folder) = cache.options.get("src").filter(|_| cache.kind == "local") {
            return Ok(Self::Folder(PathBuf::from(folder)));
        }
        let name = cache.options.get("ref").ok_or_else(|| Error::usage("a cache without a place"))?;
        let reference = name.parse::<Reference>()?.with_default_tag();
        let registries = Registries::open(&engine.paths, &wish.registries)?;
        let repository = registries.repository(&reference, Action::Pull)?;
        Ok(Self::Repository(reference, repository))
    }

    fn shown(&self) -> String {
        match self {
            Self::Repository(reference, _) => reference.canonical(),
            Self::Folder(folder) => format!("local:{}", folder.display()),
        }
    }

    fn records(&self, platforms: &[String], tag: Option<&str>) -> Result<Vec<(Vec<Digest>, Known)>> {
        match self {
            Self::Repository(reference, repository) => {
                import::of_repository(repository, reference, platforms)
            }
            Self::Folder(folder) => import::of_folder(folder, tag.unwrap_or("latest")),
        }
    }

    fn blob(&self, known: &Known) -> Result<Box<dyn Read>> {
        match self {
            Self::Repository(_, repository) => Ok(Box::new(repository.blob(&known.blob, known.size, 0)?)),
            Self::Folder(folder) => {
                let open = File::open(folder).what(|| format!("opening {}", folder.display()))?;
                let members = Members::below(open.into());
                Ok(Box::new(members.section(&format!("blobs/sha256/{}", known.blob.hex()))?))
            }
        }
    }
}
