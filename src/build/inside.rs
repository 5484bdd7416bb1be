//! The build, moved into U0: only when the first step is not in the cache.

use super::bases::Bases;
use super::driver::Means;
use super::sources::path_of;
use super::trees::{Trees, unmount_below};
use super::work::Work;
use crate::engine::host::Settled;
use crate::engine::uses::BuildUse;
use crate::error::{Context, Error, Kind, Result};
use crate::userns::mapping::Mapping;
use rustix::fs::{Mode, OFlags, fstat};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::io;
use std::os::fd::{AsRawFd, OwnedFd, RawFd};
use std::path::PathBuf;

/// What there is only inside.
#[derive(Debug)]
pub struct Inside {
    /// The ids there are.
    pub mapping: Mapping,
    /// Trees of stages.
    pub trees: Trees,
    /// The build's folder.
    pub work: Work,
    /// Folders of the host as they are seen from here, by their descriptor outside.
    seen: RefCell<BTreeMap<RawFd, OwnedFd>>,
    _settled: Settled,
}

impl Inside {
    /// Moves this process, which has one thread, into U0 for good.
    pub fn enter(means: &Means<'_>, bases: &dyn Bases) -> Result<Self> {
        let uses = uses(means, bases)?;
        let (mapping, settled) = means.engine.settle()?;
        if mapping.layer_key() != means.making.map.as_str() {
            return Err(Error::new(
                Kind::Conflict,
                "the user ids of containers have changed since the build began",
            )
            .fix("build again"));
        }
        let trees = Trees::begin(means.store)?;
        let work = Work::begin(means.engine, &uses)?;
        Ok(Self { mapping, trees, work, seen: RefCell::default(), _settled: settled })
    }

    /// A way to the folder that was opened as `root` before this process came here. The kernel makes mounts only of
    /// what is opened in this mount namespace (open_tree(2), EINVAL), so it is opened again, and must be the same.
    pub fn seen(&self, root: &OwnedFd) -> Result<PathBuf> {
        let number = root.as_raw_fd();
        let mut seen = self.seen.borrow_mut();
        let again = match seen.entry(number) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(place) => {
                let again = opened_again(root).what(|| "opening a folder of the build to mount it")?;
                place.insert(again)
            }
        };
        Ok(path_of(again))
    }
}

fn opened_again(root: &OwnedFd) -> io::Result<OwnedFd> {
    let path = std::fs::read_link(path_of(root))?;
    let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let again = rustix::fs::open(&path, flags, Mode::empty())?;
    let (before, now) = (fstat(root)?, fstat(&again)?);
    match (before.st_dev, before.st_ino) == (now.st_dev, now.st_ino) {
        true => Ok(again),
        false => Err(io::Error::other(format!("{} is another folder by now", path.display()))),
    }
}

impl Drop for Inside {
    fn drop(&mut self) {
        // A place that something is mounted on cannot be removed.
        unmount_below(self.work.path());
    }
}

/// The images that the build stands on.
fn uses(means: &Means<'_>, bases: &dyn Bases) -> Result<BuildUse> {
    let (mut images, mut layers) = (Vec::new(), Vec::new());
    for base in bases.all() {
        images.push(base.id);
        let names = base.config.rootfs.diff_ids.iter();
        layers.extend(names.map(|diff_id| format!("{}-{}", diff_id.hex(), means.making.map.as_str())));
    }
    Ok(BuildUse { images, layers })
}
