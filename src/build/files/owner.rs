//! `--chown`: names and ids, looked up in the tree that is built.

use super::tree::Tree;
use crate::error::{Context, Error, Kind, Result};
use rustix::fs::{FileType, Stat};
use std::fs::File;
use std::io::Read;

/// Bytes of `/etc/passwd` and `/etc/group` that are read.
const TABLE_LIMIT: u64 = 4 << 20;

/// Whom copies are given to, as the image numbers them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Owner {
    /// The user.
    pub uid: u32,
    /// The group.
    pub gid: u32,
}

impl Owner {
    /// Reads the value of `--chown`: `USER`, `USER:GROUP` or `:GROUP`, each a name or an id. Names are those of
    /// `tree`, the stage as it is before the instruction; a stage from scratch without a step has none.
    ///
    /// As with BuildKit an id alone is the group's as well, a name alone brings its group, and a name that the
    /// tree does not know is root, or leaves the group that the user brought.
    ///
    /// # Errors
    /// `invalid user index: -1`, BuildKit's words for a name where there is no tree.
    pub fn parse(text: &str, tree: Option<&Tree>) -> Result<Self> {
        let (user, group) = text.split_once(':').map_or((text, None), |(user, group)| (user, Some(group)));
        let mut owner = match id(user) {
            Some(uid) => Self { uid, gid: uid },
            None => find(tree, "etc/passwd", user, |fields| Self {
                uid: number(fields.get(2)),
                gid: number(fields.get(3)),
            })?
            .unwrap_or(Self { uid: 0, gid: 0 }),
        };
        match group.map(|group| (id(group), group)) {
            None => {}
            Some((Some(gid), _)) => owner.gid = gid,
            Some((None, name)) => {
                let found = find(tree, "etc/group", name, |fields| number(fields.get(2)))?;
                owner.gid = found.unwrap_or(owner.gid);
            }
        }
        Ok(owner)
    }
}

/// An id, `root`, or nothing at all, which is root too. The highest number means nobody to the kernel.
fn id(text: &str) -> Option<u32> {
    match text {
        "" | "root" => Some(0),
        _ if text.starts_with('+') => None,
        _ => text.parse().ok().map(|id| if id == u32::MAX { 0 } else { id }),
    }
}

/// A number of a table; what is none is 0.
fn number(field: Option<&&str>) -> u32 {
    field.and_then(|field| field.parse().ok()).filter(|id| *id != u32::MAX).unwrap_or(0)
}

/// The first line of a table that begins with `name`.
fn find<T>(tree: Option<&Tree>, table: &str, name: &str, take: impl Fn(&[&str]) -> T) -> Result<Option<T>> {
    let tree = tree.ok_or_else(|| Error::new(Kind::Usage, "invalid user index: -1"))?;
    let resolved = tree.resolve(table.as_bytes())?;
    if !resolved.found.as_ref().is_some_and(is_file) {
        return Ok(None);
    }
    let mut bytes = Vec::new();
    File::from(tree.file(&resolved.path)?)
        .take(TABLE_LIMIT)
        .read_to_end(&mut bytes)
        .what(|| format!("reading /{table}"))?;
    let text = String::from_utf8_lossy(&bytes);
    Ok(text.lines().find_map(|line| {
        let fields: Vec<&str> = line.trim().split(':').collect();
        (fields.first() == Some(&name)).then(|| take(&fields))
    }))
}

fn is_file(stat: &Stat) -> bool {
    FileType::from_raw_mode(stat.st_mode) == FileType::RegularFile
}
