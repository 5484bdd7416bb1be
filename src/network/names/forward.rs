//! Queries that others are asked: over UDP from a socket of its own for each, so that its port is one more thing to
//! guess for who would forge an answer (RFC 5452, section 9.2); over TCP when they came so.

use super::answer::{Transport, limit};
use super::config::{Config, Upstream};
use super::events::{Events, READ, Source, Ticket};
use super::message::{self, LARGEST, Query};
use super::stream::Stream;
use domain::base::iana::{OptRcode, Rcode};
use rustix::io::Errno;
use rustix::net::{AddressFamily, RecvFlags, SendFlags, SocketFlags, SocketType};
use std::collections::BTreeMap;
use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr, SocketAddrV4};
use std::os::fd::OwnedFd;
use std::time::{Duration, Instant};

/// Where name servers listen.
const PORT: u16 = 53;

/// Queries under way at a time; the oldest gives way.
const MOST: usize = 256;

/// How long one server is waited for.
const PATIENCE: Duration = Duration::from_secs(2);

/// Answers that are taken from one socket before others have their turn.
const AT_ONCE: usize = 16;

/// The address of this server, which is not asked.
const OURS: IpAddr = IpAddr::V4(Ipv4Addr::new(127, 0, 0, 11));

/// Who asked, and how.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Origin {
    /// A datagram from this address.
    Udp(SocketAddr),
    /// A connection.
    Tcp(Ticket),
}

impl Origin {
    /// How it asked.
    pub(super) fn transport(&self) -> Transport {
        match self {
            Self::Udp(_) => Transport::Udp,
            Self::Tcp(_) => Transport::Tcp,
        }
    }
}

/// A query as it came.
#[derive(Debug)]
pub(super) struct Request {
    /// Who asked.
    pub(super) origin: Origin,
    /// What [`Query::read`] accepts.
    pub(super) bytes: Vec<u8>,
}

/// A query and its answer.
#[derive(Debug)]
pub(super) struct Finished {
    /// The query.
    pub(super) request: Request,
    /// What its sender is to get.
    pub(super) answer: Vec<u8>,
    /// Whether the answer is a server's, not our own complaint.
    pub(super) is_from_server: bool,
}

/// A server, and from where it is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Server {
    /// From the host's namespace.
    Outside(SocketAddr),
    /// From the container's.
    Inside(SocketAddrV4),
}

/// The servers to ask, in order; `host` are the host's.
pub(super) fn servers(config: &Config, host: &[IpAddr]) -> Vec<Server> {
    let outside = |address: &IpAddr| Server::Outside(SocketAddr::new(*address, PORT));
    match &config.upstream {
        Upstream::Nobody => Vec::new(),
        Upstream::Host => host.iter().map(outside).collect(),
        Upstream::Servers(servers) => {
            let ours = |address: &IpAddr| {
                let subnets = config.networks.iter().flat_map(|network| &network.subnets);
                address.is_loopback() || subnets.into_iter().any(|subnet| subnet.contains(address))
            };
            let server = |address: &IpAddr| match *address {
                OURS => None,
                IpAddr::V4(inside) if ours(address) => Some(Server::Inside(SocketAddrV4::new(inside, PORT))),
                // The socket inside speaks IPv4.
                IpAddr::V6(_) if ours(address) => None,
                _ => Some(outside(address)),
            };
            servers.iter().filter_map(server).collect()
        }
    }
}

/// Queries under way.
#[derive(Debug)]
pub(super) struct Forwarder {
    inside: OwnedFd,
    queries: BTreeMap<Ticket, Pending>,
    next: Ticket,
    finished: Vec<Finished>,
}

#[derive(Debug)]
struct Pending {
    request: Request,
    servers: Vec<Server>,
    /// Servers that were tried, those tried again counted again.
    tried: usize,
    /// Our id of the query.
    id: u16,
    way: Way,
    until: Instant,
    /// An answer that says a server failed: better than none.
    failure: Option<Vec<u8>>,
}

/// How an answer comes.
#[derive(Debug)]
enum Way {
    /// Not at all.
    None,
    /// Over a connected socket.
    Udp(OwnedFd),
    /// Over the socket inside.
    Inside(SocketAddrV4),
    Tcp(Stream),
}

impl Forwarder {
    /// None yet. `inside` is an IPv4 UDP socket of the container's namespace, which does not block.
    pub(super) fn new(inside: OwnedFd) -> Self {
        Self { inside, queries: BTreeMap::new(), next: 0, finished: Vec::new() }
    }

    /// The queries that have ended since the last call.
    pub(super) fn finished(&mut self) -> Vec<Finished> {
        std::mem::take(&mut self.finished)
    }

    /// Asks `servers`.
    pub(super) fn ask(&mut self, request: Request, servers: Vec<Server>, events: &Events) -> io::Result<()> {
        if self.is_under_way(&request) {
            return Ok(());
        }
        if self.queries.len() >= MOST
            && let Some((_, oldest)) = self.queries.pop_first()
        {
            self.finished.push(oldest.give_up());
        }
        let ticket = self.next;
        self.next += 1;
        let until = Instant::now();
        let query = Pending { request, servers, tried: 0, id: 0, way: Way::None, until, failure: None };
        self.queries.insert(ticket, query);
        self.try_next(ticket, events)
    }

    /// Whether its sender asks again because it has waited.
    fn is_under_way(&self, request: &Request) -> bool {
        let same = |other: &Request| other.origin == request.origin && other.bytes == request.bytes;
        matches!(request.origin, Origin::Udp(_)) && self.queries.values().any(|query| same(&query.request))
    }

    /// Asks the next server that can be asked, or gives up.
    fn try_next(&mut self, ticket: Ticket, events: &Events) -> io::Result<()> {
        loop {
            let id = self.fresh_id()?;
            let Some(query) = self.queries.get_mut(&ticket) else { return Ok(()) };
            let Some(server) = query.next_server() else {
                self.finished.extend(self.queries.remove(&ticket).map(Pending::give_up));
                return Ok(());
            };
            query.id = id;
            let mut bytes = query.request.bytes.clone();
            message::set_id(&mut bytes, id);
            match send(&bytes, query.request.origin.transport(), server, &self.inside) {
                Ok(way) => {
                    let source = Source::Upstream(ticket);
                    match &way {
                        Way::Udp(socket) => events.add(socket, source, READ)?,
                        Way::Tcp(stream) => events.add(stream, source, stream.interest(true))?,
                        Way::Inside(_) | Way::None => {}
                    }
                    query.way = way;
                    query.until = Instant::now() + PATIENCE;
                    return Ok(());
                }
                Err(_) => query.way = Way::None,
            }
        }
    }

    /// An id that no query under way has.
    fn fresh_id(&self) -> io::Result<u16> {
        loop {
            let mut bytes = [0u8; 2];
            rustix::rand::getrandom(&mut bytes, rustix::rand::GetRandomFlags::empty())?;
            let id = u16::from_ne_bytes(bytes);
            if self.queries.values().all(|query| query.id != id) {
                return Ok(id);
            }
        }
    }

    /// Query `ticket` has an answer, or something else happened to its socket.
    pub(super) fn ready(&mut self, ticket: Ticket, buffer: &mut [u8], events: &Events) -> io::Result<()> {
        for _ in 0..AT_ONCE {
            let Some(query) = self.queries.get_mut(&ticket) else { return Ok(()) };
            let answer = match &mut query.way {
                Way::Udp(socket) => match rustix::net::recv(&*socket, &mut *buffer, RecvFlags::empty()) {
                    Ok((count, _)) => buffer[..count].to_vec(),
                    Err(Errno::AGAIN | Errno::INTR) => return Ok(()),
                    Err(_) => return self.try_next(ticket, events),
                },
                Way::Tcp(stream) => match step(stream) {
                    Ok(Some(answer)) => answer,
                    Ok(None) => {
                        return events.change(&*stream, Source::Upstream(ticket), stream.interest(true));
                    }
                    Err(_) => return self.try_next(ticket, events),
                },
                Way::Inside(_) | Way::None => return Ok(()),
            };
            self.take(ticket, answer, events)?;
        }
        Ok(())
    }

    /// Answers have come from the container's networks.
    pub(super) fn inside_ready(&mut self, buffer: &mut [u8], events: &Events) -> io::Result<()> {
        for _ in 0..AT_ONCE {
            let (count, sender) = match rustix::net::recvfrom(&self.inside, &mut *buffer, RecvFlags::empty())
            {
                Ok((count, _, sender)) => {
                    (count, sender.and_then(|sender| SocketAddrV4::try_from(sender).ok()))
                }
                Err(Errno::AGAIN) => return Ok(()),
                // An error of an earlier datagram: its query runs out of time.
                Err(_) => continue,
            };
            let answer = &buffer[..count];
            let id = message::id(answer);
            let asked = self.queries.iter().find(|(_, query)| match query.way {
                Way::Inside(server) => Some(query.id) == id && Some(server) == sender,
                _ => false,
            });
            if let Some(ticket) = asked.map(|(ticket, _)| *ticket) {
                self.take(ticket, answer.to_vec(), events)?;
            }
        }
        Ok(())
    }

    /// Takes what came for query `ticket`, if it is an answer to it.
    fn take(&mut self, ticket: Ticket, answer: Vec<u8>, events: &Events) -> io::Result<()> {
        let Some(query) = self.queries.get_mut(&ticket) else { return Ok(()) };
        if !query.is_answered_by(&answer) {
            return Ok(());
        }
        let failed = [Rcode::SERVFAIL, Rcode::REFUSED].contains(&message::code(&answer));
        if failed && query.tried < query.servers.len() {
            query.failure = Some(answer);
            return self.try_next(ticket, events);
        }
        self.finished.extend(self.queries.remove(&ticket).map(|query| query.finish(Some(answer))));
        Ok(())
    }

    /// Goes on to the next server where one has not answered in time.
    pub(super) fn expire(&mut self, now: Instant, events: &Events) -> io::Result<()> {
        let late: Vec<Ticket> =
            self.queries.iter().filter(|(_, query)| query.until <= now).map(|(ticket, _)| *ticket).collect();
        late.into_iter().try_for_each(|ticket| self.try_next(ticket, events))
    }

    /// When the next one will not have; now, when some have ended.
    pub(super) fn next(&self) -> Option<Instant> {
        if !self.finished.is_empty() {
            return Some(Instant::now());
        }
        self.queries.values().map(|query| query.until).min()
    }
}

impl Pending {
    /// Every server once; one that is alone twice, since datagrams get lost.
    fn next_server(&mut self) -> Option<Server> {
        let most = if self.servers.len() == 1 { 2 } else { self.servers.len() };
        let server = (self.tried < most).then(|| self.servers[self.tried % self.servers.len()]);
        self.tried += 1;
        server
    }

    fn is_answered_by(&self, answer: &[u8]) -> bool {
        message::id(answer) == Some(self.id)
            && Query::read(&self.request.bytes).is_ok_and(|query| query.is_answered_by(answer))
    }

    fn give_up(mut self) -> Finished {
        let failure = self.failure.take();
        self.finish(failure)
    }

    fn finish(self, answer: Option<Vec<u8>>) -> Finished {
        let is_from_server = answer.is_some();
        let request = self.request;
        let answer = match Query::read(&request.bytes) {
            Ok(query) => {
                let limit = limit(&query, request.origin.transport());
                match answer {
                    Some(answer) => query.fit(answer, limit),
                    None => query.answer(OptRcode::SERVFAIL, &[], None, limit),
                }
            }
            Err(_) => message::complaint(&request.bytes, Rcode::SERVFAIL),
        };
        Finished { request, answer, is_from_server }
    }
}

/// Sends a query on its way.
fn send(query: &[u8], transport: Transport, server: Server, inside: &OwnedFd) -> io::Result<Way> {
    match (server, transport) {
        (Server::Outside(address), Transport::Udp) => {
            let socket = socket(&address, SocketType::DGRAM)?;
            rustix::net::connect(&socket, &address)?;
            rustix::net::send(&socket, query, SendFlags::NOSIGNAL)?;
            Ok(Way::Udp(socket))
        }
        (Server::Outside(address), Transport::Tcp) => {
            let socket = socket(&address, SocketType::STREAM)?;
            match rustix::net::connect(&socket, &address) {
                Ok(()) | Err(Errno::INPROGRESS) => {}
                Err(errno) => return Err(errno.into()),
            }
            let mut stream = Stream::new(socket, LARGEST);
            stream.push(query)?;
            Ok(Way::Tcp(stream))
        }
        (Server::Inside(address), Transport::Udp) => {
            rustix::net::sendto(inside, query, SendFlags::NOSIGNAL, &address)?;
            Ok(Way::Inside(address))
        }
        // There is no stream socket of the container's namespace.
        (Server::Inside(_), Transport::Tcp) => Err(io::ErrorKind::Unsupported.into()),
    }
}

fn socket(address: &SocketAddr, kind: SocketType) -> io::Result<OwnedFd> {
    let family = if address.is_ipv4() { AddressFamily::INET } else { AddressFamily::INET6 };
    let flags = SocketFlags::CLOEXEC | SocketFlags::NONBLOCK;
    Ok(rustix::net::socket_with(family, kind, flags, None)?)
}

/// Writes and reads what can be; the answer when it is there.
fn step(stream: &mut Stream) -> io::Result<Option<Vec<u8>>> {
    stream.flush()?;
    stream.fill()?;
    match stream.take() {
        None if stream.has_ended() => Err(io::ErrorKind::UnexpectedEof.into()),
        answer => Ok(answer),
    }
}

#[cfg(test)]
mod tests {
    use super::super::message::tests::{answered, query};
    use super::super::table::tests::view;
    use super::*;
    use domain::base::iana::Rtype;

    #[test]
    fn servers_of_the_containers_networks_are_asked_from_inside() {
        let address = |text: &str| text.parse::<IpAddr>().unwrap();
        let host = [address("127.0.0.53"), address("172.18.0.1")];
        let mut config = Config {
            networks: vec![view("net", &["172.18.0.0/16", "fd00::/64"], true)],
            ..Config::default()
        };
        let names = |config: &Config| {
            servers(config, &host)
                .iter()
                .map(|server| match server {
                    Server::Outside(address) => format!("outside {address}"),
                    Server::Inside(address) => format!("inside {address}"),
                })
                .collect::<Vec<_>>()
        };
        assert_eq!(names(&config), ["outside 127.0.0.53:53", "outside 172.18.0.1:53"]);
        let servers = ["172.18.0.5", "192.0.2.1", "127.0.0.1", "127.0.0.11", "fd00::5", "2001:db8::1"];
        config.upstream = Upstream::Servers(servers.map(address).into());
        assert_eq!(
            names(&config),
            [
                "inside 172.18.0.5:53",
                "outside 192.0.2.1:53",
                "inside 127.0.0.1:53",
                "outside [2001:db8::1]:53"
            ]
        );
        config.upstream = Upstream::Nobody;
        assert!(names(&config).is_empty());
    }

    /// A forwarder, and a query under way to a server that a test plays: the other end of its socket.
    struct Asked {
        forwarder: Forwarder,
        events: Events,
        buffer: Vec<u8>,
    }

    impl Asked {
        fn new() -> Self {
            let inside = socket(&SocketAddr::from(([127, 0, 0, 1], 0)), SocketType::DGRAM).unwrap();
            Self { forwarder: Forwarder::new(inside), events: Events::new().unwrap(), buffer: vec![0; 65535] }
        }

        /// A query of `name` that waits for `servers` more; the server's end, and our id.
        fn ask(&mut self, name: &str, servers: usize) -> (OwnedFd, u16) {
            let flags = SocketFlags::CLOEXEC | SocketFlags::NONBLOCK;
            let (ours, theirs) =
                rustix::net::socketpair(AddressFamily::UNIX, SocketType::DGRAM, flags, None).unwrap();
            let ticket = self.forwarder.next;
            self.forwarder.next += 1;
            let origin = Origin::Udp(SocketAddr::from(([127, 0, 0, 1], 1)));
            let request = Request { origin, bytes: query(name, Rtype::A, None) };
            // Nobody can be asked there.
            let nowhere = Server::Outside(SocketAddr::from(([255, 255, 255, 255], PORT)));
            let pending = Pending {
                request,
                servers: vec![nowhere; servers + 1],
                tried: 1,
                id: 7,
                way: Way::Udp(ours),
                until: Instant::now() + PATIENCE,
                failure: None,
            };
            self.forwarder.queries.insert(ticket, pending);
            (theirs, 7)
        }

        fn ready(&mut self) -> Vec<Finished> {
            let tickets: Vec<Ticket> = self.forwarder.queries.keys().copied().collect();
            for ticket in tickets {
                self.forwarder.ready(ticket, &mut self.buffer, &self.events).unwrap();
            }
            self.forwarder.finished()
        }
    }

    fn reply(name: &str, id: u16, code: Rcode) -> Vec<u8> {
        let mut bytes = answered(&query(name, Rtype::A, None), &[(name, Rtype::A, vec![192, 0, 2, 1])]);
        message::set_id(&mut bytes, id);
        bytes[3] |= code.to_int();
        bytes
    }

    #[test]
    fn only_the_right_answer_is_passed_on() {
        let mut asked = Asked::new();
        let (server, id) = asked.ask("example.com", 0);
        let wrong = [
            reply("example.com", id ^ 1, Rcode::NOERROR),
            reply("example.org", id, Rcode::NOERROR),
            query("example.com", Rtype::A, None),
            vec![1],
            vec![],
        ];
        for bytes in &wrong {
            rustix::net::send(&server, bytes, SendFlags::empty()).unwrap();
        }
        assert!(asked.ready().is_empty());
        rustix::net::send(&server, &reply("example.com", id, Rcode::NOERROR), SendFlags::empty()).unwrap();
        let finished = asked.ready();
        assert_eq!(finished.len(), 1);
        assert!(finished[0].is_from_server);
        assert_eq!(finished[0].answer, reply("example.com", 0xabcd, Rcode::NOERROR));
        assert_eq!(asked.forwarder.next(), None);
    }

    #[test]
    fn a_failure_is_passed_on_when_no_other_server_answers() {
        let mut asked = Asked::new();
        let (server, id) = asked.ask("example.com", 1);
        rustix::net::send(&server, &reply("example.com", id, Rcode::REFUSED), SendFlags::empty()).unwrap();
        let finished = asked.ready();
        assert_eq!(finished[0].answer, reply("example.com", 0xabcd, Rcode::REFUSED));
    }

    #[test]
    fn silence_is_a_failure_in_the_end() {
        let mut asked = Asked::new();
        let (_server, _) = asked.ask("example.com", 1);
        asked.forwarder.expire(Instant::now(), &asked.events).unwrap();
        assert!(asked.ready().is_empty());
        asked.forwarder.expire(Instant::now() + PATIENCE, &asked.events).unwrap();
        let finished = asked.ready();
        assert_eq!(message::code(&finished[0].answer), Rcode::SERVFAIL);
        assert!(!finished[0].is_from_server);
    }

    #[test]
    fn who_asks_again_meanwhile_waits_on_and_the_oldest_gives_way() {
        let mut asked = Asked::new();
        let (_server, _) = asked.ask("example.com", 1);
        let origin = Origin::Udp(SocketAddr::from(([127, 0, 0, 1], 1)));
        let again = Request { origin, bytes: query("example.com", Rtype::A, None) };
        asked.forwarder.ask(again, Vec::new(), &asked.events).unwrap();
        assert!(asked.forwarder.finished().is_empty());
        for number in 1..MOST {
            asked.ask(&format!("n{number}"), 1);
        }
        let other = Request { origin, bytes: query("other", Rtype::A, None) };
        asked.forwarder.ask(other, Vec::new(), &asked.events).unwrap();
        let names: Vec<_> = asked
            .forwarder
            .finished()
            .iter()
            .map(|finished| Query::read(&finished.request.bytes).unwrap().name)
            .collect();
        assert_eq!(names, ["example.com", "other"]);
    }
}
