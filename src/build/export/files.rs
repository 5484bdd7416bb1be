//! Files of a stage into a folder of the caller, as the caller's: by descriptor, and through no symbolic link below it.

use crate::error::{Context, Result};
use crate::storage::flatten::remove;
use rustix::fs::{
    AtFlags, CWD, Dir, FileType, Mode, OFlags, Stat, Timespec, Timestamps, UTIME_OMIT, XattrFlags, fchmod,
    fgetxattr, flistxattr, fsetxattr, linkat, mkdirat, mknodat, openat, readlinkat, renameat, statat,
    symlinkat, utimensat,
};
use rustix::io::Errno;
use std::collections::HashMap;
use std::ffi::{CStr, CString};
use std::fs::File;
use std::io::{self, Read, Write};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::path::Path;

/// Directories nest at most this deep, as in layers.
const DEEPEST: usize = 1024;
/// Bytes that are copied at once.
const BUFFER: usize = 256 * 1024;

/// Copies what is below `tree` into the folder `to`, which is made where there is none. What has the same name there
/// is replaced, everything else stays. Modes and times are kept; devices are left out, since nobody but root may make
/// them. Gives the bytes that were written.
///
/// # Errors
/// Of the file system; what was copied by then stays.
pub(super) fn copy(tree: &Path, to: &Path) -> Result<u64> {
    super::layout::check_folder(to)?;
    std::fs::create_dir_all(to).what(|| format!("making {}", to.display()))?;
    let copied = || -> io::Result<u64> {
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let from = rustix::fs::open(tree, flags, Mode::empty())?;
        let target = openat(CWD, to, flags, Mode::empty())?;
        let root = target.as_fd();
        let mut copying = Copying { root, links: HashMap::new(), buffer: vec![0; BUFFER], bytes: 0 };
        copying.folder(from.as_fd(), root, &mut Vec::new(), 0)?;
        Ok(copying.bytes)
    };
    copied().what(|| format!("copying files into {}", to.display()))
}

struct Copying<'a> {
    root: BorrowedFd<'a>,
    /// Files with several names: the path of the first, by device and inode.
    links: HashMap<(u64, u64), CString>,
    buffer: Vec<u8>,
    bytes: u64,
}

impl Copying<'_> {
    fn folder(
        &mut self,
        from: BorrowedFd<'_>,
        to: BorrowedFd<'_>,
        path: &mut Vec<u8>,
        depth: usize,
    ) -> io::Result<()> {
        if depth > DEEPEST {
            return Err(io::Error::other("directories nest too deep"));
        }
        for entry in Dir::read_from(from)? {
            let entry = entry?;
            let name = entry.file_name();
            if name == c"." || name == c".." {
                continue;
            }
            let length = path.len();
            if length > 0 {
                path.push(b'/');
            }
            path.extend_from_slice(name.to_bytes());
            let copied = self.entry(from, to, name, path, depth);
            path.truncate(length);
            copied?;
        }
        Ok(())
    }

    fn entry(
        &mut self,
        from: BorrowedFd<'_>,
        to: BorrowedFd<'_>,
        name: &CStr,
        path: &mut Vec<u8>,
        depth: usize,
    ) -> io::Result<()> {
        let stat = statat(from, name, AtFlags::SYMLINK_NOFOLLOW)?;
        match FileType::from_raw_mode(stat.st_mode) {
            FileType::Directory => {
                let source = open_folder(from, name)?;
                let target = made_folder(to, name)?;
                self.folder(source.as_fd(), target.as_fd(), path, depth + 1)?;
                copy_xattrs(source.as_fd(), target.as_fd())?;
                fchmod(&target, Mode::from_raw_mode(stat.st_mode & 0o7777))?;
                set_times(to, name, &stat)
            }
            FileType::RegularFile => self.file(from, to, name, path, &stat),
            FileType::Symlink => {
                let target = readlinkat(from, name, Vec::new())?;
                remove(to, name)?;
                symlinkat(target.as_c_str(), to, name)?;
                set_times(to, name, &stat)
            }
            FileType::Fifo => {
                remove(to, name)?;
                mknodat(to, name, FileType::Fifo, Mode::from_raw_mode(stat.st_mode & 0o7777), 0)?;
                set_times(to, name, &stat)
            }
            _ => Ok(()),
        }
    }

    fn file(
        &mut self,
        from: BorrowedFd<'_>,
        to: BorrowedFd<'_>,
        name: &CStr,
        path: &[u8],
        stat: &Stat,
    ) -> io::Result<()> {
        let key = (stat.st_dev, stat.st_ino);
        if let Some(first) = self.links.get(&key).filter(|_| stat.st_nlink > 1) {
            remove(to, name)?;
            return Ok(linkat(self.root, first.as_c_str(), to, name, AtFlags::empty())?);
        }
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
        let mut source = File::from(openat(from, name, flags, Mode::empty())?);
        let temporary = CString::new(crate::durable::temporary_name())?;
        let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let target = File::from(openat(to, &temporary, flags, Mode::from_raw_mode(0o600))?);
        let written = self.contents(&mut source, &target).and_then(|()| {
            copy_xattrs(source.as_fd(), target.as_fd())?;
            fchmod(&target, Mode::from_raw_mode(stat.st_mode & 0o7777))?;
            set_times(to, &temporary, stat)?;
            put(to, &temporary, name)
        });
        if written.is_err() {
            let _ = remove(to, &temporary);
        }
        written?;
        if stat.st_nlink > 1 {
            self.links.insert(key, CString::new(path)?);
        }
        Ok(())
    }

    fn contents(&mut self, source: &mut File, mut target: &File) -> io::Result<()> {
        loop {
            match source.read(&mut self.buffer) {
                Ok(0) => return Ok(()),
                Ok(count) => {
                    target.write_all(&self.buffer[..count])?;
                    self.bytes += count as u64;
                }
                Err(cause) if cause.kind() == io::ErrorKind::Interrupted => {}
                Err(cause) => return Err(cause),
            }
        }
    }
}

fn open_folder(at: BorrowedFd<'_>, name: &CStr) -> io::Result<OwnedFd> {
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    Ok(openat(at, name, flags, Mode::empty())?)
}

/// The folder of that name; what is there and is none goes.
fn made_folder(at: BorrowedFd<'_>, name: &CStr) -> io::Result<OwnedFd> {
    if let Ok(folder) = open_folder(at, name) {
        return Ok(folder);
    }
    remove(at, name)?;
    mkdirat(at, name, Mode::from_raw_mode(0o700))?;
    open_folder(at, name)
}

/// Gives a file its name, which whatever has it loses.
fn put(at: BorrowedFd<'_>, temporary: &CStr, name: &CStr) -> io::Result<()> {
    match renameat(at, temporary, at, name) {
        Err(Errno::ISDIR | Errno::NOTEMPTY | Errno::EXIST) => {
            remove(at, name)?;
            Ok(renameat(at, temporary, at, name)?)
        }
        renamed => Ok(renamed?),
    }
}

fn set_times(at: BorrowedFd<'_>, name: &CStr, stat: &Stat) -> io::Result<()> {
    let times = Timestamps {
        last_access: Timespec { tv_sec: 0, tv_nsec: UTIME_OMIT },
        last_modification: Timespec { tv_sec: stat.st_mtime, tv_nsec: stat.st_mtime_nsec as i64 },
    };
    Ok(utimensat(at, name, &times, AtFlags::SYMLINK_NOFOLLOW)?)
}

/// Attributes that are the user's to give, where the file system has any.
fn copy_xattrs(from: BorrowedFd<'_>, to: BorrowedFd<'_>) -> io::Result<()> {
    let mut list = vec![0u8; 64 * 1024];
    let count = match flistxattr(from, &mut list[..]) {
        Err(Errno::OPNOTSUPP) => return Ok(()),
        count => count?,
    };
    let mut value = vec![0u8; if count == 0 { 0 } else { 64 * 1024 }];
    for name in list[..count].split(|byte| *byte == 0) {
        if !name.starts_with(b"user.") || name.starts_with(b"user.overlay.") {
            continue;
        }
        let length = fgetxattr(from, name, &mut value[..])?;
        match fsetxattr(to, name, &value[..length], XattrFlags::empty()) {
            Ok(()) | Err(Errno::OPNOTSUPP | Errno::PERM | Errno::NOSPC) => {}
            Err(errno) => return Err(errno.into()),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};

    fn write(path: &Path, text: &str) {
        crate::durable::replace(path, text.as_bytes()).unwrap();
    }

    #[test]
    fn what_is_there_is_replaced_or_stays_and_no_link_leads_out() {
        let ground = tempfile::tempdir().unwrap();
        let path = |name: &str| ground.path().join(name);
        for folder in ["tree/d", "tree/e", "tree/f", "out/g", "outside"] {
            fs::create_dir_all(path(folder)).unwrap();
        }
        write(&path("tree/d/a"), "new");
        fs::hard_link(path("tree/d/a"), path("tree/d/b")).unwrap();
        fs::set_permissions(path("tree/d/a"), fs::Permissions::from_mode(0o4755)).unwrap();
        write(&path("tree/e/x"), "inside");
        write(&path("tree/g"), "a file");
        symlink("d/a", path("tree/l")).unwrap();
        write(&path("out/stays"), "old");
        write(&path("out/g/goes"), "old");
        write(&path("out/f"), "old");
        symlink(path("outside"), path("out/e")).unwrap();
        assert_eq!(copy(&path("tree"), &path("out")).unwrap(), 15);
        assert_eq!(fs::read_to_string(path("out/d/b")).unwrap(), "new");
        let metadata = fs::metadata(path("out/d/a")).unwrap();
        assert_eq!((metadata.nlink(), metadata.mode() & 0o7777), (2, 0o4755));
        assert_eq!(metadata.mtime(), fs::metadata(path("tree/d/a")).unwrap().mtime());
        assert!(path("out/stays").exists() && path("out/f").is_dir() && path("out/g").is_file());
        assert!(fs::read_dir(path("outside")).unwrap().next().is_none());
        assert_eq!(fs::read_link(path("out/l")).unwrap(), Path::new("d/a"));
        copy(&path("tree"), &path("out")).unwrap();
        assert!(copy(&path("tree"), &path("out/stays")).is_err());
    }
}
