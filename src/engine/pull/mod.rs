//! `rcon pull`: from a reference to an image in the store.
//!
//! `Reference → manifest or index → configuration → layers`, each checked against the digest that the one
//! before names. Layers are fetched, hashed and unpacked at once, side by side; what is here is not fetched.

mod documents;
mod layers;

use crate::engine::registries::Registries;
use crate::error::{Context, Error, Kind, Result};
use crate::oci::config::ImageConfig;
use crate::oci::digest::Digest;
use crate::oci::manifest::Manifest;
use crate::oci::platform::Wanted;
use crate::oci::reference::{DEFAULT_TAG, Reference};
use crate::output::progress::Progress;
use crate::registry::client::Action;
use crate::registry::manifests::Which;
use crate::registry::repository::Repository;
use crate::storage::Store;
use crate::storage::add::{NewImage, publish};
use crate::storage::layers::Making;
use crate::storage::tags::TagName;
use documents::{Documents, fetch_documents};
use layers::{Layer, fetch_missing};

/// How often layers are looked for again that others removed while this call was at it.
const MOST_ROUNDS: u32 = 8;

/// What is to be pulled.
#[derive(Debug, Clone)]
pub struct Source {
    repository: Repository,
    reference: Reference,
}

impl Source {
    /// The sources that `typed` may mean, in the order of trying; without a tag it is `latest`.
    pub fn of(registries: &Registries, typed: &str) -> Result<Vec<Self>> {
        let candidates = registries.candidates(typed)?.into_iter();
        let source = |reference: Reference| {
            let reference = reference.with_default_tag();
            Ok(Self { repository: registries.repository(&reference, Action::Pull)?, reference })
        };
        candidates.map(source).collect()
    }

    /// Its name with its tag or digest.
    pub fn reference(&self) -> &Reference {
        &self.reference
    }

    /// The same repository with every tag it has.
    ///
    /// # Errors
    /// Those of the registry, in docker's words.
    pub fn all_tags(&self) -> Result<Vec<Self>> {
        let tags = self.repository.tags().map_err(|error| in_words(error, &self.reference))?;
        let tagged = |tag: String| {
            let reference = self.reference.clone().with_tag(&tag)?;
            Ok(Self { repository: self.repository.clone(), reference })
        };
        tags.into_iter().map(tagged).collect()
    }

    fn which(&self) -> Which<'_> {
        match self.reference.digest() {
            Some(digest) => Which::Digest(digest),
            None => Which::Tag(self.reference.tag().unwrap_or(DEFAULT_TAG)),
        }
    }
}

/// What has come of a pull.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pulled {
    /// The image.
    pub id: Digest,
    /// Of the manifest or index the reference means.
    pub digest: Digest,
    /// Whether anything changed here.
    pub is_new: bool,
}

/// Pulls the image of `source` for the platform `wanted`. This process must be in U0.
///
/// # Errors
/// In docker's words for what the registry does not have or give. Nothing has a name then that had none.
pub fn pull(
    store: &Store,
    source: &Source,
    wanted: &Wanted,
    making: &Making,
    progress: &Progress,
) -> Result<Pulled> {
    let Source { repository, reference } = source;
    let named =
        reference.tag().map_or_else(|| reference.digest().map(Digest::to_string), |tag| Some(tag.into()));
    let documents = fetch_documents(store, repository, source.which(), wanted)
        .map_err(|error| in_words(error, reference))?;
    progress.line(format_args!("{}: Pulling from {}", named.unwrap_or_default(), reference.path()));
    let layers = Layer::all_of(&documents.manifest, &documents.config)?;
    store.tidy()?;
    let is_new = bring_in(store, source, &documents, &layers, making, progress)?;
    // What a call that was killed meanwhile has left.
    store.tidy()?;
    Ok(Pulled { id: documents.id, digest: documents.digest, is_new })
}

/// Pulls the first of `sources` that there is.
///
/// # Errors
/// The last one's, when none has it.
pub fn first<'a>(
    store: &Store,
    sources: &'a [Source],
    wanted: &Wanted,
    making: &Making,
    progress: &Progress,
) -> Result<(&'a Source, Pulled)> {
    let mut error = Error::usage("no registry to pull from");
    for source in sources {
        match pull(store, source, wanted, making, progress) {
            Ok(pulled) => return Ok((source, pulled)),
            Err(refused) if matches!(refused.kind, Kind::NotFound | Kind::Denied) => error = refused,
            Err(failed) => return Err(failed),
        }
    }
    Err(error)
}

/// Brings the layers in, then the image; `false` when all of it was here.
fn bring_in(
    store: &Store,
    source: &Source,
    documents: &Documents,
    layers: &[Layer],
    making: &Making,
    progress: &Progress,
) -> Result<bool> {
    let image = new_image(&source.reference, documents, layers)?;
    if is_known(store, &image, &documents.id)? && Layer::are_here(layers, store, making)? {
        return Ok(false);
    }
    layers::announce(layers, store, making, progress)?;
    for _ in 0..MOST_ROUNDS {
        let made = fetch_missing(store, &source.repository, layers, making, progress)?;
        let lock = store.lock_for_adding()?;
        if made.is_whole && Layer::will_be_here(layers, &made.layers, store, making)? {
            publish(store, made.layers, vec![image], &making.map)?;
            made.names.iter().for_each(|name| progress.step(name, "Pull complete"));
            return Ok(true);
        }
        publish(store, made.layers, Vec::new(), &making.map)?;
        made.names.iter().for_each(|name| progress.step(name, "Pull complete"));
        drop(lock);
        layers::wait_for_others(store, layers, making)?;
    }
    let what = format!("layers of {} vanish while they are pulled", source.reference.familiar());
    Err(Error::new(Kind::Conflict, what).fix("try again when nothing else removes images"))
}

fn new_image(reference: &Reference, documents: &Documents, layers: &[Layer]) -> Result<NewImage> {
    let names = match reference.tag() {
        Some(tag) => vec![TagName::parse(&format!("{}:{tag}", reference.repository()))?],
        None => Vec::new(),
    };
    Ok(NewImage {
        config_bytes: documents.config_bytes.clone(),
        config: documents.config.clone(),
        manifest: Some((documents.manifest_bytes.clone(), documents.media_type.clone())),
        blobs: layers.iter().map(|layer| Some(layer.blob)).collect(),
        names,
        repo_digests: vec![format!("{}@{}", reference.repository(), documents.digest)],
        parent: None,
    })
}

/// Whether the names and digests of `image` stand for it here already.
fn is_known(store: &Store, image: &NewImage, id: &Digest) -> Result<bool> {
    let Some(record) = store.images().get(id)? else { return Ok(false) };
    let names = image.names.iter().map(|name| Ok(store.tags().get(name)? == Some(*id)));
    let named = names.collect::<Result<Vec<_>>>()?.into_iter().all(|named| named);
    Ok(named && image.repo_digests.iter().all(|digest| record.repo_digests.contains(digest)))
}

/// docker's words, which scripts look for, and what to type next.
fn in_words(error: Error, reference: &Reference) -> Error {
    match error.kind {
        Kind::NotFound => {
            Error::new(Kind::NotFound, format!("manifest for {} not found", reference.familiar())).why(error)
        }
        Kind::Denied => {
            let what = format!(
                "pull access denied for {}, repository does not exist or may require 'rcon login'",
                reference.familiar_repository()
            );
            Error::new(Kind::Denied, what).why(error).fix(format!("rcon login {}", reference.domain()))
        }
        _ => error,
    }
}
