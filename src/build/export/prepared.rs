//! What outputs need of the caller before the build begins: files are opened and credentials asked for by the user as
//! he is, outside of the user namespace, which a build enters on its way.

use super::annotations::Annotations;
use super::layout::check_folder;
use super::options::Options;
use crate::build::wish::{BuildWish, CacheWish, OutputKind, OutputWish};
use crate::engine::host::Engine;
use crate::engine::push::Target;
use crate::engine::registries::Registries;
use crate::engine::save;
use crate::error::{Error, Kind, Result};
use crate::oci::reference::Reference;
use crate::storage::tags::TagName;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Standard output, as a destination.
const STREAM: &str = "-";

/// All outputs, ready for what comes.
#[derive(Debug)]
pub struct Prepared {
    pub(super) outputs: Vec<PreparedOutput>,
    pub(super) caches: Vec<PreparedCache>,
    pub(super) annotations: Annotations,
}

/// One output.
#[derive(Debug)]
pub(super) struct PreparedOutput {
    pub(super) kind: OutputKind,
    pub(super) options: Options,
    pub(super) place: Place,
    /// Where it is pushed to.
    pub(super) targets: Vec<(TagName, Target)>,
}

/// Where it goes.
#[derive(Debug)]
pub(super) enum Place {
    /// The store, registries, or nowhere.
    Engine,
    /// A folder.
    Folder(PathBuf),
    /// A file or standard output.
    Stream(save::Output),
}

/// One `--cache-to`.
#[derive(Debug)]
pub(super) struct PreparedCache {
    pub(super) wish: CacheWish,
    pub(super) options: Options,
    /// Of a registry: its name, and the way there.
    pub(super) target: Option<(String, Target)>,
}

impl Prepared {
    /// Opens what the outputs of `wish` need; an image in the store is the output of a call that names none.
    ///
    /// # Errors
    /// Usage for options that are none; of files, and of credentials.
    pub fn begin(engine: &Engine, wish: &BuildWish) -> Result<Self> {
        let usual = [OutputWish { kind: OutputKind::Image, destination: None, options: BTreeMap::new() }];
        let outputs = if wish.outputs.is_empty() { &usual[..] } else { &wish.outputs };
        let annotations = Annotations::parse(&wish.annotations)?;
        let mut ways = Ways { engine, wish, registries: None };
        let outputs = outputs.iter().map(|output| ways.output(output)).collect::<Result<Vec<_>>>()?;
        let caches = wish.cache_to.iter().map(|cache| ways.cache(cache)).collect::<Result<Vec<_>>>()?;
        let written = |output: &PreparedOutput| {
            !matches!(output.kind, OutputKind::Local | OutputKind::Tar | OutputKind::CacheOnly)
        };
        if !annotations.is_empty() && !outputs.iter().any(written) {
            return Err(Error::new(Kind::Unsupported, "--annotation has no effect on this output")
                .because("files have no manifest that it could be put on")
                .fix("--output type=image, type=registry, type=oci or type=docker"));
        }
        Ok(Self { outputs, caches, annotations })
    }

    /// Whether records of the cache are put into the image itself.
    pub(super) fn has_inline_cache(&self) -> bool {
        self.caches.iter().any(|cache| cache.wish.kind == "inline")
    }
}

/// What is read at most once.
struct Ways<'a> {
    engine: &'a Engine,
    wish: &'a BuildWish,
    registries: Option<Registries>,
}

impl Ways<'_> {
    fn target(&mut self, name: &str) -> Result<Target> {
        if self.registries.is_none() {
            self.registries = Some(Registries::open(&self.engine.paths, &self.wish.registries)?);
        }
        match &self.registries {
            Some(registries) => Target::of(registries, &name.parse::<Reference>()?.with_default_tag()),
            None => Err(Error::new(Kind::System, "registries that were not read")),
        }
    }

    fn output(&mut self, output: &OutputWish) -> Result<PreparedOutput> {
        let options = Options::of(self.wish, output)?;
        let place = match (output.kind, output.destination.as_deref()) {
            (OutputKind::Image | OutputKind::Registry | OutputKind::CacheOnly, _)
            | (OutputKind::Docker, None) => Place::Engine,
            (OutputKind::Local, Some(folder)) => folder_of(folder)?,
            (OutputKind::Oci | OutputKind::Docker, Some(folder)) if !options.tar => folder_of(folder)?,
            (_, None | Some(STREAM)) => Place::Stream(save::Output::stream()?),
            (_, Some(file)) => Place::Stream(save::Output::named_file(Path::new(file))?),
        };
        let mut targets = Vec::new();
        if options.push {
            for name in &options.names {
                targets.push((name.clone(), self.target(name.canonical())?));
            }
        }
        Ok(PreparedOutput { kind: output.kind, options, place, targets })
    }

    fn cache(&mut self, cache: &CacheWish) -> Result<PreparedCache> {
        let of_cache = ["ref", "src", "dest", "mode", "ignore-error", "image-manifest", "tag"];
        let mut options = cache.options.clone();
        options.retain(|key, _| !of_cache.contains(&key.as_str()));
        let output = OutputWish { kind: OutputKind::Image, destination: None, options };
        let options = Options::of(&BuildWish::default(), &output)?;
        let target = match cache.options.get("ref").filter(|_| cache.kind == "registry") {
            Some(name) => Some((name.clone(), self.target(name)?)),
            None => None,
        };
        Ok(PreparedCache { wish: cache.clone(), options, target })
    }
}

fn folder_of(folder: &str) -> Result<Place> {
    let folder = PathBuf::from(folder);
    check_folder(&folder).map(|()| Place::Folder(folder))
}
