//! A stream that is a tar, compressed or not, or a Dockerfile alone.
//!
//! A tar is unpacked as a layer is, so files called `.wh.…` are taken for the marks of a layer: they are not in the
//! context, where BuildKit has them as files.

use super::{Context, alone, file, folder, open_folder, remote};
use crate::error::{Context as _, Error, Result};
use crate::storage::compression::{Compression, Plain};
use crate::storage::unpack::{Limits, Owners, Target, unpack};
use std::fs::OpenOptions;
use std::io::{self, BufWriter, Read};
use std::path::Path;

/// Bytes of a block of a tar, which its first header fills.
const BLOCK: usize = 512;
/// Bytes an archive may have when it is unpacked.
const LIMIT: u64 = 64 << 30;

/// Takes in all of `stream`; `file` names a Dockerfile in the tar.
pub(super) fn open(stream: &mut dyn Read, file: Option<&str>, work: &Path) -> Result<Context> {
    let mut beginning = Vec::with_capacity(BLOCK);
    stream.take(BLOCK as u64).read_to_end(&mut beginning).what(|| "reading the context")?;
    let archive = is_archive(&beginning);
    let mut whole = io::Cursor::new(beginning).chain(stream);
    match (archive, file) {
        (true, _) => unpacked(&mut whole, file, work),
        (false, None) => alone(file::bounded(&mut whole, "the Dockerfile")?, work),
        (false, Some(_)) => {
            Err(Error::usage("ambiguous Dockerfile source: both stdin and flag correspond to Dockerfiles"))
        }
    }
}

fn unpacked(stream: &mut dyn Read, file: Option<&str>, work: &Path) -> Result<Context> {
    let root = folder(work, "context")?;
    let trash = folder(work, "trash")?;
    let target = Target { root: open_folder(&root)?, trash: open_folder(&trash)? };
    let limits = Limits { bytes: LIMIT, ..Limits::default() }.within(&target.root)?;
    // Nobody asks who owns the files of a context: in the image they are root's, or whose --chown says.
    let nowhere = OpenOptions::new().write(true).open("/dev/null").what(|| "opening /dev/null")?;
    let mut owners = Owners::Recorded(BufWriter::new(nowhere));
    let plain = Plain::new(stream, LIMIT)?;
    unpack(plain, target, &mut owners, limits)
        .map_err(|error| Error::new(error.kind, "unpacking the build context").why(error))?;
    remote(open_folder(&root)?, file, work, &mut io::empty())
}

/// Whether it begins as an archive does.
fn is_archive(beginning: &[u8]) -> bool {
    Compression::sniff(beginning) != Compression::None || is_tar(beginning)
}

/// By the checksum of the first header, which all forms of tar have; an empty tar is zeros.
fn is_tar(beginning: &[u8]) -> bool {
    let Some((block, _)) = beginning.split_first_chunk::<BLOCK>() else { return false };
    if block.iter().all(|byte| *byte == 0) {
        return true;
    }
    let (before, rest) = block.split_at(148);
    let (field, after) = rest.split_at(8);
    let sum: u32 = before.iter().chain(after).map(|byte| u32::from(*byte)).sum::<u32>() + 8 * u32::from(b' ');
    let text = String::from_utf8_lossy(field);
    let digits = text.trim_matches(['\0', ' ']);
    u32::from_str_radix(digits, 8).is_ok_and(|told| told == sum)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tar_is_told_from_a_dockerfile() {
        let mut builder = tar::Builder::new(Vec::new());
        let mut header = tar::Header::new_gnu();
        header.set_size(0);
        builder.append_data(&mut header, "Dockerfile", io::empty()).unwrap();
        let tar = builder.into_inner().unwrap();
        assert!(is_archive(&tar));
        assert!(is_archive(&[0; 1024]));
        assert!(is_archive(b"\x1f\x8b\x08"));
        assert!(!is_archive(b"FROM scratch\n"));
        assert!(!is_archive("FROM scratch\n# ".repeat(100).as_bytes()));
        assert!(!is_archive(b""));
    }
}
