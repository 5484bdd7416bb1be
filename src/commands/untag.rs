//! `rcon untag`

use super::verb::{Verb, Words};
use super::{Invocation, later};
use crate::engine::host::Engine;
use crate::error::Result;
use crate::storage::remove;
use clap::{Args, FromArgMatches};

/// The arguments of `untag`.
#[derive(Debug, Clone, clap::Args)]
pub struct UntagArgs {
    /// Name or id of an image
    #[arg(value_name = "IMAGE")]
    pub image: String,
    /// The names it loses; all when none is given
    #[arg(value_name = "NAME[:TAG]")]
    pub names: Vec<String>,
}

pub(super) static VERB: Verb = Verb {
    about: "Take names from an image, which stays",
    usage: "IMAGE [NAME[:TAG]...]",
    words: Words::AtLeast(1),
    augment: UntagArgs::augment_args,
    later: later::NONE,
    read: |matches| UntagArgs::from_arg_matches_mut(matches).map(Invocation::Untag),
};

impl UntagArgs {
    /// Takes names away.
    pub fn run(self, engine: &Engine) -> Result<u8> {
        remove::untag(&engine.store()?, &self.image, &self.names)?;
        Ok(0)
    }
}
