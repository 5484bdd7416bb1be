//! `rcon images`

mod tree;

use super::parse::filter::{Filter, filter};
use super::verb::{Verb, Words};
use super::{Invocation, later};
use crate::config::Config;
use crate::engine::host::Engine;
use crate::engine::image_filter::Filters;
use crate::engine::images::{self, Seen};
use crate::error::Result;
use crate::output::listing::{Listing, Row};
use crate::output::{Ui, size, time};
use crate::storage::Store;
use clap::{Args, FromArgMatches};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::json;

/// The arguments of `images`.
#[derive(Debug, Clone, clap::Args)]
pub struct ImagesArgs {
    /// Show images without a name as well
    #[arg(short, long)]
    pub all: bool,
    /// Show digests
    #[arg(long)]
    pub digests: bool,
    /// Show only what meets a condition
    #[arg(short, long, value_name = "KEY=VALUE", value_parser = filter)]
    pub filter: Vec<Filter>,
    /// Print by a template: table, table TEMPLATE, json or TEMPLATE
    #[arg(long, value_name = "TEMPLATE")]
    pub format: Option<String>,
    /// Do not shorten the output
    #[arg(long)]
    pub no_trunc: bool,
    /// Print ids only
    #[arg(short, long)]
    pub quiet: bool,
    /// Show platforms and what images take on disk
    #[arg(long)]
    pub tree: bool,
    /// Show only images of this name
    #[arg(value_name = "REPOSITORY[:TAG]")]
    pub repository: Option<String>,
}

pub(super) static VERB: Verb = Verb {
    about: "List images",
    usage: "[OPTIONS] [REPOSITORY[:TAG]]",
    words: Words::AtMost(1),
    augment: ImagesArgs::augment_args,
    later: later::NONE,
    read: |matches| ImagesArgs::from_arg_matches_mut(matches).map(Invocation::Images),
};

const HEADERS: &[(&str, &str)] = &[
    ("Repository", "REPOSITORY"),
    ("Tag", "TAG"),
    ("Digest", "DIGEST"),
    ("ID", "IMAGE ID"),
    ("CreatedSince", "CREATED"),
    ("CreatedAt", "CREATED AT"),
    ("Size", "SIZE"),
    ("VirtualSize", "SIZE"),
    ("Containers", "CONTAINERS"),
    ("SharedSize", "SHARED SIZE"),
    ("UniqueSize", "UNIQUE SIZE"),
];

impl ImagesArgs {
    /// Lists the images.
    pub fn run(self, engine: &Engine, ui: &mut Ui) -> Result<u8> {
        let store = engine.store()?;
        let seen = images::seen(&store, &self.filters(&store)?)?;
        if self.tree {
            ui.print(self.drawn(engine, &store, &seen)?)?;
            return Ok(0);
        }
        let format = match (&self.format, self.quiet) {
            (Some(format), _) => Some(format.clone()),
            (None, true) => None,
            (None, false) => Config::read(&engine.paths.config)?.images_format,
        };
        let digests = self.digests || format.as_deref().is_some_and(|format| format.contains(".Digest"));
        let (now, zone) = (Timestamp::now(), time::local_zone());
        let rows: Vec<Row> =
            images::rows(&seen, digests).iter().map(|row| self.fields(row, now, &zone)).collect();
        let default = match (self.quiet, self.digests) {
            (true, _) => "{{.ID}}",
            (false, true) => {
                "table {{.Repository}}\t{{.Tag}}\t{{.Digest}}\t{{.ID}}\t{{.CreatedSince}}\t{{.Size}}"
            }
            (false, false) => "table {{.Repository}}\t{{.Tag}}\t{{.ID}}\t{{.CreatedSince}}\t{{.Size}}",
        };
        ui.print(Listing { headers: HEADERS, default, raw: None }.render(format.as_deref(), &rows)?)?;
        Ok(0)
    }

    fn filters(&self, store: &Store) -> Result<Filters> {
        let mut filters = Filters::new(self.all);
        for filter in &self.filter {
            filters.add(store, &filter.key, &filter.value)?;
        }
        if let Some(name) = &self.repository {
            filters.add_name(name)?;
        }
        Ok(filters)
    }

    fn drawn(&self, engine: &Engine, store: &Store, seen: &[Seen]) -> Result<String> {
        tree::refuse([
            ("quiet", self.quiet),
            ("no-trunc", self.no_trunc),
            ("digests", self.digests),
            ("format", self.format.is_some()),
        ])?;
        tree::view(store, seen, &images::in_use(engine)?, self.all)
    }

    fn fields(&self, row: &images::Row, now: Timestamp, zone: &TimeZone) -> Row {
        const UNKNOWN: &str = "N/A";
        let since = row.created.map_or_else(|| UNKNOWN.to_owned(), |then| time::human_ago(then, now));
        let at = row.created.map_or_else(|| UNKNOWN.to_owned(), |then| time::created_at(then, zone));
        let fields = [
            ("Repository", row.repository.clone()),
            ("Tag", row.tag.clone()),
            ("Digest", row.digest.clone()),
            ("ID", if self.no_trunc { row.id.to_string() } else { row.id.short() }),
            ("CreatedSince", since),
            ("CreatedAt", at),
            ("Size", size::human(row.size)),
            ("VirtualSize", size::human_precise(row.size)),
            ("Containers", UNKNOWN.to_owned()),
            ("SharedSize", UNKNOWN.to_owned()),
            ("UniqueSize", UNKNOWN.to_owned()),
        ];
        Row {
            fields: fields.into_iter().map(|(key, value)| (key.to_owned(), json!(value))).collect(),
            ..Row::default()
        }
    }
}
