//! `rcon buildx history logs`

use super::super::Buildx;
use super::History;
use crate::build::history;
use crate::commands::build::BuilderFlags;
use crate::commands::caller::Caller;
use crate::commands::verb::{Verb, Words};
use crate::commands::{Invocation, later};
use crate::engine::host::Engine;
use crate::error::{Error, Kind, Result};
use crate::output::Ui;
use clap::{Args, FromArgMatches};

/// The arguments of `buildx history logs`.
#[derive(Debug, Clone, clap::Args)]
pub struct LogsArgs {
    /// The builder, and its talk.
    #[command(flatten)]
    pub builder: BuilderFlags,
    /// Show progress: plain
    #[arg(long, value_name = "KIND", default_value = "plain")]
    pub progress: String,
    /// The build: its id, ^N for the Nth before the latest, or the latest
    #[arg(value_name = "REF")]
    pub reference: Option<String>,
}

pub(in crate::commands) static VERB: Verb = Verb {
    about: "Show what a build printed",
    usage: "[OPTIONS] [REF]",
    words: Words::AtMost(1),
    augment: LogsArgs::augment_args,
    later: later::NONE,
    read: |matches| {
        LogsArgs::from_arg_matches_mut(matches)
            .map(|args| Invocation::Buildx(Box::new(Buildx::History(History::Logs(args)))))
    },
};

impl LogsArgs {
    /// Prints it.
    pub fn run(self, engine: &Engine, ui: &mut Ui) -> Result<u8> {
        match self.progress.as_str() {
            "plain" => {}
            known @ ("tty" | "rawjson") => {
                let what = format!("--progress={known} is not supported");
                return Err(Error::new(Kind::Unsupported, what).because("the log is kept as text"));
            }
            other => return Err(Error::usage(format!("unsupported progress type: {other}"))),
        }
        self.builder.choose(&engine.paths, &Caller::current()?)?;
        let record = history::find(engine, self.reference.as_deref().unwrap_or_default())?;
        ui.bytes(&history::log(engine, &record)?)?;
        Ok(0)
    }
}
