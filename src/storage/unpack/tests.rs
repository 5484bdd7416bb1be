//! What layers of honest images become, and the tools both test files use.

use super::*;
use crate::error::Result;
use rustix::fs::{Mode, OFlags, open};
use std::fs;
use std::os::unix::fs::{FileTypeExt, MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use tar::{Builder, EntryType, Header};

/// A directory to unpack into, and beside it one that must stay as it is.
pub(super) struct Ground {
    base: tempfile::TempDir,
}

impl Ground {
    pub(super) fn new() -> Self {
        let base = tempfile::tempdir().unwrap();
        for name in ["root", "trash", "canary"] {
            fs::create_dir(base.path().join(name)).unwrap();
        }
        let canary = fs::File::create(base.path().join("canary/file")).unwrap();
        canary.set_permissions(fs::Permissions::from_mode(0o640)).unwrap();
        std::io::Write::write_all(&mut &canary, b"untouched").unwrap();
        Self { base }
    }

    pub(super) fn root(&self) -> PathBuf {
        self.base.path().join("root")
    }

    fn directory(&self, name: &str) -> OwnedFd {
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        open(self.base.path().join(name), flags, Mode::empty()).unwrap()
    }

    pub(super) fn unpack(&self, tar: &[u8]) -> Result<Unpacked> {
        self.unpack_within(tar, Limits { entries: 100_000, bytes: 64 << 20 })
    }

    pub(super) fn unpack_within(&self, tar: &[u8], limits: Limits) -> Result<Unpacked> {
        let target = Target { root: self.directory("root"), trash: self.directory("trash") };
        let mut owners = match rustix::process::geteuid().is_root() {
            true => Owners::Applied,
            false => self.recorded(),
        };
        let result = unpack(tar, target, &mut owners, limits);
        self.check_canary();
        if result.is_ok() {
            assert_eq!(self.compare(tar), Differences::new());
        }
        result
    }

    pub(super) fn compare(&self, tar: &[u8]) -> Differences {
        compare(tar, self.directory("root"), Depth::Full, rustix::process::geteuid().is_root()).unwrap()
    }

    pub(super) fn recorded(&self) -> Owners {
        Owners::Recorded(std::io::BufWriter::new(fs::File::create(self.base.path().join("owners")).unwrap()))
    }

    fn check_canary(&self) {
        let canary = self.base.path().join("canary");
        assert_eq!(fs::read_dir(&canary).unwrap().count(), 1);
        let file = fs::symlink_metadata(canary.join("file")).unwrap();
        assert_eq!((file.mode() & 0o7777, file.nlink(), file.len()), (0o640, 1, 9));
        assert_eq!(fs::read(canary.join("file")).unwrap(), b"untouched");
        let mut names: Vec<_> =
            fs::read_dir(self.base.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        names.retain(|name| name != "owners");
        assert_eq!(names.len(), 3, "{names:?}");
    }
}

/// A tar archive, entry by entry, of names a tar program would not write.
pub(super) struct Archive(Builder<Vec<u8>>);

impl Archive {
    pub(super) fn new() -> Self {
        Self(Builder::new(Vec::new()))
    }

    pub(super) fn entry(mut self, kind: EntryType, name: &str, link: &str, mode: u32, data: &[u8]) -> Self {
        let mut header = Header::new_gnu();
        header.as_old_mut().name[..name.len().min(100)]
            .copy_from_slice(&name.as_bytes()[..name.len().min(100)]);
        header.as_old_mut().linkname[..link.len()].copy_from_slice(link.as_bytes());
        header.set_entry_type(kind);
        header.set_mode(mode);
        header.set_uid(0);
        header.set_gid(0);
        header.set_mtime(1_000_000_000);
        header.set_size(data.len() as u64);
        header.set_cksum();
        self.0.append(&header, data).unwrap();
        self
    }

    pub(super) fn long_name(self, name: &str) -> Self {
        let mut name = name.as_bytes().to_vec();
        name.push(0);
        self.entry(EntryType::GNULongName, "././@LongLink", "", 0, &name)
    }

    pub(super) fn file(self, name: &str, data: &[u8]) -> Self {
        self.entry(EntryType::Regular, name, "", 0o644, data)
    }

    pub(super) fn directory(self, name: &str) -> Self {
        self.entry(EntryType::Directory, name, "", 0o755, b"")
    }

    pub(super) fn symlink(self, name: &str, link: &str) -> Self {
        self.entry(EntryType::Symlink, name, link, 0o777, b"")
    }

    pub(super) fn hard_link(self, name: &str, link: &str) -> Self {
        self.entry(EntryType::Link, name, link, 0o644, b"")
    }

    pub(super) fn pax(mut self, records: &[(&str, &[u8])]) -> Self {
        self.0.append_pax_extensions(records.iter().copied()).unwrap();
        self
    }

    pub(super) fn end(self) -> Vec<u8> {
        self.0.into_inner().unwrap()
    }
}

fn is_hidden(path: &Path) -> bool {
    let file = fs::symlink_metadata(path).unwrap();
    file.file_type().is_char_device() && file.rdev() == 0
}

fn is_opaque(path: &Path) -> bool {
    let mut value = [0u8; 4];
    rustix::fs::lgetxattr(path, "user.overlay.opaque", &mut value[..])
        .is_ok_and(|length| &value[..length] == b"y")
}

#[test]
fn files_directories_and_links_arrive_as_they_were() {
    let ground = Ground::new();
    let tar = Archive::new()
        .directory("./")
        .entry(EntryType::Directory, "bin/", "", 0o751, b"")
        .entry(EntryType::Regular, "bin/tool", "", 0o4755, b"#!")
        .symlink("sbin", "bin")
        .file("sbin/through", b"in-root")
        .hard_link("bin/other", "bin/tool")
        .entry(EntryType::Fifo, "pipe", "", 0o600, b"")
        .end();
    let unpacked = ground.unpack(&tar).unwrap();
    assert_eq!((unpacked.size, unpacked.entries, unpacked.skipped_count), (9, 7, 0));
    let root = ground.root();
    let tool = fs::metadata(root.join("bin/tool")).unwrap();
    assert_eq!((tool.mode() & 0o7777, tool.nlink(), tool.mtime()), (0o4755, 2, 1_000_000_000));
    assert_eq!(fs::read(root.join("bin/through")).unwrap(), b"in-root");
    assert_eq!(fs::read_link(root.join("sbin")).unwrap(), Path::new("bin"));
    assert!(fs::symlink_metadata(root.join("pipe")).unwrap().file_type().is_fifo());
    let bin = fs::metadata(root.join("bin")).unwrap();
    assert_eq!(
        (bin.mode() & 0o7777, bin.mtime()),
        (0o751, 1_000_000_000),
        "children did not change its time"
    );
    assert_eq!(fs::metadata(&root).unwrap().mtime(), 1_000_000_000);
}

#[test]
fn whiteouts_become_what_overlayfs_reads() {
    let ground = Ground::new();
    let tar = Archive::new()
        .directory("etc")
        .file("etc/.wh.gone", b"")
        .file("etc/.wh..wh..opq", b"")
        .file(".wh..wh.plnk", b"")
        .file("etc/.wh.again", b"")
        .directory("etc/again")
        .file(".wh.implied", b"")
        .file("implied/file", b"x")
        .file("kept", b"x")
        .file(".wh.kept", b"")
        .end();
    ground.unpack(&tar).unwrap();
    let root = ground.root();
    assert!(is_hidden(&root.join("etc/gone")));
    assert!(is_opaque(&root.join("etc")));
    assert!(is_opaque(&root.join("etc/again")), "deleted and made anew: nothing shows through");
    assert!(is_opaque(&root.join("implied")));
    assert_eq!(fs::read(root.join("kept")).unwrap(), b"x");
    assert!(!root.join(".wh..wh.plnk").exists());
}

#[test]
fn entries_replace_what_has_their_name() {
    let ground = Ground::new();
    let tar = Archive::new()
        .file("a", b"1")
        .file("a", b"22")
        .file("d/e/f", b"x")
        .file("d", b"a file now")
        .file("f", b"x")
        .directory("f")
        .file("f/g", b"below")
        .symlink("l", "f")
        .directory("l")
        .file("l/own", b"")
        .end();
    ground.unpack(&tar).unwrap();
    let root = ground.root();
    assert_eq!(fs::read(root.join("a")).unwrap(), b"22");
    assert_eq!(fs::read(root.join("d")).unwrap(), b"a file now");
    assert_eq!(fs::read(root.join("f/g")).unwrap(), b"below");
    assert!(fs::symlink_metadata(root.join("l")).unwrap().is_dir());
    assert!(!root.join("f/own").exists());
}

#[test]
fn pax_gives_sizes_times_names_and_capabilities() {
    let ground = Ground::new();
    let mut capability = vec![1u8, 0, 0, 2, 0, 0x20, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
    capability[4] = b'\n';
    let tar = Archive::new()
        .pax(&[
            ("path", "näme\nwith newline".as_bytes()),
            ("mtime", b"1500000000.123456789"),
            ("SCHILY.xattr.security.capability", &capability),
            ("SCHILY.xattr.user.note", b"a\nb"),
            ("SCHILY.xattr.user.overlay.opaque", b"y"),
            ("SCHILY.xattr.trusted.overlay.redirect", b"/etc"),
        ])
        .file("short", b"data")
        .end();
    let unpacked = ground.unpack(&tar).unwrap();
    let path = ground.root().join("näme\nwith newline");
    let file = fs::metadata(&path).unwrap();
    assert_eq!((file.mtime(), file.mtime_nsec()), (1_500_000_000, 123_456_789));
    let mut names = [0u8; 256];
    let length = rustix::fs::llistxattr(&path, &mut names[..]).unwrap();
    let names = String::from_utf8_lossy(&names[..length]).into_owned();
    assert!(!names.contains("overlay"), "{names}");
    assert!(names.contains("user.note"), "{names}");
    assert!(names.contains("security.capability") || unpacked.skipped_count > 0, "{names}");
}

#[test]
fn sparse_files_keep_their_holes() {
    let ground = Ground::new();
    let mut data = b"2\n0\n4\n1048572\n4\n".to_vec();
    data.resize(512, 0);
    data.extend(b"headtail");
    let tar = Archive::new()
        .pax(&[
            ("GNU.sparse.major", b"1"),
            ("GNU.sparse.minor", b"0"),
            ("GNU.sparse.name", b"sparse"),
            ("GNU.sparse.realsize", b"1048576"),
        ])
        .file("GNUSparseFile.0/sparse", &data)
        .pax(&[("GNU.sparse.map", b"0,2,10,2"), ("GNU.sparse.size", b"20")])
        .file("older", b"abcd")
        .end();
    assert_eq!(ground.unpack(&tar).unwrap().size, 12);
    let bytes = fs::read(ground.root().join("sparse")).unwrap();
    assert_eq!(
        (bytes.len(), &bytes[..5], &bytes[bytes.len() - 5..]),
        (1 << 20, &b"head\0"[..], &b"\0tail"[..])
    );
    assert_eq!(fs::read(ground.root().join("older")).unwrap(), b"ab\0\0\0\0\0\0\0\0cd\0\0\0\0\0\0\0\0");
}

#[test]
fn with_one_id_owners_are_written_down() {
    let ground = Ground::new();
    let tar = Archive::new()
        .directory("real")
        .symlink("link", "real")
        .pax(&[("uid", b"1000"), ("gid", b"70000")])
        .file("link/file", b"")
        .end();
    let target = Target { root: ground.directory("root"), trash: ground.directory("trash") };
    unpack(&tar[..], target, &mut ground.recorded(), Limits::default()).unwrap();
    let table = fs::read(ground.base.path().join("owners")).unwrap();
    assert_eq!(table, b"0 0 real\x000 0 link\x001000 70000 real/file\x00");
}

#[test]
fn devices_are_skipped_and_told() {
    let ground = Ground::new();
    let tar = Archive::new().entry(EntryType::Char, "dev/null", "", 0o666, b"").end();
    let unpacked = ground.unpack(&tar).unwrap();
    assert_eq!(unpacked.skipped, ["dev/null: a device"]);
    assert!(!ground.root().join("dev/null").exists(), "a device 0:0 would be a forged whiteout");
}

#[test]
fn empty_layers_are_layers() {
    for tar in [Vec::new(), vec![0; 1024], vec![0; 10240]] {
        assert_eq!(Ground::new().unpack(&tar).unwrap().entries, 0);
    }
}
