//! What is wrong with a file, and where.

use super::syntax::Span;
use crate::error::{Error, Kind};

/// What is wrong, in the words of buildx.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// What kind of mistake.
    pub summary: String,
    /// Which one.
    pub detail: String,
    /// Where, when it is in a file.
    pub span: Option<Span>,
    /// How many others follow from it, once that is known.
    pub others: Option<usize>,
}

/// A result that fails with a [`Diagnostic`]; boxed, since it goes through many hands.
pub type Checked<T> = Result<T, Box<Diagnostic>>;

impl Diagnostic {
    /// A mistake at `span`.
    pub fn at(span: Span, summary: &str, detail: impl Into<String>) -> Box<Self> {
        Box::new(Self { summary: summary.to_string(), detail: detail.into(), span: Some(span), others: None })
    }

    /// A mistake that is in no one place.
    pub fn plain(detail: impl Into<String>) -> Box<Self> {
        Box::new(Self { summary: String::new(), detail: detail.into(), span: None, others: None })
    }

    /// Says how many others follow from it, unless that was said before.
    #[must_use]
    pub fn with_others(mut self: Box<Self>, others: usize) -> Box<Self> {
        self.others.get_or_insert(others);
        self
    }

    /// The error for people: `file:line,column-column: Summary; detail`, below the lines it speaks of.
    pub fn into_error(self, files: &[(String, Vec<u8>)]) -> Error {
        let Some((span, (name, bytes))) = self.span.and_then(|span| Some((span, files.get(span.file)?)))
        else {
            return Error::new(Kind::Invalid, self.detail);
        };
        let text = String::from_utf8_lossy(bytes);
        let (start, end) = (position(&text, span.start), position(&text, span.end.max(span.start)));
        let range = if start.0 == end.0 {
            format!("{},{}-{}", start.0, start.1, end.1)
        } else {
            format!("{},{}-{},{}", start.0, start.1, end.0, end.1)
        };
        let others = match self.others {
            None | Some(0) => String::new(),
            Some(others) => format!(", and {others} other diagnostic(s)"),
        };
        let line = format!("{name}:{range}: {}; {}{others}", self.summary, self.detail);
        Error::new(Kind::Invalid, line)
    }
}

/// Line and column of a byte, both counted from 1.
fn position(text: &str, byte: usize) -> (usize, usize) {
    let mut byte = byte.min(text.len());
    while !text.is_char_boundary(byte) {
        byte -= 1;
    }
    let before = &text[..byte];
    let line = before.matches('\n').count() + 1;
    let begin = before.rfind('\n').map_or(0, |at| at + 1);
    (line, before[begin..].chars().count() + 1)
}
