//! Bytes by digest over HTTP: the client of the OCI distribution specification and of Docker's registries.
//!
//! Nothing here touches the store: it gives readers and takes readers. Where registries are and whom they
//! trust is decided in [`endpoint`]; who the user is to them, in [`credential`].

pub mod credential;
pub mod endpoint;
