//! `rcon manifest add`

use super::{AskFlags, Manifest, PlatformFlags};
use crate::commands::verb::{Verb, Words};
use crate::commands::{Invocation, later};
use crate::engine::host::Engine;
use crate::engine::manifest::{self, Of};
use crate::error::Result;
use crate::output::Ui;
use crate::storage::tags::TagName;
use clap::{Args, FromArgMatches};

/// The arguments of `manifest add`.
#[derive(Debug, Clone, clap::Args)]
pub struct AddArgs {
    /// Take all manifests of an index, not only the one for this machine
    #[arg(long)]
    pub all: bool,
    /// How registries are asked.
    #[command(flatten)]
    pub ask: AskFlags,
    /// What the list says of the members.
    #[command(flatten)]
    pub platform: PlatformFlags,
    /// The name of the list
    #[arg(value_name = "MANIFEST_LIST")]
    pub list: String,
    /// The members, each in a registry or in the store
    #[arg(value_name = "MANIFEST", required = true)]
    pub members: Vec<String>,
}

pub(in crate::commands) static VERB: Verb = Verb {
    about: "Add manifests to a list",
    usage: "[OPTIONS] MANIFEST_LIST MANIFEST [MANIFEST...]",
    words: Words::AtLeast(2),
    augment: AddArgs::augment_args,
    later: later::NONE,
    read: |matches| {
        AddArgs::from_arg_matches_mut(matches).map(|args| Invocation::Manifest(Manifest::Add(args)))
    },
};

impl AddArgs {
    /// Adds to the list.
    pub fn run(self, engine: &Engine, config: Option<String>, ui: &mut Ui) -> Result<u8> {
        let name = TagName::parse(&self.list)?;
        if engine.store()?.lists().get(&name)?.is_none() {
            return Err(manifest::no_such_list(&name));
        }
        let registries = self.ask.resolved().open(engine, config, ui)?;
        let typed: Vec<String> =
            self.members.iter().map(|name| name.trim_start_matches("docker://").to_owned()).collect();
        let of = if self.all { Of::All } else { Of::ThisMachine };
        let members = manifest::members(engine, &registries, &typed, of)?;
        let digests: Vec<_> = members.iter().map(|member| member.descriptor.digest).collect();
        manifest::add(engine, &name, members, &self.platform.change())?;
        digests.iter().try_for_each(|digest| ui.line(digest))?;
        Ok(0)
    }
}
