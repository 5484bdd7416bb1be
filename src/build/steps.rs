//! What the steps of a build have given, for caches that others are to have.

use crate::oci::digest::Digest;
use serde::{Deserialize, Serialize};

/// A step that was built, or that a cache had.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BuiltStep {
    /// Digests of all it depends on; a copy may have two.
    pub keys: Vec<Digest>,
    /// The layer it gave.
    pub diff_id: Digest,
    /// In words: `RUN make`.
    #[serde(default)]
    pub description: String,
}
