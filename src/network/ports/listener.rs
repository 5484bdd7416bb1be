//! Listeners on the host, made before the container starts: who cannot have the ports that were asked for learns it
//! before anything is made.

use crate::error::{Context, Error, Kind, Result};
use crate::network::port::{Protocol, Publish, Published};
use rustix::io::Errno;
use rustix::net::{AddressFamily, SocketFlags, SocketType, sockopt};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::os::fd::{AsFd, OwnedFd};

/// How many connections wait to be accepted; the kernel lowers it to net.core.somaxconn.
const BACKLOG: i32 = 4096;

/// How often a free port is looked for that is free for IPv4 and IPv6.
const ATTEMPTS: usize = 64;

/// A published port, and the socket that listens (TCP) or is bound (UDP) for it; non-blocking.
pub type Listening = (Published, OwnedFd);

/// What the kernel said, and to which address.
type Refused = (SocketAddr, Errno);

/// Listens in this network namespace, the host's. Ports in `taken` are left alone even where nobody listens now.
///
/// # Errors
/// `Conflict` when the port is in use, `Denied` when it is not for ordinary users, `NotFound` when the host does not
/// have the address.
pub fn bind(wanted: &Publish, taken: &[Published]) -> Result<Vec<Listening>> {
    match wanted.host {
        None => any_port(wanted, taken),
        Some((first, last)) => first_free(wanted, taken, first, last),
    }
}

fn any_port(wanted: &Publish, taken: &[Published]) -> Result<Vec<Listening>> {
    let mut last = None;
    for _ in 0..ATTEMPTS {
        match all_families(wanted, taken, 0) {
            Err((at, errno @ Errno::ADDRINUSE)) => last = Some((at, errno)),
            Err(refused) => return Err(explain(refused, wanted)),
            Ok(listening) => return Ok(listening),
        }
    }
    Err(last.map_or_else(|| none_free(wanted), |refused| explain(refused, wanted)))
}

fn first_free(wanted: &Publish, taken: &[Published], first: u16, last: u16) -> Result<Vec<Listening>> {
    for port in first..=last {
        match all_families(wanted, taken, port) {
            Err((_, Errno::ADDRINUSE)) if first != last => {}
            Err(refused) => return Err(explain(refused, wanted)),
            Ok(listening) => return Ok(listening),
        }
    }
    Err(none_free(wanted))
}

/// The same port on all addresses that are meant; port 0 is any.
fn all_families(
    wanted: &Publish,
    taken: &[Published],
    port: u16,
) -> std::result::Result<Vec<Listening>, Refused> {
    let both = [IpAddr::V4(Ipv4Addr::UNSPECIFIED), IpAddr::V6(Ipv6Addr::UNSPECIFIED)];
    let one = wanted.address.map(|address| [address]);
    let mut port = port;
    let mut listening = Vec::new();
    for address in one.as_ref().map_or(&both[..], |one| &one[..]) {
        let at = SocketAddr::new(*address, port);
        match listen(at, wanted, taken) {
            Ok((published, socket)) => {
                port = published.host;
                listening.push((published, socket));
            }
            // A kernel without IPv6, or one that was told not to use it.
            Err(Errno::AFNOSUPPORT | Errno::ADDRNOTAVAIL)
                if one.is_none() && address.is_ipv6() && !listening.is_empty() => {}
            Err(errno) => return Err((at, errno)),
        }
    }
    Ok(listening)
}

fn listen(at: SocketAddr, wanted: &Publish, taken: &[Published]) -> std::result::Result<Listening, Errno> {
    let protocol = wanted.container.protocol;
    let (family, ipv6) =
        if at.is_ipv6() { (AddressFamily::INET6, true) } else { (AddressFamily::INET, false) };
    let kind = match protocol {
        Protocol::Tcp => SocketType::STREAM,
        Protocol::Udp => SocketType::DGRAM,
    };
    let socket = rustix::net::socket_with(family, kind, SocketFlags::CLOEXEC | SocketFlags::NONBLOCK, None)?;
    if ipv6 {
        sockopt::set_ipv6_v6only(&socket, true)?;
    }
    match protocol {
        Protocol::Tcp => sockopt::set_socket_reuseaddr(&socket, true)?,
        Protocol::Udp => crate::sys::transparent::tell_destination(socket.as_fd(), ipv6)
            .map_err(|error| Errno::from_io_error(&error).unwrap_or(Errno::IO))?,
    }
    rustix::net::bind(&socket, &at)?;
    let bound = SocketAddr::try_from(rustix::net::getsockname(&socket)?)?;
    let published = Published { container: wanted.container, address: at.ip(), host: bound.port() };
    if taken.iter().any(|other| overlap(other, &published)) {
        return Err(Errno::ADDRINUSE);
    }
    if protocol == Protocol::Tcp {
        rustix::net::listen(&socket, BACKLOG)?;
    }
    Ok((published, socket))
}

/// Whether two listeners cannot be at once.
fn overlap(one: &Published, other: &Published) -> bool {
    let same_family = one.address.is_ipv4() == other.address.is_ipv4();
    let same_address =
        one.address == other.address || one.address.is_unspecified() || other.address.is_unspecified();
    one.host == other.host
        && one.container.protocol == other.container.protocol
        && same_family
        && same_address
}

/// The kernel's answer in docker's words, with what helps.
fn explain((at, errno): Refused, wanted: &Publish) -> Error {
    let protocol = wanted.container.protocol;
    match errno {
        Errno::ADDRINUSE => {
            let look = match protocol {
                Protocol::Tcp => "ss -ltnp",
                Protocol::Udp => "ss -lunp",
            };
            Error::new(Kind::Conflict, format!("Bind for {at} failed: port is already allocated")).fix(
                format!("another port of the host, or see who has this one: {look} 'sport = :{}'", at.port()),
            )
        }
        Errno::ACCESS => {
            let start = unprivileged_start();
            Error::new(Kind::Denied, format!("Bind for {at} failed: permission denied"))
                .because(format!("ports below {start} of this host are for root alone"))
                .fix(format!(
                    "sudo sysctl net.ipv4.ip_unprivileged_port_start={}, or a port from {start} up",
                    at.port()
                ))
        }
        Errno::ADDRNOTAVAIL => {
            Error::new(Kind::NotFound, format!("Bind for {at} failed: cannot assign requested address"))
                .because(format!("this host has no address {}", at.ip()))
                .fix("one of the addresses that `ip address` shows, or none for all of them")
        }
        errno => {
            let failed: Result<()> =
                Err(std::io::Error::from(errno)).what(|| format!("Bind for {at} failed"));
            failed.err().unwrap_or_else(|| none_free(wanted))
        }
    }
}

fn none_free(wanted: &Publish) -> Error {
    let address = wanted.address.unwrap_or(Ipv4Addr::UNSPECIFIED.into());
    let address = SocketAddr::new(address, 0).to_string();
    let address = address.trim_end_matches('0').trim_end_matches(':');
    let ports = wanted.host.map_or_else(|| "any".to_owned(), |(first, last)| format!("{first}-{last}"));
    Error::new(Kind::Conflict, format!("Bind for {address}:{ports} failed: all ports are allocated"))
        .fix("a larger range, or other ports of the host")
}

/// The first port that is for everyone. ip(7), `ip_unprivileged_port_start`.
fn unprivileged_start() -> u16 {
    let text = std::fs::read_to_string("/proc/sys/net/ipv4/ip_unprivileged_port_start");
    text.ok().and_then(|text| text.trim().parse().ok()).unwrap_or(1024)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network::port::Port;

    fn wish(protocol: Protocol, address: Option<&str>, host: Option<(u16, u16)>) -> Publish {
        Publish {
            container: Port { number: 80, protocol },
            address: address.map(|address| address.parse().unwrap()),
            host,
        }
    }

    #[test]
    fn any_port_is_the_same_for_ipv4_and_ipv6() {
        for protocol in [Protocol::Tcp, Protocol::Udp] {
            let listening = bind(&wish(protocol, None, None), &[]).unwrap();
            assert!(listening[0].0.address.is_ipv4() && listening[0].0.host != 0);
            assert!(listening.iter().all(|(published, _)| published.host == listening[0].0.host));
        }
    }

    #[test]
    fn a_port_in_use_is_told_in_dockers_words() {
        for protocol in [Protocol::Tcp, Protocol::Udp] {
            let first = bind(&wish(protocol, Some("127.0.0.1"), None), &[]).unwrap();
            let port = first[0].0.host;
            let error = bind(&wish(protocol, Some("127.0.0.1"), Some((port, port))), &[]).unwrap_err();
            assert_eq!(error.kind, Kind::Conflict);
            let words = format!("Bind for 127.0.0.1:{port} failed: port is already allocated");
            assert_eq!(error.to_string(), words);
        }
    }

    #[test]
    fn a_range_gives_its_first_port_that_is_free() {
        let Some((low, next)) = (0..100).find_map(|_| {
            let low = bind(&wish(Protocol::Tcp, Some("127.0.0.1"), None), &[]).unwrap();
            let port = low[0].0.host;
            let next =
                bind(&wish(Protocol::Tcp, Some("127.0.0.1"), Some((port, port.saturating_add(1)))), &[]);
            next.ok().map(|next| (low, next))
        }) else {
            return;
        };
        assert_eq!(next[0].0.host, low[0].0.host + 1);
        let range = Some((low[0].0.host, next[0].0.host));
        let error = bind(&wish(Protocol::Tcp, Some("127.0.0.1"), range), &[]).unwrap_err();
        assert!(error.to_string().ends_with("failed: all ports are allocated"), "{error}");
    }

    #[test]
    fn what_is_taken_is_left_alone_though_nobody_listens() {
        let wanted = wish(Protocol::Tcp, Some("127.0.0.1"), None);
        let (published, socket) = bind(&wanted, &[]).unwrap().remove(0);
        drop(socket);
        let host = Some((published.host, published.host));
        let error = bind(&wish(Protocol::Tcp, Some("127.0.0.1"), host), &[published]).unwrap_err();
        assert_eq!(error.kind, Kind::Conflict);
    }

    #[test]
    fn an_address_of_others_is_told() {
        let error = bind(&wish(Protocol::Tcp, Some("192.0.2.77"), Some((8080, 8080))), &[]).unwrap_err();
        assert_eq!(
            error.to_string(),
            "Bind for 192.0.2.77:8080 failed: cannot assign requested address: this host has no address 192.0.2.77"
        );
    }

    #[test]
    fn a_port_of_root_names_both_remedies() {
        let at = "0.0.0.0:80".parse().unwrap();
        let error = explain((at, Errno::ACCESS), &wish(Protocol::Tcp, None, Some((80, 80))));
        let fix = error.hint().unwrap();
        assert!(
            fix.starts_with("sudo sysctl net.ipv4.ip_unprivileged_port_start=80, or a port from "),
            "{fix}"
        );
    }
}
