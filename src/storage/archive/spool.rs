//! An input that can be read by position: the file itself, or a copy without a name.

use super::super::Store;
use super::super::compression::{Compression, Plain};
use super::super::layers::free_space;
use super::super::unpack::Limits;
use crate::error::{Context, Result};
use rustix::fs::{Mode, OFlags, open};
use std::fs::File;
use std::io::{self, Seek, SeekFrom};
use std::os::unix::fs::FileExt;

/// Makes `input` readable by position. A pipe, or what is compressed, is written to a file of the
/// store that has no name and is gone when it is closed.
pub fn spool(store: &Store, mut input: File, limits: Limits) -> Result<File> {
    let regular = input.metadata().what(|| "looking at the archive")?.is_file();
    if regular {
        let mut beginning = [0; 6];
        let start = input.stream_position().what(|| "reading the archive")?;
        let length = input.read_at(&mut beginning, start).what(|| "reading the archive")?;
        if start == 0 && Compression::sniff(&beginning[..length]) == Compression::None {
            return Ok(input);
        }
    }
    let flags = OFlags::RDWR | OFlags::TMPFILE | OFlags::CLOEXEC;
    let copy = open(store.layers().directory(), flags, Mode::from_raw_mode(0o600)).map_err(io::Error::from);
    let mut copy = File::from(copy.what(|| "making room for the archive")?);
    let limit = limits.bytes.min(free_space(&copy)?);
    let mut plain = Plain::new(input, limit)?;
    let mut buffer = vec![0; 256 * 1024];
    loop {
        let count = match io::Read::read(&mut plain, &mut buffer) {
            Ok(0) => break,
            Ok(count) => count,
            Err(cause) if cause.kind() == io::ErrorKind::Interrupted => continue,
            Err(cause) => return Err(cause).what(|| "reading the archive"),
        };
        io::Write::write_all(&mut copy, &buffer[..count]).what(|| "making room for the archive")?;
    }
    copy.seek(SeekFrom::Start(0)).what(|| "reading the archive")?;
    Ok(copy)
}
