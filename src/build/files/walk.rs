//! The walk below a source: the same for those who hash and those who copy.

use super::filter::{Filter, Verdict};
use super::listing::Listing;
use super::shown;
use super::tree::is_directory;
use crate::error::{Context, Error, Kind, Result};
use rustix::fs::{AtFlags, FileType, Mode, OFlags, Stat, openat, statat};
use rustix::io::Errno;
use std::ffi::CStr;
use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

/// Directories inside each other: each is open while what is below it is read.
const DEPTH_LIMIT: usize = 300;

/// An entry that is taken.
#[derive(Debug)]
pub(super) struct Entry<'a> {
    /// The directory it is in; the root of the source itself, for that.
    pub(super) directory: BorrowedFd<'a>,
    /// Its name there.
    pub(super) name: &'a CStr,
    /// Its path below the source; empty for the source itself, when that is a directory.
    pub(super) relative: &'a [u8],
    /// Of a link, not of where it leads to.
    pub(super) stat: &'a Stat,
    /// Of a directory: itself.
    pub(super) own: Option<BorrowedFd<'a>>,
    /// Taken for its own sake, not only for what is in it.
    pub(super) wanted: bool,
}

/// Hears of every entry that is taken, directories first, each directory's in the order of their names.
pub(super) trait Visitor {
    /// A directory.
    fn enter(&mut self, directory: &Entry<'_>) -> Result<()>;
    /// The end of a directory that was entered.
    fn leave(&mut self, directory: &Entry<'_>) -> Result<()>;
    /// Anything else.
    fn leaf(&mut self, entry: &Entry<'_>) -> Result<()>;
    /// Something that cannot be in an image.
    fn skip(&mut self, _path: &[u8], _why: &str) {}
}

/// A directory on the way to the current entry.
struct Level {
    own: OwnedFd,
    name: std::ffi::CString,
    stat: Stat,
    verdict: Verdict,
    /// Bytes of the current path that are the directory's.
    length: usize,
    entered: bool,
}

struct Walk<'a, V> {
    filter: &'a Filter,
    visitor: &'a mut V,
    levels: Vec<Level>,
    /// From the root of the tree.
    path: Vec<u8>,
    /// Bytes of it that are the source's, with the slash.
    base: usize,
}

/// Walks the directory `own`, which is at `path` of its tree, and of which `verdict` was found.
pub(super) fn walk(
    own: OwnedFd,
    stat: Stat,
    path: &[u8],
    verdict: Verdict,
    filter: &Filter,
    visitor: &mut impl Visitor,
) -> Result<()> {
    let base = if path.is_empty() { 0 } else { path.len() + 1 };
    let level = Level { own, name: c".".to_owned(), stat, verdict, length: path.len(), entered: false };
    let mut walk = Walk { filter, visitor, levels: Vec::new(), path: path.to_vec(), base };
    walk.directory(level)
}

impl<V: Visitor> Walk<'_, V> {
    fn directory(&mut self, level: Level) -> Result<()> {
        if self.levels.len() == DEPTH_LIMIT {
            return Err(Error::new(
                Kind::Invalid,
                format!("{}: more than {DEPTH_LIMIT} directories inside each other", shown(&self.path)),
            ));
        }
        let (taken, closed) = (level.verdict.taken, level.verdict.closed);
        self.levels.push(level);
        if taken {
            self.enter()?;
        }
        if !closed {
            self.children()?;
        }
        if self.levels.last().is_some_and(|level| level.entered) {
            let at = self.levels.len() - 1;
            self.visitor.leave(&entry(&self.levels, at, &self.path, self.base))?;
        }
        self.levels.pop();
        Ok(())
    }

    /// Enters every directory on the way that was not entered yet.
    fn enter(&mut self) -> Result<()> {
        for at in 0..self.levels.len() {
            if !self.levels[at].entered {
                self.visitor.enter(&entry(&self.levels, at, &self.path, self.base))?;
                self.levels[at].entered = true;
            }
        }
        Ok(())
    }

    fn children(&mut self) -> Result<()> {
        let Some(level) = self.levels.last() else { return Ok(()) };
        let listing = Listing::read(&level.own)?;
        let length = self.path.len();
        for (name, kind) in listing.iter() {
            if !self.path.is_empty() {
                self.path.push(b'/');
            }
            self.path.extend_from_slice(name.to_bytes());
            self.child(name, kind)?;
            self.path.truncate(length);
        }
        Ok(())
    }

    fn child(&mut self, name: &CStr, kind: FileType) -> Result<()> {
        let Some(parent) = self.levels.last() else { return Ok(()) };
        let verdict = self.filter.below(&parent.verdict, &self.path, &self.path[self.base..]);
        if !verdict.taken && (verdict.closed || !matches!(kind, FileType::Directory | FileType::Unknown)) {
            return Ok(());
        }
        let stat = match statat(&parent.own, name, AtFlags::SYMLINK_NOFOLLOW) {
            Ok(stat) => stat,
            // Gone since it was listed.
            Err(Errno::NOENT) => return Ok(()),
            Err(errno) => {
                return Err(io::Error::from(errno)).what(|| format!("lstat {}", shown(&self.path)));
            }
        };
        match is_directory(&stat) {
            true => {
                let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
                let own = openat(&parent.own, name, flags, Mode::empty())
                    .map_err(io::Error::from)
                    .what(|| format!("open {}", shown(&self.path)))?;
                let (name, length) = (name.to_owned(), self.path.len());
                self.directory(Level { own, name, stat, verdict, length, entered: false })
            }
            false if verdict.taken => self.leaf(name, &stat),
            false => Ok(()),
        }
    }

    fn leaf(&mut self, name: &CStr, stat: &Stat) -> Result<()> {
        if let Some(why) = unfit(stat) {
            self.visitor.skip(&self.path, why);
            return Ok(());
        }
        self.enter()?;
        let Some(parent) = self.levels.last() else { return Ok(()) };
        self.visitor.leaf(&Entry {
            directory: parent.own.as_fd(),
            name,
            relative: &self.path[self.base..],
            stat,
            own: None,
            wanted: true,
        })
    }
}

/// The entry of the directory that is level `at`.
fn entry<'a>(levels: &'a [Level], at: usize, path: &'a [u8], base: usize) -> Entry<'a> {
    let level = &levels[at];
    Entry {
        directory: levels[at.saturating_sub(1)].own.as_fd(),
        name: &level.name,
        relative: path.get(base..level.length).unwrap_or_default(),
        stat: &level.stat,
        own: Some(level.own.as_fd()),
        wanted: level.verdict.in_context,
    }
}

/// Why a file cannot be in an image, for those that cannot.
pub(super) fn unfit(stat: &Stat) -> Option<&'static str> {
    match FileType::from_raw_mode(stat.st_mode) {
        FileType::Socket => Some("a socket"),
        // overlayfs would take it for its own note that something is deleted (overlayfs.rst, "whiteouts").
        FileType::CharacterDevice if stat.st_rdev == 0 => Some("a whiteout of overlayfs"),
        FileType::Unknown => Some("of an unknown kind"),
        _ => None,
    }
}

/// Whether anything below the directory at `path` is taken.
pub(super) fn any_below(
    own: OwnedFd,
    stat: Stat,
    path: &[u8],
    verdict: Verdict,
    filter: &Filter,
) -> Result<bool> {
    #[derive(Default)]
    struct Any(bool);
    impl Visitor for Any {
        fn enter(&mut self, _: &Entry<'_>) -> Result<()> {
            self.0 = true;
            Ok(())
        }
        fn leave(&mut self, _: &Entry<'_>) -> Result<()> {
            Ok(())
        }
        fn leaf(&mut self, _: &Entry<'_>) -> Result<()> {
            self.0 = true;
            Ok(())
        }
    }
    let mut any = Any::default();
    walk(own, stat, path, verdict, filter, &mut any)?;
    Ok(any.0)
}
