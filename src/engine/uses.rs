//! What containers need: asked before anything of the store is removed.

use super::host::Engine;
use super::record::RecordedMount;
use super::state::State;
use crate::durable::Lock;
use crate::error::Result;
use crate::oci::digest::Digest;
use crate::storage::remove::Use;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Which containers and builds need which images.
pub fn uses(engine: &Engine) -> Result<Vec<Use>> {
    let mut uses = builds(engine)?;
    for id in engine.containers.ids()? {
        // One that vanished, or whose record is damaged, needs none: it cannot be started.
        let Ok(record) = engine.record(&id) else { continue };
        let running = matches!(engine.observe(&id), Ok(State::Running { .. }));
        let image = record.image;
        let layers = record.layers.iter().filter_map(|layer| layer.split('/').next());
        uses.push(Use {
            container: id.to_string(),
            image,
            running,
            layers: layers.map(str::to_owned).collect(),
        });
    }
    Ok(uses)
}

/// By how many containers each volume is used.
///
/// # Errors
/// When a record cannot be read: what it needs is not known, and a volume is not brought back.
pub fn volumes(engine: &Engine) -> Result<BTreeMap<String, u64>> {
    let mut links = BTreeMap::new();
    for id in engine.containers.ids()? {
        let record = match engine.record(&id) {
            Err(_) if !engine.containers.folder(&id).exists() => continue,
            record => record?,
        };
        for mount in &record.mounts {
            if let RecordedMount::Volume { name, .. } = mount {
                *links.entry(name.clone()).or_default() += 1;
            }
        }
    }
    Ok(links)
}

/// What a build that runs needs.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct BuildUse {
    /// The images it builds on.
    pub images: Vec<Digest>,
    /// Names of their layers' folders.
    pub layers: Vec<String>,
}

impl BuildUse {
    /// The file's name in a build's folder.
    pub const FILE: &str = "uses.json";
}

/// What the builds that run need. A folder whose lock is free belongs to one that was killed.
fn builds(engine: &Engine) -> Result<Vec<Use>> {
    let folder = engine.store()?.build_cache().folder("work")?;
    let Ok(entries) = std::fs::read_dir(&folder) else { return Ok(Vec::new()) };
    let mut uses = Vec::new();
    for entry in entries.flatten() {
        let path = entry.path();
        let Ok(text) = std::fs::read(path.join(BuildUse::FILE)) else { continue };
        if matches!(Lock::try_take(&path.join("lock")), Ok(Some(_))) {
            continue;
        }
        let Ok(build) = serde_json::from_slice::<BuildUse>(&text) else { continue };
        let container = format!("build {}", entry.file_name().to_string_lossy());
        uses.extend(build.images.iter().map(|image| Use {
            container: container.clone(),
            image: *image,
            running: true,
            layers: build.layers.clone(),
        }));
    }
    Ok(uses)
}
