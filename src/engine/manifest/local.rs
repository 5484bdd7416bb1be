//! Members that only the store has.

use super::{member, platform_of};
use crate::engine::host::Engine;
use crate::engine::image::making;
use crate::error::{Error, Kind, Result};
use crate::oci::config::ImageConfig;
use crate::oci::digest::Digest;
use crate::oci::reference::Reference;
use crate::registry::manifests::FetchedDocument;
use crate::storage::lists::Member;

/// The members that were found, and in the place of each that was not the image of that name here.
///
/// # Errors
/// What kept it from being found, where there is no such image either.
pub(super) fn instead(
    engine: &Engine,
    typed: &[String],
    found: Vec<Result<Vec<Member>>>,
) -> Result<Vec<Member>> {
    if found.iter().all(Result::is_ok) {
        return found.into_iter().collect::<Result<Vec<_>>>().map(|members| members.concat());
    }
    let store = engine.store()?;
    let mut images = Vec::new();
    for (name, members) in typed.iter().zip(found) {
        images.push(match members {
            Ok(members) => Ok(members),
            Err(error) => match store.resolve(name) {
                Ok(id) => Err((name.parse::<Reference>().map(Reference::with_default_tag), id)),
                Err(missing) if missing.kind == Kind::NotFound => return Err(error),
                Err(other) => return Err(other),
            },
        });
    }
    // A layer that came plain is compressed now, and its files belong to subordinate ids.
    let map = making(&engine.enter()?)?.map;
    let mut all = Vec::new();
    for one in images {
        match one {
            Ok(members) => all.extend(members),
            Err((reference, id)) => all.push(of_store(engine, &reference?, &id, &map)?),
        }
    }
    Ok(all)
}

fn of_store(
    engine: &Engine,
    reference: &Reference,
    id: &Digest,
    map: &crate::storage::layers::IdMapKey,
) -> Result<Member> {
    let store = engine.store()?;
    let _lock = store.lock_for_adding()?;
    let image = store.sendable(id, map, None)?;
    let config = ImageConfig::parse(&image.config)?;
    let digest = Digest::of(&image.manifest);
    let fetched = FetchedDocument { bytes: image.manifest, media_type: image.media_type, digest };
    member(reference, &fetched, platform_of(&config))
        .map_err(|error| Error::new(error.kind, format!("the manifest of image {}", id.short())).why(error))
}
