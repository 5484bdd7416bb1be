//! `rcon images`

use super::parse::filter::{Filter, filter};
use super::verb::{Verb, Words};
use super::{Invocation, later};
use clap::{Args, FromArgMatches};

/// The arguments of `images`.
#[derive(Debug, Clone, clap::Args)]
pub struct ImagesArgs {
    /// Show images without a name as well
    #[arg(short, long)]
    pub all: bool,
    /// Show digests
    #[arg(long)]
    pub digests: bool,
    /// Show only what meets a condition
    #[arg(short, long, value_name = "KEY=VALUE", value_parser = filter)]
    pub filter: Vec<Filter>,
    /// Print by a template: table, table TEMPLATE, json or TEMPLATE
    #[arg(long, value_name = "TEMPLATE")]
    pub format: Option<String>,
    /// Do not shorten the output
    #[arg(long)]
    pub no_trunc: bool,
    /// Print ids only
    #[arg(short, long)]
    pub quiet: bool,
    /// Show only images of this name
    #[arg(value_name = "REPOSITORY[:TAG]")]
    pub repository: Option<String>,
}

pub(super) static VERB: Verb = Verb {
    about: "List images",
    usage: "[OPTIONS] [REPOSITORY[:TAG]]",
    words: Words::AtMost(1),
    augment: ImagesArgs::augment_args,
    later: later::IMAGES,
    read: |matches| ImagesArgs::from_arg_matches_mut(matches).map(Invocation::Images),
};
