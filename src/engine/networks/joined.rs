//! Which networks a container is on: decided when it is created, changed by `network connect` and
//! `disconnect`, whether it runs or not. What it has there while it runs is its endpoint
//! ([`crate::network::endpoint`]).

use crate::durable::{self, Durability};
use crate::engine::wish::Join;
use crate::error::{Context, Error, Kind, Result};
use serde::{Deserialize, Serialize};
use std::path::Path;

/// The file's name in a container's folder.
const FILE: &str = "networks.json";

/// One network that a container is on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Joined {
    /// The network's id.
    pub network: String,
    /// The network's name.
    pub name: String,
    /// What was asked for.
    pub join: Join,
}

/// The networks of the container in `folder`; none for one that has the host's, another's or no network.
pub fn read(folder: &Path) -> Result<Vec<Joined>> {
    let path = folder.join(FILE);
    match std::fs::read(&path) {
        Ok(text) => serde_json::from_slice(&text).map_err(|error| {
            Error::new(Kind::Invalid, format!("{} is damaged", path.display()))
                .why(error)
                .fix("rcon rm -f removes the container")
        }),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(error) => Err(error).what(|| format!("reading {}", path.display())),
    }
}

/// Replaces them.
pub fn write(folder: &Path, joined: &[Joined], durability: Durability) -> Result<()> {
    let text = serde_json::to_vec(joined).what(|| "writing a container's networks")?;
    durable::put(&folder.join(FILE), &text, durability)
}
