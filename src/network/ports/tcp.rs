//! One connection: bytes both ways between a client and the container, as a state machine on edges.
//!
//! Each side remembers what the kernel last said of it: an event makes it readable or writable, `EAGAIN` ends that,
//! and the next event comes only after it. So a flow may sleep exactly when each of its directions has met `EAGAIN`
//! since the last event; whatever ends a step otherwise puts the flow back into the queue.

use super::pipes::{Pipe, Pipes};
use rustix::event::epoll::EventFlags;
use rustix::io::Errno;
use rustix::net::{SendFlags, Shutdown, shutdown, sockopt};
use rustix::pipe::{SpliceFlags, splice};
use std::os::fd::OwnedFd;
use std::time::Duration;

/// The most bytes one direction moves in one step, about: the others' turn comes then.
const TURN: usize = 1 << 20;

/// The most rounds of reading and writing in one direction's step.
const ROUNDS: usize = 16;

/// What is asked for at once, in bytes.
const GULP: usize = 1 << 20;

/// Who brings as much at once, in bytes, is served through a large pipe.
const BUSY: usize = 48 << 10;

/// What is read at once where splice does not serve, in bytes.
const COPY: usize = 16 << 10;

/// A connection of a client with the container.
#[derive(Debug)]
pub(super) struct Flow {
    client: Side,
    target: Side,
    up: Direction,
    down: Direction,
    queued: bool,
}

/// Which end an event is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    /// The client's.
    Client,
    /// The container's.
    Target,
}

/// What a step has led to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    /// Nothing to do before the next event.
    Waits,
    /// There is more to do; it is others' turn.
    Goes,
    /// All was delivered both ways.
    Over,
    /// One side broke off, and what it sent before was delivered: the other shall hear the same.
    Broken,
}

#[derive(Debug)]
struct Side {
    socket: OwnedFd,
    readable: bool,
    writable: bool,
    /// It takes nothing any more; what it sent before may still be read.
    failed: bool,
}

/// From one side to the other.
#[derive(Debug, Default)]
struct Direction {
    held: Held,
    /// splice does not serve here.
    copies: bool,
    /// Nothing more comes.
    ended: bool,
    /// … and the other side knows.
    told: bool,
    /// Something was delivered.
    used: bool,
}

/// What was taken and not yet delivered.
#[derive(Debug, Default)]
enum Held {
    #[default]
    Nothing,
    /// Bytes in a pipe.
    Pipe(Pipe, usize),
    Bytes(Vec<u8>),
}

impl Flow {
    /// A flow of a client that is connected, and a target that may not be yet. Both are non-blocking.
    pub(super) fn new(client: OwnedFd, target: OwnedFd) -> Self {
        Self {
            client: Side::new(client),
            target: Side::new(target),
            up: Direction::default(),
            down: Direction::default(),
            queued: false,
        }
    }

    /// Notes that it waits for its turn; `false` if it did already. A step ends that.
    pub(super) fn enqueue(&mut self) -> bool {
        !std::mem::replace(&mut self.queued, true)
    }

    /// Notes an event; a step must follow.
    pub(super) fn ready(&mut self, end: End, flags: EventFlags) {
        let side = match end {
            End::Client => &mut self.client,
            End::Target => &mut self.target,
        };
        side.readable |=
            flags.intersects(EventFlags::IN | EventFlags::RDHUP | EventFlags::HUP | EventFlags::ERR);
        side.writable |= flags.intersects(EventFlags::OUT | EventFlags::HUP);
        side.failed |= flags.contains(EventFlags::ERR);
    }

    /// Does what can be done without waiting, up to a bound.
    pub(super) fn step(&mut self, pipes: &mut Pipes) -> Step {
        self.queued = false;
        let failed = (self.client.failed, self.target.failed);
        let more_up = self.up.carry(&mut self.client, &mut self.target, pipes);
        let more_down = self.down.carry(&mut self.target, &mut self.client, pipes);
        if self.is_broken() {
            Step::Broken
        } else if self.up.told && self.down.told {
            Step::Over
        } else if more_up || more_down || failed != (self.client.failed, self.target.failed) {
            Step::Goes
        } else {
            Step::Waits
        }
    }

    fn is_broken(&self) -> bool {
        let client_over = self.client.failed && self.up.is_over();
        let target_over = self.target.failed && self.down.is_over();
        client_over || target_over || (self.client.failed && self.target.failed)
    }

    /// Ends a broken flow: both sides shall get a reset when they are closed (socket(7), `SO_LINGER`). One that may not
    /// have sent all it was given is returned, to be closed a moment later: a reset throws away what is unsent.
    pub(super) fn reset(self) -> Option<OwnedFd> {
        let patient = Some(Duration::ZERO);
        let _ = sockopt::set_socket_linger(&self.client.socket, patient);
        let _ = sockopt::set_socket_linger(&self.target.socket, patient);
        if self.target.failed && !self.client.failed && self.down.used {
            Some(self.client.socket)
        } else if self.client.failed && !self.target.failed && self.up.used {
            Some(self.target.socket)
        } else {
            None
        }
    }
}

impl Side {
    fn new(socket: OwnedFd) -> Self {
        Self { socket, readable: false, writable: false, failed: false }
    }
}

impl Direction {
    /// Moves bytes until one side has to be waited for (`false`) or the turn is over (`true`).
    ///
    /// Nothing is taken from a side before the other can take it, so nothing goes to a target not yet connected.
    fn carry(&mut self, from: &mut Side, to: &mut Side, pipes: &mut Pipes) -> bool {
        let mut moved = 0;
        let mut rounds = 0;
        let mut turn_is_over = false;
        while to.writable && !to.failed && !self.told {
            if rounds == ROUNDS || moved >= TURN {
                turn_is_over = true;
                break;
            }
            rounds += 1;
            self.fill(from, pipes);
            if self.held.is_empty() {
                if self.ended && from.failed {
                    // No end but a reset, which the whole flow gets.
                    break;
                } else if self.ended {
                    self.told = true;
                    // A side that is gone already needs no word.
                    let _ = shutdown(&to.socket, Shutdown::Write);
                } else if !from.readable {
                    break;
                }
                continue;
            }
            moved += self.empty(to);
        }
        if self.held.is_empty()
            && let Held::Pipe(pipe, _) = std::mem::take(&mut self.held)
        {
            pipes.give(pipe);
        }
        turn_is_over
    }

    /// Takes what there is.
    fn fill(&mut self, from: &mut Side, pipes: &mut Pipes) {
        if self.ended || !from.readable {
            return;
        }
        match self.take(&from.socket, pipes) {
            Ok(0) => self.ended = true,
            Ok(_) | Err(Errno::INTR) => {}
            // With something held it may also mean that no more can be held; an empty hand knows.
            Err(Errno::AGAIN) => from.readable = !self.held.is_empty(),
            Err(_) => {
                self.ended = true;
                from.failed = true;
            }
        }
    }

    fn take(&mut self, from: &OwnedFd, pipes: &mut Pipes) -> Result<usize, Errno> {
        if matches!(self.held, Held::Nothing) && !self.copies {
            match pipes.take() {
                Some(pipe) => self.held = Held::Pipe(pipe, 0),
                None => self.copies = true,
            }
        }
        match &mut self.held {
            Held::Pipe(pipe, held) => {
                match splice(from, None, &pipe.into, None, GULP, SpliceFlags::NONBLOCK | SpliceFlags::MOVE) {
                    Err(Errno::INVAL) if *held == 0 => {
                        self.copies = true;
                        self.held = Held::Nothing;
                        Err(Errno::INTR)
                    }
                    Ok(taken) => {
                        *held += taken;
                        if taken >= BUSY {
                            pipes.enlarge(pipe);
                        }
                        Ok(taken)
                    }
                    Err(errno) => Err(errno),
                }
            }
            Held::Bytes(_) => Err(Errno::AGAIN),
            Held::Nothing => {
                let mut bytes = vec![0; COPY];
                let taken = rustix::io::read(from, &mut bytes[..])?;
                bytes.truncate(taken);
                if taken > 0 {
                    self.held = Held::Bytes(bytes);
                }
                Ok(taken)
            }
        }
    }

    /// Delivers what can be; the bytes.
    fn empty(&mut self, to: &mut Side) -> usize {
        match self.held.give(&to.socket) {
            Ok(given) => {
                self.used = true;
                return given;
            }
            Err(Errno::INTR) => {}
            Err(Errno::AGAIN) => to.writable = false,
            Err(_) => {
                to.failed = true;
                // What it said before it went is still to be read.
                to.readable = true;
            }
        }
        0
    }

    fn is_over(&self) -> bool {
        self.ended && self.held.is_empty()
    }
}

impl Held {
    fn is_empty(&self) -> bool {
        matches!(self, Self::Nothing | Self::Pipe(_, 0))
    }

    fn give(&mut self, to: &OwnedFd) -> Result<usize, Errno> {
        match self {
            Self::Nothing => Ok(0),
            Self::Pipe(pipe, held) => {
                let given =
                    splice(&pipe.out, None, to, None, *held, SpliceFlags::NONBLOCK | SpliceFlags::MOVE)?;
                *held = held.saturating_sub(given);
                Ok(given)
            }
            Self::Bytes(bytes) => {
                let given = rustix::net::send(to, bytes, SendFlags::NOSIGNAL | SendFlags::DONTWAIT)?;
                bytes.drain(..given);
                if bytes.is_empty() {
                    *self = Self::Nothing;
                }
                Ok(given)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{Read, Write};
    use std::net::{TcpListener, TcpStream};
    use std::os::unix::net::UnixStream;

    const ALL: EventFlags = EventFlags::IN.union(EventFlags::OUT);

    /// Steps as if every event came, until nothing moves.
    fn settle(flow: &mut Flow, pipes: &mut Pipes) -> Step {
        for _ in 0..1000 {
            flow.ready(End::Client, ALL);
            flow.ready(End::Target, ALL);
            match flow.step(pipes) {
                Step::Waits => return Step::Waits,
                Step::Goes => {}
                over => return over,
            }
        }
        Step::Goes
    }

    fn flow_between_pairs() -> (UnixStream, Flow, UnixStream) {
        let (client, ours) = UnixStream::pair().unwrap();
        let (server, theirs) = UnixStream::pair().unwrap();
        for end in [&client, &ours, &server, &theirs] {
            end.set_nonblocking(true).unwrap();
        }
        (client, Flow::new(ours.into(), theirs.into()), server)
    }

    #[test]
    fn bytes_go_both_ways_and_each_end_is_passed_on_alone() {
        for copies in [false, true] {
            let (mut client, mut flow, mut server) = flow_between_pairs();
            (flow.up.copies, flow.down.copies) = (copies, copies);
            let mut pipes = Pipes::default();
            let mut buffer = [0; 64];
            client.write_all(b"question").unwrap();
            client.shutdown(std::net::Shutdown::Write).unwrap();
            assert_eq!(settle(&mut flow, &mut pipes), Step::Waits);
            assert_eq!(server.read(&mut buffer).unwrap(), 8);
            assert_eq!(server.read(&mut buffer).unwrap(), 0);
            server.write_all(b"answer").unwrap();
            assert_eq!(settle(&mut flow, &mut pipes), Step::Waits);
            assert_eq!(client.read(&mut buffer).unwrap(), 6);
            drop(server);
            assert_eq!(settle(&mut flow, &mut pipes), Step::Over);
            assert_eq!(client.read(&mut buffer).unwrap(), 0);
        }
    }

    #[test]
    fn a_slow_reader_loses_nothing() {
        for copies in [false, true] {
            let (mut client, mut flow, mut server) = flow_between_pairs();
            flow.up.copies = copies;
            let mut pipes = Pipes::default();
            let (mut sent, mut got, mut buffer) = (0u32, Vec::new(), [0; 5000]);
            let total = 4 << 20;
            while got.len() < total {
                while (sent as usize) < total {
                    let block: Vec<u8> = (sent..sent + 4096).map(|at| (at % 251) as u8).collect();
                    match client.write(&block) {
                        Ok(written) => sent += written as u32,
                        Err(_) => break,
                    }
                }
                settle(&mut flow, &mut pipes);
                for _ in 0..7 {
                    let read = server.read(&mut buffer).unwrap_or(0);
                    got.extend_from_slice(&buffer[..read]);
                }
            }
            assert!(got.iter().enumerate().all(|(at, byte)| *byte == (at % 251) as u8));
        }
    }

    #[test]
    fn nothing_is_sent_before_the_target_is_connected() {
        let (mut client, mut flow, mut server) = flow_between_pairs();
        let mut pipes = Pipes::default();
        client.write_all(b"early").unwrap();
        flow.ready(End::Client, ALL);
        assert_eq!(flow.step(&mut pipes), Step::Waits);
        assert!(server.read(&mut [0; 8]).is_err());
        flow.ready(End::Target, EventFlags::OUT);
        assert_eq!(flow.step(&mut pipes), Step::Waits);
        assert_eq!(server.read(&mut [0; 8]).unwrap(), 5);
    }

    fn tcp_pair() -> (TcpStream, TcpStream) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let there = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        let (here, _) = listener.accept().unwrap();
        here.set_nonblocking(true).unwrap();
        (there, here)
    }

    #[test]
    fn a_reset_is_passed_on_behind_what_was_sent_before() {
        let ((mut client, ours), (mut server, theirs)) = (tcp_pair(), tcp_pair());
        let mut flow = Flow::new(ours.into(), theirs.into());
        let mut pipes = Pipes::default();
        server.write_all(b"last words").unwrap();
        sockopt::set_socket_linger(&server, Some(Duration::ZERO)).unwrap();
        drop(server);
        flow.ready(End::Target, ALL | EventFlags::ERR | EventFlags::HUP);
        assert_eq!(settle(&mut flow, &mut pipes), Step::Broken);
        let survivor = flow.reset();
        assert!(survivor.is_some());
        let mut buffer = [0; 64];
        assert_eq!(client.read(&mut buffer).unwrap(), 10);
        drop(survivor);
        assert_eq!(client.read(&mut buffer).unwrap_err().kind(), std::io::ErrorKind::ConnectionReset);
    }

    #[test]
    fn pipes_are_shared_and_only_those_that_hold_something_are_kept() {
        let mut pipes = Pipes::default();
        let (mut client, mut flow, server) = flow_between_pairs();
        client.write_all(b"x").unwrap();
        assert_eq!(settle(&mut flow, &mut pipes), Step::Waits);
        assert!(matches!((&flow.up.held, &flow.down.held), (Held::Nothing, Held::Nothing)));
        drop(server);
    }
}
