//! `rcon network prune`

use super::super::parse::filter::{Filter, filter};
use super::super::prune::{confirm, read_filters, tell};
use super::super::verb::{Verb, Words};
use super::super::{Invocation, later};
use super::Network;
use crate::engine::host::Engine;
use crate::engine::networks::remove;
use crate::engine::prune::Keys;
use crate::error::Result;
use crate::output::Ui;
use clap::{Args, FromArgMatches};

/// The arguments of `network prune`.
#[derive(Debug, Clone, clap::Args)]
pub struct PruneArgs {
    /// Remove only what meets a condition: until=, label=, label!=
    #[arg(long, value_name = "KEY=VALUE", value_parser = filter)]
    pub filter: Vec<Filter>,
    /// Do not ask first
    #[arg(short, long)]
    pub force: bool,
}

pub(in crate::commands) static VERB: Verb = Verb {
    about: "Remove all networks that no container is on",
    usage: "[OPTIONS]",
    words: Words::None,
    augment: PruneArgs::augment_args,
    later: later::NONE,
    read: |matches| {
        PruneArgs::from_arg_matches_mut(matches).map(|args| Invocation::Network(Network::Prune(args)))
    },
};

impl PruneArgs {
    /// Removes them.
    pub fn run(self, engine: &Engine, ui: &mut Ui) -> Result<u8> {
        let filters = read_filters(&self.filter, Keys::Until)?;
        let warning = "WARNING! This will remove all custom networks not used by at least one container.";
        if !self.force && !confirm(ui, warning)? {
            return Ok(0);
        }
        tell(ui, "Networks", &remove::prune(engine, &filters)?)
    }
}
