//! A skeleton in the making: bytes and pieces of files, in the order of the tar.

use super::frame::{self, Piece, RAW_LIMIT};
use std::fs::File;
use std::io;

/// zstd's quickest usual level: headers of tar repeat so much that it takes nine tenths away.
const LEVEL: i32 = 1;

/// Takes down a tar while it is unpacked. Bounded in memory.
pub struct Draft {
    encoder: zstd::Encoder<'static, File>,
    /// Bytes that stand between two pieces, so far.
    raw: Vec<u8>,
}

impl std::fmt::Debug for Draft {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Draft")
    }
}

impl Draft {
    /// Begins the skeleton in `file`, which is empty.
    pub fn begin(file: File) -> io::Result<Self> {
        let mut encoder = zstd::Encoder::new(file, LEVEL)?;
        frame::write_magic(&mut encoder)?;
        Ok(Self { encoder, raw: Vec::with_capacity(RAW_LIMIT) })
    }

    /// Takes down bytes as they are.
    pub fn raw(&mut self, mut bytes: &[u8]) -> io::Result<()> {
        while !bytes.is_empty() {
            let (now, later) = bytes.split_at(bytes.len().min(RAW_LIMIT - self.raw.len()));
            self.raw.extend_from_slice(now);
            if self.raw.len() == RAW_LIMIT {
                self.write_raw()?;
            }
            bytes = later;
        }
        Ok(())
    }

    /// Takes down that a piece of a file comes next.
    pub fn content(&mut self, piece: &Piece) -> io::Result<()> {
        self.write_raw()?;
        frame::write_content(&mut self.encoder, piece)
    }

    /// Ends it; the caller syncs.
    pub fn finish(mut self) -> io::Result<()> {
        self.write_raw()?;
        frame::write_end(&mut self.encoder)?;
        self.encoder.finish().map(drop)
    }

    fn write_raw(&mut self) -> io::Result<()> {
        if !self.raw.is_empty() {
            frame::write_raw(&mut self.encoder, &self.raw)?;
            self.raw.clear();
        }
        Ok(())
    }
}
