//! The client against a small server that plays a registry: one that asks for tokens, breaks off, lies.

mod authorization;
mod lists;
mod login;
mod pulling;
mod pushing;
mod redirects;
mod server;
mod trust;

use super::client::{Action, Client};
use super::credential::Credential;
use super::endpoint::{Endpoint, Security, Trust};
use super::repository::Repository;
use super::retry::Patience;
use server::Server;
use std::collections::HashMap;
use std::time::Duration;

/// Waits that a test can afford.
const IMPATIENT: Patience = Patience {
    connect: Duration::from_secs(5),
    stall: Duration::from_millis(400),
    commit: Duration::from_secs(5),
    pause: Duration::from_millis(1),
    tries: 5,
};

fn endpoint(server: &Server) -> Endpoint {
    Endpoint {
        registry: server.host(),
        host: server.host(),
        repository: "a/b".to_owned(),
        security: Security::Lenient,
        trust: Trust::default(),
    }
}

fn client() -> Client {
    Client::with_patience(HashMap::new(), IMPATIENT)
}

fn client_with(server: &Server, credential: Credential) -> Client {
    Client::with_patience(HashMap::from([(server.host(), credential)]), IMPATIENT)
}

fn password() -> Credential {
    Credential::Password { user: "mia".to_owned(), password: "geheim".to_owned() }
}

/// `a/b` at `server`, to be written.
fn pushing(server: &Server) -> Repository {
    client().repository(vec![endpoint(server)], Action::Push).unwrap()
}

/// `a/b` at `server`, without credentials.
fn pulling(server: &Server) -> Repository {
    client().repository(vec![endpoint(server)], Action::Pull).unwrap()
}
