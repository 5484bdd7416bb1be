//! TCP: a connection inside that ends in the stack, and one of the host that goes on from there.
//!
//! ```text
//! inside            stack                               outside
//! SYN        -->    kept; a socket dials         -->    SYN
//!                   refused, unreachable         <--    RST, ICMP, or no route
//! RST, ICMP  <--
//!                   connected                    <--    SYN and ACK
//! SYN, ACK   <--    the SYN that was kept is given to a socket of smoltcp
//! bytes      <->    two rings                    <->    bytes, as fast as both sides take them
//! FIN, RST   <->                                 <->    each way on its own; RST is both
//! ```
//!
//! smoltcp knows one machine: each flow has a set of its own with one socket, and the address of the destination is
//! replaced by the stack's on the way in, and back on the way out. So no packet is compared with thousands of sockets,
//! and any address works, of either family.

use super::addresses::{self, MTU};
use super::dial;
use super::emit;
use super::flows::Key;
use super::parse::{self, Content};
use super::unreachable::{self, Reason};
use super::wire::Wire;
use rustix::io::Errno;
use rustix::net::{RecvFlags, SendFlags, Shutdown, sockopt};
use smoltcp::iface::{Config, Interface, SocketHandle, SocketSet, SocketStorage};
use smoltcp::phy::{ChecksumCapabilities, Device, DeviceCapabilities, Medium, RxToken, TxToken};
use smoltcp::socket::tcp::{Socket, SocketBuffer, State};
use smoltcp::time::{Duration, Instant};
use smoltcp::wire::{HardwareAddress, IpCidr};
use std::net::SocketAddr;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::time;

/// An end that is silent for so long is asked whether it is still there.
const KEEP_ALIVE: Duration = Duration::from_secs(75);
/// An end that never takes the connection it asked for is waited for so long.
const GREETING: Duration = Duration::from_secs(20);
/// An end that has not answered for so long is gone.
const SILENCE: Duration = Duration::from_secs(300);

/// When there are too many streams, those go that were silent inside for so long.
const SPARED: Duration = Duration::from_secs(120);

/// A TCP flow.
#[derive(Debug)]
pub(super) struct Stream {
    key: Key,
    socket: OwnedFd,
    stage: Stage,
    /// Whether the host's socket may have something, may take something, and has said that one of its ways is over.
    /// Its events come once, at the edge.
    readable: bool,
    writable: bool,
    hung_up: bool,
    /// When something last came from inside.
    used: Instant,
}

#[derive(Debug)]
enum Stage {
    /// The host's socket is on its way; the opening waits, and so do other places to try.
    Dialing { opening: Vec<u8>, others: Vec<SocketAddr> },
    /// Both ends are there.
    Open(Open),
}

#[derive(Debug)]
struct Open {
    sockets: SocketSet<'static>,
    handle: SocketHandle,
    /// The largest segment the end inside takes, in bytes; bunches are cut into such.
    segment: u16,
    /// The end inside has taken the connection.
    greeted: bool,
    /// The host's end has sent its last byte.
    ended_outside: bool,
    /// The end inside has sent its last byte.
    ended_inside: bool,
    /// That was told outside.
    shut: bool,
    /// The end inside was told that its last byte came, after ours did.
    acknowledged: bool,
}

/// What becomes of a flow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    /// It lives, and is to be looked at by then.
    Lives(Option<Instant>),
    /// Another socket took the place of the one that did not get through.
    Redialled,
    /// It is over.
    Over,
}

/// What all streams need.
pub(super) struct Streams {
    interface: Interface,
    /// How many bytes of a stream may be on their way into the stack.
    window: usize,
}

/// Bytes in each of the two rings of a stream: many streams get less. A page that was never used takes no memory.
const RINGS: [(usize, usize); 3] = [(32, 512 * 1024), (256, 128 * 1024), (usize::MAX, 32 * 1024)];

impl std::fmt::Debug for Streams {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Streams").field("window", &self.window).finish_non_exhaustive()
    }
}

impl Streams {
    /// For a wire whose queue takes `queue` bytes.
    pub(super) fn new(wire: &mut Wire, now: Instant) -> Self {
        let queue = wire.queue();
        let mut config = Config::new(HardwareAddress::Ip);
        let mut seed = [0; 8];
        // Without randomness (never since Linux 3.17) first sequence numbers could be guessed, by the user's own.
        let _ = rustix::rand::getrandom(&mut seed, rustix::rand::GetRandomFlags::empty());
        config.random_seed = u64::from_ne_bytes(seed);
        let mut device = Passage { incoming: None, wire, source: addresses::STACK.0.into(), segment: 536 };
        let mut interface = Interface::new(config, &mut device, now);
        interface.update_ip_addrs(|addresses| {
            // The list has room for two (IFACE_MAX_ADDR_COUNT).
            let _ = addresses.push(IpCidr::new(addresses::STACK.0.into(), 32));
            let _ = addresses.push(IpCidr::new(addresses::STACK.1.into(), 128));
        });
        // Otherwise one full window of one stream would overflow the queue.
        Self { interface, window: (queue / 2).max(64 * 1024) }
    }

    fn rings(&self, streams: usize) -> (usize, usize) {
        let ring = RINGS.iter().find(|(most, _)| streams <= *most).map_or(32 * 1024, |(_, ring)| *ring);
        (ring.min(self.window), ring)
    }
}

impl Stream {
    /// Begins to dial the first of `targets` that can be, for the SYN `opening`.
    ///
    /// # Errors
    /// Why none can be.
    pub(super) fn dial(
        key: Key,
        mut targets: Vec<SocketAddr>,
        opening: &[u8],
        now: Instant,
    ) -> Result<Self, Errno> {
        let socket = dial_next(&mut targets)?;
        let stage = Stage::Dialing { opening: opening.to_vec(), others: targets };
        Ok(Self { key, socket, stage, readable: false, writable: false, hung_up: false, used: now })
    }

    /// The host's socket.
    pub(super) fn socket(&self) -> BorrowedFd<'_> {
        self.socket.as_fd()
    }

    /// When this last was of use to the end inside, if it may go to make room for another.
    pub(super) fn spared(&self, now: Instant) -> Option<Instant> {
        (self.is_dialing() || now >= self.used + SPARED).then_some(self.used)
    }

    /// Whether the other end has not been reached yet.
    fn is_dialing(&self) -> bool {
        matches!(self.stage, Stage::Dialing { .. })
    }

    /// Notes what the host's socket said.
    pub(super) fn note(&mut self, readable: bool, writable: bool, hung_up: bool) {
        self.readable |= readable || hung_up;
        self.writable |= writable || hung_up;
        self.hung_up |= hung_up;
    }

    /// Takes a packet that came from inside, whose destination it overwrites. `pump` is to be called later.
    pub(super) fn take(
        &mut self,
        shared: &mut Streams,
        wire: &mut Wire,
        packet: &mut [u8],
        now: Instant,
        reset: bool,
    ) -> Fate {
        self.used = now;
        let Stage::Open(open) = &mut self.stage else {
            // A second SYN is no news; a RST takes the first back.
            return if reset { Fate::Over } else { Fate::Lives(None) };
        };
        open.take(shared, wire, &self.key, packet, now);
        Fate::Lives(None)
    }

    /// Moves what can be moved, both ways.
    pub(super) fn pump(
        &mut self,
        shared: &mut Streams,
        wire: &mut Wire,
        now: Instant,
        streams: usize,
    ) -> Fate {
        if self.is_dialing() {
            match self.arrive(shared, wire, now, streams) {
                Fate::Lives(None) if !self.is_dialing() => {}
                fate => return fate,
            }
        }
        let Stage::Open(open) = &mut self.stage else { return Fate::Over };
        if !open.greeted && open.socket().state() != State::SynReceived {
            open.greeted = true;
            open.socket().set_timeout(Some(SILENCE));
        }
        if let Err(Broken) = outwards(open, &self.socket, &mut self.writable)
            .and_then(|()| inwards(open, &self.socket, &mut self.readable, self.hung_up))
        {
            open.socket().abort();
            open.emit(shared, wire, &self.key, now);
            return Fate::Over;
        }
        open.emit(shared, wire, &self.key, now);
        self.settle(shared, now)
    }

    /// Looks whether the host's socket has got through, and lets the opening in if so.
    fn arrive(&mut self, shared: &mut Streams, wire: &mut Wire, now: Instant, streams: usize) -> Fate {
        let Stage::Dialing { opening, others } = &mut self.stage else { return Fate::Lives(None) };
        if !self.writable {
            return Fate::Lives(None);
        }
        if let Err(errno) = sockopt::socket_error(&self.socket).and_then(|error| error) {
            if let Ok(socket) = dial_next(others) {
                (self.socket, self.readable, self.writable, self.hung_up) = (socket, false, false, false);
                return Fate::Redialled;
            }
            refuse(wire, opening, errno);
            return Fate::Over;
        }
        let mut opening = std::mem::take(opening);
        match Open::new(shared, wire, &self.key, &mut opening, now, streams) {
            Some(open) => self.stage = Stage::Open(open),
            None => return Fate::Over,
        }
        Fate::Lives(None)
    }

    /// What becomes of the flow now.
    fn settle(&mut self, shared: &mut Streams, now: Instant) -> Fate {
        let Stage::Open(open) = &mut self.stage else { return Fate::Over };
        match open.socket().state() {
            // Reset before it was taken: smoltcp would listen for another, which never comes.
            State::Listen => Fate::Over,
            // Reset inside, or timed out.
            State::Closed if !(open.ended_inside && open.ended_outside) => Fate::Over,
            // The end inside would have 10 s more to ask for its last acknowledgment again; what it sends then is
            // refused, which hurts nobody who has nothing more to send.
            State::Closed | State::TimeWait if open.shut => Fate::Over,
            State::Closed | State::TimeWait => Fate::Lives(None),
            _ => Fate::Lives(shared.interface.poll_at(now, &open.sockets)),
        }
    }
}

impl Drop for Stream {
    fn drop(&mut self) {
        // An end that is dropped in the middle is broken off, not ended.
        if let Stage::Open(open) = &self.stage
            && !(open.shut && open.ended_outside)
        {
            let _ = sockopt::set_socket_linger(&self.socket, Some(time::Duration::ZERO));
        }
    }
}

/// The connection outside is broken.
struct Broken;

/// Dials the first of `targets` that can be; the others stay.
fn dial_next(targets: &mut Vec<SocketAddr>) -> Result<OwnedFd, Errno> {
    let mut last = Errno::CONNREFUSED;
    while !targets.is_empty() {
        match dial::tcp(targets.remove(0)) {
            Ok(socket) => return Ok(socket),
            Err(errno) => last = errno,
        }
    }
    Err(last)
}

/// Tells the end inside why its `opening` leads nowhere.
pub(super) fn refuse(wire: &mut Wire, opening: &[u8], errno: Errno) {
    let Some(packet) = parse::packet(opening) else { return };
    let Content::Tcp(segment) = packet.content else { return };
    match unreachable::reason(errno) {
        Some(Reason::Port) => reset(wire, &packet, &segment),
        Some(reason) => unreachable::tell(wire, reason, packet.source, packet.destination, opening),
        None => {}
    }
}

/// Answers `segment` with a RST.
pub(super) fn reset(wire: &mut Wire, packet: &parse::Packet, segment: &parse::Segment) {
    let buffer = wire.outgoing();
    let length = emit::reset(buffer, packet, segment);
    let offload = emit::offload(&mut buffer[..length], length - 20, None);
    wire.send(length, Some(offload));
}

/// From inside to outside.
fn outwards(open: &mut Open, outside: &OwnedFd, writable: &mut bool) -> Result<(), Broken> {
    while *writable && open.socket().can_recv() {
        let sent = open.socket().recv(|bytes| {
            let sent = rustix::net::send(outside, bytes, SendFlags::NOSIGNAL | SendFlags::DONTWAIT);
            (sent.unwrap_or(0), sent)
        });
        match sent {
            Ok(Ok(_) | Err(Errno::INTR)) => {}
            Ok(Err(Errno::AGAIN)) => *writable = false,
            // EPIPE: the other end has closed both ways, and learns by a RST that somebody went on.
            Ok(Err(_)) => return Err(Broken),
            Err(_) => break,
        }
    }
    let ended =
        matches!(open.socket().state(), State::CloseWait | State::LastAck | State::Closing | State::TimeWait);
    open.ended_inside |= ended;
    if open.ended_inside && !open.shut && !open.socket().can_recv() {
        open.shut = true;
        let _ = rustix::net::shutdown(outside, Shutdown::Write);
    }
    Ok(())
}

/// From outside to inside.
fn inwards(open: &mut Open, outside: &OwnedFd, readable: &mut bool, hung_up: bool) -> Result<(), Broken> {
    while *readable && !open.ended_outside && open.socket().can_send() {
        let received = open.socket().send(|bytes| {
            let room = bytes.len();
            match rustix::net::recv(outside, bytes, RecvFlags::DONTWAIT) {
                Ok((count, _)) => (count, Ok((count, room))),
                Err(errno) => (0, Err(errno)),
            }
        });
        match received {
            Ok(Ok((0, _))) => {
                open.ended_outside = true;
                open.socket().close();
            }
            // Less than there was room for: that was all, and the next event says when there is more. Not so at the
            // end, which may have been said already.
            Ok(Ok((count, room))) => *readable = count == room || hung_up,
            Ok(Err(Errno::INTR)) => {}
            Ok(Err(Errno::AGAIN)) => *readable = false,
            Ok(Err(_)) => return Err(Broken),
            Err(_) => break,
        }
    }
    Ok(())
}

impl Open {
    /// Lets `opening` in.
    fn new(
        shared: &mut Streams,
        wire: &mut Wire,
        key: &Key,
        opening: &mut [u8],
        now: Instant,
        streams: usize,
    ) -> Option<Self> {
        let (receive, send) = shared.rings(streams);
        let mut socket = Socket::new(SocketBuffer::new(vec![0; receive]), SocketBuffer::new(vec![0; send]));
        socket.set_nagle_enabled(false);
        // What came is answered once all that waited has been taken.
        socket.set_ack_delay(None);
        socket.set_keep_alive(Some(KEEP_ALIVE));
        socket.set_timeout(Some(GREETING));
        socket.listen((addresses::stack(key.destination.ip()), key.destination.port())).ok()?;
        let mut sockets = SocketSet::new(vec![SocketStorage::EMPTY]);
        let handle = sockets.add(socket);
        let segment = enlarge(opening)?;
        let mut open = Self {
            sockets,
            handle,
            segment,
            greeted: false,
            ended_outside: false,
            ended_inside: false,
            shut: false,
            acknowledged: false,
        };
        open.take(shared, wire, key, opening, now);
        // Still listening: it was no opening, by smoltcp's judgement.
        (open.socket().state() != State::Listen).then_some(open)
    }

    fn socket(&mut self) -> &mut Socket<'static> {
        self.sockets.get_mut(self.handle)
    }

    fn take(&mut self, shared: &mut Streams, wire: &mut Wire, key: &Key, packet: &mut [u8], now: Instant) {
        emit::set_destination(packet, addresses::stack(key.destination.ip()));
        let mut device = self.passage(wire, key);
        device.incoming = Some(packet);
        shared.interface.poll_ingress_single(now, &mut device, &mut self.sockets);
    }

    fn emit(&mut self, shared: &mut Streams, wire: &mut Wire, key: &Key, now: Instant) {
        // Once, for the last acknowledgment: after 10 s smoltcp would forget what the host's end has yet to take.
        if self.socket().state() == State::TimeWait && std::mem::replace(&mut self.acknowledged, true) {
            return;
        }
        let mut device = self.passage(wire, key);
        // Each round sends one packet, of which a ring holds no more.
        for _ in 0..RINGS[0].1 {
            use smoltcp::iface::PollResult::None;
            if shared.interface.poll_egress(now, &mut device, &mut self.sockets) == None {
                break;
            }
        }
    }

    fn passage<'a>(&self, wire: &'a mut Wire, key: &Key) -> Passage<'a> {
        Passage { incoming: None, wire, source: key.destination.ip(), segment: self.segment }
    }
}

/// The least that is taken for the largest segment of IPv4 (RFC 9293, 3.7.1).
const LEAST: u16 = 536;

/// Overwrites the largest segment that `opening` names by what fits on the wire, and returns what it named: so smoltcp
/// makes bunches, which the kernel cuts.
fn enlarge(opening: &mut [u8]) -> Option<u16> {
    let packet = parse::packet(opening)?;
    let Content::Tcp(segment) = packet.content else { return None };
    let Some((place, largest)) = segment.largest else { return Some(LEAST) };
    if largest < LEAST {
        return Some(largest);
    }
    let fits = (MTU - emit::header_length(packet.source) - 20) as u16;
    opening[place..place + 2].copy_from_slice(&fits.to_be_bytes());
    Some(largest)
}

/// The device of one flow, as smoltcp sees it: at most one packet waits.
struct Passage<'a> {
    incoming: Option<&'a [u8]>,
    wire: &'a mut Wire,
    /// Who the end inside takes us for.
    source: std::net::IpAddr,
    segment: u16,
}

impl Device for Passage<'_> {
    type RxToken<'b>
        = Incoming<'b>
    where
        Self: 'b;
    type TxToken<'b>
        = Outgoing<'b>
    where
        Self: 'b;

    fn receive(&mut self, _: Instant) -> Option<(Incoming<'_>, Outgoing<'_>)> {
        let incoming = self.incoming.take()?;
        Some((Incoming(incoming), Outgoing { wire: self.wire, source: self.source, segment: self.segment }))
    }

    fn transmit(&mut self, _: Instant) -> Option<Outgoing<'_>> {
        Some(Outgoing { wire: self.wire, source: self.source, segment: self.segment })
    }

    fn capabilities(&self) -> DeviceCapabilities {
        let mut capabilities = DeviceCapabilities::default();
        capabilities.medium = Medium::Ip;
        capabilities.max_transmission_unit = MTU;
        capabilities.checksum = ChecksumCapabilities::ignored();
        capabilities
    }
}

struct Incoming<'a>(&'a [u8]);

impl RxToken for Incoming<'_> {
    fn consume<R, F: FnOnce(&[u8]) -> R>(self, f: F) -> R {
        f(self.0)
    }
}

struct Outgoing<'a> {
    wire: &'a mut Wire,
    source: std::net::IpAddr,
    segment: u16,
}

impl TxToken for Outgoing<'_> {
    fn consume<R, F: FnOnce(&mut [u8]) -> R>(self, length: usize, f: F) -> R {
        let packet = &mut self.wire.outgoing()[..length];
        let result = f(packet);
        emit::set_source(packet, self.source);
        let start = emit::header_length(self.source);
        if start == 20 {
            emit::seal_ipv4(packet);
        }
        let offload = emit::offload(packet, start, Some(self.segment));
        self.wire.send(length, Some(offload));
        result
    }
}
