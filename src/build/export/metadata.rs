//! What `--metadata-file` gets, by BuildKit's keys.

use super::packed::Packed;
use crate::error::Result;
use crate::ids::ContainerId;
use crate::oci::digest::Digest;
use crate::oci::manifest::Descriptor;
use serde_json::{Map, Value, json};

/// Of a build that gave these images; `whole` is what stands for all of them where documents were written.
pub(super) fn metadata(id: Option<Digest>, whole: Option<&Descriptor>, names: &[String]) -> Result<Value> {
    let mut metadata = Map::new();
    let mut reference = ContainerId::random()?.to_string();
    reference.truncate(25);
    metadata.insert("buildx.build.ref".to_owned(), json!(format!("default/default/{reference}")));
    if let Some(id) = id {
        metadata.insert("containerimage.config.digest".to_owned(), json!(id));
    }
    if let Some(descriptor) = whole {
        metadata.insert("containerimage.descriptor".to_owned(), json!(descriptor));
    }
    // docker's own store knows an image by its configuration alone.
    if let Some(digest) = whole.map(|descriptor| descriptor.digest).or(id) {
        metadata.insert("containerimage.digest".to_owned(), json!(digest));
    }
    if !names.is_empty() {
        metadata.insert("image.name".to_owned(), json!(names.join(",")));
    }
    Ok(Value::Object(metadata))
}

/// The id of a single image; several have none in common.
pub(super) fn only_id(images: &[Packed]) -> Option<Digest> {
    match images {
        [only] => Some(only.id),
        _ => None,
    }
}
