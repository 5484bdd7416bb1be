//! Image layouts (image-layout.md): what an archive of images holds, and writing it into a tar or into a folder.

use crate::durable;
use crate::error::{Context, Error, Kind, Result};
use crate::oci::digest::Digest;
use crate::storage::archive::Sink;
use crate::storage::compression::Hashing;
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read};
use std::os::unix::fs::FileExt;
use std::path::Path;

/// What is written under one name.
#[derive(Debug)]
pub(super) enum Member<'a> {
    /// Bytes.
    Document(Vec<u8>),
    /// A file, which has that many bytes.
    File(&'a File, u64),
}

/// A layout in the making: members by name, each once.
#[derive(Debug, Default)]
pub(super) struct Layout<'a>(BTreeMap<String, Member<'a>>);

/// A file from its beginning, whoever reads it elsewhere.
struct Whole<'a> {
    file: &'a File,
    at: u64,
}

impl Read for Whole<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.file.read_at(buffer, self.at)?;
        self.at += count as u64;
        Ok(count)
    }
}

impl<'a> Layout<'a> {
    /// One that says what it is.
    pub(super) fn new() -> Self {
        let mut layout = Self::default();
        layout.document("oci-layout", br#"{"imageLayoutVersion":"1.0.0"}"#.to_vec());
        layout
    }

    /// Adds a document.
    pub(super) fn document(&mut self, name: &str, bytes: Vec<u8>) {
        self.0.insert(name.to_owned(), Member::Document(bytes));
    }

    /// Adds a document that is known by its digest.
    pub(super) fn blob(&mut self, bytes: &[u8]) -> Digest {
        let digest = Digest::of(bytes);
        self.document(&path(&digest), bytes.to_vec());
        digest
    }

    /// Adds a blob that is a file.
    pub(super) fn file(&mut self, digest: &Digest, size: u64, file: &'a File) {
        self.0.insert(path(digest), Member::File(file, size));
    }

    /// Writes all of it.
    ///
    /// # Errors
    /// What was written is to be thrown away then.
    pub(super) fn write(&self, sink: &mut impl Sink) -> Result<()> {
        for directory in ["blobs", "blobs/sha256"] {
            sink.directory(directory)?;
        }
        for (name, member) in &self.0 {
            match member {
                Member::Document(bytes) => sink.file(name, bytes.len() as u64, &mut &bytes[..])?,
                Member::File(file, size) => sink.file(name, *size, &mut Whole { file, at: 0 })?,
            }
        }
        sink.finish()
    }

    /// Puts all of it into `folder`, where other images may be: blobs that are there stay, `index.json` comes last.
    ///
    /// # Errors
    /// Of the file system.
    pub(super) fn put(&self, folder: &Path) -> Result<()> {
        let blobs = folder.join("blobs/sha256");
        std::fs::create_dir_all(&blobs).what(|| format!("making {}", blobs.display()))?;
        let (indexes, others): (Vec<_>, Vec<_>) = self.0.iter().partition(|(name, _)| *name == "index.json");
        for (name, member) in others.into_iter().chain(indexes) {
            let to = folder.join(name);
            if name.starts_with("blobs/") && to.exists() {
                continue;
            }
            match member {
                Member::Document(bytes) => durable::replace(&to, bytes)?,
                Member::File(file, size) => put_file(&to, file, *size)?,
            }
        }
        Ok(())
    }
}

fn put_file(to: &Path, file: &File, size: u64) -> Result<()> {
    let doing = || format!("writing {}", to.display());
    let temporary = to.with_file_name(durable::temporary_name());
    let written = (|| {
        let mut new = File::options().write(true).create_new(true).open(&temporary)?;
        let mut source = Hashing::new(Whole { file, at: 0 });
        io::copy(&mut source, &mut new)?;
        match source.finish().1 == size {
            true => std::fs::rename(&temporary, to),
            false => Err(io::Error::other("a blob is not as long as it should be")),
        }
    })();
    if written.is_err() {
        let _ = std::fs::remove_file(&temporary);
    }
    written.what(doing)
}

/// Where a blob is in a layout.
pub(super) fn path(digest: &Digest) -> String {
    format!("blobs/sha256/{}", digest.hex())
}

/// Refuses a folder's name that is something else.
///
/// # Errors
/// Usage in buildx's words.
pub(super) fn check_folder(path: &Path) -> Result<()> {
    match std::fs::metadata(path) {
        Ok(found) if !found.is_dir() => {
            Err(Error::new(Kind::Usage, format!("destination directory is a file: {}", path.display())))
        }
        _ => Ok(()),
    }
}
