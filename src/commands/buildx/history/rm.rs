//! `rcon buildx history rm`

use super::super::Buildx;
use super::History;
use crate::build::history;
use crate::commands::build::BuilderFlags;
use crate::commands::caller::Caller;
use crate::commands::verb::{Verb, Words};
use crate::commands::{Invocation, later};
use crate::engine::host::Engine;
use crate::error::{Error, Result};
use crate::output::Ui;
use clap::{Args, FromArgMatches};

/// The arguments of `buildx history rm`.
#[derive(Debug, Clone, clap::Args)]
pub struct RmArgs {
    /// Forget all builds
    #[arg(long)]
    pub all: bool,
    /// The builder, and its talk.
    #[command(flatten)]
    pub builder: BuilderFlags,
    /// The builds, by id
    #[arg(value_name = "REF")]
    pub references: Vec<String>,
}

pub(in crate::commands) static VERB: Verb = Verb {
    about: "Forget builds; what they made stays",
    usage: "[OPTIONS] [REF...]",
    words: Words::AtLeast(0),
    augment: RmArgs::augment_args,
    later: later::NONE,
    read: |matches| {
        RmArgs::from_arg_matches_mut(matches)
            .map(|args| Invocation::Buildx(Box::new(Buildx::History(History::Rm(args)))))
    },
};

impl RmArgs {
    /// Forgets them, or none of them when one is missing.
    pub fn run(self, engine: &Engine, _ui: &mut Ui) -> Result<u8> {
        match (self.all, self.references.is_empty()) {
            (false, true) => return Err(Error::usage("rm requires at least one argument")),
            (true, false) => return Err(Error::usage("rm requires either --all or at least one argument")),
            _ => {}
        }
        self.builder.choose(&engine.paths, &Caller::current()?)?;
        let records = match self.all {
            true => history::list(engine)?,
            false => {
                let found = self.references.iter().map(|typed| history::find(engine, typed));
                found.collect::<Result<_>>()?
            }
        };
        history::remove(engine, &records)?;
        Ok(0)
    }
}
