//! How much a container takes on disk.

use super::row::Size;
use crate::engine::host::Engine;
use crate::engine::record::Record;
use crate::ids::ContainerId;
use crate::storage::weigh::weigh;
use std::collections::HashMap;

/// Weighs containers. Layers are weighed once, since many containers share them.
#[derive(Debug)]
pub struct Scale<'a> {
    engine: &'a Engine,
    layers: HashMap<String, u64>,
}

impl<'a> Scale<'a> {
    /// A scale for the containers of one store.
    pub fn new(engine: &'a Engine) -> Self {
        Self { engine, layers: HashMap::new() }
    }

    /// What can be read of a container and its image: files of subordinate ids may hide some.
    pub fn weigh(&mut self, id: &ContainerId, record: Option<&Record>) -> Size {
        let own = weigh(&self.engine.containers.folder(id).join("upper"));
        let mut with_image = own;
        for layer in record.iter().flat_map(|record| &record.layers) {
            if let Some(known) = self.layers.get(layer) {
                with_image += known;
                continue;
            }
            let bytes = weigh(&self.engine.paths.data.join("layers").join(layer));
            self.layers.insert(layer.clone(), bytes);
            with_image += bytes;
        }
        Size { own, with_image }
    }
}
