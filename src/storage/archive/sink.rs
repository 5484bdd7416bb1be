//! Where the members of an archive go: one after the other into a tar, or as files into a directory.

use crate::error::{Context, Error, Kind, Result};
use rustix::fs::{Mode, OFlags, mkdirat, openat};
use std::fs::File;
use std::io::{self, Read, Write};
use std::os::fd::OwnedFd;

/// Bytes copied at once.
const BUFFER: usize = 256 * 1024;
/// What every file of a tar is padded to.
const BLOCK: u64 = 512;
/// What a whole tar is padded to, as tar(1) does.
const RECORD: u64 = 20 * BLOCK;

/// Takes the members of an archive, a directory before what is in it.
pub trait Sink {
    /// A directory.
    fn directory(&mut self, name: &str) -> Result<()>;

    /// A file of `size` bytes, read from `content`.
    ///
    /// # Errors
    /// When it has another size.
    fn file(&mut self, name: &str, size: u64, content: &mut dyn Read) -> Result<()>;

    /// The end.
    fn finish(&mut self) -> Result<()>;
}

/// A tar stream. Owner, group and times are 0, so that the same members are the same bytes.
#[derive(Debug)]
pub struct TarSink<W> {
    output: W,
    written: u64,
    buffer: Vec<u8>,
}

impl<W: Write> TarSink<W> {
    /// Writes to `output`, in large pieces.
    pub fn new(output: W) -> Self {
        Self { output, written: 0, buffer: vec![0; BUFFER] }
    }

    fn header(&mut self, name: &str, kind: tar::EntryType, mode: u32, size: u64) -> Result<()> {
        let mut header = tar::Header::new_gnu();
        header.set_path(name).what(|| format!("writing `{name}`"))?;
        header.set_entry_type(kind);
        header.set_mode(mode);
        header.set_uid(0);
        header.set_gid(0);
        header.set_mtime(0);
        header.set_size(size);
        header.set_cksum();
        self.put(header.as_bytes())
    }

    fn put(&mut self, bytes: &[u8]) -> Result<()> {
        self.written += bytes.len() as u64;
        self.output.write_all(bytes).map_err(writing)
    }

    fn pad(&mut self, to: u64) -> Result<()> {
        let zeros = [0; RECORD as usize];
        let missing = self.written.next_multiple_of(to) - self.written;
        self.put(&zeros[..missing as usize])
    }
}

impl<W: Write> Sink for TarSink<W> {
    fn directory(&mut self, name: &str) -> Result<()> {
        self.header(&format!("{name}/"), tar::EntryType::Directory, 0o755, 0)
    }

    fn file(&mut self, name: &str, size: u64, content: &mut dyn Read) -> Result<()> {
        self.header(name, tar::EntryType::Regular, 0o644, size)?;
        copy(name, size, content, &mut self.output, &mut self.buffer)?;
        self.written += size;
        self.pad(BLOCK)
    }

    fn finish(&mut self) -> Result<()> {
        self.put(&[0; 2 * BLOCK as usize])?;
        self.pad(RECORD)?;
        self.output.flush().map_err(writing)
    }
}

/// A directory, which is empty.
#[derive(Debug)]
pub struct DirectorySink {
    directory: OwnedFd,
    buffer: Vec<u8>,
}

impl DirectorySink {
    /// Writes into `directory`.
    pub fn new(directory: OwnedFd) -> Self {
        Self { directory, buffer: vec![0; BUFFER] }
    }
}

impl Sink for DirectorySink {
    fn directory(&mut self, name: &str) -> Result<()> {
        let mode = Mode::from_raw_mode(0o755);
        mkdirat(&self.directory, name, mode).map_err(io::Error::from).what(|| format!("making `{name}`"))
    }

    fn file(&mut self, name: &str, size: u64, content: &mut dyn Read) -> Result<()> {
        let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let file = openat(&self.directory, name, flags, Mode::from_raw_mode(0o644));
        let file = file.map_err(io::Error::from).what(|| format!("making `{name}`"))?;
        copy(name, size, content, &mut File::from(file), &mut self.buffer)
    }

    fn finish(&mut self) -> Result<()> {
        Ok(())
    }
}

fn copy(
    name: &str,
    size: u64,
    content: &mut dyn Read,
    output: &mut impl Write,
    buffer: &mut [u8],
) -> Result<()> {
    let mut rest = size;
    loop {
        // One byte more than is expected, so that what is longer is seen.
        let want = buffer.len().min(usize::try_from(rest.saturating_add(1)).unwrap_or(usize::MAX));
        let count = match content.read(&mut buffer[..want]) {
            Ok(count) => count,
            Err(cause) if cause.kind() == io::ErrorKind::Interrupted => continue,
            Err(cause) => return Err(cause).what(|| format!("reading `{name}`")),
        };
        if (count == 0 && rest > 0) || count as u64 > rest {
            return Err(Error::new(
                Kind::Invalid,
                format!("`{name}` is not {size} bytes long, as it should be"),
            )
            .fix("remove the image, and pull or load it again"));
        }
        if count == 0 {
            return Ok(());
        }
        output.write_all(&buffer[..count]).map_err(writing)?;
        rest -= count as u64;
    }
}

fn writing(cause: io::Error) -> Error {
    Error::new(Kind::System, "writing the archive").why(cause)
}
