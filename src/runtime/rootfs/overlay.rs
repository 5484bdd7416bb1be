//! The layers and the container's own folder as one tree: overlayfs, mounted unprivileged.

use crate::runtime::handshake::{Failure, Step, failed};
use crate::runtime::plan::{Plan, Rootfs};
use rustix::fs::{CWD, Mode, OFlags};
use rustix::mount::{FsMountFlags, FsOpenFlags, MountAttrFlags, MountFlags, MoveMountFlags, OpenTreeFlags};
use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::path::Path;

/// Layers as one tree, beside any container: what a build copies from and to.
#[derive(Debug)]
pub struct Tree<'a> {
    /// The folder that the layer names are relative to.
    pub layers_folder: &'a Path,
    /// Lower directories, the topmost first; at least two where nothing is above them.
    pub layers: &'a [&'a Path],
    /// What takes changes, and overlayfs' own folder beside it.
    pub upper: Option<(&'a Path, &'a Path)>,
    /// An empty folder of the caller's, for kernels that need paths.
    pub scratch: &'a Path,
}

impl Tree<'_> {
    /// Mounts it in this mount namespace, and opens its root. It is gone when nobody has it open.
    ///
    /// # Errors
    /// Of fsconfig(2) or mount(2): `EINVAL`, `EPERM` where the kernel or the file system refuses overlays.
    pub fn mount(&self) -> io::Result<OwnedFd> {
        let options = Options {
            layers_folder: self.layers_folder,
            lower: self.layers.to_vec(),
            upper: self.upper,
            volatile: self.upper.is_some(),
        };
        let here = rustix::fs::open(".", OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC, Mode::empty())?;
        let mounted = match options.detached() {
            // Kernels before 6.7 do not know `lowerdir+`.
            Err(error) if error.raw_os_error() == Some(libc::EINVAL) => self.at_a_path(&options),
            mounted => mounted,
        };
        rustix::process::fchdir(here)?;
        mounted
    }

    fn at_a_path(&self, options: &Options<'_>) -> io::Result<OwnedFd> {
        let (links, place) = (self.scratch.join("l"), self.scratch.join("m"));
        std::fs::create_dir_all(&links)?;
        std::fs::create_dir_all(&place)?;
        options.by_short_names(&links, &place)?;
        let root =
            rustix::fs::open(&place, OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC, Mode::empty())?;
        rustix::mount::unmount(&place, rustix::mount::UnmountFlags::DETACH)?;
        Ok(root)
    }
}

/// Makes the overlay, detached: as the launcher, while init is still making namespaces. `None` where init has to
/// mount the tree in another way.
pub fn make(plan: &Plan) -> Result<Option<OwnedFd>, Failure> {
    if plan.rootfs.copied {
        return Ok(None);
    }
    forget_volatile(&plan.rootfs.work);
    let made = Options::of(&plan.rootfs).detached();
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
        None => Options::of(&plan.rootfs).by_short_names(&plan.folder.join("l"), mount_point),
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

/// Most that an overlay can have below (OVL_MAX_STACK of the kernel).
const MOST_LAYERS: usize = 500;

/// What an overlay is made of.
struct Options<'a> {
    layers_folder: &'a Path,
    lower: Vec<&'a Path>,
    upper: Option<(&'a Path, &'a Path)>,
    volatile: bool,
}

impl<'a> Options<'a> {
    /// The image's layers, the topmost first, and below them the places to mount on, when there is room.
    fn of(rootfs: &'a Rootfs) -> Self {
        let lowest = (rootfs.layers.len() < MOST_LAYERS).then_some(rootfs.mount_points.as_path());
        Self {
            layers_folder: &rootfs.layers_folder,
            lower: rootfs.layers.iter().map(Path::new).chain(lowest).collect(),
            upper: Some((&rootfs.upper, &rootfs.work)),
            volatile: rootfs.volatile,
        }
    }

    fn flags(&self) -> impl Iterator<Item = &'static str> {
        ["userxattr"].into_iter().chain(self.volatile.then_some("volatile"))
    }

    /// Since Linux 6.7: up to 500 layers, whatever the length of their names together. Changes the working
    /// directory.
    fn detached(&self) -> io::Result<OwnedFd> {
        rustix::process::chdir(self.layers_folder)?;
        let context = rustix::mount::fsopen("overlay", FsOpenFlags::FSOPEN_CLOEXEC)?;
        rustix::mount::fsconfig_set_string(context.as_fd(), "source", "overlay")?;
        let set = |key: &str, value: &Path| rustix::mount::fsconfig_set_string(context.as_fd(), key, value);
        for layer in &self.lower {
            set("lowerdir+", layer)?;
        }
        if let Some((upper, work)) = self.upper {
            set("upperdir", upper)?;
            set("workdir", work)?;
        }
        for flag in self.flags() {
            rustix::mount::fsconfig_set_flag(context.as_fd(), flag)?;
        }
        rustix::mount::fsconfig_create(context.as_fd())?;
        Ok(rustix::mount::fsmount(
            context.as_fd(),
            FsMountFlags::FSMOUNT_CLOEXEC,
            MountAttrFlags::MOUNT_ATTR_NODEV,
        )?)
    }

    /// mount(2) takes one page of options, so each layer gets a link in `links` with a number for its name.
    /// Changes the working directory.
    fn by_short_names(&self, links: &Path, mount_point: &Path) -> io::Result<()> {
        match rustix::fs::mkdir(links, Mode::from_raw_mode(0o700)) {
            Ok(()) | Err(rustix::io::Errno::EXIST) => {}
            Err(errno) => return Err(errno.into()),
        }
        rustix::process::chdir(links)?;
        let mut names = Vec::new();
        for (number, layer) in self.lower.iter().enumerate() {
            names.push(number.to_string());
            link(&self.layers_folder.join(layer), &number.to_string())?;
        }
        let mut options = format!("lowerdir={}", names.join(":"));
        if let Some((upper, work)) = self.upper {
            link(upper, "upper")?;
            link(work, "work")?;
            options.push_str(",upperdir=upper,workdir=work");
        }
        for flag in self.flags() {
            options.push(',');
            options.push_str(flag);
        }
        let options = std::ffi::CString::new(options)?;
        Ok(rustix::mount::mount("overlay", mount_point, "overlay", MountFlags::NODEV, options.as_c_str())?)
    }
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
