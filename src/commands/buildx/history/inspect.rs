//! `rcon buildx history inspect`

use super::super::Buildx;
use super::{History, took};
use crate::build::history::{self, record::Record, record::Status};
use crate::commands::build::BuilderFlags;
use crate::commands::caller::Caller;
use crate::commands::verb::{Verb, Words};
use crate::commands::{Invocation, later};
use crate::engine::host::Engine;
use crate::error::{Context, Error, Kind, Result};
use crate::output::{Ui, template, time};
use clap::{Args, FromArgMatches};
use jiff::Timestamp;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// The arguments of `buildx history inspect`.
#[derive(Debug, Clone, clap::Args)]
pub struct InspectArgs {
    /// The builder, and its talk.
    #[command(flatten)]
    pub builder: BuilderFlags,
    /// Print by a template: pretty, json or TEMPLATE
    #[arg(long, value_name = "TEMPLATE", default_value = "pretty")]
    pub format: String,
    /// The build: its id, ^N for the Nth before the latest, or the latest
    #[arg(value_name = "REF", num_args = 0..)]
    pub references: Vec<String>,
}

pub(in crate::commands) static VERB: Verb = Verb {
    about: "Show a build",
    usage: "[OPTIONS] [REF]",
    words: Words::AtMost(1),
    augment: InspectArgs::augment_args,
    later: later::NONE,
    read: |matches| {
        InspectArgs::from_arg_matches_mut(matches)
            .map(|args| Invocation::Buildx(Box::new(Buildx::History(History::Inspect(args)))))
    },
};

impl InspectArgs {
    /// Prints it.
    pub fn run(self, engine: &Engine, ui: &mut Ui) -> Result<u8> {
        let typed = match &self.references[..] {
            [] => "",
            [word, ..] if word == "attachment" => {
                return Err(Error::new(Kind::Unsupported, "history inspect attachment is not supported")
                    .because("builds have no attachments: rcon makes no attestations"));
            }
            [typed] => typed,
            _ => return Err(Error::usage("history inspect shows one build")),
        };
        self.builder.choose(&engine.paths, &Caller::current()?)?;
        let record = history::find(engine, typed)?;
        let now = Timestamp::now();
        match self.format.as_str() {
            "" | "pretty" => ui.print(pretty(&record, now))?,
            "json" => {
                let text = serde_json::to_string_pretty(&object(&record, now)).what(|| "printing a build")?;
                ui.line(text)?;
            }
            format => ui.line(template::inspect(format, &object(&record, now))?)?,
        }
        Ok(0)
    }
}

/// Names, tabs, values: buildx's form.
fn pretty(record: &Record, now: Timestamp) -> String {
    let mut text = String::new();
    let mut line = |name: &str, value: &str| {
        if !value.is_empty() {
            let tabs = if name.len() < 8 { "\t\t" } else { "\t" };
            text.push_str(&format!("{name}{tabs}{value}\n"));
        }
    };
    line("Name:", &record.name);
    line("Ref:", &record.id);
    line("Context:", &record.context);
    line("Dockerfile:", &record.dockerfile);
    line("Target:", record.target.as_deref().unwrap_or_default());
    line("Platform:", &record.platforms.join(", "));
    text.push('\n');
    let mut line = |name: &str, value: String| {
        let tabs = if name.len() < 8 { "\t\t" } else { "\t" };
        text.push_str(&format!("{name}{tabs}{value}\n"));
    };
    line("Started:", time::rfc3339(record.created).chars().take(19).collect::<String>().replace('T', " "));
    let running = if record.status == Status::Running { " (running)" } else { "" };
    line("Duration:", took(record.seconds(now)) + running);
    match (&record.error, record.status) {
        (Some(error), _) => line("Error:", error.clone()),
        (None, Status::Canceled) => line("Status:", "Canceled".to_owned()),
        _ => {}
    }
    line("Build Steps:", steps(record));
    pairs(&mut text, "BUILD ARG", &record.args);
    pairs(&mut text, "LABEL", &record.labels);
    if !record.images.is_empty() {
        text.push_str("\nImages:\n");
    }
    for (digest, platform) in &record.images {
        let platform = platform.as_ref().map(|platform| format!(" ({platform})")).unwrap_or_default();
        text.push_str(&format!("  {digest}{platform}\n"));
    }
    text.push_str(&format!("\nPrint build logs: rcon buildx history logs {}\n", record.id));
    text
}

fn steps(record: &Record) -> String {
    let Record { completed_steps, total_steps, cached_steps, .. } = record;
    let percent = (u128::from(*cached_steps) * 100).checked_div(u128::from(*total_steps)).unwrap_or_default();
    format!("{completed_steps}/{total_steps} ({percent}% cached)")
}

fn pairs(text: &mut String, title: &str, pairs: &BTreeMap<String, String>) {
    if pairs.is_empty() {
        return;
    }
    let mut table = crate::output::table::Table::list();
    table.push(&format!("{title}\tVALUE"));
    pairs.iter().for_each(|(name, value)| table.push(&format!("{name}\t{value}")));
    text.push_str(&format!("\n{table}"));
}

fn object(record: &Record, now: Timestamp) -> Value {
    let pairs = |pairs: &BTreeMap<String, String>| {
        pairs.iter().map(|(name, value)| json!({ "Name": name, "Value": value })).collect::<Vec<_>>()
    };
    let images =
        record.images.iter().map(|(digest, platform)| json!({ "Digest": digest, "Platform": platform }));
    json!({
        "Name": record.name,
        "Ref": record.id,
        "Context": record.context,
        "Dockerfile": record.dockerfile,
        "Target": record.target,
        "Platform": record.platforms,
        "StartedAt": time::rfc3339(record.created),
        "CompletedAt": record.completed.map(time::rfc3339),
        "Duration": (record.seconds(now) * 1e9) as u64,
        "Status": record.status.word().to_lowercase(),
        "Error": record.error.as_ref().map(|error| json!({ "Message": error })),
        "NumCompletedSteps": record.completed_steps,
        "NumTotalSteps": record.total_steps,
        "NumCachedSteps": record.cached_steps,
        "BuildArgs": pairs(&record.args),
        "Labels": pairs(&record.labels),
        "Images": images.collect::<Vec<_>>(),
    })
}
