//! The directories of a layer in the making, by descriptor.
//!
//! Every parent is opened once by openat2(2) inside the root and kept while it is in use; what a
//! symbolic link inside the layer says is resolved inside the root, as the container will see it.
//! Making files changes a directory's time, so each open directory remembers the time it must have
//! and gets it back when it is let go. Memory and descriptors are bounded, whatever the layer holds.

use super::invalid;
use super::names::join;
use super::pax::Moment;
use super::whiteouts::{is_whiteout, make_opaque};
use crate::durable::temporary_name;
use crate::error::{Context, Error, Kind, Result};
use crate::storage::skeleton;
use crate::sys::resolve;
use rustix::fs::{
    AtFlags, Dir, FileType, Mode, OFlags, RenameFlags, ResolveFlags, Timespec, Timestamps, fstat, futimens,
    mkdirat, openat, renameat_with, statat, unlinkat,
};
use rustix::io::Errno;
use std::cell::Cell;
use std::collections::HashMap;
use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::rc::Rc;

/// Directories kept open.
const OPEN_LIMIT: usize = 128;
/// Directories inside each other in what is replaced.
const DEPTH_LIMIT: usize = 300;

/// How a directory is opened: nothing but a directory, never a symbolic link at its end.
const DIRECTORY: OFlags =
    OFlags::RDONLY.union(OFlags::DIRECTORY).union(OFlags::NOFOLLOW).union(OFlags::CLOEXEC);

/// An open directory of the layer. Let go, it has the time it must have.
#[derive(Debug)]
pub(super) struct Directory {
    fd: OwnedFd,
    inode: u64,
    /// Below the root, without symbolic links; empty for the root.
    path: Vec<u8>,
    mtime: Cell<Timespec>,
}

impl Directory {
    fn open(fd: OwnedFd, path: Vec<u8>) -> Result<Self> {
        let stat = fstat(&fd).map_err(io::Error::from).what(|| "looking at a directory")?;
        let mtime = Timespec { tv_sec: stat.st_mtime, tv_nsec: stat.st_mtime_nsec as _ };
        Ok(Self { fd, inode: stat.st_ino, path, mtime: Cell::new(mtime) })
    }

    /// Below the root, without symbolic links; empty for the root.
    pub(super) fn path(&self) -> &[u8] {
        &self.path
    }

    /// Lets its times be what they are.
    fn leave_times(&self) {
        self.mtime.set(Timespec { tv_sec: 0, tv_nsec: rustix::fs::UTIME_OMIT });
    }

    /// Says which time it must have in the end.
    pub(super) fn set_mtime(&self, mtime: Moment) {
        self.mtime.set(timespec(mtime));
    }
}

impl AsFd for Directory {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.fd.as_fd()
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        let time = self.mtime.get();
        // A directory with a wrong time is no reason to lose the layer.
        let _ = futimens(&self.fd, &Timestamps { last_access: time, last_modification: time });
    }
}

/// The kernel's form of a time.
pub(super) fn timespec(moment: Moment) -> Timespec {
    Timespec { tv_sec: moment.seconds, tv_nsec: moment.nanoseconds.into() }
}

/// What becomes of what is replaced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Replaced {
    /// A file goes; a directory waits in the trash.
    Removed,
    /// It goes with all that is in it: the tree is a mount that no rename leads out of.
    Emptied,
    /// It stays in the trash, a file under the name that [`skeleton`] looks for.
    Kept,
}

/// A layer's root, its open directories, and a place for what is replaced.
#[derive(Debug)]
pub(super) struct Tree {
    root: Rc<Directory>,
    /// Takes replaced directories: renamed away in one step, removed by the caller in the end.
    trash: OwnedFd,
    replaced: Replaced,
    /// By their path in the archive, which may lead over symbolic links; with the time of last use.
    open: HashMap<Vec<u8>, (Rc<Directory>, u64)>,
    clock: u64,
    /// Nothing is changed, and so no time has to be put back.
    only_read: bool,
    /// The time of directories that are only implied; `None` is now.
    implied: Option<Moment>,
}

impl Tree {
    pub(super) fn new(root: OwnedFd, trash: OwnedFd, replaced: Replaced) -> Result<Self> {
        let root = Rc::new(Directory::open(root, Vec::new())?);
        let implied = Some(Moment::default());
        Ok(Self { root, trash, replaced, open: HashMap::new(), clock: 0, only_read: false, implied })
    }

    /// A tree that has files already. Directories that were there keep their times.
    pub(super) fn over(root: OwnedFd, implied: Option<Moment>) -> Result<Self> {
        let trash = root.try_clone().what(|| "opening a directory")?;
        Ok(Self { implied, ..Self::new(root, trash, Replaced::Emptied)? })
    }

    /// A tree that is only looked at.
    pub(super) fn reading(root: OwnedFd) -> Result<Self> {
        let trash = root.try_clone().what(|| "opening a layer")?;
        let tree = Self { only_read: true, ..Self::new(root, trash, Replaced::Removed)? };
        tree.root.leave_times();
        Ok(tree)
    }

    pub(super) fn root(&self) -> Rc<Directory> {
        Rc::clone(&self.root)
    }

    /// The directory at `path`, if it is there.
    pub(super) fn find(&mut self, path: &[u8]) -> Result<Option<Rc<Directory>>> {
        if let Some(known) = self.known(path) {
            return Ok(Some(known));
        }
        match self.open_in_root(path) {
            Ok((fd, real)) => self.keep(path, fd, real).map(Some),
            Err(Errno::NOENT) => Ok(None),
            Err(Errno::NOTDIR) => Err(invalid("a file below something that is not a directory")),
            Err(Errno::LOOP) => Err(invalid("a file below a loop of symbolic links")),
            Err(errno) => Err(io::Error::from(errno)).what(|| "opening a directory of the layer"),
        }
    }

    /// The directory at `path`; parts that are missing are made, and counted in `made`.
    pub(super) fn find_or_make(&mut self, path: &[u8], made: &mut u64) -> Result<Rc<Directory>> {
        if let Some(known) = self.known(path) {
            return Ok(known);
        }
        if let Ok((fd, real)) = self.open_in_root(path) {
            return self.keep(path, fd, real);
        }
        let mut directory = self.root();
        let ends = path.iter().enumerate().filter(|(_, byte)| **byte == b'/').map(|(index, _)| index);
        for end in ends.chain([path.len()]) {
            let prefix = &path[..end];
            let name = &prefix[prefix.iter().rposition(|byte| *byte == b'/').map_or(0, |slash| slash + 1)..];
            directory = match self.known(prefix) {
                Some(known) => known,
                None => self.step(&directory, prefix, name, made)?,
            };
        }
        Ok(directory)
    }

    /// One part of a path: opened, or made when it is missing. A symbolic link is left to the kernel.
    fn step(
        &mut self,
        parent: &Directory,
        path: &[u8],
        name: &[u8],
        made: &mut u64,
    ) -> Result<Rc<Directory>> {
        match openat(parent, name, DIRECTORY, Mode::empty()) {
            Ok(fd) => self.keep(path, fd, join(&parent.path, name)),
            Err(Errno::NOENT) => {
                *made += 1;
                self.make_implied(parent, path, name)
            }
            Err(Errno::NOTDIR) if self.look(parent, name)?.as_ref().is_some_and(is_whiteout) => {
                self.clear(parent, name)?;
                let directory = self.make_implied(parent, path, name)?;
                make_opaque(&directory)?;
                Ok(directory)
            }
            Err(_) => {
                self.find(path)?.ok_or_else(|| invalid("a file below a symbolic link that leads nowhere"))
            }
        }
    }

    /// A directory that the archive names only as part of a path.
    fn make_implied(&mut self, parent: &Directory, path: &[u8], name: &[u8]) -> Result<Rc<Directory>> {
        let directory = self.make(parent, path, name)?;
        let mode = Mode::from_raw_mode(0o755);
        rustix::fs::fchmod(&*directory, mode).map_err(io::Error::from).what(|| "making a directory")?;
        self.implied.inspect(|time| directory.set_mtime(*time));
        Ok(directory)
    }

    /// Makes a directory that is not there, for its owner alone.
    pub(super) fn make(&mut self, parent: &Directory, path: &[u8], name: &[u8]) -> Result<Rc<Directory>> {
        let made = mkdirat(parent, name, Mode::from_raw_mode(0o700));
        made.map_err(io::Error::from).what(|| "making a directory")?;
        self.open_child(parent, path, name)
    }

    /// Opens the directory `name`, which is no symbolic link, in `parent`.
    pub(super) fn open_child(
        &mut self,
        parent: &Directory,
        path: &[u8],
        name: &[u8],
    ) -> Result<Rc<Directory>> {
        let fd = openat(parent, name, DIRECTORY, Mode::empty())
            .map_err(io::Error::from)
            .what(|| "opening a directory")?;
        self.keep(path, fd, join(&parent.path, name))
    }

    /// What is at `name` in `parent`, links not followed.
    pub(super) fn look(&self, parent: &Directory, name: &[u8]) -> Result<Option<rustix::fs::Stat>> {
        match statat(parent, name, AtFlags::SYMLINK_NOFOLLOW) {
            Ok(stat) => Ok(Some(stat)),
            Err(Errno::NOENT) => Ok(None),
            Err(errno) => Err(io::Error::from(errno)).what(|| "looking at a file of the layer"),
        }
    }

    /// Takes away what is at `name` in `parent`, whatever it is.
    pub(super) fn clear(&mut self, parent: &Directory, name: &[u8]) -> Result<()> {
        let Some(stat) = self.look(parent, name)? else { return Ok(()) };
        let cleared = match FileType::from_raw_mode(stat.st_mode) {
            FileType::Directory if self.replaced == Replaced::Emptied => {
                self.open.clear();
                return remove(parent.as_fd(), name, DEPTH_LIMIT);
            }
            FileType::Directory => {
                // Paths that led through it lead elsewhere from now on.
                self.open.clear();
                renameat_with(parent, name, &self.trash, temporary_name(), RenameFlags::empty())
            }
            FileType::RegularFile if self.replaced == Replaced::Kept => {
                let kept = skeleton::name_of(stat.st_ino);
                match renameat_with(parent, name, &self.trash, kept, RenameFlags::NOREPLACE) {
                    // By another of its names it is there already.
                    Err(Errno::EXIST) => unlinkat(parent, name, AtFlags::empty()),
                    renamed => renamed,
                }
            }
            kind => {
                if kind == FileType::Symlink {
                    self.open.clear();
                }
                unlinkat(parent, name, AtFlags::empty())
            }
        };
        cleared.map_err(io::Error::from).what(|| "replacing a file of the layer")
    }

    fn known(&mut self, path: &[u8]) -> Option<Rc<Directory>> {
        if path.is_empty() {
            return Some(self.root());
        }
        self.clock += 1;
        let (directory, used) = self.open.get_mut(path)?;
        *used = self.clock;
        Some(Rc::clone(directory))
    }

    /// Keeps a descriptor as the directory at `path`; the one used longest ago is let go for it.
    fn keep(&mut self, path: &[u8], fd: OwnedFd, real: Vec<u8>) -> Result<Rc<Directory>> {
        let fresh = Directory::open(fd, real)?;
        if self.only_read {
            fresh.leave_times();
        }
        // Two paths may lead to one directory; it has one time to remember.
        let known = std::iter::once(&self.root)
            .chain(self.open.values().map(|(directory, _)| directory))
            .find(|known| known.inode == fresh.inode)
            .cloned();
        let directory = match known {
            Some(known) => {
                fresh.leave_times();
                known
            }
            None => Rc::new(fresh),
        };
        if self.open.len() >= OPEN_LIMIT {
            let oldest = self.open.iter().min_by_key(|(_, (_, used))| *used).map(|(path, _)| path.clone());
            oldest.and_then(|path| self.open.remove(&path));
        }
        self.clock += 1;
        self.open.insert(path.to_vec(), (Rc::clone(&directory), self.clock));
        Ok(directory)
    }

    /// Opens `path` inside the root; with its path without symbolic links.
    fn open_in_root(&self, path: &[u8]) -> rustix::io::Result<(OwnedFd, Vec<u8>)> {
        let plain = ResolveFlags::BENEATH | ResolveFlags::NO_SYMLINKS | ResolveFlags::NO_XDEV;
        // Here NO_SYMLINKS answers for the end of the path as well, and tells a link (LOOP) from a file.
        let follow = DIRECTORY.difference(OFlags::NOFOLLOW);
        match resolve::open(&*self.root, path, follow, plain) {
            Ok(fd) => return Ok((fd, path.to_vec())),
            Err(Errno::LOOP) => {}
            Err(errno) => return Err(errno),
        }
        let in_root = ResolveFlags::IN_ROOT | ResolveFlags::NO_MAGICLINKS | ResolveFlags::NO_XDEV;
        let fd = resolve::open(&*self.root, path, follow, in_root)?;
        let real = real_path(&fd).zip(real_path(&*self.root)).and_then(|(path, root)| {
            let below = path.strip_prefix(&root[..])?;
            Some(below.strip_prefix(b"/").unwrap_or(below).to_vec())
        });
        Ok((fd, real.unwrap_or_else(|| path.to_vec())))
    }
}

/// Removes the directory `name` and all in it, which is on one file system and not a stranger's to change meanwhile.
fn remove(parent: BorrowedFd<'_>, name: &[u8], depth: usize) -> Result<()> {
    let depth = depth.checked_sub(1).ok_or_else(|| invalid("directories too deep inside each other"))?;
    let system = |errno: Errno| Error::new(Kind::System, "replacing a directory").why(io::Error::from(errno));
    let directory = openat(parent, name, DIRECTORY, Mode::empty()).map_err(system)?;
    let mut names = Vec::new();
    for entry in Dir::read_from(&directory).map_err(system)? {
        names.push(entry.map_err(system)?.file_name().to_bytes().to_vec());
    }
    for child in names.iter().filter(|child| !matches!(&child[..], b"." | b"..")) {
        match unlinkat(&directory, &child[..], AtFlags::empty()) {
            Err(Errno::ISDIR) => remove(directory.as_fd(), child, depth)?,
            result => result.map_err(system)?,
        }
    }
    unlinkat(parent, name, AtFlags::REMOVEDIR).map_err(system)
}

/// Where a descriptor is, as proc(5) tells it. For records only, never to open anything.
fn real_path(fd: impl AsFd) -> Option<Vec<u8>> {
    use std::os::fd::AsRawFd;
    let link = format!("/proc/self/fd/{}", fd.as_fd().as_raw_fd());
    rustix::fs::readlink(link, Vec::new()).ok().map(std::ffi::CString::into_bytes)
}

/// What `errno` of a write means, where that is known.
pub(super) fn writing(errno: io::Error) -> Error {
    match Errno::from_io_error(&errno) {
        Some(Errno::NOSPC) => Error::new(Kind::Denied, "no space left for the image's files")
            .fix("make room, for example with: rcon image prune"),
        Some(Errno::DQUOT) => {
            Error::new(Kind::Denied, "the disk quota ends before the image does").why(errno)
        }
        _ => Error::new(Kind::System, "writing a file of the layer").why(errno),
    }
}
