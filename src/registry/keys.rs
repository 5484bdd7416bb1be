//! What is shown to which registry: learned from its challenges, kept for as long as it is good.

use super::address::Address;
use super::challenge::{self, Challenge};
use super::credential::Credential;
use super::endpoint::Endpoint;
use super::retry::Trouble;
use super::secret::Secret;
use super::token::{self, Access, Realm};
use super::transport::Transport;
use crate::error::Result;
use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use ureq::http::HeaderMap;

/// A token is renewed so long before its end.
const MARGIN: Duration = Duration::from_secs(10);

/// A registry as it is named and the host that is dialled for it.
type Host = (String, String);
/// One token, or none yet; locked while it is fetched, so that threads do not fetch it twice.
type Slot = Arc<Mutex<Option<Token>>>;

/// What the user has, what registries want to see, and what was made of both.
pub(super) struct Keys {
    credentials: HashMap<String, Credential>,
    demands: Mutex<HashMap<Host, Demand>>,
    tokens: Mutex<HashMap<(Host, String), Slot>>,
}

/// What a registry wants to be shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Demand {
    Basic,
    Bearer(Realm),
}

struct Token {
    secret: Secret,
    ends: Instant,
}

impl Demand {
    /// What the challenges of an answer from `origin` ask for, a token rather than a password.
    pub(super) fn of(origin: &Address, headers: &HeaderMap) -> Result<Option<Self>> {
        let values = headers.get_all("www-authenticate").iter().filter_map(|value| value.to_str().ok());
        let challenges = challenge::parse(&values.collect::<Vec<_>>().join(", "));
        let find = |scheme: &str| challenges.iter().find(|challenge: &&Challenge| challenge.scheme == scheme);
        match (find("bearer"), find("basic")) {
            (Some(bearer), _) => Ok(Some(Self::Bearer(Realm::new(origin, bearer)?))),
            (None, Some(_)) => Ok(Some(Self::Basic)),
            (None, None) => Ok(None),
        }
    }
}

impl Keys {
    pub(super) fn new(credentials: HashMap<String, Credential>) -> Self {
        Self { credentials, demands: Mutex::default(), tokens: Mutex::default() }
    }

    /// What `endpoint` is to be shown for `scope`, as far as its demands are known.
    pub(super) fn show(
        &self,
        transport: &Transport,
        endpoint: &Endpoint,
        scope: &str,
    ) -> Result<Option<Secret>, Trouble> {
        let credential = self.credentials.get(&endpoint.registry);
        if let Some(Credential::RegistryToken(token)) = credential {
            return Ok(Some(Secret::bearer(token)));
        }
        let demand =
            self.demands.lock().unwrap_or_else(PoisonError::into_inner).get(&host(endpoint)).cloned();
        match (demand, credential) {
            (Some(Demand::Basic), Some(Credential::Password { user, password })) => {
                Ok(Some(Secret::basic(user, password)))
            }
            (Some(Demand::Bearer(realm)), credential) => {
                self.token(transport, endpoint, &realm, credential, scope).map(Some)
            }
            (None | Some(Demand::Basic), _) => Ok(None),
        }
    }

    /// Takes note that `endpoint`, which is at `origin`, refused what it was shown.
    pub(super) fn learn(
        &self,
        endpoint: &Endpoint,
        origin: &Address,
        headers: &HeaderMap,
        (scope, shown): (&str, Option<&Secret>),
    ) -> Result<()> {
        if let Some(demand) = Demand::of(origin, headers)? {
            self.demands.lock().unwrap_or_else(PoisonError::into_inner).insert(host(endpoint), demand);
        }
        let slot = self.slot(endpoint, scope);
        let mut token = slot.lock().unwrap_or_else(PoisonError::into_inner);
        if token.as_ref().map(|token| &token.secret) == shown {
            *token = None;
        }
        Ok(())
    }

    fn token(
        &self,
        transport: &Transport,
        endpoint: &Endpoint,
        realm: &Realm,
        credential: Option<&Credential>,
        scope: &str,
    ) -> Result<Secret, Trouble> {
        let slot = self.slot(endpoint, scope);
        let mut token = slot.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(good) = token.as_ref().filter(|token| Instant::now() < token.ends) {
            return Ok(good.secret.clone());
        }
        let granted = token::fetch(transport, endpoint, realm, credential, (scope, Access::Session))?;
        let lifetime = granted.lifetime.saturating_sub(MARGIN);
        // A lifetime that no clock can hold is not believed.
        let ends = Instant::now().checked_add(lifetime).unwrap_or_else(Instant::now);
        *token = Some(Token { secret: granted.secret.clone(), ends });
        Ok(granted.secret)
    }

    fn slot(&self, endpoint: &Endpoint, scope: &str) -> Slot {
        let mut tokens = self.tokens.lock().unwrap_or_else(PoisonError::into_inner);
        tokens.entry((host(endpoint), scope.to_owned())).or_default().clone()
    }
}

fn host(endpoint: &Endpoint) -> Host {
    (endpoint.registry.clone(), endpoint.host.clone())
}

/// Names of registries, and nothing that is shown to them.
impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.credentials.keys()).finish()
    }
}
