//! `rcon rm`

use super::each;
use super::verb::{Verb, Words};
use super::{Invocation, later};
use crate::engine::host::Engine;
use crate::engine::remove::{self, Options};
use crate::error::{Kind, Result};
use crate::output::Ui;
use clap::{Args, FromArgMatches};

/// The arguments of `rm`.
#[derive(Debug, Clone, clap::Args)]
pub struct RmArgs {
    /// Kill the container first when it runs
    #[arg(short, long)]
    pub force: bool,
    /// Remove its anonymous volumes as well
    #[arg(short, long)]
    pub volumes: bool,
    /// Names or ids of containers
    #[arg(required = true, value_name = "CONTAINER")]
    pub containers: Vec<String>,
}

pub(super) static VERB: Verb = Verb {
    about: "Remove one or more containers",
    usage: "[OPTIONS] CONTAINER [CONTAINER...]",
    words: Words::AtLeast(1),
    augment: RmArgs::augment_args,
    later: later::RM,
    read: |matches| RmArgs::from_arg_matches_mut(matches).map(Invocation::Rm),
};

impl RmArgs {
    /// Removes each container.
    pub fn run(self, engine: &Engine, ui: &mut Ui) -> Result<u8> {
        let options = Options { force: self.force, volumes: self.volumes };
        // What is not there at all needs no namespace to be removed from.
        let known = self.containers.iter().any(|word| engine.containers.find(word).is_ok());
        if known {
            engine.enter()?;
        }
        if !self.force {
            return each::container(engine, ui, &self.containers, |id, word| {
                remove::remove(engine, id, word, options)
            });
        }
        let mut code = 0;
        for word in &self.containers {
            match engine.containers.find(word).and_then(|id| remove::remove(engine, &id, word, options)) {
                Ok(()) => ui.line(word)?,
                // docker: what is not there is as good as removed, and said all the same.
                Err(error) => {
                    ui.talk(format_args!("Error: {error}"));
                    code = if error.kind == Kind::NotFound { code } else { 1 };
                }
            }
        }
        Ok(code)
    }
}
