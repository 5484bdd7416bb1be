//! `rcon import`

use super::parse::platform::platform;
use super::verb::{Verb, Words};
use super::{Invocation, later};
use clap::{Args, FromArgMatches};

/// The arguments of `import`.
#[derive(Debug, Clone, clap::Args)]
pub struct ImportArgs {
    /// Apply a Dockerfile instruction to the image
    #[arg(short, long, value_name = "INSTRUCTION")]
    pub change: Vec<String>,
    /// Set the comment of the image
    #[arg(short, long, value_name = "TEXT")]
    pub message: Option<String>,
    /// Use this platform: os[/arch[/variant]]
    #[arg(long, value_name = "PLATFORM", value_parser = platform)]
    pub platform: Option<String>,
    /// The archive; - is standard input
    #[arg(value_name = "file|URL|-")]
    pub source: String,
    /// The name of the image
    #[arg(value_name = "REPOSITORY[:TAG]")]
    pub repository: Option<String>,
}

pub(super) static VERB: Verb = Verb {
    about: "Make an image of a tar archive of a file system",
    usage: "[OPTIONS] file|URL|- [REPOSITORY[:TAG]]",
    words: Words::Between(1, 2),
    augment: ImportArgs::augment_args,
    later: later::NONE,
    read: |matches| ImportArgs::from_arg_matches_mut(matches).map(Invocation::Import),
};
