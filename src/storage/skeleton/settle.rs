//! Contents of files that an archive replaced itself: from the trash into the skeleton.

use super::draft::Draft;
use super::frame::{Frame, Piece};
use super::reassemble::{Frames, open};
use crate::durable::temporary_name;
use rustix::fs::{AtFlags, Dir, FileType, Mode, OFlags, RenameFlags, chmodat, openat, renameat_with, statat};
use rustix::io::Errno;
use std::ffi::CString;
use std::fs::File;
use std::io::{self, Read};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::path::Path;

const DIRECTORY: OFlags =
    OFlags::RDONLY.union(OFlags::DIRECTORY).union(OFlags::NOFOLLOW).union(OFlags::CLOEXEC);

/// Puts the contents of all files in `trash` where the skeleton at `path` only names them. Most layers
/// replace nothing, and keep the skeleton they have.
pub(in crate::storage) fn settle(path: &Path, trash: &OwnedFd) -> io::Result<()> {
    if !gather(trash.as_fd())? {
        return Ok(());
    }
    let fresh = path.with_file_name(temporary_name());
    let mut frames = Frames::read(File::open(path)?)?;
    let mut draft = Draft::begin(File::create_new(&fresh)?)?;
    loop {
        match frames.next()? {
            Frame::Raw(bytes) => draft.raw(&bytes)?,
            Frame::Content(piece) => match replaced(trash, &piece)? {
                Some(file) => put(file.take(piece.length), &mut draft)?,
                None => draft.content(&piece)?,
            },
            Frame::End => break,
        }
    }
    draft.finish()?;
    std::fs::rename(&fresh, path)
}

/// The name in the trash of the regular file with this number.
pub(in crate::storage) fn name_of(inode: u64) -> String {
    inode.to_string()
}

fn replaced(trash: &OwnedFd, piece: &Piece) -> io::Result<Option<File>> {
    let there = Piece { name: name_of(piece.inode).into_bytes(), ..piece.clone() };
    match statat(trash, &there.name[..], AtFlags::SYMLINK_NOFOLLOW) {
        Ok(_) => open(trash, &there).map(Some),
        Err(Errno::NOENT) => Ok(None),
        Err(errno) => Err(errno.into()),
    }
}

fn put(mut content: impl Read, draft: &mut Draft) -> io::Result<()> {
    let mut buffer = vec![0; 64 * 1024];
    loop {
        match content.read(&mut buffer)? {
            0 => return Ok(()),
            count => draft.raw(&buffer[..count])?,
        }
    }
}

/// Brings every file in replaced directories up into `trash`, under its number. Whether there was
/// anything at all. As when such directories are removed, neither depth nor path length matters.
fn gather(trash: BorrowedFd<'_>) -> rustix::io::Result<bool> {
    let mut any = false;
    let mut queue = Vec::new();
    for (name, kind) in entries(trash)? {
        any = true;
        if kind == FileType::Directory {
            queue.push(name);
        }
    }
    while let Some(name) = queue.pop() {
        let directory = open_up(trash, &name)?;
        for (child, kind) in entries(directory.as_fd())? {
            let inode = match kind {
                FileType::RegularFile => statat(&directory, &child, AtFlags::SYMLINK_NOFOLLOW)?.st_ino,
                FileType::Directory => {
                    let up = CString::new(temporary_name()).map_err(|_| Errno::INVAL)?;
                    // To be moved, a directory must be writable: its `..` changes.
                    let _ = chmodat(&directory, &child, Mode::from_raw_mode(0o700), AtFlags::empty());
                    renameat_with(&directory, &child, trash, &up, RenameFlags::NOREPLACE)?;
                    queue.push(up);
                    continue;
                }
                _ => continue,
            };
            match renameat_with(&directory, &child, trash, name_of(inode), RenameFlags::NOREPLACE) {
                // Another name of the same file was quicker.
                Ok(()) | Err(Errno::EXIST) => {}
                Err(errno) => return Err(errno),
            }
        }
    }
    Ok(any)
}

/// Opens a directory of the trash; its permissions matter to nobody any more.
fn open_up(trash: BorrowedFd<'_>, name: &CString) -> rustix::io::Result<OwnedFd> {
    let _ = chmodat(trash, name, Mode::from_raw_mode(0o700), AtFlags::empty());
    openat(trash, name, DIRECTORY, Mode::empty())
}

fn entries(directory: BorrowedFd<'_>) -> rustix::io::Result<Vec<(CString, FileType)>> {
    let mut found = Vec::new();
    for entry in Dir::read_from(directory)? {
        let entry = entry?;
        let name = entry.file_name();
        if matches!(name.to_bytes(), b"." | b"..") {
            continue;
        }
        let kind = match entry.file_type() {
            FileType::Unknown => {
                FileType::from_raw_mode(statat(directory, name, AtFlags::SYMLINK_NOFOLLOW)?.st_mode)
            }
            kind => kind,
        };
        found.push((name.to_owned(), kind));
    }
    Ok(found)
}
