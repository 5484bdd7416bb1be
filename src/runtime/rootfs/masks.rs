//! What of /proc and /sys a container neither reads nor writes: the union of what docker, podman and
//! systemd-nspawn hide, and what else tells about the host.

use super::place::{self, Shape};
use super::{attach, detached};
use crate::sys::mount::{Attributes, Depth, set_attributes};
use crate::sys::resolve;
use rustix::fs::{CWD, OFlags, ResolveFlags};
use rustix::mount::{MountAttrFlags, OpenTreeFlags};
use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

/// Hidden behind the host's /dev/null or an empty directory.
pub const MASKED: &[&str] = &[
    "/proc/acpi",
    "/proc/asound",
    "/proc/config.gz",
    "/proc/interrupts",
    "/proc/kallsyms",
    "/proc/kcore",
    "/proc/keys",
    "/proc/kmsg",
    "/proc/latency_stats",
    "/proc/pagetypeinfo",
    "/proc/sched_debug",
    "/proc/scsi",
    "/proc/slabinfo",
    "/proc/timer_list",
    "/proc/timer_stats",
    "/proc/vmallocinfo",
    "/sys/devices/virtual/powercap",
    "/sys/firmware",
    "/sys/fs/selinux",
    "/sys/kernel/notes",
    "/sys/kernel/vmcoreinfo",
];

/// Readable, not writable.
pub const READ_ONLY: &[&str] = &["/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"];

/// Applies both lists; what the kernel does not have is passed over.
pub fn apply(root: BorrowedFd<'_>) -> io::Result<()> {
    let empty = detached("tmpfs", &[("size", "0"), ("nr_inodes", "2"), ("mode", "555")], EMPTY)?;
    for path in READ_ONLY {
        read_only(root, path)?;
    }
    let mut empty_is_attached = false;
    for path in MASKED {
        if mask_file(root, path)? {
            continue;
        }
        let Some(place) = absent_is_fine(place::existing(root, path, Shape::Directory))? else { continue };
        if empty_is_attached {
            attach(copy(empty.as_fd())?.as_fd(), place.as_fd())?;
        } else {
            attach(empty.as_fd(), place.as_fd())?;
            empty_is_attached = true;
        }
    }
    Ok(())
}

const EMPTY: MountAttrFlags = MountAttrFlags::MOUNT_ATTR_RDONLY
    .union(MountAttrFlags::MOUNT_ATTR_NOSUID)
    .union(MountAttrFlags::MOUNT_ATTR_NODEV)
    .union(MountAttrFlags::MOUNT_ATTR_NOEXEC);

/// Whether the path was a file and is masked now.
fn mask_file(root: BorrowedFd<'_>, path: &str) -> io::Result<bool> {
    match place::existing(root, path, Shape::File) {
        Ok(place) => attach(host_null()?.as_fd(), place.as_fd()).map(|()| true),
        Err(error) if error.raw_os_error() == Some(libc::EISDIR) => Ok(false),
        Err(error) => absent_is_fine(Err::<(), _>(error)).map(|_| true),
    }
}

/// A copy of a mount that is attached in this namespace. open_tree(2).
fn copy(mount: BorrowedFd<'_>) -> io::Result<OwnedFd> {
    let flags =
        OpenTreeFlags::OPEN_TREE_CLONE | OpenTreeFlags::OPEN_TREE_CLOEXEC | OpenTreeFlags::AT_EMPTY_PATH;
    Ok(rustix::mount::open_tree(mount, "", flags)?)
}

/// The host's /dev/null, read-only: never the container's own, which an image could have replaced.
fn host_null() -> io::Result<OwnedFd> {
    let flags = OpenTreeFlags::OPEN_TREE_CLONE | OpenTreeFlags::OPEN_TREE_CLOEXEC;
    let null = rustix::mount::open_tree(CWD, "/dev/null", flags)?;
    set_attributes(null.as_fd(), Attributes::READ_ONLY, Depth::One)?;
    Ok(null)
}

fn read_only(root: BorrowedFd<'_>, path: &str) -> io::Result<()> {
    let flags =
        OpenTreeFlags::OPEN_TREE_CLONE | OpenTreeFlags::OPEN_TREE_CLOEXEC | OpenTreeFlags::AT_EMPTY_PATH;
    let resolve = ResolveFlags::BENEATH | ResolveFlags::NO_SYMLINKS;
    let opened = resolve::open(root, path.trim_start_matches('/'), OFlags::PATH, resolve);
    let Some(place) = absent_is_fine(opened.map_err(io::Error::from))? else { return Ok(()) };
    let tree = rustix::mount::open_tree(&place, "", flags)?;
    set_attributes(tree.as_fd(), Attributes::READ_ONLY, Depth::Tree)?;
    attach(tree.as_fd(), place.as_fd())
}

fn absent_is_fine<T>(result: io::Result<T>) -> io::Result<Option<T>> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(error) if matches!(error.raw_os_error(), Some(libc::ENOENT | libc::EACCES)) => Ok(None),
        Err(error) => Err(error),
    }
}
