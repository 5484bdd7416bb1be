//! From a skeleton and a tree back to the tar.

use super::frame::{self, Frame, Piece};
use crate::sys::resolve;
use rustix::fs::{FileType, OFlags, ResolveFlags, fstat};
use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::os::fd::OwnedFd;

/// The frames of a skeleton, one after the other.
pub(super) struct Frames {
    decoder: BufReader<zstd::Decoder<'static, BufReader<File>>>,
}

impl Frames {
    pub(super) fn read(skeleton: File) -> io::Result<Self> {
        let mut decoder = BufReader::new(zstd::Decoder::new(skeleton)?);
        frame::read_magic(&mut decoder)?;
        Ok(Self { decoder })
    }

    pub(super) fn next(&mut self) -> io::Result<Frame> {
        frame::read(&mut self.decoder)
    }
}

/// The tar of a layer. Whoever reads it compares the digest: the tree is only files.
pub struct Reassembled {
    frames: Frames,
    root: OwnedFd,
    now: Now,
}

/// What is being given.
enum Now {
    Raw { bytes: Vec<u8>, at: usize },
    Content { file: File, rest: u64, name: Vec<u8> },
    Ended,
}

impl std::fmt::Debug for Reassembled {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Reassembled").field("root", &self.root).finish_non_exhaustive()
    }
}

/// The tar that `skeleton` and the files below `root` are made of.
///
/// # Errors
/// When it is no skeleton. Reading fails when a file is missing, is not as long as it was, or may not be read.
pub fn reassemble(skeleton: File, root: OwnedFd) -> io::Result<Reassembled> {
    let now = Now::Raw { bytes: Vec::new(), at: 0 };
    Ok(Reassembled { frames: Frames::read(skeleton)?, root, now })
}

impl Read for Reassembled {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() {
            return Ok(0);
        }
        loop {
            match &mut self.now {
                Now::Raw { bytes, at } if *at < bytes.len() => {
                    let count = buffer.len().min(bytes.len() - *at);
                    buffer[..count].copy_from_slice(&bytes[*at..*at + count]);
                    *at += count;
                    return Ok(count);
                }
                Now::Content { file, rest, name } if *rest > 0 => {
                    let want = buffer.len().min(usize::try_from(*rest).unwrap_or(usize::MAX));
                    let count = file.read(&mut buffer[..want])?;
                    if count == 0 {
                        return Err(changed(name, "is shorter than it was"));
                    }
                    *rest -= count as u64;
                    return Ok(count);
                }
                Now::Ended => return Ok(0),
                _ => {
                    self.now = match self.frames.next()? {
                        Frame::Raw(bytes) => Now::Raw { bytes, at: 0 },
                        Frame::Content(piece) => {
                            let file = open(&self.root, &piece)?;
                            Now::Content { file, rest: piece.length, name: piece.name }
                        }
                        Frame::End => Now::Ended,
                    };
                }
            }
        }
    }
}

/// Opens the file of a piece, below `root` and through no symbolic link, at its offset.
pub(super) fn open(root: &OwnedFd, piece: &Piece) -> io::Result<File> {
    let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::NOCTTY;
    let beneath = ResolveFlags::BENEATH | ResolveFlags::NO_SYMLINKS | ResolveFlags::NO_XDEV;
    let fd = resolve::open(root, &piece.name[..], flags, beneath)
        .map_err(|errno| changed(&piece.name, &io::Error::from(errno).to_string()))?;
    let stat = fstat(&fd)?;
    if FileType::from_raw_mode(stat.st_mode) != FileType::RegularFile {
        return Err(changed(&piece.name, "is no file any more"));
    }
    if u64::try_from(stat.st_size) != Ok(piece.size) {
        return Err(changed(&piece.name, "is not as long as it was"));
    }
    let mut file = File::from(fd);
    if piece.offset > 0 {
        file.seek(SeekFrom::Start(piece.offset))?;
    }
    Ok(file)
}

fn changed(name: &[u8], how: &str) -> io::Error {
    let name = String::from_utf8_lossy(&name[..name.len().min(200)]);
    io::Error::new(io::ErrorKind::InvalidData, format!("a file of the layer has changed: `{name}` {how}"))
}
