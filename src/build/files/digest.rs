//! The digest of a selection: equal when a copy would be.
//!
//! | counts | does not |
//! |---|---|
//! | names below the source, of a source that is a file its own | where the source is |
//! | kinds, modes, owners, link targets, devices, contents, attributes | times |
//! | which names are one file | inode numbers |
//! | of a directory that is a source: what is taken below | its own mode, since a copy does not have it |

use super::attributes;
use super::known::{Known, State};
use super::select::{Pick, Selection};
use super::tree::{Tree, is_directory};
use super::walk::{Entry, Visitor, unfit, walk};
use super::{join, shown, split_last};
use crate::error::{Context, Error, Kind, Result};
use crate::oci::digest::{Digest, Hasher};
use rustix::fs::{FileType, Mode, OFlags, Stat, fstat, openat, readlinkat};
use std::collections::HashMap;
use std::ffi::CString;
use std::fs::File;
use std::io::{self, Read};
use std::os::fd::{AsFd, OwnedFd};

/// Bytes read at once.
const BUFFER: usize = 256 * 1024;
/// Begins every digest; another form of it has another.
const FORM: &[u8] = b"rcon files 1\n";

/// The digest of a selection, and what it took to find.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Digested {
    /// Of the whole selection.
    pub digest: Digest,
    /// Files, directories and all else.
    pub entries: u64,
    /// Bytes of all files.
    pub bytes: u64,
    /// Bytes that had to be read, the files being unknown.
    pub read: u64,
}

/// Digests `selection`, which is of `tree`; what files hold is looked up in `known`, and noted there.
pub fn digest(tree: &Tree, selection: &Selection, known: &mut Known) -> Result<Digested> {
    let mut digester = Digester {
        tree,
        known,
        hasher: Hasher::default(),
        above: Vec::new(),
        record: Vec::new(),
        buffer: Vec::new(),
        links: HashMap::new(),
        entries: 0,
        bytes: 0,
        read: 0,
    };
    digester.hasher.update(FORM);
    for pick in &selection.picks {
        digester.pick(pick)?;
    }
    let Digester { hasher, entries, bytes, read, .. } = digester;
    Ok(Digested { digest: hasher.finish(), entries, bytes, read })
}

struct Digester<'a> {
    tree: &'a Tree,
    known: &'a mut Known,
    hasher: Hasher,
    /// What paths of entries begin with, for people.
    above: Vec<u8>,
    /// The entry in the making.
    record: Vec<u8>,
    buffer: Vec<u8>,
    /// Files with several names, by device and inode: the number of the entry with the first.
    links: HashMap<(u64, u64), u64>,
    entries: u64,
    bytes: u64,
    read: u64,
}

impl Digester<'_> {
    fn pick(&mut self, pick: &Pick) -> Result<()> {
        self.hasher.update(b"source\n");
        // Names of one file stay one only within a source.
        self.links.clear();
        let looked = self.tree.look(&pick.path).map_err(io::Error::from);
        let (_, stat) = looked.what(|| format!("lstat {}", shown(&pick.named)))?;
        self.above = split_last(&pick.named).0.to_vec();
        if is_directory(&stat) {
            self.above.clone_from(&pick.named);
            let own = self.tree.directory(&pick.path)?;
            let verdict = pick.filter.source(&pick.path);
            return walk(own, stat, &pick.path, verdict, &pick.filter, self);
        }
        if unfit(&stat).is_some() {
            return Ok(());
        }
        let (parent, name) = split_last(&pick.path);
        let directory = self.tree.directory(parent)?;
        let name = CString::new(name).what(|| "a name with a NUL byte")?;
        self.leaf(&Entry {
            directory: directory.as_fd(),
            name: &name,
            relative: split_last(&pick.named).1,
            stat: &stat,
            own: None,
            wanted: true,
        })
    }

    /// Begins the record of an entry: what every kind has.
    fn begin(&mut self, entry: &Entry<'_>) {
        self.entries += 1;
        self.record.clear();
        self.field(entry.relative);
        self.record.push(u8::from(entry.wanted));
        self.record.extend_from_slice(&entry.stat.st_mode.to_le_bytes());
        let (uid, gid) = self.tree.owner(entry.stat);
        self.record.extend_from_slice(&uid.to_le_bytes());
        self.record.extend_from_slice(&gid.to_le_bytes());
    }

    /// Adds bytes of any length, so that nothing else reads the same.
    fn field(&mut self, bytes: &[u8]) {
        self.record.extend_from_slice(&(bytes.len() as u64).to_le_bytes());
        self.record.extend_from_slice(bytes);
    }

    /// Says that a file has a name that was seen before, where it has.
    fn same_as(&mut self, stat: &Stat) {
        #[expect(clippy::unnecessary_cast, reason = "the field differs between architectures")]
        if stat.st_nlink as u64 > 1 {
            let number = self.entries;
            let first = *self.links.entry((stat.st_dev, stat.st_ino)).or_insert(number);
            self.record.extend_from_slice(&(number - first).to_le_bytes());
        } else {
            self.record.extend_from_slice(&[0; 8]);
        }
    }

    /// What a file holds, its attributes with it.
    fn contents(&mut self, entry: &Entry<'_>) -> Result<[u8; 32]> {
        let state = State::of(entry.stat);
        if let Some(digest) = self.known.get(&state) {
            return Ok(digest);
        }
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC | OFlags::NOCTTY;
        let file = openat(entry.directory, entry.name, flags, Mode::empty())
            .map_err(io::Error::from)
            .what(|| format!("open {}", shown(&join(&self.above, entry.relative))))?;
        let (digest, size) = self.hash(file, entry)?;
        self.read += size.1;
        if size.0 == state {
            self.known.put(state, digest);
        }
        Ok(digest)
    }

    /// Hashes an open file; with the state it was in before and after, and its bytes.
    fn hash(&mut self, file: OwnedFd, entry: &Entry<'_>) -> Result<([u8; 32], (State, u64))> {
        let path = shown(&join(&self.above, entry.relative));
        let reading = || format!("reading {path}");
        let stat = fstat(&file).map_err(io::Error::from).what(reading)?;
        if FileType::from_raw_mode(stat.st_mode) != FileType::RegularFile {
            return Err(Error::new(Kind::Conflict, format!("{path} changed while it was read")));
        }
        let mut file = File::from(file);
        let mut context = ring::digest::Context::new(&ring::digest::SHA256);
        self.buffer.resize(BUFFER, 0);
        let mut size = 0;
        loop {
            match file.read(&mut self.buffer) {
                Ok(0) => break,
                Ok(count) => {
                    context.update(&self.buffer[..count]);
                    size += count as u64;
                }
                Err(cause) if cause.kind() == io::ErrorKind::Interrupted => {}
                Err(cause) => return Err(cause).what(reading),
            }
        }
        let mut digest = [0; 32];
        digest.copy_from_slice(context.finish().as_ref());
        let attributes = attributes::read(&file);
        if !attributes.is_empty() {
            let mut text = digest.to_vec();
            for (name, value) in attributes {
                for field in [name, value] {
                    text.extend_from_slice(&(field.len() as u64).to_le_bytes());
                    text.extend_from_slice(&field);
                }
            }
            digest.copy_from_slice(ring::digest::digest(&ring::digest::SHA256, &text).as_ref());
        }
        let after = fstat(&file).map_err(io::Error::from).what(reading)?;
        Ok((digest, (State::of(&after), size)))
    }
}

impl Visitor for Digester<'_> {
    fn enter(&mut self, directory: &Entry<'_>) -> Result<()> {
        if directory.relative.is_empty() {
            self.hasher.update(b"directory\n");
            return Ok(());
        }
        self.begin(directory);
        if let Some(own) = directory.own {
            let attributes = attributes::read(own);
            self.record.extend_from_slice(&(attributes.len() as u64).to_le_bytes());
            for (name, value) in attributes {
                self.field(&name);
                self.field(&value);
            }
        }
        self.hasher.update(&self.record);
        Ok(())
    }

    fn leave(&mut self, _: &Entry<'_>) -> Result<()> {
        Ok(())
    }

    fn leaf(&mut self, entry: &Entry<'_>) -> Result<()> {
        self.begin(entry);
        match FileType::from_raw_mode(entry.stat.st_mode) {
            FileType::RegularFile => {
                self.bytes += u64::try_from(entry.stat.st_size).unwrap_or(0);
                self.same_as(entry.stat);
                let digest = self.contents(entry)?;
                self.record.extend_from_slice(&digest);
            }
            FileType::Symlink => {
                let target = readlinkat(entry.directory, entry.name, Vec::new())
                    .map_err(io::Error::from)
                    .what(|| format!("readlink {}", shown(entry.relative)))?;
                self.field(target.as_bytes());
            }
            _ => self.record.extend_from_slice(&entry.stat.st_rdev.to_le_bytes()),
        }
        self.hasher.update(&self.record);
        Ok(())
    }
}
