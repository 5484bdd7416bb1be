//! The folders of containers, and their names.
//!
//! ```text
//! containers/<64 hex>/      made as .tmp-…, renamed in when whole
//!   record.json             written once
//!   state.json              replaced by the monitor, or by whoever repairs after it
//!   name                    the container's name, replaced by `rename`
//!   lock                    flock: held by the monitor while the container runs
//!   upper/ work/            the overlay's own
//!   etc/                    hosts, hostname, resolv.conf
//!   container.log           docker's json-file layout
//! containers/.removed-…     on its way out; a killed call leaves it, the next removal takes it along
//! names/<name>              a link whose text is the id; it counts only while that container's `name` agrees
//! ```
//!
//! Locks, in this order: `locks/names` (short, around making, renaming and removing), then one `lock`.
//! Readers take none.

use crate::durable::{self, Durability, Lock, Sharing};
use crate::error::{Context, Error, Kind, Result};
use crate::ids::ContainerId;
use rustix::fs::{AtFlags, CWD, Mode, RenameFlags};
use rustix::io::Errno;
use std::io;
use std::path::{Path, PathBuf};

/// The containers of one store.
#[derive(Debug, Clone)]
pub struct Containers {
    folder: PathBuf,
    names: PathBuf,
    names_lock: PathBuf,
}

/// A folder in the making: gone unless it is committed.
#[derive(Debug)]
pub struct Draft {
    folder: PathBuf,
    committed: bool,
}

/// The lock in a container's folder.
const LOCK: &str = "lock";

impl Draft {
    /// The container's lock, which it keeps when it is committed.
    pub fn lock(&self) -> PathBuf {
        self.folder.join(LOCK)
    }

    /// Where to put what belongs to the container.
    pub fn folder(&self) -> &Path {
        &self.folder
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        if !self.committed {
            // Best effort: what stays is taken along by the next removal.
            let _ = std::fs::remove_dir_all(&self.folder);
        }
    }
}

impl Containers {
    /// The containers below `root`; makes the folders.
    pub fn open(root: &Path) -> Result<Self> {
        let opened = Self {
            folder: root.join("containers"),
            names: root.join("names"),
            names_lock: root.join("locks/names"),
        };
        if !opened.names.exists() {
            for folder in [&root.join("locks"), &opened.folder, &opened.names] {
                make_folder(folder)?;
            }
        }
        Ok(opened)
    }

    /// The folder of container `id`, there or not.
    pub fn folder(&self, id: &ContainerId) -> PathBuf {
        self.folder.join(id.to_string())
    }

    /// Begins a container: an empty folder that nobody sees yet.
    pub fn draft(&self) -> Result<Draft> {
        let folder = self.folder.join(durable::temporary_name());
        rustix::fs::mkdir(&folder, Mode::from_raw_mode(0o711))
            .map_err(io::Error::from)
            .what(|| format!("making {}", folder.display()))?;
        Ok(Draft { folder, committed: false })
    }

    /// Makes the drafted container visible under `id` and `name`. `Ok(Err(holder))` when the name is taken.
    pub fn commit(
        &self,
        mut draft: Draft,
        id: &ContainerId,
        name: &str,
        durability: Durability,
    ) -> Result<Result<(), (ContainerId, Draft)>> {
        let _lock = Lock::take(&self.names_lock, Sharing::Exclusive)?;
        if let Some(holder) = self.by_name(name)? {
            return Ok(Err((holder, draft)));
        }
        durable::draft(&draft.folder.join("name"), name.as_bytes(), 0o600, durability)?;
        if durability == Durability::PowerCut {
            durable::sync_directory(&draft.folder)?;
        }
        let renamed =
            rustix::fs::renameat_with(CWD, &draft.folder, CWD, self.folder(id), RenameFlags::NOREPLACE);
        renamed.map_err(io::Error::from).what(|| format!("making container {}", id.short()))?;
        draft.committed = true;
        self.link(name, id)?;
        if durability == Durability::PowerCut {
            durable::sync_directory(&self.folder)?;
        }
        Ok(Ok(()))
    }

    /// Points `names/<name>` at `id`, over a link that nobody stands behind.
    fn link(&self, name: &str, id: &ContainerId) -> Result<()> {
        let link = self.names.join(name);
        let target = id.to_string();
        let made = match rustix::fs::symlink(&target, &link) {
            Err(Errno::EXIST) => rustix::fs::unlinkat(CWD, &link, AtFlags::empty())
                .and_then(|()| rustix::fs::symlink(&target, &link)),
            made => made,
        };
        made.map_err(io::Error::from).what(|| format!("naming a container `{name}`"))
    }

    /// The container called `name`.
    pub fn by_name(&self, name: &str) -> Result<Option<ContainerId>> {
        if name.contains('/') || name.is_empty() || name.starts_with('.') {
            return Ok(None);
        }
        let target = match rustix::fs::readlink(self.names.join(name), Vec::new()) {
            Ok(target) => target,
            Err(Errno::NOENT | Errno::INVAL | Errno::NAMETOOLONG) => return Ok(None),
            Err(errno) => return Err(io::Error::from(errno)).what(|| format!("reading the name `{name}`")),
        };
        let id = target.to_str().ok().and_then(ContainerId::parse);
        Ok(id.filter(|id| self.name(id).as_deref() == Some(name)))
    }

    /// The name of container `id`; `None` when there is no such container.
    pub fn name(&self, id: &ContainerId) -> Option<String> {
        std::fs::read_to_string(self.folder(id).join("name")).ok()
    }

    /// All ids, in no order.
    pub fn ids(&self) -> Result<Vec<ContainerId>> {
        let entries =
            std::fs::read_dir(&self.folder).what(|| format!("reading {}", self.folder.display()))?;
        Ok(entries.filter_map(|entry| ContainerId::parse(entry.ok()?.file_name().to_str()?)).collect())
    }

    /// The container that `word` names: its name, its id, or the beginning of its id.
    ///
    /// # Errors
    /// [`Kind::NotFound`], or [`Kind::Usage`] when several begin so; both in docker's words.
    pub fn find(&self, word: &str) -> Result<ContainerId> {
        if let Some(id) = ContainerId::parse(word).filter(|id| self.folder(id).exists()) {
            return Ok(id);
        }
        let name = word.strip_prefix('/').unwrap_or(word);
        if let Some(id) = self.by_name(name)? {
            return Ok(id);
        }
        let none = || Error::new(Kind::NotFound, format!("No such container: {word}"));
        if word.is_empty() || !word.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')) {
            return Err(none());
        }
        let mut matches = self.ids()?.into_iter().filter(|id| id.to_string().starts_with(word));
        match (matches.next(), matches.next()) {
            (Some(id), None) => Ok(id),
            (Some(_), Some(_)) => {
                Err(Error::usage(format!("multiple IDs found with provided prefix: {word}"))
                    .fix("type more digits of the id"))
            }
            (None, _) => Err(none()),
        }
    }

    /// Gives container `id` another name. `Ok(Err(holder))` when it is taken.
    pub fn rename(&self, id: &ContainerId, name: &str) -> Result<Result<(), ContainerId>> {
        let _lock = Lock::take(&self.names_lock, Sharing::Exclusive)?;
        if let Some(holder) = self.by_name(name)? {
            return Ok(Err(holder));
        }
        let before = self.name(id);
        durable::write(&self.folder(id).join("name"), name.as_bytes())?;
        self.link(name, id)?;
        if let Some(before) = before {
            self.unlink(&before);
        }
        Ok(Ok(()))
    }

    fn unlink(&self, name: &str) {
        // A link that stays counts for nothing: nobody's `name` agrees with it.
        let _ = rustix::fs::unlinkat(CWD, self.names.join(name), AtFlags::empty());
    }

    /// Takes container `id` out of sight, at once, and gives the folder that is left to delete.
    pub fn retire(&self, id: &ContainerId) -> Result<PathBuf> {
        let _lock = Lock::take(&self.names_lock, Sharing::Exclusive)?;
        let retired = self.folder.join(format!(".removed-{id}"));
        rustix::fs::rename(self.folder(id), &retired)
            .map_err(io::Error::from)
            .what(|| format!("removing container {}", id.short()))?;
        Ok(retired)
    }

    /// Takes away the name of the container that was retired to `retired`, unless another has it by now.
    /// Until then the name is free all the same: a link counts only while its container's `name` agrees.
    pub fn forget_name(&self, id: &ContainerId, retired: &Path) -> Result<()> {
        let Ok(name) = std::fs::read_to_string(retired.join("name")) else { return Ok(()) };
        let _lock = Lock::take(&self.names_lock, Sharing::Exclusive)?;
        if self.names_point_to(&name, id) {
            self.unlink(&name);
        }
        Ok(())
    }

    fn names_point_to(&self, name: &str, id: &ContainerId) -> bool {
        rustix::fs::readlink(self.names.join(name), Vec::new())
            .is_ok_and(|target| target.to_bytes() == id.to_string().as_bytes())
    }

    /// What killed calls left: retired folders, and drafts whose maker is gone.
    pub fn leftovers(&self) -> Vec<PathBuf> {
        let Ok(entries) = std::fs::read_dir(&self.folder) else { return Vec::new() };
        entries
            .flatten()
            .filter(|entry| entry.file_name().to_str().is_some_and(is_leftover))
            .map(|entry| entry.path())
            .collect()
    }

    /// The lock of container `id`: held by its monitor, and by whoever starts, repairs or removes it.
    pub fn lock(&self, id: &ContainerId) -> PathBuf {
        self.folder(id).join(LOCK)
    }
}

/// `.removed-…`, or `.tmp-<pid>-…` of a process that is no more.
pub(super) fn is_leftover(name: &str) -> bool {
    if name.starts_with(".removed-") {
        return true;
    }
    let maker = name.strip_prefix(".tmp-").and_then(|rest| rest.split('-').next());
    maker.is_some_and(|pid| !Path::new("/proc").join(pid).exists())
}

fn make_folder(folder: &Path) -> Result<()> {
    match rustix::fs::mkdir(folder, Mode::from_raw_mode(0o700)) {
        Ok(()) | Err(Errno::EXIST) => Ok(()),
        Err(errno) => Err(io::Error::from(errno)).what(|| format!("making {}", folder.display())),
    }
}
