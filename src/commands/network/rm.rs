//! `rcon network rm`

use super::super::verb::{Verb, Words};
use super::super::{Invocation, later};
use super::Network;
use crate::engine::host::Engine;
use crate::engine::networks::remove::remove;
use crate::error::{Kind, Result};
use crate::output::Ui;
use clap::{Args, FromArgMatches};

/// The arguments of `network rm`.
#[derive(Debug, Clone, clap::Args)]
pub struct RmArgs {
    /// Say nothing of networks that are not there
    #[arg(short, long)]
    pub force: bool,
    /// Names or ids of networks
    #[arg(required = true, value_name = "NETWORK")]
    pub networks: Vec<String>,
}

pub(in crate::commands) static VERB: Verb = Verb {
    about: "Remove one or more networks",
    usage: "NETWORK [NETWORK...]",
    words: Words::AtLeast(1),
    augment: RmArgs::augment_args,
    later: later::NONE,
    read: |matches| RmArgs::from_arg_matches_mut(matches).map(|args| Invocation::Network(Network::Rm(args))),
};

impl RmArgs {
    /// Removes each network.
    pub fn run(self, engine: &Engine, ui: &mut Ui) -> Result<u8> {
        let mut code = 0;
        for word in &self.networks {
            match remove(engine, word) {
                Ok(()) => ui.line(word)?,
                Err(error) if self.force && error.kind == Kind::NotFound => {}
                Err(error) => {
                    ui.talk(format_args!("Error: {error}"));
                    if let Some(hint) = error.hint() {
                        ui.talk(format_args!("hint: {hint}"));
                    }
                    code = 1;
                }
            }
        }
        Ok(code)
    }
}
