//! `exec`: one more process in a running container. The launcher forks it, since it stands in the
//! container's cgroup and has the power to; the caller gives the streams and hears how it went.
//!
//! ```text
//! client                        launcher
//!   Exec [request, streams] -->                   the request is JSON behind a descriptor
//!                           <--     Terminal      with -t: the master of a new terminal
//!                           <--     Started       execve took place
//!                           <--     Failed{…}     it never did; the last packet
//!                           <--     Exited{code}  the last packet
//! ```

use super::enter;
use super::handshake::{self, Brought, Failure, FromInit, Step, failed};
use super::init::{self, Streams};
use super::network::{Networked, requests};
use super::plan::Process;
use super::stream::{Remedy, StartFailure, ToClient, tell};
use crate::packet;
use crate::sys::fork::{Forked, SingleThreaded, fork, fork_into};
use crate::sys::process::{self, Ended};
use serde::{Deserialize, Serialize};
use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

/// The version of this protocol; a newer rcon may talk to an older launcher.
pub const VERSION: u32 = 1;

/// The socket's name in the container's folder of sockets.
pub const SOCKET: &str = "control";

/// The most bytes a request may have.
const LARGEST_REQUEST: u64 = 8 * 1024 * 1024;

/// What is asked for.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Request {
    /// The client's [`VERSION`].
    pub version: u32,
    /// What to run.
    pub process: Process,
    /// `-t`: the launcher makes a terminal; no streams come along.
    pub terminal: Option<(u16, u16)>,
}

/// Client: asks. With a terminal there are no streams.
pub fn ask(launcher: BorrowedFd<'_>, request: &Request, streams: Option<&Streams>) -> io::Result<()> {
    let body = rustix::fs::memfd_create("request", rustix::fs::MemfdFlags::CLOEXEC)?;
    let mut file = std::fs::File::from(body);
    serde_json::to_writer(io::BufWriter::new(&file), request)?;
    io::Seek::rewind(&mut file)?;
    let mut descriptors = vec![file.as_fd()];
    if let Some(streams) = streams {
        descriptors.extend([streams.input.as_fd(), streams.output.as_fd(), streams.error.as_fd()]);
    }
    packet::send(launcher, b'Q', b"", &descriptors)
}

/// What the launcher says to a client; [`super::stream::hear`] reads the rest.
pub const TERMINAL: u8 = b'T';

/// Processes in the making or running, and clients that have not asked yet.
#[derive(Debug, Default)]
pub struct Execs {
    waiting: Vec<OwnedFd>,
    running: Vec<Exec>,
    /// Ends that came before their pid was told.
    early: Vec<(i32, Ended)>,
}

#[derive(Debug)]
struct Exec {
    client: OwnedFd,
    /// Until execve.
    handshake: Option<OwnedFd>,
    pid: i32,
}

impl Execs {
    /// What to poll for reading.
    pub fn watched(&self) -> impl Iterator<Item = BorrowedFd<'_>> {
        let handshakes = self.running.iter().filter_map(|exec| exec.handshake.as_ref());
        self.waiting.iter().chain(handshakes).map(AsFd::as_fd)
    }

    /// Does what can be done without waiting.
    pub fn serve(&mut self, listener: &OwnedFd, init: &OwnedFd, network: Option<&mut Networked>) {
        let mut network = network;
        while let Ok(client) = rustix::net::accept_with(listener, rustix::net::SocketFlags::CLOEXEC) {
            self.waiting.push(client);
        }
        let ready: Vec<OwnedFd> = {
            let (ready, waiting) = std::mem::take(&mut self.waiting)
                .into_iter()
                .partition(|client: &OwnedFd| packet::is_readable(client.as_fd()));
            self.waiting = waiting;
            ready
        };
        for client in ready {
            match hear(&client, init) {
                Ok(Asked::Exec { pid, handshake }) => {
                    self.running.push(Exec { client, handshake: Some(handshake), pid })
                }
                Ok(Asked::Change(descriptors)) => match network.as_deref_mut() {
                    Some(network) => network.change(&client, descriptors),
                    None => requests::answer(client.as_fd(), Err(io::Error::other(NO_NETWORK))),
                },
                Ok(Asked::Nothing) => {}
                Err(failure) => refuse(&client, failure),
            }
        }
        self.hear_handshakes();
        for (pid, ended) in std::mem::take(&mut self.early) {
            self.ended(pid, ended);
        }
    }

    fn hear_handshakes(&mut self) {
        for exec in &mut self.running {
            let Some(handshake) = exec.handshake.take_if(|handshake| packet::is_readable(handshake.as_fd()))
            else {
                continue;
            };
            match handshake::next_of_init(handshake.as_fd()) {
                Ok((FromInit::Ready, Brought { terminal: Some(terminal), .. })) => {
                    let _ = packet::send(exec.client.as_fd(), TERMINAL, b"", &[terminal.as_fd()]);
                    exec.handshake = Some(handshake);
                }
                Ok((FromInit::Failed(failure), _)) => {
                    refuse(&exec.client, failure);
                    // Its end is of no interest any more.
                    exec.pid = 0;
                }
                Ok((FromInit::Networked | FromInit::Ready | FromInit::Gone, _)) | Err(_) => {
                    let _ = tell(exec.client.as_fd(), &ToClient::Started);
                }
            }
        }
        self.running.retain(|exec| exec.pid != 0);
    }

    /// A child of the launcher has ended.
    pub fn ended(&mut self, pid: i32, ended: Ended) {
        // A failure that was said before the end must be heard before it.
        self.hear_handshakes();
        let Some(at) = self.running.iter().position(|exec| exec.pid == pid) else { return };
        let exec = self.running.swap_remove(at);
        let _ = tell(exec.client.as_fd(), &ToClient::Exited(ended.exit_code()));
    }

    /// The container has ended, and all in it with it.
    pub fn end(&mut self) {
        while let Ok(Some((pid, ended))) = process::reap() {
            self.ended(pid, ended);
        }
        for exec in self.running.drain(..) {
            let _ = tell(exec.client.as_fd(), &ToClient::Exited(Ended::Signal(libc::SIGKILL).exit_code()));
        }
    }
}

fn refuse(client: &OwnedFd, failure: Failure) {
    let code = failure.exit_code();
    let words = StartFailure { code, message: failure.why, remedy: Remedy::None };
    let _ = tell(client.as_fd(), &ToClient::Failed(words));
}

/// What a client asked for.
enum Asked {
    /// A process, which is being made.
    Exec { pid: i32, handshake: OwnedFd },
    /// A change to the container's networks.
    Change(Vec<OwnedFd>),
    /// It left without asking.
    Nothing,
}

const NO_NETWORK: &str = "the container has no networks of its own";

/// Reads what a client asks for; forks when it is a process.
fn hear(client: &OwnedFd, init: &OwnedFd) -> Result<Asked, Failure> {
    let mut buffer = [0u8; 64];
    let Some(packet) = packet::receive(client.as_fd(), &mut buffer).map_err(failed(Step::Streams))? else {
        return Ok(Asked::Nothing);
    };
    if packet.kind == requests::CHANGE {
        return Ok(Asked::Change(packet.descriptors));
    }
    let mut descriptors = packet.descriptors.into_iter();
    let request = descriptors.next().ok_or_else(|| protocol("no request came")).and_then(read_request)?;
    let streams = match (descriptors.next(), descriptors.next(), descriptors.next()) {
        (Some(input), Some(output), Some(error)) => Some(Streams { input, output, error }),
        _ => None,
    };
    let (pid, handshake) = launch(&request, streams, init)?;
    Ok(Asked::Exec { pid, handshake })
}

fn protocol(why: &str) -> Failure {
    Failure { step: Step::Streams, why: why.to_owned(), errno: 0 }
}

fn read_request(body: OwnedFd) -> Result<Request, Failure> {
    let mut text = Vec::new();
    io::Read::read_to_end(&mut io::Read::take(std::fs::File::from(body), LARGEST_REQUEST), &mut text)
        .map_err(failed(Step::Streams))?;
    let request: Request = serde_json::from_slice(&text).map_err(|error| protocol(&error.to_string()))?;
    if request.version != VERSION {
        return Err(protocol(&format!(
            "this container's monitor speaks version {VERSION} of the exec protocol, the caller {}; restart the container",
            request.version
        )));
    }
    Ok(request)
}

/// Two forks: the first enters the namespaces (a pid namespace counts for children only), the second
/// becomes the program, as a child of the launcher.
fn launch(request: &Request, streams: Option<Streams>, init: &OwnedFd) -> Result<(i32, OwnedFd), Failure> {
    let proof = SingleThreaded::prove().map_err(failed(Step::Namespaces))?;
    let (ours, theirs) = packet::pair().map_err(failed(Step::Namespaces))?;
    let (pid_read, pid_write) = rustix::pipe::pipe_with(rustix::pipe::PipeFlags::CLOEXEC)
        .map_err(|errno| failed(Step::Namespaces)(errno.into()))?;
    match fork(&proof).map_err(failed(Step::Namespaces))? {
        Forked::Child => {
            drop((ours, pid_read));
            enter_and_fork(&proof, request, streams, init, Answers { launcher: &theirs, pid: &pid_write })
        }
        Forked::Parent(first) => {
            drop((theirs, pid_write, streams));
            let mut pid = [0u8; 4];
            let told = rustix::io::read(&pid_read, &mut pid[..]);
            let _ = process::wait(first.pidfd.as_fd());
            match told {
                Ok(4) => Ok((i32::from_le_bytes(pid), ours)),
                _ => Err(match handshake::next_of_init(ours.as_fd()) {
                    Ok((FromInit::Failed(failure), _)) => failure,
                    _ => protocol("entering the container failed"),
                }),
            }
        }
    }
}

/// Where the two new processes report.
struct Answers<'a> {
    launcher: &'a OwnedFd,
    pid: &'a OwnedFd,
}

fn enter_and_fork(
    proof: &SingleThreaded,
    request: &Request,
    streams: Option<Streams>,
    init: &OwnedFd,
    answers: Answers<'_>,
) -> ! {
    let Answers { launcher, pid } = answers;
    let entered = enter::enter(init.as_fd()).and_then(|()| fork_into(proof, libc::CLONE_PARENT));
    match entered {
        Ok(Forked::Parent(child)) => {
            let _ = rustix::io::write(pid, &child.pid.to_le_bytes());
            process::exit_now(0)
        }
        Ok(Forked::Child) => {
            let failure = enter::become_program(request, streams, launcher.as_fd());
            let _ = handshake::tell_failed(launcher.as_fd(), &failure);
            process::exit_now(failure.exit_code())
        }
        Err(error) => {
            let _ = handshake::tell_failed(launcher.as_fd(), &failed(Step::Namespaces)(error));
            process::exit_now(125)
        }
    }
}

/// Runs in the new process, inside the container.
pub(super) fn prepare(
    request: &Request,
    streams: Option<Streams>,
    launcher: BorrowedFd<'_>,
) -> Result<(), Failure> {
    rustix::process::setsid().map_err(|errno| failed(Step::Streams)(errno.into()))?;
    match (request.terminal, streams) {
        (Some(size), _) => {
            let terminal = enter::open_terminal(size).map_err(failed(Step::Streams))?;
            handshake::tell_ready(launcher, None, Some(terminal.master.as_fd()))
                .map_err(failed(Step::Streams))?;
            init::control_terminal(terminal.slave).map_err(failed(Step::Streams))
        }
        (None, Some(streams)) => init::standard_streams(&streams).map_err(failed(Step::Streams)),
        (None, None) => Err(protocol("no streams came")),
    }
}
