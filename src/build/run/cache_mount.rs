//! `RUN --mount=type=cache`: folders that outlive builds.
//!
//! `build/mounts/<digest of id>/` with `data/`, `lock` (shared by who uses it, exclusive for who wants it alone or
//! removes it) and `mount.json`. The name is a digest, so no id leads anywhere else (CVE-2024-9675).

use crate::dockerfile::ast::Sharing as Wanted;
use crate::durable::{self, Durability, Lock, Sharing};
use crate::error::{Context, Result};
use crate::oci::digest::Digest;
use crate::storage::{Store, now};
use rustix::fs::Mode;
use serde::{Deserialize, Serialize};
use std::io;
use std::os::unix::fs::chown;
use std::path::{Path, PathBuf};

/// `mount.json`.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(in crate::build) struct CacheMount {
    /// As the Dockerfile names it.
    pub id: String,
    /// When it was made: RFC 3339.
    pub created: String,
    /// When it was last used.
    pub last_used: String,
    /// How often it was.
    pub uses: u64,
}

impl CacheMount {
    /// The file's name.
    pub(in crate::build) const FILE: &str = "mount.json";
}

/// Who a new folder belongs to, and who may do what there.
#[derive(Debug, Clone, Copy)]
pub(super) struct New {
    pub(super) mode: u32,
    pub(super) owner: (u32, u32),
}

/// The folder of the cache `id`, and the lock that keeps it; whether it is new and still empty. `None` when somebody
/// else uses it who wants it alone.
pub(super) fn open(
    store: &Store,
    id: &str,
    sharing: Wanted,
    new: New,
) -> Result<Option<(PathBuf, Lock, bool)>> {
    let all = store.build_cache().folder("mounts")?;
    for number in 0.. {
        // With `private`, whoever finds one in use takes the next.
        let name = if number == 0 { id.to_owned() } else { format!("{id}\0{number}") };
        let folder = all.join(Digest::of(name.as_bytes()).hex());
        let is_new = make(&folder, new)?;
        let lock = folder.join("lock");
        let taken = match sharing {
            Wanted::Shared => Lock::try_take_shared(&lock)?,
            Wanted::Locked | Wanted::Private => Lock::try_take(&lock)?,
        };
        match taken {
            Some(lock) => {
                note(&folder, id)?;
                return Ok(Some((folder.join("data"), lock, is_new)));
            }
            None if sharing == Wanted::Private => {}
            None => break,
        }
    }
    Ok(None)
}

fn make(folder: &Path, new: New) -> Result<bool> {
    let data = folder.join("data");
    if data.exists() {
        return Ok(false);
    }
    let _one = {
        match std::fs::create_dir(folder) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error),
            _ => Ok(()),
        }
        .what(|| "making a cache mount")?;
        Lock::take(&folder.join("making"), Sharing::Exclusive)?
    };
    if data.exists() {
        return Ok(false);
    }
    let draft = folder.join(durable::temporary_name());
    let made = || -> io::Result<()> {
        std::fs::create_dir(&draft)?;
        chown(&draft, Some(new.owner.0), Some(new.owner.1))?;
        rustix::fs::chmod(&draft, Mode::from_raw_mode(new.mode))?;
        std::fs::rename(&draft, &data)
    };
    made().what(|| "making a cache mount")?;
    Ok(true)
}

fn note(folder: &Path, id: &str) -> Result<()> {
    let path = folder.join(CacheMount::FILE);
    let before: Option<CacheMount> =
        std::fs::read(&path).ok().and_then(|text| serde_json::from_slice(&text).ok());
    let note = CacheMount {
        id: id.to_owned(),
        created: before.as_ref().map_or_else(now, |before| before.created.clone()),
        last_used: now(),
        uses: before.map_or(0, |before| before.uses) + 1,
    };
    let text = serde_json::to_vec(&note).what(|| "noting the use of a cache mount")?;
    durable::put(&path, &text, Durability::Kill)
}
