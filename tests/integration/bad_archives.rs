//! Archives that are damaged, hostile, or whose loading is cut off: nothing half is ever seen.

use crate::support::archives::{Archive, Item, LAYOUTS, Layout, PACKINGS, Packing, RichLayer};
use crate::support::{Layer, Output, Rcon, kill_hard};
use serde_json::json;
use std::time::{Duration, Instant};
use tar::EntryType;

#[track_caller]
fn load(rcon: &Rcon, archive: impl Into<Vec<u8>>) -> Output {
    rcon.call(["load"]).stdin(archive).done()
}

/// Names in the folders of the store that hold images.
fn stored(rcon: &Rcon) -> Vec<String> {
    let folders = ["s/layers", "s/images/blobs/sha256", "s/images/records", "s/images/tags"];
    let entries = folders.into_iter().flat_map(|folder| {
        let entries = std::fs::read_dir(rcon.path(folder)).into_iter().flatten().flatten();
        entries.map(move |entry| format!("{folder}/{}", entry.file_name().to_string_lossy()))
    });
    entries.collect()
}

/// The load was refused with words, and nothing of it is left.
#[track_caller]
fn refused(rcon: &Rcon, out: &Output) {
    out.exits(1).stdout("");
    assert!(out.said().starts_with("rcon: ") || out.said().starts_with("Error: "), "no words\n{out}");
    rcon.run(["images", "-aq"]).exits(0).stdout("");
    assert_eq!(stored(rcon), [""; 0], "left behind\n{out}");
}

fn sample() -> Archive {
    let noise: Vec<u8> = (0..20_000u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
    Archive::busybox("sample").layer(Layer::new().file("noise", 0o644, noise))
}

#[test]
fn an_archive_cut_off_is_refused_in_every_layout_and_packing() {
    let rcon = Rcon::new();
    for layout in LAYOUTS {
        let whole = sample().write(layout);
        for packing in PACKINGS {
            let packed = packing.pack(&whole);
            for part in [7, packed.len() / 3, packed.len() - 2000.min(packed.len() / 2)] {
                refused(&rcon, &load(&rcon, &packed[..part]));
                let file = rcon.file("cut", &packed[..part]);
                refused(&rcon, &rcon.run(["load", "-i", &file]));
            }
        }
    }
}

#[test]
fn a_flipped_bit_is_refused_or_changes_no_file() {
    for layout in
        [Layout::DockerOld, Layout::DockerNew, Layout::Oci(Packing::Gzip), Layout::Oci(Packing::Zstd)]
    {
        let rcon = Rcon::new();
        let image = sample();
        let whole = image.write(layout);
        for step in 0..20 {
            let at = whole.len() / 20 * step + step * 37 % 512;
            let mut flipped = whole.clone();
            flipped[at] ^= 1 << (step % 8);
            let out = load(&rcon, flipped);
            if out.code() == Some(0) {
                // Padding, a time or an owner in a header of the archive itself: not of the image.
                let id = rcon.run(["images", "-q", "--no-trunc"]).succeeds();
                assert_eq!(id, image.id().to_string(), "{layout:?} at {at}");
                rcon.run(["run", "--rm", &id, "sha256sum", "/noise"]).exits(0);
                rcon.run(["rmi", "-f", &id]).exits(0);
            } else {
                refused(&rcon, &out);
            }
        }
    }
}

#[test]
fn members_under_wrong_names_are_refused() {
    let rcon = Rcon::new();
    let whole = sample().write(Layout::DockerNew);
    for (name, wrong) in [
        (&b"manifest.json"[..], &b"manifest.jsox"[..]),
        (b"oci-layout", b"oci-layoux"),
        (b"blobs/sha256/", b"blobs/sha255/"),
    ] {
        let mut renamed = whole.clone();
        let mut found = 0;
        for at in (0..renamed.len() - 512).step_by(512) {
            if renamed[at..].starts_with(name) && &renamed[at + 257..at + 262] == b"ustar" {
                renamed[at..at + wrong.len()].copy_from_slice(wrong);
                checksum(&mut renamed[at..at + 512]);
                found += 1;
            }
        }
        assert!(found > 0);
        let out = load(&rcon, renamed);
        // Without docker's list it is an OCI layout still, and without that docker's archive.
        match out.code() {
            Some(0) => {
                rcon.run(["images", "-q"]).exits(0).stdout("<short id>\n");
                rcon.run(["rmi", "-f", "sample"]).exits(0);
                let left = rcon.run(["images", "-q"]).succeeds();
                for id in left.lines() {
                    rcon.run(["rmi", id]).exits(0);
                }
            }
            _ => refused(&rcon, &out),
        }
    }
}

/// Sets the checksum of a tar header anew.
fn checksum(header: &mut [u8]) {
    header[148..156].fill(b' ');
    let sum: u32 = header.iter().map(|byte| u32::from(*byte)).sum();
    header[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
}

#[test]
fn a_layout_of_another_version_is_refused_and_one_without_version_is_read() {
    let rcon = Rcon::new();
    let whole = sample().write(Layout::Oci(Packing::Gzip));
    let at = whole.windows(5).position(|window| window == b"1.0.0").unwrap();
    let mut newer = whole.clone();
    newer[at] = b'2';
    let out = load(&rcon, newer);
    refused(&rcon, &out);
    out.stderr_has("an OCI layout of version 2.0.0");
    let header = whole.windows(11).position(|window| window == b"oci-layout\0").unwrap();
    let without = [&whole[..header], &whole[header + 1024..]].concat();
    load(&rcon, without).exits(0).stdout("Loaded image: sample:latest\n");
}

#[test]
fn owners_that_were_never_written_are_root() {
    let rcon = Rcon::new();
    let mut archive = Archive::busybox("image").write(Layout::Podman);
    let mut at = 0;
    while archive[at] != 0 {
        archive[at + 108..at + 124].fill(0);
        let size = std::str::from_utf8(&archive[at + 124..at + 135]).unwrap();
        let size = usize::from_str_radix(size, 8).unwrap();
        checksum(&mut archive[at..at + 512]);
        at += 512 + size.next_multiple_of(512);
    }
    load(&rcon, archive).exits(0).stdout("Loaded image: image:latest\n");
}

#[test]
fn what_is_no_archive_of_images_is_told_what_it_is() {
    let rcon = Rcon::new();
    let out = load(&rcon, Layer::new().file("etc/passwd", 0o644, "root").archive());
    refused(&rcon, &out);
    out.stderr_has("neither manifest.json nor index.json").stderr_has("rcon import");
    let xz = rcon.file("x.tar.xz", b"\xfd7zXZ\0\0\0");
    rcon.run(["load", "-i", &xz]).exits(1).stderr_has("xz");
    rcon.run(["load", "-i", "/nonesuch"]).exits(1).stderr_has("/nonesuch").stderr_has("no such file");
    rcon.run(["load"]).exits(1).stdout("");
}

#[test]
fn hostile_names_in_a_layer_are_refused_or_stay_inside() {
    let rcon = Rcon::new();
    let canary = rcon.file("canary", "untouched");
    let folder = rcon.path("").to_str().unwrap().trim_end_matches('/').to_owned();
    let up = "../".repeat(12) + folder.trim_start_matches('/');
    // A link out, a name through it, and whether the archive is refused for it.
    for (layer, refusal) in [
        (Layer::new().file(&format!("{up}/new"), 0o644, "x"), true),
        (Layer::new().file("a/../../new", 0o644, "x"), true),
        (Layer::new().file(&format!("{folder}/new"), 0o644, "x"), false),
        (Layer::new().link("out", &folder).file("out/new", 0o644, "x"), false),
        (Layer::new().link("out", &up).file("out/canary", 0o644, "x"), false),
        (Layer::new().hard_link("h", &format!("{up}/canary")), true),
        (Layer::new().hard_link("h", &canary), true),
        (Layer::new().link("h", &canary).hard_link("i", "h").file("i", 0o644, "x"), false),
        (Layer::new().file(".wh...", 0o644, ""), true),
        (Layer::new().file(".wh.", 0o644, ""), true),
        (Layer::new().link(".", "/"), true),
    ] {
        let out = load(&rcon, Archive::busybox("image").layer(layer).write(Layout::Podman));
        assert_eq!(std::fs::read_to_string(&canary).unwrap(), "untouched", "{out}");
        assert_eq!(rustix::fs::stat(&canary).unwrap().st_nlink, 1, "{out}");
        assert!(!rcon.path("new").exists(), "{out}");
        if refusal {
            refused(&rcon, &out);
        } else if out.code() == Some(0) {
            rcon.run(["run", "--rm", "image", "true"]).exits(0);
            rcon.run(["rmi", "image"]).exits(0);
        } else {
            refused(&rcon, &out);
        }
    }
}

#[test]
fn devices_in_a_layer_are_left_out() {
    let rcon = Rcon::new();
    let device = |name, kind| Item { name, kind, ..Item::default() };
    let layer = RichLayer::new()
        .item(device("disk", EntryType::Block))
        .item(device("whiteout", EntryType::Char))
        .item(device("bin/true", EntryType::Char))
        .item(Item { name: "after", content: b"x", ..Item::default() });
    load(&rcon, Archive::busybox("image").tar(layer.archive()).write(Layout::Podman)).exits(0);
    let script =
        "cat /after; [ -e /disk ] || echo none; [ -e /whiteout ] || echo none; /bin/true && echo kept";
    rcon.run(["run", "--rm", "image", "sh", "-c", script]).exits(0).stdout("xnone\nnone\nkept\n");
}

#[test]
fn a_bomb_of_zeros_is_refused() {
    let zeros = vec![0u8; 300 << 20];
    let rcon = Rcon::new();
    let out = load(&rcon, Packing::Zstd.pack(&zeros));
    refused(&rcon, &out);
    out.stderr_has("a bomb");
    let mut header = tar::Header::new_ustar();
    header.set_path("zeros").unwrap();
    header.set_size(zeros.len() as u64);
    header.set_mode(0o644);
    header.set_uid(0);
    header.set_gid(0);
    header.set_mtime(0);
    header.set_cksum();
    let layer = [header.as_bytes(), &zeros[..], &[0; 1024]].concat();
    drop(zeros);
    let out = load(&rcon, Archive::new("bomb").tar(layer).write(Layout::Oci(Packing::Gzip)));
    refused(&rcon, &out);
    out.stderr_has("a bomb");
}

#[test]
fn twenty_thousand_opaque_marks_take_no_longer_than_their_number() {
    let rcon = Rcon::new();
    let mut layer = Layer::new();
    for _ in 0..20_000 {
        layer = layer.file("d/.wh..wh..opq", 0o644, "");
    }
    let archive = Archive::busybox("image").layer(layer).write(Layout::Oci(Packing::Gzip));
    let begun = Instant::now();
    load(&rcon, archive).exits(0);
    // Two seconds when nothing else runs; a quadratic reading takes minutes.
    assert!(begun.elapsed() < Duration::from_secs(15), "{:?}", begun.elapsed());
    rcon.run(["run", "--rm", "image", "ls", "/d"]).exits(0).stdout("");
}

#[test]
fn a_folder_of_ten_thousand_levels_is_refused() {
    let rcon = Rcon::new();
    let name = "d/".repeat(10_000);
    let layer =
        RichLayer::new().item(Item { name: "short", pax: &[("path", name.as_bytes())], ..Item::default() });
    let out = load(&rcon, Archive::new("deep").tar(layer.archive()).write(Layout::Podman));
    refused(&rcon, &out);
    out.stderr_has("the limit is 4095");
}

#[test]
fn another_architecture_is_refused_with_both_named() {
    let (own, other) =
        if cfg!(target_arch = "aarch64") { ("linux/arm64", "s390x") } else { ("linux/amd64", "s390x") };
    for layout in LAYOUTS {
        let rcon = Rcon::new();
        load(&rcon, Archive::busybox("foreign").field("architecture", json!(other)).write(layout)).exits(0);
        rcon.run(["run", "--rm", "foreign", "true"])
            .exits(125)
            .stdout("")
            .stderr_has("linux/s390x")
            .stderr_has(own);
        rcon.has_no_containers();
    }
    let rcon = Rcon::new();
    load(&rcon, Archive::busybox("foreign").field("os", json!("windows")).write(Layout::Podman)).exits(0);
    rcon.run(["run", "--rm", "foreign", "true"]).exits(125).stderr_has("windows").stderr_has(own);
}

#[test]
fn a_load_that_is_killed_leaves_nothing_half() {
    let rcon = Rcon::new();
    let mut image = Archive::busybox("image");
    for number in 0..30 {
        let layer = Layer::new().file("n", 0o644, number.to_string()).file("body", 0o644, "x".repeat(50_000));
        image = image.layer(layer);
    }
    let file = rcon.file("archive", image.write(Layout::Oci(Packing::Gzip)));
    for delay in (5..=60).step_by(5).chain([90, 130, 200, 300]) {
        let running = rcon.call(["load", "-i", &file]).spawn();
        std::thread::sleep(Duration::from_millis(delay));
        kill_hard(running.pid());
        running.wait();
        let seen = rcon.run(["images", "-q", "--no-trunc"]).succeeds();
        assert!(seen.is_empty() || seen == image.id().to_string(), "after {delay} ms: {seen}");
        if !seen.is_empty() {
            rcon.run(["run", "--rm", &seen, "cat", "/n"]).exits(0).stdout("29");
        }
        rcon.run(["load", "-i", &file]).exits(0).stdout("Loaded image: image:latest\n");
        let left: Vec<_> = stored(&rcon).into_iter().filter(|name| name.contains("/.tmp-")).collect();
        assert_eq!(left, [""; 0], "after {delay} ms and another load");
        rcon.run(["run", "--rm", "image", "cat", "/n"]).exits(0).stdout("29");
        rcon.run(["rmi", "image"]).exits(0);
        assert_eq!(stored(&rcon), [""; 0], "after {delay} ms");
    }
}

#[test]
fn a_file_size_limit_is_a_clear_error_without_trace() {
    let rcon = Rcon::new();
    let image = Archive::new("image").layer(Layer::new().file("large", 0o644, vec![7; 400_000]));
    let file = rcon.file("archive", image.write(Layout::Podman));
    let packed = rcon.file("packed", Packing::Zstd.pack(&image.write(Layout::Oci(Packing::Gzip))));
    for archive in [file, packed] {
        let words = format!("trap '' XFSZ; ulimit -f 100; exec \"$0\" load -i {archive}");
        let out = rcon.call_through(&["sh", "-c", &words], [""; 0]).done();
        out.stderr_has("file too large");
        refused(&rcon, &out);
    }
    load(&rcon, image.write(Layout::Podman)).exits(0);
}

#[test]
fn a_full_disk_is_a_clear_error_without_trace() {
    let rcon = Rcon::new();
    let small = Archive::new("small").layer(Layer::new().file("f", 0o644, "x"));
    let large = Archive::new("large").layer(Layer::new().file("f", 0o644, vec![7; 6 << 20]));
    let mut many = Layer::new();
    for number in 0..3000 {
        many = many.file(&format!("f{number}"), 0o644, "x");
    }
    let many = Archive::new("many").layer(many);
    rcon.file("small", small.write(Layout::Podman));
    rcon.file("large", large.write(Layout::Oci(Packing::Gzip)));
    rcon.file("many", many.write(Layout::Oci(Packing::Gzip)));
    rcon.directory("full");
    // A small file system of the test's own; there the caller is root of a namespace with one id.
    let script = "mount -t tmpfs -o size=4m,nr_inodes=1000 none full || exit 99; export RCON_ROOT=$PWD/full/s; \
                  for archive in large many; do \
                  if \"$0\" load -i $archive; then echo loaded; fi; \"$0\" images -q; \
                  find full/s/layers full/s/images/blobs/sha256 full/s/images/records -mindepth 1; done; \
                  \"$0\" load -i small";
    let out = rcon.call_through(&["unshare", "-r", "-m", "sh", "-c", script], [""; 0]).done();
    out.exits(0).stdout("Loaded image: small:latest\n");
    out.stderr_has("free").stderr_has("no space left for the image's files");
}
