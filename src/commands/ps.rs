//! `rcon ps`

use super::parse::filter::{Filter, filter};
use super::parse::number::int;
use super::verb::{Verb, Words};
use super::{Invocation, later};
use crate::config::Config;
use crate::engine::host::Engine;
use crate::engine::list::{self, Filters, Scale, Selection, Size, View};
use crate::error::Result;
use crate::output::Ui;
use crate::output::listing::{Listing, Row};
use crate::output::time::local_zone;
use clap::{Args, FromArgMatches};
use jiff::Timestamp;

/// The arguments of `ps`.
#[derive(Debug, Clone, clap::Args)]
pub struct PsArgs {
    /// Show all containers, not only those that run
    #[arg(short, long)]
    pub all: bool,
    /// Show only what meets a condition
    #[arg(short, long, value_name = "KEY=VALUE", value_parser = filter)]
    pub filter: Vec<Filter>,
    /// Print by a template: table, table TEMPLATE, json or TEMPLATE
    #[arg(long, value_name = "TEMPLATE")]
    pub format: Option<String>,
    /// Show the last few containers that were created, in any state; -1 is no limit
    #[arg(short = 'n', long, value_name = "NUMBER", default_value = "-1", value_parser = int)]
    pub last: i64,
    /// Show the container that was created last, in any state
    #[arg(short, long)]
    pub latest: bool,
    /// Do not shorten the output
    #[arg(long)]
    pub no_trunc: bool,
    /// Print ids only
    #[arg(short, long)]
    pub quiet: bool,
    /// Show how much each container takes on disk
    #[arg(short, long)]
    pub size: bool,
}

pub(super) static VERB: Verb = Verb {
    about: "List containers",
    usage: "[OPTIONS]",
    words: Words::None,
    augment: PsArgs::augment_args,
    later: later::NONE,
    read: |matches| PsArgs::from_arg_matches_mut(matches).map(Invocation::Ps),
};

impl PsArgs {
    /// Prints the list.
    pub fn run(self, engine: &Engine, ui: &mut Ui) -> Result<u8> {
        let format = self.chosen_format(engine, ui)?;
        let found = list::list(engine, &self.selection(engine)?)?;
        let sized =
            !self.quiet && (self.size || format.as_deref().is_some_and(|format| format.contains(".Size")));
        let view = View { whole: self.no_trunc, now: Timestamp::now(), zone: local_zone() };
        let mut scale = Scale::new(engine);
        let rows: Vec<Row> = found
            .iter()
            .map(|seen| {
                let size = if sized { scale.weigh(&seen.id, seen.record.as_ref()) } else { Size::default() };
                list::row(seen, size, &view)
            })
            .collect();
        ui.print(self.listing().render(format.as_deref(), &rows)?)?;
        Ok(0)
    }

    fn listing(&self) -> &'static Listing<'static> {
        match (self.quiet, self.size) {
            (true, _) => &list::IDS,
            (false, true) => &list::TABLE_WITH_SIZE,
            (false, false) => &list::TABLE,
        }
    }

    /// The template of the command line, else of the configuration file. `-q` takes none but `raw`.
    fn chosen_format(&self, engine: &Engine, ui: &mut Ui) -> Result<Option<String>> {
        match self.format.as_deref().filter(|format| !format.is_empty()) {
            Some(format) if self.quiet => {
                ui.talk("WARNING: Ignoring custom format, because both --format and --quiet are set.");
                Ok(Some(format.to_owned()).filter(|format| format == "raw"))
            }
            Some(format) => Ok(Some(format.to_owned())),
            None if self.quiet => Ok(None),
            None => Ok(Config::read(&engine.paths.config)?.ps_format),
        }
    }

    fn selection(&self, engine: &Engine) -> Result<Selection> {
        let pairs: Vec<(String, String)> =
            self.filter.iter().map(|filter| (filter.key.clone(), filter.value.clone())).collect();
        let created = |word: &str| Ok(engine.record(&engine.containers.find(word)?)?.created);
        let last = if self.latest && self.last == -1 { 1 } else { self.last };
        Ok(Selection {
            all: self.all,
            last: usize::try_from(last).ok().filter(|last| *last > 0),
            filters: Filters::read(&pairs, created)?,
        })
    }
}
