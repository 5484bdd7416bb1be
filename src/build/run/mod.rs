//! `RUN`: one process start on an overlay, whose upper directory becomes the layer.

pub(in crate::build) mod cache_mount;
pub mod emulation;
mod mounts;
mod secrets;
mod stubs;

pub use mounts::Needs;
pub use secrets::Secrets;
pub use stubs::Stubs;

use super::stage::RunStep;
use super::wish::BuildWish;
use crate::dockerfile::ast::RunNetwork;
use crate::durable::Lock;
use crate::engine::host::Engine;
use crate::engine::record::{Record, VERSION};
use crate::engine::transient::{self, Transient};
use crate::engine::wish::{Join, NetworkWish, SeccompWish, SecurityWish, Wish};
use crate::error::{Error, Kind, Result};
use crate::ids::ContainerId;
use crate::oci::digest::Digest;
use crate::packet;
use crate::runtime::stream;
use crate::userns::mapping::Mapping;
use jiff::Timestamp;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use std::collections::BTreeMap;
use std::os::fd::{AsFd, OwnedFd};
use std::path::{Path, PathBuf};
use std::time::Instant;

/// The host name that BuildKit gives its steps.
const HOST_NAME: &str = "buildkitsandbox";

/// A command that runs.
#[derive(Debug)]
pub struct Running {
    /// Its output, and its end.
    pub monitor: OwnedFd,
    /// What it was started as.
    pub record: Record,
    /// Places that were made for its mounts.
    pub stubs: Stubs,
    /// Caches that nobody else may change meanwhile.
    _locks: Vec<Lock>,
}

impl Running {
    /// Waits until its monitor has gone, which is after all it ran; no longer than until `deadline`.
    pub fn ended_by(&self, deadline: Instant) {
        let mut buffer = vec![0u8; packet::BODY];
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            let timeout = Timespec { tv_sec: left.as_secs() as i64, tv_nsec: left.subsec_nanos().into() };
            let mut polled = [PollFd::new(&self.monitor, PollFlags::IN)];
            if left.is_zero() || !poll(&mut polled, Some(&timeout)).is_ok_and(|count| count > 0) {
                return;
            }
            if !matches!(stream::hear(self.monitor.as_fd(), &mut buffer), Ok(Some(_))) {
                return;
            }
        }
    }
}

/// What a command is started with.
#[derive(Debug)]
pub struct Start<'a> {
    /// The engine.
    pub engine: &'a Engine,
    /// What was asked for.
    pub wish: &'a BuildWish,
    /// The command.
    pub step: &'a RunStep,
    /// The layers below, the topmost first.
    pub layers: &'a [String],
    /// Their id map.
    pub layer_key: &'a str,
    /// `os/arch`.
    pub platform: &'a str,
    /// A folder of its own.
    pub folder: &'a Path,
    /// What takes its changes.
    pub upper: PathBuf,
    /// The ids there are.
    pub mapping: &'a Mapping,
}

/// Starts a command; `None` when a cache that it wants alone is in use: to be tried again.
pub fn start(start: &Start<'_>, needs: &Needs<'_>) -> Result<Option<Running>> {
    let Some(prepared) = mounts::prepare(start.step, needs, start.folder)? else { return Ok(None) };
    let stubs = Stubs::of(needs.tree, &prepared.mounts)?;
    let mut environment = start.step.environment.clone();
    environment.extend(start.step.proxies.iter().cloned());
    environment.extend(prepared.environment);
    let record = record(start, environment)?;
    let transient = Transient {
        record: &record,
        folder: start.folder,
        upper: start.upper.clone(),
        mounts: prepared.mounts,
        mapping: start.mapping,
    };
    let monitor = transient::start(start.engine, transient).inspect_err(|_| {
        transient::forget(start.engine, &record);
    })?;
    Ok(Some(Running { monitor, record, stubs, _locks: prepared.locks }))
}

/// A container nobody will find in a list, confined as every other.
fn record(start: &Start<'_>, environment: Vec<String>) -> Result<Record> {
    let step = start.step;
    let mut words = step.arguments.iter().cloned();
    let path = words.next().ok_or_else(|| Error::usage("a RUN without a command"))?;
    Ok(Record {
        version: VERSION,
        id: ContainerId::random()?,
        created: Timestamp::now(),
        command_line: Vec::new(),
        wish: wish(start)?,
        image: Digest::of(b""),
        image_name: String::new(),
        platform: start.platform.to_owned(),
        layers: start.layers.to_vec(),
        layer_key: start.layer_key.to_owned(),
        path,
        arguments: words.collect(),
        environment,
        labels: BTreeMap::new(),
        user: step.user.clone(),
        working_directory: step.directory.clone(),
        hostname: HOST_NAME.to_owned(),
        mounts: Vec::new(),
        entrypoint: None,
        command: None,
        exposed: Vec::new(),
        stop_signal: libc::SIGTERM,
    })
}

fn wish(start: &Start<'_>) -> Result<Wish> {
    let Start { wish: build, step, .. } = start;
    let allows = |entitlement: &str| build.allow.iter().any(|allowed| allowed == entitlement);
    let refused = |what: &str, entitlement: &str| {
        Error::new(Kind::Denied, format!("{what} is not allowed"))
            .fix(format!("give leave by --allow {entitlement}"))
    };
    let network = match step.network {
        RunNetwork::None => NetworkWish::None,
        RunNetwork::Host if !allows("network.host") => {
            return Err(refused("RUN --network=host", "network.host"));
        }
        RunNetwork::Host => NetworkWish::Host,
        RunNetwork::Default => network(build.network.as_deref()),
    };
    if step.insecure && !allows("security.insecure") {
        return Err(refused("RUN --security=insecure", "security.insecure"));
    }
    let seccomp = if step.insecure { SeccompWish::Unconfined } else { SeccompWish::Default };
    Ok(Wish {
        network,
        privileged: step.insecure,
        security: SecurityWish { seccomp, no_new_privileges: false },
        extra_hosts: build.extra_hosts.clone(),
        ulimits: build.ulimits.clone(),
        shm_size: build.shm_size,
        egress: build.egress.clone(),
        ..Wish::default()
    })
}

/// `--network` of the build.
fn network(word: Option<&str>) -> NetworkWish {
    match word {
        None | Some("" | "default" | "bridge") => NetworkWish::Default,
        Some("none") => NetworkWish::None,
        Some("host") => NetworkWish::Host,
        Some(name) => NetworkWish::Networks(vec![Join { network: name.to_owned(), ..Join::default() }]),
    }
}
