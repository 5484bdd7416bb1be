//! Starting a container: record, image and host become a plan, and the plan a process.

use super::host::Engine;
use super::networks::place::{self, Place};
use super::networks::{joined, shared, wiring};
use super::record::{Record, RecordedMount};
use super::state::State;
use super::supervise::StoreBook;
use super::wish::{NetworkWish, SeccompWish};
use super::{capabilities, copied, files, remove, tmpfs};
use crate::durable::{self, Lock};
use crate::error::{Context, Error, Kind, Result};
use crate::runtime::launch::{self, Way};
use crate::runtime::plan::{Console, Filters, Mount, Network, Plan, Process, Rootfs, Sharing};
use crate::runtime::seccomp::{self, Server};
use crate::runtime::stream::{Hello, Remedy, StartFailure};
use crate::userns::mapping::Mapping;
use std::collections::BTreeMap;
use std::os::fd::OwnedFd;
use std::path::PathBuf;
use std::time::{Duration, Instant};

/// docker's size of /dev/shm in bytes.
const SHM_SIZE: u64 = 64 * 1024 * 1024;

/// How the caller takes part.
#[derive(Debug, Clone, Copy, Default)]
pub struct Attachment {
    /// The streams it wants.
    pub hello: Hello,
    /// Columns and rows of its terminal.
    pub size: (u16, u16),
}

/// A container that runs.
#[derive(Debug)]
pub struct Started {
    /// Its monitor, with the caller as a client.
    pub monitor: OwnedFd,
    /// Why containers have only one id, and what mends it: told once a boot.
    pub note: Option<(String, String)>,
}

/// How a start went.
#[derive(Debug)]
pub enum Outcome {
    /// execve took place.
    Started(Started),
    /// It ran before.
    RunsAlready,
    /// It never came to run.
    Failed(StartFailure),
}

/// A monitor under way, and the U0 that it is in.
#[derive(Debug)]
pub struct Prepared {
    monitor: launch::Expected,
    way: Way,
    /// The maps of U0.
    pub mapping: Mapping,
    /// U0 is in the making: kept until the outcome is known.
    outer: Option<Lock>,
}

/// Begins a monitor: it gets ready while the caller still decides what it will run.
pub fn prepare(engine: &Engine, network: &NetworkWish) -> Result<Prepared> {
    let (way, mapping, outer) = engine.way()?;
    let monitor =
        launch::begin(&way, Sharing { network: namespace(engine, network)? }, &StoreBook::default())?;
    Ok(Prepared { monitor, way, mapping, outer })
}

/// Whose network namespace is wanted.
fn namespace(engine: &Engine, wish: &NetworkWish) -> Result<Network> {
    Ok(match wish {
        NetworkWish::Host => Network::Host,
        NetworkWish::Container(name) => Network::Of(shared::owner(engine, name)?),
        _ => Network::Own,
    })
}

/// Starts a container, unless it runs; with the monitor and the container's lock that are `ready`, where the same
/// call has created it.
///
/// # Errors
/// What goes wrong before there is a monitor.
pub fn start(
    engine: &Engine,
    record: &Record,
    attachment: Attachment,
    ready: Option<(Prepared, Lock)>,
) -> Result<Outcome> {
    let (mut prepared, lock) = match ready {
        Some((prepared, lock)) => (Some(prepared), Some(lock)),
        None => (None, free(engine, record)?),
    };
    let Some(lock) = lock else { return Ok(Outcome::RunsAlready) };
    let mut joins = 0;
    loop {
        let monitor = match prepared.take() {
            Some(monitor) => monitor,
            None => prepare(engine, &record.wish.network)?,
        };
        let failure = match attempt(engine, record, attachment, &lock, monitor) {
            Ok(Outcome::Failed(failure)) => failure,
            Ok(outcome) => return Ok(outcome),
            Err(error) => {
                place::release(&engine.paths, &record.id);
                abandon(engine, record, &lock)?;
                return Err(error);
            }
        };
        place::release(&engine.paths, &record.id);
        match failure.remedy {
            Remedy::CopyLayers if !is_copied(engine, record) => {
                copied::copy_layers(engine, record, &failure)?
            }
            Remedy::JoinAnother if joins < MOST_JOINS => {
                joins += 1;
                std::thread::sleep(Duration::from_millis(2));
            }
            _ => {
                abandon(engine, record, &lock)?;
                return Ok(Outcome::Failed(failure));
            }
        }
    }
}

/// How often a monitor may end just when it is joined before that is no accident any more.
const MOST_JOINS: u32 = 16;

fn is_copied(engine: &Engine, record: &Record) -> bool {
    engine.containers.folder(&record.id).join(copied::MARK).exists()
}

/// Takes the container's lock; `None` when it runs. A state that a dead monitor left is repaired first.
fn free(engine: &Engine, record: &Record) -> Result<Option<Lock>> {
    let since = Instant::now();
    while since.elapsed() < PATIENCE {
        if matches!(engine.observe(&record.id)?, State::Running { .. }) {
            return Ok(None);
        }
        if let Some(lock) = Lock::try_take(&engine.containers.lock(&record.id))? {
            let state = State::read(&engine.containers.folder(&record.id))?;
            return Ok((!matches!(state, State::Running { .. })).then_some(lock));
        }
        // Another call is starting it, or its last monitor is on its way out.
        std::thread::sleep(Duration::from_millis(2));
    }
    Err(Error::new(
        Kind::Conflict,
        format!("container {} is being started or stopped by another call", record.id.short()),
    ))
}

/// How long another call, or a monitor on its way out, may hold a container's lock.
const PATIENCE: Duration = Duration::from_secs(30);

/// A container with `--rm` that never came to run is removed, as docker does.
fn abandon(engine: &Engine, record: &Record, _lock: &Lock) -> Result<()> {
    if record.wish.remove {
        engine.enter()?;
        remove::take_away(engine, record)?;
    }
    Ok(())
}

fn attempt(
    engine: &Engine,
    record: &Record,
    attachment: Attachment,
    lock: &Lock,
    prepared: Prepared,
) -> Result<Outcome> {
    let Prepared { monitor, way, mapping, outer } = prepared;
    let mut plan = plan(engine, record, Home::of(engine, record)?, &mapping, attachment)?;
    plan.makes_outer = outer.is_some();
    let places = take_places(engine, record)?;
    shared::note(engine, &record.wish.network)?;
    files::refresh(engine, record, &files::folder(engine, &record.id), &places)?;
    plan.wiring = wiring::wiring(engine, record, &places)?;
    if plan.wiring.is_some() {
        plan.beside = filters();
    }
    let monitor = monitor.carry_out(&plan, lock.descriptor())?;
    let outcome = launch::outcome(&monitor, super::attach::show_stream)?;
    // The monitor is on record now: others may look for it.
    drop(outer);
    match outcome {
        Ok(()) => Ok(Outcome::Started(Started { monitor, note: note(engine, &way) })),
        Err(failure) => Ok(Outcome::Failed(failure)),
    }
}

/// Takes the container's places on its networks.
fn take_places(engine: &Engine, record: &Record) -> Result<Vec<Place>> {
    let joined = joined::read(&engine.containers.folder(&record.id))?;
    let name = engine.containers.name(&record.id).unwrap_or_default();
    place::take(engine, record, &name, &joined)
}

/// Of the processes beside a container.
pub(super) fn filters() -> Filters {
    let of = |server| seccomp::server_program(seccomp::Arch::native(), server).to_bytes();
    Filters { uplink: of(Server::Uplink), names: of(Server::Names), ports: of(Server::Ports) }
}

/// Once a boot is often enough.
fn note(engine: &Engine, way: &Way) -> Option<(String, String)> {
    let Way::Make(choice) = way else { return None };
    let reason = choice.single_because.as_ref()?;
    let mark = engine.paths.runtime.join("single-id.noted");
    if mark.exists() {
        return None;
    }
    durable::replace(&mark, b"").ok()?;
    Some(reason.note())
}

/// Where what belongs to one container is.
#[derive(Debug)]
pub(super) struct Home {
    /// Its folder in the store.
    pub(super) folder: PathBuf,
    /// Its folder of sockets.
    pub(super) sockets: PathBuf,
    /// Takes its changes.
    pub(super) upper: PathBuf,
    /// hosts, hostname and resolv.conf.
    pub(super) files: PathBuf,
}

impl Home {
    fn of(engine: &Engine, record: &Record) -> Result<Self> {
        let folder = engine.containers.folder(&record.id);
        let (upper, files) = (folder.join("upper"), shared::files(engine, record)?);
        Ok(Self { sockets: engine.sockets(&record.id), upper, files, folder })
    }
}

pub(super) fn plan(
    engine: &Engine,
    record: &Record,
    home: Home,
    mapping: &Mapping,
    attachment: Attachment,
) -> Result<Plan> {
    let wish = &record.wish;
    std::fs::create_dir_all(&home.sockets).what(|| format!("making {}", home.sockets.display()))?;
    let mount_point = engine.paths.data.join("mnt");
    match rustix::fs::mkdir(&mount_point, rustix::fs::Mode::from_raw_mode(0o711)) {
        Ok(()) | Err(rustix::io::Errno::EXIST) => {}
        Err(errno) => {
            return Err(std::io::Error::from(errno)).what(|| format!("making {}", mount_point.display()));
        }
    }
    Ok(Plan {
        id: record.id,
        paths: engine.paths.clone(),
        makes_outer: false,
        sockets: home.sockets,
        has_tty_group: mapping.groups.contains(5),
        attributes: attributes(record),
        remove: wish.remove,
        transient: false,
        stop_signal: record.stop_signal,
        hello: attachment.hello,
        console: Console {
            terminal: wish.tty,
            interactive: wish.interactive,
            stdin_once: wish.interactive && !wish.detach,
            size: attachment.size,
        },
        rootfs: Rootfs {
            layers_folder: engine.paths.data.join("layers"),
            layers: record.layers.clone(),
            upper: home.upper,
            work: home.folder.join("work"),
            mount_points: engine.store()?.mount_points()?,
            mount_point,
            volatile: wish.remove,
            read_only: wish.read_only,
            shm_size: wish.shm_size.unwrap_or(SHM_SIZE),
            privileged: wish.privileged,
            copied: home.folder.join(copied::MARK).exists(),
            files: files::mounts(&home.files, record),
            mounts: record.mounts.iter().map(|mount| planned(engine, mount)).collect::<Result<_>>()?,
        },
        sharing: Sharing { network: namespace(engine, &wish.network)? },
        wiring: None,
        beside: Filters::default(),
        hostname: record.hostname.clone(),
        process: process(record)?,
        pump_filter: seccomp::pump_program(seccomp::Arch::native()).to_bytes(),
        folder: home.folder,
    })
}

fn attributes(record: &Record) -> BTreeMap<String, String> {
    let mut attributes = record.labels.clone();
    attributes.insert("image".to_owned(), record.image_name.clone());
    attributes
}

fn planned(engine: &Engine, mount: &RecordedMount) -> Result<Mount> {
    Ok(match mount.clone() {
        RecordedMount::Bind { source, target, read_only, recursive } => {
            Mount::Bind { source: source.into(), target, read_only, recursive }
        }
        RecordedMount::Volume { name, target, read_only, .. } => {
            engine.volumes().ensure(&name)?;
            Mount::Bind { source: engine.volumes().data(&name), target, read_only, recursive: false }
        }
        RecordedMount::Tmpfs { target, options } => tmpfs::planned(target, &options)?,
    })
}

/// What the container's first process is; `exec` begins with the same.
pub fn process(record: &Record) -> Result<Process> {
    let wish = &record.wish;
    let bounding = capabilities::bounding(&wish.cap_add, &wish.cap_drop, wish.privileged)?;
    let mut arguments = vec![record.path.clone()];
    arguments.extend(record.arguments.iter().cloned());
    let directory = &record.working_directory;
    Ok(Process {
        arguments,
        environment: environment(record),
        working_directory: if directory.is_empty() { "/".to_owned() } else { directory.clone() },
        user: record.user.clone(),
        capabilities: bounding,
        no_new_privileges: wish.security.no_new_privileges,
        limits: limits(record),
        filter: filter(record, bounding)?,
        init: wish.init,
    })
}

/// docker puts HOSTNAME, and TERM with a terminal, behind the PATH.
fn environment(record: &Record) -> Vec<String> {
    let has = |key: &str| record.environment.iter().any(|entry| entry.starts_with(key));
    let mut all: Vec<String> =
        record.environment.iter().filter(|entry| entry.starts_with("PATH=")).cloned().collect();
    if !has("HOSTNAME=") {
        all.push(format!("HOSTNAME={}", record.hostname));
    }
    if record.wish.tty && !has("TERM=") {
        all.push("TERM=xterm".to_owned());
    }
    all.extend(record.environment.iter().filter(|entry| !entry.starts_with("PATH=")).cloned());
    all
}

/// No core dumps of strangers' programs on the host, unless asked for.
fn limits(record: &Record) -> Vec<(String, u64, u64)> {
    let mut limits: Vec<(String, u64, u64)> =
        record.wish.ulimits.iter().map(|limit| (limit.name.clone(), limit.soft, limit.hard)).collect();
    if !limits.iter().any(|(name, ..)| name == "core") {
        limits.push(("core".to_owned(), 0, 0));
    }
    limits
}

fn filter(record: &Record, bounding: u64) -> Result<Vec<u8>> {
    let arch = seccomp::Arch::native();
    match &record.wish.security.seccomp {
        SeccompWish::Default if record.wish.privileged => Ok(Vec::new()),
        SeccompWish::Unconfined => Ok(Vec::new()),
        SeccompWish::Default => {
            let is_386 = record.platform == "linux/386";
            Ok(seccomp::default_program(arch, bounding, is_386).to_bytes())
        }
        SeccompWish::Profile(text) => {
            let profile = seccomp::Profile::parse(text)?;
            Ok(profile.program(arch, bounding, kernel_version())?.to_bytes())
        }
    }
}

/// Major and minor version of the running kernel.
fn kernel_version() -> (u32, u32) {
    let uname = rustix::system::uname();
    let release = uname.release().to_string_lossy();
    let mut numbers = release.split(|c: char| !c.is_ascii_digit()).map(|number| number.parse().unwrap_or(0));
    (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0))
}

/// A start that failed, as an error with docker's exit code.
pub fn failure(failure: &StartFailure) -> Error {
    Error::new(kind_of(failure), failure.message.clone())
}

/// What docker's exit code for a failed start stands for.
pub fn kind_of(failure: &StartFailure) -> Kind {
    match failure.code {
        126 => Kind::NotExecutable,
        127 => Kind::CommandNotFound,
        _ => Kind::System,
    }
}
