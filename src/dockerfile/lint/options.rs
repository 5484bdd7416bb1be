//! `# check=skip=RULE,RULE;error=true;experimental=all`.

use super::super::ast::Dockerfile;
use super::super::quote::quoted;
use super::{Context, Warning};
use std::collections::BTreeSet;

/// The build argument that overrides what a file says.
const ARGUMENT: &str = "BUILDKIT_DOCKERFILE_CHECK";

/// Which rules are wanted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Options {
    skip: Names,
    experimental: Names,
    /// A warning fails the build.
    pub error: bool,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
enum Names {
    #[default]
    None,
    Some(BTreeSet<String>),
    All,
}

impl Names {
    fn read(text: &str) -> Self {
        match text.trim() {
            "all" => Self::All,
            names => Self::Some(names.split(',').map(|name| name.trim().to_owned()).collect()),
        }
    }

    fn has(&self, name: &str) -> bool {
        match self {
            Self::None => false,
            Self::Some(names) => names.contains(name),
            Self::All => true,
        }
    }
}

impl Options {
    /// Those of `file`, or of the build argument `BUILDKIT_DOCKERFILE_CHECK`.
    ///
    /// # Errors
    /// BuildKit's words, `failed to parse check options: …`; no build begins then.
    pub fn of(file: &Dockerfile, context: &Context<'_>) -> Result<Self, String> {
        let text = match (context.args.get(ARGUMENT), &file.directives.check) {
            (Some(text), _) => text.as_str(),
            // What follows a blank is not looked at.
            (None, Some((text, _))) => text.split(' ').next().unwrap_or_default(),
            (None, None) => "",
        };
        Self::read(text).map_err(|error| format!("failed to parse check options: {error}"))
    }

    fn read(text: &str) -> Result<Self, String> {
        let mut options = Self::default();
        if text.trim().is_empty() {
            return Ok(options);
        }
        for part in text.trim().split(';') {
            let invalid = |what: &str| format!("invalid check option {}", quoted(what));
            let (key, value) = part.split_once('=').ok_or_else(|| invalid(part))?;
            match key.trim() {
                "skip" => options.skip = Names::read(value),
                "experimental" => options.experimental = Names::read(value),
                "error" => options.error = boolean(part, value.trim())?,
                key => return Err(invalid(key)),
            }
        }
        Ok(options)
    }

    /// An experimental rule is wanted where it is asked for, another where it is not skipped.
    pub(super) fn wants(&self, rule: &str, experimental: bool) -> bool {
        if experimental { self.experimental.has(rule) } else { !self.skip.has(rule) }
    }

    /// What fails the build, when `error=true` was said and there are warnings.
    #[must_use]
    pub fn violation(&self, warnings: &[Warning]) -> Option<String> {
        let rules: BTreeSet<&str> = warnings.iter().map(|warning| warning.rule).collect();
        let rules: Vec<&str> = rules.into_iter().collect();
        (self.error && !rules.is_empty())
            .then(|| format!("lint violation found for rules: {}", rules.join(", ")))
    }
}

fn boolean(part: &str, value: &str) -> Result<bool, String> {
    match value {
        "1" | "t" | "T" | "TRUE" | "true" | "True" => Ok(true),
        "0" | "f" | "F" | "FALSE" | "false" | "False" => Ok(false),
        _ => {
            let (part, value) = (quoted(part), quoted(value));
            Err(format!(
                "failed to parse check option {part}: strconv.ParseBool: parsing {value}: invalid syntax"
            ))
        }
    }
}
