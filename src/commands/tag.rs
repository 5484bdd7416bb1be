//! `rcon tag`

use super::verb::{Verb, Words};
use super::{Invocation, later};
use crate::engine::host::Engine;
use crate::error::Result;
use crate::storage::layout;
use crate::storage::tags::TagName;
use clap::{Args, FromArgMatches};

/// The arguments of `tag`.
#[derive(Debug, Clone, clap::Args)]
pub struct TagArgs {
    /// The image as it is called
    #[arg(value_name = "SOURCE_IMAGE[:TAG]")]
    pub source: String,
    /// What it is to be called as well
    #[arg(value_name = "TARGET_IMAGE[:TAG]")]
    pub target: String,
}

pub(super) static VERB: Verb = Verb {
    about: "Give an image another name",
    usage: "SOURCE_IMAGE[:TAG] TARGET_IMAGE[:TAG]",
    words: Words::Exactly(2),
    augment: TagArgs::augment_args,
    later: later::NONE,
    read: |matches| TagArgs::from_arg_matches_mut(matches).map(Invocation::Tag),
};

impl TagArgs {
    /// Gives an image one more name.
    pub fn run(self, engine: &Engine) -> Result<u8> {
        let store = engine.store()?;
        let name = TagName::parse(&self.target)?;
        let _lock = store.lock_for_adding()?;
        store.tags().set(&name, &store.resolve(&self.source)?)?;
        layout::derive(&store)?;
        Ok(0)
    }
}
