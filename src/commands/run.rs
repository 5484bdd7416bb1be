//! `rcon run`

use super::caller::Caller;
use super::container::ContainerArgs;
use super::create::{bring_image, check_cid_file, make};
use super::foreground::{self, Stay, check_terminal, detach_keys};
use super::parse::keys::KeySequence;
use super::parse::stream::Stream;
use super::verb::{Verb, Words};
use super::{Invocation, later, network_flags};
use crate::engine::host::Engine;
use crate::engine::start;
use crate::engine::wish::Wish;
use crate::error::{Error, Result};
use crate::output::Ui;
use crate::runtime::stream::{self, Hello};
use clap::{Args, FromArgMatches};

/// The arguments of `run`.
#[derive(Debug, Clone, clap::Args)]
pub struct RunArgs {
    /// What `create` takes as well.
    #[command(flatten)]
    pub container: ContainerArgs,
    /// Run in the background and print the container's id
    #[arg(short, long)]
    pub detach: bool,
    /// Set the keys that leave the container running
    #[arg(long, value_name = "KEYS", value_parser = KeySequence::read)]
    pub detach_keys: Option<KeySequence>,
    /// Pass signals on to the process
    #[arg(long, default_value = "true")]
    pub sig_proxy: bool,
}

pub(super) static VERB: Verb = Verb {
    about: "Create and run a new container from an image",
    usage: "[OPTIONS] IMAGE [COMMAND] [ARG...]",
    words: Words::AtLeast(1),
    augment: RunArgs::augment_args,
    later: later::CONTAINER,
    read: |matches| RunArgs::from_arg_matches_mut(matches).map(|args| Invocation::Run(Box::new(args))),
};

impl RunArgs {
    /// Makes the wish of these words; reads the files they name.
    pub fn wish(&self, caller: &Caller) -> Result<Wish> {
        if self.detach && !self.container.attach.is_empty() {
            return Err(Error::usage("conflicting options: cannot specify both --attach and --detach"));
        }
        let detach_keys =
            self.detach_keys.as_ref().filter(|keys| !keys.bytes.is_empty()).map(|keys| keys.typed.clone());
        let wish = self.container.wish(caller)?;
        Ok(Wish { detach: self.detach, detach_keys, sig_proxy: self.sig_proxy, ..wish })
    }
}

impl RunArgs {
    /// Creates the container and starts it; stays until its end, or prints its id.
    pub fn run(
        self,
        engine: &Engine,
        config: Option<String>,
        ui: &mut Ui,
        command_line: Vec<String>,
    ) -> Result<u8> {
        let wish = self.wish(&Caller::current()?)?;
        let hello = self.streams(&wish);
        check_terminal(wish.tty, hello.input)?;
        network_flags::warnings(&wish).iter().for_each(|warning| ui.talk(warning));
        check_cid_file(&wish)?;
        bring_image(engine, config, ui, &wish, self.container.quiet)?;
        // The monitor gets ready while the container is still being made.
        let prepared = start::prepare(engine, &wish.network)?;
        let (record, lock) = make(engine, &wish, command_line, &prepared.mapping)?;
        let detach_keys = detach_keys(engine, self.detach_keys.as_ref())?;
        let stay = Stay { hello, signal_proxy: wish.sig_proxy, detach_keys };
        let started = foreground::start(engine, ui, &record, stay, Some((prepared, lock)));
        if wish.detach && started.is_ok() {
            ui.line(record.id)?;
        }
        started
    }

    /// The streams the caller wants: all but input unless `-i`, or those named by `-a`.
    fn streams(&self, wish: &Wish) -> Hello {
        let version = stream::VERSION;
        if wish.detach {
            return Hello { version, ..Hello::default() };
        }
        let named = &self.container.attach;
        if named.is_empty() {
            return Hello { version, input: wish.interactive, output: true, error: true };
        }
        let has = |stream| named.contains(&stream);
        Hello { version, input: has(Stream::Stdin), output: has(Stream::Stdout), error: has(Stream::Stderr) }
    }
}
