//! The last lines a step printed, shown again when it fails.

use super::trace::{Outcome, Step};
use std::collections::VecDeque;
use std::io::{self, Write};

/// Bytes of one line that are kept.
const LONGEST: usize = 16 * 1024;

/// The last lines of one step, each with its stamp.
#[derive(Debug)]
pub(super) struct Tail {
    lines: VecDeque<Vec<u8>>,
    /// The last line has not ended.
    open: bool,
    /// How many lines are kept.
    most: usize,
}

impl Tail {
    pub(super) fn new(most: usize) -> Self {
        Self { lines: VecDeque::new(), open: false, most }
    }

    /// Takes in what was printed; new lines begin with `stamp`.
    pub(super) fn push(&mut self, bytes: &[u8], stamp: &str) {
        for piece in bytes.split_inclusive(|byte| *byte == b'\n') {
            let text = piece.strip_suffix(b"\n").unwrap_or(piece);
            match self.lines.back_mut().filter(|_| self.open) {
                Some(line) => {
                    line.extend_from_slice(&text[..text.len().min(LONGEST.saturating_sub(line.len()))])
                }
                None => self.begin(text, stamp),
            }
            self.open = text.len() == piece.len();
        }
    }

    fn begin(&mut self, text: &[u8], stamp: &str) {
        if self.lines.len() == self.most {
            self.lines.pop_front();
        }
        self.lines.push_back([stamp.as_bytes(), b" ", &text[..text.len().min(LONGEST)]].concat());
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
