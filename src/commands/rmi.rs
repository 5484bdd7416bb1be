//! `rcon rmi`

use super::verb::{Verb, Words};
use super::{Invocation, later};
use crate::engine::host::Engine;
use crate::engine::uses::uses;
use crate::error::{Kind, Result};
use crate::output::Ui;
use crate::storage::remove::{self, Force, Parents};
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

impl RmiArgs {
    /// Removes each image, or the name of it.
    pub fn run(self, engine: &Engine, ui: &mut Ui) -> Result<u8> {
        // Files of layers belong to subordinate ids.
        engine.enter()?;
        let store = engine.store()?;
        let force = if self.force { Force::Yes } else { Force::No };
        let parents = if self.no_prune { Parents::Keep } else { Parents::Prune };
        let mut code = 0;
        for word in &self.images {
            match remove::remove(&store, word, (force, parents), || uses(engine)) {
                Ok(lines) => lines.iter().try_for_each(|line| ui.line(line))?,
                Err(error) => {
                    ui.talk(format_args!("Error: {error}"));
                    code = if self.force && error.kind == Kind::NotFound { code } else { 1 };
                }
            }
        }
        Ok(code)
    }
}
