//! Layers put together as one tree, for hosts where no overlay can be mounted. Files share their blocks
//! with the layers where the file system can (ioctl_ficlone(2)), else they are copied.

use super::unpack::is_opaque;
use crate::error::{Context, Result};
use rustix::fs::{AtFlags, CWD, FileType, Mode, OFlags, Stat, Timespec, Timestamps};
use rustix::io::Errno;
use std::collections::HashMap;
use std::ffi::{CStr, CString};
use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::path::{Path, PathBuf};

/// Directories nest at most this deep, as when layers are unpacked.
const DEEPEST: usize = 1024;

/// Copies `layers`, the lowest first, over each other into the empty folder `target`, whiteouts and opaque
/// directories applied. This process must be in U0.
pub fn flatten(layers: &[PathBuf], target: &Path) -> Result<()> {
    copy_all(layers, target, Marks::Applied)
}

/// The same for layers that lie above others: `target` becomes one layer that does to those below what all of
/// `layers` did. This process must be in U0.
pub fn merge(layers: &[PathBuf], target: &Path) -> Result<()> {
    copy_all(layers, target, Marks::Kept)
}

/// What becomes of whiteouts and opaque directories.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Marks {
    /// Nothing is left of them: nothing lies below.
    Applied,
    /// They are applied, and stay for what lies below.
    Kept,
}

fn copy_all(layers: &[PathBuf], target: &Path, marks: Marks) -> Result<()> {
    for layer in layers {
        let copy = || -> io::Result<()> {
            let (from, to) = (open_folder(CWD, layer.as_path())?, open_folder(CWD, target)?);
            Copy { links: HashMap::new(), marks }.folder(from.as_fd(), to.as_fd(), 0)
        };
        copy().what(|| format!("copying the layer {} into {}", layer.display(), target.display()))?;
    }
    Ok(())
}

fn open_folder<P: rustix::path::Arg>(at: BorrowedFd<'_>, path: P) -> io::Result<OwnedFd> {
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    Ok(rustix::fs::openat(at, path, flags, Mode::empty())?)
}

/// The copy of one layer.
struct Copy {
    /// Where files with several names went first, by inode: a descriptor's worth of path below the target.
    links: HashMap<u64, (OwnedFd, CString)>,
    marks: Marks,
}

impl Copy {
    fn folder(&mut self, from: BorrowedFd<'_>, to: BorrowedFd<'_>, depth: usize) -> io::Result<()> {
        if depth > DEEPEST {
            return Err(io::Error::other("directories nest too deep"));
        }
        if is_opaque(from) {
            clear(to)?;
            self.mark_opaque(to)?;
        }
        for entry in rustix::fs::Dir::read_from(from)? {
            let entry = entry?;
            let name = entry.file_name();
            if name != c"." && name != c".." {
                self.entry(from, to, name, depth)?;
            }
        }
        keep_attributes(from, to)
    }

    fn entry(
        &mut self,
        from: BorrowedFd<'_>,
        to: BorrowedFd<'_>,
        name: &CStr,
        depth: usize,
    ) -> io::Result<()> {
        let stat = rustix::fs::statat(from, name, AtFlags::SYMLINK_NOFOLLOW)?;
        let kind = FileType::from_raw_mode(stat.st_mode);
        if kind == FileType::Directory {
            return self.subfolder(from, to, name, depth);
        }
        remove(to, name)?;
        match kind {
            // A whiteout: removing was all, unless something lies below.
            FileType::CharacterDevice if stat.st_rdev == 0 => match self.marks {
                Marks::Applied => Ok(()),
                Marks::Kept => {
                    Ok(rustix::fs::mknodat(to, name, FileType::CharacterDevice, Mode::empty(), 0)?)
                }
            },
            FileType::RegularFile => self.file(from, to, name, &stat),
            FileType::Symlink => {
                let target = rustix::fs::readlinkat(from, name, Vec::new())?;
                rustix::fs::symlinkat(target.as_c_str(), to, name)?;
                own(to, name, &stat)
            }
            FileType::Fifo => {
                rustix::fs::mknodat(to, name, FileType::Fifo, Mode::from_raw_mode(stat.st_mode & 0o7777), 0)?;
                own(to, name, &stat)
            }
            _ => Ok(()),
        }
    }

    fn subfolder(
        &mut self,
        from: BorrowedFd<'_>,
        to: BorrowedFd<'_>,
        name: &CStr,
        depth: usize,
    ) -> io::Result<()> {
        let below = match rustix::fs::mkdirat(to, name, Mode::from_raw_mode(0o700)) {
            Ok(()) => open_folder(to, name)?,
            Err(Errno::EXIST) => match open_folder(to, name) {
                Ok(folder) => folder,
                Err(_) => {
                    remove(to, name)?;
                    rustix::fs::mkdirat(to, name, Mode::from_raw_mode(0o700))?;
                    let folder = open_folder(to, name)?;
                    // What was there hid a directory below, if there is one.
                    self.mark_opaque(folder.as_fd())?;
                    folder
                }
            },
            Err(errno) => return Err(errno.into()),
        };
        self.folder(open_folder(from, name)?.as_fd(), below.as_fd(), depth + 1)
    }

    fn mark_opaque(&self, folder: BorrowedFd<'_>) -> io::Result<()> {
        match self.marks {
            Marks::Applied => Ok(()),
            Marks::Kept => {
                let flags = rustix::fs::XattrFlags::empty();
                Ok(rustix::fs::fsetxattr(folder, "user.overlay.opaque", b"y", flags)?)
            }
        }
    }

    fn file(&mut self, from: BorrowedFd<'_>, to: BorrowedFd<'_>, name: &CStr, stat: &Stat) -> io::Result<()> {
        if let Some((folder, first)) = self.links.get(&stat.st_ino).filter(|_| stat.st_nlink > 1) {
            return Ok(rustix::fs::linkat(folder, first.as_c_str(), to, name, AtFlags::empty())?);
        }
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let source = rustix::fs::openat(from, name, flags, Mode::empty())?;
        let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let copy = rustix::fs::openat(to, name, flags, Mode::from_raw_mode(0o600))?;
        if rustix::fs::ioctl_ficlone(&copy, &source).is_err() {
            io::copy(
                &mut std::fs::File::from(source.try_clone()?),
                &mut std::fs::File::from(copy.try_clone()?),
            )?;
        }
        keep_attributes(source.as_fd(), copy.as_fd())?;
        if stat.st_nlink > 1 {
            self.links.insert(stat.st_ino, (to.try_clone_to_owned()?, name.to_owned()));
        }
        Ok(())
    }
}

/// Owner, mode, extended attributes and times; what marks an overlay is left behind.
fn keep_attributes(from: BorrowedFd<'_>, to: BorrowedFd<'_>) -> io::Result<()> {
    let stat = rustix::fs::fstat(from)?;
    rustix::fs::fchown(
        to,
        Some(rustix::fs::Uid::from_raw(stat.st_uid)),
        Some(rustix::fs::Gid::from_raw(stat.st_gid)),
    )?;
    rustix::fs::fchmod(to, Mode::from_raw_mode(stat.st_mode & 0o7777))?;
    copy_xattrs(from, to)?;
    Ok(rustix::fs::futimens(to, &times(&stat))?)
}

fn copy_xattrs(from: BorrowedFd<'_>, to: BorrowedFd<'_>) -> io::Result<()> {
    let mut names = vec![0u8; 64 * 1024];
    let count = match rustix::fs::flistxattr(from, &mut names[..]) {
        Ok(count) => count,
        Err(Errno::OPNOTSUPP) => return Ok(()),
        Err(errno) => return Err(errno.into()),
    };
    let mut value = vec![0u8; 64 * 1024];
    for name in names[..count].split(|byte| *byte == 0).filter(|name| !name.is_empty()) {
        if name.starts_with(b"user.overlay.") || name.starts_with(b"system.") {
            continue;
        }
        let length = rustix::fs::fgetxattr(from, name, &mut value[..])?;
        match rustix::fs::fsetxattr(to, name, &value[..length], rustix::fs::XattrFlags::empty()) {
            Ok(()) | Err(Errno::OPNOTSUPP | Errno::PERM) => {}
            Err(errno) => return Err(errno.into()),
        }
    }
    Ok(())
}

fn own(folder: BorrowedFd<'_>, name: &CStr, stat: &Stat) -> io::Result<()> {
    let (user, group) = (rustix::fs::Uid::from_raw(stat.st_uid), rustix::fs::Gid::from_raw(stat.st_gid));
    rustix::fs::chownat(folder, name, Some(user), Some(group), AtFlags::SYMLINK_NOFOLLOW)?;
    Ok(rustix::fs::utimensat(folder, name, &times(stat), AtFlags::SYMLINK_NOFOLLOW)?)
}

fn times(stat: &Stat) -> Timestamps {
    Timestamps {
        last_access: Timespec { tv_sec: stat.st_atime, tv_nsec: stat.st_atime_nsec as i64 },
        last_modification: Timespec { tv_sec: stat.st_mtime, tv_nsec: stat.st_mtime_nsec as i64 },
    }
}

/// Empties a folder.
fn clear(folder: BorrowedFd<'_>) -> io::Result<()> {
    for entry in rustix::fs::Dir::read_from(folder)? {
        let entry = entry?;
        let name = entry.file_name();
        if name != c"." && name != c".." {
            remove(folder, name)?;
        }
    }
    Ok(())
}

/// Removes `name`, whatever it is; nothing need be there.
pub fn remove(folder: BorrowedFd<'_>, name: &CStr) -> io::Result<()> {
    match rustix::fs::unlinkat(folder, name, AtFlags::empty()) {
        Ok(()) | Err(Errno::NOENT) => Ok(()),
        Err(Errno::ISDIR) => {
            clear(open_folder(folder, name)?.as_fd())?;
            Ok(rustix::fs::unlinkat(folder, name, AtFlags::REMOVEDIR)?)
        }
        Err(errno) => Err(errno.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn upper_layers_win_and_hard_links_stay_links() {
        let ground = tempfile::tempdir().unwrap();
        let path = |name: &str| ground.path().join(name);
        fs::create_dir_all(path("low/d")).unwrap();
        fs::create_dir_all(path("high/d")).unwrap();
        fs::create_dir_all(path("target")).unwrap();
        durable(&path("low/d/a"), "low");
        fs::hard_link(path("low/d/a"), path("low/d/b")).unwrap();
        durable(&path("low/x"), "file");
        durable(&path("high/d/a"), "high");
        fs::create_dir_all(path("high/x")).unwrap();
        std::os::unix::fs::symlink("d/a", path("high/link")).unwrap();
        flatten(&[path("low"), path("high")], &path("target")).unwrap();
        assert_eq!(fs::read_to_string(path("target/d/a")).unwrap(), "high");
        assert_eq!(fs::read_to_string(path("target/d/b")).unwrap(), "low");
        assert!(path("target/x").is_dir());
        assert_eq!(fs::read_link(path("target/link")).unwrap(), Path::new("d/a"));
    }

    #[test]
    fn a_directory_where_a_file_was_hides_what_lies_below() {
        let ground = tempfile::tempdir().unwrap();
        let path = |name: &str| ground.path().join(name);
        for folder in ["low", "high/x", "target"] {
            fs::create_dir_all(path(folder)).unwrap();
        }
        durable(&path("low/x"), "file");
        merge(&[path("low"), path("high")], &path("target")).unwrap();
        assert!(is_opaque(open_folder(CWD, path("target/x").as_path()).unwrap().as_fd()));
        fs::create_dir_all(path("flat")).unwrap();
        flatten(&[path("low"), path("high")], &path("flat")).unwrap();
        assert!(!is_opaque(open_folder(CWD, path("flat/x").as_path()).unwrap().as_fd()));
    }

    fn durable(path: &Path, text: &str) {
        crate::durable::replace(path, text.as_bytes()).unwrap();
    }
}
