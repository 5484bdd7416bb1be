//! The records of a cache as they are written down.

use super::{INLINE, Known};
use crate::build::steps::BuiltStep;
use crate::build::whole::BuiltImage;
use crate::error::{Context, Error, Kind, Result};
use crate::oci::digest::Digest;
use crate::oci::manifest::{DOCUMENT_LIMIT, LAYER_LIMIT};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;

/// The form of the document; another number is another form.
const VERSION: u32 = 1;

/// What a cache knows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Document {
    version: u32,
    /// The steps.
    steps: Vec<BuiltStep>,
    /// Where their layers are; none in an image, whose own they are.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub layers: Vec<LayerOf>,
}

/// A layer, and the blob it is in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LayerOf {
    /// Not compressed.
    pub diff_id: Digest,
    /// As it is kept.
    pub blob: Digest,
    /// Bytes of that.
    pub size: u64,
}

impl Document {
    /// Of these steps, without places of layers.
    pub fn of(steps: &[BuiltStep]) -> Self {
        Self { version: VERSION, steps: steps.to_vec(), layers: Vec::new() }
    }

    /// Layers of the steps, each once.
    pub fn diff_ids(&self) -> Vec<Digest> {
        let mut all = Vec::new();
        for step in &self.steps {
            if !all.contains(&step.diff_id) {
                all.push(step.diff_id);
            }
        }
        all
    }

    /// Its bytes.
    ///
    /// # Errors
    /// [`Kind::Unsupported`] when there are more steps than a registry takes records of.
    pub fn bytes(&self) -> Result<Vec<u8>> {
        let bytes = serde_json::to_vec(self).what(|| "writing a cache of builds")?;
        match bytes.len() as u64 > DOCUMENT_LIMIT {
            true => Err(Error::new(Kind::Unsupported, "a cache of too many steps").fix("mode=min")),
            false => Ok(bytes),
        }
    }

    /// Reads one.
    ///
    /// # Errors
    /// [`Kind::Invalid`] for what is none, [`Kind::Unsupported`] for one of a newer rcon.
    pub fn parse(bytes: &[u8]) -> Result<Self> {
        let document: Self = serde_json::from_slice(bytes)
            .map_err(|cause| Error::new(Kind::Invalid, "a damaged cache of builds").why(cause))?;
        document.checked()
    }

    fn checked(self) -> Result<Self> {
        if self.version != VERSION {
            let what = format!("a cache of builds of version {}", self.version);
            return Err(Error::new(Kind::Unsupported, what).fix("update rcon"));
        }
        Ok(self)
    }

    /// The records with their blobs; those whose blob is not named are left out.
    pub fn known(self) -> Vec<(Vec<Digest>, Known)> {
        let places: HashMap<Digest, LayerOf> =
            self.layers.into_iter().take(LAYER_LIMIT).map(|layer| (layer.diff_id, layer)).collect();
        let known = |step: BuiltStep| {
            let place = places.get(&step.diff_id)?;
            let (blob, size) = (place.blob, place.size);
            Some((step.keys, Known { diff_id: step.diff_id, blob, size, description: step.description }))
        };
        self.steps.into_iter().filter_map(known).collect()
    }

    /// The records in an image's configuration, if it has some; `layers` are the image's.
    ///
    /// # Errors
    /// As [`Self::parse`].
    pub fn inline(config: &serde_json::Value, layers: Vec<LayerOf>) -> Result<Option<Self>> {
        let Some(field) = config.get(INLINE) else { return Ok(None) };
        let document: Self = serde_json::from_value(field.clone())
            .map_err(|cause| Error::new(Kind::Invalid, "a damaged cache of builds").why(cause))?;
        Ok(Some(Self { layers, ..document.checked()? }))
    }
}

/// Writes the records of the image's own layers into its configuration.
///
/// # Errors
/// Never for what a build made.
pub fn put_inline(image: &mut BuiltImage) -> Result<()> {
    let own = |step: &&BuiltStep| image.config.rootfs.diff_ids.contains(&step.diff_id);
    let steps: Vec<BuiltStep> = image.steps.iter().filter(own).cloned().collect();
    let value = serde_json::to_value(Document::of(&steps)).what(|| "writing a cache of builds")?;
    image.config.extra.insert(INLINE.to_owned(), value);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn step(key: &[u8], layer: &[u8]) -> BuiltStep {
        BuiltStep { keys: vec![Digest::of(key)], diff_id: Digest::of(layer), description: "RUN x".to_owned() }
    }

    #[test]
    fn records_come_back_with_the_blobs_of_their_layers() {
        let mut document = Document::of(&[step(b"1", b"a"), step(b"2", b"b"), step(b"3", b"a")]);
        assert_eq!(document.diff_ids(), [Digest::of(b"a"), Digest::of(b"b")]);
        document.layers = vec![LayerOf { diff_id: Digest::of(b"a"), blob: Digest::of(b"z"), size: 7 }];
        let known = Document::parse(&document.bytes().unwrap()).unwrap().known();
        let keys: Vec<_> = known.iter().map(|(keys, known)| (keys[0], known.blob, known.size)).collect();
        assert_eq!(keys, [(Digest::of(b"1"), Digest::of(b"z"), 7), (Digest::of(b"3"), Digest::of(b"z"), 7)]);
    }

    #[test]
    fn what_is_no_cache_is_refused() {
        for text in
            ["", "{}", "[]", r#"{"version":2,"steps":[]}"#, r#"{"version":1,"steps":[{"keys":["x"]}]}"#]
        {
            assert!(Document::parse(text.as_bytes()).is_err(), "{text}");
        }
        let none = serde_json::json!({ "os": "linux" });
        assert_eq!(Document::inline(&none, Vec::new()).unwrap(), None);
        let other = serde_json::json!({ INLINE: "text" });
        assert!(Document::inline(&other, Vec::new()).is_err());
    }
}
