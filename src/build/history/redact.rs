//! Keeps secrets out of what is written down: lines of them become `***`.

use std::io::{self, Write};

/// What stands for a secret.
pub(super) const HIDDEN: &str = "***";
/// Shorter ones are words like any other: without this, a secret `a` would hide every `a`.
const SHORTEST: usize = 4;
/// Lines of secrets that are looked for.
const MOST: usize = 4096;
/// Bytes of a line that are kept to be looked through at once.
const LONGEST_LINE: usize = 64 * 1024;

/// What is not to be told.
#[derive(Clone, Default)]
pub(super) struct Hidden(Vec<Vec<u8>>);

impl Hidden {
    /// The lines of `secrets`, as a log has one line after the other.
    pub(super) fn new<'a>(secrets: impl Iterator<Item = &'a [u8]>) -> Self {
        let lines = secrets.flat_map(|secret| secret.split(|byte| *byte == b'\n'));
        let lines = lines.map(<[u8]>::trim_ascii).filter(|line| line.len() >= SHORTEST);
        let mut lines: Vec<Vec<u8>> = lines.take(MOST).map(<[u8]>::to_vec).collect();
        // The longest first: one may be part of another.
        lines.sort_by(|one, other| (other.len(), one).cmp(&(one.len(), other)));
        lines.dedup();
        Self(lines)
    }

    /// `text` without them.
    pub(super) fn text(&self, text: &str) -> String {
        String::from_utf8_lossy(&self.bytes(text.as_bytes())).into_owned()
    }

    fn bytes(&self, bytes: &[u8]) -> Vec<u8> {
        self.0.iter().fold(bytes.to_vec(), |bytes, secret| replaced(&bytes, secret))
    }

    fn longest(&self) -> usize {
        self.0.first().map_or(0, Vec::len)
    }
}

fn replaced(bytes: &[u8], secret: &[u8]) -> Vec<u8> {
    if bytes.len() < secret.len() || !bytes.windows(secret.len()).any(|window| window == secret) {
        return bytes.to_vec();
    }
    let mut out = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    while let Some(first) = rest.first() {
        match rest.strip_prefix(secret) {
            Some(after) => {
                out.extend_from_slice(HIDDEN.as_bytes());
                rest = after;
            }
            None => {
                out.push(*first);
                rest = &rest[1..];
            }
        }
    }
    out
}

/// Writes what has no secret in it. A line is written when it is whole.
pub(super) struct Redacting<W: Write> {
    out: W,
    hidden: Hidden,
    line: Vec<u8>,
}

impl<W: Write> Redacting<W> {
    pub(super) fn new(out: W, hidden: Hidden) -> Self {
        Self { out, hidden, line: Vec::new() }
    }

    fn write_line(&mut self) -> io::Result<()> {
        let line = std::mem::take(&mut self.line);
        self.out.write_all(&self.hidden.bytes(&line))
    }

    /// Of a line that is too long, all but what may be the beginning of a secret.
    fn write_most(&mut self) -> io::Result<()> {
        let line = self.hidden.bytes(&std::mem::take(&mut self.line));
        let (now, later) = line.split_at(line.len().saturating_sub(self.hidden.longest()));
        self.out.write_all(now)?;
        self.line = later.to_vec();
        Ok(())
    }
}

impl<W: Write> Write for Redacting<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        for piece in bytes.split_inclusive(|byte| *byte == b'\n') {
            self.line.extend_from_slice(piece);
            match piece.ends_with(b"\n") {
                true => self.write_line()?,
                false if self.line.len() > LONGEST_LINE + self.hidden.longest() => self.write_most()?,
                false => {}
            }
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

impl<W: Write> Drop for Redacting<W> {
    fn drop(&mut self) {
        // Who cannot write a log is not told of it here either.
        let _ = self.write_line();
        let _ = self.out.flush();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(secrets: &[&str], pieces: &[&[u8]]) -> String {
        let mut out = Vec::new();
        let mut redacting = Redacting::new(&mut out, Hidden::new(secrets.iter().map(|it| it.as_bytes())));
        pieces.iter().for_each(|piece| redacting.write_all(piece).unwrap());
        drop(redacting);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn a_secret_is_hidden_however_it_comes() {
        assert_eq!(written(&["hunter22"], &[b"a hun", b"ter22 b\nhunter22"]), "a *** b\n***");
        assert_eq!(written(&["one1\ntwo2\n"], &[b"#5 0.1 one1\n#5 0.1 two2\n"]), "#5 0.1 ***\n#5 0.1 ***\n");
        assert_eq!(written(&["abcd", "abcdef"], &[b"abcdef abcd\n"]), "*** ***\n");
        assert_eq!(written(&["a", ""], &[b"a plain line\n"]), "a plain line\n");
    }

    #[test]
    fn a_secret_in_an_endless_line_is_hidden() {
        let mut pieces: Vec<&[u8]> = vec![b"xxxxxxx"; 10_000];
        pieces.insert(9_363, b"secr");
        pieces.insert(9_364, b"et77");
        let text = written(&["secret77"], &pieces);
        assert!(text.contains("***") && !text.contains("secret77") && text.len() == 70_003);
    }
}
