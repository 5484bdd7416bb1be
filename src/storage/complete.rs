//! Completing images: a blob for each layer, and a manifest over them, as registries and layouts want it.
//!
//! A layer that came plain is compressed once; every record that has the layer gets the blob.

use super::blobs::NewBlob;
use super::compression::Hashing;
use super::images::{BlobRef, ImageRecord, LayerRef};
use super::layers::IdMapKey;
use super::pack::{Packing, pack, threads};
use super::{Store, layout};
use crate::durable;
use crate::error::{Context, Error, Kind, Result};
use crate::oci::digest::Digest;
use crate::oci::manifest::{Descriptor, Manifest, media};
use std::collections::{BTreeMap, HashMap};

impl Store {
    /// The blob of a layer: the one that is here, or a new one, compressed by `packing`. Needs the lock
    /// for adding and the ids of `map`.
    ///
    /// # Errors
    /// [`Kind::Invalid`] when the layer is no longer what its digest says.
    pub fn layer_blob(&self, diff_id: &Digest, map: &IdMapKey, packing: Packing) -> Result<BlobRef> {
        let mut blobs = self.layer_blobs(&[*diff_id], map, packing)?;
        blobs.remove(diff_id).ok_or_else(|| Error::new(Kind::System, "a layer without a blob"))
    }

    /// The manifest of an image: its own, or a new one of OCI's form over blobs that are made where there
    /// are none. Needs the lock for adding and the ids of `map`.
    ///
    /// # Errors
    /// [`Kind::NotFound`] for an image that is not here; [`Kind::Invalid`] for a layer that has changed.
    pub fn complete(&self, id: &Digest, map: &IdMapKey) -> Result<BlobRef> {
        let missing = || Error::new(Kind::NotFound, format!("No such image: {id}"));
        let record = self.images().get(id)?.ok_or_else(missing)?;
        if let Some(manifest) = self.own_manifest(&record) {
            return Ok(manifest);
        }
        let diff_ids: Vec<Digest> = record.layers.iter().map(|layer| layer.diff_id).collect();
        let blobs = self.layer_blobs(&diff_ids, map, Packing::USUAL)?;
        let config_size = self.blobs().read(id)?.len() as u64;
        let bytes = manifest(id, config_size, diff_ids.iter().filter_map(|diff_id| blobs.get(diff_id)))?;
        let manifest = BlobRef {
            digest: self.blobs().put(&bytes)?,
            media_type: media::MANIFEST.to_owned(),
            size: bytes.len() as u64,
        };
        self.images().update(id, |record| record.manifest = Some(manifest.clone()))?;
        layout::derive(self)?;
        Ok(manifest)
    }

    /// The manifest an image came with or was given, where all it names is here.
    pub fn own_manifest(&self, record: &ImageRecord) -> Option<BlobRef> {
        let here = |blob: &Option<BlobRef>| blob.as_ref().is_some_and(|blob| self.blobs().has(&blob.digest));
        let whole = here(&record.manifest) && record.layers.iter().all(|layer| here(&layer.blob));
        record.manifest.clone().filter(|_| whole)
    }

    fn layer_blobs(
        &self,
        diff_ids: &[Digest],
        map: &IdMapKey,
        packing: Packing,
    ) -> Result<HashMap<Digest, BlobRef>> {
        let images = self.images().list()?;
        let mut blobs: HashMap<Digest, BlobRef> = HashMap::new();
        let mut made = Vec::new();
        for diff_id in diff_ids {
            if blobs.contains_key(diff_id) {
                continue;
            }
            let layers = images.iter().flat_map(|image| &image.layers);
            let known =
                layers.filter(|layer| layer.diff_id == *diff_id).filter_map(|layer| layer.blob.clone());
            let reference = match { known }.find(|blob| self.blobs().has(&blob.digest)) {
                Some(known) => known,
                None => {
                    let (blob, reference) = self.make_blob(diff_id, map, packing)?;
                    made.push(blob);
                    reference
                }
            };
            blobs.insert(*diff_id, reference);
        }
        if !made.is_empty() {
            self.sync()?;
            made.into_iter().try_for_each(|blob| blob.keep().map(drop))?;
            durable::sync_directory(&self.blobs().directory())?;
        }
        self.put_into_records(&images, &blobs)?;
        Ok(blobs)
    }

    fn make_blob(&self, diff_id: &Digest, map: &IdMapKey, packing: Packing) -> Result<(NewBlob, BlobRef)> {
        let mut tar = Hashing::new(self.layers().reassemble(diff_id, map)?);
        let mut blob = self.blobs().begin()?;
        pack(&mut tar, &mut blob, packing, threads()).what(|| format!("compressing layer {diff_id}"))?;
        same(diff_id, tar.finish().0)?;
        let (digest, size) = blob.digest();
        Ok((blob, BlobRef { digest, media_type: packing.media_type().to_owned(), size }))
    }

    /// Tells every image that has one of the layers, and no blob for it.
    fn put_into_records(&self, images: &[ImageRecord], blobs: &HashMap<Digest, BlobRef>) -> Result<()> {
        let lacks = |layer: &LayerRef| {
            let here = layer.blob.as_ref().is_some_and(|blob| self.blobs().has(&blob.digest));
            !here && blobs.contains_key(&layer.diff_id)
        };
        for image in images.iter().filter(|image| image.layers.iter().any(lacks)) {
            self.images().update(&image.id, |record| {
                for layer in record.layers.iter_mut().filter(|layer| lacks(layer)) {
                    layer.blob = blobs.get(&layer.diff_id).cloned();
                }
            })?;
        }
        Ok(())
    }
}

/// Refuses a layer whose tar has another digest than when it came.
pub(super) fn same(diff_id: &Digest, found: Digest) -> Result<()> {
    match found == *diff_id {
        true => Ok(()),
        false => {
            Err(Error::new(Kind::Invalid, format!("the files of layer {diff_id} have changed in the store"))
                .fix("remove the image, and pull or load it again"))
        }
    }
}

/// The bytes of an OCI manifest: always the same for the same image and blobs.
pub(super) fn manifest<'a>(
    id: &Digest,
    config_size: u64,
    layers: impl Iterator<Item = &'a BlobRef>,
) -> Result<Vec<u8>> {
    let descriptor = |media_type: &str, digest: Digest, size| Descriptor {
        media_type: media_type.to_owned(),
        digest,
        size,
        annotations: BTreeMap::new(),
        platform: None,
    };
    let manifest = Manifest {
        schema_version: 2,
        media_type: Some(media::MANIFEST.to_owned()),
        config: descriptor(media::CONFIG, *id, config_size),
        layers: layers.map(|blob| descriptor(&blob.media_type, blob.digest, blob.size)).collect(),
        annotations: BTreeMap::new(),
    };
    serde_json::to_vec(&manifest).what(|| "writing a manifest")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oci::config::{ImageConfig, RootFs};
    use crate::storage::add::{Expected, NewImage, make_layer, publish};
    use crate::storage::tests::ground;

    fn layer(content: &[u8]) -> Vec<u8> {
        let mut builder = tar::Builder::new(Vec::new());
        let mut header = tar::Header::new_gnu();
        header.set_mode(0o644);
        header.set_uid(0);
        header.set_gid(0);
        header.set_size(content.len() as u64);
        builder.append_data(&mut header, "file", content).unwrap();
        builder.into_inner().unwrap()
    }

    fn image(author: &str, tars: &[&Vec<u8>]) -> NewImage {
        let diff_ids = tars.iter().map(|tar| Digest::of(tar)).collect();
        let config = ImageConfig {
            author: Some(author.to_owned()),
            rootfs: RootFs { kind: "layers".to_owned(), diff_ids },
            ..ImageConfig::default()
        };
        NewImage {
            config_bytes: config.to_bytes().unwrap(),
            config,
            manifest: None,
            blobs: Vec::new(),
            names: Vec::new(),
            repo_digests: Vec::new(),
            parent: None,
        }
    }

    #[test]
    fn a_layer_is_compressed_once_for_all_images_and_always_the_same() {
        let (low, high) = (layer(&[7; 3_000_000]), layer(b"high"));
        let complete = || {
            let (_base, store, making) = ground();
            let layers =
                [&low, &high].map(|tar| make_layer(&store, &tar[..], Expected::default(), &making).unwrap());
            let images = vec![image("one", &[&low]), image("two", &[&low, &high])];
            let ids = publish(&store, layers.into(), images, &making.map).unwrap();
            let first = store.complete(&ids[0], &making.map).unwrap();
            let blob = store.images().get(&ids[1]).unwrap().unwrap().layers[0].blob.clone().unwrap();
            assert_eq!(store.layer_blob(&Digest::of(&low), &making.map, Packing::USUAL).unwrap(), blob);
            let second = store.complete(&ids[1], &making.map).unwrap();
            assert_eq!(store.complete(&ids[0], &making.map).unwrap(), first);
            let index = std::fs::read_to_string(store.root().join("images/index.json")).unwrap();
            assert!(index.contains(&first.digest.to_string()) && index.contains(&second.digest.to_string()));
            store.collect(|| Ok(Vec::new())).unwrap();
            assert!(store.blobs().has(&blob.digest) && store.blobs().has(&second.digest));
            (first, second, blob)
        };
        assert_eq!(complete(), complete());
    }

    #[test]
    fn a_layer_that_has_changed_gets_no_blob() {
        let (_base, store, making) = ground();
        let tar = layer(b"content");
        let layers = vec![make_layer(&store, &tar[..], Expected::default(), &making).unwrap()];
        let ids = publish(&store, layers, vec![image("x", &[&tar])], &making.map).unwrap();
        let diff = store.layers().diff(&Digest::of(&tar), &making.map).unwrap();
        std::io::Write::write_all(
            &mut std::fs::OpenOptions::new().write(true).open(diff.join("file")).unwrap(),
            b"cOntent",
        )
        .unwrap();
        assert_eq!(store.complete(&ids[0], &making.map).unwrap_err().kind, Kind::Invalid);
        let record = store.images().get(&ids[0]).unwrap().unwrap();
        assert!(record.manifest.is_none() && record.layers[0].blob.is_none());
    }
}
