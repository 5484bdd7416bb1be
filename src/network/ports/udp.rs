//! Datagrams: one socket of our own for each client of a published port, so that the server sees each by its address.

use super::dial::{self, Way};
use super::event::{Kind, Token};
use super::service::Listener;
use super::slots::{Key, Slots};
use super::words::Target;
use crate::sys::datagram::{self, Here};
use rustix::event::epoll;
use rustix::io::Errno;
use std::collections::HashMap;
use std::io;
use std::net::SocketAddr;
use std::os::fd::{AsFd, OwnedFd};
use std::rc::Rc;
use std::time::{Duration, Instant};

/// How long a client that neither sends nor gets anything is remembered.
const IDLE: Duration = Duration::from_secs(120);

/// How many clients are remembered.
const MOST: usize = 4096;

/// How many of the longest idle are forgotten when there are too many: looking for them costs a look at all.
const FORGOTTEN_AT_ONCE: usize = 256;

/// How many datagrams of one socket are served before the others' turn comes.
const TURN: usize = 64;

/// The largest datagram, in bytes, and more.
const LARGEST: usize = 1 << 16;

/// How often idle clients are looked for while there are any.
pub(super) const LOOK: Duration = Duration::from_secs(10);

/// Clients of UDP ports.
#[derive(Debug)]
pub(super) struct Flows {
    flows: Slots<Flow>,
    by_client: HashMap<Client, Key>,
    /// Empty until there is a UDP port.
    buffer: Vec<u8>,
}

/// A client of one listener.
type Client = (Key, SocketAddr);

#[derive(Debug)]
struct Flow {
    client: Client,
    listener: Rc<Listener>,
    /// Stands for the client in the container's network.
    socket: OwnedFd,
    /// The address the client last asked, which answers it.
    asked: Option<Here>,
    last: Instant,
}

impl Flows {
    pub(super) fn new() -> Self {
        Self { flows: Slots::new(), by_client: HashMap::new(), buffer: Vec::new() }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.flows.is_empty()
    }

    /// Passes on what clients sent to `listener`.
    pub(super) fn ask(&mut self, epoll: &OwnedFd, key: Key, listener: &Rc<Listener>, target: &Target) {
        let mut buffer = self.take_buffer();
        for _ in 0..TURN {
            let came = match datagram::receive(listener.socket.as_fd(), &mut buffer) {
                Ok(came) => came,
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => break,
                // Word of an earlier answer that did not arrive.
                Err(_) => continue,
            };
            let flow = self.find((key, came.from)).or_else(|| {
                let way = Way::find(came.from, target, listener.published.container.number)?;
                self.open(epoll, (key, came.from), Rc::clone(listener), way).ok()
            });
            // What cannot be delivered is lost, as datagrams are.
            if let Some(flow) = flow.and_then(|key| self.flows.get_mut(key)) {
                flow.asked = came.to;
                flow.last = Instant::now();
                let _ = deliver(&flow.socket, &buffer[..came.length]);
            }
        }
        self.buffer = buffer;
    }

    /// Passes on what the server answered.
    pub(super) fn answer(&mut self, key: Key) {
        let mut buffer = self.take_buffer();
        if let Some(flow) = self.flows.get_mut(key) {
            for _ in 0..TURN {
                match rustix::io::read(&flow.socket, &mut buffer[..]) {
                    Ok(length) => {
                        flow.last = Instant::now();
                        let listener = flow.listener.socket.as_fd();
                        let _ = datagram::send(listener, &buffer[..length], flow.client.1, flow.asked);
                    }
                    Err(Errno::AGAIN) => break,
                    // Nobody listens there; the client of a UDP port learns nothing, and may try again.
                    Err(_) => {}
                }
            }
        }
        self.buffer = buffer;
    }

    /// Forgets who was idle for long.
    pub(super) fn look(&mut self) {
        let now = Instant::now();
        self.forget(|flow| now.duration_since(flow.last) >= IDLE);
    }

    /// Forgets the clients of a listener.
    pub(super) fn forget_listener(&mut self, listener: Key) {
        self.forget(|flow| flow.client.0 == listener);
    }

    /// Forgets everyone: the container has another address, and who sends again is led there.
    pub(super) fn forget_all(&mut self) {
        self.forget(|_| true);
    }

    fn find(&self, client: Client) -> Option<Key> {
        self.by_client.get(&client).copied()
    }

    fn open(&mut self, epoll: &OwnedFd, client: Client, listener: Rc<Listener>, way: Way) -> io::Result<Key> {
        if self.flows.len() >= MOST {
            self.forget_longest_idle(FORGOTTEN_AT_ONCE);
        }
        let socket = dial::udp(way)?;
        let token = Token { kind: Kind::Answer, key: self.flows.next_key() };
        epoll::add(epoll, &socket, token.data(), epoll::EventFlags::IN)?;
        Ok(self.keep(Flow { client, listener, socket, asked: None, last: Instant::now() }))
    }

    fn keep(&mut self, flow: Flow) -> Key {
        let client = flow.client;
        let key = self.flows.insert(flow);
        self.by_client.insert(client, key);
        key
    }

    /// Forgets so many, and whoever was heard of at the same instant as the last of them.
    fn forget_longest_idle(&mut self, count: usize) {
        let mut last: Vec<Instant> = self.flows.iter().map(|(_, flow)| flow.last).collect();
        last.sort_unstable();
        if let Some(limit) = last.get(count.saturating_sub(1)).or(last.last()).copied() {
            self.forget(|flow| flow.last <= limit);
        }
    }

    fn forget(&mut self, is_forgotten: impl Fn(&Flow) -> bool) {
        let keys: Vec<Key> =
            self.flows.iter().filter(|(_, flow)| is_forgotten(flow)).map(|(key, _)| key).collect();
        for key in keys {
            if let Some(flow) = self.flows.remove(key) {
                self.by_client.remove(&flow.client);
            }
        }
        if self.flows.is_empty() {
            self.by_client = HashMap::new();
            self.buffer = Vec::new();
        }
    }

    fn take_buffer(&mut self) -> Vec<u8> {
        let mut buffer = std::mem::take(&mut self.buffer);
        if buffer.is_empty() {
            buffer = vec![0; LARGEST];
        }
        buffer
    }
}

/// Sends; once more where the first attempt only told what became of an earlier datagram.
fn deliver(socket: &OwnedFd, body: &[u8]) -> Result<(), Errno> {
    let flags = rustix::net::SendFlags::NOSIGNAL | rustix::net::SendFlags::DONTWAIT;
    match rustix::net::send(socket, body, flags) {
        Err(Errno::CONNREFUSED | Errno::HOSTUNREACH | Errno::NETUNREACH) => {
            rustix::net::send(socket, body, flags).map(drop)
        }
        result => result.map(drop),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network::port::{Port, Protocol, Published};
    use std::net::UdpSocket;

    #[test]
    fn the_longest_idle_clients_are_forgotten_first() {
        let socket = || OwnedFd::from(UdpSocket::bind("127.0.0.1:0").unwrap());
        let container = Port { number: 53, protocol: Protocol::Udp };
        let published = Published { container, address: "127.0.0.1".parse().unwrap(), host: 53 };
        let listener = Rc::new(Listener { published, socket: socket() });
        let mut flows = Flows::new();
        let now = Instant::now();
        let client = |n: u16| (Key::from_bits(0), SocketAddr::from(([192, 0, 2, 1], n)));
        // In no order: the higher the port, the later it was heard of.
        for n in [7, 3, 9, 1, 5] {
            let last = now + Duration::from_secs(n.into());
            let listener = Rc::clone(&listener);
            flows.keep(Flow { client: client(n), listener, socket: socket(), asked: None, last });
        }
        flows.forget_longest_idle(2);
        let known = [1, 3, 5, 7, 9].map(|n| flows.find(client(n)).is_some());
        assert_eq!(known, [false, false, true, true, true]);
        flows.forget_listener(Key::from_bits(0));
        assert!(flows.is_empty() && flows.by_client.is_empty());
    }
}
