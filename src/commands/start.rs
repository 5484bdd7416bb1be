//! `rcon start`

use super::each;
use super::foreground::{self, Stay, check_terminal, detach_keys};
use super::parse::keys::KeySequence;
use super::verb::{Verb, Words};
use super::{Invocation, later};
use crate::engine::host::Engine;
use crate::error::{Error, Result};
use crate::output::Ui;
use crate::runtime::stream::{self, Hello};
use crate::terminal::DetachKeys;
use clap::{Args, FromArgMatches};

/// The arguments of `start`.
#[derive(Debug, Clone, clap::Args)]
pub struct StartArgs {
    /// Attach to the container's output and pass signals on
    #[arg(short, long)]
    pub attach: bool,
    /// Set the keys that leave the container running
    #[arg(long, value_name = "KEYS", value_parser = KeySequence::read)]
    pub detach_keys: Option<KeySequence>,
    /// Attach to the container's standard input
    #[arg(short, long)]
    pub interactive: bool,
    /// Names or ids of containers
    #[arg(required = true, value_name = "CONTAINER")]
    pub containers: Vec<String>,
}

pub(super) static VERB: Verb = Verb {
    about: "Start one or more stopped containers",
    usage: "[OPTIONS] CONTAINER [CONTAINER...]",
    words: Words::AtLeast(1),
    augment: StartArgs::augment_args,
    later: later::START,
    read: |matches| StartArgs::from_arg_matches_mut(matches).map(Invocation::Start),
};

impl StartArgs {
    /// Starts each container, or one and stays with it.
    pub fn run(self, engine: &Engine, ui: &mut Ui) -> Result<u8> {
        if self.attach || self.interactive {
            return self.attached(engine, ui);
        }
        let mut talk = Ui::new();
        let code = each::container(engine, ui, &self.containers, |id, _| {
            let record = engine.record(id)?;
            let stay =
                Stay { hello: Hello::default(), signal_proxy: false, detach_keys: DetachKeys::default() };
            foreground::start(engine, &mut talk, &record, stay, None).map(drop)
        })?;
        Ok(code)
    }

    fn attached(self, engine: &Engine, ui: &mut Ui) -> Result<u8> {
        let [word] = self.containers.as_slice() else {
            return Err(Error::usage("you cannot start and attach multiple containers at once"));
        };
        let record = engine.record(&engine.containers.find(word)?)?;
        let input = self.interactive && record.wish.interactive;
        check_terminal(record.wish.tty, input)?;
        let hello = Hello { version: stream::VERSION, input, output: true, error: true };
        let detach_keys = detach_keys(engine, self.detach_keys.as_ref())?;
        foreground::start(engine, ui, &record, Stay { hello, signal_proxy: true, detach_keys }, None)
    }
}
