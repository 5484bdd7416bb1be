//! The one error of the project: what failed, why, and what to type next.
//!
//! [`Kind`] is what code branches on (the exit code, one day an HTTP status); the words are what
//! people read. An error is told once, by `main`.

use std::fmt;

/// What the caller can branch on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The command line or a value in it is wrong.
    Usage,
    /// Something named does not exist.
    NotFound,
    /// Something named exists already, or is in a state that forbids the wish.
    Conflict,
    /// The host or its configuration refuses.
    Denied,
    /// Input (an archive, a manifest, a file of the store) is not what it should be.
    Invalid,
    /// The wish is understood, and cannot be fulfilled here.
    Unsupported,
    /// The command exists in the container and cannot be executed: exit code 126.
    NotExecutable,
    /// The command does not exist in the container: exit code 127.
    CommandNotFound,
    /// A system call failed in a way nobody foresaw.
    System,
    /// Everything was said already; `main` only leaves with this code.
    Silent(u8),
}

/// What failed, why, and what to type next.
pub struct Error {
    /// What the caller can branch on.
    pub kind: Kind,
    what: String,
    why: Option<anyhow::Error>,
    fix: Option<String>,
}

/// A result whose error is ours.
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    /// An error of `kind`; `what` says what failed, with the user's own word in it.
    pub fn new(kind: Kind, what: impl Into<String>) -> Self {
        Self { kind, what: what.into(), why: None, fix: None }
    }

    /// A wrong command line or value.
    pub fn usage(what: impl Into<String>) -> Self {
        Self::new(Kind::Usage, what)
    }

    /// Leave with `code`; everything was said already.
    pub fn silent(code: u8) -> Self {
        Self::new(Kind::Silent(code), "")
    }

    /// Adds the cause.
    #[must_use]
    pub fn why(mut self, cause: impl Into<anyhow::Error>) -> Self {
        self.why = Some(cause.into());
        self
    }

    /// Adds the cause in words.
    #[must_use]
    pub fn because(mut self, cause: impl fmt::Display) -> Self {
        self.why = Some(anyhow::anyhow!("{cause}"));
        self
    }

    /// Adds what to type, or to do, next.
    #[must_use]
    pub fn fix(mut self, fix: impl Into<String>) -> Self {
        self.fix = Some(fix.into());
        self
    }

    /// What to type next, where that is known.
    pub fn hint(&self) -> Option<&str> {
        self.fix.as_deref()
    }

    /// The error number at the root of it, where a system call was.
    pub fn errno(&self) -> Option<i32> {
        let chain = self.why.as_ref()?.chain();
        chain
            .filter_map(|cause| cause.downcast_ref::<std::io::Error>())
            .find_map(std::io::Error::raw_os_error)
    }
}

/// `what: why: its cause`, on one line; control characters are escaped, since parts of it may come from strangers.
impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut line = self.what.clone();
        if let Some(why) = &self.why {
            for cause in why.chain() {
                let words = io_words(cause);
                if !line.ends_with(&words) {
                    line.push_str(": ");
                    line.push_str(&words);
                }
            }
        }
        for c in line.chars() {
            if c.is_control() && c != '\n' && c != '\t' {
                write!(f, "{}", c.escape_default())?
            } else {
                write!(f, "{c}")?
            }
        }
        Ok(())
    }
}

/// An operating system's error as users of docker read it: lower case, without the number.
fn io_words(cause: &(dyn std::error::Error + 'static)) -> String {
    let words = cause.to_string();
    match cause.downcast_ref::<std::io::Error>().and_then(std::io::Error::raw_os_error) {
        Some(_) => {
            let end = words.find(" (os error").unwrap_or(words.len());
            let mut chars = words[..end].chars();
            chars
                .next()
                .map(|first| first.to_lowercase().collect::<String>() + chars.as_str())
                .unwrap_or_default()
        }
        None => words,
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}: {self}", self.kind)?;
        self.fix.as_ref().map_or(Ok(()), |fix| write!(f, " (fix: {fix})"))
    }
}

impl std::error::Error for Error {}

/// Gives any error its `what` at the place that knows it.
pub trait Context<T> {
    /// Turns the error into ours, of kind [`Kind::System`], with `what` in front.
    fn what<S: Into<String>>(self, what: impl FnOnce() -> S) -> Result<T>;
}

impl<T, E: Into<anyhow::Error>> Context<T> for std::result::Result<T, E> {
    fn what<S: Into<String>>(self, what: impl FnOnce() -> S) -> Result<T> {
        self.map_err(|cause| Error::new(Kind::System, what()).why(cause))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_reads_as_what_then_why_on_one_line() {
        let error = Error::new(Kind::System, "opening `x`").why(std::io::Error::from_raw_os_error(2));
        assert_eq!(error.to_string(), "opening `x`: no such file or directory");
        assert_eq!(error.errno(), Some(2));
    }

    #[test]
    fn control_characters_of_strangers_are_escaped() {
        assert_eq!(Error::usage("bad \u{1b}[31mname").to_string(), "bad \\u{1b}[31mname");
    }
}
