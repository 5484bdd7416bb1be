//! Removing directory trees a stranger filled: by descriptor, of any depth, with few descriptors.

use super::containers::is_leftover;
use super::weigh::weigh;
use crate::durable::temporary_name;
use crate::error::{Context, Result};
use rustix::fs::{
    AtFlags, Dir, FlockOperation, Mode, OFlags, RenameFlags, chmodat, flock, open, openat, renameat_with,
    unlinkat,
};
use rustix::io::Errno;
use std::ffi::{CString, OsStr};
use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

const DIRECTORY: OFlags =
    OFlags::RDONLY.union(OFlags::DIRECTORY).union(OFlags::NOFOLLOW).union(OFlags::CLOEXEC);

/// Removes the directory `name` in `parent` with all that is in it; nothing when it is not there.
///
/// Directories that are not empty are renamed up into `parent` and emptied there, so neither depth nor
/// path length matters. A kill leaves `.tmp-*` behind, which the next sweep takes.
pub(super) fn remove_directory(parent: &Path, name: &OsStr) -> Result<()> {
    let open = open(parent, DIRECTORY.difference(OFlags::NOFOLLOW), Mode::empty()).map_err(io::Error::from);
    let parent_fd = open.what(|| format!("opening {}", parent.display()))?;
    empty_all(parent_fd.as_fd(), name)
        .map_err(io::Error::from)
        .what(|| format!("removing {}", parent.join(name).display()))
}

fn empty_all(parent: BorrowedFd<'_>, name: &OsStr) -> rustix::io::Result<()> {
    let first = temporary_name();
    match renameat_with(parent, name, parent, &first, RenameFlags::NOREPLACE) {
        Err(Errno::NOENT) => return Ok(()),
        result => result?,
    }
    let mut queue = vec![first];
    while let Some(name) = queue.pop() {
        empty_one(parent, &name, &mut queue)?;
        unlinkat(parent, &name, AtFlags::REMOVEDIR)?;
    }
    Ok(())
}

fn empty_one(parent: BorrowedFd<'_>, name: &str, queue: &mut Vec<String>) -> rustix::io::Result<()> {
    let directory = match openat(parent, name, DIRECTORY, Mode::empty()) {
        // Without the power to pass by permissions, the owner gives himself the right ones.
        Err(Errno::ACCESS) => {
            chmodat(parent, name, Mode::from_raw_mode(0o700), AtFlags::empty())?;
            openat(parent, name, DIRECTORY, Mode::empty())?
        }
        opened => opened?,
    };
    let _ = rustix::fs::fchmod(&directory, Mode::from_raw_mode(0o700));
    let mut entries = Dir::read_from(&directory)?;
    while let Some(entry) = entries.read() {
        let entry = entry?;
        let child: CString = entry.file_name().to_owned();
        if matches!(child.as_bytes(), b"." | b"..") {
            continue;
        }
        match unlinkat(&directory, &child, AtFlags::empty()) {
            Ok(()) | Err(Errno::NOENT) => continue,
            Err(Errno::ISDIR | Errno::PERM) => {}
            Err(errno) => return Err(errno),
        }
        match unlinkat(&directory, &child, AtFlags::REMOVEDIR) {
            Ok(()) | Err(Errno::NOENT) => {}
            Err(Errno::NOTEMPTY | Errno::EXIST | Errno::ACCESS) => {
                // To be moved, a directory must be writable: its `..` changes.
                let _ = chmodat(&directory, &child, Mode::from_raw_mode(0o700), AtFlags::empty());
                let up = temporary_name();
                renameat_with(&directory, &child, parent, &up, RenameFlags::NOREPLACE)?;
                queue.push(up);
            }
            Err(errno) => return Err(errno),
        }
    }
    Ok(())
}

/// Removes what killed writers left in `directory`; gives the bytes that are free now. Only with the lock
/// for removing.
pub(super) fn sweep(directory: &Path) -> Result<u64> {
    let Ok(entries) = std::fs::read_dir(directory) else { return Ok(0) };
    let mut freed = 0;
    for entry in entries.flatten() {
        let name = entry.file_name();
        if !name.as_bytes().starts_with(b".tmp-") {
            continue;
        }
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            let Some(_lock) = claim(&entry.path()) else { continue };
            freed += weigh(&entry.path());
            remove_directory(directory, &name)?;
        } else {
            let size = entry.metadata().map_or(0, |metadata| metadata.len());
            freed += std::fs::remove_file(entry.path()).map_or(0, |()| size);
        }
    }
    Ok(freed)
}

/// Removes folders that calls left which are no more; gives the bytes that are free now. Others may be at work.
pub(super) fn sweep_abandoned(directory: &Path) -> u64 {
    let Ok(entries) = std::fs::read_dir(directory) else { return 0 };
    let folders = entries.flatten().filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir()));
    let names = folders.map(|entry| entry.file_name());
    let left = names.filter(|name| name.to_str().is_some_and(is_leftover));
    // Another call may be at it too.
    left.map(|name| {
        let size = weigh(&directory.join(&name));
        remove_directory(directory, &name).map_or(0, |()| size)
    })
    .sum()
}

/// The lock on the folder itself; `None` when somebody holds it, who is making a layer there. Who makes one can open
/// it, so one that cannot be opened is nobody's.
fn claim(folder: &Path) -> Option<Option<OwnedFd>> {
    let Ok(opened) = open(folder, DIRECTORY, Mode::empty()) else { return Some(None) };
    match flock(&opened, FlockOperation::NonBlockingLockExclusive) {
        Err(Errno::WOULDBLOCK) => None,
        _ => Some(Some(opened)),
    }
}
