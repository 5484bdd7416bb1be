//! Tokens: fetched where a registry says, for what is to be done, with what the user has
//! (Docker's token specification; RFC 6749 for refresh tokens).

use super::address::{Address, Reach, Scheme, form};
use super::challenge::Challenge;
use super::credential::Credential;
use super::endpoint::Endpoint;
use super::redirect::follow;
use super::request::Answer;
use super::retry::Trouble;
use super::secret::Secret;
use super::transport::{Call, Payload, Transport};
use crate::error::{Error, Kind, Result};
use serde::Deserialize;
use std::time::Duration;
use ureq::http::Method;

/// Bytes of a token server's answer.
const LIMIT: u64 = 256 * 1024;
/// The longest token that can be sent in a header.
const LONGEST_TOKEN: usize = 32 * 1024;
/// How rcon calls itself to token servers.
const CLIENT: &str = "rcon";
/// How long a token is good for at least, and where the server does not say.
const SHORTEST: Duration = Duration::from_secs(60);

/// Where tokens of a registry come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Realm {
    address: Address,
    service: String,
}

/// Whether a token is wanted that outlives the session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Access {
    Session,
    Offline,
}

/// What a token server gave.
pub(super) struct Granted {
    pub(super) secret: Secret,
    pub(super) lifetime: Duration,
    pub(super) identity_token: Option<String>,
}

impl Realm {
    /// The realm a registry at `origin` names.
    ///
    /// # Errors
    /// When it is one that credentials must not go to: in the clear, or nearer than the registry itself.
    pub(super) fn new(origin: &Address, challenge: &Challenge) -> Result<Self> {
        let text = challenge.parameter("realm").unwrap_or_default();
        let refused = |why: &str| {
            let what = format!("refusing the token server `{}` names", origin.authority());
            Err(Error::new(Kind::Denied, what).because(why))
        };
        let Some(address) = Address::parse(text) else { return refused("it is no address") };
        let near = address.host() == origin.host() || address.reach() == Reach::Inside;
        match address.scheme() {
            _ if !origin.may_lead_to(&address) => refused("it is an inner address"),
            Scheme::Http if origin.scheme() == Scheme::Https => refused("it does not speak TLS"),
            Scheme::Http if !near => refused("it is another host, and does not speak TLS"),
            _ => {
                let service = challenge.parameter("service").unwrap_or_default().to_owned();
                Ok(Self { address, service })
            }
        }
    }
}

/// Asks for a token for `scope` (several, separated by spaces, or none).
pub(super) fn fetch(
    transport: &Transport,
    endpoint: &Endpoint,
    realm: &Realm,
    credential: Option<&Credential>,
    (scope, access): (&str, Access),
) -> Result<Granted, Trouble> {
    let answer = match credential {
        Some(Credential::IdentityToken(token)) => refresh(transport, endpoint, realm, token, scope)?,
        Some(Credential::Password { user, password }) => {
            let address = question(realm, Some(user), scope, access);
            let authorization = Some(Secret::basic(user, password));
            ask(transport, endpoint, Call { authorization, ..Call::get(address) })?
        }
        Some(Credential::RegistryToken(_)) | None => {
            ask(transport, endpoint, Call::get(question(realm, None, scope, access)))?
        }
    };
    granted(&answer)
}

fn question(realm: &Realm, user: Option<&str>, scope: &str, access: Access) -> Address {
    let mut values = vec![("service", realm.service.as_str())];
    values.extend(user.map(|user| ("account", user)));
    values.extend(scope.split(' ').filter(|scope| !scope.is_empty()).map(|scope| ("scope", scope)));
    if access == Access::Offline {
        values.extend([("client_id", CLIENT), ("offline_token", "true")]);
    }
    values.retain(|(_, value)| !value.is_empty());
    realm.address.clone().with_query(&values)
}

fn refresh(
    transport: &Transport,
    endpoint: &Endpoint,
    realm: &Realm,
    token: &str,
    scope: &str,
) -> Result<Vec<u8>, Trouble> {
    let values = [
        ("grant_type", "refresh_token"),
        ("service", &realm.service),
        ("client_id", CLIENT),
        ("scope", scope),
        ("refresh_token", token),
    ];
    let body = form(&values);
    let call = Call {
        method: Method::POST,
        headers: vec![("content-type", "application/x-www-form-urlencoded".to_owned())],
        payload: Payload::Bytes(body.as_bytes()),
        ..Call::get(realm.address.clone())
    };
    ask(transport, endpoint, call)
}

/// A token server's refusal is about the user, whatever its status is.
fn ask(transport: &Transport, endpoint: &Endpoint, mut call: Call) -> Result<Vec<u8>, Trouble> {
    let response = follow(transport, endpoint, &mut call)?;
    match Answer::new(response, call.address).accepted() {
        Err(Trouble::Refused { status: status @ 400..=404, error }) => {
            let what = error.to_string();
            Err(Trouble::Refused { status, error: Error::new(Kind::Denied, what) })
        }
        answer => answer?.bytes(LIMIT),
    }
}

/// The members of a token server's answer that matter.
#[derive(Deserialize)]
struct Grant {
    #[serde(default)]
    token: String,
    #[serde(default)]
    access_token: String,
    #[serde(default)]
    expires_in: Option<u64>,
    #[serde(default)]
    refresh_token: Option<String>,
}

fn granted(body: &[u8]) -> Result<Granted, Trouble> {
    // The cause is not told: it may quote the token.
    let grant: Grant = serde_json::from_slice(body)
        .map_err(|_| Error::new(Kind::Invalid, "the token server's answer is not what it should be"))?;
    let token = if grant.token.is_empty() { grant.access_token } else { grant.token };
    let sendable = token.len() <= LONGEST_TOKEN && token.bytes().all(|c| c.is_ascii_graphic());
    if token.is_empty() || !sendable {
        return Err(Error::new(Kind::Invalid, "the token server gave no token").into());
    }
    let lifetime = grant.expires_in.map_or(SHORTEST, Duration::from_secs).max(SHORTEST);
    let identity_token = grant.refresh_token.filter(|token| !token.is_empty());
    Ok(Granted { secret: Secret::bearer(&token), lifetime, identity_token })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::registry::challenge;

    fn realm(origin: &str, realm: &str) -> Result<Realm> {
        let header = format!(r#"Bearer realm="{realm}",service="s""#);
        Realm::new(&Address::parse(origin).unwrap(), &challenge::parse(&header)[0])
    }

    #[test]
    fn credentials_go_to_no_realm_that_is_nearer_or_less_safe_than_the_registry() {
        let cases = [
            ("https://registry-1.docker.io", "https://auth.docker.io/token", true),
            ("https://r.io", "https://r.io/token", true),
            ("https://r.io", "http://r.io/token", false),
            ("https://r.io", "http://auth.io/token", false),
            ("https://r.io", "https://169.254.169.254/latest", false),
            ("https://r.io", "https://[fe80::1]/", false),
            ("https://r.io", "https://127.0.0.1/token", false),
            ("https://r.io", "https://u:p@auth.io/token", false),
            ("https://r.io", "/token", false),
            ("https://r.io", "", false),
            ("http://localhost:5000", "http://localhost:5001/auth", true),
            ("http://localhost:5000", "http://127.0.0.1:5001/auth", true),
            ("http://localhost:5000", "http://169.254.169.254/", false),
            ("http://localhost:5000", "http://auth.io/token", false),
            ("http://localhost:5000", "https://auth.io/token", true),
            ("http://r.lan:5000", "http://r.lan:5001/token", true),
        ];
        for (origin, address, fine) in cases {
            assert_eq!(realm(origin, address).is_ok(), fine, "{origin} {address}");
        }
    }

    #[test]
    fn a_question_names_service_account_and_each_scope() {
        let realm = realm("https://r.io", "https://r.io/token?x=1").unwrap();
        let asked = question(&realm, Some("u"), "repository:a:pull repository:b:pull", Access::Session);
        let wanted = "/token?x=1&service=s&account=u&scope=repository%3Aa%3Apull&scope=repository%3Ab%3Apull";
        assert_eq!(asked.path(), wanted);
        let asked = question(&realm, None, "", Access::Offline);
        assert_eq!(asked.path(), "/token?x=1&service=s&client_id=rcon&offline_token=true");
    }

    #[test]
    fn a_grant_is_read_in_both_forms_and_lives_a_minute_at_least() {
        let read = |body: &str| granted(body.as_bytes());
        let grant = read(r#"{"token":"t","access_token":"a","expires_in":300,"refresh_token":"r"}"#).unwrap();
        assert_eq!((grant.secret.reveal(), grant.lifetime.as_secs()), ("Bearer t", 300));
        assert_eq!(grant.identity_token.as_deref(), Some("r"));
        let grant = read(r#"{"access_token":"a","expires_in":5}"#).unwrap();
        assert_eq!((grant.secret.reveal(), grant.lifetime.as_secs()), ("Bearer a", 60));
        for wrong in ["", "[]", "{}", r#"{"token":"a\r\nb"}"#, r#"{"token":7}"#] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }
}
