//! `rcon logs`

use super::parse::tail::{Tail, tail};
use super::verb::{Verb, Words};
use super::{Invocation, later};
use clap::{Args, FromArgMatches};

/// The arguments of `logs`.
#[derive(Debug, Clone, clap::Args)]
pub struct LogsArgs {
    /// Show the extra details that were logged
    #[arg(long)]
    pub details: bool,
    /// Go on while the container writes
    #[arg(short, long)]
    pub follow: bool,
    /// Begin at a time, such as 2013-01-02T13:23:37Z, or so long ago, such as 42m
    #[arg(long, value_name = "TIME")]
    pub since: Option<String>,
    /// Begin so many lines before the end
    #[arg(short = 'n', long, value_name = "LINES", default_value = "all", value_parser = tail)]
    pub tail: Tail,
    /// Show when each line was written
    #[arg(short, long)]
    pub timestamps: bool,
    /// End before a time, or so long ago
    #[arg(long, value_name = "TIME")]
    pub until: Option<String>,
    /// Name or id of a container
    #[arg(value_name = "CONTAINER")]
    pub container: String,
}

pub(super) static VERB: Verb = Verb {
    about: "Print the logs of a container",
    usage: "[OPTIONS] CONTAINER",
    words: Words::Exactly(1),
    augment: LogsArgs::augment_args,
    later: later::NONE,
    read: |matches| LogsArgs::from_arg_matches_mut(matches).map(Invocation::Logs),
};
