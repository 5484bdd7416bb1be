//! What the stages do, instruction by instruction, as far as variables and settings go.

use super::super::ParseError;
use super::super::ast::{Command, Copying, Dockerfile, Instruction, Kind, Lines, Run, Stage};
use super::super::mount;
use super::super::parse::instruction;
use super::super::ports::exposed;
use super::super::quote::quoted;
use super::super::suggest::{Case, nearest, with_suggestion};
use super::super::words::Lexer;
use super::from::{self, Globals};
use super::rules::{self, Linter, Rule};
use super::text::keyword;
use super::{Context, expose};
use std::collections::{BTreeMap, BTreeSet};

/// Bytes that the values of all variables of all stages may have together.
const MOST_BYTES: usize = 64 << 20;
/// What every Linux image has for `PATH` that says nothing else.
const PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
/// Names that a mistyped one is compared with.
const MOST_SUGGESTIONS: usize = 10_000;

type Done = Result<(), ParseError>;

/// Arguments that make no variable.
const SILENT_ARGS: [&str; 2] = ["BUILDKIT_SBOM_SCAN_CONTEXT", "BUILDKIT_SBOM_SCAN_STAGE"];

pub(super) fn check(file: &Dockerfile, context: &Context<'_>, linter: &mut Linter) -> Done {
    let lexer = Lexer::new(file.directives.escape.unwrap_or('\\'));
    let mut left = MOST_BYTES;
    if let Ok(globals) = Globals::new(file, &lexer, &context.predefined, &BTreeMap::new(), &mut left) {
        from::defaults(file, &lexer, &globals.values, linter);
    }
    let globals = Globals::new(file, &lexer, &context.predefined, &context.args, &mut left)?;
    let bases = file.stages.iter().map(|stage| from::base(stage, &lexer, &globals, context, linter));
    let bases: Vec<String> = bases.collect::<Result<_, _>>()?;
    let mut walk = Walk { lexer, context, globals, linter, left, state: State::default() };
    let mut named: BTreeMap<&str, State> = BTreeMap::new();
    for (index, (stage, base)) in file.stages.iter().zip(&bases).enumerate() {
        if context.only.is_some_and(|only| !only.contains(&index)) {
            continue;
        }
        let inherited = named.get(base.as_str());
        walk.stage(stage, base, inherited)?;
        let state = std::mem::take(&mut walk.state);
        if let Some(name) = &stage.name {
            named.insert(name, state);
        }
    }
    Ok(())
}

/// What the instructions so far have set.
#[derive(Debug, Clone, Default)]
struct State {
    env: BTreeMap<String, String>,
    /// Names that `ARG` declared.
    args: BTreeSet<String>,
    /// Nothing is known of the image, so its variables are not known either.
    unknown: bool,
    has_workdir: bool,
    has_shell: bool,
    on_build: Vec<String>,
    /// Where these were, in this stage.
    cmd: Option<Lines>,
    entrypoint: Option<Lines>,
    healthcheck: Option<Lines>,
}

struct Walk<'a, 'c> {
    lexer: Lexer,
    context: &'a Context<'c>,
    globals: Globals,
    linter: &'a mut Linter,
    /// Bytes that may still be kept.
    left: usize,
    state: State,
}

impl Walk<'_, '_> {
    fn stage(&mut self, stage: &Stage, base: &str, inherited: Option<&State>) -> Done {
        self.state = match inherited {
            Some(state) => {
                let State { cmd: _, entrypoint: _, healthcheck: _, .. } = state;
                State { cmd: None, entrypoint: None, healthcheck: None, ..state.clone() }
            }
            None => self.of_image(base),
        };
        let held: usize = self.state.env.values().map(String::len).sum();
        self.keep(held, stage.lines)?;
        self.state.env.entry("PATH".to_owned()).or_insert_with(|| PATH.to_owned());
        for trigger in std::mem::take(&mut self.state.on_build) {
            let triggered = instruction(&trigger, '\\');
            let mut triggered = triggered.map_err(|error| ParseError::new(error.message, stage.lines))?;
            triggered.lines = stage.lines;
            self.instruction(&triggered)?;
        }
        stage.instructions.iter().try_for_each(|instruction| self.instruction(instruction))
    }

    fn of_image(&self, base: &str) -> State {
        let Some(bases) = self.context.bases.filter(|_| base != "scratch") else { return State::default() };
        let Some(image) = bases(base) else { return State { unknown: true, ..State::default() } };
        let env = image.env.into_iter().collect();
        State { env, has_shell: image.has_shell, on_build: image.on_build, ..State::default() }
    }

    fn keep(&mut self, bytes: usize, lines: Lines) -> Done {
        let too_large = || ParseError::new("the values of variables are too long".to_owned(), lines);
        self.left = self.left.checked_sub(bytes).ok_or_else(too_large)?;
        Ok(())
    }

    fn set(&mut self, name: String, value: String, lines: Lines) -> Done {
        self.keep(name.len() + value.len(), lines)?;
        self.state.env.insert(name, value);
        Ok(())
    }

    fn expand(&mut self, word: &str, lines: Lines) -> Result<String, ParseError> {
        self.expand_as(word, false, lines)
    }

    fn expand_as(&mut self, word: &str, is_body: bool, lines: Lines) -> Result<String, ParseError> {
        let (text, unset) = self.lexer.told(word, is_body, &self.state.env);
        unset.iter().for_each(|name| self.undefined(name, lines));
        text.map_err(|error| ParseError::new(error, lines))
    }

    fn undefined(&mut self, name: &str, lines: Lines) {
        let State { env, args, unknown, .. } = &self.state;
        if *unknown || args.contains(name) || SILENT_ARGS.contains(&name) {
            return;
        }
        self.linter.warn(&rules::UNDEFINED_VAR, lines, || {
            let options = env.keys().map(String::as_str).take(MOST_SUGGESTIONS);
            let near = nearest(name, options, Case::Matters).map(|near| format!("${near}"));
            with_suggestion(format!("Usage of undefined variable '${name}'"), near)
        });
    }

    fn instruction(&mut self, instruction: &Instruction) -> Done {
        let lines = instruction.lines;
        let name = keyword(&instruction.original);
        match &instruction.kind {
            Kind::Add(copying) => self.copying(copying, "Add", lines),
            Kind::Copy(copying) => self.copying(copying, "Copy", lines),
            Kind::Arg(args) => {
                args.iter().try_for_each(|(name, value)| self.arg(name, value.as_deref(), lines))
            }
            Kind::Env { pairs, legacy } => self.env(pairs, legacy.then_some(name), lines),
            Kind::Label { pairs, legacy } => {
                for (key, value) in pairs {
                    self.expand(key, lines)?;
                    self.expand(value, lines)?;
                }
                self.legacy(legacy.then_some(name), lines);
                Ok(())
            }
            Kind::Cmd(command) => {
                let before = self.state.cmd.replace(lines);
                self.command(command, name, before, lines);
                Ok(())
            }
            Kind::Entrypoint(command) => {
                let before = self.state.entrypoint.replace(lines);
                self.command(command, name, before, lines);
                Ok(())
            }
            Kind::Healthcheck(_) => {
                let before = self.state.healthcheck.replace(lines);
                self.only_once(name, before);
                Ok(())
            }
            Kind::Expose(words) => self.expose(words, lines),
            Kind::Run(run) => self.run(run, lines),
            Kind::Shell(_) => {
                self.state.has_shell = true;
                Ok(())
            }
            Kind::StopSignal(word) | Kind::User(word) => self.expand(word, lines).map(drop),
            Kind::Volume(words) => self.volume(words, lines),
            Kind::Workdir(word) => self.workdir(word, lines),
            Kind::OnBuild(trigger) => {
                self.keep(trigger.len(), lines)?;
                self.state.on_build.push(trigger.clone());
                Ok(())
            }
            Kind::Maintainer(_) => Ok(()),
        }
    }

    fn copying(&mut self, copying: &Copying, verb: &str, lines: Lines) -> Done {
        let Copying { chown, chmod, checksum, exclude, sources, destination, .. } = copying;
        for word in [chown, chmod, checksum].into_iter().flatten().chain(exclude) {
            self.expand(word, lines)?;
        }
        let sources = sources.iter().map(|source| self.expand(source, lines));
        let sources: Vec<String> = sources.collect::<Result<_, _>>()?;
        self.expand(destination, lines)?;
        for heredoc in copying.heredocs.iter().filter(|heredoc| heredoc.expand) {
            self.expand_as(&heredoc.body, true, lines)?;
        }
        let Some(ignored) = self.context.ignored.filter(|_| copying.from.is_none()) else { return Ok(()) };
        for source in sources.iter().filter(|source| ignored(source)) {
            self.linter.warn(&rules::COPY_IGNORED_FILE, lines, || {
                let source = quoted(source);
                format!("Attempting to {verb} file {source} that is excluded by .dockerignore")
            });
        }
        Ok(())
    }

    fn arg(&mut self, name: &str, default: Option<&str>, lines: Lines) -> Done {
        self.secret("ARG", name, lines);
        let value = match (self.context.args.get(name), default) {
            (Some(value), _) => Some(value.clone()),
            (None, Some(value)) => Some(self.expand(value, lines)?),
            (None, None) => self.globals.values.get(name).cloned(),
        };
        self.keep(name.len(), lines)?;
        self.state.args.insert(name.to_owned());
        match value {
            Some(value) if !SILENT_ARGS.contains(&name) => self.set(name.to_owned(), value, lines),
            _ => Ok(()),
        }
    }

    fn env(&mut self, pairs: &[(String, String)], legacy: Option<&str>, lines: Lines) -> Done {
        let mut expanded = Vec::new();
        for (key, value) in pairs {
            expanded.push((self.expand(key, lines)?, self.expand(value, lines)?));
        }
        self.legacy(legacy, lines);
        for (key, value) in expanded {
            self.secret("ENV", &key, lines);
            self.set(key, value, lines)?;
        }
        Ok(())
    }

    fn expose(&mut self, words: &[String], lines: Lines) -> Done {
        for word in words {
            let found = self.lexer.words(word, &self.state.env);
            let found = found.map_err(|error| ParseError::new(error, lines))?;
            for port in found {
                expose::check(&port, lines, self.linter);
                exposed(&port).map_err(|error| ParseError::new(error, lines))?;
            }
        }
        Ok(())
    }

    fn volume(&mut self, words: &[String], lines: Lines) -> Done {
        let words = words.iter().map(|word| self.expand(word, lines));
        let words: Vec<String> = words.collect::<Result<_, _>>()?;
        if words.iter().any(String::is_empty) {
            let told = "VOLUME specified can not be an empty string".to_owned();
            return Err(ParseError::new(told, lines));
        }
        Ok(())
    }

    fn run(&mut self, run: &Run, lines: Lines) -> Done {
        for mount in &run.mounts {
            let expanded =
                mount::expanded(mount, &mut |value| self.expand(value, lines).map_err(|error| error.message));
            expanded.map_err(|error| ParseError::new(error, lines))?;
        }
        Ok(())
    }

    fn workdir(&mut self, word: &str, lines: Lines) -> Done {
        let folder = self.expand(word, lines)?;
        if !self.state.has_workdir && !folder.starts_with('/') {
            self.linter.warn(&rules::WORKDIR_RELATIVE_PATH, lines, || {
                let folder = quoted(&folder);
                format!("Relative workdir {folder} can have unexpected results if the base image changes")
            });
        }
        self.state.has_workdir = true;
        Ok(())
    }

    fn command(&mut self, command: &Command, name: &str, before: Option<Lines>, lines: Lines) {
        self.only_once(name, before);
        if matches!(command, Command::Shell(_)) && !self.state.has_shell {
            self.linter.warn(&rules::JSON_ARGS_RECOMMENDED, lines, || {
                format!(
                    "JSON arguments recommended for {name} to prevent unintended behavior related to OS signals"
                )
            });
        }
    }

    /// The one before is in vain, so it is the one that is told of.
    fn only_once(&mut self, name: &str, before: Option<Lines>) {
        let Some(before) = before else { return };
        self.linter.warn(&rules::MULTIPLE_INSTRUCTIONS_DISALLOWED, before, || {
            let because = "because only the last one will be used";
            format!("Multiple {name} instructions should not be used in the same stage {because}")
        });
    }

    fn legacy(&mut self, name: Option<&str>, lines: Lines) {
        const RULE: &Rule = &rules::LEGACY_KEY_VALUE_FORMAT;
        let Some(name) = name else { return };
        self.linter.warn(RULE, lines, || {
            format!("\"{name} key=value\" should be used instead of legacy \"{name} key value\" format")
        });
    }

    fn secret(&mut self, instruction: &str, name: &str, lines: Lines) {
        if is_secret(name) {
            self.linter.warn(&rules::SECRETS_USED_IN_ARG_OR_ENV, lines, || {
                let name = quoted(name);
                format!("Do not use ARG or ENV instructions for sensitive data ({instruction} {name})")
            });
        }
    }
}

/// Whether a variable of this name holds a secret: a word between underscores tells.
#[must_use]
pub fn is_secret(name: &str) -> bool {
    const TELLING: [&str; 10] = [
        "apikey",
        "auth",
        "credential",
        "credentials",
        "key",
        "password",
        "pword",
        "passwd",
        "secret",
        "token",
    ];
    let name = name.to_lowercase();
    name.split('_').any(|word| TELLING.contains(&word)) && !name.split('_').any(|word| word == "public")
}
