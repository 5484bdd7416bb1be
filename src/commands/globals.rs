//! The flags before the verb.

use super::later;
use super::verb::Purpose;
use crate::error::{Error, Result};
use clap::{Args, Command, FromArgMatches};

/// What the program is.
pub(super) const ABOUT: &str = "A daemonless, rootless container tool";

/// The flags before the verb.
#[derive(Debug, Clone, clap::Args)]
pub struct Globals {
    /// Read the configuration in this directory
    #[arg(long, value_name = "DIRECTORY")]
    pub config: Option<String>,
    /// Tell more of what is done
    #[arg(short = 'D', long)]
    pub debug: bool,
    /// Set how much is told: debug, info, warn, error or fatal
    #[arg(short, long, value_name = "LEVEL", default_value = "info")]
    log_level: String,
    /// Print the version and quit
    #[arg(short, long)]
    pub(super) version: bool,
}

/// How much is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum LogLevel {
    /// Only what ends the call.
    Fatal,
    /// What failed.
    Error,
    /// What may surprise.
    Warn,
    /// What is done.
    Info,
    /// How it is done.
    Debug,
}

impl Globals {
    /// The level that was asked for.
    pub fn log_level(&self) -> Result<LogLevel> {
        if self.debug {
            return Ok(LogLevel::Debug);
        }
        match self.log_level.to_ascii_lowercase().as_str() {
            "debug" | "trace" => Ok(LogLevel::Debug),
            "info" => Ok(LogLevel::Info),
            "warn" | "warning" => Ok(LogLevel::Warn),
            "error" => Ok(LogLevel::Error),
            "fatal" | "panic" => Ok(LogLevel::Fatal),
            _ => Err(Error::usage(format!("Unable to parse logging level: {}", self.log_level))),
        }
    }
}

/// Adds the flags before the verb.
pub(super) fn augment(command: Command, purpose: Purpose) -> Command {
    later::augment(Globals::augment_args(command), later::GLOBAL, purpose)
}

/// Reads them, and refuses those that need a daemon.
pub(super) fn read(matches: &mut clap::ArgMatches) -> std::result::Result<Globals, GlobalsError> {
    later::refuse(later::GLOBAL, matches).map_err(GlobalsError::Refused)?;
    Globals::from_arg_matches_mut(matches).map_err(GlobalsError::Unread)
}

/// Why the flags before the verb cannot be taken.
pub(super) enum GlobalsError {
    Refused(Error),
    Unread(clap::Error),
}
