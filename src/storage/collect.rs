//! Garbage: what killed writers left, and layers and blobs that nobody names.

use super::remove::{Use, blobs_of, layers_of};
use super::{Store, layout, sweep};
use crate::durable::Lock;
use crate::error::{Context, Result};
use crate::oci::digest::Digest;
use std::collections::HashSet;
use std::ffi::OsString;
use std::path::Path;

/// What a download that broke off is called, beside the blobs.
const PARTIAL: &[u8] = b".partial-";

impl Store {
    /// Removes what killed writers left; gives the bytes that are free now. Only with the lock for removing.
    pub(super) fn sweep(&self) -> Result<u64> {
        let images = self.images_directory();
        let folders = [
            self.layers().directory(),
            self.blobs().directory(),
            images.join("records"),
            images.join("manifest-lists"),
            images.join("tags"),
            images,
        ];
        folders.iter().map(|folder| sweep::sweep(folder)).sum()
    }

    /// The same before something is added, unless somebody else is at work: then it is a later call's turn.
    pub fn tidy(&self) -> Result<()> {
        match Lock::try_take(&self.root().join("locks/images.lock"))? {
            Some(_lock) => self.sweep().map(drop),
            None => Ok(()),
        }
    }

    /// Removes garbage; gives the bytes that are free now. Images, named or not, stay: removing those is a
    /// person's decision. `uses` is asked under the lock, and the layers of containers stay as well.
    pub fn collect(&self, uses: impl FnOnce() -> Result<Vec<Use>>) -> Result<u64> {
        let _lock = self.lock_for_removing()?;
        let freed = self.collect_locked(&uses()?)?;
        layout::derive_if_there_is_room(self)?;
        Ok(freed)
    }

    /// The same for who has the lock for removing, without deriving the index.
    pub(super) fn collect_locked(&self, uses: &[Use]) -> Result<u64> {
        let mut freed = self.sweep()? + self.sweep_partial()? + sweep::sweep_abandoned(self.root());
        // A damaged record would make what it names look unused: then nothing is removed.
        let records = names(&self.images_directory().join("records"))?.len();
        let images = self.images().list()?;
        if images.len() != records {
            return Ok(freed);
        }
        let of_images = images.iter().flat_map(|image| image.layers.iter().map(|layer| layer.diff_id));
        let named: HashSet<Digest> = of_images.chain(self.build_cache().layers()?).collect();
        let kept = layers_of(uses);
        for name in names(&self.layers().directory())? {
            // A name that is not ours is left alone.
            let Some(text) = name.to_str().filter(|text| !kept.contains(text)) else { continue };
            let diff_id = text.split('-').next().and_then(Digest::from_hex);
            if diff_id.is_some_and(|diff_id| !named.contains(&diff_id)) {
                freed += self.layers().remove_folder(&name)?;
            }
        }
        let blobs: HashSet<Digest> = images.iter().flat_map(blobs_of).collect();
        for name in names(&self.blobs().directory())? {
            let digest = name.to_str().and_then(Digest::from_hex);
            if let Some(digest) = digest.filter(|digest| !blobs.contains(digest)) {
                freed += self.blobs().remove(&digest)?;
            }
        }
        Ok(freed)
    }

    /// Removes downloads that broke off and that nobody goes on with.
    fn sweep_partial(&self) -> Result<u64> {
        let folder = self.images_directory().join("blobs");
        let mut freed = 0;
        for name in names(&folder)? {
            let path = folder.join(&name);
            let size = std::fs::symlink_metadata(&path).map_or(0, |metadata| metadata.len());
            // What cannot be locked is in use, or no download.
            if name.as_encoded_bytes().starts_with(PARTIAL)
                && let Ok(Some(_lock)) = Lock::try_take(&path)
                && std::fs::remove_file(&path).is_ok()
            {
                freed += size;
            }
        }
        Ok(freed)
    }
}

fn names(directory: &Path) -> Result<Vec<OsString>> {
    let entries = std::fs::read_dir(directory).what(|| format!("reading {}", directory.display()))?;
    entries
        .map(|entry| entry.map(|entry| entry.file_name()).what(|| format!("reading {}", directory.display())))
        .collect()
}
