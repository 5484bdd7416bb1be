//! Where no overlay can be mounted, a container gets a copy of its image's layers.

use super::host::Engine;
use super::record::Record;
use crate::durable::{self, Durability};
use crate::error::{Error, Kind, Result};
use crate::runtime::stream::StartFailure;
use crate::storage::flatten::flatten;

/// The file in a container's folder that says its upper folder is the whole tree.
pub const MARK: &str = "copied";

/// Copies the layers of `record` into its upper folder; says on standard error why.
///
/// # Errors
/// Of the copy; the container can still be started once an overlay is possible, or be removed.
pub fn copy_layers(engine: &Engine, record: &Record, refused: &StartFailure) -> Result<()> {
    let note = format!("note: {}: the image is copied for this container instead\n", refused.message);
    let _ = std::io::Write::write_all(&mut std::io::stderr(), note.as_bytes());
    let folder = engine.containers.folder(&record.id);
    let layers: Vec<_> =
        record.layers.iter().rev().map(|layer| engine.paths.data.join("layers").join(layer)).collect();
    let upper = folder.join("upper");
    engine
        .in_outer(|_, _| {
            // What a killed copy left is begun anew.
            let _ = std::fs::remove_dir_all(&upper);
            std::fs::create_dir(&upper)
                .map_err(|cause| Error::new(Kind::System, "making the copy's folder").why(cause))?;
            flatten(&layers, &upper)
        })
        .map_err(|_| Error::new(Kind::System, "copying the image's layers failed"))?;
    durable::put(&folder.join(MARK), b"", Durability::PowerCut)
}
