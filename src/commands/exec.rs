//! `rcon exec`

use super::caller::Caller;
use super::container::{environment, user, workdir};
use super::foreground::{check_terminal, detach_keys};
use super::parse::env;
use super::parse::keys::KeySequence;
use super::verb::{Verb, Words};
use super::{Invocation, later};
use crate::engine::attach::End;
use crate::engine::exec::{self, ExecWish};
use crate::engine::host::Engine;
use crate::error::Result;
use crate::output::Ui;
use clap::{Args, FromArgMatches};

/// The arguments of `exec`.
#[derive(Debug, Clone, clap::Args)]
pub struct ExecArgs {
    /// Run the command in the background
    #[arg(short, long)]
    pub detach: bool,
    /// Set the keys that leave the command running
    #[arg(long, value_name = "KEYS", value_parser = KeySequence::read)]
    pub detach_keys: Option<KeySequence>,
    /// Set an environment variable; KEY alone passes the caller's on
    #[arg(short, long, value_name = "KEY[=VALUE]", value_parser = env::env)]
    pub env: Vec<String>,
    /// Read environment variables from a file, one per line
    #[arg(long, value_name = "FILE")]
    pub env_file: Vec<String>,
    /// Keep standard input open
    #[arg(short, long)]
    pub interactive: bool,
    /// Give the command all the power that the caller has
    #[arg(long)]
    pub privileged: bool,
    /// Allocate a terminal
    #[arg(short, long)]
    pub tty: bool,
    /// Run as this user, and group, of the container
    #[arg(short, long, value_name = "USER[:GROUP]", value_parser = user)]
    pub user: Option<String>,
    /// Set the directory in which the command starts
    #[arg(short, long, value_name = "DIRECTORY", value_parser = workdir)]
    pub workdir: Option<String>,
    /// The container, the command and its arguments
    #[arg(required = true, num_args = 2.., trailing_var_arg = true, value_name = "CONTAINER COMMAND [ARG...]")]
    pub words: Vec<String>,
}

pub(super) static VERB: Verb = Verb {
    about: "Execute a command in a running container",
    usage: "[OPTIONS] CONTAINER COMMAND [ARG...]",
    words: Words::AtLeast(2),
    augment: ExecArgs::augment_args,
    later: later::NONE,
    read: |matches| ExecArgs::from_arg_matches_mut(matches).map(|args| Invocation::Exec(Box::new(args))),
};

impl ExecArgs {
    /// The container as it was typed.
    pub fn container(&self) -> &str {
        self.words.first().map_or("", String::as_str)
    }

    /// The command and its arguments; not empty.
    pub fn command(&self) -> &[String] {
        self.words.get(1..).unwrap_or_default()
    }

    /// The variables of `-e` and `--env-file`; reads the files.
    pub fn environment(&self, caller: &Caller) -> Result<Vec<String>> {
        environment(&self.env_file, &self.env, caller)
    }
}

impl ExecArgs {
    /// Runs the command, and stays with it unless it is detached.
    pub fn run(self, engine: &Engine, ui: &mut Ui) -> Result<u8> {
        check_terminal(self.tty, self.interactive && !self.detach)?;
        let env = self.environment(&Caller::current()?)?;
        let wish = ExecWish {
            command: self.command().to_vec(),
            env,
            workdir: self.workdir.clone(),
            user: self.user.clone(),
            interactive: self.interactive,
            tty: self.tty,
            detach: self.detach,
            privileged: self.privileged,
            detach_keys: detach_keys(engine, self.detach_keys.as_ref())?,
        };
        let id = engine.containers.find(self.container())?;
        match exec::exec(engine, &id, self.container(), &wish)? {
            End::Exited(code) => Ok(code as u8),
            End::Detached => {
                ui.talk("read escape sequence");
                Ok(0)
            }
            End::Lost => Ok(137),
        }
    }
}
