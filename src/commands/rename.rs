//! `rcon rename`

use super::parse::name::container_name;
use super::verb::{Verb, Words};
use super::{Invocation, later};
use crate::engine::create;
use crate::engine::host::Engine;
use crate::engine::names;
use crate::engine::networks::place;
use crate::error::Result;
use clap::{Args, FromArgMatches};

/// The arguments of `rename`.
#[derive(Debug, Clone, clap::Args)]
pub struct RenameArgs {
    /// Name or id of a container
    #[arg(value_name = "CONTAINER")]
    pub container: String,
    /// Its new name
    #[arg(value_name = "NEW_NAME", value_parser = container_name)]
    pub name: String,
}

pub(super) static VERB: Verb = Verb {
    about: "Rename a container",
    usage: "CONTAINER NEW_NAME",
    words: Words::Exactly(2),
    augment: RenameArgs::augment_args,
    later: later::NONE,
    read: |matches| RenameArgs::from_arg_matches_mut(matches).map(Invocation::Rename),
};

impl RenameArgs {
    /// Renames the container.
    pub fn run(self, engine: &Engine) -> Result<u8> {
        let id = engine.containers.find(&self.container)?;
        names::valid_name(&self.name)?;
        match engine.containers.rename(&id, &self.name)? {
            Ok(()) => place::rename(engine, &id, &self.name).map(|()| 0),
            Err(holder) => Err(create::taken(&self.name, &holder)),
        }
    }
}
