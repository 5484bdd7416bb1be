//! Images that go to a registry, and come back.

use crate::support::archives::PACKINGS;
use crate::support::fault::{Access, Fault, Faulty};
use crate::support::published::{FORMATS, Format, Published, noise};
use crate::support::registry::{Options, Registry};
use crate::support::{Image, Layer, Output, Rcon, at_once, requires};
use serde_json::Value;
use std::process::Command;

/// Two layers over busybox, one of them of two MiB that do not compress.
fn image() -> Image {
    Image::busybox()
        .layer(Layer::new().file("noise", 0o644, noise(2 << 20, 3)))
        .layer(Layer::new().file("f", 0o644, "x"))
}

/// A store in which `name` stands for [`image`], from an archive with plain layers.
fn with_image(name: &str) -> Rcon {
    let rcon = Rcon::with_image(image());
    rcon.run(["tag", "image", name]).exits(0);
    rcon
}

/// What was said of the layers, `Preparing` and `Waiting` left out.
fn of_layers(out: &Output) -> Vec<String> {
    let about = |line: &&str| line.split_once(": ").is_some_and(|(id, _)| id.len() == 12);
    let said = out.printed().lines().filter(about).map(|line| line[14..].to_owned());
    said.filter(|words| !matches!(words.as_str(), "Preparing" | "Waiting")).collect()
}

/// Digest and size in the last line, which is about `tag`.
#[track_caller]
fn pushed(out: &Output, tag: &str) -> (String, usize) {
    let last = out.exits(0).printed().lines().last().unwrap_or_default();
    let rest = last.strip_prefix(&format!("{tag}: digest: ")).unwrap_or_else(|| panic!("{out}"));
    let (digest, size) = rest.split_once(" size: ").unwrap_or_else(|| panic!("{out}"));
    (digest.to_owned(), size.parse().unwrap())
}

/// Another user with an empty store pulls `name`, and it is [`image`].
#[track_caller]
fn comes_back(name: &str) {
    let other = Rcon::new();
    other.run(["pull", "-q", name]).exits(0).stderr("");
    other.run(["run", "--rm", name, "cat", "/f"]).exits(0).stdout("x");
    other.run(["run", "--rm", name, "wc", "-c", "/noise"]).exits(0).stdout("2097152 /noise\n");
}

fn uploads(registry: &Registry) -> usize {
    registry.log().iter().filter(|request| matches!(request.method.as_str(), "PATCH" | "POST")).count()
}

#[test]
fn a_push_is_told_in_docker_s_words() {
    requires!(docker_registry);
    let registry = Registry::open();
    let name = format!("{}/team/app", registry.address());
    let rcon = with_image(&name);
    let out = rcon.run(["push", &name]);
    out.exits(0).stderr("");
    let begin = format!("Using default tag: latest\nThe push refers to repository [{name}]\n");
    assert!(out.printed().starts_with(&begin), "{out}");
    assert_eq!(of_layers(&out), ["Pushed"; 3], "{out}");
    let (digest, size) = pushed(&out, "latest");
    let listed = rcon.run(["images", "--digests", "--format", "{{.Digest}}", &name]).succeeds();
    assert_eq!(listed, digest);
    assert!(size > 400, "{size}");
    comes_back(&name);
}

#[test]
fn what_is_there_is_not_sent_again() {
    requires!(docker_registry);
    let registry = Registry::open();
    let name = format!("{}/app", registry.address());
    let rcon = with_image(&name);
    let first = pushed(&rcon.run(["push", &name]), "latest");
    let before = uploads(&registry);
    let again = rcon.run(["push", &name]);
    assert_eq!(pushed(&again, "latest"), first);
    assert_eq!(of_layers(&again), ["Layer already exists"; 3], "{again}");
    rcon.run(["tag", &name, &format!("{name}:2")]).exits(0);
    assert_eq!(pushed(&rcon.run(["push", &format!("{name}:2")]), "2"), first);
    assert_eq!(uploads(&registry), before);
}

#[test]
fn layers_of_another_repository_are_mounted() {
    requires!(docker_registry);
    let registry = Registry::open();
    let (first, second) = (format!("{}/team/one", registry.address()), format!("{}/two", registry.address()));
    let rcon = with_image(&first);
    rcon.run(["push", &first]).exits(0);
    rcon.run(["tag", &first, &second]).exits(0);
    let out = rcon.run(["push", &second]);
    out.exits(0);
    assert_eq!(of_layers(&out), ["Mounted from team/one"; 3], "{out}");
    comes_back(&second);
}

#[test]
fn layers_of_a_pulled_image_are_mounted_too() {
    let faulty = Faulty::start();
    let source = faulty.publish("source", &Published::usual(&image()));
    let rcon = Rcon::new();
    rcon.run(["pull", "-q", &source]).exits(0);
    let target = format!("{}/target", faulty.address());
    rcon.run(["tag", &source, &target]).exits(0);
    let out = rcon.run(["push", &target]);
    out.exits(0);
    assert_eq!(of_layers(&out), ["Mounted from source"; 3], "{out}");
    assert_eq!(faulty.seen("PATCH ").len(), 0);
}

#[test]
fn a_mount_that_is_refused_becomes_an_upload() {
    let faulty = Faulty::start();
    let source = faulty.publish("source", &Published::usual(&image()));
    let rcon = Rcon::new();
    rcon.run(["pull", "-q", &source]).exits(0);
    let elsewhere = Faulty::start();
    let target = format!("{}/target", elsewhere.address());
    rcon.run(["tag", &source, &target]).exits(0);
    assert_eq!(of_layers(&rcon.run(["push", &target])), ["Pushed"; 3]);
    comes_back(&target);
}

#[test]
fn quiet_is_the_name_and_nothing_else() {
    requires!(docker_registry);
    let registry = Registry::open();
    let name = format!("{}/app:1", registry.address());
    with_image(&name).run(["push", "-q", &name]).exits(0).stdout(&format!("{name}\n")).stderr("");
}

#[test]
fn what_was_pulled_has_the_same_digest_elsewhere() {
    requires!(docker_registry);
    let (from, to) = (Registry::open(), Registry::open());
    for format in FORMATS {
        for packing in PACKINGS {
            let rcon = Rcon::new();
            let published = Published::of(&image(), format, packing);
            let tag = format!("{format:?}-{packing:?}");
            let name = from.publish(&format!("app:{tag}"), &published);
            rcon.run(["pull", "-q", &name]).exits(0);
            let target = format!("{}/other:{tag}", to.address());
            rcon.run(["tag", &name, &target]).exits(0);
            let (digest, size) = pushed(&rcon.run(["push", &target]), &tag);
            assert_eq!((digest, size), (published.digest().to_string(), published.manifest.len()), "{tag}");
            comes_back(&target);
        }
    }
}

#[test]
fn an_image_from_an_index_is_pushed_as_the_image_it_is() {
    requires!(docker_registry);
    let (from, to) = (Registry::open(), Registry::open());
    let own = Published::usual(&image());
    let foreign = Published::usual(&Image::empty().architecture("s390x"));
    let name = from.publish("app", &Published::index(Format::Oci, vec![foreign, own.clone()]));
    let rcon = Rcon::new();
    rcon.run(["pull", "-q", &name]).exits(0);
    let target = format!("{}/app", to.address());
    rcon.run(["tag", &name, &target]).exits(0);
    assert_eq!(pushed(&rcon.run(["push", &target]), "latest").0, own.digest().to_string());
}

#[test]
fn all_tags_of_a_repository_are_pushed() {
    requires!(docker_registry);
    let registry = Registry::open();
    let name = format!("{}/app", registry.address());
    let rcon = with_image(&format!("{name}:one"));
    rcon.run(["tag", "image", &format!("{name}:two")]).exits(0);
    rcon.load("other", Image::busybox());
    rcon.run(["tag", "other", &format!("{name}:three")]).exits(0);
    let out = rcon.run(["push", "-a", &name]);
    out.exits(0).stderr("").stdout_has(&format!("The push refers to repository [{name}]\n"));
    for tag in ["one", "two", "three"] {
        out.stdout_has(&format!("{tag}: digest: sha256:<id> size: "));
    }
    comes_back(&format!("{name}:two"));
    Rcon::new().run(["run", "--rm", &format!("{name}:three"), "echo", "3"]).exits(0).stdout("3\n");
    rcon.run(["push", "-a", &format!("{name}:one")])
        .exits(1)
        .stdout("")
        .stderr_has("tag can't be used with --all-tags/-a");
}

#[test]
fn skopeo_reads_what_was_pushed() {
    requires!(skopeo);
    requires!(docker_registry);
    let registry = Registry::open();
    let name = format!("{}/app:1", registry.address());
    let rcon = with_image(&name);
    let (digest, _) = pushed(&rcon.run(["push", &name]), "1");
    let out = Command::new("skopeo")
        .args(["inspect", "--tls-verify=false", &format!("docker://{name}")])
        .env("HOME", rcon.path("home"))
        .output()
        .unwrap();
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    let seen: Value = serde_json::from_slice(&out.stdout).unwrap();
    assert_eq!(seen["Digest"], digest);
    assert_eq!(seen["Os"], "linux");
    assert_eq!(seen["Layers"].as_array().unwrap().len(), 3);
    let copied = rcon.path("copied");
    let out = Command::new("skopeo")
        .args(["copy", "--insecure-policy", "--src-tls-verify=false"])
        .args([format!("docker://{name}"), format!("oci:{}", copied.display())])
        .envs([("HOME", rcon.path("home")), ("TMPDIR", rcon.directory("tmp").into())])
        .output()
        .unwrap();
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
}

#[test]
fn an_imported_tree_is_pushed_and_runs_elsewhere() {
    requires!(docker_registry);
    let registry = Registry::open();
    let name = format!("{}/box", registry.address());
    let rcon = Rcon::with_busybox();
    rcon.run(["tag", "busybox", &name]).exits(0);
    rcon.run(["push", &name]).exits(0);
    Rcon::new().run(["run", "--rm", "--pull", "always", &name, "echo", "there"]).exits(0).stdout("there\n");
}

#[test]
fn a_push_without_the_password_is_denied_and_names_the_login() {
    requires!(docker_registry);
    let registry = Registry::start(Options { password: true, ..Options::default() });
    let name = format!("{}/app", registry.address());
    let rcon = with_image(&name);
    rcon.run(["push", &name]).exits(1).stderr_has("rcon login");
    rcon.logs_in(&registry.address());
    rcon.run(["push", &name]).exits(0).stderr("");
    rcon.run(["rmi", &name, "image"]).exits(0);
    rcon.run(["run", "--rm", &name, "cat", "/f"]).exits(0).stdout("x");
}

#[test]
fn a_push_without_permission_is_denied() {
    let faulty = Faulty::asking(Access::Bearer);
    faulty.always("POST /blobs/uploads/", Fault::Status(403));
    faulty.always("PUT /manifests/", Fault::Status(403));
    let name = format!("{}/app", faulty.address());
    let rcon = with_image(&name);
    rcon.logs_in(&faulty.address());
    rcon.run(["push", &name]).exits(1).stderr_has("denied: requested access to the resource is denied");
    assert_eq!(faulty.holds("app", "latest"), None);
    assert!(faulty.seen("POST ").len() <= 6, "a refusal is not asked for again and again");
}

#[test]
fn an_image_that_is_not_here_cannot_be_pushed() {
    let faulty = Faulty::start();
    let name = format!("{}/app", faulty.address());
    let rcon = Rcon::new();
    let words = format!("An image does not exist locally with the tag: {name}");
    rcon.run(["push", &name]).exits(1).stderr_has(&words);
    rcon.run(["push", "-a", &name]).exits(1).stderr_has(&words);
    assert!(faulty.requests().is_empty());
}

#[test]
fn an_upload_that_breaks_off_is_taken_up_again() {
    for part in ["PATCH /blobs/uploads/", "PUT /blobs/uploads/"] {
        for bytes in [0, 1 << 20] {
            let faulty = Faulty::start();
            faulty.on(part, [Fault::CutAfter(bytes), Fault::None, Fault::CutAfter(bytes)]);
            let name = format!("{}/app", faulty.address());
            let rcon = with_image(&name);
            let (digest, _) = pushed(&rcon.run(["push", &name]), "latest");
            assert_eq!(faulty.holds("app", "latest").map(|digest| digest.to_string()), Some(digest));
            comes_back(&name);
        }
    }
}

#[test]
fn a_registry_that_is_busy_is_asked_again() {
    for part in ["HEAD /blobs/", "POST /blobs/", "PATCH /blobs/", "PUT /blobs/", "PUT /manifests/"] {
        let faulty = Faulty::start();
        faulty.on(part, [Fault::RetryAfter(503, "1"), Fault::Status(502), Fault::RetryAfter(429, "1")]);
        let name = format!("{}/app", faulty.address());
        let rcon = with_image(&name);
        pushed(&rcon.run(["push", &name]), "latest");
        comes_back(&name);
    }
}

#[test]
fn a_token_that_expires_in_the_middle_is_asked_for_again() {
    let faulty = Faulty::asking(Access::Bearer);
    for part in ["PATCH /blobs/", "PUT /blobs/", "PUT /manifests/"] {
        faulty.on(part, [Fault::Expire]);
    }
    let name = format!("{}/app", faulty.address());
    let rcon = with_image(&name);
    rcon.logs_in(&faulty.address());
    pushed(&rcon.run(["push", &name]), "latest");
    assert!(faulty.holds("app", "latest").is_some());
}

#[test]
fn a_push_that_fails_for_good_leaves_no_tag_and_the_next_one_works() {
    let faulty = Faulty::start();
    faulty.always("PUT /manifests/", Fault::Status(500));
    let name = format!("{}/app", faulty.address());
    let rcon = with_image(&name);
    rcon.run(["push", &name]).exits(1).stderr_has("unknown error");
    assert_eq!(faulty.holds("app", "latest"), None);
    faulty.mends();
    let out = rcon.run(["push", &name]);
    assert_eq!(of_layers(&out), ["Layer already exists"; 3], "{out}");
    comes_back(&name);
    rcon.has_no_temporaries();
}

#[test]
fn several_pushes_at_once_all_succeed() {
    requires!(docker_registry);
    let registry = Registry::open();
    let name = format!("{}/app", registry.address());
    let rcon = with_image(&name);
    let ended = at_once(3, |_| pushed(&rcon.run(["push", &name]), "latest"));
    assert!(ended.windows(2).all(|pair| pair[0] == pair[1]), "{ended:?}");
    comes_back(&name);
}
