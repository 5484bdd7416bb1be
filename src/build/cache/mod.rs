//! The cache of builds: layers that steps gave, folders of `RUN --mount=type=cache`, digests of files.
//!
//! What a build that runs may need is not removed: whatever was of use since the first of them began.

pub mod entry;
mod found;
mod room;

use super::history;
use crate::engine::host::Engine;
use crate::engine::uses;
use crate::error::Result;
use entry::{Entry, PruneWish};
use found::Found;
use jiff::Timestamp;

/// What the cache holds, the oldest first. This process must be in U0, where folders of other users are weighed.
///
/// # Errors
/// Of the file system.
pub fn list(engine: &Engine) -> Result<Vec<Entry>> {
    Ok(found::all(&engine.store()?)?.into_iter().map(|found| found.entry).collect())
}

/// Removes what `wish` asks for, and gives what went. This process must be in U0.
///
/// # Errors
/// Of the file system.
pub fn prune(engine: &Engine, wish: &PruneWish) -> Result<Vec<Entry>> {
    let store = engine.store()?;
    let all = found::all(&store)?;
    let limit = room::limit(&store, wish, size(all.iter().map(|found| &found.entry)))?;
    let mut gone = Vec::new();
    for found in chosen(all, wish, limit, Timestamp::now()) {
        if found.remove(&store)? {
            gone.push(found.entry);
        }
    }
    // The layers go now that nobody names them, unless an image does.
    if gone.iter().any(|entry| !entry.is_mutable()) {
        store.collect(|| uses::uses(engine))?;
    }
    sweep(engine)?;
    Ok(gone)
}

/// What may go, the least recently used first, until no more than `limit` bytes are left.
fn chosen(all: Vec<Found>, wish: &PruneWish, limit: room::Limit, now: Timestamp) -> Vec<Found> {
    let mut left = size(all.iter().map(|found| &found.entry));
    let may_go = |found: &Found| {
        let entry = &found.entry;
        entry.is_reclaimable() && (wish.all || !entry.shared) && wish.means(entry, now)
    };
    let mut candidates: Vec<Found> = all.into_iter().filter(may_go).collect();
    candidates.sort_by_key(|found| found.entry.last_used.unwrap_or(found.entry.created));
    let mut chosen = Vec::new();
    for found in candidates {
        if !limit.is_passed(left) {
            break;
        }
        left = left.saturating_sub(freed(&found.entry));
        chosen.push(found);
    }
    chosen
}

/// Bytes that the removal of `entry` frees.
fn freed(entry: &Entry) -> u64 {
    if entry.shared { 0 } else { entry.size }
}

/// Bytes of those of `entries` that images do not have as well.
pub fn size<'a>(entries: impl Iterator<Item = &'a Entry>) -> u64 {
    entries.map(freed).fold(0, u64::saturating_add)
}

/// What killed builds have fetched: nobody knows whose it is, so it goes when none runs.
fn sweep(engine: &Engine) -> Result<()> {
    if history::running_since(engine)?.is_none() {
        let fetched = engine.store()?.build_cache().folder("fetched")?;
        for entry in std::fs::read_dir(&fetched).into_iter().flatten().flatten() {
            // Whatever cannot go now goes another time.
            let _ = std::fs::remove_dir_all(entry.path());
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
