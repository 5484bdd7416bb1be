//! `network connect` and `network disconnect`.

use super::joined::{self, Joined};
use super::place::{self, Place};
use super::wiring;
use crate::durable::{Durability, Lock, Sharing};
use crate::engine::files;
use crate::engine::host::Engine;
use crate::engine::record::Record;
use crate::engine::state::State;
use crate::engine::wish::{Join, NetworkWish};
use crate::error::{Context, Error, Kind, Result};
use crate::packet;
use crate::runtime::exec::SOCKET;
use crate::runtime::network::requests::{self, Around, Change};
use std::os::fd::AsFd;

/// Connects a container, running or not, to the network that `join` names.
///
/// # Errors
/// docker's words for one that is on it already, or whose network is not its own.
pub fn connect(engine: &Engine, container: &str, join: &Join) -> Result<()> {
    let record = engine.record(&engine.containers.find(container)?)?;
    has_networks(&record)?;
    let folder = engine.containers.folder(&record.id);
    let _lock = Lock::take(&folder.join("networks.lock"), Sharing::Exclusive)?;
    let new = joined::one(engine, join)?;
    let before = joined::read(&folder)?;
    if before.iter().any(|joined| joined.network == new.network) {
        let name = engine.containers.name(&record.id).unwrap_or_default();
        return Err(Error::new(
            Kind::Conflict,
            format!("endpoint with name {name} already exists in network {}", new.name),
        ));
    }
    let mut after = before.clone();
    after.push(new.clone());
    joined::write(&folder, &after, Durability::PowerCut)?;
    if !runs(engine, &record)? {
        return Ok(());
    }
    plug_in(engine, &record, &after, &new).inspect_err(|_| {
        place::release_one(&engine.paths, &new.network, &record.id);
        // The first failure is the one to tell.
        let _ = joined::write(&folder, &before, Durability::PowerCut);
    })
}

fn plug_in(engine: &Engine, record: &Record, joined: &[Joined], new: &Joined) -> Result<()> {
    let name = engine.containers.name(&record.id).unwrap_or_default();
    let before = place::current(engine, record, joined)?;
    let place = place::take_one(engine, record, &name, new, &place::free_interface(&before))?;
    let after = place::current(engine, record, joined)?;
    files::refresh(engine, record, &files::folder(engine, &record.id), &after)?;
    let cable = Box::new(wiring::cable(&record.wish, &place, false));
    tell(engine, record, Change::Connect { cable, around: around(engine, record, &after)? })
}

/// Takes a container off a network; by force also one whose record is gone.
///
/// # Errors
/// docker's words for one that is not on it.
pub fn disconnect(engine: &Engine, container: &str, network: &str, force: bool) -> Result<()> {
    let network = engine.networks().find(network)?;
    let found = engine.containers.find(container).and_then(|id| engine.record(&id));
    let record = match found {
        Ok(record) => record,
        Err(_) if force => return forget(engine, container, &network.id),
        Err(error) => return Err(error),
    };
    let folder = engine.containers.folder(&record.id);
    let _lock = Lock::take(&folder.join("networks.lock"), Sharing::Exclusive)?;
    let before = joined::read(&folder)?;
    let mut after = before.clone();
    after.retain(|joined| joined.network != network.id);
    if after.len() == before.len() {
        return Err(Error::new(
            Kind::Conflict,
            format!("container {} is not connected to network {}", record.id, network.name),
        ));
    }
    joined::write(&folder, &after, Durability::PowerCut)?;
    if !runs(engine, &record)? {
        return Ok(());
    }
    let gone =
        place::current(engine, &record, &before)?.into_iter().find(|place| place.network.id == network.id);
    place::release_one(&engine.paths, &network.id, &record.id);
    let Some(gone) = gone else { return Ok(()) };
    let places = place::current(engine, &record, &after)?;
    files::refresh(engine, &record, &files::folder(engine, &record.id), &places)?;
    let around = around(engine, &record, &places)?;
    tell(engine, &record, Change::Disconnect { interface: gone.endpoint.interface, around })
}

/// Endpoints of a container that is known by nothing else any more.
fn forget(engine: &Engine, container: &str, network: &str) -> Result<()> {
    let folder = crate::network::endpoint::folder(&engine.paths.runtime, network);
    let endpoints = crate::network::endpoint::read(&folder).what(|| "reading endpoints")?;
    for endpoint in endpoints {
        if endpoint.name == container || endpoint.container.to_string().starts_with(container) {
            place::release_one(&engine.paths, network, &endpoint.container);
        }
    }
    Ok(())
}

fn has_networks(record: &Record) -> Result<()> {
    let refused = |why: &str| Err(Error::new(Kind::Conflict, why.to_owned()));
    match record.wish.network {
        NetworkWish::Default | NetworkWish::Networks(_) => Ok(()),
        NetworkWish::None => refused(
            "container cannot be connected to multiple networks with one of the networks in private (none) mode",
        ),
        NetworkWish::Host | NetworkWish::Container(_) => refused(
            "container sharing network namespace with another container or host cannot be connected to any other network",
        ),
        NetworkWish::Pasta(_) => {
            refused("a container with a pasta of its own cannot be connected to networks")
        }
    }
}

fn runs(engine: &Engine, record: &Record) -> Result<bool> {
    Ok(matches!(engine.observe(&record.id)?, State::Running { .. }))
}

/// What changes with the networks: what the name server knows, and the default routes.
fn around(engine: &Engine, record: &Record, places: &[Place]) -> Result<Around> {
    let way_out = wiring::gateway_of(places).map(|number| &places[number]);
    let gateways = way_out.into_iter().flat_map(|place| {
        let gateways = place.network.pools.iter().map(|pool| pool.gateway);
        gateways.map(|gateway| (place.endpoint.interface.clone(), gateway))
    });
    Ok(Around { names: wiring::names(engine, &record.wish, places)?, gateways: gateways.collect() })
}

/// Tells the container's launcher.
pub(super) fn tell(engine: &Engine, record: &Record, change: Change) -> Result<()> {
    tell_with(engine, record, change, &[])
}

/// Tells the container's launcher, with sockets.
pub(super) fn tell_with(
    engine: &Engine,
    record: &Record,
    change: Change,
    sockets: &[std::os::fd::BorrowedFd<'_>],
) -> Result<()> {
    let what = || format!("changing the networks of container {}", record.id.short());
    let launcher = packet::connect(&engine.sockets(&record.id), SOCKET).what(what)?;
    requests::ask(launcher.as_fd(), change, sockets).what(what)
}
