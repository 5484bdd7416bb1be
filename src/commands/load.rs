//! `rcon load`

use super::parse::platform::platform;
use super::verb::{Verb, Words};
use super::{Invocation, later};
use crate::engine::host::Engine;
use crate::engine::image::making;
use crate::engine::load;
use crate::error::{Context, Error, Result};
use crate::output::Ui;
use clap::{Args, FromArgMatches};
use std::fs::File;

/// The arguments of `load`.
#[derive(Debug, Clone, clap::Args)]
pub struct LoadArgs {
    /// Read this file, or OCI layout, instead of standard input
    #[arg(short, long, value_name = "FILE")]
    pub input: Option<String>,
    /// Use this platform: os[/arch[/variant]]
    #[arg(long, value_name = "PLATFORM", value_parser = platform)]
    pub platform: Option<String>,
    /// Do not show progress
    #[arg(short, long)]
    pub quiet: bool,
}

pub(super) static VERB: Verb = Verb {
    about: "Load images from a tar archive or standard input",
    usage: "[OPTIONS]",
    words: Words::None,
    augment: LoadArgs::augment_args,
    later: later::NONE,
    read: |matches| LoadArgs::from_arg_matches_mut(matches).map(Invocation::Load),
};

impl LoadArgs {
    /// Reads the archive, and says what came in.
    pub fn run(self, engine: &Engine, ui: &mut Ui) -> Result<u8> {
        let input = match &self.input {
            Some(path) => {
                File::open(path).map_err(|cause| Error::usage(format!("open {path}")).why(cause))?
            }
            None if rustix::termios::isatty(rustix::stdio::stdin()) => {
                return Err(
                    Error::usage("requested load from stdin, but stdin is empty").fix("rcon load -i ARCHIVE")
                );
            }
            None => {
                File::from(rustix::stdio::stdin().try_clone_to_owned().what(|| "reading standard input")?)
            }
        };
        let mapping = engine.enter()?;
        for loaded in load::load(&engine.store()?, input, &making(&mapping)?)? {
            ui.line(loaded)?;
        }
        Ok(0)
    }
}
