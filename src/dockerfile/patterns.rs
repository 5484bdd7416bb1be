//! The patterns of `.dockerignore` and `--exclude` (docker docs, "Build context", ".dockerignore files").
//!
//! A path is left out when the last pattern that speaks of it, or of a directory above it, has no `!`. What a
//! directory answered is handed down to what is below it ([`Seen`]), as BuildKit's walk of a context does: a
//! pattern that had nothing to change at a directory is not asked about that directory again.

mod glob;
#[cfg(test)]
mod tests;

pub use glob::{Glob, has_wildcards};

use crate::error::{Error, Kind, Result};

/// Bytes of a file of patterns.
pub const FILE_LIMIT: usize = 1 << 20;
/// Bytes of one pattern: longer ones name no path.
const PATTERN_LIMIT: usize = 4096;
/// Patterns of one list.
const COUNT_LIMIT: usize = 10_000;

/// A list of patterns, in the order that counts.
#[derive(Debug, Clone, Default)]
pub struct Patterns {
    patterns: Vec<Pattern>,
}

#[derive(Debug, Clone)]
struct Pattern {
    glob: Glob,
    /// With `!`: takes out of what earlier ones matched.
    exception: bool,
}

/// What the patterns said of one path, for those who ask about what is below it.
#[derive(Debug, Clone, Default)]
pub struct Seen {
    matched: bool,
    /// Of each pattern: it matched this path or one above. Empty above the first component.
    each: Vec<bool>,
}

impl Seen {
    /// Whether the path is matched, and no exception says otherwise.
    pub fn matched(&self) -> bool {
        self.matched
    }
}

impl Patterns {
    /// Reads a `.dockerignore`.
    ///
    /// # Errors
    /// [`Kind::Invalid`] for a pattern that is none, in moby's words, and for more than anybody writes.
    pub fn parse_ignore_file(text: &[u8]) -> Result<Self> {
        if text.len() > FILE_LIMIT {
            return Err(invalid(format!("more than {FILE_LIMIT} bytes of patterns")));
        }
        let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
        Self::new(text.split(|byte| *byte == b'\n').filter_map(ignore_line))
    }

    /// The patterns of a list, such as those of `--exclude`. Nothing is a pattern that holds nothing.
    ///
    /// # Errors
    /// As those of [`parse_ignore_file`](Self::parse_ignore_file).
    pub fn new(list: impl IntoIterator<Item = impl AsRef<[u8]>>) -> Result<Self> {
        let mut patterns = Vec::new();
        for text in list {
            let text = text.as_ref().trim_ascii();
            if text.is_empty() {
                continue;
            }
            if patterns.len() == COUNT_LIMIT {
                return Err(invalid(format!("more than {COUNT_LIMIT} patterns")));
            }
            patterns.push(Pattern::read(text)?);
        }
        Ok(Self { patterns })
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.patterns.is_empty()
    }

    /// Whether `path` is matched: clean, and relative to what the patterns are about.
    pub fn matches(&self, path: &[u8]) -> bool {
        let mut seen = Seen::default();
        let ends = path.iter().enumerate().filter(|(_, byte)| **byte == b'/').map(|(at, _)| at);
        for end in ends.chain([path.len()]) {
            seen = self.below(&seen, &path[..end]);
        }
        seen.matched
    }

    /// What the patterns say of `path`, whose directory is `parent`; `Seen::default()` is that of the first
    /// component.
    pub fn below(&self, parent: &Seen, path: &[u8]) -> Seen {
        let mut matched = false;
        let each = self.patterns.iter().enumerate().map(|(index, pattern)| {
            let inherited = parent.each.get(index).copied().unwrap_or(false);
            // A pattern that could change nothing is not asked.
            let hit = inherited || (pattern.exception == matched && pattern.glob.matches(path));
            if hit {
                matched = !pattern.exception;
            }
            hit
        });
        let each = each.collect();
        Seen { matched, each }
    }

    /// Whether nothing below `directory`, which is matched, can be an exception: it need not be read.
    pub fn can_skip(&self, directory: &[u8]) -> bool {
        !self.patterns.iter().any(|pattern| pattern.exception && pattern.glob.may_match_below(directory))
    }

    /// Whether nothing below `directory`, which is not matched, can be matched: where the patterns say what is
    /// taken, it need not be read.
    pub fn none_below(&self, directory: &[u8]) -> bool {
        !self.patterns.iter().any(|pattern| !pattern.exception && pattern.glob.may_match_below(directory))
    }
}

impl Pattern {
    fn read(text: &[u8]) -> Result<Self> {
        if text.len() > PATTERN_LIMIT {
            return Err(invalid(format!("a pattern of more than {PATTERN_LIMIT} bytes")));
        }
        let clean = clean(text);
        let (exception, pattern) = match clean.strip_prefix(b"!") {
            Some(b"") => return Err(invalid("illegal exclusion pattern: \"!\"")),
            Some(rest) => (true, rest),
            None => (false, &clean[..]),
        };
        Ok(Self { glob: Glob::deep(pattern)?, exception })
    }
}

/// One line of a `.dockerignore` as a pattern; comments and blank lines are none.
fn ignore_line(line: &[u8]) -> Option<Vec<u8>> {
    if line.starts_with(b"#") {
        return None;
    }
    let line = line.trim_ascii();
    let (mark, rest) = match line.strip_prefix(b"!") {
        Some(rest) => (&b"!"[..], rest.trim_ascii()),
        None => (&b""[..], line),
    };
    match rest {
        b"" if mark.is_empty() => None,
        b"" => Some(mark.to_vec()),
        _ => {
            let clean = clean(rest);
            let relative = clean.strip_prefix(b"/").filter(|rest| !rest.is_empty()).unwrap_or(&clean);
            Some([mark, relative].concat())
        }
    }
}

/// A path without empty parts, `.`, and `..` after a name; lexically, as Go's path.Clean. Never empty.
pub fn clean(path: &[u8]) -> Vec<u8> {
    let rooted = path.starts_with(b"/");
    let mut parts: Vec<&[u8]> = Vec::new();
    for part in path.split(|byte| *byte == b'/') {
        match part {
            b"" | b"." => {}
            b".." if parts.last().is_some_and(|last| *last != b"..") => {
                parts.pop();
            }
            b".." if rooted => {}
            part => parts.push(part),
        }
    }
    let joined = parts.join(&b'/');
    match (rooted, joined.is_empty()) {
        (true, _) => [b"/", &joined[..]].concat(),
        (false, true) => b".".to_vec(),
        (false, false) => joined,
    }
}

fn invalid(what: impl Into<String>) -> Error {
    Error::new(Kind::Invalid, what)
}
