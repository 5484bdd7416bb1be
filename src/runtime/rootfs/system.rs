//! /proc, /sys and what tells a program that it is in a container.

use super::place::{self, Shape};
use super::{attach, detached};
use crate::runtime::plan::{Network, Plan};
use crate::sys::mount::{Attributes, Depth, set_attributes};
use crate::sys::resolve;
use rustix::fs::{CWD, OFlags, ResolveFlags};
use rustix::mount::{MountAttrFlags, OpenTreeFlags};
use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

const INERT: MountAttrFlags = MountAttrFlags::MOUNT_ATTR_NOSUID
    .union(MountAttrFlags::MOUNT_ATTR_NODEV)
    .union(MountAttrFlags::MOUNT_ATTR_NOEXEC);

/// A fresh /proc of the container's pid namespace.
pub fn proc(root: BorrowedFd<'_>) -> io::Result<()> {
    let place = place::own_directory(root, "/proc")?;
    attach(detached("proc", &[], INERT)?.as_fd(), place.as_fd())
}

/// Docker's own settings of a new network namespace: everybody may ping and listen below port 1024.
pub fn network_defaults(root: BorrowedFd<'_>) -> io::Result<()> {
    crate::sys::network::loopback_up()?;
    write_setting(root, "proc/sys/net/ipv4/ip_unprivileged_port_start", "0")?;
    // The range must lie within the mapped groups; with one id only, that is group 0.
    write_setting(root, "proc/sys/net/ipv4/ping_group_range", "0 65535")
        .or_else(|_| write_setting(root, "proc/sys/net/ipv4/ping_group_range", "0 0"))
}

/// A setting that this kernel does not have is passed over.
fn write_setting(root: BorrowedFd<'_>, path: &str, value: &str) -> io::Result<()> {
    let resolve = ResolveFlags::BENEATH | ResolveFlags::NO_SYMLINKS;
    match resolve::open(root, path, OFlags::WRONLY, resolve) {
        Ok(setting) => Ok(rustix::io::write(setting, value.as_bytes()).map(drop)?),
        Err(rustix::io::Errno::NOENT) => Ok(()),
        Err(errno) => Err(errno.into()),
    }
}

/// /sys of the container's network namespace, read-only, with its own cgroup tree.
pub fn sys(root: BorrowedFd<'_>, plan: &Plan, made: Option<OwnedFd>) -> io::Result<()> {
    let place = place::own_directory(root, "/sys")?;
    let attributes = sys_attributes(plan);
    match (plan.sharing.network, made) {
        // A fresh sysfs needs power over the network namespace, which is the host's here.
        (Network::Host, _) => return host_sys(place.as_fd(), plan.rootfs.privileged),
        (_, Some(made)) => attach(made.as_fd(), place.as_fd())?,
        (_, None) => attach(detached("sysfs", &[], attributes)?.as_fd(), place.as_fd())?,
    }
    cgroup(root, attributes)
}

fn sys_attributes(plan: &Plan) -> MountAttrFlags {
    if plan.rootfs.privileged { INERT } else { INERT | MountAttrFlags::MOUNT_ATTR_RDONLY }
}

/// Launcher: /sys of the network namespace that it has joined, which is another container's: the new container
/// has no power over that, the launcher has.
pub fn foreign_sys(plan: &Plan) -> io::Result<Option<OwnedFd>> {
    match plan.sharing.network {
        Network::Of(_) => detached("sysfs", &[], sys_attributes(plan)).map(Some),
        Network::Own | Network::Host => Ok(None),
    }
}

fn host_sys(place: BorrowedFd<'_>, privileged: bool) -> io::Result<()> {
    let tree = clone_tree("/sys")?;
    attach(tree.as_fd(), place)?;
    if privileged {
        return Ok(());
    }
    set_attributes(tree.as_fd(), Attributes::READ_ONLY, Depth::Tree)
}

/// The container's own branch of the cgroup tree; a host without version 2 has none to show.
fn cgroup(root: BorrowedFd<'_>, attributes: MountAttrFlags) -> io::Result<()> {
    let Ok(place) = place::existing(root, "/sys/fs/cgroup", Shape::Directory) else { return Ok(()) };
    match detached("cgroup2", &[], attributes) {
        Ok(mount) => attach(mount.as_fd(), place.as_fd()),
        Err(error) if matches!(error.raw_os_error(), Some(libc::ENODEV | libc::EPERM | libc::EBUSY)) => {
            Ok(())
        }
        Err(error) => Err(error),
    }
}

/// A detached copy of a tree of the host's mounts. open_tree(2).
pub(super) fn clone_tree(path: &str) -> io::Result<OwnedFd> {
    let flags =
        OpenTreeFlags::OPEN_TREE_CLONE | OpenTreeFlags::OPEN_TREE_CLOEXEC | OpenTreeFlags::AT_RECURSIVE;
    Ok(rustix::mount::open_tree(CWD, path, flags)?)
}

/// Programs look for /.dockerenv (docker's) and /run/.containerenv (podman's).
pub fn container_marks(root: BorrowedFd<'_>) -> io::Result<()> {
    for mark in ["/.dockerenv", "/run/.containerenv"] {
        match place::open(root, mark, Shape::File) {
            Ok(_) => {}
            // The image has something else there (a directory, a dangling link): its business.
            Err(error)
                if matches!(
                    error.raw_os_error(),
                    Some(libc::EISDIR | libc::ENOTDIR | libc::ENOENT | libc::ELOOP)
                ) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}
