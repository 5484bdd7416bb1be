//! The entries of a tar stream, one after the other, in bounded memory.
//!
//! The fields of a header block are the tar crate's to decode; which blocks belong together is decided
//! here. The tar crate reads extended headers of any size into memory, splits PAX values at newlines
//! and does not know PAX sparse files. Where the readers of the field (GNU tar, Go, Python) disagree
//! about what an archive holds, it is refused: a scanner must not see other files than we do.

use super::invalid;
use super::pax::{self, Moment, Pax};
use crate::error::{Context, Result};
use std::io::{self, Read, Seek, SeekFrom};

/// A header, and the unit everything is padded to.
const BLOCK: usize = 512;
/// Bytes of one PAX header.
const PAX_LIMIT: u64 = 1024 * 1024;
/// Bytes of a GNU long name; names above `PATH_MAX` are refused later, with their beginning told.
const LONG_NAME_LIMIT: u64 = 64 * 1024;
/// Pieces of one sparse file.
const EXTENT_LIMIT: usize = 128 * 1024;

/// What an entry is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EntryKind {
    /// A regular file, sparse or not.
    File,
    /// Another name of a file: `link` names it.
    HardLink,
    /// `link` is its text.
    Symlink,
    /// A character device.
    CharacterDevice,
    /// A block device.
    BlockDevice,
    /// A directory.
    Directory,
    /// A named pipe.
    Fifo,
}

/// Where a run of stored bytes belongs in a sparse file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Extent {
    /// Bytes from the beginning of the file.
    pub offset: u64,
    /// Bytes.
    pub length: u64,
}

/// One entry; its data is read from [`Entries`] before the next is asked for.
#[derive(Debug)]
pub struct Entry {
    /// As written in the archive: any bytes.
    pub name: Vec<u8>,
    /// Of symbolic and hard links.
    pub link: Vec<u8>,
    /// What it is.
    pub kind: EntryKind,
    /// Permission bits with set-id and sticky, 0..=0o7777.
    pub mode: u32,
    /// As written; may not fit an id.
    pub uid: u64,
    /// As written; may not fit an id.
    pub gid: u64,
    /// Last change of the contents.
    pub mtime: Moment,
    /// Bytes of the file when unpacked, holes included.
    pub size: u64,
    /// Bytes stored in the archive.
    pub stored: u64,
    /// Byte position of the stored data in the archive.
    pub position: u64,
    /// Of a sparse file: where the stored bytes belong, in order and apart.
    pub extents: Option<Vec<Extent>>,
    /// Extended attributes, names unchecked.
    pub xattrs: Vec<(Vec<u8>, Vec<u8>)>,
}

/// Reads entries from a stream. [`Read`] gives the current entry's stored data.
#[derive(Debug)]
pub struct Entries<R> {
    input: R,
    skip: fn(&mut R, u64) -> io::Result<()>,
    position: u64,
    remaining: u64,
    padding: u64,
    done: bool,
}

impl<R: Read> Entries<R> {
    /// Entries of a stream, which is read once from where it stands.
    pub fn new(input: R) -> Self {
        Self { input, skip: read_over, position: 0, remaining: 0, padding: 0, done: false }
    }

    /// The stream, where the reading stopped.
    pub fn into_inner(self) -> R {
        self.input
    }

    /// The stream, to be told about what is read next. Reading from it would lose the place.
    pub(super) fn input_mut(&mut self) -> &mut R {
        &mut self.input
    }

    /// The next entry, or `None` at the end of the archive.
    ///
    /// # Errors
    /// [`Kind::Invalid`](crate::error::Kind::Invalid) when it is damaged or ambiguous; nothing more can be read then.
    pub fn next_entry(&mut self) -> Result<Option<Entry>> {
        if self.done {
            return Ok(None);
        }
        // Whatever fails below, the stream is no longer at a header.
        self.done = true;
        self.leave_entry()?;
        let entry = self.read_entry()?;
        self.done = entry.is_none();
        Ok(entry)
    }

    fn leave_entry(&mut self) -> Result<()> {
        let rest = self.remaining.checked_add(self.padding).ok_or_else(|| invalid("an entry without end"))?;
        if rest > 0 {
            (self.skip)(&mut self.input, rest).what(|| "reading the archive")?;
            self.position += rest;
        }
        (self.remaining, self.padding) = (0, 0);
        Ok(())
    }

    fn read_entry(&mut self) -> Result<Option<Entry>> {
        let mut described = Described::default();
        loop {
            let Some(header) = self.read_header()? else {
                return if described.nothing() {
                    Ok(None)
                } else {
                    Err(invalid("a header for an entry that does not follow"))
                };
            };
            let size = header.entry_size().map_err(bad_field)?;
            match header.entry_type().as_byte() {
                b'x' if described.pax.is_none() => {
                    described.pax = Some(pax::parse(&self.read_extension(size, PAX_LIMIT)?)?)
                }
                b'L' if described.name.is_none() => described.name = Some(self.read_long_name(size)?),
                b'K' if described.link.is_none() => described.link = Some(self.read_long_name(size)?),
                b'x' | b'L' | b'K' => return Err(invalid("two headers of one kind for one entry")),
                b'g' => pax::check_global(&self.read_extension(size, PAX_LIMIT)?)?,
                _ => return self.describe(&header, size, described).map(Some),
            }
        }
    }

    /// One header block whose checksum is right; `None` at the end: two blocks of zeros, or no more bytes.
    fn read_header(&mut self) -> Result<Option<tar::Header>> {
        let mut header = tar::Header::new_old();
        if !self.read_block(header.as_mut_bytes())? {
            return Ok(None);
        }
        if header.as_bytes().iter().all(|byte| *byte == 0) {
            let more = self.read_block(header.as_mut_bytes())?;
            return match more && header.as_bytes().iter().any(|byte| *byte != 0) {
                true => Err(invalid("a block of zeros between two entries")),
                false => Ok(None),
            };
        }
        let bytes = header.as_bytes();
        let sum = bytes[..148].iter().chain(&bytes[156..]).map(|byte| u32::from(*byte)).sum::<u32>() + 8 * 32;
        if header.cksum().ok() != Some(sum) {
            return Err(invalid("a header whose checksum is wrong: not a tar archive, or a damaged one"));
        }
        Ok(Some(header))
    }

    /// Fills `block`; false when the stream ended before its first byte.
    fn read_block(&mut self, block: &mut [u8; BLOCK]) -> Result<bool> {
        let mut filled = 0;
        while filled < BLOCK {
            match self.input.read(&mut block[filled..]) {
                Ok(0) if filled == 0 => return Ok(false),
                Ok(0) => return Err(invalid("the archive ends inside a header")),
                Ok(count) => filled += count,
                Err(cause) if cause.kind() == io::ErrorKind::Interrupted => {}
                Err(cause) => return Err(cause).what(|| "reading the archive"),
            }
        }
        self.position += BLOCK as u64;
        Ok(true)
    }

    fn read_extension(&mut self, size: u64, limit: u64) -> Result<Vec<u8>> {
        if size > limit {
            return Err(invalid(format!("an extended header of {size} bytes; the limit is {limit}")));
        }
        self.enter_data(size);
        let mut bytes = Vec::new();
        Read::by_ref(self).take(size).read_to_end(&mut bytes).what(|| "reading the archive")?;
        self.leave_entry()?;
        Ok(bytes)
    }

    /// A GNU long name: its bytes up to the first NUL.
    fn read_long_name(&mut self, size: u64) -> Result<Vec<u8>> {
        let mut bytes = self.read_extension(size, LONG_NAME_LIMIT)?;
        bytes.truncate(bytes.iter().position(|byte| *byte == 0).unwrap_or(bytes.len()));
        Ok(bytes)
    }

    fn enter_data(&mut self, size: u64) {
        self.remaining = size;
        self.padding = (BLOCK as u64 - size % BLOCK as u64) % BLOCK as u64;
    }

    fn describe(&mut self, header: &tar::Header, size: u64, described: Described) -> Result<Entry> {
        let pax = described.pax.unwrap_or_default();
        let field = pax.sparse.name.clone().or(pax.path.clone());
        let name = one_of(described.name, field)?.unwrap_or_else(|| header.path_bytes().into_owned());
        let link = one_of(described.link, pax.link.clone())?
            .unwrap_or_else(|| header.link_name_bytes().unwrap_or_default().into_owned());
        let kind = kind_of(header.entry_type().as_byte(), &name)?;
        let stored = match (kind, pax.size.unwrap_or(size)) {
            (EntryKind::File, stored) => stored,
            // All readers agree that the size of a hard link is its target's, and that no data follows.
            (EntryKind::HardLink, _) | (_, 0) => 0,
            _ => return Err(invalid("data in an entry that is not a file")),
        };
        let mtime = pax.mtime.unwrap_or(Moment {
            seconds: i64::try_from(header.mtime().unwrap_or(0)).unwrap_or(0),
            nanoseconds: 0,
        });
        let mut entry = Entry {
            mode: header.mode().unwrap_or(0) & 0o7777,
            uid: pax.uid.map_or_else(|| id(&header.as_old().uid, header.uid()), Ok).map_err(bad_field)?,
            gid: pax.gid.map_or_else(|| id(&header.as_old().gid, header.gid()), Ok).map_err(bad_field)?,
            name,
            link,
            kind,
            mtime,
            size: stored,
            stored,
            position: 0,
            extents: None,
            xattrs: Vec::new(),
        };
        // The blocks of an old sparse map stand between header and data.
        let old_map = match header.entry_type().is_gnu_sparse() {
            true => Some(self.read_old_sparse(header)?),
            false => None,
        };
        self.enter_data(stored);
        if kind == EntryKind::File
            && let Some((real_size, extents)) = match old_map {
                Some(map) => Some(map),
                None => self.pax_sparse(&pax)?,
            }
        {
            check_extents(&extents, real_size, self.remaining)?;
            entry.stored = self.remaining;
            entry.size = real_size;
            entry.extents = Some(extents);
        }
        entry.position = self.position;
        entry.xattrs = pax.xattrs;
        Ok(entry)
    }

    /// GNU's old format: four pieces in the header, more in blocks after it.
    fn read_old_sparse(&mut self, header: &tar::Header) -> Result<(u64, Vec<Extent>)> {
        let gnu = header.as_gnu().ok_or_else(|| invalid("a sparse file in a header that is not GNU's"))?;
        let mut extents = Vec::new();
        let mut more = gnu.is_extended();
        take_extents(&mut extents, &gnu.sparse)?;
        while more {
            let mut block = tar::GnuExtSparseHeader::new();
            if !self.read_block(block.as_mut_bytes())? {
                return Err(invalid("the archive ends inside a sparse file"));
            }
            take_extents(&mut extents, &block.sparse)?;
            more = block.is_extended();
        }
        Ok((gnu.real_size().map_err(bad_field)?, extents))
    }

    /// Formats 0.0, 0.1 (in the PAX header) and 1.0 (decimal lines at the beginning of the data).
    fn pax_sparse(&mut self, pax: &Pax) -> Result<Option<(u64, Vec<Extent>)>> {
        let sparse = &pax.sparse;
        if !sparse.named {
            return Ok(None);
        }
        let real_size = sparse.real_size.ok_or_else(|| invalid("a sparse file without a size"))?;
        match (sparse.major, sparse.minor) {
            (0, 0 | 1) => Ok(Some((real_size, pair_up(&sparse.numbers)?))),
            (1, 0) => {
                let mut lines = MapLines { entries: self, block: [0; BLOCK], at: BLOCK };
                let count = lines.number()?;
                let count = usize::try_from(count).unwrap_or(usize::MAX);
                if count > EXTENT_LIMIT {
                    return Err(invalid("a sparse file of too many pieces"));
                }
                let numbers = (0..2 * count).map(|_| lines.number()).collect::<Result<Vec<_>>>()?;
                Ok(Some((real_size, pair_up(&numbers)?)))
            }
            _ => Err(invalid("a sparse file of an unknown format")),
        }
    }
}

impl<R: Read + Seek> Entries<R> {
    /// Entries of a stream that can be wound forward: data nobody asks for is not read.
    pub fn seeking(input: R) -> Self {
        Self { skip: seek_over, ..Self::new(input) }
    }
}

impl<R: Read> Read for Entries<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let want = buffer.len().min(usize::try_from(self.remaining).unwrap_or(usize::MAX));
        if want == 0 {
            return Ok(0);
        }
        let count = self.input.read(&mut buffer[..want])?;
        if count == 0 {
            return Err(io::Error::new(io::ErrorKind::UnexpectedEof, "the archive ends inside a file"));
        }
        self.remaining -= count as u64;
        self.position += count as u64;
        Ok(count)
    }
}

/// What extended headers said about the entry to come.
#[derive(Default)]
struct Described {
    pax: Option<Pax>,
    name: Option<Vec<u8>>,
    link: Option<Vec<u8>>,
}

impl Described {
    fn nothing(&self) -> bool {
        self.pax.is_none() && self.name.is_none() && self.link.is_none()
    }
}

/// The lines of a sparse map of format 1.0, read block by block.
struct MapLines<'a, R> {
    entries: &'a mut Entries<R>,
    block: [u8; BLOCK],
    at: usize,
}

impl<R: Read> MapLines<'_, R> {
    fn number(&mut self) -> Result<u64> {
        let mut digits = Vec::new();
        loop {
            if self.at == BLOCK {
                self.entries.read_exact(&mut self.block).what(|| "reading a sparse file's map")?;
                self.at = 0;
            }
            let byte = self.block[self.at];
            self.at += 1;
            match byte {
                b'\n' => return pax::number(&digits),
                _ if digits.len() > 20 => return Err(invalid("a sparse file's map without lines")),
                _ => digits.push(byte),
            }
        }
    }
}

fn kind_of(flag: u8, name: &[u8]) -> Result<EntryKind> {
    Ok(match flag {
        // Archives older than POSIX mark directories by their name alone.
        b'0' | b'\0' if name.ends_with(b"/") => EntryKind::Directory,
        b'0' | b'\0' | b'7' | b'S' => EntryKind::File,
        b'1' => EntryKind::HardLink,
        b'2' => EntryKind::Symlink,
        b'3' => EntryKind::CharacterDevice,
        b'4' => EntryKind::BlockDevice,
        b'5' => EntryKind::Directory,
        b'6' => EntryKind::Fifo,
        other => return Err(invalid(format!("an entry of unknown type `{}`", other.escape_ascii()))),
    })
}

/// The value two headers give; two different ones are refused, since readers disagree which counts.
fn one_of(gnu: Option<Vec<u8>>, pax: Option<Vec<u8>>) -> Result<Option<Vec<u8>>> {
    match (gnu, pax) {
        (Some(gnu), Some(pax)) if gnu != pax => Err(invalid("an entry with two names")),
        (gnu, pax) => Ok(gnu.or(pax)),
    }
}

fn take_extents(extents: &mut Vec<Extent>, headers: &[tar::GnuSparseHeader]) -> Result<()> {
    for header in headers.iter().filter(|header| !header.is_empty()) {
        if extents.len() == EXTENT_LIMIT {
            return Err(invalid("a sparse file of too many pieces"));
        }
        let (offset, length) = (header.offset().map_err(bad_field)?, header.length().map_err(bad_field)?);
        extents.push(Extent { offset, length });
    }
    Ok(())
}

fn pair_up(numbers: &[u64]) -> Result<Vec<Extent>> {
    if !numbers.len().is_multiple_of(2) || numbers.len() / 2 > EXTENT_LIMIT {
        return Err(invalid("a sparse file's map that does not add up"));
    }
    Ok(numbers.chunks_exact(2).map(|pair| Extent { offset: pair[0], length: pair[1] }).collect())
}

/// In order, apart, inside the file, and together as long as what is stored.
fn check_extents(extents: &[Extent], real_size: u64, stored: u64) -> Result<()> {
    let (mut end, mut total) = (0u64, 0u64);
    for extent in extents {
        let next = extent.offset.checked_add(extent.length).filter(|next| *next <= real_size);
        match next {
            Some(next) if extent.offset >= end => end = next,
            _ => return Err(invalid("a sparse file whose pieces overlap or lie outside of it")),
        }
        total += extent.length;
    }
    match total == stored {
        true => Ok(()),
        false => Err(invalid("a sparse file whose map and size disagree")),
    }
}

/// An owner that was never written is 0 to all readers; the tar crate's own writer leaves it so.
fn id(field: &[u8], read: io::Result<u64>) -> io::Result<u64> {
    if field.iter().all(|byte| *byte == 0) { Ok(0) } else { read }
}

fn bad_field(cause: io::Error) -> crate::error::Error {
    invalid("a header with a damaged number").why(cause)
}

fn read_over<R: Read>(input: &mut R, count: u64) -> io::Result<()> {
    match io::copy(&mut input.take(count), &mut io::sink())? {
        read if read == count => Ok(()),
        _ => Err(io::Error::new(io::ErrorKind::UnexpectedEof, "the archive ends inside a file")),
    }
}

/// A seek beyond the end succeeds; the caller compares positions with the length it knows.
fn seek_over<R: Read + Seek>(input: &mut R, count: u64) -> io::Result<()> {
    let count = i64::try_from(count).map_err(|_| io::Error::other("an entry without end"))?;
    input.seek(SeekFrom::Current(count)).map(drop)
}
