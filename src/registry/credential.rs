//! Who the user is to a registry.

use std::fmt;

/// What proves it. Never shown: `Debug` hides the secret.
#[derive(Clone, PartialEq, Eq)]
pub enum Credential {
    /// A name and a password, or a token in its place (RFC 7617).
    Password {
        /// The name.
        user: String,
        /// The secret.
        password: String,
    },
    /// A refresh token an authorisation server gave (docker's `identitytoken`).
    IdentityToken(String),
    /// A bearer token that is sent as it is (docker's `registrytoken`).
    RegistryToken(String),
}

impl fmt::Debug for Credential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Password { user, .. } => write!(f, "Password({user}, …)"),
            Self::IdentityToken(_) => f.write_str("IdentityToken(…)"),
            Self::RegistryToken(_) => f.write_str("RegistryToken(…)"),
        }
    }
}
