//! `rcon manifest push`

use super::{AskFlags, Manifest};
use crate::commands::verb::{Verb, Words};
use crate::commands::{Invocation, later};
use crate::engine::host::Engine;
use crate::engine::manifest::push::Push;
use crate::error::{Error, Result};
use crate::oci::reference::Reference;
use crate::output::Ui;
use crate::storage::tags::TagName;
use clap::{Args, FromArgMatches};

/// The arguments of `manifest push`.
#[derive(Debug, Clone, clap::Args)]
pub struct PushArgs {
    /// Push the members as well, which is always done
    #[arg(long)]
    pub all: bool,
    /// Remove the list when it is pushed
    #[arg(short, long, alias = "rm")]
    pub purge: bool,
    /// How registries are asked.
    #[command(flatten)]
    pub ask: AskFlags,
    /// The name of the list
    #[arg(value_name = "MANIFEST_LIST")]
    pub list: String,
    /// Where it goes, when that is not its name
    #[arg(value_name = "DESTINATION")]
    pub destination: Option<String>,
}

pub(in crate::commands) static VERB: Verb = Verb {
    about: "Push a list of manifests to a registry",
    usage: "[OPTIONS] MANIFEST_LIST [DESTINATION]",
    words: Words::Between(1, 2),
    augment: PushArgs::augment_args,
    later: later::NONE,
    read: |matches| {
        PushArgs::from_arg_matches_mut(matches).map(|args| Invocation::Manifest(Manifest::Push(args)))
    },
};

impl PushArgs {
    /// Pushes the list with its members.
    pub fn run(self, engine: &Engine, config: Option<String>, ui: &mut Ui) -> Result<u8> {
        let name = TagName::parse(&self.list)?;
        let destination = self.destination.as_deref().unwrap_or(&self.list).trim_start_matches("docker://");
        let target = destination.parse::<Reference>()?.with_default_tag();
        if target.digest().is_some() {
            return Err(Error::usage("cannot push a digest reference"));
        }
        let registries = self.ask.resolved().open(engine, config, ui)?;
        let store = engine.store()?;
        let pushed = Push::of(engine, &registries, &name, &target)?.run(&store)?;
        for member in &pushed.members {
            let digest = member.split_once('@').map_or("", |(_, digest)| digest);
            ui.line(format_args!("Pushed ref {member} with digest: {digest}"))?;
        }
        ui.line(pushed.digest)?;
        if self.purge {
            let _locks = store.lists().lock()?;
            store.lists().remove(&name)?;
        }
        Ok(0)
    }
}
