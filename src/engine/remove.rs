//! Removing containers.

use super::host::Engine;
use super::networks::place;
use super::record::{Record, RecordedMount};
use super::state::State;
use crate::durable::{Lock, Sharing};
use crate::error::{Context, Error, Kind, Result};
use crate::ids::ContainerId;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// How to remove.
#[derive(Debug, Clone, Copy, Default)]
pub struct Options {
    /// A running container is killed first.
    pub force: bool,
    /// Its anonymous volumes go along.
    pub volumes: bool,
}

/// Removes container `id`, called `word` by the user. This process must be in U0, where files of
/// subordinate ids can be deleted.
///
/// # Errors
/// docker's words for a running container without `force`.
pub fn remove(engine: &Engine, id: &ContainerId, word: &str, options: Options) -> Result<()> {
    // A state that cannot be read must not keep its container from being removed.
    if matches!(engine.observe(id), Ok(State::Running { .. })) {
        if !options.force {
            let name = engine.containers.name(id).unwrap_or_else(|| word.to_owned());
            return Err(Error::new(
                Kind::Conflict,
                format!(
                    "cannot remove container \"/{name}\": container is running: stop the container before removing or force remove"
                ),
            ));
        }
        engine.kill_and_wait(id)?;
    }
    // A monitor that is about to leave still holds it.
    let _lock = match Lock::take(&engine.containers.lock(id), Sharing::Exclusive) {
        Err(error) if engine.containers.folder(id).exists() => return Err(error),
        lock => lock,
    };
    if !engine.containers.folder(id).exists() {
        // Its monitor (--rm) or another call has removed it.
        return Ok(());
    }
    let volumes = match engine.record(id) {
        Ok(record) if options.volumes || record.wish.remove => anonymous_volumes(&record),
        _ => Vec::new(),
    };
    let retired = retire(engine, id, &volumes)?;
    delete(engine, id, &retired)
}

/// Who starts a container holds its lock from before its state says so, and a monitor that is about to leave for a
/// moment longer: neither takes long.
const PATIENCE: Duration = Duration::from_secs(2);

/// The lock of a container that does not run; `None` when it does, or is gone.
fn lock_of_stopped(engine: &Engine, id: &ContainerId) -> Result<Option<Lock>> {
    let folder = engine.containers.folder(id);
    let since = Instant::now();
    while since.elapsed() < PATIENCE {
        let lock = match Lock::try_take(&engine.containers.lock(id)) {
            Err(error) if folder.exists() => return Err(error),
            Err(_) => return Ok(None),
            Ok(lock) => lock,
        };
        if matches!(State::read(&folder), Ok(State::Running { .. })) {
            return Ok(None);
        }
        if lock.is_some() {
            return Ok(lock);
        }
        std::thread::sleep(Duration::from_millis(2));
    }
    Ok(None)
}

/// Removes container `id` unless it runs or somebody is at it; whether it did. This process must be in U0.
pub fn remove_stopped(engine: &Engine, id: &ContainerId) -> Result<bool> {
    let Some(_lock) = lock_of_stopped(engine, id)? else { return Ok(false) };
    let volumes = match engine.record(id) {
        Ok(record) if record.wish.remove => anonymous_volumes(&record),
        _ => Vec::new(),
    };
    let retired = retire(engine, id, &volumes)?;
    delete(engine, id, &retired)?;
    Ok(true)
}

/// Removes a container that has ended and whose lock the caller holds, with its anonymous volumes.
pub fn take_away(engine: &Engine, record: &Record) -> Result<()> {
    let retired = retire(engine, &record.id, &anonymous_volumes(record))?;
    delete(engine, &record.id, &retired)
}

/// The volumes that go with the container.
pub fn anonymous_volumes(record: &Record) -> Vec<String> {
    let anonymous = |mount: &RecordedMount| match mount {
        RecordedMount::Volume { name, anonymous: true, .. } => Some(name.clone()),
        _ => None,
    };
    record.mounts.iter().filter_map(anonymous).collect()
}

/// Takes the container out of sight, with the volumes of these names; gives the folder that is left.
pub fn retire(engine: &Engine, id: &ContainerId, volumes: &[String]) -> Result<PathBuf> {
    let retired = engine.containers.retire(id)?;
    // A call that was killed between taking them and the start has left them.
    place::release(&engine.paths, id);
    volumes.iter().try_for_each(|volume| engine.volumes().remove(volume))?;
    Ok(retired)
}

/// Deletes what is left of a retired container, and what killed calls left.
pub fn delete(engine: &Engine, id: &ContainerId, retired: &Path) -> Result<()> {
    engine.containers.forget_name(id, retired)?;
    remove_tree(&engine.sockets(id))?;
    remove_tree(retired)?;
    for leftover in engine.containers.leftovers() {
        // Another call may be at it too.
        let _ = std::fs::remove_dir_all(leftover);
    }
    Ok(())
}

fn remove_tree(folder: &Path) -> Result<()> {
    match std::fs::remove_dir_all(folder) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(error).what(|| format!("deleting {}", folder.display()))
        }
        _ => Ok(()),
    }
}
