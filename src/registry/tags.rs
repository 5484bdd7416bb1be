//! Lists that come in pages: the tags of a repository, the repositories of a registry.

use super::address::Address;
use super::endpoint::Endpoint;
use super::headers::next_page;
use super::repository::Repository;
use super::request::{Answer, Wire};
use super::retry::Trouble;
use super::transport::Call;
use crate::error::{Error, Kind, Result};
use serde::Deserialize;
use std::ops::ControlFlow;

/// Bytes of one page.
const PAGE: u64 = 4 * 1024 * 1024;
/// Pages of one list.
const MOST_PAGES: usize = 200;
/// Tags of one repository.
const MOST_TAGS: usize = 200_000;

/// One page of either list.
#[derive(Deserialize)]
struct Page {
    #[serde(default)]
    tags: Option<Vec<String>>,
    #[serde(default)]
    repositories: Option<Vec<String>>,
}

impl Repository {
    /// All tags, as the registry orders them.
    ///
    /// # Errors
    /// `NotFound`, `Denied`; `Invalid` when the list has no end.
    pub fn tags(&self) -> Result<Vec<String>> {
        let list = |endpoint: &Endpoint| {
            let first = self.address(endpoint, "tags/list")?.with_query(&[("n", "1000")]);
            let mut found = Vec::new();
            pages(&self.wire, endpoint, first, &self.scope(endpoint), |names| {
                found.extend(names);
                if found.len() > MOST_TAGS { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
            })?;
            match found.len() > MOST_TAGS {
                true => Err(endless().into()),
                false => Ok(found),
            }
        };
        Ok(self.anywhere(self.wire.patience.tries, list)?)
    }
}

/// Gives page after page to `take`, until it has enough or there is none left.
pub(super) fn pages(
    wire: &Wire,
    endpoint: &Endpoint,
    first: Address,
    scope: &str,
    mut take: impl FnMut(Vec<String>) -> ControlFlow<()>,
) -> Result<(), Trouble> {
    let mut address = first;
    for _ in 0..MOST_PAGES {
        let answer = wire.ask(endpoint, Call::get(address.clone()), scope)?;
        let next = following(&address, &answer)?;
        let bytes = answer.bytes(PAGE)?;
        let page: Page = serde_json::from_slice(&bytes)
            .map_err(|cause| Error::new(Kind::Invalid, "a list of the registry").why(cause))?;
        let names = page.tags.or(page.repositories).unwrap_or_default();
        match (take(names), next) {
            (ControlFlow::Continue(()), Some(next)) => address = next,
            _ => return Ok(()),
        }
    }
    Err(endless().into())
}

/// The next page; it is at the same server.
fn following(here: &Address, answer: &Answer) -> Result<Option<Address>> {
    let Some(link) = answer.header("link").and_then(next_page) else { return Ok(None) };
    let next = here.join(link).filter(|next| next.authority() == here.authority() && *next != *here);
    let error = || Error::new(Kind::Denied, "refusing a list that goes on at another server, or not at all");
    next.map(|next| Some(here.at(next.path()))).ok_or_else(error)
}

fn endless() -> Error {
    Error::new(Kind::Invalid, "a list of the registry that has no end")
}
