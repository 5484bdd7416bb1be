//! The cache of steps.

pub mod entry;

use crate::engine::host::Engine;
use crate::error::Result;
use entry::{Entry, PruneWish};

/// What the cache holds. Nothing fills it yet.
///
/// # Errors
/// Of the file system.
pub fn list(_engine: &Engine) -> Result<Vec<Entry>> {
    Ok(Vec::new())
}

/// Removes what `wish` asks for, and gives what went.
///
/// # Errors
/// Of the file system.
pub fn prune(_engine: &Engine, _wish: &PruneWish) -> Result<Vec<Entry>> {
    Ok(Vec::new())
}
