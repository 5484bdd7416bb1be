//! `system check`: each kind of damage is named, and mended where it can be.

use crate::support::archives::{Archive, Layout, Packing};
use crate::support::registry::Registry;
use crate::support::{Image, Layer, Published, Rcon, requires};
use rcon::oci::digest::Digest;
use serde_json::Value;
use std::fs;
use std::os::unix::fs::{FileExt, symlink};
use std::path::{Path, PathBuf};

/// A store with the image `image`, whose two layers came compressed.
fn with_image() -> Rcon {
    let rcon = Rcon::new();
    let image = Archive::busybox("image").layer(
        Layer::new()
            .folder("d/", 0o755)
            .file("d/f", 0o644, "contents")
            .link("d/l", "f")
            .hard_link("d/h", "d/f")
            .file("d/.wh.gone", 0o644, ""),
    );
    rcon.call(["load"]).stdin(image.write(Layout::Oci(Packing::Gzip))).done().exits(0);
    rcon.run(["system", "check"]).exits(0).stdout("").stderr("");
    rcon
}

fn only_file(folder: &Path) -> PathBuf {
    let mut files = fs::read_dir(folder).unwrap();
    let file = files.next().unwrap().unwrap().path();
    assert!(files.next().is_none(), "more than one in {}", folder.display());
    file
}

fn record(rcon: &Rcon) -> Value {
    serde_json::from_slice(&fs::read(only_file(&rcon.path("s/images/records"))).unwrap()).unwrap()
}

/// The folder of the upper layer, the digits of its name, and those of its blob.
fn upper(rcon: &Rcon) -> (PathBuf, String, String) {
    let layer = record(rcon)["layers"][1].clone();
    let hex = |value: &Value| value.as_str().unwrap().trim_start_matches("sha256:").to_owned();
    let diff_id = hex(&layer["diff_id"]);
    let layers = fs::read_dir(rcon.path("s/layers")).unwrap().flatten().map(|entry| entry.path());
    let mut own = layers.filter(|path| path.file_name().unwrap().to_str().unwrap().starts_with(&diff_id));
    (own.next().unwrap(), diff_id, hex(&layer["blob"]["digest"]))
}

fn flip(path: &Path) {
    let file = fs::OpenOptions::new().read(true).write(true).open(path).unwrap();
    let mut byte = [0];
    let middle = file.metadata().unwrap().len() / 2;
    file.read_exact_at(&mut byte, middle).unwrap();
    file.write_all_at(&[byte[0] ^ 1], middle).unwrap();
}

#[test]
fn damage_to_a_layer_is_named_and_mended_from_its_blob() {
    let rcon = with_image();
    let (folder, _, _) = upper(&rcon);
    let diff = folder.join("diff");
    type Harm<'a> = &'a dyn Fn();
    let cases: [(Harm<'_>, &str); 6] = [
        (&|| flip(&diff.join("d/f")), "`d/f` is of other contents"),
        (&|| fs::remove_file(diff.join("d/h")).unwrap(), "`d/h` is missing"),
        (&|| drop(fs::File::create(diff.join("d/new")).unwrap()), "`d/new` is not of this layer"),
        (
            &|| {
                fs::remove_file(diff.join("d/l")).unwrap();
                symlink("/", diff.join("d/l")).unwrap();
            },
            "`d/l` leads elsewhere",
        ),
        (&|| fs::remove_dir_all(&folder).unwrap(), "missing"),
        (&|| drop(fs::File::create(folder.join("layer.json")).unwrap()), "layer.json is missing or damaged"),
    ];
    for (harm, what) in cases {
        harm();
        rcon.run(["system", "check"])
            .exits(1)
            .stdout(&format!("layer sha256:<id>: {what} (image image:latest)\n"))
            .stderr("hint: rcon system check --repair\n");
        rcon.run(["system", "check", "--repair"])
            .exits(0)
            .stdout(&format!("layer sha256:<id>: {what} (image image:latest); repaired: unpacked again\n"))
            .stderr("");
        rcon.run(["system", "check"]).exits(0).stdout("");
        rcon.run(["run", "--rm", "image", "cat", "/d/l", "/d/h"]).exits(0).stdout("contentscontents");
    }
    rcon.has_no_temporaries();
}

#[test]
fn quick_does_not_read_contents() {
    let rcon = with_image();
    let (folder, _, blob) = upper(&rcon);
    flip(&folder.join("diff/d/f"));
    rcon.run(["system", "check", "--quick"]).exits(0).stdout("");
    drop(fs::File::create(folder.join("diff/d/f")).unwrap());
    rcon.run(["system", "check", "-q"]).exits(1).stdout_has("`d/f` is of another size");
    rcon.run(["system", "check", "-q", "-r"]).exits(0).stdout_has("repaired");
    drop(fs::File::create(rcon.path("s/images/blobs/sha256").join(blob)).unwrap());
    rcon.run(["system", "check", "-q"]).exits(1).stdout_has("0 bytes instead of");
}

#[test]
fn a_layer_that_a_container_runs_on_is_not_replaced() {
    let rcon = with_image();
    let id = rcon.run(["run", "-d", "--stop-timeout", "1", "image", "sleep", "1000"]).succeeds();
    flip(&upper(&rcon).0.join("diff/d/f"));
    rcon.run(["system", "check", "--repair"])
        .exits(1)
        .stdout_has("; not repaired: rcon stop <id>, and check again\n");
    rcon.run(["stop", &id]).exits(0);
    rcon.run(["system", "check", "--repair"]).exits(0).stdout_has("repaired: unpacked again");
}

#[test]
fn a_damaged_blob_without_a_registry_is_named_with_what_to_do() {
    for missing in [false, true] {
        let rcon = with_image();
        let (_, _, blob) = upper(&rcon);
        let path = rcon.path("s/images/blobs/sha256").join(&blob);
        let what = if missing { "missing" } else { "damaged" };
        match missing {
            true => fs::remove_file(&path).unwrap(),
            false => flip(&path),
        }
        let line = format!("blob sha256:<id>: {what} (image image:latest)");
        rcon.run(["system", "check"]).exits(1).stdout(&format!("{line}\n"));
        rcon.run(["system", "check", "--repair"]).exits(1).stdout(&format!(
            "{line}; not repaired: no registry is known to have it; rcon rmi image:latest, and load it again\n"
        ));
        rcon.run(["run", "--rm", "image", "true"]).exits(0);
        rcon.run(["rmi", "image"]).exits(0);
        rcon.run(["system", "check"]).exits(0).stdout("");
    }
}

#[test]
fn blobs_are_fetched_again_from_where_the_image_came() {
    requires!(docker_registry);
    let (rcon, registry) = (with_image(), Registry::open());
    let blobs = rcon.path("s/images/blobs/sha256");
    let mut text = record(&rcon);
    let mut image = Published::usual(&Image::busybox());
    let manifest = text["manifest"]["digest"].as_str().unwrap().to_owned();
    image.manifest = fs::read(blobs.join(&manifest[7..])).unwrap();
    image.blobs = fs::read_dir(&blobs).unwrap().map(|blob| fs::read(blob.unwrap().path()).unwrap()).collect();
    let name = registry.publish("app", &image);
    text["repo_digests"] = serde_json::json!([format!("{name}@{manifest}")]);
    let file = format!("s/images/records/{}.json", &text["id"].as_str().unwrap()[7..]);
    rcon.file(&file, text.to_string());
    for harm in [|path: &Path| fs::remove_file(path).unwrap(), flip] {
        for blob in fs::read_dir(&blobs).unwrap().flatten() {
            harm(&blob.path());
        }
        let (folder, _, _) = upper(&rcon);
        fs::remove_dir_all(&folder).unwrap();
        let out = rcon.run(["system", "check", "--repair"]);
        out.exits(0).stdout_has(&format!("repaired: fetched from {name}\n"));
        out.stdout_has("layer sha256:<id>: missing (image image:latest); repaired: unpacked again\n");
        assert_eq!(out.printed().lines().count(), 5, "{out}");
        rcon.run(["system", "check"]).exits(0).stdout("");
        rcon.run(["run", "--rm", "image", "cat", "/d/f"]).exits(0).stdout("contents");
    }
}

#[test]
fn a_truncated_record_is_made_again() {
    let rcon = with_image();
    let before = record(&rcon);
    let file = only_file(&rcon.path("s/images/records"));
    fs::OpenOptions::new().write(true).open(&file).unwrap().set_len(100).unwrap();
    rcon.run(["system", "check"]).exits(1).stdout_has("record of image <short id>: damaged");
    rcon.run(["system", "check", "--repair"]).exits(0).stdout_has("; repaired: made again\n");
    let after = record(&rcon);
    for key in ["id", "layers", "manifest", "size"] {
        assert_eq!(before[key], after[key], "{key}");
    }
    rcon.run(["run", "--rm", "image", "true"]).exits(0);
}

#[test]
fn names_of_nothing_and_damaged_names_are_dropped() {
    let rcon = with_image();
    let nothing = Digest::of(b"nothing").to_string();
    let tag = serde_json::json!({ "reference": "docker.io/library/lost:latest", "image": nothing });
    rcon.file("s/images/tags/docker.io%2Flibrary%2Flost%3Alatest", tag.to_string());
    rcon.file("s/images/tags/broken", "{");
    let out = rcon.run(["system", "check"]);
    out.exits(1)
        .stdout_has("name broken: damaged\n")
        .stdout_has("lost%3Alatest: stands for an image that is not");
    let out = rcon.run(["system", "check", "--repair"]);
    out.exits(0).stdout_has("name broken: damaged; repaired: dropped\n");
    rcon.run(["system", "check"]).exits(0).stdout("");
    rcon.run(["images", "--format", "{{.Repository}}"]).exits(0).stdout("image\n");
}

#[test]
fn containers_and_volumes_are_looked_at() {
    let rcon = with_image();
    let id = rcon.run(["create", "-v", "data:/data", "image", "true"]).succeeds();
    rcon.file(&format!("s/containers/{id}/record.json"), "{");
    rcon.file("s/volumes/data/volume.json", "{");
    let out = rcon.run(["system", "check"]);
    out.exits(1).stdout_has("container <short id>: ").stdout_has("volume data: ");
    let out = rcon.run(["system", "check", "--repair"]);
    out.exits(1).stdout_has("; not repaired: rcon rm -f <short id>\n").stdout_has("repaired: written anew");
    rcon.run(["rm", "-f", &id]).exits(0);
    rcon.run(["system", "check"]).exits(0).stdout("");
}

#[test]
fn the_index_is_derived_again_and_leftovers_are_swept_by_a_repair() {
    let rcon = with_image();
    let index = rcon.path("s/images/index.json");
    let before = fs::read(&index).unwrap();
    rcon.file("s/images/index.json", "{");
    rcon.directory("s/layers/.tmp-1-2/diff");
    rcon.run(["system", "check"]).exits(0);
    assert_eq!(fs::read(&index).unwrap(), before);
    rcon.run(["system", "check", "--repair"]).exits(0);
    rcon.has_no_temporaries();
}

#[test]
fn layers_that_came_plain_are_said_to_be_beyond_comparison() {
    Rcon::with_busybox()
        .run(["system", "check"])
        .exits(0)
        .stdout("")
        .stderr_has("note: 1 layer came not compressed");
}
