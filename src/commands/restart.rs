//! `rcon restart`

use super::each;
use super::foreground::{self, Stay};
use super::parse::number::int;
use super::verb::{Verb, Words};
use super::{Invocation, later};
use crate::engine::host::Engine;
use crate::engine::stop::grace;
use crate::error::Result;
use crate::output::Ui;
use crate::runtime::stream::Hello;
use crate::signals::signal;
use crate::terminal::DetachKeys;
use clap::{Args, FromArgMatches};

/// The arguments of `restart`.
#[derive(Debug, Clone, clap::Args)]
pub struct RestartArgs {
    /// Set the signal that asks the container to stop
    #[arg(short, long, value_name = "SIGNAL", value_parser = signal)]
    pub signal: Option<i32>,
    /// Set how many seconds to wait before killing; -1 waits for ever
    #[arg(short, long, alias = "time", value_name = "SECONDS", value_parser = int)]
    pub timeout: Option<i64>,
    /// Names or ids of containers
    #[arg(required = true, value_name = "CONTAINER")]
    pub containers: Vec<String>,
}

pub(super) static VERB: Verb = Verb {
    about: "Restart one or more containers",
    usage: "[OPTIONS] CONTAINER [CONTAINER...]",
    words: Words::AtLeast(1),
    augment: RestartArgs::augment_args,
    later: later::NONE,
    read: |matches| RestartArgs::from_arg_matches_mut(matches).map(Invocation::Restart),
};

impl RestartArgs {
    /// Stops each container that runs, and starts it.
    pub fn run(self, engine: &Engine, ui: &mut Ui) -> Result<u8> {
        let mut talk = Ui::new();
        each::container(engine, ui, &self.containers, |id, _| {
            let record = engine.record(id)?;
            engine.stop_to_restart(
                id,
                self.signal.unwrap_or(record.stop_signal),
                grace(&record, self.timeout),
            )?;
            let stay =
                Stay { hello: Hello::default(), signal_proxy: false, detach_keys: DetachKeys::default() };
            foreground::start(engine, &mut talk, &record, stay, None).map(drop)
        })
    }
}
