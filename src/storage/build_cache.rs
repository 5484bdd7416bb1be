//! The cache of builds: what a step made of its inputs.
//!
//! ```text
//! build/steps/<key>.json      the layer that a step gave; keeps it from collection
//! build/mounts/<id>/          a folder of RUN --mount=type=cache: data/, lock, mount.json
//! build/known/<context>       digests of files that were read before
//! build/work/<pid>-<start>/   of a build that runs
//! build/history/<id>/         what is remembered of a build: record.json, log, lock
//! ```
//!
//! A key is the digest of all that a step depends on, so a record is never out of date; it only stops being used.

use super::Store;
use super::layers::IdMapKey;
use super::sweep;
use crate::durable::{self, Durability};
use crate::error::{Context, Error, Kind, Result};
use crate::oci::digest::Digest;
use serde::{Deserialize, Serialize};
use std::collections::HashSet;
use std::ffi::OsStr;
use std::io;
use std::path::PathBuf;

/// What a step gave.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CachedStep {
    /// The layer.
    pub diff_id: Digest,
    /// Bytes of its files.
    pub size: u64,
    /// The step in words: `[2/3] RUN make`.
    pub description: String,
    /// The keys it was built on.
    #[serde(default)]
    pub parents: Vec<Digest>,
    /// When it was built: RFC 3339.
    pub created: String,
    /// When it was last of use.
    pub last_used: String,
    /// How often it was.
    pub uses: u64,
}

/// The cache of builds of a store.
#[derive(Debug, Clone, Copy)]
pub struct BuildCache<'a>(&'a Store);

impl Store {
    /// Its cache of builds.
    pub fn build_cache(&self) -> BuildCache<'_> {
        BuildCache(self)
    }
}

impl BuildCache<'_> {
    fn steps(&self) -> PathBuf {
        self.0.root().join("build/steps")
    }

    fn file(&self, key: &Digest) -> PathBuf {
        self.steps().join(format!("{}.json", key.hex()))
    }

    /// A folder below the builds' own, made when it is first asked for.
    pub fn folder(&self, name: &str) -> Result<PathBuf> {
        let folder = self.0.root().join("build").join(name);
        super::make_directories(&folder)?;
        Ok(folder)
    }

    /// What the step `key` gave, if its layer is here for the ids of `map`.
    pub fn get(&self, key: &Digest, map: &IdMapKey) -> Option<CachedStep> {
        let step = self.read(key)?;
        self.0.layers().diff(&step.diff_id, map).is_some().then_some(step)
    }

    fn read(&self, key: &Digest) -> Option<CachedStep> {
        // What is damaged is built again.
        serde_json::from_slice(&std::fs::read(self.file(key)).ok()?).ok()
    }

    /// Notes what the step `key` gave; its layer is published.
    pub fn put(&self, key: &Digest, step: &CachedStep) -> Result<()> {
        self.folder("steps")?;
        let bytes = serde_json::to_vec(step).what(|| "writing the cache of builds")?;
        durable::put(&self.file(key), &bytes, Durability::Kill)
    }

    /// Notes that the step `key` was of use once more.
    pub fn touch(&self, key: &Digest, step: &CachedStep) {
        let step = CachedStep { last_used: super::now(), uses: step.uses + 1, ..step.clone() };
        // Without the note it only looks older than it is.
        let _ = self.put(key, &step);
    }

    /// All steps, in no order.
    pub fn list(&self) -> Result<Vec<(Digest, CachedStep)>> {
        let folder = self.steps();
        let entries = match std::fs::read_dir(&folder) {
            Err(cause) if cause.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            entries => entries.what(|| format!("reading {}", folder.display()))?,
        };
        let keys = entries
            .flatten()
            .filter_map(|entry| Digest::from_hex(entry.file_name().to_str()?.strip_suffix(".json")?));
        Ok(keys.filter_map(|key| Some((key, self.read(&key)?))).collect())
    }

    /// Forgets the step `key`; its layer goes with the next collection, unless an image has it.
    pub fn forget(&self, key: &Digest) -> Result<()> {
        match std::fs::remove_file(self.file(key)) {
            Err(cause) if cause.kind() != io::ErrorKind::NotFound => {
                Err(cause).what(|| "forgetting a step of a build")
            }
            _ => Ok(()),
        }
    }

    /// Layers that steps have given: they stay when no image has them.
    pub(super) fn layers(&self) -> Result<HashSet<Digest>> {
        Ok(self.list()?.into_iter().map(|(_, step)| step.diff_id).collect())
    }

    /// The folders of cache mounts, by their names on the disk.
    pub fn mounts(&self) -> Result<Vec<String>> {
        let folder = self.folder("mounts")?;
        let entries = std::fs::read_dir(&folder).what(|| format!("reading {}", folder.display()))?;
        Ok(entries.flatten().filter_map(|entry| entry.file_name().into_string().ok()).collect())
    }

    /// Removes the folder of a cache mount. This process must be in U0.
    ///
    /// # Errors
    /// When it is none of the names that [`Self::mounts`] gives.
    pub fn remove_mount(&self, name: &str) -> Result<()> {
        if Digest::from_hex(name).is_none() {
            return Err(Error::new(Kind::Invalid, format!("`{name}` is no cache mount")));
        }
        sweep::remove_directory(&self.folder("mounts")?, OsStr::new(name))
    }

    /// Removes the folder `step` of the build's work `name`. This process must be in U0.
    pub fn remove_step(&self, name: &OsStr, step: &OsStr) -> Result<()> {
        sweep::remove_directory(&self.folder("work")?.join(name), step)
    }

    /// Removes what killed builds had fetched.
    pub fn sweep_fetched(&self) {
        sweep::sweep_abandoned(&self.0.root().join("build/fetched"));
    }

    /// Removes the folder `name` of a build's work. This process must be in U0.
    pub fn remove_work(&self, name: &OsStr) -> Result<()> {
        sweep::remove_directory(&self.folder("work")?, name)
    }
}
