//! `rcon manifest annotate`

use super::{Manifest, PlatformFlags};
use crate::commands::verb::{Verb, Words};
use crate::commands::{Invocation, later};
use crate::engine::host::Engine;
use crate::engine::manifest::annotate;
use crate::error::Result;
use crate::storage::tags::TagName;
use clap::{Args, FromArgMatches};

/// The arguments of `manifest annotate`.
#[derive(Debug, Clone, clap::Args)]
pub struct AnnotateArgs {
    /// What the list says of the member.
    #[command(flatten)]
    pub platform: PlatformFlags,
    /// The name of the list
    #[arg(value_name = "MANIFEST_LIST")]
    pub list: String,
    /// The member, by the name it was added by or by its digest
    #[arg(value_name = "MANIFEST")]
    pub member: String,
}

pub(in crate::commands) static VERB: Verb = Verb {
    about: "Say for which platform a manifest of a list is",
    usage: "[OPTIONS] MANIFEST_LIST MANIFEST",
    words: Words::Exactly(2),
    augment: AnnotateArgs::augment_args,
    later: later::NONE,
    read: |matches| {
        AnnotateArgs::from_arg_matches_mut(matches).map(|args| Invocation::Manifest(Manifest::Annotate(args)))
    },
};

impl AnnotateArgs {
    /// Changes the list.
    pub fn run(self, engine: &Engine) -> Result<u8> {
        let name = TagName::parse(&self.list)?;
        annotate::annotate(engine, &name, &self.member, &self.platform.change())?;
        Ok(0)
    }
}
