//! An OCI image layout (image-layout.md), in a tar (oci-archive) or as files (oci-dir).

use super::{ArchivedImage, ArchivedLayer, IMAGE_LIMIT, Members, invalid, pair};
use crate::error::{Error, Kind, Result};
use crate::oci::config::ImageConfig;
use crate::oci::digest::Digest;
use crate::oci::manifest::{Descriptor, Document, Manifest, architecture};
use crate::oci::platform::Wanted;
use crate::storage::tags::TagName;
use serde::Deserialize;

/// Indexes inside indexes.
const DEPTH_LIMIT: usize = 4;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Layout {
    image_layout_version: String,
}

pub(super) fn read(members: &Members) -> Result<Vec<ArchivedImage>> {
    // Some writers leave it out, and other readers do without it.
    if members.has("oci-layout") {
        check_version(members)?;
    }
    let Document::Index(index) = Document::parse(&members.document("index.json")?)? else {
        return Err(invalid("an index.json that is no index"));
    };
    if index.manifests.len() > IMAGE_LIMIT {
        return Err(invalid(format!("an archive of more than {IMAGE_LIMIT} images")));
    }
    let mut images: Vec<ArchivedImage> = Vec::new();
    // Of an image for several platforms only ours counts; foreign ones beside it are not for us.
    let several = index.manifests.len() > 1;
    for entry in &index.manifests {
        let foreign = entry.platform.as_ref().is_some_and(|platform| {
            !platform.architecture.is_empty()
                && (platform.os != "linux" || platform.architecture != architecture())
        });
        if !(several && foreign) {
            images.push(image(members, entry)?);
        }
    }
    Ok(images)
}

fn check_version(members: &Members) -> Result<()> {
    let layout: Layout = serde_json::from_slice(&members.document("oci-layout")?)
        .map_err(|cause| invalid("a damaged oci-layout").why(cause))?;
    match layout.image_layout_version.as_str() {
        "1.0.0" => Ok(()),
        version => Err(Error::new(Kind::Unsupported, format!("an OCI layout of version {version}"))),
    }
}

fn image(members: &Members, entry: &Descriptor) -> Result<ArchivedImage> {
    let mut descriptor = entry.clone();
    let mut depth = 0;
    let (bytes, manifest) = loop {
        let bytes = blob(members, &descriptor)?;
        match Document::parse(&bytes)? {
            Document::Manifest(manifest) => break (bytes, manifest),
            Document::Index(index) if depth < DEPTH_LIMIT => {
                depth += 1;
                let none = || {
                    let what = format!("the image is not made for linux/{}", architecture());
                    Error::new(Kind::Unsupported, what)
                };
                descriptor = index.choose(&Wanted::of_this_machine()).cloned().ok_or_else(none)?;
            }
            Document::Index(_) => return Err(invalid("an index in an index in an index…")),
        }
    };
    described(members, &manifest, bytes, &descriptor.media_type, name(entry)?)
}

fn described(
    members: &Members,
    manifest: &Manifest,
    bytes: Vec<u8>,
    media_type: &str,
    name: Option<TagName>,
) -> Result<ArchivedImage> {
    let config_bytes = blob(members, &manifest.config)?;
    let config = ImageConfig::parse(&config_bytes)?;
    let diff_ids = pair(&config, manifest.layers.len())?;
    let layers = manifest.layers.iter().zip(diff_ids).map(|(layer, diff_id)| {
        let section = members.section(&path(&layer.digest))?;
        if section.size() != layer.size {
            return Err(invalid(format!("blob {} is not as long as its manifest says", layer.digest)));
        }
        let media_type = Some(layer.media_type.clone()).filter(|media_type| !media_type.is_empty());
        Ok(ArchivedLayer { diff_id: *diff_id, blob: Some(layer.digest), media_type, section })
    });
    let layers = layers.collect::<Result<_>>()?;
    let manifest = Some((bytes, media_type.to_owned()));
    Ok(ArchivedImage { names: name.into_iter().collect(), config_bytes, config, manifest, layers })
}

/// containerd's annotation is a whole name; OCI's may be one, or a bare tag, which names nothing.
fn name(entry: &Descriptor) -> Result<Option<TagName>> {
    if let Some(name) = entry.annotations.get("io.containerd.image.name") {
        return TagName::parse(name).map(Some);
    }
    let name = entry.annotations.get("org.opencontainers.image.ref.name");
    name.filter(|name| name.contains([':', '/'])).map(|name| TagName::parse(name)).transpose()
}

fn path(digest: &Digest) -> String {
    format!("blobs/sha256/{}", digest.hex())
}

/// A document, whose bytes are what its descriptor says.
fn blob(members: &Members, descriptor: &Descriptor) -> Result<Vec<u8>> {
    let bytes = members.document(&path(&descriptor.digest))?;
    match Digest::of(&bytes) == descriptor.digest {
        true => Ok(bytes),
        false => Err(invalid(format!("blob {} is not what its name says", descriptor.digest))),
    }
}
