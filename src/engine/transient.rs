//! A container that is on no list and ends with whoever started it: a step of a build.
//!
//! It is confined and connected as every other; only its folder is not among the containers', and nobody writes
//! down how it ended.

use super::files;
use super::host::Engine;
use super::networks::{joined, place, wiring};
use super::record::Record;
use super::start::{self, Attachment, Home};
use crate::durable::{self, Durability, Lock, Sharing};
use crate::error::{Context, Result};
use crate::ids::ContainerId;
use crate::runtime::launch::{self, Way};
use crate::runtime::launcher::{Book, Processes};
use crate::runtime::plan::{Mount, Network, Plan, Sharing as Namespaces};
use crate::runtime::stream::{Hello, StartFailure, VERSION};
use crate::sys::process::Ended;
use crate::userns::mapping::Mapping;
use rustix::fs::Mode;
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};

/// A container to be started.
#[derive(Debug)]
pub struct Transient<'a> {
    /// What it is; on no disk.
    pub record: &'a Record,
    /// A folder for it alone, empty, on the store's file system.
    pub folder: &'a Path,
    /// The directory that takes its changes, empty.
    pub upper: PathBuf,
    /// What is mounted beside what the record says; sources as this process's mount namespace has them.
    pub mounts: Vec<Mount>,
    /// The ids that this process's user namespace has.
    pub mapping: &'a Mapping,
}

/// The file that names the container, for who clears away after its caller.
const ID: &str = "id";

/// Begins one; this process is in U0, and has one thread. What comes back is the stream of its output, which begins
/// with the word whether it was started. When it is closed, the container is killed.
pub fn start(engine: &Engine, step: Transient<'_>) -> Result<OwnedFd> {
    let Transient { record, folder, upper, mounts, mapping } = step;
    let network = match record.wish.network {
        super::wish::NetworkWish::Host => Network::Host,
        _ => Network::Own,
    };
    let monitor = launch::begin(&Way::Inside, Namespaces { network }, &TransientBook)?;
    for (name, mode) in [("work", 0o700), ("etc", 0o755), ("sockets", 0o700)] {
        rustix::fs::mkdir(folder.join(name), Mode::from_raw_mode(mode))
            .map_err(std::io::Error::from)
            .what(|| "making the folder of a build's step")?;
    }
    let (sockets, etc) = (folder.join("sockets"), folder.join("etc"));
    files::write(&etc, record)?;
    let home = Home { folder: folder.to_owned(), sockets, upper, files: etc.clone() };
    let hello = Hello { version: VERSION, input: false, output: true, error: true };
    let mut plan = start::plan(engine, record, home, mapping, Attachment { hello, size: (0, 0) })?;
    plan.transient = true;
    plan.process.environment.clone_from(&record.environment);
    plan.rootfs.volatile = true;
    plan.rootfs.mounts.extend(mounts);
    plan.rootfs.mounts.sort_by_key(|mount| mount.target().matches('/').count());
    let lock = Lock::take(&folder.join("lock"), Sharing::Exclusive)?;
    let joined = joined::of(engine, &record.wish.network)?;
    durable::put(&folder.join(ID), record.id.to_string().as_bytes(), Durability::Kill)?;
    let places = place::take(engine, record, &record.hostname, &joined)?;
    files::refresh(engine, record, &etc, &places)?;
    plan.wiring = wiring::wiring(engine, record, &places)?;
    if plan.wiring.is_some() {
        plan.beside = start::filters();
    }
    monitor.carry_out(&plan, lock.descriptor())
}

/// Frees what a step that ended without its monitor has left: its addresses.
pub fn forget(engine: &Engine, record: &Record) {
    place::release(&engine.paths, &record.id);
}

/// The same for one that was left with its caller, by its folder.
pub fn abandoned(engine: &Engine, folder: &Path) {
    if let Some(id) = named_by(folder) {
        place::release(&engine.paths, &id);
    }
}

/// Removes what was being written about places when its writer was killed.
pub fn tidy(engine: &Engine) {
    place::tidy(&engine.paths);
}

/// Whether `id` is one that runs, or is being started.
pub fn is_at_work(engine: &Engine, id: &ContainerId) -> bool {
    let builds = engine.store().and_then(|store| store.build_cache().folder("work"));
    let within = |folder: PathBuf| std::fs::read_dir(folder).into_iter().flatten().flatten();
    let mut steps = builds.into_iter().flat_map(within).flat_map(|build| within(build.path()));
    steps.any(|step| {
        named_by(&step.path()).as_ref() == Some(id)
            && matches!(Lock::try_take(&step.path().join("lock")), Ok(None))
    })
}

fn named_by(folder: &Path) -> Option<ContainerId> {
    ContainerId::parse(&std::fs::read_to_string(folder.join(ID)).ok()?)
}

/// Nobody asks later how it went.
#[derive(Debug)]
struct TransientBook;

impl TransientBook {
    fn leave_networks(plan: &Plan) {
        if plan.wiring.is_some() {
            place::release(&plan.paths, &plan.id);
        }
    }
}

impl Book for TransientBook {
    fn running(&self, _: &Plan, _: &Processes) -> Result<()> {
        Ok(())
    }

    fn started(&self, _: &Plan) {}

    fn start_failed(&self, plan: &Plan, _: &StartFailure) {
        Self::leave_networks(plan);
    }

    fn ended(&self, plan: &Plan, _: Ended) {
        Self::leave_networks(plan);
    }

    fn announced(&self, _: &Plan, _: Option<&Path>, _: Ended) {}

    fn retire(&self, _: &Plan) -> Option<PathBuf> {
        None
    }

    fn delete(&self, _: &Plan, _: &Path) {}
}
