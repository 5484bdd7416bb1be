//! The caller's terminal: raw mode, its size, questions, the keys that detach.

use crate::error::{Context, Error, Result};
use rustix::termios::{OptionalActions, Termios, isatty, tcgetattr, tcgetwinsize, tcsetattr};
use std::fmt;
use std::io;
use std::os::fd::BorrowedFd;

/// Raw mode until dropped.
pub struct RawMode {
    terminal: BorrowedFd<'static>,
    before: Termios,
}

impl RawMode {
    /// Puts `terminal` into raw mode: every key goes to the container. `None` when it is no terminal.
    pub fn enter(terminal: BorrowedFd<'static>) -> Result<Option<Self>> {
        if !isatty(terminal) {
            return Ok(None);
        }
        let change = || -> rustix::io::Result<Self> {
            let before = tcgetattr(terminal)?;
            let mut raw = before.clone();
            raw.make_raw();
            tcsetattr(terminal, OptionalActions::Now, &raw)?;
            Ok(Self { terminal, before })
        };
        change().map(Some).map_err(io::Error::from).what(|| "putting the terminal into raw mode")
    }
}

impl Drop for RawMode {
    fn drop(&mut self) {
        // When the terminal is gone there is nothing to restore.
        let _ = tcsetattr(self.terminal, OptionalActions::Now, &self.before);
    }
}

impl fmt::Debug for RawMode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RawMode")
    }
}

/// Columns and rows of the caller's terminal, whichever of the standard streams it is on. A serial line
/// has neither, and says 0.
pub fn window_size() -> Option<(u16, u16)> {
    [rustix::stdio::stdin(), rustix::stdio::stdout(), rustix::stdio::stderr()]
        .into_iter()
        .find_map(|stream| tcgetwinsize(stream).ok().filter(|size| size.ws_col > 0 && size.ws_row > 0))
        .map(|size| (size.ws_col, size.ws_row))
}

/// Asks a person at the terminal on standard input for a line, which is shown as it is typed.
///
/// # Errors
/// Of the terminal. What ends before a line does is the line.
pub fn ask(question: &str) -> Result<String> {
    say(question)?;
    let mut line = Vec::new();
    while let Some(byte) = typed()?.filter(|byte| *byte != b'\n') {
        line.push(byte);
    }
    Ok(String::from_utf8_lossy(&line).trim().to_owned())
}

/// Asks for a line that is not shown.
///
/// # Errors
/// Of the terminal; [`Error::silent`] with 130 when ctrl-c is typed, since no signal comes of it meanwhile.
pub fn ask_secret(question: &str) -> Result<String> {
    say(question)?;
    // Every key comes here, ctrl-c as well: a signal would leave the terminal without echo.
    let raw = RawMode::enter(rustix::stdio::stdin())?;
    let mut line = SecretLine::default();
    let ended = loop {
        match typed()?.map_or(Some(LineEnd::Done), |byte| line.press(byte)) {
            None => {}
            Some(end) => break end,
        }
    };
    drop(raw);
    say("\n")?;
    match ended {
        LineEnd::Done => Ok(String::from_utf8_lossy(&line.0).into_owned()),
        LineEnd::Interrupted => Err(Error::silent(130)),
    }
}

/// Talks where a person looks who sends standard output elsewhere.
fn say(text: &str) -> Result<()> {
    let mut rest = text.as_bytes();
    while !rest.is_empty() {
        let written = rustix::io::retry_on_intr(|| rustix::io::write(rustix::stdio::stderr(), rest));
        rest = &rest[written.map_err(io::Error::from).what(|| "writing to the terminal")?..];
    }
    Ok(())
}

/// One byte of standard input and no more, so that what was typed ahead stays for the next question.
fn typed() -> Result<Option<u8>> {
    let mut byte = [0u8; 1];
    let read = rustix::io::retry_on_intr(|| rustix::io::read(rustix::stdio::stdin(), &mut byte));
    let count = read.map_err(io::Error::from).what(|| "reading from the terminal")?;
    Ok((count > 0).then_some(byte[0]))
}

/// A line under the keys that a terminal would otherwise see to itself.
#[derive(Default)]
struct SecretLine(Vec<u8>);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum LineEnd {
    Done,
    Interrupted,
}

impl SecretLine {
    fn press(&mut self, key: u8) -> Option<LineEnd> {
        const CTRL_C: u8 = 0x03;
        const CTRL_D: u8 = 0x04;
        const CTRL_U: u8 = 0x15;
        const BACKSPACE: [u8; 2] = [0x08, 0x7f];
        match key {
            b'\r' | b'\n' | CTRL_D => return Some(LineEnd::Done),
            CTRL_C => return Some(LineEnd::Interrupted),
            CTRL_U => self.0.clear(),
            key if BACKSPACE.contains(&key) => {
                // A character may be several bytes.
                while self.0.pop().is_some_and(|byte| byte & 0xc0 == 0x80) {}
            }
            key => self.0.push(key),
        }
        None
    }
}

/// A sequence of keys that detaches; docker's default is ctrl-p ctrl-q.
#[derive(Debug, Clone)]
pub struct DetachKeys {
    keys: Vec<u8>,
    /// How many of them were pressed in a row.
    pressed: usize,
}

impl DetachKeys {
    /// The sequence `keys`; an empty one never detaches.
    pub fn new(keys: Vec<u8>) -> Self {
        Self { keys, pressed: 0 }
    }

    /// Takes what was typed: gives back what goes to the container, and whether the sequence is complete.
    /// Keys of a sequence that breaks off are passed on late.
    pub fn feed(&mut self, typed: &[u8]) -> (Vec<u8>, bool) {
        let mut passed = Vec::with_capacity(typed.len());
        for key in typed {
            if self.keys.get(self.pressed) == Some(key) {
                self.pressed += 1;
                if self.pressed == self.keys.len() {
                    self.pressed = 0;
                    return (passed, true);
                }
                continue;
            }
            passed.extend_from_slice(&self.keys[..self.pressed]);
            self.pressed = 0;
            if self.keys.first() == Some(key) && self.keys.len() > 1 {
                self.pressed = 1;
            } else {
                passed.push(*key);
            }
        }
        (passed, false)
    }
}

impl Default for DetachKeys {
    fn default() -> Self {
        Self::new(vec![0x10, 0x11])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sequence_detaches_also_when_it_comes_in_two_reads() {
        let mut keys = DetachKeys::default();
        assert_eq!(keys.feed(b"ls\n\x10"), (b"ls\n".to_vec(), false));
        assert_eq!(keys.feed(b"\x11rest"), (Vec::new(), true));
    }

    #[test]
    fn a_sequence_that_breaks_off_is_passed_on() {
        let mut keys = DetachKeys::default();
        assert_eq!(keys.feed(b"\x10a"), (b"\x10a".to_vec(), false));
        assert_eq!(keys.feed(b"\x10\x10"), (b"\x10".to_vec(), false));
        assert_eq!(keys.feed(b"\x11"), (Vec::new(), true));
    }

    #[test]
    fn an_empty_sequence_never_detaches() {
        let mut keys = DetachKeys::new(Vec::new());
        assert_eq!(keys.feed(b"\x10\x11"), (b"\x10\x11".to_vec(), false));
    }

    #[test]
    fn a_secret_line_is_edited_by_the_usual_keys() {
        for (keys, ended, wanted) in [
            (&b"secret\r"[..], Some(LineEnd::Done), &b"secret"[..]),
            (b"secret\n", Some(LineEnd::Done), b"secret"),
            (b"secrex\x7ft\x08t\x04", Some(LineEnd::Done), b"secret"),
            ("x\u{e9}\u{20ac}\x7f\x7f".as_bytes(), None, b"x"),
            (b"\x7f\x7fab", None, b"ab"),
            (b"wrong\x15right", None, b"right"),
            (b"se\x03", Some(LineEnd::Interrupted), b"se"),
        ] {
            let mut line = SecretLine::default();
            let end = keys.iter().find_map(|key| line.press(*key));
            assert_eq!((end, line.0.as_slice()), (ended, wanted), "{keys:?}");
        }
    }
}
