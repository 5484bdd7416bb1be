//! `rcon logs`

use super::parse::tail::{Tail, tail};
use super::verb::{Verb, Words};
use super::{Invocation, later};
use crate::engine::host::Engine;
use crate::engine::logs::{self, Wanted};
use crate::engine::networks::egress_log;
use crate::error::{Error, Result};
use crate::output::Ui;
use crate::output::time::{local_zone, parse_moment};
use clap::{Args, FromArgMatches};
use jiff::Timestamp;
use std::io;

/// The arguments of `logs`.
#[derive(Debug, Clone, clap::Args)]
pub struct LogsArgs {
    /// Show the extra details that were logged
    #[arg(long)]
    pub details: bool,
    /// Show what the container wanted to reach, where --egress rules noted it, instead of what it wrote
    #[arg(long)]
    pub egress: bool,
    /// Go on while the container writes
    #[arg(short, long)]
    pub follow: bool,
    /// Begin at a time, such as 2013-01-02T13:23:37Z, or so long ago, such as 42m
    #[arg(long, value_name = "TIME")]
    pub since: Option<String>,
    /// Begin so many lines before the end
    #[arg(short = 'n', long, value_name = "LINES", default_value = "all", value_parser = tail)]
    pub tail: Tail,
    /// Show when each line was written
    #[arg(short, long)]
    pub timestamps: bool,
    /// End before a time, or so long ago
    #[arg(long, value_name = "TIME")]
    pub until: Option<String>,
    /// Name or id of a container
    #[arg(value_name = "CONTAINER")]
    pub container: String,
}

pub(super) static VERB: Verb = Verb {
    about: "Print the logs of a container",
    usage: "[OPTIONS] CONTAINER",
    words: Words::Exactly(1),
    augment: LogsArgs::augment_args,
    later: later::NONE,
    read: |matches| LogsArgs::from_arg_matches_mut(matches).map(Invocation::Logs),
};

impl LogsArgs {
    /// That list is shown as it is.
    fn check_egress(&self) -> Result<()> {
        let others = [
            ("details", self.details),
            ("follow", self.follow),
            ("since", self.since.is_some()),
            ("tail", !matches!(self.tail, Tail::All)),
            ("until", self.until.is_some()),
        ];
        match others.iter().find(|(_, given)| *given) {
            Some((flag, _)) => {
                Err(Error::usage(format!("conflicting options: cannot specify both --egress and --{flag}")))
            }
            None => Ok(()),
        }
    }

    /// Prints the log.
    pub fn run(self, engine: &Engine, ui: &mut Ui) -> Result<u8> {
        let id = engine.containers.find(&self.container)?;
        if self.egress {
            self.check_egress()?;
            egress_log::show(engine, &id, ui)?;
            return Ok(0);
        }
        let now = Timestamp::now();
        let moment = |typed: &Option<String>| {
            let typed = typed.as_deref().filter(|typed| !typed.is_empty());
            typed.map(|typed| parse_moment(typed, now, &local_zone())).transpose()
        };
        let wanted = Wanted {
            tail: match self.tail {
                Tail::All => None,
                Tail::Lines(lines) => Some(lines),
            },
            since: moment(&self.since)?,
            until: moment(&self.until)?,
            timestamps: self.timestamps,
            details: self.details,
            follow: self.follow,
        };
        logs::show(engine, &id, &wanted, ui, Box::new(io::stderr()))?;
        Ok(0)
    }
}
