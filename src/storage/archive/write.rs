//! What an archive of images consists of, and writing it: to a tar or to a directory.
//!
//! Both forms are an OCI image layout; docker's has `manifest.json` and `repositories` beside it, as
//! docker writes it from 25 on. The same images give the same bytes.

use super::super::Store;
use super::super::complete::{manifest, same};
use super::super::compression::Hashing;
use super::super::images::{BlobRef, ImageRecord, LayerRef};
use super::super::layers::IdMapKey;
use super::super::tags::TagName;
use super::sink::Sink;
use crate::error::{Context, Error, Kind, Result};
use crate::oci::digest::Digest;
use crate::oci::manifest::{Descriptor, Index, Platform, media};
use serde::Serialize;
use std::collections::BTreeMap;

/// Which form an archive has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// An OCI image layout with docker's lists beside it.
    Docker,
    /// An OCI image layout.
    Oci,
}

/// An image to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Saved {
    /// The image.
    pub id: Digest,
    /// The names it is to have in the archive.
    pub names: Vec<TagName>,
}

/// Writes `images` into `sink`. Layers without a blob are written plain. Needs the lock for adding, so
/// that nothing goes meanwhile, and the ids of `map`.
///
/// # Errors
/// [`Kind::NotFound`] for an image that is not here. The archive is incomplete then, and to be thrown away.
pub fn write(
    store: &Store,
    images: &[Saved],
    form: Form,
    map: &IdMapKey,
    sink: &mut impl Sink,
) -> Result<()> {
    let contents = Contents::of(store, images, form, map)?;
    for directory in ["blobs", "blobs/sha256"] {
        sink.directory(directory)?;
    }
    for (name, member) in &contents.members {
        match member {
            Member::Document(bytes) => sink.file(name, bytes.len() as u64, &mut &bytes[..])?,
            Member::Blob { digest, size } => {
                let missing = || Error::new(Kind::NotFound, format!("blob {digest} is missing in the store"));
                sink.file(name, *size, &mut store.blobs().open(digest)?.ok_or_else(missing)?)?;
            }
            Member::Layer { diff_id, size } => {
                let mut tar = Hashing::new(store.layers().reassemble(diff_id, map)?);
                sink.file(name, *size, &mut tar)?;
                same(diff_id, tar.finish().0)?;
            }
        }
    }
    sink.finish()
}

/// What is written by one name.
#[derive(Debug)]
enum Member {
    Document(Vec<u8>),
    Blob { digest: Digest, size: u64 },
    Layer { diff_id: Digest, size: u64 },
}

/// The members by name: in order, and each once, however many images share it.
#[derive(Debug, Default)]
struct Contents {
    members: BTreeMap<String, Member>,
    index: Vec<Descriptor>,
    listed: Vec<Listed>,
    /// Repository, tag, the topmost layer.
    repositories: BTreeMap<String, BTreeMap<String, String>>,
}

/// An image in docker's `manifest.json`.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Listed {
    config: String,
    repo_tags: Option<Vec<String>>,
    layers: Vec<String>,
    layer_sources: BTreeMap<String, Descriptor>,
}

impl Contents {
    fn of(store: &Store, images: &[Saved], form: Form, map: &IdMapKey) -> Result<Self> {
        let mut contents = Self::default();
        for image in images {
            contents.add(store, image, form, map)?;
        }
        let index = Index {
            schema_version: 2,
            media_type: Some(media::INDEX.to_owned()),
            manifests: std::mem::take(&mut contents.index),
        };
        contents.document("index.json", &index)?;
        contents.document("oci-layout", &BTreeMap::from([("imageLayoutVersion", "1.0.0")]))?;
        if form == Form::Docker {
            let listed = std::mem::take(&mut contents.listed);
            contents.document("manifest.json", &listed)?;
            let repositories = std::mem::take(&mut contents.repositories);
            contents.document("repositories", &repositories)?;
        }
        Ok(contents)
    }

    fn add(&mut self, store: &Store, image: &Saved, form: Form, map: &IdMapKey) -> Result<()> {
        let missing = || Error::new(Kind::NotFound, format!("No such image: {}", image.id));
        let record = store.images().get(&image.id)?.ok_or_else(missing)?;
        let layers = record.layers.iter().map(|layer| self.layer(store, layer, map));
        let layers = layers.collect::<Result<Vec<BlobRef>>>()?;
        let config = store.blobs().read(&record.id)?;
        let manifest = match store.own_manifest(&record) {
            Some(own) => {
                self.put(own.digest, Member::Blob { digest: own.digest, size: own.size });
                own
            }
            None => {
                let bytes = manifest(&record.id, config.len() as u64, layers.iter())?;
                let (digest, size) = (Digest::of(&bytes), bytes.len() as u64);
                self.put(digest, Member::Document(bytes));
                BlobRef { digest, media_type: media::MANIFEST.to_owned(), size }
            }
        };
        self.put(record.id, Member::Document(config));
        self.name(&record, &manifest, &image.names, form);
        for name in &image.names {
            if let Some((repository, tag)) = name.familiar().rsplit_once(':')
                && let Some(top) = layers.last()
            {
                let tags = self.repositories.entry(repository.to_owned()).or_default();
                tags.insert(tag.to_owned(), top.digest.hex());
            }
        }
        let names: Vec<String> = image.names.iter().map(|name| name.familiar().to_owned()).collect();
        let sources = record.layers.iter().zip(&layers);
        self.listed.push(Listed {
            config: path(&record.id),
            repo_tags: (!names.is_empty()).then_some(names),
            layers: layers.iter().map(|layer| path(&layer.digest)).collect(),
            layer_sources: sources
                .map(|(layer, blob)| (layer.diff_id.to_string(), descriptor(blob)))
                .collect(),
        });
        Ok(())
    }

    /// The blob of a layer, or the layer itself as one that is not compressed.
    fn layer(&mut self, store: &Store, layer: &LayerRef, map: &IdMapKey) -> Result<BlobRef> {
        if let Some(blob) = layer.blob.clone().filter(|blob| store.blobs().has(&blob.digest)) {
            self.put(blob.digest, Member::Blob { digest: blob.digest, size: blob.size });
            return Ok(blob);
        }
        let missing =
            || Error::new(Kind::NotFound, format!("layer {} is missing in the store", layer.diff_id));
        let size = store.layers().info(&layer.diff_id, map)?.ok_or_else(missing)?.tar_size;
        self.put(layer.diff_id, Member::Layer { diff_id: layer.diff_id, size });
        Ok(BlobRef { digest: layer.diff_id, media_type: media::LAYER.to_owned(), size })
    }

    /// One entry of the index per name; one without a name otherwise.
    fn name(&mut self, record: &ImageRecord, manifest: &BlobRef, names: &[TagName], form: Form) {
        let entry = Descriptor {
            platform: Some(Platform {
                architecture: record.architecture.clone(),
                os: record.os.clone(),
                ..Platform::default()
            }),
            ..descriptor(manifest)
        };
        for name in names {
            let whole = name.canonical();
            // Docker has the tag alone here; podman and skopeo look an image up by what stands here.
            let reference = match form {
                Form::Docker => whole.rsplit(':').next().unwrap_or(whole),
                Form::Oci => whole,
            };
            let annotations = BTreeMap::from([
                ("io.containerd.image.name".to_owned(), whole.to_owned()),
                ("org.opencontainers.image.ref.name".to_owned(), reference.to_owned()),
            ]);
            self.index.push(Descriptor { annotations, ..entry.clone() });
        }
        if names.is_empty() {
            self.index.push(entry);
        }
    }

    fn put(&mut self, digest: Digest, member: Member) {
        self.members.insert(path(&digest), member);
    }

    fn document(&mut self, name: &str, value: &impl Serialize) -> Result<()> {
        let bytes = serde_json::to_vec(value).what(|| format!("writing {name}"))?;
        self.members.insert(name.to_owned(), Member::Document(bytes));
        Ok(())
    }
}

fn descriptor(blob: &BlobRef) -> Descriptor {
    Descriptor {
        media_type: blob.media_type.clone(),
        digest: blob.digest,
        size: blob.size,
        annotations: BTreeMap::new(),
        platform: None,
    }
}

fn path(digest: &Digest) -> String {
    format!("blobs/sha256/{}", digest.hex())
}
