//! Making processes: only from a process that has one thread, so that the child may allocate.

use super::check;
use std::fmt;
use std::io;
use std::marker::PhantomData;
use std::os::fd::{FromRawFd, OwnedFd};

/// Proof that this process has one thread, so that a forked child may allocate and lock: no other
/// thread can hold the allocator's lock at that instant. It cannot cross threads.
pub struct SingleThreaded(PhantomData<*const ()>);

impl SingleThreaded {
    /// Counts the threads of this process. proc(5), /proc/pid/task.
    ///
    /// # Errors
    /// When there is more than one, or /proc cannot be read.
    pub fn prove() -> io::Result<Self> {
        // The link count of the directory is two more than its entries (each entry is a directory).
        use std::os::unix::fs::MetadataExt;
        match std::fs::metadata("/proc/self/task")?.nlink() {
            3 => Ok(Self(PhantomData)),
            count => Err(io::Error::other(format!(
                "this process has {} threads where it must have one",
                count.saturating_sub(2)
            ))),
        }
    }
}

impl fmt::Debug for SingleThreaded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SingleThreaded")
    }
}

/// Which of the two processes returned from a fork.
#[derive(Debug)]
pub enum Forked {
    /// The new process. It leaves by [`super::process::exit_now`] or by execve.
    Child,
    /// The old one, with a handle on the new one.
    Parent(Child),
}

/// A child of this process.
#[derive(Debug)]
pub struct Child {
    /// Its id in this process's pid namespace; valid until it is waited for.
    pub pid: i32,
    /// The same as a descriptor, which never names another process. pidfd_open(2).
    pub pidfd: OwnedFd,
}

/// `struct clone_args`, linux/sched.h, version 0 (64 bytes).
#[repr(C)]
#[derive(Default)]
struct CloneArgs {
    flags: u64,
    pidfd: u64,
    child_tid: u64,
    parent_tid: u64,
    exit_signal: u64,
    stack: u64,
    stack_size: u64,
    tls: u64,
}

/// Forks into new namespaces (`CLONE_NEW…` bits; none is a plain fork). clone3(2).
///
/// `CLONE_PARENT` may be among the flags; the child then belongs to this process's parent.
///
/// # Errors
/// `EPERM` when user namespaces are refused, `ENOSPC` or `EUSERS` when there are too many or too deep,
/// `EAGAIN` at the limit of processes.
pub fn fork_into(_proof: &SingleThreaded, namespaces: libc::c_int) -> io::Result<Forked> {
    let mut pidfd: libc::c_int = -1;
    let parent_kept = namespaces & libc::CLONE_PARENT != 0;
    let mut args = CloneArgs {
        flags: namespaces as u32 as u64 | libc::CLONE_PIDFD as u64,
        pidfd: &raw mut pidfd as u64,
        exit_signal: if parent_kept { 0 } else { libc::SIGCHLD as u64 },
        ..CloneArgs::default()
    };
    // SAFETY: `args` and `pidfd` live across the call and have the layout and size the kernel is told.
    // Without CLONE_VM and a stack the child runs on a copy of this one's memory, as after fork; the
    // proof says that no other thread held a lock of libc at that instant, so the child may use libc.
    let pid = check(unsafe { libc::syscall(libc::SYS_clone3, &raw mut args, size_of::<CloneArgs>()) })?;
    if pid == 0 {
        return Ok(Forked::Child);
    }
    // SAFETY: the kernel stored a new descriptor there, which nobody else owns.
    let pidfd = unsafe { OwnedFd::from_raw_fd(pidfd) };
    Ok(Forked::Parent(Child { pid: pid as i32, pidfd }))
}

/// Forks. clone3(2).
///
/// # Errors
/// `EAGAIN` at the limit of processes.
pub fn fork(proof: &SingleThreaded) -> io::Result<Forked> {
    fork_into(proof, 0)
}
