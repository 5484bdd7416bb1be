//! `ADD` of archives, those of strangers among them.

use super::*;
use std::io::Write;
use tar::{Builder, EntryType, Header};

/// An archive of names that a tar program would not write.
fn archive(entries: &[(&str, EntryType, &str)]) -> Vec<u8> {
    let mut builder = Builder::new(Vec::new());
    for (name, kind, text) in entries {
        let mut header = Header::new_gnu();
        header.as_old_mut().name[..name.len()].copy_from_slice(name.as_bytes());
        header.set_entry_type(*kind);
        header.set_mode(if *kind == EntryType::Directory { 0o751 } else { 0o640 });
        header.set_mtime(1000);
        header.set_uid(7);
        header.set_gid(8);
        if matches!(kind, EntryType::Symlink | EntryType::Link) {
            header.as_old_mut().linkname[..text.len()].copy_from_slice(text.as_bytes());
            header.set_size(0);
            header.set_cksum();
            builder.append(&header, &b""[..]).unwrap();
        } else {
            header.set_size(text.len() as u64);
            header.set_cksum();
            builder.append(&header, text.as_bytes()).unwrap();
        }
    }
    builder.into_inner().unwrap()
}

const FILE: EntryType = EntryType::Regular;
const FOLDER: EntryType = EntryType::Directory;

impl Ground {
    fn add(&self, name: &str, bytes: &[u8], destination: &str) -> Result<Copied> {
        fs::File::create(self.path("context").join(name)).unwrap().write_all(bytes).unwrap();
        self.copy_as(&[name], &Placing { destination, unpack: true, ..placing() })
    }
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

#[test]
fn an_archive_is_known_by_what_it_holds() {
    let plain = archive(&[("x/z", FILE, "z"), ("x/l", EntryType::Symlink, "z")]);
    let mut bzip2 = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::fast());
    bzip2.write_all(&plain).unwrap();
    let mut xz = lzma_rust2::XzWriter::new(Vec::new(), lzma_rust2::XzOptions::with_preset(0)).unwrap();
    xz.write_all(&plain).unwrap();
    let forms = [
        plain.clone(),
        gzip(&plain),
        bzip2.finish().unwrap(),
        xz.finish().unwrap(),
        zstd::encode_all(&plain[..], 1).unwrap(),
    ];
    for form in forms {
        let ground = Ground::new();
        ground.add("download.bin", &form, "/p/q").unwrap();
        let expected = ["p/ 755", "p/q/ 755", "p/q/x/ 755", "p/q/x/l -> z", "p/q/x/z 640"];
        assert_eq!(ground.listed(), expected);
        assert_eq!(ground.about("p/q/x/z").mtime(), 1000);
    }
}

#[test]
fn what_is_no_archive_is_copied() {
    let zeros = [0; 1024];
    let short = archive(&[("x", FILE, "x")])[..500].to_vec();
    let packed = gzip(&archive(&[("x", FILE, "x")]));
    for bytes in
        [&b""[..], b"text", b"\x1f\x8bxx", b"BZh91AY&SYno", &gzip(b"text"), &zeros, &short, &packed[..30]]
    {
        let ground = Ground::new();
        ground.add("file.tar", bytes, "/x/").unwrap();
        assert_eq!(fs::read(ground.path("target/x/file.tar")).unwrap(), bytes);
    }
    let ground = Ground::new();
    let how = Placing { destination: "/x", unpack: false, ..placing() };
    fs::File::create(ground.path("context/a.tgz")).unwrap().write_all(&packed).unwrap();
    ground.copy_as(&["a.tgz"], &how).unwrap();
    assert!(ground.about("x").is_file());
}

#[test]
fn an_archive_is_unpacked_over_what_is_there() {
    let over = |entries: &[(&str, EntryType, &str)]| {
        let ground = Ground::new();
        ground.file("target/x/keep", "k", 0o644);
        ground.file("target/x/sub/in/deep", "k", 0o644);
        ground.link("sub", "target/x/lnk");
        ground.mode("target/x", 0o700);
        ground.add("a.tar", &archive(entries), "/x/").unwrap();
        ground.listed()
    };
    let before = ["x/ 700", "x/keep 644", "x/lnk -> sub", "x/sub/ 755", "x/sub/in/ 755", "x/sub/in/deep 644"];
    assert_eq!(over(&[("./", FOLDER, "")]), before, "the destination stays as it is");
    assert_eq!(over(&[("keep", FOLDER, ""), ("keep/x", FILE, "")])[1..3], ["x/keep/ 751", "x/keep/x 640"]);
    assert_eq!(over(&[("sub", FILE, "")])[3..], ["x/sub 640"], "a file replaces a directory");
    assert_eq!(over(&[("lnk", FOLDER, ""), ("lnk/x", FILE, "")])[2..4], ["x/lnk/ 751", "x/lnk/x 640"]);
    assert_eq!(over(&[("lnk/x", FILE, "")])[6..], ["x/sub/x 640"], "a link on the way is followed");
    assert_eq!(over(&[("sub", FOLDER, "")])[3..5], ["x/sub/ 751", "x/sub/in/ 755"], "directories are merged");
}

#[test]
fn whiteouts_in_an_archive_are_files_like_others() {
    let ground = Ground::new();
    ground.file("target/keep", "k", 0o644);
    let entries = [(".wh.keep", FILE, "w"), ("d/.wh..wh..opq", FILE, ""), ("d/.wh.x", FILE, "")];
    ground.add("a.tar", &archive(&entries), "/").unwrap();
    let expected = [".wh.keep 640", "d/ 755", "d/.wh..wh..opq 640", "d/.wh.x 640", "keep 644"];
    assert_eq!(ground.listed(), expected);
}

#[test]
fn owners_and_time_of_an_archive_can_be_set() {
    let ground = Ground::new();
    let bytes = archive(&[("a/b", FILE, "b"), ("c", FOLDER, ""), ("c/l", EntryType::Symlink, "x")]);
    fs::File::create(ground.path("context/a.tar")).unwrap().write_all(&bytes).unwrap();
    let chmod = Chmod::Octal(0o600);
    let how = Placing {
        destination: "/p/q",
        owner: Some(Owner { uid: 3, gid: 4 }),
        mode: Some(&chmod),
        time: Some(77),
        unpack: true,
        ..placing()
    };
    ground.copy_as(&["a.tar"], &how).unwrap();
    // --chmod is not for archives.
    let expected = ["p/ 755", "p/q/ 755", "p/q/a/ 755", "p/q/a/b 640", "p/q/c/ 751", "p/q/c/l -> x"];
    assert_eq!(ground.listed(), expected);
    for path in ["p", "p/q", "p/q/a", "p/q/a/b", "p/q/c", "p/q/c/l"] {
        assert_eq!(ground.about(path).mtime(), 77, "{path}");
    }
    if gives_away() {
        for path in ["p", "p/q", "p/q/a/b", "p/q/c", "p/q/c/l"] {
            assert_eq!((ground.about(path).uid(), ground.about(path).gid()), (3, 4), "{path}");
        }
        ground.add("b.tar", &bytes, "/r").unwrap();
        assert_eq!((ground.about("r/a/b").uid(), ground.about("r/a").uid()), (7, 0));
    }
}

#[test]
fn hostile_archives_stay_inside() {
    let table: [&[(&str, EntryType, &str)]; 8] = [
        &[("../../canary/x", FILE, "x")],
        &[("a/../../../canary/secret", FILE, "x")],
        &[("/canary/x", FILE, "x")],
        &[("l", EntryType::Symlink, "../../canary"), ("l/secret", FILE, "x")],
        &[("l", EntryType::Symlink, "/proc/self/root"), ("l/secret", FILE, "x")],
        &[("l", EntryType::Link, "../../canary/secret"), ("l", FILE, "x")],
        &[("l", EntryType::Symlink, "../../canary"), ("l", FOLDER, ""), ("l/secret", FILE, "x")],
        &[("a", EntryType::Char, ""), ("a", FILE, "x")],
    ];
    for entries in table {
        let ground = Ground::new();
        let _ = ground.add("a.tar", &archive(entries), "/x/");
        ground.check_canary();
        assert!(ground.listed().iter().all(|line| line.starts_with("x/")), "{entries:?}");
    }
    let ground = Ground::new();
    let whole = archive(&[("x", FILE, &"x".repeat(2000))]);
    let error = ground.add("short.tar", &whole[..1000], "/").unwrap_err().to_string();
    assert!(error.starts_with("unpacking /short.tar: "), "{error}");
    assert!(ground.add("up.tar", &archive(&[("../x", FILE, "")]), "/").is_err());
    assert_eq!(ground.add("file.tar", &whole, "/short.tar/x").map(drop).ok(), Some(()));
    ground.file("target/plain", "", 0o644);
    assert_eq!(
        ground.add("a.tar", &whole, "/plain").unwrap_err().to_string(),
        "mkdir /plain: not a directory"
    );
}
