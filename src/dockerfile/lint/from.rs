//! `FROM` and the arguments before it.

use super::super::ParseError;
use super::super::ast::{Dockerfile, Instruction, Kind, Stage};
use super::super::quote::quoted;
use super::super::suggest::{Case, nearest, with_suggestion};
use super::super::words::{Expanded, Lexer};
use super::rules::{self, Linter};
use super::{Context, platform, reference};
use std::collections::{BTreeMap, BTreeSet};

type Values = BTreeMap<String, String>;

/// The global arguments.
#[derive(Debug)]
pub(super) struct Globals {
    pub values: Values,
    /// Also those without a value.
    declared: BTreeSet<String>,
}

impl Globals {
    /// With the build arguments `given`; `left` are the bytes that all values may have.
    pub(super) fn new(
        file: &Dockerfile,
        lexer: &Lexer,
        predefined: &Values,
        given: &Values,
        left: &mut usize,
    ) -> Result<Self, ParseError> {
        let mut globals = Self { values: predefined.clone(), declared: predefined.keys().cloned().collect() };
        for instruction in &file.global_args {
            let Instruction { kind: Kind::Arg(args), lines, .. } = instruction else { continue };
            for (name, default) in args {
                globals.declared.insert(name.clone());
                let value = match (given.get(name), default) {
                    (Some(value), _) => value.clone(),
                    (None, Some(value)) => {
                        let wrong = |error| ParseError::new(error, *lines);
                        lexer.word(value, &globals.values).map_err(wrong)?.text
                    }
                    (None, None) => continue,
                };
                let too_large = || ParseError::new("the values of ARG are too long".to_owned(), *lines);
                *left = left.checked_sub(value.len()).ok_or_else(too_large)?;
                globals.values.insert(name.clone(), value);
            }
        }
        Ok(globals)
    }
}

/// Base images shall have a name without any build argument, too.
pub(super) fn defaults(file: &Dockerfile, lexer: &Lexer, values: &Values, linter: &mut Linter) {
    for stage in &file.stages {
        let Ok(expanded) = lexer.word(&stage.base, values) else { return };
        if !reference::is_valid(&expanded.text) {
            linter.warn(&rules::INVALID_DEFAULT_ARG_IN_FROM, stage.lines, || {
                let base = &stage.base;
                format!("Default value for ARG {base} results in empty or invalid base image name")
            });
        }
    }
}

/// What a stage builds on, its variables replaced.
pub(super) fn base(
    stage: &Stage,
    lexer: &Lexer,
    globals: &Globals,
    context: &Context<'_>,
    linter: &mut Linter,
) -> Result<String, ParseError> {
    let wrong = |error| ParseError::new(error, stage.lines);
    let base = lexer.word(&stage.base, &globals.values).map_err(wrong)?;
    undeclared(&base, stage, globals, linter);
    if base.text.is_empty() {
        return Err(wrong(format!("base name ({}) should not be blank", stage.base)));
    }
    if let Some(written) = &stage.platform {
        let platform = lexer
            .word(written, &globals.values)
            .map_err(|error| wrong(format!("failed to process arguments for platform : {error}")))?;
        undeclared(&platform, stage, globals, linter);
        redundant(written, &platform, stage, globals, linter);
        constant(&platform, stage, context, linter);
    }
    Ok(base.text)
}

fn undeclared(word: &Expanded, stage: &Stage, globals: &Globals, linter: &mut Linter) {
    for name in word.unmatched.iter().filter(|name| !globals.declared.contains(*name)) {
        linter.warn(&rules::UNDEFINED_ARG_IN_FROM, stage.lines, || {
            let near = nearest(name, globals.declared.iter().map(String::as_str), Case::Matters);
            with_suggestion(format!("FROM argument '{name}' is not declared"), near)
        });
    }
}

fn redundant(written: &str, platform: &Expanded, stage: &Stage, globals: &Globals, linter: &mut Linter) {
    let alone = platform.matched == ["TARGETPLATFORM"] && platform.unmatched.is_empty();
    if alone && globals.values.get("TARGETPLATFORM") == Some(&platform.text) {
        linter.warn(&rules::REDUNDANT_TARGET_PLATFORM, stage.lines, || {
            format!("Setting platform to predefined {written} in FROM is redundant as this is the default behavior")
        });
    }
}

/// A platform that is always the same is fine where the name of the stage tells it.
fn constant(platform: &Expanded, stage: &Stage, context: &Context<'_>, linter: &mut Linter) {
    if !platform.matched.is_empty() || !platform.unmatched.is_empty() {
        return;
    }
    let host = |name: &str, default| context.predefined.get(name).map_or(default, String::as_str);
    let host = (host("BUILDOS", "linux"), host("BUILDARCH", "amd64"));
    let Some((system, architecture)) = platform::parse(&platform.text, host) else { return };
    let name = stage.name.as_deref().unwrap_or_default();
    if !name.contains(&system) && !name.contains(&architecture) {
        linter.warn(&rules::FROM_PLATFORM_FLAG_CONST_DISALLOWED, stage.lines, || {
            format!("FROM --platform flag should not use constant value {}", quoted(&platform.text))
        });
    }
}
