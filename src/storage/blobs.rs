//! Blobs by digest: `images/blobs/sha256/<hex>`, written once, never changed.

use super::Store;
use crate::durable::{self, temporary_name};
use crate::error::{Context, Error, Kind, Result};
use crate::oci::digest::{Digest, Hasher};
use crate::oci::manifest::DOCUMENT_LIMIT;
use rustix::fs::{FileType, Mode, OFlags, fstat, open};
use std::fs::File;
use std::io::{self, Read, Write};
use std::path::PathBuf;

/// The blobs of a store.
#[derive(Debug, Clone, Copy)]
pub struct Blobs<'a>(&'a Store);

impl Store {
    /// Its blobs.
    pub fn blobs(&self) -> Blobs<'_> {
        Blobs(self)
    }
}

impl Blobs<'_> {
    /// Where all of them are.
    pub(super) fn directory(&self) -> PathBuf {
        self.0.images_directory().join("blobs/sha256")
    }

    fn path(&self, digest: &Digest) -> PathBuf {
        self.directory().join(digest.hex())
    }

    /// Whether it is here.
    pub fn has(&self, digest: &Digest) -> bool {
        self.open(digest).is_ok_and(|file| file.is_some())
    }

    /// Opens it for reading; `None` when it is not here.
    pub fn open(&self, digest: &Digest) -> Result<Option<File>> {
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
        let fd = match open(self.path(digest), flags, Mode::empty()) {
            Ok(fd) => fd,
            Err(rustix::io::Errno::NOENT) => return Ok(None),
            Err(errno) => return Err(io::Error::from(errno)).what(|| format!("opening blob {digest}")),
        };
        let stat = fstat(&fd).map_err(io::Error::from).what(|| format!("opening blob {digest}"))?;
        match FileType::from_raw_mode(stat.st_mode) {
            FileType::RegularFile => Ok(Some(fd.into())),
            _ => Err(Error::new(Kind::Invalid, format!("blob {digest} is no file"))),
        }
    }

    /// Reads a document, and checks that it is what its digest says.
    pub fn read(&self, digest: &Digest) -> Result<Vec<u8>> {
        let missing = || Error::new(Kind::NotFound, format!("blob {digest} is missing in the store"));
        let file = self.open(digest)?.ok_or_else(missing)?;
        let mut bytes = Vec::new();
        file.take(DOCUMENT_LIMIT + 1).read_to_end(&mut bytes).what(|| format!("reading blob {digest}"))?;
        match Digest::of(&bytes) == *digest {
            true => Ok(bytes),
            false => Err(Error::new(Kind::Invalid, format!("blob {digest} is damaged"))
                .fix("remove the image and pull or load it again")),
        }
    }

    /// Keeps a document.
    pub fn put(&self, bytes: &[u8]) -> Result<Digest> {
        let digest = Digest::of(bytes);
        if !self.has(&digest) {
            durable::write(&self.path(&digest), bytes)?;
        }
        Ok(digest)
    }

    /// Removes it; gives the bytes that are free now, 0 when it was not here. Needs the lock for removing.
    pub(super) fn remove(&self, digest: &Digest) -> Result<u64> {
        let path = self.path(digest);
        let size = std::fs::symlink_metadata(&path).map_or(0, |metadata| metadata.len());
        match std::fs::remove_file(&path) {
            Err(cause) if cause.kind() != io::ErrorKind::NotFound => {
                Err(cause).what(|| format!("removing blob {digest}"))
            }
            _ => Ok(size),
        }
    }

    /// Begins a blob whose digest is not known yet.
    pub fn begin(&self) -> Result<NewBlob> {
        let directory = self.directory();
        let path = directory.join(temporary_name());
        let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let fd = open(&path, flags, Mode::from_raw_mode(0o600)).map_err(io::Error::from);
        let file = fd.what(|| "making a blob")?.into();
        Ok(NewBlob { file, path, directory, hasher: Hasher::default(), size: 0, kept: false })
    }
}

/// A blob in the making; thrown away unless it is kept.
#[derive(Debug)]
pub struct NewBlob {
    file: File,
    path: PathBuf,
    directory: PathBuf,
    hasher: Hasher,
    size: u64,
    kept: bool,
}

impl NewBlob {
    /// The digest and size of what was written so far.
    pub fn digest(&self) -> (Digest, u64) {
        (self.hasher.clone().finish(), self.size)
    }

    /// The same file, to be read.
    pub fn reopen(&self) -> Result<File> {
        File::open(&self.path).what(|| "opening a blob")
    }

    /// Gives it its name. Durable after the next [`Store::sync`], before which nothing may name it.
    pub fn keep(mut self) -> Result<Digest> {
        let (digest, _) = self.digest();
        std::fs::rename(&self.path, self.directory.join(digest.hex()))
            .what(|| format!("keeping blob {digest}"))?;
        self.kept = true;
        Ok(digest)
    }
}

impl Write for NewBlob {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let count = self.file.write(bytes)?;
        self.hasher.update(&bytes[..count]);
        self.size += count as u64;
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Drop for NewBlob {
    fn drop(&mut self) {
        if !self.kept {
            // What is left behind is swept with the next removal.
            let _ = std::fs::remove_file(&self.path);
        }
    }
}
