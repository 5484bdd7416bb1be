//! `rcon search`

use super::parse::filter::{Filter, filter};
use super::parse::number::int;
use super::registry_flags::RegistryFlags;
use super::verb::{Verb, Words};
use super::{Invocation, later};
use crate::engine::host::Engine;
use crate::engine::search::{self, Conditions, Place};
use crate::error::{Error, Result};
use crate::output::listing::{Listing, Row};
use crate::output::{Ui, shorten};
use crate::registry::search::Found;
use clap::{Args, FromArgMatches};
use serde_json::json;

/// docker's width of DESCRIPTION.
const DESCRIPTION: usize = 45;

/// The arguments of `search`.
#[derive(Debug, Clone, clap::Args)]
pub struct SearchArgs {
    /// Show only what meets a condition: is-official=BOOL or stars=NUMBER
    #[arg(short, long, value_name = "KEY=VALUE", value_parser = filter)]
    pub filter: Vec<Filter>,
    /// Print by a template: table, table TEMPLATE, json or TEMPLATE
    #[arg(long, value_name = "TEMPLATE")]
    pub format: Option<String>,
    /// Show at most so many, up to 100; 0 is 25
    #[arg(long, value_name = "NUMBER", default_value = "0", value_parser = int)]
    pub limit: i64,
    /// List the tags of the repository TERM
    #[arg(long)]
    pub list_tags: bool,
    /// Do not shorten the output
    #[arg(long)]
    pub no_trunc: bool,
    /// How registries are asked.
    #[command(flatten)]
    pub registry: RegistryFlags,
    /// What to look for, after the registry's host and a slash where it is not Docker Hub
    #[arg(value_name = "TERM")]
    pub term: String,
}

pub(super) static VERB: Verb = Verb {
    about: "Search a registry for images",
    usage: "[OPTIONS] TERM",
    words: Words::Exactly(1),
    augment: SearchArgs::augment_args,
    later: later::NONE,
    read: |matches| SearchArgs::from_arg_matches_mut(matches).map(Invocation::Search),
};

const HEADERS: &[(&str, &str)] = &[
    ("Name", "NAME"),
    ("Description", "DESCRIPTION"),
    ("StarCount", "STARS"),
    ("IsOfficial", "OFFICIAL"),
    ("Tag", "TAG"),
];

impl SearchArgs {
    /// Searches; `docker_config` is docker's folder from before the verb.
    pub fn run(self, engine: &Engine, docker_config: Option<String>, ui: &mut Ui) -> Result<u8> {
        let limit = search::limit(self.limit)?;
        let mut conditions = Conditions::default();
        for filter in &self.filter {
            conditions.add(&filter.key, &filter.value)?;
        }
        let registries = self.registry.open(engine, docker_config, ui)?;
        let (default, rows) = match self.list_tags {
            true if !self.filter.is_empty() => {
                return Err(Error::usage("--filter and --list-tags contradict each other"));
            }
            true => {
                let (name, tags) = search::tags(&registries, &self.term, limit)?;
                let row = |tag: &String| row([("Name", &name), ("Tag", tag)]);
                ("table {{.Name}}\t{{.Tag}}", tags.iter().map(row).collect())
            }
            false => {
                let found = search::search(&registries, &Place::parse(&self.term)?, limit)?;
                let fitting = found.iter().filter(|found| conditions.fit(found));
                let rows: Vec<Row> = fitting.map(|found| self.fields(found)).collect();
                ("table {{.Name}}\t{{.Description}}\t{{.StarCount}}\t{{.IsOfficial}}", rows)
            }
        };
        ui.print(Listing { headers: HEADERS, default, raw: None }.render(self.format.as_deref(), &rows)?)?;
        Ok(0)
    }

    fn fields(&self, found: &Found) -> Row {
        let line = found.description.replace(['\n', '\r'], " ");
        let description = if self.no_trunc { line } else { shorten(&line, DESCRIPTION) };
        let official = match (self.format.as_deref() == Some("json"), found.official) {
            (true, true) => "true",
            (true, false) => "false",
            (false, true) => "[OK]",
            (false, false) => "",
        };
        row([
            ("Name", &found.name),
            ("Description", &description),
            ("StarCount", &found.stars.to_string()),
            ("IsOfficial", official),
        ])
    }
}

fn row<const N: usize>(fields: [(&str, &str); N]) -> Row {
    Row {
        fields: fields.into_iter().map(|(key, value)| (key.to_owned(), json!(value))).collect(),
        ..Row::default()
    }
}
