//! `update --publish-add` and `--publish-rm`, and what is published now.

use super::connect::{tell, tell_with};
use super::of;
use crate::durable;
use crate::engine::host::Engine;
use crate::engine::record::Record;
use crate::engine::state::State;
use crate::error::{Context, Error, Kind, Result};
use crate::ids::ContainerId;
use crate::network::port::{Publish, Published};
use crate::runtime::network::requests::{Change, SOCKETS};
use crate::runtime::network::{self, PUBLISHED};
use std::os::fd::{AsFd, BorrowedFd};

/// Publishes more ports of a running container.
///
/// # Errors
/// docker's words for a port that is taken; then none is published.
pub fn add(engine: &Engine, container: &str, ports: &[Publish]) -> Result<()> {
    let record = running(engine, container)?;
    // The sockets are made here, in the host's network namespace, and handed over.
    let listeners = network::bind(ports)?;
    for some in listeners.chunks(SOCKETS) {
        let published = some.iter().map(|(published, _)| *published).collect();
        let sockets: Vec<BorrowedFd<'_>> = some.iter().map(|(_, socket)| socket.as_fd()).collect();
        tell_with(engine, &record, Change::Publish(published), &sockets)?;
    }
    let mut wanted = wanted(engine, &record);
    wanted.extend(ports.iter().filter(|port| !wanted.contains(port)).cloned().collect::<Vec<_>>());
    keep(engine, &record, &wanted)
}

/// Takes back published ports of a running container: those that match.
///
/// # Errors
/// When one matches nothing.
pub fn remove(engine: &Engine, container: &str, ports: &[Publish]) -> Result<()> {
    let record = running(engine, container)?;
    let published = published(engine, &record.id);
    let mut gone: Vec<Published> = Vec::new();
    for port in ports {
        let found: Vec<Published> = published.iter().filter(|one| matches(port, one)).copied().collect();
        if found.is_empty() {
            return Err(Error::new(
                Kind::NotFound,
                format!("No public port '{}' published for {container}", port.container),
            )
            .fix(format!("rcon port {container} lists what is published")));
        }
        gone.extend(found);
    }
    tell(engine, &record, Change::Unpublish(gone.clone()))?;
    let mut wanted = wanted(engine, &record);
    wanted.retain(|publish| !gone.iter().any(|published| matches(publish, published)));
    keep(engine, &record, &wanted)
}

/// What is to be published of a container when it starts: what it was created with, unless that was changed.
pub fn wanted(engine: &Engine, record: &Record) -> Vec<Publish> {
    let changed = std::fs::read(engine.containers.folder(&record.id).join(WANTED)).ok();
    changed.and_then(|text| serde_json::from_slice(&text).ok()).unwrap_or_else(|| record.wish.publish.clone())
}

/// The file of the container that says what is to be published, where that was changed.
const WANTED: &str = "publish.json";

fn keep(engine: &Engine, record: &Record, wanted: &[Publish]) -> Result<()> {
    let text = serde_json::to_vec(wanted).what(|| "writing down published ports")?;
    durable::write(&engine.containers.folder(&record.id).join(WANTED), &text)
}

fn matches(wanted: &Publish, published: &Published) -> bool {
    wanted.container == published.container
        && wanted.address.is_none_or(|address| address == published.address)
        && wanted.host.is_none_or(|(first, last)| (first..=last).contains(&published.host))
}

fn running(engine: &Engine, container: &str) -> Result<Record> {
    let record = engine.record(&engine.containers.find(container)?)?;
    if !matches!(engine.observe(&record.id)?, State::Running { .. }) {
        return Err(Error::new(Kind::Conflict, format!("container {} is not running", record.id)));
    }
    match of::has_ports(&record.wish.network) {
        true => Ok(record),
        false => Err(Error::usage("ports can be published only of containers with networks of their own")),
    }
}

/// What is published of a running container now; nothing for one that does not run.
pub fn published(engine: &Engine, container: &ContainerId) -> Vec<Published> {
    let text = std::fs::read(engine.sockets(container).join(PUBLISHED)).unwrap_or_default();
    serde_json::from_slice(&text).unwrap_or_default()
}
