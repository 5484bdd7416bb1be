//! `rcon buildx version`

use super::Buildx;
use crate::commands::build::BuilderFlags;
use crate::commands::verb::{Verb, Words};
use crate::commands::{Invocation, later};
use crate::error::Result;
use crate::output::Ui;
use clap::{Args, FromArgMatches};

/// The version of buildx whose flags and words these are; programs read it from behind the name.
const BUILDX: &str = "v0.29.1";

/// The arguments of `buildx version`.
#[derive(Debug, Clone, clap::Args)]
pub struct VersionArgs {
    /// The builder, and its talk.
    #[command(flatten)]
    pub builder: BuilderFlags,
}

pub(in crate::commands) static VERB: Verb = Verb {
    about: "Show which version of buildx this is like",
    usage: "",
    words: Words::None,
    augment: VersionArgs::augment_args,
    later: later::NONE,
    read: |matches| {
        VersionArgs::from_arg_matches_mut(matches)
            .map(|args| Invocation::Buildx(Box::new(Buildx::Version(args))))
    },
};

impl VersionArgs {
    /// Prints name, version of buildx, and version of rcon, as buildx prints its own.
    pub fn run(self, ui: &mut Ui) -> Result<u8> {
        ui.line(format_args!("rcon/buildx {BUILDX} rcon-{}", env!("CARGO_PKG_VERSION")))?;
        Ok(0)
    }
}
