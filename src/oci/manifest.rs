//! Image manifests and indexes: OCI image-spec v1.1 and Docker's schema 2, which have the same shape.
//!
//! Own types and not oci-spec's: those lose unknown fields and write maps in random order. The bytes
//! a digest was made of are kept beside whatever is parsed here.

use crate::error::{Error, Kind, Result};
use crate::oci::digest::Digest;
use crate::oci::platform::Wanted;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Bytes of a manifest, an index or a configuration; registries refuse larger ones as well.
pub const DOCUMENT_LIMIT: u64 = 4 * 1024 * 1024;
/// Layers of one image; overlayfs takes 500 directories.
pub const LAYER_LIMIT: usize = 500;

/// Media types rcon writes or asks for.
pub mod media {
    /// OCI image manifest.
    pub const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
    /// OCI image index.
    pub const INDEX: &str = "application/vnd.oci.image.index.v1+json";
    /// OCI image configuration.
    pub const CONFIG: &str = "application/vnd.oci.image.config.v1+json";
    /// OCI layer, not compressed.
    pub const LAYER: &str = "application/vnd.oci.image.layer.v1.tar";
    /// OCI layer, gzip.
    pub const LAYER_GZIP: &str = "application/vnd.oci.image.layer.v1.tar+gzip";
    /// OCI layer, zstd.
    pub const LAYER_ZSTD: &str = "application/vnd.oci.image.layer.v1.tar+zstd";
    /// Docker schema 2 manifest.
    pub const DOCKER_MANIFEST: &str = "application/vnd.docker.distribution.manifest.v2+json";
    /// Docker manifest list.
    pub const DOCKER_INDEX: &str = "application/vnd.docker.distribution.manifest.list.v2+json";
}

/// What is meant, how long it is, and what it is for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Descriptor {
    /// Empty where an old tool left it out.
    #[serde(default)]
    pub media_type: String,
    /// Of the bytes meant.
    pub digest: Digest,
    /// Bytes.
    pub size: u64,
    /// Free notes; never used as a path.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub annotations: BTreeMap<String, String>,
    /// Of a manifest in an index.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub platform: Option<Platform>,
}

/// What a manifest in an index runs on.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Platform {
    /// Go's name: `amd64`, `arm64`…
    #[serde(default)]
    pub architecture: String,
    /// `linux`, `windows`…
    #[serde(default)]
    pub os: String,
    /// Of Windows: `10.0.14393.1066`.
    #[serde(default, rename = "os.version", skip_serializing_if = "Option::is_none")]
    pub os_version: Option<String>,
    /// Of Windows: `win32k`.
    #[serde(default, rename = "os.features", skip_serializing_if = "Vec::is_empty")]
    pub os_features: Vec<String>,
    /// `v7`, `v8`…
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub variant: Option<String>,
}

/// One image: its configuration and its layers, lowest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Manifest {
    /// 2.
    pub schema_version: u32,
    /// Docker demands it, OCI recommends it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub media_type: Option<String>,
    /// The image's configuration; its digest is the image's id.
    pub config: Descriptor,
    /// Lowest first.
    pub layers: Vec<Descriptor>,
    /// Free notes.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub annotations: BTreeMap<String, String>,
}

/// Several manifests, mostly one per platform.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Index {
    /// 2.
    pub schema_version: u32,
    /// See [`media::INDEX`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub media_type: Option<String>,
    /// Manifests or further indexes.
    pub manifests: Vec<Descriptor>,
}

/// Either, told apart by what is in it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::large_enum_variant, reason = "there is one at a time, and none is kept")]
pub enum Document {
    /// One image.
    Manifest(Manifest),
    /// Several.
    Index(Index),
}

impl Document {
    /// Reads a manifest or an index.
    ///
    /// # Errors
    /// When it is too long, both at once, or calls itself something it is not (CVE-2021-41190).
    pub fn parse(bytes: &[u8]) -> Result<Self> {
        check_length(bytes)?;
        let shape: Shape = serde_json::from_slice(bytes).map_err(|cause| invalid("a manifest").why(cause))?;
        if shape.schema_version != 2 {
            let what = format!("a manifest of schema version {}", shape.schema_version);
            return Err(Error::new(Kind::Unsupported, what).fix("save or push the image with a newer tool"));
        }
        let manifest = shape.layers.is_some() || shape.config.is_some();
        let index = shape.manifests.is_some();
        let called = shape.media_type.as_deref().unwrap_or_default();
        let document = match (manifest, index) {
            (true, true) => return Err(invalid("a document that is a manifest and an index at once")),
            (true, false) if matches!(called, "" | media::MANIFEST | media::DOCKER_MANIFEST) => {
                serde_json::from_slice(bytes).map(Self::Manifest)
            }
            (false, true) if matches!(called, "" | media::INDEX | media::DOCKER_INDEX) => {
                serde_json::from_slice(bytes).map(Self::Index)
            }
            _ => return Err(invalid(format!("a document that is not the `{called}` it calls itself"))),
        };
        let document = document.map_err(|cause| invalid("a manifest").why(cause))?;
        match &document {
            Self::Manifest(manifest) if manifest.layers.len() > LAYER_LIMIT => Err(too_many_layers()),
            _ => Ok(document),
        }
    }
}

impl Index {
    /// The manifest that fits `wanted` best, or the only one where it has no platform.
    pub fn choose(&self, wanted: &Wanted) -> Option<&Descriptor> {
        let ranked =
            self.manifests.iter().filter_map(|entry| Some((wanted.rank(entry.platform.as_ref()?)?, entry)));
        let best = ranked.min_by_key(|(rank, _)| *rank).map(|(_, entry)| entry);
        best.or(match &self.manifests[..] {
            [only] if only.platform.is_none() => Some(only),
            _ => None,
        })
    }
}

/// Go's name of the machine's architecture, as images use it.
pub fn architecture() -> &'static str {
    match std::env::consts::ARCH {
        "x86_64" => "amd64",
        "aarch64" => "arm64",
        "x86" => "386",
        "powerpc64" => "ppc64le",
        "loongarch64" => "loong64",
        other => other,
    }
}

/// More layers than can be mounted.
pub fn too_many_layers() -> Error {
    Error::new(Kind::Invalid, format!("an image of more than {LAYER_LIMIT} layers"))
}

/// Refuses what is longer than any honest document.
pub fn check_length(bytes: &[u8]) -> Result<()> {
    match bytes.len() as u64 {
        length if length > DOCUMENT_LIMIT => {
            Err(invalid(format!("a document of {length} bytes; the limit is {DOCUMENT_LIMIT}")))
        }
        _ => Ok(()),
    }
}

/// The fields that tell the documents apart.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Shape {
    #[serde(default)]
    schema_version: u32,
    media_type: Option<String>,
    config: Option<serde::de::IgnoredAny>,
    layers: Option<serde::de::IgnoredAny>,
    manifests: Option<serde::de::IgnoredAny>,
}

fn invalid(what: impl Into<String>) -> Error {
    Error::new(Kind::Invalid, what)
}

#[cfg(test)]
mod tests {
    use super::*;

    const EMPTY: &str = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    fn manifest(extra: &str) -> String {
        format!(r#"{{"schemaVersion":2,"config":{{"digest":"{EMPTY}","size":0}},"layers":[]{extra}}}"#)
    }

    #[test]
    fn a_document_is_a_manifest_or_an_index_never_both() {
        assert!(matches!(Document::parse(manifest("").as_bytes()), Ok(Document::Manifest(_))));
        let docker = format!(r#","mediaType":"{}""#, media::DOCKER_MANIFEST);
        assert!(Document::parse(manifest(&docker).as_bytes()).is_ok());
        let index = r#"{"schemaVersion":2,"manifests":[]}"#;
        assert!(matches!(Document::parse(index.as_bytes()), Ok(Document::Index(_))));
        let disguised = format!(r#","mediaType":"{}""#, media::INDEX);
        for wrong in
            [manifest(r#","manifests":[]"#), manifest(&disguised), "{}".into(), "[]".into(), "".into()]
        {
            assert!(Document::parse(wrong.as_bytes()).is_err(), "{wrong}");
        }
        let long = manifest(&" ".repeat(5 << 20));
        assert!(Document::parse(long.as_bytes()).is_err());
    }

    #[test]
    fn digests_that_are_paths_do_not_parse() {
        for digest in ["sha256:../../x", "../../x", "sha256:AA", "md5:00"] {
            let text = manifest("").replace(EMPTY, digest);
            assert!(Document::parse(text.as_bytes()).is_err(), "{digest}");
        }
    }
}
