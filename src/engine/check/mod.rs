//! `system check`: whether everything of the store is as it should be, and how what is not is mended.
//!
//! Blobs are fetched before this process enters U0, since credential helpers are other programs; layers can
//! only be read inside.

mod fetch;
mod rest;

use super::host::Engine;
use super::image::making;
use super::registries::{Registries, Wish as RegistryWish};
use super::uses::uses;
use crate::error::{Error, Result};
use crate::oci::digest::Digest;
use crate::storage::Store;
use crate::storage::check::{self, BlobRole, Blobs, Damage, Object, Source, images_with};
use crate::storage::images::ImageRecord;
use crate::storage::layers::IdMapKey;
use crate::storage::layout;
use crate::storage::unpack::Depth;
use crate::sys::fork::SingleThreaded;
use std::fmt;
use std::time::Duration;

/// What is asked for.
#[derive(Debug)]
pub struct Wish {
    /// How closely things are looked at.
    pub depth: Depth,
    /// Whether what is damaged is mended.
    pub repair: bool,
    /// How registries are reached.
    pub registries: RegistryWish,
}

/// What became of something that is damaged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It was only looked at.
    Found,
    /// It is as it should be now; how that came.
    Repaired(String),
    /// It is as it was; what can be done.
    Left(String),
}

/// Something that is damaged; displayed on one line.
#[derive(Debug)]
pub struct Report {
    /// Which, and what is wrong with it.
    pub what: String,
    /// The images that need it, as people call them.
    pub images: Vec<String>,
    /// What became of it.
    pub outcome: Outcome,
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)?;
        if !self.images.is_empty() {
            write!(f, " (image {})", self.images.join(", "))?;
        }
        match &self.outcome {
            Outcome::Found => Ok(()),
            Outcome::Repaired(how) => write!(f, "; repaired: {how}"),
            Outcome::Left(why) => write!(f, "; not repaired: {why}"),
        }
    }
}

/// What was found.
#[derive(Debug, Default)]
pub struct Checked {
    /// Each damage.
    pub reports: Vec<Report>,
    /// Layers that came as plain archives, so that there is nothing to compare them with.
    pub without_source: usize,
}

/// Looks at everything. This process must have one thread; it is in U0 afterwards.
pub fn check(engine: &Engine, wish: &Wish) -> Result<Checked> {
    let store = engine.store()?;
    let mut checking = Checking { engine, wish, store, images: Vec::new(), checked: Checked::default() };
    checking.documents()?;
    checking.blobs()?;
    threads_have_gone();
    let mapping = engine.enter()?;
    checking.layers(&making(&mapping)?)?;
    checking.containers()?;
    checking.volumes()?;
    checking.finish()?;
    Ok(checking.checked)
}

/// A thread that was joined may still be listed for a moment.
fn threads_have_gone() {
    for _ in 0..100 {
        if SingleThreaded::prove().is_ok() {
            return;
        }
        std::thread::sleep(Duration::from_millis(1));
    }
}

struct Checking<'a> {
    engine: &'a Engine,
    wish: &'a Wish,
    store: Store,
    images: Vec<ImageRecord>,
    checked: Checked,
}

impl Checking<'_> {
    fn report(&mut self, damage: &Damage, mended: Option<Result<String>>) {
        let images = images_with(&self.images, &damage.object);
        let outcome = match mended {
            None => Outcome::Found,
            Some(Ok(how)) => Outcome::Repaired(how),
            Some(Err(error)) => Outcome::Left(self.advice(&error, &images)),
        };
        self.checked.reports.push(Report {
            what: format!("{}: {}", damage.object, damage.what),
            images: images.iter().map(|id| self.name(id)).collect(),
            outcome,
        });
    }

    /// As people call an image.
    fn name(&self, id: &Digest) -> String {
        let names = self.store.images().tags(id).unwrap_or_default();
        names.first().map_or_else(|| id.short(), |tag| tag.name.familiar().to_owned())
    }

    /// Why something could not be mended, and what to type for each image that needs it.
    fn advice(&self, error: &Error, images: &[Digest]) -> String {
        let command = |id: &Digest| {
            let name = self.name(id);
            let is_pulled = |image: &&ImageRecord| image.id == *id && !image.repo_digests.is_empty();
            match self.images.iter().find(is_pulled) {
                Some(_) => format!("rcon rmi {name}; rcon pull {name}"),
                None => format!("rcon rmi {name}, and load it again"),
            }
        };
        let hint = error.hint().map(str::to_owned);
        let todo: Vec<String> = hint.into_iter().chain(images.iter().map(command)).collect();
        [error.to_string()].into_iter().chain(todo.into_iter().take(2)).collect::<Vec<_>>().join("; ")
    }

    fn documents(&mut self) -> Result<()> {
        let damaged = self.store.damaged_documents()?;
        let map = IdMapKey::new(&self.engine.mapping()?.layer_key())?;
        let lock = match self.wish.repair && !damaged.is_empty() {
            true => Some(self.store.lock_for_removing()?),
            false => None,
        };
        for damage in &damaged {
            let mended = lock.as_ref().map(|_| match &damage.object {
                Object::Record(id) => {
                    let names = self.name(id);
                    let mended = self.store.mend_record(id, &map).map(|()| "made again".to_owned());
                    mended.map_err(|error| error.fix(format!("rcon pull {names}, or load it again")))
                }
                Object::Name(file) => self.store.drop_name(file).map(|()| "dropped".to_owned()),
                Object::Blob(_) | Object::Layer(_) => Ok(String::new()),
            });
            self.report(damage, mended);
        }
        self.images = self.store.images().list()?;
        Ok(())
    }

    fn blobs(&mut self) -> Result<()> {
        let _lock = self.store.lock_for_adding()?;
        let blobs = Blobs::of(&self.store, &self.images)?;
        let damaged = blobs.damaged(&self.store, self.wish.depth);
        if damaged.is_empty() {
            return Ok(());
        }
        let registries = match self.wish.repair {
            true => Some(Registries::open(&self.engine.paths, &self.wish.registries)?),
            false => None,
        };
        let is_manifest = |damage: &Damage| match &damage.object {
            Object::Blob(digest) => blobs.role(digest) == BlobRole::Manifest,
            _ => false,
        };
        // A manifest says how long the configuration is.
        let (manifests, others): (Vec<_>, Vec<_>) = damaged.into_iter().partition(is_manifest);
        for part in [manifests, others] {
            let blobs = Blobs::of(&self.store, &self.images)?;
            for damage in part {
                let Object::Blob(digest) = &damage.object else { continue };
                let mended = registries.as_ref().map(|it| self.mend_blob(it, digest, blobs.role(digest)));
                self.report(&damage, mended);
            }
        }
        Ok(())
    }

    fn layers(&mut self, making: &crate::storage::layers::Making) -> Result<()> {
        let sources = Source::of(&self.images);
        self.checked.without_source = sources.iter().filter(|source| source.blob.is_none()).count();
        let lock = self.store.lock_for_adding()?;
        let damaged = check::damaged_layers(&self.store, &sources, making, self.wish.depth);
        drop(lock);
        if damaged.is_empty() {
            return Ok(());
        }
        let _lock = match self.wish.repair {
            true => Some(self.store.lock_for_removing()?),
            false => None,
        };
        let uses = uses(self.engine)?;
        for damage in damaged {
            let source = sources.iter().find(|source| damage.object == Object::Layer(source.diff_id));
            let (true, Some(source)) = (self.wish.repair, source) else {
                self.report(&damage, None);
                continue;
            };
            let folder = format!("{}-{}", source.diff_id.hex(), making.map.as_str());
            let runs = uses.iter().find(|one| one.running && one.layers.contains(&folder));
            match runs {
                Some(one) => self.leave(&damage, &format!("rcon stop {}, and check again", &one.container)),
                None => {
                    let mended = check::mend_layer(&self.store, source, making);
                    self.report(&damage, Some(mended.map(|()| "unpacked again".to_owned())));
                }
            }
        }
        Ok(())
    }

    /// Reports what can be mended, but not now.
    fn leave(&mut self, damage: &Damage, advice: &str) {
        self.report(damage, None);
        if let Some(report) = self.checked.reports.last_mut() {
            report.outcome = Outcome::Left(advice.to_owned());
        }
    }

    /// Sweeps what killed calls left, and derives the index.
    fn finish(&mut self) -> Result<()> {
        if self.wish.repair {
            self.engine.volumes().sweep();
            return self.store.collect(|| uses(self.engine)).map(drop);
        }
        let _lock = self.store.lock_for_adding()?;
        layout::derive_if_there_is_room(&self.store)
    }
}
