//! `--call`: a Dockerfile is looked at, and not built.

mod check;
mod json;
mod outline;
mod targets;

use super::context;
use super::driver::StepFailed;
use super::graph::{self, Graph};
use super::images::{Images, Ways};
use super::progress::event::Progress;
use super::progress::printer;
use super::report::Report;
use super::stage::Wrong;
use super::whole::{self, Failure, Text};
use super::wish::{BuildWish, Call, CallFormat};
use super::work::Fetched;
use crate::dockerfile::ast::Dockerfile;
use crate::dockerfile::{self, ParseError};
use crate::engine::host::Engine;
use crate::engine::image::making;
use crate::error::{Error, Result};
use serde_json::Value;

/// What a call gives.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Answer {
    /// For people.
    pub text: String,
    /// For programs.
    pub json: Value,
    /// Something is wrong with the file.
    pub failed: bool,
}

impl Answer {
    /// As `wish` wants it printed.
    pub fn shown(&self, format: CallFormat) -> String {
        match format {
            CallFormat::Text => self.text.clone(),
            CallFormat::Json => format!("{:#}\n", self.json),
        }
    }
}

/// Looks at the Dockerfile of `wish` as it asks, and tells standard error what happens.
///
/// # Errors
/// When there is no such file; for outlines and targets also when it is wrong, after its lines were shown.
pub fn call(engine: &Engine, wish: &BuildWish) -> Result<Answer> {
    let terminal = rustix::termios::isatty(rustix::stdio::stderr());
    attempt(engine, wish, printer(wish.progress, terminal)).map_err(Failure::told)
}

/// The same, and tells `shown`.
pub fn attempt(engine: &Engine, wish: &BuildWish, shown: Box<dyn Progress>) -> Result<Answer, Failure> {
    let report = Report::to(shown);
    let mut source = None;
    let result = answer(engine, wish, &report, &mut source);
    report.finish(result.is_err());
    result.map_err(|failed| Failure::of(failed, source.as_ref()))
}

fn answer(
    engine: &Engine,
    wish: &BuildWish,
    report: &Report,
    source: &mut Option<Text>,
) -> Result<Answer, StepFailed> {
    let store = engine.store()?;
    let fetched = Fetched::begin(&store)?;
    let (context, _) = whole::load(wish, report, fetched.path())?;
    let text = String::from_utf8_lossy(&context.dockerfile).into_owned();
    let text = source.insert(Text { name: context.dockerfile_name.clone(), text });
    let parsed = dockerfile::parse(&context.dockerfile);
    if wish.call == Call::Targets {
        return Ok(targets::answer(&parsed.map_err(faulty)?, text));
    }
    let mapping = engine.mapping()?;
    let making = making(&mapping)?;
    let folders = context::named(&wish.build_contexts, fetched.path())?;
    let ways = Ways { engine, store: &store, wish, report, mapping: &mapping, map: &making.map };
    let mut images = Images::new(ways, folders.iter().map(|folder| folder.name.clone()).collect());
    let platform = &whole::platforms(wish)?[0];
    let mut plan = |file: &Dockerfile, target: Option<&str>| -> Result<Graph, Wrong> {
        let call = graph::Call { args: &wish.args, target, platform };
        graph::plan(file, &call, &mut images)
    };
    if wish.call == Call::Outline {
        let file = parsed.map_err(faulty)?;
        let graph = plan(&file, wish.target.as_deref());
        whole::told_ignore(&context, report);
        return outline::answer(&file, &graph?, &outline::Given { wish, platform, images: &images }, text);
    }
    let planned = parsed.as_ref().map(|file| check::planned(file, wish, &mut plan));
    whole::told_ignore(&context, report);
    let about = super::findings::About { wish, platform, context: &context, images: &images };
    let found = match (&parsed, planned) {
        (Ok(file), Ok(planned)) => check::Found::of(file, &about, planned),
        (Err(error), _) | (_, Err(error)) => check::Found::broken(faulty(error.clone())),
    };
    Ok(found.answer(wish, text))
}

fn faulty(error: ParseError) -> StepFailed {
    let lines = (error.lines.first > 0).then_some(error.lines);
    StepFailed { lines, error: Error::usage(error.message) }
}
