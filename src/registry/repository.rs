//! One repository at its endpoints: which is asked, with what right, and what its paths are.

use super::address::Address;
use super::client::Action;
use super::endpoint::Endpoint;
use super::request::{Answer, Wire};
use super::retry::Trouble;
use super::transport::{Call, Payload};
use crate::error::{Error, Kind, Result};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use ureq::http::Method;

/// The longest path of a repository with a mirror's prefix, in bytes.
const LONGEST_PATH: usize = 512;

/// A repository. Clones are the same one.
#[derive(Debug, Clone)]
pub struct Repository {
    pub(super) wire: Arc<Wire>,
    places: Arc<Places>,
}

/// Where it is, and what was found out on the way.
#[derive(Debug)]
struct Places {
    name: String,
    action: Action,
    endpoints: Vec<Endpoint>,
    /// The endpoint that answered last is asked first.
    preferred: AtomicUsize,
    /// Uploads a registry opened where a mount was asked for.
    uploads: Mutex<Vec<Address>>,
}

impl Repository {
    pub(super) fn new(wire: Arc<Wire>, endpoints: Vec<Endpoint>, action: Action) -> Result<Self> {
        let last = endpoints.last().ok_or_else(|| Error::usage("a repository without an endpoint"))?;
        let name = format!("{}/{}", last.registry, last.repository);
        for endpoint in &endpoints {
            check_path(&endpoint.repository)?;
        }
        let (preferred, uploads) = (AtomicUsize::new(0), Mutex::default());
        let places = Places { name, action, endpoints, preferred, uploads };
        Ok(Self { wire, places: Arc::new(places) })
    }

    /// The full name: `docker.io/library/alpine`.
    pub fn name(&self) -> &str {
        &self.places.name
    }

    /// The registry itself, which is written to.
    pub(super) fn home(&self) -> &Endpoint {
        &self.places.endpoints[self.last()]
    }

    /// Uploads that wait to be used.
    pub(super) fn uploads(&self) -> &Mutex<Vec<Address>> {
        &self.places.uploads
    }

    fn last(&self) -> usize {
        self.places.endpoints.len() - 1
    }

    /// Asks one endpoint after the other, the one that answered last first, until one answers. A mirror is not
    /// asked a second time; the registry itself is, up to `tries` times. Its refusal is the one that is told.
    pub(super) fn anywhere<T>(
        &self,
        tries: u32,
        ask: impl Fn(&Endpoint) -> Result<T, Trouble>,
    ) -> Result<T, Trouble> {
        let (last, preferred) = (self.last(), self.places.preferred.load(Ordering::Relaxed));
        let others = (0..=last).filter(|index| *index != preferred);
        let mut trouble = None;
        for index in std::iter::once(preferred).chain(others) {
            let tries = if index == last { tries } else { 1 };
            match self.wire.patience.persist(tries, || ask(&self.places.endpoints[index])) {
                Ok(answer) => {
                    self.places.preferred.store(index, Ordering::Relaxed);
                    return Ok(answer);
                }
                Err(refusal) if index == last => trouble = Some(refusal),
                Err(_) => {}
            }
        }
        Err(trouble.unwrap_or_else(|| Error::usage("a repository without an endpoint").into()))
    }

    /// Asks the registry itself, again while its trouble is passing.
    pub(super) fn at_home<T>(&self, ask: impl Fn(&Endpoint) -> Result<T, Trouble>) -> Result<T, Trouble> {
        self.wire.patience.persist(self.wire.patience.tries, || ask(self.home()))
    }

    /// A request without a body for what is at `rest` below the repository.
    pub(super) fn ask(
        &self,
        endpoint: &Endpoint,
        method: Method,
        rest: &str,
        headers: Vec<(&'static str, String)>,
    ) -> Result<Answer, Trouble> {
        let address = self.address(endpoint, rest)?;
        let call = Call { method, address, headers, authorization: None, payload: Payload::Nothing };
        self.wire.ask(endpoint, call, &self.scope(endpoint))
    }

    /// Where `rest` of the repository is.
    pub(super) fn address(&self, endpoint: &Endpoint, rest: &str) -> Result<Address, Trouble> {
        let origin = self.wire.transport.origin(endpoint)?;
        Ok(origin.at(&format!("/v2/{}/{rest}", endpoint.repository)))
    }

    /// The right that is asked for.
    pub(super) fn scope(&self, endpoint: &Endpoint) -> String {
        let actions = match self.places.action {
            Action::Pull => "pull",
            Action::Push => "pull,push",
        };
        format!("repository:{}:{actions}", endpoint.repository)
    }
}

/// A path that stays where it is put: no empty or dotted component, nothing that means something in an address.
pub(super) fn check_path(path: &str) -> Result<()> {
    let fits = |part: &str| {
        part.starts_with(|c: char| c.is_ascii_alphanumeric())
            && part.bytes().all(|c| c.is_ascii_alphanumeric() || matches!(c, b'.' | b'_' | b'-'))
    };
    match path.len() <= LONGEST_PATH && path.split('/').all(fits) {
        true => Ok(()),
        false => Err(Error::new(Kind::Invalid, format!("`{path}` is not the path of a repository"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_that_would_lead_elsewhere_is_refused() {
        for fine in ["library/alpine", "a", "a/b/c.d_e-f", "Proxy/x"] {
            assert!(check_path(fine).is_ok(), "{fine}");
        }
        for wrong in
            ["", "/a", "a/", "a//b", "..", "a/../b", "a?b", "a#b", "a@b", "a:b", "a b", "a%2fb", "\u{e9}"]
        {
            assert!(check_path(wrong).is_err(), "{wrong}");
        }
    }
}
