//! `rcon buildx use`

use super::Buildx;
use crate::build::builders::Names;
use crate::commands::build::BuilderFlags;
use crate::commands::caller::Caller;
use crate::commands::verb::{Verb, Words};
use crate::commands::{Invocation, later};
use crate::engine::host::Engine;
use crate::error::Result;
use crate::output::Ui;
use clap::{Args, FromArgMatches};

/// The arguments of `buildx use`.
#[derive(Debug, Clone, clap::Args)]
pub struct ChooseArgs {
    /// The builder, and its talk.
    #[command(flatten)]
    pub builder: BuilderFlags,
    /// Use it for this context by default, of which there is one
    #[arg(long)]
    pub default: bool,
    /// Use it in all contexts, of which there is one
    #[arg(long)]
    pub global: bool,
    /// The name of the builder
    #[arg(value_name = "NAME")]
    pub name: Option<String>,
}

pub(in crate::commands) static VERB: Verb = Verb {
    about: "Set the name that is used for the builder where none is given",
    usage: "[OPTIONS] NAME",
    words: Words::AtMost(1),
    augment: ChooseArgs::augment_args,
    later: later::NONE,
    read: |matches| {
        ChooseArgs::from_arg_matches_mut(matches)
            .map(|args| Invocation::Buildx(Box::new(Buildx::Choose(args))))
    },
};

impl ChooseArgs {
    /// Makes it the current one.
    pub fn run(self, engine: &Engine, _ui: &mut Ui) -> Result<u8> {
        let name = self.builder.or(self.name.as_deref(), &engine.paths, &Caller::current()?)?;
        Names::change(&engine.paths, |names| names.choose(&name))?;
        Ok(0)
    }
}
