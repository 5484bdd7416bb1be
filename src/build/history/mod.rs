//! The record of builds: what was built, when, and how it went.

pub mod record;

use crate::engine::host::Engine;
use crate::error::{Error, Kind, Result};
use record::Record;

/// The builds that are remembered, the latest first. Nothing remembers them yet.
///
/// # Errors
/// Of the file system.
pub fn list(_engine: &Engine) -> Result<Vec<Record>> {
    Ok(Vec::new())
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
/// Of the file system.
pub fn log(_engine: &Engine, record: &Record) -> Result<Vec<u8>> {
    Err(Error::new(Kind::NotFound, format!("no log of the build {} is kept", record.id)))
}

/// Forgets builds.
///
/// # Errors
/// Of the file system.
pub fn remove(_engine: &Engine, _records: &[Record]) -> Result<()> {
    Ok(())
}
