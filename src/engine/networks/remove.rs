//! `network rm` and `network prune`.

use super::show::endpoints;
use super::wiring::bridge_name;
use crate::engine::host::Engine;
use crate::engine::prune::{Filters, Pruned};
use crate::error::{Context, Error, Kind, Result};
use crate::network::definition::Definition;
use crate::network::endpoint;
use crate::network::hub::Hub;
use crate::network::links::Links;
use crate::storage::networks::{Held, is_fixed};
use std::os::fd::AsFd;

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

/// While containers of other networks run, the bridge is still there, with addresses that another network may
/// want. When it cannot be removed, it goes with the last of them.
fn remove_bridge(engine: &Engine, network: &Definition) {
    let Some(hub) = Hub::at(&Hub::folder(&engine.paths)).find() else { return };
    let bridge = bridge_name(network);
    let _ = engine.in_outer(|_, _| {
        Hub::enter(hub.as_fd())
            .and_then(|()| Links::new().remove(&bridge))
            .what(|| format!("removing the bridge {bridge}"))
    });
}

fn take_away(engine: &Engine, held: &Held, network: &Definition) -> Result<()> {
    engine.networks().remove(held, network)?;
    remove_bridge(engine, network);
    // Empty, or with what was left of containers that are gone: nobody looks there any more.
    let _ = std::fs::remove_dir_all(endpoint::folder(&engine.paths.runtime, &network.id));
    Ok(())
}
