//! `--cache-to`: what steps have given, for other machines.

use super::Exports;
use super::layout::Layout;
use super::packed::{Packer, descriptor};
use super::prepared::PreparedCache;
use crate::build::progress::event::VertexId;
use crate::build::remote_cache::{self, Document, LayerOf, MOST_LAYERS};
use crate::build::steps::BuiltStep;
use crate::build::whole::BuiltImage;
use crate::error::{Context, Error, Kind, Result};
use crate::oci::digest::Digest;
use crate::oci::manifest::{Index, Manifest, media};
use crate::storage::images::BlobRef;
use crate::storage::send::Sendable;
use jiff::Timestamp;
use std::collections::BTreeMap;
use std::path::Path;

impl Exports<'_> {
    /// Puts the steps of the build into one cache. With `ignore-error` a failure is only shown.
    pub(super) fn cache(&self, cache: &PreparedCache, images: &[BuiltImage]) -> Result<()> {
        let name = match cache.wish.kind.as_str() {
            // It is in the image by now.
            "inline" => return Ok(()),
            "local" => "exporting cache to client directory",
            _ => "exporting cache to registry",
        };
        let exported = self.report.step(name, |vertex| self.export(cache, images, vertex));
        let ignored =
            cache.wish.options.get("ignore-error").is_some_and(|typed| typed == "true" || typed == "1");
        if ignored { Ok(()) } else { exported }
    }

    fn export(&self, cache: &PreparedCache, images: &[BuiltImage], vertex: VertexId) -> Result<()> {
        let started = Timestamp::now();
        let told = |words: String| self.report.part(vertex, words, 0, started);
        let every_stage = cache.wish.options.get("mode").is_some_and(|mode| mode == "max");
        let steps = images.iter().flat_map(|image| if every_stage { &image.all_steps } else { &image.steps });
        let artifact = self.artifact(&distinct(steps), cache)?;
        told("preparing build cache for export".to_owned());
        let digest = Digest::of(&artifact.manifest);
        match (&cache.target, cache.wish.options.get("dest")) {
            (Some((_, target)), _) => drop(target.send(&artifact, true, &[])?),
            (None, Some(folder)) => put(&artifact, Path::new(folder), &cache.wish.options)?,
            (None, None) => return Err(Error::usage("a cache without a place")),
        }
        artifact.layers.iter().for_each(|layer| told(format!("writing layer {}", layer.blob.digest)));
        told(format!("writing config {}", Digest::of(&artifact.config)));
        told(format!("writing cache image manifest {digest}"));
        Ok(())
    }

    /// The records and their layers, as an image would be.
    fn artifact(&self, steps: &[BuiltStep], cache: &PreparedCache) -> Result<Sendable> {
        let options = &cache.options;
        let packer = Packer {
            store: self.store,
            making: self.making,
            compressed: options.compressed,
            force: options.force,
        };
        let mut document = Document::of(steps);
        let mut layers = Vec::new();
        {
            let _lock = self.store.lock_for_adding()?;
            for diff_id in document.diff_ids().into_iter().take(MOST_LAYERS) {
                let layer = packer.layer(&diff_id)?;
                document.layers.push(LayerOf { diff_id, blob: layer.blob.digest, size: layer.blob.size });
                layers.push(layer);
            }
        }
        let config = document.bytes()?;
        let of_config = BlobRef {
            digest: Digest::of(&config),
            media_type: remote_cache::MEDIA_TYPE.to_owned(),
            size: config.len() as u64,
        };
        let manifest = Manifest {
            schema_version: 2,
            media_type: Some(media::MANIFEST.to_owned()),
            config: descriptor(&of_config),
            layers: layers.iter().map(|layer| descriptor(&layer.blob)).collect(),
            annotations: BTreeMap::new(),
        };
        let manifest = serde_json::to_vec(&manifest).what(|| "writing the manifest of a cache")?;
        Ok(Sendable { config, manifest, media_type: media::MANIFEST.to_owned(), layers })
    }
}

/// Each step once, in order.
fn distinct<'s>(steps: impl Iterator<Item = &'s BuiltStep>) -> Vec<BuiltStep> {
    let mut all: Vec<BuiltStep> = Vec::new();
    for step in steps {
        if !all.iter().any(|known| known.keys == step.keys) {
            all.push(step.clone());
        }
    }
    all
}

/// A layout in the folder, whose index has this cache under its tag alone.
fn put(artifact: &Sendable, folder: &Path, options: &BTreeMap<String, String>) -> Result<()> {
    super::layout::check_folder(folder)?;
    let mut layout = Layout::new();
    layout.blob(&artifact.config);
    layout.blob(&artifact.manifest);
    for layer in &artifact.layers {
        layout.file(&layer.blob.digest, layer.blob.size, &layer.file);
    }
    let tag = options.get("tag").map_or("latest", String::as_str);
    let mut entry = descriptor(&BlobRef {
        digest: Digest::of(&artifact.manifest),
        media_type: artifact.media_type.clone(),
        size: artifact.manifest.len() as u64,
    });
    entry.annotations.insert(remote_cache::REF_NAME.to_owned(), tag.to_owned());
    let mut manifests = remote_cache::entries(folder).unwrap_or_default();
    manifests.retain(|other| other.annotations.get(remote_cache::REF_NAME).is_some_and(|name| name != tag));
    manifests.push(entry);
    let index = Index { schema_version: 2, media_type: Some(media::INDEX.to_owned()), manifests };
    layout.document("index.json", serde_json::to_vec(&index).what(|| "writing index.json")?);
    layout.put(folder).map_err(|error| Error::new(Kind::System, "writing a cache of builds").why(error))
}
