//! Unpacking a layer: a tar stream becomes a directory overlayfs can use as it is.
//!
//! The stream is a stranger's. Everything happens below one directory descriptor; no path of the
//! archive is ever resolved outside of it, no symbolic link at the end of a name is followed, nothing
//! the archive says becomes overlayfs' own metadata, and time and memory are linear and bounded.
//!
//! | in the archive | in the directory |
//! |---|---|
//! | `.wh.NAME` | character device 0:0 at `NAME` (overlayfs.rst, "whiteouts and opaque directories") |
//! | `.wh..wh..opq` | `user.overlay.opaque=y` on its directory |
//! | other `.wh..wh.*` | nothing: notes of AUFS to itself |
//! | devices | nothing: a user namespace may not make them; skipped and told |

mod compare;
mod entries;
mod names;
mod owners;
mod pax;
mod place;
mod taken_down;
mod tree;
mod whiteouts;
mod xattrs;

#[cfg(test)]
mod hostile;
#[cfg(test)]
mod tests;

pub use compare::{Depth, Differences, compare};
pub use entries::{Entries, Entry, EntryKind, Extent};
pub use owners::Owners;
pub use pax::Moment;
pub(super) use whiteouts::is_opaque;
pub use xattrs::may_pass;

use super::skeleton::Draft;
use crate::error::{Context, Error, Kind, Result};
use std::io::{self, Read};
use std::os::fd::{AsFd, OwnedFd};
use taken_down::TakenDown;
use tree::Replaced;

/// Skipped entries that are named; the rest is counted.
const NAMED_SKIPS: usize = 64;

/// How much one layer may be.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Entries and directories made for them.
    pub entries: u64,
    /// Bytes of file contents, holes not counted.
    pub bytes: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self { entries: 10_000_000, bytes: 64 << 30 }
    }
}

impl Limits {
    /// These limits, and not more bytes than the file system of `directory` has free now.
    pub fn within(self, directory: impl AsFd) -> Result<Self> {
        let stat =
            rustix::fs::fstatvfs(directory).map_err(io::Error::from).what(|| "asking for free space")?;
        // Some file systems of the network do not count.
        let free = if stat.f_blocks == 0 { u64::MAX } else { stat.f_bavail.saturating_mul(stat.f_frsize) };
        Ok(Self { bytes: self.bytes.min(free), ..self })
    }
}

/// What became of a layer.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Unpacked {
    /// Bytes of file contents, holes not counted.
    pub size: u64,
    /// Entries, and directories made for them.
    pub entries: u64,
    /// What was left out, and why: the first 64.
    pub skipped: Vec<String>,
    /// How many were left out.
    pub skipped_count: u64,
}

/// Where a layer goes: both on one file system, nothing else writing there.
#[derive(Debug)]
pub struct Target {
    /// Empty; becomes the layer's root.
    pub root: OwnedFd,
    /// Takes directories the layer replaced, and files where a skeleton is drafted; the caller removes it.
    pub trash: OwnedFd,
}

/// Unpacks the tar `stream` into `target`, and reads it to its end.
///
/// # Errors
/// [`Kind::Invalid`] for what the archive does wrong, [`Kind::Denied`] for what the host refuses. The
/// target is incomplete then, and to be thrown away.
pub fn unpack(stream: impl Read, target: Target, owners: &mut Owners, limits: Limits) -> Result<Unpacked> {
    unpack_with(TakenDown::new(stream, None), target, owners, limits)
}

/// The same, with the skeleton of the tar taken down in `draft`; see [`skeleton`](super::skeleton) for
/// what is to be done with the trash then.
pub fn unpack_and_draft(
    stream: impl Read,
    target: Target,
    owners: &mut Owners,
    limits: Limits,
    draft: &mut Draft,
) -> Result<Unpacked> {
    unpack_with(TakenDown::new(stream, Some(draft)), target, owners, limits)
}

/// What is changed in files that are unpacked over others.
#[derive(Debug, Clone, Copy, Default)]
pub struct Over {
    /// Seconds since 1970 that everything gets; `None` leaves what the archive says.
    pub time: Option<i64>,
    /// User and group that everything gets; `None` leaves what the archive says.
    pub owner: Option<(u32, u32)>,
}

/// Unpacks the tar `stream` as files, not as a layer, over what `root` has, which may be a mount: directories are
/// merged, whatever else is in the way is removed, and a whiteout is a file with that name.
///
/// # Errors
/// As those of [`unpack`]; what was unpacked by then stays.
pub fn unpack_over(
    stream: impl Read,
    root: OwnedFd,
    owners: &mut Owners,
    limits: Limits,
    over: Over,
) -> Result<Unpacked> {
    let mut entries = Entries::new(TakenDown::new(stream, None));
    let mut unpacker = place::Unpacker::over(root, owners, limits, over)?;
    while let Some(mut entry) = entries.next_entry()? {
        over.change(&mut entry);
        unpacker.place(&entry, &mut entries).map_err(|error| at_entry(error, &entry.name))?;
    }
    unpacker.finish()
}

impl Over {
    fn change(self, entry: &mut Entry) {
        if let Some(seconds) = self.time {
            entry.mtime = Moment { seconds, nanoseconds: 0 };
        }
        if let Some((uid, gid)) = self.owner {
            (entry.uid, entry.gid) = (uid.into(), gid.into());
        }
    }
}

fn unpack_with(
    stream: TakenDown<'_, impl Read>,
    target: Target,
    owners: &mut Owners,
    limits: Limits,
) -> Result<Unpacked> {
    let replaced = if stream.has_draft() { Replaced::Kept } else { Replaced::Removed };
    let mut entries = Entries::new(stream);
    let mut unpacker = place::Unpacker::new(target, replaced, owners, limits)?;
    while let Some(entry) = entries.next_entry()? {
        unpacker.place(&entry, &mut entries).map_err(|error| at_entry(error, &entry.name))?;
    }
    let unpacked = unpacker.finish()?;
    // What follows the end belongs to the digest, not to the layer.
    io::copy(&mut entries.into_inner(), &mut io::sink()).what(|| "reading the layer")?;
    Ok(unpacked)
}

/// An archive that is not as it should be.
fn invalid(what: impl Into<String>) -> Error {
    Error::new(Kind::Invalid, what)
}

/// Names the entry an error is about; what a stranger called it is shortened.
fn at_entry(error: Error, name: &[u8]) -> Error {
    let fix = error.hint().map(str::to_owned);
    let named = Error::new(error.kind, format!("unpacking `{}`", shortened(name))).why(error);
    match fix {
        Some(fix) => named.fix(fix),
        None => named,
    }
}

fn shortened(name: &[u8]) -> String {
    let text = String::from_utf8_lossy(&name[..name.len().min(200)]).into_owned();
    if name.len() > 200 { text + "…" } else { text }
}
