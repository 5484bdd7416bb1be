//! What a step printed and what is not shown of it yet, line by line, as it comes in pieces.

use std::collections::VecDeque;
use std::io::{self, Write};

/// Bytes of a line that has not ended, kept to be shown again when its block was interrupted.
const KEPT: usize = 64 * 1024;

/// Lines that wait, and the one that has not ended.
#[derive(Debug, Default)]
pub(super) struct Lines {
    lines: VecDeque<Line>,
    /// Bytes in all of them.
    size: usize,
}

#[derive(Debug)]
struct Line {
    stamp: String,
    text: Vec<u8>,
    /// Bytes of the text that are shown; `None`: not even the stamp is.
    shown: Option<usize>,
    ended: bool,
}

impl Lines {
    /// Takes in what was printed; new lines begin with `stamp`.
    pub(super) fn push(&mut self, bytes: &[u8], stamp: &str) {
        self.size += bytes.len();
        for piece in bytes.split_inclusive(|byte| *byte == b'\n') {
            let text = piece.strip_suffix(b"\n").unwrap_or(piece);
            let ended = text.len() < piece.len();
            match self.lines.back_mut().filter(|line| !line.ended) {
                Some(line) => {
                    line.text.extend_from_slice(text);
                    line.ended = ended;
                }
                None => self.lines.push_back(Line {
                    stamp: stamp.to_owned(),
                    text: text.to_vec(),
                    shown: None,
                    ended,
                }),
            }
        }
    }

    /// Bytes that are kept.
    pub(super) fn waiting(&self) -> usize {
        self.size
    }

    /// Shows what is new.
    pub(super) fn show(&mut self, number: usize, out: &mut dyn Write) -> io::Result<()> {
        while let Some(line) = self.lines.front_mut() {
            let from = match line.shown {
                Some(shown) => shown,
                None => {
                    write!(out, "#{number} {} ", line.stamp)?;
                    0
                }
            };
            out.write_all(&line.text[from..])?;
            if !line.ended {
                if line.text.len() > KEPT {
                    line.text.clear();
                }
                line.shown = Some(line.text.len());
                break;
            }
            out.write_all(b"\n")?;
            self.lines.pop_front();
        }
        self.size = self.lines.iter().map(|line| line.text.len()).sum();
        Ok(())
    }

    /// Ends the line that is shown in part; it will be shown again from its beginning.
    pub(super) fn end(&mut self, out: &mut dyn Write) -> io::Result<()> {
        match self.lines.front_mut().and_then(|line| line.shown.take()) {
            Some(_) => out.write_all(b"\n"),
            None => Ok(()),
        }
    }
}
