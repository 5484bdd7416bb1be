//! Removing images: names first, then the image, then what only it needed.

use super::images::ImageRecord;
use super::tags::{TagName, familiar};
use super::{Store, layout};
use crate::error::{Error, Kind, Result};
use crate::oci::config::chain_ids;
use crate::oci::digest::Digest;
use std::collections::HashSet;
use std::fmt;

/// A container that needs an image.
#[derive(Debug, Clone)]
pub struct Use {
    /// 64 hex digits.
    pub container: String,
    /// The image.
    pub image: Digest,
    /// Whether it runs: then not even force removes the image.
    pub running: bool,
    /// Names of its layers' folders: they stay when the image goes.
    pub layers: Vec<String>,
}

/// One line of what happened; displayed as docker does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Removed {
    /// A name, or a name with a digest, as docker shows it.
    Untagged(String),
    /// An image, or a layer by its chain id.
    Deleted(Digest),
}

impl fmt::Display for Removed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Untagged(name) => write!(f, "Untagged: {name}"),
            Self::Deleted(digest) => write!(f, "Deleted: {digest}"),
        }
    }
}

/// Whether refusals that can be overcome are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Force {
    /// `rmi`.
    No,
    /// `rmi -f`.
    Yes,
}

/// Removes the name `target`, or the image it is an id of. `uses` is asked once nothing can change it
/// any more (no container is created while the lock is held, if creating takes the lock for adding).
///
/// # Errors
/// [`Kind::Conflict`] in docker's words when something needs the image; [`Kind::NotFound`].
pub fn remove(
    store: &Store,
    target: &str,
    force: Force,
    uses: impl FnOnce() -> Result<Vec<Use>>,
) -> Result<Vec<Removed>> {
    let _lock = store.lock_for_removing()?;
    let uses = uses()?;
    let id = store.resolve(target)?;
    let missing = || Error::new(Kind::NotFound, format!("No such image: {target}"));
    let record = store.images().get(&id)?.ok_or_else(missing)?;
    let names: Vec<TagName> = store.images().tags(&id)?.into_iter().map(|tag| tag.name).collect();
    let by_name = TagName::parse(target).ok().filter(|name| names.contains(name) && !is_whole_id(target));
    let mut removal = Removal::new(store, uses, force);
    match by_name {
        Some(name) => removal.remove_name(record, &names, &name, target)?,
        None => removal.remove_id(record, &names)?,
    }
    let removed = removal.removed;
    store.sweep()?;
    layout::derive_if_there_is_room(store)?;
    Ok(removed)
}

/// Images on their way out. Needs the lock for removing.
pub(super) struct Removal<'a> {
    store: &'a Store,
    uses: Vec<Use>,
    force: Force,
    /// What happened, in order.
    pub removed: Vec<Removed>,
    /// Bytes of the layers and blobs that are gone.
    pub freed: u64,
}

impl<'a> Removal<'a> {
    pub(super) fn new(store: &'a Store, uses: Vec<Use>, force: Force) -> Self {
        Self { store, uses, force, removed: Vec::new(), freed: 0 }
    }

    /// Whether a container or an image that was built from it needs the image.
    pub(super) fn is_needed(&self, id: &Digest) -> Result<bool> {
        Ok(self.uses.iter().any(|one| one.image == *id) || self.has_children(id)?)
    }

    fn remove_name(
        &mut self,
        record: ImageRecord,
        names: &[TagName],
        name: &TagName,
        typed: &str,
    ) -> Result<()> {
        let using = self.uses.iter().find(|one| one.image == record.id);
        if let ([_], Some(using), Force::No) = (names, using, self.force) {
            return Err(Error::new(
                Kind::Conflict,
                format!(
                    "conflict: unable to remove repository reference \"{typed}\" (must force) - container {} is using its referenced image {}",
                    short(&using.container),
                    record.id.short()
                ),
            ));
        }
        // Forced while a container needs it: the name goes, the image stays without one.
        let stays = names.len() > 1 || using.is_some() || self.has_children(&record.id)?;
        let known_by = record.repo_digests.len();
        let record = self.untag(record, names, name)?;
        match stays {
            true if record.repo_digests.len() == known_by => Ok(()),
            true => self.store.images().put(&record),
            false => self.delete(record),
        }
    }

    /// Removes an image with all its names.
    ///
    /// # Errors
    /// [`Kind::Conflict`] in docker's words when something needs it.
    pub(super) fn remove_id(&mut self, mut record: ImageRecord, names: &[TagName]) -> Result<()> {
        let repositories: HashSet<&str> = names.iter().map(TagName::repository).collect();
        if self.has_children(&record.id)? {
            return Err(refusal(&record.id, "cannot be forced", "image has dependent child images"));
        }
        for using in self.uses.iter().filter(|one| one.image == record.id) {
            let container = short(&using.container);
            if using.running {
                let why = format!("image is being used by running container {container}");
                return Err(refusal(&record.id, "cannot be forced", &why));
            }
            if self.force == Force::No {
                let why = format!("image is being used by stopped container {container}");
                return Err(refusal(&record.id, "must be forced", &why));
            }
        }
        if (repositories.len() > 1 || names.len() > 1) && self.force == Force::No {
            let why = "image is referenced in multiple repositories";
            return Err(refusal(&record.id, "must be forced", why));
        }
        for (index, name) in names.iter().enumerate() {
            record = self.untag(record, &names[index..], name)?;
        }
        self.delete(record)
    }

    /// Takes one of `names` away, and from `record` the digests of its repository when it was the last of
    /// that. The record is not written: most go next, and on a full disk they could not.
    fn untag(&mut self, mut record: ImageRecord, names: &[TagName], name: &TagName) -> Result<ImageRecord> {
        self.store.tags().remove(name)?;
        self.removed.push(Removed::Untagged(name.familiar().to_owned()));
        let last = !names.iter().any(|other| other != name && other.repository() == name.repository());
        if last {
            let prefix = format!("{}@", name.repository());
            let (gone, kept) =
                record.repo_digests.into_iter().partition(|digest| digest.starts_with(&prefix));
            record.repo_digests = kept;
            let gone: Vec<String> = gone;
            self.removed.extend(gone.iter().map(|digest| Removed::Untagged(familiar(digest).to_owned())));
        }
        Ok(record)
    }

    fn has_children(&self, id: &Digest) -> Result<bool> {
        Ok(self.store.images().list()?.iter().any(|image| image.parent == Some(*id)))
    }

    /// Removes an image without names, then what no other needs: from the record down, so that a kill
    /// between two steps leaves only what the next removal sweeps.
    fn delete(&mut self, mut record: ImageRecord) -> Result<()> {
        loop {
            for digest in &record.repo_digests {
                self.removed.push(Removed::Untagged(familiar(digest).to_owned()));
            }
            self.store.images().remove(&record.id)?;
            self.removed.push(Removed::Deleted(record.id));
            self.remove_contents(&record)?;
            // A parent that was only kept for this child goes with it.
            let Some(parent) = record.parent else { return Ok(()) };
            let Some(above) = self.store.images().get(&parent)? else { return Ok(()) };
            if !self.store.images().tags(&parent)?.is_empty() || self.is_needed(&parent)? {
                return Ok(());
            }
            record = above;
        }
    }

    fn remove_contents(&mut self, record: &ImageRecord) -> Result<()> {
        let others = self.store.images().list()?;
        let layers: HashSet<Digest> =
            others.iter().flat_map(|image| image.layers.iter().map(|layer| layer.diff_id)).collect();
        let blobs: HashSet<Digest> = others.iter().flat_map(blobs_of).collect();
        let diff_ids: Vec<Digest> = record.layers.iter().map(|layer| layer.diff_id).collect();
        let chains = chain_ids(&diff_ids);
        let chains_kept: HashSet<Digest> = others
            .iter()
            .flat_map(|image| chain_ids(&image.layers.iter().map(|layer| layer.diff_id).collect::<Vec<_>>()))
            .collect();
        for (diff_id, chain) in diff_ids.iter().zip(&chains).rev() {
            if !layers.contains(diff_id) {
                self.freed += self.store.layers().remove(diff_id, &layers_of(&self.uses))?;
            }
            if !chains_kept.contains(chain) {
                self.removed.push(Removed::Deleted(*chain));
            }
        }
        for blob in blobs_of(record).into_iter().filter(|blob| !blobs.contains(blob)) {
            self.freed += self.store.blobs().remove(&blob)?;
        }
        Ok(())
    }
}

/// The layers that containers need, by the names of their folders.
pub(super) fn layers_of(uses: &[Use]) -> HashSet<&str> {
    uses.iter().flat_map(|one| &one.layers).map(String::as_str).collect()
}

/// Every blob an image names.
pub(super) fn blobs_of(record: &ImageRecord) -> Vec<Digest> {
    let layers = record.layers.iter().filter_map(|layer| layer.blob.as_ref());
    [record.id].into_iter().chain(record.manifest.iter().chain(layers).map(|blob| blob.digest)).collect()
}

fn refusal(id: &Digest, can: &str, why: &str) -> Error {
    Error::new(Kind::Conflict, format!("conflict: unable to delete {} ({can}) - {why}", id.short()))
}

fn is_whole_id(target: &str) -> bool {
    Digest::from_hex(target.strip_prefix("sha256:").unwrap_or(target)).is_some()
}

fn short(container: &str) -> &str {
    container.get(..12).unwrap_or(container)
}
