//! `rcon wait`

use super::verb::{Verb, Words};
use super::{Invocation, later};
use crate::engine::host::Engine;
use crate::error::Result;
use crate::output::Ui;
use clap::{Args, FromArgMatches};

/// The arguments of `wait`.
#[derive(Debug, Clone, clap::Args)]
pub struct WaitArgs {
    /// Names or ids of containers
    #[arg(required = true, value_name = "CONTAINER")]
    pub containers: Vec<String>,
}

pub(super) static VERB: Verb = Verb {
    about: "Wait until one or more containers stop, then print their exit codes",
    usage: "CONTAINER [CONTAINER...]",
    words: Words::AtLeast(1),
    augment: WaitArgs::augment_args,
    later: later::NONE,
    read: |matches| WaitArgs::from_arg_matches_mut(matches).map(Invocation::Wait),
};

impl WaitArgs {
    /// Prints the exit code of each container once it has ended.
    pub fn run(self, engine: &Engine, ui: &mut Ui) -> Result<u8> {
        let mut code = 0;
        for word in &self.containers {
            match engine.containers.find(word).and_then(|id| engine.wait(&id)) {
                Ok(exit_code) => {
                    ui.line(exit_code)?;
                    ui.flush()?;
                }
                Err(error) => {
                    ui.talk(format_args!("Error: {error}"));
                    code = 1;
                }
            }
        }
        Ok(code)
    }
}
