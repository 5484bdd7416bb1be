//! Where a build takes its files and its Dockerfile from: a directory, standard input, an URL, a git repository.
//!
//! What is fetched lies in a private folder and is a stranger's: it is only opened below its root. Files of a
//! directory the user named are as trusted as the user's other files, but for links in it that lead out of it.

mod file;
pub mod git;
pub mod http;
mod local;
mod named;
mod stream;

#[cfg(test)]
mod served;

pub use named::{IMAGE, Named, named};

use super::wish::ContextWish;
use crate::error::{Context as _, Error, Kind, Result};
use rustix::fs::{Mode, OFlags};
use std::io::{self, Read};
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};

/// The name of a Dockerfile that has none.
const DOCKERFILE: &str = "Dockerfile";

/// What a build takes from.
#[derive(Debug)]
pub struct Context {
    /// What `COPY` and `ADD` see.
    pub root: OwnedFd,
    /// Where that is, when it is a folder of the user's that may be there at the next build.
    pub folder: Option<PathBuf>,
    /// The Dockerfile, up to 4 MiB. It may be empty, which is an error of whoever parses it.
    pub dockerfile: Vec<u8>,
    /// As it is shown: the last part of its path.
    pub dockerfile_name: String,
    /// The name and the contents of the file of patterns. Only a directory of the host has one: as BuildKit,
    /// nothing of what is fetched is left out.
    pub ignore: Option<(String, Vec<u8>)>,
    /// Whether it is a directory of the host.
    pub local: bool,
}

impl Context {
    /// The same with the patterns of another file: `--ignorefile`.
    pub fn with_ignore_file(self, path: &Path) -> Result<Self> {
        let mut file = std::fs::File::open(path).what(|| format!("reading {}", path.display()))?;
        let name = path.display().to_string();
        let text = file::bounded(&mut file, &name)?;
        Ok(Self { ignore: Some((name, text)), ..self })
    }
}

/// Opens the context. `file` is the word of `-f`; `work` is an empty private folder for what is fetched, and must
/// stay as long as the context is used; `keep_git_dir` is the wish of `BUILDKIT_CONTEXT_KEEP_GIT_DIR`.
///
/// # Errors
/// [`Kind::Usage`] for words that cannot go together, [`Kind::NotFound`] for what is not there,
/// [`Kind::Denied`] for links that lead out, [`Kind::Invalid`] for what is too large or damaged.
pub fn open(
    wish: &ContextWish,
    file: Option<&str>,
    work: &Path,
    keep_git_dir: bool,
    input: &mut dyn Read,
) -> Result<Context> {
    match wish {
        ContextWish::Directory(folder) => local::open(folder, file, work, input),
        ContextWish::StandardInput if file == Some("-") => {
            Err(Error::usage("invalid argument: can't use stdin for both build context and dockerfile"))
        }
        ContextWish::StandardInput => stream::open(input, file, work),
        ContextWish::Url(url) => {
            let fetched = http::fetch(url, None, &folder(work, "download")?)?;
            let mut archive = std::fs::File::open(&fetched.file).what(|| "opening what was fetched")?;
            let context = stream::open(&mut archive, file, work);
            std::fs::remove_file(&fetched.file).what(|| "removing what was fetched")?;
            context
        }
        ContextWish::Git(reference) => {
            let checkout = git::git(reference, keep_git_dir, &folder(work, "git")?)?;
            remote(checkout.root, file, work, input)
        }
    }
}

/// A context that was fetched to `root`; `-f` is a path in it, or `-`.
fn remote(root: OwnedFd, file: Option<&str>, work: &Path, input: &mut dyn Read) -> Result<Context> {
    let (dockerfile, dockerfile_name) = match file {
        Some("-") => (file::bounded(input, "standard input")?, DOCKERFILE.to_owned()),
        Some(url) if is_url(url) => elsewhere(url, work)?,
        Some(path) => (file::inside(&root, Path::new(path))?, file::shown(path)),
        None => file::usual_inside(&root)?,
    };
    Ok(Context { root, folder: None, dockerfile, dockerfile_name, ignore: None, local: false })
}

/// A Dockerfile alone: there is nothing to copy from.
fn alone(dockerfile: Vec<u8>, work: &Path) -> Result<Context> {
    let root = open_folder(&folder(work, "context")?)?;
    let dockerfile_name = DOCKERFILE.to_owned();
    Ok(Context { root, folder: None, dockerfile, dockerfile_name, ignore: None, local: false })
}

/// The Dockerfile behind an URL, for a context that is elsewhere.
fn elsewhere(url: &str, work: &Path) -> Result<(Vec<u8>, String)> {
    let fetched = http::fetch(url, None, &folder(work, "dockerfile")?)?;
    let mut file = std::fs::File::open(&fetched.file).what(|| "opening what was fetched")?;
    Ok((file::bounded(&mut file, url)?, fetched.name))
}

/// Whether it begins like an address of the web.
pub fn is_url(text: &str) -> bool {
    text.starts_with("http://") || text.starts_with("https://")
}

/// Makes a folder below `work`.
fn folder(work: &Path, name: &str) -> Result<PathBuf> {
    let folder = work.join(name);
    std::fs::create_dir_all(&folder).what(|| format!("making the folder {}", folder.display()))?;
    Ok(folder)
}

fn open_folder(path: &Path) -> Result<OwnedFd> {
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
    rustix::fs::open(path, flags, Mode::empty())
        .map_err(io::Error::from)
        .what(|| format!("opening the folder {}", path.display()))
}

/// A Dockerfile that is not there, in docker's words.
fn no_dockerfile(name: &str) -> Error {
    let what = format!("failed to read dockerfile: open {name}: no such file or directory");
    Error::new(Kind::NotFound, what)
}

#[cfg(test)]
mod tests;
