//! `rcon buildx inspect`

use super::{BUILDKIT, Buildx, DRIVER, platform};
use crate::commands::build::BuilderFlags;
use crate::commands::caller::Caller;
use crate::commands::parse::duration::duration;
use crate::commands::verb::{Verb, Words};
use crate::commands::{Invocation, later};
use crate::engine::host::Engine;
use crate::error::Result;
use crate::output::Ui;
use clap::{Args, FromArgMatches};
use std::time::Duration;

/// The arguments of `buildx inspect`.
#[derive(Debug, Clone, clap::Args)]
pub struct InspectArgs {
    /// Start the builder, which is always ready
    #[arg(long)]
    pub bootstrap: bool,
    /// The builder, and its talk.
    #[command(flatten)]
    pub builder: BuilderFlags,
    /// No effect: nothing is waited for
    #[arg(long, value_name = "DURATION", value_parser = duration, hide = true)]
    pub timeout: Option<Duration>,
    /// The name of the builder
    #[arg(value_name = "NAME")]
    pub name: Option<String>,
}

pub(in crate::commands) static VERB: Verb = Verb {
    about: "Show the builder",
    usage: "[NAME]",
    words: Words::AtMost(1),
    augment: InspectArgs::augment_args,
    later: later::NONE,
    read: |matches| {
        InspectArgs::from_arg_matches_mut(matches)
            .map(|args| Invocation::Buildx(Box::new(Buildx::Inspect(args))))
    },
};

impl InspectArgs {
    /// Prints what buildx prints of a builder with one node.
    pub fn run(self, engine: &Engine, ui: &mut Ui) -> Result<u8> {
        let name = self.builder.or(self.name.as_deref(), &engine.paths, &Caller::current()?)?;
        ui.print(text(&name))?;
        Ok(0)
    }
}

fn text(name: &str) -> String {
    let platform = platform();
    format!(
        "Name:   {name}\nDriver: {DRIVER}\n\nNodes:\n\
         Name:             {name}\n\
         Endpoint:         {name}\n\
         Status:           running\n\
         BuildKit version: {BUILDKIT}\n\
         Platforms:        {platform}\n"
    )
}
