//! Unpacked layers: each is what its blob holds.

use super::{Damage, Object, side_by_side};
use crate::error::{Context, Error, Kind, Result};
use crate::oci::digest::Digest;
use crate::storage::Store;
use crate::storage::add::HEADROOM;
use crate::storage::compression::{Hashing, Plain};
use crate::storage::images::ImageRecord;
use crate::storage::layers::{Making, OwnerMode, Tar};
use crate::storage::unpack::{Depth, Differences, compare};
use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::io;

/// A layer, and the blob it can be unpacked from, where there is one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// The layer.
    pub diff_id: Digest,
    /// As it came, compressed.
    pub blob: Option<Digest>,
}

impl Source {
    /// Each layer of `images` once.
    pub fn of(images: &[ImageRecord]) -> Vec<Self> {
        let mut sources: BTreeMap<Digest, Option<Digest>> = BTreeMap::new();
        for layer in images.iter().flat_map(|image| &image.layers) {
            let blob = layer.blob.as_ref().map(|blob| blob.digest);
            let known = sources.entry(layer.diff_id).or_default();
            *known = known.or(blob);
        }
        sources.into_iter().map(|(diff_id, blob)| Self { diff_id, blob }).collect()
    }
}

/// The layers that are missing or not what their blobs hold, as far as those can be read. This process must
/// be in U0.
pub fn damaged_layers(store: &Store, sources: &[Source], making: &Making, depth: Depth) -> Vec<Damage> {
    let looked = side_by_side(sources, |source| {
        wrong(store, source, making, depth).unwrap_or_else(|error| Some(error.to_string()))
    });
    let found = sources.iter().zip(looked);
    found
        .filter_map(|(source, what)| Some(Damage { object: Object::Layer(source.diff_id), what: what? }))
        .collect()
}

fn wrong(store: &Store, source: &Source, making: &Making, depth: Depth) -> Result<Option<String>> {
    let Some(root) = store.layers().open(&source.diff_id, &making.map)? else {
        return Ok(Some("missing".to_owned()));
    };
    match store.layers().info(&source.diff_id, &making.map) {
        Ok(Some(info)) if info.diff_id == source.diff_id => {}
        _ => return Ok(Some("layer.json is missing or damaged".to_owned())),
    }
    let blob = source.blob.map(|blob| store.blobs().open(&blob)).transpose()?.flatten();
    let Some(blob) = blob else { return without_blob(store, &source.diff_id, making, depth) };
    let mut plain = Hashing::new(Plain::new(blob, making.limits.bytes.saturating_add(HEADROOM))?);
    let owners_apply = making.owners == OwnerMode::Applied;
    let differences = compare(&mut plain, root, depth, owners_apply);
    // What another blob says of the layer counts for nothing: the blob is damaged, and told elsewhere.
    match plain.finish() {
        (digest, _) if digest == source.diff_id => Ok(summary(&differences?)),
        _ => Ok(None),
    }
}

/// A layer that came plain: its files make the tar again that its digest was made of.
fn without_blob(store: &Store, diff_id: &Digest, making: &Making, depth: Depth) -> Result<Option<String>> {
    if depth == Depth::Quick || !store.layers().has_skeleton(diff_id, &making.map) {
        return Ok(None);
    }
    let mut tar = Hashing::new(store.layers().reassemble(diff_id, &making.map)?);
    io::copy(&mut tar, &mut io::sink()).what(|| "reading its files")?;
    Ok((tar.finish().0 != *diff_id).then(|| "its files have changed".to_owned()))
}

/// The first difference, and how many more there are.
fn summary(differences: &Differences) -> Option<String> {
    let (path, what) = differences.first()?;
    Some(match differences.len() - 1 {
        0 => format!("`{path}` {what}"),
        more => format!("`{path}` {what}, and {more} more"),
    })
}

/// Unpacks a layer again from its blob, in place of what is there. Needs the lock for removing, and no
/// container that runs on it. This process must be in U0.
///
/// # Errors
/// [`Kind::NotFound`] without a blob; [`Kind::Invalid`] when that is damaged. What is there stays then.
pub fn mend_layer(store: &Store, source: &Source, making: &Making) -> Result<()> {
    let missing = || Error::new(Kind::NotFound, "what it was unpacked from is not here");
    let blob = source.blob.ok_or_else(missing)?;
    let file = store.blobs().open(&blob)?.ok_or_else(missing)?;
    let plain = Plain::new(file, making.limits.bytes.saturating_add(HEADROOM))?;
    let staged = store.layers().stage(plain, Tar::InBlob, making)?;
    if staged.info()?.diff_id != source.diff_id {
        return Err(Error::new(Kind::Invalid, format!("blob {blob} is damaged")));
    }
    store.sync()?;
    let folder = format!("{}-{}", source.diff_id.hex(), making.map.as_str());
    store.layers().remove_folder(OsStr::new(&folder))?;
    staged.publish()?;
    store.sync()
}
