//! The layers and the container's own folder as one tree: overlayfs, mounted unprivileged.

use crate::runtime::handshake::{Failure, Step, failed};
use crate::runtime::plan::{Plan, Rootfs};
use rustix::fs::{CWD, Mode, OFlags};
use rustix::mount::{FsMountFlags, FsOpenFlags, MountAttrFlags, MountFlags, MoveMountFlags, OpenTreeFlags};
use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::path::Path;

/// Makes the overlay, detached: as the launcher, while init is still making namespaces. `None` where init has to
/// mount the tree in another way.
pub fn make(plan: &Plan) -> Result<Option<OwnedFd>, Failure> {
    if plan.rootfs.copied {
        return Ok(None);
    }
    forget_volatile(&plan.rootfs.work);
    let made = with_lower_directories_one_by_one(plan);
    // The launcher stays in no folder that somebody may want to remove.
    rustix::process::chdir("/").map_err(|errno| failed(Step::Overlay)(errno.into()))?;
    match made {
        Ok(overlay) => Ok(Some(overlay)),
        // Kernels before 6.7 do not know `lowerdir+`.
        Err(error) if error.raw_os_error() == Some(libc::EINVAL) => Ok(None),
        Err(error) => Err(failed(Step::Overlay)(error)),
    }
}

/// Mounts the tree, of which the launcher has made the overlay if it could, on the plan's mount point, in this
/// mount namespace alone; opens its root.
pub fn mount(plan: &Plan, overlay: Option<OwnedFd>) -> Result<OwnedFd, Failure> {
    let mount_point = &plan.rootfs.mount_point;
    match overlay {
        Some(overlay) => attach_to_path(&overlay, mount_point),
        None if plan.rootfs.copied => bind_copy(plan),
        None => with_short_names(plan),
    }
    .map_err(failed(Step::Overlay))?;
    rustix::fs::open(mount_point, OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC, Mode::empty())
        .map_err(|errno| failed(Step::Overlay)(errno.into()))
}

/// An overlay that was mounted `volatile` refuses to be mounted again until this mark is gone
/// (overlayfs.rst, "Volatile mount"): a power cut may have torn it. A container that is removed when
/// it ends never lives to see one.
fn forget_volatile(work: &Path) {
    let mark = work.join("work/incompat/volatile");
    let _ = rustix::fs::unlinkat(CWD, &mark, rustix::fs::AtFlags::REMOVEDIR);
}

/// Since Linux 6.7: up to 500 layers, whatever the length of their names together.
fn with_lower_directories_one_by_one(plan: &Plan) -> io::Result<OwnedFd> {
    let rootfs = &plan.rootfs;
    rustix::process::chdir(&rootfs.layers_folder)?;
    let context = rustix::mount::fsopen("overlay", FsOpenFlags::FSOPEN_CLOEXEC)?;
    rustix::mount::fsconfig_set_string(context.as_fd(), "source", "overlay")?;
    let set = |key: &str, value: &Path| rustix::mount::fsconfig_set_string(context.as_fd(), key, value);
    for layer in lower_directories(rootfs) {
        set("lowerdir+", layer)?;
    }
    set("upperdir", &rootfs.upper)?;
    set("workdir", &rootfs.work)?;
    for flag in flags(rootfs) {
        rustix::mount::fsconfig_set_flag(context.as_fd(), flag)?;
    }
    rustix::mount::fsconfig_create(context.as_fd())?;
    Ok(rustix::mount::fsmount(
        context.as_fd(),
        FsMountFlags::FSMOUNT_CLOEXEC,
        MountAttrFlags::MOUNT_ATTR_NODEV,
    )?)
}

/// Most that an overlay can have below (OVL_MAX_STACK of the kernel).
const MOST_LAYERS: usize = 500;

/// The image's layers, the topmost first, and below them the places to mount on, when there is room.
fn lower_directories(rootfs: &Rootfs) -> impl Iterator<Item = &Path> {
    let lowest = (rootfs.layers.len() < MOST_LAYERS).then_some(rootfs.mount_points.as_path());
    rootfs.layers.iter().map(Path::new).chain(lowest)
}

fn flags(rootfs: &Rootfs) -> impl Iterator<Item = &'static str> {
    ["userxattr"].into_iter().chain(rootfs.volatile.then_some("volatile"))
}

/// mount(2) takes one page of options, so each layer gets a link with a number for its name.
fn with_short_names(plan: &Plan) -> io::Result<()> {
    let links = plan.folder.join("l");
    match rustix::fs::mkdir(&links, Mode::from_raw_mode(0o700)) {
        Ok(()) | Err(rustix::io::Errno::EXIST) => {}
        Err(errno) => return Err(errno.into()),
    }
    rustix::process::chdir(&links)?;
    let mut names = Vec::new();
    for (number, layer) in lower_directories(&plan.rootfs).enumerate() {
        names.push(number.to_string());
        link(&plan.rootfs.layers_folder.join(layer), &number.to_string())?;
    }
    link(&plan.rootfs.upper, "upper")?;
    link(&plan.rootfs.work, "work")?;
    let mut options = format!("lowerdir={},upperdir=upper,workdir=work", names.join(":"));
    for flag in flags(&plan.rootfs) {
        options.push(',');
        options.push_str(flag);
    }
    let options = std::ffi::CString::new(options)?;
    Ok(rustix::mount::mount(
        "overlay",
        &plan.rootfs.mount_point,
        "overlay",
        MountFlags::NODEV,
        options.as_c_str(),
    )?)
}

/// In the working directory; one that is there from the last start is right.
fn link(target: &Path, name: &str) -> io::Result<()> {
    match rustix::fs::symlink(target, name) {
        Ok(()) | Err(rustix::io::Errno::EXIST) => Ok(()),
        Err(errno) => Err(errno.into()),
    }
}

/// Without an overlay the engine has copied the layers into the upper folder: that is the tree.
fn bind_copy(plan: &Plan) -> io::Result<()> {
    let flags = OpenTreeFlags::OPEN_TREE_CLONE | OpenTreeFlags::OPEN_TREE_CLOEXEC;
    let tree = rustix::mount::open_tree(CWD, &plan.rootfs.upper, flags)?;
    attach_to_path(&tree, &plan.rootfs.mount_point)
}

fn attach_to_path(mount: &OwnedFd, path: &Path) -> io::Result<()> {
    Ok(rustix::mount::move_mount(mount, "", CWD, path, MoveMountFlags::MOVE_MOUNT_F_EMPTY_PATH)?)
}
