//! Keys of steps, what caches know of them, and the start of those that nobody knows.

use super::{Begun, BuiltStage, Driver, Job, Made, Means, Task};
use crate::build::inside::Inside;
use crate::build::progress::event::VertexId;
use crate::build::run::{self, Needs, Start};
use crate::build::sources::Copies;
use crate::build::stage::{Origin, Work};
use crate::build::worker::Worker;
use crate::build::{key, make};
use crate::error::{Error, Kind, Result};
use crate::oci::digest::Digest;
use crate::storage::layers::OwnerMode;

impl<'a> Driver<'a> {
    pub(super) fn ground<'g>(
        &self,
        built: &'g BuiltStage,
        below: &'g [Digest],
        platform: &'g str,
    ) -> key::Ground<'g> {
        let owners = match self.means.making.owners {
            OwnerMode::Applied => "applied",
            OwnerMode::Recorded => "recorded",
        };
        key::Ground { below, latest: built.latest, platform, owners }
    }

    pub(super) fn copy_ground(
        &self,
        stage: usize,
        copy: &crate::build::stage::CopyStep,
    ) -> Result<crate::build::sources::Ground> {
        let built = match &self.rows[stage] {
            Some(row) => row.built.clone(),
            None => return Err(Error::new(Kind::System, "a stage without a row")),
        };
        let numeric = copy.chown.as_deref().is_none_or(crate::build::sources::is_numeric);
        let below = if copy.link && numeric { Vec::new() } else { built.layers.clone() };
        Ok(crate::build::sources::Ground {
            below,
            latest: built.latest,
            platform: self.platform(stage),
            owners: self.means.making.owners,
            uncached: self.uncached.contains(&stage),
        })
    }

    pub(super) fn key(&mut self, stage: usize, work: &Work) -> Result<Digest> {
        let built = self.row(stage).built.clone();
        let platform = self.platform(stage);
        match work {
            Work::Directory { path, user } => {
                key::directory(&self.ground(&built, &built.layers, &platform), path, user)
            }
            Work::Copy(copy) => {
                // Names of users are looked up in what lies below.
                let numeric = copy.chown.as_deref().is_none_or(crate::build::sources::is_numeric);
                let below = if copy.link && numeric { &[][..] } else { &built.layers[..] };
                let origin = self.origin_layers(&copy.origin);
                let contents = self.sources.contents(copy, origin.as_deref())?;
                key::copy(
                    &self.ground(&built, below, &platform),
                    &crate::build::sources::of_copy(copy, &contents),
                )
            }
            Work::Run(run) => {
                let mut contents = Vec::new();
                for mount in &run.mounts {
                    let origin = crate::build::sources::origin(mount);
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

    pub(super) fn cached(&self, key: &Digest) -> Option<Digest> {
        let cache = self.means.store.build_cache();
        if let Some(known) = cache.get(key, &self.means.making.map) {
            cache.touch(key, &known);
            return Some(known.diff_id);
        }
        if let Some(pending) = self.pending.iter().find(|pending| pending.keys.contains(key)) {
            return pending.staged.info().ok().map(|info| info.diff_id);
        }
        self.known_elsewhere(key)
    }

    /// A step of another cache whose layer is here: it is noted first, so that the layer stays.
    pub(super) fn known_elsewhere(&self, key: &Digest) -> Option<Digest> {
        let known = self.means.remote.get(key)?;
        let info = self.means.store.layers().info(&known.diff_id, &self.means.making.map).ok()??;
        let cache = self.means.store.build_cache();
        cache.put(key, &known.step(info.size)).ok()?;
        cache.get(key, &self.means.making.map).map(|known| known.diff_id)
    }

    /// Fetches the layer of a step that a cache elsewhere knows, in a process of its own.
    pub(super) fn fetch(&self, key: Digest) -> Result<Worker<Made>> {
        let Means { remote, store, making, .. } = self.means;
        Worker::start(|| {
            Ok(match remote.fetch(&key, store, making) {
                Ok(step) => Made::Known(key, step),
                Err(error) => Made::Lost(error.to_string()),
            })
        })
    }

    pub(super) fn start(&mut self, stage: usize, work: &Work, key: Digest, vertex: VertexId) -> Result<()> {
        if self.inside.is_none() {
            self.inside = Some({
                let Means { engine, store, making, .. } = self.means;
                Inside::enter(engine, store, making, self.bases)?
            });
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
        if !self.uncached.contains(&stage) && self.means.remote.get(&key).is_some() {
            let job = Job::Files(self.fetch(key)?);
            self.tasks.push(Task { stage, key, vertex, capture: None, folder, job });
            return Ok(());
        }
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
                run::emulation::check(&platform)?;
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
}
