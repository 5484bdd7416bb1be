//! What the launcher and the process of the ports say to each other.
//!
//! ```text
//! launcher                               ports
//!   L Published, a socket      -->       serves what comes to it
//!                              <--     k
//!   U Published                -->       closes the socket; connections go on
//!                              <--     k
//!   T Target                   -->       dials there from now on
//!                              <--     k
//!   end                        -->       ends
//! ```
//!
//! `e` and the reason answer what could not be done.

use crate::network::port::Published;
use crate::packet;
use ipnet::IpNet;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use serde::{Deserialize, Serialize};
use std::io;
use std::net::{Ipv4Addr, Ipv6Addr};
use std::os::fd::{BorrowedFd, OwnedFd};

const LISTEN: u8 = b'L';
const UNLISTEN: u8 = b'U';
const TARGET: u8 = b'T';
const DONE: u8 = b'k';
const FAILED: u8 = b'e';

/// The largest body, in bytes: a [`Target`] with its networks.
const BODY: usize = 16 * 1024;

/// How long the launcher waits for an answer.
const PATIENCE: Timespec = Timespec { tv_sec: 5, tv_nsec: 0 };

/// Where a container is dialled, and from where on behalf of clients that have no counterpart in it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Target {
    /// The container's address. It must be the one the container itself uses towards its default route: servers of
    /// UDP answer from that one.
    pub ipv4: Option<Ipv4Addr>,
    /// The container's address, as above.
    pub ipv6: Option<Ipv6Addr>,
    /// The gateway of the network of `ipv4`.
    pub gateway4: Option<Ipv4Addr>,
    /// The gateway of the network of `ipv6`.
    pub gateway6: Option<Ipv6Addr>,
    /// The subnets of the container's networks. Who comes from outside with such an address is not one of the
    /// container's neighbours, and shall not pass for one: it is dialled for by the gateway.
    #[serde(default)]
    pub networks: Vec<IpNet>,
}

/// What the launcher says.
#[derive(Debug)]
pub(super) enum Word {
    /// Serve this one, which listens (TCP) or is bound (UDP).
    Listen(Published, OwnedFd),
    /// Serve it no more.
    Unlisten(Published),
    /// Dial there.
    Target(Target),
}

/// Says: serve `socket`, which stands for `published`; returns when that is done. Said by the launcher.
pub fn listen(control: BorrowedFd<'_>, published: &Published, socket: BorrowedFd<'_>) -> io::Result<()> {
    ask(control, LISTEN, published, &[socket])
}

/// Says: `published` is served no more. Its port is free once the caller's own descriptor of it is closed too.
pub fn unlisten(control: BorrowedFd<'_>, published: &Published) -> io::Result<()> {
    ask(control, UNLISTEN, published, &[])
}

/// Says where to dial from now on. Connections that exist go on.
pub fn target(control: BorrowedFd<'_>, target: &Target) -> io::Result<()> {
    ask(control, TARGET, target, &[])
}

fn ask(
    control: BorrowedFd<'_>,
    kind: u8,
    body: &impl Serialize,
    sockets: &[BorrowedFd<'_>],
) -> io::Result<()> {
    packet::send(control, kind, &serde_json::to_vec(body)?, sockets)?;
    if poll(&mut [PollFd::from_borrowed_fd(control, PollFlags::IN)], Some(&PATIENCE))? == 0 {
        return Err(io::ErrorKind::TimedOut.into());
    }
    let mut buffer = [0; BODY];
    match packet::receive(control, &mut buffer)? {
        Some(answer) if answer.kind == DONE => Ok(()),
        Some(answer) => Err(io::Error::other(String::from_utf8_lossy(answer.body).into_owned())),
        None => Err(io::ErrorKind::UnexpectedEof.into()),
    }
}

/// The next word of the launcher; `None` at the end.
pub(super) fn next(control: BorrowedFd<'_>) -> io::Result<Option<Word>> {
    let mut buffer = [0; BODY];
    let Some(mut packet) = packet::receive(control, &mut buffer)? else { return Ok(None) };
    let word = match (packet.kind, packet.descriptors.pop()) {
        (LISTEN, Some(socket)) => Word::Listen(serde_json::from_slice(packet.body)?, socket),
        (UNLISTEN, None) => Word::Unlisten(serde_json::from_slice(packet.body)?),
        (TARGET, None) => Word::Target(serde_json::from_slice(packet.body)?),
        _ => return Err(io::Error::new(io::ErrorKind::InvalidData, "no word that ports know")),
    };
    Ok(Some(word))
}

/// Answers the last word.
pub(super) fn answer(control: BorrowedFd<'_>, result: io::Result<()>) -> io::Result<()> {
    match result {
        Ok(()) => packet::send(control, DONE, &[], &[]),
        Err(error) => packet::send(control, FAILED, error.to_string().as_bytes(), &[]),
    }
}
