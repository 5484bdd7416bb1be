//! Reading the records of a cache: an artifact of rcon's own, or an image that has them inline.

use super::document::{Document as Records, LayerOf};
use super::{Known, MEDIA_TYPE};
use crate::error::{Context, Error, Kind, Result};
use crate::oci::config::ImageConfig;
use crate::oci::digest::Digest;
use crate::oci::manifest::{DOCUMENT_LIMIT, Descriptor, Document, Manifest};
use crate::oci::platform::Wanted;
use crate::oci::reference::{DEFAULT_TAG, Reference};
use crate::registry::manifests::Which;
use crate::registry::repository::Repository;
use crate::storage::archive::Members;
use std::fs::File;
use std::io::Read;
use std::path::Path;

/// The annotation that has the tag of an image in a layout.
pub const REF_NAME: &str = "org.opencontainers.image.ref.name";

/// Steps with their keys.
type Steps = Vec<(Vec<Digest>, Known)>;

/// Those of the artifact or image that `reference` means; of an index those of all its images for `platforms`.
pub(super) fn of_repository(
    repository: &Repository,
    reference: &Reference,
    platforms: &[String],
) -> Result<Steps> {
    let which = match reference.digest() {
        Some(digest) => Which::Digest(digest),
        None => Which::Tag(reference.tag().unwrap_or(DEFAULT_TAG)),
    };
    let read =
        |digest: &Digest, size| -> Result<Box<dyn Read>> { Ok(Box::new(repository.blob(digest, size, 0)?)) };
    let manifests = match Document::parse(&repository.manifest(which)?.bytes)? {
        Document::Manifest(manifest) => vec![manifest],
        Document::Index(index) => {
            let mut manifests = Vec::new();
            for platform in platforms {
                let Some(entry) = index.choose(&Wanted::parse(platform)?) else { continue };
                let fetched = repository.manifest(Which::Digest(&entry.digest))?;
                if let Document::Manifest(manifest) = Document::parse(&fetched.bytes)? {
                    manifests.push(manifest);
                }
            }
            manifests
        }
    };
    if manifests.is_empty() {
        return Err(no_cache());
    }
    let mut steps = Vec::new();
    for manifest in &manifests {
        steps.extend(of_manifest(manifest, &read)?);
    }
    Ok(steps)
}

/// Those of the layout in `folder` under `tag`.
pub(super) fn of_folder(folder: &Path, tag: &str) -> Result<Steps> {
    let all = entries(folder)?;
    let tagged = |entry: &&Descriptor| entry.annotations.get(REF_NAME).is_some_and(|name| name == tag);
    let entry = all.iter().find(tagged).ok_or_else(no_cache)?;
    let members = members(folder)?;
    let read = |digest: &Digest, _| -> Result<Box<dyn Read>> {
        Ok(Box::new(members.section(&format!("blobs/sha256/{}", digest.hex()))?))
    };
    let bytes = document(&entry.digest, entry.size, &read)?;
    match Document::parse(&bytes)? {
        Document::Manifest(manifest) => of_manifest(&manifest, &read),
        Document::Index(_) => Err(no_cache()),
    }
}

/// What the layout in `folder` holds.
///
/// # Errors
/// When there is none.
pub fn entries(folder: &Path) -> Result<Vec<Descriptor>> {
    match Document::parse(&members(folder)?.document("index.json")?)? {
        Document::Index(index) => Ok(index.manifests),
        Document::Manifest(_) => Err(no_cache()),
    }
}

fn members(folder: &Path) -> Result<Members> {
    let open = File::open(folder).what(|| format!("opening {}", folder.display()))?;
    Ok(Members::below(open.into()))
}

/// Reads blobs, which have that many bytes.
type Reading<'a> = &'a dyn Fn(&Digest, u64) -> Result<Box<dyn Read>>;

fn of_manifest(manifest: &Manifest, read: Reading<'_>) -> Result<Steps> {
    let bytes = document(&manifest.config.digest, manifest.config.size, read)?;
    if manifest.config.media_type == MEDIA_TYPE {
        let records = Records::parse(&bytes)?.known();
        let named = |known: &Known| {
            manifest.layers.iter().any(|layer| layer.digest == known.blob && layer.size == known.size)
        };
        return Ok(records.into_iter().filter(|(_, known)| named(known)).collect());
    }
    let config = ImageConfig::parse(&bytes).map_err(|_| no_cache())?;
    if config.rootfs.diff_ids.len() != manifest.layers.len() || config.rootfs.diff_ids.is_empty() {
        return Err(no_cache());
    }
    let pairs = config.rootfs.diff_ids.iter().zip(&manifest.layers);
    let layers = pairs
        .map(|(diff_id, blob)| LayerOf { diff_id: *diff_id, blob: blob.digest, size: blob.size })
        .collect();
    let records = Records::inline(&serde_json::Value::Object(config.extra), layers)?;
    // An image without records is no mistake: the next one pushed may have some.
    Ok(records.map(Records::known).unwrap_or_default())
}

/// A document of that digest.
fn document(digest: &Digest, size: u64, read: Reading<'_>) -> Result<Vec<u8>> {
    if size > DOCUMENT_LIMIT {
        let what = format!("records of {size} bytes; the limit is {DOCUMENT_LIMIT}");
        return Err(Error::new(Kind::Invalid, what));
    }
    let mut bytes = Vec::new();
    let reading = || "reading the records of a cache";
    read(digest, size)?.take(DOCUMENT_LIMIT + 1).read_to_end(&mut bytes).what(reading)?;
    match Digest::of(&bytes) == *digest {
        true => Ok(bytes),
        false => Err(Error::new(Kind::Invalid, format!("blob {digest} is not what its name says"))),
    }
}

fn no_cache() -> Error {
    Error::new(Kind::Unsupported, "no cache of rcon is there")
        .because("caches of other tools name their steps in other ways")
        .fix("make one with --cache-to")
}
