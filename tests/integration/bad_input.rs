//! What strangers and tired people type and send: a clear error, docker's exit code, no trace, no panic.

use crate::support::{Image, Layer, Output, Rcon};
use serde_json::json;

/// Nothing of an image is left.
#[track_caller]
fn left_nothing(rcon: &Rcon) {
    rcon.run(["images", "-aq"]).exits(0).stdout("");
    for folder in ["s/layers", "s/images/blobs/sha256", "s/images/records", "s/images/tags"] {
        let entries = std::fs::read_dir(rcon.path(folder)).into_iter().flatten().flatten();
        let left: Vec<_> = entries.map(|entry| entry.file_name()).collect();
        assert!(left.is_empty(), "{folder}: {left:?}");
    }
}

#[track_caller]
fn load(rcon: &Rcon, archive: &[u8]) -> Output {
    rcon.call(["load"]).stdin(archive).done()
}

#[test]
fn an_archive_cut_off_anywhere_is_refused_without_trace() {
    let rcon = Rcon::new();
    let whole = Image::busybox().archive("image");
    for part in [0, 1, 511, 512, 700, 1024, 100_000, whole.len() / 2, whole.len() - 4096] {
        load(&rcon, &whole[..part]).exits(1).stdout("");
    }
    left_nothing(&rcon);
}

#[test]
fn an_archive_with_a_flipped_bit_is_refused_or_harmless() {
    let rcon = Rcon::new();
    let whole = Image::empty().layer(Layer::new().file("f", 0o644, "content")).archive("image");
    for at in (0..whole.len()).step_by(97) {
        let mut flipped = whole.clone();
        flipped[at] ^= 1 << (at % 8);
        let out = load(&rcon, &flipped);
        assert!(matches!(out.code(), Some(0 | 1)), "bit at {at}: {out}");
    }
}

#[test]
fn a_layer_that_is_not_what_its_digest_says_is_refused() {
    let rcon = Rcon::new();
    let image = Image::empty().layer(Layer::new().file("f", 0o644, "the true content"));
    let archive = image.archive("image");
    let at = archive.windows(8).position(|window| window == b"the true").unwrap();
    let mut forged = archive.clone();
    forged[at..at + 8].copy_from_slice(b"the lies");
    load(&rcon, &forged).exits(1).stderr_has("sha256:");
    left_nothing(&rcon);
}

#[test]
fn random_bytes_are_no_archive() {
    let rcon = Rcon::new();
    let noise: Vec<u8> =
        (0..100_000u32).map(|number| (number.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
    load(&rcon, &noise).exits(1).stdout("");
    for magic in [&b"\x1f\x8b\x08\x00"[..], b"\x28\xb5\x2f\xfd", b"BZh91AY", b"\xfd7zXZ\0"] {
        load(&rcon, &[magic, &noise].concat()).exits(1).stdout("");
    }
    rcon.call(["import", "-", "x"]).stdin(noise).done().exits(1);
    left_nothing(&rcon);
}

#[test]
fn a_layer_cannot_write_outside_its_tree() {
    let rcon = Rcon::new();
    rcon.directory("out");
    let canary = rcon.file("out/canary", "untouched");
    let outside = rcon.path("out").to_str().unwrap().to_owned();
    let up = "../".repeat(12) + outside.trim_start_matches('/');
    let layers = [
        Layer::new().file(&format!("{up}/a"), 0o644, "x"),
        Layer::new().file(&format!("{outside}/b"), 0o644, "x"),
        Layer::new().link("l", &outside).file("l/c", 0o644, "x"),
        Layer::new().link("l", &up).file("l/canary", 0o777, "overwritten"),
        Layer::new().hard_link("h", &canary).file("h", 0o644, "overwritten"),
        Layer::new().hard_link("h", &format!("{up}/canary")).file("h", 0o644, "overwritten"),
        Layer::new().link("l", &outside).folder("l/", 0o777),
        Layer::new().link(".", &outside).file("d", 0o644, "x"),
        Layer::new().link("./", &outside).file("./d", 0o644, "x"),
        Layer::new().link("a", "b").link("b", &outside).file("a/e", 0o644, "x"),
        Layer::new().file("f/../../../g", 0o644, "x"),
        Layer::new().link("l", &outside).file("l/.wh.canary", 0o644, ""),
        Layer::new().link("l", &outside).file("l/.wh..wh..opq", 0o644, ""),
    ];
    let mode = rustix::fs::stat(rcon.path("out")).unwrap().st_mode;
    for (number, layer) in layers.into_iter().enumerate() {
        load(&rcon, &Image::empty().layer(layer).archive("image"));
        let names: Vec<_> =
            std::fs::read_dir(rcon.path("out")).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(names, ["canary"], "layer {number}");
        assert_eq!(std::fs::read_to_string(&canary).unwrap(), "untouched", "layer {number}");
        let stat = rustix::fs::stat(rcon.path("out/canary")).unwrap();
        assert_eq!(stat.st_nlink, 1, "layer {number}");
        assert_eq!(rustix::fs::stat(rcon.path("out")).unwrap().st_mode, mode, "layer {number}");
    }
}

#[test]
fn digests_and_names_in_an_archive_are_no_paths() {
    let rcon = Rcon::new();
    rcon.file("secret", "{}");
    for name in ["../secret", "../../secret", "/etc/passwd", "sha256:../../x", ""] {
        let manifest = json!([{ "Config": name, "RepoTags": ["x:latest"], "Layers": [name] }]);
        let archive = Layer::new().file("manifest.json", 0o644, manifest.to_string()).archive();
        load(&rcon, &archive).exits(1).stdout("");
    }
    left_nothing(&rcon);
}

#[test]
fn a_link_in_an_archive_does_not_lead_to_the_host() {
    let rcon = Rcon::new();
    let manifest = json!([{ "Config": "config.json", "RepoTags": ["x:latest"], "Layers": ["layer.tar"] }]);
    let archive = Layer::new().link("config.json", "/etc/passwd").link("layer.tar", "/etc/passwd").file(
        "manifest.json",
        0o644,
        manifest.to_string(),
    );
    let out = load(&rcon, &archive.archive());
    out.exits(1);
    assert!(!out.said().contains("root:"), "{out}");
    left_nothing(&rcon);
}

#[test]
fn documents_that_are_no_manifests_are_refused() {
    let rcon = Rcon::new();
    let nested = "[".repeat(200_000);
    for text in ["", "null", "{}", "[{}]", "[{\"Config\":7}]", "[1]", nested.as_str()] {
        load(&rcon, &Layer::new().file("manifest.json", 0o644, text).archive()).exits(1).stdout("");
    }
    left_nothing(&rcon);
}

#[test]
fn a_device_of_an_image_opens_no_disk() {
    let rcon = Rcon::new();
    let image = Image::busybox().layer(Layer::new().disk("disk").file("after", 0o644, "x"));
    if load(&rcon, &image.archive("image")).code() == Some(0) {
        rcon.run(["run", "--rm", "image", "sh", "-c", "cat /after; head -c 1 /disk 2>/dev/null | wc -c"])
            .exits(0)
            .stdout("x0\n");
    }
}

#[test]
fn a_name_in_an_archive_that_is_no_reference_is_refused() {
    let rcon = Rcon::new();
    let image = Image::empty().layer(Layer::new().file("f", 0o644, "x"));
    for name in ["UPPER:latest", "a b:latest", "x:\nlatest", "../x:y", "-x:y", "x@sha256:abc"] {
        load(&rcon, &image.archive_with(&json!([name]))).exits(1);
    }
    rcon.run(["images", "-q"]).exits(0).stdout("");
}

#[test]
fn bad_references_are_refused_in_dockers_words() {
    let rcon = Rcon::new();
    for name in ["UPPER", "a//b", "-x", "x:", "x@sha256:12", "a b", "x\ny", "", "x:\u{1b}[31m"] {
        let out = rcon.run(["run", "--rm", "--", name, "true"]);
        out.exits(125).stdout("");
        assert!(!out.said().contains('\u{1b}'), "{out}");
    }
    rcon.run(["run", "--rm", "UPPER", "true"])
        .stderr_has("invalid reference format: repository name (library/UPPER) must be lowercase");
}

#[test]
fn bad_names_of_containers_are_refused() {
    let rcon = Rcon::with_busybox();
    let long = "n".repeat(5000);
    for name in ["a b", "a/b", "../x", "-x", "x\ny", ".", "ä", "x\u{1b}", long.as_str()] {
        let out = rcon.run(["create", &format!("--name={name}"), "busybox", "true"]);
        out.exits(125).stdout("");
        assert!(!out.said().contains('\u{1b}'), "{out}");
        rcon.has_no_containers();
    }
    rcon.run(["create", "--name", "a b", "busybox", "true"])
        .stderr_has("Invalid container name (a b), only [a-zA-Z0-9][a-zA-Z0-9_.-] are allowed");
    rcon.has_no_containers();
}

#[test]
fn bad_values_of_flags_are_refused_without_trace() {
    let rcon = Rcon::with_busybox();
    for flags in [
        &["--ulimit", "nofile"][..],
        &["--ulimit", "nonesuch=1"],
        &["--ulimit", "nofile=2:1"],
        &["--stop-signal", "SIGNONE"],
        &["--stop-timeout", "soon"],
        &["--shm-size", "lots"],
        &["-v", "a:b:c:d"],
        &["-v", "/x:relative"],
        &["-v", "/x:/"],
        &["-v", "bad name:/x"],
        &["-w", "relative"],
        &["-e", "=x"],
        &["--network", "nonesuch"],
        &["--cap-add", "NONESUCH"],
        &["--security-opt", "nonesuch=1"],
        &["--tmpfs", "/t:nonesuch"],
        &["--detach-keys", "ctrl-nonesuch"],
        &["--pull", "sometimes"],
        &["--rm=perhaps"],
        &["--hostname", "a\nb"],
        &["--add-host", "nocolon"],
        &["--label-file", "/nonesuch"],
    ] {
        let words = ["run", "--rm"].iter().chain(flags).chain(&["busybox", "true"]);
        rcon.run(words).exits(125).stdout("");
        rcon.has_no_containers();
    }
}

#[test]
fn an_env_file_that_cannot_be_read_is_an_error() {
    let rcon = Rcon::with_busybox();
    let folder = rcon.directory("folder");
    let unreadable = rcon.file("unreadable", "A=1");
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(&unreadable, std::fs::Permissions::from_mode(0o000)).unwrap();
    let spaced = rcon.file("spaced", "bad name=1\n");
    for file in ["/nonesuch", &folder, &unreadable, &spaced] {
        rcon.run(["run", "--rm", "--env-file", file, "busybox", "true"])
            .exits(125)
            .stdout("")
            .stderr_has(file);
    }
}

#[test]
fn a_missing_word_is_told_with_the_usage() {
    let rcon = Rcon::new();
    for (words, told) in [
        (&["run"][..], "'rcon run' requires at least 1 argument"),
        (&["exec", "box"], "'rcon exec' requires at least 2 arguments"),
        (&["rename", "a"], "'rcon rename' requires 2 arguments"),
        (&["rm"], "'rcon rm' requires at least 1 argument"),
    ] {
        rcon.run(words).exits(1).stdout("").stderr_has(told).stderr_has("Usage:");
    }
}

#[test]
fn an_import_of_what_is_not_there_leaves_nothing() {
    let rcon = Rcon::new();
    rcon.run(["import", "/nonesuch.tar", "x"]).exits(1).stderr_has("/nonesuch.tar");
    rcon.run(["load", "-i", "/nonesuch.tar"]).exits(1).stderr_has("/nonesuch.tar");
    let folder = rcon.directory("folder");
    rcon.run(["load", "-i", &folder]).exits(1);
    left_nothing(&rcon);
}

#[test]
fn a_configuration_file_that_is_none_is_named() {
    let rcon = Rcon::new();
    rcon.file("c.json", "{ not json");
    rcon.run(["ps"]).fails().stderr_has("c.json");
}

#[test]
fn a_bad_template_is_an_error_of_the_template() {
    let rcon = Rcon::with_busybox();
    let id = rcon.run(["create", "busybox", "true"]).succeeds();
    rcon.run(["inspect", "-f", "{{.Nonesuch}}", &id]).exits(1).stderr_has("template");
    rcon.run(["inspect", "-f", "{{", &id]).fails().stderr_has("template");
    rcon.run(["ps", "-a", "--format", "{{.Nonesuch}}"]).exits(1).stderr_has("Nonesuch");
}

#[test]
fn a_seccomp_profile_that_is_none_is_refused() {
    let rcon = Rcon::with_busybox();
    let file = rcon.file("profile", "{}x");
    rcon.run(["run", "--rm", "--security-opt", &format!("seccomp={file}"), "busybox", "true"]).exits(125);
    rcon.run(["run", "--rm", "--security-opt", "seccomp=/nonesuch", "busybox", "true"]).exits(125);
    rcon.has_no_containers();
}
