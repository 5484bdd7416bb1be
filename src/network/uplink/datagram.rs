//! UDP and echo requests: each flow has a connected socket of the host, and ends when it has been silent.

use super::dial::{self, DNS};
use super::echo;
use super::emit;
use super::flows::{Key, Kind};
use super::pieces;
use super::unreachable::{self, Reason};
use super::wire::Wire;
use rustix::io::Errno;
use rustix::net::{RecvFlags, SendFlags};
use smoltcp::time::{Duration, Instant};
use std::net::SocketAddr;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

/// A flow that has been silent for so long is forgotten.
const IDLE: Duration = Duration::from_secs(60);
/// The same for DNS and echo, which are done with one answer.
const IDLE_SHORT: Duration = Duration::from_secs(30);
/// After so long without an answer the next resolver is asked.
const PATIENCE: Duration = Duration::from_secs(2);
/// The largest query that is kept to be asked again, in bytes.
const QUERY: usize = 4096;
/// So many datagrams of a flow are taken at once, then others have their turn.
const TURN: usize = 64;

/// A flow of datagrams.
#[derive(Debug)]
pub(super) struct Datagrams {
    key: Key,
    socket: OwnedFd,
    /// When one last went either way.
    pub(super) used: Instant,
    /// Resolvers that were not asked yet, and what they would be.
    unasked: Vec<SocketAddr>,
    query: Option<(Instant, Vec<u8>)>,
}

/// What the clock did to a flow.
#[derive(Debug)]
pub(super) enum Turn {
    /// It lives, and is to be looked at by then.
    Lives(Instant),
    /// Another socket took the place of the one that was silent.
    Redialled,
    /// It is over.
    Over,
}

impl Datagrams {
    /// A flow to the first of `targets` that can be.
    ///
    /// # Errors
    /// Why none can be.
    pub(super) fn dial(key: Key, mut targets: Vec<SocketAddr>, now: Instant) -> Result<Self, Errno> {
        let socket = dial_next(&key, &mut targets)?;
        Ok(Self { key, socket, used: now, unasked: targets, query: None })
    }

    /// The host's socket.
    pub(super) fn socket(&self) -> BorrowedFd<'_> {
        self.socket.as_fd()
    }

    /// Sends `payload` out; of a bunch, in pieces of `size` bytes. The kernel's want of room loses them.
    pub(super) fn send(&mut self, wire: &mut Wire, payload: &[u8], size: Option<u16>, now: Instant) {
        self.used = now;
        if !self.unasked.is_empty() && payload.len() <= QUERY {
            self.query = Some((now, payload.to_vec()));
        }
        if payload.is_empty() {
            return self.send_one(wire, payload);
        }
        for piece in payload.chunks(size.map_or(payload.len(), usize::from).max(1)) {
            self.send_one(wire, piece);
        }
    }

    /// Sends an echo request out: `message` is its header of 8 bytes, to be overwritten, and its payload.
    pub(super) fn send_echo(&mut self, wire: &mut Wire, message: &mut [u8], sequence: u16, now: Instant) {
        self.used = now;
        if let Some(header) = message.first_chunk_mut() {
            *header = echo::request(&self.key, sequence);
            self.send_one(wire, message);
        }
    }

    fn send_one(&mut self, wire: &mut Wire, payload: &[u8]) {
        // An error that came back for an earlier one is told by the send that follows, which then has not sent.
        for _ in 0..2 {
            match rustix::net::send(&self.socket, payload, SendFlags::NOSIGNAL | SendFlags::DONTWAIT) {
                Err(Errno::INTR) => {}
                Err(errno) if !matches!(errno, Errno::AGAIN | Errno::NOBUFS | Errno::MSGSIZE) => {
                    self.tell(wire, errno);
                }
                _ => return,
            }
        }
    }

    /// Takes what came from outside.
    pub(super) fn receive(&mut self, wire: &mut Wire, now: Instant) -> Turn {
        for _ in 0..TURN {
            let start = emit::header_length(self.key.source.ip());
            let place = if self.key.kind == Kind::Udp { start + 8 } else { start };
            let room = &mut wire.outgoing()[place..];
            match rustix::net::recv(&self.socket, room, RecvFlags::DONTWAIT) {
                Ok((length, _)) => {
                    self.used = now;
                    self.query = None;
                    self.deliver(wire, length);
                }
                Err(Errno::AGAIN) => break,
                Err(Errno::INTR) => {}
                // The resolver is not there: the next one is asked at once.
                Err(_) if self.query.is_some() => return self.ask_next(wire, now),
                Err(errno) => self.tell(wire, errno),
            }
        }
        self.next(now)
    }

    fn deliver(&self, wire: &mut Wire, length: usize) {
        match self.key.kind {
            Kind::Udp => {
                let identification = wire.identification();
                let (source, destination) = (self.key.destination, self.key.source);
                let buffer = wire.outgoing();
                let length = emit::datagram(buffer, source, destination, length, identification);
                let packet = &mut buffer[..length];
                let start = emit::header_length(source.ip());
                if pieces::is_too_long(length, source.is_ipv4()) {
                    emit::seal_datagram(packet, start);
                    pieces::send(wire, length, identification);
                } else {
                    let offload = emit::offload(packet, start, None);
                    wire.send(length, Some(offload));
                }
            }
            _ => echo::reply(wire, &self.key, length),
        }
    }

    /// Looks at the flow by the clock.
    pub(super) fn wake(&mut self, wire: &mut Wire, now: Instant) -> Turn {
        match &self.query {
            Some((asked, _)) if now >= *asked + PATIENCE => self.ask_next(wire, now),
            _ => self.next(now),
        }
    }

    /// When the flow is to be looked at, if it is not over.
    pub(super) fn next(&self, now: Instant) -> Turn {
        let is_short = self.key.kind == Kind::Echo || self.key.destination.port() == DNS;
        let end = self.used + if is_short { IDLE_SHORT } else { IDLE };
        if now >= end {
            return Turn::Over;
        }
        Turn::Lives(match &self.query {
            Some((asked, _)) => end.min(*asked + PATIENCE),
            None => end,
        })
    }

    fn ask_next(&mut self, wire: &mut Wire, now: Instant) -> Turn {
        let Some((_, query)) = self.query.take() else { return self.next(now) };
        match dial_next(&self.key, &mut self.unasked) {
            Ok(socket) => {
                self.socket = socket;
                self.send(wire, &query, None, now);
                Turn::Redialled
            }
            Err(errno) => {
                self.tell(wire, errno);
                self.next(now)
            }
        }
    }

    fn tell(&self, wire: &mut Wire, errno: Errno) {
        if let Some(reason) = unreachable::reason(errno) {
            tell(wire, &self.key, reason);
        }
    }
}

/// Tells the end inside that the flow `key` leads nowhere.
pub(super) fn tell(wire: &mut Wire, key: &Key, reason: Reason) {
    let mut quoted = [0; 48];
    let length = match key.kind {
        Kind::Echo => echo::quote(&mut quoted, key),
        _ => emit::datagram(&mut quoted, key.source, key.destination, 0, 0),
    };
    unreachable::tell(wire, reason, key.source.ip(), key.destination.ip(), &quoted[..length]);
}

/// Dials the first of `targets` that can be; the others stay.
fn dial_next(key: &Key, targets: &mut Vec<SocketAddr>) -> Result<OwnedFd, Errno> {
    let mut last = Errno::CONNREFUSED;
    while !targets.is_empty() {
        let target = targets.remove(0);
        let socket = if key.kind == Kind::Echo { dial::echo(target.ip()) } else { dial::udp(target) };
        match socket {
            Ok(socket) => return Ok(socket),
            Err(errno) => last = errno,
        }
    }
    Err(last)
}
