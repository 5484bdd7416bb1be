//! `rcon completion`

use super::verb::{Verb, Words};
use super::{Invocation, later};
use crate::error::{Error, Kind, Result};
use crate::output::Ui;
use clap::{Args, FromArgMatches};

/// A shell that can complete.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shell {
    /// bash, with bash-completion.
    Bash,
    /// fish.
    Fish,
    /// zsh.
    Zsh,
}

/// The arguments of `completion`.
#[derive(Debug, Clone, clap::Args)]
pub struct CompletionArgs {
    /// Leave descriptions out; accepted for docker's sake
    #[arg(long, hide = true)]
    pub no_descriptions: bool,
    /// The shell: bash, fish or zsh
    #[arg(value_name = "SHELL", value_parser = shell)]
    pub shell: Shell,
}

pub(super) static VERB: Verb = Verb {
    about: "Print the completion script of a shell",
    usage: "bash|fish|zsh",
    words: Words::Exactly(1),
    augment: CompletionArgs::augment_args,
    later: later::NONE,
    read: |matches| CompletionArgs::from_arg_matches_mut(matches).map(Invocation::Completion),
};

impl CompletionArgs {
    /// The script to print.
    pub fn script(&self) -> &'static str {
        match self.shell {
            Shell::Bash => include_str!("../../completions/rcon.bash"),
            Shell::Fish => include_str!("../../completions/rcon.fish"),
            Shell::Zsh => include_str!("../../completions/_rcon"),
        }
    }
}

fn shell(typed: &str) -> Result<Shell> {
    match typed {
        "bash" => Ok(Shell::Bash),
        "fish" => Ok(Shell::Fish),
        "zsh" => Ok(Shell::Zsh),
        "powershell" => Err(Error::new(Kind::Unsupported, "there is no completion for powershell")),
        other => Err(Error::usage(format!("unknown shell {other:?}: must be one of bash, fish, zsh"))),
    }
}

impl CompletionArgs {
    /// Prints the script.
    pub fn run(self, ui: &mut Ui) -> Result<u8> {
        ui.print(self.script())?;
        Ok(0)
    }
}
