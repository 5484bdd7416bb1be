//! Pruning: what nobody needs, and what killed calls left. This process must be in U0, where files of
//! subordinate ids can be deleted.

mod filter;

pub use filter::{Filters, Keys};

use super::host::Engine;
use super::list::{self, Selection, Standing};
use super::remove::remove_stopped;
use super::uses;
use crate::error::{Error, Result};
use crate::ids::ContainerId;
use crate::storage::prune;
use crate::storage::remove::Removed;
use crate::storage::weigh::weigh;
use std::collections::BTreeMap;

/// What pruning took.
#[derive(Debug, Default)]
pub struct Pruned {
    /// Each as docker tells it.
    pub lines: Vec<String>,
    /// Bytes that are free now.
    pub freed: u64,
    /// What could not be removed, and why.
    pub failed: Vec<Error>,
}

impl Pruned {
    fn took(&mut self, line: String, freed: u64) {
        self.lines.push(line);
        self.freed += freed;
    }
}

/// Removes the containers that do not run.
pub fn containers(engine: &Engine, filters: &Filters) -> Result<Pruned> {
    let mut pruned = Pruned { freed: leftovers(engine), ..Pruned::default() };
    let everything = Selection { all: true, ..Selection::default() };
    for seen in list::list(engine, &everything)? {
        let labels = seen.record.map(|record| record.labels).unwrap_or_default();
        if matches!(seen.standing, Standing::Running { .. }) || !filters.accept(Some(seen.created), &labels) {
            continue;
        }
        let freed = weigh(&engine.containers.folder(&seen.id));
        match remove_stopped(engine, &seen.id) {
            Ok(true) => pruned.took(seen.id.to_string(), freed),
            Ok(false) => {}
            Err(error) => pruned.failed.push(error),
        }
    }
    Ok(pruned)
}

/// Removes folders of containers that killed calls left; gives the bytes that are free now.
fn leftovers(engine: &Engine) -> u64 {
    let left = engine.containers.leftovers();
    // Another call may be at it too.
    left.iter()
        .map(|folder| {
            let size = weigh(folder);
            std::fs::remove_dir_all(folder).map_or(0, |()| size)
        })
        .sum()
}

/// Removes the images that no container needs: those without a name, or `all`.
pub fn images(engine: &Engine, filters: &Filters, all: bool) -> Result<Pruned> {
    let store = engine.store()?;
    let all = filters.all.unwrap_or(all);
    let taken = prune::prune(
        &store,
        || uses::uses(engine),
        |image, names| {
            // An image whose configuration cannot be read has no labels.
            let labels = || store.images().config(&image.id).map(|it| it.config.labels).unwrap_or_default();
            (all || names.is_empty()) && filters.accept(image.created.parse().ok(), &labels())
        },
    )?;
    let lines = taken.removed.iter().map(|removed| match removed {
        Removed::Untagged(name) => format!("untagged: {name}"),
        Removed::Deleted(digest) => format!("deleted: {digest}"),
    });
    Ok(Pruned { lines: lines.collect(), freed: taken.freed, failed: Vec::new() })
}

/// Removes the volumes that no container needs: those that were made without a name, or `all`.
///
/// # Errors
/// When it is not known what a container needs; nothing is removed then.
pub fn volumes(engine: &Engine, filters: &Filters, all: bool) -> Result<Pruned> {
    // Whoever makes a container holds this lock from its volumes to its record.
    let _lock = engine.store()?.lock_for_removing()?;
    let links = uses::volumes(engine)?;
    let volumes = engine.volumes();
    let mut pruned = Pruned { freed: volumes.sweep(), ..Pruned::default() };
    let all = filters.all.unwrap_or(all);
    for name in volumes.names()? {
        let labels = volumes.get(&name).map_or_else(|_| BTreeMap::new(), |volume| volume.labels);
        let chosen = all || is_anonymous(&name);
        if !chosen || links.contains_key(&name) || !filters.accept(None, &labels) {
            continue;
        }
        let freed = weigh(&volumes.data(&name));
        match volumes.remove(&name) {
            Ok(()) => pruned.took(name, freed),
            Err(error) => pruned.failed.push(error),
        }
    }
    Ok(pruned)
}

/// Volumes that were made without a name have 64 random digits for one.
fn is_anonymous(name: &str) -> bool {
    ContainerId::parse(name).is_some()
}
