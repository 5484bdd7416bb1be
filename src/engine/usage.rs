//! How much the store takes on disk. This process must be in U0, where files of subordinate ids can be read.

use super::host::Engine;
use super::list::{self, Seen, Selection, Standing};
use super::record::RecordedMount;
use crate::error::Result;
use crate::oci::digest::Digest;
use crate::storage::Store;
use crate::storage::images::ImageRecord;
use crate::storage::weigh::weigh;
use std::collections::{BTreeMap, HashMap, HashSet};

/// What everything takes.
#[derive(Debug)]
pub struct Usage {
    /// Newest first.
    pub images: Vec<ImageUsage>,
    /// Bytes of all layers of images, each once.
    pub layers: u64,
    /// Bytes of the layers that only images without a container have.
    pub reclaimable_layers: u64,
    /// Newest first.
    pub containers: Vec<ContainerUsage>,
    /// By name.
    pub volumes: Vec<VolumeUsage>,
}

/// What an image takes, in bytes of file contents.
#[derive(Debug)]
pub struct ImageUsage {
    /// The image.
    pub record: ImageRecord,
    /// The first of its names as docker shows it, and the tag.
    pub name: Option<(String, String)>,
    /// Of its layers that other images have as well.
    pub shared: u64,
    /// How many containers were made of it.
    pub containers: usize,
}

/// What a container takes.
#[derive(Debug)]
pub struct ContainerUsage {
    /// The container.
    pub seen: Seen,
    /// Bytes of what it changed.
    pub size: u64,
}

impl ContainerUsage {
    /// Whether it runs: docker counts those as active.
    pub fn runs(&self) -> bool {
        matches!(self.seen.standing, Standing::Running { .. })
    }
}

/// What a volume takes.
#[derive(Debug)]
pub struct VolumeUsage {
    /// Its name.
    pub name: String,
    /// How many containers use it.
    pub links: usize,
    /// Bytes.
    pub size: u64,
}

/// Measures everything.
pub fn measure(engine: &Engine) -> Result<Usage> {
    let seen = list::list(engine, &Selection { all: true, ..Selection::default() })?;
    let store = engine.store()?;
    let made_of = count(seen.iter().filter_map(|seen| Some(seen.record.as_ref()?.image)));
    let records = store.images().list()?;
    let (layers, reclaimable_layers) = layers(&records, &made_of);
    Ok(Usage {
        images: images(&store, records, &made_of)?,
        layers,
        reclaimable_layers,
        volumes: volumes(engine, &seen)?,
        containers: seen.into_iter().map(|seen| container(engine, seen)).collect(),
    })
}

fn count<T: std::hash::Hash + Eq>(items: impl Iterator<Item = T>) -> HashMap<T, usize> {
    let mut counts = HashMap::new();
    items.for_each(|item| *counts.entry(item).or_default() += 1);
    counts
}

/// The bytes of all layers, and of those that no image with a container has.
fn layers(images: &[ImageRecord], made_of: &HashMap<Digest, usize>) -> (u64, u64) {
    let mut sizes: BTreeMap<Digest, (u64, bool)> = BTreeMap::new();
    for image in images {
        let used = made_of.contains_key(&image.id);
        for layer in &image.layers {
            sizes.entry(layer.diff_id).or_insert((layer.size, false)).1 |= used;
        }
    }
    let all = sizes.values().map(|(size, _)| size).sum();
    (all, sizes.values().filter(|(_, used)| !used).map(|(size, _)| size).sum())
}

fn images(
    store: &Store,
    records: Vec<ImageRecord>,
    made_of: &HashMap<Digest, usize>,
) -> Result<Vec<ImageUsage>> {
    let tags = store.tags().list()?;
    let owners = count(records.iter().flat_map(|image| distinct(image).into_keys()));
    let usage = |record: ImageRecord| {
        let name = tags.iter().find(|tag| tag.image == record.id).map(|tag| tag.name.familiar());
        let is_shared = |layer: &Digest| owners.get(layer).is_some_and(|owners| *owners > 1);
        ImageUsage {
            name: name.and_then(|name| name.rsplit_once(':')).map(|(name, tag)| (name.into(), tag.into())),
            shared: distinct(&record)
                .iter()
                .filter(|(layer, _)| is_shared(layer))
                .map(|(_, size)| size)
                .sum(),
            containers: made_of.get(&record.id).copied().unwrap_or_default(),
            record,
        }
    };
    Ok(records.into_iter().map(usage).collect())
}

/// The layers of an image and their sizes: one that it has twice lies on the disk once.
fn distinct(image: &ImageRecord) -> BTreeMap<Digest, u64> {
    image.layers.iter().map(|layer| (layer.diff_id, layer.size)).collect()
}

fn container(engine: &Engine, seen: Seen) -> ContainerUsage {
    let size = weigh(&engine.containers.folder(&seen.id).join("upper"));
    ContainerUsage { seen, size }
}

fn volumes(engine: &Engine, seen: &[Seen]) -> Result<Vec<VolumeUsage>> {
    let volumes_of = |seen: &Seen| {
        let mounts = seen.record.iter().flat_map(|record| &record.mounts);
        let names = mounts.filter_map(|mount| match mount {
            RecordedMount::Volume { name, .. } => Some(name.clone()),
            _ => None,
        });
        names.collect::<HashSet<String>>()
    };
    let links = count(seen.iter().flat_map(volumes_of));
    let volumes = engine.volumes();
    let usage = |name: String| VolumeUsage {
        links: links.get(&name).copied().unwrap_or_default(),
        size: weigh(&volumes.data(&name)),
        name,
    };
    Ok(volumes.names()?.into_iter().map(usage).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::storage::images::LayerRef;

    fn image(layers: &[(&str, u64)]) -> ImageRecord {
        let layer = |(name, size): &(&str, u64)| LayerRef {
            diff_id: Digest::of(name.as_bytes()),
            size: *size,
            blob: None,
        };
        let names: Vec<&str> = layers.iter().map(|(name, _)| *name).collect();
        ImageRecord {
            id: Digest::of(names.concat().as_bytes()),
            manifest: None,
            layers: layers.iter().map(layer).collect(),
            size: 0,
            architecture: String::new(),
            os: String::new(),
            created: String::new(),
            added: String::new(),
            last_tagged: String::new(),
            repo_digests: Vec::new(),
            parent: None,
            extra: serde_json::Map::new(),
        }
    }

    #[test]
    fn a_layer_counts_once_and_is_reclaimable_when_no_image_in_use_has_it() {
        let records = [image(&[("a", 1), ("b", 2)]), image(&[("a", 1), ("c", 4)])];
        assert_eq!(layers(&records, &HashMap::new()), (7, 7));
        assert_eq!(layers(&records, &HashMap::from([(records[0].id, 3)])), (7, 4));
    }
}
