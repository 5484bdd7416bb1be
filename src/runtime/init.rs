//! The container's first process, from clone to execve. It has one thread, reads nothing but its plan,
//! and leaves by execve or `exit_now`.

use super::credentials::{self, Credentials};
use super::handshake::{self, Failure, Means, Step, failed, failed_at};
use super::plan::{Network, Plan, Process, Sharing};
use super::{confine, init_process, program, rootfs};
use crate::sys::resolve;
use crate::userns::outer;
use rustix::fs::{CWD, FileType, Mode, OFlags, ResolveFlags};
use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

/// The ends of pipes that become the standard streams; a terminal replaces all three.
#[derive(Debug)]
pub struct Streams {
    /// Standard input.
    pub input: OwnedFd,
    /// Standard output.
    pub output: OwnedFd,
    /// Standard error.
    pub error: OwnedFd,
}

/// Runs as the child of the launcher; never returns.
pub fn main(launcher: &OwnedFd, sharing: Sharing) -> ! {
    let failure = match prepare(launcher.as_fd(), sharing) {
        Ok(process) if process.init => init_process::main(&process),
        Ok(process) => execute(&process),
        Err(failure) => failure,
    };
    // The launcher is told why; when it is gone there is nobody to tell.
    let _ = handshake::tell_failed(launcher.as_fd(), &failure);
    crate::sys::process::exit_now(failure.exit_code())
}

/// Everything up to the moment when the launcher says Go.
fn prepare(launcher: BorrowedFd<'_>, sharing: Sharing) -> Result<Process, Failure> {
    // Until then, its death is ours.
    die_with_parent(true).map_err(failed(Step::Namespaces))?;
    if sharing.network == Network::Own {
        crate::sys::process::unshare(libc::CLONE_NEWNET).map_err(failed(Step::Namespaces))?;
        handshake::tell_networked(launcher).map_err(failed(Step::Namespaces))?;
    }
    let Means { plan, streams, mounts } =
        handshake::await_mapped(launcher).map_err(failed(Step::Namespaces))?;
    let plan = Plan::read(plan).map_err(failed(Step::Namespaces))?;
    outer::become_root().map_err(failed(Step::Namespaces))?;
    rustix::process::setsid().map_err(|errno| failed(Step::Namespaces)(errno.into()))?;
    rustix::process::umask(Mode::empty());
    let (root, terminal) = rootfs::build(&plan, mounts)?;
    rustix::process::umask(Mode::from_raw_mode(0o022));
    let directory = &plan.process.working_directory;
    make_working_directory(root.as_fd(), directory)
        .map_err(failed_at(Step::WorkingDirectory, format!("chdir to cwd ({directory:?})")))?;
    rustix::system::sethostname(plan.hostname.as_bytes())
        .map_err(|errno| failed(Step::Hostname)(errno.into()))?;
    let master = terminal.as_ref().map(|terminal| terminal.master.as_fd());
    handshake::tell_ready(launcher, Some(root.as_fd()), master).map_err(failed(Step::Namespaces))?;
    match terminal {
        Some(terminal) => control_terminal(terminal.slave).map_err(failed(Step::Streams))?,
        None => standard_streams(&streams).map_err(failed(Step::Streams))?,
    }
    handshake::await_go(launcher).map_err(failed(Step::Namespaces))?;
    // From here on the container outlives a killed launcher.
    die_with_parent(false).map_err(failed(Step::Namespaces))?;
    Ok(plan.process)
}

fn die_with_parent(wanted: bool) -> io::Result<()> {
    Ok(rustix::process::set_parent_process_death_signal(wanted.then_some(rustix::process::Signal::KILL))?)
}

/// Everything from the finished tree to execve, the same for the first process and for `exec`.
/// Returns only a failure.
pub fn execute(process: &Process) -> Failure {
    match ready_to_execute(process) {
        Ok(environment) => program::execute(&process.arguments, &environment),
        Err(failure) => failure,
    }
}

/// Confines this process and gives the environment its program gets.
pub fn ready_to_execute(process: &Process) -> Result<Vec<String>, Failure> {
    let root = rustix::fs::open("/", OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC, Mode::empty())
        .map_err(|errno| failed(Step::User)(errno.into()))?;
    let user = credentials::resolve(root.as_fd(), &process.user).map_err(|why| Failure {
        step: Step::User,
        why,
        errno: 0,
    })?;
    check_mapped(&user)?;
    enter_working_directory(&process.working_directory).map_err(failed_at(
        Step::WorkingDirectory,
        format!("chdir to cwd ({:?})", process.working_directory),
    ))?;
    own_streams(user.uid).map_err(failed(Step::Streams))?;
    crate::sys::process::program_signals();
    crate::sys::process::close_on_exec_from(3).map_err(failed(Step::Streams))?;
    confine::apply(process, &user)?;
    let mut environment = process.environment.clone();
    if !environment.iter().any(|entry| entry.starts_with("HOME=")) {
        environment.push(format!("HOME={}", user.home));
    }
    Ok(environment)
}

/// A user or group that the namespace does not have could own nothing; it always has root.
fn check_mapped(user: &Credentials) -> Result<(), Failure> {
    if (user.uid, user.gid) == (0, 0) {
        return Ok(());
    }
    let own = outer::mapping_of_process("self").map_err(|error| Failure {
        step: Step::User,
        why: error.to_string(),
        errno: 0,
    })?;
    if own.users.contains(user.uid) && own.groups.contains(user.gid) {
        return Ok(());
    }
    let why = format!(
        "user {}:{} is not among the {} ids this container has; subordinate ids give it more (see: rcon info)",
        user.uid,
        user.gid,
        own.users.size()
    );
    Err(Failure { step: Step::User, why, errno: 0 })
}

/// The first process's directory is made when it is missing, as docker does.
fn make_working_directory(root: BorrowedFd<'_>, path: &str) -> io::Result<()> {
    rootfs::place::open(root, path, rootfs::place::Shape::Directory).map(drop)
}

/// Opened without magic links, so that no leaked descriptor of /proc becomes the working directory
/// (CVE-2024-21626).
fn enter_working_directory(path: &str) -> io::Result<()> {
    let flags = OFlags::PATH | OFlags::DIRECTORY;
    let folder = resolve::open(CWD, path, flags, ResolveFlags::NO_MAGICLINKS)?;
    Ok(rustix::process::fchdir(folder)?)
}

/// The terminal is this session's, and all three streams. ioctl_tty(2).
pub fn control_terminal(slave: OwnedFd) -> io::Result<()> {
    rustix::process::ioctl_tiocsctty(&slave)?;
    let streams = Streams { input: slave.try_clone()?, output: slave.try_clone()?, error: slave };
    standard_streams(&streams)
}

/// Puts the streams on 0, 1 and 2.
pub fn standard_streams(streams: &Streams) -> io::Result<()> {
    // A stream that already has one of these numbers would be overwritten by its neighbour: go by copies above them.
    let above = |stream: &OwnedFd| rustix::io::fcntl_dupfd_cloexec(stream, 3);
    let (input, output, error) = (above(&streams.input)?, above(&streams.output)?, above(&streams.error)?);
    rustix::stdio::dup2_stdin(input)?;
    rustix::stdio::dup2_stdout(output)?;
    Ok(rustix::stdio::dup2_stderr(error)?)
}

/// A user other than root may open /dev/stdout again: pipes and terminals become the user's, a device
/// such as /dev/null, which is the host's, stays as it is.
fn own_streams(uid: u32) -> io::Result<()> {
    if uid == 0 {
        return Ok(());
    }
    for stream in [rustix::stdio::stdin(), rustix::stdio::stdout(), rustix::stdio::stderr()] {
        let stat = rustix::fs::fstat(stream)?;
        let is_pipe = FileType::from_raw_mode(stat.st_mode) == FileType::Fifo;
        if is_pipe || rustix::termios::isatty(stream) {
            rustix::fs::fchown(stream, Some(rustix::fs::Uid::from_raw(uid)), None)?;
        }
    }
    Ok(())
}

impl Failure {
    /// docker's exit code for it: 127 not found, 126 not executable, 125 for the rest.
    pub fn exit_code(&self) -> u8 {
        match self.step {
            Step::ProgramMissing => 127,
            Step::ProgramRefused => 126,
            Step::WorkingDirectory if matches!(self.errno, libc::ENOTDIR) => 127,
            Step::Mount if matches!(self.errno, libc::ENOTDIR | libc::EISDIR) => 127,
            _ => 125,
        }
    }
}
