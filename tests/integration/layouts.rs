//! Images that come in unusual packings, or as files: read as they are, and nothing of the host with them.

use crate::support::archives::{Archive, Layout, Packing};
use crate::support::{Layer, Rcon, requires};
use rcon::oci::digest::Digest;
use serde_json::{Value, json};
use std::io::{Read, Write};
use std::os::unix::fs::symlink;
use std::path::PathBuf;

fn xz(bytes: &[u8]) -> Vec<u8> {
    let options = lzma_rust2::XzOptions::with_preset(1);
    let mut encoder = lzma_rust2::XzWriter::new(Vec::new(), options).unwrap();
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn bzip2(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn sample() -> Archive {
    Archive::new("app:1")
        .layer(Layer::new().file("a", 0o644, "low"))
        .layer(Layer::new().file("b", 0o600, [7; 5000]))
}

/// The layout of `archive` as files; gives its folder.
fn as_files(rcon: &Rcon, name: &str, archive: &[u8]) -> PathBuf {
    let folder = PathBuf::from(rcon.directory(name));
    for entry in tar::Archive::new(archive).entries().unwrap() {
        let mut entry = entry.unwrap();
        let path = folder.join(entry.path().unwrap());
        let mut bytes = Vec::new();
        entry.read_to_end(&mut bytes).unwrap();
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::File::create(path).unwrap().write_all(&bytes).unwrap();
    }
    folder
}

fn blobs(folder: &std::path::Path) -> Vec<PathBuf> {
    std::fs::read_dir(folder.join("blobs/sha256")).unwrap().map(|entry| entry.unwrap().path()).collect()
}

#[test]
fn archives_in_xz_and_bzip2_are_read() {
    for pack in [xz, bzip2] {
        let rcon = Rcon::new();
        for layout in [Layout::DockerNew, Layout::Podman, Layout::Oci(Packing::Gzip)] {
            let packed = pack(&sample().write(layout));
            rcon.call(["load"]).stdin(packed).done().exits(0).stdout("Loaded image: app:1\n").stderr("");
            rcon.run(["rmi", "app:1"]).exits(0);
        }
        let tree = Layer::new().file("f", 0o644, "x").archive();
        rcon.call(["import", "-", "tree"]).stdin(pack(&tree)).done().exits(0);
        // It was unpacked from another form than it is saved in.
        rcon.run(["save", "-o", "out", "tree"]).exits(0);
        let mut archive = tar::Archive::new(std::fs::File::open(rcon.path("out")).unwrap());
        let layer = format!("blobs/sha256/{}", Digest::of(&tree).hex());
        assert!(
            archive.entries().unwrap().any(|entry| entry.unwrap().path().unwrap().to_str() == Some(&layer))
        );
        let whole = pack(&sample().write(Layout::Podman));
        rcon.call(["load"]).stdin(&whole[..whole.len() - 20]).done().exits(1).stdout("");
    }
}

#[test]
fn layers_of_a_docker_archive_may_be_packed_and_those_of_oci_only_as_it_says() {
    for pack in [xz, bzip2] {
        let rcon = Rcon::new();
        let layer = Layer::new().file("f", 0o644, "x").archive();
        let config = json!({
            "architecture": if cfg!(target_arch = "aarch64") { "arm64" } else { "amd64" },
            "os": "linux",
            "rootfs": { "type": "layers", "diff_ids": [Digest::of(&layer).to_string()] },
        })
        .to_string();
        let docker = |path: &str| {
            let list = json!([{ "Config": "c.json", "RepoTags": ["app:1"], "Layers": [path] }]).to_string();
            Layer::new()
                .file("c.json", 0o644, &config)
                .file(path, 0o644, pack(&layer))
                .file("manifest.json", 0o644, list)
                .archive()
        };
        rcon.call(["load"]).stdin(docker("one/layer.tar")).done().exits(0).stdout("Loaded image: app:1\n");
        rcon.run(["rmi", "app:1"]).exits(0);
        let blob = format!("blobs/sha256/{}", Digest::of(&pack(&layer)).hex());
        let out = rcon.call(["load"]).stdin(docker(&blob)).done();
        out.exits(1).stderr_has("a layer that is neither gzip nor zstd nor plain");
    }
}

#[test]
fn a_layout_is_read_where_it_lies() {
    for packing in [Packing::Plain, Packing::Gzip, Packing::Zstd] {
        let rcon = Rcon::new();
        let folder = as_files(&rcon, "layout", &sample().write(Layout::Oci(packing)));
        rcon.run(["load", "-i", "layout"]).exits(0).stdout("Loaded image: app:1\n").stderr("");
        let id = rcon.run(["images", "-q", "--no-trunc"]).succeeds();
        assert_eq!(id, sample().id().to_string());
        // Docker's lists beside it do not matter, a missing version neither.
        std::fs::File::create(folder.join("manifest.json")).unwrap().write_all(b"{}").unwrap();
        std::fs::remove_file(folder.join("oci-layout")).unwrap();
        rcon.run(["load", "-i", "layout"]).exits(0).stdout("Loaded image: app:1\n");
    }
    let rcon = Rcon::new();
    rcon.directory("empty");
    rcon.run(["load", "-i", "empty"]).exits(1).stderr_has("no OCI image layout: it has no index.json");
}

/// GHSA-r3h2-rgqf-9hv9: a blob that is a link to a file of the host.
#[test]
fn c09_a_layout_brings_in_nothing_but_its_own_files() {
    let archive = sample().write(Layout::Oci(Packing::Plain));
    for way in ["link to itself elsewhere", "link upwards", "link to the host", "pipe", "directory"] {
        for number in 0..4 {
            let rcon = Rcon::new();
            let folder = as_files(&rcon, "layout", &archive);
            let mut all = blobs(&folder);
            all.sort();
            let blob = &all[number];
            let moved = rcon.path("moved");
            std::fs::rename(blob, &moved).unwrap();
            match way {
                "link to itself elsewhere" => symlink(&moved, blob).unwrap(),
                "link upwards" => symlink("../../../moved", blob).unwrap(),
                "link to the host" => symlink("/etc/passwd", blob).unwrap(),
                "pipe" => nix::unistd::mkfifo(blob, nix::sys::stat::Mode::S_IRWXU).unwrap(),
                _ => std::fs::create_dir(blob).unwrap(),
            }
            let out = rcon.run(["load", "-i", "layout"]);
            out.exits(1).stdout("");
            assert!(!out.said().contains("root:"), "{out}");
            rcon.run(["images", "-aq"]).exits(0).stdout("");
        }
        let rcon = Rcon::new();
        let folder = as_files(&rcon, "layout", &archive);
        std::fs::rename(folder.join("blobs"), rcon.path("blobs")).unwrap();
        symlink("../blobs", folder.join("blobs")).unwrap();
        rcon.run(["load", "-i", "layout"]).exits(1).stdout("");
    }
}

#[test]
fn an_index_in_an_index_is_followed_to_the_image_of_this_machine() {
    let rcon = Rcon::new();
    let folder = as_files(&rcon, "layout", &sample().write(Layout::Oci(Packing::Gzip)));
    let index: Value = serde_json::from_slice(&std::fs::read(folder.join("index.json")).unwrap()).unwrap();
    let mut own = index["manifests"][0].clone();
    let mut outer = own.clone();
    own["platform"] = json!({ "os": "linux", "architecture": if cfg!(target_arch = "aarch64") { "arm64" } else { "amd64" } });
    let mut foreign = own.clone();
    foreign["platform"]["architecture"] = json!("s390x");
    foreign["digest"] = json!(Digest::of(b"not here").to_string());
    let inner = json!({ "schemaVersion": 2, "mediaType": index["mediaType"], "manifests": [foreign, own] })
        .to_string();
    let digest = Digest::of(inner.as_bytes());
    std::fs::File::create(folder.join("blobs/sha256").join(digest.hex()))
        .unwrap()
        .write_all(inner.as_bytes())
        .unwrap();
    outer["mediaType"] = index["mediaType"].clone();
    outer["digest"] = json!(digest.to_string());
    outer["size"] = json!(inner.len());
    let text = json!({ "schemaVersion": 2, "manifests": [outer] }).to_string();
    std::fs::File::create(folder.join("index.json")).unwrap().write_all(text.as_bytes()).unwrap();
    rcon.run(["load", "-i", "layout"]).exits(0).stdout("Loaded image: app:1\n");
    let mut archive = tar::Builder::new(Vec::new());
    archive.append_dir_all(".", &folder).unwrap();
    rcon.run(["rmi", "app:1"]).exits(0);
    rcon.call(["load"]).stdin(archive.into_inner().unwrap()).done().exits(0).stdout("Loaded image: app:1\n");
}

#[test]
fn layouts_that_skopeo_writes_are_loaded() {
    requires!(skopeo);
    let rcon = Rcon::new();
    let source = rcon.file("source", sample().write(Layout::Podman));
    // A whole name is the image's; a bare word, as umoci has it, names nothing.
    for (number, (reference, told)) in [
        ("quay.io/team/app:2", "Loaded image: quay.io/team/app:2\n"),
        ("latest", "Loaded image ID: sha256:<id>\n"),
    ]
    .into_iter()
    .enumerate()
    {
        let mut skopeo = std::process::Command::new("skopeo");
        skopeo.args(["copy", "--insecure-policy", "-q", &format!("docker-archive:{source}")]);
        skopeo.arg(format!("oci:{}:{reference}", rcon.path(&format!("layout-{number}")).display()));
        let out =
            skopeo.env("HOME", rcon.path("home")).env("TMPDIR", rcon.directory("tmp")).output().unwrap();
        assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
        rcon.run(["load", "-i", &format!("layout-{number}")]).exits(0).stdout(told);
    }
    let folder = rcon.path("directory");
    let mut skopeo = std::process::Command::new("skopeo");
    skopeo.args([
        "copy",
        "--insecure-policy",
        "-q",
        &format!("docker-archive:{source}"),
        &format!("dir:{}", folder.display()),
    ]);
    assert!(skopeo.env("HOME", rcon.path("home")).output().unwrap().status.success());
    rcon.run(["load", "-i", "directory"]).exits(1).stderr_has("no OCI image layout");
}
