//! Whatever a layer holds, its skeleton and its tree give the tar it was made of.

use crate::oci::digest::Digest;
use crate::storage::Store;
use crate::storage::layers::{Making, Tar};
use crate::storage::tests::ground;
use std::fs;
use std::io::Read;
use std::path::PathBuf;
use tar::{Builder, EntryType, Header};

struct Ground {
    _base: tempfile::TempDir,
    store: Store,
    making: Making,
}

impl Ground {
    fn new() -> Self {
        let (base, store, making) = ground();
        Self { _base: base, store, making }
    }

    /// Makes a layer of `tar`; false when it is refused.
    fn has_layer(&self, tar: &[u8]) -> bool {
        match self.store.layers().stage(tar, Tar::InSkeleton, &self.making) {
            Ok(staged) => staged.publish().is_ok(),
            Err(_) => false,
        }
    }

    fn again(&self, tar: &[u8]) -> std::io::Result<Vec<u8>> {
        let mut again = Vec::new();
        let layer = self.store.layers().reassemble(&Digest::of(tar), &self.making.map).unwrap();
        { layer }.read_to_end(&mut again)?;
        Ok(again)
    }

    #[track_caller]
    fn gives_back(&self, tar: &[u8]) {
        assert!(self.has_layer(tar));
        assert!(self.again(tar).unwrap() == tar, "another tar came back");
    }

    fn folder(&self, tar: &[u8]) -> PathBuf {
        self.store.layers().diff(&Digest::of(tar), &self.making.map).unwrap().parent().unwrap().to_owned()
    }
}

/// A tar archive, entry by entry.
struct Archive(Builder<Vec<u8>>);

impl Archive {
    fn new() -> Self {
        Self(Builder::new(Vec::new()))
    }

    fn entry(mut self, kind: EntryType, name: &str, link: &str, data: &[u8]) -> Self {
        let mut header = Header::new_gnu();
        header.as_old_mut().name[..name.len()].copy_from_slice(name.as_bytes());
        header.as_old_mut().linkname[..link.len()].copy_from_slice(link.as_bytes());
        header.set_entry_type(kind);
        header.set_mode(0o644);
        header.set_uid(0);
        header.set_gid(0);
        header.set_mtime(1);
        header.set_size(data.len() as u64);
        header.set_cksum();
        self.0.append(&header, data).unwrap();
        self
    }

    fn file(self, name: &str, data: &[u8]) -> Self {
        self.entry(EntryType::Regular, name, "", data)
    }

    fn pax(mut self, records: &[(&str, &[u8])]) -> Self {
        self.0.append_pax_extensions(records.iter().copied()).unwrap();
        self
    }

    /// GNU's old form: the map in the header and in a block after it.
    fn old_sparse(mut self, name: &str) -> Self {
        let mut header = Header::new_gnu();
        header.set_path(name).unwrap();
        header.set_entry_type(EntryType::GNUSparse);
        header.set_mode(0o600);
        header.set_uid(0);
        header.set_gid(0);
        header.set_mtime(1);
        header.set_size(15);
        let gnu = header.as_gnu_mut().unwrap();
        gnu.isextended[0] = 1;
        gnu.realsize[..11].copy_from_slice(b"00000100000");
        for (index, piece) in gnu.sparse.iter_mut().enumerate() {
            piece.offset[..11].copy_from_slice(format!("{:011o}", index * 1000).as_bytes());
            piece.numbytes[..11].copy_from_slice(b"00000000003");
        }
        header.set_cksum();
        let mut block = tar::GnuExtSparseHeader::new();
        block.sparse[0].offset[..11].copy_from_slice(format!("{:011o}", 9000).as_bytes());
        block.sparse[0].numbytes[..11].copy_from_slice(b"00000000003");
        let data = [block.as_bytes(), &b"aaabbbcccdddeee"[..]].concat();
        self.0.append(&header, &data[..]).unwrap();
        self
    }

    fn end(self) -> Vec<u8> {
        self.0.into_inner().unwrap()
    }
}

/// Numbers that look random and are the same each time (xorshift).
struct Numbers(u64);

impl Numbers {
    fn next(&mut self, below: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as usize % below
    }

    fn of<'a, T: ?Sized>(&mut self, all: &[&'a T]) -> &'a T {
        all[self.next(all.len())]
    }

    fn bytes(&mut self) -> Vec<u8> {
        let length = match self.next(8) {
            0 => 0,
            1 => self.next(200_000),
            2 => 512,
            _ => self.next(1500),
        };
        (0..length).map(|_| self.next(256) as u8).collect()
    }
}

/// Few names, so that many entries meet.
const NAMES: &[&str] =
    &["a", "b", "d", "d/a", "./d/b", "d/e", "d/e/f", "/l", "l/a", "l/e/g", "m/n/o", "d/../a"];
const WHITEOUTS: &[&str] = &[".wh.a", "d/.wh.a", "d/.wh..wh..opq", ".wh..wh.plnk", ".wh.d", "m/.wh.n"];

fn random(numbers: &mut Numbers) -> Vec<u8> {
    let mut archive = Archive::new();
    for _ in 0..=numbers.next(14) {
        let name = numbers.of(NAMES);
        let data = numbers.bytes();
        archive = match numbers.next(16) {
            0..=5 => archive.file(name, &data),
            6 => archive.entry(EntryType::Directory, name, "", b""),
            7 => archive.entry(EntryType::Directory, numbers.of(&["d", "d/e", "m/n", "./"]), "", b""),
            8 => archive.entry(EntryType::Symlink, "l", numbers.of(&["d", "/d/e", "m", "d/.."]), b""),
            9 => archive.entry(EntryType::Link, name, numbers.of(NAMES), b""),
            10 => archive.file(numbers.of(WHITEOUTS), if numbers.next(2) == 0 { b"" } else { &data }),
            11 => archive.entry(EntryType::Fifo, name, "", b""),
            12 => archive.entry(EntryType::Char, "dev", "", b""),
            13 => archive
                .pax(&[("path", format!("d/{}", "long".repeat(50)).as_bytes()), ("comment", b"x\ny")])
                .file("short", &data),
            14 => {
                let mut long = format!("m/{}", "name".repeat(40)).into_bytes();
                long.push(0);
                archive.entry(EntryType::GNULongName, "././@LongLink", "", &long).file("short", &data)
            }
            _ => {
                let mut stored = b"2\n0\n4\n1048572\n4\n".to_vec();
                stored.resize(512, 0);
                stored.extend(b"headtail");
                let records: [(&str, &[u8]); 4] = [
                    ("GNU.sparse.major", b"1"),
                    ("GNU.sparse.minor", b"0"),
                    ("GNU.sparse.name", name.as_bytes()),
                    ("GNU.sparse.realsize", b"1048576"),
                ];
                archive.pax(&records).file("GNUSparseFile.0/x", &stored)
            }
        };
    }
    let mut tar = archive.end();
    match numbers.next(4) {
        0 => tar.truncate(tar.len() - 1024),
        1 => tar.extend(numbers.bytes()),
        2 => tar.resize(tar.len().next_multiple_of(10_240), 0),
        _ => {}
    }
    tar
}

#[test]
fn any_archive_that_is_taken_comes_back_byte_for_byte() {
    let ground = Ground::new();
    let mut numbers = Numbers(0x9e37_79b9_7f4a_7c15);
    let mut taken = 0;
    for round in 0..600 {
        let tar = random(&mut numbers);
        if ground.has_layer(&tar) {
            taken += 1;
            assert!(ground.again(&tar).unwrap() == tar, "round {round}");
        }
    }
    assert!(taken > 150, "only {taken} archives were taken");
}

#[test]
fn what_an_archive_replaces_itself_is_kept() {
    let ground = Ground::new();
    ground.gives_back(&Archive::new().file("a", b"first").file("a", b"second").file("a", b"").end());
    let linked = Archive::new().file("a", b"one").entry(EntryType::Link, "b", "a", b"");
    ground.gives_back(&linked.file("a", b"two").file("b", b"three").end());
    let deep = Archive::new().file("d/e/f", b"deep").file("d/e/g", b"deeper").file("d/h", b"x");
    ground.gives_back(&deep.file("d", b"a file").file("d", b"another").end());
    let own = Archive::new().file("d/f", b"content").entry(EntryType::Link, "d", "d/f", b"");
    ground.gives_back(&own.end());
    let through = Archive::new().entry(EntryType::Symlink, "l", "r", b"").file("r/f", b"1");
    ground.gives_back(&through.file("l/f", b"22").file("l/g", b"333").file("l", b"4444").end());
}

#[test]
fn sparse_files_come_back_as_they_were_stored() {
    let ground = Ground::new();
    let tar = Archive::new().old_sparse("sparse").end();
    ground.gives_back(&tar);
    let sparse = fs::metadata(ground.folder(&tar).join("diff/sparse")).unwrap();
    assert_eq!(sparse.len(), 0o100_000);
    let older = [("GNU.sparse.map", &b"0,2,10,2"[..]), ("GNU.sparse.size", b"20")];
    ground.gives_back(&Archive::new().pax(&older).file("older", b"abcd").end());
}

#[test]
fn contents_are_not_kept_twice() {
    let ground = Ground::new();
    let mut numbers = Numbers(7);
    let noise: Vec<u8> = (0..1_000_000).map(|_| numbers.next(256) as u8).collect();
    let tar = Archive::new().file("noise", &noise).end();
    ground.gives_back(&tar);
    assert!(fs::metadata(ground.folder(&tar).join("skeleton")).unwrap().len() < 1000);
}

#[test]
fn a_tree_that_has_changed_is_told_and_not_given() {
    let ground = Ground::new();
    let tar = Archive::new().file("d/f", b"content").end();
    ground.gives_back(&tar);
    let file = ground.folder(&tar).join("diff/d/f");
    let told = |how: &str| {
        let error = ground.again(&tar).unwrap_err().to_string();
        assert!(error.contains("`d/f`") && error.contains(how), "{error}");
    };
    fs::OpenOptions::new().append(true).open(&file).unwrap().set_len(3).unwrap();
    told("is not as long as it was");
    fs::remove_file(&file).unwrap();
    told("No such file");
    std::os::unix::fs::symlink("/etc/passwd", &file).unwrap();
    told("symbolic link");
    let skeleton = ground.folder(&tar).join("skeleton");
    let half = fs::metadata(&skeleton).unwrap().len() / 2;
    fs::OpenOptions::new().write(true).open(&skeleton).unwrap().set_len(half).unwrap();
    let error = ground.store.layers().reassemble(&Digest::of(&tar), &ground.making.map).unwrap_err();
    assert!(error.to_string().contains("skeleton"), "{error}");
}
