//! Who the user is to registries: docker's and podman's files of credentials, and the helpers these name.
//!
//! Read in this order, the first that has a credential for the very registry (or a namespace around the repository)
//! wins: docker's `config.json`, podman's `auth.json` in the runtime folder, podman's `auth.json` in the
//! configuration folder; or one file alone, where `--authfile` or `$REGISTRY_AUTH_FILE` names it. Written is
//! the first. No credential ever stands in for another registry's.

mod file;
mod helper;
mod key;

#[cfg(test)]
mod tests;

use super::credential::Credential;
use super::places::Places;
use super::server::Server;
use crate::error::{Error, Kind, Result};
pub use file::AuthFile;
use helper::{Helper, Kept};
use key::Key;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// What helpers give for a user when the secret is an identity token.
const TOKEN_USER: &str = "<token>";

/// All files of credentials of one user.
#[derive(Debug)]
pub struct Credentials {
    /// The one that is written.
    first: AuthFile,
    others: Vec<AuthFile>,
    /// Folders of programs, in which helpers are looked for.
    path: Option<OsString>,
}

/// Where a credential is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Keeper {
    /// This file, in which whoever can read it can read them.
    File(PathBuf),
    /// A credential helper.
    Helper,
}

impl Credentials {
    /// Reads the files.
    ///
    /// # Errors
    /// Of a file that is there and cannot be read: to go on without it would be to go on as somebody else.
    pub fn load(places: &Places) -> Result<Self> {
        let path = places.environment.path.clone();
        if let Some(file) = &places.environment.auth_file {
            return Ok(Self { first: AuthFile::read(file.clone())?, others: Vec::new(), path });
        }
        let podmans = places.runtime_home.iter().chain([&places.config_home]);
        let others = podmans.map(|root| AuthFile::read(root.join("containers/auth.json")));
        Ok(Self {
            first: AuthFile::read(places.docker_config())?,
            others: others.collect::<Result<_>>()?,
            path,
        })
    }

    /// The credential for `registry`, which is `host[:port]`, or `host[:port]/path` of a repository.
    ///
    /// # Errors
    /// Of an entry that cannot be read, and of helpers.
    pub fn get(&self, registry: &str) -> Result<Option<Credential>> {
        let Some(key) = Key::parse(registry) else { return Ok(None) };
        for file in self.files() {
            if let Some(credential) = self.get_from(file, &key)? {
                return Ok(Some(credential));
            }
        }
        Ok(None)
    }

    /// Keeps `credential` of `user` for `server`, in place of what was kept.
    pub fn store(&self, server: &Server, user: &str, credential: &Credential) -> Result<Keeper> {
        let Some(helper) = self.helper(&self.first, server)? else {
            self.first.put(server, user, credential)?;
            return Ok(Keeper::File(self.first.path().to_owned()));
        };
        match credential {
            Credential::Password { user, password } => helper.store(server.key(), user, password)?,
            Credential::IdentityToken(token) => helper.store(server.key(), TOKEN_USER, token)?,
            Credential::RegistryToken(_) => {
                return Err(Error::new(Kind::Unsupported, "credential helpers keep no bearer tokens"));
            }
        }
        self.first.put_empty(server)?;
        Ok(Keeper::Helper)
    }

    /// Forgets what is kept for `server` where [`Credentials::store`] keeps it; tells whether there was anything.
    pub fn erase(&self, server: &Server) -> Result<bool> {
        let kept = match self.helper(&self.first, server)? {
            Some(helper) => {
                let kept = helper.get(server.key())?.is_some();
                helper.erase(server.key())?;
                kept
            }
            None => false,
        };
        Ok(self.first.take(server)? | kept)
    }

    /// Forgets all that is kept where [`Credentials::store`] keeps it.
    pub fn erase_all(&self) -> Result<()> {
        let find = |name: &str| Helper::find(name, self.path.as_deref(), self.first.path());
        if let Some(name) = self.first.default_helper().filter(|name| !name.is_empty()) {
            let helper = find(name)?;
            helper.list()?.iter().try_for_each(|registry| helper.erase(registry))?;
        }
        for (registry, name) in self.first.helpers().filter(|(_, name)| !name.is_empty()) {
            let registry =
                Key::parse(registry).map_or(registry.to_owned(), |key| key.server.key().to_owned());
            find(name)?.erase(&registry)?;
        }
        self.first.take_all()
    }

    /// A file that is never written here and has a credential for `server`.
    pub fn elsewhere(&self, server: &Server) -> Result<Option<&Path>> {
        for file in &self.others {
            if self.get_from(file, &Key::of(server))?.is_some() {
                return Ok(Some(file.path()));
            }
        }
        Ok(None)
    }

    /// The file that is written.
    pub fn file(&self) -> &Path {
        self.first.path()
    }

    fn files(&self) -> impl Iterator<Item = &AuthFile> {
        std::iter::once(&self.first).chain(&self.others)
    }

    /// A registry that has a helper is looked up there alone.
    fn get_from(&self, file: &AuthFile, key: &Key) -> Result<Option<Credential>> {
        match self.helper(file, &key.server)? {
            Some(helper) => Ok(helper.get(key.server.key())?.map(Credential::from)),
            None => file.entry(key),
        }
    }

    fn helper(&self, file: &AuthFile, server: &Server) -> Result<Option<Helper>> {
        let name = file.helper(server);
        name.map(|name| Helper::find(name, self.path.as_deref(), file.path())).transpose()
    }
}

impl From<Kept> for Credential {
    fn from(Kept { user, secret }: Kept) -> Self {
        match user.as_str() {
            TOKEN_USER => Self::IdentityToken(secret),
            _ => Self::Password { user, password: secret },
        }
    }
}
