//! Processes: their identity, their end, their replacement.

use super::check;
use serde::{Deserialize, Serialize};
use std::ffi::{CStr, CString};
use std::io;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd};

/// A process for good: a pid alone may be given to another process later.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Identity {
    /// Process id in the caller's pid namespace.
    pub pid: i32,
    /// Start time in clock ticks since boot (proc(5), /proc/pid/stat, field 22).
    pub start: u64,
}

impl Identity {
    /// The identity of the process that has `pid` now.
    pub fn of(pid: i32) -> io::Result<Self> {
        let stat = std::fs::read_to_string(format!("/proc/{pid}/stat"))?;
        start_time(&stat).map(|start| Self { pid, start }).ok_or_else(|| io::ErrorKind::InvalidData.into())
    }

    /// A handle on the process, if it still lives and is not a zombie.
    pub fn open(&self) -> Option<OwnedFd> {
        let pid = rustix::process::Pid::from_raw(self.pid)?;
        let handle = rustix::process::pidfd_open(pid, rustix::process::PidfdFlags::empty()).ok()?;
        self.is_alive().then_some(handle)
    }

    /// Whether it still lives; a zombie does not.
    pub fn is_alive(&self) -> bool {
        std::fs::read_to_string(format!("/proc/{}/stat", self.pid))
            .is_ok_and(|stat| start_time(&stat) == Some(self.start) && !is_zombie(&stat))
    }
}

/// Field 22; the name in field 2 may hold blanks and brackets, so fields are counted behind its last bracket.
fn start_time(stat: &str) -> Option<u64> {
    stat.get(stat.rfind(')')? + 2..)?.split(' ').nth(19)?.parse().ok()
}

fn is_zombie(stat: &str) -> bool {
    stat.rfind(')')
        .and_then(|end| stat.as_bytes().get(end + 2))
        .is_some_and(|state| matches!(state, b'Z' | b'X'))
}

/// Ends this process at once: no exit handlers run, no buffers of the parent are flushed twice. _exit(2).
pub fn exit_now(code: u8) -> ! {
    // SAFETY: the call takes a number and does not return.
    unsafe { libc::_exit(i32::from(code)) }
}

/// Replaces the program of this process by the file behind `program`. execveat(2).
///
/// Returns only the error: `ENOEXEC` for what is no program, `ENOENT` also for a missing interpreter
/// or for a script, whose interpreter cannot open a descriptor that is closed on exec.
pub fn execute_file(program: BorrowedFd<'_>, arguments: &[CString], environment: &[CString]) -> io::Error {
    let arguments = pointers(arguments);
    let environment = pointers(environment);
    // SAFETY: both arrays end with a null pointer and point to strings that end with a null byte;
    // they and the empty path live until the call returns, which it does only when it failed.
    let result = unsafe {
        libc::syscall(
            libc::SYS_execveat,
            program.as_raw_fd(),
            c"".as_ptr(),
            arguments.as_ptr(),
            environment.as_ptr(),
            libc::AT_EMPTY_PATH,
        )
    };
    error_of(result)
}

/// Replaces the program of this process by the file at `path`. execve(2).
///
/// Returns only the error.
pub fn execute(path: &CStr, arguments: &[CString], environment: &[CString]) -> io::Error {
    let arguments = pointers(arguments);
    let environment = pointers(environment);
    // SAFETY: as in `execute_file`.
    let result = unsafe { libc::execve(path.as_ptr(), arguments.as_ptr(), environment.as_ptr()) };
    error_of(result.into())
}

fn error_of(result: libc::c_long) -> io::Error {
    match check(result) {
        Err(error) => error,
        Ok(_) => io::Error::other("execve returned without an error"),
    }
}

fn pointers(strings: &[CString]) -> Vec<*const libc::c_char> {
    strings.iter().map(|string| string.as_ptr()).chain(std::iter::once(std::ptr::null())).collect()
}

/// The processor this thread is on. sched_getcpu(3).
pub fn processor() -> usize {
    rustix::thread::sched_getcpu()
}

/// Leaves `processor`, if this thread is on it and may go to another; it may come back after.
///
/// A forked child often stays queued behind its parent although another processor is idle.
pub fn leave_processor(processor: usize) {
    use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};
    let Ok(allowed) = sched_getaffinity(None) else { return };
    let mut others: CpuSet = allowed;
    others.unset(processor);
    // Refused when no processor is left; then everything stays as it is.
    if self::processor() == processor && others.count() > 0 && sched_setaffinity(None, &others).is_ok() {
        let _ = sched_setaffinity(None, &allowed);
    }
}

/// Takes over descriptor `number`, which this process inherited, and marks it as closed on exec.
///
/// # Errors
/// `EBADF` when there is none; the standard streams are refused.
pub fn inherited(number: i32) -> io::Result<OwnedFd> {
    use std::os::fd::FromRawFd;
    if number < 3 {
        return Err(io::ErrorKind::InvalidInput.into());
    }
    // SAFETY: the call takes numbers; it fails when `number` is not open.
    check(unsafe { libc::fcntl(number, libc::F_SETFD, libc::FD_CLOEXEC) }.into())?;
    // SAFETY: it is open, and inherited over execve: no value of this program owns it. The callers ask
    // once for each number.
    Ok(unsafe { OwnedFd::from_raw_fd(number) })
}

/// Marks every descriptor from `first` on as closed on exec. close_range(2), `CLOSE_RANGE_CLOEXEC`.
pub fn close_on_exec_from(first: u32) -> io::Result<()> {
    // SAFETY: the call takes numbers and changes flags of descriptors only; none is closed.
    check(unsafe {
        libc::syscall(libc::SYS_close_range, first, u32::MAX, 4 /* CLOSE_RANGE_CLOEXEC */)
    })
    .map(drop)
}

/// Closes every descriptor from `first` on. close_range(2).
///
/// For a process that only leaves by [`exit_now`] or execve: values that own one of them must never be dropped.
pub fn close_from(first: u32) -> io::Result<()> {
    // SAFETY: the call takes numbers; the callers drop no owner of a closed descriptor afterwards.
    check(unsafe { libc::syscall(libc::SYS_close_range, first, u32::MAX, 0) }).map(drop)
}

/// Closes every descriptor from 3 on that is not among `kept`. close_range(2).
///
/// For a forked child that leaves only by [`exit_now`] or execve: values of the parent that own one of the
/// closed descriptors must never be dropped in it.
pub fn close_all_but(kept: &[BorrowedFd<'_>]) -> io::Result<()> {
    let mut numbers: Vec<u32> = kept.iter().map(|end| end.as_raw_fd() as u32).collect();
    numbers.sort_unstable();
    let mut from = 3;
    for number in numbers {
        if number > from {
            // SAFETY: as in `close_from`.
            check(unsafe { libc::syscall(libc::SYS_close_range, from, number - 1, 0) })?;
        }
        from = from.max(number + 1);
    }
    close_from(from)
}

/// Moves this thread into new namespaces (`CLONE_NEW…` bits). unshare(2).
///
/// # Errors
/// `EPERM` without CAP_SYS_ADMIN (or, for a user namespace, where they are refused), `EINVAL` for a
/// user namespace when the process has several threads.
pub fn unshare(namespaces: libc::c_int) -> io::Result<()> {
    // SAFETY: the call takes a number; namespaces of this thread change, no memory does.
    check(unsafe { libc::unshare(namespaces) }.into()).map(drop)
}

/// How a process ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// It returned this code, 0 to 255.
    Code(i32),
    /// This signal killed it.
    Signal(i32),
}

impl Ended {
    /// As a shell counts: the code, or 128 and the number of the signal.
    pub fn exit_code(self) -> i32 {
        match self {
            Self::Code(code) => code,
            Self::Signal(signal) => 128 + signal,
        }
    }
}

/// Waits for the child behind `pidfd` and reaps it. waitid(2), `P_PIDFD`.
///
/// # Errors
/// `ECHILD` when it is not a child of this process.
pub fn wait(pidfd: BorrowedFd<'_>) -> io::Result<Ended> {
    use rustix::process::{WaitId, WaitIdOptions, waitid};
    loop {
        match waitid(WaitId::PidFd(pidfd), WaitIdOptions::EXITED) {
            Err(rustix::io::Errno::INTR) | Ok(None) => {}
            Err(errno) => return Err(errno.into()),
            Ok(Some(status)) => return Ok(ended(&status)),
        }
    }
}

/// Reaps one child that has ended already, whichever; `None` when none has. waitid(2), `WNOHANG`.
pub fn reap() -> io::Result<Option<(i32, Ended)>> {
    let mut status = 0;
    // SAFETY: the status lives across the call, which fills it.
    match check(unsafe { libc::waitpid(-1, &raw mut status, libc::WNOHANG) }.into()) {
        Ok(0) => Ok(None),
        Ok(pid) if libc::WIFSIGNALED(status) => Ok(Some((pid as i32, Ended::Signal(libc::WTERMSIG(status))))),
        Ok(pid) => Ok(Some((pid as i32, Ended::Code(libc::WEXITSTATUS(status))))),
        Err(error) if error.raw_os_error() == Some(libc::ECHILD) => Ok(None),
        Err(error) => Err(error),
    }
}

fn ended(status: &rustix::process::WaitIdStatus) -> Ended {
    match (status.exit_status(), status.terminating_signal()) {
        (Some(code), _) => Ended::Code(code),
        (None, Some(signal)) => Ended::Signal(signal),
        (None, None) => Ended::Code(255),
    }
}

/// `struct pidfd_info`, linux/pidfd.h, version 0 (64 bytes).
#[repr(C)]
#[derive(Default)]
struct PidfdInfo {
    mask: u64,
    cgroup: u64,
    ids: [u32; 11],
    exit_code: i32,
}

/// How the process behind `pidfd` ended, for one that is not our child. `PIDFD_GET_INFO`, since Linux 6.15.
///
/// The kernel keeps it from the moment its parent has reaped it: `EAGAIN` before.
///
/// # Errors
/// `ENOTTY` or `EINVAL` on older kernels; `ESRCH` when it was reaped before the handle was opened.
pub fn exit_info(pidfd: BorrowedFd<'_>) -> io::Result<Ended> {
    const PIDFD_GET_INFO: libc::c_ulong = 0xC040_FF0B;
    const PIDFD_INFO_EXIT: u64 = 1 << 3;
    let mut info = PidfdInfo { mask: PIDFD_INFO_EXIT, ..PidfdInfo::default() };
    // SAFETY: the size in the request number is that of the structure, which lives across the call.
    check(unsafe { libc::ioctl(pidfd.as_raw_fd(), PIDFD_GET_INFO, &raw mut info) }.into())?;
    if info.mask & PIDFD_INFO_EXIT == 0 {
        return Err(io::ErrorKind::WouldBlock.into());
    }
    if libc::WIFSIGNALED(info.exit_code) {
        return Ok(Ended::Signal(libc::WTERMSIG(info.exit_code)));
    }
    Ok(Ended::Code(libc::WEXITSTATUS(info.exit_code)))
}

/// Sends signal number `signal` to the process behind `pidfd`. pidfd_send_signal(2).
///
/// # Errors
/// `ESRCH` when it has ended, `EPERM` when it is another user's, `EINVAL` for no such signal.
pub fn send_signal(pidfd: impl AsFd, signal: i32) -> io::Result<()> {
    let none = std::ptr::null::<libc::siginfo_t>();
    // SAFETY: a null siginfo is allowed and means what kill(2) would send; the rest are numbers.
    check(unsafe { libc::syscall(libc::SYS_pidfd_send_signal, pidfd.as_fd().as_raw_fd(), signal, none, 0) })
        .map(drop)
}

/// The signals of the monitor: all as the kernel has them but for SIGPIPE, which is ignored: a container that
/// closes its input is no end of whoever writes to it.
pub fn monitor_signals() {
    for signal in 1..=libc::SIGRTMAX() {
        // SAFETY: SIG_DFL is a valid disposition for any signal; for KILL, STOP and libc's own the call fails, harmlessly.
        unsafe { libc::signal(signal, libc::SIG_DFL) };
    }
    // SAFETY: SIG_IGN is a valid disposition for it.
    unsafe { libc::signal(libc::SIGPIPE, libc::SIG_IGN) };
    unblock_signals();
}

/// The signals of a program that the monitor starts: as the kernel has them, and none blocked.
pub fn program_signals() {
    // SAFETY: SIG_DFL is a valid disposition for it.
    unsafe { libc::signal(libc::SIGPIPE, libc::SIG_DFL) };
    unblock_signals();
}

/// sigprocmask(2) cannot fail for a valid set.
fn unblock_signals() {
    let _ = nix::sys::signal::SigSet::empty().thread_set_mask();
}

/// A descriptor that reads as the given signals, which no longer interrupt this process. signalfd(2).
pub fn signal_descriptor(signals: &[nix::sys::signal::Signal]) -> io::Result<nix::sys::signalfd::SignalFd> {
    use nix::sys::signal::SigSet;
    use nix::sys::signalfd::{SfdFlags, SignalFd};
    let set: SigSet = signals.iter().copied().collect();
    set.thread_block()?;
    Ok(SignalFd::with_flags(&set, SfdFlags::SFD_CLOEXEC | SfdFlags::SFD_NONBLOCK)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_name_with_brackets_and_blanks_does_not_shift_the_fields() {
        let stat = "12 (a) b (c)) S 1 12 12 0 -1 4194560 1 0 0 0 0 0 0 0 20 0 1 0 4711 1 1";
        assert_eq!(start_time(stat), Some(4711));
        assert_eq!(start_time("nonsense"), None);
    }

    #[test]
    fn this_process_is_alive_and_is_itself() {
        let me = Identity::of(std::process::id() as i32).unwrap();
        assert!(me.is_alive());
        assert!(!Identity { start: me.start + 1, ..me }.is_alive());
    }
}
