//! The way through the files of a layer in the making, by descriptor and in the order of names.

use super::header::{BLOCK, Entry};
use crate::oci::digest::{Digest, Hasher};
use crate::storage::skeleton::{Draft, Piece};
use crate::storage::unpack::is_opaque;
use rustix::fs::{
    AtFlags, Dir, FileType, Mode, OFlags, Stat, Timespec, Timestamps, UTIME_OMIT, openat, readlinkat, statat,
    unlinkat, utimensat,
};
use rustix::io::Errno;
use std::collections::HashMap;
use std::ffi::{CStr, CString};
use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

/// Directories nest at most this deep, as when layers are unpacked.
pub(super) const DEEPEST: usize = 1024;
/// What was left out is named so often, and then only counted.
const NAMED_SKIPS: usize = 64;
/// Bytes that are read at once.
pub(super) const BUFFER: usize = 256 * 1024;

/// What was found.
#[derive(Debug, Default)]
pub(super) struct Taken {
    /// Bytes of file contents.
    pub(super) size: u64,
    /// Entries of the tar.
    pub(super) entries: u64,
    /// What was left out, and why.
    pub(super) skipped: Vec<String>,
}

/// Hashes the tar of what is below a root, and writes its skeleton.
pub(super) struct Walk<'a> {
    hasher: Hasher,
    tar_size: u64,
    draft: Draft,
    root: &'a OwnedFd,
    /// No time is later: seconds since 1970.
    latest: i64,
    taken: Taken,
    /// Files with several names: the first, by inode.
    links: HashMap<u64, Vec<u8>>,
    buffer: Vec<u8>,
}

impl<'a> Walk<'a> {
    pub(super) fn new(draft: Draft, root: &'a OwnedFd, latest: i64) -> Self {
        let (taken, links, buffer) = (Taken::default(), HashMap::new(), vec![0; BUFFER]);
        Self { hasher: Hasher::default(), tar_size: 0, draft, root, latest, taken, links, buffer }
    }

    /// All of it, and the end of the tar; gives the tar's digest and size as well.
    pub(super) fn all(mut self) -> io::Result<(Taken, Digest, u64)> {
        let root = self.root.as_fd();
        self.folder(root, &mut Vec::new(), 0)?;
        self.settle_times(root, c".", &statat(root, c".", AtFlags::empty())?)?;
        self.raw(&[0; 2 * BLOCK])?;
        self.draft.finish()?;
        Ok((self.taken, self.hasher.finish(), self.tar_size))
    }

    /// What is in `folder`, whose name below the root is `path`.
    fn folder(&mut self, folder: BorrowedFd<'_>, path: &mut Vec<u8>, depth: usize) -> io::Result<()> {
        if depth > DEEPEST {
            return Err(io::Error::other("directories nest too deep"));
        }
        if path.is_empty() && is_opaque(folder) {
            // Nothing lies below the lowest directory that could show through.
            return Err(io::Error::other("the root of a layer replaces all that is below it"));
        }
        for name in names(folder)? {
            let length = path.len();
            if length > 0 {
                path.push(b'/');
            }
            path.extend_from_slice(name.to_bytes());
            let entered = self.entry(folder, &name, path, depth);
            path.truncate(length);
            entered?;
        }
        Ok(())
    }

    fn entry(
        &mut self,
        folder: BorrowedFd<'_>,
        name: &CStr,
        path: &mut Vec<u8>,
        depth: usize,
    ) -> io::Result<()> {
        let stat = statat(folder, name, AtFlags::SYMLINK_NOFOLLOW)?;
        match FileType::from_raw_mode(stat.st_mode) {
            FileType::Directory => self.subfolder(folder, name, path, &stat, depth),
            FileType::CharacterDevice if stat.st_rdev == 0 => self.whiteout(path),
            FileType::Socket => {
                if self.taken.skipped.len() < NAMED_SKIPS {
                    self.taken.skipped.push(format!("{}: a socket", String::from_utf8_lossy(path)));
                }
                Ok(unlinkat(folder, name, AtFlags::empty())?)
            }
            FileType::RegularFile => self.file(folder, name, path, &stat),
            FileType::Symlink => {
                let target = readlinkat(folder, name, Vec::new())?;
                let mtime = self.settle_times(folder, name, &stat)?;
                self.header(&Entry { link: target.as_bytes(), ..Entry::of(path, &stat, mtime) })
            }
            _ => {
                let mtime = self.settle_times(folder, name, &stat)?;
                self.header(&Entry::of(path, &stat, mtime))
            }
        }
    }

    fn subfolder(
        &mut self,
        folder: BorrowedFd<'_>,
        name: &CStr,
        path: &mut Vec<u8>,
        stat: &Stat,
        depth: usize,
    ) -> io::Result<()> {
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let opened = openat(folder, name, flags, Mode::empty())?;
        let mtime = stat.st_mtime.min(self.latest);
        self.header(&Entry { xattrs: &xattrs(opened.as_fd())?, ..Entry::of(path, stat, mtime) })?;
        if is_opaque(opened.as_fd()) {
            let marker = [path, &b"/.wh..wh..opq"[..]].concat();
            self.marker(&marker)?;
        }
        self.folder(opened.as_fd(), path, depth + 1)?;
        // After what is in it: to remove a socket changes it.
        self.settle_times(folder, name, stat).map(drop)
    }

    fn whiteout(&mut self, path: &[u8]) -> io::Result<()> {
        let at = path.iter().rposition(|byte| *byte == b'/').map_or(0, |slash| slash + 1);
        let marker = [&path[..at], b".wh.", &path[at..]].concat();
        self.marker(&marker)
    }

    /// An empty file that only says something by its name.
    fn marker(&mut self, name: &[u8]) -> io::Result<()> {
        self.header(&Entry {
            name,
            kind: tar::EntryType::Regular,
            mode: 0,
            uid: 0,
            gid: 0,
            size: 0,
            mtime: self.latest.max(0),
            link: b"",
            device: (0, 0),
            xattrs: &[],
        })
    }

    fn file(&mut self, folder: BorrowedFd<'_>, name: &CStr, path: &[u8], stat: &Stat) -> io::Result<()> {
        let mtime = self.settle_times(folder, name, stat)?;
        if stat.st_nlink > 1 {
            if let Some(first) = self.links.get(&stat.st_ino).cloned() {
                let kind = tar::EntryType::Link;
                return self.header(&Entry { kind, link: &first, ..Entry::of(path, stat, mtime) });
            }
            self.links.insert(stat.st_ino, path.to_vec());
        }
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
        let file = std::fs::File::from(openat(folder, name, flags, Mode::empty())?);
        let size = stat.st_size as u64;
        self.header(&Entry { size, xattrs: &xattrs(file.as_fd())?, ..Entry::of(path, stat, mtime) })?;
        self.content(&file, size)?;
        if size > 0 {
            self.draft.content(&Piece {
                name: path.to_vec(),
                inode: stat.st_ino,
                size,
                offset: 0,
                length: size,
            })?;
        }
        let padding = size.next_multiple_of(BLOCK as u64) - size;
        self.raw(&[0; BLOCK][..padding as usize])?;
        self.taken.size += size;
        Ok(())
    }

    fn content(&mut self, file: &std::fs::File, size: u64) -> io::Result<()> {
        let mut rest = size;
        while rest > 0 {
            let want = self.buffer.len().min(usize::try_from(rest).unwrap_or(usize::MAX));
            let count = rustix::io::retry_on_intr(|| rustix::io::read(file, &mut self.buffer[..want]))?;
            if count == 0 {
                return Err(io::Error::other("a file became shorter while it was read"));
            }
            self.hasher.update(&self.buffer[..count]);
            self.tar_size += count as u64;
            rest -= count as u64;
        }
        Ok(())
    }

    fn header(&mut self, entry: &Entry<'_>) -> io::Result<()> {
        self.taken.entries += 1;
        self.raw(&entry.bytes()?)
    }

    fn raw(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.hasher.update(bytes);
        self.tar_size += bytes.len() as u64;
        self.draft.raw(bytes)
    }

    /// Whole seconds, and none too late: what the tar says and what the tree says must agree. Gives the time.
    fn settle_times(&self, folder: BorrowedFd<'_>, name: &CStr, stat: &Stat) -> io::Result<i64> {
        let mtime = stat.st_mtime.min(self.latest);
        if mtime != stat.st_mtime || stat.st_mtime_nsec != 0 {
            let time = Timespec { tv_sec: mtime, tv_nsec: 0 };
            let keep = Timespec { tv_sec: 0, tv_nsec: UTIME_OMIT };
            let times = Timestamps { last_access: keep, last_modification: time };
            utimensat(folder, name, &times, AtFlags::SYMLINK_NOFOLLOW)?;
        }
        Ok(mtime)
    }
}

/// Names in `folder`, sorted by their bytes.
pub(super) fn names(folder: BorrowedFd<'_>) -> io::Result<Vec<CString>> {
    let mut names = Vec::new();
    for entry in Dir::read_from(folder)? {
        let entry = entry?;
        let name = entry.file_name();
        if name != c"." && name != c".." {
            names.push(name.to_owned());
        }
    }
    names.sort_unstable();
    Ok(names)
}

/// Extended attributes that belong to the file, sorted by name.
pub(super) fn xattrs(file: BorrowedFd<'_>) -> io::Result<Vec<(Vec<u8>, Vec<u8>)>> {
    let mut count = match rustix::fs::flistxattr(file, &mut [0u8; 0][..]) {
        Err(Errno::OPNOTSUPP) => 0,
        count => count?,
    };
    if count == 0 {
        return Ok(Vec::new());
    }
    let mut list = vec![0u8; 64 * 1024];
    count = rustix::fs::flistxattr(file, &mut list[..])?;
    let mut value = vec![0u8; 64 * 1024];
    let mut found = Vec::new();
    for name in list[..count].split(|byte| *byte == 0) {
        let is_kept = name.starts_with(b"user.") || name == b"security.capability";
        if !is_kept || name.starts_with(b"user.overlay.") {
            continue;
        }
        let length = rustix::fs::fgetxattr(file, name, &mut value[..])?;
        found.push((name.to_vec(), value[..length].to_vec()));
    }
    found.sort_unstable();
    Ok(found)
}
