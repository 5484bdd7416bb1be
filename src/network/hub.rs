//! The hub: the one network namespace of a user that holds the bridges. Every running container's launcher holds a
//! descriptor of it, so it is there as long as one of them runs, whatever else is killed, and gone with the last.
//!
//! `<runtime>/hub/<pid>.json` says who holds it, and by which descriptor; whoever wants to join opens that
//! through /proc. A file whose process is gone means nothing.

use crate::durable::{self, Lock, Sharing};
use crate::error::Result;
use crate::paths::Paths;
use crate::sys::process::Identity;
use rustix::fs::{Mode, OFlags};
use rustix::thread::{LinkNameSpaceType, move_into_link_name_space};
use serde::{Deserialize, Serialize};
use std::io;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd};
use std::path::{Path, PathBuf};

/// The name of the socket of the way out in the hub's folder.
pub const UPLINK: &str = "uplink";

/// Where the holders of the hub are on record.
#[derive(Debug, Clone)]
pub struct Hub {
    folder: PathBuf,
}

/// One process that holds the hub.
#[derive(Debug, Serialize, Deserialize)]
struct Holder {
    process: Identity,
    descriptor: i32,
}

impl Hub {
    /// The folder of a user's hub.
    pub fn folder(paths: &Paths) -> PathBuf {
        paths.runtime.join("hub")
    }

    /// The hub whose holders are on record in `folder`.
    pub fn at(folder: &Path) -> Self {
        Self { folder: folder.to_owned() }
    }

    /// Opens the network namespace through one of its holders. The caller is in U0, or outside of it.
    pub fn find(&self) -> Option<OwnedFd> {
        let entries = std::fs::read_dir(&self.folder).ok()?;
        entries.flatten().find_map(|entry| {
            let path = entry.path();
            if path.extension().is_none_or(|extension| extension != "json") {
                return None;
            }
            let holder: Holder = serde_json::from_slice(&std::fs::read(&path).ok()?).ok()?;
            let opened = holder.open();
            if opened.is_none() {
                // Its process is gone; a new one of the same number writes its own.
                let _ = rustix::fs::unlink(&path);
            }
            opened
        })
    }

    /// Moves this process into it. setns(2).
    pub fn enter(namespace: BorrowedFd<'_>) -> io::Result<()> {
        Ok(move_into_link_name_space(namespace, Some(LinkNameSpaceType::Network))?)
    }

    /// Held while the hub is being made: a second one would be without power over the first.
    pub fn lock(&self) -> Result<Lock> {
        Lock::take(&self.folder.join("lock"), Sharing::Exclusive)
    }

    /// Held while the way out is being started.
    pub fn lock_uplink(&self) -> Result<Lock> {
        Lock::take(&self.folder.join("uplink.lock"), Sharing::Exclusive)
    }

    /// Puts on record that this process holds the hub by `descriptor`.
    pub fn register(&self, descriptor: &OwnedFd) -> Result<()> {
        use crate::error::Context;
        let process = Identity::of(std::process::id() as i32).what(|| "looking at this process")?;
        let holder = Holder { process, descriptor: descriptor.as_fd().as_raw_fd() };
        let text = serde_json::to_vec(&holder).what(|| "writing down who holds the hub")?;
        durable::replace(&self.record(), &text)
    }

    /// Takes that back.
    pub fn unregister(&self) {
        let _ = rustix::fs::unlink(self.record());
    }

    /// Takes away what holders that are gone have left, and with the last of them the socket of the way out.
    pub fn tidy(&self) {
        // Whoever starts a way out has put itself on record before it takes this lock.
        let Ok(_lock) = self.lock_uplink() else { return };
        if self.find().is_none() {
            let _ = rustix::fs::unlink(self.folder.join(UPLINK));
        }
    }

    fn record(&self) -> PathBuf {
        self.folder.join(format!("{}.json", std::process::id()))
    }

    /// The folder of the records, and of the socket of the way out.
    pub fn path(&self) -> &Path {
        &self.folder
    }

    /// The folder, open: for the socket of the way out, whose path may be longer than a socket's may be.
    pub fn open(&self) -> io::Result<OwnedFd> {
        Ok(rustix::fs::open(&self.folder, OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC, Mode::empty())?)
    }
}

impl Holder {
    fn open(&self) -> Option<OwnedFd> {
        let _alive = self.process.open()?;
        let path = format!("/proc/{}/fd/{}", self.process.pid, self.descriptor);
        rustix::fs::open(path, OFlags::RDONLY | OFlags::CLOEXEC, Mode::empty()).ok()
    }
}
