//! Which networks a container is on: decided when it is created, changed by `network connect` and
//! `disconnect`, whether it runs or not. What it has there while it runs is its endpoint
//! ([`crate::network::endpoint`]).

use super::fit::fit;
use crate::durable::{self, Durability};
use crate::engine::host::Engine;
use crate::engine::wish::{Join, NetworkWish};
use crate::error::{Context, Error, Kind, Result};
use crate::network::definition::DEFAULT;
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
    on_record(folder).map(Option::unwrap_or_default)
}

/// The same; `None` for one that never had networks of its own, other than one that was taken off the last.
pub fn on_record(folder: &Path) -> Result<Option<Vec<Joined>>> {
    let path = folder.join(FILE);
    match std::fs::read(&path) {
        Ok(text) => serde_json::from_slice(&text).map(Some).map_err(|error| {
            Error::new(Kind::Invalid, format!("{} is damaged", path.display()))
                .why(error)
                .fix("rcon rm -f removes the container")
        }),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error).what(|| format!("reading {}", path.display())),
    }
}

/// The networks that a new container is to be on.
///
/// # Errors
/// docker's words for one that is not there, and for addresses on a network that chooses them itself.
pub fn of(engine: &Engine, wish: &NetworkWish) -> Result<Vec<Joined>> {
    let default = Join { network: DEFAULT.to_owned(), ..Join::default() };
    match wish {
        NetworkWish::Default => Ok(vec![one(engine, &default)?]),
        NetworkWish::Networks(joins) => {
            joins.iter().map(|join| one(engine, join).map_err(setting_up)).collect()
        }
        NetworkWish::None | NetworkWish::Host | NetworkWish::Container(_) | NetworkWish::Pasta(_) => {
            Ok(Vec::new())
        }
    }
}

/// docker's words around it.
fn setting_up(error: Error) -> Error {
    match error.kind {
        Kind::NotFound => {
            Error::new(Kind::NotFound, format!("failed to set up container networking: {error}"))
                .fix("rcon network ls lists the networks; rcon network create makes one")
        }
        _ => error,
    }
}

/// One network that a container is to be on.
pub fn one(engine: &Engine, join: &Join) -> Result<Joined> {
    let network = engine.networks().find(&join.network)?;
    let unfit = |why: &str| Error::usage(format!("invalid endpoint settings:\n{why}"));
    if network.is_default() && (join.ipv4.is_some() || join.ipv6.is_some()) {
        return Err(unfit("user specified IP address is supported on user defined networks only"));
    }
    if network.is_default() && !join.aliases.is_empty() {
        return Err(unfit("network-scoped aliases are only supported for user-defined networks"));
    }
    fit(&network, join).map_err(|why| unfit(&why))?;
    Ok(Joined { network: network.id, name: network.name, join: join.clone() })
}

/// Writes them into the folder of a container that nobody sees yet.
pub fn draft(folder: &Path, joined: &[Joined], durability: Durability) -> Result<()> {
    match joined {
        [] => Ok(()),
        joined => durable::draft(&folder.join(FILE), &text(joined)?, 0o600, durability),
    }
}

/// Replaces them.
pub fn write(folder: &Path, joined: &[Joined], durability: Durability) -> Result<()> {
    durable::put(&folder.join(FILE), &text(joined)?, durability)
}

fn text(joined: &[Joined]) -> Result<Vec<u8>> {
    serde_json::to_vec(joined).what(|| "writing a container's networks")
}
