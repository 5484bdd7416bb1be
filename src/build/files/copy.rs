//! A selection, copied into the tree that is built.
//!
//! | the source is | and the destination | then |
//! |---|---|---|
//! | a directory | is missing or a directory | its content goes there, into what is there |
//! | a directory | is a file | error |
//! | a file | ends with a slash, or is a directory | it goes into it under its own name |
//! | a file | is anything else | it takes its place |
//!
//! | below | is there as a directory | is there as anything else |
//! |---|---|---|
//! | a directory | merged; gets the source's mode, owner and time | error: `cannot copy to non-directory` |
//! | anything else | error: `cannot replace to directory` | replaced; a link is not followed |

use super::archive;
use super::attributes;
use super::contents;
use super::destination::{Destination, Placing, writing};
use super::select::{Pick, Selection};
use super::tree::{Tree, is_directory};
use super::walk::{Entry, Visitor, unfit, walk};
use super::{join, shown, split_last};
use crate::error::{Context, Error, Kind, Result};
use rustix::fs::{
    AtFlags, FileType, Mode, OFlags, Stat, fchmod, fstat, linkat, mkdirat, mknodat, openat, readlinkat,
    symlinkat, unlinkat,
};
use rustix::io::Errno;
use std::collections::HashMap;
use std::ffi::CString;
use std::fs::File;
use std::io;
use std::os::fd::{AsFd, OwnedFd};

/// Entries left out that are named; the rest is counted.
pub(super) const NAMED_SKIPS: usize = 64;

/// What was copied.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Copied {
    /// Files, directories and all else.
    pub entries: u64,
    /// Bytes of files.
    pub bytes: u64,
    /// What was left out, and why: the first 64.
    pub skipped: Vec<String>,
    /// How many were left out.
    pub skipped_count: u64,
}

impl Copied {
    pub(super) fn skip(&mut self, path: &str, why: &str) {
        self.skipped_count += 1;
        if self.skipped.len() < NAMED_SKIPS {
            self.skipped.push(format!("{path}: {why}"));
        }
    }
}

/// Copies `selection` of `source` into `target`.
///
/// # Errors
/// [`Kind::Conflict`] in BuildKit's words where the target has something that cannot be replaced; what was copied by
/// then stays.
pub fn copy(source: &Tree, selection: &Selection, target: &Tree, how: &Placing<'_>) -> Result<Copied> {
    let mut done = Copied::default();
    let mut destination = Destination::new(target, how);
    let mut buffer = Vec::new();
    for pick in &selection.picks {
        copy_pick(source, pick, &mut destination, &mut done, &mut buffer)?;
    }
    destination.finish()?;
    Ok(done)
}

fn copy_pick(
    source: &Tree,
    pick: &Pick,
    destination: &mut Destination<'_>,
    done: &mut Copied,
    buffer: &mut Vec<u8>,
) -> Result<()> {
    let looked = source.look(&pick.path).map_err(io::Error::from);
    let (_, stat) = looked.what(|| format!("lstat {}", shown(&pick.named)))?;
    if is_directory(&stat) {
        return copy_directory(source, pick, stat, destination, done, buffer);
    }
    if let Some(why) = unfit(&stat) {
        done.skip(&shown(&pick.named), why);
        return Ok(());
    }
    if destination.how.unpack && FileType::from_raw_mode(stat.st_mode) == FileType::RegularFile {
        let file = File::from(source.file(&pick.path)?);
        if archive::is_archive(&file)? {
            return archive::unpack(&file, &shown(&pick.named), destination, done);
        }
    }
    let place = destination.for_file(split_last(&pick.named).1)?;
    let (parent, name) = split_last(&pick.path);
    let directory = source.directory(parent)?;
    let name = CString::new(name).what(|| "a name with a NUL byte")?;
    let mut copier = Copier::new(source, destination, place.parent, done, buffer);
    copier.levels.push(Level { own: place.directory, dress: false });
    copier.leaf(&Entry {
        directory: directory.as_fd(),
        name: &name,
        relative: &place.name,
        stat: &stat,
        own: None,
        wanted: true,
    })
}

fn copy_directory(
    source: &Tree,
    pick: &Pick,
    stat: Stat,
    destination: &mut Destination<'_>,
    done: &mut Copied,
    buffer: &mut Vec<u8>,
) -> Result<()> {
    let (root, path) = destination.for_directory()?;
    let own = source.directory(&pick.path)?;
    let verdict = pick.filter.source(&pick.path);
    let mut copier = Copier::new(source, destination, path, done, buffer);
    copier.root = Some(root);
    walk(own, stat, &pick.path, verdict, &pick.filter, &mut copier)
}

/// A directory of the target that is written to.
#[derive(Debug)]
struct Level {
    own: OwnedFd,
    /// It is to become as its source is.
    dress: bool,
}

/// Copies one source.
struct Copier<'a> {
    source: &'a Tree,
    target: &'a Tree,
    how: &'a Placing<'a>,
    done: &'a mut Copied,
    buffer: &'a mut Vec<u8>,
    /// Where the content of a directory goes, until its walk begins.
    root: Option<OwnedFd>,
    levels: Vec<Level>,
    /// Where the source goes, without links.
    base: Vec<u8>,
    /// Files with several names, by device and inode of the source: where the first copy is.
    links: HashMap<(u64, u64), Vec<u8>>,
}

impl<'a> Copier<'a> {
    fn new(
        source: &'a Tree,
        destination: &Destination<'a>,
        base: Vec<u8>,
        done: &'a mut Copied,
        buffer: &'a mut Vec<u8>,
    ) -> Self {
        Self {
            source,
            target: destination.tree,
            how: destination.how,
            done,
            buffer,
            root: None,
            levels: Vec::new(),
            base,
            links: HashMap::new(),
        }
    }

    /// Where the copy of an entry is, from the root of the target.
    fn place(&self, entry: &Entry<'_>) -> Vec<u8> {
        join(&self.base, entry.relative)
    }

    fn parent(&self) -> Result<&OwnedFd> {
        let level = self.levels.last();
        level.map(|level| &level.own).ok_or_else(|| Error::new(Kind::System, "a walk without a beginning"))
    }

    /// Makes sure that nothing is at the place of an entry that is no directory.
    fn clear(&self, entry: &Entry<'_>, name: &[u8]) -> Result<()> {
        let parent = self.parent()?;
        match unlinkat(parent, name, AtFlags::empty()) {
            Ok(()) | Err(Errno::NOENT) => Ok(()),
            Err(Errno::ISDIR) => Err(Error::new(
                Kind::Conflict,
                format!("cannot replace to directory {} with file", shown(&self.place(entry))),
            )),
            Err(errno) => Err(writing(errno)),
        }
    }

    fn file(&mut self, entry: &Entry<'_>, name: &[u8]) -> Result<()> {
        #[expect(clippy::unnecessary_cast, reason = "the field differs between architectures")]
        let several = entry.stat.st_nlink as u64 > 1;
        let key = (entry.stat.st_dev, entry.stat.st_ino);
        if several
            && let Some(first) = self.links.get(&key)
            && self.link(first, name)?
        {
            return Ok(());
        }
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC | OFlags::NOCTTY;
        let opening = || format!("open {}", shown(entry.relative));
        let from = openat(entry.directory, entry.name, flags, Mode::empty());
        let from = File::from(from.map_err(io::Error::from).what(opening)?);
        let stat = fstat(&from).map_err(io::Error::from).what(opening)?;
        if FileType::from_raw_mode(stat.st_mode) != FileType::RegularFile {
            let what = format!("{} changed while it was copied", shown(entry.relative));
            return Err(Error::new(Kind::Conflict, what));
        }
        let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let to = openat(self.parent()?, name, flags, Mode::from_raw_mode(0o600)).map_err(writing)?;
        let to = File::from(to);
        self.done.bytes += contents::copy(&from, &to, self.buffer)?;
        self.how.dress(&to, self.source.owner(&stat), self.how.mode_of(stat.st_mode, false))?;
        attributes::copy(&from, &to);
        self.how.date(&to, &stat)?;
        if several {
            self.links.insert(key, self.place(entry));
        }
        Ok(())
    }

    /// Gives the copy at `first` another name; false where the file system cannot.
    fn link(&self, first: &[u8], name: &[u8]) -> Result<bool> {
        let (parent, first) = split_last(first);
        let directory = self.target.directory(parent)?;
        Ok(linkat(&directory, first, self.parent()?, name, AtFlags::empty()).is_ok())
    }

    fn symlink(&mut self, entry: &Entry<'_>, name: &[u8]) -> Result<()> {
        let target = readlinkat(entry.directory, entry.name, Vec::new())
            .map_err(io::Error::from)
            .what(|| format!("readlink {}", shown(entry.relative)))?;
        let parent = self.parent()?;
        symlinkat(&target, parent, name).map_err(writing)?;
        self.how.dress_at(parent, name, self.source.owner(entry.stat), None)?;
        self.how.date_at(parent, name, entry.stat)
    }

    /// A pipe or a device. A user namespace may not make devices.
    fn node(&mut self, entry: &Entry<'_>, name: &[u8], kind: FileType) -> Result<()> {
        let parent = self.parent()?;
        match mknodat(parent, name, kind, Mode::from_raw_mode(0o600), entry.stat.st_rdev) {
            Ok(()) => {}
            Err(Errno::PERM) if kind != FileType::Fifo => {
                let path = shown(&self.place(entry));
                self.done.skip(&path, "a device, which only the host's root may make");
                return Ok(());
            }
            Err(errno) => return Err(writing(errno)),
        }
        let mode = self.how.mode_of(entry.stat.st_mode, false);
        self.how.dress_at(parent, name, self.source.owner(entry.stat), Some(mode))?;
        self.how.date_at(parent, name, entry.stat)
    }
}

impl Visitor for Copier<'_> {
    fn enter(&mut self, directory: &Entry<'_>) -> Result<()> {
        if let Some(own) = self.root.take() {
            self.levels.push(Level { own, dress: false });
            return Ok(());
        }
        self.done.entries += 1;
        let name = split_last(directory.relative).1;
        let parent = self.parent()?;
        let made = match mkdirat(parent, name, Mode::from_raw_mode(0o700)) {
            Ok(()) => true,
            Err(Errno::EXIST) => false,
            Err(errno) => return Err(writing(errno)),
        };
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let own = match openat(parent, name, flags, Mode::empty()) {
            Err(Errno::NOTDIR | Errno::LOOP) => {
                let what = format!("cannot copy to non-directory: {}", shown(&self.place(directory)));
                return Err(Error::new(Kind::Conflict, what));
            }
            own => own.map_err(writing)?,
        };
        if !made && !directory.wanted {
            // A parent of what --parents takes: BuildKit gives it the source's mode, and nothing else.
            fchmod(&own, Mode::from_raw_mode(directory.stat.st_mode & 0o7777)).map_err(writing)?;
        }
        self.levels.push(Level { own, dress: made || directory.wanted });
        Ok(())
    }

    fn leave(&mut self, directory: &Entry<'_>) -> Result<()> {
        let Some(level) = self.levels.pop().filter(|level| level.dress) else { return Ok(()) };
        let mode = self.how.mode_of(directory.stat.st_mode, true);
        self.how.dress(&level.own, self.source.owner(directory.stat), mode)?;
        if let Some(own) = directory.own {
            attributes::copy(own, &level.own);
        }
        self.how.date(&level.own, directory.stat)
    }

    fn leaf(&mut self, entry: &Entry<'_>) -> Result<()> {
        self.done.entries += 1;
        let name = split_last(entry.relative).1;
        self.clear(entry, name)?;
        match FileType::from_raw_mode(entry.stat.st_mode) {
            FileType::RegularFile => self.file(entry, name),
            FileType::Symlink => self.symlink(entry, name),
            kind => self.node(entry, name, kind),
        }
    }

    fn skip(&mut self, path: &[u8], why: &str) {
        self.done.skip(&shown(path), why);
    }
}
