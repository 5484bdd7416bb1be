//! `rcon attach`

use super::parse::keys::KeySequence;
use super::verb::{Verb, Words};
use super::{Invocation, later};
use clap::{Args, FromArgMatches};

/// The arguments of `attach`.
#[derive(Debug, Clone, clap::Args)]
pub struct AttachArgs {
    /// Set the keys that leave the container running
    #[arg(long, value_name = "KEYS", value_parser = KeySequence::read)]
    pub detach_keys: Option<KeySequence>,
    /// Leave standard input alone
    #[arg(long)]
    pub no_stdin: bool,
    /// Pass signals on to the process
    #[arg(long, default_value = "true")]
    pub sig_proxy: bool,
    /// Name or id of a container
    #[arg(value_name = "CONTAINER")]
    pub container: String,
}

pub(super) static VERB: Verb = Verb {
    about: "Attach standard input, output and error to a running container",
    usage: "[OPTIONS] CONTAINER",
    words: Words::Exactly(1),
    augment: AttachArgs::augment_args,
    later: later::NONE,
    read: |matches| AttachArgs::from_arg_matches_mut(matches).map(Invocation::Attach),
};
