//! `rcon update`

use super::parse::port::publish;
use super::verb::{Verb, Words};
use super::{Invocation, each, later};
use crate::engine::host::Engine;
use crate::engine::networks;
use crate::error::{Error, Result};
use crate::network::port::Publish;
use crate::output::Ui;
use clap::{Args, FromArgMatches};

/// The arguments of `update`.
#[derive(Debug, Clone, clap::Args)]
pub struct UpdateArgs {
    /// Publish one more port of the running container
    #[arg(long, value_name = "[[ADDRESS:]HOST:]PORT[/PROTOCOL]")]
    pub publish_add: Vec<String>,
    /// Take back a published port of the running container
    #[arg(long, value_name = "[[ADDRESS:]HOST:]PORT[/PROTOCOL]")]
    pub publish_rm: Vec<String>,
    /// Names or ids of containers
    #[arg(required = true, value_name = "CONTAINER")]
    pub containers: Vec<String>,
}

pub(super) static VERB: Verb = Verb {
    about: "Change one or more containers",
    usage: "[OPTIONS] CONTAINER [CONTAINER...]",
    words: Words::AtLeast(1),
    augment: UpdateArgs::augment_args,
    later: later::UPDATE,
    read: |matches| UpdateArgs::from_arg_matches_mut(matches).map(Invocation::Update),
};

impl UpdateArgs {
    /// Changes each container: what goes first goes first.
    pub fn run(self, engine: &Engine, ui: &mut Ui) -> Result<u8> {
        let (gone, added) = (ports(&self.publish_rm)?, ports(&self.publish_add)?);
        if gone.is_empty() && added.is_empty() {
            return Err(Error::usage("you must provide one or more flags when using this command"));
        }
        each::container(engine, ui, &self.containers, |_, word| {
            if !gone.is_empty() {
                networks::publish::remove(engine, word, &gone)?;
            }
            if !added.is_empty() {
                networks::publish::add(engine, word, &added)?;
            }
            Ok(())
        })
    }
}

fn ports(typed: &[String]) -> Result<Vec<Publish>> {
    let mut all = Vec::new();
    for typed in typed {
        all.extend(publish(typed)?);
    }
    Ok(all)
}
