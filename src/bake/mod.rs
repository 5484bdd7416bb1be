//! Bake files: targets and groups of builds in HCL, JSON or a compose file, read and resolved. Pure: contents of
//! files, the environment and the time are handed in.
//!
//! ```text
//! files ─┬─ compose ─ services ─────┐
//!        └─ lang ─ tree ─ resolve ──┴─▶ Config ── overrides ── select ─▶ Bake ─▶ print
//! ```

pub mod compose;
pub mod config;
pub mod csv;
pub mod decode;
pub mod definition;
pub mod entries;
pub mod glob;
pub mod lang;
pub mod list;
pub mod model;
pub mod overrides;
pub mod places;
pub mod print;
pub mod resolve;
pub mod select;
pub mod variables;
pub mod wish;

pub use list::{Listing, list};
pub use model::{Bake, Group, Target};
pub use print::{print, print_text};
pub use wish::BakeWish;

use crate::error::{Error, Kind, Result};

/// Names of files that are read when none is given, in this order; those that are missing are passed over.
pub const DEFAULT_FILES: &[&str] = &[
    "compose.yaml",
    "compose.yml",
    "docker-compose.yml",
    "docker-compose.yaml",
    "docker-bake.json",
    "docker-bake.hcl",
    "docker-bake.override.json",
    "docker-bake.override.hcl",
];

/// Bytes a file may have.
pub const LARGEST_FILE: usize = 4 << 20;

/// Targets there may be, those of a matrix counted one by one.
pub const MOST_TARGETS: usize = 10_000;

/// Reads files, each a name and its content, and resolves the targets that are wished for.
///
/// # Errors
/// A file, a variable or an override that is wrong, in the words of buildx.
pub fn read(files: &[(String, Vec<u8>)], wish: &BakeWish) -> Result<Bake> {
    if files.iter().all(|(_, content)| content.is_empty()) {
        return Err(Error::new(Kind::NotFound, "couldn't find a bake definition"));
    }
    let config = read_config(files, wish)?;
    let refused = |why| Error::new(Kind::Invalid, why);
    let overrides = overrides::parse(&wish.overrides, &config, wish).map_err(refused)?;
    select::select(&config, &wish.targets, &overrides).map_err(refused)
}

/// Reads files without resolving anything.
fn read_config(files: &[(String, Vec<u8>)], wish: &BakeWish) -> Result<config::Config> {
    if let Some((name, _)) = files.iter().find(|(_, content)| content.len() > LARGEST_FILE) {
        let what = format!("bake file `{name}` is larger than {} MiB", LARGEST_FILE >> 20);
        return Err(Error::new(Kind::Invalid, what));
    }
    config::parse(files, wish).map_err(|diagnostic| diagnostic.into_error(files))
}

#[cfg(test)]
mod tests;
