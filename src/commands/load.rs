//! `rcon load`

use super::parse::platform::platform;
use super::verb::{Verb, Words};
use super::{Invocation, later};
use clap::{Args, FromArgMatches};

/// The arguments of `load`.
#[derive(Debug, Clone, clap::Args)]
pub struct LoadArgs {
    /// Read this file instead of standard input
    #[arg(short, long, value_name = "FILE")]
    pub input: Option<String>,
    /// Use this platform: os[/arch[/variant]]
    #[arg(long, value_name = "PLATFORM", value_parser = platform)]
    pub platform: Option<String>,
    /// Do not show progress
    #[arg(short, long)]
    pub quiet: bool,
}

pub(super) static VERB: Verb = Verb {
    about: "Load images from a tar archive or standard input",
    usage: "[OPTIONS]",
    words: Words::None,
    augment: LoadArgs::augment_args,
    later: later::NONE,
    read: |matches| LoadArgs::from_arg_matches_mut(matches).map(Invocation::Load),
};
