//! Pipes through which bytes go from socket to socket without being copied.

use rustix::pipe::{PipeFlags, fcntl_setpipe_size, pipe_with};
use std::os::fd::OwnedFd;

/// How many empty pipes are kept for the next ones who need one.
const IDLE: usize = 4;

/// What a pipe of a busy flow holds, in bytes: the most that an ordinary user may ask for by default
/// (/proc/sys/fs/pipe-max-size).
const LARGE: usize = 1 << 20;

/// A pipe, non-blocking.
#[derive(Debug)]
pub(super) struct Pipe {
    /// Where it is read.
    pub(super) out: OwnedFd,
    /// Where it is written.
    pub(super) into: OwnedFd,
    large: bool,
}

impl Pipe {
    /// Makes it hold more; where the kernel refuses (the user has many such pipes) it stays as it is.
    pub(super) fn enlarge(&mut self) {
        if !self.large {
            self.large = true;
            let _ = fcntl_setpipe_size(&self.into, LARGE);
        }
    }
}

/// Pipes nobody uses now. All flows share a few: only one that cannot deliver keeps what it holds.
#[derive(Debug, Default)]
pub(super) struct Pipes {
    idle: Vec<Pipe>,
}

impl Pipes {
    /// A pipe, empty; `None` when no more can be had.
    pub(super) fn take(&mut self) -> Option<Pipe> {
        self.idle.pop().or_else(|| {
            let (out, into) = pipe_with(PipeFlags::CLOEXEC | PipeFlags::NONBLOCK).ok()?;
            Some(Pipe { out, into, large: false })
        })
    }

    /// Takes a pipe back, which must be empty.
    pub(super) fn give(&mut self, pipe: Pipe) {
        if self.idle.len() < IDLE {
            self.idle.push(pipe);
        }
    }
}
