//! Garbage: what killed writers left, and layers and blobs that no record names.

use super::remove::blobs_of;
use super::{Store, layout, sweep};
use crate::durable::Lock;
use crate::error::{Context, Result};
use crate::oci::digest::Digest;
use std::collections::HashSet;
use std::ffi::OsString;
use std::path::Path;

impl Store {
    /// Removes what killed writers left. Only with the lock for removing.
    pub(super) fn sweep(&self) -> Result<()> {
        sweep::sweep(&self.layers().directory())?;
        sweep::sweep(&self.blobs().directory())?;
        sweep::sweep(&self.images_directory().join("records"))?;
        sweep::sweep(&self.images_directory().join("manifest-lists"))?;
        sweep::sweep(&self.images_directory().join("tags"))
    }

    /// The same before something is added, unless somebody else is at work: then it is a later call's turn.
    pub fn tidy(&self) -> Result<()> {
        match Lock::try_take(&self.root().join("locks/images.lock"))? {
            Some(_lock) => self.sweep(),
            None => Ok(()),
        }
    }

    /// Removes garbage. Images, named or not, stay: removing those is a person's decision.
    pub fn collect(&self) -> Result<()> {
        let _lock = self.lock_for_removing()?;
        self.sweep()?;
        // A damaged record would make what it names look unused: then nothing is removed.
        let records = names(&self.images_directory().join("records"))?.len();
        let images = self.images().list()?;
        if images.len() != records {
            return Ok(());
        }
        let layers: HashSet<Digest> =
            images.iter().flat_map(|image| image.layers.iter().map(|layer| layer.diff_id)).collect();
        for name in names(&self.layers().directory())? {
            // A name that is not ours is left alone.
            let diff_id = name.to_str().and_then(|name| Digest::from_hex(name.split('-').next()?));
            if diff_id.is_some_and(|diff_id| !layers.contains(&diff_id)) {
                sweep::remove_directory(&self.layers().directory(), &name)?;
            }
        }
        let blobs: HashSet<Digest> = images.iter().flat_map(blobs_of).collect();
        for name in names(&self.blobs().directory())? {
            let digest = name.to_str().and_then(Digest::from_hex);
            if digest.is_some_and(|digest| !blobs.contains(&digest)) {
                let path = self.blobs().directory().join(&name);
                std::fs::remove_file(&path).what(|| format!("removing {}", path.display()))?;
            }
        }
        layout::derive(self)
    }
}

fn names(directory: &Path) -> Result<Vec<OsString>> {
    let entries = std::fs::read_dir(directory).what(|| format!("reading {}", directory.display()))?;
    entries
        .map(|entry| entry.map(|entry| entry.file_name()).what(|| format!("reading {}", directory.display())))
        .collect()
}
