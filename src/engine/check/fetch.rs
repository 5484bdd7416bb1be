//! Blobs from where they came.

use super::Checking;
use crate::engine::registries::Registries;
use crate::error::{Error, Kind, Result};
use crate::oci::digest::Digest;
use crate::oci::reference::Reference;
use crate::registry::client::Action;
use crate::registry::manifests::Which;
use crate::registry::repository::Repository;
use crate::storage::check::BlobRole;

impl Checking<'_> {
    /// Fetches a blob again by its digest; how that came.
    pub(super) fn mend_blob(
        &self,
        registries: &Registries,
        digest: &Digest,
        role: BlobRole,
    ) -> Result<String> {
        let needs = super::images_with(&self.images, &super::Object::Blob(*digest));
        if needs.is_empty() {
            return Ok("removed, since no image needs it".to_owned());
        }
        let images = self.images.iter().filter(|image| needs.contains(&image.id));
        let mut last = Error::new(Kind::NotFound, "no registry is known to have it");
        for known_by in images.flat_map(|image| &image.repo_digests) {
            let fetched = known_by.parse::<Reference>().and_then(|reference| {
                let repository = registries.repository(&reference, Action::Pull)?;
                self.fetch(&repository, digest, role)
            });
            match fetched {
                Ok(()) => {
                    let repository = known_by.split('@').next().unwrap_or(known_by);
                    return Ok(format!("fetched from {repository}"));
                }
                Err(error) => last = error,
            }
        }
        Err(last)
    }

    fn fetch(&self, repository: &Repository, digest: &Digest, role: BlobRole) -> Result<()> {
        match role {
            BlobRole::Manifest => {
                let document = repository.manifest(Which::Digest(digest))?;
                self.store.mend_blob(digest, &document.bytes[..])
            }
            BlobRole::Content(Some(size)) => self.store.mend_blob(digest, repository.blob(digest, size, 0)?),
            BlobRole::Content(None) => Err(Error::new(Kind::NotFound, "nothing says how long it is")),
        }
    }
}
