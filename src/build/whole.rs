//! A build from its first word to its last.

use super::bases::Bases;
use super::context::{self, Context as BuildContext};
use super::driver::{BuiltStage, Driver, Means, StepFailed};
use super::findings::{self, About};
use super::graph::{self, Call, Graph};
use super::history::Recording;
use super::image;
use super::images::{Images, Ways};
use super::inside::Inside;
use super::progress::event::{Progress, VertexId};
use super::progress::printer;
use super::remote_cache::Remote;
use super::report::Report;
use super::run::Secrets;
use super::stage::{StagePlan, Wrong};
use super::steps::BuiltStep;
use super::wish::BuildWish;
use super::{export, work};
use crate::dockerfile::ast::Lines;
use crate::dockerfile::{self, excerpt};
use crate::engine::host::Engine;
use crate::engine::image::making;
use crate::error::{Context, Error, Result};
use crate::oci::config::ImageConfig;
use crate::oci::digest::Digest;
use crate::oci::manifest::architecture;
use crate::oci::platform::Wanted;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::io::Write;
use std::path::Path;

/// What a build has given.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Built {
    /// The image, or the index of several.
    pub id: Option<Digest>,
    /// What `--metadata-file` gets.
    pub metadata: serde_json::Value,
}

/// An image of one platform.
#[derive(Debug)]
pub struct BuiltImage {
    /// `os/arch[/variant]`.
    pub platform: String,
    /// Its configuration.
    pub config: ImageConfig,
    /// How many of its layers are the base's.
    pub base_layers: usize,
    /// No file of it is later.
    pub latest: i64,
    /// The image it was built from.
    pub parent: Option<Digest>,
    /// The steps of its stage and of those below.
    pub steps: Vec<BuiltStep>,
    /// The steps of all stages that were built.
    pub all_steps: Vec<BuiltStep>,
}

/// A build that failed.
#[derive(Debug)]
pub struct Failure {
    /// Why.
    pub error: Error,
    /// The lines of the Dockerfile that are to blame, as they are shown.
    pub excerpt: String,
}

impl Failure {
    pub(super) fn of(failed: StepFailed, source: Option<&Text>) -> Self {
        let lines = failed.lines.zip(source);
        let excerpt = lines.map(|(lines, source)| excerpt::excerpt(&source.text, &source.name, lines));
        Self { error: failed.error, excerpt: excerpt.unwrap_or_default() }
    }

    /// Shows the lines and tells the error, as docker's client does; what is left is an exit code.
    pub fn told(self) -> Error {
        let words = self.error.to_string();
        // What went wrong before there was anything to solve.
        let solving = if words.starts_with("unable to prepare context") { "" } else { "failed to solve: " };
        let hint = self.error.hint().map(|hint| format!("hint: {hint}\n")).unwrap_or_default();
        let told = format!("{}ERROR: failed to build: {solving}{words}\n{hint}", self.excerpt);
        let _ = std::io::stderr().write_all(told.as_bytes());
        Error::silent(1)
    }
}

/// Builds what `wish` says; what happens meanwhile is told on standard error.
///
/// # Errors
/// After the lines of the Dockerfile that are to blame were shown.
pub fn build(engine: &Engine, wish: &BuildWish) -> Result<Built> {
    let terminal = rustix::termios::isatty(rustix::stdio::stderr());
    attempt(engine, wish, printer(wish.progress, terminal)).map_err(Failure::told)
}

/// Builds what `wish` says, and tells `shown` of it to the end; all of it is recorded.
pub fn attempt(engine: &Engine, wish: &BuildWish, shown: Box<dyn Progress>) -> Result<Built, Failure> {
    let early = |error| Failure { error, excerpt: String::new() };
    let secrets = Secrets::read(&wish.secrets).map_err(early)?;
    // A build is no worse for not being recorded.
    let recording = Recording::begin(engine, wish, &secrets).ok();
    let report = Report::to(match &recording {
        Some(recording) => recording.through(shown),
        None => shown,
    });
    let mut source = None;
    let mut result = whole(engine, wish, &secrets, &report, &mut source);
    report.finish(result.is_err());
    if let Some(recording) = recording {
        if let Ok(Built { metadata: serde_json::Value::Object(metadata), .. }) = &mut result {
            metadata
                .insert("buildx.build.ref".to_owned(), format!("default/default/{}", recording.id()).into());
        }
        let outcome = match &result {
            Ok(built) => Ok(built.id.iter().map(|id| (id.to_string(), None)).collect()),
            Err(failed) => Err(failed.error.to_string()),
        };
        let _ = recording.end(&outcome);
    }
    result.map_err(|failed| Failure::of(failed, source.as_ref()))
}

/// The Dockerfile as it was read, for the lines of an error.
pub(super) struct Text {
    pub(super) name: String,
    pub(super) text: String,
}

pub(super) fn at(lines: Lines) -> impl FnOnce(Error) -> StepFailed {
    move |error| StepFailed { lines: Some(lines), error }
}

impl From<Wrong> for StepFailed {
    fn from(wrong: Wrong) -> Self {
        Self { lines: Some(wrong.lines), error: wrong.error }
    }
}

fn whole(
    engine: &Engine,
    wish: &BuildWish,
    secrets: &Secrets,
    report: &Report,
    source: &mut Option<Text>,
) -> Result<Built, StepFailed> {
    let store = engine.store()?;
    let fetched = work::Fetched::begin(&store)?;
    let (context, definition) = load(wish, report, fetched.path())?;
    let text = String::from_utf8_lossy(&context.dockerfile).into_owned();
    *source = Some(Text { name: context.dockerfile_name.clone(), text });
    let file = dockerfile::parse(&context.dockerfile)
        .map_err(|error| at(error.lines)(Error::usage(error.message)))?;
    let mapping = engine.mapping()?;
    let making = making(&mapping)?;
    let folders = context::named(&wish.build_contexts, fetched.path())?;
    let ways = Ways { engine, store: &store, wish, report, mapping: &mapping, map: &making.map };
    let mut images = Images::new(ways, folders.iter().map(|folder| folder.name.clone()).collect());
    let platforms = platforms(wish)?;
    let salt = salt(wish)?;
    let prepared = export::Prepared::begin(engine, wish)?;
    let plan = |platform: &String| {
        let call = Call { args: &wish.args, target: wish.target.as_deref(), platform };
        graph::plan(&file, &call, &mut images)
    };
    let graphs: Result<Vec<Graph>, Wrong> = platforms.iter().map(plan).collect();
    let about = About { wish, platform: &platforms[0], context: &context, images: &images };
    let findings = findings::of_build(&file, &about, graphs.as_deref())?;
    findings.warnings.iter().for_each(|warning| {
        report.warn(
            definition,
            warning.short(),
            vec![warning.description.to_owned()],
            warning.url.to_owned(),
        );
    });
    told_ignore(&context, report);
    let graphs = graphs?;
    findings.violation.map_or(Ok(()), Err)?;
    let remote = Remote::import(engine, wish, &platforms, report)?;
    let mut built = Vec::new();
    let mut inside: Option<Inside> = None;
    for (graph, platform) in graphs.iter().zip(&platforms) {
        let means = Means {
            engine,
            store: &store,
            wish,
            making: &making,
            context: &context,
            report,
            secrets,
            fetched: fetched.path(),
            folders: &folders,
            platform_shown: (platforms.len() > 1).then_some(platform.as_str()),
            salt: &salt,
            remote: &remote,
        };
        let (stages, now) = Driver::new(&means, graph, &images, inside.take())?.build()?;
        built.push(image_of(graph, &stages, wish, platform, &images)?);
        inside = now;
    }
    let exports = export::Exports { engine, store: &store, wish, making: &making, report };
    let result = exports.all(prepared, built, inside, &images)?;
    Ok(result)
}

/// Finds the context and reads the Dockerfile; also where that is shown.
pub(super) fn load(wish: &BuildWish, report: &Report, fetched: &Path) -> Result<(BuildContext, VertexId)> {
    let name = wish.file.as_deref().and_then(|file| file.rsplit('/').next()).filter(|name| *name != "-");
    let started = Timestamp::now();
    report.step(format!("[internal] load build definition from {}", name.unwrap_or("Dockerfile")), |vertex| {
        let mut input = std::io::stdin().lock();
        let context =
            context::open(&wish.context, wish.file.as_deref(), fetched, keeps_git(wish), &mut input)?;
        let context = match &wish.ignore_file {
            Some(path) => context.with_ignore_file(path)?,
            None => context,
        };
        report.part(vertex, "transferring dockerfile:", context.dockerfile.len() as u64, started);
        Ok((context, vertex))
    })
}

pub(super) fn told_ignore(context: &BuildContext, report: &Report) {
    let started = Timestamp::now();
    let vertex = report.announce("[internal] load .dockerignore");
    report.start(vertex);
    let bytes = context.ignore.as_ref().map_or(2, |(_, text)| text.len() as u64);
    report.part(vertex, "transferring context:", bytes, started);
    report.done(vertex);
}

/// The platforms to build for; this machine's when none was asked for.
pub(super) fn platforms(wish: &BuildWish) -> Result<Vec<String>> {
    if wish.platforms.is_empty() {
        return Ok(vec![format!("linux/{}", architecture())]);
    }
    let normal = |typed: &String| Wanted::parse(typed).map(|wanted| wanted.to_string());
    wish.platforms.iter().map(normal).collect()
}

/// What of the call makes a `RUN` another one.
pub(super) fn salt(wish: &BuildWish) -> Result<String> {
    let network = wish.network.as_deref().unwrap_or("default");
    let words = (network, &wish.extra_hosts, &wish.ulimits, wish.shm_size, &wish.egress);
    serde_json::to_string(&words).what(|| "writing a key of the cache")
}

fn image_of(
    graph: &Graph,
    stages: &[Option<BuiltStage>],
    wish: &BuildWish,
    platform: &str,
    bases: &Images<'_>,
) -> Result<BuiltImage> {
    let missing = || Error::new(crate::error::Kind::System, "the target was not built");
    let plan: &StagePlan = graph.stages[graph.target].as_ref().ok_or_else(missing)?;
    let built = stages[graph.target].as_ref().ok_or_else(missing)?;
    let config = image::config(plan, built.history.clone(), built.layers.clone(), &wish.labels, built.latest);
    let mut base = plan.base;
    let parent = loop {
        match base {
            super::stage::Base::Image(number) => break Some(bases.get(number).id),
            super::stage::Base::Scratch => break None,
            super::stage::Base::Stage(number) => {
                base = graph.stages[number].as_ref().ok_or_else(missing)?.base;
            }
        }
    };
    let platform = platform.to_owned();
    let all_steps = stages.iter().flatten().flat_map(|stage| stage.steps.iter().cloned()).collect();
    let (base_layers, latest, steps) = (built.base_layers, built.latest, built.steps.clone());
    Ok(BuiltImage { platform, config, base_layers, latest, parent, steps, all_steps })
}

/// `BUILDKIT_CONTEXT_KEEP_GIT_DIR`, an argument that is predefined.
fn keeps_git(wish: &BuildWish) -> bool {
    wish.args.get("BUILDKIT_CONTEXT_KEEP_GIT_DIR").is_some_and(|value| matches!(value.as_str(), "1" | "true"))
}
