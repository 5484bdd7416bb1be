//! Whether the store is whole: its documents, its blobs, its layers, and how each is made whole again.
//!
//! Whoever checks holds the lock for adding, so that nothing goes meanwhile; whoever mends documents or layers
//! the lock for removing, since others may look at what is replaced.

mod blobs;
mod documents;
mod layers;

pub use blobs::{BlobRole, Blobs};
pub use layers::{Source, damaged_layers, mend_layer};

use super::images::ImageRecord;
use crate::oci::digest::Digest;
use std::fmt;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Something the store keeps of images.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Object {
    /// The record of an image.
    Record(Digest),
    /// A name, by its file.
    Name(String),
    /// A blob.
    Blob(Digest),
    /// An unpacked layer.
    Layer(Digest),
}

impl fmt::Display for Object {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Record(id) => write!(f, "record of image {}", id.short()),
            Self::Name(file) => write!(f, "name {file}"),
            Self::Blob(digest) => write!(f, "blob {digest}"),
            Self::Layer(diff_id) => write!(f, "layer {diff_id}"),
        }
    }
}

/// An object that is not as it should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Damage {
    /// Which.
    pub object: Object,
    /// What is wrong with it.
    pub what: String,
}

/// The images that need an object.
pub fn images_with(images: &[ImageRecord], object: &Object) -> Vec<Digest> {
    let needs = |image: &&ImageRecord| match object {
        Object::Record(id) => image.id == *id,
        Object::Name(_) => false,
        Object::Blob(digest) => super::remove::blobs_of(image).contains(digest),
        Object::Layer(diff_id) => image.layers.iter().any(|layer| layer.diff_id == *diff_id),
    };
    images.iter().filter(needs).map(|image| image.id).collect()
}

/// Looks at each of `items`, on every processor, and gives what was found in their order.
fn side_by_side<T: Sync, R: Send>(items: &[T], look: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let threads = std::thread::available_parallelism().map_or(1, usize::from).min(items.len());
    let next = AtomicUsize::new(0);
    let found = Mutex::new(Vec::new());
    let work = || {
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            let Some(item) = items.get(at) else { break };
            let seen = look(item);
            found.lock().unwrap_or_else(std::sync::PoisonError::into_inner).push((at, seen));
        }
    };
    std::thread::scope(|scope| {
        for _ in 1..threads {
            // Without another thread the work is done by this one.
            let _ = std::thread::Builder::new().spawn_scoped(scope, work);
        }
        work();
    });
    let mut found = found.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
    found.sort_by_key(|(at, _)| *at);
    found.into_iter().map(|(_, seen)| seen).collect()
}
