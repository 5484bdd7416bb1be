//! Who the user is stays between the user and the registry that was logged in to.

use crate::support::fault::{Access, Fault, Faulty};
use crate::support::published::{Format, Published};
use crate::support::registry::{PASSWORD, USER};
use crate::support::{Image, Layer, Output, Rcon};
use base64::Engine as _;
use serde_json::json;
use std::time::Duration;

fn image() -> Published {
    Published::usual(&Image::busybox().layer(Layer::new().file("f", 0o644, "right")))
}

/// A store whose user is logged in to `faulty`.
fn logged_in(faulty: &Faulty) -> Rcon {
    let rcon = Rcon::new();
    rcon.logs_in(&faulty.address());
    faulty.forget();
    rcon
}

/// Nobody told `other` who the user is.
#[track_caller]
fn learned_nothing(other: &Faulty) {
    for request in other.requests() {
        assert_eq!(request.header("authorization"), None, "{request:?}");
        assert_eq!(request.header("cookie"), None, "{request:?}");
        let told = request.query.iter().any(|(_, value)| value.contains(USER) || value.contains(PASSWORD));
        assert!(!told, "{request:?}");
    }
}

#[track_caller]
fn runs(rcon: &Rcon, name: &str) {
    rcon.run(["run", "--rm", "--pull", "never", name, "cat", "/f"]).exits(0).stdout("right");
}

#[test]
fn a_redirect_to_another_host_gets_the_blob_and_no_credentials() {
    for access in [Access::Basic, Access::Bearer] {
        let (faulty, other, image) = (Faulty::asking(access), Faulty::start(), image());
        let name = faulty.publish("app", &image);
        other.publish("app", &image);
        for blob in ["config", "layer"] {
            let digest = if blob == "config" { image.config_digest() } else { image.layer_digest(1) };
            let there = format!("http://{}/v2/app/blobs/{digest}", other.address());
            faulty.always(&format!("GET /blobs/{digest}"), Fault::Redirect(there));
        }
        let rcon = logged_in(&faulty);
        rcon.run(["pull", &name]).exits(0);
        runs(&rcon, &name);
        assert!(other.seen("GET /blobs/").len() >= 2);
        learned_nothing(&other);
    }
}

#[test]
fn a_redirect_to_the_same_host_is_followed() {
    let (faulty, image) = (Faulty::asking(Access::Basic), image());
    let name = faulty.publish("app", &image);
    faulty.publish("elsewhere", &image);
    let digest = image.layer_digest(1);
    let there = format!("/v2/elsewhere/blobs/{digest}");
    faulty.on(&format!("GET /app/blobs/{digest}"), [Fault::Redirect(there)]);
    let rcon = logged_in(&faulty);
    rcon.run(["pull", &name]).exits(0);
    runs(&rcon, &name);
}

#[test]
fn redirects_in_a_circle_end() {
    let (faulty, image) = (Faulty::start(), image());
    let name = faulty.publish("app", &image);
    let path = format!("/v2/app/blobs/{}", image.layer_digest(1));
    let pattern = format!("GET {path}");
    faulty.always(&pattern, Fault::Redirect(path));
    let rcon = Rcon::new();
    rcon.run(["pull", &name]).exits(1).stderr_has("redirect");
    assert!(faulty.seen(&pattern).len() <= 11, "{}", faulty.seen(&pattern).len());
    rcon.has_no_images();
    faulty.mends();
    rcon.run(["pull", &name]).exits(0);
    runs(&rcon, &name);
}

#[test]
fn another_host_that_asks_for_credentials_gets_none() {
    let (faulty, other, image) = (Faulty::asking(Access::Basic), Faulty::asking(Access::Basic), image());
    let name = faulty.publish("app", &image);
    other.publish("app", &image);
    let digest = image.layer_digest(1);
    let there = format!("http://{}/v2/app/blobs/{digest}", other.address());
    faulty.always(&format!("GET /blobs/{digest}"), Fault::Redirect(there));
    let rcon = logged_in(&faulty);
    rcon.run(["pull", &name]).exits(1);
    assert!(!other.requests().is_empty());
    learned_nothing(&other);
    rcon.has_no_images();
}

#[test]
fn layers_with_urls_of_other_hosts_take_no_credentials_there() {
    let (faulty, other, image) = (Faulty::asking(Access::Basic), Faulty::asking(Access::Basic), image());
    let digest = image.layer_digest(1);
    other.publish("app", &image);
    let foreign = image.edited(|manifest| {
        let layer = &mut manifest["layers"][1];
        layer["mediaType"] = json!("application/vnd.docker.image.rootfs.foreign.diff.tar.gzip");
        layer["urls"] = json!([format!("http://{}/v2/app/blobs/{digest}", other.address())]);
    });
    let name = faulty.publish("app", &foreign);
    faulty.always(&format!("GET /blobs/{digest}"), Fault::Status(404));
    let rcon = logged_in(&faulty);
    rcon.run(["pull", &name]).exits(1);
    learned_nothing(&other);
    rcon.has_no_images();
}

#[test]
fn tokens_are_not_asked_for_at_addresses_of_the_link() {
    let faulty = Faulty::asking(Access::Bearer);
    let name = faulty.publish("app", &image());
    for realm in ["http://169.254.169.254/token", "ftp://localhost/token", "file:///etc/passwd", "token", ""]
    {
        faulty.realm(realm);
        let rcon = Rcon::new();
        rcon.call(["pull", &name]).within(Duration::from_secs(20)).done().exits(1);
        rcon.has_no_images();
    }
}

#[test]
fn a_registry_gets_only_its_own_credentials() {
    let (known, stranger) = (Faulty::asking(Access::Basic), Faulty::asking(Access::Basic));
    let name = stranger.publish("app", &image());
    let rcon = logged_in(&known);
    rcon.run(["pull", &name]).exits(1);
    assert!(!stranger.requests().is_empty());
    learned_nothing(&stranger);
    let by_address = name.replace("localhost", "127.0.0.1");
    rcon.run(["pull", &by_address]).exits(1);
    learned_nothing(&stranger);
}

#[test]
fn an_upload_that_is_sent_elsewhere_takes_no_credentials_there() {
    let (faulty, other) = (Faulty::asking(Access::Basic), Faulty::start());
    let there = format!("http://{}/v2/app/blobs/uploads/upload-1", other.address());
    faulty.always("POST /blobs/uploads/", Fault::Header("Location", there));
    let rcon = logged_in(&faulty);
    rcon.load("image", Image::busybox());
    let name = format!("{}/app", faulty.address());
    rcon.run(["tag", "image", &name]).exits(0);
    rcon.run(["push", &name]).exits(1);
    learned_nothing(&other);
    assert_eq!(faulty.holds("app", "latest"), None);
}

#[test]
fn secrets_are_in_no_output_and_only_in_the_file_of_credentials() {
    let faulty = Faulty::asking(Access::Bearer);
    let name = faulty.publish("app", &image());
    let rcon = Rcon::new();
    let encoded = base64::engine::general_purpose::STANDARD.encode(format!("{USER}:{PASSWORD}"));
    let says_nothing = |out: Output| {
        for secret in [PASSWORD, &encoded, "token-"] {
            assert!(!out.printed().contains(secret) && !out.said().contains(secret), "{secret:?}\n{out}");
        }
    };
    let login = ["--debug", "login", "-u", USER, "--password-stdin", &faulty.address()];
    says_nothing(rcon.call(login).stdin(PASSWORD).done());
    for words in [["pull"], ["push"]] {
        says_nothing(rcon.run([&["--debug"], &words[..], &[&name]].concat()));
        faulty.always("GET ", Fault::Status(400));
        faulty.always("HEAD ", Fault::Status(400));
        says_nothing(rcon.run([&["--debug"], &words[..], &[&name]].concat()));
        faulty.mends();
    }
}

#[test]
fn a_token_is_asked_for_with_the_scope_it_needs() {
    let faulty = Faulty::asking(Access::Bearer);
    let name = faulty.publish("team/app", &Published::index(Format::Docker, vec![image()]));
    let rcon = logged_in(&faulty);
    rcon.run(["pull", &name]).exits(0);
    let scopes: Vec<_> = faulty.seen("GET /token").iter().map(|request| request.query.clone()).collect();
    assert!(!scopes.is_empty());
    for query in scopes {
        let wanted = ("scope".to_owned(), "repository:team/app:pull".to_owned());
        assert!(
            query.contains(&wanted) && query.contains(&("service".to_owned(), "tests".to_owned())),
            "{query:?}"
        );
    }
}
