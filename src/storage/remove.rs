//! Removing images: names first, then the image, then what only it needed.

use super::images::{ImageRecord, no_such_image, whole_id};
use super::tags::{TagName, familiar};
use super::{Store, layout};
use crate::error::{Error, Kind, Result};
use crate::oci::config::chain_ids;
use crate::oci::digest::Digest;
use crate::oci::reference::Reference;
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

/// What becomes of parents that were only kept for the image.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Parents {
    /// `rmi --no-prune`.
    Keep,
    /// They go with it.
    Prune,
}

/// Removes the name or the digest `target`, or the image it is an id of. `uses` is asked once nothing can change
/// it any more (no container is created while the lock is held, if creating takes the lock for adding).
///
/// An image that a container needs stays, even when it is forced away: only its names go.
///
/// # Errors
/// [`Kind::Conflict`] in docker's words when something needs the image; [`Kind::NotFound`].
pub fn remove(
    store: &Store,
    target: &str,
    (force, parents): (Force, Parents),
    uses: impl FnOnce() -> Result<Vec<Use>>,
) -> Result<Vec<Removed>> {
    let _lock = store.lock_for_removing()?;
    let uses = uses()?;
    let (record, names) = found(store, target)?;
    let meant = Meant::by(target, &record, &names);
    let mut removal = Removal::new(store, &uses, (force, parents), record, names);
    match meant {
        Meant::Id => removal.by_id()?,
        name => removal.by_name(name, target)?,
    }
    store.sweep()?;
    layout::derive_if_there_is_room(store)?;
    Ok(removal.removed)
}

/// Takes `names` away from the image `target`, or all its names where none is given. The image stays.
///
/// # Errors
/// [`Kind::NotFound`] when there is no such image, or it has another name; then nothing was done.
pub fn untag(store: &Store, target: &str, names: &[String]) -> Result<()> {
    let _lock = store.lock_for_removing()?;
    let (record, own) = found(store, target)?;
    let gone = match names {
        [] => own.clone(),
        names => names.iter().map(|name| known(name, &own)).collect::<Result<_>>()?,
    };
    let mut removal = Removal::new(store, &[], (Force::No, Parents::Keep), record, own);
    gone.iter().try_for_each(|name| removal.untag(name))?;
    removal.stay()?;
    layout::derive(store)
}

fn found(store: &Store, target: &str) -> Result<(ImageRecord, Vec<TagName>)> {
    let id = store.resolve(target)?;
    let record = store.images().get(&id)?.ok_or_else(|| no_such_image(target))?;
    let names = store.images().tags(&id)?.into_iter().map(|tag| tag.name).collect();
    Ok((record, names))
}

fn known(name: &str, own: &[TagName]) -> Result<TagName> {
    let name = TagName::parse(name)?;
    match own.contains(&name) {
        true => Ok(name),
        false => Err(Error::new(Kind::NotFound, format!("the image is not called {}", name.familiar()))),
    }
}

/// What a person means by a word for an image.
enum Meant {
    /// One of its names.
    Tag(TagName),
    /// One of its digests, `docker.io/library/alpine@sha256:…`.
    Digest(String),
    /// The image itself.
    Id,
}

impl Meant {
    fn by(target: &str, record: &ImageRecord, names: &[TagName]) -> Self {
        let Ok(reference) = target.parse::<Reference>() else { return Self::Id };
        if let Some(digest) = reference.digest() {
            let name = format!("{}@{digest}", reference.repository());
            return if record.repo_digests.contains(&name) { Self::Digest(name) } else { Self::Id };
        }
        match TagName::of(reference) {
            Ok(name) if names.contains(&name) && whole_id(target).is_none() => Self::Tag(name),
            _ => Self::Id,
        }
    }
}

/// An image on its way out. Needs the lock for removing.
pub(super) struct Removal<'a> {
    store: &'a Store,
    uses: &'a [Use],
    force: Force,
    parents: Parents,
    /// Written again only where it stays: on a full disk it could not be.
    record: ImageRecord,
    has_changed: bool,
    names: Vec<TagName>,
    /// What happened, in order.
    pub(super) removed: Vec<Removed>,
    /// Bytes of the layers and blobs that are gone.
    pub(super) freed: u64,
}

/// Whether a container, or an image that was built from it, needs the image.
pub(super) fn is_needed(store: &Store, uses: &[Use], id: &Digest) -> Result<bool> {
    let has_children = || Ok(store.images().list()?.iter().any(|image| image.parent == Some(*id)));
    if uses.iter().any(|one| one.image == *id) { Ok(true) } else { has_children() }
}

impl<'a> Removal<'a> {
    pub(super) fn new(
        store: &'a Store,
        uses: &'a [Use],
        (force, parents): (Force, Parents),
        record: ImageRecord,
        names: Vec<TagName>,
    ) -> Self {
        let (has_changed, removed, freed) = (false, Vec::new(), 0);
        Self { store, uses, force, parents, record, has_changed, names, removed, freed }
    }

    /// Takes a name away, and the image with its last one unless it is needed.
    fn by_name(&mut self, name: Meant, typed: &str) -> Result<()> {
        let using = self.uses.iter().find(|one| one.image == self.record.id);
        if let (true, Some(using), Force::No) = (self.is_of_one_repository(), using, self.force) {
            return Err(Error::new(
                Kind::Conflict,
                format!(
                    "conflict: unable to remove repository reference \"{typed}\" (must force) - container {} is using its referenced image {}",
                    short(&using.container),
                    self.record.id.short()
                ),
            ));
        }
        match name {
            Meant::Tag(name) => self.untag(&name)?,
            Meant::Digest(name) => self.forget_digests(|digest| digest == name),
            Meant::Id => {}
        }
        let nameless = self.names.is_empty() && self.record.repo_digests.is_empty();
        match nameless && !is_needed(self.store, self.uses, &self.record.id)? {
            true => self.delete(),
            false => self.stay(),
        }
    }

    /// Removes the image with all its names.
    ///
    /// # Errors
    /// [`Kind::Conflict`] in docker's words when something needs it.
    pub(super) fn by_id(&mut self) -> Result<()> {
        let nameless = self.names.is_empty() && self.record.repo_digests.is_empty();
        self.check()?;
        for name in self.names.clone() {
            self.untag(&name)?;
        }
        self.forget_digests(|_| true);
        match self.uses.iter().find(|one| one.image == self.record.id) {
            None => self.delete(),
            Some(_) if !nameless => self.stay(),
            Some(using) => Err(self.refusal("cannot be forced", &stopped(using))),
        }
    }

    /// What keeps the image from being removed by its id, docker's most important reason first.
    fn check(&self) -> Result<()> {
        if self.store.images().list()?.iter().any(|image| image.parent == Some(self.record.id)) {
            return Err(self.refusal("cannot be forced", "image has dependent child images"));
        }
        let using = || self.uses.iter().filter(|one| one.image == self.record.id);
        if let Some(using) = using().find(|one| one.running) {
            let why = format!("image is being used by running container {}", short(&using.container));
            return Err(self.refusal("cannot be forced", &why));
        }
        if self.force == Force::Yes {
            return Ok(());
        }
        if !self.is_of_one_repository() {
            return Err(self.refusal("must be forced", "image is referenced in multiple repositories"));
        }
        using().next().map_or(Ok(()), |using| Err(self.refusal("must be forced", &stopped(using))))
    }

    /// Whether it has one tag at most, and no digests but of that repository.
    fn is_of_one_repository(&self) -> bool {
        let digests = self.record.repo_digests.iter().filter_map(|name| Some(name.split_once('@')?.0));
        let repositories: HashSet<&str> = self.names.iter().map(TagName::repository).chain(digests).collect();
        self.names.len() <= 1 && repositories.len() <= 1
    }

    /// Takes a name away, with the digests of its repository when it was the last of that.
    fn untag(&mut self, name: &TagName) -> Result<()> {
        self.store.tags().remove(name)?;
        self.names.retain(|other| other != name);
        self.removed.push(Removed::Untagged(name.familiar().to_owned()));
        if self.names.iter().any(|other| other.repository() == name.repository()) {
            return Ok(());
        }
        let prefix = format!("{}@", name.repository());
        self.forget_digests(|digest| digest.starts_with(&prefix));
        Ok(())
    }

    /// The image is kept without the names it has lost.
    fn stay(&self) -> Result<()> {
        if self.has_changed { self.store.images().put(&self.record) } else { Ok(()) }
    }

    fn forget_digests(&mut self, is_gone: impl Fn(&str) -> bool) {
        let digests = std::mem::take(&mut self.record.repo_digests);
        let (gone, kept): (Vec<_>, _) = digests.into_iter().partition(|digest| is_gone(digest));
        self.record.repo_digests = kept;
        self.has_changed |= !gone.is_empty();
        self.removed.extend(gone.iter().map(|digest| Removed::Untagged(familiar(digest).to_owned())));
    }

    /// Removes an image without names, then what no other needs: from the record down, so that a kill
    /// between two steps leaves only what the next removal sweeps.
    fn delete(&mut self) -> Result<()> {
        let mut record = self.record.clone();
        loop {
            self.store.images().remove(&record.id)?;
            self.removed.push(Removed::Deleted(record.id));
            self.remove_contents(&record)?;
            // A parent that was only kept for this child goes with it.
            let Some(parent) = record.parent.filter(|_| self.parents == Parents::Prune) else {
                return Ok(());
            };
            let Some(above) = self.store.images().get(&parent)? else { return Ok(()) };
            let needed = !self.store.images().tags(&parent)?.is_empty()
                || !above.repo_digests.is_empty()
                || is_needed(self.store, self.uses, &parent)?;
            if needed {
                return Ok(());
            }
            record = above;
        }
    }

    fn remove_contents(&mut self, record: &ImageRecord) -> Result<()> {
        let others = self.store.images().list()?;
        // What the cache of builds has stays until that is pruned.
        let of_images = others.iter().flat_map(|image| image.layers.iter().map(|layer| layer.diff_id));
        let of_steps = self.store.build_cache().layers()?;
        let layers: HashSet<Digest> = of_images.chain(of_steps.iter().copied()).collect();
        let blobs: HashSet<Digest> = others.iter().flat_map(blobs_of).collect();
        let diff_ids: Vec<Digest> = record.layers.iter().map(|layer| layer.diff_id).collect();
        let chains = chain_ids(&diff_ids);
        let chains_kept: HashSet<Digest> = others
            .iter()
            .flat_map(|image| chain_ids(&image.layers.iter().map(|layer| layer.diff_id).collect::<Vec<_>>()))
            .collect();
        for (diff_id, chain) in diff_ids.iter().zip(&chains).rev() {
            if !layers.contains(diff_id) {
                self.freed += self.store.layers().remove(diff_id, &layers_of(self.uses))?;
            }
            if !chains_kept.contains(chain) && !of_steps.contains(diff_id) {
                self.removed.push(Removed::Deleted(*chain));
            }
        }
        for blob in blobs_of(record).into_iter().filter(|blob| !blobs.contains(blob)) {
            self.freed += self.store.blobs().remove(&blob)?;
        }
        Ok(())
    }

    fn refusal(&self, can: &str, why: &str) -> Error {
        let id = self.record.id.short();
        Error::new(Kind::Conflict, format!("conflict: unable to delete {id} ({can}) - {why}"))
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

fn stopped(using: &Use) -> String {
    format!("image is being used by stopped container {}", short(&using.container))
}

fn short(container: &str) -> &str {
    container.get(..12).unwrap_or(container)
}

#[cfg(test)]
mod tests;
