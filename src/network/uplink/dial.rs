//! Sockets of the host: where a flow really goes, and the socket that leads there.

use super::addresses::{self, Way};
use super::unreachable::Reason;
use crate::network::resolvers::HostResolvers;
use rustix::io::Errno;
use rustix::net::{AddressFamily, Protocol, SocketFlags, SocketType, ipproto, sockopt};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::os::fd::OwnedFd;

/// What flows are dialled by.
#[derive(Debug)]
pub(super) struct Dialer {
    /// The host's address stands for its loopback.
    pub(super) host_loopback: bool,
    pub(super) resolvers: HostResolvers,
}

/// The port of DNS.
pub(super) const DNS: u16 = 53;

impl Dialer {
    /// Where a flow to `destination` may be dialled, in order of preference; never empty.
    pub(super) fn targets(&mut self, destination: SocketAddr) -> Result<Vec<SocketAddr>, Reason> {
        let port = destination.port();
        let addresses = match addresses::way(destination.ip()) {
            Way::Out(address) => vec![address],
            Way::Host if self.host_loopback => vec![loopback(destination.ip())],
            Way::Host => vec![own_address(destination.ip()).ok_or(Reason::Port)?],
            Way::Resolver if port == DNS => self.resolvers.current().to_vec(),
            // An echo, which has no port, is no question for resolvers.
            Way::Resolver if port != 0 => return Err(Reason::Port),
            Way::Resolver | Way::Nowhere => return Err(Reason::Host),
        };
        if addresses.is_empty() {
            return Err(Reason::Port);
        }
        Ok(addresses.into_iter().map(|address| SocketAddr::new(address, port)).collect())
    }
}

fn loopback(family: IpAddr) -> IpAddr {
    match family {
        IpAddr::V4(_) => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(_) => Ipv6Addr::LOCALHOST.into(),
    }
}

/// The address the host would use towards the world: that of its default route. Asked of the kernel, with a public
/// address to which nothing is sent (a.root-servers.net).
fn own_address(family: IpAddr) -> Option<IpAddr> {
    let world: IpAddr = match family {
        IpAddr::V4(_) => Ipv4Addr::new(198, 41, 0, 4).into(),
        IpAddr::V6(_) => Ipv6Addr::new(0x2001, 0x503, 0xba3e, 0, 0, 0, 2, 0x30).into(),
    };
    let socket = udp(SocketAddr::new(world, DNS)).ok()?;
    let own = SocketAddr::try_from(rustix::net::getsockname(&socket).ok()?).ok()?.ip();
    (!own.is_unspecified() && !own.is_loopback()).then_some(own)
}

/// A TCP socket on its way to `target`.
pub(super) fn tcp(target: SocketAddr) -> Result<OwnedFd, Errno> {
    let socket = socket(target.ip(), SocketType::STREAM, None)?;
    // What comes from inside was already gathered, or shall not wait.
    sockopt::set_tcp_nodelay(&socket, true)?;
    match rustix::net::connect(&socket, &target) {
        Ok(()) | Err(Errno::INPROGRESS) => Ok(socket),
        Err(errno) => Err(errno),
    }
}

/// A UDP socket connected to `target`.
pub(super) fn udp(target: SocketAddr) -> Result<OwnedFd, Errno> {
    let socket = socket(target.ip(), SocketType::DGRAM, None)?;
    rustix::net::connect(&socket, &target)?;
    Ok(socket)
}

/// A socket for echo requests to `target` (icmp(7), `ping_group_range`).
pub(super) fn echo(target: IpAddr) -> Result<OwnedFd, Errno> {
    let protocol = if target.is_ipv4() { ipproto::ICMP } else { ipproto::ICMPV6 };
    let socket = socket(target, SocketType::DGRAM, Some(protocol))?;
    rustix::net::connect(&socket, &SocketAddr::new(target, 0))?;
    Ok(socket)
}

fn socket(target: IpAddr, kind: SocketType, protocol: Option<Protocol>) -> Result<OwnedFd, Errno> {
    let family = if target.is_ipv4() { AddressFamily::INET } else { AddressFamily::INET6 };
    rustix::net::socket_with(family, kind, SocketFlags::CLOEXEC | SocketFlags::NONBLOCK, protocol)
}
