//! `rcon system check`

use super::verb::{Verb, Words};
use super::{Invocation, later};
use crate::engine::check::{self, Outcome, Wish};
use crate::engine::host::Engine;
use crate::engine::registries;
use crate::error::Result;
use crate::output::Ui;
use crate::storage::unpack::Depth;
use clap::{Args, FromArgMatches};
use std::path::PathBuf;

/// The arguments of `system check`.
#[derive(Debug, Clone, clap::Args)]
pub struct CheckArgs {
    /// Look at sizes and what is known of files, not at contents
    #[arg(short, long)]
    pub quick: bool,
    /// Mend what is damaged: unpack layers again, fetch blobs again, drop names of nothing
    #[arg(short, long)]
    pub repair: bool,
}

pub(super) static VERB: Verb = Verb {
    about: "Check that everything stored is as it should be",
    usage: "[OPTIONS]",
    words: Words::None,
    augment: CheckArgs::augment_args,
    later: later::NONE,
    read: |matches| CheckArgs::from_arg_matches_mut(matches).map(Invocation::Check),
};

impl CheckArgs {
    /// Prints a line for each damage; 1 when one is left. `config` is docker's folder from before the verb.
    pub fn run(self, engine: &Engine, config: Option<String>, ui: &mut Ui) -> Result<u8> {
        let docker_config = config.map(PathBuf::from);
        let wish = Wish {
            depth: if self.quick { Depth::Quick } else { Depth::Full },
            repair: self.repair,
            registries: registries::Wish { docker_config, ..registries::Wish::default() },
        };
        let checked = check::check(engine, &wish)?;
        checked.reports.iter().try_for_each(|report| ui.line(report))?;
        if checked.without_source > 0 {
            let layers = if checked.without_source == 1 { "layer" } else { "layers" };
            ui.talk(format_args!(
                "note: {} {layers} came not compressed, and there is nothing to compare the files with",
                checked.without_source
            ));
        }
        let is_left = |outcome: &Outcome| !matches!(outcome, Outcome::Repaired(_));
        let left = checked.reports.iter().filter(|report| is_left(&report.outcome)).count();
        if left > 0 && !self.repair {
            ui.talk("hint: rcon system check --repair");
        }
        Ok(u8::from(left > 0))
    }
}
