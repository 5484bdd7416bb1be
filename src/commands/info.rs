//! `rcon info`

use super::verb::{Verb, Words};
use super::{Invocation, later};
use crate::engine::host::Engine;
use crate::engine::info::Facts;
use crate::error::Result;
use crate::output::Ui;
use crate::output::template::{self, Template, json_line};
use clap::{Args, FromArgMatches};

/// docker's exit code for a template that cannot be parsed.
const WRONG_TEMPLATE: u8 = 64;

/// The arguments of `info`.
#[derive(Debug, Clone, clap::Args)]
pub struct InfoArgs {
    /// Print by a template: json or TEMPLATE
    #[arg(short, long, value_name = "TEMPLATE")]
    pub format: Option<String>,
}

pub(super) static VERB: Verb = Verb {
    about: "Show what rcon found on this system",
    usage: "[OPTIONS]",
    words: Words::None,
    augment: InfoArgs::augment_args,
    later: later::NONE,
    read: |matches| InfoArgs::from_arg_matches_mut(matches).map(Invocation::Info),
};

impl InfoArgs {
    /// Prints what was found; the store has so many images.
    pub fn run(self, engine: &Engine, images: usize, ui: &mut Ui) -> Result<u8> {
        let format = self.format.as_deref().unwrap_or_default();
        if let Err(error) = Template::parse(format) {
            ui.talk(error);
            return Ok(WRONG_TEMPLATE);
        }
        let facts = Facts::gather(engine, images)?;
        match format {
            "" => ui.print(facts.text())?,
            "json" => ui.line(json_line(&facts.json()))?,
            source => ui.line(template::inspect(source, &facts.json())?)?,
        }
        Ok(0)
    }
}
