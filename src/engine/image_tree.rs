//! `rcon image tree`: the layers of an image, and what lies on them.

use crate::error::Result;
use crate::oci::config::chain_ids;
use crate::oci::digest::Digest;
use crate::storage::Store;
use crate::storage::images::{ImageRecord, no_such_image};

/// A layer with what lies on it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layer {
    /// Its chain id: what it is, and on what it lies.
    pub id: Digest,
    /// Bytes of file contents.
    pub size: u64,
    /// Names of the images that end here; the beginning of the id of one without.
    pub tops: Vec<String>,
    /// What lies on it.
    pub above: Vec<Layer>,
}

/// An image and its layers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tree {
    /// The image.
    pub id: Digest,
    /// Its names.
    pub tags: Vec<String>,
    /// Bytes of file contents.
    pub size: u64,
    /// Its layers, the lowest first and each for itself; or its topmost with all that lies on it.
    pub layers: Vec<Layer>,
}

/// Which layers are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shown {
    /// Those of the image.
    Own,
    /// Its topmost one, and those of images that are built on it.
    Dependent,
}

/// The layers of the image `target` names.
pub fn tree(store: &Store, target: &str, shown: Shown) -> Result<Tree> {
    let id = store.resolve(target)?;
    let record = store.images().get(&id)?.ok_or_else(|| no_such_image(target))?;
    let all: Vec<Stack> =
        store.images().list()?.iter().map(|image| Stack::of(store, image)).collect::<Result<_>>()?;
    let own = Stack::of(store, &record)?;
    let layers = match (shown, own.layers.last()) {
        (Shown::Own, _) => own.layers.iter().map(|layer| bare(*layer, &all)).collect(),
        (Shown::Dependent, Some(top)) => {
            let height = own.layers.len();
            let on_it: Vec<&Stack> = all.iter().filter(|stack| stack.at(height - 1) == Some(top.0)).collect();
            vec![Layer { above: above(&on_it, height, &all), ..bare(*top, &all) }]
        }
        (Shown::Dependent, None) => Vec::new(),
    };
    let tags = store.images().tags(&id)?.iter().map(|tag| tag.name.familiar().to_owned()).collect();
    Ok(Tree { id, tags, size: record.size, layers })
}

/// The layers of one image, the lowest first: chain id and size.
struct Stack {
    names: Vec<String>,
    layers: Vec<(Digest, u64)>,
}

impl Stack {
    fn of(store: &Store, image: &ImageRecord) -> Result<Self> {
        let diff_ids: Vec<Digest> = image.layers.iter().map(|layer| layer.diff_id).collect();
        let sizes = image.layers.iter().map(|layer| layer.size);
        let tags = store.images().tags(&image.id)?;
        let mut names: Vec<String> = tags.iter().map(|tag| tag.name.familiar().to_owned()).collect();
        if names.is_empty() {
            names.push(image.id.short());
        }
        Ok(Self { names, layers: chain_ids(&diff_ids).into_iter().zip(sizes).collect() })
    }

    fn at(&self, height: usize) -> Option<Digest> {
        self.layers.get(height).map(|layer| layer.0)
    }
}

fn bare((id, size): (Digest, u64), all: &[Stack]) -> Layer {
    let ending = all.iter().filter(|stack| stack.layers.last().is_some_and(|top| top.0 == id));
    Layer { id, size, tops: ending.flat_map(|stack| stack.names.clone()).collect(), above: Vec::new() }
}

/// What lies at `height` in `stacks`, which are the same below. As deep as images have layers.
fn above(stacks: &[&Stack], height: usize, all: &[Stack]) -> Vec<Layer> {
    let mut layers: Vec<Layer> = Vec::new();
    for layer in stacks.iter().filter_map(|stack| stack.layers.get(height)) {
        if layers.iter().any(|known| known.id == layer.0) {
            continue;
        }
        let on_it: Vec<&Stack> =
            stacks.iter().copied().filter(|stack| stack.at(height) == Some(layer.0)).collect();
        layers.push(Layer { above: above(&on_it, height + 1, all), ..bare(*layer, all) });
    }
    layers
}
