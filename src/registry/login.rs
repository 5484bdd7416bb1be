//! Whether a registry takes a credential.

use super::address::Address;
use super::client::Client;
use super::credential::Credential;
use super::endpoint::Endpoint;
use super::keys::Demand;
use super::redirect::follow;
use super::request::Answer;
use super::retry::Trouble;
use super::secret::Secret;
use super::token::{self, Access};
use super::transport::Call;
use crate::error::{Error, Kind, Result};

/// What registries say to a wrong password and to none alike.
const VAGUE: &str = "unauthorized: authentication required";

impl Client {
    /// Shows `credential` to the endpoint's registry, and gives the identity token that its token server would
    /// rather have kept in place of the password, where there is one.
    ///
    /// # Errors
    /// `Denied` in the server's words, as docker tells them; those of a registry that cannot be reached.
    pub fn check(&self, endpoint: &Endpoint, credential: &Credential) -> Result<Option<String>> {
        let patience = self.0.patience;
        let checked = patience.persist(patience.tries, || self.knock(endpoint, credential));
        checked.map_err(|trouble| match Error::from(trouble) {
            vague if vague.to_string() == VAGUE => wrong_password(),
            error => error,
        })
    }

    fn knock(&self, endpoint: &Endpoint, credential: &Credential) -> Result<Option<String>, Trouble> {
        let door = self.0.transport.origin(endpoint)?.at("/v2/");
        let answer = self.show(endpoint, &door, None)?;
        if answer.status() != 401 {
            return answer.accepted().map(|_| None);
        }
        let demand = match answer.from().same_origin(&door) {
            true => Demand::of(&door, answer.headers())?,
            false => None,
        };
        let (secret, identity_token) = match (demand, credential) {
            (_, Credential::RegistryToken(token)) => (Secret::bearer(token), None),
            (Some(Demand::Bearer(realm)), credential) => {
                let wanted = ("", Access::Offline);
                let granted = token::fetch(&self.0.transport, endpoint, &realm, Some(credential), wanted)?;
                (granted.secret, granted.identity_token)
            }
            (Some(Demand::Basic), Credential::Password { user, password }) => {
                (Secret::basic(user, password), None)
            }
            _ => return answer.accepted().map(|_| None),
        };
        self.show(endpoint, &door, Some(secret))?.accepted().map(|_| identity_token)
    }

    fn show(&self, endpoint: &Endpoint, door: &Address, secret: Option<Secret>) -> Result<Answer, Trouble> {
        let mut call = Call { authorization: secret, ..Call::get(door.clone()) };
        let response = follow(&self.0.transport, endpoint, &mut call)?;
        Ok(Answer::new(response, call.address))
    }
}

fn wrong_password() -> Error {
    Error::new(Kind::Denied, "unauthorized: incorrect username or password")
}
