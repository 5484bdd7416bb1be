//! `--build-context NAME=WHERE`: folders, repositories and archives by name.

use super::{folder, git, http, is_url, open_folder, stream};
use crate::error::{Context, Error, Kind, Result};
use std::os::fd::OwnedFd;
use std::path::Path;

/// A named context that holds files.
#[derive(Debug)]
pub struct Named {
    /// What `--from` calls it.
    pub name: String,
    /// Its root.
    pub root: OwnedFd,
}

/// What begins the name of an image.
pub const IMAGE: &str = "docker-image://";

/// Opens those of `all` that are no images; what is fetched is put below `work`.
///
/// # Errors
/// [`Kind::NotFound`] in docker's words, [`Kind::Unsupported`] for an OCI layout.
pub fn named(all: &[(String, String)], work: &Path) -> Result<Vec<Named>> {
    let files = all.iter().enumerate().filter(|(_, (_, place))| !place.starts_with(IMAGE));
    files
        .map(|(number, (name, place))| Ok(Named { name: name.clone(), root: open(place, number, work)? }))
        .collect()
}

fn open(place: &str, number: usize, work: &Path) -> Result<std::os::fd::OwnedFd> {
    let into = || folder(work, &format!("named-{number}"));
    if place.starts_with("oci-layout://") {
        return Err(Error::new(Kind::Unsupported, format!("the build context {place}"))
            .because("rcon builds on images of its own store")
            .fix("load the layout first: rcon load -i FOLDER, then name the image by docker-image://"));
    }
    if git::is_reference(place) {
        return Ok(git::git(place, false, &into()?)?.root);
    }
    if is_url(place) {
        let into = into()?;
        let fetched = http::fetch(place, None, &into)?;
        let mut archive = std::fs::File::open(&fetched.file).what(|| "opening what was fetched")?;
        return Ok(stream::open(&mut archive, None, &into)?.root);
    }
    let path = place.strip_prefix("local:").unwrap_or(place);
    match Path::new(path).is_dir() {
        true => open_folder(Path::new(path)),
        false => {
            Err(Error::new(Kind::NotFound, format!("failed to get build context {path}: no such directory")))
        }
    }
}
