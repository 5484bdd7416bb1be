//! `rcon rm`

use super::verb::{Verb, Words};
use super::{Invocation, later};
use clap::{Args, FromArgMatches};

/// The arguments of `rm`.
#[derive(Debug, Clone, clap::Args)]
pub struct RmArgs {
    /// Kill the container first when it runs
    #[arg(short, long)]
    pub force: bool,
    /// Remove its anonymous volumes as well
    #[arg(short, long)]
    pub volumes: bool,
    /// Names or ids of containers
    #[arg(required = true, value_name = "CONTAINER")]
    pub containers: Vec<String>,
}

pub(super) static VERB: Verb = Verb {
    about: "Remove one or more containers",
    usage: "[OPTIONS] CONTAINER [CONTAINER...]",
    words: Words::AtLeast(1),
    augment: RmArgs::augment_args,
    later: later::RM,
    read: |matches| RmArgs::from_arg_matches_mut(matches).map(Invocation::Rm),
};
