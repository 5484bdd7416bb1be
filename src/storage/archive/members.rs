//! The members of an archive by name: with their places in a file, or as files below a directory.

use super::super::unpack::{Entries, EntryKind};
use super::invalid;
use crate::error::{Context, Result};
use crate::oci::manifest::DOCUMENT_LIMIT;
use crate::sys::resolve;
use rustix::fs::{OFlags, ResolveFlags};
use std::collections::HashMap;
use std::fs::File;
use std::io::{self, BufReader, Read};
use std::os::fd::OwnedFd;
use std::os::unix::fs::FileExt;
use std::sync::Arc;

/// Members of one archive: images have a handful per layer.
const MEMBER_LIMIT: usize = 100_000;
/// Bytes of a member's name that matter.
const NAME_LIMIT: usize = 512;
/// Symbolic links in a row.
const LINK_LIMIT: usize = 8;

/// The members of an archive.
#[derive(Debug)]
pub struct Members(Source);

#[derive(Debug)]
enum Source {
    /// A tar, and what it holds by name.
    Archive(Arc<File>, HashMap<String, Member>),
    /// An image layout as files. Only regular ones count, and no symbolic link is followed: a layout that
    /// a stranger made must not bring in files of the host (GHSA-r3h2-rgqf-9hv9).
    Directory(Arc<OwnedFd>),
}

#[derive(Debug)]
enum Member {
    File { position: u64, size: u64 },
    Link(String),
}

/// A run of bytes of a file, read by position: several can be read at once.
#[derive(Debug, Clone)]
pub struct Section {
    bytes: Bytes,
    position: u64,
    rest: u64,
}

/// Where the bytes of a section are.
#[derive(Debug, Clone)]
enum Bytes {
    In(Arc<File>),
    /// In a file that is opened when it is read: images may have more layers than there are descriptors.
    Below(Arc<OwnedFd>, String),
}

impl Section {
    /// Bytes left to read.
    pub fn size(&self) -> u64 {
        self.rest
    }

    fn file(&mut self) -> io::Result<&File> {
        if let Bytes::Below(directory, name) = &self.bytes {
            self.bytes = Bytes::In(Arc::new(open_below(directory, name)?.0));
        }
        match &self.bytes {
            Bytes::In(file) => Ok(file),
            Bytes::Below(_, name) => Err(io::Error::other(format!("`{name}` is not open"))),
        }
    }
}

impl Read for Section {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let want = buffer.len().min(usize::try_from(self.rest).unwrap_or(usize::MAX));
        if want == 0 {
            return Ok(0);
        }
        let position = self.position;
        let count = self.file()?.read_at(&mut buffer[..want], position)?;
        if count == 0 {
            return Err(io::Error::new(io::ErrorKind::UnexpectedEof, "the archive ends inside a member"));
        }
        self.position += count as u64;
        self.rest -= count as u64;
        Ok(count)
    }
}

impl Members {
    /// Reads the headers of a plain tar `file`, from its beginning.
    pub fn read(file: File) -> Result<Self> {
        let length = file.metadata().what(|| "looking at the archive")?.len();
        let mut members = HashMap::new();
        let mut entries = Entries::seeking(BufReader::new(&file));
        while let Some(entry) = entries.next_entry()? {
            let Some(name) = clean("", &entry.name) else { continue };
            let member = match entry.kind {
                EntryKind::File if entry.extents.is_none() => {
                    if entry.position.checked_add(entry.stored).is_none_or(|end| end > length) {
                        return Err(invalid(format!("the archive ends inside `{name}`")));
                    }
                    Member::File { position: entry.position, size: entry.stored }
                }
                EntryKind::Symlink => match clean(parent(&name), &entry.link) {
                    Some(target) => Member::Link(target),
                    None => continue,
                },
                EntryKind::HardLink => match clean("", &entry.link) {
                    Some(target) => Member::Link(target),
                    None => continue,
                },
                _ => continue,
            };
            if members.len() == MEMBER_LIMIT {
                return Err(invalid(format!("an archive of more than {MEMBER_LIMIT} members")));
            }
            members.insert(name, member);
        }
        Ok(Self(Source::Archive(Arc::new(file), members)))
    }

    /// The files below `directory`.
    pub fn below(directory: OwnedFd) -> Self {
        Self(Source::Directory(Arc::new(directory)))
    }

    /// Whether they are files, and not in a tar.
    pub fn are_files(&self) -> bool {
        matches!(self.0, Source::Directory(_))
    }

    /// Whether there is a file by that name.
    pub fn has(&self, name: &str) -> bool {
        self.section(name).is_ok()
    }

    /// The bytes of the member `name`; links are followed inside the archive.
    pub fn section(&self, name: &str) -> Result<Section> {
        let missing = || invalid(format!("the archive lacks `{name}`"));
        let mut at = clean("", name.as_bytes()).ok_or_else(missing)?;
        let (file, members) = match &self.0 {
            Source::Archive(file, members) => (file, members),
            Source::Directory(directory) => {
                let (_, rest) = match open_below(directory, &at) {
                    Err(cause) if cause.kind() == io::ErrorKind::NotFound => return Err(missing()),
                    opened => opened.what(|| format!("opening `{at}` of the layout"))?,
                };
                return Ok(Section { bytes: Bytes::Below(Arc::clone(directory), at), position: 0, rest });
            }
        };
        for _ in 0..LINK_LIMIT {
            match members.get(&at) {
                Some(Member::File { position, size }) => {
                    return Ok(Section {
                        bytes: Bytes::In(Arc::clone(file)),
                        position: *position,
                        rest: *size,
                    });
                }
                Some(Member::Link(target)) => at.clone_from(target),
                None => return Err(missing()),
            }
        }
        Err(invalid(format!("`{name}` is a loop of links")))
    }

    /// The bytes of a document.
    pub fn document(&self, name: &str) -> Result<Vec<u8>> {
        let section = self.section(name)?;
        if section.size() > DOCUMENT_LIMIT {
            return Err(invalid(format!(
                "`{name}` has {} bytes; the limit is {DOCUMENT_LIMIT}",
                section.size()
            )));
        }
        let mut bytes = Vec::new();
        { section }.read_to_end(&mut bytes).what(|| format!("reading `{name}`"))?;
        Ok(bytes)
    }
}

/// Opens a regular file below `directory`, through no symbolic link; with its length.
fn open_below(directory: &OwnedFd, name: &str) -> io::Result<(File, u64)> {
    let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::NOCTTY;
    let resolve = ResolveFlags::BENEATH | ResolveFlags::NO_SYMLINKS;
    let file = File::from(resolve::open(directory, name, flags, resolve)?);
    let metadata = file.metadata()?;
    match metadata.is_file() {
        true => Ok((file, metadata.len())),
        false => Err(io::Error::other("it is not a regular file")),
    }
}

fn parent(name: &str) -> &str {
    name.rsplit_once('/').map_or("", |(parent, _)| parent)
}

/// A name inside the archive, from `base`; `None` for one that leaves it or that no image would have.
fn clean(base: &str, name: &[u8]) -> Option<String> {
    let name = std::str::from_utf8(name).ok().filter(|name| name.len() <= NAME_LIMIT)?;
    let mut parts: Vec<&str> =
        base.split('/').filter(|part| !part.is_empty() && !name.starts_with('/')).collect();
    for part in name.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            _ => parts.push(part),
        }
    }
    (!parts.is_empty()).then(|| parts.join("/"))
}
