//! `rcon manifest create`

use super::{AskFlags, Manifest};
use crate::commands::verb::{Verb, Words};
use crate::commands::{Invocation, later};
use crate::engine::host::Engine;
use crate::engine::manifest::{self, Of};
use crate::error::Result;
use crate::output::Ui;
use crate::storage::tags::TagName;
use clap::{Args, FromArgMatches};

/// The arguments of `manifest create`.
#[derive(Debug, Clone, clap::Args)]
pub struct CreateArgs {
    /// Take all manifests of an index
    #[arg(long)]
    pub all: bool,
    /// Add to a list that is here already
    #[arg(short, long)]
    pub amend: bool,
    /// How registries are asked.
    #[command(flatten)]
    pub ask: AskFlags,
    /// The name of the list
    #[arg(value_name = "MANIFEST_LIST")]
    pub list: String,
    /// Its members, each in a registry or in the store
    #[arg(value_name = "MANIFEST")]
    pub members: Vec<String>,
}

pub(in crate::commands) static VERB: Verb = Verb {
    about: "Make a list of manifests, to be annotated and pushed",
    usage: "[OPTIONS] MANIFEST_LIST [MANIFEST...]",
    words: Words::AtLeast(1),
    augment: CreateArgs::augment_args,
    later: later::NONE,
    read: |matches| {
        CreateArgs::from_arg_matches_mut(matches).map(|args| Invocation::Manifest(Manifest::Create(args)))
    },
};

impl CreateArgs {
    /// Makes the list.
    pub fn run(self, engine: &Engine, config: Option<String>, ui: &mut Ui) -> Result<u8> {
        let name = TagName::parse(&self.list)?;
        let registries = self.ask.resolved().open(engine, config, ui)?;
        let of = if self.all { Of::All } else { Of::Nothing };
        let members = manifest::members(engine, &registries, &self.members, of)?;
        manifest::create(engine, &name, members, self.amend)?;
        ui.line(format_args!("Created manifest list {name}"))?;
        Ok(0)
    }
}
