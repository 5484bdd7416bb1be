//! What files were found to hold, so that a file that did not change is read once.
//!
//! One file, for one machine and user: it saves time, and may be lost or thrown away at any moment.
//!
//! ```text
//! "rcon known files 1\n"
//! records of 80 bytes, little endian: device, inode, size, mtime and ctime (seconds 8, nanoseconds 4), SHA-256
//! SHA-256 of all that
//! ```

use crate::durable;
use crate::error::{Context, Result};
use rustix::fs::Stat;
use std::collections::HashMap;
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Begins the file.
const MAGIC: &[u8] = b"rcon known files 1\n";
/// Bytes of a record.
const RECORD: usize = 80;
/// Records that are kept: 40 MB.
const RECORD_LIMIT: usize = 500_000;
/// Bytes of the file that are read.
const FILE_LIMIT: u64 = (MAGIC.len() + RECORD * RECORD_LIMIT + 32) as u64;
/// A file this young may change again without a new time: clocks of file systems are coarse.
const RACY: Duration = Duration::from_secs(2);

/// A file in a state that is never seen twice: whatever changes it changes its ctime.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct State {
    device: u64,
    inode: u64,
    size: u64,
    mtime: (i64, u32),
    ctime: (i64, u32),
}

impl State {
    #[expect(clippy::unnecessary_cast, reason = "the fields differ between architectures")]
    pub(super) fn of(stat: &Stat) -> Self {
        Self {
            device: stat.st_dev as u64,
            inode: stat.st_ino as u64,
            size: stat.st_size as u64,
            mtime: (stat.st_mtime as i64, stat.st_mtime_nsec as u32),
            ctime: (stat.st_ctime as i64, stat.st_ctime_nsec as u32),
        }
    }

    /// Whether a later change is bound to show, seen from `now`.
    fn settled(&self, now: SystemTime) -> bool {
        let now = now.duration_since(UNIX_EPOCH).unwrap_or_default().saturating_sub(RACY);
        let before = |(seconds, nanoseconds): (i64, u32)| {
            u64::try_from(seconds).map_or(true, |seconds| Duration::new(seconds, nanoseconds) < now)
        };
        before(self.mtime) && before(self.ctime)
    }
}

/// The digests of files by their state. Only of trees that stay: device numbers of mounts that come and go are used
/// again.
#[derive(Debug, Default)]
pub struct Known {
    path: Option<PathBuf>,
    /// With whether it was of use since it was loaded.
    files: HashMap<State, ([u8; 32], bool)>,
    changed: bool,
}

impl Known {
    /// Reads the table at `path`. One that is missing, damaged or of another kind is empty.
    pub fn load(path: &Path) -> Self {
        let files = read(path).as_deref().and_then(parse).unwrap_or_default();
        Self { path: Some(path.to_owned()), files, changed: false }
    }

    /// Writes the table back where it came from, if it changed.
    pub fn save(&mut self) -> Result<()> {
        let Some(path) = self.path.as_ref().filter(|_| self.changed) else { return Ok(()) };
        if self.files.len() > RECORD_LIMIT {
            self.files.retain(|_, (_, used)| *used);
        }
        let mut bytes = Vec::with_capacity(MAGIC.len() + RECORD * self.files.len() + 32);
        bytes.extend_from_slice(MAGIC);
        for (state, (digest, _)) in self.files.iter().take(RECORD_LIMIT) {
            write_record(&mut bytes, state, digest);
        }
        let sum = ring::digest::digest(&ring::digest::SHA256, &bytes);
        bytes.extend_from_slice(sum.as_ref());
        durable::replace(path, &bytes).what(|| "remembering the files of a build context")?;
        self.changed = false;
        Ok(())
    }

    pub(super) fn get(&mut self, state: &State) -> Option<[u8; 32]> {
        let (digest, used) = self.files.get_mut(state)?;
        *used = true;
        Some(*digest)
    }

    /// Remembers what a file held, unless it is so young that it could change unseen.
    pub(super) fn put(&mut self, state: State, digest: [u8; 32]) {
        if state.settled(SystemTime::now()) {
            self.files.insert(state, (digest, true));
            self.changed = true;
        }
    }
}

fn read(path: &Path) -> Option<Vec<u8>> {
    let mut file = match std::fs::File::open(path) {
        Err(cause) if cause.kind() == ErrorKind::NotFound => return None,
        file => file.ok()?,
    };
    let size = file.metadata().ok().filter(|about| about.is_file() && about.len() <= FILE_LIMIT)?.len();
    let mut bytes = Vec::with_capacity(usize::try_from(size).ok()? + 1);
    Read::by_ref(&mut file).take(FILE_LIMIT + 1).read_to_end(&mut bytes).ok()?;
    Some(bytes)
}

fn parse(bytes: &[u8]) -> Option<HashMap<State, ([u8; 32], bool)>> {
    let (body, sum) = bytes.split_last_chunk::<32>()?;
    let records = body.strip_prefix(MAGIC)?;
    if !records.len().is_multiple_of(RECORD)
        || ring::digest::digest(&ring::digest::SHA256, body).as_ref() != sum
    {
        return None;
    }
    records.chunks_exact(RECORD).map(read_record).collect()
}

fn write_record(bytes: &mut Vec<u8>, state: &State, digest: &[u8; 32]) {
    for number in [state.device, state.inode, state.size] {
        bytes.extend_from_slice(&number.to_le_bytes());
    }
    for (seconds, nanoseconds) in [state.mtime, state.ctime] {
        bytes.extend_from_slice(&seconds.to_le_bytes());
        bytes.extend_from_slice(&nanoseconds.to_le_bytes());
    }
    bytes.extend_from_slice(digest);
}

fn read_record(record: &[u8]) -> Option<(State, ([u8; 32], bool))> {
    let long = |at: usize| Some(u64::from_le_bytes(*record.get(at..)?.first_chunk()?));
    let moment = |at: usize| {
        let nanoseconds = u32::from_le_bytes(*record.get(at + 8..)?.first_chunk()?);
        Some((i64::from_le_bytes(*record.get(at..)?.first_chunk()?), nanoseconds))
    };
    let state =
        State { device: long(0)?, inode: long(8)?, size: long(16)?, mtime: moment(24)?, ctime: moment(36)? };
    Some((state, (*record.get(48..)?.first_chunk()?, false)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::MetadataExt;

    fn state(inode: u64) -> State {
        State { device: 1, inode, size: 3, mtime: (1000, 5), ctime: (2000, 6) }
    }

    fn table() -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("known");
        (folder, path)
    }

    #[test]
    fn what_was_remembered_is_known_to_the_next_call() {
        let (_folder, path) = table();
        let mut known = Known::load(&path);
        known.put(state(1), [7; 32]);
        known.put(state(2), [8; 32]);
        known.save().unwrap();
        let mut known = Known::load(&path);
        assert_eq!(known.get(&state(1)), Some([7; 32]));
        assert_eq!(known.get(&state(2)), Some([8; 32]));
        assert_eq!(known.get(&state(3)), None);
        let written = std::fs::metadata(&path).unwrap().ino();
        known.save().unwrap();
        assert_eq!(std::fs::metadata(&path).unwrap().ino(), written, "nothing changed");
    }

    #[test]
    fn a_damaged_or_foreign_table_is_empty() {
        let (_folder, path) = table();
        let mut known = Known::load(&path);
        known.put(state(1), [7; 32]);
        known.save().unwrap();
        let good = std::fs::read(&path).unwrap();
        let mut flipped = good.clone();
        flipped[MAGIC.len() + 3] ^= 1;
        for bytes in [&flipped[..], &good[..good.len() - 1], b"", b"#!/bin/sh\n", MAGIC] {
            crate::durable::replace(&path, bytes).unwrap();
            assert_eq!(Known::load(&path).get(&state(1)), None);
        }
        assert_eq!(Known::load(_folder.path()).get(&state(1)), None);
    }

    #[test]
    fn a_file_that_just_changed_is_not_remembered() {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs() as i64;
        let mut known = Known::default();
        for young in [
            State { mtime: (now, 0), ..state(1) },
            State { ctime: (now - 1, 0), ..state(1) },
            State { mtime: (now + 999, 0), ..state(1) },
        ] {
            known.put(young, [1; 32]);
            assert_eq!(known.get(&young), None);
        }
        let old = State { mtime: (-5, 0), ctime: (now - 60, 0), ..state(1) };
        known.put(old, [1; 32]);
        assert_eq!(known.get(&old), Some([1; 32]));
    }
}
