//! Whatever a registry does wrong, a pull ends in the right image or in an error that says why; nothing
//! stands under the name after an error, and the next pull works.

use crate::support::fault::{Access, Fault, Faulty};
use crate::support::published::{Format, Published, noise};
use crate::support::{Image, Layer, Output, Rcon, kill_hard};
use rcon::oci::digest::Digest;
use serde_json::{Value, json};
use std::time::{Duration, Instant};

/// Waits between attempts included.
const LONG: Duration = Duration::from_secs(150);

fn image() -> Published {
    let noise = Layer::new().file("noise", 0o644, noise(4 << 20, 5));
    Published::usual(&Image::busybox().layer(noise).layer(Layer::new().file("f", 0o644, "right")))
}

/// The number of the layer that is large.
const LARGE: usize = 1;

/// A store, a registry, and an image there.
struct Scene {
    rcon: Rcon,
    faulty: Faulty,
    image: Published,
    name: String,
}

impl Scene {
    fn new() -> Self {
        Self::asking(Access::Open)
    }

    fn asking(access: Access) -> Self {
        let (rcon, faulty, image) = (Rcon::new(), Faulty::asking(access), image());
        let name = faulty.publish("app", &image);
        Self { rcon, faulty, image, name }
    }

    /// A pattern of what fetches the large layer.
    fn large(&self) -> String {
        format!("GET /blobs/{}", self.image.layer_digest(LARGE))
    }

    fn pull(&self) -> Output {
        self.rcon.call(["pull", &self.name]).within(LONG).done()
    }

    /// The image is here, whole.
    #[track_caller]
    fn runs(&self) {
        let script = "cat /f; wc -c < /noise; sha256sum < /noise";
        let sum = Digest::of(&noise(4 << 20, 5)).hex();
        let words = ["run", "--rm", "--pull", "never", &self.name, "sh", "-c", script];
        let out = self.rcon.run(words);
        assert_eq!(out.exits(0).printed(), format!("right4194304\n{sum}  -\n"));
        self.rcon.has_no_temporaries();
    }

    /// In spite of the faults.
    #[track_caller]
    fn ends_right(&self) {
        self.pull().exits(0);
        self.runs();
    }

    /// With an error that has all of `words`; and once the registry works, the pull does.
    #[track_caller]
    fn ends_in_error(&self, words: &[&str]) {
        let out = self.pull();
        out.exits(1);
        for word in words {
            assert!(out.said().contains(word), "expected {word:?}\n{out}");
        }
        self.recovers();
    }

    /// With the image, or with an error.
    #[track_caller]
    fn spoils_nothing(&self) {
        let out = self.pull();
        match out.code() {
            Some(0) => self.runs(),
            _ => {
                out.exits(1);
                self.recovers();
            }
        }
    }

    /// Nothing is here; and then the registry works.
    #[track_caller]
    fn recovers(&self) {
        self.rcon.has_no_images();
        self.faulty.mends();
        self.faulty.publish("app", &self.image);
        self.ends_right();
    }
}

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
fn a_blob_that_breaks_off_goes_on_where_it_broke_off() {
    for cuts in [&[0][..], &[1], &[100_000], &[3 << 20], &[1 << 20, 1 << 20, 1 << 20]] {
        let scene = Scene::new();
        scene.faulty.on(&scene.large(), cuts.iter().map(|bytes| Fault::CutAfter(*bytes)));
        scene.ends_right();
        let fetches = scene.faulty.seen(&scene.large());
        assert_eq!(fetches.len(), cuts.len() + 1, "{cuts:?}");
        let begins: Vec<_> = fetches.iter().map(|fetch| fetch.range().map_or(0, |range| range.0)).collect();
        let expected: Vec<_> = [0]
            .iter()
            .chain(cuts)
            .scan(0, |sum, bytes| {
                *sum += bytes;
                Some(*sum)
            })
            .collect();
        assert_eq!(begins, expected, "{cuts:?}");
    }
}

#[test]
fn a_range_that_is_ignored_or_breaks_off_as_well_does_no_harm() {
    for then in [Fault::IgnoreRange, Fault::CutAfter(0), Fault::CutAfter(1000), Fault::Status(503)] {
        let scene = Scene::new();
        scene.faulty.on(&scene.large(), [Fault::CutAfter(1 << 20), then]);
        scene.ends_right();
    }
}

#[test]
fn a_range_that_is_answered_otherwise_than_asked_spoils_nothing() {
    let total = image().layer(LARGE).len();
    for then in [
        Fault::Header("Content-Range", format!("bytes 0-{}/{total}", total - 1)),
        Fault::Header("Content-Range", format!("bytes 5-{}/{total}", total - 1)),
        Fault::Header("Content-Range", "bytes */*".to_owned()),
        Fault::Status(416),
        Fault::Flip,
    ] {
        let scene = Scene::new();
        scene.faulty.on(&scene.large(), [Fault::CutAfter(1 << 20), then]);
        scene.spoils_nothing();
    }
}

#[test]
fn a_registry_that_is_busy_is_asked_again() {
    for part in ["GET /manifests/", "HEAD /manifests/", "GET /blobs/"] {
        let scene = Scene::new();
        scene.faulty.on(
            part,
            [
                Fault::Status(500),
                Fault::RetryAfter(503, "1"),
                Fault::RetryAfter(429, "1"),
                Fault::Status(504),
            ],
        );
        scene.ends_right();
    }
}

#[test]
fn retry_after_is_waited_for() {
    let scene = Scene::new();
    scene.faulty.on(&scene.large(), [Fault::RetryAfter(429, "3")]);
    let begun = Instant::now();
    scene.ends_right();
    assert!(begun.elapsed() >= Duration::from_secs(3), "{:?}", begun.elapsed());
}

#[test]
fn a_manifest_or_a_configuration_that_breaks_off_is_asked_for_again() {
    for part in ["GET /manifests/".to_owned(), format!("GET /blobs/{}", image().config_digest())] {
        let scene = Scene::new();
        scene.faulty.on(&part, [Fault::CutAfter(0), Fault::CutAfter(50)]);
        scene.ends_right();
    }
}

#[test]
fn a_pause_is_waited_for() {
    let scene = Scene::new();
    scene.faulty.on("GET /manifests/", [Fault::PauseAfter(10, Duration::from_secs(2))]);
    scene.faulty.on(&scene.large(), [Fault::PauseAfter(1 << 20, Duration::from_secs(3))]);
    scene.ends_right();
    assert_eq!(scene.faulty.seen(&scene.large()).len(), 1);
}

#[test]
fn an_answer_that_never_goes_on_is_given_up_and_asked_for_again() {
    let scene = Scene::new();
    scene.faulty.on(&scene.large(), [Fault::StallAfter(1 << 20)]);
    scene.ends_right();
    assert_eq!(scene.faulty.seen(&scene.large()).last().unwrap().range(), Some((1 << 20, None)));
}

#[test]
fn a_token_that_expires_in_the_middle_is_asked_for_again() {
    let scene = Scene::asking(Access::Bearer);
    scene.faulty.on(&scene.large(), [Fault::CutAfter(1 << 20), Fault::Expire]);
    scene.ends_right();
}

#[test]
fn an_error_that_stays_is_told() {
    for (part, fault, words) in [
        ("GET /blobs/", Fault::Status(500), &["unknown error"][..]),
        ("GET /blobs/", Fault::Status(404), &["blob unknown"]),
        ("GET /blobs/", Fault::Status(403), &["denied"]),
        ("GET /blobs/", Fault::Status(429), &["you have reached your limit"]),
        ("GET /manifests/", Fault::Status(403), &["denied"]),
        ("GET /blobs/", Fault::CutAfter(0), &[]),
    ] {
        let scene = Scene::new();
        scene.faulty.always(part, fault.clone());
        scene.faulty.always(&part.replace("GET", "HEAD"), fault);
        scene.ends_in_error(words);
    }
}

#[test]
fn a_refusal_is_not_asked_for_again() {
    for status in [400, 403, 404] {
        let scene = Scene::new();
        scene.faulty.always(&scene.large(), Fault::Status(status));
        scene.pull().exits(1);
        assert_eq!(scene.faulty.seen(&scene.large()).len(), 1, "{status}");
    }
}

#[test]
fn other_bytes_than_the_digest_says_are_refused() {
    let image = image();
    for number in 0..image.blobs.len() {
        let digest = Digest::of(&image.blobs[number]);
        for fault in [Fault::Flip, Fault::Body(noise(image.blobs[number].len(), 9))] {
            let scene = Scene::new();
            scene.faulty.always(&format!("GET /blobs/{digest}"), fault);
            scene.ends_in_error(&[&digest.to_string()]);
        }
    }
}

#[test]
fn a_length_that_is_wrong_spoils_nothing() {
    let length = image().layer(LARGE).len();
    for said in [0, 1, length - 8, length + 8, length * 2, 1 << 40] {
        let scene = Scene::new();
        scene.faulty.always(&scene.large(), Fault::Header("Content-Length", said.to_string()));
        scene.spoils_nothing();
    }
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

#[test]
fn a_pull_that_was_killed_is_resumed_by_the_next_one() {
    let scene = Scene::new();
    scene.faulty.on(&scene.large(), [Fault::StallAfter(3 << 20)]);
    let call = scene.rcon.call(["pull", &scene.name]).spawn();
    scene.faulty.stalls(1);
    std::thread::sleep(Duration::from_millis(500));
    kill_hard(call.pid());
    assert_eq!(call.wait().signal(), Some(9));
    scene.rcon.has_no_images();
    scene.faulty.forget();
    scene.ends_right();
    let fetches = scene.faulty.seen(&scene.large());
    assert_eq!(fetches.len(), 1);
    let begin = fetches[0].range().map_or(0, |range| range.0);
    assert!((1 << 20..=3 << 20).contains(&begin), "resumed at {begin}");
}

#[test]
fn a_pull_that_waits_for_another_goes_on_when_that_one_is_killed() {
    let scene = Scene::new();
    scene.faulty.on(&scene.large(), [Fault::StallAfter(1 << 20)]);
    let first = scene.rcon.call(["pull", &scene.name]).spawn();
    scene.faulty.stalls(1);
    let second = scene.rcon.call(["pull", &scene.name]).within(LONG).spawn();
    std::thread::sleep(Duration::from_secs(1));
    kill_hard(first.pid());
    first.wait();
    second.wait().exits(0);
    scene.runs();
}
