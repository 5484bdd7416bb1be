//! The layers of an image: which are missing, and how they come.

use super::{Digest, Error, ImageConfig, Kind, Making, Manifest, Progress, Repository, Result, Store};
use crate::engine::side_by_side;
use crate::storage::add::{MadeLayer, fetch_layer, remake_layer};
use crate::storage::partial::{Claim, Patience};
use std::collections::HashSet;
use std::io::{self, Read};

/// Layers that are fetched at once, at least: while one waits for the network, another is unpacked.
const AT_ONCE: usize = 3;

/// A layer of the image that is pulled.
#[derive(Debug, Clone)]
pub(super) struct Layer {
    pub(super) diff_id: Digest,
    pub(super) blob: Digest,
    size: u64,
    /// The beginning of the blob's digest, as docker shows it.
    name: String,
}

impl Layer {
    /// Those of an image, lowest first.
    pub(super) fn all_of(manifest: &Manifest, config: &ImageConfig) -> Result<Vec<Self>> {
        let diff_ids = &config.rootfs.diff_ids;
        if diff_ids.len() != manifest.layers.len() {
            let what = format!(
                "a manifest of {} layers over a configuration of {}",
                manifest.layers.len(),
                diff_ids.len()
            );
            return Err(Error::new(Kind::Invalid, what));
        }
        let layer = |(blob, diff_id): (&crate::oci::manifest::Descriptor, &Digest)| Self {
            diff_id: *diff_id,
            blob: blob.digest,
            size: blob.size,
            name: blob.digest.short(),
        };
        Ok(manifest.layers.iter().zip(diff_ids).map(layer).collect())
    }

    fn is_here(&self, store: &Store, making: &Making) -> Result<bool> {
        Ok(store.layers().info(&self.diff_id, &making.map)?.is_some())
    }

    /// Whether all are unpacked.
    pub(super) fn are_here(layers: &[Self], store: &Store, making: &Making) -> Result<bool> {
        Self::will_be_here(layers, &[], store, making)
    }

    /// Whether all are unpacked once those that were `made` are.
    pub(super) fn will_be_here(
        layers: &[Self],
        made: &[MadeLayer],
        store: &Store,
        making: &Making,
    ) -> Result<bool> {
        let made = made.iter().map(MadeLayer::diff_id).collect::<Result<HashSet<_>>>()?;
        for layer in layers {
            if !made.contains(&layer.diff_id) && !layer.is_here(store, making)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Those that are not unpacked, each once, the largest first, so that none is left for the end.
    fn missing(layers: &[Self], store: &Store, making: &Making) -> Result<Vec<Self>> {
        let mut missing = Vec::new();
        let mut seen = HashSet::new();
        for layer in layers {
            if seen.insert(layer.diff_id) && !layer.is_here(store, making)? {
                missing.push(layer.clone());
            }
        }
        missing.sort_by_key(|layer| std::cmp::Reverse(layer.size));
        Ok(missing)
    }
}

/// Says of every layer whether it is here.
pub(super) fn announce(layers: &[Layer], store: &Store, making: &Making, progress: &Progress) -> Result<()> {
    let mut seen = HashSet::new();
    for layer in layers.iter().filter(|layer| seen.insert(layer.diff_id)) {
        let here = layer.is_here(store, making)?;
        progress.step(&layer.name, if here { "Already exists" } else { "Pulling fs layer" });
    }
    Ok(())
}

/// Layers that were fetched and have no name yet.
pub(super) struct Made {
    pub(super) layers: Vec<MadeLayer>,
    /// As they are shown.
    pub(super) names: Vec<String>,
    /// No layer is left to another call.
    pub(super) is_whole: bool,
}

/// Fetches what is missing, but for what another call is fetching.
pub(super) fn fetch_missing(
    store: &Store,
    repository: &Repository,
    layers: &[Layer],
    making: &Making,
    progress: &Progress,
) -> Result<Made> {
    let missing = Layer::missing(layers, store, making)?;
    let fetch = |layer: &Layer| {
        let made = fetch_one(store, repository, layer, making, progress)?;
        Ok((layer.name.clone(), made))
    };
    let fetched = side_by_side::each(&missing, side_by_side::processors().max(AT_ONCE), fetch)?;
    let mut made = Made { layers: Vec::new(), names: Vec::new(), is_whole: true };
    for (name, layer) in fetched {
        match layer {
            Some(layer) => {
                made.layers.push(layer);
                made.names.push(name);
            }
            None => made.is_whole = false,
        }
    }
    Ok(made)
}

/// `None` when another call is at it.
fn fetch_one(
    store: &Store,
    repository: &Repository,
    layer: &Layer,
    making: &Making,
    progress: &Progress,
) -> Result<Option<MadeLayer>> {
    match store.blobs().claim(&layer.blob, layer.size, Patience::None)? {
        // Unpacked for other ids, or its tree was removed.
        Claim::Here => remake_layer(store, &layer.blob, &layer.diff_id, making).map(Some),
        Claim::Busy => Ok(None),
        Claim::Mine(partial) => {
            if partial.have() == layer.size {
                progress.step(&layer.name, "Download complete");
            }
            let rest = |from| {
                let source = repository.blob(&layer.blob, layer.size, from)?;
                Ok(Told { source, at: from, layer, progress })
            };
            fetch_layer(store, partial, rest, &layer.diff_id, making).map(Some)
        }
    }
}

/// Waits until no other call fetches a layer that is missing. Nothing may be claimed meanwhile: two that wait
/// for each other would do so for ever.
pub(super) fn wait_for_others(store: &Store, layers: &[Layer], making: &Making) -> Result<()> {
    for layer in Layer::missing(layers, store, making)? {
        drop(store.blobs().claim(&layer.blob, layer.size, Patience::Wait)?);
    }
    Ok(())
}

/// Tells how far a blob has come.
struct Told<'a, R> {
    source: R,
    at: u64,
    layer: &'a Layer,
    progress: &'a Progress,
}

impl<R: Read> Read for Told<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.source.read(buffer)?;
        self.at += count as u64;
        let Layer { name, size, .. } = self.layer;
        self.progress.advance(name, "Downloading", self.at, *size);
        if count > 0 && self.at == *size {
            self.progress.step(name, "Download complete");
        }
        Ok(count)
    }
}
