//! TLS: a certificate is checked unless the user said otherwise, and nothing falls back to the clear.

use super::super::manifests::Which;
use super::server::{Reply, Server};
use super::{client, endpoint};
use crate::error::Result;
use crate::oci::digest::Digest;
use crate::registry::client::Action;
use crate::registry::endpoint::{Endpoint, Security, Trust};
use rcgen::{CertifiedKey, KeyPair, generate_simple_self_signed};
use rustls::ServerConfig;
use rustls::pki_types::PrivateKeyDer;
use rustls::server::WebPkiClientVerifier;
use std::path::{Path, PathBuf};
use std::sync::Arc;

fn certificate() -> CertifiedKey<KeyPair> {
    generate_simple_self_signed(["127.0.0.1".to_owned()]).unwrap()
}

fn key(own: &CertifiedKey<KeyPair>) -> PrivateKeyDer<'static> {
    PrivateKeyDer::try_from(own.signing_key.serialize_der()).unwrap()
}

fn config(own: &CertifiedKey<KeyPair>) -> ServerConfig {
    let chain = vec![own.cert.der().clone()];
    ServerConfig::builder().with_no_client_auth().with_single_cert(chain, key(own)).unwrap()
}

fn fine() -> Reply {
    Reply::new(200).header("Content-Type", "application/json").body("{}")
}

/// The pair as files `certificate` and `key` of `folder`.
fn keep(folder: &Path, own: &CertifiedKey<KeyPair>) -> (PathBuf, PathBuf) {
    let (certificate, key) = (folder.join("certificate"), folder.join("key"));
    crate::durable::write(&certificate, own.cert.pem().as_bytes()).unwrap();
    crate::durable::write(&key, own.signing_key.serialize_pem().as_bytes()).unwrap();
    (certificate, key)
}

fn verified(server: &Server, trust: Trust) -> Endpoint {
    Endpoint { security: Security::Verified, trust, ..endpoint(server) }
}

fn fetch(endpoint: Endpoint) -> Result<()> {
    let repository = client().repository(vec![endpoint], Action::Pull)?;
    repository.manifest(Which::Tag("1")).map(drop)
}

#[test]
fn a_certificate_nobody_signed_is_taken_only_from_a_lenient_host() {
    let server = Server::tls(config(&certificate()), |_| fine());
    let error = fetch(verified(&server, Trust::default())).unwrap_err().to_string();
    assert!(error.contains("certificate"), "{error}");
    assert!(server.seen().is_empty());
    fetch(endpoint(&server)).unwrap();
    assert_eq!(server.seen().len(), 1);
}

#[test]
fn an_authority_of_the_hosts_folder_is_trusted() {
    let own = certificate();
    let folder = tempfile::tempdir().unwrap();
    let (authority, _) = keep(folder.path(), &own);
    let server = Server::tls(config(&own), |_| fine());
    fetch(verified(&server, Trust { authorities: vec![authority], clients: Vec::new() })).unwrap();
}

#[test]
fn our_certificate_is_shown_to_a_host_that_wants_one() {
    let (server_own, client_own) = (certificate(), certificate());
    let folder = tempfile::tempdir().unwrap();
    let mut roots = rustls::RootCertStore::empty();
    roots.add(client_own.cert.der().clone()).unwrap();
    let verifier = WebPkiClientVerifier::builder(Arc::new(roots)).build().unwrap();
    let chain = vec![server_own.cert.der().clone()];
    let builder = ServerConfig::builder().with_client_cert_verifier(verifier);
    let server = Server::tls(builder.with_single_cert(chain, key(&server_own)).unwrap(), |_| fine());
    assert!(fetch(endpoint(&server)).is_err());
    let clients = vec![keep(folder.path(), &client_own)];
    let trust = Trust { authorities: Vec::new(), clients };
    fetch(Endpoint { trust, ..endpoint(&server) }).unwrap();
}

#[test]
fn a_verified_host_is_not_asked_in_the_clear() {
    let server = Server::new(|_| fine());
    assert!(fetch(verified(&server, Trust::default())).is_err());
    assert!(server.seen().is_empty());
}

#[test]
fn a_redirect_from_tls_to_the_clear_is_refused() {
    let storage = Server::new(|_| fine());
    let target = storage.url("/blob");
    let server = Server::tls(config(&certificate()), move |_| Reply::new(307).header("Location", &target));
    let repository = client().repository(vec![endpoint(&server)], Action::Pull).unwrap();
    let error = repository.blob(&Digest::of(b"x"), 1, 0).unwrap_err().to_string();
    assert!(error.contains("from https to http"), "{error}");
    assert!(storage.seen().is_empty());
}

#[test]
fn a_realm_in_the_clear_is_refused_by_a_client_that_speaks_tls() {
    let thief = Server::new(|_| fine());
    let challenge = format!("Bearer realm=\"{}\"", thief.url("/token"));
    let server =
        Server::tls(config(&certificate()), move |_| Reply::new(401).header("WWW-Authenticate", &challenge));
    let error = fetch(endpoint(&server)).unwrap_err().to_string();
    assert!(error.contains("does not speak TLS"), "{error}");
    assert!(thief.seen().is_empty());
}
