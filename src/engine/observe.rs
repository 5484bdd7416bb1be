//! What a container is doing now: its state on file, held against what the kernel says, and repaired
//! where a kill or a reboot tore it.

use super::host::Engine;
use super::networks::place;
use super::state::{self, State};
use crate::durable::{Durability, Lock};
use crate::error::Result;
use crate::ids::ContainerId;
use crate::network::hub::Hub;
use crate::runtime::launcher::{EXIT_FILE, Processes};
use crate::sys::process::{self, Identity};
use jiff::Timestamp;
use rustix::event::{PollFd, PollFlags, Timespec, poll};

/// docker's exit code for a container that a reboot ended.
const ENDED_BY_REBOOT: i32 = 255;

impl Engine {
    /// The state of container `id`. A container whose whole monitor was killed is ended first: nothing
    /// would ever record its end.
    pub fn observe(&self, id: &ContainerId) -> Result<State> {
        let state = State::read(&self.containers.folder(id))?;
        match &state {
            State::Running { processes, boot, .. } if !is_watched(processes, boot) => self.repair(id),
            _ => Ok(state),
        }
    }

    /// Ends what the dead monitor left, and writes down how it ended.
    fn repair(&self, id: &ContainerId) -> Result<State> {
        let folder = self.containers.folder(id);
        // Whoever holds the lock is at it already: a dying monitor, or another call.
        let Ok(Some(_lock)) = Lock::try_take(&self.containers.lock(id)) else { return State::read(&folder) };
        let state = State::read(&folder)?;
        let State::Running { started, processes, boot } = state else { return Ok(state) };
        if is_watched(&processes, &boot) {
            return Ok(State::Running { started, processes, boot });
        }
        let (code, error) = if boot == state::boot() {
            end_abandoned(&processes.init);
            match std::fs::read_to_string(folder.join(EXIT_FILE))
                .ok()
                .and_then(|text| text.trim().parse().ok())
            {
                Some(code) => (code, String::new()),
                None => (137, "its monitor was killed".to_owned()),
            }
        } else {
            (ENDED_BY_REBOOT, String::new())
        };
        place::release(&self.paths, id);
        Hub::at(&Hub::folder(&self.paths)).tidy();
        let ended = State::Exited { started: Some(started), finished: Timestamp::now(), code, error };
        ended.write(&folder, Durability::Kill)?;
        Ok(ended)
    }
}

fn is_watched(processes: &Processes, boot: &str) -> bool {
    boot == state::boot() && (processes.launcher.is_alive() || processes.pump.is_alive())
}

/// Its end is certain: the owner of a user namespace may kill in it whatever its processes did.
fn end_abandoned(init: &Identity) {
    let Some(handle) = init.open() else { return };
    if process::send_signal(&handle, libc::SIGKILL).is_ok() {
        let patience = Timespec { tv_sec: 5, tv_nsec: 0 };
        let _ = poll(&mut [PollFd::new(&handle, PollFlags::IN)], Some(&patience));
    }
}
