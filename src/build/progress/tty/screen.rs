//! The last lines of a log as a terminal would show them, without what speaks to the terminal.

use std::collections::VecDeque;

/// Characters of a line that are kept.
const LONGEST: usize = 512;

/// A few lines.
#[derive(Debug)]
pub(super) struct Screen {
    lines: VecDeque<String>,
    most: usize,
    /// The next character begins a line.
    fresh: bool,
    /// A carriage return was seen: the next character begins the same line anew.
    returned: bool,
    escape: Escape,
    /// Bytes of a character that is not complete.
    partial: Vec<u8>,
}

/// Where in an escape sequence the text stands; ECMA-48.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Escape {
    None,
    /// After ESC.
    Begun,
    /// In a control sequence, until its final byte.
    Control,
    /// In an operating system command, until BEL or ESC.
    System,
}

impl Screen {
    pub(super) fn new(most: usize) -> Self {
        let lines = VecDeque::new();
        Self { lines, most, fresh: true, returned: false, escape: Escape::None, partial: Vec::new() }
    }

    /// Takes in what was printed.
    pub(super) fn write(&mut self, bytes: &[u8]) {
        self.partial.extend_from_slice(bytes);
        let bytes = std::mem::take(&mut self.partial);
        for chunk in bytes.utf8_chunks() {
            chunk.valid().chars().for_each(|c| self.put(c));
            let broken = chunk.invalid();
            let incomplete = std::str::from_utf8(broken).is_err_and(|error| error.error_len().is_none());
            if incomplete && bytes.ends_with(broken) && !broken.is_empty() {
                self.partial = broken.to_vec();
            }
        }
    }

    /// The lines that show something.
    pub(super) fn lines(&self) -> impl Iterator<Item = &str> {
        self.lines.iter().map(String::as_str).filter(|line| !line.trim().is_empty())
    }

    fn put(&mut self, c: char) {
        match (self.escape, c) {
            (Escape::None, '\x1b') => self.escape = Escape::Begun,
            (Escape::None, '\n') => (self.fresh, self.returned) = (true, false),
            (Escape::None, '\r') => self.returned = true,
            (Escape::None, '\t') => self.show(' '),
            (Escape::None, c) if c.is_control() => {}
            (Escape::None, c) => self.show(c),
            (Escape::Begun, '[') => self.escape = Escape::Control,
            (Escape::Begun, ']') => self.escape = Escape::System,
            (Escape::Begun, _) => self.escape = Escape::None,
            (Escape::Control, '\x40'..='\x7e') | (Escape::System, '\x07') => self.escape = Escape::None,
            (Escape::System, '\x1b') => self.escape = Escape::Begun,
            // A sequence does not go over lines: what does is none.
            (_, '\n') => (self.escape, self.fresh) = (Escape::None, true),
            (Escape::Control | Escape::System, _) => {}
        }
    }

    fn show(&mut self, c: char) {
        if std::mem::take(&mut self.fresh) || self.lines.is_empty() {
            if self.lines.len() >= self.most {
                self.lines.pop_front();
            }
            self.lines.push_back(String::new());
        }
        let again = std::mem::take(&mut self.returned);
        if let Some(line) = self.lines.back_mut() {
            if again {
                line.clear();
            }
            if line.len() < LONGEST {
                line.push(c);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn screen(pieces: &[&[u8]]) -> Vec<String> {
        let mut screen = Screen::new(3);
        pieces.iter().for_each(|piece| screen.write(piece));
        screen.lines().map(str::to_owned).collect()
    }

    #[test]
    fn the_last_lines_are_kept_and_a_return_overwrites() {
        assert_eq!(screen(&[b"1\n2\n3\n4\n"]), ["2", "3", "4"]);
        assert_eq!(screen(&[b"10%\r20%", b"\r\ndone"]), ["20%", "done"]);
    }

    #[test]
    fn nothing_speaks_to_the_terminal() {
        assert_eq!(screen(&[b"\x1b[31mred\x1b[0m \x1b]0;title\x07x\x08\x9by"]), ["red xy"]);
        assert_eq!(screen(&[b"\x1b[3", b"1mx\x1b[\ny"]), ["x", "y"]);
    }

    #[test]
    fn a_character_in_two_pieces_is_one() {
        assert_eq!(screen(&[b"\xc3", b"\xa9\xff!"]), ["\u{e9}!"]);
    }
}
