//! `rcon logout`

use super::login::places;
use super::verb::{Verb, Words};
use super::{Invocation, later};
use crate::error::{Error, Result};
use crate::oci::reference::DEFAULT_DOMAIN;
use crate::output::Ui;
use crate::paths::Paths;
use crate::registry::credentials::Credentials;
use crate::registry::server::Server;
use clap::{Args, FromArgMatches};
use std::path::PathBuf;

/// The arguments of `logout`.
#[derive(Debug, Clone, clap::Args)]
pub struct LogoutArgs {
    /// The registry; Docker Hub when none is named
    #[arg(value_name = "SERVER")]
    pub server: Option<String>,
    /// Remove the credentials of all registries
    #[arg(short, long)]
    pub all: bool,
    /// Remove them from this file
    #[arg(long, value_name = "FILE")]
    pub authfile: Option<PathBuf>,
}

pub(super) static VERB: Verb = Verb {
    about: "Log out from a registry",
    usage: "[OPTIONS] [SERVER]",
    words: Words::AtMost(1),
    augment: LogoutArgs::augment_args,
    later: later::NONE,
    read: |matches| LogoutArgs::from_arg_matches_mut(matches).map(Invocation::Logout),
};

impl LogoutArgs {
    /// Removes what `login` kept; `config` is docker's folder from before the verb.
    pub fn run(self, paths: &Paths, config: Option<String>, ui: &mut Ui) -> Result<u8> {
        if self.all && self.server.is_some() {
            return Err(Error::usage("--all cannot be used together with a server"));
        }
        let server = Server::parse(self.server.as_deref().unwrap_or(DEFAULT_DOMAIN))?;
        let credentials = Credentials::load(&places(paths, config, self.authfile)?)?;
        if self.all {
            credentials.erase_all()?;
            ui.line("Removed login credentials for all registries")?;
            return Ok(0);
        }
        match credentials.erase(&server)? {
            true => ui.line(format_args!("Removing login credentials for {}", server.key()))?,
            false => ui.line(format_args!("Not logged in to {}", server.key()))?,
        }
        if let Some(file) = credentials.elsewhere(&server)? {
            ui.talk(format_args!("note: {} has credentials for {server} as well", file.display()));
        }
        Ok(0)
    }
}
