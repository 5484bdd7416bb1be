//! Parser directives: `# escape=`, `# syntax=`, `# check=` in the first lines.

use super::ast::Directives;

/// What a file may say of itself.
const KNOWN: [&str; 3] = ["syntax", "escape", "check"];

/// Reads the first lines, until one is no directive.
#[derive(Debug)]
pub(super) struct DirectiveReader {
    comment: &'static str,
    seen: Vec<&'static str>,
    done: bool,
}

impl DirectiveReader {
    /// Of comments that begin with `comment`: `#` or `//`.
    pub(super) const fn new(comment: &'static str) -> Self {
        Self { comment, seen: Vec::new(), done: false }
    }

    /// The name, in lower case, and the value, when `line` is a directive.
    ///
    /// # Errors
    /// The directive was there before.
    pub(super) fn line<'a>(&mut self, line: &'a str) -> Result<Option<(&'static str, &'a str)>, String> {
        if self.done {
            return Ok(None);
        }
        let found = line.strip_prefix(self.comment).and_then(pair);
        let Some((name, value)) = found else {
            self.done = true;
            return Ok(None);
        };
        if self.seen.contains(&name) {
            return Err(format!("only one {name} parser directive can be used"));
        }
        self.seen.push(name);
        Ok(Some((name, value)))
    }
}

fn pair(text: &str) -> Option<(&'static str, &str)> {
    let (name, value) = text.trim_start().split_once('=')?;
    let name = name.trim_end();
    let name = KNOWN.iter().find(|known| known.eq_ignore_ascii_case(name))?;
    let value = value.trim();
    (!value.is_empty()).then_some((*name, value))
}

/// `# syntax=` and `# check=` of the file; a first line that begins with `#!` is looked over. Other languages than
/// Dockerfile say their syntax as `// syntax=` or in JSON.
#[must_use]
pub(super) fn found(text: &str) -> Directives {
    let (text, skipped) = match text.split_once('\n') {
        Some((first, rest)) if first.starts_with("#!") => (rest, 1),
        _ => (text, 0),
    };
    let with = |comment| {
        let mut reader = DirectiveReader::new(comment);
        let mut all = Vec::new();
        for (index, line) in text.lines().enumerate() {
            match reader.line(line) {
                Ok(Some((name, value))) => all.push((name, value.to_owned(), index + 1 + skipped)),
                Ok(None) | Err(_) => break,
            }
        }
        all
    };
    let value = |all: &[(&str, String, usize)], wanted: &str| {
        all.iter().find(|(name, ..)| *name == wanted).map(|(_, value, line)| (value.clone(), *line))
    };
    let hashes = with("#");
    let syntax = value(&hashes, "syntax")
        .or_else(|| value(&with("//"), "syntax"))
        .or_else(|| json_syntax(text).map(|value| (value, skipped + 1)))
        .map(|(value, line)| (value.split(' ').next().unwrap_or_default().to_owned(), line));
    Directives { syntax, escape: None, check: value(&hashes, "check") }
}

fn json_syntax(text: &str) -> Option<String> {
    if !text.trim_start().starts_with('{') {
        return None;
    }
    let object: serde_json::Map<String, serde_json::Value> = serde_json::from_str(text).ok()?;
    object.get("syntax")?.as_str().map(str::to_owned)
}
