//! `--squash`, `--squash-all`: what the build adds, or all there is, as one layer.

use super::Exports;
use crate::build::image::moment;
use crate::build::whole::BuiltImage;
use crate::build::worker::Worker;
use crate::error::{Context, Result};
use crate::oci::config::History;
use crate::oci::digest::Digest;
use crate::storage::add::publish_layers;
use crate::storage::build_cache::CachedStep;
use crate::storage::flatten::{flatten, merge};
use std::path::PathBuf;

impl Exports<'_> {
    /// Makes one layer of those that are to be one. This process must be in U0 and have one thread.
    pub(super) fn squash(&self, image: &mut BuiltImage) -> Result<()> {
        let all = self.wish.squash_all;
        let from = if all { 0 } else { image.base_layers.min(image.config.rootfs.diff_ids.len()) };
        let layers = image.config.rootfs.diff_ids[from..].to_vec();
        if layers.len() < 2 {
            return Ok(());
        }
        let diff_id = self.report.step(format!("squashing {} layers", layers.len()), |_| {
            self.squashed(&layers, from == 0, image.latest)
        })?;
        image.config.rootfs.diff_ids.truncate(from);
        image.config.rootfs.diff_ids.push(diff_id);
        image.base_layers = from;
        let mut left = from;
        for entry in image.config.history.iter_mut().filter(|entry| !entry.empty_layer) {
            // Those of the base keep their layers.
            match left {
                0 => entry.empty_layer = true,
                _ => left -= 1,
            }
        }
        image.config.history.push(History {
            created: Some(moment(image.latest)),
            comment: Some(format!("merge {} layers", layers.len())),
            ..History::default()
        });
        Ok(())
    }

    /// The layer that `layers` are as one; the cache has it when they were made one before.
    fn squashed(&self, layers: &[Digest], nothing_below: bool, latest: i64) -> Result<Digest> {
        let words = ("squash", 1, layers, nothing_below, latest);
        let key = Digest::of(&serde_json::to_vec(&words).what(|| "writing a key of the cache")?);
        let cache = self.store.build_cache();
        if let Some(known) = cache.get(&key, &self.making.map).filter(|_| !self.wish.no_cache) {
            cache.touch(&key, &known);
            return Ok(known.diff_id);
        }
        let folders = layers.iter().map(|diff_id| self.folder(diff_id)).collect::<Result<Vec<PathBuf>>>()?;
        let capture = self.store.begin_capture(self.making)?;
        let worker = Worker::start(|| {
            match nothing_below {
                true => flatten(&folders, &capture.diff())?,
                false => merge(&folders, &capture.diff())?,
            }
            capture.describe(latest)
        })?;
        let info = worker.result()?;
        let (diff_id, now) = (info.diff_id, crate::storage::now());
        let step = CachedStep {
            diff_id,
            size: info.size,
            description: format!("squash of {} layers", layers.len()),
            parents: Vec::new(),
            created: now.clone(),
            last_used: now,
            uses: 1,
        };
        let _lock = self.store.lock_for_adding()?;
        publish_layers(self.store, vec![capture.complete(info)])?;
        cache.put(&key, &step)?;
        Ok(diff_id)
    }
}
