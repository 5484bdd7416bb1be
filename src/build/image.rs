//! The image that a stage becomes: configuration, history, layers.

use super::stage::{StagePlan, Step};
use crate::error::Result;
use crate::oci::config::{History, ImageConfig, RootFs};
use crate::oci::digest::Digest;
use jiff::Timestamp;
use std::collections::BTreeMap;

/// What BuildKit writes beside each step.
const COMMENT: &str = "buildkit.dockerfile.v0";

/// Times of an image that nobody gave one: no earlier than this, since ZIP knows none (1980-01-01).
pub const EARLIEST: i64 = 315_532_800;

/// The history that the steps of a stage add.
pub fn history(steps: &[Step], latest: i64) -> Vec<History> {
    let created = Some(moment(latest));
    let told = steps.iter().filter_map(|step| Some((step.created_by.clone()?, step.work.is_none())));
    told.map(|(created_by, empty_layer)| History {
        created: created.clone(),
        created_by: Some(created_by),
        author: None,
        comment: Some(COMMENT.to_owned()),
        empty_layer,
    })
    .collect()
}

/// The configuration of the image that `plan` becomes.
pub fn config(
    plan: &StagePlan,
    history: Vec<History>,
    layers: Vec<Digest>,
    labels: &BTreeMap<String, String>,
    latest: i64,
) -> ImageConfig {
    let mut config = plan.config.clone();
    config.config.labels.extend(labels.iter().map(|(name, value)| (name.clone(), value.clone())));
    config.created = Some(moment(latest));
    config.comment = None;
    config.history = history;
    config.rootfs = RootFs { kind: "layers".to_owned(), diff_ids: layers };
    // docker's notes of the container that made the base.
    let of_base = ["container", "container_config", "docker_version", "moby.buildkit.buildinfo.v1"];
    // Steps of the base are not those of what is built on it.
    let caches = ["moby.buildkit.cache.v0", super::remote_cache::INLINE];
    for note in of_base.into_iter().chain(caches) {
        config.extra.remove(note);
    }
    config
}

/// RFC 3339 of seconds since 1970.
pub fn moment(seconds: i64) -> String {
    Timestamp::from_second(seconds).unwrap_or(Timestamp::UNIX_EPOCH).to_string()
}

/// The time that a stage on this base has, unless the call gives one: the base's own, so that the same inputs give
/// the same image on any day.
pub fn time_of(base: Option<&ImageConfig>) -> i64 {
    let created = base.and_then(|config| config.created.as_deref()?.parse::<Timestamp>().ok());
    created.map_or(EARLIEST, |created| created.as_second()).max(EARLIEST)
}

/// The bytes and the id of a configuration.
pub fn id(config: &ImageConfig) -> Result<(Vec<u8>, Digest)> {
    let bytes = config.to_bytes()?;
    let id = Digest::of(&bytes);
    Ok((bytes, id))
}
