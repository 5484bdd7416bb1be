//! The registries as this user sees them: where they are, and who the user is to them.

use crate::config::Config;
use crate::error::Result;
use crate::oci::reference::Reference;
use crate::paths::Paths;
use crate::registry::client::{Action, Client};
use crate::registry::credentials::Credentials;
use crate::registry::endpoint::Endpoint;
use crate::registry::places::Places;
use crate::registry::repository::Repository;
use crate::registry::server::Server;
use crate::registry::settings::{Purpose, Settings};
use std::collections::HashMap;
use std::path::PathBuf;

/// What the command line says about registries.
#[derive(Debug, Clone, Default)]
pub struct Wish {
    /// `--tls-verify`, where it was given.
    pub tls_verify: Option<bool>,
    /// `--authfile`, where it was given.
    pub authfile: Option<PathBuf>,
    /// docker's `--config`, where it was given.
    pub docker_config: Option<PathBuf>,
}

/// Settings and credentials, read once. Credential helpers are other programs: they are asked before this
/// process enters U0 or has threads.
#[derive(Debug)]
pub struct Registries {
    settings: Settings,
    credentials: Credentials,
    tls_verify: Option<bool>,
}

impl Registries {
    /// Reads what configures them.
    ///
    /// # Errors
    /// Of files of credentials and of rcon's own configuration; other tools' files only give warnings.
    pub fn open(paths: &Paths, wish: &Wish) -> Result<Self> {
        let mut places = Places::from_environment(paths)?;
        let environment = &mut places.environment;
        environment.docker_config = wish.docker_config.clone().or(environment.docker_config.take());
        environment.auth_file = wish.authfile.clone().or(environment.auth_file.take());
        Ok(Self {
            settings: Settings::load(&Config::read(&paths.config)?, &places)?,
            credentials: Credentials::load(&places)?,
            tls_verify: wish.tls_verify,
        })
    }

    /// What is wrong with other tools' files, for people.
    pub fn warnings(&self) -> &[String] {
        &self.settings.warnings
    }

    /// What a typed name may mean, in the order of trying.
    pub fn candidates(&self, typed: &str) -> Result<Vec<Reference>> {
        self.settings.candidates(typed)
    }

    /// A repository, ready to be read, or written to.
    ///
    /// # Errors
    /// [`crate::error::Kind::Denied`] when the registry is blocked; of credential helpers.
    pub fn repository(&self, reference: &Reference, action: Action) -> Result<Repository> {
        let purpose = match action {
            Action::Pull => Purpose::Pull,
            Action::Push => Purpose::Push,
        };
        let endpoints = self.settings.endpoints(reference, self.tls_verify, purpose)?;
        self.client(&endpoints)?.repository(endpoints, action)
    }

    /// A registry itself, for what concerns no repository, and a client that is known there.
    pub fn registry(&self, server: &Server) -> Result<(Client, Endpoint)> {
        let endpoint = self.settings.registry_endpoint(server, self.tls_verify)?;
        Ok((self.client(std::slice::from_ref(&endpoint))?, endpoint))
    }

    /// Each endpoint gets the credentials that are kept under its own name, and no others.
    fn client(&self, endpoints: &[Endpoint]) -> Result<Client> {
        let mut known = HashMap::new();
        for endpoint in endpoints {
            let name = format!("{}/{}", endpoint.registry, endpoint.repository);
            if let Some(credential) = self.credentials.get(name.trim_end_matches('/'))? {
                known.insert(endpoint.registry.clone(), credential);
            }
        }
        Ok(Client::new(known))
    }
}
