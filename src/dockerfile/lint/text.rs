//! What the text alone shows: cases, names, comments, empty lines.

use super::super::ast::{Dockerfile, Instruction, Keyword, Kind, Lines, Stage};
use super::super::quote::quoted;
use super::rules::{self, Linter};
use std::collections::{BTreeMap, BTreeSet};

pub(super) fn check(file: &Dockerfile, linter: &mut Linter) {
    for lines in &file.empty_continuations {
        linter.warn(&rules::NO_EMPTY_CONTINUATION, *lines, || "Empty continuation line".to_owned());
    }
    let comments = Comments::of(file);
    file.global_args.iter().for_each(|instruction| one(instruction, &comments, linter));
    for stage in &file.stages {
        head(stage, &comments, linter);
        stage.instructions.iter().for_each(|instruction| one(instruction, &comments, linter));
    }
    stage_names(file, linter);
    cases(file, linter);
}

/// The keyword of an instruction, as written.
pub(super) fn keyword(original: &str) -> &str {
    original.split(['\t', '\u{b}', '\u{c}', '\r', ' ']).next().unwrap_or_default()
}

/// Comments above instructions, by the first lines of these.
struct Comments<'a>(BTreeMap<usize, &'a Keyword>);

impl<'a> Comments<'a> {
    fn of(file: &'a Dockerfile) -> Self {
        Self(file.keywords.iter().map(|keyword| (keyword.lines.first, keyword)).collect())
    }

    /// The last comment above `lines` shall begin with one of `names`.
    fn check(&self, lines: Lines, instruction: &str, names: &[&str], linter: &mut Linter) {
        let keyword = self.0.get(&lines.first);
        let Some(comment) = keyword.and_then(|keyword| keyword.comments.last()) else { return };
        let first = comment.split(' ').next().unwrap_or_default();
        let example = match names {
            [] => return,
            [name] => *name,
            _ => "<arg_key>",
        };
        if !names.contains(&first) {
            linter.warn(&rules::INVALID_DEFINITION_DESCRIPTION, lines, || {
                format!("Comment for {instruction} should follow the format: `# {example} <description>`")
            });
        }
    }
}

fn one(instruction: &Instruction, comments: &Comments<'_>, linter: &mut Linter) {
    match &instruction.kind {
        Kind::Maintainer(_) => linter.warn(&rules::MAINTAINER_DEPRECATED, instruction.lines, || {
            "Maintainer instruction is deprecated in favor of using label".to_owned()
        }),
        Kind::Arg(args) => {
            let names: Vec<&str> = args.iter().map(|(name, _)| name.as_str()).collect();
            comments.check(instruction.lines, "ARG", &names, linter);
        }
        _ => {}
    }
}

fn head(stage: &Stage, comments: &Comments<'_>, linter: &mut Linter) {
    if let Some((written_as, written_name)) = &stage.as_written {
        if *written_name != written_name.to_lowercase() {
            linter.warn(&rules::STAGE_NAME_CASING, stage.lines, || {
                format!("Stage name '{written_name}' should be lowercase")
            });
        }
        let from = keyword(&stage.original);
        let fits = match case(from) {
            Some(Case::Lower) => case(written_as) == Some(Case::Lower),
            Some(Case::Upper) => case(written_as) == Some(Case::Upper),
            // The instruction itself is told of.
            None => true,
        };
        if !fits {
            linter.warn(&rules::FROM_AS_CASING, stage.lines, || {
                format!("'{written_as}' and '{from}' keywords' casing do not match")
            });
        }
    }
    if let Some(name) = &stage.name {
        comments.check(stage.lines, "FROM", &[name], linter);
    }
}

fn stage_names(file: &Dockerfile, linter: &mut Linter) {
    let mut seen = BTreeSet::new();
    for stage in &file.stages {
        let Some(name) = &stage.name else { continue };
        if matches!(name.as_str(), "context" | "scratch") {
            linter.warn(&rules::RESERVED_STAGE_NAME, stage.lines, || {
                let name = quoted(name);
                format!("Stage name should not use the same name as reserved stage {name}")
            });
        }
        if !seen.insert(name) {
            linter.warn(&rules::DUPLICATE_STAGE_NAME, stage.lines, || {
                format!("Duplicate stage name {}, stage names should be unique", quoted(name))
            });
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Case {
    Lower,
    Upper,
}

/// `None`: both.
fn case(word: &str) -> Option<Case> {
    if word == word.to_lowercase() {
        Some(Case::Lower)
    } else if word == word.to_uppercase() {
        Some(Case::Upper)
    } else {
        None
    }
}

/// All keywords shall have the case of most; what stands before the first stage does not count.
fn cases(file: &Dockerfile, linter: &mut Linter) {
    let keywords: Vec<(&str, Lines)> = file
        .stages
        .iter()
        .flat_map(|stage| {
            let head = std::iter::once((keyword(&stage.original), stage.lines));
            head.chain(stage.instructions.iter().map(|one| (keyword(&one.original), one.lines)))
        })
        .collect();
    let count = |wanted| keywords.iter().filter(|(word, _)| case(word) == Some(wanted)).count();
    let (majority, told) = if count(Case::Lower) > count(Case::Upper) {
        (Case::Lower, "lowercase")
    } else {
        (Case::Upper, "uppercase")
    };
    for (word, lines) in keywords {
        if case(word) != Some(majority) {
            linter.warn(&rules::CONSISTENT_INSTRUCTION_CASING, lines, || {
                format!("Command '{word}' should match the case of the command majority ({told})")
            });
        }
    }
}
