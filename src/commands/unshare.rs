//! `rcon unshare`

use super::verb::{Verb, Words};
use super::{Invocation, later};
use crate::engine::host::Engine;
use crate::engine::unshare::{self, Failure};
use crate::error::{Error, Kind, Result};
use crate::output::Ui;
use clap::{Args, FromArgMatches};
use std::ffi::OsString;

/// The exit code of what rcon itself could not do.
const OWN_FAILURE: u8 = 125;

/// The arguments of `unshare`.
#[derive(Debug, Clone, clap::Args)]
pub struct UnshareArgs {
    /// Enter the network namespace that holds the bridges of containers, too
    #[arg(long)]
    pub rootless_netns: bool,
    /// The command and its arguments; $SHELL when there is none
    #[arg(num_args = 0.., trailing_var_arg = true, value_name = "COMMAND [ARG...]")]
    pub words: Vec<OsString>,
}

pub(super) static VERB: Verb = Verb {
    about: "Run a command as root of the user namespace that containers have",
    usage: "[COMMAND [ARG...]]",
    words: Words::AtLeast(0),
    augment: UnshareArgs::augment_args,
    later: later::NONE,
    read: |matches| UnshareArgs::from_arg_matches_mut(matches).map(Invocation::Unshare),
};

impl UnshareArgs {
    /// Becomes the command.
    pub fn run(self, engine: &Engine, ui: &mut Ui) -> Result<u8> {
        let shell =
            || std::env::var_os("SHELL").filter(|shell| !shell.is_empty()).unwrap_or("/bin/sh".into());
        let mut words = self.words.into_iter();
        let program = words.next().unwrap_or_else(shell);
        match unshare::run(engine, &program, words, self.rootless_netns) {
            Failure::Own(error) => {
                ui.talk(format_args!("Error: {error}"));
                if let Some(hint) = error.hint() {
                    ui.talk(format_args!("hint: {hint}"));
                }
                Ok(OWN_FAILURE)
            }
            Failure::Program(cause) => {
                let kind = match cause.kind() {
                    std::io::ErrorKind::NotFound => Kind::CommandNotFound,
                    _ => Kind::NotExecutable,
                };
                Err(Error::new(kind, format!("executing `{}`", program.display())).why(cause))
            }
        }
    }
}
