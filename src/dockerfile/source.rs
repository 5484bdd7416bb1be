//! The lines of a file, and the instructions that they make: continuations joined, comments taken out.

use super::ParseError;
use super::ast::Lines;
use super::directives::DirectiveReader;
use super::heredoc::{Header, Inline};

/// Bytes of one line, its newline included. BuildKit's own limit.
const LONGEST_LINE: usize = 65_536;

/// A file, read line by line.
#[derive(Debug)]
pub(super) struct Source<'a> {
    rest: &'a str,
    /// Lines read so far.
    line: usize,
    /// A line was longer than [`LONGEST_LINE`]; nothing is read from there on.
    too_long: bool,
    directives: DirectiveReader,
    escape: char,
    declared: Option<char>,
    /// The comments above the next instruction.
    comments: Vec<String>,
}

/// An instruction in one line.
#[derive(Debug)]
pub(super) struct Logical {
    pub text: String,
    pub lines: Lines,
    /// Right above it, without `#`.
    pub comments: Vec<String>,
    /// An empty line stood inside.
    pub has_empty_line: bool,
}

impl<'a> Source<'a> {
    pub(super) fn new(text: &'a str, escape: char) -> Self {
        Self {
            rest: text.strip_prefix('\u{feff}').unwrap_or(text),
            line: 0,
            too_long: false,
            directives: DirectiveReader::new("#"),
            escape,
            declared: None,
            comments: Vec::new(),
        }
    }

    /// The escape character, known after the first instruction.
    pub(super) const fn escape(&self) -> char {
        self.escape
    }

    /// What `# escape=` said.
    pub(super) const fn declared_escape(&self) -> Option<char> {
        self.declared
    }

    /// Where the reader is.
    pub(super) const fn here(&self) -> Lines {
        Lines { first: self.line, last: self.line }
    }

    /// What is wrong with the file as such, once all of it was read.
    pub(super) fn fault(&self) -> Option<ParseError> {
        let told = format!("dockerfile line greater than max allowed size of {}", LONGEST_LINE - 1);
        self.too_long.then(|| ParseError::new(told, self.here()))
    }

    /// The next line, with its newline.
    fn next_line(&mut self) -> Option<&'a str> {
        if self.rest.is_empty() || self.too_long {
            return None;
        }
        let end = self.rest.find('\n').map_or(self.rest.len(), |at| at + 1);
        let (line, rest) = self.rest.split_at(end);
        if line.len() > LONGEST_LINE || (line.len() == LONGEST_LINE && !line.ends_with('\n')) {
            self.too_long = true;
            return None;
        }
        self.rest = rest;
        self.line += 1;
        Some(line)
    }

    /// The next instruction.
    ///
    /// # Errors
    /// A directive twice, or an escape character that can be none.
    pub(super) fn next_instruction(&mut self) -> Result<Option<Logical>, ParseError> {
        while let Some(line) = self.next_line() {
            let line = line.trim_end_matches(['\r', '\n']).trim_start();
            self.take_comment(line)?;
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let first = self.line;
            let (line, mut goes_on) = without_continuation(line, self.escape);
            let mut text = line.to_owned();
            let mut has_empty_line = false;
            while goes_on {
                let Some(line) = self.next_line() else { break };
                let line = line.trim_end_matches(['\r', '\n']);
                let trimmed = line.trim_start();
                if trimmed.starts_with('#') {
                    continue;
                }
                if trimmed.is_empty() {
                    has_empty_line = true;
                    continue;
                }
                let (line, more) = without_continuation(line, self.escape);
                text.push_str(line);
                goes_on = more;
            }
            let comments = std::mem::take(&mut self.comments);
            let lines = Lines { first, last: self.line };
            return Ok(Some(Logical { text, lines, comments, has_empty_line }));
        }
        Ok(None)
    }

    /// Keeps a comment for the instruction below; an empty one parts what is above it from what is below.
    fn take_comment(&mut self, line: &str) -> Result<(), ParseError> {
        let before = Lines { first: self.line - 1, last: self.line - 1 };
        let directive = self.directives.line(line).map_err(|error| ParseError::new(error, before))?;
        match (directive, line.strip_prefix('#').map(str::trim)) {
            (Some(("escape", value)), _) => {
                self.escape = match value {
                    "\\" => '\\',
                    "`" => '`',
                    _ => {
                        let told = format!("invalid escape token '{value}' does not match ` or \\");
                        return Err(ParseError::new(told, before));
                    }
                };
                self.declared = Some(self.escape);
            }
            (Some(_), _) | (None, None) => {}
            (None, Some("")) => self.comments.clear(),
            (None, Some(comment)) => self.comments.push(comment.to_owned()),
        }
        Ok(())
    }

    /// The lines of a heredoc; `None`: the file ended before its terminator.
    pub(super) fn heredoc(&mut self, header: Header) -> Option<Inline> {
        let mut content = String::new();
        while let Some(line) = self.next_line() {
            let bare = line.trim_end_matches(['\r', '\n']);
            let bare = if header.chomp { bare.trim_start_matches('\t') } else { bare };
            if bare == header.name {
                return Some(Inline { header, content });
            }
            content.push_str(line);
        }
        None
    }
}

/// The line without the escape character at its end, if one is there that is not escaped itself.
fn without_continuation(line: &str, escape: char) -> (&str, bool) {
    match line.trim_end_matches([' ', '\t']).strip_suffix(escape) {
        Some(before) if !before.ends_with(escape) => (before, true),
        _ => (line, false),
    }
}
