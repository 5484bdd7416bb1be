//! `rcon start`

use super::parse::keys::KeySequence;
use super::verb::{Verb, Words};
use super::{Invocation, later};
use clap::{Args, FromArgMatches};

/// The arguments of `start`.
#[derive(Debug, Clone, clap::Args)]
pub struct StartArgs {
    /// Attach to the container's output and pass signals on
    #[arg(short, long)]
    pub attach: bool,
    /// Set the keys that leave the container running
    #[arg(long, value_name = "KEYS", value_parser = KeySequence::read)]
    pub detach_keys: Option<KeySequence>,
    /// Attach to the container's standard input
    #[arg(short, long)]
    pub interactive: bool,
    /// Names or ids of containers
    #[arg(required = true, value_name = "CONTAINER")]
    pub containers: Vec<String>,
}

pub(super) static VERB: Verb = Verb {
    about: "Start one or more stopped containers",
    usage: "[OPTIONS] CONTAINER [CONTAINER...]",
    words: Words::AtLeast(1),
    augment: StartArgs::augment_args,
    later: later::START,
    read: |matches| StartArgs::from_arg_matches_mut(matches).map(Invocation::Start),
};
