//! One pass over a word: what is quoted, what is escaped, what is a variable.

use super::super::quote::quoted;
use super::pattern::Pattern;
use super::{Expanded, Variables};
use std::collections::BTreeSet;

/// How deep `${a:-${b:-…}}` may go.
const DEEPEST: usize = 64;
/// What Go prints where a text has ended.
const END: char = char::REPLACEMENT_CHARACTER;

/// What is kept and what is replaced.
#[derive(Debug, Clone, Copy)]
pub(super) struct Manner {
    /// The escape character.
    pub escape: char,
    /// Quotes are quotes, not plain characters.
    pub quotes: bool,
    /// Quotes stay in the result.
    pub keep_quotes: bool,
    /// Escape characters stay in the result.
    pub keep_escapes: bool,
    /// Variables that are not set stay as they were written.
    pub keep_unset: bool,
    /// Bytes the result may have.
    pub longest: usize,
}

impl Manner {
    pub(super) const fn new(escape: char, longest: usize) -> Self {
        Self { escape, quotes: true, keep_quotes: false, keep_escapes: false, keep_unset: false, longest }
    }
}

/// What came out.
pub(super) struct Done {
    pub expanded: Expanded,
    pub words: Vec<String>,
}

pub(super) struct Expander<'a> {
    source: &'a str,
    rest: std::str::Chars<'a>,
    variables: &'a dyn Variables,
    manner: Manner,
    keep_escapes: bool,
    depth: usize,
    /// Bytes that may still be written.
    left: usize,
    matched: Names,
    unmatched: Names,
}

/// Names, each once, in the order in which they came.
#[derive(Default)]
struct Names {
    list: Vec<String>,
    seen: BTreeSet<String>,
}

impl Names {
    fn add(&mut self, name: &str) {
        if self.seen.insert(name.to_owned()) {
            self.list.push(name.to_owned());
        }
    }
}

impl<'a> Expander<'a> {
    pub(super) fn new(source: &'a str, variables: &'a dyn Variables, manner: Manner) -> Self {
        Self {
            source,
            rest: source.chars(),
            variables,
            manner,
            keep_escapes: manner.keep_escapes,
            depth: 0,
            left: manner.longest.saturating_mul(4),
            matched: Names::default(),
            unmatched: Names::default(),
        }
    }

    pub(super) fn run(self) -> Result<Done, String> {
        self.run_and_tell().0
    }

    /// As [`Expander::run`]; also the names that are not set, as far as they were met before anything went wrong.
    pub(super) fn run_and_tell(mut self) -> (Result<Done, String>, Vec<String>) {
        let keep_escapes = self.manner.keep_escapes;
        let part = self.until(None, keep_escapes);
        let Self { source, matched, unmatched, .. } = self;
        let done = part.map(|part| Done {
            expanded: Expanded { text: part.text, matched: matched.list, unmatched: unmatched.list.clone() },
            words: part.words.done(),
        });
        (done.map_err(|error| format!("failed to process {}: {error}", quoted(source))), unmatched.list)
    }

    fn peek(&self) -> Option<char> {
        self.rest.clone().next()
    }

    /// Counts what is written, over all levels: a result that grows without end is refused.
    fn write(&mut self, part: &mut Part, text: &str) -> Result<(), String> {
        self.left = self.left.checked_sub(text.len()).ok_or("the result is too long")?;
        part.text.push_str(text);
        if part.text.len() > self.manner.longest { Err("the result is too long".to_owned()) } else { Ok(()) }
    }

    /// Up to `stop`, which is taken away, or to the end.
    fn until(&mut self, stop: Option<char>, keep_escapes: bool) -> Result<Part, String> {
        let before = std::mem::replace(&mut self.keep_escapes, keep_escapes);
        let part = self.part(stop);
        self.keep_escapes = before;
        part
    }

    fn part(&mut self, stop: Option<char>) -> Result<Part, String> {
        let mut part = Part::default();
        while let Some(char) = self.peek() {
            match char {
                _ if Some(char) == stop => {
                    self.rest.next();
                    return Ok(part);
                }
                '$' => {
                    let value = self.dollar()?;
                    self.write(&mut part, &value)?;
                    part.words.add_splitting(&value);
                }
                '\'' | '"' if self.manner.quotes => {
                    let value = if char == '"' { self.double_quotes()? } else { self.single_quotes()? };
                    self.write(&mut part, &value)?;
                    part.words.add(&value);
                }
                '<' => {
                    let value = self.less_than();
                    self.write(&mut part, value)?;
                    part.words.add(value);
                }
                _ => self.plain(&mut part)?,
            }
        }
        match stop {
            Some(stop) => Err(format!("unexpected end of statement while looking for matching {stop}")),
            None => Ok(part),
        }
    }

    /// A character that is nothing special, or is made so by an escape.
    fn plain(&mut self, part: &mut Part) -> Result<(), String> {
        let Some(char) = self.rest.next() else { return Ok(()) };
        let mut buffer = [0; 4];
        if char != self.manner.escape {
            part.words.add_one(char);
            return self.write(part, char.encode_utf8(&mut buffer));
        }
        if self.keep_escapes {
            let text = char.encode_utf8(&mut buffer);
            part.words.add(text);
            self.write(part, text)?;
        }
        // An escape at the very end escapes nothing.
        let Some(next) = self.rest.next() else { return Ok(()) };
        let text = next.encode_utf8(&mut buffer);
        part.words.add(text);
        self.write(part, text)
    }

    /// `<<` takes the blanks behind it into its word, so that `<< EOF` is one.
    fn less_than(&mut self) -> &'a str {
        let start = self.rest.as_str();
        self.rest.next();
        if self.peek() == Some('<') {
            self.rest.next();
            while matches!(self.peek(), Some(' ' | '\t' | '\r')) {
                self.rest.next();
            }
        }
        &start[..start.len() - self.rest.as_str().len()]
    }

    fn single_quotes(&mut self) -> Result<String, String> {
        self.rest.next();
        let inside = self.rest.as_str();
        let Some(end) = inside.find('\'') else {
            self.rest = "".chars();
            return Err("unexpected end of statement while looking for matching single-quote".to_owned());
        };
        self.rest = inside[end + 1..].chars();
        let inside = &inside[..end];
        Ok(if self.manner.keep_quotes { format!("'{inside}'") } else { inside.to_owned() })
    }

    /// Only `"`, `$` and the escape character can be escaped in here.
    fn double_quotes(&mut self) -> Result<String, String> {
        self.rest.next();
        let mut part = Part::default();
        if self.manner.keep_quotes {
            part.text.push('"');
        }
        loop {
            let mut buffer = [0; 4];
            match self.peek() {
                None => {
                    return Err("unexpected end of statement while looking for matching double-quote".into());
                }
                Some('"') => {
                    self.rest.next();
                    if self.manner.keep_quotes {
                        part.text.push('"');
                    }
                    return Ok(part.text);
                }
                Some('$') => {
                    let value = self.dollar()?;
                    self.write(&mut part, &value)?;
                }
                Some(char) if char == self.manner.escape => {
                    self.rest.next();
                    if self.keep_escapes {
                        self.write(&mut part, char.encode_utf8(&mut buffer))?;
                    }
                    let Some(next) = self.peek() else { continue };
                    if matches!(next, '"' | '$') || next == char {
                        self.rest.next();
                        self.write(&mut part, next.encode_utf8(&mut buffer))?;
                    } else {
                        self.write(&mut part, char.encode_utf8(&mut buffer))?;
                    }
                }
                Some(char) => {
                    self.rest.next();
                    self.write(&mut part, char.encode_utf8(&mut buffer))?;
                }
            }
        }
    }

    /// `$name`, `${name}`, or `${name` and a modifier.
    fn dollar(&mut self) -> Result<String, String> {
        self.rest.next();
        if self.peek() != Some('{') {
            let name = self.name();
            if name.is_empty() {
                return Ok("$".to_owned());
            }
            let value = self.value(&name);
            let kept = self.manner.keep_unset.then(|| format!("${name}"));
            return Ok(value.or(kept).unwrap_or_default());
        }
        self.rest.next();
        if self.depth == DEEPEST {
            return Err("syntax error: substitutions are nested too deep".to_owned());
        }
        self.depth += 1;
        let value = self.braces();
        self.depth -= 1;
        value
    }

    /// What follows `${`.
    fn braces(&mut self) -> Result<String, String> {
        match self.peek() {
            None => return Err("syntax error: missing '}'".to_owned()),
            Some('{' | '}' | ':') => return Err("syntax error: bad substitution".to_owned()),
            Some(_) => {}
        }
        let name = self.name();
        let modifier = self.rest.next().unwrap_or(END);
        match modifier {
            '}' => {
                let value = self.value(&name);
                let kept = self.manner.keep_unset.then(|| format!("${{{name}}}"));
                Ok(value.or(kept).unwrap_or_default())
            }
            ':' => {
                let Some(second) = self.rest.next() else {
                    return Err("syntax error: missing '}'".to_owned());
                };
                if !matches!(second, '+' | '-' | '?') {
                    return Err(format!("unsupported modifier (:{second}) in substitution"));
                }
                self.modified(&name, second, true)
            }
            '+' | '-' | '?' | '#' | '%' => self.modified(&name, modifier, false),
            '/' => self.replaced(&name),
            other => Err(format!("unsupported modifier ({other}) in substitution")),
        }
    }

    /// `${name:-word}` and its kin; `colon`: an empty value counts as none. `modifier` is one of `+-?#%`.
    fn modified(&mut self, name: &str, modifier: char, colon: bool) -> Result<String, String> {
        let word = self.inside('}', matches!(modifier, '#' | '%'), "missing '}'")?;
        let value = self.value(name);
        let colons = if colon { ":" } else { "" };
        if self.manner.keep_unset && value.is_none() {
            return Ok(format!("${{{name}{colons}{modifier}{word}}}"));
        }
        let set = value.clone().filter(|value| !(colon && value.is_empty()));
        match modifier {
            '-' => Ok(set.unwrap_or(word)),
            '+' => Ok(set.map(|_| word).unwrap_or_default()),
            '?' => set.ok_or_else(|| {
                let state = if value.is_some() { "empty" } else { "unset" };
                let told = if word.is_empty() { format!("is not allowed to be {state}") } else { word };
                format!("{name}: {told}")
            }),
            _ => trimmed(value.unwrap_or_default(), &word, modifier),
        }
    }

    /// `${name/pattern/replacement}`, or with `//` for every occurrence.
    fn replaced(&mut self, name: &str) -> Result<String, String> {
        let all = self.peek() == Some('/');
        if all {
            self.rest.next();
        }
        let pattern = self.inside('/', true, "missing '/' in ${}")?;
        let replacement = self.inside('}', true, "missing '}'")?;
        let value = self.value(name);
        if self.manner.keep_unset && value.is_none() {
            return Ok(format!("${{{name}/{pattern}/{replacement}}}"));
        }
        let parsed = Pattern::parse(&pattern).map_err(|error| bad_pattern(&pattern, &error))?;
        parsed
            .replace(&value.unwrap_or_default(), &replacement, all, self.manner.longest)
            .map_err(|error| bad_pattern(&pattern, &error))
    }

    /// The text up to `stop`; when there is none, all of BuildKit's complaints are that one.
    fn inside(&mut self, stop: char, keep_escapes: bool, missing: &str) -> Result<String, String> {
        match self.until(Some(stop), keep_escapes) {
            Ok(part) => Ok(part.text),
            Err(_) if self.peek().is_none() => Err(format!("syntax error: {missing}")),
            Err(error) => Err(error),
        }
    }

    /// Letters, digits and `_`; digits alone; or one of the shell's special names.
    fn name(&mut self) -> String {
        let start = self.rest.as_str();
        let end = match self.peek() {
            Some(first) if first.is_ascii_digit() => start.find(|char: char| !char.is_ascii_digit()),
            Some('@' | '*' | '#' | '?' | '-' | '$' | '!') => Some(1),
            _ => start.find(|char: char| !char.is_alphanumeric() && char != '_'),
        }
        .unwrap_or(start.len());
        self.rest = start[end..].chars();
        start[..end].to_owned()
    }

    fn value(&mut self, name: &str) -> Option<String> {
        let value = self.variables.get(name);
        let names = if value.is_some() { &mut self.matched } else { &mut self.unmatched };
        names.add(name);
        value
    }
}

fn bad_pattern(pattern: &str, error: &str) -> String {
    format!("invalid pattern ({pattern}) in substitution: {error}")
}

/// `#` and `%` take away the shortest part that fits, `##` and `%%` the longest.
fn trimmed(value: String, word: &str, modifier: char) -> Result<String, String> {
    let (pattern, greedy) = match word.strip_prefix(modifier) {
        Some(rest) => (rest, true),
        None => (word, false),
    };
    let parsed = Pattern::parse(pattern).map_err(|error| bad_pattern(pattern, &error))?;
    let trimmed = if modifier == '#' {
        parsed.without_prefix(&value, greedy)
    } else {
        parsed.without_suffix(&value, greedy)
    };
    trimmed.map_err(|error| bad_pattern(pattern, &error))
}

/// Text, whole and in words.
#[derive(Default)]
struct Part {
    text: String,
    words: Words,
}

#[derive(Default)]
struct Words {
    done: Vec<String>,
    word: String,
}

impl Words {
    /// Belongs to the word, blanks too.
    fn add(&mut self, text: &str) {
        self.word.push_str(text);
    }

    /// A blank ends the word.
    fn add_one(&mut self, char: char) {
        if !char.is_whitespace() {
            self.word.push(char);
        } else if !self.word.is_empty() {
            self.done.push(std::mem::take(&mut self.word));
        }
    }

    fn add_splitting(&mut self, text: &str) {
        for char in text.chars() {
            self.add_one(char);
        }
    }

    fn done(mut self) -> Vec<String> {
        if !self.word.is_empty() {
            self.done.push(self.word);
        }
        self.done
    }
}
