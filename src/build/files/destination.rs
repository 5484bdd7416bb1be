//! Where copies go: the destination of an instruction, made where it is missing.

use super::chmod::Chmod;
use super::owner::Owner;
use super::tree::{Tree, is_directory};
use super::{join, shown};
use crate::error::{Context, Error, Kind, Result};
use rustix::fs::{
    AtFlags, Gid, Mode, OFlags, Stat, Timespec, Timestamps, Uid, chownat, fchmod, fchown, futimens, mkdirat,
    openat, utimensat,
};
use rustix::io::Errno;
use std::io;
use std::os::fd::{AsFd, OwnedFd};

/// Mode of directories that are only implied.
const IMPLIED: u32 = 0o755;

/// What becomes of owners.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Ownership {
    /// Files get the owners they should have: the ids are mapped in this user namespace.
    #[default]
    Applied,
    /// All is the caller's: only one id is mapped.
    Ignored,
}

/// How copies are put where they go.
#[derive(Debug, Clone, Copy, Default)]
pub struct Placing<'a> {
    /// From the root of the tree; a slash at the end, and only that, says that it is a directory.
    pub destination: &'a str,
    /// `--chown`; without it files keep their owners.
    pub owner: Option<Owner>,
    /// `--chmod`; without it files keep their modes.
    pub mode: Option<&'a Chmod>,
    /// Seconds since 1970 that everything made gets; without it files keep their times.
    pub time: Option<i64>,
    /// Whether owners are set at all.
    pub ownership: Ownership,
    /// `ADD`: an archive is unpacked.
    pub unpack: bool,
}

impl Placing<'_> {
    /// Gives `file`, which is open, an owner and then a mode: a change of owner takes set-id bits away.
    pub(super) fn dress(&self, file: impl AsFd, owner: (u32, u32), mode: u32) -> Result<()> {
        let (uid, gid) = self.owner_of(owner);
        if self.ownership == Ownership::Applied {
            fchown(file.as_fd(), Some(uid), Some(gid)).map_err(|errno| chown_error(errno, uid, gid))?;
        }
        fchmod(file, Mode::from_raw_mode(mode)).map_err(writing)
    }

    /// The same for `name` in `directory`, which cannot be opened: a link, which has no mode, a pipe or a device.
    pub(super) fn dress_at(
        &self,
        directory: impl AsFd,
        name: &[u8],
        owner: (u32, u32),
        mode: Option<u32>,
    ) -> Result<()> {
        let (uid, gid) = self.owner_of(owner);
        let directory = directory.as_fd();
        if self.ownership == Ownership::Applied {
            chownat(directory, name, Some(uid), Some(gid), AtFlags::SYMLINK_NOFOLLOW)
                .map_err(|errno| chown_error(errno, uid, gid))?;
        }
        match mode {
            // The kernel follows links here, but this was just made, and nobody else writes to the tree.
            Some(mode) => rustix::fs::chmodat(directory, name, Mode::from_raw_mode(mode), AtFlags::empty())
                .map_err(writing),
            None => Ok(()),
        }
    }

    /// The mode of a copy of what had `mode`.
    pub(super) fn mode_of(&self, mode: u32, directory: bool) -> u32 {
        let mode = mode & 0o7777;
        self.mode.map_or(mode, |chmod| chmod.apply(mode, directory))
    }

    /// The times of a copy of what has `stat`.
    pub(super) fn times_of(&self, stat: &Stat) -> Timestamps {
        #[expect(clippy::unnecessary_cast, reason = "the fields differ between architectures")]
        let kept = Timespec { tv_sec: stat.st_mtime as i64, tv_nsec: stat.st_mtime_nsec as _ };
        let time = self.time.map_or(kept, seconds);
        Timestamps { last_access: time, last_modification: time }
    }

    /// Puts the times on an open file.
    pub(super) fn date(&self, file: impl AsFd, stat: &Stat) -> Result<()> {
        futimens(file, &self.times_of(stat)).map_err(writing)
    }

    /// Puts the times on what cannot be opened.
    pub(super) fn date_at(&self, directory: impl AsFd, name: &[u8], stat: &Stat) -> Result<()> {
        utimensat(directory, name, &self.times_of(stat), AtFlags::SYMLINK_NOFOLLOW).map_err(writing)
    }

    fn owner_of(&self, (uid, gid): (u32, u32)) -> (Uid, Gid) {
        let owner = self.owner.unwrap_or(Owner { uid, gid });
        // 2^32-1 means "unchanged" to the kernel, and is no id.
        let id = |number: u32| if number == u32::MAX { 0 } else { number };
        (Uid::from_raw(id(owner.uid)), Gid::from_raw(id(owner.gid)))
    }
}

/// The place of one instruction in the tree that is built.
#[derive(Debug)]
pub(super) struct Destination<'a> {
    pub(super) tree: &'a Tree,
    pub(super) how: &'a Placing<'a>,
    /// Directories that were made because they were missing, by their paths.
    made: Vec<Vec<u8>>,
    /// Their mode.
    implied: u32,
}

/// Where a file that is no directory goes.
#[derive(Debug)]
pub(super) struct FilePlace {
    /// The directory it is made in.
    pub(super) directory: OwnedFd,
    /// That directory's path, without links.
    pub(super) parent: Vec<u8>,
    /// Its name there.
    pub(super) name: Vec<u8>,
}

impl<'a> Destination<'a> {
    pub(super) fn new(tree: &'a Tree, how: &'a Placing<'a>) -> Self {
        Self { tree, how, made: Vec::new(), implied: implied(how) }
    }

    /// Makes the directory that the content of a directory goes to, and opens it.
    pub(super) fn for_directory(&mut self) -> Result<(OwnedFd, Vec<u8>)> {
        let resolved = self.resolve()?;
        if resolved.1.as_ref().is_some_and(|stat| !is_directory(stat)) {
            let what = format!("cannot copy to non-directory: {}", shown(&resolved.0));
            return Err(Error::new(Kind::Conflict, what));
        }
        Ok((self.make_all(&resolved.0)?, resolved.0))
    }

    /// Makes the directory that an archive is unpacked to, and opens it.
    pub(super) fn for_archive(&mut self) -> Result<OwnedFd> {
        let path = self.tree.resolve(self.how.destination.as_bytes())?.path;
        // Archives, and what is made for them, know nothing of --chmod.
        self.implied = IMPLIED;
        let made = self.make_all(&path);
        self.implied = implied(self.how);
        made
    }

    /// Makes what is missing above a file called `name`, and says where it goes: into the destination, if that is
    /// a directory, else to its very place.
    pub(super) fn for_file(&mut self, name: &[u8]) -> Result<FilePlace> {
        let (path, found) = self.resolve()?;
        let path = match found.as_ref().is_some_and(is_directory) {
            true => join(&path, name),
            false => path,
        };
        let (parent, name) = super::split_last(&path);
        if matches!(name, b"" | b"." | b"..") {
            return Err(Error::new(Kind::Invalid, format!("no name for a file at {}", shown(&path))));
        }
        Ok(FilePlace { directory: self.make_all(parent)?, parent: parent.to_vec(), name: name.to_vec() })
    }

    /// Gives directories that were made on the way the time that all gets.
    pub(super) fn finish(&mut self) -> Result<()> {
        let Some(time) = self.how.time.map(seconds) else { return Ok(()) };
        for path in self.made.drain(..) {
            let directory = self.tree.directory(&path)?;
            futimens(&directory, &Timestamps { last_access: time, last_modification: time })
                .map_err(writing)?;
        }
        Ok(())
    }

    /// Makes what the destination says to be a directory, and follows it to where it leads.
    fn resolve(&mut self) -> Result<(Vec<u8>, Option<Stat>)> {
        let destination = self.how.destination.as_bytes();
        let (above, name) = super::split_last(destination);
        let directory = if matches!(name, b"" | b".") { destination } else { above };
        let path = self.tree.resolve(directory)?.path;
        self.make_all(&path)?;
        let resolved = self.tree.resolve(destination)?;
        Ok((resolved.path, resolved.found))
    }

    /// Opens the directory at `path`, which has no links; parts that are missing are made.
    fn make_all(&mut self, path: &[u8]) -> Result<OwnedFd> {
        let mut directory = self.tree.directory(b"")?;
        let mut length = 0;
        for name in path.split(|byte| *byte == b'/').filter(|name| !name.is_empty()) {
            length += usize::from(length > 0) + name.len();
            directory = self.step(&directory, name, &path[..length])?;
        }
        Ok(directory)
    }

    fn step(&mut self, parent: &OwnedFd, name: &[u8], path: &[u8]) -> Result<OwnedFd> {
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        match openat(parent, name, flags, Mode::empty()) {
            Err(Errno::NOENT) => {}
            Err(Errno::NOTDIR | Errno::LOOP) => {
                return Err(Error::new(Kind::Conflict, format!("mkdir {}: not a directory", shown(path))));
            }
            opened => return opened.map_err(io::Error::from).what(|| format!("open {}", shown(path))),
        }
        let making = || format!("mkdir {}", shown(path));
        mkdirat(parent, name, Mode::from_raw_mode(0o700)).map_err(io::Error::from).what(making)?;
        let made = openat(parent, name, flags, Mode::empty()).map_err(io::Error::from).what(making)?;
        self.how.dress(&made, (0, 0), self.implied)?;
        self.made.push(path.to_vec());
        Ok(made)
    }
}

/// Only an octal `--chmod` is for implied directories too.
fn implied(how: &Placing<'_>) -> u32 {
    match how.mode {
        Some(Chmod::Octal(mode)) => *mode,
        _ => IMPLIED,
    }
}

fn seconds(time: i64) -> Timespec {
    Timespec { tv_sec: time, tv_nsec: 0 }
}

fn chown_error(errno: Errno, uid: Uid, gid: Gid) -> Error {
    let what = format!("giving a file to {}:{}", uid.as_raw(), gid.as_raw());
    match errno {
        Errno::INVAL => Error::new(Kind::Denied, what)
            .because("the owner is outside of your subordinate ids")
            .fix("give yourself more with: sudo usermod --add-subuids FIRST-LAST --add-subgids FIRST-LAST $USER"),
        _ => Error::new(Kind::Denied, what).why(io::Error::from(errno)),
    }
}

/// What a failure to write means, where that is known.
pub(super) fn writing(errno: Errno) -> Error {
    match errno {
        Errno::NOSPC => Error::new(Kind::Denied, "no space left for the files of the build")
            .fix("make room, for example with: rcon builder prune"),
        Errno::DQUOT => Error::new(Kind::Denied, "the disk quota ends before the files of the build do")
            .why(io::Error::from(errno)),
        _ => Error::new(Kind::System, "writing a file of the build").why(io::Error::from(errno)),
    }
}
