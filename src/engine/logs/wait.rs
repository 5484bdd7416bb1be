//! Until when a log may still grow.

use super::runs;
use crate::engine::host::Engine;
use crate::engine::state::State;
use crate::error::Result;
use crate::ids::ContainerId;
use crate::packet;
use crate::runtime::launcher::Processes;
use crate::runtime::stream;
use jiff::{SignedDuration, Timestamp};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::inotify::{self, CreateFlags, WatchFlags};
use std::os::fd::OwnedFd;
use std::path::Path;

/// Between two looks at a log that is not watched, or whose container may have ended.
const LOOK: Timespec = Timespec { tv_sec: 0, tv_nsec: 100_000_000 };

/// Between two looks at a log whose writer is about to go.
const SHORT_LOOK: Timespec = Timespec { tv_sec: 0, tv_nsec: 5_000_000 };

/// Within so long of its end a container's last words may still be on their way into the log.
const LAST_WORDS: SignedDuration = SignedDuration::from_secs(2);

/// Sees a log grow, and its container end.
#[derive(Debug)]
pub(super) struct Watch {
    /// Who writes the log; known while the container was seen to run.
    writers: Option<Processes>,
    /// When the container ended, where it had before the first look.
    ended: Option<Timestamp>,
    /// inotify(7) on the log.
    changes: Option<OwnedFd>,
    ending: bool,
}

impl Watch {
    pub(super) fn begin(engine: &Engine, id: &ContainerId) -> Result<Self> {
        let state = engine.observe(id)?;
        let ended = match &state {
            State::Exited { finished, .. } => Some(*finished),
            _ => None,
        };
        Ok(Self { writers: state.processes().copied(), ended, changes: None, ending: false })
    }

    /// Asks the kernel to tell about changes, where somebody waits for them. Without that there are only
    /// more looks than needed.
    pub(super) fn look_at(&mut self, log: &Path, follow: bool) {
        if !follow || self.writers.is_none() {
            return;
        }
        let watched = inotify::init(CreateFlags::CLOEXEC | CreateFlags::NONBLOCK).and_then(|watch| {
            inotify::add_watch(&watch, log, WatchFlags::MODIFY)?;
            Ok(watch)
        });
        self.changes = watched.ok();
    }

    /// Whether the log is complete, or nobody waits until it is. Asked before the log is read, so that
    /// nothing can be written in between.
    pub(super) fn is_over(&mut self, engine: &Engine, id: &ContainerId, follow: bool) -> Result<bool> {
        let Some(writers) = &self.writers else {
            let is_fresh =
                self.ended.is_some_and(|ended| Timestamp::now().duration_since(ended) < LAST_WORDS);
            // Nobody listens there once the last words are written.
            self.ending = is_fresh && packet::connect(&engine.sockets(id), stream::SOCKET).is_ok();
            return Ok(!self.ending);
        };
        if !follow {
            return Ok(true);
        }
        // A launcher ends when the log is written, and a pump that outlives it as well.
        self.ending = !runs(&engine.observe(id)?);
        Ok(self.ending && !writers.launcher.is_alive() && !writers.pump.is_alive())
    }

    /// Waits until the log may have grown.
    pub(super) fn sleep(&self) {
        let patience = if self.ending { &SHORT_LOOK } else { &LOOK };
        let mut ends: Vec<PollFd<'_>> =
            self.changes.iter().map(|changes| PollFd::new(changes, PollFlags::IN)).collect();
        // Interrupted or not: another look follows.
        let _ = poll(&mut ends, Some(patience));
        if let Some(changes) = &self.changes {
            let mut told = [0u8; 4096];
            while rustix::io::read(changes, &mut told).is_ok_and(|count| count > 0) {}
        }
    }
}
