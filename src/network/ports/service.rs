//! What is served: listeners, connections, clients of UDP, and whose turn it is.

use super::dial;
use super::event::{Kind, Token};
use super::pipes::Pipes;
use super::slots::{Key, Slots};
use super::tcp::{End, Flow, Step};
use super::words::{self, Target, Word};
use super::{Setup, udp};
use crate::network::port::{Protocol, Published};
use rustix::event::epoll::{self, CreateFlags, EventFlags};
use rustix::io::Errno;
use rustix::net::{SocketFlags, acceptfrom_with, sockopt};
use std::collections::VecDeque;
use std::io;
use std::net::SocketAddr;
use std::os::fd::{AsFd, OwnedFd};
use std::rc::Rc;
use std::time::{Duration, Instant};

/// How many listeners there may be: more than a wide `-p` range has, less than would crowd out connections.
const MOST_LISTENERS: usize = 4096;

/// How many connections of one listener are accepted before the others' turn comes.
const ACCEPTED_AT_ONCE: usize = 64;

/// How long to wait for room (connections, descriptors, memory) before accepting again.
const PAUSE: Duration = Duration::from_millis(100);

/// How long a client gets to receive what was sent before a reset.
const LAST_WORDS: Duration = Duration::from_millis(100);

/// How long a silent connection is believed in before the kernel asks (tcp(7), `TCP_KEEPIDLE`).
const SILENCE: Duration = Duration::from_secs(120);

/// A socket of the host that is served.
#[derive(Debug)]
pub(super) struct Listener {
    pub(super) published: Published,
    pub(super) socket: OwnedFd,
}

#[derive(Debug)]
pub(super) struct Service {
    control: OwnedFd,
    pub(super) epoll: OwnedFd,
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

/// What became of the launcher.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Launcher {
    /// It is there.
    Lives,
    /// It is gone.
    Gone,
}

impl Service {
    /// A service of nothing yet.
    pub(super) fn new(setup: Setup, most_flows: usize) -> io::Result<Self> {
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

    /// Does what an event asks for, or notes it for the next turn.
    pub(super) fn dispatch(&mut self, token: Token, flags: EventFlags) -> io::Result<Launcher> {
        match token.kind {
            Kind::Control => return self.heed(),
            Kind::Listener => self.serve(token.key),
            Kind::Client => self.note(token.key, End::Client, flags),
            Kind::Target => self.note(token.key, End::Target, flags),
            Kind::Answer => self.datagrams.answer(token.key),
        }
        Ok(Launcher::Lives)
    }

    /// Does what the launcher says.
    fn heed(&mut self) -> io::Result<Launcher> {
        let result = match words::next(self.control.as_fd()) {
            Ok(None) => return Ok(Launcher::Gone),
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
        Ok(Launcher::Lives)
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
    pub(super) fn take_turns(&mut self) {
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
    pub(super) fn patience(&self) -> Option<Duration> {
        if !self.queue.is_empty() {
            return Some(Duration::ZERO);
        }
        let look = (!self.datagrams.is_empty()).then_some(self.next_look);
        let parting = self.parting.front().map(|(moment, _)| *moment);
        let next = [look, parting, self.paused_until].into_iter().flatten().min()?;
        Some(next.saturating_duration_since(Instant::now()))
    }

    /// Does what is due.
    pub(super) fn keep_time(&mut self) {
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
