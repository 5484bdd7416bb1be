//! Bytes by digest over HTTP: the client of the OCI distribution specification and of Docker's registries.
//!
//! Nothing here touches the store: it gives readers and takes readers. Where registries are and whom they
//! trust is decided in [`endpoint`]; who the user is to them, in [`credential`].

mod address;
pub mod blobs;
pub mod challenge;
pub mod client;
pub mod credential;
pub mod endpoint;
pub mod headers;
mod keys;
mod login;
pub mod manifests;
mod proxy;
mod redirect;
pub mod refusal;
pub mod repository;
mod request;
pub mod retry;
pub mod search;
mod secret;
mod tags;
#[cfg(test)]
mod tests;
mod tls;
mod token;
mod transport;
pub mod uploads;
