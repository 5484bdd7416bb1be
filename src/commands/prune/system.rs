//! `rcon system prune`

use super::super::parse::filter::{Filter, filter};
use super::super::verb::{Verb, Words};
use super::super::{Invocation, later};
use super::{confirm, read_filters, tell, tell_total};
use crate::build::cache::{self, entry::PruneWish};
use crate::engine::host::Engine;
use crate::engine::networks;
use crate::engine::prune::{self, Filters, Keys};
use crate::error::{Error, Result};
use crate::output::Ui;
use clap::{Args, FromArgMatches};
use jiff::Timestamp;
use std::time::Duration;

/// The arguments of `system prune`.
#[derive(Debug, Clone, clap::Args)]
pub struct SystemPruneArgs {
    /// Remove every image that no container needs, not only those without a name
    #[arg(short, long)]
    pub all: bool,
    /// Remove only what meets a condition: until=, label=, label!=
    #[arg(long, value_name = "KEY=VALUE", value_parser = filter)]
    pub filter: Vec<Filter>,
    /// Do not ask first
    #[arg(short, long)]
    pub force: bool,
    /// Remove anonymous volumes that no container needs as well
    #[arg(long)]
    pub volumes: bool,
}

pub(in crate::commands) static VERB: Verb = Verb {
    about: "Remove stopped containers, unused networks, images and build cache, and what killed calls left",
    usage: "[OPTIONS]",
    words: Words::None,
    augment: SystemPruneArgs::augment_args,
    later: later::NONE,
    read: |matches| SystemPruneArgs::from_arg_matches_mut(matches).map(Invocation::SystemPrune),
};

impl SystemPruneArgs {
    /// Removes containers first, then what only they needed.
    pub fn run(self, engine: &Engine, ui: &mut Ui) -> Result<u8> {
        let filters = read_filters(&self.filter, Keys::Until)?;
        if self.volumes && self.filter.iter().any(|filter| filter.key == "until") {
            return Err(Error::usage("The \"until\" filter is not supported with \"--volumes\""));
        }
        if !self.force && !confirm(ui, &self.warning())? {
            return Ok(0);
        }
        engine.enter()?;
        let containers = prune::containers(engine, &filters)?;
        let mut code = tell(ui, "Containers", &containers)?;
        let mut freed = containers.freed;
        code |= tell(ui, "Networks", &networks::remove::prune(engine, &filters)?)?;
        if self.volumes {
            let volumes = prune::volumes(engine, &filters, false)?;
            code |= tell(ui, "Volumes", &volumes)?;
            freed += volumes.freed;
        }
        let images = prune::images(engine, &filters, self.all)?;
        code |= tell(ui, "Images", &images)?;
        freed += images.freed;
        freed += self.cache(engine, &filters, ui)?;
        tell_total(ui, freed)?;
        Ok(code)
    }

    /// Removes the cache of builds; bytes that are free now. Nothing in it has labels.
    fn cache(&self, engine: &Engine, filters: &Filters, ui: &mut Ui) -> Result<u64> {
        if filters.ask_for_labels() {
            return Ok(0);
        }
        let age = filters.until().map(|then| Timestamp::now().duration_since(then));
        let until = age.map(|age| Duration::try_from(age).unwrap_or_default());
        let gone = cache::prune(engine, &PruneWish { all: self.all, until, ..PruneWish::default() })?;
        if !gone.is_empty() {
            ui.line("Deleted build cache objects:")?;
            gone.iter().try_for_each(|entry| ui.line(&entry.id))?;
            ui.line("")?;
        }
        Ok(cache::size(gone.iter()))
    }

    fn warning(&self) -> String {
        let images = match self.all {
            true => "all images without at least one container associated to them",
            false => "all dangling images",
        };
        let cache = if self.all { "all build cache" } else { "unused build cache" };
        let volumes = self.volumes.then_some("all anonymous volumes not used by at least one container");
        let containers = ["all stopped containers", "all networks not used by at least one container"];
        let items = containers.into_iter().chain(volumes).chain([images, cache]);
        let mut text: String = items.map(|item| format!("  - {item}\n")).collect();
        if !self.filter.is_empty() {
            text.push_str("\n  Items to be pruned will be filtered with:\n");
            let filters = self.filter.iter().map(|filter| format!("  - {}={}\n", filter.key, filter.value));
            text.extend(filters);
        }
        format!("WARNING! This will remove:\n{text}")
    }
}
