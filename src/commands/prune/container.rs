//! `rcon container prune`

use super::super::parse::filter::{Filter, filter};
use super::super::verb::{Verb, Words};
use super::super::{Invocation, later};
use super::{confirm, read_filters, tell, tell_total};
use crate::engine::host::Engine;
use crate::engine::prune::{self, Keys};
use crate::error::Result;
use crate::output::Ui;
use clap::{Args, FromArgMatches};

/// The arguments of `container prune`.
#[derive(Debug, Clone, clap::Args)]
pub struct ContainerPruneArgs {
    /// Remove only what meets a condition: until=, label=, label!=
    #[arg(long, value_name = "KEY=VALUE", value_parser = filter)]
    pub filter: Vec<Filter>,
    /// Do not ask first
    #[arg(short, long)]
    pub force: bool,
}

pub(in crate::commands) static VERB: Verb = Verb {
    about: "Remove all stopped containers",
    usage: "[OPTIONS]",
    words: Words::None,
    augment: ContainerPruneArgs::augment_args,
    later: later::NONE,
    read: |matches| ContainerPruneArgs::from_arg_matches_mut(matches).map(Invocation::ContainerPrune),
};

impl ContainerPruneArgs {
    /// Removes them.
    pub fn run(self, engine: &Engine, ui: &mut Ui) -> Result<u8> {
        let filters = read_filters(&self.filter, Keys::Until)?;
        if !self.force && !confirm(ui, "WARNING! This will remove all stopped containers.")? {
            return Ok(0);
        }
        engine.enter()?;
        let pruned = prune::containers(engine, &filters)?;
        let code = tell(ui, "Containers", &pruned)?;
        tell_total(ui, pruned.freed)?;
        Ok(code)
    }
}
