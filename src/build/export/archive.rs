//! `type=oci`, `type=docker` with a destination: an archive, or a folder.

use super::annotations::{Annotations, Place as On};
use super::layout::{self, Layout};
use super::metadata::{metadata, only_id};
use super::packed::{self, Packed};
use super::prepared::{Place, PreparedOutput};
use super::{Exports, write_layout};
use crate::build::whole::{Built, BuiltImage};
use crate::build::wish::OutputKind;
use crate::error::{Context, Error, Kind, Result};
use crate::oci::digest::Digest;
use crate::oci::manifest::{Descriptor, Index, media};
use jiff::Timestamp;
use serde_json::json;
use std::collections::BTreeMap;

impl Exports<'_> {
    /// Writes the archive.
    pub(super) fn archive(
        &self,
        images: &[BuiltImage],
        output: PreparedOutput,
        annotations: &Annotations,
    ) -> Result<Built> {
        let is_docker = output.kind == OutputKind::Docker;
        if is_docker && images.len() > 1 {
            return Err(Error::new(
                Kind::Unsupported,
                "docker exporter does not currently support exporting manifest lists",
            )
            .fix("--output type=oci, or one --platform"));
        }
        let format = if is_docker { "docker" } else { "oci" };
        self.report.step(format!("exporting to {format} image format"), |vertex| {
            let started = Timestamp::now();
            let told = |words: String| self.report.part(vertex, words, 0, started);
            let packed = self.packed(images, &output, annotations)?;
            told("exporting layers".to_owned());
            for one in &packed {
                told(format!("exporting manifest {}", Digest::of(&one.image.manifest)));
                told(format!("exporting config {}", one.id));
            }
            let (layout, whole) = self.layout(&packed, &output, annotations)?;
            match output.place {
                Place::Folder(ref folder) => layout.put(folder)?,
                Place::Stream(ref stream) => write_layout(&layout, stream)?,
                Place::Engine => return Err(Error::new(Kind::System, "an archive without a place")),
            }
            told("sending tarball".to_owned());
            let names: Vec<String> =
                output.options.names.iter().map(|name| name.canonical().to_owned()).collect();
            let id = only_id(&packed);
            let built =
                Built { id: id.or(Some(whole.digest)), metadata: metadata(id, Some(&whole), &names)? };
            match output.place {
                Place::Stream(stream) => stream.keep().map(|()| built),
                _ => Ok(built),
            }
        })
    }

    fn layout<'p>(
        &self,
        packed: &'p [Packed],
        output: &PreparedOutput,
        annotations: &Annotations,
    ) -> Result<(Layout<'p>, Descriptor)> {
        let mut layout = Layout::new();
        for one in packed {
            layout.blob(&one.image.config);
            layout.blob(&one.image.manifest);
            for layer in &one.image.layers {
                layout.file(&layer.blob.digest, layer.blob.size, &layer.file);
            }
        }
        let index = match packed.len() {
            1 if !annotations.need_index() => None,
            _ => Some(packed::index(packed, output.options.docker, annotations)?),
        };
        if let Some(index) = &index {
            layout.blob(&index.bytes);
        }
        let whole = super::image::whole(packed, index.as_ref(), annotations)?;
        let list = Index {
            schema_version: 2,
            media_type: Some(media::INDEX.to_owned()),
            manifests: entries(&whole, output, annotations),
        };
        layout.document("index.json", serde_json::to_vec(&list).what(|| "writing index.json")?);
        if output.kind == OutputKind::Docker {
            layout.document("manifest.json", listed(packed, output)?);
        }
        Ok((layout, whole))
    }
}

/// One entry per name; one without a name otherwise. Other tools look an image up by what stands here.
fn entries(whole: &Descriptor, output: &PreparedOutput, annotations: &Annotations) -> Vec<Descriptor> {
    let notes = annotations.of(On::IndexDescriptor, None);
    let entry = |more: BTreeMap<String, String>| {
        let all = whole.annotations.iter().chain(&notes).map(|(key, value)| (key.clone(), value.clone()));
        Descriptor { annotations: all.chain(more).collect(), ..whole.clone() }
    };
    let named = output.options.names.iter().map(|name| {
        entry(BTreeMap::from([
            ("io.containerd.image.name".to_owned(), name.canonical().to_owned()),
            ("org.opencontainers.image.ref.name".to_owned(), name.canonical().to_owned()),
        ]))
    });
    let named: Vec<Descriptor> = named.collect();
    if named.is_empty() { vec![entry(BTreeMap::new())] } else { named }
}

/// docker's `manifest.json`.
fn listed(packed: &[Packed], output: &PreparedOutput) -> Result<Vec<u8>> {
    let names: Vec<&str> = output.options.names.iter().map(|name| name.familiar()).collect();
    let one = |one: &Packed| {
        let layers: Vec<String> =
            one.image.layers.iter().map(|layer| layout::path(&layer.blob.digest)).collect();
        let tags = (!names.is_empty()).then_some(&names);
        json!({ "Config": layout::path(&one.id), "RepoTags": tags, "Layers": layers })
    };
    serde_json::to_vec(&packed.iter().map(one).collect::<Vec<_>>()).what(|| "writing manifest.json")
}
