//! `rcon kill`

use super::each;
use super::verb::{Verb, Words};
use super::{Invocation, later};
use crate::engine::host::Engine;
use crate::error::Result;
use crate::output::Ui;
use crate::signals::signal;
use clap::{Args, FromArgMatches};

/// The arguments of `kill`.
#[derive(Debug, Clone, clap::Args)]
pub struct KillArgs {
    /// Send this signal instead of KILL
    #[arg(short, long, value_name = "SIGNAL", value_parser = signal)]
    pub signal: Option<i32>,
    /// Names or ids of containers
    #[arg(required = true, value_name = "CONTAINER")]
    pub containers: Vec<String>,
}

pub(super) static VERB: Verb = Verb {
    about: "Kill one or more running containers",
    usage: "[OPTIONS] CONTAINER [CONTAINER...]",
    words: Words::AtLeast(1),
    augment: KillArgs::augment_args,
    later: later::NONE,
    read: |matches| KillArgs::from_arg_matches_mut(matches).map(Invocation::Kill),
};

impl KillArgs {
    /// Sends the signal to each container.
    pub fn run(self, engine: &Engine, ui: &mut Ui) -> Result<u8> {
        each::container(engine, ui, &self.containers, |id, word| {
            engine.signal(id, word, self.signal.unwrap_or(libc::SIGKILL))
        })
    }
}
