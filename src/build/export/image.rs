//! An image in the store.

use super::Exports;
use crate::build::image;
use crate::build::whole::{Built, BuiltImage};
use crate::build::wish::OutputWish;
use crate::error::Result;
use crate::oci::digest::Digest;
use crate::storage::add::{NewImage, publish};
use crate::storage::tags::TagName;
use jiff::Timestamp;

impl Exports<'_> {
    /// Records the image, or each of them, and gives them their names.
    pub(super) fn image(&self, images: &[BuiltImage], output: &OutputWish) -> Result<Built> {
        let names = self.names(output)?;
        self.report.step("exporting to image", |vertex| {
            let mut built = Built::default();
            for one in images {
                let started = Timestamp::now();
                self.report.part(vertex, "exporting layers", 0, started);
                let id = self.record(one, &names)?;
                self.report.part(vertex, format!("writing image {id}"), 0, started);
                for name in &names {
                    self.report.part(vertex, format!("naming to {}", name.canonical()), 0, started);
                }
                built.id = Some(id);
            }
            let names: Vec<&str> = names.iter().map(TagName::canonical).collect();
            let id = built.id.map(|id| id.to_string()).unwrap_or_default();
            built.metadata = serde_json::json!({
                "containerimage.config.digest": id,
                "containerimage.digest": id,
                "image.name": names.join(","),
            });
            Ok(built)
        })
    }

    /// `-t`, and `name=` of the output.
    fn names(&self, output: &OutputWish) -> Result<Vec<TagName>> {
        let more = output.options.get("name").into_iter().flat_map(|names| names.split(','));
        let mut names = Vec::new();
        for name in self.wish.tags.iter().map(String::as_str).chain(more).filter(|name| !name.is_empty()) {
            let name = TagName::parse(name)?;
            if !names.contains(&name) {
                names.push(name);
            }
        }
        Ok(names)
    }

    fn record(&self, one: &BuiltImage, names: &[TagName]) -> Result<Digest> {
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
        publish(self.store, Vec::new(), vec![new], &self.making.map)?;
        Ok(id)
    }
}
