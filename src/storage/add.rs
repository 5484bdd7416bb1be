//! Adding images: layers from streams, made in any order and side by side, then all of it at once.
//!
//! Whoever adds holds the lock for adding from the first layer to [`publish`]. Killed at any point
//! before a record is written, nothing is visible but blobs and layers that are complete and unused.

use super::blobs::NewBlob;
use super::compression::{Compression, Copying, Hashing, Plain};
use super::images::{BlobRef, ImageRecord, LayerRef};
use super::layers::{IdMapKey, Making, Staged, Tar};
use super::partial::Partial;
use super::tags::TagName;
use super::{Store, layout, now};
use crate::durable;
use crate::error::{Context, Error, Kind, Result};
use crate::oci::config::ImageConfig;
use crate::oci::digest::Digest;
use crate::oci::manifest::media;
use std::collections::HashMap;
use std::io::{Cursor, Read};

/// Tar headers and padding on top of the contents a layer may have.
pub const HEADROOM: u64 = 4 << 30;

/// What a layer must turn out to be.
#[derive(Debug, Clone, Copy, Default)]
pub struct Expected {
    /// Not compressed.
    pub diff_id: Option<Digest>,
    /// As it comes.
    pub blob: Option<Digest>,
}

/// A layer that is complete and has no name yet.
#[derive(Debug)]
pub struct MadeLayer {
    staged: Staged,
    blob: Option<(CompleteBlob, BlobRef)>,
}

/// A blob that is complete and has no name yet.
#[derive(Debug)]
enum CompleteBlob {
    Copied(NewBlob),
    Fetched(Partial),
}

impl CompleteBlob {
    fn keep(self) -> Result<()> {
        match self {
            Self::Copied(blob) => blob.keep().map(drop),
            Self::Fetched(blob) => blob.keep(),
        }
    }
}

impl MadeLayer {
    /// Its digest, not compressed.
    pub fn diff_id(&self) -> Result<Digest> {
        Ok(self.staged.info()?.diff_id)
    }
}

/// An image to be recorded; its layers are published with it, or are here.
#[derive(Debug)]
pub struct NewImage {
    /// The bytes whose digest is its id.
    pub config_bytes: Vec<u8>,
    /// The same, read.
    pub config: ImageConfig,
    /// Bytes and media type. Dropped when a layer's blob is not kept.
    pub manifest: Option<(Vec<u8>, String)>,
    /// The blobs of its layers where they are known, lowest first.
    pub blobs: Vec<Option<Digest>>,
    /// Names it gets.
    pub names: Vec<TagName>,
    /// `repository@sha256:…` it is known by.
    pub repo_digests: Vec<String>,
    /// The image it was built from here.
    pub parent: Option<Digest>,
}

/// Makes a layer from a stream, compressed or not: unpacked, hashed twice, and kept as a blob where it
/// was compressed.
///
/// # Errors
/// [`Kind::Invalid`] when it is not what was expected; nothing is left of it then.
pub fn make_layer(
    store: &Store,
    mut stream: impl Read,
    expected: Expected,
    making: &Making,
) -> Result<MadeLayer> {
    let mut beginning = Vec::with_capacity(6);
    stream.by_ref().take(6).read_to_end(&mut beginning).what(|| "reading a layer")?;
    let compression = Compression::sniff(&beginning);
    if expected.blob.is_some() {
        layer_type(compression)?;
    }
    let stream = Cursor::new(beginning).chain(stream);
    let limit = making.limits.bytes.saturating_add(HEADROOM);
    let (staged, blob) = match compression {
        // The last two have no media type to be kept under: they are as if they had come plain.
        Compression::None | Compression::Xz | Compression::Bzip2 => {
            (store.layers().stage(Plain::new(stream, limit)?, Tar::InSkeleton, making)?, None)
        }
        Compression::Gzip | Compression::Zstd => {
            let mut blob = store.blobs().begin()?;
            let plain = Plain::new(Copying::new(stream, &mut blob), limit)?;
            let staged = store.layers().stage(plain, Tar::InBlob, making)?;
            (staged, Some(blob))
        }
    };
    let diff_id = staged.info()?.diff_id;
    let (digest, size) = match &blob {
        Some(blob) => blob.digest(),
        None => (diff_id, staged.info()?.tar_size),
    };
    check("layer", expected.blob, digest)?;
    check("unpacked layer", expected.diff_id, diff_id)?;
    let blob = match blob {
        Some(blob) => {
            let media_type = layer_type(compression)?.to_owned();
            Some((CompleteBlob::Copied(blob), BlobRef { digest, media_type, size }))
        }
        None => None,
    };
    Ok(MadeLayer { staged, blob })
}

/// Makes a layer of a blob that arrives: unpacked, hashed and kept while it comes. `rest` gives the blob from
/// a byte on; what is here of it already is not asked for.
///
/// # Errors
/// [`Kind::Invalid`] when it is not what it should be: nothing is left of it then. When the source breaks off,
/// what has come is left for the next call.
pub fn fetch_layer<R: Read>(
    store: &Store,
    partial: Partial,
    rest: impl FnOnce(u64) -> Result<R>,
    diff_id: &Digest,
    making: &Making,
) -> Result<MadeLayer> {
    match stage_arriving(store, &partial, rest, diff_id, making) {
        Ok((staged, reference)) => {
            Ok(MadeLayer { staged, blob: Some((CompleteBlob::Fetched(partial), reference)) })
        }
        Err(error) if error.kind == Kind::Invalid => {
            partial.discard();
            Err(error)
        }
        Err(error) => Err(error),
    }
}

fn stage_arriving<R: Read>(
    store: &Store,
    partial: &Partial,
    rest: impl FnOnce(u64) -> Result<R>,
    diff_id: &Digest,
    making: &Making,
) -> Result<(Staged, BlobRef)> {
    let mut arriving = partial.stream(rest)?;
    let limit = making.limits.bytes.saturating_add(HEADROOM);
    let plain = Plain::new(&mut arriving, limit)?;
    let media_type = layer_type(plain.compression())?;
    let staged = match store.layers().stage(plain, Tar::InBlob, making) {
        Err(error) if arriving.broke() || error.errno().is_some() => return Err(error),
        // What cannot be unpacked may be something else altogether: that is told first.
        staged => arriving.verify().and(staged)?,
    };
    check("unpacked layer", Some(*diff_id), staged.info()?.diff_id)?;
    Ok((
        staged,
        BlobRef { digest: partial.digest(), media_type: media_type.to_owned(), size: partial.size() },
    ))
}

/// Makes a layer of a blob that is here: for other ids than before, or because its tree is gone.
///
/// # Errors
/// [`Kind::NotFound`] when the blob is not here, [`Kind::Invalid`] when one of the two is not what its digest says.
pub fn remake_layer(store: &Store, blob: &Digest, diff_id: &Digest, making: &Making) -> Result<MadeLayer> {
    let missing = || Error::new(Kind::NotFound, format!("blob {blob} is missing in the store"));
    let mut hashing = Hashing::new(store.blobs().open(blob)?.ok_or_else(missing)?);
    let plain = Plain::new(&mut hashing, making.limits.bytes.saturating_add(HEADROOM))?;
    let staged = store.layers().stage(plain, Tar::InBlob, making)?;
    std::io::copy(&mut hashing, &mut std::io::sink()).what(|| format!("reading blob {blob}"))?;
    check("layer", Some(*blob), hashing.finish().0)?;
    check("unpacked layer", Some(*diff_id), staged.info()?.diff_id)?;
    Ok(MadeLayer { staged, blob: None })
}

/// The media type of a layer in a registry.
fn layer_type(compression: Compression) -> Result<&'static str> {
    match compression {
        Compression::None => Ok(media::LAYER),
        Compression::Gzip => Ok(media::LAYER_GZIP),
        Compression::Zstd => Ok(media::LAYER_ZSTD),
        Compression::Xz | Compression::Bzip2 => {
            Err(Error::new(Kind::Unsupported, "a layer that is neither gzip nor zstd nor plain")
                .because("OCI has no other kinds (image-spec, media-types.md)"))
        }
    }
}

fn check(what: &str, expected: Option<Digest>, found: Digest) -> Result<()> {
    match expected {
        Some(expected) if expected != found => {
            Err(Error::new(Kind::Invalid, format!("the {what} {expected} is not what its digest says"))
                .because(format!("it has {found}")))
        }
        _ => Ok(()),
    }
}

/// Brings layers and images into the store: all on the disk, then visible, then named.
pub fn publish(
    store: &Store,
    layers: Vec<MadeLayer>,
    images: Vec<NewImage>,
    map: &IdMapKey,
) -> Result<Vec<Digest>> {
    if !layers.is_empty() {
        store.sync()?;
    }
    let mut blobs = HashMap::new();
    for layer in layers {
        let info = layer.staged.publish()?;
        if let Some((blob, reference)) = layer.blob {
            blob.keep()?;
            blobs.insert(info.diff_id, reference);
        }
    }
    durable::sync_directory(&store.layers().directory())?;
    durable::sync_directory(&store.blobs().directory())?;
    let mut ids = Vec::new();
    for image in images {
        ids.push(record(store, image, &blobs, map)?);
    }
    layout::derive(store)?;
    Ok(ids)
}

/// Brings layers into the store: all on the disk, then visible. Gives back those that another call has brought
/// meanwhile, which is no reason to take away the files of ours from who stands on them.
pub fn publish_layers(store: &Store, layers: Vec<Staged>) -> Result<Vec<Staged>> {
    if layers.is_empty() {
        return Ok(Vec::new());
    }
    store.sync()?;
    let mut twins = Vec::new();
    for layer in layers {
        twins.extend(layer.publish_or_keep()?);
    }
    durable::sync_directory(&store.layers().directory())?;
    Ok(twins)
}

fn record(
    store: &Store,
    image: NewImage,
    blobs: &HashMap<Digest, BlobRef>,
    map: &IdMapKey,
) -> Result<Digest> {
    let id = store.blobs().put(&image.config_bytes)?;
    let _lock = store.images().lock_record()?;
    let known = store.images().get(&id)?;
    let mut layers = Vec::new();
    for (index, diff_id) in image.config.rootfs.diff_ids.iter().enumerate() {
        let missing = || Error::new(Kind::System, format!("layer {diff_id} is missing in the store"));
        let info = store.layers().info(diff_id, map)?.ok_or_else(missing)?;
        let before = known.as_ref().and_then(|known| known.layers.get(index)?.blob.clone());
        let named = image.blobs.get(index).copied().flatten();
        let blob = match blobs.get(diff_id).cloned().or(before) {
            Some(blob) => Some(blob),
            None => named.map(|digest| known_blob(store, digest)).transpose()?.flatten(),
        };
        layers.push(LayerRef { diff_id: *diff_id, size: info.size, blob });
    }
    let complete = layers.iter().all(|layer| layer.blob.is_some());
    let manifest = match image.manifest.filter(|_| complete) {
        Some((bytes, media_type)) => {
            let size = bytes.len() as u64;
            Some(BlobRef { digest: store.blobs().put(&bytes)?, media_type, size })
        }
        None => known.as_ref().and_then(|known| known.manifest.clone()),
    };
    let now = now();
    let mut repo_digests = known.as_ref().map_or_else(Vec::new, |known| known.repo_digests.clone());
    repo_digests.extend(image.repo_digests);
    repo_digests.sort();
    repo_digests.dedup();
    let last_tagged = known.as_ref().map_or_else(String::new, |known| known.last_tagged.clone());
    store.images().put(&ImageRecord {
        id,
        manifest,
        size: layers.iter().map(|layer| layer.size).sum(),
        layers,
        architecture: image.config.architecture,
        os: image.config.os,
        created: image.config.created.unwrap_or_default(),
        added: known.as_ref().map_or_else(|| now.clone(), |known| known.added.clone()),
        last_tagged: if image.names.is_empty() { last_tagged } else { now },
        repo_digests,
        parent: image.parent.or(known.as_ref().and_then(|known| known.parent)),
        extra: known.map(|known| known.extra).unwrap_or_default(),
    })?;
    for name in &image.names {
        store.tags().set(name, &id)?;
    }
    Ok(id)
}

/// A compressed layer that an image before this one brought.
fn known_blob(store: &Store, digest: Digest) -> Result<Option<BlobRef>> {
    let Some(file) = store.blobs().open(&digest)? else { return Ok(None) };
    let size = file.metadata().what(|| "looking at a blob")?.len();
    let mut beginning = Vec::new();
    file.take(6).read_to_end(&mut beginning).what(|| "looking at a blob")?;
    Ok(layer_type(Compression::sniff(&beginning)).ok().map(|media_type| BlobRef {
        digest,
        media_type: media_type.to_owned(),
        size,
    }))
}
