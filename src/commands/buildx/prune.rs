//! `rcon buildx prune`, `rcon builder prune`

use super::{Buildx, du, filters};
use crate::build::cache::entry::{Entry, PruneWish};
use crate::build::cache::{self};
use crate::commands::build::BuilderFlags;
use crate::commands::caller::Caller;
use crate::commands::parse::duration::duration;
use crate::commands::parse::filter::{Filter, filter};
use crate::commands::parse::size::ram_in_bytes;
use crate::commands::prune::ask;
use crate::commands::verb::{Verb, Words};
use crate::commands::{Invocation, later};
use crate::engine::host::Engine;
use crate::error::Result;
use crate::output::{Ui, size, time};
use clap::{Args, FromArgMatches};
use jiff::Timestamp;
use std::time::Duration;

/// The arguments of `prune`.
#[derive(Debug, Clone, clap::Args)]
pub struct PruneArgs {
    /// Remove also what is internal, and what images have as well
    #[arg(short, long)]
    pub all: bool,
    /// The builder, and its talk.
    #[command(flatten)]
    pub builder: BuilderFlags,
    /// Remove only what meets a condition: until=, id=, parents=, type=, description=, mutable=, shared=
    #[arg(long, value_name = "KEY=VALUE", value_parser = filter)]
    pub filter: Vec<Filter>,
    /// Do not ask first
    #[arg(short, long)]
    pub force: bool,
    /// The old name of --reserved-space
    #[arg(long, value_name = "BYTES", value_parser = ram_in_bytes, hide = true)]
    pub keep_storage: Option<u64>,
    /// Let the cache take at most this much
    #[arg(long, value_name = "BYTES", value_parser = ram_in_bytes)]
    pub max_used_space: Option<u64>,
    /// Have this much free at the end
    #[arg(long, value_name = "BYTES", value_parser = ram_in_bytes)]
    pub min_free_space: Option<u64>,
    /// Let this much of the cache stay in any case
    #[arg(long, value_name = "BYTES", value_parser = ram_in_bytes)]
    pub reserved_space: Option<u64>,
    /// No effect: nothing is waited for
    #[arg(long, value_name = "DURATION", value_parser = duration, hide = true)]
    pub timeout: Option<Duration>,
    /// Show all that is known of each
    #[arg(long)]
    pub verbose: bool,
}

pub(in crate::commands) static VERB: Verb = Verb {
    about: "Remove build cache",
    usage: "[OPTIONS]",
    words: Words::None,
    augment: PruneArgs::augment_args,
    later: later::NONE,
    read: |matches| {
        PruneArgs::from_arg_matches_mut(matches).map(|args| Invocation::Buildx(Box::new(Buildx::Prune(args))))
    },
};

/// The first line of the table; docker's has these tabs.
const HEADER: &str = "ID\t\t\t\t\t\tRECLAIMABLE\tSIZE\t\tLAST ACCESSED";

impl PruneArgs {
    /// Asks, removes, and tells what went.
    pub fn run(self, engine: &Engine, ui: &mut Ui) -> Result<u8> {
        if self.keep_storage.is_some() {
            ui.talk(
                "Flag --keep-storage has been deprecated, keep-storage flag has been changed to reserved-space",
            );
        }
        self.builder.choose(&engine.paths, &Caller::current()?)?;
        let wish = self.wish()?;
        if !self.force && !ask(ui, question(self.all))? {
            return Ok(0);
        }
        engine.enter()?;
        let gone = cache::prune(engine, &wish)?;
        ui.print(told(&gone, self.verbose, Timestamp::now()))?;
        Ok(0)
    }

    fn wish(&self) -> Result<PruneWish> {
        let some = |bytes: Option<u64>| bytes.filter(|bytes| *bytes != 0);
        Ok(PruneWish {
            all: self.all,
            keep_bytes: some(self.reserved_space).or(some(self.keep_storage)),
            max_used_bytes: some(self.max_used_space),
            min_free_bytes: some(self.min_free_space),
            ..filters::read(&self.filter)?
        })
    }
}

fn question(all: bool) -> &'static str {
    match all {
        true => "WARNING! This will remove all build cache. Are you sure you want to continue? [y/N] ",
        false => {
            "WARNING! This will remove all dangling build cache. Are you sure you want to continue? [y/N] "
        }
    }
}

fn told(gone: &[Entry], verbose: bool, now: Timestamp) -> String {
    let mut text = String::new();
    for (index, entry) in gone.iter().enumerate() {
        match verbose {
            true => text.push_str(&block(entry, now)),
            false if index == 0 => text.push_str(&format!("{HEADER}\n{}\n", line(entry, now))),
            false => text.push_str(&format!("{}\n", line(entry, now))),
        }
    }
    let freed =
        gone.iter().filter(|entry| !entry.shared).map(|entry| entry.size).fold(0, u64::saturating_add);
    text + &format!("Total:\t{}\n", size::human_precise(freed))
}

fn line(entry: &Entry, now: Timestamp) -> String {
    let star = |is: bool| if is { "*" } else { "" };
    let id = format!("{}{}", entry.id, star(entry.is_mutable()));
    let bytes = format!("{}{}", size::human_precise(entry.size), star(entry.shared));
    let ago = entry.last_used.map(|then| time::human_ago(then, now)).unwrap_or_default();
    format!("{id:<40}\t{:<5}\t\t{bytes:<10}\t{ago}", entry.is_reclaimable())
}

fn block(entry: &Entry, now: Timestamp) -> String {
    let line = |(name, value): &(&str, String)| {
        let tabs = if name.len() < 8 { "\t\t" } else { "\t" };
        format!("{name}{tabs}{value}").trim_end().to_owned() + "\n"
    };
    du::lines(entry, now).iter().map(line).collect::<String>() + "\n"
}

#[cfg(test)]
mod tests {
    use super::super::du::tests::{entry, now};
    use super::*;

    #[test]
    fn what_went_is_told_as_docker_does() {
        let mut entry = entry("exec.cachemount");
        entry.shared = false;
        let id = format!("{:<40}", "abc*");
        assert_eq!(
            told(std::slice::from_ref(&entry), false, now()),
            format!(
                "ID\t\t\t\t\t\tRECLAIMABLE\tSIZE\t\tLAST ACCESSED\n{id}\ttrue \t\t5.12kB    \t10 seconds ago\nTotal:\t5.12kB\n"
            )
        );
        assert!(
            told(&[entry], true, now()).contains("\nMutable:\ttrue\nReclaimable:\ttrue\nShared:\t\tfalse\n")
        );
        assert_eq!(told(&[], false, now()), "Total:\t0B\n");
    }
}
