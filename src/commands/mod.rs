//! One file per verb: its arguments, whose doc comments are the help text.
//!
//! A command line is parsed in two steps: the flags before the verb, then the verb's own. So only the
//! verb that is called is ever built, and a mistake is known to be that verb's.

pub mod attach;
pub mod build;
pub mod buildx;
pub mod caller;
pub mod check;
pub mod completion;
pub mod container;
pub mod create;
pub mod df;
pub mod dispatch;
mod each;
pub mod exec;
mod foreground;
pub mod globals;
mod help;
pub mod history;
pub mod image_exists;
pub mod image_tree;
pub mod images;
pub mod import;
pub mod info;
pub mod inspect;
pub mod kill;
mod later;
pub mod load;
pub mod login;
pub mod logout;
pub mod logs;
pub mod manifest;
pub mod network;
pub mod network_flags;
pub mod parse;
pub mod port;
pub mod prune;
pub mod ps;
pub mod pull;
pub mod push;
pub mod registry_flags;
pub mod rename;
pub mod reset;
pub mod restart;
pub mod rm;
pub mod rmi;
pub mod run;
pub mod save;
pub mod search;
pub mod start;
pub mod stop;
pub mod tag;
mod tree;
pub mod unshare;
pub mod untag;
pub mod update;
pub mod usage;
mod verb;
pub mod version;
pub mod wait;

#[cfg(test)]
mod tests;

use clap::error::ErrorKind;
use clap::{ArgMatches, Args, Command};
use globals::{Globals, GlobalsError};
use std::ffi::OsString;
use tree::{Entry, Group, PROGRAM, What};
use usage::Site;
use verb::{Purpose, Verb, Words, finish};

/// A verb with its arguments.
#[derive(Debug, Clone)]
pub enum Invocation {
    /// `rcon build`
    Build(Box<build::BuildArgs>),
    /// `rcon buildx`, one of its verbs
    Buildx(Box<buildx::Buildx>),
    /// `rcon run`
    Run(Box<run::RunArgs>),
    /// `rcon create`
    Create(Box<create::CreateArgs>),
    /// `rcon start`
    Start(start::StartArgs),
    /// `rcon stop`
    Stop(stop::StopArgs),
    /// `rcon restart`
    Restart(restart::RestartArgs),
    /// `rcon kill`
    Kill(kill::KillArgs),
    /// `rcon wait`
    Wait(wait::WaitArgs),
    /// `rcon rm`
    Rm(rm::RmArgs),
    /// `rcon ps`
    Ps(ps::PsArgs),
    /// `rcon logs`
    Logs(logs::LogsArgs),
    /// `rcon exec`
    Exec(Box<exec::ExecArgs>),
    /// `rcon attach`
    Attach(attach::AttachArgs),
    /// `rcon inspect`, of anything or of one type
    Inspect(inspect::InspectArgs),
    /// `rcon rename`
    Rename(rename::RenameArgs),
    /// `rcon image exists`
    ImageExists(image_exists::ImageExistsArgs),
    /// `rcon image tree`
    ImageTree(image_tree::ImageTreeArgs),
    /// `rcon images`
    Images(images::ImagesArgs),
    /// `rcon pull`
    Pull(pull::PullArgs),
    /// `rcon push`
    Push(push::PushArgs),
    /// `rcon load`
    Load(load::LoadArgs),
    /// `rcon save`
    Save(save::SaveArgs),
    /// `rcon import`
    Import(import::ImportArgs),
    /// `rcon tag`
    Tag(tag::TagArgs),
    /// `rcon untag`
    Untag(untag::UntagArgs),
    /// `rcon rmi`
    Rmi(rmi::RmiArgs),
    /// `rcon history`
    History(history::HistoryArgs),
    /// `rcon info`
    Info(info::InfoArgs),
    /// `rcon version`
    Version(version::VersionArgs),
    /// `rcon manifest`, one of its verbs
    Manifest(manifest::Manifest),
    /// `rcon network`, one of its verbs
    Network(network::Network),
    /// `rcon port`
    Port(port::PortArgs),
    /// `rcon update`
    Update(update::UpdateArgs),
    /// `rcon search`
    Search(search::SearchArgs),
    /// `rcon login`
    Login(login::LoginArgs),
    /// `rcon logout`
    Logout(logout::LogoutArgs),
    /// `rcon system check`
    Check(check::CheckArgs),
    /// `rcon system df`
    Df(df::DfArgs),
    /// `rcon container prune`
    ContainerPrune(prune::container::ContainerPruneArgs),
    /// `rcon image prune`
    ImagePrune(prune::image::ImagePruneArgs),
    /// `rcon volume prune`
    VolumePrune(prune::volume::VolumePruneArgs),
    /// `rcon system prune`
    SystemPrune(prune::system::SystemPruneArgs),
    /// `rcon system reset`
    Reset(reset::ResetArgs),
    /// `rcon unshare`
    Unshare(unshare::UnshareArgs),
    /// `rcon completion`
    Completion(completion::CompletionArgs),
}

/// A command line that was understood.
#[derive(Debug, Clone)]
pub struct Call {
    /// The flags before the verb.
    pub globals: Globals,
    /// How the verb was called, `rcon container ls`, for [`usage::failure`].
    pub path: String,
    /// The verb.
    pub invocation: Invocation,
}

/// What a command line is answered that runs no verb: help, the version, or what is wrong with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The text, its last line ended.
    pub text: String,
    /// Whether it is what was asked for, and so data for stdout; else it is talk, for stderr.
    pub data: bool,
    /// The exit code.
    pub code: u8,
}

impl Answer {
    fn data(text: String) -> Self {
        Self { text, data: true, code: 0 }
    }

    fn talk(text: String, code: u8) -> Self {
        Self { text, data: false, code }
    }
}

/// The whole command, to be written about in man pages and completions; each subcommand is deferred.
pub fn command() -> Command {
    tree::reference()
}

/// Every way to call a verb, without the program's name, beside the shortest way to call the same.
pub fn synonyms() -> Vec<(String, String)> {
    let of_group = tree::top().filter_map(|entry| match entry.what {
        What::Group(group) => Some(group.entries.iter()),
        What::Verb(_) => None,
    });
    let verbs = tree::top().chain(of_group.flatten()).filter_map(|entry| match entry.what {
        What::Verb(verb) => Some(tree::paths(verb)),
        What::Group(_) => None,
    });
    verbs.flat_map(|paths| paths.clone().into_iter().map(move |path| (path, paths[0].clone()))).collect()
}

/// Parses a command line, the program's name first.
///
/// # Errors
/// The answer of a command line that runs no verb: help and the version as well.
pub fn parse(argv: impl IntoIterator<Item = OsString>) -> Result<Call, Answer> {
    let typed: Vec<OsString> = argv.into_iter().skip(1).collect();
    let mut root = finish(globals::augment(Command::new(PROGRAM), Purpose::Parsing), Purpose::Parsing);
    let mut matches = match split(&mut root, &typed) {
        Ok(matches) => matches,
        Err(error) if error.kind() == ErrorKind::DisplayHelp => return Err(Answer::data(help::program())),
        Err(error) => {
            return Err(mistake(PROGRAM, "[OPTIONS] COMMAND [ARG...]", Words::None, &root, &typed, &error));
        }
    };
    let globals = globals::read(&mut matches).map_err(|error| match error {
        GlobalsError::Refused(error) => usage::refused(PROGRAM, &error),
        GlobalsError::Unread(error) => Answer::talk(error.to_string(), 125),
    })?;
    if globals.version {
        return Err(Answer::data(format!("{PROGRAM} version {}\n", env!("CARGO_PKG_VERSION"))));
    }
    globals.log_level().map_err(|error| Answer::talk(format!("{error}\n"), 1))?;
    let Some((name, rest)) = command_of(matches) else {
        return Err(Answer { data: false, ..Answer::data(help::program()) });
    };
    if name == "help" {
        return Err(help_about(&rest));
    }
    let (path, invocation) = dispatch(tree::find(tree::top(), &name), PROGRAM, &name, &rest)?;
    Ok(Call { globals, path, invocation })
}

/// Goes down from a name to the verb it stands for.
fn dispatch(
    entry: Option<&'static Entry>,
    parent: &str,
    name: &str,
    rest: &[OsString],
) -> Result<(String, Invocation), Answer> {
    let entry = entry.ok_or_else(|| usage::unknown_command(parent, name))?;
    let path = format!("{parent} {name}");
    match entry.what {
        What::Verb(verb) => called(verb, &path, rest).map(|invocation| (path, invocation)),
        What::Group(group) => below(group, &path, rest),
    }
}

fn below(group: &'static Group, path: &str, rest: &[OsString]) -> Result<(String, Invocation), Answer> {
    let plain = Command::new(PROGRAM);
    let command = if group.carries { build::BuilderFlags::augment_args(plain) } else { plain };
    let mut command = finish(command, Purpose::Parsing);
    let matches = split(&mut command, rest).map_err(|error| match error.kind() {
        ErrorKind::DisplayHelp => Answer::data(help::group(group, path)),
        _ => mistake(path, "COMMAND", Words::None, &command, rest, &error),
    })?;
    let carried = if group.carries { build::BuilderFlags::carried(&matches) } else { Vec::new() };
    match command_of(matches) {
        Some((name, rest)) => {
            let rest = [carried, rest].concat();
            dispatch(tree::find(group.entries.iter(), &name), path, &name, &rest)
        }
        None => Err(Answer { data: false, ..Answer::data(help::group(group, path)) }),
    }
}

/// Parses the arguments of a verb.
///
/// Most command lines have none of the flags that are known and refused, and building those takes as long
/// as all the rest: they are only built when the line cannot be read without them.
fn called(verb: &'static Verb, path: &str, rest: &[OsString]) -> Result<Invocation, Answer> {
    let usual = verb.build(Command::new(PROGRAM).no_binary_name(true), Purpose::Usual);
    if let Ok(invocation) = usual.try_get_matches_from(rest).and_then(|mut matches| (verb.read)(&mut matches))
    {
        return Ok(invocation);
    }
    let mut command = verb.build(Command::new(PROGRAM).no_binary_name(true), Purpose::Parsing);
    let matches = command.try_get_matches_from_mut(rest);
    let read = |mut matches: ArgMatches| {
        if let Err(error) = later::refuse(verb.later, &matches) {
            return Ok(Err(usage::refused(path, &error)));
        }
        (verb.read)(&mut matches).map(Ok)
    };
    match matches.and_then(read) {
        Ok(done) => done,
        Err(error) if error.kind() == ErrorKind::DisplayHelp => {
            Err(Answer::data(help::verb(verb, path, &command)))
        }
        Err(error) => Err(mistake(path, verb.usage, verb.words, &command, rest, &error)),
    }
}

/// Parses the flags before a name, and leaves the name and what follows it alone.
fn split(command: &mut Command, typed: &[OsString]) -> Result<ArgMatches, clap::Error> {
    let taken = std::mem::take(command);
    *command = taken
        .no_binary_name(true)
        .allow_external_subcommands(true)
        .external_subcommand_value_parser(clap::value_parser!(OsString));
    command.try_get_matches_from_mut(typed)
}

fn command_of(mut matches: ArgMatches) -> Option<(String, Vec<OsString>)> {
    let (name, mut below) = matches.remove_subcommand()?;
    let rest = below.remove_many::<OsString>("").into_iter().flatten().collect();
    Some((name, rest))
}

fn mistake(
    path: &str,
    usage: &str,
    words: Words,
    command: &Command,
    typed: &[OsString],
    error: &clap::Error,
) -> Answer {
    let usage = format!("{path} {usage}");
    usage::mistake(&Site { path, usage: &usage, words, command, typed }, error)
}

/// `rcon help image rm`: the page of what is named.
fn help_about(topic: &[OsString]) -> Answer {
    let names: Vec<_> = topic.iter().map(|name| name.to_string_lossy().into_owned()).collect();
    let unknown = || {
        let what = crate::error::Error::usage(format!("unknown help topic: {}", names.join(" ")));
        Answer::talk(format!("{what}\n"), 1)
    };
    if names.is_empty() {
        return Answer::data(help::program());
    }
    if names.iter().any(|name| name.starts_with('-')) {
        return unknown();
    }
    let asked = names.iter().map(OsString::from).chain(["--help".into()]);
    match parse([OsString::from(PROGRAM)].into_iter().chain(asked)) {
        Err(answer) if answer.code == 0 => answer,
        _ => unknown(),
    }
}
