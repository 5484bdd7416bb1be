//! `rcon manifest push`: the members that the repository does not have, then the list.

use super::show::indented;
use super::{no_such_list, which};
use crate::engine::host::Engine;
use crate::engine::registries::Registries;
use crate::error::{Error, Kind, Result};
use crate::oci::digest::Digest;
use crate::oci::manifest::{Descriptor, Document, Index, media};
use crate::oci::reference::Reference;
use crate::registry::client::Action;
use crate::registry::manifests::Which;
use crate::registry::repository::Repository;
use crate::storage::Store;
use crate::storage::lists::{List, Member};
use crate::storage::tags::TagName;
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};

/// What has been put.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pushed {
    /// Members that the repository did not have, with its name.
    pub members: Vec<String>,
    /// Of the list.
    pub digest: Digest,
}

/// A list on its way to a repository. The registries' credentials are known, so that U0 may be entered.
#[derive(Debug)]
pub struct Push {
    list: List,
    target: Reference,
    repository: Repository,
    sources: Vec<(Reference, Repository)>,
    /// What is put at the end, and its media type.
    document: (String, Vec<u8>),
}

impl Push {
    /// The list `name`, to be put under `target`.
    ///
    /// # Errors
    /// [`Kind::NotFound`] in docker's words when there is no such list, [`Kind::Usage`] when it is empty.
    pub fn of(engine: &Engine, registries: &Registries, name: &TagName, target: &Reference) -> Result<Self> {
        let list = engine.store()?.lists().get(name)?.ok_or_else(|| no_such_list(name))?;
        if list.members.is_empty() {
            return Err(Error::usage(format!("the list {} has no members", name.familiar()))
                .fix(format!("rcon manifest add {} IMAGE", name.familiar())));
        }
        let (media_type, bytes) = index_of(&list)?;
        Self::with(registries, list, target, (media_type.to_owned(), bytes))
    }

    /// The members of `list`, and then `document` of this media type, to be put under `target`.
    pub(super) fn with(
        registries: &Registries,
        list: List,
        target: &Reference,
        document: (String, Vec<u8>),
    ) -> Result<Self> {
        let source = |member: &Member| {
            let reference: Reference = member.reference.parse()?;
            let repository = registries.repository(&reference, Action::Pull)?;
            Ok((reference, repository))
        };
        let sources = list.members.iter().map(source).collect::<Result<_>>()?;
        let repository = registries.repository(target, Action::Push)?;
        Ok(Self { list, target: target.clone(), repository, sources, document })
    }

    /// Puts what is missing, and then the list.
    ///
    /// # Errors
    /// Those of the registries; the tag means what it meant before then.
    pub fn run(&self, store: &Store) -> Result<Pushed> {
        let mut members = Vec::new();
        for (member, source) in self.list.members.iter().zip(&self.sources) {
            let which = Which::Digest(&member.descriptor.digest);
            if self.repository.manifest_digest(which)?.is_some() {
                continue;
            }
            self.copy_blobs(store, member, source)?;
            let digest = self.repository.put_manifest(
                which,
                &member.descriptor.media_type,
                member.manifest.as_bytes(),
            )?;
            members.push(format!("{}@{digest}", self.target.repository()));
        }
        let (media_type, bytes) = &self.document;
        let digest = self.repository.put_manifest(which(&self.target), media_type, bytes)?;
        Ok(Pushed { members, digest })
    }

    fn copy_blobs(&self, store: &Store, member: &Member, source: &(Reference, Repository)) -> Result<()> {
        let Document::Manifest(manifest) = Document::parse(member.manifest.as_bytes())? else {
            let what = format!("{} is an index", member.reference);
            return Err(Error::new(Kind::Unsupported, what).because("a list of lists is not pushed"));
        };
        std::iter::once(&manifest.config)
            .chain(&manifest.layers)
            .try_for_each(|blob| self.copy(store, blob, source))
    }

    /// Has the repository have a blob, by the cheapest way there is.
    fn copy(&self, store: &Store, blob: &Descriptor, (from, source): &(Reference, Repository)) -> Result<()> {
        let (digest, size) = (&blob.digest, blob.size);
        let beside = from.domain() == self.target.domain() && from.path() != self.target.path();
        if self.repository.has_blob(digest)? || (beside && self.repository.mount(digest, from.path())?) {
            return Ok(());
        }
        let kept = store.blobs().open(digest)?;
        let open = |at: u64| -> Result<Box<dyn Read + Send>> {
            match &kept {
                Some(_) => Ok(Box::new(from_byte(store, digest, at)?)),
                None => Ok(Box::new(source.blob(digest, size, at)?)),
            }
        };
        self.repository.upload(digest, size, &open, &|_| {})
    }
}

/// A blob of the store without its first `at` bytes.
fn from_byte(store: &Store, digest: &Digest, at: u64) -> Result<File> {
    let missing = || Error::new(Kind::NotFound, format!("blob {digest} is missing in the store"));
    let mut file = store.blobs().open(digest)?.ok_or_else(missing)?;
    file.seek(SeekFrom::Start(at))
        .map_err(|cause| Error::new(Kind::System, format!("reading blob {digest}")).why(cause))?;
    Ok(file)
}

/// The document a list becomes, and what it is: docker's when all its members are.
pub(super) fn index_of(list: &List) -> Result<(&'static str, Vec<u8>)> {
    let is_docker = |member: &Member| member.descriptor.media_type == media::DOCKER_MANIFEST;
    let media_type = if list.members.iter().all(is_docker) { media::DOCKER_INDEX } else { media::INDEX };
    let index = Index {
        schema_version: 2,
        media_type: Some(media_type.to_owned()),
        manifests: list.members.iter().map(|member| member.descriptor.clone()).collect(),
    };
    Ok((media_type, indented(&index, b"   ")?.into_bytes()))
}
