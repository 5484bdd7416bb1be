//! `rcon network ls`

use super::super::parse::filter::{Filter, filter};
use super::super::verb::{Verb, Words};
use super::super::{Invocation, later};
use super::Network;
use crate::config::Config;
use crate::engine::host::Engine;
use crate::engine::networks::list::{self, Filters};
use crate::error::Result;
use crate::output::Ui;
use crate::output::listing::Row;
use clap::{Args, FromArgMatches};

/// The arguments of `network ls`.
#[derive(Debug, Clone, clap::Args)]
pub struct ListArgs {
    /// Show only what meets a condition: driver=, id=, label=, name=, scope=, type=, dangling=
    #[arg(short, long, value_name = "KEY=VALUE", value_parser = filter)]
    pub filter: Vec<Filter>,
    /// Print by a template: table, table TEMPLATE, json or TEMPLATE
    #[arg(long, value_name = "TEMPLATE")]
    pub format: Option<String>,
    /// Do not shorten ids
    #[arg(long)]
    pub no_trunc: bool,
    /// Print ids only
    #[arg(short, long)]
    pub quiet: bool,
}

pub(in crate::commands) static VERB: Verb = Verb {
    about: "List networks",
    usage: "[OPTIONS]",
    words: Words::None,
    augment: ListArgs::augment_args,
    later: later::NONE,
    read: |matches| {
        ListArgs::from_arg_matches_mut(matches).map(|args| Invocation::Network(Network::List(args)))
    },
};

impl ListArgs {
    /// Prints the list.
    pub fn run(self, engine: &Engine, ui: &mut Ui) -> Result<u8> {
        let pairs: Vec<_> =
            self.filter.iter().map(|filter| (filter.key.clone(), filter.value.clone())).collect();
        let found = list::list(engine, &Filters::read(&pairs)?)?;
        let rows: Vec<Row> = found.iter().map(|network| list::row(network, self.no_trunc)).collect();
        let listing = if self.quiet { list::IDS } else { list::TABLE };
        let format = match self.format.filter(|format| !format.is_empty()) {
            None if !self.quiet => Config::read(&engine.paths.config)?.networks_format,
            format => format,
        };
        ui.print(listing.render(format.as_deref(), &rows)?)?;
        Ok(0)
    }
}
