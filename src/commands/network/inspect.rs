//! `rcon network inspect`

use super::super::inspect::{InspectArgs, Inspected};
use super::super::verb::{Verb, Words};
use super::super::{Invocation, later};
use clap::{Args, FromArgMatches};

#[derive(clap::Args)]
struct NetworkInspectArgs {
    /// Print by a template: json or TEMPLATE
    #[arg(short, long, value_name = "TEMPLATE")]
    format: Option<String>,
    /// Take docker's flag for clusters, which there are none of
    #[arg(short, long)]
    verbose: bool,
    /// Names or ids of networks
    #[arg(required = true, value_name = "NETWORK")]
    names: Vec<String>,
}

pub(in crate::commands) static VERB: Verb = Verb {
    about: "Show all that is known of one or more networks",
    usage: "[OPTIONS] NETWORK [NETWORK...]",
    words: Words::AtLeast(1),
    augment: NetworkInspectArgs::augment_args,
    later: later::NONE,
    read: |matches| {
        let NetworkInspectArgs { format, verbose: _, names } =
            NetworkInspectArgs::from_arg_matches_mut(matches)?;
        Ok(Invocation::Inspect(InspectArgs { format, size: false, only: Some(Inspected::Network), names }))
    },
};
