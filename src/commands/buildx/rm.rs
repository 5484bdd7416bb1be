//! `rcon buildx rm`

use super::Buildx;
use crate::build::builders::Names;
use crate::commands::build::BuilderFlags;
use crate::commands::caller::Caller;
use crate::commands::parse::duration::duration;
use crate::commands::verb::{Verb, Words};
use crate::commands::{Invocation, later};
use crate::engine::host::Engine;
use crate::error::{Error, Kind, Result};
use crate::output::Ui;
use clap::{Args, FromArgMatches};
use std::time::Duration;

/// The arguments of `buildx rm`.
#[derive(Debug, Clone, clap::Args)]
pub struct RmArgs {
    /// Remove all builders that do not run, of which there are none
    #[arg(long)]
    pub all_inactive: bool,
    /// The builder, and its talk.
    #[command(flatten)]
    pub builder: BuilderFlags,
    /// Do not ask first
    #[arg(short, long)]
    pub force: bool,
    /// No effect: nothing is waited for
    #[arg(long, value_name = "DURATION", value_parser = duration, hide = true)]
    pub timeout: Option<Duration>,
    /// The names
    #[arg(value_name = "NAME")]
    pub names: Vec<String>,
}

pub(in crate::commands) static VERB: Verb = Verb {
    about: "Remove names of the builder; the cache stays",
    usage: "[OPTIONS] [NAME...]",
    words: Words::AtLeast(0),
    augment: RmArgs::augment_args,
    later: later::BUILDX_RM,
    read: |matches| {
        RmArgs::from_arg_matches_mut(matches).map(|args| Invocation::Buildx(Box::new(Buildx::Rm(args))))
    },
};

impl RmArgs {
    /// Removes each name; one that is missing does not keep the others.
    pub fn run(self, engine: &Engine, ui: &mut Ui) -> Result<u8> {
        if self.all_inactive {
            return match self.names.is_empty() {
                true => Ok(0),
                false => Err(Error::usage("cannot specify builder name when --all-inactive is set")),
            };
        }
        let names = match self.names.is_empty() {
            true => vec![self.builder.choose(&engine.paths, &Caller::current()?)?],
            false => self.names,
        };
        let mut failed = false;
        for name in &names {
            match Names::change(&engine.paths, |all| all.remove(name)) {
                Ok(()) => ui.talk(format_args!("{name} removed")),
                Err(error) if matches!(error.kind, Kind::NotFound | Kind::Conflict) => {
                    ui.talk(format_args!("failed to remove {name}: {error}"));
                    failed = true;
                }
                Err(error) => return Err(error),
            }
        }
        match failed {
            true => Err(Error::new(Kind::NotFound, "failed to remove one or more builders")),
            false => Ok(0),
        }
    }
}
