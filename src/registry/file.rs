//! Files that other tools and people write: read whole, and bounded.

use crate::error::{Context, Error, Kind, Result};
use rustix::fs::{FileType, Mode, OFlags, open};
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

/// The longest file that is read, in bytes.
pub(crate) const LONGEST: u64 = 1 << 20;

/// Reads the text of `path`; `None` when there is no such file.
///
/// # Errors
/// Of the file, and [`Kind::Invalid`] when it is longer than [`LONGEST`], is no text or no file at all.
pub(crate) fn read(path: &Path) -> Result<Option<String>> {
    let bytes = match bounded(path) {
        Ok(bytes) => bytes,
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
            return Ok(None);
        }
        Err(error) => return Err(error).what(|| format!("reading {}", path.display())),
    };
    let wrong = |why| Err(Error::new(Kind::Invalid, format!("reading {}", path.display())).because(why));
    match bytes {
        None => wrong("it is not a file"),
        Some(bytes) if bytes.len() as u64 > LONGEST => wrong("it is longer than 1 MiB"),
        Some(bytes) => String::from_utf8(bytes).map(Some).or_else(|_| wrong("it is not text")),
    }
}

/// Opens without waiting, since a pipe might have no writer. `/dev/null` is a common way to say nothing.
fn bounded(path: &Path) -> io::Result<Option<Vec<u8>>> {
    let file = File::from(open(path, OFlags::RDONLY | OFlags::CLOEXEC | OFlags::NONBLOCK, Mode::empty())?);
    let kind = FileType::from_raw_mode(rustix::fs::fstat(&file)?.st_mode);
    if !matches!(kind, FileType::RegularFile | FileType::CharacterDevice) {
        return Ok(None);
    }
    let mut bytes = Vec::new();
    file.take(LONGEST + 1).read_to_end(&mut bytes)?;
    Ok(Some(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_read_whole_or_not_at_all() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        assert_eq!(read(&path).unwrap(), None);
        assert_eq!(read(&path.join("below")).unwrap(), None);
        assert_eq!(read(Path::new("/dev/null")).unwrap().as_deref(), Some(""));
        for (bytes, words) in
            [(vec![b' '; LONGEST as usize + 1], "longer than 1 MiB"), (vec![0xff], "not text")]
        {
            crate::durable::replace(&path, &bytes).unwrap();
            assert!(read(&path).unwrap_err().to_string().contains(words));
        }
        crate::durable::replace(&path, b"text").unwrap();
        assert_eq!(read(&path).unwrap().as_deref(), Some("text"));
        assert!(read(folder.path()).unwrap_err().to_string().ends_with("it is not a file"));
    }
}
