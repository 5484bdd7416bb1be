//! `rcon manifest inspect`

use super::{AskFlags, Manifest};
use crate::commands::verb::{Verb, Words};
use crate::commands::{Invocation, later};
use crate::engine::host::Engine;
use crate::engine::manifest::show;
use crate::error::Result;
use crate::output::Ui;
use crate::storage::tags::TagName;
use clap::{Args, FromArgMatches};

/// The arguments of `manifest inspect`.
#[derive(Debug, Clone, clap::Args)]
pub struct InspectArgs {
    /// Show each manifest with its name, platform and bytes
    #[arg(short, long)]
    pub verbose: bool,
    /// How the registry is asked.
    #[command(flatten)]
    pub ask: AskFlags,
    /// A manifest or a list; or a list, and one of its manifests
    #[arg(value_name = "MANIFEST", required = true, num_args = 1..=2)]
    pub names: Vec<String>,
}

pub(in crate::commands) static VERB: Verb = Verb {
    about: "Show a manifest or a list of manifests",
    usage: "[OPTIONS] [MANIFEST_LIST] MANIFEST",
    words: Words::Between(1, 2),
    augment: InspectArgs::augment_args,
    later: later::NONE,
    read: |matches| {
        InspectArgs::from_arg_matches_mut(matches).map(|args| Invocation::Manifest(Manifest::Inspect(args)))
    },
};

impl InspectArgs {
    /// Prints the document.
    pub fn run(self, engine: &Engine, config: Option<String>, ui: &mut Ui) -> Result<u8> {
        let text = match &self.names[..] {
            [list, member] => show::of_list(engine, &TagName::parse(list)?, member, self.verbose)?,
            names => {
                let registries = self.ask.resolved().open(engine, config, ui)?;
                show::show(engine, &registries, &names.concat(), self.verbose)?
            }
        };
        ui.line(text)?;
        Ok(0)
    }
}
