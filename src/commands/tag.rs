//! `rcon tag`

use super::verb::{Verb, Words};
use super::{Invocation, later};
use crate::engine::host::Engine;
use crate::error::{Error, Result};
use crate::oci::reference::Reference;
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
        let name = target(&self.target)?;
        let store = engine.store()?;
        let _lock = store.lock_for_adding()?;
        store.tags().set(&name, &store.resolve(&self.source)?)?;
        layout::derive(&store)?;
        Ok(0)
    }
}

/// The new name; refused in docker's words.
fn target(typed: &str) -> Result<TagName> {
    let wrong = |why: Error| {
        Error::usage(format!("Error parsing reference: {typed:?} is not a valid repository/tag")).why(why)
    };
    TagName::of(typed.parse::<Reference>().map_err(wrong)?)
}
