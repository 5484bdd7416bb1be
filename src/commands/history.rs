//! `rcon history`

use super::verb::{Verb, Words};
use super::{Invocation, later};
use clap::{Args, FromArgMatches};

/// The arguments of `history`.
#[derive(Debug, Clone, clap::Args)]
pub struct HistoryArgs {
    /// Print by a template: table, table TEMPLATE, json or TEMPLATE
    #[arg(long, value_name = "TEMPLATE")]
    pub format: Option<String>,
    /// Print sizes and dates for people
    #[arg(short = 'H', long, default_value = "true")]
    pub human: bool,
    /// Do not shorten the output
    #[arg(long)]
    pub no_trunc: bool,
    /// Print ids only
    #[arg(short, long)]
    pub quiet: bool,
    /// Name or id of an image
    #[arg(value_name = "IMAGE")]
    pub image: String,
}

pub(super) static VERB: Verb = Verb {
    about: "Show how an image was made",
    usage: "[OPTIONS] IMAGE",
    words: Words::Exactly(1),
    augment: HistoryArgs::augment_args,
    later: later::PLATFORM,
    read: |matches| HistoryArgs::from_arg_matches_mut(matches).map(Invocation::History),
};
