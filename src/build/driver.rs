//! Builds a graph: one thread, which starts what can be started and waits for all of it at once.
//!
//! Each stage is a row of steps. The key of a step is made of the layers below it, so it is known when the step
//! before is through; a layer that the cache has is taken, everything else happens in a process of its own.

use super::bases::Bases;
use super::context::{Context as BuildContext, Named};
use super::graph::Graph;
use super::image::{self, time_of};
use super::inside::Inside;
use super::progress::event::{Stream, VertexId};
use super::report::Report;
use super::run::{self, Needs, Running, Secrets, Start};
use super::sources::{Copies, Sources};
use super::stage::{Base, Origin, StagePlan, Step, Work};
use super::wish::BuildWish;
use super::worker::Worker;
use super::{key, make};
use crate::dockerfile::ast::Lines;
use crate::engine::host::Engine;
use crate::engine::transient;
use crate::error::{Context, Error, Kind, Result};
use crate::oci::config::History;
use crate::oci::digest::Digest;
use crate::packet;
use crate::runtime::stream::{self, ToClient};
use crate::storage::Store;
use crate::storage::add::publish_layers;
use crate::storage::build_cache::CachedStep;
use crate::storage::capture::Capture;
use crate::storage::layers::{LayerInfo, Making, OwnerMode, Staged, stacked};
use crate::sys::process;
use nix::sys::signal::{SigSet, Signal};
use nix::sys::signalfd::SignalFd;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use std::collections::BTreeSet;
use std::os::fd::AsFd;
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
}

impl std::fmt::Debug for Means<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Means")
    }
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
}

/// Layers that are complete and not published yet wait at most this long for others, to be synced in one go.
const PUBLISH_AFTER: Duration = Duration::from_secs(2);
/// Commands that were killed have this long to be gone.
const CANCEL_WAIT: Duration = Duration::from_secs(10);
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

    fn plan(&self, stage: usize) -> &'a StagePlan {
        match &self.graph.stages[stage] {
            Some(plan) => plan,
            None => unreachable!("only stages that were planned have a row"),
        }
    }

    fn row(&mut self, stage: usize) -> &mut Row {
        match &mut self.rows[stage] {
            Some(row) => row,
            None => unreachable!("only stages that were planned are worked on"),
        }
    }

    fn is_done(&self, stage: usize) -> bool {
        self.rows[stage].as_ref().is_some_and(|row| row.done)
    }

    /// As it is shown: `[build 2/4] `, with the platform where there are several.
    fn prefix(&self, stage: usize, number: usize) -> String {
        let plan = self.plan(stage);
        let steps = plan.steps.iter().filter(|step| step.work.is_some()).count();
        let from = usize::from(!matches!(plan.base, Base::Scratch));
        let total = steps + from;
        let width = total.to_string().len();
        let alone = self.graph.stages.len() == 1 && !plan.is_named;
        let name = if alone { "" } else { plan.name.as_str() };
        let platform = self.means.platform_shown.unwrap_or_default();
        let words = [platform, name].into_iter().filter(|word| !word.is_empty());
        let before: String = words.map(|word| format!("{word} ")).collect();
        format!("[{before}{number:>width$}/{total}] ")
    }

    fn announce_bases(&mut self) {
        for stage in 0..self.graph.stages.len() {
            let Some(plan) = &self.graph.stages[stage] else { continue };
            if let Base::Image(_) = plan.base {
                let name = format!("{}FROM {}", self.prefix(stage, 1), plan.base_shown);
                let vertex = self.means.report.announce(name);
                self.means.report.cached(vertex);
                self.row(stage).from = Some(vertex);
            }
        }
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
            let origins = super::graph::origins_of(work);
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
        row.built = BuiltStage { base_layers: layers.len(), layers, history, latest };
        row.begun = true;
        true
    }

    fn failed(&self, stage: usize, step: &Step, error: Error) -> StepFailed {
        if let Some(vertex) = self.rows[stage].as_ref().and_then(|row| row.vertices[row.next]) {
            self.means.report.failed(vertex, error.to_string());
        }
        StepFailed { lines: Some(step.lines), error }
    }

    /// The step's line on the display.
    fn vertex(&mut self, stage: usize, step: &Step) -> VertexId {
        let next = self.row(stage).next;
        if let Some(vertex) = self.row(stage).vertices[next] {
            return vertex;
        }
        let plan = self.plan(stage);
        let before = plan.steps[..next].iter().filter(|step| step.work.is_some()).count();
        let number = before + 1 + usize::from(!matches!(plan.base, Base::Scratch));
        let vertex = self.means.report.announce(format!("{}{}", self.prefix(stage, number), step.shown));
        self.row(stage).vertices[next] = Some(vertex);
        vertex
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
                self.take(stage, diff_id);
                Ok(true)
            }
            None => {
                self.start(stage, work, key, vertex)?;
                Ok(false)
            }
        }
    }

    fn cached(&self, key: &Digest) -> Option<Digest> {
        let cache = self.means.store.build_cache();
        if let Some(known) = cache.get(key, &self.means.making.map) {
            cache.touch(key, &known);
            return Some(known.diff_id);
        }
        let pending = self.pending.iter().find(|pending| pending.keys.contains(key))?;
        pending.staged.info().ok().map(|info| info.diff_id)
    }

    /// The step is through, and gave this layer.
    fn take(&mut self, stage: usize, diff_id: Digest) {
        let row = self.row(stage);
        row.built.layers.push(diff_id);
        row.next += 1;
    }

    fn ground<'g>(&self, built: &'g BuiltStage, below: &'g [Digest], platform: &'g str) -> key::Ground<'g> {
        let owners = match self.means.making.owners {
            OwnerMode::Applied => "applied",
            OwnerMode::Recorded => "recorded",
        };
        key::Ground { below, latest: built.latest, platform, owners }
    }

    fn platform(&self, stage: usize) -> String {
        let config = &self.plan(stage).config;
        format!("{}/{}", config.os, config.architecture)
    }

    fn key(&mut self, stage: usize, work: &Work) -> Result<Digest> {
        let built = self.row(stage).built.clone();
        let platform = self.platform(stage);
        match work {
            Work::Directory { path, user } => {
                key::directory(&self.ground(&built, &built.layers, &platform), path, user)
            }
            Work::Copy(copy) => {
                // Names of users are looked up in what lies below.
                let numeric = copy.chown.as_deref().is_none_or(super::sources::is_numeric);
                let below = if copy.link && numeric { &[][..] } else { &built.layers[..] };
                let origin = self.origin_layers(&copy.origin);
                let contents = self.sources.contents(copy, origin.as_deref())?;
                key::copy(&self.ground(&built, below, &platform), &super::sources::of_copy(copy, &contents))
            }
            Work::Run(run) => {
                let mut contents = Vec::new();
                for mount in &run.mounts {
                    let origin = super::sources::origin(mount);
                    let layers = origin.and_then(|(origin, _)| self.origin_layers(origin));
                    contents.push(match origin {
                        Some((origin, path)) => {
                            Some(self.sources.mounted(origin, path, layers.as_deref())?)
                        }
                        None => None,
                    });
                }
                key::run(&self.ground(&built, &built.layers, &platform), run, &contents, self.means.salt)
            }
        }
    }

    /// The layers of a stage or an image; `None` for what has none.
    fn origin_layers(&self, origin: &Origin) -> Option<Vec<Digest>> {
        match origin {
            Origin::Context | Origin::Folder(_) => None,
            Origin::Stage(number) => self.rows[*number].as_ref().map(|row| row.built.layers.clone()),
            Origin::Image(number) => Some(self.bases.get(*number).config.rootfs.diff_ids.clone()),
        }
    }

    /// Names of the folders of layers, the topmost first, as an overlay is given them.
    fn folders(&self, layers: &[Digest]) -> Result<Vec<String>> {
        let folder = |diff_id: &Digest| {
            if let Some((_, folder)) = self.unpublished.iter().find(|(known, _)| known == diff_id) {
                return Ok(folder.clone());
            }
            let diff = self.means.store.layers().diff(diff_id, &self.means.making.map);
            let name = diff.and_then(|diff| {
                let below = diff.strip_prefix(self.means.store.root().join("layers")).ok()?;
                Some(below.to_string_lossy().into_owned())
            });
            name.ok_or_else(|| {
                Error::new(Kind::System, format!("layer {diff_id} has vanished from the store"))
            })
        };
        Ok(stacked(layers.iter().rev().map(folder).collect::<Result<_>>()?))
    }

    fn start(&mut self, stage: usize, work: &Work, key: Digest, vertex: VertexId) -> Result<()> {
        if self.inside.is_none() {
            self.inside = Some(Inside::enter(self.means, self.bases)?);
        }
        let waited = self.tasks.iter().any(|task| task.stage == stage);
        if !waited {
            self.means.report.start(vertex);
        }
        self.tasks.retain(|task| task.stage != stage);
        let Some(inside) = &self.inside else { return Err(Error::new(Kind::System, "outside of U0")) };
        let built = match &self.rows[stage] {
            Some(row) => &row.built,
            None => return Err(Error::new(Kind::System, "a stage without a row")),
        };
        let folder = inside.work.folder()?;
        let layers = self.folders(&built.layers)?;
        let capture = self.means.store.begin_capture(self.means.making)?;
        let origin = |origin: &Origin| self.tree_of(origin);
        let job = match work {
            Work::Run(run) => {
                let tree = inside.trees.path(&inside.work, &layers)?;
                let needs = Needs {
                    store: self.means.store,
                    tree: &tree,
                    origin: &origin,
                    secrets: self.means.secrets,
                    ssh: &self.means.wish.ssh,
                };
                make::match_root(&tree, &capture.diff())?;
                let platform = self.platform(stage);
                let start = Start {
                    engine: self.means.engine,
                    wish: self.means.wish,
                    step: run,
                    layers: &layers,
                    layer_key: self.means.making.map.as_str(),
                    platform: &platform,
                    folder: &folder,
                    upper: capture.diff(),
                    mapping: &inside.mapping,
                };
                let running = run::start(&start, &needs)?;
                running.map_or(Job::Waiting, |running| Job::Command(Box::new(running), Begun::NotYet))
            }
            Work::Directory { path, user } => {
                let (upper, latest) = (capture.diff(), built.latest);
                Job::Files(Worker::start(|| {
                    let root = inside.trees.writable(&folder, &layers, &upper)?;
                    make::directory(&root, path, user, latest)?;
                    drop(root);
                    capture.describe(latest).map(Made::Layer)
                })?)
            }
            Work::Copy(copy) => {
                let below = if copy.link { Vec::new() } else { layers };
                let copies = Copies { copy, latest: built.latest, ground: &self.copy_ground(stage, copy)? };
                let tree = match copy.origin {
                    Origin::Context => None,
                    ref other => Some(self.tree_of(other)?),
                };
                Job::Files(Worker::start(|| {
                    let root = || inside.trees.writable(&folder, &below, &capture.diff());
                    self.sources.copy(&copies, tree.as_deref(), root, &capture)
                })?)
            }
        };
        self.waiting |= matches!(job, Job::Waiting);
        self.tasks.push(Task { stage, key, vertex, capture: Some(capture), folder, job });
        Ok(())
    }

    /// Where the files of a stage, an image or a named folder are.
    fn tree_of(&self, origin: &Origin) -> Result<std::path::PathBuf> {
        let Some(inside) = &self.inside else { return Err(Error::new(Kind::System, "outside of U0")) };
        match origin {
            Origin::Context => inside.trees.host(&self.means.context.root),
            Origin::Folder(number) => inside.trees.host(&self.means.folders[*number].root),
            other => {
                let layers = self.origin_layers(other).unwrap_or_default();
                inside.trees.path(&inside.work, &self.folders(&layers)?)
            }
        }
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

    /// Takes in what a task has to say; whether it is through and gone from the list.
    fn hear(&mut self, number: usize) -> Result<bool, StepFailed> {
        let stage = self.tasks[number].stage;
        let heard = match &mut self.tasks[number].job {
            Job::Waiting => return Ok(false),
            Job::Files(worker) if !is_readable(worker.watched()) => return Ok(false),
            Job::Files(worker) => worker.hear(),
            Job::Command(..) => self.hear_command(number),
        };
        let step = &self.plan(stage).steps[self.row(stage).next];
        let wrong = |error| self.failed(stage, step, error);
        if !heard.map_err(wrong)? {
            return Ok(false);
        }
        let Task { stage, key, vertex, capture, folder, job } = self.tasks.remove(number);
        let rest = Task { stage, key, vertex, capture, folder, job: Job::Waiting };
        let ended = match job {
            Job::Files(worker) => worker.result().and_then(|made| self.made(rest, made, step)),
            Job::Command(running, _) => self.describe(rest, &running),
            Job::Waiting => Ok(()),
        };
        ended.map_err(|error| self.failed(stage, step, error))?;
        Ok(true)
    }

    /// Output of a command, until there is no more; whether it has ended well.
    fn hear_command(&mut self, number: usize) -> Result<bool> {
        let task = &mut self.tasks[number];
        let Job::Command(running, begun) = &mut task.job else { return Ok(false) };
        let mut buffer = vec![0u8; packet::BODY];
        while packet::is_readable(running.monitor.as_fd()) {
            match stream::hear(running.monitor.as_fd(), &mut buffer).what(|| "waiting for a step")? {
                Some(ToClient::Started) => *begun = Begun::Yes,
                Some(ToClient::Output(bytes)) => self.means.report.log(task.vertex, Stream::Output, bytes),
                Some(ToClient::Error(bytes)) => self.means.report.log(task.vertex, Stream::Error, bytes),
                Some(ToClient::Exited(code)) => {
                    // Its launcher has done so, unless it was killed and the pump tells of the end.
                    transient::forget(self.means.engine, &running.record);
                    if code == 0 {
                        return Ok(true);
                    }
                    let error = unsuccessful(running, &format!("exit code: {code}"));
                    return Err(with_room(self.means.store, error));
                }
                Some(ToClient::Failed(failure)) => {
                    transient::forget(self.means.engine, &running.record);
                    return Err(unsuccessful(running, &failure.message));
                }
                None => {
                    transient::forget(self.means.engine, &running.record);
                    return Err(unsuccessful(running, "its monitor was killed"));
                }
            }
        }
        Ok(false)
    }

    /// A command has ended well: its layer is read.
    fn describe(&mut self, task: Task, running: &Running) -> Result<()> {
        let latest = self.row(task.stage).built.latest;
        let capture =
            task.capture.as_ref().ok_or_else(|| Error::new(Kind::System, "a step without a layer"))?;
        let worker = Worker::start(|| {
            running.stubs.clean(&capture.diff())?;
            capture.describe(latest).map(Made::Layer)
        })?;
        self.tasks.push(Task { job: Job::Files(worker), ..task });
        Ok(())
    }

    /// A layer is there.
    fn made(&mut self, task: Task, made: Made, step: &Step) -> Result<()> {
        let Task { stage, key, vertex, capture, folder, .. } = task;
        let capture = capture.ok_or_else(|| Error::new(Kind::System, "a step without a layer"))?;
        let mut keys = vec![key];
        let info = match made {
            Made::Known(content, known) => {
                drop(capture);
                let cache = self.means.store.build_cache();
                cache.touch(&content, &known);
                cache.put(&key, &known)?;
                self.means.report.cached(vertex);
                self.take(stage, known.diff_id);
                return Ok(());
            }
            Made::Keyed(content, info) => {
                keys.push(content);
                info
            }
            Made::Layer(info) => info,
        };
        let diff_id = info.diff_id;
        let parents = self.row(stage).built.layers.last().copied().into_iter().collect();
        self.unpublished.push((diff_id, capture.layer()));
        let description = step.shown.clone();
        self.pending.push(Pending { keys, staged: capture.complete(info), description, parents });
        self.means.report.done(vertex);
        self.take(stage, diff_id);
        if let Some(inside) = &self.inside {
            inside.work.remove(&folder);
        }
        Ok(())
    }

    /// Brings what is complete into the store, and notes it in the cache.
    fn publish(&mut self) -> Result<()> {
        self.published = Instant::now();
        if self.pending.is_empty() {
            return Ok(());
        }
        let pending = std::mem::take(&mut self.pending);
        let _lock = self.means.store.lock_for_adding()?;
        let mut notes = Vec::new();
        let mut layers = Vec::new();
        for Pending { keys, staged, description, parents } in pending {
            let info = staged.info()?;
            let now = crate::storage::now();
            let step = CachedStep {
                diff_id: info.diff_id,
                size: info.size,
                description,
                parents,
                created: now.clone(),
                last_used: now,
                uses: 1,
            };
            notes.push((keys, step));
            layers.push(staged);
        }
        self.twins.extend(publish_layers(self.means.store, layers)?);
        self.unpublished.clear();
        let cache = self.means.store.build_cache();
        for (keys, step) in notes {
            keys.iter().try_for_each(|key| cache.put(key, &step))?;
        }
        Ok(())
    }

    /// Ends what is at work, and waits for that: nobody writes any more where layers were in the making.
    fn cancel(&mut self) {
        let tasks = std::mem::take(&mut self.tasks);
        for task in &tasks {
            self.means.report.canceled(task.vertex);
            if let Job::Command(running, _) = &task.job {
                // To let go of it is to end it.
                let _ = rustix::net::shutdown(&running.monitor, rustix::net::Shutdown::Write);
            }
        }
        let deadline = Instant::now() + CANCEL_WAIT;
        for task in tasks {
            match task.job {
                Job::Files(worker) => worker.cancel(),
                Job::Command(running, _) => {
                    running.ended_by(deadline);
                    transient::forget(self.means.engine, &running.record);
                }
                Job::Waiting => {}
            }
        }
    }

    fn copy_ground(&self, stage: usize, copy: &super::stage::CopyStep) -> Result<super::sources::Ground> {
        let built = match &self.rows[stage] {
            Some(row) => row.built.clone(),
            None => return Err(Error::new(Kind::System, "a stage without a row")),
        };
        let numeric = copy.chown.as_deref().is_none_or(super::sources::is_numeric);
        let below = if copy.link && numeric { Vec::new() } else { built.layers.clone() };
        Ok(super::sources::Ground {
            below,
            latest: built.latest,
            platform: self.platform(stage),
            owners: self.means.making.owners,
            uncached: self.uncached.contains(&stage),
        })
    }
}

fn unsuccessful(running: &Running, why: &str) -> Error {
    let record = &running.record;
    let words = [&record.path].into_iter().chain(&record.arguments);
    let words: Vec<&str> = words.map(String::as_str).collect();
    Error::new(Kind::System, format!("process {:?} did not complete successfully: {why}", words.join(" ")))
}

/// Less than this is no room to work in: 1 MiB.
const ROOM: u64 = 1 << 20;

/// Says that the disk is full, where it is: the command may have been told of an input/output error instead
/// (overlayfs.rst, "Volatile mount").
fn with_room(store: &Store, error: Error) -> Error {
    let free = rustix::fs::statvfs(store.root()).map_or(u64::MAX, |stat| stat.f_bavail * stat.f_frsize);
    match free < ROOM {
        true => error.fix(format!("there is no room left in {}: rcon builder prune", store.root().display())),
        false => error,
    }
}

fn is_readable(end: std::os::fd::BorrowedFd<'_>) -> bool {
    let mut polled = [PollFd::from_borrowed_fd(end, PollFlags::IN)];
    poll(&mut polled, Some(&Timespec::default())).is_ok_and(|count| count > 0)
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
