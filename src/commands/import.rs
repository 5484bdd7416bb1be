//! `rcon import`

use super::parse::platform::platform;
use super::verb::{Verb, Words};
use super::{Invocation, later};
use crate::engine::host::Engine;
use crate::engine::image::making;
use crate::engine::import::{self, Import};
use crate::error::{Context, Error, Kind, Result};
use crate::output::Ui;
use crate::storage::tags::TagName;
use clap::{Args, FromArgMatches};
use std::fs::File;

/// The arguments of `import`.
#[derive(Debug, Clone, clap::Args)]
pub struct ImportArgs {
    /// Apply a Dockerfile instruction to the image
    #[arg(short, long, value_name = "INSTRUCTION")]
    pub change: Vec<String>,
    /// Set the comment of the image
    #[arg(short, long, value_name = "TEXT")]
    pub message: Option<String>,
    /// Use this platform: os[/arch[/variant]]
    #[arg(long, value_name = "PLATFORM", value_parser = platform)]
    pub platform: Option<String>,
    /// The archive; - is standard input
    #[arg(value_name = "file|URL|-")]
    pub source: String,
    /// The name of the image
    #[arg(value_name = "REPOSITORY[:TAG]")]
    pub repository: Option<String>,
}

pub(super) static VERB: Verb = Verb {
    about: "Make an image of a tar archive of a file system",
    usage: "[OPTIONS] file|URL|- [REPOSITORY[:TAG]]",
    words: Words::Between(1, 2),
    augment: ImportArgs::augment_args,
    later: later::NONE,
    read: |matches| ImportArgs::from_arg_matches_mut(matches).map(Invocation::Import),
};

impl ImportArgs {
    /// Makes an image of a tree in a tar, and prints its id.
    pub fn run(self, engine: &Engine, ui: &mut Ui) -> Result<u8> {
        let source = &self.source;
        if source.starts_with("http://") || source.starts_with("https://") {
            return Err(Error::new(
                Kind::Unsupported,
                format!("cannot import {source}: rcon fetches no addresses yet"),
            )
            .fix(format!("curl -fsSL {source} | rcon import - NAME")));
        }
        let input = match source.as_str() {
            "-" => File::from(rustix::stdio::stdin().try_clone_to_owned().what(|| "reading standard input")?),
            path => File::open(path).map_err(|cause| Error::usage(format!("open {path}")).why(cause))?,
        };
        let name = self.repository.as_deref().map(TagName::parse).transpose()?;
        let wish = Import {
            name,
            changes: &self.change,
            message: self.message.as_deref().unwrap_or_default(),
            source,
        };
        let mapping = engine.enter()?;
        ui.line(import::import(&engine.store()?, input, wish, &making(&mapping)?)?)?;
        Ok(0)
    }
}
