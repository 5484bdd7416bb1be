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
mod service;
mod slots;
mod tcp;
mod udp;
pub mod words;

pub use dial::MARK;

use event::Token;
use rustix::event::Timespec;
use rustix::event::epoll::{self, Event};
use rustix::io::Errno;
use service::{Launcher, Service};
use std::io;
use std::mem::MaybeUninit;
use std::os::fd::OwnedFd;
use std::time::Duration;

/// How many connections are served at once; the next ones wait to be accepted.
const MOST_FLOWS: usize = 8192;

/// How many events are taken at once.
const EVENTS: usize = 64;

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
    let mut service = Service::new(setup, most_flows)?;
    let mut events = [MaybeUninit::<Event>::uninit(); EVENTS];
    loop {
        let timeout = service.patience().map(timespec);
        let (events, _) = match epoll::wait(&service.epoll, &mut events, timeout.as_ref()) {
            Err(Errno::INTR) => continue,
            result => result?,
        };
        for event in events.iter() {
            let data = event.data;
            if service.dispatch(Token::of(data), event.flags)? == Launcher::Gone {
                return Ok(());
            }
        }
        service.take_turns();
        service.keep_time();
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
    use crate::network::port::{Port, Protocol, Publish, Published};
    use std::io::Read;
    use std::net::TcpStream;
    use std::os::fd::AsFd;

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
        words::target(launcher.as_fd(), &words::Target::default()).unwrap();
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
