//! The record of builds: what was built, when, and how it went.
//!
//! ```text
//! build/history/<id>/   lock (held alone while the build runs), record.json, log
//! ```
//!
//! The newest 50 stay. A record that says its build runs, and whose lock is free, is that of one that was killed.

mod describe;
mod log;
pub mod record;
mod recording;
mod redact;

pub use recording::Recording;

use super::identity;
use crate::durable::Lock;
use crate::engine::host::Engine;
use crate::error::{Context, Error, Kind, Result};
use crate::storage::Store;
use jiff::Timestamp;
use record::{Record, Status};
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Builds that are remembered.
const MOST: usize = 50;
/// Files of a build.
const RECORD: &str = "record.json";
const LOG: &str = "log";
const LOCK: &str = "lock";
/// A folder this young may be that of a build that has not written its record yet.
const YOUNG: Duration = Duration::from_secs(10);

/// The builds that are remembered, the latest first.
///
/// # Errors
/// Of the file system.
pub fn list(engine: &Engine) -> Result<Vec<Record>> {
    all(&engine.store()?)
}

/// The one build that `typed` names: an id, the unique beginning of one, `^0` for the latest, `^1` for the one
/// before, or nothing for the latest.
///
/// # Errors
/// [`Kind::NotFound`] in buildx's words; [`Kind::Conflict`] when several begin so.
pub fn find(engine: &Engine, typed: &str) -> Result<Record> {
    record::choose(list(engine)?, typed)
}

/// What the build printed, as `--progress=plain` shows it.
///
/// # Errors
/// [`Kind::NotFound`] when it was not kept; of the file system.
pub fn log(engine: &Engine, record: &Record) -> Result<Vec<u8>> {
    match std::fs::read(folder(&engine.store()?, &record.id)?.join(LOG)) {
        Err(cause) if cause.kind() == io::ErrorKind::NotFound => {
            Err(Error::new(Kind::NotFound, format!("no log of the build {} is kept", record.id)))
        }
        read => read.what(|| format!("reading the log of the build {}", record.id)),
    }
}

/// Forgets builds.
///
/// # Errors
/// [`Kind::Conflict`] for one that runs; of the file system. The others are forgotten all the same.
pub fn remove(engine: &Engine, records: &[Record]) -> Result<()> {
    let store = engine.store()?;
    let one = |record: &Record| match record.status {
        Status::Running => Err(Error::new(Kind::Conflict, format!("the build {} runs", record.id))),
        _ => forget(&folder(&store, &record.id)?),
    };
    let all: Vec<Result<()>> = records.iter().map(one).collect();
    all.into_iter().collect()
}

/// Since when builds have been running without a pause; `None` when none runs.
///
/// # Errors
/// Of the file system.
pub fn running_since(engine: &Engine) -> Result<Option<Timestamp>> {
    running_in(&engine.store()?)
}

/// The same of a store.
pub(super) fn running_in(store: &Store) -> Result<Option<Timestamp>> {
    let running = all(store)?.into_iter().filter(|record| record.status == Status::Running);
    Ok(running.map(|record| record.created).min())
}

fn all(store: &Store) -> Result<Vec<Record>> {
    let mut records: Vec<Record> = folders(store)?.iter().filter_map(|folder| read(folder)).collect();
    records.sort_by(|one, other| (other.created, &other.id).cmp(&(one.created, &one.id)));
    Ok(records)
}

/// The folder of all builds' records.
fn place(store: &Store) -> Result<PathBuf> {
    store.build_cache().folder("history")
}

/// The folder of one. What was damaged by hand leads nowhere else.
fn folder(store: &Store, id: &str) -> Result<PathBuf> {
    match identity::is_one(id) {
        true => Ok(place(store)?.join(id)),
        false => Err(Error::new(Kind::Invalid, format!("`{id}` is no id of a build"))),
    }
}

fn folders(store: &Store) -> Result<Vec<PathBuf>> {
    let place = place(store)?;
    let entries = std::fs::read_dir(&place).what(|| format!("reading {}", place.display()))?;
    let ours = entries.flatten().filter(|entry| entry.file_name().to_str().is_some_and(identity::is_one));
    Ok(ours.map(|entry| entry.path()).collect())
}

/// The record in `folder`; what is damaged is none.
fn read(folder: &Path) -> Option<Record> {
    let mut record: Record = serde_json::from_slice(&std::fs::read(folder.join(RECORD)).ok()?).ok()?;
    let name = folder.file_name()?.to_str()?;
    if record.status == Status::Running && !runs(folder) {
        // It may have ended between the two looks.
        record = serde_json::from_slice(&std::fs::read(folder.join(RECORD)).ok()?).ok()?;
        if record.status == Status::Running {
            record.status = Status::Error;
            record.error = Some("the build was killed".to_owned());
            let written = std::fs::metadata(folder.join(LOG)).and_then(|data| data.modified()).ok();
            let written = written.and_then(|time| Timestamp::try_from(time).ok());
            record.completed = Some(written.unwrap_or(record.created).max(record.created));
        }
    }
    (record.id == name).then_some(record)
}

/// Whether the build that has this folder runs.
fn runs(folder: &Path) -> bool {
    matches!(Lock::try_take_shared(&folder.join(LOCK)), Ok(None))
}

/// Removes the oldest builds but for so many, and what killed calls left.
fn sweep(store: &Store) -> Result<()> {
    for record in all(store)?.iter().skip(MOST - 1).filter(|record| record.status != Status::Running) {
        forget(&folder(store, &record.id)?)?;
    }
    let is_young = |folder: &Path| {
        let made = std::fs::metadata(folder).and_then(|data| data.modified());
        made.is_ok_and(|time| time.elapsed().is_ok_and(|age| age < YOUNG))
    };
    for folder in folders(store)?.iter().filter(|folder| read(folder).is_none()) {
        if !is_young(folder) && !runs(folder) {
            forget(folder)?;
        }
    }
    Ok(())
}

fn forget(folder: &Path) -> Result<()> {
    match std::fs::remove_dir_all(folder) {
        Err(cause) if cause.kind() != io::ErrorKind::NotFound => Err(cause).what(|| "forgetting a build"),
        _ => Ok(()),
    }
}
