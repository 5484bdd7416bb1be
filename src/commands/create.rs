//! `rcon create`

use super::caller::Caller;
use super::container::ContainerArgs;
use super::verb::{Verb, Words};
use super::{Invocation, later};
use crate::engine::wish::Wish;
use crate::error::Result;
use clap::{Args, FromArgMatches};

/// The arguments of `create`.
#[derive(Debug, Clone, clap::Args)]
pub struct CreateArgs {
    /// What `run` takes as well.
    #[command(flatten)]
    pub container: ContainerArgs,
}

pub(super) static VERB: Verb = Verb {
    about: "Create a new container",
    usage: "[OPTIONS] IMAGE [COMMAND] [ARG...]",
    words: Words::AtLeast(1),
    augment: CreateArgs::augment_args,
    later: later::CONTAINER,
    read: |matches| CreateArgs::from_arg_matches_mut(matches).map(|args| Invocation::Create(Box::new(args))),
};

impl CreateArgs {
    /// Makes the wish of these words; reads the files they name.
    pub fn wish(&self, caller: &Caller) -> Result<Wish> {
        self.container.wish(caller)
    }
}
