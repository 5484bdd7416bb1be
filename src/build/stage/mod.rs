//! From a stage of the Dockerfile to its steps: everything expanded, nothing executed yet. Pure.
//!
//! What a stage sees of its variables, and what it does to the configuration of its image, depends on the base's
//! configuration and the words of the call alone, so all of it is known before the first step runs.

mod config;
mod copying;
mod history;
mod running;
mod scope;

pub use copying::{CopyStep, Origin, Source};
pub use running::{MountOrigin, MountStep, RunStep};
pub use scope::Scope;

use crate::dockerfile::ast::{Instruction, Kind, Lines, Stage};
use crate::dockerfile::patterns;
use crate::dockerfile::words::Lexer;
use crate::error::Error;
use crate::oci::config::{ImageConfig, RunConfig};
use std::collections::BTreeMap;

/// A stage, ready to be built.
#[derive(Debug, Clone)]
pub struct StagePlan {
    /// Its name or number, as `COPY --from=` says it.
    pub name: String,
    /// The name was given.
    pub is_named: bool,
    /// Where its `FROM` is.
    pub lines: Lines,
    /// What `FROM` names, as it is shown.
    pub base_shown: String,
    /// What it begins with.
    pub base: Base,
    /// In order.
    pub steps: Vec<Step>,
    /// The image's configuration in the end; without layers, dates and history.
    pub config: ImageConfig,
    /// Its variables in the end, which stages on top of it begin with.
    pub scope: Scope,
}

/// What a stage begins with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Base {
    /// Nothing.
    Scratch,
    /// The image with this number.
    Image(usize),
    /// The stage with this number.
    Stage(usize),
}

/// One instruction.
#[derive(Debug, Clone)]
pub struct Step {
    /// As it is shown: `RUN make`, variables expanded.
    pub shown: String,
    /// Where it is.
    pub lines: Lines,
    /// What it does to the files; `None` changes the configuration alone.
    pub work: Option<Work>,
    /// `created_by` of the history; `None` for one that leaves none.
    pub created_by: Option<String>,
}

/// What a step does to the files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Work {
    /// `RUN`.
    Run(RunStep),
    /// `COPY`, `ADD`.
    Copy(CopyStep),
    /// `WORKDIR`: a directory, and who it belongs to when it is made.
    Directory {
        /// Absolute.
        path: String,
        /// `USER` by then; empty is root.
        user: String,
    },
}

/// Where a name of `--from` leads.
pub trait Names {
    /// A stage before this one, an image or a named context.
    fn origin(&mut self, name: &str) -> Result<Origin, Error>;
}

/// What went wrong in a Dockerfile, and where.
#[derive(Debug)]
pub struct Wrong {
    /// The lines to be shown.
    pub lines: Lines,
    /// What.
    pub error: Error,
}

/// What is known before a stage is looked at.
#[derive(Debug)]
pub struct Given<'a> {
    /// The base's configuration.
    pub base: ImageConfig,
    /// The base's variables, where it is a stage of the same file: arguments that it declared are known on.
    pub scope: Option<Scope>,
    /// `--build-arg`.
    pub args: &'a BTreeMap<String, String>,
    /// Global `ARG`s with their values, and the platform's.
    pub globals: &'a BTreeMap<String, String>,
    /// `\` or `` ` ``.
    pub escape: char,
}

/// What the instructions of a stage come to.
#[derive(Debug)]
pub struct Evaluated {
    /// In order.
    pub steps: Vec<Step>,
    /// The image's configuration in the end.
    pub config: ImageConfig,
    /// The variables in the end.
    pub scope: Scope,
}

/// Evaluates the instructions of `stage`. Triggers of the base (`ONBUILD`) come first.
pub fn evaluate(
    stage: &Stage,
    triggers: &[Instruction],
    given: &Given<'_>,
    names: &mut dyn Names,
) -> Result<Evaluated, Wrong> {
    let mut evaluation = Evaluation::new(given);
    evaluation.config.config.on_build = None;
    for instruction in triggers.iter().chain(&stage.instructions) {
        evaluation
            .instruction(instruction, names)
            .map_err(|error| Wrong { lines: instruction.lines, error })?;
    }
    let Evaluation { steps, config, scope, .. } = evaluation;
    Ok(Evaluated { steps, config, scope })
}

/// A stage while it is evaluated.
struct Evaluation<'a> {
    given: &'a Given<'a>,
    lexer: Lexer,
    scope: Scope,
    config: ImageConfig,
    steps: Vec<Step>,
    /// CMD was said in this stage.
    has_command: bool,
}

impl<'a> Evaluation<'a> {
    fn new(given: &'a Given<'a>) -> Self {
        let mut config = given.base.clone();
        if !config.config.env.iter().any(|entry| entry.starts_with("PATH=")) {
            config.config.env.insert(0, format!("PATH={DEFAULT_PATH}"));
        }
        let scope = given.scope.clone().unwrap_or_else(|| Scope::of(&config.config.env));
        let lexer = Lexer::new(given.escape);
        Self { given, lexer, scope, config, steps: Vec::new(), has_command: false }
    }

    fn run_config(&mut self) -> &mut RunConfig {
        &mut self.config.config
    }

    /// One word with its variables.
    fn word(&self, word: &str) -> Result<String, Error> {
        self.lexer.word(word, &self.scope).map(|expanded| expanded.text).map_err(Error::usage)
    }

    fn all_words(&self, words: &[String]) -> Result<Vec<String>, Error> {
        words.iter().map(|word| self.word(word)).collect()
    }

    /// An instruction that several words may come of.
    fn split_words(&self, words: &[String]) -> Result<Vec<String>, Error> {
        let mut all = Vec::new();
        for word in words {
            all.extend(self.lexer.words(word, &self.scope).map_err(Error::usage)?);
        }
        Ok(all)
    }

    fn instruction(&mut self, instruction: &Instruction, names: &mut dyn Names) -> Result<(), Error> {
        let shown = self.shown(&instruction.original);
        let lines = instruction.lines;
        let (work, created_by) = match &instruction.kind {
            Kind::Run(run) => {
                let (step, created_by) = self.run(run, names)?;
                (Some(Work::Run(step)), Some(created_by))
            }
            Kind::Copy(copying) => self.copy(copying, false, names)?,
            Kind::Add(copying) => self.copy(copying, true, names)?,
            Kind::Workdir(path) => self.working_directory(path)?,
            Kind::Arg(args) => (None, Some(self.args(args)?)),
            Kind::OnBuild(trigger) => {
                self.run_config().on_build.get_or_insert_default().push(trigger.clone());
                (None, None)
            }
            other => (None, Some(self.configure(other)?)),
        };
        let shown = match &instruction.kind {
            Kind::Run(run) => running::summarized(shown, run),
            _ => shown,
        };
        self.steps.push(Step { shown, lines, work, created_by });
        Ok(())
    }

    /// As BuildKit shows a step: variables with their values where they have some, the keyword in capitals.
    fn shown(&self, original: &str) -> String {
        let text = self.lexer.shown(original, &self.scope);
        let text = text.map_or_else(|_| original.to_owned(), |expanded| expanded.text);
        match text.split_once(' ') {
            Some((keyword, rest)) => format!("{} {rest}", keyword.to_ascii_uppercase()),
            None => text.to_ascii_uppercase(),
        }
    }

    fn working_directory(&mut self, path: &str) -> Result<(Option<Work>, Option<String>), Error> {
        let path = clean(&self.absolute(&self.word(path)?));
        self.run_config().working_dir.clone_from(&path);
        let created_by = Some(format!("WORKDIR {path}"));
        let user = self.config.config.user.clone();
        let work = (path != "/").then_some(Work::Directory { path, user });
        Ok((work, created_by))
    }

    /// A path that is relative to the working directory, as it is.
    fn absolute(&self, path: &str) -> String {
        let directory = self.config.config.working_dir.as_str();
        let directory = if directory.is_empty() { "/" } else { directory };
        match path.starts_with('/') {
            true => path.to_owned(),
            false => format!("{}/{path}", directory.trim_end_matches('/')),
        }
    }

    fn args(&mut self, args: &[(String, Option<String>)]) -> Result<String, Error> {
        let mut told = Vec::new();
        for (name, default) in args {
            let name = self.word(name)?;
            let default = default.as_deref().map(|word| self.word(word)).transpose()?;
            let value = match (self.given.args.get(&name), &default, self.given.globals.get(&name)) {
                (Some(value), ..) => Some(value.clone()),
                (None, Some(default), _) => Some(default.clone()),
                (None, None, global) => global.cloned(),
            };
            told.push(match &value {
                Some(value) => format!("{name}={value}"),
                None => name.clone(),
            });
            self.scope.declare(&name, value);
        }
        Ok(format!("ARG {}", told.join(" ")))
    }
}

/// docker's PATH for images that name none.
pub const DEFAULT_PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/// An absolute path, lexically clean.
pub fn clean(path: &str) -> String {
    String::from_utf8_lossy(&patterns::clean(path.as_bytes())).into_owned()
}
