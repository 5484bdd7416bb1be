//! Signals, stopping, waiting.

use super::host::Engine;
use super::record::Record;
use super::state::State;
use crate::durable;
use crate::error::{Context, Error, Kind, Result};
use crate::ids::ContainerId;
use crate::packet;
use crate::runtime::stream::{self, Hello, ToClient};
use crate::sys::process;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use std::os::fd::{AsFd, OwnedFd};
use std::time::{Duration, Instant};

/// What a killed process and its monitor may take to be gone.
const DEATH: Duration = Duration::from_secs(10);

/// The file in a container's folder that keeps its monitor from removing it: it is being restarted.
pub const KEEP: &str = "keep";

/// docker's patience between the stop signal and SIGKILL.
pub const STOP_GRACE: Duration = Duration::from_secs(10);

/// How long `stop` waits: what the caller says, or the container, or docker's ten seconds; a negative
/// number of seconds is for ever.
pub fn grace(record: &Record, seconds: Option<i64>) -> Option<Duration> {
    match seconds.or(record.wish.stop_timeout) {
        Some(seconds) => u64::try_from(seconds).ok().map(Duration::from_secs),
        None => Some(STOP_GRACE),
    }
}

impl Engine {
    /// The first process of a running container.
    fn init_of(&self, id: &ContainerId) -> Result<Option<OwnedFd>> {
        let state = self.observe(id)?;
        Ok(state.processes().and_then(|processes| processes.init.open()))
    }

    /// Sends `signal` to the container.
    ///
    /// # Errors
    /// docker's words when it does not run.
    pub fn signal(&self, id: &ContainerId, word: &str, signal: i32) -> Result<()> {
        let not_running = || {
            Error::new(
                Kind::Conflict,
                format!("cannot kill container: {word}: container {id} is not running"),
            )
        };
        let init = self.init_of(id)?.ok_or_else(not_running)?;
        match process::send_signal(&init, signal) {
            Err(error) if error.raw_os_error() == Some(libc::ESRCH) => Err(not_running()),
            result => result.what(|| format!("sending a signal to container {word}")),
        }
    }

    /// Asks the container to end by `signal`, and kills it when it has not after `grace` (`None`: waits
    /// for ever). A container that does not run is left alone.
    pub fn stop(&self, id: &ContainerId, signal: i32, grace: Option<Duration>) -> Result<()> {
        let Some(init) = self.init_of(id)? else { return Ok(()) };
        match process::send_signal(&init, signal) {
            Err(error) if error.raw_os_error() == Some(libc::ESRCH) => {}
            result => result.what(|| "sending the stop signal")?,
        }
        if !await_readable(&init, grace) {
            let _ = process::send_signal(&init, libc::SIGKILL);
        }
        self.await_end(id, &init)
    }

    /// Stops the container so that it can be started again: one with `--rm` stays.
    pub fn stop_to_restart(&self, id: &ContainerId, signal: i32, grace: Option<Duration>) -> Result<()> {
        durable::replace(&self.containers.folder(id).join(KEEP), b"")?;
        self.stop(id, signal, grace)
    }

    /// Kills the container and waits until its monitor has recorded it.
    pub fn kill_and_wait(&self, id: &ContainerId) -> Result<()> {
        let Some(init) = self.init_of(id)? else { return Ok(()) };
        let _ = process::send_signal(&init, libc::SIGKILL);
        self.await_end(id, &init)
    }

    /// Waits until the end of a dead container is on record, repairing it when nobody else does.
    fn await_end(&self, id: &ContainerId, init: &OwnedFd) -> Result<()> {
        await_readable(init, Some(DEATH));
        let since = Instant::now();
        while since.elapsed() < DEATH {
            if !self.containers.folder(id).exists() {
                return Ok(());
            }
            match self.observe(id)? {
                State::Running { processes, .. } => {
                    // Its monitor writes the end down as the next thing it does.
                    if let Some(launcher) = processes.launcher.open() {
                        await_readable(&launcher, Some(Duration::from_millis(2)));
                    }
                }
                _ => return Ok(()),
            }
        }
        Err(Error::new(Kind::System, format!("container {} was killed and does not end", id.short())))
    }

    /// Waits until the container has ended; its exit code. A container that does not run has ended.
    pub fn wait(&self, id: &ContainerId) -> Result<i32> {
        loop {
            if !self.containers.folder(id).exists() {
                // It was started with --rm, and its end was missed by a moment.
                return Err(Error::new(Kind::NotFound, format!("No such container: {id}")));
            }
            match self.observe(id)? {
                State::Running { processes, .. } => {
                    if let Some(code) = self.hear_end(id) {
                        return Ok(code);
                    }
                    // The pump is gone, or about to be: the launcher's own end comes last.
                    if let Some(launcher) = processes.launcher.open() {
                        await_readable(&launcher, Some(Duration::from_millis(50)));
                    }
                }
                state => return Ok(state.exit_code()),
            }
        }
    }

    /// Waits at the pump for the word of the end; `None` when the pump ends without it.
    fn hear_end(&self, id: &ContainerId) -> Option<i32> {
        let pump = packet::connect(&self.sockets(id), stream::SOCKET).ok()?;
        stream::ask(
            pump.as_fd(),
            &stream::FromClient::Hello(Hello { version: stream::VERSION, ..Hello::default() }),
        )
        .ok()?;
        let mut buffer = vec![0; packet::BODY];
        loop {
            if let ToClient::Exited(code) = stream::hear(pump.as_fd(), &mut buffer).ok()?? {
                return Some(code);
            }
        }
    }
}

/// Whether `end` became readable (a pidfd: the process ended) in time; `None` waits for ever.
fn await_readable(end: &OwnedFd, patience: Option<Duration>) -> bool {
    let deadline = patience.map(|patience| Instant::now() + patience);
    loop {
        let left = deadline.map(|deadline| deadline.saturating_duration_since(Instant::now()));
        let timeout = left
            .map(|left| Timespec { tv_sec: left.as_secs() as i64, tv_nsec: i64::from(left.subsec_nanos()) });
        match poll(&mut [PollFd::new(end, PollFlags::IN)], timeout.as_ref()) {
            Ok(0) => return false,
            Ok(_) => return true,
            Err(rustix::io::Errno::INTR) => {}
            Err(_) => return false,
        }
    }
}
