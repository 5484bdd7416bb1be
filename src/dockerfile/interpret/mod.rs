//! What an instruction means: its words counted, its flags known, its values valid.

mod copying;
mod csv;
mod duration;
mod flags;
mod healthcheck;
pub mod mount;
mod numbers;
mod run;
mod stage;

use super::ast::{Command, Kind, Stage};
use super::node::Node;
use super::suggest::{Case, nearest, with_suggestion};
use flags::Flags;

/// All instructions there are.
const NAMES: [&str; 18] = [
    "ADD",
    "ARG",
    "CMD",
    "COPY",
    "ENTRYPOINT",
    "ENV",
    "EXPOSE",
    "FROM",
    "HEALTHCHECK",
    "LABEL",
    "MAINTAINER",
    "ONBUILD",
    "RUN",
    "SHELL",
    "STOPSIGNAL",
    "USER",
    "VOLUME",
    "WORKDIR",
];

/// A node, understood.
#[derive(Debug)]
pub(super) enum Meaning {
    /// `FROM`, its instructions still to come.
    From(Box<Stage>),
    /// Any other.
    Instruction(Kind),
}

/// What is wrong with an instruction.
#[derive(Debug)]
pub(super) enum Fault {
    /// BuildKit says so while it parses, as `dockerfile parse error on line …`.
    Parsing(String),
    /// BuildKit says so once all of the file was parsed.
    Later(String),
}

impl std::convert::From<String> for Fault {
    fn from(told: String) -> Self {
        Self::Parsing(told)
    }
}

/// Understands `node`.
///
/// # Errors
/// BuildKit's words.
pub(super) fn meaning(node: &Node) -> Result<Meaning, Fault> {
    let kind = match node.keyword.to_ascii_lowercase().as_str() {
        "from" => return Ok(Meaning::From(Box::new(stage::stage(node)?))),
        "add" => Kind::Add(copying::add(node)?),
        "arg" => Kind::Arg(arg(node)?),
        "cmd" => Kind::Cmd(plain(node).map(|()| command(node))?),
        "copy" => Kind::Copy(copying::copy(node)?),
        "entrypoint" => Kind::Entrypoint(plain(node).map(|()| command(node))?),
        "env" => Kind::Env { pairs: pairs(node, "ENV")?, legacy: node.legacy },
        "expose" => Kind::Expose(expose(node)?),
        "healthcheck" => Kind::Healthcheck(healthcheck::healthcheck(node)?),
        "label" => Kind::Label { pairs: pairs(node, "LABEL")?, legacy: node.legacy },
        "maintainer" => Kind::Maintainer(exactly_one(node, "MAINTAINER")?),
        "onbuild" => Kind::OnBuild(on_build(node)?),
        "run" => Kind::Run(run::run(node)?),
        "shell" => Kind::Shell(shell(node)?),
        "stopsignal" => Kind::StopSignal(only_word(node, "STOPSIGNAL")?),
        "user" => Kind::User(exactly_one(node, "USER")?),
        "volume" => Kind::Volume(volume(node)?),
        "workdir" => Kind::Workdir(exactly_one(node, "WORKDIR")?),
        _ => return Err(Fault::Parsing(unknown(&node.keyword))),
    };
    Ok(Meaning::Instruction(kind))
}

fn unknown(keyword: &str) -> String {
    with_suggestion(format!("unknown instruction: {keyword}"), nearest(keyword, NAMES, Case::Ignored))
}

/// An instruction without flags.
fn plain(node: &Node) -> Result<(), String> {
    Flags::parse(&node.flags, &[]).map(drop)
}

fn at_least_one(node: &Node, name: &str) -> Result<(), String> {
    if node.words.is_empty() { Err(format!("{name} requires at least one argument")) } else { Ok(()) }
}

/// The one word; what follows it on the line belongs to it.
fn only_word(node: &Node, name: &str) -> Result<String, String> {
    match node.words.as_slice() {
        [word] => Ok(word.clone()),
        _ => Err(format!("{name} requires exactly one argument")),
    }
}

fn exactly_one(node: &Node, name: &str) -> Result<String, String> {
    let word = only_word(node, name)?;
    plain(node).map(|()| word)
}

fn command(node: &Node) -> Command {
    command_of(&node.words, node.json)
}

fn command_of(words: &[String], json: bool) -> Command {
    if json { Command::Exec(words.to_vec()) } else { Command::Shell(words.join(" ")) }
}

fn arg(node: &Node) -> Result<Vec<(String, Option<String>)>, String> {
    at_least_one(node, "ARG")?;
    let one = |word: &String| match word.split_once('=') {
        Some(("", _)) => Err("ARG names can not be blank".to_owned()),
        Some((name, value)) => Ok((name.to_owned(), Some(value.to_owned()))),
        None => Ok((word.clone(), None)),
    };
    node.words.iter().map(one).collect()
}

fn pairs(node: &Node, name: &str) -> Result<Vec<(String, String)>, String> {
    plain(node)?;
    at_least_one(node, name)?;
    let one = |pair: &[String]| match pair {
        [key, _] if key.is_empty() => Err(format!("{name} names can not be blank")),
        [key, value] => Ok((key.clone(), value.clone())),
        _ => Err(format!("Bad input to {name}, too many arguments")),
    };
    node.words.chunks(2).map(one).collect()
}

/// In order of their text, as BuildKit has them in an image's history.
fn expose(node: &Node) -> Result<Vec<String>, String> {
    at_least_one(node, "EXPOSE")?;
    plain(node)?;
    let mut ports = node.words.clone();
    ports.sort();
    Ok(ports)
}

fn volume(node: &Node) -> Result<Vec<String>, String> {
    at_least_one(node, "VOLUME")?;
    plain(node)?;
    let one = |word: &String| match word.trim() {
        "" => Err("VOLUME specified can not be an empty string".to_owned()),
        word => Ok(word.to_owned()),
    };
    node.words.iter().map(one).collect()
}

fn shell(node: &Node) -> Result<Vec<String>, String> {
    plain(node)?;
    at_least_one(node, "SHELL")?;
    if node.json {
        Ok(node.words.clone())
    } else {
        Err("SHELL requires the arguments to be in JSON form".to_owned())
    }
}

/// The text behind `ONBUILD`, with its heredocs. What it says is looked at when it is triggered.
fn on_build(node: &Node) -> Result<String, String> {
    let Some(trigger) = &node.sub else {
        return Err("ONBUILD requires at least one argument".to_owned());
    };
    plain(node)?;
    match trigger.keyword.to_ascii_uppercase().as_str() {
        "ONBUILD" => return Err("Chaining ONBUILD via `ONBUILD ONBUILD` isn't allowed".to_owned()),
        name @ ("MAINTAINER" | "FROM") => {
            return Err(format!("{name} isn't allowed as an ONBUILD trigger"));
        }
        _ => {}
    }
    let mut text = node.original[node.keyword.len()..].trim_start().to_owned();
    for heredoc in &node.heredocs {
        text.push('\n');
        text.push_str(&heredoc.content);
        text.push_str(&heredoc.header.name);
    }
    Ok(text)
}
