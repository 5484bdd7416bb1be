//! `rcon manifest rm`

use super::Manifest;
use crate::commands::verb::{Verb, Words};
use crate::commands::{Invocation, later};
use crate::engine::host::Engine;
use crate::engine::manifest::no_such_list;
use crate::error::Result;
use crate::output::Ui;
use crate::storage::tags::TagName;
use clap::{Args, FromArgMatches};

/// The arguments of `manifest rm`.
#[derive(Debug, Clone, clap::Args)]
pub struct RmArgs {
    /// Names of lists
    #[arg(value_name = "MANIFEST_LIST", required = true)]
    pub lists: Vec<String>,
}

pub(in crate::commands) static VERB: Verb = Verb {
    about: "Remove lists of manifests; what was pushed stays",
    usage: "MANIFEST_LIST [MANIFEST_LIST...]",
    words: Words::AtLeast(1),
    augment: RmArgs::augment_args,
    later: later::NONE,
    read: |matches| {
        RmArgs::from_arg_matches_mut(matches).map(|args| Invocation::Manifest(Manifest::Rm(args)))
    },
};

impl RmArgs {
    /// Removes each list; one that is missing does not keep the others.
    pub fn run(self, engine: &Engine, ui: &mut Ui) -> Result<u8> {
        let store = engine.store()?;
        let _locks = store.lists().lock()?;
        let mut code = 0;
        for typed in &self.lists {
            let removed = TagName::parse(typed).and_then(|name| match store.lists().remove(&name)? {
                true => Ok(()),
                false => Err(no_such_list(&name)),
            });
            if let Err(error) = removed {
                ui.talk(format_args!("Error: {error}"));
                code = 1;
            }
        }
        Ok(code)
    }
}
