//! Blobs on their way in: `images/blobs/.partial-<hex>`, one writer at a time, kept over calls, so that a
//! pull that was broken off goes on where it was. The content is only trusted once its digest is.

use super::blobs::Blobs;
use crate::error::{Context, Error, Kind, Result};
use crate::oci::digest::{Digest, Hasher};
use rustix::fs::{FlockOperation, Mode, OFlags, flock, fstat, open};
use rustix::io::Errno;
use std::fs::File;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

/// What begins the name of a blob that is not whole yet.
pub(super) const PREFIX: &str = ".partial-";

/// Whether to wait for another call that fetches the same blob.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Patience {
    /// Come back later.
    None,
    /// Wait until it is through, or dead.
    Wait,
}

/// Who fetches a blob.
#[derive(Debug)]
pub enum Claim {
    /// Nobody: it is here.
    Here,
    /// This call.
    Mine(Partial),
    /// Another call, right now.
    Busy,
}

/// A blob in the making, which no other call touches meanwhile. Dropped, what has come of it stays.
#[derive(Debug)]
pub struct Partial {
    file: File,
    path: PathBuf,
    whole: PathBuf,
    digest: Digest,
    size: u64,
    have: u64,
}

impl Blobs<'_> {
    /// Claims the blob with this digest, of `size` bytes.
    pub fn claim(&self, digest: &Digest, size: u64, patience: Patience) -> Result<Claim> {
        let path = self.directory().with_file_name(format!("{PREFIX}{}", digest.hex()));
        let doing = || format!("making blob {digest}");
        let operation = match patience {
            Patience::None => FlockOperation::NonBlockingLockExclusive,
            Patience::Wait => FlockOperation::LockExclusive,
        };
        loop {
            if self.has(digest) {
                return Ok(Claim::Here);
            }
            let flags = OFlags::RDWR | OFlags::CREATE | OFlags::NOFOLLOW | OFlags::CLOEXEC;
            let file = open(&path, flags, Mode::from_raw_mode(0o600)).map_err(io::Error::from).what(doing)?;
            match flock(&file, operation) {
                Ok(()) => {}
                Err(Errno::WOULDBLOCK) => return Ok(Claim::Busy),
                Err(Errno::INTR) => continue,
                Err(errno) => return Err(io::Error::from(errno)).what(doing),
            }
            let stat = fstat(&file).map_err(io::Error::from).what(doing)?;
            // Whoever had it made a blob of it, or threw it away.
            if stat.st_nlink == 0 || !is_still_called(&path, stat.st_ino) || self.has(digest) {
                continue;
            }
            let mut have = stat.st_size as u64;
            if have > size {
                rustix::fs::ftruncate(&file, 0).map_err(io::Error::from).what(doing)?;
                have = 0;
            }
            let whole = self.directory().join(digest.hex());
            return Ok(Claim::Mine(Partial { file: file.into(), path, whole, digest: *digest, size, have }));
        }
    }
}

fn is_still_called(path: &Path, inode: u64) -> bool {
    use std::os::unix::fs::MetadataExt;
    std::fs::symlink_metadata(path).is_ok_and(|found| found.ino() == inode)
}

impl Partial {
    /// What it will be.
    pub fn digest(&self) -> Digest {
        self.digest
    }

    /// Bytes of the whole.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// The bytes that came before this call.
    pub fn have(&self) -> u64 {
        self.have
    }

    /// The whole blob: what is here, then what `rest`, asked from which byte, gives; which is written down
    /// as it is read.
    ///
    /// # Errors
    /// Of `rest`, which is not asked when all is here.
    pub fn stream<R: Read>(&self, rest: impl FnOnce(u64) -> Result<R>) -> Result<Arriving<'_, R>> {
        let rest = if self.have < self.size { Some(rest(self.have)?) } else { None };
        Ok(Arriving { partial: self, rest, at: 0, hasher: Hasher::default(), broke: false })
    }

    /// Gives it its name. Durable after the next [`super::Store::sync`], before which nothing may name it.
    pub fn keep(self) -> Result<()> {
        std::fs::rename(&self.path, &self.whole).what(|| format!("keeping blob {}", self.digest))
    }

    /// Throws away what is not what it should be.
    pub fn discard(self) {
        // What cannot be removed is found wrong again by the next call.
        let _ = std::fs::remove_file(&self.path);
    }
}

/// A blob that is read while it arrives.
#[derive(Debug)]
pub struct Arriving<'a, R> {
    partial: &'a Partial,
    rest: Option<R>,
    at: u64,
    hasher: Hasher,
    broke: bool,
}

impl<R: Read> Arriving<'_, R> {
    /// Whether it was the source that failed, or the disk it is written down on.
    pub fn broke(&self) -> bool {
        self.broke
    }

    /// Reads what is left, and compares the digest.
    ///
    /// # Errors
    /// [`Kind::Invalid`] for another digest; those of the source.
    pub fn verify(mut self) -> Result<()> {
        io::copy(&mut self, &mut io::sink()).what(|| format!("reading blob {}", self.partial.digest))?;
        match self.hasher.finish() {
            found if found == self.partial.digest => Ok(()),
            found => {
                let what = format!("the blob {} is not what its digest says", self.partial.digest);
                Err(Error::new(Kind::Invalid, what).because(format!("it has {found}")))
            }
        }
    }

    fn read_some(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut file = &self.partial.file;
        if self.at < self.partial.have {
            let left = usize::try_from(self.partial.have - self.at).unwrap_or(usize::MAX).min(buffer.len());
            return Ok(rustix::io::pread(file, &mut buffer[..left], self.at)?);
        }
        let Some(rest) = &mut self.rest else { return Ok(0) };
        let count = rest.read(buffer)?;
        if self.at == self.partial.have {
            rustix::fs::seek(file, rustix::fs::SeekFrom::Start(self.at))?;
        }
        file.write_all(&buffer[..count])?;
        Ok(count)
    }
}

impl<R: Read> Read for Arriving<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.read_some(buffer).inspect_err(|_| self.broke = true)?;
        self.hasher.update(&buffer[..count]);
        self.at += count as u64;
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::paths::Paths;
    use crate::storage::Store;

    fn mine(claim: Result<Claim>) -> Partial {
        match claim.unwrap() {
            Claim::Mine(partial) => partial,
            other => panic!("{other:?}"),
        }
    }

    fn store(folder: &Path) -> Store {
        let paths =
            Paths { data: folder.into(), runtime: folder.join("run"), config: folder.join("config.json") };
        Store::open(&paths).unwrap()
    }

    #[test]
    fn what_came_before_is_not_asked_for_again() {
        let folder = tempfile::tempdir().unwrap();
        let store = store(folder.path());
        let digest = Digest::of(b"hello world");
        let partial = mine(store.blobs().claim(&digest, 11, Patience::None));
        assert!(matches!(store.blobs().claim(&digest, 11, Patience::None).unwrap(), Claim::Busy));
        let error = partial.stream(|from| Ok(&b"hello world"[from as usize..6])).unwrap().verify();
        assert_eq!(error.unwrap_err().kind, Kind::Invalid);
        drop(partial);
        let partial = mine(store.blobs().claim(&digest, 11, Patience::Wait));
        assert_eq!(partial.have(), 6);
        partial.stream(|from| Ok(&b"hello world"[from as usize..])).unwrap().verify().unwrap();
        partial.keep().unwrap();
        assert!(matches!(store.blobs().claim(&digest, 11, Patience::Wait).unwrap(), Claim::Here));
        assert_eq!(store.blobs().read(&digest).unwrap(), b"hello world");
    }

    #[test]
    fn what_is_longer_than_the_blob_is_no_part_of_it() {
        let folder = tempfile::tempdir().unwrap();
        let store = store(folder.path());
        let digest = Digest::of(b"abc");
        let partial = mine(store.blobs().claim(&digest, 9, Patience::None));
        partial.stream(|_| Ok(&b"012345678"[..])).unwrap().verify().unwrap_err();
        drop(partial);
        assert_eq!(mine(store.blobs().claim(&digest, 3, Patience::None)).have(), 0);
    }
}
