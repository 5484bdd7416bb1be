//! The rules of the house that a compiler does not check: which room may import which, how long a file
//! may be, where unsafe code is.

#![expect(clippy::unwrap_used, reason = "a test that cannot read the sources has failed")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// The table of rooms of ARCHITECTURE.md: a room, and what it may import besides [`GROUND`].
const ROOMS: &[(&str, &[&str])] = &[
    ("main", &["commands", "engine", "runtime"]),
    (
        "commands",
        &[
            "bake",
            "build",
            "config",
            "dockerfile",
            "engine",
            "network",
            "oci",
            "output",
            "registry",
            "runtime",
            "signals",
            "storage",
            "terminal",
            "userns",
        ],
    ),
    (
        "build",
        &[
            "config",
            "dockerfile",
            "engine",
            "network",
            "oci",
            "output",
            "registry",
            "runtime",
            "signals",
            "storage",
            "sys",
            "terminal",
            "userns",
        ],
    ),
    ("bake", &["dockerfile"]),
    ("dockerfile", &[]),
    (
        "engine",
        &[
            "config", "network", "oci", "output", "registry", "runtime", "signals", "storage", "sys",
            "terminal", "userns",
        ],
    ),
    ("storage", &["network", "oci", "sys", "userns"]),
    ("registry", &["config", "oci"]),
    ("runtime", &["network", "sys", "userns"]),
    ("network", &["sys"]),
    ("userns", &["oci", "sys"]),
    ("output", &[]),
    ("oci", &[]),
    ("config", &[]),
    ("terminal", &[]),
    ("signals", &[]),
    ("sys", &[]),
    ("packet", &[]),
    ("paths", &[]),
    ("durable", &[]),
    ("ids", &[]),
    ("error", &[]),
];

/// What every room may import, but for `sys`, which imports nothing at all.
const GROUND: &[&str] = &["durable", "error", "ids", "packet", "paths"];

/// Lines of a file, its unit tests not counted.
const LONGEST: usize = 600;

#[test]
fn arrows_point_down_the_table_of_rooms() {
    let allowed: BTreeMap<_, _> = ROOMS.iter().copied().collect();
    for (file, text) in sources() {
        let room = room(&file);
        let may =
            allowed.get(room.as_str()).unwrap_or_else(|| panic!("{file}: room `{room}` is not in the table"));
        for import in imports(&text) {
            let ground = room != "sys" && GROUND.contains(&import.as_str());
            let fine = import == room || ground || may.contains(&import.as_str());
            assert!(fine, "{file}: {room} may not import {import} (ARCHITECTURE.md, Rooms)");
        }
    }
}

#[test]
fn no_circle_leads_through_the_rooms() {
    for (index, (room, may)) in ROOMS.iter().enumerate() {
        for import in *may {
            let at = ROOMS.iter().position(|(name, _)| name == import).unwrap();
            assert!(at > index, "{import} stands above {room}, which imports it");
        }
    }
}

#[test]
fn architecture_md_has_the_same_table() {
    let text = read(&root().join("ARCHITECTURE.md"));
    for (room, may) in ROOMS {
        let name =
            |name: &str| text.contains(&format!("`{name}/`")) || text.contains(&format!("`{name}.rs`"));
        assert!(name(room), "ARCHITECTURE.md does not name {room}");
        let row = text.lines().find(|line| {
            line.starts_with(&format!("| `{room}/`")) || line.starts_with(&format!("| `{room}.rs`"))
        });
        let cell = row.and_then(|row| row.split('|').nth(3)).unwrap_or_default();
        let told: BTreeSet<_> = cell.split(',').map(str::trim).filter(|word| !word.is_empty()).collect();
        assert_eq!(told, may.iter().copied().collect(), "ARCHITECTURE.md, what {room} may import");
    }
}

#[test]
fn no_file_is_longer_than_can_be_read() {
    for (file, text) in sources() {
        let lines = text.lines().take_while(|line| *line != "#[cfg(test)]").count();
        assert!(lines <= LONGEST, "{file} has {lines} lines, more than {LONGEST}");
    }
}

#[test]
fn unsafe_code_is_in_sys_alone() {
    for (file, text) in sources() {
        let inside = code(&text)
            .any(|line| line.split(|c: char| !c.is_alphanumeric() && c != '_').any(|word| word == "unsafe"));
        assert!(!inside || file.starts_with("src/sys/"), "{file} has unsafe code");
    }
}

#[test]
fn nothing_is_left_to_do_in_the_code() {
    // Written apart, so that this file passes a search for them.
    let words =
        [concat!("todo", "!"), concat!("unimplemented", "!"), concat!("FIX", "ME"), concat!("XX", "X")];
    for (file, text) in sources() {
        for word in words {
            assert!(!text.contains(word), "{file} has {word}");
        }
    }
}

fn root() -> PathBuf {
    // Under .ci/run the binary may stand elsewhere than it was built.
    std::env::var_os("CARGO_MANIFEST_DIR").map_or_else(|| env!("CARGO_MANIFEST_DIR").into(), PathBuf::from)
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// All Rust files below src, by their path from the root.
fn sources() -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    let mut folders = vec![root().join("src")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let name = path.strip_prefix(root()).unwrap().to_str().unwrap().to_owned();
                found.insert(name, read(&path));
            }
        }
    }
    assert!(found.len() > 50, "the sources are not where they were");
    found
}

/// `src/engine/create.rs` is in `engine`, `src/durable.rs` in `durable`.
fn room(file: &str) -> String {
    let name = file.split('/').nth(1).unwrap().trim_end_matches(".rs");
    if name == "lib" { "main".to_owned() } else { name.to_owned() }
}

/// The lines without comments.
fn code(text: &str) -> impl Iterator<Item = &str> {
    text.lines().map(|line| line.split("//").next().unwrap_or_default())
}

/// The rooms that a file names after `crate::` (in main.rs `rcon::`), one by one or in braces.
fn imports(text: &str) -> BTreeSet<String> {
    let code = code(text).collect::<Vec<_>>().join("\n");
    let mut found = BTreeSet::new();
    for root in ["crate::", "use rcon::"] {
        for (at, _) in code.match_indices(root) {
            let rest = &code[at + root.len()..];
            match rest.strip_prefix('{') {
                Some(group) => found.extend(heads(group)),
                None => found.extend(word(rest)),
            }
        }
    }
    found
}

/// The first word of each member of a group, which began just before `text`.
fn heads(text: &str) -> Vec<String> {
    let (mut depth, mut begins, mut found) = (0, true, Vec::new());
    for (at, c) in text.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => begins = true,
            c if begins && !c.is_whitespace() => {
                found.extend(word(&text[at..]));
                begins = false;
            }
            _ => {}
        }
    }
    found
}

fn word(text: &str) -> Option<String> {
    let end = text.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(text.len());
    let word = &text[..end];
    // A macro or an item of the crate's root has no room.
    let is_room = text[end..].starts_with("::") || text[end..].starts_with([',', '}', ';']);
    (end > 0 && is_room).then(|| word.to_owned())
}

#[test]
fn imports_are_read_in_every_form() {
    let text = "use crate::engine::{host, wish};\nuse crate::{error::{Error, Kind}, oci, durable::write};\n\
                fn f() { crate::paths::Paths::from_environment() } // crate::commands::x\n";
    let wanted = ["durable", "engine", "error", "oci", "paths"].map(str::to_owned);
    assert_eq!(imports(text), BTreeSet::from(wanted));
}
