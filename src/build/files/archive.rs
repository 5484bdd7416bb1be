//! `ADD` of an archive: what it holds goes into the destination.
//!
//! What an archive is, is decided by what the file holds, not by its name: a tar header whose checksum is right,
//! after undoing gzip, bzip2, xz or zstd.

use super::copy::Copied;
use super::destination::{Destination, Ownership};
use crate::error::{Context, Error, Result};
use crate::storage::compression::Plain;
use crate::storage::unpack::{Limits, Over, Owners, Unpacked, unpack_over};
use std::fs::File;
use std::io::{Read, Seek};
use std::os::fd::{AsFd, OwnedFd};

/// A tar header.
const BLOCK: usize = 512;
/// Where a header has the checksum of itself.
const CHECKSUM: std::ops::Range<usize> = 148..156;

/// Whether `file` is an archive that `ADD` unpacks. It is read again afterwards.
pub(super) fn is_archive(file: &File) -> Result<bool> {
    let from = begin(file)?;
    // What cannot be decompressed is a file like any other.
    let Ok(plain) = Plain::new(from, BLOCK as u64) else { return Ok(false) };
    let mut header = Vec::with_capacity(BLOCK);
    let _ = plain.take(BLOCK as u64).read_to_end(&mut header);
    Ok(is_header(&header))
}

/// Unpacks `file`, which is called `name`, into the destination, which is a directory then.
pub(super) fn unpack(
    file: &File,
    name: &str,
    destination: &mut Destination<'_>,
    done: &mut Copied,
) -> Result<()> {
    let how = destination.how;
    let root: OwnedFd = destination.for_archive()?;
    let limits = Limits::default().within(root.as_fd())?;
    let over = Over { time: how.time, owner: how.owner.map(|owner| (owner.uid, owner.gid)) };
    let mut owners = match how.ownership {
        Ownership::Applied => Owners::Applied,
        Ownership::Ignored => Owners::Ignored,
    };
    let plain = Plain::new(begin(file)?, limits.bytes)?;
    let unpacked = unpack_over(plain, root, &mut owners, limits, over).map_err(|error| named(error, name))?;
    count(unpacked, done);
    Ok(())
}

/// Adds what was unpacked to what was copied.
fn count(unpacked: Unpacked, done: &mut Copied) {
    done.entries += unpacked.entries;
    done.bytes += unpacked.size;
    done.skipped_count += unpacked.skipped_count;
    let room = super::copy::NAMED_SKIPS.saturating_sub(done.skipped.len());
    done.skipped.extend(unpacked.skipped.into_iter().take(room));
}

/// Says which archive an error is about.
fn named(error: Error, name: &str) -> Error {
    let fix = error.hint().map(str::to_owned);
    let named = Error::new(error.kind, format!("unpacking {name}")).why(error);
    match fix {
        Some(fix) => named.fix(fix),
        None => named,
    }
}

/// The file from its beginning, by a descriptor of its own.
fn begin(file: &File) -> Result<File> {
    let mut from = file.try_clone().what(|| "reading an archive")?;
    from.rewind().what(|| "reading an archive")?;
    Ok(from)
}

/// Whether the sum of the bytes is the one that stands among them, as octal digits (POSIX.1-2017, pax, "ustar
/// Interchange Format"). Zeros have none.
fn is_header(block: &[u8]) -> bool {
    let Some(field) = block.get(CHECKSUM).filter(|_| block.len() == BLOCK) else { return false };
    let digits = field.trim_ascii_start().iter().take_while(|byte| matches!(byte, b'0'..=b'7'));
    let claimed = digits.fold(0u32, |sum, digit| sum.wrapping_mul(8) + u32::from(digit - b'0'));
    let sum = |range: &[u8]| range.iter().map(|byte| u32::from(*byte)).sum::<u32>();
    let actual = sum(&block[..CHECKSUM.start]) + 8 * u32::from(b' ') + sum(&block[CHECKSUM.end..]);
    claimed != 0 && claimed == actual
}
