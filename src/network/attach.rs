//! The kernel's side of networks: what is set up in the user's network namespace (the hub) and in a container's.
//! Every function here works in the network namespace of the calling thread; who enters which, the runtime knows.

use super::egress;
use super::links::{Links, MAIN_TABLE, Peer, Route};
use super::nft;
use super::ports;
use super::uplink::addresses as well_known;
use super::wiring::{Bridge, Cable};
use ipnet::IpNet;
use netlink_socket2::NetlinkSocket;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener, UdpSocket};
use std::os::fd::{BorrowedFd, OwnedFd};

/// Bytes of a packet between containers and on the way out: what is said over sockets in the end is not sent in
/// frames, and large packets are what makes it quick.
pub const LARGEST_PACKET: u32 = well_known::MTU as u32;

/// The link of the hub that leads to the built-in stack, and its other end, where the stack listens.
pub const BUILT_IN: (&str, &str) = ("up0", "up1");

/// The routing table of what stays with the built-in stack.
const BUILT_IN_TABLE: u32 = 101;

/// pasta's default route has a better metric, and comes and goes with it.
const BUILT_IN_METRIC: u32 = 4096;

/// Makes a new network namespace the hub: forwarding, the way to the built-in stack, the tables.
pub fn make_hub() -> io::Result<()> {
    crate::sys::network::loopback_up()?;
    set("net/ipv4/ip_forward", "1")?;
    set("net/ipv6/conf/all/forwarding", "1")?;
    // A router takes no advice from containers, and finds its own addresses by itself.
    set("net/ipv6/conf/default/accept_ra", "0")?;
    set("net/ipv4/conf/all/rp_filter", "0")?;
    set("net/ipv4/conf/default/rp_filter", "0")?;
    // Where br_netfilter is there, packets between members of a bridge would be taken for forwarded ones.
    for family in ["ip", "ip6", "arp"] {
        set(&format!("net/bridge/bridge-nf-call-{family}tables"), "0")?;
    }
    let mut links = Links::new();
    let (here, there) = BUILT_IN;
    let peer = Peer { name: there, namespace: None, mac: None };
    during("making the way out", links.veth(here, peer, LARGEST_PACKET, None))?;
    let (up, other) = (links.index(here)?, links.index(there)?);
    during("bringing the way out up", links.bring_up(up, libc::IFF_NOARP))?;
    during("bringing the way out up", links.bring_up(other, libc::IFF_NOARP))?;
    for (address, everything, stack) in ways_out() {
        during("adding an address of the way out", without_family(links.add_address(up, address)))?;
        for (table, metric) in [(MAIN_TABLE, BUILT_IN_METRIC), (BUILT_IN_TABLE, 0)] {
            let gateway = Some(stack);
            let route = Route { to: everything, gateway, link: up, metric, table, local: false };
            during("adding the default route", without_family(links.add_route(&route)))?;
        }
        let mark = nft::hub::BUILT_IN;
        let marked = links.route_marked(address.addr().is_ipv6(), mark, mark, BUILT_IN_TABLE);
        during("adding a routing rule", without_family(marked))?;
    }
    let tables = nft::hub::make(&mut NetlinkSocket::new(), here);
    during("making the tables of the hub", tables.map_err(lacking_nftables))?;
    // Who gets a packet checks its sum. Checked here as well, each byte that pasta brings would be read twice, a fifth
    // of the throughput. The setting is there once the tables are; a kernel that denies it is only slower.
    let _ = set("net/netfilter/nf_conntrack_checksum", "0");
    Ok(())
}

/// The hub's own address, what is beyond, and the next hop; IPv4, then IPv6.
fn ways_out() -> [(IpNet, IpNet, IpAddr); 2] {
    let network = |address: IpAddr, length| IpNet::new_assert(address, length);
    let (near, stack) = (well_known::NEAR, well_known::STACK);
    [
        (network(near.0.into(), 24), network(Ipv4Addr::UNSPECIFIED.into(), 0), stack.0.into()),
        (network(near.1.into(), 64), network(Ipv6Addr::UNSPECIFIED.into(), 0), stack.1.into()),
    ]
}

/// In the hub: makes the bridge if need be, and the cable from it to the namespace behind `container`. Gives the
/// index of the cable's port.
pub fn connect(cable: &Cable, container: BorrowedFd<'_>) -> io::Result<u32> {
    let mut links = Links::new();
    let bridge = ensure_bridge(&mut links, &cable.bridge)?;
    let peer = Peer { name: &cable.interface, namespace: Some(container), mac: Some(cable.mac) };
    during("connecting the bridge", links.veth(&cable.port, peer, cable.bridge.mtu, Some(bridge)))?;
    let port = links.index(&cable.port)?;
    if cable.bridge.isolates {
        during("keeping neighbours apart", links.isolate(port))?;
    }
    let rules = egress::kernel::apply(&cable.port, port, &cable.egress);
    during("making the egress rules", rules.map_err(lacking_nftables))?;
    Ok(port)
}

/// In the hub: takes a cable away, and with it the container's end.
pub fn disconnect(cable: &Cable, port: u32) -> io::Result<()> {
    Links::new().remove(&cable.port)?;
    match cable.egress.is_empty() {
        true => Ok(()),
        false => egress::kernel::forget(&mut NetlinkSocket::new(), port),
    }
}

fn ensure_bridge(links: &mut Links, bridge: &Bridge) -> io::Result<u32> {
    match links.index(&bridge.name) {
        Ok(index) => return Ok(index),
        Err(error) if error.raw_os_error() == Some(libc::ENODEV) => {}
        Err(error) => return Err(error),
    }
    if bridge.internal {
        nft::hub::close(&mut NetlinkSocket::new(), &bridge.name).map_err(lacking_nftables)?;
    }
    let index = during(
        "making the bridge",
        links.ensure_bridge(&bridge.name, hardware_address(&bridge.name), bridge.mtu),
    )?;
    for address in &bridge.addresses {
        during("adding the bridge's address", without_family(links.add_address(index, *address)))?;
    }
    Ok(index)
}

/// Local, of one machine, and else the first digits in a bridge's name, which are those of the network's id.
fn hardware_address(bridge: &str) -> [u8; 6] {
    let digits = bridge.strip_prefix(nft::hub::BRIDGES).unwrap_or_default();
    let [a, b, c, d] =
        digits.get(..8).and_then(|hex| u32::from_str_radix(hex, 16).ok()).unwrap_or_default().to_be_bytes();
    [0x02, 0x72, a, b, c, d]
}

/// In the container: gives the cable's end its addresses and routes.
pub fn plug_in(cable: &Cable) -> io::Result<()> {
    let mut links = Links::new();
    if !cable.addresses.iter().any(|address| address.addr().is_ipv6()) {
        // Without a network of its own a container has no IPv6 at all, as docker's have none.
        let _ = set(&format!("net/ipv6/conf/{}/disable_ipv6", cable.interface), "1");
    }
    let index = links.index(&cable.interface)?;
    for address in &cable.addresses {
        during("adding the container's address", without_family(links.add_address(index, *address)))?;
    }
    during("bringing the container's end up", links.bring_up(index, 0))?;
    for gateway in &cable.gateways {
        let route = links.add_route(&default_route(*gateway, index));
        during("adding the container's default route", without_family(route))?;
    }
    Ok(())
}

fn default_route(gateway: IpAddr, link: u32) -> Route {
    let nowhere: IpAddr = match gateway {
        IpAddr::V4(_) => Ipv4Addr::UNSPECIFIED.into(),
        IpAddr::V6(_) => Ipv6Addr::UNSPECIFIED.into(),
    };
    let to = IpNet::new_assert(nowhere, 0);
    Route { to, gateway: Some(gateway), link, metric: 0, table: MAIN_TABLE, local: false }
}

/// In the container: its default routes lead through these gateways and no others.
pub fn route_through(gateways: &[(String, IpAddr)]) -> io::Result<()> {
    let mut links = Links::new();
    links.remove_default_routes(false)?;
    without_family(links.remove_default_routes(true))?;
    for (interface, gateway) in gateways {
        let index = links.index(interface)?;
        without_family(links.add_route(&default_route(*gateway, index)))?;
    }
    Ok(())
}

/// The routing table of packets that a process beside the container sends in a client's name.
const CLIENTS_TABLE: u32 = 0x72_63;

/// In the container: what [`ports`] needs to speak in the names of clients.
pub fn prepare_ports() -> io::Result<()> {
    set("net/ipv4/tcp_fwmark_accept", "1")?;
    let mut links = Links::new();
    let lo = links.index("lo")?;
    for (_, everything, _) in ways_out() {
        let ipv6 = everything.addr().is_ipv6();
        let route =
            Route { to: everything, gateway: None, link: lo, metric: 0, table: CLIENTS_TABLE, local: true };
        without_family(links.route_marked(ipv6, ports::MARK, u32::MAX, CLIENTS_TABLE))?;
        without_family(links.add_route(&route))?;
    }
    // Without nf_tables only UDP servers do not see the client's address.
    let _ = nft::container::answers(&mut NetlinkSocket::new(), ports::MARK);
    Ok(())
}

/// The sockets of a container's name server, made in the container's network namespace.
#[derive(Debug)]
pub struct NameSockets {
    /// Bound at the name server's address.
    pub udp: OwnedFd,
    /// Listening there.
    pub tcp: OwnedFd,
    /// For questions to servers on the container's own networks.
    pub inside: OwnedFd,
}

/// A socket for questions to servers on the container's networks. One made in the container reaches its loopback
/// too; for a container that obeys egress rules it is made in the hub, since the container could answer itself,
/// and so allow itself any address.
pub fn open_question_socket() -> io::Result<OwnedFd> {
    let socket = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0))?;
    socket.set_nonblocking(true)?;
    Ok(socket.into())
}

/// In the container: opens the name server's sockets, and leads queries to them. `inside` is the socket of
/// [`open_question_socket`] where that was made elsewhere.
pub fn open_name_sockets(inside: Option<OwnedFd>) -> io::Result<NameSockets> {
    let at = |port| SocketAddr::from((nft::container::NAME_SERVER, port));
    let (udp, tcp) = (UdpSocket::bind(at(0))?, TcpListener::bind(at(0))?);
    let ports = (udp.local_addr()?.port(), tcp.local_addr()?.port());
    let (udp, tcp) = match nft::container::names(&mut NetlinkSocket::new(), ports.0, ports.1) {
        Ok(()) => (udp, tcp),
        // Then port 53 itself is taken from the container's own servers.
        Err(_) => (UdpSocket::bind(at(53))?, TcpListener::bind(at(53))?),
    };
    udp.set_nonblocking(true)?;
    tcp.set_nonblocking(true)?;
    let inside = inside.map_or_else(open_question_socket, Ok)?;
    Ok(NameSockets { udp: udp.into(), tcp: tcp.into(), inside })
}

/// In a container that something else gave addresses: those from which it speaks to the world.
pub fn own_addresses() -> Vec<IpAddr> {
    let far: [(IpAddr, IpAddr); 2] = [
        (Ipv4Addr::UNSPECIFIED.into(), Ipv4Addr::new(192, 0, 2, 1).into()),
        (Ipv6Addr::UNSPECIFIED.into(), Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 1).into()),
    ];
    let spoken_from = |(any, far): (IpAddr, IpAddr)| {
        let socket = UdpSocket::bind((any, 0)).ok()?;
        // Nothing is sent: a route is looked up.
        socket.connect((far, 9)).ok()?;
        Some(socket.local_addr().ok()?.ip())
    };
    far.into_iter().filter_map(spoken_from).collect()
}

/// Writes a setting of this thread's network namespace; one that the kernel does not have is passed over.
fn set(path: &str, value: &str) -> io::Result<()> {
    use rustix::fs::{Mode, OFlags};
    let path = format!("/proc/sys/{path}");
    match rustix::fs::open(&path, OFlags::WRONLY | OFlags::CLOEXEC, Mode::empty()) {
        Ok(setting) => Ok(rustix::io::write(setting, value.as_bytes()).map(drop)?),
        Err(rustix::io::Errno::NOENT) => Ok(()),
        Err(errno) => Err(io::Error::new(io::Error::from(errno).kind(), format!("writing {path}: {errno}"))),
    }
}

/// Says what was being done.
fn during<T>(what: &str, result: io::Result<T>) -> io::Result<T> {
    result.map_err(|error| io::Error::other(format!("{what}: {error}")))
}

/// A kernel without IPv6 has no such addresses and routes.
fn without_family(result: io::Result<()>) -> io::Result<()> {
    match result {
        Err(error)
            if matches!(error.raw_os_error(), Some(libc::EAFNOSUPPORT | libc::EOPNOTSUPP | libc::EACCES)) =>
        {
            Ok(())
        }
        result => result,
    }
}

fn lacking_nftables(error: io::Error) -> io::Error {
    match error.raw_os_error() {
        Some(libc::EOPNOTSUPP | libc::EPROTONOSUPPORT | libc::ENOENT) => io::Error::other(
            "this kernel lacks nf_tables or a part of it; --network none, host and pasta do without",
        ),
        _ => error,
    }
}
