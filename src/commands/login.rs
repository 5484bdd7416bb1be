//! `rcon login`

use super::parse::boolean::boolean;
use super::verb::{Verb, Words};
use super::{Invocation, later};
use crate::config::Config;
use crate::engine::login::Login;
use crate::error::{Context, Error, Kind, Result};
use crate::oci::reference::DEFAULT_DOMAIN;
use crate::output::Ui;
use crate::paths::Paths;
use crate::registry::client::Client;
use crate::registry::credential::Credential;
use crate::registry::credentials::{Credentials, Keeper};
use crate::registry::endpoint::Endpoint;
use crate::registry::places::Places;
use crate::registry::server::Server;
use crate::registry::settings::Settings;
use crate::terminal;
use clap::{Args, FromArgMatches};
use rustix::termios::isatty;
use std::collections::HashMap;
use std::fmt;
use std::fs::File;
use std::io::Read;
use std::path::PathBuf;

/// The longest password on standard input, in bytes.
const LONGEST_PASSWORD: u64 = 1 << 20;

/// The arguments of `login`.
#[derive(Clone, clap::Args)]
pub struct LoginArgs {
    /// The registry; Docker Hub when none is named
    #[arg(value_name = "SERVER")]
    pub server: Option<String>,
    /// Keep the credentials in this file
    #[arg(long, value_name = "FILE")]
    pub authfile: Option<PathBuf>,
    /// Print the user who is logged in, and do nothing else
    #[arg(long)]
    pub get_login: bool,
    /// Password or access token
    #[arg(short, long, value_name = "PASSWORD")]
    pub password: Option<String>,
    /// Read the password or access token from standard input
    #[arg(long)]
    pub password_stdin: bool,
    /// Require HTTPS and a valid certificate, or neither with =false
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true,
          default_missing_value = "true", value_parser = boolean)]
    pub tls_verify: Option<bool>,
    /// User name
    #[arg(short, long, value_name = "USER")]
    pub username: Option<String>,
    /// Tell where the credentials are kept
    #[arg(short, long)]
    pub verbose: bool,
}

/// Without the password.
impl fmt::Debug for LoginArgs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "LoginArgs({:?}, {:?})", self.server, self.username)
    }
}

pub(super) static VERB: Verb = Verb {
    about: "Authenticate to a registry",
    usage: "[OPTIONS] [SERVER]",
    words: Words::AtMost(1),
    augment: LoginArgs::augment_args,
    later: later::NONE,
    read: |matches| LoginArgs::from_arg_matches_mut(matches).map(Invocation::Login),
};

/// What of the credentials is known before anybody is asked.
struct Given {
    user: Option<String>,
    password: Option<String>,
}

impl LoginArgs {
    /// Logs in; `config` is docker's folder from before the verb.
    pub fn run(self, paths: &Paths, config: Option<String>, ui: &mut Ui) -> Result<u8> {
        self.check()?;
        let server = Server::parse(self.server.as_deref().unwrap_or(DEFAULT_DOMAIN))?;
        let places = places(paths, config, self.authfile.clone())?;
        let credentials = Credentials::load(&places)?;
        if self.get_login {
            ui.line(user_of(&credentials, &server)?)?;
            return Ok(0);
        }
        let settings = Settings::load(&Config::read(&paths.config)?, &places)?;
        settings.warnings.iter().for_each(|warning| ui.talk(warning));
        let given = self.given(ui)?;
        let login = Login {
            server: &server,
            tls_verify: self.tls_verify,
            settings: &settings,
            credentials: &credentials,
        };
        if given.user.is_none() && given.password.is_none() && logged_in_again(&login, ui)? {
            return Ok(0);
        }
        let (user, password) = self.asked(given)?;
        let keeper = login.with_password(&user, &password, check)?;
        self.tell(&keeper, &credentials, ui)
    }

    fn check(&self) -> Result<()> {
        if self.password.is_some() && self.password_stdin {
            return Err(Error::usage("--password and --password-stdin are mutually exclusive"));
        }
        if self.password_stdin && self.username.as_deref().unwrap_or_default().is_empty() {
            return Err(Error::usage("Must provide --username with --password-stdin"));
        }
        for (what, value) in [("username", &self.username), ("password", &self.password)] {
            if value.as_deref() == Some("") {
                return Err(Error::usage(format!("{what} is empty")));
            }
        }
        Ok(())
    }

    /// What the command line and, where it says so, standard input have.
    fn given(&self, ui: &mut Ui) -> Result<Given> {
        if self.password.is_some() {
            ui.talk("WARNING! Using --password via the CLI is insecure. Use --password-stdin.");
        }
        let password = if self.password_stdin { password_from_stdin()? } else { self.password.clone() };
        Ok(Given { user: self.username.clone(), password })
    }

    /// The user and the password, asking a person for what was not given.
    fn asked(&self, given: Given) -> Result<(String, String)> {
        let (user, password) = match (given.user, given.password) {
            (Some(user), Some(password)) => return Ok((user, password)),
            given => given,
        };
        if !isatty(rustix::stdio::stdin()) {
            return Err(Error::usage("Cannot perform an interactive login from a non TTY device"));
        }
        if user.is_none() && self.server.is_none() {
            return Err(Error::new(
                Kind::Unsupported,
                "logging in to Docker Hub by a browser is not supported",
            )
            .fix("rcon login -u USER, or rcon login -u USER --password-stdin"));
        }
        let user = user.map_or_else(|| terminal::ask("Username: "), Ok)?;
        if user.is_empty() {
            return Err(Error::usage("username is empty"));
        }
        let password = password.map_or_else(|| terminal::ask_secret("Password: "), Ok)?;
        Ok((user, password))
    }

    fn tell(&self, keeper: &Keeper, credentials: &Credentials, ui: &mut Ui) -> Result<u8> {
        if let Keeper::File(file) = keeper {
            ui.talk(format_args!(
                "\nWARNING! Your credentials are stored unencrypted in '{}'.\n\
                 Configure a credential helper to remove this warning. See\n\
                 https://docs.docker.com/go/credential-store/\n",
                file.display()
            ));
        }
        if self.verbose {
            ui.talk(format_args!("Used: {}", credentials.file().display()));
        }
        ui.line("Login Succeeded")?;
        Ok(0)
    }
}

/// Proves a credential to a registry; gives the identity token to keep in its place, where there is one.
fn check(endpoint: &Endpoint, credential: &Credential) -> Result<Option<String>> {
    Client::new(HashMap::new()).check(endpoint, credential)
}

/// Where files are, with what the command line names in place of variables.
pub(super) fn places(paths: &Paths, config: Option<String>, authfile: Option<PathBuf>) -> Result<Places> {
    let mut places = Places::from_environment(paths)?;
    let environment = &mut places.environment;
    environment.docker_config = config.map(PathBuf::from).or(environment.docker_config.take());
    environment.auth_file = authfile.or(environment.auth_file.take());
    Ok(places)
}

fn user_of(credentials: &Credentials, server: &Server) -> Result<String> {
    match credentials.get(server.name())? {
        Some(Credential::Password { user, .. }) => Ok(user),
        Some(Credential::IdentityToken(_) | Credential::RegistryToken(_)) => Ok("<token>".to_owned()),
        None => Err(Error::new(Kind::NotFound, format!("not logged into {server}"))),
    }
}

/// Tries what is kept, if anything is; tells whether that was enough.
fn logged_in_again(login: &Login<'_>, ui: &mut Ui) -> Result<bool> {
    let Some(kept) = login.credentials.get(login.server.name())? else { return Ok(false) };
    let user = match &kept {
        Credential::Password { user, .. } => format!(" [Username: {user}]"),
        Credential::IdentityToken(_) | Credential::RegistryToken(_) => String::new(),
    };
    ui.talk(format_args!("Authenticating with existing credentials...{user}"));
    match login.again(&kept, check) {
        Ok(()) => {
            ui.line("Login Succeeded")?;
            Ok(true)
        }
        Err(error) => {
            ui.talk(format_args!("Login did not succeed, error: {error}"));
            Ok(false)
        }
    }
}

/// One line's end is not part of the password. `None` when there is nothing else.
fn password_from_stdin() -> Result<Option<String>> {
    let what = || "reading the password from standard input";
    let stdin = File::from(rustix::stdio::stdin().try_clone_to_owned().what(what)?);
    let mut bytes = Vec::new();
    stdin.take(LONGEST_PASSWORD + 1).read_to_end(&mut bytes).what(what)?;
    if bytes.len() as u64 > LONGEST_PASSWORD {
        return Err(Error::usage("the password is longer than 1 MiB"));
    }
    // The cause would quote it.
    let text = String::from_utf8(bytes).map_err(|_| Error::usage("the password is not UTF-8"))?;
    let line = text.strip_suffix('\n').unwrap_or(&text);
    let password = line.strip_suffix('\r').unwrap_or(line);
    Ok((!password.is_empty()).then(|| password.to_owned()))
}
