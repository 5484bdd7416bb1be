//! Records and names: each can be read, and belongs to what its file is called by.

use super::{Damage, Object};
use crate::error::{Context, Error, Kind, Result};
use crate::oci::config::ImageConfig;
use crate::oci::digest::Digest;
use crate::oci::manifest::{DOCUMENT_LIMIT, Document, Manifest, media};
use crate::storage::Store;
use crate::storage::add::{NewImage, publish};
use crate::storage::layers::IdMapKey;
use std::path::PathBuf;

impl Store {
    /// The records and names that are damaged, and names of images that are not here.
    pub fn damaged_documents(&self) -> Result<Vec<Damage>> {
        let mut found = Vec::new();
        for file in self.files("records")? {
            let Some(id) = file.strip_suffix(".json").and_then(Digest::from_hex) else { continue };
            let what = match self.images().get(&id) {
                Ok(Some(record)) if record.id != id => "of another image",
                Ok(_) => continue,
                Err(_) => "damaged",
            };
            found.push(Damage { object: Object::Record(id), what: what.to_owned() });
        }
        for file in self.files("tags")? {
            let image = self.tags().in_file(&file);
            let what = match &image {
                Ok(image) if self.record_path(image).exists() => continue,
                Ok(_) => "stands for an image that is not here",
                Err(_) => "damaged",
            };
            found.push(Damage { object: Object::Name(file), what: what.to_owned() });
        }
        Ok(found)
    }

    fn files(&self, folder: &str) -> Result<Vec<String>> {
        let folder = self.images_directory().join(folder);
        let entries = std::fs::read_dir(&folder).what(|| format!("reading {}", folder.display()))?;
        let names = entries.flatten().filter_map(|entry| entry.file_name().into_string().ok());
        let mut names: Vec<String> = names.filter(|name| !name.starts_with(".tmp-")).collect();
        names.sort();
        Ok(names)
    }

    fn record_path(&self, id: &Digest) -> PathBuf {
        self.images_directory().join("records").join(format!("{}.json", id.hex()))
    }

    /// Takes a name away by its file. Needs the lock for removing.
    pub fn drop_name(&self, file: &str) -> Result<()> {
        let path = self.images_directory().join("tags").join(file);
        std::fs::remove_file(&path).what(|| format!("removing {}", path.display()))
    }

    /// Takes a record away that cannot be read, and makes it again of the image's configuration, layers
    /// and manifest. Needs the lock for removing.
    ///
    /// # Errors
    /// When one of those is not here; the record is gone then, and no longer in the way of another pull.
    pub fn mend_record(&self, id: &Digest, map: &IdMapKey) -> Result<()> {
        let path = self.record_path(id);
        std::fs::remove_file(&path).what(|| format!("removing {}", path.display()))?;
        let config_bytes = self.blobs().read(id)?;
        let config = ImageConfig::parse(&config_bytes)?;
        let found = self.manifest_of(id);
        let blobs = match &found {
            Some((_, manifest)) => manifest.layers.iter().map(|layer| Some(layer.digest)).collect(),
            None => vec![None; config.rootfs.diff_ids.len()],
        };
        let image = NewImage {
            config_bytes,
            config,
            manifest: found.map(|(document, _)| document),
            blobs,
            names: Vec::new(),
            repo_digests: Vec::new(),
            parent: None,
        };
        publish(self, Vec::new(), vec![image], map).map(drop)
    }

    /// The manifest of an image without its record: the blob that names its configuration.
    fn manifest_of(&self, id: &Digest) -> Option<((Vec<u8>, String), Manifest)> {
        let entries = std::fs::read_dir(self.blobs().directory()).ok()?.flatten();
        let documents = entries.filter(|entry| entry.metadata().is_ok_and(|it| it.len() <= DOCUMENT_LIMIT));
        documents.into_iter().find_map(|entry| {
            let digest = entry.file_name().to_str().and_then(Digest::from_hex)?;
            let bytes = self.blobs().read(&digest).ok()?;
            let manifest = manifest(&bytes).filter(|manifest| manifest.config.digest == *id)?;
            let media_type = manifest.media_type.clone().unwrap_or_else(|| media::MANIFEST.to_owned());
            Some(((bytes, media_type), manifest))
        })
    }
}

/// The manifest of one image, if that is what these bytes are.
pub(super) fn manifest(bytes: &[u8]) -> Option<Manifest> {
    match Document::parse(bytes) {
        Ok(Document::Manifest(manifest)) => Some(manifest),
        _ => None,
    }
}

impl crate::storage::tags::Tags<'_> {
    /// The image that the name in `file` stands for.
    ///
    /// # Errors
    /// When the file is damaged, or is not the one of the name in it.
    fn in_file(&self, file: &str) -> Result<Digest> {
        let tag = self.read_file(file)?;
        match tag.name.file_name() == file {
            true => Ok(tag.image),
            false => Err(Error::new(Kind::Invalid, "another name's file")),
        }
    }
}
