//! stdout is data, stderr is talk.

mod functions;
pub mod listing;
pub mod progress;
pub mod size;
pub mod table;
pub mod template;
pub mod time;

use crate::error::{Context, Error, Result};
use std::fmt;
use std::io::{self, BufWriter, ErrorKind, Write};
use unicode_width::UnicodeWidthChar;

/// The two streams of a command. Standard output is buffered, so whoever holds this ends with
/// [`Ui::finish`], which is where a full disk behind a redirection is noticed.
pub struct Ui {
    data: BufWriter<Box<dyn Write>>,
    talk: Box<dyn Write>,
}

impl Ui {
    /// The streams of this process.
    pub fn new() -> Self {
        Self::over(Box::new(io::stdout()), Box::new(io::stderr()))
    }

    /// Streams of anybody's choice.
    pub fn over(data: Box<dyn Write>, talk: Box<dyn Write>) -> Self {
        Self { data: BufWriter::new(data), talk }
    }

    /// Writes `text` to standard output as it is.
    ///
    /// # Errors
    /// A reader that went away ends the command quietly and with success: it has what it wanted.
    pub fn print(&mut self, text: impl fmt::Display) -> Result<()> {
        let written = write!(self.data, "{text}");
        told(written)
    }

    /// Writes `text` and a line feed to standard output. Errors are those of [`Ui::print`].
    pub fn line(&mut self, text: impl fmt::Display) -> Result<()> {
        let written = writeln!(self.data, "{text}");
        told(written)
    }

    /// Writes what may not be text to standard output. Errors are those of [`Ui::print`].
    pub fn bytes(&mut self, bytes: &[u8]) -> Result<()> {
        let written = self.data.write_all(bytes);
        told(written)
    }

    /// Sends what was written so far. Errors are those of [`Ui::print`].
    pub fn flush(&mut self) -> Result<()> {
        let flushed = self.data.flush();
        told(flushed)
    }

    /// Says `text` and a line feed on standard error, after the data written so far. There is nobody to
    /// tell when that fails; the data's own failure comes back from [`Ui::finish`].
    pub fn talk(&mut self, text: impl fmt::Display) {
        let _ = self.data.flush();
        let _ = writeln!(self.talk, "{text}").and_then(|()| self.talk.flush());
    }

    /// Sends the rest. Errors are those of [`Ui::print`].
    pub fn finish(mut self) -> Result<()> {
        self.flush()
    }
}

impl Default for Ui {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Ui {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Ui")
    }
}

fn told(written: io::Result<()>) -> Result<()> {
    match written {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Err(Error::silent(0)),
        other => other.what(|| "writing to standard output"),
    }
}

/// At most `width` columns of `text`; where some is left out, `…` is the last of them.
pub fn shorten(text: &str, width: usize) -> String {
    let columns = |c: char| c.width().unwrap_or(1).max(1);
    if text.chars().map(columns).sum::<usize>() <= width {
        return text.to_owned();
    }
    let mut used = 0;
    let kept = text.chars().take_while(|c| {
        used += columns(*c);
        used < width
    });
    kept.chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Kind;
    use std::sync::{Arc, Mutex};

    #[derive(Clone, Default)]
    struct Shared(Arc<Mutex<Vec<u8>>>);

    impl Write for Shared {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    /// A stream whose every write fails with this errno.
    struct Broken(i32);

    impl Write for Broken {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(io::Error::from_raw_os_error(self.0))
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    const EPIPE: i32 = 32;
    const ENOSPC: i32 = 28;

    #[test]
    fn data_comes_before_the_talk_about_it() {
        let stream = Shared::default();
        let mut ui = Ui::over(Box::new(stream.clone()), Box::new(stream.clone()));
        ui.line("a").unwrap();
        ui.print(format_args!("{}", 1)).unwrap();
        ui.talk("said");
        ui.bytes(b"\xff").unwrap();
        ui.finish().unwrap();
        assert_eq!(*stream.0.lock().unwrap(), b"a\n1said\n\xff");
    }

    #[test]
    fn a_reader_that_went_away_is_success() {
        let mut ui = Ui::over(Box::new(Broken(EPIPE)), Box::new(Broken(EPIPE)));
        ui.line("buffered").unwrap();
        ui.talk("unheard");
        assert_eq!(ui.finish().unwrap_err().kind, Kind::Silent(0));
    }

    #[test]
    fn a_full_disk_is_told() {
        let mut ui = Ui::over(Box::new(Broken(ENOSPC)), Box::new(io::sink()));
        let error = ui.print("x".repeat(100_000)).unwrap_err();
        assert_eq!(error.to_string(), "writing to standard output: no space left on device");
    }
}
