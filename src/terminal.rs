//! The caller's terminal: raw mode, its size, the keys that detach.

use crate::error::{Context, Result};
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
}
