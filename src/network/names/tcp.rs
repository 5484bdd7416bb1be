//! The container's connections.

use super::events::{Events, Interest, READ, Source, Ticket};
use super::message::LARGEST_QUERY;
use super::stream::Stream;
use rustix::io::Errno;
use rustix::net::SocketFlags;
use std::collections::BTreeMap;
use std::io;
use std::os::fd::OwnedFd;
use std::time::{Duration, Instant};

/// Connections at a time; the one that came first gives way.
const MOST: usize = 64;

/// Connections that are taken at a time, before others have their turn.
const AT_ONCE: usize = 16;

/// Queries of one connection that are answered at a time.
const MOST_QUERIES: usize = 8;

/// Bytes of answers that are not read, at which no more queries are.
const MOST_WAITING: usize = 64 * 1024;

/// How long a connection may be silent (RFC 7766, section 6.2.3, asks for seconds).
const PATIENCE: Duration = Duration::from_secs(10);

/// The container's connections, oldest first.
#[derive(Debug)]
pub(super) struct Clients {
    listener: OwnedFd,
    clients: BTreeMap<Ticket, Client>,
    next: Ticket,
}

#[derive(Debug)]
struct Client {
    stream: Stream,
    /// Queries that have no answer yet.
    open: usize,
    /// When it is closed if nothing happens.
    until: Instant,
    interest: Interest,
}

impl Clients {
    /// Takes connections of `listener`, which does not block.
    pub(super) fn new(listener: OwnedFd) -> Self {
        Self { listener, clients: BTreeMap::new(), next: 0 }
    }

    /// Takes the connections that have come.
    pub(super) fn accept(&mut self, events: &Events) -> io::Result<()> {
        for _ in 0..AT_ONCE {
            let flags = SocketFlags::CLOEXEC | SocketFlags::NONBLOCK;
            let socket = match rustix::net::accept_with(&self.listener, flags) {
                Ok(socket) => socket,
                Err(Errno::MFILE | Errno::NFILE) if self.clients.pop_first().is_some() => continue,
                // What went wrong was that one connection's affair (accept(2), "Error handling").
                Err(_) => return Ok(()),
            };
            if self.clients.len() >= MOST {
                self.clients.pop_first();
            }
            let stream = Stream::new(socket, LARGEST_QUERY);
            events.add(&stream, Source::Client(self.next), READ)?;
            let until = Instant::now() + PATIENCE;
            self.clients.insert(self.next, Client { stream, open: 0, until, interest: READ });
            self.next += 1;
        }
        Ok(())
    }

    /// Something happened to connection `ticket`. When nothing was waited for, it was its end.
    pub(super) fn woken(&mut self, ticket: Ticket) {
        if self.clients.get(&ticket).is_some_and(|client| client.interest == Interest::default()) {
            self.clients.remove(&ticket);
        }
    }

    /// Reads what is there; the next query of connection `ticket`, while there is one.
    pub(super) fn next_query(&mut self, ticket: Ticket) -> Option<Vec<u8>> {
        let client = self.clients.get_mut(&ticket)?;
        if !client.may_ask() {
            return None;
        }
        if !client.stream.holds_message() && client.stream.fill().is_err() {
            self.clients.remove(&ticket);
            return None;
        }
        let query = client.stream.take()?;
        client.open += 1;
        client.until = Instant::now() + PATIENCE;
        Some(query)
    }

    /// Hands the answer to one of its queries to connection `ticket`, or `None`: there will be none.
    pub(super) fn answer(&mut self, ticket: Ticket, answer: Option<&[u8]>) {
        let Some(client) = self.clients.get_mut(&ticket) else { return };
        client.open = client.open.saturating_sub(1);
        client.until = Instant::now() + PATIENCE;
        if answer.is_some_and(|answer| client.stream.push(answer).is_err()) {
            self.clients.remove(&ticket);
        }
    }

    /// After anything happened to connection `ticket`: sends what there is room for, closes it if that was all, and
    /// waits for what is next. Whether more queries may be taken from it now.
    pub(super) fn settle(&mut self, ticket: Ticket, events: &Events) -> io::Result<bool> {
        let Some(client) = self.clients.get_mut(&ticket) else { return Ok(false) };
        let over = client.stream.has_ended() && client.open == 0 && !client.stream.holds_message();
        if client.stream.flush().is_err() || (over && client.stream.waiting() == 0) {
            self.clients.remove(&ticket);
            return Ok(false);
        }
        let interest = client.stream.interest(client.may_ask());
        if interest != client.interest {
            events.change(&client.stream, Source::Client(ticket), interest)?;
            client.interest = interest;
        }
        Ok(client.may_ask() && client.stream.holds_message())
    }

    /// Closes connections that have been silent too long.
    pub(super) fn expire(&mut self, now: Instant) {
        self.clients.retain(|_, client| client.until > now);
    }

    /// When the next one will have been.
    pub(super) fn next(&self) -> Option<Instant> {
        self.clients.values().map(|client| client.until).min()
    }
}

impl Client {
    fn may_ask(&self) -> bool {
        self.open < MOST_QUERIES && self.stream.waiting() < MOST_WAITING
    }
}
