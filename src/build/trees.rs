//! The trees that steps copy and mount from: the layers of a stage or an image as one.

use super::work::Work;
use crate::error::{Context, Result};
use crate::runtime::rootfs::overlay::Tree;
use crate::storage::Store;
use crate::sys::process;
use rustix::fs::{CWD, Mode, OFlags, fstat};
use rustix::mount::{MountPropagationFlags, MoveMountFlags};
use std::cell::RefCell;
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::io;
use std::os::fd::{AsRawFd, OwnedFd, RawFd};
use std::path::{Path, PathBuf};

/// Trees that were put together, by their layers.
#[derive(Debug)]
pub struct Trees {
    layers_folder: PathBuf,
    known: RefCell<HashMap<Vec<String>, PathBuf>>,
    /// Folders of the host that were opened again, by the descriptor they were known by.
    reopened: RefCell<HashMap<RawFd, OwnedFd>>,
}

impl Trees {
    /// In a mount namespace of this process's own, which is in U0.
    pub fn begin(store: &Store) -> Result<Self> {
        process::unshare(libc::CLONE_NEWNS).what(|| "making a mount namespace")?;
        rustix::mount::mount_change("/", MountPropagationFlags::DOWNSTREAM | MountPropagationFlags::REC)
            .map_err(io::Error::from)
            .what(|| "making a mount namespace private")?;
        let layers_folder = store.root().join("layers");
        Ok(Self { layers_folder, known: RefCell::default(), reopened: RefCell::default() })
    }

    /// The path of a folder of the host that was opened before this process had its own mount namespace. Only what
    /// belongs to that can be mounted elsewhere, so the folder is opened again; never another one in its place.
    pub fn host(&self, folder: &OwnedFd) -> Result<PathBuf> {
        let mut reopened = self.reopened.borrow_mut();
        let again = match reopened.entry(folder.as_raw_fd()) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(place) => place.insert(again(folder).what(|| "opening the build context again")?),
        };
        Ok(path_of(again))
    }

    /// Where the layers are.
    pub fn layers_folder(&self) -> &Path {
        &self.layers_folder
    }

    /// The path of the tree of `layers`, the topmost first, for reading. As this process's mount namespace has it.
    pub fn path(&self, work: &Work, layers: &[String]) -> Result<PathBuf> {
        if let Some(path) = self.known.borrow().get(layers) {
            return Ok(path.clone());
        }
        let path = match layers {
            [] => work.folder()?,
            [one] => self.layers_folder.join(one),
            _ => self.mounted(work, layers)?,
        };
        self.known.borrow_mut().insert(layers.to_vec(), path.clone());
        Ok(path)
    }

    fn mounted(&self, work: &Work, layers: &[String]) -> Result<PathBuf> {
        let (scratch, place) = (work.folder()?, work.folder()?);
        let layers: Vec<&Path> = layers.iter().map(Path::new).collect();
        let tree =
            Tree { layers_folder: &self.layers_folder, layers: &layers, upper: None, scratch: &scratch };
        let mounted = tree.mount().and_then(|tree| attach(&tree, &place));
        mounted.what(|| "mounting the layers of a stage")?;
        Ok(place)
    }

    /// The root of the tree of `layers` with `upper` above it, which takes what is changed.
    pub fn writable(&self, folder: &Path, layers: &[String], upper: &Path) -> Result<OwnedFd> {
        let doing = || "mounting the layers of a stage";
        if layers.is_empty() {
            let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
            return rustix::fs::open(upper, flags, Mode::empty()).map_err(io::Error::from).what(doing);
        }
        let overlay_work = folder.join("work");
        std::fs::create_dir(&overlay_work).what(doing)?;
        let layers: Vec<&Path> = layers.iter().map(Path::new).collect();
        let upper = Some((upper, overlay_work.as_path()));
        let root =
            Tree { layers_folder: &self.layers_folder, layers: &layers, upper, scratch: folder }.mount();
        // A mount is no directory to read from until it is opened as one.
        let opened = root.and_then(|root| {
            let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
            Ok(rustix::fs::openat(&root, ".", flags, Mode::empty())?)
        });
        opened.what(doing)
    }
}

/// The same folder, by the path that leads to it now.
fn again(folder: &OwnedFd) -> io::Result<OwnedFd> {
    let path = std::fs::read_link(path_of(folder))?;
    let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC;
    let again = rustix::fs::open(path, flags, Mode::empty())?;
    let (before, now) = (fstat(folder)?, fstat(&again)?);
    match (before.st_dev, before.st_ino) == (now.st_dev, now.st_ino) {
        true => Ok(again),
        false => Err(io::Error::other("another folder has taken its place")),
    }
}

/// Where a folder is that is open here.
fn path_of(folder: &OwnedFd) -> PathBuf {
    PathBuf::from(format!("/proc/self/fd/{}", folder.as_raw_fd()))
}

/// Puts a mount where a path leads to it.
pub fn attach(mount: &OwnedFd, place: &Path) -> io::Result<()> {
    Ok(rustix::mount::move_mount(mount, "", CWD, place, MoveMountFlags::MOVE_MOUNT_F_EMPTY_PATH)?)
}

/// Takes away what is mounted below `folder` in this mount namespace, the last first.
pub fn unmount_below(folder: &Path) {
    use std::os::unix::ffi::OsStrExt;
    let Ok(text) = std::fs::read("/proc/self/mountinfo") else { return };
    let mut places: Vec<Vec<u8>> = text
        .split(|byte| *byte == b'\n')
        .filter_map(|line| Some(unescaped(line.split(|byte| *byte == b' ').nth(4)?)))
        .filter(|place| Path::new(std::ffi::OsStr::from_bytes(place)).starts_with(folder))
        .collect();
    places.reverse();
    for place in places {
        let _ = rustix::mount::unmount(&place[..], rustix::mount::UnmountFlags::DETACH);
    }
}

/// proc_pid_mountinfo(5): blanks, tabs, newlines and backslashes are octal.
fn unescaped(field: &[u8]) -> Vec<u8> {
    let mut plain = Vec::with_capacity(field.len());
    let mut rest = field;
    while let [first, after @ ..] = rest {
        let octal = (*first == b'\\').then(|| after.get(..3)).flatten();
        let octal = octal.and_then(|digits| u8::from_str_radix(std::str::from_utf8(digits).ok()?, 8).ok());
        match octal {
            Some(byte) => {
                plain.push(byte);
                rest = &after[3..];
            }
            None => {
                plain.push(*first);
                rest = after;
            }
        }
    }
    plain
}
