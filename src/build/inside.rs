//! The build, moved into U0: only when the first step is not in the cache.

use super::bases::Bases;
use super::trees::{Trees, unmount_below};
use super::work::Work;
use crate::engine::host::{Engine, Settled};
use crate::engine::uses::BuildUse;
use crate::error::{Error, Kind, Result};
use crate::storage::Store;
use crate::storage::layers::Making;
use crate::userns::mapping::Mapping;

/// What there is only inside.
#[derive(Debug)]
pub struct Inside {
    /// The ids there are.
    pub mapping: Mapping,
    /// Trees of stages.
    pub trees: Trees,
    /// The build's folder.
    pub work: Work,
    _settled: Settled,
}

impl Inside {
    /// Moves this process, which has one thread, into U0 for good.
    pub fn enter(engine: &Engine, store: &Store, making: &Making, bases: &dyn Bases) -> Result<Self> {
        let uses = uses(making, bases)?;
        let (mapping, settled) = engine.settle()?;
        if mapping.layer_key() != making.map.as_str() {
            return Err(Error::new(
                Kind::Conflict,
                "the user ids of containers have changed since the build began",
            )
            .fix("build again"));
        }
        let trees = Trees::begin(store)?;
        let work = Work::begin(engine, &uses)?;
        Ok(Self { mapping, trees, work, _settled: settled })
    }
}

impl Drop for Inside {
    fn drop(&mut self) {
        // A place that something is mounted on cannot be removed.
        unmount_below(self.work.path());
    }
}

/// The images that the build stands on.
fn uses(making: &Making, bases: &dyn Bases) -> Result<BuildUse> {
    let (mut images, mut layers) = (Vec::new(), Vec::new());
    for base in bases.all() {
        images.push(base.id);
        let names = base.config.rootfs.diff_ids.iter();
        layers.extend(names.map(|diff_id| format!("{}-{}", diff_id.hex(), making.map.as_str())));
    }
    Ok(BuildUse { images, layers })
}
