//! What the container's first process and its launcher say to each other until execve.
//!
//! ```text
//! container init                launcher
//!   Networked            -->                      it has made its network namespace
//!   (waits)              <--      Mapped [plan, streams]      the id maps are written, the plan is there
//!   Ready [root, terminal] -->                    the tree is built; with -t the terminal's master comes along
//!                                                 (slot: network, cgroup and notification steps)
//!   (waits)              <--      Go              the state says "running"; from here on it counts
//!   Failed{step, …}      -->                      and init leaves
//!   end of file          -->                      execve took place
//! ```

use crate::packet;
use crate::runtime::init::Streams;
use crate::runtime::rootfs::Mounts;
use serde::{Deserialize, Serialize};
use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

/// What was being done when it failed: for the words, not for branching.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Step {
    /// Clone, id maps, handshake.
    Namespaces,
    /// The overlay of the layers.
    Overlay,
    /// /proc.
    Proc,
    /// Loopback and sysctls of the network namespace.
    Network,
    /// Published ports.
    Ports,
    /// /sys and the cgroup tree.
    Sys,
    /// /dev.
    Dev,
    /// A mount the user asked for.
    Mount,
    /// Masked and read-only paths.
    Mask,
    /// /.dockerenv and /run/.containerenv.
    Marks,
    /// pivot_root.
    Pivot,
    /// The read-only root.
    ReadOnly,
    /// The host name.
    Hostname,
    /// The standard streams.
    Streams,
    /// The working directory.
    WorkingDirectory,
    /// The user and groups.
    User,
    /// Resource limits.
    Limits,
    /// Capabilities, no_new_privs, keyring.
    Capabilities,
    /// The seccomp filter.
    Filter,
    /// The program is not there: exit code 127.
    ProgramMissing,
    /// The program cannot be executed: exit code 126.
    ProgramRefused,
}

/// A step that failed, with the error number when a system call was it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// What was being done.
    pub step: Step,
    /// Words, ready to be shown.
    pub why: String,
    /// errno(3), or 0.
    pub errno: i32,
}

/// Makes a [`Failure`] of `step` from an error.
pub fn failed(step: Step) -> impl FnOnce(io::Error) -> Failure {
    move |error| Failure { step, errno: error.raw_os_error().unwrap_or(0), why: words(&error) }
}

/// Like [`failed`], with what it was about.
pub fn failed_at(step: Step, subject: impl Into<String>) -> impl FnOnce(io::Error) -> Failure {
    let subject = subject.into();
    move |error| {
        let errno = error.raw_os_error().unwrap_or(0);
        Failure { step, errno, why: format!("{subject}: {}", words(&error)) }
    }
}

/// An error as docker's users read it: lower case, without the number.
pub(super) fn words(error: &io::Error) -> String {
    let text = error.to_string();
    let end = text.find(" (os error").unwrap_or(text.len());
    match error.raw_os_error() {
        Some(_) => text[..end].to_lowercase(),
        None => text,
    }
}

/// From the container's first process.
#[derive(Debug, PartialEq, Eq)]
pub enum FromInit {
    /// It has a network namespace of its own.
    Networked,
    /// The tree is built.
    Ready,
    /// It is over.
    Failed(Failure),
    /// Nothing more will come: execve took place, or the process is dead.
    Gone,
}

const MAPPED: u8 = b'M';
const NETWORKED: u8 = b'N';
const READY: u8 = b'R';
const READY_WITH_TERMINAL: u8 = b'T';
const GO: u8 = b'G';
const FAILED: u8 = b'F';

/// What init gets once its id maps are written.
#[derive(Debug)]
pub struct Means {
    /// The plan.
    pub plan: OwnedFd,
    /// The container's standard streams.
    pub streams: Streams,
    /// What only the launcher could mount.
    pub mounts: Mounts,
}

/// Launcher: the id maps are written, and here is what there is to go on with.
pub fn tell_mapped(to_init: BorrowedFd<'_>, means: &Means) -> io::Result<()> {
    let Means { plan, streams, mounts: Mounts { overlay, sys } } = means;
    let mut descriptors =
        vec![plan.as_fd(), streams.input.as_fd(), streams.output.as_fd(), streams.error.as_fd()];
    descriptors.extend(overlay.iter().chain(sys).map(AsFd::as_fd));
    packet::send(to_init, MAPPED, &[u8::from(overlay.is_some()), u8::from(sys.is_some())], &descriptors)
}

/// Launcher: execute.
pub fn tell_go(to_init: BorrowedFd<'_>) -> io::Result<()> {
    packet::send(to_init, GO, b"", &[])
}

/// Init: waits for the maps, and for what comes with them.
pub fn await_mapped(from_launcher: BorrowedFd<'_>) -> io::Result<Means> {
    let mut buffer = [0u8; 16];
    let packet = packet::receive(from_launcher, &mut buffer)?
        .filter(|packet| packet.kind == MAPPED)
        .ok_or(io::ErrorKind::UnexpectedEof)?;
    let has = |mount: usize| packet.body.get(mount) == Some(&1);
    let (has_overlay, has_sys) = (has(0), has(1));
    let mut descriptors = packet.descriptors.into_iter();
    let mut next = || descriptors.next().ok_or(io::ErrorKind::UnexpectedEof);
    let plan = next()?;
    let streams = Streams { input: next()?, output: next()?, error: next()? };
    let overlay = if has_overlay { Some(next()?) } else { None };
    let sys = if has_sys { Some(next()?) } else { None };
    Ok(Means { plan, streams, mounts: Mounts { overlay, sys } })
}

/// Init: waits for leave to execute.
pub fn await_go(from_launcher: BorrowedFd<'_>) -> io::Result<()> {
    expect(from_launcher, GO)
}

fn expect(from: BorrowedFd<'_>, kind: u8) -> io::Result<()> {
    let mut buffer = [0u8; 16];
    match packet::receive(from, &mut buffer)? {
        Some(packet) if packet.kind == kind => Ok(()),
        _ => Err(io::ErrorKind::UnexpectedEof.into()),
    }
}

/// Init: the tree below `root` is built; `terminal` is the master of the container's terminal.
pub fn tell_ready(
    to_launcher: BorrowedFd<'_>,
    root: Option<BorrowedFd<'_>>,
    terminal: Option<BorrowedFd<'_>>,
) -> io::Result<()> {
    let kind = if terminal.is_some() { READY_WITH_TERMINAL } else { READY };
    let descriptors: Vec<BorrowedFd<'_>> = terminal.into_iter().chain(root).collect();
    packet::send(to_launcher, kind, b"", &descriptors)
}

/// Init: it has a network namespace of its own, to be connected.
pub fn tell_networked(to_launcher: BorrowedFd<'_>) -> io::Result<()> {
    packet::send(to_launcher, NETWORKED, b"", &[])
}

/// Init: it is over.
pub fn tell_failed(to_launcher: BorrowedFd<'_>, failure: &Failure) -> io::Result<()> {
    let body = serde_json::to_vec(failure)?;
    packet::send(to_launcher, FAILED, &body[..body.len().min(8 * 1024)], &[])
}

/// What comes along with [`FromInit::Ready`].
#[derive(Debug, Default)]
pub struct Brought {
    /// The container's root: as long as it is held, its file system stays mounted.
    pub root: Option<OwnedFd>,
    /// The master of its terminal.
    pub terminal: Option<OwnedFd>,
}

/// Launcher: the next word of init.
pub fn next_of_init(from_init: BorrowedFd<'_>) -> io::Result<(FromInit, Brought)> {
    let mut buffer = [0u8; 16 * 1024];
    let Some(packet) = packet::receive(from_init, &mut buffer)? else {
        return Ok((FromInit::Gone, Brought::default()));
    };
    let mut descriptors = packet.descriptors.into_iter();
    match packet.kind {
        NETWORKED => Ok((FromInit::Networked, Brought::default())),
        READY => Ok((FromInit::Ready, Brought { root: descriptors.next(), terminal: None })),
        READY_WITH_TERMINAL => {
            let terminal = descriptors.next();
            Ok((FromInit::Ready, Brought { terminal, root: descriptors.next() }))
        }
        FAILED => Ok((FromInit::Failed(serde_json::from_slice(packet.body)?), Brought::default())),
        _ => Err(io::ErrorKind::InvalidData.into()),
    }
}
