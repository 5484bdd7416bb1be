//! The engine's view of one user: where things are, and the way into that user's namespace.

use super::image::making;
use super::record::Record;
use super::state::State;
use crate::durable::{self, Lock, Sharing};
use crate::error::{Context, Error, Result};
use crate::ids::ContainerId;
use crate::paths::Paths;
use crate::runtime::launch::Way;
use crate::storage::Store;
use crate::storage::containers::Containers;
use crate::storage::layers::Making;
use crate::storage::networks::Networks;
use crate::storage::volumes::Volumes;
use crate::sys::fork::{Forked, SingleThreaded, fork};
use crate::sys::process::{Ended, Identity, exit_now, wait};
use crate::userns::mapping::{self, Mapping};
use crate::userns::outer;
use rustix::fs::Mode;
use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::path::PathBuf;
use std::time::Duration;

/// How often a monitor may end just when it is joined before a U0 of one's own is the better way.
const MOST_JOINS: u32 = 64;

/// This process can be joined.
#[derive(Debug)]
pub struct Settled(PathBuf);

impl Drop for Settled {
    fn drop(&mut self) {
        // A process that is gone is not joined whatever the file says.
        let _ = std::fs::remove_file(&self.0);
    }
}

/// One user's rcon.
#[derive(Debug, Clone)]
pub struct Engine {
    /// Where everything lives.
    pub paths: Paths,
    /// The containers.
    pub containers: Containers,
}

impl Engine {
    /// Opens the user's store, making it when it is not there.
    pub fn open(paths: Paths) -> Result<Self> {
        make_private(&paths.data)?;
        make_private(&paths.runtime)?;
        // A store that a newer rcon wrote is left alone.
        Store::open(&paths)?;
        let containers = Containers::open(&paths.data)?;
        Ok(Self { paths, containers })
    }

    /// The folder of a container's sockets.
    pub fn sockets(&self, id: &ContainerId) -> PathBuf {
        self.paths.runtime.join("containers").join(id.to_string())
    }

    /// The volumes.
    pub fn volumes(&self) -> Volumes {
        Volumes::of(&self.paths.data)
    }

    /// The networks.
    pub fn networks(&self) -> Networks {
        Networks::of(&self.paths.data)
    }

    /// What container `id` was created as.
    pub fn record(&self, id: &ContainerId) -> Result<Record> {
        Record::read(&self.containers.folder(id))
    }

    /// A living monitor, through which U0 can be joined.
    pub fn living_monitor(&self) -> Option<(Identity, OwnedFd)> {
        let hinted =
            std::fs::read(self.hint()).ok().and_then(|text| serde_json::from_slice::<Identity>(&text).ok());
        if let Some((identity, handle)) = hinted.and_then(|identity| Some((identity, identity.open()?))) {
            return Some((identity, handle));
        }
        self.search_monitor()
    }

    /// The hint was the monitor of a container that has ended, or a reboot made it stale.
    fn search_monitor(&self) -> Option<(Identity, OwnedFd)> {
        let of_container = |id| {
            let state = State::read(&self.containers.folder(&id)).ok()?;
            let monitor = state.processes()?.launcher;
            let this_boot = matches!(&state, State::Running { boot, .. } if *boot == super::state::boot());
            Some((monitor, monitor.open().filter(|_| this_boot)?))
        };
        let found = self.containers.ids().ok()?.into_iter().find_map(of_container);
        let found = found.or_else(|| self.living_builder())?;
        self.hint_at(&found.0);
        Some(found)
    }

    /// A build lives in U0 too.
    fn living_builder(&self) -> Option<(Identity, OwnedFd)> {
        std::fs::read_dir(self.builders()).ok()?.flatten().find_map(|entry| {
            let identity: Identity = serde_json::from_slice(&std::fs::read(entry.path()).ok()?).ok()?;
            Some((identity, identity.open()?))
        })
    }

    fn builders(&self) -> PathBuf {
        self.paths.runtime.join("builders")
    }

    /// Moves this process into U0 for as long as it lives, so that others can join through it: a build, whose
    /// steps start one after the other. What comes back takes the word of it away when dropped.
    pub fn settle(&self) -> Result<(Mapping, Settled)> {
        let lock = Lock::take(&self.paths.runtime.join("outer.lock"), Sharing::Exclusive)?;
        let mapping = self.enter()?;
        // Others may join only a process that they may look into.
        rustix::process::set_dumpable_behavior(rustix::process::DumpableBehavior::Dumpable)
            .map_err(io::Error::from)
            .what(|| "letting other calls join")?;
        make_private(&self.builders())?;
        let identity = Identity::of(std::process::id() as i32).what(|| "looking at this process")?;
        let word = self.builders().join(format!("{}.json", identity.pid));
        durable::replace(&word, &serde_json::to_vec(&identity).what(|| "leaving word of a build")?)?;
        if self.living_monitor().is_none_or(|(monitor, _)| monitor == identity) {
            self.hint_at(&identity);
        }
        drop(lock);
        Ok((mapping, Settled(word)))
    }

    fn hint(&self) -> PathBuf {
        self.paths.runtime.join("outer.json")
    }

    /// Leaves word that U0 can be joined through `monitor`.
    pub fn hint_at(&self, monitor: &Identity) {
        if let Ok(text) = serde_json::to_vec(monitor) {
            // Without the hint the next call searches.
            let _ = durable::replace(&self.hint(), &text);
        }
    }

    /// The way into U0 for a new monitor. While U0 is being made, the lock that comes along keeps other
    /// calls from making a second one: hold it until the monitor is on record.
    pub fn way(&self) -> Result<(Way, Mapping, Option<Lock>)> {
        if let Some(found) = self.living_monitor() {
            return joined(found, None);
        }
        let lock = Lock::take(&self.paths.runtime.join("outer.lock"), Sharing::Exclusive)?;
        if let Some(found) = self.living_monitor() {
            return joined(found, None);
        }
        let choice = mapping::choose()?;
        let mapping = choice.mapping.clone();
        Ok((Way::Make(choice), mapping, Some(lock)))
    }

    /// The maps that U0 has, or would have.
    pub fn mapping(&self) -> Result<Mapping> {
        // A monitor may end just when it is looked at: then there is another, or none.
        for _ in 0..MOST_JOINS {
            let Some((identity, _)) = self.living_monitor() else { break };
            match outer::mapping_of(&identity) {
                Err(_) if !identity.is_alive() => {}
                mapping => return mapping,
            }
        }
        Ok(mapping::choose()?.mapping)
    }

    /// Does `work` in a child process inside U0, and waits for it: this process stays outside, where
    /// set-uid helpers have their power.
    pub fn in_outer(&self, work: impl FnOnce(&Self, &Making) -> Result<()>) -> Result<()> {
        let proof = SingleThreaded::prove().what(|| "working in the user namespace")?;
        match fork(&proof).what(|| "forking a helper")? {
            Forked::Child => {
                let done = self.enter().and_then(|mapping| work(self, &making(&mapping)?));
                if let Err(error) = &done {
                    let hint = error.hint().map(|hint| format!("hint: {hint}\n")).unwrap_or_default();
                    let told = format!("Error: {error}\n{hint}");
                    let _ = io::Write::write_all(&mut io::stderr(), told.as_bytes());
                }
                exit_now(u8::from(done.is_err()))
            }
            Forked::Parent(child) => match wait(child.pidfd.as_fd()) {
                Ok(Ended::Code(0)) => Ok(()),
                _ => Err(Error::silent(125)),
            },
        }
    }

    /// Moves this process into U0, as its root: for unpacking layers and for deleting what belongs to
    /// subordinate ids.
    pub fn enter(&self) -> Result<Mapping> {
        let proof = SingleThreaded::prove().what(|| "entering the user namespace")?;
        // A monitor may end just when it is joined: then there is another, or none.
        for _ in 0..MOST_JOINS {
            let Some((identity, handle)) = self.living_monitor() else { break };
            let joined = outer::mapping_of(&identity)
                .and_then(|mapping| outer::join(&handle, &proof).map(|()| mapping).what(|| "joining"));
            match joined {
                Ok(mapping) => return Ok(mapping),
                Err(_) => std::thread::sleep(Duration::from_millis(2)),
            }
        }
        let choice = mapping::choose()?;
        outer::make(&choice, &proof)?;
        Ok(choice.mapping)
    }
}

fn joined(found: (Identity, OwnedFd), lock: Option<Lock>) -> Result<(Way, Mapping, Option<Lock>)> {
    let mapping = outer::mapping_of(&found.0)?;
    Ok((Way::Join(found.1), mapping, lock))
}

/// Makes a folder for the user alone, and its parents.
fn make_private(folder: &std::path::Path) -> Result<()> {
    match rustix::fs::mkdir(folder, Mode::from_raw_mode(0o700)) {
        Ok(()) | Err(rustix::io::Errno::EXIST) => Ok(()),
        Err(rustix::io::Errno::NOENT) => {
            if let Some(parent) = folder.parent() {
                std::fs::create_dir_all(parent).what(|| format!("making {}", parent.display()))?;
            }
            make_private(folder)
        }
        Err(errno) => Err(io::Error::from(errno)).what(|| format!("making {}", folder.display())),
    }
}
