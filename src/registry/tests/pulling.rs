//! Manifests and blobs, from servers that fail and lie.

use super::super::client::Action;
use super::super::manifests::Which;
use super::server::{Reply, Request, Server};
use super::{client, endpoint, pulling};
use crate::error::Kind;
use crate::oci::digest::Digest;
use crate::oci::manifest::{DOCUMENT_LIMIT, media};
use std::io::Read;

const MANIFEST: &str = "/v2/a/b/manifests/1";

fn content() -> Vec<u8> {
    (0..100_000u32).map(|at| (at % 251) as u8).collect()
}

/// The first byte that is asked for.
fn from(request: &Request) -> usize {
    let range = request.header("range").and_then(|range| range.strip_prefix("bytes="));
    range.map_or(0, |range| range.trim_end_matches('-').parse().unwrap())
}

/// A right answer to a request for a part.
fn part(request: &Request) -> Reply {
    let (from, content) = (from(request), content());
    let range = format!("bytes {from}-{}/{}", content.len() - 1, content.len());
    Reply::new(206).header("Content-Range", range).body(&content[from..])
}

/// What reading the blob of `server` gives, from byte `start`.
fn read_from(server: &Server, start: u64) -> Result<Vec<u8>, String> {
    let content = content();
    let repository = pulling(server);
    let blob = repository.blob(&Digest::of(&content), content.len() as u64, start);
    let mut blob = blob.map_err(|error| error.to_string())?;
    let mut read = Vec::new();
    blob.read_to_end(&mut read).map_err(|error| error.to_string())?;
    Ok(read)
}

fn read(server: &Server) -> Result<Vec<u8>, String> {
    read_from(server, 0)
}

fn manifest() -> String {
    format!(r#"{{"schemaVersion":2,"mediaType":"{}","layers":[]}}"#, media::MANIFEST)
}

fn typed(body: impl Into<Vec<u8>>) -> Reply {
    Reply::new(200).header("Content-Type", media::MANIFEST).body(body)
}

#[test]
fn a_manifest_comes_with_its_type_and_digest() {
    let server = Server::new(|_| typed(manifest()));
    let document = pulling(&server).manifest(Which::Tag("1")).unwrap();
    assert_eq!(document.bytes, manifest().as_bytes());
    assert_eq!(document.media_type, media::MANIFEST);
    assert_eq!(document.digest, Digest::of(manifest().as_bytes()));
    let [request] = &server.seen()[..] else { panic!("one request") };
    assert_eq!(request.line(), format!("GET {MANIFEST}"));
    assert!(request.header("accept").unwrap().contains(media::DOCKER_INDEX));
    assert!(request.header("user-agent").unwrap().starts_with("rcon/"));
}

#[test]
fn a_manifest_of_another_digest_is_refused() {
    let server = Server::new(|_| typed(manifest()));
    let digest = Digest::of(b"other");
    assert_eq!(pulling(&server).manifest(Which::Digest(&digest)).unwrap_err().kind, Kind::Invalid);
    let server = Server::new(|_| typed(manifest()).header("Docker-Content-Digest", Digest::of(b"x")));
    assert_eq!(pulling(&server).manifest(Which::Tag("1")).unwrap_err().kind, Kind::Invalid);
}

#[test]
fn a_manifest_that_is_too_long_is_refused_with_and_without_a_length() {
    let long = vec![b' '; DOCUMENT_LIMIT as usize + 1];
    let chunked = long.clone();
    for server in
        [Server::new(move |_| typed(&long[..])), Server::new(move |_| typed(&chunked[..]).chunked())]
    {
        let error = pulling(&server).manifest(Which::Tag("1")).unwrap_err();
        assert_eq!(error.kind, Kind::Invalid);
        assert!(error.to_string().contains("4194304"), "{error}");
    }
}

#[test]
fn a_manifest_that_is_not_there_is_told_in_the_servers_words() {
    let body = r#"{"errors":[{"code":"MANIFEST_UNKNOWN","message":"manifest unknown"}]}"#;
    let server = Server::new(move |_| Reply::new(404).body(body));
    let error = pulling(&server).manifest(Which::Tag("1")).unwrap_err();
    assert_eq!(
        (error.kind, error.to_string().as_str()),
        (Kind::NotFound, "manifest unknown: manifest unknown")
    );
    assert_eq!(pulling(&server).manifest_digest(Which::Tag("1")).unwrap(), None);
}

#[test]
fn a_digest_is_told_by_the_header_or_made_of_the_body() {
    let digest = Digest::of(manifest().as_bytes());
    let server = Server::new(move |_| Reply::new(200).header("Docker-Content-Digest", digest));
    assert_eq!(pulling(&server).manifest_digest(Which::Tag("1")).unwrap(), Some(digest));
    assert_eq!(server.lines(), [format!("HEAD {MANIFEST}")]);
    let server = Server::new(|_| typed(manifest()));
    assert_eq!(pulling(&server).manifest_digest(Which::Tag("1")).unwrap(), Some(digest));
    assert_eq!(server.lines(), [format!("HEAD {MANIFEST}"), format!("GET {MANIFEST}")]);
}

#[test]
fn a_server_that_is_busy_is_asked_again() {
    let server = Server::new(|request| match request.nth {
        0..3 => Reply::new(503),
        3 => Reply::new(429).header("Retry-After", 0),
        _ => typed(manifest()),
    });
    assert!(pulling(&server).manifest(Which::Tag("1")).is_ok());
    let server = Server::new(|_| Reply::new(429).header("Retry-After", 0));
    let error = pulling(&server).manifest(Which::Tag("1")).unwrap_err().to_string();
    assert_eq!(error, "toomanyrequests: too many requests");
    assert_eq!(server.seen().len(), 5);
}

#[test]
fn a_refusal_is_not_asked_for_again() {
    let server = Server::new(|_| Reply::new(400));
    assert!(pulling(&server).manifest(Which::Tag("1")).is_err());
    assert_eq!(server.seen().len(), 1);
}

#[test]
fn a_mirror_that_fails_is_passed_over_and_one_that_answers_is_remembered() {
    let broken = Server::new(|_| Reply::new(500));
    let mirror = Server::new(|request| match request.path.as_str() {
        MANIFEST => typed(manifest()),
        _ => part(request),
    });
    let registry = Server::new(|_| Reply::new(404));
    let endpoints = [&broken, &mirror, &registry].map(endpoint).to_vec();
    let repository = client().repository(endpoints, Action::Pull).unwrap();
    repository.manifest(Which::Tag("1")).unwrap();
    let mut blob = repository.blob(&Digest::of(&content()), 100_000, 1).unwrap();
    assert_eq!(blob.read(&mut [0; 8]).unwrap(), 8);
    assert_eq!((broken.seen().len(), mirror.seen().len(), registry.seen().len()), (1, 2, 0));
    assert_eq!(repository.name(), format!("{}/a/b", registry.host()));
}

#[test]
fn when_no_mirror_has_it_the_registry_itself_tells_why() {
    let mirror = Server::new(|_| Reply::new(403));
    let registry = Server::new(|_| Reply::new(404));
    let endpoints = vec![endpoint(&mirror), endpoint(&registry)];
    let repository = client().repository(endpoints, Action::Pull).unwrap();
    assert_eq!(repository.manifest(Which::Tag("1")).unwrap_err().kind, Kind::NotFound);
}

#[test]
fn a_blob_comes_whole_or_from_a_byte_on() {
    let server = Server::new(|request| match from(request) {
        0 => Reply::new(200).body(content()),
        _ => part(request),
    });
    assert_eq!(read(&server).unwrap(), content());
    assert_eq!(read_from(&server, 99_999).unwrap(), content()[99_999..]);
    let before = server.seen().len();
    assert!(read_from(&server, 100_000).unwrap().is_empty());
    assert_eq!(server.seen().len(), before, "nothing was asked for");
    assert!(read_from(&server, 100_001).is_err());
}

#[test]
fn a_body_that_breaks_off_or_stalls_is_asked_for_from_there() {
    let server = Server::new(|request| match request.nth {
        0 => Reply::new(200).body(content()).cut(10),
        1 => part(request).stall(20),
        2 => part(request).cut(0),
        3 => Reply::new(503),
        _ => part(request),
    });
    assert_eq!(read(&server).unwrap(), content());
    let asked: Vec<_> = server.seen().iter().map(from).collect();
    assert_eq!(asked, [0, 10, 30, 30, 30]);
}

#[test]
fn a_server_that_gives_nothing_is_given_up() {
    let server = Server::new(|request| match from(request) {
        0 => Reply::new(200).body(content()).cut(10),
        _ => part(request).cut(0),
    });
    let error = read(&server).unwrap_err();
    assert!(error.contains("at byte 10 of 100000"), "{error}");
    assert_eq!(server.seen().len(), 5);
}

#[test]
fn a_server_that_knows_no_ranges_is_read_again_from_the_begin() {
    let server = Server::new(|request| match request.nth {
        0 => Reply::new(200).body(content()).cut(60_000),
        _ => Reply::new(200).body(content()),
    });
    assert_eq!(read(&server).unwrap(), content());
    assert_eq!(server.seen().len(), 2);
}

#[test]
fn a_part_that_was_not_asked_for_is_refused() {
    for range in
        ["bytes 9-99999/100000", "bytes 10-99998/100000", "bytes 10-99999/100001", "x", "bytes 11-99999/*"]
    {
        let server = Server::new(move |request| match request.nth {
            0 => Reply::new(200).body(content()).cut(10),
            _ => Reply::new(206).header("Content-Range", range).body(&content()[10..]),
        });
        let error = read(&server).unwrap_err();
        assert!(error.contains("bytes 10-99999/100000 were asked for"), "{error}");
        assert_eq!(server.seen().len(), 2);
    }
}

#[test]
fn a_blob_of_another_length_is_refused() {
    let longer = || [content(), vec![0]].concat();
    let server = Server::new(move |_| Reply::new(200).body(longer()));
    let error = read(&server).unwrap_err();
    assert!(error.contains("100001 bytes where it has 100000"), "{error}");
    let server = Server::new(move |_| Reply::new(200).body(longer()).chunked());
    let error = read(&server).unwrap_err();
    assert!(error.contains("more than its 100000 bytes"), "{error}");
    let server = Server::new(move |_| Reply::new(200).body(&content()[1..]));
    assert!(read(&server).is_err());
}

#[test]
fn a_blob_is_there_or_not() {
    let server = Server::new(|request| match request.path.ends_with(&Digest::of(b"x").hex()) {
        true => Reply::new(200),
        false => Reply::new(404),
    });
    assert!(pulling(&server).has_blob(&Digest::of(b"x")).unwrap());
    assert!(!pulling(&server).has_blob(&Digest::of(b"y")).unwrap());
}

#[test]
fn a_host_nobody_listens_at_is_named() {
    let server = Server::new(|_| Reply::new(200));
    let mut nowhere = endpoint(&server);
    nowhere.host = "127.0.0.1:1".to_owned();
    let repository = client().repository(vec![nowhere], Action::Pull).unwrap();
    let error = repository.manifest(Which::Tag("1")).unwrap_err().to_string();
    assert_eq!(error, "reaching `127.0.0.1:1`: connection refused");
}
