//! `rcon run`

use super::caller::Caller;
use super::container::ContainerArgs;
use super::parse::keys::KeySequence;
use super::verb::{Verb, Words};
use super::{Invocation, later};
use crate::engine::wish::Wish;
use crate::error::{Error, Result};
use clap::{Args, FromArgMatches};

/// The arguments of `run`.
#[derive(Debug, Clone, clap::Args)]
pub struct RunArgs {
    /// What `create` takes as well.
    #[command(flatten)]
    pub container: ContainerArgs,
    /// Run in the background and print the container's id
    #[arg(short, long)]
    pub detach: bool,
    /// Set the keys that leave the container running
    #[arg(long, value_name = "KEYS", value_parser = KeySequence::read)]
    pub detach_keys: Option<KeySequence>,
    /// Pass signals on to the process
    #[arg(long, default_value = "true")]
    pub sig_proxy: bool,
}

pub(super) static VERB: Verb = Verb {
    about: "Create and run a new container from an image",
    usage: "[OPTIONS] IMAGE [COMMAND] [ARG...]",
    words: Words::AtLeast(1),
    augment: RunArgs::augment_args,
    later: later::CONTAINER,
    read: |matches| RunArgs::from_arg_matches_mut(matches).map(|args| Invocation::Run(Box::new(args))),
};

impl RunArgs {
    /// Makes the wish of these words; reads the files they name.
    pub fn wish(&self, caller: &Caller) -> Result<Wish> {
        if self.detach && !self.container.attach.is_empty() {
            return Err(Error::usage("conflicting options: cannot specify both --attach and --detach"));
        }
        let detach_keys =
            self.detach_keys.as_ref().filter(|keys| !keys.bytes.is_empty()).map(|keys| keys.typed.clone());
        let wish = self.container.wish(caller)?;
        Ok(Wish { detach: self.detach, detach_keys, sig_proxy: self.sig_proxy, ..wish })
    }
}
