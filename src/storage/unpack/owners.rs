//! Who owns what a layer holds: set on the files, or written down beside them.
//!
//! With one id only, all files are that id's, and their owners in the image are recorded:
//! `UID GID PATH NUL` per entry; decimal ids, the path below
//! the root and without symbolic links. The last record of a path counts.

use super::invalid;
use crate::error::{Context, Error, Kind, Result};
use rustix::fs::{AtFlags, Gid, Uid, chownat, fchown};
use rustix::io::Errno;
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::os::fd::AsFd;

/// What becomes of the owners in a layer.
#[derive(Debug)]
pub enum Owners {
    /// chown(2): the ids are mapped in this user namespace.
    Applied,
    /// Written to a file beside the layer: only one id is mapped.
    Recorded(BufWriter<File>),
    /// All is the caller's: only one id is mapped, and nobody asks later.
    Ignored,
}

/// A user and a group as the image numbers them.
#[derive(Debug, Clone, Copy)]
pub(super) struct Owner {
    uid: u32,
    gid: u32,
}

impl Owner {
    /// # Errors
    /// When a number is no id; 2^32-1 means "unchanged" to chown(2) and is no id either.
    pub(super) fn new(uid: u64, gid: u64) -> Result<Self> {
        let id = |number| u32::try_from(number).ok().filter(|id| *id != u32::MAX);
        match (id(uid), id(gid)) {
            (Some(uid), Some(gid)) => Ok(Self { uid, gid }),
            _ => Err(invalid(format!("an owner {uid}:{gid} that no user can be"))),
        }
    }

    fn ids(self) -> (Option<Uid>, Option<Gid>) {
        (Some(Uid::from_raw(self.uid)), Some(Gid::from_raw(self.gid)))
    }
}

impl Owners {
    /// Gives the open file, which is at `path`, its owner.
    pub(super) fn give(&mut self, file: impl AsFd, owner: Owner, path: &[u8]) -> Result<()> {
        let (uid, gid) = owner.ids();
        match self {
            Self::Applied => fchown(file, uid, gid).map_err(|errno| refused(errno, owner)),
            Self::Recorded(table) => record(table, owner, path),
            Self::Ignored => Ok(()),
        }
    }

    /// Gives what is at `name` in `directory`, links not followed, its owner.
    pub(super) fn give_at(
        &mut self,
        directory: impl AsFd,
        name: &[u8],
        owner: Owner,
        path: &[u8],
    ) -> Result<()> {
        let (uid, gid) = owner.ids();
        match self {
            Self::Applied => chownat(directory, name, uid, gid, AtFlags::SYMLINK_NOFOLLOW)
                .map_err(|errno| refused(errno, owner)),
            Self::Recorded(table) => record(table, owner, path),
            Self::Ignored => Ok(()),
        }
    }

    /// Notes the owner of another name of a file.
    pub(super) fn note(&mut self, owner: Owner, path: &[u8]) -> Result<()> {
        match self {
            Self::Applied | Self::Ignored => Ok(()),
            Self::Recorded(table) => record(table, owner, path),
        }
    }

    pub(super) fn finish(&mut self) -> Result<()> {
        match self {
            Self::Applied | Self::Ignored => Ok(()),
            Self::Recorded(table) => table.flush().what(|| "recording owners"),
        }
    }
}

/// Root is recorded as well: the same path may have been recorded for another before.
fn record(table: &mut BufWriter<File>, owner: Owner, path: &[u8]) -> Result<()> {
    write!(table, "{} {} ", owner.uid, owner.gid)
        .and_then(|()| table.write_all(path))
        .and_then(|()| table.write_all(&[0]))
        .what(|| "recording an owner")
}

fn refused(errno: Errno, owner: Owner) -> Error {
    let Owner { uid, gid } = owner;
    let cause = io::Error::from(errno);
    match errno {
        Errno::INVAL => Error::new(
            Kind::Denied,
            format!("the owner {uid}:{gid} is outside of your subordinate ids"),
        )
        .fix("give yourself more with: sudo usermod --add-subuids FIRST-LAST --add-subgids FIRST-LAST $USER"),
        _ => Error::new(Kind::Denied, format!("giving a file to {uid}:{gid}")).why(cause),
    }
}
