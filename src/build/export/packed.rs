//! An image as its documents and blobs, ready for a registry or an archive; the index over several.

use super::annotations::{Annotations, Place};
use super::options::{Compressed, Options};
use crate::build::image;
use crate::build::whole::BuiltImage;
use crate::error::{Context, Error, Kind, Result};
use crate::oci::digest::Digest;
use crate::oci::manifest::{Descriptor, Manifest, Platform, media};
use crate::storage::Store;
use crate::storage::compression::{Hashing, Plain};
use crate::storage::images::BlobRef;
use crate::storage::layers::Making;
use crate::storage::pack::{Packing, pack, threads};
use crate::storage::send::{Sendable, SendableLayer};
use serde::Serialize;
use std::collections::BTreeMap;
use std::io::{self, Read};

/// docker's media types: of a configuration, and of layers, plain and gzip.
const DOCKER_CONFIG: &str = "application/vnd.docker.container.image.v1+json";
const DOCKER_LAYER: &str = "application/vnd.docker.image.rootfs.diff.tar";
const DOCKER_LAYER_GZIP: &str = "application/vnd.docker.image.rootfs.diff.tar.gzip";

/// An image, ready to be written.
#[derive(Debug)]
pub(super) struct Packed {
    /// `os/arch[/variant]`.
    pub(super) platform: String,
    /// Of its configuration: the image's id.
    pub(super) id: Digest,
    /// Its documents and layers.
    pub(super) image: Sendable,
}

/// An index over images.
#[derive(Debug)]
pub(super) struct PackedIndex {
    /// What it is.
    pub(super) media_type: &'static str,
    /// Its bytes.
    pub(super) bytes: Vec<u8>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct AnnotatedIndex<'a> {
    schema_version: u32,
    media_type: &'a str,
    manifests: Vec<Descriptor>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    annotations: BTreeMap<String, String>,
}

/// Where layers are, and how they are to be.
#[derive(Debug)]
pub(super) struct Packer<'a> {
    /// Where they are.
    pub(super) store: &'a Store,
    /// The ids they have.
    pub(super) making: &'a Making,
    /// How they are compressed.
    pub(super) compressed: Compressed,
    /// Whether they all are.
    pub(super) force: bool,
}

impl Packer<'_> {
    /// The layer as a blob in a file that is open. Needs U0 and the lock for adding.
    ///
    /// # Errors
    /// [`Kind::Invalid`] when its files are no longer what its digest says.
    pub(super) fn layer(&self, diff_id: &Digest) -> Result<SendableLayer> {
        let known = self.known(diff_id)?;
        let wanted = match self.compressed {
            Compressed::Plain => media::LAYER,
            Compressed::By(packing) => packing.media_type(),
        };
        if let Some(blob) = known.as_ref().filter(|blob| !self.force || blob.media_type == wanted)
            && let Some(file) = self.store.blobs().open(&blob.digest)?
        {
            return Ok(SendableLayer { diff_id: *diff_id, blob: blob.clone(), file });
        }
        if self.compressed == Compressed::By(Packing::USUAL) && known.is_none() {
            // Kept, so that it is compressed once for all that comes.
            let blob = self.store.layer_blob(diff_id, &self.making.map, Packing::USUAL)?;
            let missing =
                || Error::new(Kind::NotFound, format!("blob {} is missing in the store", blob.digest));
            let file = self.store.blobs().open(&blob.digest)?.ok_or_else(missing)?;
            return Ok(SendableLayer { diff_id: *diff_id, blob, file });
        }
        self.repack(diff_id, known.as_ref(), wanted)
    }

    /// A blob of the layer that some image has.
    fn known(&self, diff_id: &Digest) -> Result<Option<BlobRef>> {
        let images = self.store.images().list()?;
        let layers = images.into_iter().flat_map(|image| image.layers);
        let mut blobs = layers.filter(|layer| layer.diff_id == *diff_id).filter_map(|layer| layer.blob);
        Ok(blobs.find(|blob| self.store.blobs().has(&blob.digest)))
    }

    /// The layer in a file that is gone when it is closed.
    fn repack(&self, diff_id: &Digest, known: Option<&BlobRef>, media_type: &str) -> Result<SendableLayer> {
        let doing = || format!("compressing layer {diff_id}");
        let kept = known.map(|blob| self.store.blobs().open(&blob.digest)).transpose()?.flatten();
        let tar: Box<dyn Read> = match kept {
            Some(kept) => Box::new(Plain::new(kept, u64::MAX)?),
            None => Box::new(self.store.layers().reassemble(diff_id, &self.making.map)?),
        };
        let mut tar = Hashing::new(tar);
        let mut blob = self.store.blobs().begin()?;
        match self.compressed {
            Compressed::Plain => io::copy(&mut tar, &mut blob).map(drop).what(doing)?,
            Compressed::By(packing) => pack(&mut tar, &mut blob, packing, threads()).what(doing)?,
        }
        if tar.finish().0 != *diff_id {
            let what = format!("the files of layer {diff_id} have changed in the store");
            return Err(Error::new(Kind::Invalid, what).fix("rcon builder prune -a, and build again"));
        }
        let (digest, size) = blob.digest();
        let reference = BlobRef { digest, media_type: media_type.to_owned(), size };
        Ok(SendableLayer { diff_id: *diff_id, file: blob.reopen()?, blob: reference })
    }
}

/// Makes `built` ready. Needs U0 and the lock for adding.
///
/// # Errors
/// Of the store.
pub(super) fn packed(
    store: &Store,
    making: &Making,
    built: &BuiltImage,
    options: &Options,
    annotations: &Annotations,
) -> Result<Packed> {
    let (config, id) = image::id(&built.config)?;
    let packer = Packer { store, making, compressed: options.compressed, force: options.force };
    let layers = built.config.rootfs.diff_ids.iter().map(|diff_id| packer.layer(diff_id));
    let mut layers = layers.collect::<Result<Vec<_>>>()?;
    if options.docker {
        layers.iter_mut().try_for_each(|layer| to_docker(&mut layer.blob))?;
    }
    let (media_type, config_type) = match options.docker {
        true => (media::DOCKER_MANIFEST, DOCKER_CONFIG),
        false => (media::MANIFEST, media::CONFIG),
    };
    let annotations = annotations.of(Place::Manifest, Some(&built.platform));
    if options.docker && !annotations.is_empty() {
        return Err(Error::usage("docker's manifests have no annotations").fix("--format oci"));
    }
    let blobs = layers.iter().map(|layer| descriptor(&layer.blob));
    let manifest = Manifest {
        schema_version: 2,
        media_type: Some(media_type.to_owned()),
        config: descriptor(&BlobRef {
            digest: id,
            media_type: config_type.to_owned(),
            size: config.len() as u64,
        }),
        layers: blobs.collect(),
        annotations,
    };
    let manifest = serde_json::to_vec(&manifest).what(|| "writing a manifest")?;
    let image = Sendable { config, manifest, media_type: media_type.to_owned(), layers };
    Ok(Packed { platform: built.platform.clone(), id, image })
}

fn to_docker(blob: &mut BlobRef) -> Result<()> {
    blob.media_type = match blob.media_type.as_str() {
        media::LAYER => DOCKER_LAYER.to_owned(),
        media::LAYER_GZIP => DOCKER_LAYER_GZIP.to_owned(),
        _ => {
            return Err(Error::new(Kind::Unsupported, "docker's manifests have no zstd layers")
                .because("the base image has some")
                .fix("force-compression=true compresses them anew, --format oci leaves them"));
        }
    };
    Ok(())
}

/// What an index or archive says of a manifest.
pub(super) fn descriptor(blob: &BlobRef) -> Descriptor {
    Descriptor {
        media_type: blob.media_type.clone(),
        digest: blob.digest,
        size: blob.size,
        annotations: BTreeMap::new(),
        platform: None,
    }
}

impl Packed {
    /// What it is in an index.
    pub(super) fn descriptor(&self, annotations: &Annotations) -> Descriptor {
        let blob = BlobRef {
            digest: Digest::of(&self.image.manifest),
            media_type: self.image.media_type.clone(),
            size: self.image.manifest.len() as u64,
        };
        Descriptor {
            platform: Some(platform(&self.platform)),
            annotations: annotations.of(Place::ManifestDescriptor, Some(&self.platform)),
            ..descriptor(&blob)
        }
    }
}

/// `os/arch[/variant]` in an index.
pub(super) fn platform(text: &str) -> Platform {
    let mut parts = text.split('/').map(str::to_owned);
    Platform {
        os: parts.next().unwrap_or_default(),
        architecture: parts.next().unwrap_or_default(),
        variant: parts.next(),
        ..Platform::default()
    }
}

/// The index over `images`.
///
/// # Errors
/// Usage for annotations where the index is docker's, which has none.
pub(super) fn index(images: &[Packed], docker: bool, annotations: &Annotations) -> Result<PackedIndex> {
    let media_type = if docker { media::DOCKER_INDEX } else { media::INDEX };
    let index = AnnotatedIndex {
        schema_version: 2,
        media_type,
        manifests: images.iter().map(|image| image.descriptor(annotations)).collect(),
        annotations: annotations.of(Place::Index, None),
    };
    if docker && annotations.need_index() {
        return Err(Error::usage("docker's lists have no annotations").fix("--format oci"));
    }
    let bytes = serde_json::to_vec(&index).what(|| "writing an index")?;
    Ok(PackedIndex { media_type, bytes })
}
