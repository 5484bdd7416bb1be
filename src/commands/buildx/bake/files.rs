//! The files that say what is baked.

use crate::bake::{DEFAULT_FILES, LARGEST_FILE};
use crate::build::progress::shared::Display;
use crate::build::report::Report;
use crate::commands::caller::Caller;
use crate::error::{Context, Error, Kind, Result};
use jiff::Timestamp;
use std::fs::File;
use std::io::{ErrorKind, Read};
use std::path::Path;

/// Reads the files that are `named`, or those of the usual names that are there; each with its name.
pub(super) fn read(named: &[String], caller: &Caller, display: &Display) -> Result<Vec<(String, Vec<u8>)>> {
    let report = Report::to(Box::new(display.part("")));
    let variable = caller.variable("BUILDX_BAKE_FILE").filter(|files| named.is_empty() && !files.is_empty());
    let separator = caller.variable("BUILDX_BAKE_FILE_SEPARATOR").filter(|separator| !separator.is_empty());
    let by_variable: Vec<String> = variable
        .iter()
        .flat_map(|files| files.split(separator.as_deref().unwrap_or(":")))
        .map(str::to_owned)
        .collect();
    let named = if named.is_empty() { &by_variable[..] } else { named };
    report.step("[internal] load local bake definitions", |vertex| {
        let mut files = Vec::new();
        let started = Timestamp::now();
        let all = if named.is_empty() { DEFAULT_FILES } else { &[] };
        for name in all.iter().copied().chain(named.iter().map(String::as_str)) {
            let found = match name {
                "-" => Some(bounded(std::io::stdin().lock(), "standard input")?),
                name => open(&caller.directory.join(name.strip_prefix("cwd://").unwrap_or(name)), name)?,
            };
            match found {
                Some(content) => {
                    report.part(vertex, format!("reading {name}"), content.len() as u64, started);
                    files.push((name.to_owned(), content));
                }
                None if named.is_empty() => {}
                None => {
                    return Err(Error::new(
                        Kind::NotFound,
                        format!("open {name}: no such file or directory"),
                    ));
                }
            }
        }
        match files.is_empty() {
            true => Err(Error::new(Kind::NotFound, "couldn't find a bake definition")),
            false => Ok(files),
        }
    })
}

/// `.env`, which compose files see.
pub(super) fn dotenv(caller: &Caller) -> Result<Option<Vec<u8>>> {
    open(&caller.directory.join(".env"), ".env")
}

fn open(path: &Path, name: &str) -> Result<Option<Vec<u8>>> {
    match File::open(path) {
        Err(cause) if cause.kind() == ErrorKind::NotFound => Ok(None),
        Err(cause) => Err(cause).what(|| format!("opening {name}")),
        Ok(file) => bounded(file, name).map(Some),
    }
}

/// All of it, and a byte more of what is too large, so that whoever reads it says so.
fn bounded(stream: impl Read, name: &str) -> Result<Vec<u8>> {
    let mut content = Vec::new();
    let read = stream.take(LARGEST_FILE as u64 + 1).read_to_end(&mut content);
    read.what(|| format!("reading {name}"))?;
    Ok(content)
}
