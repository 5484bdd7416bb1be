//! `rcon attach`

use super::foreground::{check_terminal, detach_keys};
use super::parse::keys::KeySequence;
use super::verb::{Verb, Words};
use super::{Invocation, later};
use crate::engine::attach::{self, End, Manner, Session, Signals};
use crate::engine::host::Engine;
use crate::engine::state::State;
use crate::error::{Error, Kind, Result};
use crate::runtime::stream::{self, Hello};
use clap::{Args, FromArgMatches};
use std::io::Write;

/// The arguments of `attach`.
#[derive(Debug, Clone, clap::Args)]
pub struct AttachArgs {
    /// Set the keys that leave the container running
    #[arg(long, value_name = "KEYS", value_parser = KeySequence::read)]
    pub detach_keys: Option<KeySequence>,
    /// Leave standard input alone
    #[arg(long)]
    pub no_stdin: bool,
    /// Pass signals on to the process
    #[arg(long, default_value = "true")]
    pub sig_proxy: bool,
    /// Name or id of a container
    #[arg(value_name = "CONTAINER")]
    pub container: String,
}

pub(super) static VERB: Verb = Verb {
    about: "Attach standard input, output and error to a running container",
    usage: "[OPTIONS] CONTAINER",
    words: Words::Exactly(1),
    augment: AttachArgs::augment_args,
    later: later::NONE,
    read: |matches| AttachArgs::from_arg_matches_mut(matches).map(Invocation::Attach),
};

impl AttachArgs {
    /// Connects the caller's streams to those of a running container.
    pub fn run(self, engine: &Engine) -> Result<u8> {
        let id = engine.containers.find(&self.container)?;
        let State::Running { processes, .. } = engine.observe(&id)? else {
            return Err(Error::new(Kind::Conflict, "cannot attach to a stopped container, start it first"));
        };
        let record = engine.record(&id)?;
        let input = !self.no_stdin && record.wish.interactive;
        check_terminal(record.wish.tty, input)?;
        let hello = Hello { version: stream::VERSION, input, output: true, error: true };
        let signals = Signals::hold(self.sig_proxy && !record.wish.tty)?;
        let pump = attach::connect(engine, &id, &hello)?;
        let manner = Manner {
            terminal: record.wish.tty,
            input,
            detach_keys: detach_keys(engine, self.detach_keys.as_ref())?,
        };
        match (Session { peer: &pump, manner, signals, target: processes.init.open() }).run()? {
            End::Exited(code) => Ok(code as u8),
            End::Detached => {
                // Nobody to tell when standard error is closed.
                let _ = writeln!(std::io::stderr(), "read escape sequence");
                Ok(0)
            }
            End::Lost => engine.wait(&id).map(|code| code as u8),
        }
    }
}
