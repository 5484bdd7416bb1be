//! What is asked of a launcher about the networks of its running container, over its control socket.
//!
//! ```text
//! client                              launcher
//!   Change [request, sockets]  -->                   the request is JSON behind the first descriptor
//!                              <--    Done, or Failed and why
//! ```

use crate::network::names::config::Config;
use crate::network::port::Published;
use crate::network::wiring::Cable;
use crate::packet;
use serde::{Deserialize, Serialize};
use std::io;
use std::net::IpAddr;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

/// The kind of packet that asks for a change.
pub const CHANGE: u8 = b'N';
const DONE: u8 = b'k';
const FAILED: u8 = b'e';

/// The version of these requests; a newer rcon may talk to an older launcher.
const VERSION: u32 = 1;

/// Sockets that come with one packet, at most.
pub const SOCKETS: usize = packet::DESCRIPTORS - 1;

/// The most bytes a request may have.
const LARGEST: u64 = 1024 * 1024;

/// What is to change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Change {
    /// One more cable.
    Connect { cable: Box<Cable>, around: Around },
    /// One cable less.
    Disconnect { interface: String, around: Around },
    /// More published ports; their sockets come along, in the same order.
    Publish(Vec<Published>),
    /// These are published no more.
    Unpublish(Vec<Published>),
}

/// What changes with the networks.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Around {
    /// What the container's name server knows from now on.
    pub names: Option<Config>,
    /// The default routes: through which interface to which gateway.
    pub gateways: Vec<(String, IpAddr)>,
}

#[derive(Debug, Serialize, Deserialize)]
struct Request {
    version: u32,
    change: Change,
}

/// Client: asks for a change, and waits until it is made.
///
/// # Errors
/// The launcher's reason.
pub fn ask(launcher: BorrowedFd<'_>, change: Change, sockets: &[BorrowedFd<'_>]) -> io::Result<()> {
    let body = rustix::fs::memfd_create("change", rustix::fs::MemfdFlags::CLOEXEC)?;
    let mut file = std::fs::File::from(body);
    serde_json::to_writer(io::BufWriter::new(&file), &Request { version: VERSION, change })?;
    io::Seek::rewind(&mut file)?;
    let mut descriptors = vec![file.as_fd()];
    descriptors.extend(sockets);
    packet::send(launcher, CHANGE, b"", &descriptors)?;
    let mut buffer = [0u8; 4096];
    match packet::receive(launcher, &mut buffer)? {
        Some(answer) if answer.kind == DONE => Ok(()),
        Some(answer) => Err(io::Error::other(String::from_utf8_lossy(answer.body).into_owned())),
        None => Err(io::Error::other("the container's monitor ended")),
    }
}

/// Launcher: reads what is asked for.
pub fn read(body: OwnedFd) -> io::Result<Change> {
    let mut text = Vec::new();
    io::Read::read_to_end(&mut io::Read::take(std::fs::File::from(body), LARGEST), &mut text)?;
    let request: Request = serde_json::from_slice(&text)?;
    match request.version {
        VERSION => Ok(request.change),
        _ => Err(io::Error::other("this container's monitor is of another version; restart the container")),
    }
}

/// Launcher: says how it went.
pub fn answer(client: BorrowedFd<'_>, result: io::Result<()>) {
    let _ = match result {
        Ok(()) => packet::send(client, DONE, b"", &[]),
        Err(error) => packet::send(client, FAILED, error.to_string().as_bytes(), &[]),
    };
}
