//! Bytes by digest over HTTP: the client of the OCI distribution specification and of Docker's registries.
//!
//! Nothing here touches the store: it gives readers and takes readers. Where registries are and how far they
//! are trusted is decided in [`settings`]; who the user is to them, in [`credentials`].

pub mod credential;
pub mod credentials;
pub mod endpoint;
mod file;
pub mod places;
pub mod server;
pub mod settings;
