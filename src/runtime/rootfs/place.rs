//! Opening places below the root, whatever links an image holds. openat2(2).

use crate::sys::resolve;
use rustix::fs::{Mode, OFlags, ResolveFlags};
use rustix::io::Errno;
use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

/// What a place must be, and is made as when it is missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// A directory.
    Directory,
    /// Anything but a directory; made as an empty file.
    File,
}

/// Opens the place at `path` below `root`, making it and its parents when missing. Links are resolved
/// with `root` as their root, so none leads out; magic links of /proc are refused.
///
/// # Errors
/// `ENOTDIR` or `EISDIR` for the other shape, `ELOOP` for a magic link, `EINVAL` for `..` at the end.
pub fn open(root: BorrowedFd<'_>, path: &str, shape: Shape) -> io::Result<OwnedFd> {
    match existing(root, path, shape) {
        Err(error) if error.raw_os_error() == Some(libc::ENOENT) => make(root, path, shape),
        result => result,
    }
}

/// Like [`open`], without making anything.
pub fn existing(root: BorrowedFd<'_>, path: &str, shape: Shape) -> io::Result<OwnedFd> {
    let resolve = ResolveFlags::IN_ROOT | ResolveFlags::NO_MAGICLINKS;
    let place = resolve::open(root, path, OFlags::PATH, resolve)?;
    check(&place, shape)?;
    Ok(place)
}

/// Opens a directory that is one of ours to mount on: a link in its place, even one that stays inside,
/// is refused, since it would put /proc or /dev where the image wants it.
pub fn own_directory(root: BorrowedFd<'_>, path: &str) -> io::Result<OwnedFd> {
    let resolve = ResolveFlags::IN_ROOT | ResolveFlags::NO_SYMLINKS;
    let relative = path.trim_start_matches('/');
    match resolve::open(root, relative, OFlags::PATH | OFlags::DIRECTORY, resolve) {
        Err(Errno::NOENT) => {
            rustix::fs::mkdirat(root, relative, Mode::from_raw_mode(0o755))?;
            Ok(resolve::open(root, relative, OFlags::PATH | OFlags::DIRECTORY, resolve)?)
        }
        result => Ok(result?),
    }
}

/// Opens for reading a file below `root`, if it is a regular one and no larger than `limit` bytes: what
/// an image says about its users may be a pipe, a device or a gigabyte.
pub fn read_small(root: BorrowedFd<'_>, path: &str, limit: u64) -> io::Result<Vec<u8>> {
    let resolve = ResolveFlags::IN_ROOT | ResolveFlags::NO_MAGICLINKS;
    let place = resolve::open(root, path, OFlags::PATH, resolve)?;
    let stat = rustix::fs::fstat(&place)?;
    if rustix::fs::FileType::from_raw_mode(stat.st_mode) != rustix::fs::FileType::RegularFile {
        return Err(io::Error::other(format!("{path} in the image is not a regular file")));
    }
    if stat.st_size as u64 > limit {
        return Err(io::Error::other(format!("{path} in the image is larger than {limit} bytes")));
    }
    let file = resolve::open(root, path, OFlags::RDONLY | OFlags::NONBLOCK | OFlags::NOCTTY, resolve)?;
    let mut contents = Vec::with_capacity(stat.st_size as usize);
    io::Read::read_to_end(&mut io::Read::take(std::fs::File::from(file), limit), &mut contents)?;
    Ok(contents)
}

fn make(root: BorrowedFd<'_>, path: &str, shape: Shape) -> io::Result<OwnedFd> {
    let (parent, name) = path.trim_end_matches('/').rsplit_once('/').unwrap_or(("", path));
    if matches!(name, "" | "." | "..") {
        return Err(io::Error::from_raw_os_error(libc::EINVAL));
    }
    let parent = match parent {
        "" => root.try_clone_to_owned()?,
        parent => open(root, parent, Shape::Directory)?,
    };
    let made = match shape {
        Shape::Directory => rustix::fs::mkdirat(&parent, name, Mode::from_raw_mode(0o755)),
        Shape::File => {
            let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::CLOEXEC;
            rustix::fs::openat(&parent, name, flags, Mode::from_raw_mode(0o644)).map(drop)
        }
    };
    match made {
        Ok(()) | Err(Errno::EXIST) => existing(parent.as_fd(), name, shape),
        Err(errno) => Err(errno.into()),
    }
}

fn check(place: &OwnedFd, shape: Shape) -> io::Result<()> {
    let stat = rustix::fs::fstat(place)?;
    let is_directory = rustix::fs::FileType::from_raw_mode(stat.st_mode) == rustix::fs::FileType::Directory;
    match (shape, is_directory) {
        (Shape::Directory, false) => Err(io::Error::from_raw_os_error(libc::ENOTDIR)),
        (Shape::File, true) => Err(io::Error::from_raw_os_error(libc::EISDIR)),
        _ => Ok(()),
    }
}
