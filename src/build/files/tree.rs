//! An open root, and paths below it.

use super::shown;
use crate::error::{Context, Error, Kind, Result};
use crate::sys::resolve;
use rustix::fs::{FileType, Mode, OFlags, ResolveFlags, Stat, fstat, readlinkat};
use rustix::io::Errno;
use std::collections::VecDeque;
use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::path::Path;

/// Symbolic links on one way (containerd/continuity follows as many).
const LINK_LIMIT: usize = 255;
/// Parts of one way, those of links among them.
const STEP_LIMIT: usize = 8192;
/// Nothing but what the path says, part by part.
const PLAIN: ResolveFlags = ResolveFlags::BENEATH.union(ResolveFlags::NO_SYMLINKS);

/// Whose the files of a tree are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Owners {
    /// As the file system says: a stage, an image.
    #[default]
    Kept,
    /// Root's, whoever owns them here: a build context, what was downloaded.
    Root,
}

/// An open root that nothing leads out of.
#[derive(Debug)]
pub struct Tree {
    root: OwnedFd,
    owners: Owners,
}

/// Where a path leads to.
#[derive(Debug)]
pub(super) struct Resolved {
    /// Below the root, without links, `.` and `..`; empty for the root.
    pub(super) path: Vec<u8>,
    /// What is there; never a link, unless that leads nowhere.
    pub(super) found: Option<Stat>,
    /// The links that were followed, each by its path without links.
    pub(super) links: Vec<Vec<u8>>,
}

impl Tree {
    /// A tree whose root is open already.
    pub fn new(root: OwnedFd, owners: Owners) -> Self {
        Self { root, owners }
    }

    /// Opens a directory of the host as a root.
    pub fn open(path: &Path, owners: Owners) -> Result<Self> {
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let root = rustix::fs::open(path, flags, Mode::empty())
            .map_err(io::Error::from)
            .what(|| format!("opening {}", path.display()))?;
        Ok(Self::new(root, owners))
    }

    /// User and group of a file of the tree.
    pub(super) fn owner(&self, stat: &Stat) -> (u32, u32) {
        match self.owners {
            Owners::Kept => (stat.st_uid, stat.st_gid),
            Owners::Root => (0, 0),
        }
    }

    /// What is at `path`, which has no links: neither before its end, nor is one at its end followed.
    pub(super) fn look(&self, path: &[u8]) -> rustix::io::Result<(OwnedFd, Stat)> {
        let path = if path.is_empty() { b"." } else { path };
        let fd = resolve::open(&self.root, path, OFlags::PATH | OFlags::NOFOLLOW, PLAIN)?;
        let stat = fstat(&fd)?;
        Ok((fd, stat))
    }

    /// Opens the directory at `path`, which has no links, to be read.
    pub(super) fn directory(&self, path: &[u8]) -> Result<OwnedFd> {
        let plain = if path.is_empty() { b"." } else { path };
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW;
        resolve::open(&self.root, plain, flags, PLAIN)
            .map_err(io::Error::from)
            .what(|| format!("open {}", shown(path)))
    }

    /// Opens the file at `path`, which has no links, to be read. Never waits for the other end of a pipe.
    pub(super) fn file(&self, path: &[u8]) -> Result<OwnedFd> {
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::NOCTTY;
        resolve::open(&self.root, path, flags, PLAIN)
            .map_err(io::Error::from)
            .what(|| format!("open {}", shown(path)))
    }

    /// Follows `path` from the root, over the links in it and at its end. Parts that are missing stay in the result.
    ///
    /// # Errors
    /// `too many links`, as BuildKit says it; and what the system says of a part that cannot be looked at.
    pub(super) fn resolve(&self, path: &[u8]) -> Result<Resolved> {
        let mut todo: VecDeque<Vec<u8>> = parts(path).collect();
        let mut names: Vec<Vec<u8>> = Vec::new();
        let mut links = Vec::new();
        let mut found = self.there(b"")?.map(|(_, stat)| stat);
        let mut steps = 0;
        while let Some(name) = todo.pop_front() {
            steps += 1;
            if steps > STEP_LIMIT {
                return Err(too_many_links());
            }
            match &name[..] {
                b".." => drop(names.pop()),
                _ => names.push(name),
            }
            let here = names.join(&b'/');
            let Some((fd, stat)) = self.there(&here)? else {
                found = None;
                continue;
            };
            if FileType::from_raw_mode(stat.st_mode) != FileType::Symlink {
                found = Some(stat);
                continue;
            }
            if links.len() == LINK_LIMIT {
                return Err(too_many_links());
            }
            let target = readlinkat(&fd, c"", Vec::new())
                .map_err(io::Error::from)
                .what(|| format!("readlink {}", shown(&here)))?;
            links.push(here);
            match target.as_bytes().starts_with(b"/") {
                true => names.clear(),
                false => drop(names.pop()),
            }
            found = self.there(&names.join(&b'/'))?.map(|(_, stat)| stat);
            for part in parts(target.as_bytes()).collect::<Vec<_>>().into_iter().rev() {
                todo.push_front(part);
            }
        }
        Ok(Resolved { path: names.join(&b'/'), found, links })
    }

    fn there(&self, path: &[u8]) -> Result<Option<(OwnedFd, Stat)>> {
        match self.look(path) {
            Ok(there) => Ok(Some(there)),
            Err(Errno::NOENT | Errno::NOTDIR) => Ok(None),
            Err(errno) => Err(io::Error::from(errno)).what(|| format!("lstat {}", shown(path))),
        }
    }
}

impl AsFd for Tree {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.root.as_fd()
    }
}

/// Whether it is a directory.
pub(super) fn is_directory(stat: &Stat) -> bool {
    FileType::from_raw_mode(stat.st_mode) == FileType::Directory
}

fn parts(path: &[u8]) -> impl Iterator<Item = Vec<u8>> + '_ {
    path.split(|byte| *byte == b'/').filter(|part| !matches!(part, [] | [b'.'])).map(<[u8]>::to_vec)
}

fn too_many_links() -> Error {
    Error::new(Kind::Invalid, "too many links")
}
