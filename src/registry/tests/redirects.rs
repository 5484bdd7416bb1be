//! Redirects: followed without what proves who we are, a few times, and never to a worse place.

use super::super::manifests::Which;
use super::server::{Reply, Server};
use super::{client_with, endpoint, password, pulling};
use crate::error::Kind;
use crate::oci::digest::Digest;
use crate::registry::client::Action;
use crate::registry::credential::Credential;
use std::io::Read;

#[test]
fn another_port_sees_no_authorization() {
    let storage = Server::new(|_| Reply::new(200).body("layer"));
    let target = storage.url("/signed?sig=1");
    let registry = Server::new(move |request| match request.header("authorization") {
        None => Reply::new(401).header("WWW-Authenticate", "Basic realm=\"r\""),
        Some(_) => Reply::new(307).header("Location", &target),
    });
    let repository =
        client_with(&registry, password()).repository(vec![endpoint(&registry)], Action::Pull).unwrap();
    let mut read = Vec::new();
    repository.blob(&Digest::of(b"layer"), 5, 0).unwrap().read_to_end(&mut read).unwrap();
    assert_eq!(read, b"layer");
    let [request] = &storage.seen()[..] else { panic!("one request") };
    assert_eq!(request.header("authorization"), None);
    assert_eq!(registry.seen().len(), 2);
}

#[test]
fn the_same_server_sees_it_again() {
    let registry = Server::new(|request| match request.path.as_str() {
        "/there" => Reply::new(200).body("layer"),
        _ => Reply::new(307).header("Location", "/there"),
    });
    let token = Credential::RegistryToken("t".to_owned());
    let client = client_with(&registry, token);
    let repository = client.repository(vec![endpoint(&registry)], Action::Pull).unwrap();
    repository.blob(&Digest::of(b"layer"), 5, 0).unwrap();
    assert_eq!(registry.seen()[1].header("authorization"), Some("Bearer t"));
}

#[test]
fn a_circle_ends() {
    let registry = Server::new(|request| Reply::new(302).header("Location", &request.path));
    let error = pulling(&registry).manifest(Which::Tag("1")).unwrap_err();
    assert!(error.to_string().contains("more than 5 redirects"), "{error}");
    assert_eq!(registry.seen().len(), 6);
}

#[test]
fn a_redirect_to_nowhere_or_to_metadata_is_refused() {
    for target in ["", "file:///etc/passwd", "http://169.254.169.254/latest", "http://u:p@localhost/"] {
        let registry = Server::new(move |_| Reply::new(302).header("Location", target));
        let error = pulling(&registry).manifest(Which::Tag("1")).unwrap_err();
        assert_eq!(error.kind, Kind::Denied, "{target}: {error}");
        assert_eq!(registry.seen().len(), 1, "{target}");
    }
}

#[test]
fn the_challenge_of_another_server_is_not_answered() {
    let thief = Server::new(|_| Reply::new(401).header("WWW-Authenticate", "Basic realm=\"r\""));
    let target = thief.url("/");
    let registry = Server::new(move |_| Reply::new(307).header("Location", &target));
    let repository =
        client_with(&registry, password()).repository(vec![endpoint(&registry)], Action::Pull).unwrap();
    assert_eq!(repository.manifest(Which::Tag("1")).unwrap_err().kind, Kind::Denied);
    assert!(thief.seen().iter().all(|request| request.header("authorization").is_none()));
    assert_eq!(thief.seen().len(), 1);
}
