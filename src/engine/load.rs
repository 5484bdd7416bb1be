//! `rcon load`: the images of an archive into the store.

use crate::error::{Context, Error, Kind, Result};
use crate::oci::digest::Digest;
use crate::storage::Store;
use crate::storage::add::{Expected, MadeLayer, NewImage, make_layer, publish};
use crate::storage::archive::{self, ArchivedImage, ArchivedLayer, Members};
use crate::storage::layers::Making;
use crate::storage::tags::TagName;
use std::collections::HashMap;
use std::fmt;
use std::fs::File;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

/// One line of what was loaded; displayed as docker does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Loaded {
    /// An image with a name.
    Tag(TagName),
    /// One without.
    Id(Digest),
}

impl fmt::Display for Loaded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tag(name) => write!(f, "Loaded image: {}", name.familiar()),
            Self::Id(id) => write!(f, "Loaded image ID: {id}"),
        }
    }
}

/// Loads every image of `input`: a docker-archive or an oci-archive, compressed or not, a file or a pipe;
/// or the directory of an OCI image layout.
///
/// Names in the archive are set as they are, also when another image here has them (as docker does).
///
/// # Errors
/// Nothing was added then.
pub fn load(store: &Store, input: File, making: &Making) -> Result<Vec<Loaded>> {
    store.tidy()?;
    let _lock = store.lock_for_adding()?;
    let members = match input.metadata().what(|| "looking at the archive")?.is_dir() {
        true => Members::below(input.into()),
        false => Members::read(archive::spool(store, input, making.limits)?)?,
    };
    let images = archive::read(&members)?;
    let layers = make_layers(store, &missing_layers(store, &images, making)?, making)?;
    let names: Vec<Vec<TagName>> = images.iter().map(|image| image.names.clone()).collect();
    let ids = publish(store, layers, images.into_iter().map(new_image).collect(), &making.map)?;
    Ok(ids.into_iter().zip(names).flat_map(|(id, names)| lines(id, names)).collect())
}

fn lines(id: Digest, names: Vec<TagName>) -> Vec<Loaded> {
    match names.is_empty() {
        true => vec![Loaded::Id(id)],
        false => names.into_iter().map(Loaded::Tag).collect(),
    }
}

fn new_image(image: ArchivedImage) -> NewImage {
    NewImage {
        blobs: image.layers.iter().map(|layer| layer.blob).collect(),
        config_bytes: image.config_bytes,
        config: image.config,
        manifest: image.manifest,
        names: image.names,
        repo_digests: Vec::new(),
        parent: None,
    }
}

/// Each layer that is not here once, the largest first, so that none is left for the end.
fn missing_layers(store: &Store, images: &[ArchivedImage], making: &Making) -> Result<Vec<ArchivedLayer>> {
    let mut missing: HashMap<Digest, &ArchivedLayer> = HashMap::new();
    for layer in images.iter().flat_map(|image| &image.layers) {
        if store.layers().info(&layer.diff_id, &making.map)?.is_none() {
            missing.entry(layer.diff_id).or_insert(layer);
        }
    }
    let mut missing: Vec<ArchivedLayer> = missing.into_values().cloned().collect();
    missing.sort_by_key(|layer| std::cmp::Reverse(layer.section.size()));
    Ok(missing)
}

/// Unpacks layers side by side, one thread per processor. The first failure ends the others' turn.
fn make_layers(store: &Store, layers: &[ArchivedLayer], making: &Making) -> Result<Vec<MadeLayer>> {
    let threads = std::thread::available_parallelism().map_or(1, usize::from).min(layers.len());
    let (next, failed) = (AtomicUsize::new(0), AtomicBool::new(false));
    let made = Mutex::new(Vec::new());
    let work = || {
        while !failed.load(Ordering::Relaxed)
            && let Some(layer) = layers.get(next.fetch_add(1, Ordering::Relaxed))
        {
            let expected = Expected { diff_id: Some(layer.diff_id), blob: layer.blob };
            let result = make_layer(store, layer.section.clone(), expected, making);
            failed.fetch_or(result.is_err(), Ordering::Relaxed);
            made.lock().unwrap_or_else(std::sync::PoisonError::into_inner).push(result);
        }
    };
    std::thread::scope(|scope| {
        for _ in 1..threads {
            // Without another thread the work is done by this one.
            let _ = std::thread::Builder::new().spawn_scoped(scope, work);
        }
        work();
    });
    let made = made.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
    let made = made.into_iter().collect::<Result<Vec<_>>>()?;
    match made.len() == layers.len() {
        true => Ok(made),
        false => Err(Error::new(Kind::System, "a layer was not unpacked")),
    }
}
