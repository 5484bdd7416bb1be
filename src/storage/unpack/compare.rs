//! A tree held against the archive it was unpacked from: what unpacking would have made, and nothing is written.
//!
//! One pass over the archive. An archive may name a place twice, and the last entry counts: a difference is
//! forgotten when a later entry of the same place, or one that replaces a folder above it, agrees.

use super::entries::{Entries, Entry, EntryKind};
use super::names::{Place, join};
use super::tree::{Directory, Tree};
use super::whiteouts::{AUFS, OPAQUE, WHITEOUT, is_opaque};
use super::{invalid, shortened};
use crate::error::{Context, Result};
use rustix::fs::{Dir, FileType, Mode, OFlags, Stat, fstat, openat, readlinkat};
use std::collections::{BTreeMap, HashSet};
use std::fs::File;
use std::hash::{BuildHasher, RandomState};
use std::io::{self, Read};
use std::os::fd::{AsFd, OwnedFd};

/// Differences that are kept; where there are more, the rest is not looked at.
const KEPT: usize = 1024;
/// Bytes compared at once.
const BUFFER: usize = 64 * 1024;

/// How closely things are looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Depth {
    /// Names, types, sizes, modes, owners, targets of links.
    Quick,
    /// Contents as well.
    Full,
}

/// Where a tree is not what its archive says: places, and what is wrong there.
pub type Differences = Vec<(String, &'static str)>;

/// Compares the tree at `root` with the tar `stream`, and reads that to its end. Owners only where they are
/// those of the files (`owners_apply`).
///
/// # Errors
/// When the archive cannot be read.
pub fn compare(stream: impl Read, root: OwnedFd, depth: Depth, owners_apply: bool) -> Result<Differences> {
    let root_again = root.try_clone().what(|| "comparing a layer")?;
    let mut comparison = Comparison {
        tree: Tree::reading(root)?,
        depth,
        owners_apply,
        wrong: BTreeMap::new(),
        places: Places::default(),
        buffers: [vec![0; BUFFER], vec![0; BUFFER]],
    };
    let mut entries = Entries::new(stream);
    while let Some(entry) = entries.next_entry()? {
        if comparison.wrong.len() < KEPT {
            comparison.entry(&entry, &mut entries)?;
        }
    }
    io::copy(&mut entries.into_inner(), &mut io::sink()).what(|| "reading the layer")?;
    comparison.finish(&root_again)
}

/// What the archive named, as hashes: many small things in little memory. Two names with one hash can at
/// worst hide a file that does not belong.
#[derive(Default)]
struct Places {
    hasher: RandomState,
    named: HashSet<u64>,
    hidden: HashSet<u64>,
    repeated: HashSet<u64>,
}

impl Places {
    fn name(&mut self, path: &[u8]) {
        let hash = self.hasher.hash_one(path);
        if !self.named.insert(hash) {
            self.repeated.insert(hash);
        }
    }

    /// The folders on the way to something, which need no entry of their own.
    fn imply(&mut self, folder: &[u8]) {
        let ends = folder.iter().enumerate().filter(|(_, byte)| **byte == b'/').map(|(index, _)| index);
        for end in ends.chain([folder.len()]) {
            self.named.insert(self.hasher.hash_one(&folder[..end]));
        }
    }

    fn hide(&mut self, path: &[u8]) {
        self.hidden.insert(self.hasher.hash_one(path));
    }

    fn belongs(&self, path: &[u8], is_whiteout: bool) -> bool {
        let hash = self.hasher.hash_one(path);
        if is_whiteout { self.hidden.contains(&hash) } else { self.named.contains(&hash) }
    }

    fn is_repeated(&self, path: &[u8]) -> bool {
        self.repeated.contains(&self.hasher.hash_one(path))
    }
}

/// A difference; of a hard link also what it leads to.
struct Wrong {
    what: &'static str,
    link: Option<Vec<u8>>,
}

struct Comparison {
    tree: Tree,
    depth: Depth,
    owners_apply: bool,
    wrong: BTreeMap<Vec<u8>, Wrong>,
    places: Places,
    buffers: [Vec<u8>; 2],
}

impl Comparison {
    fn entry<R: Read>(&mut self, entry: &Entry, data: &mut Entries<R>) -> Result<()> {
        let Some(place) = Place::parse(&entry.name)? else {
            let stat = fstat(&*self.tree.root()).map_err(io::Error::from).what(|| "looking at a layer")?;
            self.judge(Vec::new(), self.dress(entry, &stat), None);
            return Ok(());
        };
        if place.name().starts_with(WHITEOUT) {
            return self.whiteout(&place);
        }
        if entry.kind != EntryKind::Directory {
            let below = join(place.path(), b"");
            self.wrong.retain(|path, _| !path.starts_with(&below));
        }
        // Whatever keeps the folder from being opened, what is in it is not there.
        let Ok(Some(parent)) = self.tree.find(place.parent()) else {
            self.judge(place.path().to_vec(), Some("is missing"), None);
            return Ok(());
        };
        self.places.imply(parent.path());
        // Devices are left out, but the folder they would be in is made.
        if matches!(entry.kind, EntryKind::CharacterDevice | EntryKind::BlockDevice) {
            return Ok(());
        }
        self.places.name(&join(parent.path(), place.name()));
        let what = match self.tree.look(&parent, place.name())? {
            None => Some("is missing"),
            Some(stat) => self.thing(entry, &parent, place.name(), &stat, data)?,
        };
        let link = match entry.kind {
            EntryKind::HardLink => Place::parse(&entry.link)?.map(|target| target.path().to_vec()),
            _ => None,
        };
        self.judge(place.path().to_vec(), what, link);
        Ok(())
    }

    fn judge(&mut self, path: Vec<u8>, what: Option<&'static str>, link: Option<Vec<u8>>) {
        match what {
            Some(what) => self.wrong.insert(path, Wrong { what, link }),
            None => self.wrong.remove(&path),
        };
    }

    /// What is wrong with what is there.
    fn thing<R: Read>(
        &mut self,
        entry: &Entry,
        parent: &Directory,
        name: &[u8],
        stat: &Stat,
        data: &mut Entries<R>,
    ) -> Result<Option<&'static str>> {
        let kind = FileType::from_raw_mode(stat.st_mode);
        let expected = match entry.kind {
            EntryKind::File => FileType::RegularFile,
            EntryKind::Directory => FileType::Directory,
            EntryKind::Symlink => FileType::Symlink,
            EntryKind::Fifo => FileType::Fifo,
            EntryKind::HardLink => return self.hard_link(entry, stat),
            EntryKind::CharacterDevice | EntryKind::BlockDevice => return Ok(None),
        };
        if kind != expected {
            return Ok(Some("is of another type"));
        }
        if kind == FileType::Symlink {
            let target = readlinkat(parent, name, Vec::new()).ok();
            let same = target.is_some_and(|target| target.as_bytes() == entry.link);
            return Ok(if same { self.owner(entry, stat) } else { Some("leads elsewhere") });
        }
        if kind == FileType::RegularFile && u64::try_from(stat.st_size) != Ok(entry.size) {
            return Ok(Some("is of another size"));
        }
        match self.dress(entry, stat) {
            None if kind == FileType::RegularFile && self.depth == Depth::Full => {
                self.contents(entry, parent, name, data)
            }
            wrong => Ok(wrong),
        }
    }

    fn dress(&self, entry: &Entry, stat: &Stat) -> Option<&'static str> {
        match stat.st_mode & 0o7777 == entry.mode {
            true => self.owner(entry, stat),
            false => Some("is of another mode"),
        }
    }

    fn owner(&self, entry: &Entry, stat: &Stat) -> Option<&'static str> {
        let same = (u64::from(stat.st_uid), u64::from(stat.st_gid)) == (entry.uid, entry.gid);
        (self.owners_apply && !same).then_some("is of another owner")
    }

    fn hard_link(&mut self, entry: &Entry, stat: &Stat) -> Result<Option<&'static str>> {
        let target = Place::parse(&entry.link)?.ok_or_else(|| invalid("a hard link to the root"))?;
        let Ok(Some(parent)) = self.tree.find(target.parent()) else { return Ok(Some("is no hard link")) };
        let other = self.tree.look(&parent, target.name())?;
        let same = other.is_some_and(|other| other.st_ino == stat.st_ino);
        Ok((!same).then_some("is no hard link"))
    }

    fn contents<R: Read>(
        &mut self,
        entry: &Entry,
        parent: &Directory,
        name: &[u8],
        data: &mut Entries<R>,
    ) -> Result<Option<&'static str>> {
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
        let Ok(file) = openat(parent, name, flags, Mode::empty()) else { return Ok(Some("is not readable")) };
        let mut file = File::from(file);
        let mut at = 0;
        let whole = [super::Extent { offset: 0, length: entry.stored }];
        for extent in entry.extents.as_deref().unwrap_or(&whole) {
            let hole = extent.offset.saturating_sub(at);
            let same = self.same(&mut file, &mut io::repeat(0), hole)?
                && self.same(&mut file, &mut *data, extent.length)?;
            if !same {
                return Ok(Some("is of other contents"));
            }
            at = extent.offset.saturating_add(extent.length);
        }
        let same = self.same(&mut file, &mut io::repeat(0), entry.size.saturating_sub(at))?;
        Ok((!same).then_some("is of other contents"))
    }

    /// Whether the next `length` bytes of both are the same. A file that cannot be read is not.
    fn same(&mut self, file: &mut File, expected: &mut impl Read, length: u64) -> Result<bool> {
        let [own, other] = &mut self.buffers;
        let mut rest = length;
        while rest > 0 {
            let count = usize::try_from(rest).unwrap_or(usize::MAX).min(BUFFER);
            expected.read_exact(&mut other[..count]).what(|| "reading the layer")?;
            if file.read_exact(&mut own[..count]).is_err() || own[..count] != other[..count] {
                return Ok(false);
            }
            rest -= count as u64;
        }
        Ok(true)
    }

    fn whiteout(&mut self, place: &Place) -> Result<()> {
        if place.name().starts_with(AUFS) && place.name() != OPAQUE {
            return Ok(());
        }
        let Ok(Some(parent)) = self.tree.find(place.parent()) else {
            self.judge(place.path().to_vec(), Some("is missing"), None);
            return Ok(());
        };
        self.places.imply(parent.path());
        if place.name() == OPAQUE {
            let what = (!is_opaque(&parent)).then_some("is not hidden from below");
            self.judge(place.path().to_vec(), what, None);
            return Ok(());
        }
        let hidden = &place.name()[WHITEOUT.len()..];
        self.places.hide(&join(parent.path(), hidden));
        let what = self.tree.look(&parent, hidden)?.is_none().then_some("is not hidden from below");
        self.judge(join(place.parent(), hidden), what, None);
        Ok(())
    }

    /// Adds what the archive does not have. Differences of hard links to what was replaced later are none.
    fn finish(mut self, root: &OwnedFd) -> Result<Differences> {
        let places = &self.places;
        self.wrong.retain(|_, wrong| !wrong.link.as_ref().is_some_and(|link| places.is_repeated(link)));
        let mut folders = vec![Vec::new()];
        while let Some(folder) = folders.pop()
            && self.wrong.len() < KEPT
        {
            self.strangers(root, &folder, &mut folders)?;
        }
        Ok(self.wrong.iter().map(|(path, wrong)| (shown(path), wrong.what)).collect())
    }

    fn strangers(&mut self, root: &OwnedFd, folder: &[u8], folders: &mut Vec<Vec<u8>>) -> Result<()> {
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let path = if folder.is_empty() { b"." } else { folder };
        let opened = openat(root.as_fd(), path, flags, Mode::empty()).and_then(Dir::new);
        let Ok(entries) = opened else {
            self.judge(folder.to_vec(), Some("is not readable"), None);
            return Ok(());
        };
        for entry in entries {
            let entry = entry.map_err(io::Error::from).what(|| "reading a folder of the layer")?;
            let name = entry.file_name().to_bytes();
            if matches!(name, b"." | b"..") {
                continue;
            }
            let path = join(folder, name);
            let is_device = entry.file_type() == FileType::CharacterDevice;
            if !self.places.belongs(&path, is_device) {
                self.judge(path, Some("is not of this layer"), None);
            } else if entry.file_type() == FileType::Directory {
                folders.push(path);
            }
        }
        Ok(())
    }
}

fn shown(path: &[u8]) -> String {
    if path.is_empty() { "/".to_owned() } else { shortened(path) }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{Archive, Ground};
    use std::fs::{self, Permissions};
    use std::os::unix::fs::{PermissionsExt, symlink};
    use std::path::Path;

    /// What is found after `harm` was done to a tree that was as it should be.
    fn found(harm: impl Fn(&Path)) -> Vec<(String, &'static str)> {
        let tar = Archive::new()
            .directory("d")
            .file("d/f", b"contents")
            .symlink("l", "d/f")
            .hard_link("h", "d/f")
            .file(".wh.gone", b"")
            .file("o/.wh..wh..opq", b"")
            .end();
        let ground = Ground::new();
        ground.unpack(&tar).unwrap();
        harm(&ground.root());
        ground.compare(&tar)
    }

    #[test]
    fn each_kind_of_damage_is_named() {
        type Harm<'a> = &'a dyn Fn(&Path);
        let cases: [(Harm<'_>, &[(&str, &str)]); 9] = [
            (&|_| (), &[]),
            (&|root| fs::remove_file(root.join("h")).unwrap(), &[("h", "is missing")]),
            (&|root| fs::remove_file(root.join("gone")).unwrap(), &[("gone", "is not hidden from below")]),
            (&|root| drop(fs::File::create(root.join("d/f")).unwrap()), &[("d/f", "is of another size")]),
            (
                &|root| fs::set_permissions(root.join("d"), Permissions::from_mode(0o700)).unwrap(),
                &[("d", "is of another mode")],
            ),
            (
                &|root| {
                    fs::remove_file(root.join("l")).unwrap();
                    symlink("/etc", root.join("l")).unwrap();
                },
                &[("l", "leads elsewhere")],
            ),
            (
                &|root| {
                    fs::remove_file(root.join("l")).unwrap();
                    fs::create_dir(root.join("l")).unwrap();
                },
                &[("l", "is of another type")],
            ),
            (&|root| fs::create_dir(root.join("d/new")).unwrap(), &[("d/new", "is not of this layer")]),
            (
                &|root| {
                    fs::remove_dir(root.join("o")).unwrap();
                    fs::create_dir(root.join("o")).unwrap();
                },
                &[("o/.wh..wh..opq", "is not hidden from below")],
            ),
        ];
        for (number, (harm, wrong)) in cases.into_iter().enumerate() {
            let found = found(harm);
            let found: Vec<_> = found.iter().map(|(path, what)| (path.as_str(), *what)).collect();
            assert_eq!(found, wrong, "case {number}");
        }
    }

    #[test]
    fn a_flipped_bit_is_other_contents_and_a_missing_folder_is_all_that_was_in_it() {
        use std::os::unix::fs::FileExt;
        let flip = |root: &Path| {
            let file = fs::OpenOptions::new().write(true).open(root.join("d/f")).unwrap();
            file.write_at(b"C", 0).map(drop).unwrap();
        };
        assert_eq!(found(flip), [("d/f".to_owned(), "is of other contents")]);
        let gone = found(|root| fs::remove_dir_all(root.join("d")).unwrap());
        let gone: Vec<_> = gone.iter().map(|(path, _)| path.as_str()).collect();
        assert_eq!(gone, ["d", "d/f", "h"]);
    }
}
