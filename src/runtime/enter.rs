//! Entering a running container: all its namespaces at once, and a terminal of its own devpts.

use super::exec::{self, Request};
use super::handshake::Failure;
use super::init::{self, Streams};
use super::rootfs::devices::Terminal;
use rustix::fs::{CWD, FileType, Mode, OFlags};
use rustix::thread::ThreadNameSpaceType;
use std::io;
use std::os::fd::{BorrowedFd, OwnedFd};

/// Joins every namespace of the container's first process. setns(2) on a pidfd.
///
/// This process stays out of reach for those inside: its memory belongs to U0 and is not dumpable, so no
/// process of the container may trace it or open its /proc files (CVE-2016-9962, CVE-2019-5736).
pub fn enter(init: BorrowedFd<'_>) -> io::Result<()> {
    rustix::process::set_dumpable_behavior(rustix::process::DumpableBehavior::NotDumpable)?;
    crate::sys::process::close_on_exec_from(3)?;
    let all = ThreadNameSpaceType::USER
        | ThreadNameSpaceType::MOUNT
        | ThreadNameSpaceType::PROCESS_ID
        | ThreadNameSpaceType::HOST_NAME_AND_NIS_DOMAIN_NAME
        | ThreadNameSpaceType::INTER_PROCESS_COMMUNICATION
        | ThreadNameSpaceType::NETWORK
        | ThreadNameSpaceType::CONTROL_GROUP;
    rustix::thread::move_into_thread_name_spaces(init, all)?;
    crate::userns::outer::become_root()
}

/// Becomes the program; returns only a failure.
pub fn become_program(request: &Request, streams: Option<Streams>, launcher: BorrowedFd<'_>) -> Failure {
    rustix::process::umask(Mode::from_raw_mode(0o022));
    match exec::prepare(request, streams, launcher) {
        Ok(()) => init::execute(&request.process),
        Err(failure) => failure,
    }
}

/// Opens a new terminal of the container. Its /dev could have been rearranged since the start, so the
/// multiplexer must be the real one, and the slave is never looked up by a path.
pub fn open_terminal(size: (u16, u16)) -> io::Result<Terminal> {
    const DEVPTS_SUPER_MAGIC: u64 = 0x1cd1;
    let flags = OFlags::RDWR | OFlags::NOCTTY | OFlags::CLOEXEC | OFlags::NOFOLLOW;
    let master: OwnedFd = rustix::fs::openat(CWD, "/dev/pts/ptmx", flags, Mode::empty())?;
    let stat = rustix::fs::fstat(&master)?;
    let is_device = FileType::from_raw_mode(stat.st_mode) == FileType::CharacterDevice;
    let is_multiplexer = is_device && rustix::fs::fstatfs(&master)?.f_type as u64 == DEVPTS_SUPER_MAGIC;
    if !is_multiplexer {
        return Err(io::Error::other("/dev/pts/ptmx of the container is not a terminal multiplexer"));
    }
    Terminal::of(master, size)
}
