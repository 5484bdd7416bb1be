//! `rcon network exists`

use super::super::verb::{Verb, Words};
use super::super::{Invocation, later};
use super::Network;
use crate::engine::host::Engine;
use crate::error::{Kind, Result};
use clap::{Args, FromArgMatches};

/// The arguments of `network exists`.
#[derive(Debug, Clone, clap::Args)]
pub struct ExistsArgs {
    /// Name or id of a network
    #[arg(value_name = "NETWORK")]
    pub network: String,
}

pub(in crate::commands) static VERB: Verb = Verb {
    about: "Tell by the exit code whether a network exists",
    usage: "NETWORK",
    words: Words::Exactly(1),
    augment: ExistsArgs::augment_args,
    later: later::NONE,
    read: |matches| {
        ExistsArgs::from_arg_matches_mut(matches).map(|args| Invocation::Network(Network::Exists(args)))
    },
};

impl ExistsArgs {
    /// 0 when there is one, 1 when there is none.
    pub fn run(self, engine: &Engine) -> Result<u8> {
        match engine.networks().find(&self.network) {
            Ok(_) => Ok(0),
            Err(error) if error.kind == Kind::NotFound => Ok(1),
            Err(error) => Err(error),
        }
    }
}
