//! What `RUN --mount` shows to a command: made here, in the build's own mount namespace, by descriptor, so that
//! nothing a stage or a neighbour has put into a path leads anywhere else (CVE-2024-1753, CVE-2024-23651).

use super::cache_mount::{self, New};
use super::secrets::{self, Secrets};
use crate::build::stage::{MountOrigin, MountStep, Origin, RunStep};
use crate::build::trees::attach;
use crate::build::wish::SshWish;
use crate::durable::{self, Durability, Lock};
use crate::error::{Context, Error, Kind, Result};
use crate::runtime::plan::{Mount, TmpfsFlags};
use crate::runtime::rootfs::overlay::Tree;
use crate::storage::Store;
use crate::sys::resolve;
use rustix::fs::{FileType, Mode, OFlags, ResolveFlags, fstat};
use rustix::io::Errno;
use rustix::mount::OpenTreeFlags;
use std::io;
use std::os::fd::{AsRawFd, OwnedFd};
use std::path::{Path, PathBuf};

/// What mounts are made from.
pub struct Needs<'a> {
    /// The store.
    pub store: &'a Store,
    /// The stage's tree before the step.
    pub tree: &'a Path,
    /// The tree of an origin.
    pub origin: &'a dyn Fn(&Origin) -> Result<PathBuf>,
    /// The secrets of the call.
    pub secrets: &'a Secrets,
    /// `--ssh`.
    pub ssh: &'a [SshWish],
}

impl std::fmt::Debug for Needs<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Needs").field("tree", &self.tree).finish_non_exhaustive()
    }
}

/// What a command gets.
#[derive(Debug, Default)]
pub(super) struct Prepared {
    pub(super) mounts: Vec<Mount>,
    pub(super) environment: Vec<String>,
    pub(super) locks: Vec<Lock>,
}

/// Makes the mounts of `step`, in `folder`; `None` when a cache is in use that it wants alone.
pub(super) fn prepare(step: &RunStep, needs: &Needs<'_>, folder: &Path) -> Result<Option<Prepared>> {
    let mut prepared = Prepared::default();
    for (number, mount) in step.mounts.iter().enumerate() {
        let place = folder.join(format!("mount-{number}"));
        if !one(mount, needs, &place, number, &mut prepared)? {
            return Ok(None);
        }
    }
    if let Some((name, text)) = &step.script {
        let source = folder.join("script");
        durable::draft(&source, text.as_bytes(), 0o755, Durability::Kill)?;
        let target = format!("/dev/pipes/{name}");
        prepared.mounts.push(Mount::Bind { source, target, read_only: true, recursive: false });
    }
    Ok(Some(prepared))
}

/// Adds one mount; `false` when a cache is in use.
fn one(
    mount: &MountStep,
    needs: &Needs<'_>,
    place: &Path,
    number: usize,
    all: &mut Prepared,
) -> Result<bool> {
    let target = mount.target.clone().unwrap_or_default();
    match &mount.origin {
        MountOrigin::Bind { from, path } => {
            let source = inside(&(needs.origin)(from)?, path)?;
            let shown = if mount.read_only { read_only(&source, place) } else { forgetful(&source, place) };
            let source = shown.what(|| format!("mounting {path} of the build"))?;
            all.mounts.push(Mount::Bind { source, target, read_only: mount.read_only, recursive: false });
        }
        MountOrigin::Cache { id, sharing, from, path, mode, uid, gid } => {
            let new = New { mode: *mode, owner: (*uid, *gid) };
            let Some((data, lock, is_new)) = cache_mount::open(needs.store, id, *sharing, new)? else {
                return Ok(false);
            };
            if let (Some(from), true) = (from, is_new) {
                fill(&inside(&(needs.origin)(from)?, path)?, &data)?;
            }
            let below = if from.is_none() { path.as_str() } else { "/" };
            let source = read_only(&inside(&data, below)?, place).what(|| "mounting a cache")?;
            all.locks.push(lock);
            all.mounts.push(Mount::Bind { source, target, read_only: mount.read_only, recursive: false });
        }
        MountOrigin::Tmpfs { size } => {
            let options = size.iter().map(|size| ("size".to_owned(), size.to_string())).collect();
            let flags = TmpfsFlags { read_only: false, no_suid: true, no_dev: true, no_exec: false };
            all.mounts.push(Mount::Tmpfs { target, options, flags });
        }
        MountOrigin::Secret { id, required, env, mode, uid, gid } => {
            let Some(bytes) = needs.secrets.get(id, *required)? else { return Ok(true) };
            if let Some(name) = env {
                all.environment.push(format!("{name}={}", String::from_utf8_lossy(bytes)));
            }
            if let Some(target) = mount.target.clone() {
                let source = secrets::in_memory(place, bytes, *mode, (*uid, *gid))?;
                all.mounts.push(Mount::Bind { source, target, read_only: true, recursive: false });
            }
        }
        MountOrigin::Ssh { id, required, uid, gid, .. } => {
            let Some(source) = agent(needs.ssh, id, *required)? else { return Ok(true) };
            if (*uid, *gid) != (0, 0) {
                return Err(Error::new(
                    Kind::Unsupported,
                    "RUN --mount=type=ssh with another uid or gid than 0",
                )
                .because("the agent's socket is the host's, and stays its owner's"));
            }
            let target = mount.target.clone().unwrap_or_else(|| format!("/run/buildkit/ssh_agent.{number}"));
            all.environment.push(format!("SSH_AUTH_SOCK={target}"));
            all.mounts.push(Mount::Bind { source, target, read_only: false, recursive: false });
        }
    }
    Ok(true)
}

/// Opens `path` inside the tree at `root`, over links inside it.
fn inside(root: &Path, path: &str) -> Result<OwnedFd> {
    let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC;
    let root = rustix::fs::open(root, flags, Mode::empty()).map_err(io::Error::from);
    let root = root.what(|| "opening what a mount is made from")?;
    let in_root = ResolveFlags::IN_ROOT | ResolveFlags::NO_MAGICLINKS;
    let path = if path.is_empty() { "/" } else { path };
    match resolve::open(&root, path, OFlags::PATH, in_root) {
        Err(Errno::NOENT | Errno::NOTDIR) => Err(Error::new(
            Kind::NotFound,
            format!("failed to calculate checksum of ref: \"/{}\": not found", path.trim_start_matches('/')),
        )),
        opened => opened.map_err(io::Error::from).what(|| format!("opening {path}")),
    }
}

fn is_directory(file: &OwnedFd) -> io::Result<bool> {
    Ok(FileType::from_raw_mode(fstat(file)?.st_mode) == FileType::Directory)
}

/// Makes an empty place of the same kind.
fn make_place(source: &OwnedFd, place: &Path) -> io::Result<()> {
    match is_directory(source)? {
        true => std::fs::create_dir(place),
        false => std::fs::File::create_new(place).map(drop),
    }
}

/// The file or folder itself, at `place`.
fn read_only(source: &OwnedFd, place: &Path) -> io::Result<PathBuf> {
    make_place(source, place)?;
    let flags =
        OpenTreeFlags::OPEN_TREE_CLONE | OpenTreeFlags::OPEN_TREE_CLOEXEC | OpenTreeFlags::AT_EMPTY_PATH;
    let tree = match rustix::mount::open_tree(source, "", flags) {
        // Mounts below a path of the host are locked to it: only the whole tree can be taken along.
        Err(Errno::INVAL) => rustix::mount::open_tree(source, "", flags | OpenTreeFlags::AT_RECURSIVE)?,
        tree => tree?,
    };
    attach(&tree, place)?;
    Ok(place.to_owned())
}

/// What is written there is forgotten with the step.
fn forgetful(source: &OwnedFd, place: &Path) -> io::Result<PathBuf> {
    let by_descriptor = PathBuf::from(format!("/proc/self/fd/{}", source.as_raw_fd()));
    make_place(source, place)?;
    if !is_directory(source)? {
        std::fs::copy(&by_descriptor, place)?;
        return Ok(place.to_owned());
    }
    let [upper, work, scratch] = ["upper", "work", "scratch"].map(|name| place.with_extension(name));
    for folder in [&upper, &work, &scratch] {
        std::fs::create_dir(folder)?;
    }
    rustix::fs::chmod(&upper, Mode::from_raw_mode(fstat(source)?.st_mode & 0o7777))?;
    let layers = [by_descriptor.as_path()];
    let tree = Tree {
        layers_folder: Path::new("/"),
        layers: &layers,
        upper: Some((&upper, &work)),
        scratch: &scratch,
    };
    attach(&tree.mount()?, place)?;
    Ok(place.to_owned())
}

/// A new cache begins as what `from` has.
fn fill(source: &OwnedFd, data: &Path) -> Result<()> {
    let path = PathBuf::from(format!("/proc/self/fd/{}/.", source.as_raw_fd()));
    crate::storage::flatten::flatten(&[path], data)
}

/// The socket of the agent `id`.
fn agent(wishes: &[SshWish], id: &str, required: bool) -> Result<Option<PathBuf>> {
    let Some(wish) = wishes.iter().find(|wish| wish.id == id) else {
        return match required {
            true => {
                Err(Error::new(Kind::NotFound, format!("unset ssh forward key {id}"))
                    .fix(format!("--ssh {id}")))
            }
            false => Ok(None),
        };
    };
    let socket = match wish.paths.as_slice() {
        [] => std::env::var_os("SSH_AUTH_SOCK").map(PathBuf::from),
        [one] => Some(one.clone()),
        _ => None,
    };
    let is_socket = |path: &PathBuf| {
        use std::os::unix::fs::FileTypeExt;
        std::fs::metadata(path).is_ok_and(|data| data.file_type().is_socket())
    };
    socket.filter(is_socket).map(Some).ok_or_else(|| {
        Error::new(Kind::Unsupported, format!("--ssh {id} is not the socket of an agent"))
            .because("rcon hands on the agent that runs, and is none itself")
            .fix("eval $(ssh-agent); ssh-add KEY; then --ssh default")
    })
}
