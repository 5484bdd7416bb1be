//! An image in the store, in registries, or both.

use super::Exports;
use super::annotations::Annotations;
use super::metadata::metadata;
use super::packed::{self, Packed, PackedIndex};
use super::prepared::PreparedOutput;
use crate::build::image;
use crate::build::progress::event::VertexId;
use crate::build::whole::{Built, BuiltImage};
use crate::engine::push;
use crate::error::{Context, Error, Result};
use crate::oci::digest::Digest;
use crate::oci::manifest::{Descriptor, architecture};
use crate::oci::reference::Reference;
use crate::storage::add::{NewImage, publish};
use crate::storage::images::BlobRef;
use crate::storage::lists::{List, Member};
use crate::storage::tags::TagName;
use jiff::Timestamp;

impl Exports<'_> {
    /// Whether more is made than configurations: then layers are read.
    pub(super) fn needs_documents(
        &self,
        output: &PreparedOutput,
        annotations: &Annotations,
        images: usize,
    ) -> bool {
        output.options.push || output.options.docker || !annotations.is_empty() || images > 1
    }

    /// Records the images, gives them their names, and pushes them, as the output says.
    pub(super) fn image(
        &self,
        images: &[BuiltImage],
        output: &PreparedOutput,
        annotations: &Annotations,
    ) -> Result<Built> {
        self.report.step("exporting to image", |vertex| {
            let started = Timestamp::now();
            let told = |words: String| self.report.part(vertex, words, 0, started);
            if output.options.store {
                for one in images {
                    self.record(one, self.names_of(one, images, output))?;
                }
            }
            if !self.needs_documents(output, annotations, images.len()) {
                told("exporting layers".to_owned());
                return self.named(images, output, &told);
            }
            let packed = self.packed(images, output, annotations)?;
            told("exporting layers".to_owned());
            for one in &packed {
                told(format!("exporting manifest {}", Digest::of(&one.image.manifest)));
                told(format!("exporting config {}", one.id));
            }
            let index = match packed.len() {
                1 if !annotations.need_index() => None,
                _ => Some(packed::index(&packed, output.options.docker, annotations)?),
            };
            if let Some(index) = &index {
                told(format!("exporting manifest list {}", Digest::of(&index.bytes)));
            }
            if output.options.store {
                self.keep_documents(&packed, index.as_ref(), output, annotations)?;
                output.options.names.iter().for_each(|name| told(format!("naming to {}", name.canonical())));
            }
            self.push(&packed, index.as_ref(), output, vertex)?;
            let whole = whole(&packed, index.as_ref(), annotations)?;
            let id = match (&packed[..], &index) {
                ([only], None) => only.id,
                _ => whole.digest,
            };
            let names = canonical(&output.options.names);
            let config = super::metadata::only_id(&packed);
            Ok(Built { id: Some(id), metadata: metadata(config, Some(&whole), &names)? })
        })
    }

    /// The end of an output that has no documents.
    fn named(&self, images: &[BuiltImage], output: &PreparedOutput, told: &dyn Fn(String)) -> Result<Built> {
        let ids = images.iter().map(|one| Ok(image::id(&one.config)?.1)).collect::<Result<Vec<Digest>>>()?;
        let id = ids.last().copied();
        if output.options.store {
            ids.iter().for_each(|id| told(format!("writing image {id}")));
            output.options.names.iter().for_each(|name| told(format!("naming to {}", name.canonical())));
        }
        Ok(Built { id, metadata: metadata(id, None, &canonical(&output.options.names))? })
    }

    /// Of several images the one for this machine gets the names, so that it runs by them.
    fn names_of<'n>(
        &self,
        one: &BuiltImage,
        images: &[BuiltImage],
        output: &'n PreparedOutput,
    ) -> &'n [TagName] {
        let own = one.platform == format!("linux/{}", architecture());
        if images.len() == 1 || own { &output.options.names } else { &[] }
    }

    fn record(&self, one: &BuiltImage, names: &[TagName]) -> Result<()> {
        let (config_bytes, id) = image::id(&one.config)?;
        let new = NewImage {
            config_bytes,
            config: one.config.clone(),
            manifest: None,
            blobs: Vec::new(),
            names: names.to_vec(),
            repo_digests: Vec::new(),
            parent: one.parent.filter(|parent| *parent != id),
        };
        let _lock = self.store.lock_for_adding()?;
        publish(self.store, Vec::new(), vec![new], &self.making.map).map(drop)
    }

    /// The store gives the same documents again when the image is pushed later: its manifest, or the list of several.
    fn keep_documents(
        &self,
        packed: &[Packed],
        index: Option<&PackedIndex>,
        output: &PreparedOutput,
        annotations: &Annotations,
    ) -> Result<()> {
        if output.options.docker || !annotations.is_empty() {
            packed.iter().try_for_each(|one| self.keep_manifest(one))?;
        }
        if index.is_none() {
            return Ok(());
        }
        let lists = self.store.lists();
        for name in &output.options.names {
            let members = packed.iter().map(|one| member(name, one, annotations));
            let list = List { members: members.collect::<Result<_>>()? };
            let _locks = lists.lock()?;
            lists.put(name, &list)?;
        }
        Ok(())
    }

    /// Keeps a manifest whose layers are kept as it names them.
    fn keep_manifest(&self, one: &Packed) -> Result<()> {
        let _lock = self.store.lock_for_adding()?;
        if !one.image.layers.iter().all(|layer| self.store.blobs().has(&layer.blob.digest)) {
            return Ok(());
        }
        let digest = self.store.blobs().put(&one.image.manifest)?;
        let media_type = one.image.media_type.clone();
        let manifest = BlobRef { digest, media_type, size: one.image.manifest.len() as u64 };
        self.store.images().update(&one.id, |record| record.manifest = Some(manifest))
    }

    fn push(
        &self,
        packed: &[Packed],
        index: Option<&PackedIndex>,
        output: &PreparedOutput,
        vertex: VertexId,
    ) -> Result<()> {
        let ids: Vec<Digest> = packed.iter().map(|one| one.id).collect();
        for (name, target) in &output.targets {
            let started = Timestamp::now();
            let sources = target.sources(self.store, &ids)?;
            let tagged = index.is_none() && !output.options.by_digest;
            let mut digests = Vec::new();
            for one in packed {
                digests.push(target.send(&one.image, tagged, &sources)?);
            }
            self.report.part(vertex, "pushing layers", 0, started);
            let started = Timestamp::now();
            if let Some(index) = index {
                let digest = target.put_index(index.media_type, &index.bytes)?;
                digests.iter_mut().for_each(|one| *one = digest);
            }
            let digest = digests.first().ok_or_else(|| Error::usage("an image without a platform"))?;
            let words = format!("pushing manifest for {}@{digest}", name.canonical());
            self.report.part(vertex, words, 0, started);
            if output.options.store {
                for (id, digest) in ids.iter().zip(&digests) {
                    push::note(self.store, target, id, digest)?;
                }
            }
        }
        Ok(())
    }
}

fn canonical(names: &[TagName]) -> Vec<String> {
    names.iter().map(|name| name.canonical().to_owned()).collect()
}

fn member(name: &TagName, one: &Packed, annotations: &Annotations) -> Result<Member> {
    let descriptor = one.descriptor(annotations);
    let reference: Reference = name.repository().parse()?;
    Ok(Member {
        reference: reference.with_digest(descriptor.digest).canonical(),
        descriptor,
        manifest: String::from_utf8(one.image.manifest.clone()).what(|| "writing a manifest")?,
    })
}

/// What stands for all of it.
pub(super) fn whole(
    packed: &[Packed],
    index: Option<&PackedIndex>,
    annotations: &Annotations,
) -> Result<Descriptor> {
    match (packed, index) {
        (_, Some(index)) => Ok(packed::descriptor(&BlobRef {
            digest: Digest::of(&index.bytes),
            media_type: index.media_type.to_owned(),
            size: index.bytes.len() as u64,
        })),
        ([only], None) => Ok(only.descriptor(annotations)),
        _ => Err(Error::usage("several images without an index")),
    }
}
