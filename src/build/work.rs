//! The folder of one build that runs: what its steps need meanwhile, and word of what must not go.
//!
//! `build/work/<pid>-<start>/` with `lock` (flock, held as long as the build lives), `uses.json` and a folder per step.

use super::trees::unmount_below;
use crate::durable::{self, Lock, Sharing};
use crate::engine::host::Engine;
use crate::engine::transient;
use crate::engine::uses::BuildUse;
use crate::error::{Context, Result};
use crate::storage::Store;
use crate::sys::process::Identity;
use std::cell::Cell;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

/// The folder, gone with the value.
#[derive(Debug)]
pub struct Work {
    folder: PathBuf,
    name: OsString,
    store: Store,
    steps: Cell<usize>,
    _lock: Lock,
}

impl Work {
    /// Makes one, and removes what builds have left that were killed. This process must be in U0.
    pub fn begin(engine: &Engine, uses: &BuildUse) -> Result<Self> {
        let store = engine.store()?;
        let all = store.build_cache().folder("work")?;
        sweep(engine, &store, &all);
        store.build_cache().sweep_fetched();
        transient::tidy(engine);
        store.tidy()?;
        let Identity { pid, start } =
            Identity::of(std::process::id() as i32).what(|| "looking at this process")?;
        let name = OsString::from(format!("{pid}-{start}"));
        let folder = all.join(&name);
        std::fs::create_dir(&folder).what(|| format!("making {}", folder.display()))?;
        let lock = Lock::take(&folder.join("lock"), Sharing::Exclusive)?;
        let text = serde_json::to_vec(uses).what(|| "writing down what a build needs")?;
        durable::put(&folder.join(BuildUse::FILE), &text, durable::Durability::Kill)?;
        Ok(Self { folder, name, store, steps: Cell::new(0), _lock: lock })
    }

    /// The folder.
    pub fn path(&self) -> &Path {
        &self.folder
    }

    /// Removes one of its folders, with all that is mounted there.
    pub fn remove(&self, folder: &Path) {
        unmount_below(folder);
        if let Some(name) = folder.file_name() {
            let _ = self.store.build_cache().remove_step(&self.name, name);
        }
    }

    /// A new, empty folder in it.
    pub fn folder(&self) -> Result<PathBuf> {
        let number = self.steps.get() + 1;
        self.steps.set(number);
        let folder = self.folder.join(number.to_string());
        std::fs::create_dir(&folder).what(|| format!("making {}", folder.display()))?;
        Ok(folder)
    }
}

impl Drop for Work {
    fn drop(&mut self) {
        // What stays is removed by the next build.
        let _ = self.store.build_cache().remove_work(&self.name);
    }
}

/// Removes folders whose build has ended.
fn sweep(engine: &Engine, store: &Store, all: &Path) {
    let Ok(entries) = std::fs::read_dir(all) else { return };
    for entry in entries.flatten() {
        if maker(&entry.file_name()).is_none_or(|maker| !maker.is_alive()) {
            let steps = std::fs::read_dir(entry.path()).into_iter().flatten().flatten();
            steps.for_each(|step| transient::abandoned(engine, &step.path()));
            let _ = store.build_cache().remove_work(&entry.file_name());
        }
    }
}

/// The process that a folder is named after.
fn maker(name: &OsStr) -> Option<Identity> {
    let (pid, start) = name.to_str()?.split_once('-')?;
    Some(Identity { pid: pid.parse().ok()?, start: start.parse().ok()? })
}

/// A folder for what comes from elsewhere, before the build is in U0; gone with the value.
#[derive(Debug)]
pub struct Fetched(PathBuf);

impl Fetched {
    /// Makes one below the builds' own.
    pub fn begin(store: &Store) -> Result<Self> {
        let folder = store.build_cache().folder("fetched")?.join(durable::temporary_name());
        std::fs::create_dir(&folder).what(|| format!("making {}", folder.display()))?;
        Ok(Self(folder))
    }

    /// The folder.
    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Fetched {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
