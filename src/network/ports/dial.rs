//! The socket that stands for a client in the container's network namespace.

use super::words::Target;
use rustix::io::Errno;
use rustix::net::{AddressFamily, SocketFlags, SocketType, sockopt};
use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::os::fd::{AsFd, OwnedFd};

/// What marks the traffic of these sockets, and what answers it, so that it is routed back to them: "rcon".
pub const MARK: u32 = 0x7263_6f6e;

/// From where to where.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Way {
    /// The client's address and port; or the gateway's address and port 0, which is any.
    pub(super) source: SocketAddr,
    /// The container's address and port.
    pub(super) target: SocketAddr,
}

impl Way {
    /// The way of `client` to `port` of the container; `None` when the container has no address.
    pub(super) fn find(client: SocketAddr, target: &Target, port: u16) -> Option<Self> {
        let address = client.ip().to_canonical();
        let ipv4 = target.ipv4.map(|at| (IpAddr::V4(at), target.gateway4.map_or(at.into(), IpAddr::V4)));
        let ipv6 = target.ipv6.map(|at| (IpAddr::V6(at), target.gateway6.map_or(at.into(), IpAddr::V6)));
        let (at, gateway) = if address.is_ipv4() { ipv4.or(ipv6) } else { ipv6.or(ipv4) }?;
        let is_inside = address == at || target.networks.iter().any(|network| network.contains(&address));
        let has_counterpart = address.is_ipv4() == at.is_ipv4() && !is_inside && may_be_lent(address);
        let source = if has_counterpart { (address, client.port()) } else { (gateway, 0) };
        Some(Self { source: source.into(), target: (at, port).into() })
    }
}

/// Whether an address of the host's side means the same in the container.
fn may_be_lent(address: IpAddr) -> bool {
    if address.is_loopback() || address.is_unspecified() || address.is_multicast() {
        return false;
    }
    match address {
        IpAddr::V4(address) => address != Ipv4Addr::BROADCAST,
        IpAddr::V6(address) => !address.is_unicast_link_local(),
    }
}

/// A TCP socket that connects that way: wait until it is writable.
pub(super) fn tcp(way: Way) -> io::Result<OwnedFd> {
    match connect(SocketType::STREAM, way) {
        // The port is taken, or may not be: another one serves as well, the address is what servers look at.
        Err(Errno::ADDRINUSE | Errno::ADDRNOTAVAIL | Errno::ACCESS) if way.source.port() != 0 => {
            Ok(connect(SocketType::STREAM, way.without_port())?)
        }
        result => Ok(result?),
    }
}

/// A UDP socket that is connected that way.
pub(super) fn udp(way: Way) -> io::Result<OwnedFd> {
    match connect(SocketType::DGRAM, way) {
        Err(Errno::ADDRINUSE | Errno::ACCESS) if way.source.port() != 0 => {
            Ok(connect(SocketType::DGRAM, way.without_port())?)
        }
        result => Ok(result?),
    }
}

impl Way {
    fn without_port(self) -> Self {
        Self { source: (self.source.ip(), 0).into(), target: self.target }
    }
}

fn connect(kind: SocketType, way: Way) -> Result<OwnedFd, Errno> {
    let ipv6 = way.target.is_ipv6();
    let family = if ipv6 { AddressFamily::INET6 } else { AddressFamily::INET };
    let socket = rustix::net::socket_with(family, kind, SocketFlags::CLOEXEC | SocketFlags::NONBLOCK, None)?;
    crate::sys::transparent::allow_foreign_address(socket.as_fd(), ipv6).map_err(errno)?;
    crate::sys::transparent::set_mark(socket.as_fd(), MARK).map_err(errno)?;
    if way.source.port() != 0 {
        // One client may come from one port to several published ports.
        sockopt::set_socket_reuseaddr(&socket, true)?;
    } else if kind == SocketType::STREAM {
        crate::sys::transparent::choose_port_late(socket.as_fd()).map_err(errno)?;
    }
    if kind == SocketType::STREAM {
        sockopt::set_tcp_nodelay(&socket, true)?;
        sockopt::set_socket_keepalive(&socket, true)?;
    }
    rustix::net::bind(&socket, &way.source)?;
    match rustix::net::connect(&socket, &way.target) {
        Ok(()) | Err(Errno::INPROGRESS) => Ok(socket),
        Err(errno) => Err(errno),
    }
}

fn errno(error: io::Error) -> Errno {
    Errno::from_io_error(&error).unwrap_or(Errno::IO)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_client_keeps_its_address_where_the_container_can_answer_it() {
        let ipv4 = ("10.1.0.2", "10.1.0.1");
        let ipv6 = ("fd00::2", "fd00::1");
        let cases = [
            ("192.0.2.1:99", Some(ipv4), None, Some(("192.0.2.1:99", "10.1.0.2:80"))),
            ("[::ffff:192.0.2.1]:99", Some(ipv4), Some(ipv6), Some(("192.0.2.1:99", "10.1.0.2:80"))),
            ("127.0.0.1:99", Some(ipv4), None, Some(("10.1.0.1:0", "10.1.0.2:80"))),
            ("10.7.1.9:99", Some(ipv4), None, Some(("10.1.0.1:0", "10.1.0.2:80"))),
            ("10.1.0.2:99", Some(ipv4), None, Some(("10.1.0.1:0", "10.1.0.2:80"))),
            ("[2001:db8::1]:99", Some(ipv4), Some(ipv6), Some(("[2001:db8::1]:99", "[fd00::2]:80"))),
            ("[2001:db8::1]:99", Some(ipv4), None, Some(("10.1.0.1:0", "10.1.0.2:80"))),
            ("[::1]:99", None, Some(ipv6), Some(("[fd00::1]:0", "[fd00::2]:80"))),
            ("[fe80::1]:99", None, Some(ipv6), Some(("[fd00::1]:0", "[fd00::2]:80"))),
            ("192.0.2.1:99", None, Some(ipv6), Some(("[fd00::1]:0", "[fd00::2]:80"))),
            ("192.0.2.1:99", None, None, None),
        ];
        for (client, ipv4, ipv6, way) in cases {
            let target = Target {
                ipv4: ipv4.map(|(at, _)| at.parse().unwrap()),
                gateway4: ipv4.map(|(_, gateway)| gateway.parse().unwrap()),
                ipv6: ipv6.map(|(at, _)| at.parse().unwrap()),
                gateway6: ipv6.map(|(_, gateway)| gateway.parse().unwrap()),
                networks: vec!["10.7.0.0/16".parse().unwrap()],
            };
            let way = way.map(|(source, target)| Way {
                source: source.parse().unwrap(),
                target: target.parse().unwrap(),
            });
            assert_eq!(Way::find(client.parse().unwrap(), &target, 80), way, "{client}");
        }
    }
}
