//! `rcon network disconnect`

use super::super::verb::{Verb, Words};
use super::super::{Invocation, later};
use super::Network;
use crate::engine::host::Engine;
use crate::engine::networks::connect;
use crate::error::Result;
use clap::{Args, FromArgMatches};

/// The arguments of `network disconnect`.
#[derive(Debug, Clone, clap::Args)]
pub struct DisconnectArgs {
    /// Take it off also when the container is gone
    #[arg(short, long)]
    pub force: bool,
    /// Name or id of the network
    #[arg(value_name = "NETWORK")]
    pub network: String,
    /// Name or id of the container
    #[arg(value_name = "CONTAINER")]
    pub container: String,
}

pub(in crate::commands) static VERB: Verb = Verb {
    about: "Disconnect a container from a network",
    usage: "[OPTIONS] NETWORK CONTAINER",
    words: Words::Exactly(2),
    augment: DisconnectArgs::augment_args,
    later: later::NONE,
    read: |matches| {
        DisconnectArgs::from_arg_matches_mut(matches)
            .map(|args| Invocation::Network(Network::Disconnect(args)))
    },
};

impl DisconnectArgs {
    /// Takes it off.
    pub fn run(self, engine: &Engine) -> Result<u8> {
        let network = engine.networks().find(&self.network)?;
        if !self.force {
            engine.containers.find(&self.container)?;
        }
        connect::disconnect(engine, &self.container, &network.name, self.force)?;
        Ok(0)
    }
}
