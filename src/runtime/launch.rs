//! Starting a monitor: the caller forks, the child enters U0 and becomes the launcher.
//!
//! Later calls join U0 through the launcher, which the kernel lets its user do since it stays dumpable;
//! containers cannot look into it, having no power over U0 (capabilities(7), CAP_SYS_PTRACE). Its program
//! file, which its children show inside containers as /proc/PID/exe, is a read-only mount that exists only
//! for that, so that nobody who gets hold of it can write to rcon (CVE-2019-5736). To execute rcon anew
//! from there would cost as much as all the rest of a start; the running program moves over instead, and
//! is only executed again where the kernel or a replaced file does not let it.

use super::launcher::{self, Book};
use super::plan::{Network, Plan, Sharing};
use super::stream::{self, Remedy, StartFailure, ToClient};
use crate::error::{Context, Error, Kind, Result};
use crate::packet;
use crate::sys::fork::{Forked, SingleThreaded, fork};
use crate::sys::mount::{Attributes, Depth, set_attributes};
use crate::sys::own_file;
use crate::sys::process::{self, Identity, exit_now};
use crate::userns::mapping::Choice;
use crate::userns::outer;
use rustix::fs::{CWD, Mode, OFlags};
use rustix::mount::OpenTreeFlags;
use std::ffi::{CStr, CString, OsString};
use std::io;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, IntoRawFd, OwnedFd};

/// The name of a launcher: `argv[0]`, also where it was executed.
pub const ROLE: &str = match NAME.to_str() {
    Ok(name) => name,
    Err(_) => unreachable!(),
};

const NAME: &CStr = c"rcon-monitor";

/// How the launcher gets into U0.
#[derive(Debug)]
pub enum Way {
    /// Through a living monitor.
    Join(OwnedFd),
    /// By making it.
    Make(Choice),
    /// The caller is inside, and so is the child.
    Inside,
}

/// A monitor in the making: it enters U0 and makes the container's namespaces while the caller still
/// decides what runs in them. Dropped, it ends without a trace.
#[derive(Debug)]
pub struct Expected {
    monitor: OwnedFd,
}

/// Begins a monitor for a container that shares the caller's network namespace, or not.
pub fn begin(way: &Way, sharing: Sharing, book: &impl Book) -> Result<Expected> {
    let proof = SingleThreaded::prove().what(|| "starting the container's monitor")?;
    let (ours, theirs) = packet::pair().what(|| "making a socket")?;
    let (asks, hears) = packet::pair().what(|| "making a socket")?;
    let here = process::processor();
    match fork(&proof).what(|| "forking the container's monitor")? {
        Forked::Child => {
            drop((ours, hears));
            process::leave_processor(here);
            become_launcher(sharing, theirs.as_fd(), way, &asks, book)
        }
        Forked::Parent(child) => {
            drop((theirs, asks));
            // Let it run, and leave this processor, before this process goes on with its own work.
            rustix::thread::sched_yield();
            if let Way::Make(choice) = way {
                write_maps(&hears, child.pid, choice, &proof)?;
            }
            Ok(Expected { monitor: ours })
        }
    }
}

impl Expected {
    /// Hands over the plan and the container's lock; the socket that comes back is the monitor's first
    /// client. Hears not yet whether the start went well.
    pub fn carry_out(self, plan: &Plan, lock: &OwnedFd) -> Result<OwnedFd> {
        let plan = plan.write().what(|| "handing over the plan")?;
        match packet::send(self.monitor.as_fd(), PLAN, b"", &[plan.as_fd(), lock.as_fd()]) {
            // It died, and may have said why: whoever listens hears it.
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(self.monitor),
            result => result.map(|()| self.monitor).what(|| "handing over the plan"),
        }
    }
}

/// The packet with the plan and the lock.
const PLAN: u8 = b'P';

/// The child asks for its maps, and waits until they are written; when that fails, it sees the end of the
/// socket. The helpers take all processors of a small machine: what else there is to do comes after them,
/// beside the child's own work.
fn write_maps(child: &OwnedFd, pid: i32, choice: &Choice, proof: &SingleThreaded) -> Result<()> {
    let mut buffer = [0u8; 8];
    if packet::receive(child.as_fd(), &mut buffer).what(|| "waiting for the monitor")?.is_some() {
        outer::write_maps(pid as u32, choice, proof)?;
        // A child that is gone has told the client's socket why, as one that did not ask.
        let _ = packet::send(child.as_fd(), MAPPED, b"", &[]);
    }
    Ok(())
}

/// The child, about to wait for its maps.
const UNSHARED: u8 = b'u';
/// To the child: they are written.
const MAPPED: u8 = b'm';

/// As the launcher: waits for the plan and the lock; `None` when the caller thought better of it.
pub(super) fn await_plan(client: BorrowedFd<'_>) -> io::Result<Option<(OwnedFd, OwnedFd)>> {
    let mut buffer = [0u8; 16];
    let Some(packet) = packet::receive(client, &mut buffer)? else { return Ok(None) };
    let mut descriptors = packet.descriptors.into_iter();
    match (packet.kind, descriptors.next(), descriptors.next()) {
        (PLAN, Some(plan), Some(lock)) => Ok(Some((plan, lock))),
        _ => Err(io::ErrorKind::InvalidData.into()),
    }
}

fn become_launcher(
    sharing: Sharing,
    client: BorrowedFd<'_>,
    way: &Way,
    parent: &OwnedFd,
    book: &impl Book,
) -> ! {
    let ready = enter(way, parent)
        .and_then(|()| settle(client, parent).map_err(StartFailure::of_monitor))
        .and_then(|settled| become_root(way, &settled.parent).map(|()| settled));
    match ready {
        Ok(Settled { client, on_own_file: true, .. }) => launcher::main(client, sharing, book),
        Ok(Settled { client, on_own_file: false, .. }) => {
            let error = execute(sharing, &client);
            tell_and_leave(client.as_fd(), StartFailure::of_monitor(error))
        }
        Err(failure) => tell_and_leave(client, failure),
    }
}

fn tell_and_leave(client: BorrowedFd<'_>, failure: StartFailure) -> ! {
    let _ = stream::tell(client, &ToClient::Failed(failure));
    exit_now(125)
}

impl StartFailure {
    fn of_monitor(error: io::Error) -> Self {
        let message = format!("starting the container's monitor: {error}");
        Self { code: 125, message, remedy: Remedy::None }
    }
}

/// A session of its own, U0, and a mount namespace in it. In a new U0 it has all power at once, and an id
/// only when the maps are written.
fn enter(way: &Way, parent: &OwnedFd) -> Result<(), StartFailure> {
    let step = |result: io::Result<()>| result.map_err(StartFailure::of_monitor);
    step(rustix::process::setsid().map(drop).map_err(Into::into))?;
    process::monitor_signals();
    rustix::process::umask(Mode::from_raw_mode(0o022));
    match way {
        Way::Join(monitor) => {
            let proof = SingleThreaded::prove().map_err(StartFailure::of_monitor)?;
            outer::join(monitor, &proof).map_err(|error| StartFailure {
                remedy: Remedy::JoinAnother,
                ..StartFailure::of_monitor(error)
            })?;
        }
        Way::Inside => {}
        Way::Make(_) => {
            process::unshare(libc::CLONE_NEWUSER).map_err(|error| {
                let words = outer::refusal(error);
                let fix = words.hint().map(|fix| format!("\nhint: {fix}")).unwrap_or_default();
                StartFailure { code: 125, message: format!("{words}{fix}"), remedy: Remedy::None }
            })?;
            step(packet::send(parent.as_fd(), UNSHARED, b"", &[]))?;
        }
    }
    step(process::unshare(libc::CLONE_NEWNS))
}

/// Who joined is root already; in a new U0 the maps come first.
fn become_root(way: &Way, parent: &OwnedFd) -> Result<(), StartFailure> {
    let Way::Make(_) = way else { return Ok(()) };
    let mut buffer = [0u8; 8];
    let root = packet::receive(parent.as_fd(), &mut buffer).and_then(|written| match written {
        Some(_) => outer::become_root(),
        None => Err(io::Error::other("the id maps were not written")),
    });
    root.map_err(StartFailure::of_monitor)
}

/// A process that has nothing of the caller's any more but the program.
struct Settled {
    client: OwnedFd,
    parent: OwnedFd,
    /// The program runs from a read-only mount.
    on_own_file: bool,
}

/// Lets go of the caller's streams, descriptors and folder, and moves to the read-only program.
fn settle(client: BorrowedFd<'_>, parent: &OwnedFd) -> io::Result<Settled> {
    let null = rustix::fs::open("/dev/null", OFlags::RDWR | OFlags::CLOEXEC, Mode::empty())?;
    // Copies above the standard streams, which they may themselves be among.
    let client = rustix::io::fcntl_dupfd_cloexec(client, 3)?;
    let parent = rustix::io::fcntl_dupfd_cloexec(parent, 3)?;
    rustix::stdio::dup2_stdin(&null)?;
    rustix::stdio::dup2_stdout(&null)?;
    rustix::stdio::dup2_stderr(&null)?;
    drop(null);
    process::close_all_but(&[client.as_fd(), parent.as_fd()])?;
    rustix::process::chdir("/")?;
    rustix::thread::set_name(NAME)?;
    let moved = read_only_program().and_then(|program| own_file::run_from(program.as_fd(), NAME));
    Ok(Settled { client, parent, on_own_file: moved.is_ok() })
}

/// Becomes the launcher by execveat(2): [`inherited`] is what it begins with. Returns only an error.
fn execute(sharing: Sharing, client: &OwnedFd) -> io::Error {
    match prepare_execution(sharing, client) {
        // Nothing of the caller's environment goes along.
        Ok((program, arguments)) => process::execute_file(program.as_fd(), &arguments, &[]),
        Err(error) => error,
    }
}

fn prepare_execution(sharing: Sharing, client: &OwnedFd) -> io::Result<(OwnedFd, Vec<CString>)> {
    let program = match read_only_program() {
        Ok(program) => program,
        // The file was replaced while we run: the old one, as it is.
        Err(_) => rustix::fs::open("/proc/self/exe", OFlags::PATH | OFlags::CLOEXEC, Mode::empty())?,
    };
    rustix::io::fcntl_setfd(client, rustix::io::FdFlags::empty())?;
    let network = match sharing.network {
        Network::Own => "own".to_owned(),
        Network::Host => "host".to_owned(),
        Network::Of(Identity { pid, start }) => format!("{pid}:{start}"),
    };
    let arguments = [ROLE.to_owned(), client.as_raw_fd().to_string(), network];
    Ok((program, arguments.into_iter().map(CString::new).collect::<Result<_, _>>()?))
}

/// This program's file through a read-only mount that exists only for the launcher.
///
/// # Errors
/// When the file was replaced while we run.
fn read_only_program() -> io::Result<OwnedFd> {
    let running = rustix::fs::open("/proc/self/exe", OFlags::PATH | OFlags::CLOEXEC, Mode::empty())?;
    let path = rustix::fs::readlink("/proc/self/exe", Vec::new())?;
    let flags = OpenTreeFlags::OPEN_TREE_CLONE | OpenTreeFlags::OPEN_TREE_CLOEXEC;
    let mount = rustix::mount::open_tree(CWD, path.as_c_str(), flags)?;
    set_attributes(mount.as_fd(), Attributes::READ_ONLY, Depth::One)?;
    // What is mapped must be open for reading, not only named.
    let file = rustix::fs::open(descriptor_path(&mount), OFlags::RDONLY | OFlags::CLOEXEC, Mode::empty())?;
    // To take a mount apart the kernel waits for all processors: this one stays until the launcher ends.
    let _ = mount.into_raw_fd();
    match same_file(&file, &running)? {
        true => Ok(file),
        false => Err(io::Error::from_raw_os_error(libc::ESTALE)),
    }
}

fn descriptor_path(descriptor: &OwnedFd) -> String {
    format!("/proc/self/fd/{}", descriptor.as_raw_fd())
}

fn same_file(one: &OwnedFd, other: &OwnedFd) -> io::Result<bool> {
    let (one, other) = (rustix::fs::fstat(one)?, rustix::fs::fstat(other)?);
    Ok((one.st_dev, one.st_ino) == (other.st_dev, other.st_ino))
}

/// Waits for the outcome of a start; streams that come first are handed to `on_stream`.
///
/// # Errors
/// When the monitor died without a word.
pub fn outcome(
    monitor: &OwnedFd,
    mut on_stream: impl FnMut(&ToClient<'_>) -> Result<()>,
) -> Result<Result<(), StartFailure>> {
    let mut buffer = vec![0u8; packet::BODY];
    loop {
        match stream::hear(monitor.as_fd(), &mut buffer).what(|| "waiting for the container's monitor")? {
            Some(ToClient::Started) => return Ok(Ok(())),
            Some(ToClient::Failed(failure)) => return Ok(Err(failure)),
            Some(message) => on_stream(&message)?,
            None => {
                return Err(Error::new(
                    Kind::System,
                    "the container's monitor died before the container started",
                ));
            }
        }
    }
}

/// As a launcher that was executed: what the command line says, `rcon-monitor SOCKET own|host|PID:START`.
pub fn inherited(arguments: &[OsString]) -> Option<(OwnedFd, Sharing)> {
    let [_, socket, network] = arguments else { return None };
    let socket = process::inherited(socket.to_str()?.parse().ok()?).ok()?;
    let network = match network.to_str()? {
        "own" => Network::Own,
        "host" => Network::Host,
        other => {
            let (pid, start) = other.split_once(':')?;
            Network::Of(Identity { pid: pid.parse().ok()?, start: start.parse().ok()? })
        }
    };
    Some((socket, Sharing { network }))
}
