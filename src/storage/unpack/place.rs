//! One entry after the other put in its place.

use super::entries::{Entries, Entry, EntryKind, Extent};
use super::names::{Place, join};
use super::owners::{Owner, Owners};
use super::taken_down::TakenDown;
use super::tree::{Directory, Replaced, Tree, timespec, writing};
use super::whiteouts::{AUFS, OPAQUE, WHITEOUT, is_whiteout, make_opaque, make_whiteout};
use super::xattrs::may_pass;
use super::{Limits, Moment, NAMED_SKIPS, Over, Target, Unpacked, invalid, shortened};
use crate::error::{Context, Error, Kind, Result};
use rustix::fs::{
    AtFlags, FileType, Mode, OFlags, Timestamps, XattrFlags, fchmod, fsetxattr, futimens, linkat, mknodat,
    openat, symlinkat, utimensat,
};
use rustix::io::Errno;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::os::fd::{AsFd, OwnedFd};
use std::rc::Rc;

/// Bytes read and written at once.
const BUFFER: usize = 256 * 1024;
/// Longest text of a symbolic link: `PATH_MAX` without its NUL.
const LINK_LIMIT: usize = 4095;

/// Puts entries in their places below one root.
pub(super) struct Unpacker<'a> {
    tree: Tree,
    owners: &'a mut Owners,
    limits: Limits,
    done: Unpacked,
    buffer: Vec<u8>,
    /// Only files: whiteouts are names like others, and the root stays as it is.
    over: Option<Over>,
}

impl<'a> Unpacker<'a> {
    pub(super) fn new(
        target: Target,
        replaced: Replaced,
        owners: &'a mut Owners,
        limits: Limits,
    ) -> Result<Self> {
        let tree = Tree::new(target.root, target.trash, replaced)?;
        Ok(Self { tree, owners, limits, done: Unpacked::default(), buffer: vec![0; BUFFER], over: None })
    }

    /// Puts files over those that `root` has.
    pub(super) fn over(root: OwnedFd, owners: &'a mut Owners, limits: Limits, over: Over) -> Result<Self> {
        let tree = Tree::over(root, over.time.map(|seconds| Moment { seconds, nanoseconds: 0 }))?;
        let buffer = vec![0; BUFFER];
        Ok(Self { tree, owners, limits, done: Unpacked::default(), buffer, over: Some(over) })
    }

    /// Applies what was held back.
    pub(super) fn finish(self) -> Result<Unpacked> {
        self.owners.finish()?;
        Ok(self.done)
    }

    /// Puts `entry` in its place; its data comes from `data`.
    pub(super) fn place<R: Read>(
        &mut self,
        entry: &Entry,
        data: &mut Entries<TakenDown<'_, R>>,
    ) -> Result<()> {
        self.done.entries += 1;
        if self.done.entries > self.limits.entries {
            return Err(invalid(format!("more than {} files in one layer", self.limits.entries)));
        }
        let owner = Owner::new(entry.uid, entry.gid)?;
        let Some(place) = Place::parse(&entry.name)? else {
            return self.place_root(entry, owner);
        };
        if self.over.is_none() && place.name().starts_with(WHITEOUT) {
            return self.place_whiteout(&place);
        }
        let parent = self.tree.find_or_make(place.parent(), &mut self.done.entries)?;
        match entry.kind {
            EntryKind::Directory => self.place_directory(entry, owner, &parent, &place),
            EntryKind::File => self.place_file(entry, owner, &parent, &place, data),
            EntryKind::Symlink => self.place_symlink(entry, owner, &parent, &place),
            EntryKind::HardLink => self.place_hard_link(entry, owner, &parent, &place),
            EntryKind::Fifo => self.place_fifo(entry, owner, &parent, &place),
            EntryKind::CharacterDevice | EntryKind::BlockDevice => {
                self.skip(&entry.name, "a device");
                Ok(())
            }
        }
    }

    fn place_root(&mut self, entry: &Entry, owner: Owner) -> Result<()> {
        if entry.kind != EntryKind::Directory {
            return Err(invalid("the root of the image is not a directory"));
        }
        if self.over.is_some() {
            return Ok(());
        }
        let root = self.tree.root();
        self.dress_directory(entry, owner, &root)
    }

    fn place_directory(
        &mut self,
        entry: &Entry,
        owner: Owner,
        parent: &Directory,
        place: &Place,
    ) -> Result<()> {
        let there = self.tree.look(parent, place.name())?;
        let directory = match there {
            Some(stat) if FileType::from_raw_mode(stat.st_mode) == FileType::Directory => {
                self.tree.open_child(parent, place.path(), place.name())?
            }
            other => {
                self.tree.clear(parent, place.name())?;
                let directory = self.tree.make(parent, place.path(), place.name())?;
                // The layer deletes what was below, and makes it anew: nothing of the old may show through.
                if other.as_ref().is_some_and(is_whiteout) {
                    make_opaque(&directory)?;
                }
                directory
            }
        };
        self.dress_directory(entry, owner, &directory)
    }

    fn dress_directory(&mut self, entry: &Entry, owner: Owner, directory: &Rc<Directory>) -> Result<()> {
        self.owners.give(&**directory, owner, directory.path())?;
        fchmod(&**directory, Mode::from_raw_mode(entry.mode)).map_err(writing_errno)?;
        self.set_xattrs(entry, &**directory);
        directory.set_mtime(entry.mtime);
        Ok(())
    }

    fn place_file<R: Read>(
        &mut self,
        entry: &Entry,
        owner: Owner,
        parent: &Directory,
        place: &Place,
        data: &mut Entries<TakenDown<'_, R>>,
    ) -> Result<()> {
        let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let private = Mode::from_raw_mode(0o600);
        let file = self.make_anew(parent, place, || openat(parent, place.name(), flags, private))?;
        let mut file = File::from(file);
        data.input_mut().begin_file(&file, || join(parent.path(), place.name()), entry.size)?;
        match &entry.extents {
            None => self.copy(data, &mut file, Extent { offset: 0, length: entry.stored })?,
            Some(extents) => self.copy_sparse(data, &mut file, extents, entry.size)?,
        }
        self.owners.give(&file, owner, &join(parent.path(), place.name()))?;
        // After the owner, whose change takes set-id bits and capabilities away.
        fchmod(&file, Mode::from_raw_mode(entry.mode)).map_err(writing_errno)?;
        self.set_xattrs(entry, &file);
        futimens(&file, &times(entry)).map_err(writing_errno)
    }

    /// Writes `extent` of `file`, which stands there.
    fn copy<R: Read>(
        &mut self,
        data: &mut Entries<TakenDown<'_, R>>,
        file: &mut File,
        extent: Extent,
    ) -> Result<()> {
        let within = self.done.size.checked_add(extent.length).filter(|size| *size <= self.limits.bytes);
        self.done.size = within.ok_or_else(|| too_large(self.limits.bytes))?;
        data.input_mut().begin_content(extent)?;
        let mut rest = extent.length;
        while rest > 0 {
            let want = usize::try_from(rest).unwrap_or(usize::MAX).min(BUFFER);
            let count = match data.read(&mut self.buffer[..want]) {
                Ok(count) => count,
                Err(cause) if cause.kind() == io::ErrorKind::Interrupted => continue,
                Err(cause) => return Err(cause).what(|| "reading the layer"),
            };
            file.write_all(&self.buffer[..count]).map_err(writing)?;
            rest -= count as u64;
        }
        Ok(())
    }

    fn copy_sparse<R: Read>(
        &mut self,
        data: &mut Entries<TakenDown<'_, R>>,
        file: &mut File,
        extents: &[Extent],
        size: u64,
    ) -> Result<()> {
        if size > self.limits.bytes {
            return Err(too_large(self.limits.bytes));
        }
        for extent in extents {
            file.seek(SeekFrom::Start(extent.offset)).map_err(writing)?;
            self.copy(data, file, *extent)?;
        }
        file.set_len(size).map_err(writing)
    }

    fn place_symlink(
        &mut self,
        entry: &Entry,
        owner: Owner,
        parent: &Directory,
        place: &Place,
    ) -> Result<()> {
        if entry.link.is_empty() || entry.link.len() > LINK_LIMIT || entry.link.contains(&0) {
            return Err(invalid("a symbolic link whose text is none"));
        }
        self.make_anew(parent, place, || symlinkat(&entry.link[..], parent, place.name()))?;
        self.dress_at(entry, owner, parent, place)
    }

    fn place_fifo(&mut self, entry: &Entry, owner: Owner, parent: &Directory, place: &Place) -> Result<()> {
        let private = Mode::from_raw_mode(0o600);
        self.make_anew(parent, place, || mknodat(parent, place.name(), FileType::Fifo, private, 0))?;
        self.dress_at(entry, owner, parent, place)?;
        // The kernel follows links here, but nobody else writes below the root, and this is a pipe.
        let mode = Mode::from_raw_mode(entry.mode);
        rustix::fs::chmodat(parent, place.name(), mode, AtFlags::empty()).map_err(writing_errno)
    }

    /// Owner and time of what has no descriptor of its own.
    fn dress_at(&mut self, entry: &Entry, owner: Owner, parent: &Directory, place: &Place) -> Result<()> {
        self.owners.give_at(parent, place.name(), owner, &join(parent.path(), place.name()))?;
        utimensat(parent, place.name(), &times(entry), AtFlags::SYMLINK_NOFOLLOW).map_err(writing_errno)
    }

    fn place_hard_link(
        &mut self,
        entry: &Entry,
        owner: Owner,
        parent: &Directory,
        place: &Place,
    ) -> Result<()> {
        let nowhere =
            || invalid(format!("a hard link to `{}`, which is not in this layer", shortened(&entry.link)));
        let target = Place::parse(&entry.link)?.ok_or_else(|| invalid("a hard link to the root"))?;
        let from = self.tree.find(target.parent())?.ok_or_else(nowhere)?;
        let stat = self.tree.look(&from, target.name())?.ok_or_else(nowhere)?;
        if is_whiteout(&stat) {
            return Err(nowhere());
        }
        if FileType::from_raw_mode(stat.st_mode) == FileType::Directory {
            return Err(invalid("a hard link to a directory"));
        }
        let there = self.tree.look(parent, place.name())?;
        if there.is_some_and(|there| there.st_ino == stat.st_ino) {
            return Ok(());
        }
        // Without AT_SYMLINK_FOLLOW: a link to a symbolic link is one, not one to where that leads.
        let link = || linkat(&*from, target.name(), parent, place.name(), AtFlags::empty());
        self.make_anew(parent, place, link)?;
        self.owners.note(owner, &join(parent.path(), place.name()))
    }

    fn place_whiteout(&mut self, place: &Place) -> Result<()> {
        if place.name().starts_with(AUFS) && place.name() != OPAQUE {
            return Ok(());
        }
        let parent = self.tree.find_or_make(place.parent(), &mut self.done.entries)?;
        if place.name() == OPAQUE {
            return make_opaque(&parent);
        }
        let hidden = &place.name()[WHITEOUT.len()..];
        if matches!(hidden, b"" | b"." | b"..") {
            return Err(invalid("a whiteout of nothing"));
        }
        // A whiteout speaks of the layers below: what this layer brings by that name stays.
        match self.tree.look(&parent, hidden)? {
            None => make_whiteout(&parent, hidden),
            Some(stat) if FileType::from_raw_mode(stat.st_mode) == FileType::Directory => {
                let path = join(place.parent(), hidden);
                let directory = self.tree.open_child(&parent, &path, hidden)?;
                make_opaque(&directory)
            }
            Some(_) => Ok(()),
        }
    }

    /// Makes something new; what has its name is taken away first.
    fn make_anew<T>(
        &mut self,
        parent: &Directory,
        place: &Place,
        make: impl Fn() -> rustix::io::Result<T>,
    ) -> Result<T> {
        match make() {
            Err(Errno::EXIST) => {
                self.tree.clear(parent, place.name())?;
                make().map_err(writing_errno)
            }
            made => made.map_err(writing_errno),
        }
    }

    /// What a file system does not take is left out, and told.
    fn set_xattrs(&mut self, entry: &Entry, file: impl AsFd) {
        for (name, value) in &entry.xattrs {
            if !may_pass(name) {
                continue;
            }
            if let Err(errno) = fsetxattr(file.as_fd(), &name[..], value, XattrFlags::empty()) {
                self.skip(&entry.name, &format!("its attribute `{}`: {errno}", shortened(name)));
            }
        }
    }

    fn skip(&mut self, name: &[u8], what: &str) {
        self.done.skipped_count += 1;
        if self.done.skipped.len() < NAMED_SKIPS {
            self.done.skipped.push(format!("{}: {what}", shortened(name)));
        }
    }
}

fn times(entry: &Entry) -> Timestamps {
    let time = timespec(entry.mtime);
    Timestamps { last_access: time, last_modification: time }
}

fn too_large(limit: u64) -> Error {
    Error::new(
        Kind::Denied,
        format!("a layer with more than {limit} bytes of files: the limit, or all that is free"),
    )
}

fn writing_errno(errno: Errno) -> Error {
    writing(io::Error::from(errno))
}
