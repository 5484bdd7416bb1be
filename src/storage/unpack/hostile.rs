//! Layers that want more than a place in the image. A canary beside the target must stay as it is
//! (`Ground::unpack` looks after every one).

use super::tests::{Archive, Ground};
use super::*;
use std::fs;
use std::time::{Duration, Instant};
use tar::EntryType;

fn refused(tar: &[u8]) -> String {
    let error = Ground::new().unpack(tar).expect_err("it must be refused");
    assert_eq!(error.kind, Kind::Invalid, "{error}");
    error.to_string()
}

#[test]
fn names_that_leave_the_root_are_refused_or_stay_inside() {
    for name in ["../canary/file", "a/../../canary/file", "/../canary/file", "..", "a/../.."] {
        refused(&Archive::new().file(name, b"x").end());
        refused(&Archive::new().directory(name).end());
        refused(&Archive::new().symlink(name, "x").end());
    }
    let ground = Ground::new();
    ground.unpack(&Archive::new().file("/canary/file", b"x").end()).unwrap();
    assert_eq!(fs::read(ground.root().join("canary/file")).unwrap(), b"x");
}

#[test]
fn symbolic_links_lead_nowhere_outside() {
    for target in ["../canary", "/canary", "../../../../../..", "/proc/self/root", "..", "/"] {
        let ground = Ground::new();
        let tar = Archive::new().symlink("l", target).file("l/file", b"overwritten").end();
        // In-root or refused: the canary is looked at either way.
        let _ = ground.unpack(&tar);
        let ground = Ground::new();
        let tar = Archive::new().symlink("l", target).entry(EntryType::Directory, "l", "", 0o777, b"").end();
        ground.unpack(&tar).unwrap();
        assert!(fs::symlink_metadata(ground.root().join("l")).unwrap().is_dir());
    }
    let ground = Ground::new();
    let tar = Archive::new().symlink("file", "../canary/file").file("file", b"own").end();
    ground.unpack(&tar).unwrap();
    assert_eq!(fs::read(ground.root().join("file")).unwrap(), b"own");
}

#[test]
fn link_chains_and_loops_end() {
    let mut archive = Archive::new().directory("d");
    for index in 0..100 {
        archive = archive.symlink(&format!("l{}", index + 1), &format!("l{index}"));
    }
    refused(&archive.file("l100/file", b"").end());
    refused(&Archive::new().symlink("a", "b").symlink("b", "a").file("a/file", b"").end());
    refused(&Archive::new().symlink("a", "nowhere").file("a/file", b"").end());
}

#[test]
fn hard_links_only_reach_files_of_the_layer() {
    for link in ["../canary/file", "/canary/file", "canary/file", "", "/", "..", "/etc/passwd"] {
        refused(&Archive::new().hard_link("h", link).end());
    }
    for target in ["../canary", "/canary"] {
        refused(&Archive::new().symlink("l", target).hard_link("h", "l/file").end());
    }
    refused(&Archive::new().directory("d").hard_link("h", "d").end());
    refused(&Archive::new().file(".wh.x", b"").hard_link("h", "x").end());
}

#[test]
fn a_hard_link_to_a_symbolic_link_is_not_followed() {
    let ground = Ground::new();
    let tar = Archive::new()
        .symlink("l", "../canary/file")
        .hard_link("h", "l")
        .file("h", b"own")
        .hard_link("h", "h")
        .end();
    ground.unpack(&tar).unwrap();
    assert_eq!(fs::read(ground.root().join("h")).unwrap(), b"own");
}

#[test]
fn the_root_is_a_directory() {
    for name in [".", "./", "/", "", "a/.."] {
        for kind in [EntryType::Symlink, EntryType::Regular, EntryType::Link, EntryType::Fifo] {
            // A regular file whose name ends in a slash is an old way to say directory.
            if !(kind == EntryType::Regular && name.ends_with('/')) {
                refused(&Archive::new().entry(kind, name, "../canary", 0o777, b"").end());
            }
        }
    }
}

#[test]
fn files_below_files_are_refused() {
    refused(&Archive::new().file("a", b"").file("a/b", b"").end());
}

#[test]
fn twenty_thousand_opaque_markers_take_linear_time() {
    let mut archive = Archive::new();
    for _ in 0..20_000 {
        archive = archive.file("d/.wh..wh..opq", b"");
    }
    let tar = archive.end();
    let start = Instant::now();
    Ground::new().unpack(&tar).unwrap();
    assert!(start.elapsed() < Duration::from_secs(2), "{:?}", start.elapsed());
}

#[test]
fn directories_replaced_again_and_again_take_linear_time() {
    let mut archive = Archive::new();
    for _ in 0..500 {
        archive = archive.file("d/e/f", b"").symlink("d", "x").directory("d");
    }
    let tar = archive.end();
    let start = Instant::now();
    Ground::new().unpack(&tar).unwrap();
    assert!(start.elapsed() < Duration::from_secs(4), "{:?}", start.elapsed());
}

#[test]
fn a_path_of_a_thousand_parts_is_a_path() {
    let name = "d/".repeat(1000) + "file";
    let ground = Ground::new();
    ground.unpack(&Archive::new().long_name(&name).file("short", b"x").end()).unwrap();
    assert_eq!(fs::read(ground.root().join(&name)).unwrap(), b"x");
    refused(&Archive::new().long_name(&"d/".repeat(3000)).file("short", b"x").end());
    refused(&Archive::new().long_name(&"d".repeat(256)).file("short", b"x").end());
}

#[test]
fn limits_hold() {
    let ground = Ground::new();
    let limits = Limits { entries: 10, bytes: 1000 };
    let tar = Archive::new().file("a", &[1; 600]).file("b", &[1; 600]).end();
    assert_eq!(ground.unpack_within(&tar, limits).unwrap_err().kind, Kind::Denied);
    let tar = Archive::new().file("1/2/3/4/5/6/7/8/9/10", b"").file("b", b"").end();
    assert_eq!(ground.unpack_within(&tar, limits).unwrap_err().kind, Kind::Invalid);
    let huge = Archive::new()
        .pax(&[("GNU.sparse.map", b"0,1"), ("GNU.sparse.size", b"9223372036854775807")])
        .file("sparse", b"x")
        .end();
    assert_eq!(ground.unpack_within(&huge, limits).unwrap_err().kind, Kind::Denied);
}

#[test]
fn extended_headers_have_a_limit() {
    let value = vec![b'x'; 2 << 20];
    refused(&Archive::new().pax(&[("SCHILY.xattr.user.x", &value)]).file("f", b"").end());
    // A size nobody allocates for, and no data behind it.
    let mut header = tar::Header::new_gnu();
    header.set_entry_type(EntryType::GNULongName);
    header.set_size(1 << 40);
    header.set_cksum();
    refused(header.as_bytes());
}

#[test]
fn odd_attributes_are_left_out_without_harm() {
    let long = format!("SCHILY.xattr.user.{}", "n".repeat(300));
    let value = vec![b'x'; 100 * 1024];
    let tar = Archive::new()
        .pax(&[
            ("SCHILY.xattr.", b"x"),
            ("SCHILY.xattr.user.", b"x"),
            ("SCHILY.xattr.user.a\0b", b"x"),
            (&long, b"x"),
            ("SCHILY.xattr.user.big", &value),
        ])
        .file("f", b"")
        .end();
    assert_eq!(Ground::new().unpack(&tar).unwrap().skipped_count, 4);
}

#[test]
fn the_size_in_a_pax_header_is_the_size() {
    // Readers that believe the plain header see a file `smuggled`, which is data here.
    let inner = Archive::new().file("smuggled", b"").end();
    let mut tar = Archive::new().pax(&[("size", inner.len().to_string().as_bytes())]).end();
    tar.truncate(tar.len() - 1024);
    let mut header = tar::Header::new_gnu();
    header.as_old_mut().name[..5].copy_from_slice(b"outer");
    header.set_entry_type(EntryType::Regular);
    header.set_mode(0o644);
    header.set_uid(0);
    header.set_gid(0);
    header.set_size(0);
    header.set_cksum();
    tar.extend(header.as_bytes());
    tar.extend(&inner);
    tar.extend([0; 1024]);
    let ground = Ground::new();
    ground.unpack(&tar).unwrap();
    assert_eq!(fs::read(ground.root().join("outer")).unwrap(), inner);
    assert!(!ground.root().join("smuggled").exists());
}

#[test]
fn what_readers_disagree_about_is_refused() {
    refused(&Archive::new().entry(EntryType::Directory, "d", "", 0o755, b"data").end());
    refused(&Archive::new().entry(EntryType::Symlink, "d", "x", 0o755, b"data").end());
    refused(&Archive::new().entry(EntryType::XGlobalHeader, "g", "", 0, b"10 path=x\n").file("f", b"").end());
    refused(&Archive::new().long_name("one").pax(&[("path", b"two")]).file("f", b"").end());
    refused(&Archive::new().long_name("one").long_name("two").file("f", b"").end());
    refused(&Archive::new().long_name("one").end());
    refused(&Archive::new().pax(&[("size", b"-1")]).file("f", b"").end());
    refused(&Archive::new().entry(EntryType::new(b'V'), "volume", "", 0, b"").end());
    let zero_between = [&[0u8; 512][..], &Archive::new().file("f", b"").end()].concat();
    refused(&zero_between);
}

#[test]
fn owners_that_are_none_are_refused() {
    refused(&Archive::new().pax(&[("uid", b"4294967295")]).file("f", b"").end());
    refused(&Archive::new().pax(&[("gid", b"18446744073709551615")]).file("f", b"").end());
}

#[test]
fn archives_that_end_early_are_errors_and_garbage_after_the_end_is_none() {
    let tar = Archive::new().file("f", &[7; 2000]).end();
    for length in [1, 100, 511, 513, 1500, 2511] {
        assert!(Ground::new().unpack(&tar[..length]).is_err(), "{length}");
    }
    let garbage = [&tar[..], &[0xaa; 5000]].concat();
    Ground::new().unpack(&garbage).unwrap();
}

#[test]
fn names_need_not_be_text() {
    use std::os::unix::ffi::OsStrExt;
    let ground = Ground::new();
    let mut header = tar::Header::new_gnu();
    header.as_old_mut().name[..3].copy_from_slice(b"\xff\xfe\x01");
    header.set_mode(0o644);
    header.set_uid(0);
    header.set_gid(0);
    header.set_size(0);
    header.set_cksum();
    ground.unpack(header.as_bytes()).unwrap();
    assert!(ground.root().join(std::ffi::OsStr::from_bytes(b"\xff\xfe\x01")).exists());
}

#[test]
fn headers_changed_at_random_never_panic() {
    let tar = Archive::new()
        .pax(&[("mtime", b"1.5"), ("SCHILY.xattr.user.a", b"b")])
        .file("file", &[1; 700])
        .long_name(&"n".repeat(150))
        .symlink("l", "file")
        .hard_link("h", "file")
        .file("d/.wh.x", b"")
        .end();
    let mut state = 0x9e37_79b9_7f4a_7c15u64;
    for _ in 0..1500 {
        let mut changed = tar.clone();
        for _ in 0..3 {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            let at = usize::try_from(state >> 20).unwrap() % changed.len();
            changed[at] = state as u8;
        }
        for start in (0..changed.len() - 512).step_by(512) {
            // Right checksums let the changes through to the reader.
            let sum: u32 = changed[start..start + 148]
                .iter()
                .chain(&changed[start + 156..start + 512])
                .map(|b| u32::from(*b))
                .sum();
            if changed[start + 257..start + 262] == *b"ustar" {
                changed[start + 148..start + 156].copy_from_slice(format!("{:06o}\0 ", sum + 256).as_bytes());
            }
        }
        let _ = Ground::new().unpack(&changed);
    }
}
