//! What `COPY` and `ADD` copy: its digest, as a part of the step's key, and the copying itself.

use super::context::git::git;
use super::context::http::{Fetched, fetch};
use super::driver::{Made, Means};
use super::files::{
    Asked, Chmod, Contents, Known, Made as File, Owner, Owners, Ownership, Placing, Tree, copy, digest,
    select, write_file,
};
use super::key;
use super::progress::event::VertexId;
use super::stage::{CopyStep, MountOrigin, MountStep, Origin, Source};
use crate::dockerfile::patterns::Patterns;
use crate::error::{Context, Error, Kind, Result};
use crate::oci::digest::Digest;
use crate::storage::capture::Capture;
use crate::storage::layers::OwnerMode;
use jiff::Timestamp;
use std::cell::{OnceCell, RefCell};
use std::collections::HashMap;
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};
use std::rc::Rc;

/// What steps of one build copy.
#[derive(Debug)]
pub struct Sources<'a> {
    means: &'a Means<'a>,
    ignore: OnceCell<Patterns>,
    known: RefCell<Option<Known>>,
    /// The step that tells of the context.
    told: OnceCell<VertexId>,
    /// The context without what is ignored, for mounts.
    mountable: OnceCell<PathBuf>,
    /// What came from elsewhere, by its address.
    fetched: RefCell<HashMap<String, Remote>>,
}

/// What came from elsewhere.
#[derive(Debug, Clone)]
enum Remote {
    File { path: PathBuf, name: String, digest: Digest, mtime: Option<i64> },
    Folder { root: Rc<OwnedFd>, digest: Digest },
}

/// A copy to be made.
#[derive(Debug)]
pub struct Copies<'a> {
    pub copy: &'a CopyStep,
    pub latest: i64,
    pub ground: &'a Ground,
}

/// What the key of a copy has beside its content; see [`key::Ground`].
#[derive(Debug)]
pub struct Ground {
    pub below: Vec<Digest>,
    pub latest: i64,
    pub platform: String,
    pub owners: OwnerMode,
    pub uncached: bool,
}

/// Whether nothing has to be looked up for this `--chown`.
pub fn is_numeric(owner: &str) -> bool {
    owner.split(':').all(|part| part.bytes().all(|byte| byte.is_ascii_digit()))
}

/// The words of a copy that its key has.
pub fn of_copy<'a>(copy: &'a CopyStep, contents: &'a [String]) -> key::OfCopy<'a> {
    key::OfCopy {
        destination: &copy.destination,
        chown: &copy.chown,
        chmod: &copy.chmod,
        flags: (copy.link, copy.parents, copy.unpack, copy.is_add),
        contents,
    }
}

/// Where a mount takes its files from.
pub fn origin(mount: &MountStep) -> Option<(&Origin, &str)> {
    match &mount.origin {
        MountOrigin::Bind { from, path } => Some((from, path)),
        MountOrigin::Cache { from: Some(from), path, .. } => Some((from, path)),
        _ => None,
    }
}

impl<'a> Sources<'a> {
    /// Of a build.
    pub fn new(means: &'a Means<'a>) -> Self {
        Self {
            means,
            ignore: OnceCell::new(),
            known: RefCell::default(),
            told: OnceCell::new(),
            mountable: OnceCell::new(),
            fetched: RefCell::default(),
        }
    }

    /// Keeps the digests of files for the next build.
    pub fn remember(&self) {
        if let Some(known) = self.known.borrow_mut().as_mut() {
            // Without it the next build reads the files again.
            let _ = known.save();
        }
    }

    fn ignore(&self) -> Result<&Patterns> {
        if self.ignore.get().is_none() {
            let patterns = match &self.means.context.ignore {
                Some((_, text)) => Patterns::parse_ignore_file(text)?,
                None => Patterns::default(),
            };
            let _ = self.ignore.set(patterns);
        }
        self.ignore.get().ok_or_else(|| Error::new(Kind::System, "patterns that were not read"))
    }

    fn context(&self) -> Result<Tree> {
        let root = self.means.context.root.try_clone().what(|| "opening the build context")?;
        Ok(Tree::new(root, Owners::Root))
    }

    /// Where mounts find the context: where it is, or, when something of it is ignored, a copy without that, made
    /// in a folder that `place` gives. What a step does not depend on must not be shown to it.
    pub fn mountable(
        &self,
        place: impl FnOnce() -> Result<PathBuf>,
        itself: impl FnOnce() -> Result<PathBuf>,
    ) -> Result<PathBuf> {
        if let Some(known) = self.mountable.get() {
            return Ok(known.clone());
        }
        let ignore = self.ignore()?;
        if ignore.is_empty() {
            return itself();
        }
        let (source, place) = (self.context()?, place()?);
        let sources = ["/".to_owned()];
        let asked = Asked { sources: &sources, ignore: Some(ignore), ..Asked::default() };
        let how = Placing {
            destination: "/",
            owner: None,
            mode: None,
            time: None,
            ownership: Ownership::Ignored,
            unpack: false,
        };
        copy(&source, &select(&source, &asked)?, &Tree::open(&place, Owners::Kept)?, &how)?;
        Ok(self.mountable.get_or_init(|| place).clone())
    }

    /// The digest of what `sources` are in the context.
    fn of_context(&self, asked: &Asked<'_>) -> Result<Digest> {
        let tree = self.context()?;
        let started = Timestamp::now();
        let selection = select(&tree, asked).map_err(|error| checksum(error, "context"))?;
        let mut known = self.known.borrow_mut();
        if known.is_none() {
            *known = Some(match &self.means.context.folder {
                Some(folder) => {
                    let name = Digest::of(std::os::unix::ffi::OsStrExt::as_bytes(folder.as_os_str())).hex();
                    Known::load(&self.means.store.build_cache().folder("known")?.join(name))
                }
                None => Known::default(),
            });
        }
        let known = known.get_or_insert_default();
        let found = digest(&tree, &selection, known)?;
        self.tell(found.read, started);
        Ok(found.digest)
    }

    /// The first look at the context is told.
    fn tell(&self, bytes: u64, started: Timestamp) {
        if self.told.get().is_none() {
            let report = self.means.report;
            let vertex = report.announce("[internal] load build context");
            let _ = self.told.set(vertex);
            report.start(vertex);
            report.part(vertex, "transferring context:", bytes, started);
            report.done(vertex);
        }
    }

    /// What `copy` copies, as its key has it. Of a stage or image, whose layers are `layers`, the layers stand for
    /// its files.
    pub fn contents(&self, copy: &CopyStep, layers: Option<&[Digest]>) -> Result<Vec<String>> {
        let paths = paths(copy);
        let mut contents = Vec::new();
        if !paths.is_empty() {
            contents.push(match (&copy.origin, layers) {
                (_, Some(layers)) => {
                    let text =
                        serde_json::to_vec(&(layers, &paths, &copy.exclude)).what(|| "writing a key")?;
                    format!("layers {}", Digest::of(&text))
                }
                (Origin::Folder(number), None) => {
                    let tree = tree_at(&self.means.folders[*number].root)?;
                    let asked = Asked { ignore: None, ..asked(copy, &paths) };
                    let selection =
                        select(&tree, &asked).map_err(|error| checksum(error, "named context"))?;
                    format!("files {}", digest(&tree, &selection, &mut Known::default())?.digest)
                }
                _ => {
                    let asked = Asked { ignore: Some(self.ignore()?), ..asked(copy, &paths) };
                    format!("files {}", self.of_context(&asked)?)
                }
            });
        }
        for source in &copy.sources {
            match source {
                Source::Path(_) => {}
                Source::Inline { name, text } => {
                    contents.push(format!("inline {name} {}", Digest::of(text.as_bytes())));
                }
                Source::Url(url) => contents.push(match self.url(url, copy.checksum.as_deref())? {
                    Remote::File { name, digest, mtime, .. } => format!("url {name} {digest} {mtime:?}"),
                    Remote::Folder { digest, .. } => format!("url {digest}"),
                }),
                Source::Git(address) => contents.push(match self.repository(address, copy.keep_git_dir)? {
                    Remote::Folder { digest, .. } | Remote::File { digest, .. } => format!("git {digest}"),
                }),
            }
        }
        Ok(contents)
    }

    /// What a mount from `origin` holds.
    pub fn mounted(&self, origin: &Origin, path: &str, layers: Option<&[Digest]>) -> Result<Digest> {
        let sources = [path.to_owned()];
        match (origin, layers) {
            (_, Some(layers)) => {
                let text = serde_json::to_vec(&(layers, path)).what(|| "writing a key")?;
                Ok(Digest::of(&text))
            }
            (Origin::Folder(number), None) => {
                let tree = tree_at(&self.means.folders[*number].root)?;
                let selection = select(&tree, &Asked { sources: &sources, ..Asked::default() })?;
                Ok(digest(&tree, &selection, &mut Known::default())?.digest)
            }
            _ => self.of_context(&Asked {
                sources: &sources,
                ignore: Some(self.ignore()?),
                ..Asked::default()
            }),
        }
    }

    fn scratch(&self) -> Result<PathBuf> {
        let number = self.fetched.borrow().len();
        let folder = self.means.fetched.join(number.to_string());
        std::fs::create_dir_all(&folder).what(|| format!("making {}", folder.display()))?;
        Ok(folder)
    }

    fn url(&self, url: &str, checksum: Option<&str>) -> Result<Remote> {
        let checksum = checksum.map(str::parse).transpose()?;
        if let Some(known) = self.fetched.borrow().get(url) {
            return Ok(known.clone());
        }
        let into = self.scratch()?;
        let Fetched { file, name, mtime, digest, .. } = fetch(url, checksum, &into)?;
        let remote = Remote::File { path: file, name, digest, mtime };
        self.fetched.borrow_mut().insert(url.to_owned(), remote.clone());
        Ok(remote)
    }

    fn repository(&self, address: &str, keep_git_dir: bool) -> Result<Remote> {
        if let Some(known) = self.fetched.borrow().get(address) {
            return Ok(known.clone());
        }
        let into = self.scratch()?;
        let root = Rc::new(git(address, keep_git_dir, &into)?.root);
        let tree = tree_at(&root)?;
        let sources = ["/".to_owned()];
        let selection = select(&tree, &Asked { sources: &sources, ..Asked::default() })?;
        let digest = digest(&tree, &selection, &mut Known::default())?.digest;
        let remote = Remote::Folder { root, digest };
        self.fetched.borrow_mut().insert(address.to_owned(), remote.clone());
        Ok(remote)
    }

    /// Makes the copy, in a process of its own. `tree` is where the files of a stage, image or named folder are;
    /// `root` gives the stage's tree, whose changes go into `capture`.
    pub fn copy(
        &self,
        copies: &Copies<'_>,
        tree: Option<&Path>,
        root: impl FnOnce() -> Result<OwnedFd>,
        capture: &Capture,
    ) -> Result<Made> {
        let Copies { copy: step, latest, ground } = copies;
        let paths = paths(step);
        let source = match (tree, &step.origin) {
            (_, Origin::Folder(number)) => tree_at(&self.means.folders[*number].root)?,
            (Some(path), _) => Tree::open(path, Owners::Kept)?,
            (None, _) => self.context()?,
        };
        let ignore = if tree.is_none() { Some(self.ignore()?) } else { None };
        let asked = Asked { ignore, ..asked(step, &paths) };
        let selection = match paths.is_empty() {
            true => None,
            false => Some(select(&source, &asked).map_err(|error| checksum(error, "stage"))?),
        };
        let by_layers = matches!(step.origin, Origin::Stage(_) | Origin::Image(_));
        let content = match &selection {
            Some(selection) if by_layers => Some(self.content_key(step, &source, selection, ground)?),
            _ => None,
        };
        if let Some(key) = content.filter(|_| !ground.uncached)
            && let Some(known) = self.means.store.build_cache().get(&key, &self.means.making.map)
        {
            return Ok(Made::Known(key, known));
        }
        let target = Tree::new(root()?, Owners::Kept);
        let chmod = step.chmod.as_deref().map(Chmod::parse).transpose()?;
        let owner = match (&step.chown, step.link) {
            (Some(owner), false) => Some(Owner::parse(owner, Some(&target))?),
            (Some(owner), true) => Some(Owner::parse(owner, None)?),
            (None, _) => None,
        };
        let ownership = match self.means.making.owners {
            OwnerMode::Applied => Ownership::Applied,
            OwnerMode::Recorded => Ownership::Ignored,
        };
        let how = Placing {
            destination: &step.destination,
            owner,
            mode: chmod.as_ref(),
            // The times of the host's files are the host's.
            time: (!by_layers).then_some(*latest),
            ownership,
            unpack: step.is_add && step.unpack.unwrap_or(true),
        };
        if let Some(selection) = &selection {
            copy(&source, selection, &target, &how)?;
        }
        for source in &step.sources {
            self.other(source, step, &target, &how)?;
        }
        drop(target);
        let info = capture.describe(*latest)?;
        Ok(match content {
            Some(key) => Made::Keyed(key, info),
            None => Made::Layer(info),
        })
    }

    fn other(&self, source: &Source, step: &CopyStep, target: &Tree, how: &Placing<'_>) -> Result<()> {
        match source {
            Source::Path(_) => {}
            Source::Inline { name, text } => {
                let file =
                    File { name, contents: Contents::Bytes(text.as_bytes()), mode: 0o644, mtime: None };
                write_file(&file, target, &Placing { unpack: false, ..*how })?;
            }
            Source::Url(url) => {
                if let Remote::File { path, name, mtime, .. } = self.url(url, step.checksum.as_deref())? {
                    let open = std::fs::File::open(&path).what(|| format!("opening {}", path.display()))?;
                    let file = File { name: &name, contents: Contents::File(&open), mode: 0o600, mtime };
                    let how = Placing { time: None, unpack: step.unpack.unwrap_or(false), ..*how };
                    write_file(&file, target, &how)?;
                }
            }
            Source::Git(address) => {
                if let Remote::Folder { root, .. } = self.repository(address, step.keep_git_dir)? {
                    let tree = tree_at(&root)?;
                    let sources = ["/".to_owned()];
                    let selection = select(&tree, &Asked { sources: &sources, ..Asked::default() })?;
                    copy(&tree, &selection, target, how)?;
                }
            }
        }
        Ok(())
    }

    /// The key of the copy by what it copies, whatever stage or image that lies in.
    fn content_key(
        &self,
        step: &CopyStep,
        source: &Tree,
        selection: &super::files::Selection,
        ground: &Ground,
    ) -> Result<Digest> {
        let files = digest(source, selection, &mut Known::default())?.digest;
        let owners = match ground.owners {
            OwnerMode::Applied => "applied",
            OwnerMode::Recorded => "recorded",
        };
        let ground =
            key::Ground { below: &ground.below, latest: ground.latest, platform: &ground.platform, owners };
        let mut contents = vec![format!("files {files}")];
        for source in &step.sources {
            if let Source::Inline { name, text } = source {
                contents.push(format!("inline {name} {}", Digest::of(text.as_bytes())));
            }
        }
        key::copy(&ground, &of_copy(step, &contents))
    }
}

/// A folder whose files are root's.
fn tree_at(root: &OwnedFd) -> Result<Tree> {
    Ok(Tree::new(root.try_clone().what(|| "opening a folder of the build")?, Owners::Root))
}

fn paths(copy: &CopyStep) -> Vec<String> {
    let path = |source: &Source| match source {
        Source::Path(path) => Some(path.clone()),
        _ => None,
    };
    copy.sources.iter().filter_map(path).collect()
}

fn asked<'a>(copy: &'a CopyStep, paths: &'a [String]) -> Asked<'a> {
    Asked { sources: paths, exclude: &copy.exclude, parents: copy.parents, ignore: None }
}

/// BuildKit's words around a file that is not there.
fn checksum(error: Error, of: &str) -> Error {
    match error.kind {
        Kind::NotFound => Error::new(
            Kind::NotFound,
            format!("failed to compute cache key: failed to calculate checksum of ref {of}: {error}"),
        ),
        _ => error,
    }
}
