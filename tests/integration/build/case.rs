//! A Dockerfile that says what comes of it; tests/dockerfile/README.md has the notation.

use super::saved::Saved;
use crate::support::{Output, Rcon};
use serde_json::Value;
use std::io::Write;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};

/// One case.
pub(super) struct Case {
    /// `group/name`.
    pub(super) name: String,
    text: String,
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/dockerfile")
}

/// All groups there are.
pub(super) fn groups() -> Vec<String> {
    let entries = std::fs::read_dir(folder()).unwrap().map(Result::unwrap);
    let folders = entries.filter(|entry| entry.file_type().unwrap().is_dir());
    let mut names: Vec<String> = folders.map(|entry| entry.file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

/// The cases of a group.
pub(super) fn cases(group: &str) -> Vec<Case> {
    let entries = std::fs::read_dir(folder().join(group)).unwrap().map(Result::unwrap);
    let files = entries.filter_map(|entry| entry.file_name().into_string().ok());
    let mut names: Vec<String> =
        files.filter_map(|file| Some(file.strip_suffix(".dockerfile")?.to_owned())).collect();
    names.sort();
    names.iter().map(|name| Case::read(&format!("{group}/{name}"))).collect()
}

impl Case {
    fn read(name: &str) -> Self {
        let path = folder().join(format!("{name}.dockerfile"));
        let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{name}: {error}"));
        Self { name: name.to_owned(), text }
    }

    /// The values of `# key: value`, in order.
    fn notes<'a>(&'a self, key: &'a str) -> impl Iterator<Item = &'a str> {
        let of_key = move |line: &'a str| line.strip_prefix("# ")?.strip_prefix(key)?.strip_prefix(": ");
        self.text.lines().filter_map(of_key)
    }

    /// Builds it under `tag`, below a folder of `rcon`'s, with what it needs.
    fn build(&self, rcon: &Rcon, tag: &str) -> Output {
        for first in self.notes("first") {
            let (name, tag) = first.split_once(" as ").unwrap();
            Self::read(name).build(rcon, tag).succeeds();
        }
        let work = format!("cases/{}", self.name);
        let context = PathBuf::from(rcon.directory(&format!("{work}/context")));
        let file = rcon.file(&format!("{work}/Dockerfile"), &self.text);
        self.notes("context").flat_map(|line| line.split(", ")).for_each(|entry| put(&context, entry));
        let usual = ["build", "--progress=plain", "--no-cache", "-f", file.as_str(), "-t", tag];
        let more = self.notes("args").flat_map(|line| line.split(' '));
        let there = ["sh", "-c", "cd \"$0\" && exec \"$@\"", context.to_str().unwrap()];
        let mut call = rcon.call_through(&there, usual.into_iter().chain(more).chain(["."]));
        for variable in self.notes("env") {
            let (name, value) = variable.split_once('=').unwrap();
            call = call.env(name, value);
        }
        call.done()
    }

    /// All that is not as expected. Where a gap is known, that it has been closed.
    pub(super) fn complaints(&self, rcon: &Rcon) -> Vec<String> {
        let found = self.compared(rcon);
        match self.notes("gap").next() {
            None => found,
            Some(_) if !found.is_empty() => Vec::new(),
            Some(gap) => vec![format!("{}: it is as expected: take `# gap: {gap}` out", self.name)],
        }
    }

    /// Builds it and compares.
    fn compared(&self, rcon: &Rcon) -> Vec<String> {
        let output = self.build(rcon, "case");
        let expectations: Vec<&str> = self.notes("expect").collect();
        if expectations.is_empty() {
            return vec![format!("{}: expects nothing", self.name)];
        }
        let fails = expectations.iter().any(|line| *line == "fails" || line.starts_with("fails "));
        if fails == (output.code() == Some(0)) {
            return vec![format!("{}: {output}", self.name)];
        }
        let saved = (!fails).then(|| {
            let archive = rcon.path("case.tar");
            rcon.run(["save", "-o", archive.to_str().unwrap(), "case"]).succeeds();
            Saved::read(&std::fs::read(&archive).unwrap())
        });
        let found = Found { rcon, output: &output, saved: saved.as_ref() };
        let wrong = expectations.iter().filter_map(|line| {
            Some(format!("{}: expected {line}\n    but {}", self.name, found.complaint(line)?))
        });
        wrong.collect()
    }
}

/// `\n`, `\t` and `\\` as what they stand for.
fn unescaped(text: &str) -> String {
    let mut plain = String::new();
    let mut rest = text.chars();
    while let Some(c) = rest.next() {
        plain.push(match c {
            '\\' => match rest.next() {
                Some('n') => '\n',
                Some('t') => '\t',
                Some(other) => other,
                None => '\\',
            },
            c => c,
        });
    }
    plain
}

/// Makes one entry of `# context:`.
fn put(context: &Path, entry: &str) {
    if let Some((name, target)) = entry.split_once(" -> ") {
        std::fs::create_dir_all(context.join(name).parent().unwrap()).unwrap();
        return symlink(target, context.join(name)).unwrap();
    }
    let (name, content) = entry.split_once('=').map_or((entry, None), |(name, text)| (name, Some(text)));
    if let Some((name, _)) = name.split_once('{') {
        let list = entry.split_once('{').unwrap().1.trim_end_matches('}');
        std::fs::create_dir_all(context.join(name).parent().unwrap()).unwrap();
        return write(&context.join(name), &archive(name, list));
    }
    let with_mode = name.strip_suffix(']').and_then(|name| name.rsplit_once('['));
    let with_mode = with_mode.and_then(|(name, mode)| Some((name, u32::from_str_radix(mode, 8).ok()?)));
    let usual = if content.is_some() { 0o644 } else { 0o755 };
    let (name, mode) = with_mode.unwrap_or((name, usual));
    let path = context.join(name);
    match content {
        Some(text) => {
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            write(&path, unescaped(text).as_bytes());
        }
        None => std::fs::create_dir_all(&path).unwrap(),
    }
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
}

fn write(path: &Path, content: &[u8]) {
    std::fs::File::create(path).unwrap().write_all(content).unwrap();
}

/// The archive `name` of `list`: `a=1 b/c=2`.
fn archive(name: &str, list: &str) -> Vec<u8> {
    let mut made = tar::Builder::new(Vec::new());
    for (path, text) in list.split(' ').filter_map(|word| word.split_once('=')) {
        let mut header = tar::Header::new_gnu();
        header.set_mode(0o644);
        header.set_uid(7);
        header.set_gid(8);
        header.set_mtime(1_600_000_000);
        header.set_size(text.len() as u64);
        made.append_data(&mut header, path, text.as_bytes()).unwrap();
    }
    let plain = made.into_inner().unwrap();
    if !name.ends_with("gz") {
        return plain;
    }
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packed.write_all(&plain).unwrap();
    packed.finish().unwrap()
}

/// What has come of a case.
struct Found<'a> {
    rcon: &'a Rcon,
    output: &'a Output,
    saved: Option<&'a Saved>,
}

impl Found<'_> {
    /// What is not as `line` says.
    fn complaint(&self, line: &str) -> Option<String> {
        let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
        let said = self.output.said();
        match word {
            "fails" | "output" => (!said.contains(rest)).then(|| format!("it said:\n{said}")),
            "no" if rest.starts_with("output ") => {
                said.contains(&rest["output ".len()..]).then(|| format!("it said:\n{said}"))
            }
            "run" => self.run(rest),
            _ => complaint_about(self.saved?, word, rest),
        }
    }

    /// `COMMAND => OUTPUT`.
    fn run(&self, rest: &str) -> Option<String> {
        let (command, expected) = rest.split_once("=> ").unwrap();
        let words = ["run", "--rm", "case"].into_iter().chain(command.split_whitespace());
        let printed = self.rcon.run(words).succeeds();
        (printed != unescaped(expected)).then(|| format!("it printed {printed:?}"))
    }
}

fn complaint_about(saved: &Saved, word: &str, rest: &str) -> Option<String> {
    match word {
        "file" | "dir" | "link" | "fifo" => of_entry(saved, word, rest),
        "no" => saved.tree.get(rest).map(|entry| format!("there is {entry:?}")),
        "config" => of_value(&saved.config["config"], rest),
        "image" => of_value(&saved.config, rest),
        "history" => {
            let lines = saved.config["history"].as_array().into_iter().flatten();
            let told: Vec<&str> = lines.filter_map(|line| line["created_by"].as_str()).collect();
            (!told.contains(&unescaped(rest).as_str())).then(|| format!("there is {told:#?}"))
        }
        "layers" => {
            let count = saved.layers.len();
            (rest != count.to_string()).then(|| format!("there are {count}"))
        }
        "layer" => {
            let mut words = rest.split(' ');
            let number: usize = words.next()?.parse().unwrap();
            let layer = &saved.layers[number - 1];
            let has = words.next() == Some("has");
            (layer.contains(words.next()?) != has).then(|| format!("it has {layer:?}"))
        }
        other => Some(format!("nobody knows what `{other}` means")),
    }
}

/// `PATH [-> TARGET] [mode=…] [owner=…] [content=…]`.
fn of_entry(saved: &Saved, kind: &str, rest: &str) -> Option<String> {
    let (rest, content) =
        rest.split_once(" content=").map_or((rest, None), |(rest, text)| (rest, Some(text)));
    let (mut rest, mut mode, mut owner) = (rest, None, None);
    while let Some((before, word)) = rest.rsplit_once(' ') {
        match word.split_once('=') {
            Some(("mode", value)) => mode = Some(value),
            Some(("owner", value)) => owner = Some(value),
            _ => break,
        }
        rest = before;
    }
    let (path, target) = rest.split_once(" -> ").map_or((rest, None), |(path, target)| (path, Some(target)));
    let Some(entry) = saved.tree.get(path) else { return Some("there is none".to_owned()) };
    let content = content.map(unescaped);
    let is = entry.kind == kind
        && mode.is_none_or(|mode| mode == format!("{:04o}", entry.mode))
        && owner.is_none_or(|owner| owner == entry.owner)
        && target.is_none_or(|target| target.as_bytes() == entry.content)
        && content.is_none_or(|content| content.as_bytes() == entry.content);
    let shown = String::from_utf8_lossy(&entry.content).chars().take(500).collect::<String>();
    (!is).then(|| {
        format!("it is a {} mode={:04o} owner={} content={shown:?}", entry.kind, entry.mode, entry.owner)
    })
}

/// `.Field is JSON`, `.Field contains WORD`, `.Field lacks WORD`, `.Field none`.
fn of_value(whole: &Value, rest: &str) -> Option<String> {
    let (field, rest) = rest.split_once(' ').unwrap();
    let (verb, word) = rest.split_once(' ').unwrap_or((rest, ""));
    let field = field.trim_start_matches('.');
    let (field, key) = field.split_once('.').map_or((field, None), |(field, key)| (field, Some(key)));
    let value = key.map_or(&whole[field], |key| &whole[field][key]);
    let has = || match value {
        Value::Array(list) => list.iter().any(|one| one.as_str() == Some(word)),
        Value::Object(map) => map.contains_key(word),
        _ => false,
    };
    let is_nothing = || match value {
        Value::Array(list) => list.is_empty(),
        Value::Object(map) => map.is_empty(),
        Value::Null => true,
        _ => false,
    };
    let is = match verb {
        "is" => *value == serde_json::from_str::<Value>(word).unwrap(),
        "contains" => has(),
        "lacks" => !has(),
        "none" => is_nothing(),
        _ => false,
    };
    (!is).then(|| format!("it is {value}"))
}
