//! `rcon system reset`

use super::prune::confirm;
use super::verb::{Verb, Words};
use super::{Invocation, later};
use crate::engine::host::Engine;
use crate::engine::reset;
use crate::error::Result;
use crate::output::Ui;
use clap::{Args, FromArgMatches};

/// The arguments of `system reset`.
#[derive(Debug, Clone, clap::Args)]
pub struct ResetArgs {
    /// Do not ask first
    #[arg(short, long)]
    pub force: bool,
}

pub(super) static VERB: Verb = Verb {
    about: "Remove all containers, images and volumes, and everything else rcon keeps",
    usage: "[OPTIONS]",
    words: Words::None,
    augment: ResetArgs::augment_args,
    later: later::NONE,
    read: |matches| ResetArgs::from_arg_matches_mut(matches).map(Invocation::Reset),
};

impl ResetArgs {
    /// Removes it all.
    pub fn run(self, engine: &Engine, ui: &mut Ui) -> Result<u8> {
        let warning = format!(
            "WARNING! This will remove:\n  - all containers, also those that run\n  - all images\n  - all volumes\n  \
             - the store: \"{}\"\n  - the runtime files: \"{}\"\n",
            engine.paths.data.display(),
            engine.paths.runtime.display()
        );
        if !self.force && !confirm(ui, &warning)? {
            return Ok(0);
        }
        engine.enter()?;
        let errors = reset::reset(engine)?;
        for error in &errors {
            ui.talk(format_args!("Error: {error}"));
            if let Some(hint) = error.hint() {
                ui.talk(format_args!("hint: {hint}"));
            }
        }
        Ok(u8::from(!errors.is_empty()))
    }
}
