//! `rcon image prune`

use super::super::parse::filter::{Filter, filter};
use super::super::verb::{Verb, Words};
use super::super::{Invocation, later};
use super::{confirm, read_filters, tell, tell_total};
use crate::engine::host::Engine;
use crate::engine::prune::{self, Keys};
use crate::error::Result;
use crate::output::Ui;
use clap::{Args, FromArgMatches};

/// The arguments of `image prune`.
#[derive(Debug, Clone, clap::Args)]
pub struct ImagePruneArgs {
    /// Remove every image that no container needs, not only those without a name
    #[arg(short, long)]
    pub all: bool,
    /// Remove only what meets a condition: until=, label=, label!=, dangling=
    #[arg(long, value_name = "KEY=VALUE", value_parser = filter)]
    pub filter: Vec<Filter>,
    /// Do not ask first
    #[arg(short, long)]
    pub force: bool,
}

pub(in crate::commands) static VERB: Verb = Verb {
    about: "Remove unused images",
    usage: "[OPTIONS]",
    words: Words::None,
    augment: ImagePruneArgs::augment_args,
    later: later::NONE,
    read: |matches| ImagePruneArgs::from_arg_matches_mut(matches).map(Invocation::ImagePrune),
};

impl ImagePruneArgs {
    /// Removes them.
    pub fn run(self, engine: &Engine, ui: &mut Ui) -> Result<u8> {
        let filters = read_filters(&self.filter, Keys::UntilAndDangling)?;
        let warning = match filters.all.unwrap_or(self.all) {
            true => "WARNING! This will remove all images without at least one container associated to them.",
            false => "WARNING! This will remove all dangling images.",
        };
        if !self.force && !confirm(ui, warning)? {
            return Ok(0);
        }
        engine.enter()?;
        let pruned = prune::images(engine, &filters, self.all)?;
        let code = tell(ui, "Images", &pruned)?;
        tell_total(ui, pruned.freed)?;
        Ok(code)
    }
}
