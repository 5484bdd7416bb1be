//! Durable truth under one root.
//!
//! ```text
//! <data>/                           0700
//!   format.json                     which rcon can read this (see `format`)
//!   images/oci-layout, index.json   the folder is an OCI image layout; index.json is derived
//!   images/blobs/sha256/<hex>       configurations, manifests, compressed layers as they came
//!   images/blobs/.partial-<hex>     one that is being fetched, or was broken off; locked by whoever fetches it
//!   images/records/<id>.json        one per image                                        GC root: none of its own
//!   images/tags/<escaped name>      a name and the image it stands for                   GC root
//!   images/manifest-lists/<name>    a list of manifests in the making, with the members' manifests
//!   layers/<diff id>-<id map>/      diff/, layer.json, owners, skeleton: made in .tmp-*, renamed in when complete
//!   mount-points/                   the lowest layer of every container: empty places to mount on
//!   networks/<name>.json            one per network, see `networks`
//!   build/                          the cache of builds, see `build_cache`                 GC root
//!   locks/images.lock               shared: whoever adds blobs, layers, records, tags; exclusive: whoever removes any
//!   locks/index.lock                exclusive: whoever derives index.json, or changes a record
//!   locks/lists.lock                exclusive: whoever changes a list of manifests
//! ```
//!
//! Locks are taken in this order: images, index or lists. Readers take none: all they can see is complete.
//! An image without a tag stays until it is removed or pruned; a layer or blob stays while a record
//! names it. What begins with `.tmp-` belongs to a writer, or to nobody once no writer holds the lock; a
//! layer in the making is locked itself, since a pull takes longer than anyone who removes should wait.

pub mod add;
pub mod archive;
pub mod blobs;
pub mod build_cache;
pub mod capture;
pub mod check;
mod collect;
mod complete;
pub mod compression;
pub mod containers;
pub mod flatten;
mod format;
pub mod images;
pub mod layers;
pub mod layout;
pub mod lists;
mod mount_points;
pub mod networks;
pub mod pack;
pub mod partial;
pub mod prune;
pub mod remove;
pub mod reset;
pub mod send;
pub mod skeleton;
mod sweep;
pub mod tags;
pub mod unpack;
pub mod volumes;
pub mod weigh;

#[cfg(test)]
pub(crate) mod tests;

use crate::durable::{Lock, Sharing};
use crate::error::{Context, Result};
use crate::paths::Paths;
use rustix::fs::{Mode, OFlags, syncfs};
use std::io;
use std::path::{Path, PathBuf};

/// The store of one user.
#[derive(Debug, Clone)]
pub struct Store {
    root: PathBuf,
}

impl Store {
    /// Opens the store, and makes it where there is none.
    ///
    /// # Errors
    /// When a newer rcon wrote it.
    pub fn open(paths: &Paths) -> Result<Self> {
        let root = paths.data.clone();
        // The last thing that is made: where it is, all is.
        let complete = root.join("images/oci-layout").exists();
        if !complete {
            for below in ["", "images/blobs/sha256", "images/records", "images/tags", "layers", "locks"] {
                make_directories(&root.join(below))?;
            }
        }
        format::check(&root)?;
        let store = Self { root };
        if !complete {
            layout::prepare(&store)?;
        }
        Ok(store)
    }

    /// The root of it all.
    pub fn root(&self) -> &Path {
        &self.root
    }

    fn images_directory(&self) -> PathBuf {
        self.root.join("images")
    }

    /// Held while something is added: nothing is removed meanwhile.
    pub fn lock_for_adding(&self) -> Result<Lock> {
        Lock::take(&self.root.join("locks/images.lock"), Sharing::Shared)
    }

    /// Held while something is removed: nothing is added meanwhile.
    pub fn lock_for_removing(&self) -> Result<Lock> {
        Lock::take(&self.root.join("locks/images.lock"), Sharing::Exclusive)
    }

    /// Brings everything written so far to the disk, in one go.
    pub fn sync(&self) -> Result<()> {
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        rustix::fs::open(&self.root, flags, Mode::empty())
            .and_then(syncfs)
            .map_err(io::Error::from)
            .what(|| format!("syncing {}", self.root.display()))
    }
}

/// Makes `path` and what is missing above it, for the owner alone.
fn make_directories(path: &Path) -> Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    std::fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(path)
        .what(|| format!("making {}", path.display()))
}

/// Now, as records have it: RFC 3339 with nanoseconds, UTC.
pub fn now() -> String {
    jiff::Timestamp::now().to_string()
}
