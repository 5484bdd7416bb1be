//! `rcon save`: images out of the store, as one archive.

mod output;

pub use output::{Output, Writer};

use crate::error::{Error, Kind, Result};
use crate::oci::digest::Digest;
use crate::storage::Store;
use crate::storage::archive::{self, Form, Saved};
use crate::storage::layers::IdMapKey;
use crate::storage::tags::TagName;

/// What is to be saved, and how.
#[derive(Debug, Clone)]
pub struct Save {
    /// Each image once.
    pub images: Vec<Saved>,
    /// docker's form or OCI's.
    pub form: Form,
    /// What becomes of layers that came plain.
    pub plain_layers: PlainLayers,
}

/// What becomes of layers that came plain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PlainLayers {
    /// They are compressed, and kept so for the next time.
    Compressed,
    /// They are written as they came.
    Plain,
}

/// Finds the images that `words` mean, in that order, each with the names it was asked for by. An image
/// that was asked for by its id has none.
///
/// # Errors
/// [`Kind::NotFound`] in docker's words, also for an image that is for another `platform`.
pub fn find(store: &Store, words: &[String], platform: Option<&str>) -> Result<Vec<Saved>> {
    let mut images: Vec<Saved> = Vec::new();
    for word in words {
        let id = store.resolve(word)?;
        if let Some(platform) = platform {
            check_platform(store, word, &id, platform)?;
        }
        let at = images.iter().position(|image| image.id == id).unwrap_or_else(|| {
            images.push(Saved { id, names: Vec::new() });
            images.len() - 1
        });
        if let Some(name) = name_of(store, word, &id)?
            && !images[at].names.contains(&name)
        {
            images[at].names.push(name);
        }
    }
    Ok(images)
}

/// The name in `word`, where it is one of the image's.
fn name_of(store: &Store, word: &str, id: &Digest) -> Result<Option<TagName>> {
    let whole_id = Digest::from_hex(word.strip_prefix("sha256:").unwrap_or(word)).is_some();
    let Some(name) = TagName::parse(word).ok().filter(|_| !whole_id) else { return Ok(None) };
    let named = store.tags().get(&name)?;
    Ok(Some(name).filter(|_| named == Some(*id)))
}

fn check_platform(store: &Store, word: &str, id: &Digest, platform: &str) -> Result<()> {
    let config = store.images().config(id)?;
    let variant = config.variant.as_deref().unwrap_or_default();
    let has = [config.os.as_str(), config.architecture.as_str(), variant];
    let parts: Vec<&str> = platform.split('/').collect();
    let fits = match parts[..] {
        // `linux` alone, or `amd64` alone.
        [part] => has[..2].contains(&part),
        _ => parts.iter().zip(has).all(|(part, has)| *part == has),
    };
    match fits {
        true => Ok(()),
        false => Err(Error::new(
            Kind::NotFound,
            format!(
                "image with reference {word} was found but does not provide the specified platform ({platform})"
            ),
        )),
    }
}

/// Writes the archive. Needs the ids of `map`.
///
/// # Errors
/// What was written is to be thrown away then.
pub fn save(store: &Store, wish: &Save, map: &IdMapKey, output: &mut Writer) -> Result<()> {
    store.tidy()?;
    let _lock = store.lock_for_adding()?;
    if wish.form == Form::Oci && wish.plain_layers == PlainLayers::Compressed {
        for image in &wish.images {
            store.complete(&image.id, map)?;
        }
    }
    match output {
        Writer::Tar(sink) => archive::write(store, &wish.images, wish.form, map, sink),
        Writer::Directory(sink) => archive::write(store, &wish.images, wish.form, map, sink),
    }
}
