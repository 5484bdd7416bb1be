//! The file that a build's log is in: it grows to a limit.

use super::redact::{Hidden, Redacting};
use crate::error::{Context, Result};
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;

/// Bytes of a log.
const LONGEST: usize = 4 << 20;
/// Told where it was cut.
const CUT: &[u8] = b"\n[the log is cut here: more than 4 MiB are not kept]\n";

/// A new log at `path`, without what is hidden.
pub(super) fn create(path: &Path, hidden: Hidden) -> Result<Box<dyn Write>> {
    let file = File::create(path).what(|| format!("making {}", path.display()))?;
    Ok(Box::new(Redacting::new(Bounded { out: BufWriter::new(file), left: LONGEST }, hidden)))
}

struct Bounded<W: Write> {
    out: W,
    left: usize,
}

impl<W: Write> Write for Bounded<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.left == 0 {
            return Ok(bytes.len());
        }
        self.out.write_all(&bytes[..bytes.len().min(self.left)])?;
        self.left = self.left.saturating_sub(bytes.len());
        if self.left == 0 {
            self.out.write_all(CUT)?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_is_cut_once() {
        let mut out = Vec::new();
        let mut bounded = Bounded { out: &mut out, left: 3 };
        bounded.write_all(b"ab").unwrap();
        bounded.write_all(b"cd").unwrap();
        bounded.write_all(b"ef").unwrap();
        assert_eq!(out, [b"abc", CUT].concat());
    }
}
