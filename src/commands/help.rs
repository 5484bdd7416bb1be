//! The pages of `--help`, in the shape that users of docker read.

use super::globals;
use super::tree::{Entry, Group, PROGRAM, SECTIONS, What, paths};
use super::verb::{Purpose, Verb, finish, is_switch};
use clap::{Arg, Command};
use unicode_width::UnicodeWidthStr;

/// Columns a line of options takes at most.
const WIDTH: usize = 80;

/// The page of the program.
pub(super) fn program() -> String {
    let command = finish(globals::augment(Command::new(PROGRAM), Purpose::Parsing), Purpose::Parsing);
    let sections: String =
        SECTIONS.iter().map(|section| format!("{}:\n{}\n", section.title, list(section.entries))).collect();
    format!(
        "Usage:  {PROGRAM} [OPTIONS] COMMAND\n\n{}\n\n{sections}Global Options:\n{}\nRun '{PROGRAM} COMMAND --help' for \
         more information on a command.\n",
        globals::ABOUT,
        options(&command)
    )
}

/// The page of a group; `path` is `rcon image`.
pub(super) fn group(group: &Group, path: &str) -> String {
    format!(
        "Usage:  {path} COMMAND\n\n{}\n\nCommands:\n{}\nRun '{path} COMMAND --help' for more information on a command.\n",
        group.about,
        list(group.entries)
    )
}

/// The page of a verb; `path` is `rcon image rm`.
pub(super) fn verb(verb: &'static Verb, path: &str, command: &Command) -> String {
    let mut page = format!("Usage:  {}\n\n{}\n", verb.usage_line(path), verb.about);
    let paths = paths(verb);
    if paths.len() > 1 {
        let paths: Vec<String> = paths.iter().map(|path| format!("{PROGRAM} {path}")).collect();
        page.push_str(&format!("\nAliases:\n  {}\n", paths.join(", ")));
    }
    let options = options(command);
    if !options.is_empty() {
        page.push_str(&format!("\nOptions:\n{options}"));
    }
    page
}

fn list(entries: &[Entry]) -> String {
    let line = |entry: &Entry| {
        let about = match entry.what {
            What::Verb(verb) => verb.about,
            What::Group(group) => group.about,
        };
        format!("  {:<11} {about}\n", entry.names[0])
    };
    entries.iter().map(line).collect()
}

fn options(command: &Command) -> String {
    let shown = command.get_arguments().filter(|arg| !arg.is_positional() && !arg.is_hide_set());
    let mut rows: Vec<(String, String)> = shown.map(|arg| (left(arg), right(arg))).collect();
    rows.sort_by_key(|(left, _)| left.get(6..).unwrap_or_default().to_owned());
    let column = rows.iter().map(|(left, _)| left.width()).max().unwrap_or_default() + 3;
    rows.iter().map(|(left, right)| row(left, right, column)).collect()
}

fn left(arg: &Arg) -> String {
    let short = arg.get_short().map_or("    ".to_owned(), |short| format!("-{short}, "));
    let value = match is_switch(arg) {
        true => String::new(),
        false => arg.get_value_names().into_iter().flatten().map(|name| format!(" {name}")).collect(),
    };
    format!("  {short}--{}{value}", arg.get_long().unwrap_or_default())
}

fn right(arg: &Arg) -> String {
    let help = arg.get_help().map(ToString::to_string).unwrap_or_default();
    match arg.get_default_values().first().and_then(|value| value.to_str()) {
        None | Some("false") => help,
        Some(value) => format!("{help} (default {value})"),
    }
}

fn row(left: &str, right: &str, column: usize) -> String {
    let mut text = format!("{left:<column$}");
    let mut used = column;
    for (index, word) in right.split(' ').enumerate() {
        if index > 0 && used + 1 + word.width() > WIDTH {
            text.push_str(&format!("\n{:column$}", ""));
            used = column;
        } else if index > 0 {
            text.push(' ');
            used += 1;
        }
        text.push_str(word);
        used += word.width();
    }
    text.push('\n');
    text
}
