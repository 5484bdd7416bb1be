//! `rcon volume prune`

use super::super::parse::filter::{Filter, filter};
use super::super::verb::{Verb, Words};
use super::super::{Invocation, later};
use super::{confirm, read_filters, tell, tell_total};
use crate::engine::host::Engine;
use crate::engine::prune::{self, Keys};
use crate::error::{Error, Result};
use crate::output::Ui;
use clap::{Args, FromArgMatches};

/// The arguments of `volume prune`.
#[derive(Debug, Clone, clap::Args)]
pub struct VolumePruneArgs {
    /// Remove volumes with a name as well
    #[arg(short, long)]
    pub all: bool,
    /// Remove only what meets a condition: label=, label!=, all=
    #[arg(long, value_name = "KEY=VALUE", value_parser = filter)]
    pub filter: Vec<Filter>,
    /// Do not ask first
    #[arg(short, long)]
    pub force: bool,
}

pub(in crate::commands) static VERB: Verb = Verb {
    about: "Remove volumes that no container needs",
    usage: "[OPTIONS]",
    words: Words::None,
    augment: VolumePruneArgs::augment_args,
    later: later::NONE,
    read: |matches| VolumePruneArgs::from_arg_matches_mut(matches).map(Invocation::VolumePrune),
};

impl VolumePruneArgs {
    /// Removes them.
    pub fn run(self, engine: &Engine, ui: &mut Ui) -> Result<u8> {
        let filters = read_filters(&self.filter, Keys::All)?;
        if self.all && filters.all.is_some() {
            let what = "conflicting options: cannot specify both --all and --filter all=1";
            return Err(Error::usage(what));
        }
        let warning = match filters.all.unwrap_or(self.all) {
            true => "WARNING! This will remove all local volumes not used by at least one container.",
            false => "WARNING! This will remove anonymous local volumes not used by at least one container.",
        };
        if !self.force && !confirm(ui, warning)? {
            return Ok(0);
        }
        engine.enter()?;
        let pruned = prune::volumes(engine, &filters, self.all)?;
        let code = tell(ui, "Volumes", &pruned)?;
        tell_total(ui, pruned.freed)?;
        Ok(code)
    }
}
