//! Layers made here: the upper directory of an overlay becomes a layer as it lies, and is read once to learn
//! the digest of its tar. No tree is compared with another.
//!
//! | in the directory | in the tar |
//! |---|---|
//! | character device 0:0 | `.wh.NAME` |
//! | `user.overlay.opaque=y` | `.wh..wh..opq` in that directory |
//! | other `user.overlay.*` | nothing: notes of overlayfs to itself |
//! | sockets | nothing: no tar has them, and they are removed |
//!
//! The tar is the same for the same tree: sorted by name, no access times, no names of users, and no time later
//! than the one that the caller gives.

mod header;
mod stream;
mod walk;

pub use stream::Stream;

use super::Store;
use super::layers::{LayerInfo, Making, Staged, new_file, open_directory};
use super::skeleton::Draft;
use crate::durable;
use crate::error::{Context, Result};
use std::path::PathBuf;
use walk::Walk;

/// A folder that will be a layer: what is put into [`Self::diff`] is what it holds.
#[derive(Debug)]
pub struct Capture(Staged);

impl Store {
    /// Begins a layer, beside the layers. Not one of them before it is published.
    pub fn begin_capture(&self, making: &Making) -> Result<Capture> {
        self.layers().begin(&making.map).map(Capture)
    }
}

impl Capture {
    /// Where its files go: an upper directory of overlayfs.
    pub fn diff(&self) -> PathBuf {
        self.0.path().join("diff")
    }

    /// Name of the folder that [`Self::diff`] has among the layers, as an overlay is given it.
    pub fn layer(&self) -> String {
        format!("{}/diff", self.0.name())
    }

    /// Reads the files and writes down what a layer needs beside them. Times later than `latest`, in seconds since
    /// 1970, become that. This process must be in U0, and nobody may be writing there any more.
    pub fn describe(&self, latest: i64) -> Result<LayerInfo> {
        let path = self.0.path();
        let root = open_directory(&path.join("diff"))?;
        let skeleton = path.join("skeleton");
        let writing = || "writing the skeleton of a layer";
        let draft = Draft::begin(new_file(&skeleton)?).what(writing)?;
        let walked = Walk::new(draft, &root, latest).all();
        let (taken, diff_id, tar_size) = walked.what(|| "reading the files of a layer")?;
        let info = LayerInfo {
            diff_id,
            tar_size,
            size: taken.size,
            entries: taken.entries,
            skipped: taken.skipped,
            extra: serde_json::Map::new(),
        };
        let bytes = serde_json::to_vec(&info).what(|| "writing layer.json")?;
        durable::replace(&path.join("layer.json"), &bytes)?;
        Ok(info)
    }

    /// Complete, with what [`Self::describe`] has said; perhaps in another process.
    pub fn complete(self, info: LayerInfo) -> Staged {
        self.0.with(info)
    }
}
