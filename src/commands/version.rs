//! `rcon version`

use super::verb::{Verb, Words};
use super::{Invocation, later};
use clap::{Args, FromArgMatches};

/// The arguments of `version`.
#[derive(Debug, Clone, clap::Args)]
pub struct VersionArgs {
    /// Print by a template: json or TEMPLATE
    #[arg(short, long, value_name = "TEMPLATE")]
    pub format: Option<String>,
}

pub(super) static VERB: Verb = Verb {
    about: "Show the version of rcon",
    usage: "[OPTIONS]",
    words: Words::None,
    augment: VersionArgs::augment_args,
    later: later::NONE,
    read: |matches| VersionArgs::from_arg_matches_mut(matches).map(Invocation::Version),
};
