//! Manifests, indexes and configurations as strangers write them.

use crate::support::fault::Fault;
use crate::support::published::{Format, Published};
use crate::support::scene::{LARGE, Scene, image};
use crate::support::{Image, Layer};
use rcon::oci::digest::Digest;
use serde_json::{Value, json};

/// Another image under the name is refused with `words`; then the right one is pulled.
#[track_caller]
fn is_refused(wrong: &Published, words: &[&str]) {
    let scene = Scene::new();
    scene.faulty.publish("app", wrong);
    scene.ends_in_error(words);
}

/// The image with another configuration.
fn with_config(edit: impl FnOnce(&mut Value)) -> Published {
    let image = image();
    let mut config: Value = serde_json::from_slice(&image.blobs[0]).unwrap();
    edit(&mut config);
    let bytes = serde_json::to_vec(&config).unwrap();
    let mut changed = image.edited(|manifest| {
        manifest["config"]["digest"] = json!(Digest::of(&bytes).to_string());
        manifest["config"]["size"] = json!(bytes.len());
    });
    changed.blobs[0] = bytes;
    changed
}

#[test]
fn a_manifest_asked_for_by_digest_must_have_it() {
    let mut scene = Scene::new();
    scene.name = format!("{}@{}", scene.name, scene.image.digest());
    scene.faulty.always("GET /manifests/", Fault::Flip);
    scene.ends_in_error(&[&scene.image.digest().to_string()]);
    let scene = Scene::new();
    let index = Published::index(Format::Oci, vec![scene.image.clone()]);
    scene.faulty.publish("app", &index);
    scene.faulty.always(&format!("GET /manifests/{}", scene.image.digest()), Fault::Flip);
    scene.ends_in_error(&[&scene.image.digest().to_string()]);
}

#[test]
fn what_is_here_already_does_not_make_a_wrong_digest_right() {
    let scene = Scene::new();
    scene.ends_right();
    let another = Digest::of(b"another");
    let name = format!("{}@{another}", scene.name);
    scene.faulty.publish(&format!("app:{another}"), &scene.image);
    scene.rcon.run(["pull", &name]).exits(1);
    scene.rcon.run(["run", "--rm", "--pull", "never", &name, "true"]).exits(125);
}

#[test]
fn a_layer_that_is_not_what_the_configuration_says_is_refused() {
    let wrong = Digest::of(b"another").to_string();
    is_refused(&with_config(|config| config["rootfs"]["diff_ids"][LARGE] = json!(wrong)), &[&wrong]);
    is_refused(&with_config(|config| config["rootfs"]["diff_ids"] = json!([])), &[]);
    is_refused(&with_config(|config| *config = json!({})), &[]);
    is_refused(&with_config(|config| *config = json!([])), &[]);
}

#[test]
fn a_size_that_is_wrong_is_refused() {
    for size in [json!(0), json!(5), json!(1u64 << 40), json!(-1), json!("many"), json!(null)] {
        is_refused(&image().edited(|manifest| manifest["layers"][LARGE]["size"] = size.clone()), &[]);
        is_refused(&image().edited(|manifest| manifest["config"]["size"] = size), &[]);
    }
}

#[test]
fn documents_that_are_two_things_at_once_are_refused() {
    let index = Published::index(Format::Oci, vec![image()]);
    let entries: Value = serde_json::from_slice::<Value>(&index.manifest).unwrap()["manifests"].clone();
    is_refused(&image().edited(|manifest| manifest["manifests"] = entries), &["manifest"]);
    let layers = json!([]);
    is_refused(&index.edited(|manifest| manifest["layers"] = layers), &["manifest"]);
    let mut mislabelled = image();
    mislabelled.media_type = "application/vnd.oci.image.index.v1+json".to_owned();
    is_refused(&mislabelled, &["manifest"]);
}

#[test]
fn manifests_that_are_none_are_refused() {
    for bytes in [&b""[..], b"{}", b"null", b"[", b"<html>sign in</html>", b"{\"schemaVersion\":1}"] {
        let mut wrong = image();
        wrong.manifest = bytes.to_vec();
        is_refused(&wrong, &["manifest"]);
    }
    is_refused(&image().edited(|manifest| manifest["layers"] = json!({})), &["manifest"]);
    is_refused(&image().edited(|manifest| manifest["config"] = json!(null)), &["manifest"]);
}

#[test]
fn a_manifest_of_more_than_four_mebibytes_is_refused() {
    let filling = "x".repeat(5 << 20);
    is_refused(&image().edited(|manifest| manifest["annotations"] = json!({ "a": filling })), &["4194304"]);
}

#[test]
fn a_bomb_of_zeros_is_refused() {
    let zeros = Layer::new().file("zeros", 0o644, vec![0; 300 << 20]);
    let bomb = Published::usual(&Image::busybox().layer(zeros));
    is_refused(&bomb, &["a bomb"]);
}

#[test]
fn indexes_in_indexes_end_somewhere() {
    let deep = (0..100).fold(image(), |below, _| Published::index(Format::Oci, vec![below]));
    let wide: Vec<_> = (0..1000u32)
        .map(|number| {
            let inner = Published::index(Format::Oci, vec![Published::usual(&Image::empty())]);
            inner.edited(|index| index["annotations"] = json!({ "number": number.to_string() }))
        })
        .collect();
    is_refused(&deep, &["manifest"]);
    for index in [deep, Published::index(Format::Oci, wide)] {
        let scene = Scene::new();
        scene.faulty.publish("app", &index);
        scene.pull();
        assert!(scene.faulty.requests().len() <= 50, "{}", scene.faulty.requests().len());
    }
}

#[test]
fn an_index_that_lists_itself_is_refused() {
    let scene = Scene::new();
    let index = Published::index(Format::Oci, vec![image()]);
    let child = Digest::of(b"itself").to_string();
    let cyclic = index.edited(|index| {
        index["manifests"][0]["digest"] = json!(child);
        index["manifests"][0]["mediaType"] = json!("application/vnd.oci.image.index.v1+json");
    });
    scene.faulty.publish("app", &cyclic);
    scene.faulty.publish(&format!("app:{child}"), &cyclic);
    scene.ends_in_error(&[&child]);
}

#[test]
fn a_digest_that_is_none_leads_to_no_request() {
    let hex = image().layer_digest(LARGE).hex();
    for digest in [
        "sha256:../../../../v2/other/blobs".to_owned(),
        format!("sha256:{hex}?host=elsewhere"),
        format!("sha256:{hex}/../x"),
        format!("@localhost/sha256:{hex}"),
        format!("sha256:{}", hex.to_uppercase()),
        format!("sha256:{}", &hex[..63]),
        format!("md5:{}", &hex[..32]),
        "sha256:".to_owned(),
        String::new(),
    ] {
        let index = Published::index(Format::Docker, vec![image()]);
        for (document, place) in
            [(image(), "/layers/1/digest"), (image(), "/config/digest"), (index, "/manifests/0/digest")]
        {
            let scene = Scene::new();
            let wrong = document.edited(|document| *document.pointer_mut(place).unwrap() = json!(digest));
            scene.faulty.publish("app", &wrong);
            scene.pull().exits(1).stderr_has("digest");
            scene.rcon.has_no_images();
            let asked = scene.faulty.requests();
            let fine = ["/v2/", "/v2/app/manifests/latest"];
            assert!(asked.iter().all(|request| fine.contains(&request.path.as_str())), "{digest}: {asked:?}");
        }
    }
}
