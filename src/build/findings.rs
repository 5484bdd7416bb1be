//! What the linter says of a Dockerfile that is about to be built.

use super::bases::BaseImage;
use super::context::Context;
use super::driver::StepFailed;
use super::graph::{self, Graph};
use super::images::Images;
use super::stage::Wrong;
use super::wish::BuildWish;
use crate::dockerfile::ParseError;
use crate::dockerfile::ast::Dockerfile;
use crate::dockerfile::lint::{self, Base, Options, Warning};
use crate::dockerfile::patterns::{Patterns, clean};
use crate::error::Error;
use std::collections::BTreeMap;

/// What is known beside the file.
#[derive(Debug)]
pub struct About<'a> {
    /// The call.
    pub wish: &'a BuildWish,
    /// The platform that is built for.
    pub platform: &'a str,
    /// Where files come from.
    pub context: &'a Context,
    /// The images that were found.
    pub images: &'a Images<'a>,
}

/// What was found.
#[derive(Debug)]
pub struct Findings {
    /// In BuildKit's order.
    pub warnings: Vec<Warning>,
    /// What kept the linter from looking at the rest.
    pub fault: Option<ParseError>,
    /// The failure that `# check=error=true` makes of warnings.
    pub violation: Option<StepFailed>,
}

/// What is said of a build: of the stages it needs; when it could not be planned, of what was looked at until then.
///
/// # Errors
/// For options of the linter that are none.
pub fn of_build(
    file: &Dockerfile,
    about: &About<'_>,
    planned: Result<&[Graph], &Wrong>,
) -> Result<Findings, StepFailed> {
    let Ok(graphs) = planned else { return of_failed(file, about) };
    let needed = |stage: &usize| graphs.iter().any(|graph| graph.stages[*stage].is_some());
    let needed: Vec<usize> = (0..file.stages.len()).filter(needed).collect();
    of_stages(file, about, Some(&needed))
}

/// Of a file that cannot be planned. When the linter does not find the fault either, an image or the target was not
/// found, and nothing behind that was looked at.
///
/// # Errors
/// For options of the linter that are none.
pub fn of_failed(file: &Dockerfile, about: &About<'_>) -> Result<Findings, StepFailed> {
    if graph::target(file, about.wish.target.as_deref()).is_ok() {
        let all = of_stages(file, about, None)?;
        if all.fault.is_some() {
            return Ok(all);
        }
    }
    of_stages(file, about, Some(&[]))
}

/// What is said of the stages `only`, or of all.
///
/// # Errors
/// For options of the linter that are none.
pub fn of_stages(
    file: &Dockerfile,
    about: &About<'_>,
    only: Option<&[usize]>,
) -> Result<Findings, StepFailed> {
    let patterns = about.context.ignore.as_ref().and_then(|(_, text)| plain_patterns(text));
    let ignored = |path: &str| patterns.as_ref().is_some_and(|all| all.matches(&clean(path.as_bytes())));
    let bases = |name: &str| about.images.known(name).map(base);
    let context = lint::Context {
        args: about.wish.args.clone(),
        predefined: predefined(file, about),
        ignored: patterns.is_some().then_some(&ignored),
        bases: Some(&bases),
        only,
    };
    let options = Options::of(file, &context).map_err(|words| StepFailed::from(Error::usage(words)))?;
    let (warnings, fault) = lint::check_and_fault(file, &context);
    let violation = options.violation(&warnings).map(|words| StepFailed::from(Error::usage(words)));
    Ok(Findings { warnings, fault, violation })
}

/// Platforms, as the file sees them.
fn predefined(file: &Dockerfile, about: &About<'_>) -> BTreeMap<String, String> {
    let target = graph::target(file, about.wish.target.as_deref()).ok();
    let stage = target.and_then(|number| file.stages.get(number)).or(file.stages.last());
    stage.map(|stage| graph::predefined(about.platform, stage)).unwrap_or_default()
}

/// The patterns of a file that has no exceptions: with them, nobody knows what a pattern leaves out.
fn plain_patterns(text: &[u8]) -> Option<Patterns> {
    let excepts = text.split(|byte| *byte == b'\n').any(|line| line.trim_ascii_start().starts_with(b"!"));
    Patterns::parse_ignore_file(text).ok().filter(|_| !excepts)
}

fn base(image: &BaseImage) -> Base {
    let config = &image.config.config;
    let pairs = config.env.iter().filter_map(|entry| entry.split_once('='));
    Base {
        env: pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect(),
        has_shell: config.shell.as_ref().is_some_and(|shell| !shell.is_empty()),
        on_build: config.on_build.clone().unwrap_or_default(),
    }
}
