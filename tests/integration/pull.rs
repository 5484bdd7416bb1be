//! Images from registries on which everything works.

use crate::support::archives::PACKINGS;
use crate::support::fault::{Fault, Faulty};
use crate::support::published::{FORMATS, Format, Published, noise};
use crate::support::registry::{Options, Registry, USER, own_address};
use crate::support::{Image, Layer, Output, Rcon, at_once, requires, skip};
use rcon::oci::digest::Digest;
use std::time::Duration;

/// busybox, and a file `f` with this content above it.
fn with_file(content: &str) -> Image {
    Image::busybox().layer(Layer::new().file("f", 0o644, content))
}

fn published(content: &str) -> Published {
    Published::usual(&with_file(content))
}

/// The last three lines, in docker's words.
fn ending(image: &Published, status: &str, name: &str) -> String {
    format!("Digest: {}\nStatus: {status} for {name}\n{name}\n", image.digest())
}

/// What was said of one layer, in order, without what depends on the moment.
fn of_layer<'a>(out: &'a Output, layer: &Digest) -> Vec<&'a str> {
    let prefix = format!("{}: ", layer.short());
    let said = out.printed().lines().filter_map(|line| line.strip_prefix(&prefix));
    said.filter(|words| !matches!(*words, "Waiting" | "Verifying Checksum")).collect()
}

const WHOLE: [&str; 3] = ["Pulling fs layer", "Download complete", "Pull complete"];

#[test]
fn a_pull_is_told_in_docker_s_words() {
    requires!(docker_registry);
    let (rcon, registry) = (Rcon::new(), Registry::open());
    let image = published("x");
    let name = registry.publish("team/app", &image);
    let out = rcon.run(["pull", &name]);
    out.exits(0).stderr("");
    assert!(out.printed().starts_with("Using default tag: latest\nlatest: Pulling from team/app\n"), "{out}");
    for number in [0, 1] {
        assert_eq!(of_layer(&out, &image.layer_digest(number)), WHOLE, "{out}");
    }
    let end = ending(&image, "Downloaded newer image", &format!("{name}:latest"));
    assert!(out.printed().ends_with(&end), "{out}");
    rcon.run(["run", "--rm", &name, "cat", "/f"]).exits(0).stdout("x").stderr("");
    rcon.has_no_temporaries();
}

#[test]
fn a_tag_that_is_given_is_not_remarked_on() {
    requires!(docker_registry);
    let (rcon, registry) = (Rcon::new(), Registry::open());
    let image = published("x");
    let name = registry.publish("app:1.0", &image);
    for words in [&["pull"][..], &["image", "pull"]] {
        let out = rcon.run([words, &[&name]].concat());
        out.exits(0).stderr("");
        assert!(out.printed().starts_with("1.0: Pulling from app\n"), "{out}");
    }
    rcon.run(["images", "--format", "{{.Repository}} {{.Tag}}"])
        .exits(0)
        .stdout(&format!("{}/app 1.0\n", registry.address()));
}

#[test]
fn quiet_is_the_name_and_nothing_else() {
    requires!(docker_registry);
    let (rcon, registry) = (Rcon::new(), Registry::open());
    let name = registry.publish("app", &published("x"));
    for flag in ["-q", "--quiet"] {
        rcon.run(["pull", flag, &name]).exits(0).stdout(&format!("{name}:latest\n")).stderr("");
    }
}

#[test]
fn an_image_is_pulled_by_its_digest_and_gets_no_tag() {
    requires!(docker_registry);
    let (rcon, registry) = (Rcon::new(), Registry::open());
    let image = published("x");
    let name = format!("{}@{}", registry.publish("app", &image), image.digest());
    let out = rcon.run(["pull", &name]);
    out.exits(0).stderr("").stdout_has(": Pulling from app\n");
    assert!(out.printed().ends_with(&ending(&image, "Downloaded newer image", &name)), "{out}");
    let listed = rcon.run(["images", "--digests", "--format", "{{.Tag}} {{.Digest}}"]).succeeds();
    assert_eq!(listed, format!("<none> {}", image.digest()));
    let digests = rcon.run(["image", "inspect", "-f", "{{json .RepoDigests}}", &name]).succeeds();
    assert_eq!(digests, format!("[\"{name}\"]"));
    rcon.run(["run", "--rm", "--pull", "never", &name, "cat", "/f"]).exits(0).stdout("x");
}

#[test]
fn a_digest_that_the_registry_does_not_have_is_not_found() {
    requires!(docker_registry);
    let (rcon, registry) = (Rcon::new(), Registry::open());
    let name = format!("{}@{}", registry.publish("app", &published("x")), Digest::of(b"another"));
    rcon.run(["pull", &name]).exits(1).stderr_has("manifest unknown");
    rcon.has_no_images();
}

#[test]
fn all_tags_are_pulled_and_their_blobs_once() {
    requires!(docker_registry);
    let (rcon, registry) = (Rcon::new(), Registry::open());
    for tag in ["one", "two", "three"] {
        registry.publish(&format!("app:{tag}"), &published(tag));
    }
    let name = format!("{}/app", registry.address());
    let out = rcon.run(["pull", "-a", &name]);
    out.exits(0).stderr("");
    for tag in ["one", "two", "three"] {
        out.stdout_has(&format!("{tag}: Pulling from app\n"));
        rcon.run(["run", "--rm", "--pull", "never", &format!("{name}:{tag}"), "cat", "/f"])
            .exits(0)
            .stdout(tag);
    }
    // busybox, three layers, three configurations.
    registry.fetched_once(7);
    rcon.run(["pull", "-a", &format!("{name}:one")])
        .exits(1)
        .stdout("")
        .stderr_has("tag can't be used with --all-tags/-a");
}

#[test]
fn all_tags_are_found_on_all_pages_of_the_list() {
    let (rcon, faulty) = (Rcon::new(), Faulty::start());
    faulty.page(2);
    for tag in ["a", "b", "c", "d", "e"] {
        faulty.publish(&format!("app:{tag}"), &published("x"));
    }
    rcon.run(["pull", "-a", "-q", &format!("{}/app", faulty.address())]).exits(0);
    let tags = rcon.run(["images", "--format", "{{.Tag}}"]).succeeds();
    let mut tags: Vec<_> = tags.lines().collect();
    tags.sort_unstable();
    assert_eq!(tags, ["a", "b", "c", "d", "e"]);
}

#[test]
fn an_index_gives_the_image_of_this_machine_or_of_the_platform_that_is_named() {
    requires!(docker_registry);
    for format in FORMATS {
        let (rcon, registry) = (Rcon::new(), Registry::open());
        let foreign = Published::usual(&with_file("foreign").architecture("s390x"));
        let own = published("own");
        let index = Published::index(format, vec![foreign.clone(), own.clone()]);
        let name = registry.publish("app", &index);
        let out = rcon.run(["pull", &name]);
        assert!(out.exits(0).printed().contains(&format!("Digest: {}\n", index.digest())), "{out}");
        rcon.run(["run", "--rm", &name, "cat", "/f"]).exits(0).stdout("own");
        let id = rcon.run(["images", "-q", "--no-trunc"]).succeeds();
        assert_eq!(id, own.config_digest().to_string());
        rcon.run(["pull", "--platform", "linux/s390x", &name]).exits(0);
        let architecture = rcon.run(["image", "inspect", "-f", "{{.Architecture}}", &name]).succeeds();
        assert_eq!(architecture, "s390x");
        rcon.run(["pull", "--platform", "linux/mips64le", &name])
            .exits(1)
            .stderr_has("no matching manifest for linux/mips64le in the manifest list entries");
    }
}

#[test]
fn images_in_every_format_and_packing_run() {
    requires!(docker_registry);
    let (rcon, registry) = (Rcon::new(), Registry::open());
    for format in FORMATS {
        for packing in PACKINGS {
            let content = format!("{format:?} {packing:?}");
            let image = Published::of(&with_file(&content), format, packing);
            let name = registry.publish(&format!("app:{format:?}-{packing:?}"), &image);
            rcon.run(["pull", "-q", &name]).exits(0).stdout(&format!("{name}\n")).stderr("");
            rcon.run(["run", "--rm", &name, "cat", "/f"]).exits(0).stdout(&content);
        }
    }
}

#[test]
fn a_second_pull_fetches_no_blob() {
    requires!(docker_registry);
    let (rcon, registry) = (Rcon::new(), Registry::open());
    let image = published("x");
    let name = registry.publish("app", &image);
    rcon.run(["pull", &name]).exits(0);
    let out = rcon.run(["pull", &name]);
    let end = ending(&image, "Image is up to date", &format!("{name}:latest"));
    assert_eq!(
        out.exits(0).stderr("").printed(),
        format!("Using default tag: latest\nlatest: Pulling from app\n{end}")
    );
    registry.fetched_once(3);
}

#[test]
fn a_layer_of_another_image_is_not_fetched_again() {
    requires!(docker_registry);
    let (rcon, registry) = (Rcon::new(), Registry::open());
    let (first, second) = (published("first"), published("second"));
    rcon.run(["pull", "-q", &registry.publish("first", &first)]).exits(0);
    registry.fetched_once(3);
    let out = rcon.run(["pull", &registry.publish("second", &second)]);
    out.exits(0);
    assert_eq!(of_layer(&out, &second.layer_digest(0)), ["Already exists"], "{out}");
    assert_eq!(of_layer(&out, &second.layer_digest(1)), WHOLE, "{out}");
    registry.fetched_once(5);
}

#[test]
fn several_pulls_at_once_fetch_each_blob_once() {
    let (rcon, faulty) = (Rcon::new(), Faulty::start());
    let large = Image::busybox().layer(Layer::new().file("f", 0o644, noise(2 << 20, 7)));
    let image = Published::usual(&large);
    let name = faulty.publish("app", &image);
    let slow = Fault::PauseAfter(1000, Duration::from_millis(500));
    faulty.on(&format!("GET /blobs/{}", image.layer_digest(1)), [slow]);
    at_once(4, |_| {
        rcon.run(["pull", "-q", &name]).exits(0).stdout(&format!("{name}:latest\n"));
    });
    for blob in &image.blobs {
        let times = faulty.seen(&format!("GET /blobs/{}", Digest::of(blob))).len();
        assert_eq!(times, 1, "a blob of {} bytes", blob.len());
    }
    rcon.run(["run", "--rm", &name, "wc", "-c", "/f"]).exits(0).stdout("2097152 /f\n");
    rcon.has_no_temporaries();
}

#[test]
fn a_tag_that_moved_is_pulled_anew_and_the_old_image_loses_its_name() {
    requires!(docker_registry);
    let (rcon, registry) = (Rcon::new(), Registry::open());
    let (old, new) = (published("old"), published("new"));
    let name = registry.publish("app", &old);
    rcon.run(["pull", &name]).exits(0);
    registry.publish("app", &new);
    rcon.run(["pull", &name]).exits(0).stdout_has("Status: Downloaded newer image for ");
    rcon.run(["run", "--rm", &name, "cat", "/f"]).exits(0).stdout("new");
    let dangling = rcon.run(["images", "-q", "--no-trunc", "-f", "dangling=true"]).succeeds();
    assert_eq!(dangling, old.config_digest().to_string());
}

#[test]
fn a_registry_with_a_password_gives_nothing_before_the_login() {
    requires!(docker_registry);
    let (rcon, registry) = (Rcon::new(), Registry::start(Options { password: true, ..Options::default() }));
    let name = registry.publish("app", &published("x"));
    rcon.run(["pull", &name]).exits(1).stderr_has("rcon login");
    rcon.has_no_images();
    let wrong = rcon
        .call(["login", "-u", USER, "--password-stdin", &registry.address()])
        .stdin("a wrong password")
        .done();
    wrong.exits(1).stderr_has("nauthorized");
    assert!(!wrong.said().contains("a wrong password"), "{wrong}");
    rcon.logs_in(&registry.address());
    rcon.run(["pull", "-q", &name]).exits(0).stdout(&format!("{name}:latest\n")).stderr("");
    rcon.run(["logout", &registry.address()]).exits(0).stdout_has(&registry.address());
    rcon.run(["pull", &name]).exits(1).stderr_has("rcon login");
}

#[test]
fn a_registry_on_loopback_may_show_any_certificate() {
    requires!(docker_registry);
    let (rcon, registry) = (Rcon::new(), Registry::start(Options { tls: true, ..Options::default() }));
    let name = registry.publish("app", &published("x"));
    rcon.run(["pull", "-q", &name]).exits(0).stdout(&format!("{name}:latest\n")).stderr("");
}

#[test]
fn a_certificate_is_trusted_where_docker_or_podman_keep_its_authority() {
    requires!(docker_registry);
    let Some(host) = own_address() else { return skip("there is only loopback", true) };
    let registry = Registry::start(Options { tls: true, host, ..Options::default() });
    let name = registry.publish("app", &published("x"));
    let rcon = Rcon::new();
    rcon.run(["pull", &name]).exits(1).stderr_has("certificate");
    rcon.has_no_images();
    for folder in [".config/docker/certs.d", ".config/containers/certs.d"] {
        let rcon = Rcon::new();
        rcon.trusts(&registry, folder);
        rcon.run(["pull", "-q", &name]).exits(0).stdout(&format!("{name}:latest\n")).stderr("");
    }
}

#[test]
fn a_registry_elsewhere_that_speaks_no_tls_is_refused() {
    requires!(docker_registry);
    let Some(host) = own_address() else { return skip("there is only loopback", true) };
    let registry = Registry::start(Options { host, ..Options::default() });
    let name = registry.publish("app", &published("x"));
    let rcon = Rcon::new();
    rcon.run(["pull", &name]).exits(1).stderr_has("insecure");
    rcon.has_no_images();
    assert_eq!(registry.log(), []);
}

#[test]
fn run_pulls_what_is_not_here_and_says_so_on_standard_error() {
    requires!(docker_registry);
    let registry = Registry::open();
    let image = published("x");
    let name = registry.publish("app", &image);
    for verb in [&["run", "--rm"][..], &["create"]] {
        let rcon = Rcon::new();
        let out = rcon.run([verb, &[&name, "cat", "/f"]].concat());
        out.exits(0).stdout(if verb[0] == "run" { "x" } else { "<id>\n" });
        let begin = format!("Unable to find image '{name}:latest' locally\nlatest: Pulling from app\n");
        assert!(out.said().starts_with(&begin), "{out}");
        out.stderr_has(&format!("Status: Downloaded newer image for {name}:latest\n"));
    }
    let rcon = Rcon::new();
    rcon.run(["run", "--rm", "-q", &name, "cat", "/f"]).exits(0).stdout("x").stderr("");
}

#[test]
fn pull_says_when_run_asks_the_registry() {
    requires!(docker_registry);
    let (rcon, registry) = (Rcon::new(), Registry::open());
    let name = registry.publish("app", &published("old"));
    let run = |policy: &str| rcon.run(["run", "--rm", "--pull", policy, &name, "cat", "/f"]);
    run("never").exits(125).stdout("").stderr_has("No such image");
    assert_eq!(registry.log(), []);
    run("missing").exits(0).stdout("old");
    registry.publish("app", &published("new"));
    run("missing").exits(0).stdout("old").stderr("");
    run("never").exits(0).stdout("old").stderr("");
    run("always").exits(0).stdout("new").stderr_has("Status: Downloaded newer image");
    run("always").exits(0).stdout("new").stderr_has("Status: Image is up to date");
}

#[test]
fn what_no_registry_has_is_not_found() {
    requires!(docker_registry);
    let (rcon, registry) = (Rcon::new(), Registry::open());
    registry.publish("app", &published("x"));
    for name in ["app:nonesuch", "nonesuch:1"] {
        let name = format!("{}/{name}", registry.address());
        let words = format!("manifest for {name} not found: manifest unknown");
        rcon.run(["pull", &name]).exits(1).stderr_has(&words);
        rcon.run(["run", "--rm", &name, "true"]).exits(125).stdout("").stderr_has(&words);
    }
    rcon.has_no_images();
}

#[test]
fn a_registry_that_is_not_there_is_told_by_its_address() {
    requires!(docker_registry);
    let (rcon, mut registry) = (Rcon::new(), Registry::open());
    let name = registry.publish("app", &published("x"));
    registry.stop();
    for (words, code) in [(&["pull"][..], 1), (&["run", "--rm"], 125)] {
        let out = rcon.run([words, &[&name]].concat());
        out.exits(code).stderr_has(&registry.address()).stderr_has("refused");
    }
    rcon.has_no_images();
}

#[test]
fn an_index_pulled_by_digest_is_the_image_of_this_machine() {
    requires!(docker_registry);
    let (rcon, registry) = (Rcon::new(), Registry::open());
    let index = Published::index(Format::Docker, vec![published("x")]);
    let name = format!("{}@{}", registry.publish("app", &index), index.digest());
    rcon.run(["pull", "-q", &name])
        .exits(0)
        .stdout(&format!("{name}\n").replace(&index.digest().hex(), "<id>"));
    rcon.run(["run", "--rm", &name, "cat", "/f"]).exits(0).stdout("x");
}
