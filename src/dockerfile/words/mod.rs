//! Words of a Dockerfile: quotes, escapes, variables.
//!
//! Which instruction wants which of the four ways of [`Lexer`]:
//!
//! - [`Lexer::word`]: `FROM` and its `--platform`, `ARG` (the values), `ENV` and `LABEL` (names and values), `COPY` and
//!   `ADD` (sources, destination, the values of the flags but `--from`), `USER`, `WORKDIR`, `VOLUME`, `STOPSIGNAL`,
//!   the values in `RUN --mount`.
//! - [`Lexer::words`]: `EXPOSE`, where one word may become several ports.
//! - [`Lexer::body`]: heredocs of `COPY` and `ADD` whose terminator is not quoted.
//! - [`Lexer::shown`]: the name of a step in the progress, where quotes and what is unset stay as they are.
//!
//! `RUN`, `CMD`, `ENTRYPOINT`, `SHELL`, `HEALTHCHECK`, `ONBUILD` and `MAINTAINER` see no variables here.

mod expander;
mod pattern;

use expander::{Expander, Manner};
use std::collections::BTreeMap;

/// Bytes that one word may become. Linux takes no variable of more than 128 KiB (`MAX_ARG_STRLEN`), and without an end
/// `ENV a=$a$a` in every line would fill the memory.
const LONGEST_WORD: usize = 1 << 20;
/// Bytes that a heredoc may become.
const LONGEST_BODY: usize = 32 << 20;

/// Where the values of variables come from.
pub trait Variables {
    /// The value of `name`; `None`: it is not set.
    fn get(&self, name: &str) -> Option<String>;
    /// All names that are set.
    fn names(&self) -> Vec<String>;
}

impl Variables for BTreeMap<String, String> {
    fn get(&self, name: &str) -> Option<String> {
        BTreeMap::get(self, name).cloned()
    }

    fn names(&self) -> Vec<String> {
        self.keys().cloned().collect()
    }
}

/// No variable is set.
#[derive(Debug, Clone, Copy)]
pub struct NoVariables;

impl Variables for NoVariables {
    fn get(&self, _name: &str) -> Option<String> {
        None
    }

    fn names(&self) -> Vec<String> {
        Vec::new()
    }
}

/// A word, with its variables replaced.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Expanded {
    /// What became of it.
    pub text: String,
    /// Variables in it that are not set, each once, in order.
    pub unmatched: Vec<String>,
    /// Variables in it that are set, each once, in order.
    pub matched: Vec<String>,
}

/// Reads words as a shell would, more or less.
#[derive(Debug, Clone, Copy)]
pub struct Lexer {
    /// `\`, or what `# escape=` says.
    escape: char,
}

impl Lexer {
    /// Of a file whose escape character is `escape`.
    #[must_use]
    pub const fn new(escape: char) -> Self {
        Self { escape }
    }

    /// One word: variables replaced, quotes and escapes removed, blanks kept.
    ///
    /// # Errors
    /// BuildKit's words, `failed to process "…": …`: quotes or braces that are not closed, a modifier that does not
    /// exist, a variable that `${v:?}` asks for.
    pub fn word(&self, word: &str, variables: &dyn Variables) -> Result<Expanded, String> {
        self.expand(word, variables, Manner::new(self.escape, LONGEST_WORD))
    }

    /// As [`Lexer::word`], then split at blanks that are not quoted; values are split, too.
    ///
    /// # Errors
    /// As [`Lexer::word`].
    pub fn words(&self, word: &str, variables: &dyn Variables) -> Result<Vec<String>, String> {
        Expander::new(word, variables, Manner::new(self.escape, LONGEST_WORD)).run().map(|done| done.words)
    }

    /// The body of a heredoc: quotes mean nothing, and the escape character is always `\`.
    ///
    /// # Errors
    /// As [`Lexer::word`].
    pub fn body(&self, body: &str, variables: &dyn Variables) -> Result<Expanded, String> {
        let manner = Manner { quotes: false, ..Manner::new('\\', LONGEST_BODY) };
        self.expand(body, variables, manner)
    }

    /// An instruction as the progress shows it: quotes stay, and so does what is not set.
    ///
    /// # Errors
    /// As [`Lexer::word`]; the instruction is then shown as it was written.
    pub fn shown(&self, text: &str, variables: &dyn Variables) -> Result<Expanded, String> {
        let manner = Manner { keep_quotes: true, keep_unset: true, ..Manner::new(self.escape, LONGEST_WORD) };
        self.expand(text, variables, manner)
    }

    /// As [`Lexer::word`], or as [`Lexer::body`]; also what is not set, though something is wrong behind it.
    pub(super) fn told(
        &self,
        text: &str,
        is_body: bool,
        variables: &dyn Variables,
    ) -> (Result<String, String>, Vec<String>) {
        let manner = if is_body {
            Manner { quotes: false, ..Manner::new('\\', LONGEST_BODY) }
        } else {
            Manner::new(self.escape, LONGEST_WORD)
        };
        let (done, unset) = Expander::new(text, variables, manner).run_and_tell();
        (done.map(|done| done.expanded.text), unset)
    }

    /// The words of a line as they stand, for heredocs to be found in: nothing is replaced or removed.
    ///
    /// # Errors
    /// Quotes that are not closed.
    pub(super) fn raw_words(line: &str) -> Result<Vec<String>, String> {
        let manner = Manner {
            keep_quotes: true,
            keep_escapes: true,
            keep_unset: true,
            ..Manner::new('\\', LONGEST_BODY)
        };
        Expander::new(line, &NoVariables, manner).run().map(|done| done.words)
    }

    /// The terminator of a heredoc, with or without its quotes; variables in it are left alone.
    ///
    /// # Errors
    /// Quotes that are not closed.
    pub(super) fn terminator(text: &str, keep_quotes: bool) -> Result<Vec<String>, String> {
        let manner = Manner { keep_quotes, keep_unset: true, ..Manner::new('\\', LONGEST_WORD) };
        Expander::new(text, &NoVariables, manner).run().map(|done| done.words)
    }

    fn expand(&self, text: &str, variables: &dyn Variables, manner: Manner) -> Result<Expanded, String> {
        Expander::new(text, variables, manner).run().map(|done| done.expanded)
    }
}

#[cfg(test)]
mod tests;
