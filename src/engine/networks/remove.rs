//! `network rm` and `network prune`.

use super::show::endpoints;
use crate::engine::host::Engine;
use crate::engine::prune::{Filters, Pruned};
use crate::error::{Error, Kind, Result};
use crate::network::definition::Definition;
use crate::network::endpoint;
use crate::storage::networks::{Held, is_fixed};

/// Removes the network that `word` names.
///
/// # Errors
/// docker's words for one that containers are on, and for one that is always there.
pub fn remove(engine: &Engine, word: &str) -> Result<()> {
    let networks = engine.networks();
    let held = networks.lock()?;
    let network = networks.find(word)?;
    if is_fixed(&network.name) {
        return networks.remove(&held, &network);
    }
    let active: Vec<String> = endpoints(engine, &network)?
        .iter()
        .map(|endpoint| {
            let short = endpoint.id.get(..12).unwrap_or(&endpoint.id);
            format!("name:{:?} id:{short:?}", endpoint.name)
        })
        .collect();
    match active.is_empty() {
        true => take_away(engine, &held, &network),
        false => Err(Error::new(
            Kind::Conflict,
            format!(
                "error while removing network: network {} has active endpoints ({})",
                network.name,
                active.join(", ")
            ),
        )
        .fix("stop these containers, or take them off: rcon network disconnect NETWORK CONTAINER")),
    }
}

/// Removes the networks that no container is on.
pub fn prune(engine: &Engine, filters: &Filters) -> Result<Pruned> {
    let networks = engine.networks();
    let held = networks.lock()?;
    let mut pruned = Pruned::default();
    for network in networks.all()? {
        let meant = !is_fixed(&network.name) && filters.accept(Some(network.created), &network.labels);
        if !meant || !endpoints(engine, &network)?.is_empty() {
            continue;
        }
        match take_away(engine, &held, &network) {
            Ok(()) => pruned.lines.push(network.name),
            Err(error) => pruned.failed.push(error),
        }
    }
    Ok(pruned)
}

fn take_away(engine: &Engine, held: &Held, network: &Definition) -> Result<()> {
    engine.networks().remove(held, network)?;
    // Empty, or with what was left of containers that are gone: nobody looks there any more.
    let _ = std::fs::remove_dir_all(endpoint::folder(&engine.paths.runtime, &network.id));
    Ok(())
}
