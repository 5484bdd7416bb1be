//! docker-archive: `manifest.json` lists configurations, names and layers.
//!
//! Layers are `<id>/layer.tar`, often links to one another (docker before 25), `<hex>.tar` (podman,
//! skopeo) or `blobs/sha256/<hex>` (docker from 25 on).

use super::{ArchivedImage, ArchivedLayer, Members, invalid, pair};
use crate::error::Result;
use crate::oci::config::ImageConfig;
use crate::oci::digest::Digest;
use crate::storage::tags::TagName;
use serde::Deserialize;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Listed {
    config: String,
    #[serde(default)]
    repo_tags: Option<Vec<String>>,
    #[serde(default)]
    layers: Option<Vec<String>>,
}

pub(super) fn read(members: &Members) -> Result<Vec<ArchivedImage>> {
    let listed: Vec<Listed> = serde_json::from_slice(&members.document("manifest.json")?)
        .map_err(|cause| invalid("a damaged manifest.json").why(cause))?;
    listed.into_iter().map(|listed| image(members, &listed)).collect()
}

fn image(members: &Members, listed: &Listed) -> Result<ArchivedImage> {
    let config_bytes = members.document(&listed.config)?;
    if named_digest(&listed.config).is_some_and(|named| named != Digest::of(&config_bytes)) {
        return Err(invalid(format!("the configuration `{}` is not what its name says", listed.config)));
    }
    let config = ImageConfig::parse(&config_bytes)?;
    let paths = listed.layers.as_deref().unwrap_or_default();
    let diff_ids = pair(&config, paths.len())?;
    let layers = paths.iter().zip(diff_ids).map(|(path, diff_id)| {
        // Only this folder names blobs by the bytes they hold; elsewhere a name is only a name.
        let blob = path.strip_prefix("blobs/sha256/").and_then(Digest::from_hex);
        Ok(ArchivedLayer { diff_id: *diff_id, blob, media_type: None, section: members.section(path)? })
    });
    let layers = layers.collect::<Result<_>>()?;
    let names = listed.repo_tags.iter().flatten().map(|name| TagName::parse(name)).collect::<Result<_>>()?;
    Ok(ArchivedImage { names, config_bytes, config, manifest: None, layers })
}

/// The digest in `<hex>.json` or `blobs/sha256/<hex>`.
fn named_digest(path: &str) -> Option<Digest> {
    Digest::from_hex(path.strip_suffix(".json").or(path.strip_prefix("blobs/sha256/"))?)
}
