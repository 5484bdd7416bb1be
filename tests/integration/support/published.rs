//! Images as a registry has them: manifests, and the blobs they name.

use super::Image;
use super::archives::Packing;
use rcon::oci::digest::Digest;
use serde_json::{Value, json};

/// Whose words a manifest uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    /// The OCI image specification's.
    Oci,
    /// Docker's image manifest, version 2, schema 2.
    Docker,
}

pub(crate) const FORMATS: [Format; 2] = [Format::Oci, Format::Docker];

impl Format {
    fn manifest(self) -> &'static str {
        match self {
            Self::Oci => "application/vnd.oci.image.manifest.v1+json",
            Self::Docker => "application/vnd.docker.distribution.manifest.v2+json",
        }
    }

    fn index(self) -> &'static str {
        match self {
            Self::Oci => "application/vnd.oci.image.index.v1+json",
            Self::Docker => "application/vnd.docker.distribution.manifest.list.v2+json",
        }
    }

    fn config(self) -> &'static str {
        match self {
            Self::Oci => "application/vnd.oci.image.config.v1+json",
            Self::Docker => "application/vnd.docker.container.image.v1+json",
        }
    }

    fn layer(self, packing: Packing) -> String {
        match (self, packing) {
            (Self::Oci, packing) => packing.media_type(),
            (Self::Docker, Packing::Plain) => "application/vnd.docker.image.rootfs.diff.tar".to_owned(),
            (Self::Docker, Packing::Gzip) => "application/vnd.docker.image.rootfs.diff.tar.gzip".to_owned(),
            (Self::Docker, Packing::Zstd) => "application/vnd.docker.image.rootfs.diff.tar.zstd".to_owned(),
        }
    }
}

/// A manifest or an index, with all it names.
#[derive(Clone)]
pub(crate) struct Published {
    pub(crate) media_type: String,
    pub(crate) manifest: Vec<u8>,
    /// The configuration, then the layers, the lowest first.
    pub(crate) blobs: Vec<Vec<u8>>,
    /// What an index lists.
    pub(crate) children: Vec<Published>,
    architecture: &'static str,
}

impl Published {
    /// As an image that was pushed with its layers packed.
    pub(crate) fn of(image: &Image, format: Format, packing: Packing) -> Self {
        let layers: Vec<_> = image.layers.iter().map(|layer| packing.pack(layer)).collect();
        let config = image.config_file();
        let layer_type = format.layer(packing);
        let manifest = json!({
            "schemaVersion": 2,
            "mediaType": format.manifest(),
            "config": descriptor(format.config(), &config),
            "layers": layers.iter().map(|layer| descriptor(&layer_type, layer)).collect::<Vec<_>>(),
        });
        Self {
            media_type: format.manifest().to_owned(),
            manifest: serde_json::to_vec(&manifest).unwrap(),
            blobs: [config].into_iter().chain(layers).collect(),
            children: Vec::new(),
            architecture: image.architecture,
        }
    }

    /// The usual: OCI, gzip.
    pub(crate) fn usual(image: &Image) -> Self {
        Self::of(image, Format::Oci, Packing::Gzip)
    }

    /// An index of images, or of indexes.
    pub(crate) fn index(format: Format, children: Vec<Self>) -> Self {
        let entry = |child: &Self| {
            let mut entry = descriptor(&child.media_type, &child.manifest);
            entry["platform"] = json!({ "os": "linux", "architecture": child.architecture });
            entry
        };
        let index = json!({
            "schemaVersion": 2,
            "mediaType": format.index(),
            "manifests": children.iter().map(entry).collect::<Vec<_>>(),
        });
        Self {
            media_type: format.index().to_owned(),
            manifest: serde_json::to_vec(&index).unwrap(),
            blobs: Vec::new(),
            architecture: children.first().map_or(super::image::ARCHITECTURE, |child| child.architecture),
            children,
        }
    }

    /// The same blobs under an altered manifest.
    pub(crate) fn edited(&self, edit: impl FnOnce(&mut Value)) -> Self {
        let mut manifest = serde_json::from_slice(&self.manifest).unwrap();
        edit(&mut manifest);
        Self { manifest: serde_json::to_vec(&manifest).unwrap(), ..self.clone() }
    }

    /// What it is pulled by.
    pub(crate) fn digest(&self) -> Digest {
        Digest::of(&self.manifest)
    }

    /// The image's id.
    pub(crate) fn config_digest(&self) -> Digest {
        Digest::of(&self.blobs[0])
    }

    /// A layer as it is transferred, the lowest is 0.
    pub(crate) fn layer(&self, number: usize) -> &[u8] {
        &self.blobs[number + 1]
    }

    /// The digest by which that layer is fetched.
    pub(crate) fn layer_digest(&self, number: usize) -> Digest {
        Digest::of(self.layer(number))
    }

    /// It and what it lists, all the way down.
    pub(crate) fn all(&self) -> Vec<&Self> {
        [self].into_iter().chain(self.children.iter().flat_map(Self::all)).collect()
    }
}

fn descriptor(media_type: &str, bytes: &[u8]) -> Value {
    json!({ "mediaType": media_type, "digest": Digest::of(bytes).to_string(), "size": bytes.len() })
}

/// Bytes that do not compress, the same for the same seed.
pub(crate) fn noise(length: usize, seed: u64) -> Vec<u8> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut bytes = Vec::with_capacity(length + 8);
    while bytes.len() < length {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        bytes.extend_from_slice(&state.to_le_bytes());
    }
    bytes.truncate(length);
    bytes
}
