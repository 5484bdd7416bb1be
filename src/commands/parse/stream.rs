//! `-a stdin|stdout|stderr`.

use crate::error::{Error, Result};

/// A standard stream of the container.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stream {
    /// What the container reads.
    Stdin,
    /// What it says.
    Stdout,
    /// What it complains about.
    Stderr,
}

/// Reads a stream's name, in any case.
pub fn stream(typed: &str) -> Result<Stream> {
    match typed.to_ascii_lowercase().as_str() {
        "stdin" => Ok(Stream::Stdin),
        "stdout" => Ok(Stream::Stdout),
        "stderr" => Ok(Stream::Stderr),
        _ => Err(Error::usage("valid streams are STDIN, STDOUT and STDERR")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_is_known_in_any_case() {
        assert_eq!(stream("STDIN").unwrap(), Stream::Stdin);
        assert_eq!(stream("stderr").unwrap(), Stream::Stderr);
        assert!(stream("tty").is_err());
    }
}
