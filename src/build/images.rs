//! The images that a Dockerfile names, found here or fetched.

use super::bases::{BaseImage, Bases};
use super::report::Report;
use super::wish::BuildWish;
use super::worker::Worker;
use crate::engine::host::Engine;
use crate::engine::image::making;
use crate::engine::pull::{self, Source};
use crate::engine::registries::Registries;
use crate::error::{Error, Kind, Result};
use crate::oci::config::ImageConfig;
use crate::oci::digest::Digest;
use crate::oci::manifest::Platform;
use crate::oci::platform::Wanted;
use crate::oci::reference::Reference;
use crate::output::progress::Progress;
use crate::storage::Store;
use crate::storage::layers::IdMapKey;
use crate::userns::mapping::Mapping;
use std::collections::HashMap;

/// What the names of one build lead to.
#[derive(Debug)]
pub struct Images<'a> {
    ways: Ways<'a>,
    found: Vec<BaseImage>,
    known: HashMap<(String, String), usize>,
    /// Names of contexts that hold files.
    folders: Vec<String>,
    replaced: HashMap<String, String>,
}

/// What images are looked for with.
#[derive(Debug, Clone, Copy)]
pub struct Ways<'a> {
    pub engine: &'a Engine,
    pub store: &'a Store,
    pub wish: &'a BuildWish,
    pub report: &'a Report,
    pub mapping: &'a Mapping,
    pub map: &'a IdMapKey,
}

impl<'a> Images<'a> {
    /// Of a build; `folders` are the named contexts that are folders by now.
    pub fn new(ways: Ways<'a>, folders: Vec<String>) -> Self {
        let images = ways.wish.build_contexts.iter();
        let images = images.filter_map(|(name, value)| {
            Some((name.clone(), value.strip_prefix(super::context::IMAGE)?.to_owned()))
        });
        let replaced = images.collect();
        let (found, known) = (Vec::new(), HashMap::new());
        Self { ways, found, known, folders, replaced }
    }

    /// What is known by now of the image `name`, on whatever platform.
    pub fn known(&self, name: &str) -> Option<&BaseImage> {
        let name = self.replaced.get(name).map_or(name, String::as_str);
        let (_, number) = self.known.iter().find(|((known, _), _)| known == name)?;
        self.found.get(*number)
    }

    /// The image here, if it is one for `wanted` whose layers can be used.
    fn local(&self, name: &str, wanted: &Wanted) -> Result<Option<Digest>> {
        let id = match self.ways.store.resolve(name) {
            Err(error) if error.kind == Kind::NotFound => {
                if !self.ways.engine.ensure_builtin(name)? {
                    return Ok(None);
                }
                self.ways.store.resolve(name)?
            }
            found => found?,
        };
        let config = self.ways.store.images().config(&id)?;
        if !fits(&config, wanted) {
            return Ok(None);
        }
        let complete = |config: &ImageConfig| {
            config
                .rootfs
                .diff_ids
                .iter()
                .all(|diff_id| self.ways.store.layers().diff(diff_id, self.ways.map).is_some())
        };
        if complete(&config) {
            return Ok(Some(id));
        }
        let unpacked = self.ways.engine.unpack_again(&id.to_string(), self.ways.mapping)?;
        Ok((unpacked && complete(&config)).then_some(id))
    }

    fn fetch(&self, name: &str, wanted: &Wanted) -> Result<()> {
        let sources =
            Source::of(&Registries::open(&self.ways.engine.paths, &self.ways.wish.registries)?, name)?;
        let progress = Progress::quiet();
        let worker = Worker::start(|| {
            let mapping = self.ways.engine.enter()?;
            // Other ids than before: the kernel has forgotten the signal.
            let _ = rustix::process::set_parent_process_death_signal(Some(rustix::process::Signal::KILL));
            let store = self.ways.engine.store()?;
            pull::first(&store, &sources, wanted, &making(&mapping)?, &progress).map(drop)
        })?;
        worker.result()
    }

    fn find(&self, name: &str, platform: &str) -> Result<BaseImage> {
        let wanted = Wanted::parse(platform)?;
        let reference: Reference = name
            .parse()
            .map_err(|error: Error| Error::usage(format!("failed to parse stage name {name:?}: {error}")))?;
        let here = if self.ways.wish.pull { None } else { self.local(name, &wanted)? };
        let id = match here {
            Some(id) => id,
            None if self.ways.wish.never_pull => return Err(crate::storage::images::no_such_image(name)),
            None => {
                self.fetch(name, &wanted).map_err(|error| {
                    let full = reference.clone().with_default_tag().canonical();
                    let words = format!("{name}: failed to resolve source metadata for {full}: {error}");
                    let fix = error.hint().map(str::to_owned);
                    let error = Error::new(error.kind, words);
                    match fix {
                        Some(fix) => error.fix(fix),
                        None => error,
                    }
                })?;
                self.local(name, &wanted)?.ok_or_else(|| {
                    Error::new(Kind::NotFound, format!("{name} has no image for {platform}"))
                })?
            }
        };
        let config = self.ways.store.images().config(&id)?;
        Ok(BaseImage { shown: self.shown(&reference, &id), id, config })
    }

    /// With the digest that its registry has it by, where that is known.
    fn shown(&self, reference: &Reference, id: &Digest) -> String {
        let full = reference.clone().with_default_tag().canonical();
        let prefix = format!("{}@", reference.repository());
        let record = self.ways.store.images().get(id).ok().flatten();
        let digest = record.and_then(|record| {
            record.repo_digests.iter().find_map(|known| known.strip_prefix(&prefix).map(str::to_owned))
        });
        match digest {
            Some(digest) if !full.contains('@') => format!("{full}@{digest}"),
            _ => full,
        }
    }
}

fn fits(config: &ImageConfig, wanted: &Wanted) -> bool {
    let offered = Platform {
        os: config.os.clone(),
        architecture: config.architecture.clone(),
        variant: config.variant.clone(),
        ..Platform::default()
    };
    // Images that say nothing are this machine's.
    (config.os.is_empty() && config.architecture.is_empty()) || wanted.rank(&offered).is_some()
}

impl Bases for Images<'_> {
    fn image(&mut self, name: &str, platform: &str) -> Result<usize> {
        let name = self.replaced.get(name).cloned().unwrap_or_else(|| name.to_owned());
        let key = (name.clone(), platform.to_owned());
        if let Some(number) = self.known.get(&key) {
            return Ok(*number);
        }
        let full = name.parse::<Reference>().map(|reference| reference.with_default_tag().canonical());
        let full = full.unwrap_or_else(|_| name.clone());
        let image = self
            .ways
            .report
            .step(format!("[internal] load metadata for {full}"), |_| self.find(&name, platform))?;
        self.found.push(image);
        self.known.insert(key, self.found.len() - 1);
        Ok(self.found.len() - 1)
    }

    fn get(&self, image: usize) -> &BaseImage {
        &self.found[image]
    }

    fn all(&self) -> &[BaseImage] {
        &self.found
    }

    fn folder(&mut self, name: &str) -> Result<Option<usize>> {
        Ok(self.folders.iter().position(|known| known == name))
    }

    fn is_replaced(&self, name: &str) -> bool {
        self.replaced.contains_key(name) || self.folders.iter().any(|known| known == name)
    }
}
