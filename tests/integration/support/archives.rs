//! Archives of images in every layout that the tools of the field write.

use super::{Image, Layer};
use rcon::oci::digest::Digest;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::io::Write;

/// How bytes are packed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Packing {
    Plain,
    Gzip,
    Zstd,
}

pub(crate) const PACKINGS: [Packing; 3] = [Packing::Plain, Packing::Gzip, Packing::Zstd];

impl Packing {
    /// The same bytes, packed.
    pub(crate) fn pack(self, bytes: &[u8]) -> Vec<u8> {
        match self {
            Self::Plain => bytes.to_vec(),
            Self::Gzip => {
                let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
                encoder.write_all(bytes).unwrap();
                encoder.finish().unwrap()
            }
            Self::Zstd => zstd::encode_all(bytes, 1).unwrap(),
        }
    }

    pub(super) fn media_type(self) -> String {
        let suffix = match self {
            Self::Plain => "",
            Self::Gzip => "+gzip",
            Self::Zstd => "+zstd",
        };
        format!("application/vnd.oci.image.layer.v1.tar{suffix}")
    }
}

/// Who lays out an archive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Layout {
    /// `<id>/layer.tar`, a layer that is there twice as a link: docker before 25.
    DockerOld,
    /// Blobs of an OCI layout and docker's list beside it: docker from 25 on.
    DockerNew,
    /// `<diff id>.tar`, with the old names as links: podman and skopeo.
    Podman,
    /// An OCI layout, its layers packed.
    Oci(Packing),
}

/// One of each.
pub(crate) const LAYOUTS: [Layout; 6] = [
    Layout::DockerOld,
    Layout::DockerNew,
    Layout::Podman,
    Layout::Oci(Packing::Plain),
    Layout::Oci(Packing::Gzip),
    Layout::Oci(Packing::Zstd),
];

/// An image that is going to be an archive.
#[derive(Clone)]
pub(crate) struct Archive {
    layers: Vec<Vec<u8>>,
    names: Vec<String>,
    config: Value,
}

impl Archive {
    /// Of this machine's architecture, without layers.
    pub(crate) fn new(name: &str) -> Self {
        let config = json!({
            "architecture": if cfg!(target_arch = "aarch64") { "arm64" } else { "amd64" },
            "os": "linux",
            "created": "2026-01-02T03:04:05Z",
            "config": {},
        });
        Self { layers: Vec::new(), names: vec![tagged(name)], config }
    }

    /// The same, over busybox.
    pub(crate) fn busybox(name: &str) -> Self {
        Self::new(name).tar(Image::busybox_tree())
    }

    /// One more layer on top.
    pub(crate) fn layer(self, layer: Layer) -> Self {
        self.tar(layer.archive())
    }

    /// One more layer on top, as a tar archive, or as what pretends to be one.
    pub(crate) fn tar(mut self, tar: Vec<u8>) -> Self {
        self.layers.push(tar);
        self
    }

    /// Sets a field of the configuration.
    pub(crate) fn field(mut self, key: &str, value: Value) -> Self {
        self.config[key] = value;
        self
    }

    /// Other names, or none.
    pub(crate) fn names(mut self, names: &[&str]) -> Self {
        self.names = names.iter().map(|name| tagged(name)).collect();
        self
    }

    fn config_bytes(&self) -> Vec<u8> {
        let mut config = self.config.clone();
        let diff_ids: Vec<_> = self.diff_ids().iter().map(ToString::to_string).collect();
        config["rootfs"] = json!({ "type": "layers", "diff_ids": diff_ids });
        serde_json::to_vec(&config).unwrap()
    }

    fn diff_ids(&self) -> Vec<Digest> {
        self.layers.iter().map(|layer| Digest::of(layer)).collect()
    }

    /// What rcon will call it.
    pub(crate) fn id(&self) -> Digest {
        Digest::of(&self.config_bytes())
    }

    /// The archive.
    pub(crate) fn write(&self, layout: Layout) -> Vec<u8> {
        together(&[self], layout)
    }
}

/// A name in an archive always has a tag.
fn tagged(name: &str) -> String {
    if name.contains(':') { name.to_owned() } else { format!("{name}:latest") }
}

/// One archive of several images.
pub(crate) fn together(images: &[&Archive], layout: Layout) -> Vec<u8> {
    let mut written = Written { archive: Some(Layer::new()), names: BTreeSet::new() };
    match layout {
        Layout::Oci(packing) => oci(&mut written, images, packing),
        Layout::DockerNew => {
            docker(&mut written, images, layout);
            oci(&mut written, images, Packing::Plain);
        }
        Layout::DockerOld | Layout::Podman => docker(&mut written, images, layout),
    }
    written.archive.unwrap().archive()
}

/// An archive in the making, each member once.
struct Written {
    archive: Option<Layer>,
    names: BTreeSet<String>,
}

impl Written {
    fn file(&mut self, name: &str, bytes: impl AsRef<[u8]>) {
        if self.names.insert(name.to_owned()) {
            self.archive = self.archive.take().map(|archive| archive.file(name, 0o444, bytes));
        }
    }

    fn link(&mut self, name: &str, target: &str) {
        if self.names.insert(name.to_owned()) {
            self.archive = self.archive.take().map(|archive| archive.link(name, target));
        }
    }

    /// A blob of an OCI layout; gives its descriptor.
    fn blob(&mut self, media_type: &str, bytes: &[u8]) -> Value {
        let digest = Digest::of(bytes);
        self.file(&format!("blobs/sha256/{}", digest.hex()), bytes);
        json!({ "mediaType": media_type, "digest": digest.to_string(), "size": bytes.len() })
    }
}

fn docker(written: &mut Written, images: &[&Archive], layout: Layout) {
    let mut listed = Vec::new();
    for (number, image) in images.iter().enumerate() {
        let config = image.config_bytes();
        let hex = Digest::of(&config).hex();
        let config_name = match layout {
            Layout::DockerNew => format!("blobs/sha256/{hex}"),
            _ => format!("{hex}.json"),
        };
        written.file(&config_name, &config);
        let mut paths: Vec<String> = Vec::new();
        let diff_ids = image.diff_ids();
        for (index, (layer, diff_id)) in image.layers.iter().zip(&diff_ids).enumerate() {
            let first = diff_ids.iter().position(|other| other == diff_id).unwrap_or(index);
            let path = match layout {
                Layout::DockerOld => {
                    let folder = Digest::of(format!("{number}/{index}").as_bytes()).hex();
                    written.file(&format!("{folder}/VERSION"), "1.0");
                    written.file(&format!("{folder}/json"), "{}");
                    let path = format!("{folder}/layer.tar");
                    match first == index {
                        true => written.file(&path, layer),
                        false => written.link(&path, &format!("../{}", paths[first])),
                    }
                    path
                }
                Layout::Podman => {
                    let path = format!("{}.tar", diff_id.hex());
                    written.file(&path, layer);
                    written.link(&format!("{}/layer.tar", diff_id.hex()), &format!("../{path}"));
                    path
                }
                _ => {
                    let path = format!("blobs/sha256/{}", diff_id.hex());
                    written.file(&path, layer);
                    path
                }
            };
            paths.push(path);
        }
        listed.push(json!({ "Config": config_name, "RepoTags": image.names, "Layers": paths }));
    }
    written.file("manifest.json", Value::from(listed).to_string());
    if layout != Layout::DockerNew {
        written.file("repositories", "{}");
    }
}

fn oci(written: &mut Written, images: &[&Archive], packing: Packing) {
    const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
    let mut manifests = Vec::new();
    for image in images {
        let layers: Vec<Value> = image
            .layers
            .iter()
            .map(|layer| written.blob(&packing.media_type(), &packing.pack(layer)))
            .collect();
        let config = written.blob("application/vnd.oci.image.config.v1+json", &image.config_bytes());
        let manifest = json!({
            "schemaVersion": 2, "mediaType": MANIFEST, "config": config, "layers": layers,
        });
        let mut entry = written.blob(MANIFEST, manifest.to_string().as_bytes());
        for name in &image.names {
            entry["annotations"] = json!({ "org.opencontainers.image.ref.name": name });
            manifests.push(entry.clone());
        }
        if image.names.is_empty() {
            manifests.push(entry);
        }
    }
    written.file("oci-layout", r#"{"imageLayoutVersion":"1.0.0"}"#);
    let index = json!({
        "schemaVersion": 2,
        "mediaType": "application/vnd.oci.image.index.v1+json",
        "manifests": manifests,
    });
    written.file("index.json", index.to_string());
}

/// A layer with all that a tar archive can say of a file.
pub(crate) struct RichLayer(tar::Builder<Vec<u8>>);

/// An entry of one.
pub(crate) struct Item<'a> {
    pub(crate) name: &'a str,
    pub(crate) kind: tar::EntryType,
    pub(crate) mode: u32,
    pub(crate) owner: (u64, u64),
    pub(crate) pax: &'a [(&'a str, &'a [u8])],
    pub(crate) link: &'a str,
    pub(crate) content: &'a [u8],
}

impl Default for Item<'_> {
    fn default() -> Self {
        Self {
            name: "",
            kind: tar::EntryType::Regular,
            mode: 0o644,
            owner: (0, 0),
            pax: &[],
            link: "",
            content: b"",
        }
    }
}

impl RichLayer {
    pub(crate) fn new() -> Self {
        Self(tar::Builder::new(Vec::new()))
    }

    /// One more entry.
    pub(crate) fn item(mut self, item: Item<'_>) -> Self {
        if !item.pax.is_empty() {
            self.0.append_pax_extensions(item.pax.iter().copied()).unwrap();
        }
        let mut header = tar::Header::new_ustar();
        header.set_path(item.name).unwrap();
        if !item.link.is_empty() {
            header.set_link_name(item.link).unwrap();
        }
        header.set_entry_type(item.kind);
        header.set_mode(item.mode);
        header.set_uid(item.owner.0);
        header.set_gid(item.owner.1);
        header.set_mtime(1_700_000_000);
        header.set_size(item.content.len() as u64);
        header.set_cksum();
        self.0.append(&header, item.content).unwrap();
        self
    }

    /// The archive.
    pub(crate) fn archive(self) -> Vec<u8> {
        self.0.into_inner().unwrap()
    }
}
