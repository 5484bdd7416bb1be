//! Unpacked layers: `layers/<diff id>-<id map>/`, immutable, complete when they have that name.
//!
//! ```text
//! layers/<diff id>-<id map>/
//!   diff/        a lower directory for overlayfs
//!   layer.json   what is in it
//!   owners       with one id only: who owns what (see `unpack::Owners`)
//!   skeleton     of one that came as a plain tar (see `skeleton`)
//! layers/.tmp-*  of a writer
//! ```

use super::compression::Hashing;
use super::skeleton::{self, Draft, Reassembled, reassemble};
use super::unpack::{Limits, Owners, Target, Unpacked, unpack, unpack_and_draft};
use super::weigh::weigh;
use super::{Store, sweep};
use crate::durable::{self, temporary_name};
use crate::error::{Context, Error, Kind, Result};
use crate::oci::digest::Digest;
use rustix::fs::{CWD, FlockOperation, Mode, OFlags, RenameFlags, open, renameat_with};
use rustix::io::Errno;
use serde::{Deserialize, Serialize};
use std::collections::HashSet;
use std::ffi::OsStr;
use std::fs::File;
use std::io::{self, BufWriter, Read};
use std::os::fd::OwnedFd;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

/// Which ids the files of a layer have: a short word of the caller, `[a-z0-9-]`, at most 64 bytes.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct IdMapKey(String);

impl IdMapKey {
    /// # Errors
    /// When it would not do as part of a file name.
    pub fn new(word: &str) -> Result<Self> {
        let fits = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        match !word.is_empty() && word.len() <= 64 && word.bytes().all(fits) {
            true => Ok(Self(word.to_owned())),
            false => Err(Error::new(Kind::Invalid, format!("invalid id map key `{word}`"))),
        }
    }

    /// The word.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Whether owners are set on the files or written beside them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OwnerMode {
    /// Many ids are mapped.
    Applied,
    /// Only one is.
    Recorded,
}

/// How layers are to be made here and now.
#[derive(Debug, Clone)]
pub struct Making {
    /// Part of the layer's name.
    pub map: IdMapKey,
    /// What becomes of owners.
    pub owners: OwnerMode,
    /// How much one layer may be.
    pub limits: Limits,
}

/// Where the bytes of a layer's tar stay.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tar {
    /// In the blob it came as, which the caller keeps.
    InBlob,
    /// In the tree and its skeleton: it came plain.
    InSkeleton,
}

/// `layer.json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LayerInfo {
    /// Of the layer as a tar, not compressed.
    pub diff_id: Digest,
    /// Bytes of that tar.
    #[serde(default)]
    pub tar_size: u64,
    /// Bytes of file contents.
    pub size: u64,
    /// Files and directories.
    pub entries: u64,
    /// What was left out and why; the first 64.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub skipped: Vec<String>,
    /// What a newer rcon wrote.
    #[serde(flatten)]
    pub extra: serde_json::Map<String, serde_json::Value>,
}

/// The layers of a store.
#[derive(Debug, Clone, Copy)]
pub struct Layers<'a>(&'a Store);

impl Store {
    /// Its layers.
    pub fn layers(&self) -> Layers<'_> {
        Layers(self)
    }
}

impl Layers<'_> {
    pub(super) fn directory(&self) -> PathBuf {
        self.0.root().join("layers")
    }

    fn path(&self, diff_id: &Digest, map: &IdMapKey) -> PathBuf {
        self.directory().join(format!("{}-{}", diff_id.hex(), map.0))
    }

    /// The lower directory of a layer, if it is here for this map.
    pub fn diff(&self, diff_id: &Digest, map: &IdMapKey) -> Option<PathBuf> {
        let diff = self.path(diff_id, map).join("diff");
        diff.is_dir().then_some(diff)
    }

    /// Opens the lower directory of a layer, if it is here for this map.
    pub(super) fn open(&self, diff_id: &Digest, map: &IdMapKey) -> Result<Option<OwnedFd>> {
        let path = self.path(diff_id, map).join("diff");
        match path.symlink_metadata() {
            Err(cause) if cause.kind() == io::ErrorKind::NotFound => Ok(None),
            _ => open_directory(&path).map(Some),
        }
    }

    /// The table of owners of a layer unpacked with one id.
    pub fn owners(&self, diff_id: &Digest, map: &IdMapKey) -> PathBuf {
        self.path(diff_id, map).join("owners")
    }

    /// What is in a layer, if it is here for this map.
    pub fn info(&self, diff_id: &Digest, map: &IdMapKey) -> Result<Option<LayerInfo>> {
        let path = self.path(diff_id, map).join("layer.json");
        match std::fs::read(&path) {
            Ok(bytes) => serde_json::from_slice(&bytes).map(Some).map_err(|cause| {
                Error::new(Kind::Invalid, format!("{} is damaged", path.display())).why(cause)
            }),
            Err(cause) if cause.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(cause) => Err(cause).what(|| format!("reading {}", path.display())),
        }
    }

    /// Unpacks a tar stream, which is not compressed, beside the layers. Not one of them before it is published.
    pub fn stage(&self, plain: impl Read, tar: Tar, making: &Making) -> Result<Staged> {
        let mut staged = self.begin(&making.map)?;
        let path = staged.path();
        make_directory(&path.join("trash"), 0o700)?;
        let target =
            Target { root: open_directory(&path.join("diff"))?, trash: open_directory(&path.join("trash"))? };
        let mut owners = match making.owners {
            OwnerMode::Applied => Owners::Applied,
            OwnerMode::Recorded => Owners::Recorded(BufWriter::new(new_file(&path.join("owners"))?)),
        };
        let limits = making.limits.within(&target.root)?;
        let mut hashing = Hashing::new(plain);
        let unpacked = match tar {
            Tar::InBlob => unpack(&mut hashing, target, &mut owners, limits)?,
            Tar::InSkeleton => unpack_with_skeleton(&path, &mut hashing, target, &mut owners, limits)?,
        };
        let (diff_id, tar_size) = hashing.finish();
        let info = LayerInfo {
            diff_id,
            tar_size,
            size: unpacked.size,
            entries: unpacked.entries,
            skipped: unpacked.skipped,
            extra: serde_json::Map::new(),
        };
        let bytes = serde_json::to_vec(&info).what(|| "writing layer.json")?;
        durable::replace(&path.join("layer.json"), &bytes)?;
        sweep::remove_directory(&path, OsStr::new("trash"))?;
        staged.info = Some(info);
        Ok(staged)
    }

    /// Makes a folder for a layer, with an empty `diff`.
    pub(super) fn begin(&self, map: &IdMapKey) -> Result<Staged> {
        let directory = self.directory();
        let (name, lock) = make_locked(&directory)?;
        let staged = Staged { directory, name, map: map.clone(), info: None, _lock: lock };
        let diff = staged.path().join("diff");
        make_directory(&diff, 0o700)?;
        // What a layer that says nothing about its root gets, whatever the caller's umask is.
        let open_to_all = Mode::from_raw_mode(0o755);
        rustix::fs::chmod(&diff, open_to_all).map_err(io::Error::from).what(|| "making a layer")?;
        Ok(staged)
    }

    /// Whether its tar can be made again from its files.
    pub fn has_skeleton(&self, diff_id: &Digest, map: &IdMapKey) -> bool {
        self.path(diff_id, map).join("skeleton").exists()
    }

    /// The tar of a layer that came plain, from its skeleton and tree. Needs the ids of `map`, and gives
    /// what it gives: whoever reads it compares the digest.
    ///
    /// # Errors
    /// [`Kind::Unsupported`] when it is unpacked for other ids only, or has no skeleton.
    pub fn reassemble(&self, diff_id: &Digest, map: &IdMapKey) -> Result<Reassembled> {
        let path = self.path(diff_id, map);
        let skeleton = match File::open(path.join("skeleton")) {
            Ok(file) => file,
            Err(cause) if cause.kind() == io::ErrorKind::NotFound => {
                let why = match path.exists() {
                    true => "only its files are here",
                    false => "it is not unpacked for the user ids of this call",
                };
                let what = format!("layer {diff_id} cannot be made a tar again");
                return Err(Error::new(Kind::Unsupported, what)
                    .because(why)
                    .fix("remove the image, and load it again"));
            }
            Err(cause) => return Err(cause).what(|| format!("opening the skeleton of layer {diff_id}")),
        };
        reassemble(skeleton, open_directory(&path.join("diff"))?)
            .what(|| format!("reading the skeleton of layer {diff_id}"))
    }

    /// Removes a layer in every map but for the folders `kept`; gives the bytes that are free now. Needs
    /// the lock for removing.
    pub(super) fn remove(&self, diff_id: &Digest, kept: &HashSet<&str>) -> Result<u64> {
        let prefix = format!("{}-", diff_id.hex());
        let directory = self.directory();
        let entries = std::fs::read_dir(&directory).what(|| format!("reading {}", directory.display()))?;
        let mut freed = 0;
        for entry in entries.flatten() {
            let name = entry.file_name();
            let is_of_layer =
                name.to_str().is_some_and(|name| name.starts_with(&prefix) && !kept.contains(name));
            if is_of_layer {
                freed += self.remove_folder(&name)?;
            }
        }
        Ok(freed)
    }

    /// Removes what is in the folder `name` among the layers; gives the bytes that are free now.
    pub(super) fn remove_folder(&self, name: &OsStr) -> Result<u64> {
        let size = weigh(&self.directory().join(name));
        sweep::remove_directory(&self.directory(), name)?;
        Ok(size)
    }
}

/// Unpacks a plain tar into the layer at `path`, and leaves its skeleton there.
fn unpack_with_skeleton(
    path: &Path,
    stream: impl Read,
    target: Target,
    owners: &mut Owners,
    limits: Limits,
) -> Result<Unpacked> {
    let skeleton = path.join("skeleton");
    let writing = || "writing the skeleton of a layer";
    let mut draft = Draft::begin(new_file(&skeleton)?).what(writing)?;
    let unpacked = unpack_and_draft(stream, target, owners, limits, &mut draft)?;
    draft.finish().what(writing)?;
    skeleton::settle(&skeleton, &open_directory(&path.join("trash"))?).what(writing)?;
    Ok(unpacked)
}

/// Layers of an overlay, the topmost first, each once: the kernel takes none twice, and what lies above a layer hides
/// all that the same layer would show below.
pub fn stacked(layers: Vec<String>) -> Vec<String> {
    let mut seen = HashSet::new();
    layers.into_iter().filter(|layer| seen.insert(layer.clone())).collect()
}

/// A complete layer that has no name yet; thrown away unless it is published.
#[derive(Debug)]
pub struct Staged {
    directory: PathBuf,
    name: String,
    map: IdMapKey,
    info: Option<LayerInfo>,
    /// Keeps sweeps away.
    _lock: OwnedFd,
}

impl Staged {
    /// Its folder.
    pub(super) fn path(&self) -> PathBuf {
        self.directory.join(&self.name)
    }

    /// The folder's name among the layers.
    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// Complete: `info` is written down in its folder.
    pub(super) fn with(mut self, info: LayerInfo) -> Self {
        self.info = Some(info);
        self
    }

    /// What is in it.
    ///
    /// # Errors
    /// Never for one that [`Layers::stage`] gave.
    pub fn info(&self) -> Result<&LayerInfo> {
        self.info.as_ref().ok_or_else(|| Error::new(Kind::System, "a layer that is not complete"))
    }

    /// Gives it its name. Call [`Store::sync`] before: what has the name must be on the disk.
    pub fn publish(self) -> Result<LayerInfo> {
        let info = self.info()?.clone();
        // Another call was quicker: the same layer, and ours goes.
        self.publish_or_keep().map(|_twin| info)
    }

    /// The same, and gives it back when another call was quicker.
    pub fn publish_or_keep(self) -> Result<Option<Self>> {
        let diff_id = self.info()?.diff_id;
        let to = self.directory.join(format!("{}-{}", diff_id.hex(), self.map.0));
        match renameat_with(CWD, self.directory.join(&self.name), CWD, &to, RenameFlags::NOREPLACE) {
            Ok(()) => Ok(None),
            Err(Errno::EXIST | Errno::NOTEMPTY) => Ok(Some(self)),
            Err(errno) => Err(io::Error::from(errno)).what(|| format!("keeping layer {diff_id}")),
        }
    }
}

impl Drop for Staged {
    fn drop(&mut self) {
        // Nothing is there any more when it was published; what cannot be removed is swept later.
        let _ = sweep::remove_directory(&self.directory, OsStr::new(&self.name));
    }
}

/// Bytes an ordinary user may still write on the file system of `file`.
pub(super) fn free_space(file: impl std::os::fd::AsFd) -> Result<u64> {
    let limits = Limits { entries: 0, bytes: u64::MAX };
    Ok(limits.within(file)?.bytes)
}

/// Makes a folder for a layer, and locks it: no sweep takes it as long as the lock is held. A sweep that was
/// quicker than the lock has taken it, and there is another.
fn make_locked(directory: &Path) -> Result<(String, OwnedFd)> {
    for _ in 0..MOST_SWEEPS {
        let name = temporary_name();
        let path = directory.join(&name);
        make_directory(&path, 0o700)?;
        if let Ok(folder) = open_directory(&path)
            && rustix::fs::flock(&folder, FlockOperation::NonBlockingLockExclusive).is_ok()
            && path.exists()
        {
            return Ok((name, folder));
        }
    }
    Err(Error::new(Kind::System, format!("cannot keep a folder in {}", directory.display())))
}

/// Sweeps that may be quicker than a lock, one after the other.
const MOST_SWEEPS: u32 = 64;

fn make_directory(path: &Path, mode: u32) -> Result<()> {
    std::fs::DirBuilder::new().mode(mode).create(path).what(|| format!("making {}", path.display()))
}

pub(super) fn open_directory(path: &Path) -> Result<OwnedFd> {
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    open(path, flags, Mode::empty()).map_err(io::Error::from).what(|| format!("opening {}", path.display()))
}

pub(super) fn new_file(path: &Path) -> Result<File> {
    let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::CLOEXEC;
    let fd = open(path, flags, Mode::from_raw_mode(0o600)).map_err(io::Error::from);
    Ok(fd.what(|| format!("making {}", path.display()))?.into())
}
