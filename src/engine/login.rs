//! Making a registry known: the credential is proved there before it is kept.

use crate::error::{Error, Result};
use crate::registry::credential::Credential;
use crate::registry::credentials::{Credentials, Keeper};
use crate::registry::endpoint::Endpoint;
use crate::registry::server::Server;
use crate::registry::settings::Settings;

/// A registry, and how it is asked.
#[derive(Debug)]
pub struct Login<'a> {
    /// The registry.
    pub server: &'a Server,
    /// `--tls-verify`, where it was given.
    pub tls_verify: Option<bool>,
    /// How registries are reached.
    pub settings: &'a Settings,
    /// Where credentials are kept.
    pub credentials: &'a Credentials,
}

impl Login<'_> {
    /// Proves `user` and `password` to the registry by `check`, and keeps them, or the identity token that the
    /// registry gave for them.
    ///
    /// # Errors
    /// Of the check, after which nothing has changed, and of keeping.
    pub fn with_password(
        &self,
        user: &str,
        password: &str,
        check: impl Fn(&Endpoint, &Credential) -> Result<Option<String>>,
    ) -> Result<Keeper> {
        for (what, value) in [("username", user), ("password", password)] {
            if value.is_empty() {
                return Err(Error::usage(format!("{what} is empty")));
            }
        }
        let endpoint = self.settings.registry_endpoint(self.server, self.tls_verify)?;
        let credential = Credential::Password { user: user.to_owned(), password: password.to_owned() };
        let proved = match check(&endpoint, &credential)? {
            Some(token) => Credential::IdentityToken(token),
            None => credential,
        };
        self.credentials.store(self.server, user, &proved)
    }

    /// Proves by `check` that `credential`, which is kept, is still good.
    ///
    /// # Errors
    /// Of the check.
    pub fn again(
        &self,
        credential: &Credential,
        check: impl Fn(&Endpoint, &Credential) -> Result<Option<String>>,
    ) -> Result<()> {
        let endpoint = self.settings.registry_endpoint(self.server, self.tls_verify)?;
        check(&endpoint, credential).map(drop)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;
    use crate::error::Kind;
    use crate::registry::endpoint::Security;
    use crate::registry::places::Places;

    fn login(
        server: &str,
        check: impl Fn(&Endpoint, &Credential) -> Result<Option<String>>,
    ) -> (Result<Keeper>, Option<Credential>) {
        let folder = tempfile::tempdir().unwrap();
        let places = Places::below(folder.path());
        let server = Server::parse(server).unwrap();
        let login = Login {
            server: &server,
            tls_verify: None,
            settings: &Settings::load(&Config::default(), &places).unwrap(),
            credentials: &Credentials::load(&places).unwrap(),
        };
        let kept = login.with_password("me", "secret", check);
        (kept, Credentials::load(&places).unwrap().get(server.name()).unwrap())
    }

    #[test]
    fn what_the_registry_takes_is_kept() {
        let (keeper, kept) = login("localhost:5000", |endpoint, credential| {
            assert_eq!((endpoint.host.as_str(), endpoint.security), ("localhost:5000", Security::Lenient));
            assert!(matches!(credential, Credential::Password { user, .. } if user == "me"));
            Ok(None)
        });
        assert!(matches!(keeper.unwrap(), Keeper::File(_)));
        assert_eq!(kept, Some(Credential::Password { user: "me".into(), password: "secret".into() }));
    }

    #[test]
    fn an_identity_token_is_kept_in_place_of_the_password() {
        let (keeper, kept) = login("https://index.docker.io/v1/", |endpoint, _| {
            assert_eq!(endpoint.host, "registry-1.docker.io");
            Ok(Some("token".into()))
        });
        assert!(keeper.is_ok());
        assert_eq!(kept, Some(Credential::IdentityToken("token".into())));
    }

    #[test]
    fn what_the_registry_refuses_is_not_kept() {
        let (keeper, kept) = login("a.b", |_, _| Err(Error::new(Kind::Denied, "unauthorized")));
        assert_eq!(keeper.unwrap_err().kind, Kind::Denied);
        assert_eq!(kept, None);
    }
}
