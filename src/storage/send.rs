//! An image as a registry takes it: its documents, and a file for each layer, held open, so that nobody who
//! removes the image meanwhile takes them away.

use super::Store;
use super::complete::{manifest, same};
use super::compression::{Hashing, Plain};
use super::images::{BlobRef, ImageRecord};
use super::layers::IdMapKey;
use super::pack::{Packing, pack, threads};
use crate::error::{Context, Error, Kind, Result};
use crate::oci::digest::Digest;
use crate::oci::manifest::{Document, media};
use std::fs::File;
use std::io::Read;

/// An image, ready to be sent.
#[derive(Debug)]
pub struct Sendable {
    /// Its configuration.
    pub config: Vec<u8>,
    /// Its manifest's bytes.
    pub manifest: Vec<u8>,
    /// What the manifest is.
    pub media_type: String,
    /// Lowest first.
    pub layers: Vec<SendableLayer>,
}

/// A layer, ready to be sent.
#[derive(Debug)]
pub struct SendableLayer {
    /// Its digest, not compressed.
    pub diff_id: Digest,
    /// As the manifest names it.
    pub blob: BlobRef,
    /// Its bytes.
    pub file: File,
}

impl Store {
    /// The image `id` with the manifest it came with or is given now, or with its layers compressed by `packing`.
    /// Needs the lock for adding and the ids of `map`.
    ///
    /// # Errors
    /// [`Kind::NotFound`] for an image that is not here, [`Kind::Invalid`] for one that is damaged.
    pub fn sendable(&self, id: &Digest, map: &IdMapKey, packing: Option<Packing>) -> Result<Sendable> {
        match packing {
            None => self.as_it_is(id, map),
            Some(packing) => self.repacked(id, map, packing),
        }
    }

    fn record(&self, id: &Digest) -> Result<ImageRecord> {
        let missing = || Error::new(Kind::NotFound, format!("No such image: {id}"));
        self.images().get(id)?.ok_or_else(missing)
    }

    fn as_it_is(&self, id: &Digest, map: &IdMapKey) -> Result<Sendable> {
        let reference = self.complete(id, map)?;
        let bytes = self.blobs().read(&reference.digest)?;
        let Document::Manifest(manifest) = Document::parse(&bytes)? else {
            return Err(Error::new(Kind::Invalid, format!("the manifest of image {} is none", id.short())));
        };
        let layers = self.record(id)?.layers;
        let layer = |(descriptor, layer): (&crate::oci::manifest::Descriptor, &super::images::LayerRef)| {
            let blob = BlobRef {
                digest: descriptor.digest,
                media_type: descriptor.media_type.clone(),
                size: descriptor.size,
            };
            Ok(SendableLayer { diff_id: layer.diff_id, file: self.opened(&blob.digest)?, blob })
        };
        Ok(Sendable {
            config: self.blobs().read(id)?,
            layers: manifest.layers.iter().zip(&layers).map(layer).collect::<Result<_>>()?,
            manifest: bytes,
            media_type: reference.media_type,
        })
    }

    fn repacked(&self, id: &Digest, map: &IdMapKey, packing: Packing) -> Result<Sendable> {
        let config = self.blobs().read(id)?;
        let layer = |layer: super::images::LayerRef| match layer.blob {
            Some(blob) if blob.media_type == packing.media_type() && self.blobs().has(&blob.digest) => {
                Ok(SendableLayer { diff_id: layer.diff_id, file: self.opened(&blob.digest)?, blob })
            }
            blob => self.repack(&layer.diff_id, blob.as_ref(), map, packing),
        };
        let layers = self.record(id)?.layers.into_iter().map(layer).collect::<Result<Vec<_>>>()?;
        Ok(Sendable {
            manifest: manifest(id, config.len() as u64, layers.iter().map(|layer| &layer.blob))?,
            media_type: media::MANIFEST.to_owned(),
            config,
            layers,
        })
    }

    /// The layer in a file that is gone when it is closed.
    fn repack(
        &self,
        diff_id: &Digest,
        blob: Option<&BlobRef>,
        map: &IdMapKey,
        packing: Packing,
    ) -> Result<SendableLayer> {
        let kept = blob.map(|blob| self.blobs().open(&blob.digest)).transpose()?.flatten();
        let tar: Box<dyn Read> = match kept {
            Some(kept) => Box::new(Plain::new(kept, u64::MAX)?),
            None => Box::new(self.layers().reassemble(diff_id, map)?),
        };
        let mut tar = Hashing::new(tar);
        let mut blob = self.blobs().begin()?;
        pack(&mut tar, &mut blob, packing, threads()).what(|| format!("compressing layer {diff_id}"))?;
        same(diff_id, tar.finish().0)?;
        let (digest, size) = blob.digest();
        let blob_ref = BlobRef { digest, media_type: packing.media_type().to_owned(), size };
        Ok(SendableLayer { diff_id: *diff_id, file: blob.reopen()?, blob: blob_ref })
    }

    fn opened(&self, digest: &Digest) -> Result<File> {
        let missing = || Error::new(Kind::NotFound, format!("blob {digest} is missing in the store"));
        self.blobs().open(digest)?.ok_or_else(missing)
    }
}
