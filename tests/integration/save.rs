//! Images out of the store: what is saved is what came in, and other tools read it.

use crate::support::archives::{Archive, Item, LAYOUTS, Layout, Packing, RichLayer, together};
use crate::support::{Layer, Rcon, requires};
use rcon::oci::digest::Digest;
use serde_json::Value;
use std::collections::BTreeMap;
use std::io::Read;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use tar::EntryType;

/// An image whose layers have all that can be lost on the way in.
fn rich(name: &str) -> Archive {
    let odd = RichLayer::new()
        .item(Item {
            name: "d/secret",
            mode: 0,
            owner: (12, 34),
            content: b"nobody reads this",
            ..Item::default()
        })
        .item(Item {
            name: "noted",
            pax: &[("SCHILY.xattr.user.note", b"x\ny"), ("comment", b"kept")],
            content: &[7; 70_000],
            ..Item::default()
        })
        .item(Item { name: "noted", content: b"replaced in the same layer", ..Item::default() })
        .item(Item { name: "linked", kind: EntryType::Link, link: "noted", ..Item::default() })
        .item(Item { name: "d/.wh.gone", ..Item::default() });
    let mut end = Layer::new().folder("d", 0o711).file("last", 0o600, "x").archive();
    end.extend(b"what follows the end");
    Archive::new(name).tar(odd.archive()).tar(end)
}

/// The members of an archive, by name.
fn members(file: impl AsRef<Path>) -> BTreeMap<String, Vec<u8>> {
    let mut archive = tar::Archive::new(std::fs::File::open(file).unwrap());
    let read = |entry: std::io::Result<tar::Entry<'_, std::fs::File>>| {
        let mut entry = entry.unwrap();
        let mut bytes = Vec::new();
        entry.read_to_end(&mut bytes).unwrap();
        (entry.path().unwrap().to_str().unwrap().to_owned(), bytes)
    };
    archive.entries().unwrap().map(read).collect()
}

/// Each blob is what its name says; the rest is documents.
#[track_caller]
fn documents(members: &BTreeMap<String, Vec<u8>>) -> BTreeMap<String, Value> {
    let mut documents = BTreeMap::new();
    for (name, bytes) in members {
        match name.strip_prefix("blobs/sha256/") {
            Some("") => {}
            Some(hex) => assert_eq!(Digest::of(bytes).hex(), hex),
            None if name == "blobs/" => {}
            None => drop(documents.insert(name.clone(), serde_json::from_slice(bytes).unwrap())),
        }
    }
    documents
}

fn only_id(rcon: &Rcon) -> String {
    rcon.run(["images", "-aq", "--no-trunc"]).succeeds()
}

#[test]
fn an_image_in_any_layout_is_the_same_after_save_and_load() {
    for layout in LAYOUTS {
        let image = rich("team/app:1.0");
        for format in ["docker-archive", "oci-archive", "oci-dir"] {
            let (first, second) = (Rcon::new(), Rcon::new());
            first.call(["load"]).stdin(image.write(layout)).done().exits(0);
            let file = first.path("saved").to_str().unwrap().to_owned();
            first
                .run(["save", "--format", format, "-o", &file, "team/app:1.0"])
                .exits(0)
                .stdout("")
                .stderr("");
            second.run(["load", "-i", &file]).exits(0).stdout("Loaded image: team/app:1.0\n");
            assert_eq!(only_id(&second), image.id().to_string(), "{layout:?} {format}");
            // Once more, from the second: its layers came from the first.
            let again = second.path("again").to_str().unwrap().to_owned();
            second.run(["save", "--format", format, "-o", &again, "team/app:1.0"]).exits(0);
            if format != "oci-dir" {
                assert!(
                    std::fs::read(&file).unwrap() == std::fs::read(&again).unwrap(),
                    "{layout:?} {format}"
                );
            }
        }
    }
}

#[test]
fn a_docker_archive_has_dockers_lists_and_plain_layers_as_they_came() {
    let rcon = Rcon::new();
    let image = rich("app:1");
    rcon.call(["load"]).stdin(image.write(Layout::Podman)).done().exits(0);
    rcon.run(["save", "-o", "out", "app:1"]).exits(0);
    let members = members(rcon.path("out"));
    let documents = documents(&members);
    let names: Vec<&str> = documents.keys().map(String::as_str).collect();
    assert_eq!(names, ["index.json", "manifest.json", "oci-layout", "repositories"]);
    let listed = &documents["manifest.json"][0];
    assert_eq!(listed["RepoTags"], serde_json::json!(["app:1"]));
    assert_eq!(listed["Config"], format!("blobs/sha256/{}", image.id().hex()));
    let config: Value = serde_json::from_slice(&members[listed["Config"].as_str().unwrap()]).unwrap();
    let layers: Vec<String> = listed["Layers"]
        .as_array()
        .unwrap()
        .iter()
        .map(|path| format!("sha256:{}", path.as_str().unwrap().trim_start_matches("blobs/sha256/")))
        .collect();
    assert_eq!(serde_json::json!(layers), config["rootfs"]["diff_ids"]);
    let entry = &documents["index.json"]["manifests"][0];
    assert_eq!(entry["annotations"]["io.containerd.image.name"], "docker.io/library/app:1");
    assert_eq!(entry["annotations"]["org.opencontainers.image.ref.name"], "1");
    assert!(documents["repositories"]["app"]["1"].is_string());
    let mode = std::fs::metadata(rcon.path("out")).unwrap().permissions().mode();
    assert_eq!(mode & 0o7777, 0o600);
}

#[test]
fn the_digest_of_an_image_that_came_with_a_manifest_survives() {
    let rcon = Rcon::new();
    let archive = Archive::busybox("app").write(Layout::Oci(Packing::Gzip));
    let source = rcon.file("source", &archive);
    rcon.run(["load", "-i", &source]).exits(0);
    for format in ["docker-archive", "oci-archive"] {
        rcon.run(["save", "--format", format, "-o", "out", "app"]).exits(0);
        let digest = |file: &str| {
            let index = documents(&members(rcon.path(file))).remove("index.json").unwrap();
            index["manifests"][0]["digest"].as_str().unwrap().to_owned()
        };
        assert_eq!(digest("out"), digest("source"), "{format}");
    }
}

#[test]
fn only_the_names_that_were_asked_for_are_saved() {
    let rcon = Rcon::new();
    let image = Archive::busybox("app:1").names(&["app:1", "app:latest", "quay.io/team/app:1"]);
    rcon.call(["load"]).stdin(image.write(Layout::Podman)).done().exits(0);
    let id = image.id().to_string();
    for (words, names) in [
        (&["app"][..], "Loaded image: app:latest\n".to_owned()),
        (
            &["app:1", "quay.io/team/app:1", "app:1"],
            "Loaded image: app:1\nLoaded image: quay.io/team/app:1\n".into(),
        ),
        (&[&id], format!("Loaded image ID: {id}\n")),
        (&[&image.id().short(), "app:1"], "Loaded image: app:1\n".into()),
    ] {
        rcon.run(["save", "-q", "-o", "out"].iter().chain(words)).exits(0);
        let other = Rcon::new();
        let out = other.run(["load", "-i", rcon.path("out").to_str().unwrap()]);
        assert_eq!(out.exits(0).printed(), names, "{words:?}");
    }
}

#[test]
fn several_images_share_their_layers_in_one_archive() {
    let rcon = Rcon::new();
    let base = rich("base:1");
    let above = base.clone().names(&["above:2"]).layer(Layer::new().file("f", 0o644, "x"));
    rcon.call(["load"]).stdin(together(&[&base, &above], Layout::Podman)).done().exits(0);
    for format in ["docker-archive", "oci-archive"] {
        let words = ["image", "save", "-m", "--format", format, "-o", "out", "base:1", "above:2"];
        rcon.run(words).exits(0).stdout("").stderr("");
        let members = members(rcon.path("out"));
        documents(&members);
        // Two configurations, two manifests, three layers, two directories and the documents.
        let expected = 7 + 2 + if format == "docker-archive" { 4 } else { 2 };
        assert_eq!(members.len(), expected, "{format}");
        let other = Rcon::new();
        other
            .run(["load", "-i", rcon.path("out").to_str().unwrap()])
            .exits(0)
            .stdout("Loaded image: base:1\nLoaded image: above:2\n");
    }
}

#[test]
fn an_archive_goes_through_pipes_and_is_the_same_each_time() {
    let rcon = Rcon::new();
    rcon.call(["load"]).stdin(rich("app:1").write(Layout::DockerOld)).done().exits(0);
    rcon.run(["save", "-o", "file", "app:1"]).exits(0);
    let rcon_is = crate::support::binary().display().to_string();
    rcon.call_by_shell(&format!(
        "{rcon_is} save app:1 | cmp - file && {rcon_is} save app:1 | {rcon_is} load"
    ))
    .done()
    .exits(0)
    .stdout("Loaded image: app:1\n");
    // A reader that goes away early is no reason to hang, and not a success.
    rcon.call_by_shell(&format!("({rcon_is} save app:1; echo $? >code) | head -c 1000 >part; cat code"))
        .done()
        .exits(0)
        .stdout("1\n");
}

#[test]
fn a_terminal_gets_no_archive() {
    let rcon = Rcon::with_busybox();
    let mut terminal = rcon.call(["save", "busybox"]).pty();
    terminal.shows("cowardly refusing to save to a terminal. Use the -o flag or redirect");
    terminal.exits(1);
}

#[test]
fn what_cannot_be_saved_is_told_and_leaves_nothing() {
    let rcon = Rcon::with_busybox();
    rcon.directory("full/of");
    rcon.directory("locked");
    std::fs::set_permissions(rcon.path("locked"), std::fs::Permissions::from_mode(0o555)).unwrap();
    for (words, told) in [
        (&["-o", "out", "nonesuch"][..], "No such image: nonesuch"),
        (&["-o", "out", "busybox", "nonesuch"], "No such image: nonesuch"),
        (
            &["-o", "out", "--platform", "linux/s390x", "busybox"],
            "does not provide the specified platform (linux/s390x)",
        ),
        (&["-o", "no/such/out", "busybox"], "invalid output path: directory \"no/such\" does not exist"),
        (&["-o", "locked/out", "busybox"], "open locked/out: permission denied"),
        (&["-o", "full", "busybox"], "open full: is a directory"),
        (
            &["-o", "/dev/null", "busybox"],
            "\"/dev/null\" must be a directory or a regular file: got a device",
        ),
        (&["--format", "oci-dir", "-o", "full", "busybox"], "open full: directory not empty"),
        (&["--format", "oci-dir", "busybox"], "format \"oci-dir\" is a directory, and needs a name"),
    ] {
        let before = listing(&rcon);
        rcon.run(["save"].iter().chain(words)).exits(1).stdout("").stderr_has(told);
        assert_eq!(listing(&rcon), before, "{words:?}");
    }
    rcon.run(["save", "--format", "docker-dir", "busybox"])
        .exits(125)
        .stderr_has("\"docker-dir\" is not supported");
    rcon.run(["save", "--format", "zip", "busybox"]).exits(125).stderr_has("unknown format \"zip\"");
    rcon.run(["save"]).exits(1).stderr_has("'rcon save' requires at least 1 argument");
}

fn listing(rcon: &Rcon) -> Vec<std::ffi::OsString> {
    let mut names: Vec<_> = ["", "full", "locked"]
        .iter()
        .flat_map(|folder| std::fs::read_dir(rcon.path(folder)).unwrap())
        .collect::<Result<Vec<_>, _>>()
        .unwrap()
        .into_iter()
        .map(|entry| entry.file_name())
        .collect();
    names.sort();
    names
}

#[test]
fn a_layer_that_was_tampered_with_is_not_saved() {
    let rcon = Rcon::new();
    rcon.call(["load"])
        .stdin(Archive::new("app").layer(Layer::new().file("f", 0o644, "content")).write(Layout::Podman))
        .done()
        .exits(0);
    rcon.run(["tag", "app", "other"]).exits(0);
    std::fs::copy(rcon.file("source", "old"), rcon.path("out")).unwrap();
    let layers = std::fs::read_dir(rcon.path("s/layers")).unwrap();
    let diff = layers.into_iter().next().unwrap().unwrap().path().join("diff/f");
    for (content, told) in [("cOntent", "have changed in the store"), ("short", "is not as long as it was")] {
        // In place, as the owner may.
        std::fs::OpenOptions::new()
            .write(true)
            .truncate(true)
            .open(&diff)
            .map(|file| std::io::Write::write_all(&mut &file, content.as_bytes()).unwrap())
            .unwrap();
        for format in ["docker-archive", "oci-archive"] {
            rcon.run(["save", "--format", format, "-o", "out", "app"]).exits(1).stderr_has(told);
            assert_eq!(std::fs::read(rcon.path("out")).unwrap(), b"old");
        }
    }
}

#[test]
fn skopeo_reads_what_is_saved() {
    requires!(skopeo);
    let rcon = Rcon::new();
    let (one, two) = (rich("team/one:1"), rich("two:2").layer(Layer::new().file("f", 0o644, "x")));
    rcon.call(["load"]).stdin(together(&[&one, &two], Layout::DockerNew)).done().exits(0);
    let skopeo = |words: &[&str]| {
        let mut skopeo = std::process::Command::new("skopeo");
        skopeo.args(words).current_dir(rcon.path("")).env("HOME", rcon.path("home"));
        let out = skopeo.env("TMPDIR", rcon.directory("tmp")).output().unwrap();
        assert!(out.status.success(), "{words:?}: {}", String::from_utf8_lossy(&out.stderr));
        out.stdout
    };
    for (round, (format, source)) in [
        ("docker-archive", "docker-archive:out-0:team/one:1"),
        ("oci-archive", "oci-archive:out-1:docker.io/team/one:1"),
        ("oci-dir", "oci:out-2:docker.io/team/one:1"),
        // By now its layers are compressed.
        ("docker-archive", "docker-archive:out-3:team/one:1"),
    ]
    .into_iter()
    .enumerate()
    {
        let out = format!("out-{round}");
        rcon.run(["save", "--format", format, "-o", &out, "team/one:1", "two:2"]).exits(0);
        let inspected: Value = serde_json::from_slice(&skopeo(&["inspect", source])).unwrap();
        assert_eq!(inspected["Layers"].as_array().unwrap().len(), 2, "{source}");
        let copied = format!("copied-{round}");
        // Within one family of formats it keeps the configuration as it is.
        let to = if format == "docker-archive" { format } else { "oci-archive" };
        skopeo(&["copy", "-q", "--insecure-policy", source, &format!("{to}:{copied}:quay.io/x/y:z")]);
        let other = Rcon::new();
        other
            .run(["load", "-i", rcon.path(&copied).to_str().unwrap()])
            .exits(0)
            .stdout("Loaded image: quay.io/x/y:z\n");
        assert_eq!(only_id(&other), one.id().to_string(), "{source}");
    }
}
