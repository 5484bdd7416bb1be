//! `rcon buildx imagetools inspect`

use super::super::Buildx;
use super::show;
use crate::commands::build::BuilderFlags;
use crate::commands::caller::Caller;
use crate::commands::registry_flags::RegistryFlags;
use crate::commands::verb::{Verb, Words};
use crate::commands::{Invocation, later};
use crate::engine::host::Engine;
use crate::engine::manifest::Found;
use crate::error::Result;
use crate::output::Ui;
use clap::{Args, FromArgMatches};

/// The arguments of `buildx imagetools inspect`.
#[derive(Debug, Clone, clap::Args)]
pub struct InspectArgs {
    /// The builder, and its talk.
    #[command(flatten)]
    pub builder: BuilderFlags,
    /// Print by a template of .Name, .Manifest and .Image
    #[arg(long, value_name = "TEMPLATE")]
    pub format: Option<String>,
    /// Print the document as it is
    #[arg(long)]
    pub raw: bool,
    /// How the registry is asked.
    #[command(flatten)]
    pub registry: RegistryFlags,
    /// The name of an image in a registry
    #[arg(value_name = "NAME", required = true)]
    pub name: String,
}

pub(in crate::commands) static VERB: Verb = Verb {
    about: "Show what a registry has under a name",
    usage: "[OPTIONS] NAME",
    words: Words::Exactly(1),
    augment: InspectArgs::augment_args,
    later: later::NONE,
    read: |matches| {
        InspectArgs::from_arg_matches_mut(matches)
            .map(|args| Invocation::Buildx(Box::new(Buildx::ImagetoolsInspect(args))))
    },
};

impl InspectArgs {
    /// Asks the registry, and prints.
    pub fn run(self, engine: &Engine, config: Option<String>, ui: &mut Ui) -> Result<u8> {
        self.builder.choose(&engine.paths, &Caller::current()?)?;
        let registries = self.registry.open(engine, config, ui)?;
        let found = Found::fetch(&registries, &self.name)?;
        match self.format.as_deref() {
            _ if self.raw => ui.bytes(found.bytes())?,
            None | Some("" | "{{.Manifest}}") => ui.print(show::table(&found))?,
            Some(format) => ui.print(show::by_template(&found, format)?)?,
        }
        Ok(0)
    }
}
