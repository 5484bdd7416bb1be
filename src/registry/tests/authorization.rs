//! Tokens and passwords: fetched once, shown to whom they are for, renewed when they end.

use super::super::manifests::Which;
use super::server::{Reply, Request, Server};
use super::{client, client_with, endpoint, password, pulling};
use crate::error::Kind;
use crate::oci::digest::Digest;
use crate::registry::client::{Action, Client};
use crate::registry::credential::Credential;
use std::io::Read;

/// A registry that wants a token of its own `/token`; the token is the number of times it was asked for.
fn registry(answer: impl Fn(&Request, &str) -> Reply + Send + Sync + 'static) -> Server {
    Server::new(move |request| {
        if request.path.starts_with("/token") {
            let body = format!(r#"{{"token":"t{}"}}"#, request.nth);
            return Reply::new(200).body(body);
        }
        match request.header("authorization").and_then(|value| value.strip_prefix("Bearer ")) {
            Some(token) => answer(request, token),
            None => challenge(request),
        }
    })
}

/// A challenge whose realm is the server that was asked.
fn challenge(request: &Request) -> Reply {
    let host = request.header("host").unwrap();
    let value = format!(r#"Bearer realm="http://{host}/token",service="s, t",scope="repository:a/b:pull""#);
    Reply::new(401).header("WWW-Authenticate", value)
}

fn fine() -> Reply {
    Reply::new(200).header("Content-Type", "application/json").body("{}")
}

fn fetch(client: &Client, server: &Server) -> crate::error::Result<()> {
    let repository = client.repository(vec![endpoint(server)], Action::Pull).unwrap();
    repository.manifest(Which::Tag("1")).map(drop)
}

const TOKEN: &str = "GET /token?service=s%2C%20t&scope=repository%3Aa%2Fb%3Apull";

#[test]
fn a_token_is_fetched_once_and_shown_unasked_from_then_on() {
    let server = registry(|_, _| fine());
    let client = client();
    fetch(&client, &server).unwrap();
    fetch(&client, &server).unwrap();
    let manifest = "GET /v2/a/b/manifests/1";
    assert_eq!(server.lines(), [manifest, TOKEN, manifest, manifest]);
    assert!(server.seen()[1].header("authorization").is_none(), "nobody is logged in");
}

#[test]
fn a_password_goes_to_the_token_server_and_not_to_the_registry() {
    let server = registry(|_, _| fine());
    fetch(&client_with(&server, password()), &server).unwrap();
    let seen = server.seen();
    assert_eq!(seen[1].header("authorization"), Some("Basic bWlhOmdlaGVpbQ=="));
    assert!(seen[1].path.contains("account=mia"));
    assert_eq!(seen[0].header("authorization"), None);
    assert_eq!(seen[2].header("authorization"), Some("Bearer t0"));
}

#[test]
fn an_identity_token_is_posted() {
    let server = registry(|_, _| fine());
    let credential = Credential::IdentityToken("id+1".to_owned());
    fetch(&client_with(&server, credential), &server).unwrap();
    let post = &server.seen()[1];
    assert_eq!(post.line(), "POST /token");
    let body = std::str::from_utf8(&post.body).unwrap();
    let wanted = "grant_type=refresh_token&service=s%2C%20t&client_id=rcon\
                  &scope=repository%3Aa%2Fb%3Apull&refresh_token=id%2B1";
    assert_eq!(body, wanted);
}

#[test]
fn a_registry_token_is_shown_as_it_is() {
    let server = registry(|_, token| if token == "mine" { fine() } else { Reply::new(500) });
    fetch(&client_with(&server, Credential::RegistryToken("mine".to_owned())), &server).unwrap();
    assert_eq!(server.seen().len(), 1);
}

#[test]
fn a_password_is_shown_where_no_token_is_wanted() {
    let server = Server::new(|request| match request.header("authorization") {
        Some("Basic bWlhOmdlaGVpbQ==") => fine(),
        _ => Reply::new(401).header("WWW-Authenticate", "Basic realm=\"r\""),
    });
    let client = client_with(&server, password());
    fetch(&client, &server).unwrap();
    fetch(&client, &server).unwrap();
    assert_eq!(server.seen().len(), 3);
}

#[test]
fn a_token_that_ended_in_the_middle_of_a_blob_is_renewed() {
    let server = registry(|request, token| match (token, request.nth) {
        ("t0", 0 | 1) => Reply::new(200).body("0123456789").cut(4),
        ("t1", _) => Reply::new(206).header("Content-Range", "bytes 4-9/10").body("456789"),
        _ => challenge(request),
    });
    let mut read = Vec::new();
    let mut blob = pulling(&server).blob(&Digest::of(b"0123456789"), 10, 0).unwrap();
    blob.read_to_end(&mut read).unwrap();
    assert_eq!(read, b"0123456789");
    assert_eq!(server.lines().iter().filter(|line| *line == TOKEN).count(), 2);
}

#[test]
fn what_is_refused_with_a_fresh_token_is_refused() {
    let server = registry(|request, _| challenge(request));
    let error = fetch(&client(), &server).unwrap_err();
    assert_eq!(
        (error.kind, error.to_string().as_str()),
        (Kind::Denied, "unauthorized: authentication required")
    );
    // The first refusal, then three times a token and a refusal.
    assert_eq!(server.seen().len(), 7);
}

#[test]
fn a_wrong_password_is_told_in_the_token_servers_words() {
    let server = Server::new(|request| match request.path.starts_with("/token") {
        true => Reply::new(401).body(r#"{"details":"incorrect username or password"}"#),
        false => challenge(request),
    });
    let error = fetch(&client_with(&server, password()), &server).unwrap_err();
    assert_eq!(error.to_string(), "unauthorized: incorrect username or password");
}

#[test]
fn a_realm_that_is_a_metadata_server_gets_nothing() {
    let server = Server::new(|_| {
        let challenge = "Bearer realm=\"http://169.254.169.254/token\"";
        Reply::new(401).header("WWW-Authenticate", challenge)
    });
    let error = fetch(&client_with(&server, password()), &server).unwrap_err();
    assert_eq!(error.kind, Kind::Denied);
    assert!(error.to_string().contains("inner address"), "{error}");
}

#[test]
fn credentials_of_one_registry_are_not_shown_to_another() {
    let server = registry(|_, _| fine());
    let mut wrong = endpoint(&server);
    wrong.registry = format!("{}.attacker.test", server.host());
    let repository = client_with(&server, password()).repository(vec![wrong], Action::Pull).unwrap();
    repository.manifest(Which::Tag("1")).unwrap();
    assert!(server.seen()[1].header("authorization").is_none());
}

#[test]
fn many_threads_fetch_one_token() {
    let server = registry(|_, _| Reply::new(200).body("layer"));
    let repository = pulling(&server);
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| repository.blob(&Digest::of(b"layer"), 5, 0).map(drop).unwrap());
        }
    });
    let tokens = server.lines().iter().filter(|line| *line == TOKEN).count();
    assert_eq!(tokens, 1);
}

#[test]
fn secrets_are_not_shown() {
    let server = registry(|_, _| fine());
    let client = client_with(&server, password());
    fetch(&client, &server).unwrap();
    let shown = format!("{client:?} {:?}", password());
    assert!(!shown.contains("geheim") && !shown.contains("Bearer") && !shown.contains("bWlh"), "{shown}");
}
