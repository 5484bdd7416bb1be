//! Searching: docker's hub by its index, other registries by theirs or by their catalog.

use super::client::Client;
use super::endpoint::Endpoint;
use super::retry::Trouble;
use super::tags::pages;
use super::transport::Call;
use crate::error::{Error, Kind, Result};
use crate::oci::reference::DEFAULT_DOMAIN;
use serde::Deserialize;
use std::ops::ControlFlow;

/// Where docker's hub answers for images, and where for its index.
const HUB: &str = "registry-1.docker.io";
const HUB_INDEX: &str = "index.docker.io";
/// Bytes of an index's answer.
const LIMIT: u64 = 4 * 1024 * 1024;
/// The right to read a catalog.
const CATALOG: &str = "registry:catalog:*";

/// A repository that was found.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Found {
    /// Its path: `library/alpine`, or `alpine` as the hub calls its own.
    pub name: String,
    /// One line about it; empty where the registry keeps none.
    #[serde(default)]
    pub description: String,
    /// How many like it.
    #[serde(default, rename = "star_count")]
    pub stars: u64,
    /// Whether the hub itself keeps it.
    #[serde(default, rename = "is_official")]
    pub official: bool,
}

/// What an index answers.
#[derive(Deserialize)]
struct Results {
    results: Vec<Found>,
}

impl Client {
    /// Up to `limit` repositories of the endpoint's registry whose name, or whose description where the registry has
    /// an index as docker's hub does, has to do with `term`.
    ///
    /// # Errors
    /// `Denied`, `NotFound` or `Unsupported` where the registry has neither index nor catalog for us.
    pub fn search(&self, endpoint: &Endpoint, term: &str, limit: usize) -> Result<Vec<Found>> {
        let patience = self.0.patience;
        let by_index = || self.search_index(endpoint, term, limit);
        if endpoint.registry == DEFAULT_DOMAIN {
            return Ok(patience.persist(patience.tries, by_index)?);
        }
        // The index is older than the specification, and few still have it: no answer of theirs is an error.
        match by_index() {
            Ok(found) => Ok(found),
            Err(_) => Ok(patience.persist(patience.tries, || self.search_catalog(endpoint, term, limit))?),
        }
    }

    fn search_index(&self, endpoint: &Endpoint, term: &str, limit: usize) -> Result<Vec<Found>, Trouble> {
        let mut index = endpoint.clone();
        if index.host == HUB {
            index.host = HUB_INDEX.to_owned();
        }
        let values = [("q", term), ("n", &limit.to_string())];
        let address = self.0.transport.origin(&index)?.at("/v1/search").with_query(&values);
        let bytes = self.0.ask(&index, Call::get(address), "")?.bytes(LIMIT)?;
        let mut results: Results = serde_json::from_slice(&bytes)
            .map_err(|cause| Error::new(Kind::Invalid, "the answer to a search").why(cause))?;
        results.results.truncate(limit);
        Ok(results.results)
    }

    fn search_catalog(&self, endpoint: &Endpoint, term: &str, limit: usize) -> Result<Vec<Found>, Trouble> {
        let term = term.to_lowercase();
        let first = self.0.transport.origin(endpoint)?.at("/v2/_catalog").with_query(&[("n", "1000")]);
        let mut found = Vec::new();
        pages(&self.0, endpoint, first, CATALOG, |names| {
            let fitting = names.into_iter().filter(|name| name.to_lowercase().contains(&term));
            found.extend(fitting.take(limit - found.len()).map(Found::called));
            if found.len() < limit { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
        })?;
        Ok(found)
    }
}

impl Found {
    fn called(name: String) -> Self {
        Self { name, description: String::new(), stars: 0, official: false }
    }
}
