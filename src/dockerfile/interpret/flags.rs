//! The flags of an instruction: `--name=value`, `--name`.

use super::super::suggest::{Case, nearest, with_suggestion};
use std::collections::BTreeMap;

/// What a flag takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Takes {
    /// Nothing, `true` or `false`.
    Bool,
    /// A value, once.
    Text,
    /// A value, any number of times.
    Texts,
}

/// The flags that were given.
#[derive(Debug, Default)]
pub(super) struct Flags(BTreeMap<&'static str, Vec<String>>);

impl Flags {
    /// Checks `given` against what the instruction knows.
    ///
    /// # Errors
    /// BuildKit's words: unknown, twice, no value, no boolean.
    pub(super) fn parse(given: &[String], known: &[(&'static str, Takes)]) -> Result<Self, String> {
        let mut flags = Self::default();
        for flag in given {
            let flag = flag.strip_prefix("--").unwrap_or(flag);
            let (name, value) = match flag.split_once('=') {
                Some((name, value)) => (name, Some(value)),
                None => (flag, None),
            };
            let Some((name, takes)) = known.iter().find(|(known, _)| *known == name) else {
                let near = nearest(name, known.iter().map(|(name, _)| *name), Case::Matters);
                return Err(with_suggestion(format!("unknown flag: --{name}"), near));
            };
            let values = flags.0.entry(name).or_default();
            if !values.is_empty() && *takes != Takes::Texts {
                return Err(format!("duplicate flag specified: --{name}"));
            }
            values.push(checked(name, *takes, value)?);
        }
        Ok(flags)
    }

    /// The value of a flag that is given once.
    pub(super) fn text(&self, name: &str) -> Option<String> {
        self.0.get(name).and_then(|values| values.first()).cloned()
    }

    /// As [`Flags::text`]; an empty value is none.
    pub(super) fn filled(&self, name: &str) -> Option<String> {
        self.text(name).filter(|value| !value.is_empty())
    }

    pub(super) fn texts(&self, name: &str) -> Vec<String> {
        self.0.get(name).cloned().unwrap_or_default()
    }

    pub(super) fn bool(&self, name: &str) -> Option<bool> {
        self.text(name).map(|value| value == "true")
    }
}

fn checked(name: &str, takes: Takes, value: Option<&str>) -> Result<String, String> {
    match (takes, value) {
        (Takes::Bool, None) => Ok("true".to_owned()),
        (Takes::Bool, Some("")) | (Takes::Text | Takes::Texts, None) => {
            Err(format!("missing a value on flag: --{name}"))
        }
        (Takes::Bool, Some(value)) => match value.to_lowercase().as_str() {
            lower @ ("true" | "false") => Ok(lower.to_owned()),
            _ => Err(format!("expecting boolean value for flag --{name}, not: {value}")),
        },
        (Takes::Text | Takes::Texts, Some(value)) => Ok(value.to_owned()),
    }
}
