//! An instruction taken apart by its grammar, before it is asked whether that makes sense.

use super::ParseError;
use super::ast::Lines;
use super::heredoc::{self, Inline};
use super::quote::quoted;
use super::source::{Logical, Source};

/// What separates words. Other blanks of Unicode do not.
const BLANKS: [char; 5] = ['\t', '\u{b}', '\u{c}', '\r', ' '];

/// An instruction: keyword, flags, words.
#[derive(Debug, Clone, Default)]
pub(super) struct Node {
    /// As written.
    pub keyword: String,
    /// With their dashes.
    pub flags: Vec<String>,
    /// Names and values alternate in `ENV` and `LABEL`; a command that is no JSON is one word.
    pub words: Vec<String>,
    /// The words stood in a JSON array.
    pub json: bool,
    /// `ENV name value`.
    pub legacy: bool,
    /// What `ONBUILD` holds back.
    pub sub: Option<Box<Self>>,
    /// The whole line, trimmed.
    pub original: String,
    pub heredocs: Vec<Inline>,
    pub comments: Vec<String>,
    /// Heredocs included.
    pub lines: Lines,
    /// The last line before its heredocs.
    pub head_end: usize,
    pub has_empty_line: bool,
}

/// All of a file.
///
/// # Errors
/// What no instruction can be: see [`Node::parse`]; a heredoc without its terminator; nothing at all.
pub(super) fn nodes(source: &mut Source<'_>) -> Result<Vec<Node>, ParseError> {
    let mut nodes = Vec::new();
    while let Some(logical) = source.next_instruction()? {
        nodes.push(with_heredocs(logical, source)?);
    }
    if nodes.is_empty() {
        return Err(ParseError::new("file with no instructions".to_owned(), source.here()));
    }
    source.fault().map_or(Ok(nodes), Err)
}

fn with_heredocs(logical: Logical, source: &mut Source<'_>) -> Result<Node, ParseError> {
    let mut lines = logical.lines;
    let wrong = |error, lines| ParseError::new(error, lines);
    let mut node = Node::parse(&logical.text, source.escape()).map_err(|error| wrong(error, lines))?;
    if node.can_hold_heredocs() && logical.text.contains("<<") {
        for header in heredoc::in_line(&logical.text).map_err(|error| wrong(error, lines))? {
            let found = source.heredoc(header);
            lines.last = source.here().last;
            let unterminated = || wrong("unterminated heredoc".to_owned(), lines);
            node.heredocs.push(found.ok_or_else(unterminated)?);
        }
    }
    node.lines = lines;
    node.head_end = logical.lines.last;
    node.comments = logical.comments;
    node.has_empty_line = logical.has_empty_line;
    Ok(node)
}

impl Node {
    /// Takes `line` apart.
    ///
    /// # Errors
    /// JSON of other things than strings, names without values.
    pub(super) fn parse(line: &str, escape: char) -> Result<Self, String> {
        let mut node = Self::split(line);
        let rest = std::mem::take(&mut node.original);
        if node.is("onbuild") {
            node.sub = Self::trigger(&rest, escape)?.map(Box::new);
        } else {
            node.arguments(&rest, escape)?;
        }
        node.original = line.trim().to_owned();
        Ok(node)
    }

    /// What `ONBUILD` holds back. A trigger of a trigger is refused later, so there is no need to go deeper.
    fn trigger(rest: &str, escape: char) -> Result<Option<Self>, String> {
        if rest.is_empty() {
            return Ok(None);
        }
        let mut trigger = Self::split(rest);
        let rest = std::mem::take(&mut trigger.original);
        trigger.arguments(&rest, escape)?;
        Ok(Some(trigger))
    }

    /// Whether the keyword is `name`, which is in lower case.
    pub(super) fn is(&self, name: &str) -> bool {
        self.keyword.eq_ignore_ascii_case(name)
    }

    /// Keyword and flags; what is left is in `original` for the moment.
    fn split(line: &str) -> Self {
        let line = line.trim();
        let (keyword, rest) = line.split_once(BLANKS).unwrap_or((line, ""));
        let (flags, rest) = flags(rest);
        Self { keyword: keyword.to_owned(), flags, original: rest.trim().to_owned(), ..Self::default() }
    }

    fn arguments(&mut self, rest: &str, escape: char) -> Result<(), String> {
        match self.keyword.to_ascii_lowercase().as_str() {
            "add" | "copy" | "volume" => match json(rest)? {
                Some(words) => (self.words, self.json) = (words, true),
                None => self.words = split_at_blanks(rest),
            },
            "cmd" | "entrypoint" | "run" | "shell" => self.command(rest)?,
            "healthcheck" => {
                let end = rest.find(char::is_whitespace).unwrap_or(rest.len());
                if end > 0 {
                    self.command(rest[end..].trim_start())?;
                    self.words.insert(0, rest[..end].to_owned());
                }
            }
            "arg" => self.words = quoted_words(rest, escape),
            "env" | "label" => self.pairs(rest, escape)?,
            "expose" | "from" => self.words = split_at_blanks(rest),
            "maintainer" | "stopsignal" | "user" | "workdir" => self.words = one(rest),
            _ => {}
        }
        Ok(())
    }

    /// JSON, or else the line for the shell.
    fn command(&mut self, rest: &str) -> Result<(), String> {
        match json(rest)? {
            Some(words) => (self.words, self.json) = (words, true),
            None => self.words = one(rest),
        }
        Ok(())
    }

    /// `name=value …`, or as long ago `name value`.
    fn pairs(&mut self, rest: &str, escape: char) -> Result<(), String> {
        let words = quoted_words(rest, escape);
        let Some(first) = words.first() else { return Ok(()) };
        if !first.contains('=') {
            let Some((name, value)) = rest.split_once(BLANKS) else {
                return Err(format!("{} must have two arguments", self.keyword.to_ascii_uppercase()));
            };
            self.words = vec![name.to_owned(), value.trim_start_matches(BLANKS).to_owned()];
            self.legacy = true;
            return Ok(());
        }
        for word in words {
            let Some((name, value)) = word.split_once('=') else {
                let word = quoted(&word);
                let must = "Must be of the form: name=value";
                return Err(format!("Syntax error - can't find = in {word}. {must}"));
            };
            self.words.extend([name.to_owned(), value.to_owned()]);
        }
        Ok(())
    }

    fn can_hold_heredocs(&self) -> bool {
        let inner = self.sub.as_deref().filter(|_| self.is("onbuild")).unwrap_or(self);
        ["add", "copy", "run"].iter().any(|name| inner.is(name)) && !inner.json
    }
}

fn one(rest: &str) -> Vec<String> {
    if rest.is_empty() { Vec::new() } else { vec![rest.to_owned()] }
}

fn split_at_blanks(rest: &str) -> Vec<String> {
    rest.split(BLANKS).filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

/// A JSON array of strings; `None` when it is none, and so something for the shell.
fn json(rest: &str) -> Result<Option<Vec<String>>, String> {
    if !rest.trim_start().starts_with('[') {
        return Ok(None);
    }
    let Ok(values) = serde_json::from_str::<Vec<serde_json::Value>>(rest) else { return Ok(None) };
    let strings = values.into_iter().map(|value| match value {
        serde_json::Value::String(text) => Ok(text),
        _ => Err("when using JSON array syntax, arrays must be comprised of strings only".to_owned()),
    });
    strings.collect::<Result<_, _>>().map(Some)
}

/// Words that `--` begins, quotes and escapes removed; then the rest of the line.
fn flags(rest: &str) -> (Vec<String>, &str) {
    let mut flags = Vec::new();
    let mut rest = rest.trim_start();
    while rest.starts_with("--") {
        let (flag, behind) = flag(rest);
        rest = behind;
        if flag == "--" {
            break;
        }
        flags.push(flag);
        rest = rest.trim_start();
    }
    (flags, rest)
}

/// One flag; its escape character is `\` in every file.
fn flag(text: &str) -> (String, &str) {
    let mut flag = String::new();
    let mut quote = None;
    let mut chars = text.char_indices();
    while let Some((at, char)) = chars.next() {
        match (quote, char) {
            (None, char) if char.is_whitespace() => return (flag, &text[at..]),
            (None, '\'' | '"') => quote = Some(char),
            (Some(open), char) if char == open => quote = None,
            (_, '\\') => flag.extend(chars.next().map(|(_, next)| next)),
            (_, char) => flag.push(char),
        }
    }
    (flag, "")
}

/// Words between blanks; quotes and escapes hold them together, and stay where they are.
fn quoted_words(rest: &str, escape: char) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = String::new();
    let mut quote = None;
    let mut chars = rest.chars();
    while let Some(char) = chars.next() {
        if quote.is_none() && char.is_whitespace() {
            if !word.is_empty() {
                words.push(std::mem::take(&mut word));
            }
            continue;
        }
        if char == escape && quote != Some('\'') {
            // An escape at the very end escapes nothing.
            let Some(next) = chars.next() else { break };
            word.push(char);
            word.push(next);
            continue;
        }
        match quote {
            None if matches!(char, '\'' | '"') => quote = Some(char),
            Some(open) if open == char => quote = None,
            _ => {}
        }
        word.push(char);
    }
    if !word.is_empty() {
        words.push(word);
    }
    words
}
