//! A directory of the host.

use super::file::{self, Links, USUAL};
use super::{Context, DOCKERFILE, elsewhere, is_url, no_dockerfile, open_folder};
use crate::error::{Context as _, Error, Kind, Result};
use std::fs::File;
use std::io::Read;
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};

/// Files of patterns in the root of a context: docker's, then podman's.
const IGNORE: [&str; 2] = [".dockerignore", ".containerignore"];

/// A Dockerfile, and the patterns beside it.
struct Found {
    dockerfile: Vec<u8>,
    name: String,
    /// `NAME.dockerignore`.
    ignore: Option<(String, Vec<u8>)>,
}

/// Opens `folder`; `file` is relative to where the caller stands.
pub(super) fn open(folder: &Path, file: Option<&str>, work: &Path, input: &mut dyn Read) -> Result<Context> {
    let missing = || {
        let what = format!("unable to prepare context: path \"{}\" not found", folder.display());
        Error::new(Kind::NotFound, what)
    };
    let folder = folder.canonicalize().ok().filter(|path| path.is_dir()).ok_or_else(missing)?;
    let root = open_folder(&folder)?;
    let found = match file {
        Some("-") => Found::alone((file::bounded(input, "standard input")?, DOCKERFILE.to_owned())),
        Some(url) if is_url(url) => Found::alone(elsewhere(url, work)?),
        Some(path) => named(&root, &folder, Path::new(path))?,
        None => usual(&root)?,
    };
    let ignore = match found.ignore {
        Some(own) => Some(own),
        None => patterns(&root)?,
    };
    let (dockerfile, dockerfile_name) = (found.dockerfile, found.name);
    Ok(Context { root, folder: Some(folder), dockerfile, dockerfile_name, ignore, local: true })
}

impl Found {
    fn alone((dockerfile, name): (Vec<u8>, String)) -> Self {
        Self { dockerfile, name, ignore: None }
    }
}

/// The Dockerfile of a usual name.
fn usual(root: &OwnedFd) -> Result<Found> {
    for name in USUAL {
        if let Some(found) = inside(root, Path::new(name))? {
            return Ok(found);
        }
    }
    Err(no_dockerfile(DOCKERFILE).fix("name the file with -f, or the directory it is in"))
}

/// The Dockerfile of `-f`: in the context below its root, elsewhere wherever the user's word leads.
fn named(root: &OwnedFd, folder: &Path, path: &Path) -> Result<Found> {
    let missing = || no_dockerfile(&file::shown(&path.to_string_lossy()));
    match below(folder, path) {
        Some(inner) => inside(root, &inner)?.ok_or_else(missing),
        None => outside(path)?.ok_or_else(missing),
    }
}

/// Where below `folder` a path is, by the folder it is in.
fn below(folder: &Path, path: &Path) -> Option<PathBuf> {
    let name = path.file_name()?;
    let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let parent = parent.canonicalize().ok()?;
    Some(parent.strip_prefix(folder).ok()?.join(name))
}

fn inside(root: &OwnedFd, path: &Path) -> Result<Option<Found>> {
    let Some(mut opened) = file::open(root, path, Links::Beneath).map_err(file::unreadable)? else {
        return Ok(None);
    };
    let name = file::shown(&path.to_string_lossy());
    let dockerfile = file::bounded(&mut opened, &name)?;
    let ignore = beside(path, |path| file::open(root, path, Links::Beneath))?;
    Ok(Some(Found { dockerfile, name, ignore }))
}

fn outside(path: &Path) -> Result<Option<Found>> {
    let opened = |path: &Path| match File::open(path) {
        Ok(file) => Ok(Some(file)),
        Err(cause) if cause.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(cause) => Err(cause).what(|| format!("opening {}", path.display())),
    };
    let Some(mut file) = opened(path).map_err(file::unreadable)? else { return Ok(None) };
    let name = file::shown(&path.to_string_lossy());
    let dockerfile = file::bounded(&mut file, &name).map_err(file::unreadable)?;
    Ok(Some(Found { dockerfile, name, ignore: beside(path, opened)? }))
}

/// `NAME.dockerignore`, which wins over that of the context.
fn beside(path: &Path, open: impl Fn(&Path) -> Result<Option<File>>) -> Result<Option<(String, Vec<u8>)>> {
    let Some(name) = path.file_name() else { return Ok(None) };
    let name = format!("{}.dockerignore", name.to_string_lossy());
    read_patterns(open(&path.with_file_name(&name))?, name)
}

/// The patterns of the context.
fn patterns(root: &OwnedFd) -> Result<Option<(String, Vec<u8>)>> {
    for name in IGNORE {
        let found = file::open(root, Path::new(name), Links::Beneath)?;
        if let Some(found) = read_patterns(found, name.to_owned())? {
            return Ok(Some(found));
        }
    }
    Ok(None)
}

fn read_patterns(file: Option<File>, name: String) -> Result<Option<(String, Vec<u8>)>> {
    let read = |mut file: File| file::bounded(&mut file, &name);
    file.map(read).transpose().map(|bytes| bytes.map(|bytes| (name, bytes)))
}
