//! The process that serves the published ports of one container, so that the server inside sees each client by its
//! real address.
//!
//! Its listeners belong to the host's network namespace, where the launcher made them ([`listener`]); itself it lives
//! in the container's. For each client it makes a socket there that has the client's address ([`dial`]), and moves
//! bytes between the two. What the server answers is addressed to the client, so it would leave the container by its
//! default route; these lines, in the container's namespace, lead it back to the socket instead:
//!
//! ```text
//! sysctl net.ipv4.tcp_fwmark_accept=1             # connections answer with the mark of who opened them; IPv6 too
//! ip    rule add fwmark 0x72636f6e lookup 100
//! ip -6 rule add fwmark 0x72636f6e lookup 100
//! ip    route add local default dev lo table 100  # what is marked is for this very host, whoever it is addressed to
//! ip -6 route add local default dev lo table 100
//! table inet NAME {                               # UDP knows no connections, so connection tracking remembers
//!   chain out {
//!     type route hook output priority mangle
//!     meta mark 0x72636f6e ct mark set meta mark
//!     ct mark 0x72636f6e meta mark set ct mark
//!   }
//! }
//! ```
//!
//! Tried on Linux 6.18, IPv4 and IPv6. Either half does TCP: the chain alone serves both protocols, provided that
//! there is a default route, without which a server of UDP cannot even send its answer; the sysctl alone serves TCP,
//! without connection tracking and without a default route. The ICMP message of a UDP port that nobody listens on comes
//! back as well, being related to a marked connection. `rp_filter` does not matter, whatever its value: nothing
//! crosses an interface but `lo`, where the kernel keeps the route it found when the packet was sent. `lo` has to be up.
//!
//! One thread, one loop. Connections are driven by edges and a queue of those that have more to do; each does a
//! bounded piece of work when its turn comes ([`tcp`]). Listeners and datagrams are served while they are ready.
//!
//! It needs CAP_NET_RAW and CAP_NET_ADMIN in the owner of the container's network namespace, and ignores SIGPIPE, which
//! splice(2) cannot be asked not to raise: its caller sees to both.

mod dial;
mod event;
pub mod listener;
mod pipes;
mod slots;
mod tcp;
mod udp;
pub mod words;

pub use dial::MARK;

use crate::network::port::{Protocol, Published};
use event::{Kind, Token};
use pipes::Pipes;
use rustix::event::Timespec;
use rustix::event::epoll::{self, CreateFlags, Event, EventFlags};
use rustix::io::Errno;
use rustix::net::{SocketFlags, acceptfrom_with, sockopt};
use slots::{Key, Slots};
use std::collections::VecDeque;
use std::io;
use std::mem::MaybeUninit;
use std::net::SocketAddr;
use std::os::fd::{AsFd, OwnedFd};
use std::rc::Rc;
use std::time::{Duration, Instant};
use tcp::{End, Flow, Step};
use words::{Target, Word};

/// How many connections are served at once; the next ones wait to be accepted.
const MOST_FLOWS: usize = 8192;

/// How many listeners there may be: more than a wide `-p` range has, less than would crowd out connections.
const MOST_LISTENERS: usize = 4096;

/// How many connections of one listener are accepted before the others' turn comes.
const ACCEPTED_AT_ONCE: usize = 64;

/// How many events are taken at once.
const EVENTS: usize = 64;

/// How long to wait for room (connections, descriptors, memory) before accepting again.
const PAUSE: Duration = Duration::from_millis(100);

/// How long a client gets to receive what was sent before a reset.
const LAST_WORDS: Duration = Duration::from_millis(100);

/// How long a silent connection is believed in before the kernel asks (tcp(7), `TCP_KEEPIDLE`).
const SILENCE: Duration = Duration::from_secs(120);

/// What [`run`] needs.
#[derive(Debug)]
pub struct Setup {
    /// To the launcher, which speaks [`words`].
    pub control: OwnedFd,
}

/// Serves published ports until the launcher is gone. The caller has entered the container's network namespace.
///
/// # Errors
/// Only of the loop itself: what a client or a server does wrong ends its connection.
pub fn run(setup: Setup) -> io::Result<()> {
    let most_flows = MOST_FLOWS.min(raise_descriptor_limit() / 4);
    let mut ports = Ports::new(setup, most_flows)?;
    let mut events = [MaybeUninit::<Event>::uninit(); EVENTS];
    loop {
        let timeout = ports.patience().map(timespec);
        let (events, _) = match epoll::wait(&ports.epoll, &mut events, timeout.as_ref()) {
            Err(Errno::INTR) => continue,
            result => result?,
        };
        for event in events.iter() {
            let data = event.data;
            if ports.dispatch(Token::of(data), event.flags)? == Control::Ended {
                return Ok(());
            }
        }
        ports.take_turns();
        ports.keep_time();
    }
}

/// A socket of the host that is served.
#[derive(Debug)]
struct Listener {
    published: Published,
    socket: OwnedFd,
}

#[derive(Debug)]
struct Ports {
    control: OwnedFd,
    epoll: OwnedFd,
    target: Target,
    listeners: Slots<Rc<Listener>>,
    flows: Slots<Flow>,
    most_flows: usize,
    /// Connections with something to do; each at most once in it, unless it is gone.
    queue: VecDeque<Key>,
    /// Clients that get a reset when their time has come.
    parting: VecDeque<(Instant, OwnedFd)>,
    /// When to accept again.
    paused_until: Option<Instant>,
    datagrams: udp::Flows,
    next_look: Instant,
    pipes: Pipes,
}

#[derive(Debug, PartialEq, Eq)]
enum Control {
    Open,
    Ended,
}

impl Ports {
    fn new(setup: Setup, most_flows: usize) -> io::Result<Self> {
        let epoll = epoll::create(CreateFlags::CLOEXEC)?;
        let token = Token { kind: Kind::Control, key: Key::from_bits(0) };
        epoll::add(&epoll, &setup.control, token.data(), EventFlags::IN)?;
        Ok(Self {
            control: setup.control,
            epoll,
            target: Target::default(),
            listeners: Slots::new(),
            flows: Slots::new(),
            most_flows,
            queue: VecDeque::new(),
            parting: VecDeque::new(),
            paused_until: None,
            datagrams: udp::Flows::new(),
            next_look: Instant::now(),
            pipes: Pipes::default(),
        })
    }

    fn dispatch(&mut self, token: Token, flags: EventFlags) -> io::Result<Control> {
        match token.kind {
            Kind::Control => return self.heed(),
            Kind::Listener => self.serve(token.key),
            Kind::Client => self.note(token.key, End::Client, flags),
            Kind::Target => self.note(token.key, End::Target, flags),
            Kind::Answer => self.datagrams.answer(token.key),
        }
        Ok(Control::Open)
    }

    /// Does what the launcher says.
    fn heed(&mut self) -> io::Result<Control> {
        let result = match words::next(self.control.as_fd()) {
            Ok(None) => return Ok(Control::Ended),
            Ok(Some(Word::Listen(published, socket))) => self.listen(published, socket),
            Ok(Some(Word::Unlisten(published))) => {
                self.unlisten(&published);
                Ok(())
            }
            Ok(Some(Word::Target(target))) => {
                self.target = target;
                self.datagrams.forget_all();
                Ok(())
            }
            // A word that is none is answered; a socket that is none ends this process.
            Err(error) if error.raw_os_error().is_some() => return Err(error),
            Err(error) => Err(error),
        };
        words::answer(self.control.as_fd(), result)?;
        Ok(Control::Open)
    }

    fn listen(&mut self, published: Published, socket: OwnedFd) -> io::Result<()> {
        if self.listeners.len() >= MOST_LISTENERS {
            return Err(io::Error::other("too many published ports"));
        }
        if published.container.protocol == Protocol::Tcp {
            // What it accepts inherits these.
            sockopt::set_tcp_nodelay(&socket, true)?;
            sockopt::set_socket_keepalive(&socket, true)?;
            sockopt::set_tcp_keepidle(&socket, SILENCE)?;
        }
        let token = Token { kind: Kind::Listener, key: self.listeners.next_key() };
        epoll::add(&self.epoll, &socket, token.data(), EventFlags::IN)?;
        self.listeners.insert(Rc::new(Listener { published, socket }));
        Ok(())
    }

    fn unlisten(&mut self, published: &Published) {
        let found = self.listeners.iter().find(|(_, listener)| listener.published == *published);
        if let Some(key) = found.map(|(key, _)| key) {
            self.leave(key);
        }
    }

    fn leave(&mut self, key: Key) {
        if let Some(listener) = self.listeners.remove(key) {
            // The launcher holds the same socket: closing ours would not take it out.
            let _ = epoll::delete(&self.epoll, &listener.socket);
            self.datagrams.forget_listener(key);
        }
    }

    fn serve(&mut self, key: Key) {
        let Some(listener) = self.listeners.get_mut(key).map(|listener| Rc::clone(listener)) else { return };
        match listener.published.container.protocol {
            Protocol::Tcp => self.accept(key, &listener),
            Protocol::Udp => self.datagrams.ask(&self.epoll, key, &listener, &self.target),
        }
    }

    fn accept(&mut self, key: Key, listener: &Listener) {
        for _ in 0..ACCEPTED_AT_ONCE {
            if self.flows.len() >= self.most_flows {
                return self.pause();
            }
            match acceptfrom_with(&listener.socket, SocketFlags::CLOEXEC | SocketFlags::NONBLOCK) {
                Ok((client, Some(address))) => {
                    if let Ok(address) = SocketAddr::try_from(address) {
                        self.welcome(client, address, listener.published.container.number);
                    }
                }
                Ok((_, None)) => {}
                Err(Errno::AGAIN) => return,
                Err(Errno::MFILE | Errno::NFILE | Errno::NOBUFS | Errno::NOMEM) => return self.pause(),
                // It listens no more.
                Err(Errno::INVAL) => return self.leave(key),
                // accept(2): what went wrong with that very connection is no reason not to take the next.
                Err(_) => {}
            }
        }
    }

    /// Starts to connect a client with the container; one that cannot be connected gets a reset.
    fn welcome(&mut self, client: OwnedFd, address: SocketAddr, port: u16) {
        let way = dial::Way::find(address, &self.target, port);
        let target = way.ok_or_else(|| io::ErrorKind::AddrNotAvailable.into()).and_then(dial::tcp);
        let registered = target.and_then(|target| self.register(&client, &target).map(|()| target));
        match registered {
            Ok(target) => {
                self.flows.insert(Flow::new(client, target));
            }
            Err(_) => {
                let _ = sockopt::set_socket_linger(&client, Some(Duration::ZERO));
            }
        }
    }

    fn register(&self, client: &OwnedFd, target: &OwnedFd) -> io::Result<()> {
        let key = self.flows.next_key();
        let flags = EventFlags::IN | EventFlags::OUT | EventFlags::RDHUP | EventFlags::ET;
        epoll::add(&self.epoll, client, Token { kind: Kind::Client, key }.data(), flags)?;
        epoll::add(&self.epoll, target, Token { kind: Kind::Target, key }.data(), flags)?;
        Ok(())
    }

    fn note(&mut self, key: Key, end: End, flags: EventFlags) {
        if let Some(flow) = self.flows.get_mut(key) {
            flow.ready(end, flags);
            if flow.enqueue() {
                self.queue.push_back(key);
            }
        }
    }

    /// Gives each connection in the queue one turn.
    fn take_turns(&mut self) {
        for _ in 0..self.queue.len() {
            let Some(key) = self.queue.pop_front() else { return };
            let Some(flow) = self.flows.get_mut(key) else { continue };
            match flow.step(&mut self.pipes) {
                Step::Waits => {}
                Step::Goes => {
                    flow.enqueue();
                    self.queue.push_back(key);
                }
                Step::Over => drop(self.flows.remove(key)),
                Step::Broken => {
                    if let Some(client) = self.flows.remove(key).and_then(Flow::reset) {
                        let _ = epoll::delete(&self.epoll, &client);
                        self.parting.push_back((Instant::now() + LAST_WORDS, client));
                    }
                }
            }
        }
    }

    /// Until when the loop may sleep; `None`: until something happens.
    fn patience(&self) -> Option<Duration> {
        if !self.queue.is_empty() {
            return Some(Duration::ZERO);
        }
        let look = (!self.datagrams.is_empty()).then_some(self.next_look);
        let parting = self.parting.front().map(|(moment, _)| *moment);
        let next = [look, parting, self.paused_until].into_iter().flatten().min()?;
        Some(next.saturating_duration_since(Instant::now()))
    }

    /// Does what is due.
    fn keep_time(&mut self) {
        if self.datagrams.is_empty() && self.parting.is_empty() && self.paused_until.is_none() {
            return;
        }
        let now = Instant::now();
        if now >= self.next_look {
            self.next_look = now + udp::LOOK;
            self.datagrams.look();
        }
        while self.parting.front().is_some_and(|(moment, _)| *moment <= now) {
            self.parting.pop_front();
        }
        if self.paused_until.is_some_and(|moment| moment <= now) {
            if self.flows.len() < self.most_flows {
                self.paused_until = None;
                self.listen_for(EventFlags::IN);
            } else {
                self.paused_until = Some(now + PAUSE);
            }
        }
    }

    /// Accepts nothing for a moment: the kernel keeps who comes.
    fn pause(&mut self) {
        if self.paused_until.is_none() {
            self.listen_for(EventFlags::empty());
        }
        self.paused_until = Some(Instant::now() + PAUSE);
    }

    fn listen_for(&self, flags: EventFlags) {
        for (key, listener) in self.listeners.iter() {
            if listener.published.container.protocol == Protocol::Tcp {
                let token = Token { kind: Kind::Listener, key };
                let _ = epoll::modify(&self.epoll, &listener.socket, token.data(), flags);
            }
        }
    }
}

/// How many descriptors this process may have, now that it may have more than the usual 1024: a connection takes two,
/// and up to four more while it cannot deliver, and clients of UDP one each.
fn raise_descriptor_limit() -> usize {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let limit = getrlimit(Resource::Nofile);
    let raised = Rlimit { current: limit.maximum, maximum: limit.maximum };
    let limit = if setrlimit(Resource::Nofile, raised).is_ok() { limit.maximum } else { limit.current };
    limit.and_then(|limit| usize::try_from(limit).ok()).unwrap_or(usize::MAX)
}

fn timespec(duration: Duration) -> Timespec {
    // Rounded up, or the loop would wake a moment too early again and again.
    let duration = if duration.is_zero() { duration } else { duration + Duration::from_millis(1) };
    Timespec { tv_sec: duration.as_secs() as i64, tv_nsec: i64::from(duration.subsec_nanos()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network::port::{Port, Publish};
    use std::io::Read;
    use std::net::TcpStream;

    fn port_of(protocol: Protocol) -> (Published, OwnedFd) {
        let address = Some("127.0.0.1".parse().unwrap());
        let wanted = Publish { container: Port { number: 80, protocol }, address, host: None };
        listener::bind(&wanted, &[]).unwrap().remove(0)
    }

    #[test]
    fn every_word_is_answered_and_the_end_of_the_launcher_is_the_end() {
        let (launcher, control) = crate::packet::pair().unwrap();
        let service = std::thread::spawn(|| run(Setup { control }));
        for protocol in [Protocol::Tcp, Protocol::Udp] {
            let (published, socket) = port_of(protocol);
            words::listen(launcher.as_fd(), &published, socket.as_fd()).unwrap();
            words::unlisten(launcher.as_fd(), &published).unwrap();
        }
        words::target(launcher.as_fd(), &Target::default()).unwrap();
        let pipe = std::io::pipe().unwrap();
        let (published, _) = port_of(Protocol::Tcp);
        assert!(words::listen(launcher.as_fd(), &published, pipe.0.as_fd()).is_err());
        drop(launcher);
        service.join().unwrap().unwrap();
    }

    #[test]
    fn who_comes_while_the_container_has_no_address_gets_a_reset() {
        let (launcher, control) = crate::packet::pair().unwrap();
        let service = std::thread::spawn(|| run(Setup { control }));
        let (published, socket) = port_of(Protocol::Tcp);
        words::listen(launcher.as_fd(), &published, socket.as_fd()).unwrap();
        let mut client = TcpStream::connect((published.address, published.host)).unwrap();
        let error = client.read(&mut [0; 8]).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::ConnectionReset);
        drop(launcher);
        service.join().unwrap().unwrap();
    }
}
