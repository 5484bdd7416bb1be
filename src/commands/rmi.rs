//! `rcon rmi`

use super::verb::{Verb, Words};
use super::{Invocation, later};
use clap::{Args, FromArgMatches};

/// The arguments of `rmi`.
#[derive(Debug, Clone, clap::Args)]
pub struct RmiArgs {
    /// Remove the image though containers use it
    #[arg(short, long)]
    pub force: bool,
    /// Keep parents that have no name
    #[arg(long)]
    pub no_prune: bool,
    /// Names or ids of images
    #[arg(required = true, value_name = "IMAGE")]
    pub images: Vec<String>,
}

pub(super) static VERB: Verb = Verb {
    about: "Remove one or more images",
    usage: "[OPTIONS] IMAGE [IMAGE...]",
    words: Words::AtLeast(1),
    augment: RmiArgs::augment_args,
    later: later::PLATFORM,
    read: |matches| RmiArgs::from_arg_matches_mut(matches).map(Invocation::Rmi),
};
