//! `rcon manifest`: documents of registries, and lists of them in the making.

pub mod annotate;
mod local;
pub mod push;
pub mod show;
pub mod tools;

use super::host::Engine;
use super::registries::Registries;
use crate::error::{Error, Kind, Result};
use crate::oci::config::ImageConfig;
use crate::oci::manifest::{Descriptor, Document, Index, Manifest, Platform, architecture};
use crate::oci::platform::Wanted;
use crate::oci::reference::{DEFAULT_TAG, Reference};
use crate::registry::client::Action;
use crate::registry::manifests::{FetchedDocument, Which};
use crate::registry::repository::Repository;
use crate::storage::lists::{List, Member};
use crate::storage::tags::TagName;
use std::io::Read;

/// What is taken of an index that is to be a member.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Of {
    /// Nothing: it is refused.
    Nothing,
    /// The manifest for this machine.
    ThisMachine,
    /// Every manifest.
    All,
}

/// A document of a registry, and where it came from.
#[derive(Debug)]
pub struct Found {
    /// Its name, with a tag or a digest.
    pub reference: Reference,
    repository: Repository,
    fetched: FetchedDocument,
    document: Document,
}

impl Found {
    /// The document that `typed` means at a registry.
    ///
    /// # Errors
    /// [`Kind::NotFound`] in docker's words; those of the registry.
    pub fn fetch(registries: &Registries, typed: &str) -> Result<Self> {
        let mut missing = Error::usage("no registry to ask");
        for reference in registries.candidates(typed)? {
            let reference = reference.with_default_tag();
            let repository = registries.repository(&reference, Action::Pull)?;
            match repository.manifest(which(&reference)) {
                Ok(fetched) => {
                    let document = Document::parse(&fetched.bytes)?;
                    return Ok(Self { reference, repository, fetched, document });
                }
                Err(error) if error.kind == Kind::NotFound => {
                    missing = no_such_manifest(&reference).why(error)
                }
                Err(error) => return Err(error),
            }
        }
        Err(missing)
    }

    /// The members it makes: itself, or what of an index is wanted.
    fn members(self, of: Of) -> Result<Vec<Member>> {
        let index = match &self.document {
            Document::Manifest(manifest) => return Ok(vec![self.own_member(manifest)?]),
            Document::Index(index) => index,
        };
        match of {
            Of::Nothing => Err(Error::usage(format!("{} is a manifest list", self.reference))),
            Of::ThisMachine => {
                let missing = || {
                    let what = format!("{} has no manifest for linux/{}", self.reference, architecture());
                    Error::new(Kind::NotFound, what).fix("take all of them with --all")
                };
                Ok(vec![self.child(index.choose(&Wanted::of_this_machine()).ok_or_else(missing)?)?.1])
            }
            Of::All => {
                self.children(index).map(|children| children.into_iter().map(|child| child.1).collect())
            }
        }
    }

    /// The bytes of a manifest's configuration.
    fn config(&self, manifest: &Manifest) -> Result<Vec<u8>> {
        let config = &manifest.config;
        let mut bytes = Vec::new();
        self.repository
            .blob(&config.digest, config.size, 0)?
            .take(crate::oci::manifest::DOCUMENT_LIMIT + 1)
            .read_to_end(&mut bytes)
            .map_err(|cause| {
                Error::new(Kind::System, format!("reading the configuration of {}", self.reference))
                    .why(cause)
            })?;
        Ok(bytes)
    }

    fn own_member(&self, manifest: &Manifest) -> Result<Member> {
        let config = &manifest.config;
        let platform = match config.media_type.contains("config") || config.media_type.contains("image") {
            true => platform_of(&ImageConfig::parse(&self.config(manifest)?)?),
            false => Platform::default(),
        };
        member(&self.reference, &self.fetched, platform)
    }

    fn children(&self, index: &Index) -> Result<Vec<(Document, Member)>> {
        index.manifests.iter().map(|entry| self.child(entry)).collect()
    }

    /// A manifest that an index names, with the platform that it names.
    fn child(&self, entry: &Descriptor) -> Result<(Document, Member)> {
        let fetched = self.repository.manifest(Which::Digest(&entry.digest))?;
        let mut member =
            member(&self.reference.clone().with_digest(entry.digest), &fetched, Platform::default())?;
        member.descriptor.platform.clone_from(&entry.platform);
        member.descriptor.annotations.clone_from(&entry.annotations);
        Ok((Document::parse(&fetched.bytes)?, member))
    }
}

fn which(reference: &Reference) -> Which<'_> {
    match reference.digest() {
        Some(digest) => Which::Digest(digest),
        None => Which::Tag(reference.tag().unwrap_or(DEFAULT_TAG)),
    }
}

fn member(reference: &Reference, fetched: &FetchedDocument, platform: Platform) -> Result<Member> {
    let manifest = String::from_utf8(fetched.bytes.clone());
    Ok(Member {
        reference: reference.canonical(),
        descriptor: Descriptor {
            media_type: fetched.media_type.clone(),
            digest: fetched.digest,
            size: fetched.bytes.len() as u64,
            annotations: Default::default(),
            platform: Some(platform),
        },
        manifest: manifest
            .map_err(|cause| Error::new(Kind::Invalid, "a manifest that is no text").why(cause))?,
    })
}

fn platform_of(config: &ImageConfig) -> Platform {
    let text = |key: &str| config.extra.get(key).and_then(|value| value.as_str()).map(str::to_owned);
    Platform {
        architecture: config.architecture.clone(),
        os: config.os.clone(),
        variant: config.variant.clone().filter(|variant| !variant.is_empty()),
        os_version: text("os.version"),
        os_features: Vec::new(),
    }
}

/// docker's words for a name that no registry knows.
fn no_such_manifest(name: impl std::fmt::Display) -> Error {
    Error::new(Kind::NotFound, format!("no such manifest: {name}"))
}

/// docker's words for a list that is not here.
pub fn no_such_list(name: &TagName) -> Error {
    Error::new(Kind::NotFound, format!("No such manifest: {name}"))
}

/// The members that `typed` names, from registries, or from the store what no registry has or gives.
///
/// # Errors
/// Those of [`Found::fetch`]; Usage for an index when nothing is to be taken `of` it.
pub fn members(engine: &Engine, registries: &Registries, typed: &[String], of: Of) -> Result<Vec<Member>> {
    let mut found = Vec::new();
    for name in typed {
        found.push(match Found::fetch(registries, name) {
            Ok(document) => Ok(document.members(of)?),
            Err(error) if matches!(error.kind, Kind::NotFound | Kind::Denied) => Err(error),
            Err(error) => return Err(error),
        });
    }
    local::instead(engine, typed, found)
}

/// Makes the list `name` of `members`, or adds them to the one that is here.
///
/// # Errors
/// [`Kind::Conflict`] in docker's words when it is here and not to be `amend`ed.
pub fn create(engine: &Engine, name: &TagName, members: Vec<Member>, amend: bool) -> Result<()> {
    let store = engine.store()?;
    let lists = store.lists();
    let _locks = lists.lock()?;
    let list = match lists.get(name)? {
        Some(_) if !amend => {
            let what = "refusing to amend an existing manifest list with no --amend flag";
            return Err(Error::new(Kind::Conflict, what));
        }
        list => list.unwrap_or_default(),
    };
    lists.put(name, &with(list, members))
}

/// Adds `members` to the list `name`, each as `change` makes it.
///
/// # Errors
/// [`Kind::NotFound`] when there is no such list; those of the change.
pub fn add(
    engine: &Engine,
    name: &TagName,
    mut members: Vec<Member>,
    change: &annotate::Change,
) -> Result<()> {
    members.iter_mut().try_for_each(|member| change.apply(member))?;
    let store = engine.store()?;
    let lists = store.lists();
    let _locks = lists.lock()?;
    let list = lists.get(name)?.ok_or_else(|| no_such_list(name))?;
    lists.put(name, &with(list, members))
}

fn with(mut list: List, members: Vec<Member>) -> List {
    members.into_iter().for_each(|member| list.add(member));
    list
}
