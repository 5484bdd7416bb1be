//! `rcon buildx history ls`

use super::super::Buildx;
use super::{History, took};
use crate::build::history::{self, record::Record, record::Status};
use crate::commands::build::BuilderFlags;
use crate::commands::caller::Caller;
use crate::commands::parse::filter::{Filter, filter};
use crate::commands::verb::{Verb, Words};
use crate::commands::{Invocation, later};
use crate::engine::host::Engine;
use crate::error::{Error, Result};
use crate::output::listing::{Listing, Row};
use crate::output::{Ui, shorten, time};
use clap::{Args, FromArgMatches};
use jiff::Timestamp;
use serde_json::json;

/// The arguments of `buildx history ls`.
#[derive(Debug, Clone, clap::Args)]
pub struct ListArgs {
    /// The builder, and its talk.
    #[command(flatten)]
    pub builder: BuilderFlags,
    /// Show only what meets a condition: ref=, status=, name=
    #[arg(long, value_name = "KEY=VALUE", value_parser = filter)]
    pub filter: Vec<Filter>,
    /// Print by a template: table, table TEMPLATE, json or TEMPLATE
    #[arg(long, value_name = "TEMPLATE")]
    pub format: Option<String>,
    /// Show only builds of the repository here, which is not recorded
    #[arg(long, hide = true)]
    pub local: bool,
    /// Do not shorten the output
    #[arg(long)]
    pub no_trunc: bool,
}

pub(in crate::commands) static VERB: Verb = Verb {
    about: "List builds",
    usage: "[OPTIONS]",
    words: Words::None,
    augment: ListArgs::augment_args,
    later: later::NONE,
    read: |matches| {
        ListArgs::from_arg_matches_mut(matches)
            .map(|args| Invocation::Buildx(Box::new(Buildx::History(History::List(args)))))
    },
};

/// The longest name that is shown whole, in columns.
const NAME_WIDTH: usize = 36;

const LISTING: Listing<'_> = Listing {
    headers: &[
        ("Ref", "BUILD ID"),
        ("Name", "NAME"),
        ("Status", "STATUS"),
        ("CreatedAt", "CREATED AT"),
        ("Duration", "DURATION"),
        ("Link", ""),
    ],
    default: "table {{.Ref}}\t{{.Name}}\t{{.Status}}\t{{.CreatedAt}}\t{{.Duration}}\t{{.Link}}",
    raw: None,
};

impl ListArgs {
    /// Lists the builds, the latest first.
    pub fn run(self, engine: &Engine, ui: &mut Ui) -> Result<u8> {
        if self.local {
            return Err(Error::usage("--local is not supported").because("repositories are not recorded"));
        }
        self.builder.choose(&engine.paths, &Caller::current()?)?;
        let mut records = history::list(engine)?;
        for Filter { key, value } in &self.filter {
            match key.as_str() {
                "ref" => records.retain(|record| record.id == *value),
                "status" => records.retain(|record| record.status.word().eq_ignore_ascii_case(value)),
                "name" => records.retain(|record| record.name == *value),
                other => return Err(Error::usage(format!("invalid filter {other:?}"))),
            }
        }
        let format = self.format.as_deref();
        if format == Some("json") {
            return records.iter().try_for_each(|record| ui.line(object(record))).map(|()| 0);
        }
        let now = Timestamp::now();
        let rows: Vec<Row> = records.iter().map(|record| row(record, self.no_trunc, now)).collect();
        ui.print(LISTING.render(format, &rows)?)?;
        Ok(0)
    }
}

fn row(record: &Record, whole: bool, now: Timestamp) -> Row {
    let running = if record.status == Status::Running { "+" } else { "" };
    Row::of([
        ("Ref", record.id.clone()),
        ("Name", if whole { record.name.clone() } else { shorten(&record.name, NAME_WIDTH) }),
        ("Status", record.status.word().to_owned()),
        ("CreatedAt", time::human_ago(record.created, now)),
        ("Duration", took(record.seconds(now)) + running),
        ("Link", String::new()),
    ])
}

fn object(record: &Record) -> serde_json::Value {
    json!({
        "cached_steps": record.cached_steps,
        "completed_at": record.completed.map(time::rfc3339),
        "completed_steps": record.completed_steps,
        "created_at": time::rfc3339(record.created),
        "name": record.name,
        "ref": record.id,
        "status": record.status.word(),
        "total_steps": record.total_steps,
    })
}
