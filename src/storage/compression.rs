//! gzip, zstd, xz, bzip2 or nothing: told by the first bytes, undone in a stream, in this process.
//!
//! No program is ever run for it, least of all one of an image. What comes out is counted and bounded,
//! so that a small file cannot become a large one unseen.

use crate::error::{Context, Result};
use crate::oci::digest::{Digest, Hasher};
use std::cell::RefCell;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::rc::Rc;

/// Bytes asked of the stream below at once.
const BUFFER: usize = 128 * 1024;
/// From this many bytes on the ratio counts.
const RATIO_FROM: u64 = 256 << 20;
/// Times the compressed size. Programs and text stay below 20; deflate ends at 1032.
const RATIO_LIMIT: u64 = 250;
/// Window of a zstd frame as a power of two: 128 MiB, what `zstd --long` writes.
const ZSTD_WINDOW: u32 = 27;
/// KiB that the decoder of one xz block may take: a dictionary of 128 MiB (`xz -9` has 64), and itself.
const XZ_MEMORY: u32 = (128 << 10) + 1024;

/// How a stream is compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Compression {
    /// Not at all.
    None,
    /// RFC 1952, also several members in a row.
    Gzip,
    /// RFC 8878.
    Zstd,
    /// The .xz file format, also several streams in a row. No layer in a registry has it.
    Xz,
    /// Also several streams in a row. No layer in a registry has it.
    Bzip2,
}

impl Compression {
    /// Tells it from the first bytes (six are enough).
    pub fn sniff(beginning: &[u8]) -> Self {
        match beginning {
            [0x1f, 0x8b, ..] => Self::Gzip,
            [0x28, 0xb5, 0x2f, 0xfd, ..] => Self::Zstd,
            // A skippable frame, which may stand first.
            [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..] => Self::Zstd,
            [0xfd, b'7', b'z', b'X', b'Z', 0, ..] => Self::Xz,
            [b'B', b'Z', b'h', b'1'..=b'9', ..] => Self::Bzip2,
            _ => Self::None,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::None => "plain",
            Self::Gzip => "gzip",
            Self::Zstd => "zstd",
            Self::Xz => "xz",
            Self::Bzip2 => "bzip2",
        }
    }

    /// Says of which compression a decoder speaks; what the system or the limits above say stays as it is.
    fn explained(self, cause: io::Error) -> io::Error {
        let of_decoder = matches!(
            cause.kind(),
            io::ErrorKind::UnexpectedEof | io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput
        );
        if self == Self::Xz && cause.kind() == io::ErrorKind::OutOfMemory {
            return io::Error::other("xz data with a dictionary of more than 128 MiB");
        }
        match self != Self::None && of_decoder {
            true => io::Error::new(cause.kind(), format!("damaged {} data: {cause}", self.name())),
            false => cause,
        }
    }
}

/// A stream without its compression. Reading past `limit` bytes is an error, as is a ratio nobody needs.
pub struct Plain<'a> {
    decoder: Box<dyn Read + 'a>,
    compression: Compression,
    taken: Rc<RefCell<u64>>,
    given: u64,
    limit: u64,
}

impl std::fmt::Debug for Plain<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Plain").field("compression", &self.compression).field("given", &self.given).finish()
    }
}

impl<'a> Plain<'a> {
    /// Looks at the beginning of `stream` and undoes its compression; gives at most `limit` bytes.
    pub fn new(stream: impl Read + 'a, limit: u64) -> Result<Self> {
        let taken = Rc::new(RefCell::new(0));
        let counted = Counted { stream, count: Rc::clone(&taken) };
        let mut input = BufReader::with_capacity(BUFFER, counted);
        let compression = Compression::sniff(&beginning(&mut input)?);
        let decoder: Box<dyn Read + 'a> = match compression {
            Compression::None => Box::new(input),
            Compression::Gzip => Box::new(flate2::bufread::MultiGzDecoder::new(input)),
            Compression::Zstd => {
                let mut decoder = zstd::Decoder::with_buffer(input).what(|| "preparing zstd")?;
                decoder.window_log_max(ZSTD_WINDOW).what(|| "preparing zstd")?;
                Box::new(decoder)
            }
            Compression::Xz => Box::new(lzma_rust2::XzReader::new_mem_limit(input, true, XZ_MEMORY)),
            Compression::Bzip2 => Box::new(bzip2::bufread::MultiBzDecoder::new(input)),
        };
        Ok(Self { decoder, compression, taken, given: 0, limit })
    }

    /// What was undone.
    pub fn compression(&self) -> Compression {
        self.compression
    }
}

impl Read for Plain<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.decoder.read(buffer).map_err(|cause| self.compression.explained(cause))?;
        self.given += count as u64;
        if self.given > self.limit {
            return Err(io::Error::other(format!("more than {} bytes: the limit", self.limit)));
        }
        let bomb = self.compression != Compression::None
            && self.given > RATIO_FROM
            && self.given / RATIO_LIMIT > *self.taken.borrow();
        match bomb {
            true => {
                Err(io::Error::other(format!("more than {RATIO_LIMIT} times its compressed size: a bomb")))
            }
            false => Ok(count),
        }
    }
}

/// The first bytes, at least six where there are so many, left in the buffer.
fn beginning<R: Read>(input: &mut BufReader<R>) -> Result<Vec<u8>> {
    loop {
        match input.fill_buf() {
            Ok(bytes) => return Ok(bytes[..bytes.len().min(6)].to_vec()),
            Err(cause) if cause.kind() == io::ErrorKind::Interrupted => {}
            Err(cause) => return Err(cause).what(|| "reading an archive"),
        }
    }
}

struct Counted<R> {
    stream: R,
    count: Rc<RefCell<u64>>,
}

impl<R: Read> Read for Counted<R> {
    /// Fills the buffer before the first return, so that six bytes are there to look at.
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let first = *self.count.borrow() == 0;
        let mut filled = 0;
        while filled < buffer.len() {
            match self.stream.read(&mut buffer[filled..]) {
                Ok(0) => break,
                Ok(count) => filled += count,
                Err(cause) if cause.kind() == io::ErrorKind::Interrupted => continue,
                Err(cause) => return Err(cause),
            }
            if !first || filled >= 6 {
                break;
            }
        }
        *self.count.borrow_mut() += filled as u64;
        Ok(filled)
    }
}

/// Hashes, and counts, what is read through it.
#[derive(Debug)]
pub struct Hashing<R> {
    stream: R,
    hasher: Hasher,
    size: u64,
}

impl<R: Read> Hashing<R> {
    /// Reads `stream`.
    pub fn new(stream: R) -> Self {
        Self { stream, hasher: Hasher::default(), size: 0 }
    }

    /// The digest and the number of all bytes read.
    pub fn finish(self) -> (Digest, u64) {
        (self.hasher.finish(), self.size)
    }
}

impl<R: Read> Read for Hashing<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.stream.read(buffer)?;
        self.hasher.update(&buffer[..count]);
        self.size += count as u64;
        Ok(count)
    }
}

/// Writes what is read through it to a second place as well.
#[derive(Debug)]
pub struct Copying<R, W> {
    stream: R,
    copy: W,
}

impl<R: Read, W: Write> Copying<R, W> {
    /// Reads `stream`, writes `copy`.
    pub fn new(stream: R, copy: W) -> Self {
        Self { stream, copy }
    }
}

impl<R: Read, W: Write> Read for Copying<R, W> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.stream.read(buffer)?;
        self.copy.write_all(&buffer[..count])?;
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    fn xz(bytes: &[u8]) -> Vec<u8> {
        let options = lzma_rust2::XzOptions::with_preset(0);
        let mut encoder = lzma_rust2::XzWriter::new(Vec::new(), options).unwrap();
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    fn bzip2(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::fast());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    fn read(bytes: &[u8], limit: u64) -> io::Result<Vec<u8>> {
        let mut out = Vec::new();
        Plain::new(Slow(bytes), limit).map_err(io::Error::other)?.read_to_end(&mut out)?;
        Ok(out)
    }

    /// One byte at a time, as a pipe may give them.
    struct Slow<'a>(&'a [u8]);

    impl Read for Slow<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let count = buffer.len().min(1);
            self.0.read(&mut buffer[..count])
        }
    }

    #[test]
    fn every_form_reads_the_same() {
        let members = [gzip(b"hello "), gzip(b"world")].concat();
        let zstd = zstd::encode_all(&b"hello world"[..], 1).unwrap();
        let streams = |pack: fn(&[u8]) -> Vec<u8>| [pack(b"hello "), pack(b"world")].concat();
        for form in
            [b"hello world".to_vec(), gzip(b"hello world"), members, zstd, streams(xz), streams(bzip2)]
        {
            assert_eq!(read(&form, 100).unwrap(), b"hello world");
        }
        assert_eq!(read(b"", 100).unwrap(), b"");
    }

    #[test]
    fn truncated_streams_are_errors_not_ends() {
        let zstd = zstd::encode_all(&[7u8; 9000][..], 1).unwrap();
        for form in [gzip(&[7; 9000]), zstd, xz(&[7; 9000]), bzip2(&[7; 9000])] {
            for cut in [3, form.len() / 2, form.len() - 10] {
                assert!(read(&form[..form.len() - cut], 1 << 20).is_err(), "{cut}");
            }
        }
    }

    #[test]
    fn limits_end_a_bomb() {
        assert!(read(&gzip(&[0; 5000]), 4999).is_err());
        assert!(read(&gzip(&[0; 5000]), 5000).is_ok());
        let zeros = io::repeat(0).take(1 << 30);
        let bomb = zstd::encode_all(zeros, 1).unwrap();
        let plain = Plain::new(&bomb[..], u64::MAX).unwrap();
        let error = io::copy(&mut { plain }, &mut io::sink()).unwrap_err();
        assert!(error.to_string().contains("bomb"), "{error}");
    }

    #[test]
    fn an_xz_dictionary_has_a_limit() {
        let with_dictionary = |bytes: u32| {
            let mut options = lzma_rust2::XzOptions::with_preset(0);
            options.lzma_options.dict_size = bytes;
            let mut encoder = lzma_rust2::XzWriter::new(Vec::new(), options).unwrap();
            encoder.write_all(b"hello").unwrap();
            encoder.finish().unwrap()
        };
        assert_eq!(read(&with_dictionary(128 << 20), 100).unwrap(), b"hello");
        let error = read(&with_dictionary(192 << 20), 100).unwrap_err();
        assert!(error.to_string().contains("more than 128 MiB"), "{error}");
    }
}
