//! The form of a skeleton: one zstd stream of frames, all numbers little-endian.
//!
//! ```text
//! magic    "rconskl1"
//! raw      1, length: u32, bytes                                    as they stand in the tar
//! content  2, inode, size, offset, length: u64, name length: u16, name
//! end      0
//! ```

use std::io::{self, Read, Write};

/// Begins every skeleton; its last byte is the version.
const MAGIC: &[u8; 8] = b"rconskl1";
/// Bytes of one raw frame.
pub(super) const RAW_LIMIT: usize = 64 * 1024;

const END: u8 = 0;
const RAW: u8 = 1;
const CONTENT: u8 = 2;

/// A run of bytes of a file in the tree.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Piece {
    /// Below the layer's root, without symbolic links.
    pub name: Vec<u8>,
    /// The file's number while the layer is made. Means nothing later: a copied store has others.
    pub inode: u64,
    /// Bytes of the whole file.
    pub size: u64,
    /// Where the run begins, in bytes.
    pub offset: u64,
    /// Its bytes.
    pub length: u64,
}

/// What comes next in the tar.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Frame {
    /// These bytes.
    Raw(Vec<u8>),
    /// Bytes of a file.
    Content(Piece),
    /// Nothing more.
    End,
}

pub(super) fn write_magic(mut output: impl Write) -> io::Result<()> {
    output.write_all(MAGIC)
}

/// Writes at most [`RAW_LIMIT`] bytes as they are.
pub(super) fn write_raw(mut output: impl Write, bytes: &[u8]) -> io::Result<()> {
    let length = u32::try_from(bytes.len()).map_err(io::Error::other)?;
    output.write_all(&[RAW])?;
    output.write_all(&length.to_le_bytes())?;
    output.write_all(bytes)
}

pub(super) fn write_content(mut output: impl Write, piece: &Piece) -> io::Result<()> {
    let length = u16::try_from(piece.name.len()).map_err(io::Error::other)?;
    output.write_all(&[CONTENT])?;
    for number in [piece.inode, piece.size, piece.offset, piece.length] {
        output.write_all(&number.to_le_bytes())?;
    }
    output.write_all(&length.to_le_bytes())?;
    output.write_all(&piece.name)
}

pub(super) fn write_end(mut output: impl Write) -> io::Result<()> {
    output.write_all(&[END])
}

/// Reads what begins a skeleton.
pub(super) fn read_magic(mut input: impl Read) -> io::Result<()> {
    match array(&mut input)? == *MAGIC {
        true => Ok(()),
        false => Err(damaged("it is none, or of a newer rcon")),
    }
}

pub(super) fn read(mut input: impl Read) -> io::Result<Frame> {
    let [kind] = array(&mut input)?;
    match kind {
        END => Ok(Frame::End),
        RAW => {
            let length = u32::from_le_bytes(array(&mut input)?) as usize;
            if length > RAW_LIMIT {
                return Err(damaged("a frame that is too long"));
            }
            bytes(input, length).map(Frame::Raw)
        }
        CONTENT => {
            let mut number = || array(&mut input).map(u64::from_le_bytes);
            let (inode, size, offset, length) = (number()?, number()?, number()?, number()?);
            let name = usize::from(u16::from_le_bytes(array(&mut input)?));
            Ok(Frame::Content(Piece { name: bytes(input, name)?, inode, size, offset, length }))
        }
        _ => Err(damaged("a frame of an unknown kind")),
    }
}

fn array<const N: usize>(input: &mut impl Read) -> io::Result<[u8; N]> {
    let mut bytes = [0; N];
    input.read_exact(&mut bytes)?;
    Ok(bytes)
}

fn bytes(mut input: impl Read, length: usize) -> io::Result<Vec<u8>> {
    let mut bytes = vec![0; length];
    input.read_exact(&mut bytes)?;
    Ok(bytes)
}

fn damaged(why: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, format!("a damaged skeleton: {why}"))
}
