//! What a file holds, copied: shared where the file system can, else copied by the kernel, else read and written.

use super::destination::writing;
use crate::error::{Context, Result};
use rustix::fs::{SeekFrom, copy_file_range, ftruncate, ioctl_ficlone, seek};
use rustix::io::Errno;
use std::fs::File;
use std::io;
use std::os::unix::fs::{FileExt, MetadataExt};

/// Bytes read and written at once.
const BUFFER: usize = 256 * 1024;

/// Copies what `from` holds to `to`, which is empty; holes stay holes. Gives the bytes of the file.
pub(super) fn copy(from: &File, to: &File, buffer: &mut Vec<u8>) -> Result<u64> {
    let about = from.metadata().what(|| "looking at a file")?;
    let size = about.len();
    if size == 0 || ioctl_ficlone(to, from).is_ok() {
        return Ok(size);
    }
    buffer.resize(BUFFER, 0);
    match about.blocks().saturating_mul(512) < size {
        true => copy_sparse(from, to, size, buffer)?,
        false => copy_range(from, to, 0, size, buffer)?,
    }
    Ok(size)
}

fn copy_sparse(from: &File, to: &File, size: u64, buffer: &mut [u8]) -> Result<()> {
    let mut end = 0;
    while end < size {
        let data = match seek(from, SeekFrom::Data(end)) {
            Ok(data) => data,
            // Nothing but a hole is left.
            Err(Errno::NXIO) => break,
            // A file system that knows no holes.
            Err(_) => return copy_range(from, to, end, size, buffer),
        };
        end = match seek(from, SeekFrom::Hole(data)) {
            Ok(hole) => hole.min(size),
            Err(_) => size,
        };
        copy_range(from, to, data, end, buffer)?;
    }
    ftruncate(to, size).map_err(writing)
}

/// Copies the bytes from `begin` to `end`, or to where the file ends by now.
fn copy_range(from: &File, to: &File, begin: u64, end: u64, buffer: &mut [u8]) -> Result<()> {
    let (mut read, mut written) = (begin, begin);
    while read < end {
        let count = usize::try_from(end - read).unwrap_or(usize::MAX).min(1 << 30);
        match copy_file_range(from, Some(&mut read), to, Some(&mut written), count) {
            Ok(0) => return copy_by_hand(from, to, read, end, buffer),
            Ok(_) | Err(Errno::INTR) => {}
            Err(Errno::NOSPC | Errno::DQUOT) => return Err(writing(Errno::NOSPC)),
            // Whatever else: other kernels refuse other pairs of file systems.
            Err(_) => return copy_by_hand(from, to, read, end, buffer),
        }
    }
    Ok(())
}

fn copy_by_hand(from: &File, to: &File, begin: u64, end: u64, buffer: &mut [u8]) -> Result<()> {
    let mut at = begin;
    while at < end {
        let want = usize::try_from(end - at).unwrap_or(usize::MAX).min(buffer.len());
        match from.read_at(&mut buffer[..want], at) {
            Ok(0) => break,
            Ok(count) => {
                to.write_all_at(&buffer[..count], at).map_err(written)?;
                at += count as u64;
            }
            Err(cause) if cause.kind() == io::ErrorKind::Interrupted => {}
            Err(cause) => return Err(cause).what(|| "reading a file"),
        }
    }
    Ok(())
}

/// A failed write of the standard library in our words.
pub(super) fn written(cause: io::Error) -> crate::error::Error {
    writing(Errno::from_io_error(&cause).unwrap_or(Errno::IO))
}
