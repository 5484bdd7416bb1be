//! `rcon image exists`

use super::verb::{Verb, Words};
use super::{Invocation, later};
use crate::engine::host::Engine;
use crate::error::{Kind, Result};
use clap::{Args, FromArgMatches};

/// The arguments of `image exists`.
#[derive(Debug, Clone, clap::Args)]
pub struct ImageExistsArgs {
    /// Name or id of an image
    #[arg(value_name = "IMAGE")]
    pub image: String,
}

pub(super) static VERB: Verb = Verb {
    about: "Tell by the exit code whether an image is here",
    usage: "IMAGE",
    words: Words::Exactly(1),
    augment: ImageExistsArgs::augment_args,
    later: later::NONE,
    read: |matches| ImageExistsArgs::from_arg_matches_mut(matches).map(Invocation::ImageExists),
};

impl ImageExistsArgs {
    /// 0 when the image is here, 1 when it is not.
    pub fn run(self, engine: &Engine) -> Result<u8> {
        match engine.store()?.resolve(&self.image) {
            Ok(_) => Ok(0),
            Err(error) if error.kind == Kind::NotFound => Ok(1),
            Err(error) => Err(error),
        }
    }
}
