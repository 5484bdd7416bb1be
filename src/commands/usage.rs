//! What a wrong command line is answered: clap's findings in docker's words.

use super::Answer;
use super::tree::PROGRAM;
use super::verb::Words;
use crate::error::Error;
use clap::Command;
use clap::error::{ContextKind, ContextValue, ErrorKind};
use std::error::Error as _;
use std::ffi::OsString;

/// Usage errors of flags, and every error of `run` before the container's command runs.
const WRONG_FLAG: u8 = 125;

/// A wrong number of words, and commands that do not exist.
const WRONG_WORDS: u8 = 1;

/// Where on the command line the mistake was made.
pub(super) struct Site<'a> {
    /// `rcon image rm`.
    pub path: &'a str,
    /// What comes after `Usage:`, the path included.
    pub usage: &'a str,
    /// How many words the verb takes.
    pub words: Words,
    /// The command that found it, to look its flags up.
    pub command: &'a Command,
    /// What was typed after the path.
    pub typed: &'a [OsString],
}

/// Words what clap found wrong.
pub(super) fn mistake(site: &Site<'_>, error: &clap::Error) -> Answer {
    match error.kind() {
        ErrorKind::MissingRequiredArgument | ErrorKind::TooFewValues | ErrorKind::WrongNumberOfValues => {
            wrong_words(site)
        }
        ErrorKind::UnknownArgument | ErrorKind::TooManyValues
            if !context(error, ContextKind::InvalidArg).starts_with('-') =>
        {
            wrong_words(site)
        }
        _ => wrong_flag(site, &flag_words(site, error)),
    }
}

/// Says that there is no such command; `usage` is given below a group.
pub(super) fn unknown_command(path: &str, name: &str) -> Answer {
    let what = Error::usage(format!("{PROGRAM}: unknown command: {path} {name}"));
    let usage = if path == PROGRAM { String::new() } else { format!("Usage:  {path}\n\n") };
    Answer::talk(format!("{what}\n\n{usage}{}", run_help("Run", path)), WRONG_WORDS)
}

/// Words an error of a verb as docker does for `run`; other verbs print the error alone.
pub fn failure(path: &str, error: &Error) -> String {
    format!("{PROGRAM}: {error}\n\n{}", run_help("Run", path))
}

/// Words a flag that is known and refused.
pub(super) fn refused(path: &str, error: &Error) -> Answer {
    Answer::talk(failure(path, error), WRONG_FLAG)
}

fn run_help(verb: &str, path: &str) -> String {
    format!("{verb} '{path} --help' for more information\n")
}

fn wrong_flag(site: &Site<'_>, what: &Error) -> Answer {
    let Site { path, usage, .. } = site;
    Answer::talk(format!("{what}\n\nUsage:  {usage}\n\n{}", run_help("Run", path)), WRONG_FLAG)
}

fn wrong_words(site: &Site<'_>) -> Answer {
    let Site { path, usage, words, .. } = site;
    let plural = |count: &usize| if *count == 1 { "argument" } else { "arguments" };
    let (wanted, verb) = match words {
        Words::None => ("accepts no arguments".to_owned(), "Run"),
        Words::Exactly(count) => (format!("requires {count} {}", plural(count)), "Run"),
        Words::AtLeast(count) => (format!("requires at least {count} {}", plural(count)), "See"),
        Words::AtMost(count) => (format!("requires at most {count} {}", plural(count)), "Run"),
        Words::Between(least, most) => {
            (format!("requires at least {least} and at most {most} {}", plural(most)), "Run")
        }
    };
    let help = run_help(verb, path);
    Answer::talk(format!("{PROGRAM}: '{path}' {wanted}\n\nUsage:  {usage}\n\n{help}"), WRONG_WORDS)
}

fn flag_words(site: &Site<'_>, error: &clap::Error) -> Error {
    let flag = context(error, ContextKind::InvalidArg);
    let value = context(error, ContextKind::InvalidValue);
    match error.kind() {
        ErrorKind::UnknownArgument if flag.starts_with("--") => Error::usage(format!("unknown flag: {flag}")),
        ErrorKind::UnknownArgument => match flag.chars().nth(1) {
            Some(letter) => Error::usage(format!("unknown shorthand flag: '{letter}' in {flag}")),
            None => Error::usage(format!("unknown flag: {flag}")),
        },
        ErrorKind::ValueValidation => {
            let why = error.source().map_or_else(String::new, ToString::to_string);
            Error::usage(format!("invalid argument {value:?} for {:?} flag: {why}", spelling(site, &flag)))
        }
        ErrorKind::InvalidValue => Error::usage(needs_argument(site, &flag)),
        ErrorKind::InvalidUtf8 => Error::usage("an argument is not valid UTF-8"),
        _ => Error::usage(error.to_string().lines().next().unwrap_or_default().to_owned()),
    }
}

/// `--name` at the end is told by its long name, `-itn` by its letter.
fn needs_argument(site: &Site<'_>, flag: &str) -> String {
    let last = site.typed.last().and_then(|typed| typed.to_str()).unwrap_or(flag);
    match last
        .strip_prefix('-')
        .filter(|letters| !letters.starts_with('-'))
        .and_then(|letters| letters.chars().last())
    {
        Some(letter) => format!("flag needs an argument: '{letter}' in -{letter}"),
        None => format!("flag needs an argument: {last}"),
    }
}

/// A flag by all its names, `-m, --memory`; or the name of a word.
fn spelling(site: &Site<'_>, shown: &str) -> String {
    let long = shown.split([' ', '=', '[']).next().unwrap_or_default();
    let arg = site
        .command
        .get_arguments()
        .find(|arg| arg.get_long().is_some_and(|name| long == format!("--{name}")));
    match arg.and_then(clap::Arg::get_short) {
        Some(short) => format!("-{short}, {long}"),
        None if long.starts_with("--") => long.to_owned(),
        None => shown.to_owned(),
    }
}

fn context(error: &clap::Error, kind: ContextKind) -> String {
    match error.get(kind) {
        Some(ContextValue::String(text)) => text.clone(),
        Some(ContextValue::Strings(texts)) => texts.join(", "),
        _ => String::new(),
    }
}
