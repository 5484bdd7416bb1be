//! The documents of an image: index, manifest, configuration.

use super::{Context, Digest, Error, ImageConfig, Kind, Manifest, Repository, Result, Store, Wanted, Which};
use crate::oci::manifest::{DOCUMENT_LIMIT, Descriptor, Document, media};
use crate::storage::partial::{Claim, Partial, Patience};
use std::io::Read;

/// Indexes in indexes that are followed.
const DEEPEST: u32 = 4;

/// What the configuration of an image calls itself.
const CONFIGURATIONS: [&str; 3] = ["", media::CONFIG, "application/vnd.docker.container.image.v1+json"];

/// All there is about an image but its layers.
#[derive(Debug)]
pub(super) struct Documents {
    /// Of what the reference means: the index, or the manifest.
    pub(super) digest: Digest,
    pub(super) manifest: Manifest,
    pub(super) manifest_bytes: Vec<u8>,
    pub(super) media_type: String,
    /// Of the configuration.
    pub(super) id: Digest,
    pub(super) config: ImageConfig,
    pub(super) config_bytes: Vec<u8>,
}

/// Fetches them, for the platform `wanted` where there is a choice.
pub(super) fn fetch_documents(
    store: &Store,
    repository: &Repository,
    which: Which<'_>,
    wanted: &Wanted,
) -> Result<Documents> {
    let mut fetched = repository.manifest(which)?;
    let digest = fetched.digest;
    for _ in 0..=DEEPEST {
        match Document::parse(&fetched.bytes)? {
            Document::Manifest(manifest) => {
                check_kind(&manifest.config)?;
                let config_bytes = fetch_config(store, repository, &manifest.config)?;
                return Ok(Documents {
                    digest,
                    id: manifest.config.digest,
                    config: ImageConfig::parse(&config_bytes)?,
                    config_bytes,
                    manifest,
                    manifest_bytes: fetched.bytes,
                    media_type: fetched.media_type,
                });
            }
            Document::Index(index) => {
                let missing = || {
                    Error::new(
                        Kind::NotFound,
                        format!("no matching manifest for {wanted} in the manifest list entries"),
                    )
                };
                let chosen = index.choose(wanted).ok_or_else(missing)?;
                fetched = repository.manifest(Which::Digest(&chosen.digest))?;
            }
        }
    }
    Err(Error::new(Kind::Invalid, format!("indexes in indexes, more than {DEEPEST} deep, and no manifest")))
}

/// Registries also keep what is no image.
fn check_kind(config: &Descriptor) -> Result<()> {
    match CONFIGURATIONS.contains(&config.media_type.as_str()) {
        true => Ok(()),
        false => Err(Error::new(Kind::Unsupported, "what is there is no image of a container")
            .because(format!("its configuration is of the type {}", config.media_type))),
    }
}

fn read_config(partial: &Partial, repository: &Repository, config: &Descriptor) -> Result<Vec<u8>> {
    let mut arriving = partial.stream(|from| repository.blob(&config.digest, config.size, from))?;
    let mut bytes = Vec::new();
    arriving.read_to_end(&mut bytes).what(|| format!("fetching the configuration {}", config.digest))?;
    arriving.verify().map(|()| bytes)
}

fn fetch_config(store: &Store, repository: &Repository, config: &Descriptor) -> Result<Vec<u8>> {
    if store.blobs().has(&config.digest) {
        return store.blobs().read(&config.digest);
    }
    if config.size > DOCUMENT_LIMIT {
        let what = format!("a configuration of {} bytes; the limit is {DOCUMENT_LIMIT}", config.size);
        return Err(Error::new(Kind::Invalid, what));
    }
    let partial = match store.blobs().claim(&config.digest, config.size, Patience::Wait)? {
        Claim::Mine(partial) => partial,
        // Another call has fetched it meanwhile.
        Claim::Here | Claim::Busy => return store.blobs().read(&config.digest),
    };
    let fetched = read_config(&partial, repository, config);
    if let Ok(bytes) = &fetched {
        store.blobs().put(bytes)?;
    }
    partial.discard();
    fetched
}
