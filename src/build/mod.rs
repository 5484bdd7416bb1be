//! Builds: a Dockerfile becomes a graph of stages, and the graph an image.

pub mod builders;
pub mod cache;
pub mod history;
pub mod progress;
pub mod wish;

use crate::engine::host::Engine;
use crate::error::{Error, Kind, Result};
use crate::oci::digest::Digest;
use wish::BuildWish;

/// What a build gave.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Built {
    /// Of the image; a build that gave only files has none.
    pub id: Option<Digest>,
    /// What `--metadata-file` says: `containerimage.digest` and its like.
    pub metadata: serde_json::Value,
}

/// Builds what `wish` asks for.
///
/// # Errors
/// [`Kind::Unsupported`]: nothing builds yet.
pub fn build(_engine: &Engine, _wish: &BuildWish) -> Result<Built> {
    Err(Error::new(Kind::Unsupported, "build is not supported yet"))
}
