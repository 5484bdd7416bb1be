//! `rcon history`

use super::verb::{Verb, Words};
use super::{Invocation, later};
use crate::engine::history::{self, Step};
use crate::engine::host::Engine;
use crate::error::Result;
use crate::output::listing::{Listing, Row};
use crate::output::{Ui, shorten, size, time};
use clap::{Args, FromArgMatches};
use jiff::Timestamp;
use serde_json::json;

/// The arguments of `history`.
#[derive(Debug, Clone, clap::Args)]
pub struct HistoryArgs {
    /// Print by a template: table, table TEMPLATE, json or TEMPLATE
    #[arg(long, value_name = "TEMPLATE")]
    pub format: Option<String>,
    /// Print sizes and dates for people
    #[arg(short = 'H', long, default_value = "true")]
    pub human: bool,
    /// Do not shorten the output
    #[arg(long)]
    pub no_trunc: bool,
    /// Print ids only
    #[arg(short, long)]
    pub quiet: bool,
    /// Name or id of an image
    #[arg(value_name = "IMAGE")]
    pub image: String,
}

pub(super) static VERB: Verb = Verb {
    about: "Show how an image was made",
    usage: "[OPTIONS] IMAGE",
    words: Words::Exactly(1),
    augment: HistoryArgs::augment_args,
    later: later::PLATFORM,
    read: |matches| HistoryArgs::from_arg_matches_mut(matches).map(Invocation::History),
};

const HEADERS: &[(&str, &str)] = &[
    ("ID", "IMAGE"),
    ("CreatedSince", "CREATED"),
    ("CreatedAt", "CREATED AT"),
    ("CreatedBy", "CREATED BY"),
    ("Size", "SIZE"),
    ("Comment", "COMMENT"),
];

/// docker's width of CREATED BY.
const CREATED_BY: usize = 45;

impl HistoryArgs {
    /// Lists the steps that made the image.
    pub fn run(self, engine: &Engine, ui: &mut Ui) -> Result<u8> {
        let steps = history::history(&engine.store()?, &self.image)?;
        let now = Timestamp::now();
        let rows: Vec<Row> = steps.iter().map(|step| self.row(step, now)).collect();
        let default = match (self.quiet, self.human) {
            (true, _) => "{{.ID}}",
            (false, true) => "table {{.ID}}\t{{.CreatedSince}}\t{{.CreatedBy}}\t{{.Size}}\t{{.Comment}}",
            (false, false) => "table {{.ID}}\t{{.CreatedAt}}\t{{.CreatedBy}}\t{{.Size}}\t{{.Comment}}",
        };
        ui.print(Listing { headers: HEADERS, default, raw: None }.render(self.format.as_deref(), &rows)?)?;
        Ok(0)
    }

    fn row(&self, step: &Step, now: Timestamp) -> Row {
        let created: Option<Timestamp> = step.created.parse().ok();
        let created_by = step.created_by.replace('\t', " ");
        let fields = [
            ("ID", self.shown_id(&step.id)),
            ("CreatedSince", created.map_or_else(|| "N/A".to_owned(), |then| time::human_ago(then, now))),
            ("CreatedAt", created.map_or_else(String::new, time::rfc3339)),
            ("CreatedBy", if self.no_trunc { created_by } else { shorten(&created_by, CREATED_BY) }),
            ("Size", if self.human { size::human(step.size) } else { step.size.to_string() }),
            ("Comment", step.comment.clone()),
        ];
        Row {
            fields: fields.into_iter().map(|(key, value)| (key.to_owned(), json!(value))).collect(),
            ..Row::default()
        }
    }

    fn shown_id(&self, id: &str) -> String {
        match id.strip_prefix("sha256:") {
            Some(hex) if !self.no_trunc => hex.get(..12).unwrap_or(hex).to_owned(),
            _ => id.to_owned(),
        }
    }
}
