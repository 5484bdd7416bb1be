//! The way out of the user's network namespace, in user mode: for when there is no pasta, or not yet.
//!
//! ```text
//!   user's network namespace                         host's network namespace
//!   bridges ── masquerade ── up0 ══ up1 ── packet socket ── this process ── sockets of the user
//! ```
//!
//! One process per user, with one thread and no power: it holds the packet socket, which was opened for it, and dials
//! as the user does. Each flow inside is one socket outside. It lives as long as somebody holds a lifeline.
//!
//! All that comes by the wire is from strangers. `parse` is pure; flows are bounded by number and rings by number of
//! flows; one that is too many makes the oldest idle one go, and else is not heard.

pub mod addresses;
mod alarms;
mod datagram;
mod dial;
mod echo;
mod emit;
mod flows;
pub mod parse;
mod pieces;
mod tcp;
mod unreachable;
mod wire;

pub use wire::{Wire, open};

use super::resolvers::HostResolvers;
use alarms::Alarms;
use datagram::{Datagrams, Turn};
use dial::Dialer;
use flows::{Flow, Flows, GENERATION, Key, Kind, Token};
use parse::{Content, Packet, Segment};
use pieces::Pieces;
use rustix::event::{Timespec, epoll};
use rustix::io::Errno;
use smoltcp::time::{Duration, Instant};
use std::io;
use std::net::SocketAddr;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use tcp::{Fate, Stream, Streams};
use unreachable::Reason;
use wire::Frame;

/// What the process begins with.
#[derive(Debug)]
pub struct Setup {
    /// The wire, opened by who may.
    pub wire: Wire,
    /// A listening socket of kind SOCK_SEQPACKET, non-blocking: each running container keeps one connection to it.
    pub lifelines: OwnedFd,
    /// The host's address inside stands for the host's loopback, not for its main address.
    pub host_loopback: bool,
}

/// So long, in microseconds, the first lifeline is waited for.
const FIRST_LIFELINE: i64 = 10_000_000;
/// The largest opening that is heard, in bytes: it is kept while its other end is dialled.
const OPENING: usize = 256;
/// The most lifelines.
const LIFELINES: usize = 4096;
/// The shortest time after which a stream is looked at again by the clock.
const SOON: Duration = Duration::from_millis(1);
/// So many frames are taken at once, then flows have their turn.
const FRAMES: usize = 32;
/// Memory of flows that are gone is given back when nothing has come for so long.
const QUIET: Duration = Duration::from_secs(1);
/// Allocations of so many bytes, which rings are, have pages of their own.
const APART: u32 = 32 * 1024;

/// Carries packets until the last lifeline is closed, or none has come for ten seconds. In the host's network
/// namespace, as the user.
///
/// # Errors
/// When the wire is gone, or the kernel refuses what is needed to begin.
pub fn run(setup: Setup) -> io::Result<()> {
    crate::sys::allocator::large_apart(APART);
    raise_descriptors();
    let mut stack = Stack::new(setup)?;
    let mut events = Vec::with_capacity(256);
    while stack.is_wanted() {
        stack.wait(&mut events)?;
        stack.turn(&events)?;
    }
    Ok(())
}

/// Thousands of flows do not fit into the soft limit, which is for programs with select(2).
fn raise_descriptors() {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let limit = getrlimit(Resource::Nofile);
    let wanted = (2 * flows::MOST + LIFELINES + 64) as u64;
    let current = Some(limit.maximum.map_or(wanted, |maximum| maximum.min(wanted)));
    if limit.current.is_some_and(|set| Some(set) < current) {
        // Refused: fewer flows.
        let _ = setrlimit(Resource::Nofile, Rlimit { current, maximum: limit.maximum });
    }
}

/// What an event is about, in its number: the kind in the upper 4 bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Subject {
    Wire,
    Listener,
    Lifeline(u32),
    Flow(Token),
}

impl Subject {
    fn number(self) -> u64 {
        match self {
            Self::Wire => 0,
            Self::Listener => 1 << 60,
            Self::Lifeline(index) => 2 << 60 | u64::from(index),
            Self::Flow(Token { index, generation }) => {
                3 << 60 | u64::from(generation) << 32 | u64::from(index)
            }
        }
    }

    fn of(number: u64) -> Self {
        match number >> 60 {
            0 => Self::Wire,
            1 => Self::Listener,
            2 => Self::Lifeline(number as u32),
            _ => Self::Flow(Token { index: number as u32, generation: (number >> 32) as u32 & GENERATION }),
        }
    }
}

#[derive(Debug)]
struct Stack {
    wire: Wire,
    frame: Vec<u8>,
    epoll: OwnedFd,
    lifelines: Lifelines,
    began: std::time::Instant,
    dialer: Dialer,
    flows: Flows,
    alarms: Alarms,
    streams: Streams,
    pieces: Pieces,
    /// Streams that were given something in this turn.
    touched: Vec<Token>,
    /// More frames may wait on the wire.
    more: bool,
}

#[derive(Debug)]
struct Lifelines {
    listener: OwnedFd,
    held: Vec<Option<OwnedFd>>,
    /// One has come at some time.
    came: bool,
}

impl Stack {
    fn new(setup: Setup) -> io::Result<Self> {
        let Setup { mut wire, lifelines, host_loopback } = setup;
        let epoll = epoll::create(epoll::CreateFlags::CLOEXEC)?;
        watch(&epoll, wire.as_fd(), Subject::Wire, epoll::EventFlags::IN)?;
        watch(&epoll, lifelines.as_fd(), Subject::Listener, epoll::EventFlags::IN)?;
        let streams = Streams::new(&mut wire, Instant::ZERO);
        Ok(Self {
            wire,
            frame: vec![0; wire::FRAME],
            epoll,
            lifelines: Lifelines { listener: lifelines, held: Vec::new(), came: false },
            began: std::time::Instant::now(),
            dialer: Dialer { host_loopback, resolvers: HostResolvers::default() },
            flows: Flows::default(),
            alarms: Alarms::default(),
            streams,
            pieces: Pieces::default(),
            touched: Vec::new(),
            more: false,
        })
    }

    fn now(&self) -> Instant {
        Instant::from_micros(i64::try_from(self.began.elapsed().as_micros()).unwrap_or(i64::MAX))
    }

    fn is_wanted(&mut self) -> bool {
        if !self.lifelines.came {
            return self.now().total_micros() < FIRST_LIFELINE;
        }
        if self.lifelines.held.iter().all(Option::is_none) {
            // One may have come since.
            self.accept();
        }
        self.lifelines.held.iter().any(Option::is_some)
    }

    /// Waits for events, or for the next time that something is to be looked at.
    fn wait(&self, events: &mut Vec<epoll::Event>) -> io::Result<()> {
        let first_lifeline = (!self.lifelines.came).then_some(Instant::from_micros(FIRST_LIFELINE));
        let quiet = (self.flows.gone() > 0).then(|| self.now() + QUIET);
        let until = [self.alarms.next(), first_lifeline, quiet].into_iter().flatten().min();
        let micros = match until {
            _ if self.more => Some(0),
            Some(until) => Some((until - self.now()).total_micros().min(60_000_000)),
            None => None,
        };
        let timeout = micros.map(|micros| Timespec {
            tv_sec: (micros / 1_000_000) as i64,
            tv_nsec: (micros % 1_000_000 * 1000) as _,
        });
        events.clear();
        match epoll::wait(&self.epoll, rustix::buffer::spare_capacity(events), timeout.as_ref()) {
            Ok(_) | Err(Errno::INTR) => Ok(()),
            Err(errno) => Err(errno.into()),
        }
    }

    /// One turn: what the host's sockets said, what waits on the wire, whose time has come.
    fn turn(&mut self, events: &[epoll::Event]) -> io::Result<()> {
        let now = self.now();
        let mut frames = self.more;
        for event in events {
            let flags = event.flags;
            match Subject::of(event.data.u64()) {
                Subject::Wire => frames = true,
                Subject::Listener => self.accept(),
                Subject::Lifeline(index) => self.lifelines.look(index),
                Subject::Flow(token) => self.heard(token, flags, now),
            }
        }
        if frames {
            self.take_frames(now)?;
        }
        self.pump_touched(now);
        self.wake(now);
        if events.is_empty() && !self.more {
            self.rest();
        }
        Ok(())
    }

    /// Gives memory back, if flows have gone since that was done last.
    fn rest(&mut self) {
        if self.flows.gone() == 0 {
            return;
        }
        self.flows.forget_gone();
        if self.flows.len() == 0 {
            // The sockets of old tokens are closed: no event names one again.
            self.flows = Flows::default();
            self.alarms = Alarms::default();
            self.pieces = Pieces::default();
            self.touched = Vec::new();
            self.frame = vec![0; wire::FRAME];
            self.wire.rest();
        }
        crate::sys::allocator::give_back();
    }

    fn accept(&mut self) {
        use rustix::net::SocketFlags;
        while let Ok(socket) =
            rustix::net::accept_with(&self.lifelines.listener, SocketFlags::CLOEXEC | SocketFlags::NONBLOCK)
        {
            let held = &mut self.lifelines.held;
            let free = held.iter().position(Option::is_none).unwrap_or(held.len());
            let subject = Subject::Lifeline(free as u32);
            if free >= LIFELINES
                || watch(&self.epoll, socket.as_fd(), subject, epoll::EventFlags::IN).is_err()
            {
                continue;
            }
            if free == held.len() {
                held.push(Some(socket));
            } else {
                held[free] = Some(socket);
            }
            self.lifelines.came = true;
        }
    }

    /// Notes what the socket of a flow said. Datagrams are carried at once, streams at the end of the turn.
    fn heard(&mut self, token: Token, flags: epoll::EventFlags, now: Instant) {
        use epoll::EventFlags;
        match self.flows.get(token) {
            Some(Flow::Tcp(stream)) => {
                let hung_up = flags.intersects(EventFlags::RDHUP | EventFlags::HUP | EventFlags::ERR);
                stream.note(flags.contains(EventFlags::IN), flags.contains(EventFlags::OUT), hung_up);
                self.touched.push(token);
            }
            Some(Flow::Datagrams(flow)) => {
                let turn = flow.receive(&mut self.wire, now);
                self.follow(token, turn);
            }
            None => {}
        }
    }

    fn take_frames(&mut self, now: Instant) -> io::Result<()> {
        let mut buffer = std::mem::take(&mut self.frame);
        self.more = true;
        for _ in 0..FRAMES {
            match self.wire.receive(&mut buffer) {
                Ok(Some(Frame { start, end, datagrams })) => {
                    self.take_packet(&mut buffer[start..end], datagrams, now);
                }
                Ok(None) => {}
                Err(Errno::AGAIN) => {
                    self.more = false;
                    break;
                }
                Err(errno) => return Err(errno.into()),
            }
        }
        self.frame = buffer;
        Ok(())
    }

    /// Takes the packet at the beginning of `bytes`; of a bunch of datagrams, each has `size` bytes.
    fn take_packet(&mut self, bytes: &mut [u8], size: Option<u16>, now: Instant) {
        let Some(packet) = parse::packet(bytes) else { return };
        let bytes = &mut bytes[..packet.length];
        match packet.content {
            Content::Tcp(segment) => self.take_segment(bytes, &packet, &segment, now),
            Content::Udp(datagram) => {
                let key = key(Kind::Udp, &packet, datagram.source, datagram.destination);
                if let Some(flow) = self.datagrams(key, now) {
                    let payload = &bytes[datagram.payload..datagram.end];
                    flow.0.send(flow.1, payload, size, now);
                    self.schedule(&key, now);
                }
            }
            Content::Echo { identifier, sequence, payload } => {
                let key = key(Kind::Echo, &packet, identifier, 0);
                if let Some(flow) = self.datagrams(key, now) {
                    flow.0.send_echo(flow.1, &mut bytes[payload - echo::HEADER..], sequence, now);
                    self.schedule(&key, now);
                }
            }
            Content::Other { .. } => {
                unreachable::tell(&mut self.wire, Reason::Protocol, packet.source, packet.destination, bytes);
            }
            Content::Fragment(fragment) => {
                if let Some(mut whole) = self.pieces.add(&packet, &fragment, bytes, now) {
                    self.take_packet(&mut whole, None, now);
                }
            }
            Content::Silent => {}
        }
    }

    fn take_segment(&mut self, bytes: &mut [u8], packet: &Packet, segment: &Segment, now: Instant) {
        let key = key(Kind::Tcp, packet, segment.source, segment.destination);
        if let Some(token) = self.flows.find(&key) {
            let Some(Flow::Tcp(stream)) = self.flows.get(token) else { return };
            match stream.take(&mut self.streams, &mut self.wire, bytes, now, segment.rst) {
                Fate::Over => self.flows.remove(token),
                _ => self.touched.push(token),
            }
        } else if segment.syn && !segment.ack && !segment.rst {
            // No stack sends more than options before it was ever answered.
            if bytes.len() <= OPENING {
                self.open_stream(key, bytes, packet, segment, now);
            }
        } else if !segment.rst {
            tcp::reset(&mut self.wire, packet, segment);
        }
    }

    fn open_stream(&mut self, key: Key, opening: &[u8], packet: &Packet, segment: &Segment, now: Instant) {
        let targets = match self.dialer.targets(key.destination) {
            Ok(targets) => targets,
            Err(Reason::Port) => return tcp::reset(&mut self.wire, packet, segment),
            Err(reason) => {
                return unreachable::tell(&mut self.wire, reason, packet.source, packet.destination, opening);
            }
        };
        if self.flows.is_full(Kind::Tcp) {
            // Without any that may go, this one is not heard and asks again.
            let Some(oldest) = self.flows.oldest(|flow| spared(flow, now)) else { return };
            self.flows.remove(oldest);
        }
        match Stream::dial(key, targets, opening, now) {
            Ok(stream) => {
                let token = self.flows.add(key, Flow::Tcp(Box::new(stream)));
                self.watch_flow(token);
            }
            Err(errno) => tcp::refuse(&mut self.wire, opening, errno),
        }
    }

    /// The flow of datagrams with `key`, made if there is none and it may be; and the wire.
    fn datagrams(&mut self, key: Key, now: Instant) -> Option<(&mut Datagrams, &mut Wire)> {
        let token = match self.flows.find(&key) {
            Some(token) => token,
            None => self.open_datagrams(key, now)?,
        };
        match self.flows.get(token) {
            Some(Flow::Datagrams(flow)) => Some((flow, &mut self.wire)),
            _ => None,
        }
    }

    fn open_datagrams(&mut self, key: Key, now: Instant) -> Option<Token> {
        let targets = match self.dialer.targets(key.destination) {
            Ok(targets) => targets,
            Err(reason) => {
                datagram::tell(&mut self.wire, &key, reason);
                return None;
            }
        };
        if self.flows.is_full(key.kind) {
            let oldest = self.flows.oldest(used)?;
            self.flows.remove(oldest);
        }
        match Datagrams::dial(key, targets, now) {
            Ok(flow) => {
                let token = self.flows.add(key, Flow::Datagrams(Box::new(flow)));
                self.watch_flow(token);
                Some(token)
            }
            // Echo requests are not for this user (`ping_group_range`): they lead nowhere in silence.
            Err(Errno::ACCESS | Errno::PERM) if key.kind == Kind::Echo => None,
            Err(errno) => {
                if let Some(reason) = unreachable::reason(errno) {
                    datagram::tell(&mut self.wire, &key, reason);
                }
                None
            }
        }
    }

    /// Sees to it that the clock looks at the flow of datagrams with `key`.
    fn schedule(&mut self, key: &Key, now: Instant) {
        let Some(token) = self.flows.find(key) else { return };
        if let Some(Flow::Datagrams(flow)) = self.flows.get(token)
            && let Turn::Lives(time) = flow.next(now)
        {
            self.alarms.set(&mut self.flows, token, time);
        }
    }

    /// Has the socket of the flow at `token` watched; a flow that cannot be watched is over.
    fn watch_flow(&mut self, token: Token) {
        use epoll::EventFlags;
        let Some(flow) = self.flows.get(token) else { return };
        let subject = Subject::Flow(token);
        let watched = match flow {
            Flow::Tcp(stream) => {
                let flags = EventFlags::IN | EventFlags::OUT | EventFlags::RDHUP | EventFlags::ET;
                watch(&self.epoll, stream.socket(), subject, flags)
            }
            Flow::Datagrams(flow) => watch(&self.epoll, flow.socket(), subject, EventFlags::IN),
        };
        if watched.is_err() {
            self.flows.remove(token);
        }
    }

    fn pump_touched(&mut self, now: Instant) {
        let mut touched = std::mem::take(&mut self.touched);
        touched.sort_unstable();
        touched.dedup();
        for token in touched.drain(..) {
            self.pump(token, now);
        }
        self.touched = touched;
    }

    fn pump(&mut self, token: Token, now: Instant) {
        let streams = self.flows.streams();
        let Some(Flow::Tcp(stream)) = self.flows.get(token) else { return };
        match stream.pump(&mut self.streams, &mut self.wire, now, streams) {
            // Not at once again: what could be done at once is done.
            Fate::Lives(Some(time)) => self.alarms.set(&mut self.flows, token, time.max(now + SOON)),
            Fate::Lives(None) => {}
            Fate::Redialled => self.watch_flow(token),
            Fate::Over => self.flows.remove(token),
        }
    }

    /// Looks at the flows whose time has come.
    fn wake(&mut self, now: Instant) {
        while let Some(token) = self.alarms.due(&mut self.flows, now) {
            match self.flows.get(token) {
                Some(Flow::Tcp(_)) => self.pump(token, now),
                Some(Flow::Datagrams(flow)) => {
                    let turn = flow.wake(&mut self.wire, now);
                    self.follow(token, turn);
                }
                None => {}
            }
        }
    }

    fn follow(&mut self, token: Token, turn: Turn) {
        match turn {
            Turn::Lives(time) => self.alarms.set(&mut self.flows, token, time),
            Turn::Redialled => {
                self.watch_flow(token);
                if let Some(Flow::Datagrams(flow)) = self.flows.get(token)
                    && let Turn::Lives(time) = flow.next(flow.used)
                {
                    self.alarms.set(&mut self.flows, token, time);
                }
            }
            Turn::Over => self.flows.remove(token),
        }
    }
}

impl Lifelines {
    /// Looks whether a lifeline is closed. Nothing is said on one; what is, is passed over.
    fn look(&mut self, index: u32) {
        let Some(place) = self.held.get_mut(index as usize) else { return };
        let Some(socket) = place else { return };
        let mut said = [0; 16];
        match rustix::net::recv(&*socket, &mut said, rustix::net::RecvFlags::DONTWAIT) {
            Ok((1.., _)) | Err(Errno::AGAIN | Errno::INTR) => {}
            Ok((0, _)) | Err(_) => *place = None,
        }
    }
}

fn watch(
    epoll: &OwnedFd,
    socket: BorrowedFd<'_>,
    subject: Subject,
    flags: epoll::EventFlags,
) -> Result<(), Errno> {
    epoll::add(epoll, socket, epoll::EventData::new_u64(subject.number()), flags)
}

fn key(kind: Kind, packet: &Packet, source: u16, destination: u16) -> Key {
    Key {
        kind,
        source: SocketAddr::new(packet.source, source),
        destination: SocketAddr::new(packet.destination, destination),
    }
}

/// When a stream that may go was last used.
fn spared(flow: &Flow, now: Instant) -> Option<Instant> {
    match flow {
        Flow::Tcp(stream) => stream.spared(now),
        Flow::Datagrams(_) => None,
    }
}

/// When a flow of datagrams was last used.
fn used(flow: &Flow) -> Option<Instant> {
    match flow {
        Flow::Datagrams(flow) => Some(flow.used),
        Flow::Tcp(_) => None,
    }
}

#[cfg(test)]
mod tests;
