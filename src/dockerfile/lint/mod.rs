//! docker's rules for Dockerfiles: what `--check` tells, and every build in short.
//!
//! The order is BuildKit's: what the text shows, then names and cases, then what each stage does with its variables,
//! instruction by instruction. [`report()`] sorts by lines.

mod expose;
mod from;
mod options;
mod platform;
mod reference;
mod report;
mod rules;
mod text;
mod walk;

pub use options::Options;
pub use report::report;
pub use walk::is_secret;

use super::ParseError;
use super::ast::{Dockerfile, Lines};
use rules::Linter;
use std::collections::BTreeMap;
use std::fmt;

/// Something that a rule does not like.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Warning {
    /// The name of the rule.
    pub rule: &'static str,
    /// What the rule is about.
    pub description: &'static str,
    /// Where the rule is explained.
    pub url: &'static str,
    /// What is wrong here.
    pub detail: String,
    /// Where.
    pub lines: Lines,
}

impl Warning {
    /// As a build tells it: `Rule: detail (line N)`.
    #[must_use]
    pub fn short(&self) -> String {
        format!("{}: {} (line {})", self.rule, self.detail, self.lines.first)
    }
}

/// What is known of an image that a stage builds on.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Base {
    /// Its variables.
    pub env: Vec<(String, String)>,
    /// It has a `SHELL`.
    pub has_shell: bool,
    /// Its triggers.
    pub on_build: Vec<String>,
}

/// Whether a file of the context is ignored.
pub type Ignored<'a> = dyn Fn(&str) -> bool + 'a;
/// What is known of an image; `None`: nothing, and so no variable of it is held to be undefined.
pub type Bases<'a> = dyn Fn(&str) -> Option<Base> + 'a;

/// What is known of the build.
#[derive(Default)]
pub struct Context<'a> {
    /// `--build-arg`.
    pub args: BTreeMap<String, String>,
    /// What the build sets by itself: `TARGETPLATFORM`, `BUILDARCH`, ….
    pub predefined: BTreeMap<String, String>,
    /// For `CopyIgnoredFile`; `None`: there is no `.dockerignore`, or it has exceptions.
    pub ignored: Option<&'a Ignored<'a>>,
    /// `None`: images have no variables but `PATH`.
    pub bases: Option<&'a Bases<'a>>,
    /// The stages that are built, by their place in the file; `None`: all.
    pub only: Option<&'a [usize]>,
}

impl fmt::Debug for Context<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { args, predefined, only, .. } = self;
        formatter
            .debug_struct("Context")
            .field("args", args)
            .field("predefined", predefined)
            .field("only", only)
            .finish_non_exhaustive()
    }
}

/// What all rules say of `file`, in BuildKit's order. Wrong `# check=` options are those of a file without any:
/// [`Options::of`] tells.
#[must_use]
pub fn check(file: &Dockerfile, context: &Context<'_>) -> Vec<Warning> {
    check_and_fault(file, context).0
}

/// As [`check`]; also what kept the rules from looking at the rest: a variable that is asked for and not set, quotes
/// that are not closed. The build will fail for it.
#[must_use]
pub fn check_and_fault(file: &Dockerfile, context: &Context<'_>) -> (Vec<Warning>, Option<ParseError>) {
    let options = Options::of(file, context).unwrap_or_default();
    let mut linter = Linter::new(options);
    text::check(file, &mut linter);
    let fault = walk::check(file, context, &mut linter).err();
    (linter.done(), fault)
}

#[cfg(test)]
mod tests;
