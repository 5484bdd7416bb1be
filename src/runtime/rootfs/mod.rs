//! The container's file tree, built in its own mount namespace and then made its root.
//!
//! Everything is done by descriptor: a file system is made detached, its place is opened below the root
//! with openat2(2) so that no link of the image leads out, and the one is moved onto the other.

pub mod devices;
pub mod masks;
pub mod mounts;
pub mod overlay;
pub mod place;
pub mod system;

use crate::runtime::handshake::{Failure, Step, failed};
use crate::runtime::plan::{Network, Plan};
use crate::sys::mount::{Attributes, Depth, set_attributes};
use rustix::mount::{FsMountFlags, FsOpenFlags, MountAttrFlags, MoveMountFlags, UnmountFlags};
use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

/// What only the launcher could mount.
#[derive(Debug, Default)]
pub struct Mounts {
    /// The overlay of the image's layers.
    pub overlay: Option<OwnedFd>,
    /// /sys of a network namespace that is another container's.
    pub sys: Option<OwnedFd>,
}

/// Builds the tree and makes it this process's root; the old one is gone afterwards. Hands back the root
/// and, with `-t`, the container's terminal.
pub fn build(plan: &Plan, mounts: Mounts) -> Result<(OwnedFd, Option<devices::Terminal>), Failure> {
    let rootfs = &plan.rootfs;
    let root = overlay::mount(plan, mounts.overlay)?;
    system::proc(root.as_fd()).map_err(failed(Step::Proc))?;
    if plan.sharing.network == Network::Own {
        system::network_defaults(root.as_fd()).map_err(failed(Step::Network))?;
    }
    system::sys(root.as_fd(), plan, mounts.sys).map_err(failed(Step::Sys))?;
    let terminal = devices::mount(root.as_fd(), plan).map_err(failed(Step::Dev))?;
    mounts::files(root.as_fd(), &rootfs.files)?;
    mounts::all(root.as_fd(), &rootfs.mounts)?;
    if !rootfs.privileged {
        masks::apply(root.as_fd()).map_err(failed(Step::Mask))?;
    }
    system::container_marks(root.as_fd()).map_err(failed(Step::Marks))?;
    pivot(root.as_fd()).map_err(failed(Step::Pivot))?;
    if rootfs.read_only {
        set_attributes(root.as_fd(), Attributes::READ_ONLY, Depth::One).map_err(failed(Step::ReadOnly))?;
    }
    Ok((root, terminal))
}

/// Makes `root` the root and the working directory; lets go of the old one. pivot_root(2), "pivot_root(".", ".")".
fn pivot(root: BorrowedFd<'_>) -> io::Result<()> {
    rustix::process::fchdir(root)?;
    rustix::process::pivot_root(".", ".")?;
    rustix::mount::unmount(".", UnmountFlags::DETACH)?;
    Ok(rustix::process::chdir("/")?)
}

/// A new instance of a file system, mounted nowhere yet. fsopen(2), fsmount(2).
fn detached(file_system: &str, options: &[(&str, &str)], attributes: MountAttrFlags) -> io::Result<OwnedFd> {
    let context = rustix::mount::fsopen(file_system, FsOpenFlags::FSOPEN_CLOEXEC)?;
    // What mount(8) and df(1) show.
    rustix::mount::fsconfig_set_string(context.as_fd(), "source", source(file_system))?;
    for (key, value) in options {
        match *value {
            "" => rustix::mount::fsconfig_set_flag(context.as_fd(), *key)?,
            value => rustix::mount::fsconfig_set_string(context.as_fd(), *key, value)?,
        }
    }
    rustix::mount::fsconfig_create(context.as_fd())?;
    Ok(rustix::mount::fsmount(context.as_fd(), FsMountFlags::FSMOUNT_CLOEXEC, attributes)?)
}

/// docker's names of sources.
fn source(file_system: &str) -> &str {
    match file_system {
        "cgroup2" => "cgroup",
        name => name,
    }
}

/// Moves the detached `mount` onto `place`. move_mount(2).
fn attach(mount: BorrowedFd<'_>, place: BorrowedFd<'_>) -> io::Result<()> {
    let by_descriptors = MoveMountFlags::MOVE_MOUNT_F_EMPTY_PATH | MoveMountFlags::MOVE_MOUNT_T_EMPTY_PATH;
    Ok(rustix::mount::move_mount(mount, "", place, "", by_descriptors)?)
}
