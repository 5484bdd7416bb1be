//! `--network container:NAME`: the network namespace of another container.

use crate::engine::host::Engine;
use crate::engine::state::State;
use crate::error::{Error, Kind, Result};
use crate::sys::process::Identity;

/// The first process of the container `name`, whose network namespace is to be shared.
///
/// # Errors
/// docker's words for one that does not run.
pub fn owner(engine: &Engine, name: &str) -> Result<Identity> {
    let id = engine.containers.find(name)?;
    match engine.observe(&id)? {
        State::Running { processes, .. } => Ok(processes.init),
        _ => Err(Error::new(
            Kind::Conflict,
            format!("cannot join network of a non running container: {id}"),
        )),
    }
}
