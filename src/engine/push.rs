//! `rcon push`: an image of the store becomes one of a registry, byte by byte as it came from one.

use super::registries::Registries;
use super::side_by_side;
use crate::error::{Error, Kind, Result};
use crate::oci::digest::Digest;
use crate::oci::reference::{DEFAULT_TAG, Reference};
use crate::output::progress::Progress;
use crate::registry::client::Action;
use crate::registry::manifests::Which;
use crate::registry::repository::Repository;
use crate::storage::Store;
use crate::storage::layers::IdMapKey;
use crate::storage::pack::Packing;
use crate::storage::send::{Sendable, SendableLayer};
use crate::storage::tags::TagName;
use std::fs::File;
use std::io::{self, Read};
use std::os::unix::fs::FileExt;

/// Layers that are sent at once.
const AT_ONCE: usize = 5;
/// Repositories that a layer is asked to be taken over from.
const MOST_SOURCES: usize = 3;

/// Where images go.
#[derive(Debug)]
pub struct Target {
    repository: Repository,
    reference: Reference,
}

/// What the registry has now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pushed {
    /// Of the manifest.
    pub digest: Digest,
    /// Bytes of the manifest.
    pub size: usize,
}

impl Target {
    /// The repository of `reference`.
    pub fn of(registries: &Registries, reference: &Reference) -> Result<Self> {
        let repository = registries.repository(reference, Action::Push)?;
        Ok(Self { repository, reference: reference.clone() })
    }
}

/// The tags of `reference`'s repository that stand for images here.
///
/// # Errors
/// In docker's words when there are none.
pub fn tags_of(store: &Store, reference: &Reference) -> Result<Vec<(String, Digest)>> {
    let repository = reference.repository();
    let tags = store.tags().list()?;
    let ours = tags.into_iter().filter(|tag| tag.name.repository() == repository);
    let tags: Vec<_> = ours.map(|tag| (tag.name.tag().to_owned(), tag.image)).collect();
    if tags.is_empty() { Err(missing(reference)) } else { Ok(tags) }
}

/// The image that `reference`, which has a tag, stands for.
///
/// # Errors
/// In docker's words when there is none.
pub fn image_of(store: &Store, reference: &Reference) -> Result<Digest> {
    let tag = reference.tag().unwrap_or_default();
    let name = TagName::parse(&format!("{}:{tag}", reference.repository()))?;
    store.tags().get(&name)?.ok_or_else(|| missing(reference))
}

fn missing(reference: &Reference) -> Error {
    let name = reference.familiar_repository();
    Error::new(Kind::NotFound, format!("An image does not exist locally with the tag: {name}"))
        .fix(format!("rcon tag IMAGE {name} gives an image this name"))
}

/// Pushes the image `id` as `tag`. This process must be in U0.
///
/// # Errors
/// Those of the registry, in docker's words; the tag means what it meant before then.
pub fn push(
    store: &Store,
    target: &Target,
    tag: &str,
    id: &Digest,
    map: &IdMapKey,
    packing: Option<Packing>,
    progress: &Progress,
) -> Result<Pushed> {
    let (image, sources) = {
        let _lock = store.lock_for_adding()?;
        (store.sendable(id, map, packing)?, sources(store, target, id)?)
    };
    let digest = send(&target.repository, &image, &sources, Which::Tag(tag), progress)
        .map_err(|error| in_words(error, &target.reference))?;
    remember(store, target, id, &digest)?;
    Ok(Pushed { digest, size: image.manifest.len() })
}

impl Target {
    /// Pushes what was made ready elsewhere: under the tag of the target, or by its own digest alone. Layers may be
    /// taken over from `sources`, repositories of the same registry.
    ///
    /// # Errors
    /// Those of the registry, in docker's words; the tag means what it meant before then.
    pub fn send(&self, image: &Sendable, tagged: bool, sources: &[String]) -> Result<Digest> {
        let digest = Digest::of(&image.manifest);
        let which = if tagged { self.tag() } else { Which::Digest(&digest) };
        send(&self.repository, image, sources, which, &Progress::quiet())
            .map_err(|error| in_words(error, &self.reference))
    }

    /// Puts an index under the tag of the target; all that it names is there.
    ///
    /// # Errors
    /// Those of the registry, in docker's words.
    pub fn put_index(&self, media_type: &str, bytes: &[u8]) -> Result<Digest> {
        let put = self.repository.put_manifest(self.tag(), media_type, bytes);
        put.map_err(|error| in_words(error, &self.reference))
    }

    fn tag(&self) -> Which<'_> {
        Which::Tag(self.reference.tag().unwrap_or(DEFAULT_TAG))
    }

    /// Repositories of the same registry that have, or had, one of `images`.
    ///
    /// # Errors
    /// Of the store.
    pub fn sources(&self, store: &Store, images: &[Digest]) -> Result<Vec<String>> {
        let mut all = Vec::new();
        for id in images {
            all.extend(sources(store, self, id)?);
        }
        all.dedup();
        all.truncate(MOST_SOURCES);
        Ok(all)
    }
}

/// Notes that the image `id` is at `target` under `digest`.
///
/// # Errors
/// Of the store.
pub fn note(store: &Store, target: &Target, id: &Digest, digest: &Digest) -> Result<()> {
    remember(store, target, id, digest)
}

/// Layers, then the configuration, then the manifest over them, which makes them an image; unless all of them,
/// and the tag, are there.
fn send(
    repository: &Repository,
    image: &Sendable,
    sources: &[String],
    which: Which<'_>,
    progress: &Progress,
) -> Result<Digest> {
    let was_there = send_layers(repository, image, sources, progress)?;
    let was_there = send_config(repository, image, sources)? && was_there;
    let digest = Digest::of(&image.manifest);
    if was_there && repository.manifest_digest(which)? == Some(digest) {
        return Ok(digest);
    }
    repository.put_manifest(which, &image.media_type, &image.manifest)
}

/// Repositories of the same registry that have, or had, the image.
fn sources(store: &Store, target: &Target, id: &Digest) -> Result<Vec<String>> {
    let own = target.reference.repository();
    let prefix = format!("{}/", target.reference.domain());
    let digests = store.images().get(id)?.map(|image| image.repo_digests).unwrap_or_default();
    let from_digests = digests.iter().filter_map(|digest| Some(digest.split_once('@')?.0.to_owned()));
    let tags = store.images().tags(id)?;
    let from_tags = tags.iter().map(|tag| tag.name.repository().to_owned());
    let mut paths = Vec::new();
    for repository in from_digests.chain(from_tags).filter(|repository| *repository != own) {
        if let Some(path) = repository.strip_prefix(&prefix).map(str::to_owned)
            && !paths.contains(&path)
        {
            paths.push(path);
        }
    }
    paths.truncate(MOST_SOURCES);
    Ok(paths)
}

/// Tells whether none had to be sent.
fn send_layers(
    repository: &Repository,
    image: &Sendable,
    sources: &[String],
    progress: &Progress,
) -> Result<bool> {
    let mut layers: Vec<&SendableLayer> = Vec::new();
    for layer in image.layers.iter().rev() {
        if !layers.iter().any(|other| other.blob.digest == layer.blob.digest) {
            progress.step(&layer.diff_id.short(), "Preparing");
            layers.push(layer);
        }
    }
    let sent = side_by_side::each(&layers, AT_ONCE, |layer| {
        let done = send_layer(repository, layer, sources, progress)?;
        progress.step(&layer.diff_id.short(), &done);
        Ok(done == THERE)
    })?;
    Ok(sent.into_iter().all(|was_there| was_there))
}

/// docker's word for a layer that need not be sent.
const THERE: &str = "Layer already exists";

/// Sends a layer unless it can be had without; says how it came there.
fn send_layer(
    repository: &Repository,
    layer: &SendableLayer,
    sources: &[String],
    progress: &Progress,
) -> Result<String> {
    let blob = &layer.blob;
    if repository.has_blob(&blob.digest)? {
        return Ok(THERE.to_owned());
    }
    if let Some(source) = mounted(repository, &blob.digest, sources)? {
        return Ok(format!("Mounted from {source}"));
    }
    let open = |from: u64| -> Result<Box<dyn Read + Send>> {
        let file = layer
            .file
            .try_clone()
            .map_err(|cause| Error::new(Kind::System, format!("reading blob {}", blob.digest)).why(cause))?;
        Ok(Box::new(From { file, at: from }))
    };
    let name = layer.diff_id.short();
    let told = |sent: u64| progress.advance(&name, "Pushing", sent, blob.size);
    repository.upload(&blob.digest, blob.size, &open, &told)?;
    Ok("Pushed".to_owned())
}

/// The repository that the registry took a blob over from, if it did.
fn mounted<'a>(
    repository: &Repository,
    digest: &Digest,
    sources: &'a [String],
) -> Result<Option<&'a String>> {
    for source in sources {
        if repository.mount(digest, source)? {
            return Ok(Some(source));
        }
    }
    Ok(None)
}

/// Tells whether it need not be sent.
fn send_config(repository: &Repository, image: &Sendable, sources: &[String]) -> Result<bool> {
    let digest = Digest::of(&image.config);
    if repository.has_blob(&digest)? {
        return Ok(true);
    }
    if mounted(repository, &digest, sources)?.is_some() {
        return Ok(false);
    }
    let open = |from: u64| -> Result<Box<dyn Read + Send>> {
        let rest = image.config.get(from as usize..).unwrap_or_default().to_vec();
        Ok(Box::new(io::Cursor::new(rest)))
    };
    repository.upload(&digest, image.config.len() as u64, &open, &|_| {}).map(|()| false)
}

/// A file from a byte on, however often it is opened.
struct From {
    file: File,
    at: u64,
}

impl Read for From {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.file.read_at(buffer, self.at)?;
        self.at += count as u64;
        Ok(count)
    }
}

/// The image is known by this digest from now on.
fn remember(store: &Store, target: &Target, id: &Digest, digest: &Digest) -> Result<()> {
    let known_as = format!("{}@{digest}", target.reference.repository());
    let record = store.images().get(id)?;
    if record.is_none_or(|record| record.repo_digests.contains(&known_as)) {
        return Ok(());
    }
    let _lock = store.lock_for_adding()?;
    store.images().update(id, |record| {
        if !record.repo_digests.contains(&known_as) {
            record.repo_digests.push(known_as);
            record.repo_digests.sort();
        }
    })
}

fn in_words(error: Error, reference: &Reference) -> Error {
    match error.kind {
        Kind::Denied => {
            let login = format!("rcon login {}", reference.domain());
            let what =
                format!("denied: requested access to the resource is denied: {}", reference.repository());
            Error::new(Kind::Denied, what).why(error).fix(login)
        }
        _ => error,
    }
}
