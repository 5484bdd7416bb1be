//! Uploads and manifests, to servers that break off, forget and send elsewhere.

use super::super::manifests::Which;
use super::server::{Reply, Request, Server};
use super::{client_with, endpoint, password, pushing};
use crate::error::{Error, Kind, Result};
use crate::oci::digest::Digest;
use crate::oci::manifest::media;
use crate::registry::client::Action;
use std::io::{Cursor, Read};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

const BEGIN: &str = "/v2/a/b/blobs/uploads/";

fn content() -> Vec<u8> {
    (0..100_000u32).map(|at| (at % 253) as u8).collect()
}

fn open(at: u64) -> Result<Box<dyn Read + Send>> {
    Ok(Box::new(Cursor::new(content().split_off(at as usize))))
}

/// A registry that takes uploads and says how much it has; `parts` are what it got of the body.
fn registry(limit: impl Fn(&Request) -> Option<usize> + Send + Sync + 'static) -> Server {
    let parts = Mutex::new(Vec::new());
    Server::breaking(limit, move |request| {
        let mut parts = parts.lock().unwrap();
        let range = |parts: &[u8]| format!("0-{}", parts.len().saturating_sub(1));
        match (request.method.as_str(), request.path.split('?').next().unwrap()) {
            ("POST", BEGIN) => {
                parts.clear();
                Reply::new(202).header("Location", "/up/1?state=x")
            }
            ("PATCH", "/up/1") => {
                parts.extend(&request.body);
                Reply::new(202).header("Location", "/up/1?state=y").header("Range", range(&parts))
            }
            ("GET", "/up/1") => {
                Reply::new(204).header("Location", "/up/1?state=z").header("Range", range(&parts))
            }
            ("PUT", "/up/1") if *parts == content() => Reply::new(201),
            ("PUT", "/up/1") => Reply::new(400),
            _ => Reply::new(404),
        }
    })
}

fn upload(server: &Server) -> Result<u64> {
    let progress = AtomicU64::new(0);
    let content = content();
    let told = |at| progress.store(at, Ordering::Relaxed);
    pushing(server).upload(&Digest::of(&content), content.len() as u64, &open, &told)?;
    Ok(progress.into_inner())
}

#[test]
fn a_blob_is_sent_in_one_stream_and_committed_by_its_digest() {
    let server = registry(|_| None);
    assert_eq!(upload(&server).unwrap(), 100_000);
    let digest = Digest::of(&content()).hex();
    let wanted = [
        format!("POST {BEGIN}"),
        "PATCH /up/1?state=x".to_owned(),
        format!("PUT /up/1?state=y&digest=sha256%3A{digest}"),
    ];
    assert_eq!(server.lines(), wanted);
    assert_eq!(server.seen()[1].header("content-length"), Some("100000"));
    assert_eq!(server.seen()[1].header("content-range"), None);
    assert_eq!(server.seen()[2].header("content-length"), Some("0"));
}

#[test]
fn an_upload_that_breaks_off_goes_on_where_the_registry_is() {
    let first = |request: &Request| request.method == "PATCH" && request.header("content-range").is_none();
    let server = registry(move |request| first(request).then_some(30_000));
    assert_eq!(upload(&server).unwrap(), 100_000);
    let seen = server.seen();
    let patches: Vec<_> = seen.iter().filter(|request| request.method == "PATCH").collect();
    assert_eq!(patches.last().unwrap().header("content-range"), Some("30000-99999"));
    assert_eq!(patches.last().unwrap().body.len(), 70_000);
}

#[test]
fn an_upload_the_registry_forgot_is_begun_again() {
    let inner = registry(|request| (request.method == "PATCH" && request.nth == 0).then_some(0));
    assert_eq!(upload(&inner).unwrap(), 100_000);
    let begins = inner.lines().iter().filter(|line| line.starts_with("POST")).count();
    assert_eq!(begins, 2);
}

#[test]
fn a_commit_whose_answer_was_lost_is_found_done() {
    let server = Server::breaking(
        |request| (request.method == "PUT").then_some(0),
        |request| match request.method.as_str() {
            "POST" | "PATCH" => Reply::new(202).header("Location", "/up/1"),
            "HEAD" => Reply::new(200),
            _ => Reply::new(404),
        },
    );
    assert_eq!(upload(&server).unwrap(), 100_000);
    assert_eq!(server.lines().iter().filter(|line| line.starts_with("PUT")).count(), 1);
}

#[test]
fn a_registry_that_breaks_off_always_is_given_up() {
    let server = registry(|request| (request.method == "PATCH").then_some(0));
    assert!(upload(&server).is_err());
    assert_eq!(server.lines().iter().filter(|line| line.starts_with("PATCH")).count(), 5);
}

#[test]
fn an_upload_goes_to_no_other_host() {
    let thief = Server::new(|_| Reply::new(202));
    let target = thief.url("/up/1");
    let server = Server::new(move |request| match request.header("authorization") {
        None => Reply::new(401).header("WWW-Authenticate", "Basic realm=\"r\""),
        Some(_) => Reply::new(202).header("Location", &target),
    });
    let client = client_with(&server, password());
    let repository = client.repository(vec![endpoint(&server)], Action::Push).unwrap();
    let error = repository.upload(&Digest::of(b""), 9, &open, &|_| {}).unwrap_err();
    assert_eq!(error.kind, Kind::Denied);
    assert!(error.to_string().contains("another host"), "{error}");
    assert!(thief.seen().is_empty());
}

#[test]
fn an_empty_blob_is_committed_without_a_body() {
    let server = Server::new(|request| match request.method.as_str() {
        "POST" => Reply::new(202).header("Location", "up"),
        _ => Reply::new(201),
    });
    pushing(&server).upload(&Digest::of(b""), 0, &open, &|_| {}).unwrap();
    assert!(server.lines()[1].starts_with("PUT /v2/a/b/blobs/uploads/up?digest="));
}

#[test]
fn what_cannot_be_read_here_is_no_reason_to_try_again() {
    let server = registry(|_| None);
    let short = |_| Ok(Box::new(Cursor::new(vec![0u8; 10])) as Box<dyn Read + Send>);
    let error = pushing(&server).upload(&Digest::of(b""), 20, &short, &|_| {}).unwrap_err();
    assert!(error.to_string().contains("at byte 10 of 20"), "{error}");
    let broken = |_| Err(Error::new(Kind::NotFound, "no such layer"));
    let error = pushing(&server).upload(&Digest::of(b""), 20, &broken, &|_| {}).unwrap_err();
    assert_eq!(error.kind, Kind::NotFound);
}

#[test]
fn a_mount_is_taken_or_becomes_an_upload() {
    let digest = Digest::of(&content());
    let server = Server::new(|request| match request.path.contains("mount=") {
        true if request.path.contains("from=have") => Reply::new(201),
        true if request.path.contains("from=secret") => Reply::new(403),
        true => Reply::new(202).header("Location", "/up/7"),
        false if request.method == "PATCH" => Reply::new(202).header("Location", "/up/7"),
        false => Reply::new(201),
    });
    let repository = pushing(&server);
    assert!(repository.mount(&digest, "have/it").unwrap());
    assert!(!repository.mount(&digest, "secret/it").unwrap());
    assert!(!repository.mount(&digest, "not/it").unwrap());
    assert!(repository.mount(&digest, "not?it").is_err());
    repository.upload(&digest, 100_000, &open, &|_| {}).unwrap();
    assert_eq!(server.lines()[3], "PATCH /up/7");
}

#[test]
fn a_mount_asks_for_the_right_to_read_its_source() {
    let server =
        Server::new(|request| match (request.path.starts_with("/token"), request.header("authorization")) {
            (true, _) => Reply::new(200).body(r#"{"token":"t"}"#),
            (_, Some(_)) => Reply::new(201),
            _ => {
                let host = request.header("host").unwrap();
                let challenge = format!("Bearer realm=\"http://{host}/token\"");
                Reply::new(401).header("WWW-Authenticate", challenge)
            }
        });
    assert!(pushing(&server).mount(&Digest::of(b""), "c/d").unwrap());
    let wanted = "GET /token?scope=repository%3Aa%2Fb%3Apull%2Cpush&scope=repository%3Ac%2Fd%3Apull";
    assert_eq!(server.lines()[1], wanted);
}

#[test]
fn a_manifest_is_put_and_its_digest_compared() {
    let digest = Digest::of(b"{}");
    let server = Server::new(move |request| match request.nth {
        0 => Reply::new(500),
        1 => Reply::new(201).header("Docker-Content-Digest", digest),
        _ => Reply::new(201).header("Docker-Content-Digest", Digest::of(b"x")),
    });
    let repository = pushing(&server);
    assert_eq!(repository.put_manifest(Which::Tag("1"), media::MANIFEST, b"{}").unwrap(), digest);
    let request = &server.seen()[1];
    assert_eq!(request.line(), "PUT /v2/a/b/manifests/1");
    assert_eq!((request.header("content-type"), &request.body[..]), (Some(media::MANIFEST), &b"{}"[..]));
    let error = repository.put_manifest(Which::Tag("1"), media::MANIFEST, b"{}").unwrap_err();
    assert_eq!(error.kind, Kind::Invalid);
    assert!(repository.put_manifest(Which::Tag("1"), "a\r\nb", b"{}").is_err());
}

#[test]
fn a_manifest_is_deleted_or_the_registry_says_why_not() {
    let server = Server::new(|request| Reply::new(if request.nth == 0 { 202 } else { 405 }));
    let repository = pushing(&server);
    let digest = Digest::of(b"");
    repository.delete_manifest(&digest).unwrap();
    assert_eq!(repository.delete_manifest(&digest).unwrap_err().kind, Kind::Unsupported);
    assert_eq!(server.lines()[0], format!("DELETE /v2/a/b/manifests/{digest}"));
}
