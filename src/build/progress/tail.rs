//! The last lines a step printed, shown again when it fails.

use super::trace::{Outcome, Step};
use std::collections::VecDeque;
use std::io::{self, Write};

/// Bytes of one line that are kept.
const LONGEST: usize = 16 * 1024;
/// Bytes of all lines that are kept.
const MOST: usize = 1 << 20;

/// The last lines of one step, each with its stamp.
#[derive(Debug)]
pub(super) struct Tail {
    lines: VecDeque<Vec<u8>>,
    /// The last line has not ended.
    open: bool,
    /// How many lines are kept.
    most: usize,
    /// Bytes in all of them.
    size: usize,
}

impl Tail {
    pub(super) fn new(most: usize) -> Self {
        Self { lines: VecDeque::new(), open: false, most, size: 0 }
    }

    /// Takes in what was printed; new lines begin with `stamp`.
    pub(super) fn push(&mut self, bytes: &[u8], stamp: &str) {
        for piece in bytes.split_inclusive(|byte| *byte == b'\n') {
            let text = piece.strip_suffix(b"\n").unwrap_or(piece);
            match self.lines.back_mut().filter(|_| self.open) {
                Some(line) => {
                    let more = &text[..text.len().min(LONGEST.saturating_sub(line.len()))];
                    line.extend_from_slice(more);
                    self.size += more.len();
                }
                None => self.begin(text, stamp),
            }
            self.open = text.len() == piece.len();
        }
    }

    fn begin(&mut self, text: &[u8], stamp: &str) {
        while self.lines.len() >= self.most || self.size > MOST {
            let Some(gone) = self.lines.pop_front() else { break };
            self.size -= gone.len();
        }
        let line = [stamp.as_bytes(), b" ", &text[..text.len().min(LONGEST)]].concat();
        self.size += line.len();
        self.lines.push_back(line);
    }

    /// The block of a step that failed.
    pub(super) fn show(&self, step: &Step, out: &mut dyn Write) -> io::Result<()> {
        if !matches!(step.end, Some((_, Outcome::Failed(_)))) {
            return Ok(());
        }
        writeln!(out, "------\n > {}:", step.name)?;
        for line in &self.lines {
            out.write_all(line)?;
            out.write_all(b"\n")?;
        }
        writeln!(out, "------")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_is_bounded() {
        let mut tail = Tail::new(4096);
        for _ in 0..4096 {
            tail.push(&[b'x'; 10 * 1024], "0.1");
            tail.push(&[b'y'; 10 * 1024], "0.1");
            tail.push(b"\n", "0.1");
        }
        assert_eq!(tail.size, tail.lines.iter().map(Vec::len).sum::<usize>());
        assert!(tail.size <= MOST + 2 * LONGEST, "{}", tail.size);
        assert!(tail.lines.len() > 50);
    }
}
