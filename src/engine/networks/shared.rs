//! `--network container:NAME`: the network namespace of another container.

use crate::durable;
use crate::engine::host::Engine;
use crate::engine::record::Record;
use crate::engine::state::State;
use crate::engine::wish::NetworkWish;
use crate::error::{Error, Kind, Result};
use crate::ids::ContainerId;
use crate::runtime::network::SHARED;
use crate::sys::process::Identity;
use std::path::PathBuf;

/// The first process of the container `name`, whose network namespace is to be shared.
///
/// # Errors
/// docker's words for one that does not run.
pub fn owner(engine: &Engine, name: &str) -> Result<Identity> {
    match engine.observe(&find(engine, name)?)? {
        State::Running { processes, .. } => Ok(processes.init),
        other => Err(Error::new(
            Kind::Conflict,
            format!(
                "cannot join network namespace of a non running container: container {name} is {}",
                other.name()
            ),
        )
        .fix(format!("rcon start {name}"))),
    }
}

/// Leaves word that the network of the container `name` is shared: it must not keep its addresses when that one ends
/// and they are given to others.
pub fn note(engine: &Engine, wish: &NetworkWish) -> Result<()> {
    let NetworkWish::Container(name) = wish else { return Ok(()) };
    durable::replace(&engine.sockets(&find(engine, name)?).join(SHARED), b"")
}

/// The container `name`.
///
/// # Errors
/// docker's words for one that is not there.
pub fn find(engine: &Engine, name: &str) -> Result<ContainerId> {
    engine
        .containers
        .find(name)
        .map_err(|error| Error::new(error.kind, format!("joining network namespace of container: {error}")))
}

/// Where the files are that say who a container is on its networks: its own, or those of the container whose
/// network it shares, as docker has it.
pub fn files(engine: &Engine, record: &Record) -> Result<PathBuf> {
    let id = match &record.wish.network {
        NetworkWish::Container(name) => engine.containers.find(name)?,
        _ => record.id,
    };
    Ok(engine.containers.folder(&id).join("etc"))
}
