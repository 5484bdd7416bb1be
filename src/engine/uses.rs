//! What containers need: asked before anything of the store is removed.

use super::host::Engine;
use super::record::RecordedMount;
use super::state::State;
use crate::error::Result;
use crate::storage::remove::Use;
use std::collections::BTreeMap;

/// Which containers need which images.
pub fn uses(engine: &Engine) -> Result<Vec<Use>> {
    let mut uses = Vec::new();
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
