//! The container's log in docker's json-file layout: `{"log":"text\n","stream":"stdout","time":"…"}` a line.

use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

/// A line without an end is written in pieces of this many bytes, as docker does.
const PIECE: usize = 16 * 1024;

/// Which stream a line came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stream {
    /// Standard output; with a terminal, everything.
    Output,
    /// Standard error.
    Error,
}

/// Writes whole lines, each with the time at which its first byte came.
#[derive(Debug)]
pub struct Log {
    file: OwnedFd,
    pending: [Pending; 2],
    text: Vec<u8>,
}

#[derive(Debug, Default)]
struct Pending {
    bytes: Vec<u8>,
}

impl AsFd for Log {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.file.as_fd()
    }
}

impl Log {
    /// A log that appends to `file`.
    pub fn new(file: OwnedFd) -> Self {
        Self { file, pending: Default::default(), text: Vec::new() }
    }

    /// Takes what a stream said.
    ///
    /// # Errors
    /// Of the write; the bytes are lost for the log then, and the next ones are tried again.
    pub fn take(&mut self, stream: Stream, mut bytes: &[u8]) -> io::Result<()> {
        let now = jiff::Timestamp::now();
        self.text.clear();
        let pending = &mut self.pending[stream as usize].bytes;
        while !bytes.is_empty() {
            let room = PIECE - pending.len();
            let end = bytes.iter().take(room).position(|byte| *byte == b'\n').map(|at| at + 1);
            let taken = end.unwrap_or(room.min(bytes.len()));
            pending.extend_from_slice(&bytes[..taken]);
            bytes = &bytes[taken..];
            if end.is_some() || pending.len() == PIECE {
                entry(&mut self.text, pending, stream, now);
                pending.clear();
            }
        }
        write_all(&self.file, &self.text)
    }

    /// Writes what has no end of line yet: nothing more will come.
    pub fn finish(&mut self) -> io::Result<()> {
        let now = jiff::Timestamp::now();
        self.text.clear();
        for stream in [Stream::Output, Stream::Error] {
            let pending = &mut self.pending[stream as usize].bytes;
            if !pending.is_empty() {
                entry(&mut self.text, pending, stream, now);
                pending.clear();
            }
        }
        write_all(&self.file, &self.text)
    }
}

fn entry(text: &mut Vec<u8>, line: &[u8], stream: Stream, time: jiff::Timestamp) {
    let name = match stream {
        Stream::Output => "stdout",
        Stream::Error => "stderr",
    };
    text.extend_from_slice(b"{\"log\":");
    // Writing JSON into memory cannot fail.
    let _ = serde_json::to_writer(&mut *text, &String::from_utf8_lossy(line));
    text.extend_from_slice(format!(",\"stream\":\"{name}\",\"time\":\"{time}\"}}\n").as_bytes());
}

fn write_all(file: &OwnedFd, mut bytes: &[u8]) -> io::Result<()> {
    while !bytes.is_empty() {
        match rustix::io::write(file, bytes) {
            Err(rustix::io::Errno::INTR) => {}
            Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
            result => bytes = &bytes[result?..],
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(takes: &[(Stream, &[u8])]) -> String {
        let mut file = tempfile::tempfile().unwrap();
        let mut log = Log::new(file.try_clone().unwrap().into());
        for (stream, bytes) in takes {
            log.take(*stream, bytes).unwrap();
        }
        log.finish().unwrap();
        use std::io::{Read, Seek};
        file.rewind().unwrap();
        let mut text = String::new();
        file.read_to_string(&mut text).unwrap();
        text
    }

    #[test]
    fn lines_are_put_together_and_kept_apart_by_stream() {
        let text =
            written(&[(Stream::Output, b"a\nb"), (Stream::Error, b"oops\n"), (Stream::Output, b"c\n")]);
        let lines: Vec<serde_json::Value> =
            text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let said: Vec<_> = lines
            .iter()
            .map(|line| (line["log"].as_str().unwrap(), line["stream"].as_str().unwrap()))
            .collect();
        assert_eq!(said, [("a\n", "stdout"), ("oops\n", "stderr"), ("bc\n", "stdout")]);
    }

    #[test]
    fn a_line_without_end_comes_in_pieces_of_16_kib() {
        let long = vec![b'x'; 40_000];
        let text = written(&[(Stream::Output, &long)]);
        let sizes: Vec<usize> = text
            .lines()
            .map(|line| {
                serde_json::from_str::<serde_json::Value>(line).unwrap()["log"].as_str().unwrap().len()
            })
            .collect();
        assert_eq!(sizes, [16_384, 16_384, 7_232]);
    }

    #[test]
    fn bytes_that_are_no_text_do_not_break_the_file() {
        let text = written(&[(Stream::Output, b"\xff\x00\"\\\n")]);
        let line: serde_json::Value = serde_json::from_str(text.trim()).unwrap();
        assert_eq!(line["log"], "\u{fffd}\u{0}\"\\\n");
    }
}
