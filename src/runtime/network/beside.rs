//! Processes beside a container, forked by its launcher: confined, each with one task and a socket to the
//! launcher, whose end is also theirs.

use crate::packet;
use crate::runtime::confine;
use crate::sys::fork::{Child, Forked, SingleThreaded, fork};
use crate::sys::process::{self, exit_now, wait};
use rustix::thread::CapabilitySet;
use std::ffi::CStr;
use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

/// A process beside a container.
#[derive(Debug)]
pub(super) struct Beside {
    process: Child,
    /// To and from it.
    pub(super) control: OwnedFd,
}

/// What it is, and what it may do.
#[derive(Debug, Clone, Copy)]
pub(super) struct Role<'a> {
    /// As ps(1) shows it, at most 15 bytes.
    pub(super) name: &'static CStr,
    /// The capabilities it keeps.
    pub(super) capabilities: CapabilitySet,
    /// Its seccomp filter.
    pub(super) filter: &'a [u8],
}

impl Beside {
    /// Forks it. `kept` are the descriptors it works with, `prepare` comes before it is confined, `work` after; what
    /// it closes it must not drop, so both get its end of the socket borrowed or whole.
    pub(super) fn start(
        proof: &SingleThreaded,
        role: Role<'_>,
        kept: &[BorrowedFd<'_>],
        prepare: impl FnOnce() -> io::Result<()>,
        work: impl FnOnce(OwnedFd) -> io::Result<()>,
    ) -> io::Result<Self> {
        let (ours, theirs) = packet::pair()?;
        match fork(proof)? {
            Forked::Child => {
                let mut kept = kept.to_vec();
                kept.push(theirs.as_fd());
                let ready = process::close_all_but(&kept)
                    .and_then(|()| Ok(rustix::thread::set_name(role.name)?))
                    .and_then(|()| prepare())
                    .and_then(|()| confine::helper(role.capabilities, role.filter));
                let done = ready.and_then(|()| work(theirs));
                exit_now(u8::from(done.is_err()))
            }
            Forked::Parent(process) => Ok(Self { process, control: ours }),
        }
    }

    /// Its process id.
    pub(super) fn pid(&self) -> i32 {
        self.process.pid
    }

    /// Ends it, and waits until it has let go of everything.
    pub(super) fn end(self) {
        let _ = process::send_signal(&self.process.pidfd, libc::SIGKILL);
        let _ = wait(self.process.pidfd.as_fd());
    }
}
