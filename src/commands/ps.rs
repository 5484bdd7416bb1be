//! `rcon ps`

use super::parse::filter::{Filter, filter};
use super::parse::number::int;
use super::verb::{Verb, Words};
use super::{Invocation, later};
use clap::{Args, FromArgMatches};

/// The arguments of `ps`.
#[derive(Debug, Clone, clap::Args)]
pub struct PsArgs {
    /// Show all containers, not only those that run
    #[arg(short, long)]
    pub all: bool,
    /// Show only what meets a condition
    #[arg(short, long, value_name = "KEY=VALUE", value_parser = filter)]
    pub filter: Vec<Filter>,
    /// Print by a template: table, table TEMPLATE, json or TEMPLATE
    #[arg(long, value_name = "TEMPLATE")]
    pub format: Option<String>,
    /// Show the last few containers that were created, in any state; -1 is no limit
    #[arg(short = 'n', long, value_name = "NUMBER", default_value = "-1", value_parser = int)]
    pub last: i64,
    /// Show the container that was created last, in any state
    #[arg(short, long)]
    pub latest: bool,
    /// Do not shorten the output
    #[arg(long)]
    pub no_trunc: bool,
    /// Print ids only
    #[arg(short, long)]
    pub quiet: bool,
    /// Show how much each container takes on disk
    #[arg(short, long)]
    pub size: bool,
}

pub(super) static VERB: Verb = Verb {
    about: "List containers",
    usage: "[OPTIONS]",
    words: Words::None,
    augment: PsArgs::augment_args,
    later: later::NONE,
    read: |matches| PsArgs::from_arg_matches_mut(matches).map(Invocation::Ps),
};
