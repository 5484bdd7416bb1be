//! Reading the few files that are read before a build: bounded, regular, and below a root.

use super::{DOCKERFILE, no_dockerfile};
use crate::error::{Context, Error, Kind, Result};
use crate::sys::resolve;
use rustix::fs::{FileType, OFlags, ResolveFlags};
use rustix::io::Errno;
use std::fs::File;
use std::io::{self, Read};
use std::os::fd::{AsFd, OwnedFd};
use std::path::Path;

/// Bytes of a Dockerfile or a file of patterns.
const LIMIT: u64 = 4 << 20;
/// What a Dockerfile is called where nobody says: docker's name, the one it falls back to, podman's.
pub(super) const USUAL: [&str; 3] = [DOCKERFILE, "dockerfile", "Containerfile"];

/// How links are followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Links {
    /// In a folder of the host: those that stay in it.
    Beneath,
    /// In what was fetched: as if its root were that of the system.
    InRoot,
}

/// Opens a regular file at `path` below `root`; `None` when there is nothing.
///
/// # Errors
/// [`Kind::Denied`] when a link leads out, [`Kind::Invalid`] for what is no regular file.
pub(super) fn open(root: impl AsFd, path: &Path, links: Links) -> Result<Option<File>> {
    let resolve = match links {
        Links::Beneath => ResolveFlags::BENEATH,
        Links::InRoot => ResolveFlags::IN_ROOT,
    } | ResolveFlags::NO_MAGICLINKS;
    let shown = path.display();
    // Whoever waits at the other end of a pipe is not waited for.
    let flags = OFlags::RDONLY | OFlags::NONBLOCK | OFlags::NOCTTY;
    let file = match resolve::open(root, path, flags, resolve) {
        Ok(file) => File::from(file),
        Err(Errno::NOENT | Errno::NOTDIR) => return Ok(None),
        Err(Errno::XDEV) => {
            let error = Error::new(Kind::Denied, format!("opening {shown}"));
            return Err(error.because("it is, or is below, a link that leads out of the context"));
        }
        Err(errno) => return Err(io::Error::from(errno)).what(|| format!("opening {shown}")),
    };
    let stat = rustix::fs::fstat(&file).map_err(io::Error::from).what(|| format!("opening {shown}"))?;
    match FileType::from_raw_mode(stat.st_mode) {
        FileType::RegularFile => Ok(Some(file)),
        FileType::Directory => {
            Err(Error::new(Kind::Invalid, format!("read {shown}")).because("is a directory"))
        }
        _ => Err(Error::new(Kind::Invalid, format!("read {shown}")).because("not a regular file")),
    }
}

/// All of `stream`, which is called `name`.
pub(super) fn bounded(stream: &mut dyn Read, name: &str) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    stream.take(LIMIT + 1).read_to_end(&mut bytes).what(|| format!("reading {name}"))?;
    match bytes.len() as u64 > LIMIT {
        true => Err(Error::new(Kind::Invalid, format!("reading {name}"))
            .because(format!("more than {} MiB are no Dockerfile", LIMIT >> 20))),
        false => Ok(bytes),
    }
}

/// The Dockerfile at `path` in what was fetched.
pub(super) fn inside(root: &OwnedFd, path: &Path) -> Result<Vec<u8>> {
    match open(root, path, Links::InRoot).map_err(unreadable)? {
        Some(mut file) => bounded(&mut file, &path.display().to_string()),
        None => Err(no_dockerfile(&path.display().to_string())),
    }
}

/// The Dockerfile of a usual name in what was fetched, and that name.
pub(super) fn usual_inside(root: &OwnedFd) -> Result<(Vec<u8>, String)> {
    for name in USUAL {
        if let Some(mut file) = open(root, Path::new(name), Links::InRoot).map_err(unreadable)? {
            return Ok((bounded(&mut file, name)?, name.to_owned()));
        }
    }
    Err(no_dockerfile(DOCKERFILE))
}

/// The last part of a path, which is what is shown of it.
pub(super) fn shown(path: &str) -> String {
    Path::new(path).file_name().map_or_else(|| path.to_owned(), |name| name.to_string_lossy().into_owned())
}

/// Says what could not be read.
pub(super) fn unreadable(error: Error) -> Error {
    Error::new(error.kind, "failed to read dockerfile").why(error)
}
