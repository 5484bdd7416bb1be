//! Lines of a log that may still be written to.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;

/// What is read at once, in bytes.
const BLOCK: usize = 64 << 10;

/// The longest line that is taken, in bytes: a piece of 16 KiB, every byte of it escaped, has a tenth of
/// that. A longer one is damaged, and passed over.
const LONGEST: usize = 1 << 20;

/// Reads whole lines, each once, as they appear.
#[derive(Debug)]
pub(super) struct Lines {
    file: File,
    /// Where the next block begins.
    offset: u64,
    buffer: Vec<u8>,
    /// What of `buffer` was given out.
    taken: usize,
    /// What of `buffer` is known to have no line feed, from `taken` on.
    searched: usize,
    /// The beginning of this line was too long to be kept.
    overlong: bool,
}

impl Lines {
    /// From the beginning, or from the last `tail` whole lines on.
    pub(super) fn new(file: File, tail: Option<u64>) -> io::Result<Self> {
        let offset = match tail {
            Some(tail) => offset_of_last(&file, tail)?,
            None => 0,
        };
        Ok(Self { file, offset, buffer: Vec::new(), taken: 0, searched: 0, overlong: false })
    }

    /// The next whole line, without its end; `None` where there is none yet.
    pub(super) fn next(&mut self) -> io::Result<Option<&[u8]>> {
        loop {
            let open = self.taken + self.searched;
            if let Some(length) = self.buffer[open..].iter().position(|byte| *byte == b'\n') {
                let line = self.taken..open + length;
                self.taken = line.end + 1;
                self.searched = 0;
                if std::mem::take(&mut self.overlong) {
                    continue;
                }
                return Ok(Some(&self.buffer[line]));
            }
            self.buffer.drain(..self.taken);
            self.taken = 0;
            if self.buffer.len() > LONGEST {
                self.overlong = true;
                self.buffer.clear();
            }
            self.searched = self.buffer.len();
            if !self.fill()? {
                return Ok(None);
            }
        }
    }

    fn fill(&mut self) -> io::Result<bool> {
        let before = self.buffer.len();
        self.buffer.resize(before + BLOCK, 0);
        let read = read_at(&self.file, &mut self.buffer[before..], self.offset);
        self.buffer.truncate(before + *read.as_ref().unwrap_or(&0));
        self.offset += self.buffer.len().saturating_sub(before) as u64;
        read.map(|count| count > 0)
    }
}

/// Where the last `tail` whole lines begin; read from the end, so that the length of the log does not matter.
fn offset_of_last(file: &File, tail: u64) -> io::Result<u64> {
    let mut block = vec![0; BLOCK];
    let mut end = file.metadata()?.len();
    // The line feed that ends the last whole line is one more.
    let mut missing = tail.saturating_add(1);
    while end > 0 {
        let start = end.saturating_sub(BLOCK as u64);
        let count = read_at(file, &mut block[..(end - start) as usize], start)?;
        for at in (0..count).rev().filter(|at| block[*at] == b'\n') {
            missing -= 1;
            if missing == 0 {
                return Ok(start + at as u64 + 1);
            }
        }
        end = start;
    }
    Ok(0)
}

fn read_at(file: &File, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
    loop {
        match file.read_at(buffer, offset) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            result => return result,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    fn all(lines: &mut Lines) -> Vec<String> {
        let mut found = Vec::new();
        while let Some(line) = lines.next().unwrap() {
            found.push(String::from_utf8_lossy(line).into_owned());
        }
        found
    }

    fn file(text: &[u8]) -> File {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(text).unwrap();
        file
    }

    #[test]
    fn an_unfinished_line_waits_for_its_end() {
        let mut writer = file(b"one\ntw");
        let mut lines = Lines::new(writer.try_clone().unwrap(), None).unwrap();
        assert_eq!(all(&mut lines), ["one"]);
        assert!(all(&mut lines).is_empty());
        writer.write_all(b"o\n\nthree").unwrap();
        assert_eq!(all(&mut lines), ["two", ""]);
    }

    #[test]
    fn the_tail_counts_whole_lines_from_the_end() {
        let text = b"1\n2\n3\nunfinished";
        for (tail, expected) in
            [(0, &[][..]), (1, &["3"][..]), (2, &["2", "3"][..]), (9, &["1", "2", "3"][..])]
        {
            let mut lines = Lines::new(file(text), Some(tail)).unwrap();
            assert_eq!(all(&mut lines), expected, "{tail}");
        }
        assert!(all(&mut Lines::new(file(b""), Some(1)).unwrap()).is_empty());
        assert_eq!(all(&mut Lines::new(file(b"1\n"), Some(u64::MAX)).unwrap()), ["1"]);
    }

    #[test]
    fn blocks_do_not_show() {
        let line = |number: usize| format!("{number} {}", "x".repeat(number % 300));
        let text: String = (0..3000).map(|number| line(number) + "\n").collect();
        assert!(text.len() > 6 * BLOCK);
        let mut lines = Lines::new(file(text.as_bytes()), None).unwrap();
        assert_eq!(all(&mut lines), (0..3000).map(line).collect::<Vec<_>>());
        let mut lines = Lines::new(file(text.as_bytes()), Some(2000)).unwrap();
        assert_eq!(all(&mut lines), (1000..3000).map(line).collect::<Vec<_>>());
    }

    #[test]
    fn a_line_without_end_takes_no_memory() {
        let mut text = vec![b'x'; 5 * LONGEST];
        text.extend(b"\nshort\n");
        let mut lines = Lines::new(file(&text), None).unwrap();
        assert_eq!(all(&mut lines), ["short"]);
        assert!(lines.buffer.capacity() < 3 * LONGEST);
    }
}
