//! `rcon info`

use super::verb::{Verb, Words};
use super::{Invocation, later};
use clap::{Args, FromArgMatches};

/// The arguments of `info`.
#[derive(Debug, Clone, clap::Args)]
pub struct InfoArgs {
    /// Print by a template: json or TEMPLATE
    #[arg(short, long, value_name = "TEMPLATE")]
    pub format: Option<String>,
}

pub(super) static VERB: Verb = Verb {
    about: "Show what rcon found on this system",
    usage: "[OPTIONS]",
    words: Words::None,
    augment: InfoArgs::augment_args,
    later: later::NONE,
    read: |matches| InfoArgs::from_arg_matches_mut(matches).map(Invocation::Info),
};
