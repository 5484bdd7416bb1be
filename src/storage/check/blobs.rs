//! Blobs: each has the digest it is called by.

use super::documents::manifest;
use super::{Damage, Object, side_by_side};
use crate::error::{Context, Error, Kind, Result};
use crate::oci::digest::{Digest, Hasher};
use crate::storage::Store;
use crate::storage::images::ImageRecord;
use crate::storage::unpack::Depth;
use std::collections::BTreeMap;
use std::io::{self, Read};

/// Bytes read at once.
const BUFFER: usize = 256 * 1024;

/// What a blob is for: that says how it is asked for at a registry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BlobRole {
    /// The manifest of an image.
    Manifest,
    /// Anything else, with its size where that is known.
    Content(Option<u64>),
}

/// All blobs that images name, or that are here.
#[derive(Debug)]
pub struct Blobs(BTreeMap<Digest, BlobRole>);

impl Blobs {
    /// Those that `images` name, and those that nobody names.
    pub fn of(store: &Store, images: &[ImageRecord]) -> Result<Self> {
        let mut blobs = BTreeMap::new();
        let folder = store.blobs().directory();
        for entry in std::fs::read_dir(&folder).what(|| format!("reading {}", folder.display()))?.flatten() {
            if let Some(digest) = entry.file_name().to_str().and_then(Digest::from_hex) {
                blobs.insert(digest, BlobRole::Content(None));
            }
        }
        for image in images {
            blobs.insert(image.id, BlobRole::Content(config_size(store, image)));
            for blob in image.layers.iter().filter_map(|layer| layer.blob.as_ref()) {
                blobs.insert(blob.digest, BlobRole::Content(Some(blob.size)));
            }
            if let Some(manifest) = &image.manifest {
                blobs.insert(manifest.digest, BlobRole::Manifest);
            }
        }
        Ok(Self(blobs))
    }

    /// What one of them is for.
    pub fn role(&self, digest: &Digest) -> BlobRole {
        self.0.get(digest).copied().unwrap_or(BlobRole::Content(None))
    }

    /// Those that are missing or not what they are called.
    pub fn damaged(&self, store: &Store, depth: Depth) -> Vec<Damage> {
        let blobs: Vec<_> = self.0.iter().collect();
        let looked = side_by_side(&blobs, |(digest, role)| wrong(store, digest, **role, depth));
        let found = blobs.into_iter().zip(looked);
        found
            .filter_map(|((digest, _), what)| Some(Damage { object: Object::Blob(*digest), what: what? }))
            .collect()
    }
}

/// What is wrong with a blob.
fn wrong(store: &Store, digest: &Digest, role: BlobRole, depth: Depth) -> Option<String> {
    let look = || -> Result<Option<String>> {
        let Some(mut file) = store.blobs().open(digest)? else { return Ok(Some("missing".to_owned())) };
        let size = file.metadata().what(|| "looking at it")?.len();
        if let BlobRole::Content(Some(expected)) = role
            && expected != size
        {
            return Ok(Some(format!("{size} bytes instead of {expected}")));
        }
        if depth == Depth::Quick {
            return Ok(None);
        }
        Ok((digest_of(&mut file)? != *digest).then(|| "damaged".to_owned()))
    };
    look().unwrap_or_else(|error| Some(error.to_string()))
}

fn digest_of(input: &mut impl Read) -> Result<Digest> {
    let mut hasher = Hasher::default();
    let mut buffer = vec![0; BUFFER];
    loop {
        match input.read(&mut buffer) {
            Ok(0) => return Ok(hasher.finish()),
            Ok(count) => hasher.update(&buffer[..count]),
            Err(cause) if cause.kind() == io::ErrorKind::Interrupted => {}
            Err(cause) => return Err(cause).what(|| "reading it"),
        }
    }
}

/// Bytes of an image's configuration, as its manifest has it.
fn config_size(store: &Store, image: &ImageRecord) -> Option<u64> {
    let bytes = store.blobs().read(&image.manifest.as_ref()?.digest).ok()?;
    Some(manifest(&bytes)?.config.size)
}

impl Store {
    /// Puts a blob in its place, also where a damaged one is. Durable after the next [`Store::sync`].
    ///
    /// # Errors
    /// [`Kind::Invalid`] when the bytes have another digest; nothing is changed then.
    pub fn mend_blob(&self, digest: &Digest, mut bytes: impl Read) -> Result<()> {
        let mut blob = self.blobs().begin()?;
        io::copy(&mut bytes, &mut blob).what(|| format!("fetching blob {digest}"))?;
        let (found, _) = blob.digest();
        if found != *digest {
            return Err(Error::new(Kind::Invalid, format!("blob {digest} came with another digest")));
        }
        self.sync()?;
        blob.keep().map(drop)
    }
}
