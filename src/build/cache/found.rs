//! What lies on the disk, as entries.

use super::entry::Entry;
use crate::build::history;
use crate::build::identity;
use crate::build::run::cache_mount::CacheMount;
use crate::durable::Lock;
use crate::error::{Context, Result};
use crate::oci::digest::Digest;
use crate::storage::Store;
use crate::storage::build_cache::CachedStep;
use crate::storage::weigh::weigh;
use jiff::Timestamp;
use std::collections::{BTreeMap, HashSet};
use std::io;
use std::path::PathBuf;

/// One thing, and where it is.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) entry: Entry,
    place: Place,
}

#[derive(Debug)]
enum Place {
    /// A layer, under all keys that lead to it.
    Steps(Vec<Digest>),
    /// The folder of a cache mount, by its name on the disk.
    Mount(String),
    /// Digests of files that were read.
    Known(PathBuf),
}

/// All there is, the oldest first.
pub(super) fn all(store: &Store) -> Result<Vec<Found>> {
    let since = history::running_in(store)?;
    let mut all = steps(store, since)?;
    all.extend(mounts(store)?);
    all.extend(known(store, since)?);
    all.sort_by(|one, other| (one.entry.created, &one.entry.id).cmp(&(other.entry.created, &other.entry.id)));
    Ok(all)
}

/// Layers that steps gave. One that several steps gave is one thing, since it lies on the disk once.
fn steps(store: &Store, running_since: Option<Timestamp>) -> Result<Vec<Found>> {
    let images = store.images().list()?;
    let of_images: HashSet<Digest> =
        images.iter().flat_map(|image| image.layers.iter().map(|layer| layer.diff_id)).collect();
    let mut by_layer: BTreeMap<Digest, Vec<(Digest, CachedStep)>> = BTreeMap::new();
    for (key, step) in store.build_cache().list()? {
        by_layer.entry(step.diff_id).or_default().push((key, step));
    }
    let layer = |(diff_id, mut steps): (Digest, Vec<(Digest, CachedStep)>)| {
        steps.sort_by(|one, other| one.1.created.cmp(&other.1.created));
        let (_, first) = steps.first()?;
        let last_used = steps.iter().filter_map(|(_, step)| moment(&step.last_used)).max();
        let entry = Entry {
            id: identity::of(&diff_id),
            parents: first.parents.iter().map(identity::of).collect(),
            kind: "regular".to_owned(),
            description: first.description.clone(),
            size: first.size,
            created: moment(&first.created).unwrap_or_default(),
            last_used,
            uses: steps.iter().map(|(_, step)| step.uses).max().unwrap_or_default(),
            in_use: is_needed(last_used, running_since),
            shared: of_images.contains(&diff_id),
        };
        Some(Found { entry, place: Place::Steps(steps.into_iter().map(|(key, _)| key).collect()) })
    };
    Ok(by_layer.into_iter().filter_map(layer).collect())
}

/// A build that runs may need all that was of use since it began.
fn is_needed(last_used: Option<Timestamp>, running_since: Option<Timestamp>) -> bool {
    running_since.is_some_and(|since| last_used.is_none_or(|used| used >= since))
}

fn mounts(store: &Store) -> Result<Vec<Found>> {
    let all = store.build_cache().folder("mounts")?;
    let mount = |name: String| {
        let folder = all.join(&name);
        let digest = Digest::from_hex(&name)?;
        let note = std::fs::read(folder.join(CacheMount::FILE)).ok();
        let note: Option<CacheMount> = note.and_then(|text| serde_json::from_slice(&text).ok());
        let entry = Entry {
            id: identity::of(&digest),
            parents: Vec::new(),
            kind: "exec.cachemount".to_owned(),
            description: match &note {
                Some(note) => format!("cached mount {}", note.id),
                None => "cached mount of a build that was killed".to_owned(),
            },
            size: weigh(&folder.join("data")),
            created: note.as_ref().and_then(|note| moment(&note.created)).unwrap_or_default(),
            last_used: note.as_ref().and_then(|note| moment(&note.last_used)),
            uses: note.map_or(0, |note| note.uses),
            // Who uses it holds its lock.
            in_use: !matches!(Lock::try_take(&folder.join("lock")), Ok(Some(_))),
            shared: false,
        };
        Some(Found { entry, place: Place::Mount(name) })
    };
    Ok(store.build_cache().mounts()?.into_iter().filter_map(mount).collect())
}

/// Tables of the digests of files: what BuildKit's copies of contexts are here.
fn known(store: &Store, running_since: Option<Timestamp>) -> Result<Vec<Found>> {
    let all = store.build_cache().folder("known")?;
    let entries = std::fs::read_dir(&all).what(|| format!("reading {}", all.display()))?;
    let table = |entry: std::fs::DirEntry| {
        let digest = Digest::from_hex(entry.file_name().to_str()?)?;
        let data = entry.metadata().ok()?;
        let time = |time: io::Result<std::time::SystemTime>| Timestamp::try_from(time.ok()?).ok();
        let last_used = time(data.modified());
        let entry_of_it = Entry {
            id: identity::of(&digest),
            parents: Vec::new(),
            kind: "source.local".to_owned(),
            description: "local source for context".to_owned(),
            size: data.len(),
            created: time(data.created()).or(last_used).unwrap_or_default(),
            last_used,
            uses: 1,
            in_use: is_needed(last_used, running_since),
            shared: false,
        };
        Some(Found { entry: entry_of_it, place: Place::Known(entry.path()) })
    };
    Ok(entries.flatten().filter_map(table).collect())
}

fn moment(text: &str) -> Option<Timestamp> {
    text.parse().ok()
}

impl Found {
    /// Removes it; `false` when somebody has begun to use it.
    pub(super) fn remove(&self, store: &Store) -> Result<bool> {
        let cache = store.build_cache();
        match &self.place {
            Place::Steps(keys) => keys.iter().try_for_each(|key| cache.forget(key)).map(|()| true),
            Place::Mount(name) => {
                let lock = cache.folder("mounts")?.join(name).join("lock");
                let Some(_alone) = Lock::try_take(&lock)? else { return Ok(false) };
                cache.remove_mount(name).map(|()| true)
            }
            Place::Known(path) => match std::fs::remove_file(path) {
                Err(cause) if cause.kind() != io::ErrorKind::NotFound => {
                    Err(cause).what(|| format!("removing {}", path.display()))
                }
                _ => Ok(true),
            },
        }
    }

    #[cfg(test)]
    pub(super) fn of(entry: Entry) -> Self {
        Self { entry, place: Place::Steps(Vec::new()) }
    }
}
