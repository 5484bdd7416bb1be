//! `${NAME:-default}` in the values of a compose file.

use serde_json::Value;
use std::collections::BTreeMap;

/// Bytes that all values of one file may have once they are filled in.
const LARGEST: usize = 16 << 20;

/// Braces inside each other.
const DEEPEST: usize = 32;

/// Fills in variables.
#[derive(Debug)]
pub struct Interpolation<'v> {
    variables: &'v BTreeMap<String, String>,
    left: usize,
}

/// Why a text cannot be filled in.
enum Failure {
    /// It is not written as it should be.
    Format,
    /// In words.
    Words(String),
}

impl<'v> Interpolation<'v> {
    /// With these variables.
    pub fn new(variables: &'v BTreeMap<String, String>) -> Self {
        Self { variables, left: LARGEST }
    }

    /// Fills in all values of a tree; `path` leads to it.
    ///
    /// # Errors
    /// What is wrong, and where.
    pub fn fill(&mut self, value: &mut Value, path: &str) -> Result<(), String> {
        let below = |name: &str| if path.is_empty() { name.to_string() } else { format!("{path}.{name}") };
        match value {
            Value::String(text) if text.contains('$') => {
                *text = self.text(text, DEEPEST).map_err(|failure| match failure {
                    Failure::Format => format!(
                        "invalid interpolation format for {path}.\nYou may need to escape any $ with another $.\n{text}"
                    ),
                    Failure::Words(why) => format!("error while interpolating {path}: {why}"),
                })?;
                Ok(())
            }
            Value::Array(items) => items.iter_mut().try_for_each(|item| self.fill(item, &below("[]"))),
            Value::Object(entries) => {
                entries.iter_mut().try_for_each(|(name, value)| self.fill(value, &below(name)))
            }
            _ => Ok(()),
        }
    }

    /// A text with variables as their values; those that are missing are empty.
    pub fn plain(&mut self, text: &str) -> Option<String> {
        self.text(text, DEEPEST).ok()
    }

    fn text(&mut self, text: &str, depth: usize) -> Result<String, Failure> {
        let deeper = depth.checked_sub(1).ok_or(Failure::Format)?;
        let mut out = String::new();
        let mut rest = text;
        while let Some(at) = rest.find('$') {
            out.push_str(&rest[..at]);
            rest = &rest[at + 1..];
            if let Some(after) = rest.strip_prefix('$') {
                out.push('$');
                rest = after;
            } else if let Some(inside) = rest.strip_prefix('{') {
                let end = closing(inside).ok_or(Failure::Format)?;
                out.push_str(&self.braces(&inside[..end], deeper)?);
                rest = &inside[end + 1..];
            } else {
                let (name, after) = name(rest).ok_or(Failure::Format)?;
                out.push_str(self.variables.get(name).map_or("", String::as_str));
                rest = after;
            }
            self.left = self
                .left
                .checked_sub(out.len().min(LARGEST))
                .ok_or_else(|| Failure::Words("the values are too large".to_string()))?;
        }
        out.push_str(rest);
        Ok(out)
    }

    /// What stands between braces.
    fn braces(&mut self, inside: &str, depth: usize) -> Result<String, Failure> {
        let (name, operator) = name(inside).ok_or(Failure::Format)?;
        let value = self.variables.get(name);
        let full = value.filter(|value| !value.is_empty());
        let two = (operator.get(..2).unwrap_or(""), operator.get(2..).unwrap_or(""));
        let (value, kind, word) = match two {
            (":-" | ":?" | ":+", word) => (full, &operator[1..2], word),
            _ if operator.is_empty() => return Ok(value.cloned().unwrap_or_default()),
            _ => (value, operator.get(..1).unwrap_or(""), operator.get(1..).unwrap_or("")),
        };
        match (kind, value) {
            ("-" | "?", Some(value)) => Ok(value.clone()),
            ("-", None) | ("+", Some(_)) => self.text(word, depth),
            ("+", None) => Ok(String::new()),
            ("?", None) => {
                let why = self.text(word, depth)?;
                Err(Failure::Words(format!("required variable {name} is missing a value: {why}")))
            }
            _ => Err(Failure::Format),
        }
    }
}

/// Where the brace is that closes what was opened before the text.
fn closing(text: &str) -> Option<usize> {
    let mut depth = 0_usize;
    for (at, c) in text.char_indices() {
        match c {
            '{' if text[..at].ends_with('$') => depth += 1,
            '}' if depth == 0 => return Some(at),
            '}' => depth -= 1,
            _ => {}
        }
    }
    None
}

/// The name a text begins with, and what follows.
fn name(text: &str) -> Option<(&str, &str)> {
    let end = text.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(text.len());
    let name = &text[..end];
    (!name.is_empty() && !name.starts_with(|c: char| c.is_ascii_digit())).then_some((name, &text[end..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_have_defaults_and_conditions() {
        let variables =
            BTreeMap::from([("A".to_string(), "a".to_string()), ("E".to_string(), String::new())]);
        for (text, filled) in [
            ("$A ${A} $$A", Some("a a $A")),
            ("${E:-x} ${E-x} ${N-x} ${N:-${A}b}", Some("x  x ab")),
            ("${A:+y}${E:+y}${E+z}${N+z}", Some("yz")),
            ("${N}", Some("")),
            ("${A", None),
            ("${1}", None),
            ("$", None),
            ("${N:?no}", None),
            ("${A}}", Some("a}")),
            ("${A!x}", None),
        ] {
            assert_eq!(Interpolation::new(&variables).plain(text).as_deref(), filled, "{text}");
        }
    }
}
