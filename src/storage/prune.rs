//! Pruning: images that nobody needs, then garbage.

use super::images::ImageRecord;
use super::remove::{Force, Parents, Removal, Removed, Use, is_needed};
use super::tags::TagName;
use super::{Store, layout};
use crate::error::Result;
use std::collections::HashSet;

/// What pruning took.
#[derive(Debug, Default)]
pub struct Pruned {
    /// Images, their names and layers, in order.
    pub removed: Vec<Removed>,
    /// Bytes that are free now.
    pub freed: u64,
}

/// Removes the images that `chosen` says, which is told their names, unless a container or an image built
/// from them needs them; then what killed calls left. `uses` is asked under the lock, so no container is
/// made meanwhile.
pub fn prune(
    store: &Store,
    uses: impl FnOnce() -> Result<Vec<Use>>,
    chosen: impl Fn(&ImageRecord, &[TagName]) -> bool,
) -> Result<Pruned> {
    let _lock = store.lock_for_removing()?;
    let uses = uses()?;
    let tags = store.tags().list()?;
    let (mut removed, mut freed) = (Vec::new(), 0);
    // Newest first: what was built from another goes before it.
    for image in store.images().list()? {
        let names: Vec<TagName> =
            tags.iter().filter(|tag| tag.image == image.id).map(|tag| tag.name.clone()).collect();
        if !chosen(&image, &names) || is_needed(store, &uses, &image.id)? {
            continue;
        }
        // It may have gone along with what was built from it.
        if let Some(record) = store.images().get(&image.id)? {
            let mut removal = Removal::new(store, &uses, (Force::Yes, Parents::Prune), record, names);
            removal.by_id()?;
            removed.append(&mut removal.removed);
            freed += removal.freed;
        }
    }
    freed += store.collect_locked(&uses)?;
    layout::derive_if_there_is_room(store)?;
    Ok(Pruned { removed: once_each(removed), freed })
}

/// A layer that two images shared is told by each of them.
fn once_each(removed: Vec<Removed>) -> Vec<Removed> {
    let mut told = HashSet::new();
    removed.into_iter().filter(|line| told.insert(line.to_string())).collect()
}
