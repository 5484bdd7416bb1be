//! Directories that instructions make.

use super::files::{Owner, Owners, Tree};
use crate::error::{Context, Error, Kind, Result};
use crate::sys::resolve;
use rustix::fs::{
    AtFlags, FileType, Gid, Mode, OFlags, ResolveFlags, Timespec, Timestamps, UTIME_OMIT, Uid, chownat,
    fchmod, fchown, fstat, mkdirat, utimensat,
};
use rustix::io::Errno;
use std::io;
use std::os::fd::OwnedFd;
use std::path::Path;

/// Gives `upper`, which is empty, the mode and owner of the root that it will lie above.
pub fn match_root(tree: &Path, upper: &Path) -> Result<()> {
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
    let matched = || -> io::Result<()> {
        let stat = fstat(rustix::fs::open(tree, flags, Mode::empty())?)?;
        let upper = rustix::fs::open(upper, flags, Mode::empty())?;
        fchown(&upper, Some(Uid::from_raw(stat.st_uid)), Some(Gid::from_raw(stat.st_gid)))?;
        Ok(fchmod(&upper, Mode::from_raw_mode(stat.st_mode & 0o7777))?)
    };
    matched().what(|| "making a layer")
}

/// Makes the directory `path` of a `WORKDIR` below `root`, and those above it that are missing; they are `user`'s.
/// Links are followed inside the root.
pub fn directory(root: &OwnedFd, path: &str, user: &str, latest: i64) -> Result<()> {
    let doing = || format!("making the directory {path}");
    let mut here = root.try_clone().what(doing)?;
    let mut below = String::new();
    for part in path.split('/').filter(|part| !part.is_empty()) {
        below = format!("{below}/{part}");
        let in_root = ResolveFlags::IN_ROOT | ResolveFlags::NO_MAGICLINKS;
        here = match resolve::open(root, &below[..], OFlags::PATH, in_root) {
            Ok(found) => found,
            Err(Errno::NOENT) => {
                make_one(root, &here, part, user, latest).what(doing)?;
                resolve::open(root, &below[..], OFlags::PATH, in_root).map_err(io::Error::from).what(doing)?
            }
            Err(errno) => return Err(io::Error::from(errno)).what(doing),
        };
        let kind = FileType::from_raw_mode(fstat(&here).map_err(io::Error::from).what(doing)?.st_mode);
        if kind != FileType::Directory {
            return Err(Error::new(Kind::Conflict, format!("mkdir {below}: not a directory")));
        }
    }
    Ok(())
}

fn make_one(root: &OwnedFd, parent: &OwnedFd, name: &str, user: &str, latest: i64) -> io::Result<()> {
    mkdirat(parent, name, Mode::from_raw_mode(0o755))?;
    if !user.is_empty() {
        // As BuildKit gives it: by the rules of `--chown`, so a name that nobody has is root's.
        let tree = Tree::new(root.try_clone()?, Owners::Kept);
        let found = Owner::parse(user, Some(&tree)).map_err(io::Error::other)?;
        let (uid, gid) = (Uid::from_raw(found.uid), Gid::from_raw(found.gid));
        chownat(parent, name, Some(uid), Some(gid), AtFlags::SYMLINK_NOFOLLOW)?;
    }
    let omit = Timespec { tv_sec: 0, tv_nsec: UTIME_OMIT };
    let times = Timestamps { last_access: omit, last_modification: Timespec { tv_sec: latest, tv_nsec: 0 } };
    Ok(utimensat(parent, name, &times, AtFlags::SYMLINK_NOFOLLOW)?)
}
