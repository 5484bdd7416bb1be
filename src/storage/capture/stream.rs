//! Trees as they are seen, in one tar: what `build --output type=tar` gives. Nothing of an overlay is left in it.

use super::header::{BLOCK, Entry};
use super::walk::{BUFFER, DEEPEST, names, xattrs};
use rustix::fs::{AtFlags, FileType, Mode, OFlags, Stat, openat, readlinkat, statat};
use std::collections::HashMap;
use std::ffi::CStr;
use std::fs::File;
use std::io::{self, Read, Write};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

/// A tar in the making. Sorted by name in each folder; sockets are left out, no tar has them.
#[derive(Debug)]
pub struct Stream<W> {
    output: W,
    /// Files with several names: the first, by device and inode.
    links: HashMap<(u64, u64), Vec<u8>>,
    buffer: Vec<u8>,
    written: u64,
}

impl<W: Write> Stream<W> {
    /// Writes to `output`.
    pub fn new(output: W) -> Self {
        Self { output, links: HashMap::new(), buffer: vec![0; BUFFER], written: 0 }
    }

    /// Bytes so far.
    pub fn written(&self) -> u64 {
        self.written
    }

    /// All that is below `root`, with names that begin with the folder `prefix`, unless that is empty.
    pub fn tree(&mut self, root: &OwnedFd, prefix: &str) -> io::Result<()> {
        let mut path = prefix.as_bytes().to_vec();
        if !path.is_empty() {
            let stat = statat(root, c".", AtFlags::empty())?;
            self.put(&Entry::of(&path, &stat, stat.st_mtime).bytes()?)?;
        }
        self.links.clear();
        self.folder(root.as_fd(), &mut path, 0)
    }

    /// The end of the tar.
    pub fn finish(mut self) -> io::Result<u64> {
        self.put(&[0; 2 * BLOCK])?;
        self.output.flush()?;
        Ok(self.written)
    }

    fn folder(&mut self, folder: BorrowedFd<'_>, path: &mut Vec<u8>, depth: usize) -> io::Result<()> {
        if depth > DEEPEST {
            return Err(io::Error::other("directories nest too deep"));
        }
        for name in names(folder)? {
            let length = path.len();
            if length > 0 {
                path.push(b'/');
            }
            path.extend_from_slice(name.to_bytes());
            let entered = self.entry(folder, &name, path, depth);
            path.truncate(length);
            entered?;
        }
        Ok(())
    }

    fn entry(
        &mut self,
        folder: BorrowedFd<'_>,
        name: &CStr,
        path: &mut Vec<u8>,
        depth: usize,
    ) -> io::Result<()> {
        let stat = statat(folder, name, AtFlags::SYMLINK_NOFOLLOW)?;
        let entry = |path| Entry::of(path, &stat, stat.st_mtime);
        match FileType::from_raw_mode(stat.st_mode) {
            FileType::Directory => {
                let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
                let opened = openat(folder, name, flags, Mode::empty())?;
                let bytes = Entry { xattrs: &xattrs(opened.as_fd())?, ..entry(&path[..]) }.bytes()?;
                self.put(&bytes)?;
                self.folder(opened.as_fd(), path, depth + 1)
            }
            FileType::RegularFile => self.file(folder, name, path, &stat),
            FileType::Symlink => {
                let target = readlinkat(folder, name, Vec::new())?;
                self.put(&Entry { link: target.as_bytes(), ..entry(&path[..]) }.bytes()?)
            }
            FileType::Socket => Ok(()),
            // A mark of an overlay that nothing lies below of.
            FileType::CharacterDevice if stat.st_rdev == 0 => Ok(()),
            _ => self.put(&entry(&path[..]).bytes()?),
        }
    }

    fn file(&mut self, folder: BorrowedFd<'_>, name: &CStr, path: &[u8], stat: &Stat) -> io::Result<()> {
        let entry = Entry::of(path, stat, stat.st_mtime);
        if stat.st_nlink > 1 {
            let key = (stat.st_dev, stat.st_ino);
            if let Some(first) = self.links.get(&key) {
                let bytes = Entry { kind: tar::EntryType::Link, link: first, ..entry }.bytes()?;
                return self.put(&bytes);
            }
            self.links.insert(key, path.to_vec());
        }
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
        let mut file = File::from(openat(folder, name, flags, Mode::empty())?);
        let size = stat.st_size as u64;
        self.put(&Entry { size, xattrs: &xattrs(file.as_fd())?, ..entry }.bytes()?)?;
        let mut rest = size;
        while rest > 0 {
            let want = self.buffer.len().min(usize::try_from(rest).unwrap_or(usize::MAX));
            let count = match file.read(&mut self.buffer[..want]) {
                Ok(0) => return Err(io::Error::other("a file became shorter while it was read")),
                Ok(count) => count,
                Err(cause) if cause.kind() == io::ErrorKind::Interrupted => continue,
                Err(cause) => return Err(cause),
            };
            self.output.write_all(&self.buffer[..count])?;
            self.written += count as u64;
            rest -= count as u64;
        }
        let padding = size.next_multiple_of(BLOCK as u64) - size;
        self.put(&[0; BLOCK][..padding as usize])
    }

    fn put(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.output.write_all(bytes)?;
        self.written += bytes.len() as u64;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use std::path::Path;

    #[test]
    fn a_tree_becomes_a_tar_with_links_and_without_sockets() {
        let ground = tempfile::tempdir().unwrap();
        let root = ground.path();
        fs::create_dir(root.join("d")).unwrap();
        crate::durable::replace(&root.join("d/a"), b"text").unwrap();
        fs::hard_link(root.join("d/a"), root.join("d/b")).unwrap();
        std::os::unix::fs::symlink("a", root.join("d/l")).unwrap();
        let _socket = std::os::unix::net::UnixListener::bind(root.join("s")).unwrap();
        let mut stream = Stream::new(Vec::new());
        let open = OwnedFd::from(File::open(root).unwrap());
        stream.tree(&open, "linux_amd64").unwrap();
        let mut bytes = std::mem::take(&mut stream.output);
        bytes.extend([0; 2 * BLOCK]);
        let mut archive = tar::Archive::new(&bytes[..]);
        let told: Vec<String> = archive
            .entries()
            .unwrap()
            .map(|entry| {
                let entry = entry.unwrap();
                let link = entry.link_name().unwrap().map(|link| link.display().to_string());
                format!("{} {}", entry.path().unwrap().display(), link.unwrap_or_default())
            })
            .collect();
        assert_eq!(
            told,
            [
                "linux_amd64/ ",
                "linux_amd64/d/ ",
                "linux_amd64/d/a ",
                "linux_amd64/d/b linux_amd64/d/a",
                "linux_amd64/d/l a"
            ]
        );
        assert!(Path::new(root).exists());
    }
}
