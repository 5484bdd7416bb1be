//! What the user mounts, and the files rcon writes for the container.

use super::place::{self, Shape};
use super::{attach, detached};
use crate::runtime::handshake::{Failure, Step, failed_at};
use crate::runtime::plan::{FileMount, Mount, TmpfsFlags};
use crate::sys::mount::{Attributes, Depth, set_attributes};
use rustix::fs::{CWD, FileType};
use rustix::mount::{MountAttrFlags, OpenTreeFlags};
use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::path::Path;

/// Binds /etc/hosts and its kin.
pub fn files(root: BorrowedFd<'_>, files: &[FileMount]) -> Result<(), Failure> {
    for file in files {
        let bound = clone(&file.source, false).and_then(|tree| {
            let place = place::open(root, &file.target, Shape::File)?;
            attach(tree.as_fd(), place.as_fd())
        });
        bound.map_err(failed_at(Step::Mount, file.target.as_str()))?;
    }
    Ok(())
}

/// Mounts all that was asked for, in order.
pub fn all(root: BorrowedFd<'_>, mounts: &[Mount]) -> Result<(), Failure> {
    for mount in mounts {
        match mount {
            Mount::Bind { source, target, read_only, recursive } => {
                let binding = Binding { source, read_only: *read_only, recursive: *recursive };
                binding.mount(root, target).map_err(failed_at(Step::Mount, target.as_str()))?;
            }
            Mount::Tmpfs { target, options, flags } => {
                tmpfs(root, target, options, *flags).map_err(failed_at(Step::Mount, target.as_str()))?;
            }
        }
    }
    Ok(())
}

struct Binding<'a> {
    source: &'a Path,
    read_only: bool,
    recursive: bool,
}

impl Binding<'_> {
    fn mount(&self, root: BorrowedFd<'_>, target: &str) -> io::Result<()> {
        let tree = clone(self.source, self.recursive)?;
        let place = place::open(root, target, shape_of(&tree)?)?;
        refuse_kernel_tree(&place)?;
        attach(tree.as_fd(), place.as_fd())?;
        if !self.read_only {
            return Ok(());
        }
        set_attributes(
            tree.as_fd(),
            Attributes::READ_ONLY,
            if self.recursive { Depth::Tree } else { Depth::One },
        )
    }
}

fn clone(source: &Path, recursive: bool) -> io::Result<OwnedFd> {
    let mut flags = OpenTreeFlags::OPEN_TREE_CLONE | OpenTreeFlags::OPEN_TREE_CLOEXEC;
    if recursive {
        flags |= OpenTreeFlags::AT_RECURSIVE;
    }
    match rustix::mount::open_tree(CWD, source, flags) {
        // Mounts below a path of the host are locked to it: only the whole tree can be taken along.
        Err(rustix::io::Errno::INVAL) if !recursive => {
            Ok(rustix::mount::open_tree(CWD, source, flags | OpenTreeFlags::AT_RECURSIVE)?)
        }
        result => Ok(result?),
    }
}

fn shape_of(tree: &OwnedFd) -> io::Result<Shape> {
    let stat = rustix::fs::fstat(tree)?;
    let is_directory = FileType::from_raw_mode(stat.st_mode) == FileType::Directory;
    Ok(if is_directory { Shape::Directory } else { Shape::File })
}

/// A mount inside /proc or /sys would let an image or a volume answer for the kernel.
fn refuse_kernel_tree(place: &OwnedFd) -> io::Result<()> {
    const PROC_SUPER_MAGIC: u64 = 0x9fa0;
    const SYSFS_MAGIC: u64 = 0x6265_6572;
    let kind = rustix::fs::fstatfs(place)?.f_type as u64;
    if matches!(kind, PROC_SUPER_MAGIC | SYSFS_MAGIC) {
        return Err(io::Error::other("nothing can be mounted inside /proc or /sys"));
    }
    Ok(())
}

fn tmpfs(
    root: BorrowedFd<'_>,
    target: &str,
    options: &[(String, String)],
    flags: TmpfsFlags,
) -> io::Result<()> {
    let covered = place::existing(root, target, Shape::Directory).ok();
    let place = place::open(root, target, Shape::Directory)?;
    refuse_kernel_tree(&place)?;
    let options: Vec<(&str, &str)> =
        options.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect();
    let mount = detached("tmpfs", &options, attributes(flags))?;
    if let Some(covered) = covered.filter(|_| !options.iter().any(|(key, _)| *key == "mode")) {
        keep_mode(&covered, &mount)?;
    }
    attach(mount.as_fd(), place.as_fd())
}

/// Docker gives a tmpfs the mode of the directory it covers, and 1777 where there was none.
fn keep_mode(place: &OwnedFd, mount: &OwnedFd) -> io::Result<()> {
    let stat = rustix::fs::fstat(place)?;
    // A mount that is nowhere yet is open as a place alone.
    let mode = rustix::fs::Mode::from_raw_mode(stat.st_mode & 0o7777);
    Ok(rustix::fs::chmodat(mount, ".", mode, rustix::fs::AtFlags::empty())?)
}

fn attributes(flags: TmpfsFlags) -> MountAttrFlags {
    let chosen = [
        (flags.read_only, MountAttrFlags::MOUNT_ATTR_RDONLY),
        (flags.no_suid, MountAttrFlags::MOUNT_ATTR_NOSUID),
        (flags.no_dev, MountAttrFlags::MOUNT_ATTR_NODEV),
        (flags.no_exec, MountAttrFlags::MOUNT_ATTR_NOEXEC),
    ];
    chosen
        .into_iter()
        .filter(|(wanted, _)| *wanted)
        .fold(MountAttrFlags::empty(), |all, (_, flag)| all | flag)
}
