//! A file that is in no tree: a heredoc of the Dockerfile, or what was downloaded.

use super::archive;
use super::contents;
use super::copy::Copied;
use super::destination::{Destination, Placing, writing};
use super::shown;
use super::tree::Tree;
use crate::error::{Error, Kind, Result};
use rustix::fs::{AtFlags, Mode, OFlags, Timespec, Timestamps, futimens, openat, unlinkat};
use rustix::io::Errno;
use std::fs::File;
use std::os::unix::fs::FileExt;

/// What a file holds.
#[derive(Debug, Clone, Copy)]
pub enum Contents<'a> {
    /// A heredoc.
    Bytes(&'a [u8]),
    /// A download, open to be read.
    File(&'a File),
}

/// A file to be.
#[derive(Debug, Clone, Copy)]
pub struct Made<'a> {
    /// The name it has when the destination is a directory.
    pub name: &'a str,
    /// What it holds.
    pub contents: Contents<'a>,
    /// Its mode, unless `--chmod` says another: BuildKit gives heredocs 0644 and downloads 0600.
    pub mode: u32,
    /// When it changed, in seconds since 1970; a download's `Last-Modified`. `None`: now.
    pub mtime: Option<i64>,
}

/// Puts `file`, which is root's unless `--chown` says otherwise, into `target`. With [`Placing::unpack`] a download
/// that is an archive is unpacked instead.
///
/// # Errors
/// [`Kind::Conflict`] in BuildKit's words where the target has something that cannot be replaced.
pub fn write_file(file: &Made<'_>, target: &Tree, how: &Placing<'_>) -> Result<Copied> {
    let mut done = Copied::default();
    let mut destination = Destination::new(target, how);
    if let Contents::File(download) = file.contents
        && how.unpack
        && archive::is_archive(download)?
    {
        archive::unpack(download, file.name, &mut destination, &mut done)?;
    } else {
        done.entries = 1;
        done.bytes = write(file, &mut destination)?;
    }
    destination.finish()?;
    Ok(done)
}

fn write(file: &Made<'_>, destination: &mut Destination<'_>) -> Result<u64> {
    if file.name.contains(['/', '\0']) {
        return Err(Error::new(Kind::Invalid, format!("a file cannot be called {:?}", file.name)));
    }
    let place = destination.for_file(file.name.as_bytes())?;
    match unlinkat(&place.directory, &place.name[..], AtFlags::empty()) {
        Ok(()) | Err(Errno::NOENT) => {}
        Err(Errno::ISDIR) => {
            let path = super::join(&place.parent, &place.name);
            let what = format!("cannot replace to directory {} with file", shown(&path));
            return Err(Error::new(Kind::Conflict, what));
        }
        Err(errno) => return Err(writing(errno)),
    }
    let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let to = openat(&place.directory, &place.name[..], flags, Mode::from_raw_mode(0o600)).map_err(writing)?;
    let to = File::from(to);
    let size = match file.contents {
        Contents::Bytes(bytes) => {
            to.write_all_at(bytes, 0).map_err(contents::written)?;
            bytes.len() as u64
        }
        Contents::File(from) => contents::copy(from, &to, &mut Vec::new())?,
    };
    let how = destination.how;
    how.dress(&to, (0, 0), how.mode_of(file.mode, false))?;
    if let Some(seconds) = how.time.or(file.mtime) {
        let time = Timespec { tv_sec: seconds, tv_nsec: 0 };
        futimens(&to, &Timestamps { last_access: time, last_modification: time }).map_err(writing)?;
    }
    Ok(size)
}
