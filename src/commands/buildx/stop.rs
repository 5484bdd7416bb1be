//! `rcon buildx stop`

use super::Buildx;
use crate::commands::build::BuilderFlags;
use crate::commands::caller::Caller;
use crate::commands::verb::{Verb, Words};
use crate::commands::{Invocation, later};
use crate::engine::host::Engine;
use crate::error::Result;
use crate::output::Ui;
use clap::{Args, FromArgMatches};

/// The arguments of `buildx stop`.
#[derive(Debug, Clone, clap::Args)]
pub struct StopArgs {
    /// The builder, and its talk.
    #[command(flatten)]
    pub builder: BuilderFlags,
    /// The name of the builder
    #[arg(value_name = "NAME")]
    pub name: Option<String>,
}

pub(in crate::commands) static VERB: Verb = Verb {
    about: "Stop the builder, which runs only while it builds",
    usage: "[NAME]",
    words: Words::AtMost(1),
    augment: StopArgs::augment_args,
    later: later::NONE,
    read: |matches| {
        StopArgs::from_arg_matches_mut(matches).map(|args| Invocation::Buildx(Box::new(Buildx::Stop(args))))
    },
};

impl StopArgs {
    /// Checks the name: nothing runs that could be stopped.
    pub fn run(self, engine: &Engine, ui: &mut Ui) -> Result<u8> {
        let name = self.builder.or(self.name.as_deref(), &engine.paths, &Caller::current()?)?;
        ui.talk(format_args!("NOTE: nothing to stop: {name} runs only while it builds"));
        Ok(0)
    }
}
