//! `rcon load`: the images of an archive into the store.

use super::side_by_side;
use crate::error::{Context, Result};
use crate::oci::digest::Digest;
use crate::storage::Store;
use crate::storage::add::{Expected, MadeLayer, NewImage, make_layer, publish};
use crate::storage::archive::{self, ArchivedImage, ArchivedLayer, Members};
use crate::storage::layers::Making;
use crate::storage::tags::TagName;
use std::collections::HashMap;
use std::fmt;
use std::fs::File;

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

fn make_layers(store: &Store, layers: &[ArchivedLayer], making: &Making) -> Result<Vec<MadeLayer>> {
    side_by_side::each(layers, side_by_side::processors(), |layer| {
        let expected = Expected { diff_id: Some(layer.diff_id), blob: layer.blob };
        make_layer(store, layer.section.clone(), expected, making)
    })
}
