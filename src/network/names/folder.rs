//! Keeps the table true: the folders of endpoints are watched, and looked at again before every answer.
//!
//! A rename puts its event into the queue of inotify(7) before it returns. Whoever asks after it has returned is
//! answered after the queue was read, and so from what the folder holds now. Where there can be no watch (the folder
//! is not there, the user has no more of them), the folder is read for every answer.

use super::config::View;
use super::table::Table;
use crate::ids::ContainerId;
use crate::network::endpoint::{self, Endpoint};
use rustix::fs::inotify::{self, CreateFlags, ReadFlags, WatchFlags};
use rustix::io::Errno;
use std::collections::BTreeSet;
use std::io;
use std::mem::MaybeUninit;
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};

/// Changes that are looked at one by one; after more, the whole folder is read.
const MOST_CHANGES: usize = 64;

/// The folders of the container's networks.
#[derive(Debug)]
pub(super) struct Folders {
    /// `None`: the user has no more of them.
    inotify: Option<OwnedFd>,
    folders: Vec<Folder>,
}

#[derive(Debug)]
struct Folder {
    path: PathBuf,
    watch: Option<Watch>,
    /// What has changed since it was read.
    changed: Changed,
}

/// A folder as it was when the table learned all of it.
#[derive(Debug, Clone, Copy)]
struct Watch {
    number: i32,
    identity: Identity,
}

/// Device and inode: another folder may come to stand in the place of one that is watched.
type Identity = (u64, u64);

#[derive(Debug)]
enum Changed {
    These(BTreeSet<ContainerId>),
    All,
}

impl Folders {
    /// The folders of `views`, none of them read yet.
    pub(super) fn new(views: &[View]) -> Self {
        let inotify = inotify::init(CreateFlags::CLOEXEC | CreateFlags::NONBLOCK).ok();
        let folder = |view: &View| Folder { path: view.folder.clone(), watch: None, changed: Changed::All };
        Self { inotify, folders: views.iter().map(folder).collect() }
    }

    /// Brings `table`, made from the same views, up to now.
    pub(super) fn refresh(&mut self, table: &mut Table) {
        self.read_events();
        for (number, folder) in self.folders.iter_mut().enumerate() {
            if !folder.stands() {
                folder.watch = None;
                folder.changed = Changed::All;
            }
            if folder.watch.is_none()
                && let Some(inotify) = &self.inotify
            {
                folder.watch = watch(inotify, &folder.path);
            }
            folder.apply(number, table);
        }
    }

    /// Sorts what the kernel has noted since the last time.
    fn read_events(&mut self) {
        let Some(inotify) = &self.inotify else { return };
        let mut space = [MaybeUninit::uninit(); 4096];
        let mut events = inotify::Reader::new(inotify, &mut space);
        loop {
            match events.next() {
                Ok(event) => {
                    let name = event.file_name().map(|name| name.to_string_lossy());
                    let (watch, kinds) = (event.wd(), event.events());
                    let lost = kinds.contains(ReadFlags::QUEUE_OVERFLOW);
                    let concerned = |folder: &&mut Folder| lost || folder.is_watched_by(watch);
                    for folder in self.folders.iter_mut().filter(concerned) {
                        folder.note(kinds, name.as_deref());
                    }
                }
                Err(Errno::INTR) => {}
                Err(_) => return,
            }
        }
    }
}

impl Folder {
    fn is_watched_by(&self, number: i32) -> bool {
        self.watch.is_some_and(|watch| watch.number == number)
    }

    /// Whether it is watched, and still the folder that is.
    fn stands(&self) -> bool {
        self.watch.is_some_and(|watch| identity(&self.path).is_ok_and(|now| now == watch.identity))
    }

    fn note(&mut self, kinds: ReadFlags, name: Option<&str>) {
        let over = ReadFlags::IGNORED | ReadFlags::UNMOUNT | ReadFlags::DELETE_SELF | ReadFlags::MOVE_SELF;
        if kinds.intersects(over) {
            self.watch = None;
        }
        if kinds.intersects(over | ReadFlags::QUEUE_OVERFLOW) {
            self.changed = Changed::All;
        } else if let Some(container) = name.and_then(container_of)
            && let Changed::These(containers) = &mut self.changed
        {
            containers.insert(container);
            if containers.len() > MOST_CHANGES {
                self.changed = Changed::All;
            }
        }
    }

    /// Tells `table` what has changed. What cannot be read now is read again for the next answer.
    fn apply(&mut self, number: usize, table: &mut Table) {
        let done = match &mut self.changed {
            Changed::These(containers) if containers.is_empty() => return,
            Changed::These(containers) => containers.iter().try_for_each(|container| {
                let endpoint = read(&self.path.join(format!("{container}.json")))?;
                table.put(number, *container, endpoint);
                Ok(())
            }),
            Changed::All => endpoint::read(&self.path).map(|endpoints| table.replace(number, endpoints)),
        };
        let unwatched = self.watch.is_none();
        self.changed =
            if done.is_err() || unwatched { Changed::All } else { Changed::These(BTreeSet::new()) };
    }
}

/// Watches the folder at `path`, if it is one and stays the same one meanwhile.
fn watch(inotify: &OwnedFd, path: &Path) -> Option<Watch> {
    let kinds = WatchFlags::MOVED_TO
        | WatchFlags::MOVED_FROM
        | WatchFlags::CREATE
        | WatchFlags::CLOSE_WRITE
        | WatchFlags::DELETE
        | WatchFlags::DELETE_SELF
        | WatchFlags::MOVE_SELF
        | WatchFlags::ONLYDIR;
    let before = identity(path).ok()?;
    let number = inotify::add_watch(inotify, path, kinds).ok()?;
    identity(path).is_ok_and(|after| after == before).then_some(Watch { number, identity: before })
}

fn identity(path: &Path) -> io::Result<Identity> {
    let stat = rustix::fs::stat(path)?;
    Ok((stat.st_dev, stat.st_ino))
}

/// The container whose endpoint a file of this name holds; a file in the making has another name.
fn container_of(name: &str) -> Option<ContainerId> {
    name.strip_suffix(".json").and_then(ContainerId::parse)
}

/// The endpoint in the file at `path`; `None` when it is gone, or holds none.
fn read(path: &Path) -> io::Result<Option<Endpoint>> {
    match std::fs::read(path) {
        Ok(text) => Ok(serde_json::from_slice(&text).ok()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::super::table::tests::{endpoint, id, view};
    use super::super::table::{Table, Wanted};
    use super::*;
    use std::collections::BTreeMap;

    struct Place {
        runtime: tempfile::TempDir,
        folder: PathBuf,
        folders: Folders,
        table: Table,
    }

    impl Place {
        fn new(inotify: bool) -> Self {
            let runtime = tempfile::tempdir().unwrap();
            let folder = runtime.path().join("net");
            let views = [View { folder: folder.clone(), ..view("net", &[], true) }];
            let mut folders = Folders::new(&views);
            if !inotify {
                folders.inotify = None;
            }
            Self { runtime, folder, folders, table: Table::new(&views) }
        }

        fn write(&self, number: u8, name: &str) {
            let new = self.runtime.path().join("new");
            let text = serde_json::to_vec(&endpoint(number, name, &[name], &["10.0.0.1"])).unwrap();
            std::io::Write::write_all(&mut std::fs::File::create(&new).unwrap(), &text).unwrap();
            std::fs::rename(new, self.file(number)).unwrap();
        }

        fn file(&self, number: u8) -> PathBuf {
            self.folder.join(format!("{}.json", id(number)))
        }

        fn knows(&mut self, name: &str) -> bool {
            self.folders.refresh(&mut self.table);
            self.table.find(name, &BTreeMap::new(), Wanted { v4: true, v6: false }).is_some()
        }
    }

    #[test]
    fn every_rename_is_seen_by_the_next_answer() {
        for inotify in [true, false] {
            let mut place = Place::new(inotify);
            assert!(!place.knows("a"), "no folder yet");
            std::fs::create_dir(&place.folder).unwrap();
            assert!(!place.knows("a"));
            for round in 0..500 {
                let (old, new) = (format!("n{round}"), format!("n{}", round + 1));
                place.write(1, &new);
                assert!(place.knows(&new), "{new}, inotify: {inotify}");
                assert!(!place.knows(&old), "{old}, inotify: {inotify}");
            }
            std::fs::rename(place.file(1), place.runtime.path().join("away")).unwrap();
            assert!(!place.knows("n500"));
        }
    }

    #[test]
    fn many_changes_at_once_are_all_seen() {
        let mut place = Place::new(true);
        std::fs::create_dir(&place.folder).unwrap();
        assert!(!place.knows("a"));
        for number in 0..200 {
            place.write(number, &format!("n{number}"));
        }
        assert!((0..200).all(|number| place.knows(&format!("n{number}"))));
        for number in 0..199 {
            std::fs::remove_file(place.file(number)).unwrap();
        }
        assert!(!place.knows("n0") && !place.knows("n198") && place.knows("n199"));
        let watched = place.folders.folders[0].watch.is_some();
        assert!(watched || place.folders.inotify.is_none());
    }

    #[test]
    fn a_folder_that_is_replaced_is_watched_anew() {
        let mut place = Place::new(true);
        std::fs::create_dir(&place.folder).unwrap();
        place.write(1, "first");
        assert!(place.knows("first"));
        // Held open, a removed folder does not tell its watch that it is gone.
        let held = std::fs::File::open(&place.folder).unwrap();
        std::fs::remove_dir_all(&place.folder).unwrap();
        std::fs::create_dir(&place.folder).unwrap();
        place.write(2, "second");
        assert!(place.knows("second") && !place.knows("first"));
        drop(held);
        std::fs::rename(&place.folder, place.runtime.path().join("elsewhere")).unwrap();
        assert!(!place.knows("second"));
        std::fs::create_dir(&place.folder).unwrap();
        place.write(3, "third");
        assert!(place.knows("third"));
    }

    #[test]
    fn a_broken_file_is_nobody() {
        let mut place = Place::new(true);
        std::fs::create_dir(&place.folder).unwrap();
        place.write(1, "one");
        assert!(place.knows("one"));
        std::io::Write::write_all(&mut std::fs::File::create(place.file(1)).unwrap(), b"{\"id\":").unwrap();
        assert!(!place.knows("one"));
    }
}
