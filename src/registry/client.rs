//! The client: connections and tokens that all repositories share.

use super::credential::Credential;
use super::endpoint::Endpoint;
use super::repository::Repository;
use super::request::Wire;
use super::retry::Patience;
use crate::error::Result;
use std::collections::HashMap;
use std::sync::Arc;

/// What is going to be done with a repository; the right to it is asked for at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// Reading.
    Pull,
    /// Reading and writing.
    Push,
}

/// A client of registries. Clones share connections, tokens and what was learned of hosts.
#[derive(Debug, Clone)]
pub struct Client(pub(super) Arc<Wire>);

impl Client {
    /// A client with these credentials, by the name of the registry: `docker.io`, `localhost:5000`.
    pub fn new(credentials: HashMap<String, Credential>) -> Self {
        Self::with_patience(credentials, Patience::default())
    }

    /// The same with another patience.
    pub fn with_patience(credentials: HashMap<String, Credential>, patience: Patience) -> Self {
        Self(Arc::new(Wire::new(credentials, patience)))
    }

    /// A repository at `endpoints`, in the order of trying: mirrors first, the registry itself last. Only
    /// the last is written to.
    ///
    /// # Errors
    /// When there is no endpoint, or a repository's path is none.
    pub fn repository(&self, endpoints: Vec<Endpoint>, action: Action) -> Result<Repository> {
        Repository::new(self.0.clone(), endpoints, action)
    }
}
