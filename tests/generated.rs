//! Man pages and completions are made of the very commands that parse, and are checked in, so that a
//! package needs no tool to have them. `RCON_BLESS=1 cargo test --test generated` rewrites them.

#![expect(clippy::unwrap_used, reason = "a test that cannot write its files has failed")]

use clap::Command;
use clap_complete::Shell;
use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;

type Files = BTreeMap<String, Vec<u8>>;

#[test]
fn man_pages_and_completions_are_those_of_the_commands() {
    let mut files = Files::new();
    let mut command = rcon::commands::command();
    command.build();
    completions(&command, &mut files);
    pages(&command, "", &mut files);
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    if std::env::var_os("RCON_BLESS").is_some() {
        bless(root, &files);
    }
    for (path, text) in &files {
        let checked_in = std::fs::read(root.join(path)).unwrap_or_default();
        assert!(checked_in == *text, "{path} is stale: RCON_BLESS=1 cargo test --test generated");
    }
    for path in present(root) {
        assert!(
            files.contains_key(&path),
            "{path} belongs to no command: RCON_BLESS=1 cargo test --test generated"
        );
    }
}

/// Some shells' generators build the command anew, so each gets its own.
fn completions(command: &Command, files: &mut Files) {
    let scripts = [(Shell::Bash, "rcon.bash"), (Shell::Fish, "rcon.fish"), (Shell::Zsh, "_rcon")];
    for (shell, name) in scripts {
        let mut script = Vec::new();
        clap_complete::generate(shell, &mut command.clone(), "rcon", &mut script);
        files.insert(format!("completions/{name}"), script);
    }
}

/// One page per command; a command that is another's synonym is a line that includes that one's page.
fn pages(command: &Command, path: &str, files: &mut Files) {
    let file = |path: &str| format!("rcon {path}").trim_end().replace(' ', "-") + ".1";
    let synonyms: BTreeMap<String, String> = rcon::commands::synonyms().into_iter().collect();
    let page = match synonyms.get(path) {
        Some(first) if first != path => format!(".so man1/{}\n", file(first)).into_bytes(),
        _ => page(command, &file(path)),
    };
    files.insert(format!("man/{}", file(path)), page);
    for below in command.get_subcommands() {
        pages(below, format!("{path} {}", below.get_name()).trim_start(), files);
    }
}

fn page(command: &Command, file: &str) -> Vec<u8> {
    let title = file.trim_end_matches(".1").to_owned();
    let mut page = Vec::new();
    clap_mangen::Man::new(command.clone().display_name(&title))
        .title(&title)
        .date("")
        .source("rcon")
        .manual("User Commands")
        .render(&mut page)
        .unwrap();
    page
}

/// The generated files that lie in the tree.
fn present(root: &Path) -> Vec<String> {
    let of = |folder: &str| {
        let entries = std::fs::read_dir(root.join(folder)).into_iter().flatten().flatten();
        entries.map(|entry| format!("{folder}/{}", entry.file_name().to_string_lossy())).collect::<Vec<_>>()
    };
    [of("man"), of("completions")].concat()
}

fn bless(root: &Path, files: &Files) {
    for path in present(root) {
        std::fs::remove_file(root.join(path)).unwrap();
    }
    for (path, text) in files {
        let path = root.join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::File::create(path).unwrap().write_all(text).unwrap();
    }
}
