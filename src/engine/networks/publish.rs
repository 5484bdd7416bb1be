//! `update --publish-add` and `--publish-rm`, and what is published now.

use crate::engine::host::Engine;
use crate::error::{Error, Kind, Result};
use crate::ids::ContainerId;
use crate::network::port::{Publish, Published};

/// Publishes more ports of a running container.
pub fn add(_engine: &Engine, _container: &str, _ports: &[Publish]) -> Result<()> {
    Err(Error::new(Kind::Unsupported, "ports cannot be added yet"))
}

/// Takes back published ports of a running container: those that match.
pub fn remove(_engine: &Engine, _container: &str, _ports: &[Publish]) -> Result<()> {
    Err(Error::new(Kind::Unsupported, "ports cannot be taken back yet"))
}

/// What is published of a running container now; nothing for one that does not run.
pub fn published(engine: &Engine, container: &ContainerId) -> Vec<Published> {
    let text = std::fs::read(engine.sockets(container).join(FILE)).unwrap_or_default();
    serde_json::from_slice(&text).unwrap_or_default()
}

/// The file's name beside the container's sockets.
const FILE: &str = "ports.json";
