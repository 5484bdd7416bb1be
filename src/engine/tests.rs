//! Images from archives to the store and out of it again.

use super::changes;
use super::history::history;
use super::image_filter::Filters;
use super::images::{inspect, rows, seen};
use super::import::{Import, import};
use super::load::{Loaded, load};
use crate::error::{Kind, Result};
use crate::oci::digest::Digest;
use crate::paths::Paths;
use crate::storage::Store;
use crate::storage::remove::{Force, Parents, Removed, Use, remove};
use crate::storage::tags::TagName;
use crate::storage::tests::ground;
use std::fs::File;
use std::io::{Seek, Write};

fn tar(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut builder = tar::Builder::new(Vec::new());
    for (name, data) in files {
        let mut header = tar::Header::new_gnu();
        header.set_mode(0o644);
        header.set_uid(0);
        header.set_gid(0);
        header.set_mtime(1);
        match data.strip_prefix(b"->") {
            Some(target) => {
                header.set_entry_type(tar::EntryType::Symlink);
                header.set_size(0);
                let target = std::str::from_utf8(target).unwrap();
                builder.append_link(&mut header, name, target).unwrap();
            }
            None => {
                header.set_size(data.len() as u64);
                builder.append_data(&mut header, name, *data).unwrap();
            }
        }
    }
    builder.into_inner().unwrap()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn file(bytes: &[u8]) -> File {
    let mut file = tempfile::tempfile().unwrap();
    file.write_all(bytes).unwrap();
    file.rewind().unwrap();
    file
}

fn config(layers: &[&[u8]]) -> Vec<u8> {
    let ids: Vec<String> = layers.iter().map(|layer| Digest::of(layer).to_string()).collect();
    let steps: Vec<_> = ids.iter().map(|_| serde_json::json!({"created_by": "COPY x /"})).collect();
    serde_json::to_vec(&serde_json::json!({
        "architecture": "amd64", "os": "linux", "created": "2026-01-01T00:00:00Z",
        "config": {"Cmd": ["sh"], "Env": ["A=1"]},
        "history": steps, "rootfs": {"type": "layers", "diff_ids": ids},
    }))
    .unwrap()
}

/// A docker-archive of two layers, the second stored as a link to where it is.
fn docker_archive(tags: &str) -> (Vec<u8>, Digest) {
    let (lower, upper) = (tar(&[("etc/os", b"lower")]), tar(&[("etc/os", b"upper"), ("new", b"x")]));
    let config = config(&[&lower, &upper]);
    let manifest =
        format!(r#"[{{"Config":"c.json","RepoTags":{tags},"Layers":["a/layer.tar","b/layer.tar"]}}]"#);
    let archive = tar(&[
        ("a/layer.tar", &lower),
        ("b/layer.tar", b"->../shared/layer.tar"),
        ("shared/layer.tar", &upper),
        ("c.json", &config),
        ("manifest.json", manifest.as_bytes()),
    ]);
    (archive, Digest::of(&config))
}

/// An oci-archive of one gzip layer.
fn oci_archive(change: impl Fn(String) -> String) -> Vec<u8> {
    let plain = tar(&[("file", b"data")]);
    let (layer, config) = (gzip(&plain), config(&[&plain]));
    let name = |bytes: &[u8]| format!("blobs/sha256/{}", Digest::of(bytes).hex());
    let manifest = change(format!(
        r#"{{"schemaVersion":2,"config":{{"digest":"{}","size":{}}},"layers":[{{"mediaType":"application/vnd.oci.image.layer.v1.tar+gzip","digest":"{}","size":{}}}]}}"#,
        Digest::of(&config),
        config.len(),
        Digest::of(&layer),
        layer.len()
    ));
    let index = format!(
        r#"{{"schemaVersion":2,"manifests":[{{"mediaType":"application/vnd.oci.image.manifest.v1+json","digest":"{}","size":{},"annotations":{{"io.containerd.image.name":"docker.io/me/oci:1"}}}}]}}"#,
        Digest::of(manifest.as_bytes()),
        manifest.len()
    );
    tar(&[
        ("oci-layout", br#"{"imageLayoutVersion":"1.0.0"}"#),
        ("index.json", index.as_bytes()),
        (&name(manifest.as_bytes()), manifest.as_bytes()),
        (&name(&config), &config),
        (&name(&layer), &layer),
    ])
}

fn nothing_was_added(store: &Store) {
    assert!(store.images().list().unwrap().is_empty());
    assert!(store.tags().list().unwrap().is_empty());
    assert_eq!(std::fs::read_dir(store.root().join("layers")).unwrap().count(), 0);
    assert_eq!(std::fs::read_dir(store.root().join("images/blobs/sha256")).unwrap().count(), 0);
}

fn unused() -> Result<Vec<Use>> {
    Ok(Vec::new())
}

#[test]
fn archives_load_in_every_form() {
    let (archive, id) = docker_archive(r#"["me/app:1","other:2"]"#);
    for form in [archive.clone(), gzip(&archive), zstd::encode_all(&archive[..], 1).unwrap()] {
        let (_base, store, making) = ground();
        let loaded = load(&store, file(&form), &making).unwrap();
        let lines: Vec<String> = loaded.iter().map(ToString::to_string).collect();
        assert_eq!(lines, ["Loaded image: me/app:1", "Loaded image: other:2"]);
        assert_eq!(store.resolve("other:2").unwrap(), id);
        assert_eq!(store.resolve(&id.short()).unwrap(), id);
        let record = store.images().get(&id).unwrap().unwrap();
        assert_eq!(record.size, 11);
        let upper = store.layers().diff(&record.layers[1].diff_id, &making.map).unwrap();
        assert_eq!(std::fs::read(upper.join("etc/os")).unwrap(), b"upper");
        assert_eq!(load(&store, file(&form), &making).unwrap(), loaded, "again");
    }
    let (_base, store, making) = ground();
    let loaded = load(&store, file(&docker_archive("null").0), &making).unwrap();
    assert_eq!(loaded, [Loaded::Id(id)]);
}

#[test]
fn oci_archives_keep_their_blobs_and_manifest() {
    let (_base, store, making) = ground();
    let loaded = load(&store, file(&oci_archive(|manifest| manifest)), &making).unwrap();
    assert_eq!(loaded, [Loaded::Tag(TagName::parse("me/oci:1").unwrap())]);
    let record = store.images().get(&store.resolve("me/oci:1").unwrap()).unwrap().unwrap();
    assert!(store.blobs().has(&record.manifest.unwrap().digest));
    assert!(store.blobs().has(&record.layers[0].blob.as_ref().unwrap().digest));
    let index = std::fs::read_to_string(store.root().join("images/index.json")).unwrap();
    assert!(index.contains("docker.io/me/oci:1"), "{index}");
}

#[test]
fn an_archive_that_lies_adds_nothing() {
    let plain = tar(&[("file", b"data")]);
    let zero = Digest::of(b"other").to_string();
    let wrong_layer = Digest::of(&gzip(&plain)).to_string();
    let (docker, _) = docker_archive("null");
    let text = String::from_utf8_lossy(&docker).into_owned();
    assert!(text.contains("etc/os"));
    let mut changed = docker.clone();
    let at = docker.windows(5).position(|window| window == b"upper").unwrap();
    changed[at] = b'U';
    let escaping =
        tar(&[("manifest.json", br#"[{"Config":"../../etc/passwd","RepoTags":null,"Layers":[]}]"#)]);
    let linked = tar(&[
        ("manifest.json", br#"[{"Config":"c.json","RepoTags":null,"Layers":[]}]"#),
        ("c.json", b"->/etc/passwd"),
    ]);
    let archives = [
        changed,
        oci_archive(|manifest| manifest.replace(&wrong_layer, &zero)),
        oci_archive(|manifest| manifest.replace("\"layers\"", "\"manifests\":[],\"layers\"")),
        escaping,
        linked,
        docker[..docker.len() / 2].to_vec(),
        gzip(&docker)[..100].to_vec(),
        tar(&[("etc/passwd", b"")]),
        Vec::new(),
        b"not an archive at all, but longer than one block of a tar archive is".repeat(20),
    ];
    for (index, archive) in archives.iter().enumerate() {
        let (_base, store, making) = ground();
        assert!(load(&store, file(archive), &making).is_err(), "{index}");
        nothing_was_added(&store);
    }
}

#[test]
fn an_image_without_layers_is_an_image() {
    let (_base, store, making) = ground();
    let archive = tar(&[
        ("manifest.json", br#"[{"Config":"c.json","RepoTags":["empty"],"Layers":null}]"#),
        ("c.json", b"{}"),
    ]);
    load(&store, file(&archive), &making).unwrap();
    assert_eq!(inspect(&store, "empty", &making.map).unwrap()["RootFS"]["Layers"], serde_json::json!([]));
}

#[test]
fn removing_takes_names_then_the_image_then_what_only_it_needed() {
    let (_base, store, making) = ground();
    let (archive, id) = docker_archive(r#"["a:1","b:1"]"#);
    load(&store, file(&archive), &making).unwrap();
    let conflict = remove(&store, &id.short(), (Force::No, Parents::Prune), unused).unwrap_err();
    let words = format!(
        "conflict: unable to delete {} (must be forced) - image is referenced in multiple repositories",
        id.short()
    );
    assert_eq!((conflict.kind, conflict.to_string()), (Kind::Conflict, words));
    assert_eq!(
        remove(&store, "a:1", (Force::No, Parents::Prune), unused).unwrap(),
        [Removed::Untagged("a:1".into())]
    );
    let container = "c".repeat(64);
    let used =
        || Ok(vec![Use { container: container.clone(), image: id, running: false, layers: Vec::new() }]);
    let conflict = remove(&store, "b:1", (Force::No, Parents::Prune), used).unwrap_err().to_string();
    let words = format!(
        "conflict: unable to remove repository reference \"b:1\" (must force) - container cccccccccccc is using its referenced image {}",
        id.short()
    );
    assert_eq!(conflict, words);
    let removed = remove(&store, "b:1", (Force::No, Parents::Prune), unused).unwrap();
    assert_eq!(removed[..2], [Removed::Untagged("b:1".into()), Removed::Deleted(id)]);
    assert_eq!(removed.len(), 4, "two layers");
    nothing_was_added(&store);
    assert_eq!(
        remove(&store, "b:1", (Force::No, Parents::Prune), unused).unwrap_err().to_string(),
        "No such image: b:1"
    );
}

#[test]
fn imports_are_images_of_one_layer() {
    let (_base, store, making) = ground();
    let input = file(&gzip(&tar(&[("bin/sh", b"#!")])));
    let changes = ["CMD [\"sh\"]".to_owned(), "ENV A=1".to_owned()];
    let name = Some(TagName::parse("flat").unwrap());
    let id = import(&store, input, Import { name, changes: &changes, message: "m", source: "-" }, &making)
        .unwrap();
    let image = inspect(&store, "flat", &making.map).unwrap();
    assert_eq!(image["Id"], id.to_string());
    assert_eq!(image["Config"]["Env"], serde_json::json!(["A=1"]));
    let keys: Vec<_> = image.as_object().unwrap().keys().map(String::as_str).collect();
    let expected = "Id RepoTags RepoDigests Parent Comment Created DockerVersion Author Config Architecture Os Size GraphDriver RootFS Metadata";
    assert_eq!(keys.join(" "), expected);
    let seen = seen(&store, &Filters::default()).unwrap();
    assert_eq!(rows(&seen, false)[0].repository, "flat");
    let steps = history(&store, "flat").unwrap();
    assert_eq!((steps.len(), steps[0].size, steps[0].comment.as_str()), (1, 2, "m"));
    assert!(changes::apply(&mut Default::default(), "RUN x").is_err());
}

#[test]
fn a_store_of_a_newer_rcon_is_refused_with_words() {
    let (base, store, _) = ground();
    let newer = br#"{"version":1,"features":{"incompatible":["zstd-layers"]}}"#;
    crate::durable::write(&store.root().join("format.json"), newer).unwrap();
    let paths =
        Paths { data: store.root().to_owned(), runtime: base.path().into(), config: base.path().into() };
    let error = Store::open(&paths).unwrap_err();
    assert!(error.to_string().contains("newer rcon") && error.hint().is_some(), "{error}");
}

#[test]
fn collecting_takes_what_killed_calls_left_and_nothing_else() {
    let (_base, store, making) = ground();
    let (archive, id) = docker_archive("[\"a\"]");
    load(&store, file(&archive), &making).unwrap();
    let layers = store.root().join("layers");
    let stray = Digest::of(b"stray").hex();
    for name in [format!(".tmp-1-{stray}"), format!("{stray}-test")] {
        std::fs::create_dir_all(layers.join(name).join("diff/a/b")).unwrap();
    }
    store.blobs().put(b"stray").unwrap();
    store.collect(|| Ok(Vec::new())).unwrap();
    assert_eq!(std::fs::read_dir(&layers).unwrap().count(), 2);
    assert_eq!(std::fs::read_dir(store.root().join("images/blobs/sha256")).unwrap().count(), 1);
    assert!(inspect(&store, "a", &making.map).unwrap()["Id"] == id.to_string());
}
