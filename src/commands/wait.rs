//! `rcon wait`

use super::verb::{Verb, Words};
use super::{Invocation, later};
use clap::{Args, FromArgMatches};

/// The arguments of `wait`.
#[derive(Debug, Clone, clap::Args)]
pub struct WaitArgs {
    /// Names or ids of containers
    #[arg(required = true, value_name = "CONTAINER")]
    pub containers: Vec<String>,
}

pub(super) static VERB: Verb = Verb {
    about: "Wait until one or more containers stop, then print their exit codes",
    usage: "CONTAINER [CONTAINER...]",
    words: Words::AtLeast(1),
    augment: WaitArgs::augment_args,
    later: later::NONE,
    read: |matches| WaitArgs::from_arg_matches_mut(matches).map(Invocation::Wait),
};
