//! The name server of one container, at 127.0.0.11: names of neighbours from the folders of endpoints, all others
//! from the servers of the host or of `--dns`.
//!
//! One process, one thread, without power, in the host's network namespace; the sockets it listens on are those of
//! the container's. It ends when its launcher does.

pub mod answer;
pub mod config;
pub mod egress;
mod events;
mod folder;
mod forward;
pub mod message;
mod stream;
pub mod table;
mod tcp;

use super::resolvers::HostResolvers;
use crate::packet;
use answer::Verdict;
use config::Config;
use domain::base::iana::OptRcode;
use egress::{Denied, Leaves, Notices, Permit};
use events::{Events, READ, Source, Ticket};
use folder::Folders;
use forward::{Finished, Forwarder, Origin, Request};
use message::Query;
use rustix::io::Errno;
use rustix::net::{RecvFlags, SendFlags};
use serde::Serialize;
use std::io;
use std::net::SocketAddr;
use std::os::fd::{AsFd, OwnedFd};
use std::time::Instant;
use table::Table;
use tcp::Clients;

/// Datagrams that are taken at a time, before others have their turn.
const AT_ONCE: usize = 64;

/// What the name server is given.
#[derive(Debug)]
pub struct Setup {
    /// Bound at 127.0.0.11 in the container's network namespace; port 53 leads here.
    pub udp: OwnedFd,
    /// Listening there.
    pub tcp: OwnedFd,
    /// An IPv4 UDP socket of that namespace, not bound: for servers on the container's networks.
    pub inside: OwnedFd,
    /// To and from the launcher: see [`egress`].
    pub control: OwnedFd,
    /// What to answer.
    pub config: Config,
}

/// Answers until the launcher closes its end.
pub fn run(setup: Setup) -> io::Result<()> {
    let mut server = Server::new(setup)?;
    while server.turn()? == Next::Again {}
    Ok(())
}

/// Whether the loop goes on.
#[derive(Debug, PartialEq, Eq)]
enum Next {
    Again,
    End,
}

#[derive(Debug)]
struct Server {
    udp: OwnedFd,
    control: OwnedFd,
    config: Config,
    table: Table,
    folders: Folders,
    resolvers: HostResolvers,
    clients: Clients,
    forwarder: Forwarder,
    leaves: Leaves<Finished>,
    notices: Notices,
    events: Events,
    /// One packet of any kind.
    buffer: Vec<u8>,
}

impl Server {
    fn new(setup: Setup) -> io::Result<Self> {
        let Setup { udp, tcp, inside, control, config } = setup;
        let events = Events::new()?;
        let sources = [
            (&control, Source::Control),
            (&udp, Source::Udp),
            (&tcp, Source::Listener),
            (&inside, Source::Inside),
        ];
        for (socket, source) in sources {
            rustix::io::ioctl_fionbio(socket, true)?;
            events.add(socket, source, READ)?;
        }
        Ok(Self {
            udp,
            control,
            table: Table::new(&config.networks),
            folders: Folders::new(&config.networks),
            config,
            resolvers: HostResolvers::new(),
            clients: Clients::new(tcp),
            forwarder: Forwarder::new(inside),
            leaves: Leaves::default(),
            notices: Notices::default(),
            events,
            buffer: vec![0; message::LARGEST],
        })
    }

    /// Waits, and does what there is to do.
    fn turn(&mut self) -> io::Result<Next> {
        let until = [self.clients.next(), self.forwarder.next(), self.leaves.next()];
        for source in self.events.wait(until.into_iter().flatten().min())? {
            match source {
                Source::Control => {
                    if self.hear()? == Next::End {
                        return Ok(Next::End);
                    }
                }
                Source::Udp => self.datagrams()?,
                Source::Listener => self.clients.accept(&self.events)?,
                Source::Inside => self.forwarder.inside_ready(&mut self.buffer, &self.events)?,
                Source::Client(ticket) => {
                    self.clients.woken(ticket);
                    self.queries_of(ticket)?;
                }
                Source::Upstream(ticket) => self.forwarder.ready(ticket, &mut self.buffer, &self.events)?,
            }
        }
        let now = Instant::now();
        self.clients.expire(now);
        self.forwarder.expire(now, &self.events)?;
        for finished in self.forwarder.finished() {
            self.finish(finished)?;
        }
        while let Some(finished) = self.leaves.overdue(now) {
            self.deliver(&finished.request.origin, Some(&finished.answer))?;
        }
        Ok(Next::Again)
    }

    /// Hears what the launcher says.
    fn hear(&mut self) -> io::Result<Next> {
        loop {
            match packet::receive(self.control.as_fd(), &mut self.buffer) {
                Ok(None) => return Ok(Next::End),
                Ok(Some(packet)) if packet.kind == egress::CONFIGURE => {
                    if let Ok(config) = serde_json::from_slice(packet.body) {
                        self.configure(config);
                    }
                }
                Ok(Some(packet)) if packet.kind == egress::PERMITTED => {
                    if let Some(finished) = self.leaves.permitted() {
                        self.deliver(&finished.request.origin, Some(&finished.answer))?;
                    }
                }
                Ok(Some(_)) => {}
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(Next::Again),
                Err(error) => return Err(error),
            }
        }
    }

    fn configure(&mut self, config: Config) {
        if config.networks != self.config.networks {
            self.table = Table::new(&config.networks);
            self.folders = Folders::new(&config.networks);
        }
        self.config = config;
    }

    /// Takes queries that came as datagrams.
    fn datagrams(&mut self) -> io::Result<()> {
        for _ in 0..AT_ONCE {
            match rustix::net::recvfrom(&self.udp, &mut self.buffer[..], RecvFlags::empty()) {
                Ok((count, _, sender)) => {
                    if let Some(sender) = sender.and_then(|sender| SocketAddr::try_from(sender).ok()) {
                        let bytes = self.buffer[..count].to_vec();
                        self.handle(Request { origin: Origin::Udp(sender), bytes })?;
                    }
                }
                Err(Errno::AGAIN) => return Ok(()),
                Err(_) => {}
            }
        }
        Ok(())
    }

    /// Takes queries of connection `ticket`.
    fn queries_of(&mut self, ticket: Ticket) -> io::Result<()> {
        loop {
            while let Some(bytes) = self.clients.next_query(ticket) {
                self.handle(Request { origin: Origin::Tcp(ticket), bytes })?;
            }
            if !self.clients.settle(ticket, &self.events)? {
                return Ok(());
            }
        }
    }

    /// Answers a query, or asks others.
    fn handle(&mut self, request: Request) -> io::Result<()> {
        self.folders.refresh(&mut self.table);
        let transport = request.origin.transport();
        match answer::answer(&request.bytes, transport, &mut self.table, &self.config) {
            Verdict::Silence => self.reply(&request.origin, None),
            Verdict::Reply(reply) => self.reply(&request.origin, Some(&reply)),
            Verdict::Blocked { name, reply } => {
                if self.notices.may(Instant::now()) {
                    // Nobody waits for this: it is lost when the launcher is far behind.
                    let _ = self.tell(egress::DENIED, &Denied { name: &name });
                }
                self.reply(&request.origin, Some(&reply));
            }
            Verdict::Forward => {
                let servers = forward::servers(&self.config, self.resolvers.current());
                self.forwarder.ask(request, servers, &self.events)?;
            }
        }
        Ok(())
    }

    /// An answer came from outside. Where there are rules, the launcher is told where it leads before it is handed on.
    fn finish(&mut self, mut finished: Finished) -> io::Result<()> {
        if self.config.egress.is_some() && finished.is_from_server {
            match self.ask_leave(&finished) {
                Leave::NotNeeded => {}
                Leave::Asked => {
                    self.leaves.wait(finished, Instant::now());
                    return Ok(());
                }
                Leave::Impossible => {
                    if let Ok(query) = Query::read(&finished.request.bytes) {
                        let limit = answer::limit(&query, finished.request.origin.transport());
                        finished.answer = query.answer(OptRcode::SERVFAIL, &[], None, limit);
                    }
                }
            }
        }
        self.deliver(&finished.request.origin, Some(&finished.answer))
    }

    fn ask_leave(&self, finished: &Finished) -> Leave {
        let Ok(query) = Query::read(&finished.request.bytes) else { return Leave::Impossible };
        let Some(addresses) = egress::reached(&query, &finished.answer) else { return Leave::Impossible };
        if addresses.is_empty() {
            return Leave::NotNeeded;
        }
        let permit = Permit { name: &query.name, addresses: &addresses };
        if self.leaves.has_room() && self.tell(egress::PERMIT, &permit).is_ok() {
            Leave::Asked
        } else {
            Leave::Impossible
        }
    }

    fn tell(&self, kind: u8, body: &impl Serialize) -> io::Result<()> {
        packet::send(self.control.as_fd(), kind, &serde_json::to_vec(body)?, &[])
    }

    /// Hands an answer that took its time to whoever asked, who may then ask more.
    fn deliver(&mut self, origin: &Origin, answer: Option<&[u8]>) -> io::Result<()> {
        self.reply(origin, answer);
        match origin {
            Origin::Udp(_) => Ok(()),
            Origin::Tcp(ticket) => self.queries_of(*ticket),
        }
    }

    /// Hands an answer, or that there is none, to whoever asked. A datagram that finds no room is lost, as they are.
    fn reply(&mut self, origin: &Origin, answer: Option<&[u8]>) {
        match (origin, answer) {
            (Origin::Udp(to), Some(answer)) => {
                let _ = rustix::net::sendto(&self.udp, answer, SendFlags::NOSIGNAL, to);
            }
            (Origin::Udp(_), None) => {}
            (Origin::Tcp(ticket), answer) => self.clients.answer(*ticket, answer),
        }
    }
}

/// Whether an answer may be handed out.
#[derive(Debug, PartialEq, Eq)]
enum Leave {
    /// It leads nowhere.
    NotNeeded,
    /// When the launcher says so.
    Asked,
    /// The launcher cannot be told.
    Impossible,
}
