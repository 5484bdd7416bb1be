//! Bytes by digest over HTTP: the client of the OCI distribution specification and of Docker's registries.
//!
//! Nothing here touches the store: it gives readers and takes readers. Where registries are and how far they
//! are trusted is decided in [`settings`]; who the user is to them, in [`credentials`].

mod address;
pub mod blobs;
pub mod challenge;
pub mod client;
pub mod credential;
pub mod credentials;
pub mod endpoint;
mod file;
pub mod headers;
mod keys;
mod login;
pub mod manifests;
pub mod places;
pub mod proxy;
mod redirect;
pub mod refusal;
pub mod repository;
mod request;
pub mod retry;
pub mod search;
mod secret;
pub mod server;
pub mod settings;
mod tags;
mod tls;
mod token;
mod transport;
pub mod uploads;

#[cfg(test)]
mod tests;
