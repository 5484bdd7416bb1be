//! Builds a graph: one thread, which starts what can be started and waits for all of it at once.
//!
//! Each stage is a row of steps. The key of a step is made of the layers below it, so it is known when the step
//! before is through; a layer that the cache has is taken, everything else happens in a process of its own.

mod begin;
mod end;
mod row;

use crate::build::bases::Bases;
use crate::build::context::{Context as BuildContext, Named};
use crate::build::graph::Graph;
use crate::build::image::{self, time_of};
use crate::build::inside::Inside;
use crate::build::progress::event::VertexId;
use crate::build::remote_cache::Remote;
use crate::build::report::Report;
use crate::build::run::{Running, Secrets};
use crate::build::sources::Sources;
use crate::build::stage::{Base, Origin, StagePlan, Step, Work};
use crate::build::steps::BuiltStep;
use crate::build::wish::BuildWish;
use crate::build::worker::Worker;
use crate::dockerfile::ast::Lines;
use crate::engine::host::Engine;
use crate::error::{Context, Error, Kind, Result};
use crate::oci::config::History;
use crate::oci::digest::Digest;
use crate::storage::Store;
use crate::storage::build_cache::CachedStep;
use crate::storage::capture::Capture;
use crate::storage::layers::{LayerInfo, Making, Staged};
use crate::sys::process;
use nix::sys::signal::{SigSet, Signal};
use nix::sys::signalfd::SignalFd;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use std::collections::BTreeSet;
use std::num::NonZeroUsize;
use std::time::{Duration, Instant};

/// A step that failed, and where it is written.
#[derive(Debug)]
pub struct StepFailed {
    /// The lines to be shown; none for what no line is to blame for.
    pub lines: Option<Lines>,
    /// What happened.
    pub error: Error,
}

impl From<Error> for StepFailed {
    fn from(error: Error) -> Self {
        Self { lines: None, error }
    }
}

/// What a build works with.
#[derive(Debug)]
pub struct Means<'a> {
    pub engine: &'a Engine,
    pub store: &'a Store,
    pub wish: &'a BuildWish,
    pub making: &'a Making,
    pub context: &'a BuildContext,
    pub report: &'a Report,
    pub secrets: &'a Secrets,
    /// Where what comes from elsewhere is put.
    pub fetched: &'a std::path::Path,
    /// The folders that `--build-context` names, by their number.
    pub folders: &'a [Named],
    /// Steps are shown with their platform.
    pub platform_shown: Option<&'a str>,
    /// What else of the call makes a `RUN` another one.
    pub salt: &'a str,
    /// Steps that caches elsewhere know.
    pub remote: &'a Remote,
}

/// What has come of a stage.
#[derive(Debug, Clone, Default)]
pub struct BuiltStage {
    /// Lowest first.
    pub layers: Vec<Digest>,
    /// Of them, those of the base image.
    pub base_layers: usize,
    /// Lowest first.
    pub history: Vec<History>,
    /// No time is later.
    pub latest: i64,
    /// What was built, or taken from a cache, lowest first.
    pub steps: Vec<BuiltStep>,
}

/// Layers that are complete and not published yet wait at most this long for others, to be synced in one go.
const PUBLISH_AFTER: Duration = Duration::from_secs(2);
/// Commands that were killed have this long to be gone.
const CANCEL_WAIT: Duration = Duration::from_secs(10);
/// Stages at work at once, unless `--jobs` says otherwise.
const MOST_JOBS: usize = 64;
/// Without news the display is drawn anew this often.
const TICK: Duration = Duration::from_millis(100);

/// Where a stage stands.
#[derive(Debug)]
struct Row {
    /// The next step.
    next: usize,
    /// Layers so far, with the folders of those that are not published.
    built: BuiltStage,
    begun: bool,
    done: bool,
    /// Steps that are shown, in order: those that do something.
    vertices: Vec<Option<VertexId>>,
    from: Option<VertexId>,
}

/// A step at work.
struct Task {
    stage: usize,
    key: Digest,
    vertex: VertexId,
    capture: Option<Capture>,
    folder: std::path::PathBuf,
    job: Job,
}

enum Job {
    /// A command runs, or is about to.
    Command(Box<Running>, Begun),
    /// Files are copied, or what a command has left is read.
    Files(Worker<Made>),
    /// A cache that it wants alone is in use.
    Waiting,
}

/// Whether a command was executed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Begun {
    Yes,
    NotYet,
}

impl Task {
    /// Layers may get other names from now on: nobody is about to mount them by those they have.
    fn has_mounted(&self) -> bool {
        !matches!(self.job, Job::Files(_) | Job::Command(_, Begun::NotYet))
    }
}

/// What a worker has made.
#[derive(Debug, serde::Serialize, serde::Deserialize)]
pub enum Made {
    /// A layer.
    Layer(LayerInfo),
    /// The cache has it by this key of its content.
    Known(Digest, CachedStep),
    /// A layer, which has this key by its content as well.
    Keyed(Digest, LayerInfo),
    /// A cache elsewhere had it, and it could not be fetched from there: why.
    Lost(String),
}

/// A layer on its way into the store.
struct Pending {
    keys: Vec<Digest>,
    staged: Staged,
    description: String,
    parents: Vec<Digest>,
}

/// A graph while it is built.
pub struct Driver<'a> {
    means: &'a Means<'a>,
    graph: &'a Graph,
    bases: &'a dyn Bases,
    rows: Vec<Option<Row>>,
    tasks: Vec<Task>,
    pending: Vec<Pending>,
    /// Folders of layers that are complete and not published.
    unpublished: Vec<(Digest, String)>,
    /// Layers that another build has published meanwhile: commands at work here may stand on ours.
    twins: Vec<Staged>,
    published: Instant,
    /// Steps that no cache is asked about.
    uncached: BTreeSet<usize>,
    inside: Option<Inside>,
    sources: Sources<'a>,
    signals: SignalFd,
    waiting: bool,
}

impl std::fmt::Debug for Driver<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Driver").field("rows", &self.rows).finish_non_exhaustive()
    }
}

impl<'a> Driver<'a> {
    /// A graph about to be built.
    pub fn new(
        means: &'a Means<'a>,
        graph: &'a Graph,
        bases: &'a dyn Bases,
        inside: Option<Inside>,
    ) -> Result<Self> {
        let signals = process::signal_descriptor(&[Signal::SIGINT, Signal::SIGTERM, Signal::SIGHUP]);
        let row = |plan: &Option<StagePlan>| {
            plan.as_ref().map(|plan| Row {
                next: 0,
                built: BuiltStage::default(),
                begun: false,
                done: false,
                vertices: vec![None; plan.steps.len()],
                from: None,
            })
        };
        Ok(Self {
            means,
            graph,
            bases,
            rows: graph.stages.iter().map(row).collect(),
            tasks: Vec::new(),
            pending: Vec::new(),
            unpublished: Vec::new(),
            twins: Vec::new(),
            published: Instant::now(),
            uncached: uncached(graph, means.wish),
            inside,
            sources: Sources::new(means),
            signals: signals.what(|| "listening to signals")?,
            waiting: false,
        })
    }

    /// Builds all of it; gives the target's layers, and what this process is inside of, where it had to go there.
    pub fn build(mut self) -> Result<(Vec<Option<BuiltStage>>, Option<Inside>), StepFailed> {
        self.announce_bases();
        let built = self.work();
        if built.is_err() {
            self.cancel();
        }
        // What was built stays built, whatever failed after it.
        let published = self.publish();
        self.sources.remember();
        // From here on a signal ends the process: nothing is at work any more.
        let _ = SigSet::empty().thread_set_mask();
        built?;
        published?;
        let rows = std::mem::take(&mut self.rows);
        Ok((rows.into_iter().map(|row| row.map(|row| row.built)).collect(), self.inside))
    }

    fn work(&mut self) -> Result<(), StepFailed> {
        while !self.rows[self.graph.target].as_ref().is_some_and(|row| row.done) {
            self.advance()?;
            if self.tasks.is_empty() {
                continue;
            }
            self.wait()?;
            if self.published.elapsed() > PUBLISH_AFTER && self.tasks.iter().all(Task::has_mounted) {
                self.publish()?;
            }
        }
        Ok(())
    }

    /// Starts all that can be started.
    fn advance(&mut self) -> Result<(), StepFailed> {
        for stage in 0..self.rows.len() {
            let busy = self.tasks.iter().any(|task| task.stage == stage && !matches!(task.job, Job::Waiting));
            if self.rows[stage].is_some() && !self.is_done(stage) && !busy {
                self.advance_stage(stage)?;
            }
        }
        Ok(())
    }

    fn advance_stage(&mut self, stage: usize) -> Result<(), StepFailed> {
        if !self.begin_stage(stage) {
            return Ok(());
        }
        let plan = self.plan(stage);
        loop {
            let next = self.row(stage).next;
            let Some(step) = plan.steps.get(next) else {
                let built = &mut self.row(stage).built;
                built.history.extend(image::history(&plan.steps, built.latest));
                self.row(stage).done = true;
                return Ok(());
            };
            let Some(work) = &step.work else {
                self.row(stage).next += 1;
                continue;
            };
            let origins = crate::build::graph::origins_of(work);
            if !origins.iter().all(|origin| !matches!(origin, Origin::Stage(other) if !self.is_done(*other)))
            {
                return Ok(());
            }
            if !self.step(stage, step, work).map_err(|error| self.failed(stage, step, error))? {
                return Ok(());
            }
        }
    }

    /// Whether the stage has what it builds on.
    fn begin_stage(&mut self, stage: usize) -> bool {
        if self.row(stage).begun {
            return true;
        }
        let (layers, history, latest) = match self.plan(stage).base {
            Base::Scratch => (Vec::new(), Vec::new(), time_of(None)),
            Base::Image(number) => {
                let config = &self.bases.get(number).config;
                (config.rootfs.diff_ids.clone(), config.history.clone(), time_of(Some(config)))
            }
            Base::Stage(number) if !self.is_done(number) => return false,
            Base::Stage(number) => {
                let built = self.row(number).built.clone();
                let row = self.row(stage);
                row.built = built;
                row.begun = true;
                return true;
            }
        };
        let latest = self.means.wish.timestamp.unwrap_or(latest);
        let row = self.row(stage);
        row.built = BuiltStage { base_layers: layers.len(), layers, history, latest, steps: Vec::new() };
        row.begun = true;
        true
    }

    /// Takes a step from the cache, or starts it; whether the stage can go on at once.
    fn step(&mut self, stage: usize, step: &Step, work: &Work) -> Result<bool> {
        let vertex = self.vertex(stage, step);
        let key = self.key(stage, work)?;
        let cached = match self.uncached.contains(&stage) {
            true => None,
            false => self.cached(&key),
        };
        match cached {
            Some(diff_id) => {
                self.tasks.retain(|task| task.stage != stage);
                self.means.report.cached(vertex);
                self.take(stage, diff_id, vec![key]);
                Ok(true)
            }
            None if self.is_busy() => Ok(false),
            None => {
                self.start(stage, work, key, vertex)?;
                Ok(false)
            }
        }
    }

    /// Whether as many stages are at work as may be.
    fn is_busy(&self) -> bool {
        let at_work = self.tasks.iter().filter(|task| !matches!(task.job, Job::Waiting)).count();
        at_work >= self.means.wish.jobs.map_or(MOST_JOBS, NonZeroUsize::get)
    }

    /// Waits until something has happened, and sees to it.
    fn wait(&mut self) -> Result<(), StepFailed> {
        let mut watched = vec![PollFd::new(&self.signals, PollFlags::IN)];
        for task in &self.tasks {
            match &task.job {
                Job::Command(running, _) => watched.push(PollFd::new(&running.monitor, PollFlags::IN)),
                Job::Files(worker) => watched.push(PollFd::from_borrowed_fd(worker.watched(), PollFlags::IN)),
                Job::Waiting => {}
            }
        }
        let timeout = Timespec { tv_sec: 0, tv_nsec: TICK.subsec_nanos().into() };
        let _ = poll(&mut watched, Some(&timeout));
        drop(watched);
        if matches!(self.signals.read_signal(), Ok(Some(_))) {
            return Err(Error::new(Kind::System, "context canceled").into());
        }
        self.means.report.tick();
        let mut number = 0;
        while number < self.tasks.len() {
            if self.hear(number)? {
                continue;
            }
            number += 1;
        }
        Ok(())
    }
}

/// Stages of `--no-cache` and `--no-cache-filter`.
fn uncached(graph: &Graph, wish: &BuildWish) -> BTreeSet<usize> {
    let is_named = |plan: &StagePlan, number: usize| {
        let named = |filter: &String| {
            filter.eq_ignore_ascii_case(&plan.name) || filter.parse::<usize>() == Ok(number)
        };
        wish.no_cache || wish.no_cache_filter.iter().any(named)
    };
    let all = graph.stages.iter().enumerate();
    all.filter(|(number, plan)| plan.as_ref().is_some_and(|plan| is_named(plan, *number)))
        .map(|(number, _)| number)
        .collect()
}
