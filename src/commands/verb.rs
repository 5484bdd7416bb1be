//! What a verb of the command line is made of, and the clap command it becomes.

use super::Invocation;
use super::later::{self, Later};
use super::parse::boolean::boolean;
use clap::builder::{Command, ValueParser};
use clap::{Arg, ArgAction, ArgMatches};

/// One verb. Its names are in [`super::tree`], since `rmi` and `image rm` are the same one.
pub(super) struct Verb {
    /// What it does, for lists of commands; imperative, without a full stop.
    pub about: &'static str,
    /// What follows the name in the usage line.
    pub usage: &'static str,
    /// How many words it takes beside its flags.
    pub words: Words,
    /// Adds its arguments.
    pub augment: fn(Command) -> Command,
    /// Flags of docker's that are known, and refused.
    pub later: &'static [Later],
    /// Makes its arguments from what was typed.
    pub read: fn(&mut ArgMatches) -> Result<Invocation, clap::Error>,
}

/// How many words a verb takes beside its flags.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Words {
    None,
    Exactly(usize),
    AtLeast(usize),
    AtMost(usize),
    Between(usize, usize),
}

/// What a command is built for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    /// To parse: switches take `=true` and `=false`.
    Parsing,
    /// To parse a line that has none of the flags that are refused.
    Usual,
    /// To be written about: switches are shown plain.
    Reference,
}

impl Verb {
    /// Adds to `command` what this verb takes.
    pub(super) fn build(&self, command: Command, purpose: Purpose) -> Command {
        let command = later::augment((self.augment)(command), self.later, purpose);
        finish(command, purpose).about(self.about)
    }

    /// How it is called, under `path`: `rcon image rm [OPTIONS] IMAGE [IMAGE...]`.
    pub(super) fn usage_line(&self, path: &str) -> String {
        format!("{path} {}", self.usage)
    }
}

/// Gives a command the habits of docker's flags: a switch may be `--rm=false`, a value may begin with a
/// dash, the last of several wins, and `--help` is all there is for help (`-h` where it is free).
pub(super) fn finish(command: Command, purpose: Purpose) -> Command {
    let short_is_taken = command.get_arguments().any(|arg| arg.get_short() == Some('h'));
    let help = Arg::new("help").long("help").action(ArgAction::Help).help("Print usage").hide(true);
    command
        .disable_help_flag(true)
        .disable_help_subcommand(true)
        .disable_version_flag(true)
        .args_override_self(true)
        .mut_args(|arg| match (arg.get_action(), arg.is_positional()) {
            (ArgAction::SetTrue, _) => switch(arg, purpose),
            (_, true) => arg,
            (_, false) => arg.allow_hyphen_values(true),
        })
        .arg(if short_is_taken { help } else { help.short('h') })
}

fn switch(arg: Arg, purpose: Purpose) -> Arg {
    if purpose == Purpose::Reference {
        return arg;
    }
    let default_is_set = !arg.get_default_values().is_empty();
    let arg = arg
        .action(ArgAction::Set)
        .num_args(0..=1)
        .require_equals(true)
        .default_missing_value("true")
        .value_parser(ValueParser::new(boolean));
    if default_is_set { arg } else { arg.default_value("false") }
}

/// Tells whether `arg` is a switch, in either purpose.
pub(super) fn is_switch(arg: &Arg) -> bool {
    matches!(arg.get_action(), ArgAction::SetTrue | ArgAction::Help)
        || arg.get_num_args().is_some_and(|range| range.min_values() == 0 && range.max_values() == 1)
}
