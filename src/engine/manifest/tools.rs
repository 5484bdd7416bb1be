//! `rcon buildx imagetools`: images of registries, and new ones that are made of them.

use super::Found;
use super::push::Push;
use super::show::indented;
use crate::engine::registries::Registries;
use crate::error::{Error, Kind, Result};
use crate::oci::digest::Digest;
use crate::oci::manifest::{Descriptor, Document, Platform, media};
use crate::oci::platform::Wanted;
use crate::oci::reference::Reference;
use crate::storage::lists::{List, Member};
use serde::Serialize;
use serde_json::Value;
use std::collections::BTreeMap;

/// The most entries an index gets.
const MOST: usize = 1000;

impl Found {
    /// The document as it came.
    pub fn bytes(&self) -> &[u8] {
        &self.fetched.bytes
    }

    /// What it is.
    pub fn media_type(&self) -> &str {
        &self.fetched.media_type
    }

    /// Of its bytes.
    pub fn digest(&self) -> Digest {
        self.fetched.digest
    }

    /// What an index names; `None` for a manifest.
    pub fn entries(&self) -> Option<&[Descriptor]> {
        match &self.document {
            Document::Manifest(_) => None,
            Document::Index(index) => Some(&index.manifests),
        }
    }

    /// The configuration, or those of all manifests of an index with their platforms.
    ///
    /// # Errors
    /// Those of the registry; [`Kind::Invalid`] for what is no JSON.
    pub fn configs(&self) -> Result<Vec<(Platform, Value)>> {
        let read = |bytes: Vec<u8>| -> Result<Value> {
            serde_json::from_slice(&bytes).map_err(|cause| {
                Error::new(Kind::Invalid, format!("the configuration of {}", self.reference)).why(cause)
            })
        };
        let index = match &self.document {
            Document::Manifest(manifest) => {
                return Ok(vec![(Platform::default(), read(self.config(manifest)?)?)]);
            }
            Document::Index(index) => index,
        };
        let mut configs = Vec::new();
        for (document, member) in self.children(index)? {
            if let Document::Manifest(manifest) = document {
                let platform = member.descriptor.platform.unwrap_or_default();
                configs.push((platform, read(self.config(&manifest)?)?));
            }
        }
        Ok(configs)
    }
}

/// One thing an image is made of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// Where it is in a registry.
    pub name: String,
    /// What the index says of it, when that is not what it says itself.
    pub platform: Option<Platform>,
}

/// What an image is made of, and how.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Combination {
    /// Images, and indexes of which each manifest is taken.
    pub sources: Vec<Source>,
    /// The names it gets.
    pub targets: Vec<Reference>,
    /// Whether what the first target means stays part of it.
    pub append: bool,
    /// Whether a single manifest becomes an index of one.
    pub prefer_index: bool,
    /// Only what is for one of these is taken; none: all.
    pub platforms: Vec<Wanted>,
    /// Of the index.
    pub index_annotations: BTreeMap<String, String>,
    /// Of all its entries.
    pub entry_annotations: BTreeMap<String, String>,
}

/// An image that was made of others, and is nowhere yet.
#[derive(Debug)]
pub struct Combined {
    /// What the document is.
    pub media_type: String,
    /// The document.
    pub bytes: Vec<u8>,
    members: Vec<Member>,
}

/// An index with annotations.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Annotated<'a> {
    schema_version: u32,
    media_type: &'a str,
    manifests: Vec<&'a Descriptor>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    annotations: &'a BTreeMap<String, String>,
}

impl Combination {
    /// Reads the sources, and makes one image of them.
    ///
    /// # Errors
    /// [`Kind::NotFound`] when a source or what is appended to is missing, or nothing is for a wanted platform;
    /// those of the registries.
    pub fn combine(&self, registries: &Registries) -> Result<Combined> {
        let mut found = Vec::new();
        let before = self.append.then(|| self.targets.first()).flatten();
        let before = before.map(|target| Source { name: target.canonical(), platform: None });
        for source in before.iter().chain(&self.sources) {
            found.push((Found::fetch(registries, &source.name)?, source.platform.clone()));
        }
        if let [(only, None)] = &found[..]
            && self.is_copy(only)
        {
            return only.copied();
        }
        let mut members: Vec<Member> = Vec::new();
        for (found, platform) in found {
            for mut member in found.all_members()? {
                if let Some(platform) = &platform {
                    member.descriptor.platform = Some(platform.clone());
                }
                self.add(&mut members, member)?;
            }
        }
        if members.is_empty() {
            return Err(Error::new(Kind::NotFound, "no source is for a platform that is wanted"));
        }
        self.index(members)
    }

    /// Whether a single source becomes the image byte for byte.
    fn is_copy(&self, found: &Found) -> bool {
        let plain = self.index_annotations.is_empty() && self.entry_annotations.is_empty();
        plain && self.platforms.is_empty() && (found.entries().is_some() || !self.prefer_index)
    }

    /// Adds a member that is wanted; one that is there already is replaced in its place.
    fn add(&self, members: &mut Vec<Member>, mut member: Member) -> Result<()> {
        let platform = member.descriptor.platform.clone().unwrap_or_default();
        let wanted =
            self.platforms.is_empty() || self.platforms.iter().any(|one| one.rank(&platform) == Some(0));
        if !wanted {
            return Ok(());
        }
        let annotations = self.entry_annotations.iter().map(|(key, value)| (key.clone(), value.clone()));
        member.descriptor.annotations.extend(annotations);
        match members.iter().position(|other| other.descriptor.digest == member.descriptor.digest) {
            Some(index) => members[index] = member,
            None if members.len() >= MOST => {
                return Err(Error::usage(format!("an index of more than {MOST} manifests")));
            }
            None => members.push(member),
        }
        Ok(())
    }

    fn index(&self, members: Vec<Member>) -> Result<Combined> {
        let is_docker = |member: &Member| member.descriptor.media_type == media::DOCKER_MANIFEST;
        // docker's lists have no annotations.
        let plain = self.index_annotations.is_empty() && self.entry_annotations.is_empty();
        let media_type =
            if plain && members.iter().all(is_docker) { media::DOCKER_INDEX } else { media::INDEX };
        let index = Annotated {
            schema_version: 2,
            media_type,
            manifests: members.iter().map(|member| &member.descriptor).collect(),
            annotations: &self.index_annotations,
        };
        let bytes = indented(&index, b"  ")?.into_bytes();
        Ok(Combined { media_type: media_type.to_owned(), bytes, members })
    }
}

impl Found {
    /// Itself, or all that an index names.
    fn all_members(&self) -> Result<Vec<Member>> {
        match &self.document {
            Document::Manifest(manifest) => Ok(vec![self.own_member(manifest)?]),
            Document::Index(index) => {
                self.children(index).map(|children| children.into_iter().map(|child| child.1).collect())
            }
        }
    }

    /// The same image, for another name.
    fn copied(&self) -> Result<Combined> {
        Ok(Combined {
            media_type: self.media_type().to_owned(),
            bytes: self.bytes().to_vec(),
            members: self.all_members()?,
        })
    }
}

impl Combined {
    /// The image on its way to `target`.
    ///
    /// # Errors
    /// Of credentials, and of registries that are blocked.
    pub fn push(&self, registries: &Registries, target: &Reference) -> Result<Push> {
        let list = List { members: self.members.clone() };
        Push::with(registries, list, target, (self.media_type.clone(), self.bytes.clone()))
    }
}
