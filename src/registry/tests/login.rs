//! Checking a credential, in docker's words.

use super::server::{Reply, Request, Server};
use super::{client, endpoint, password};
use crate::error::Kind;
use crate::registry::credential::Credential;

fn basic(request: &Request) -> Reply {
    match request.header("authorization") {
        Some("Basic bWlhOmdlaGVpbQ==") => Reply::new(200),
        _ => Reply::new(401).header("WWW-Authenticate", "Basic realm=\"r\""),
    }
}

fn wrong() -> Credential {
    Credential::Password { user: "mia".to_owned(), password: "falsch".to_owned() }
}

/// A registry whose token server gives `answer` to the right password.
fn bearer(answer: &'static str) -> Server {
    Server::new(move |request| match request.header("authorization") {
        Some("Basic bWlhOmdlaGVpbQ==") => Reply::new(200).body(answer),
        Some("Bearer t") => Reply::new(200),
        Some(_) => Reply::new(401).body(r#"{"details":"incorrect username or password"}"#),
        None if request.path.starts_with("/token") => Reply::new(200).body(answer),
        None => {
            let host = request.header("host").unwrap();
            let challenge = format!("Bearer realm=\"http://{host}/token\",service=\"s\"");
            Reply::new(401).header("WWW-Authenticate", challenge)
        }
    })
}

#[test]
fn a_password_is_checked() {
    let server = Server::new(basic);
    assert_eq!(client().check(&endpoint(&server), &password()).unwrap(), None);
    let error = client().check(&endpoint(&server), &wrong()).unwrap_err();
    assert_eq!(error.kind, Kind::Denied);
    assert_eq!(error.to_string(), "unauthorized: incorrect username or password");
}

#[test]
fn an_identity_token_is_given_where_the_server_has_one() {
    let server = bearer(r#"{"token":"t","refresh_token":"keep"}"#);
    let given = client().check(&endpoint(&server), &password()).unwrap();
    assert_eq!(given.as_deref(), Some("keep"));
    assert_eq!(server.lines(), ["GET /token?service=s&account=mia&client_id=rcon&offline_token=true"]);
    let server = bearer(r#"{"token":"t"}"#);
    assert_eq!(client().check(&endpoint(&server), &password()).unwrap(), None);
    let error = client().check(&endpoint(&server), &wrong()).unwrap_err().to_string();
    assert_eq!(error, "unauthorized: incorrect username or password");
}

#[test]
fn an_identity_token_is_checked() {
    let server = bearer(r#"{"access_token":"t"}"#);
    let token = Credential::IdentityToken("keep".to_owned());
    assert_eq!(client().check(&endpoint(&server), &token).unwrap(), None);
    assert_eq!(server.lines(), ["POST /token"]);
}

#[test]
fn a_registry_that_wants_nothing_takes_anything() {
    let server = Server::new(|_| Reply::new(200));
    assert_eq!(client().check(&endpoint(&server), &password()).unwrap(), None);
}
