//! Places that exist only because something was mounted there: no part of the layer.

use crate::error::{Context, Result};
use crate::runtime::plan::Mount;
use crate::sys::resolve;
use rustix::fs::{AtFlags, FileType, Mode, OFlags, ResolveFlags, statat, unlinkat};
use rustix::io::Errno;
use std::io;
use std::os::fd::OwnedFd;
use std::path::Path;

/// Paths that the stage's tree did not have before the step, the deepest first; below the root.
#[derive(Debug, Default)]
pub struct Stubs(Vec<String>);

impl Stubs {
    /// Of `mounts` on `tree`, as it is before the step.
    pub fn of(tree: &Path, mounts: &[Mount]) -> Result<Self> {
        let mut missing = Vec::new();
        if mounts.is_empty() {
            return Ok(Self(missing));
        }
        let root = open(tree).what(|| "looking at the stage's files")?;
        for mount in mounts {
            let mut path = String::new();
            for part in mount.target().split('/').filter(|part| !part.is_empty()) {
                if !path.is_empty() {
                    path.push('/');
                }
                path.push_str(part);
                let inside = ResolveFlags::IN_ROOT | ResolveFlags::NO_MAGICLINKS;
                if matches!(resolve::open(&root, &path[..], OFlags::PATH, inside), Err(Errno::NOENT)) {
                    missing.push(path.clone());
                }
            }
        }
        missing.sort_unstable_by_key(|path| std::cmp::Reverse(path.matches('/').count()));
        missing.dedup();
        Ok(Self(missing))
    }

    /// Removes from `upper` what is still as empty as it was made. Nothing is followed there: whoever ran may have
    /// put links in its place (CVE-2024-23652).
    pub fn clean(&self, upper: &Path) -> Result<()> {
        if self.0.is_empty() {
            return Ok(());
        }
        let root = open(upper).what(|| "looking at what a step has changed")?;
        self.0.iter().for_each(|path| remove_empty(&root, path));
        Ok(())
    }
}

fn open(path: &Path) -> io::Result<OwnedFd> {
    let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC;
    Ok(rustix::fs::open(path, flags, Mode::empty())?)
}

/// What cannot be removed stays: it is not empty, or gone.
fn remove_empty(root: &OwnedFd, path: &str) {
    let (parent, name) = path.rsplit_once('/').unwrap_or((".", path));
    let plain = ResolveFlags::BENEATH | ResolveFlags::NO_SYMLINKS;
    let Ok(parent) = resolve::open(root, parent, OFlags::PATH | OFlags::DIRECTORY, plain) else { return };
    let Ok(stat) = statat(&parent, name, AtFlags::SYMLINK_NOFOLLOW) else { return };
    let _ = match FileType::from_raw_mode(stat.st_mode) {
        FileType::Directory => unlinkat(&parent, name, AtFlags::REMOVEDIR),
        FileType::RegularFile if stat.st_size == 0 => unlinkat(&parent, name, AtFlags::empty()),
        _ => Ok(()),
    };
}
