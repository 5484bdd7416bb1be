//! The names in a directory, sorted by their bytes.

use crate::error::{Context, Error, Kind, Result};
use rustix::fs::{FileType, RawDir};
use std::ffi::CStr;
use std::io;
use std::os::fd::AsFd;

/// Bytes asked of the kernel at once.
const BUFFER: usize = 32 * 1024;
/// Bytes of all names of one directory.
const NAMES_LIMIT: usize = 256 << 20;

/// The names in one directory, `.` and `..` left out.
#[derive(Debug, Default)]
pub(super) struct Listing {
    /// Each with its NUL, as the kernel gave them.
    bytes: Vec<u8>,
    /// Where each begins and ends (with its NUL), and what it is, where the file system told.
    names: Vec<(u32, u32, FileType)>,
}

impl Listing {
    /// Reads `directory`, which was just opened, to its end.
    pub(super) fn read(directory: impl AsFd) -> Result<Self> {
        let mut listing = Self::default();
        // Not on the stack, of which a deep walk has enough to keep.
        let mut buffer = Vec::<u8>::with_capacity(BUFFER);
        let mut entries = RawDir::new(directory, buffer.spare_capacity_mut());
        while let Some(entry) = entries.next() {
            let entry = entry.map_err(io::Error::from).what(|| "reading a directory")?;
            if !matches!(entry.file_name().to_bytes(), b"." | b"..") {
                listing.push(entry.file_name(), entry.file_type())?;
            }
        }
        let Self { bytes, names } = &mut listing;
        names.sort_unstable_by(|a, b| bytes[range(a)].cmp(&bytes[range(b)]));
        Ok(listing)
    }

    fn push(&mut self, name: &CStr, kind: FileType) -> Result<()> {
        let begin = self.bytes.len();
        self.bytes.extend_from_slice(name.to_bytes_with_nul());
        let ends = u32::try_from(begin).ok().zip(u32::try_from(self.bytes.len()).ok());
        match ends.filter(|_| self.bytes.len() <= NAMES_LIMIT) {
            Some((begin, end)) => self.names.push((begin, end, kind)),
            None => return Err(Error::new(Kind::Invalid, "a directory with too many names")),
        }
        Ok(())
    }

    /// The names in order, and what each is: [`FileType::Unknown`] where the file system does not tell.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&CStr, FileType)> {
        self.names.iter().filter_map(|name| {
            CStr::from_bytes_with_nul(&self.bytes[range(name)]).ok().map(|text| (text, name.2))
        })
    }
}

fn range(name: &(u32, u32, FileType)) -> std::ops::Range<usize> {
    name.0 as usize..name.1 as usize
}
