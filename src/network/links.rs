//! Bridges, veth pairs, addresses, routes and routing rules, by rtnetlink(7) in the network namespace in which
//! the socket was made. What is there already is left as it is, so that everything here can be done twice.

use ipnet::IpNet;
use netlink_bindings::rt_addr::{self, Ifaddrmsg};
use netlink_bindings::rt_link::{self, Ifinfomsg};
use netlink_bindings::rt_route::{self, Rtmsg};
use netlink_bindings::rt_rule::{self, FibRuleHdr};
use netlink_socket2::{NetlinkSocket, ReplyError};
use std::ffi::CString;
use std::fmt;
use std::io;
use std::net::IpAddr;
use std::os::fd::{AsRawFd, BorrowedFd};

/// Links, addresses and routes of the network namespace in which it was made.
pub struct Links {
    socket: NetlinkSocket,
}

impl fmt::Debug for Links {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Links")
    }
}

/// Where a new link goes.
#[derive(Debug, Clone, Copy)]
pub struct Peer<'a> {
    /// Its name there, at most 15 bytes.
    pub name: &'a str,
    /// Its network namespace; `None`: the same.
    pub namespace: Option<BorrowedFd<'a>>,
    /// Its address; `None`: random.
    pub mac: Option<[u8; 6]>,
}

/// A route.
#[derive(Debug, Clone, Copy)]
pub struct Route {
    /// Where to; a length of 0 is the default route.
    pub to: IpNet,
    /// The next hop; `None`: directly on the link.
    pub gateway: Option<IpAddr>,
    /// The link, by its index.
    pub link: u32,
    /// The lower the better.
    pub metric: u32,
    /// 254 is the main table.
    pub table: u32,
    /// Delivered here, whatever the address (`ip route add local`).
    pub local: bool,
}

/// RT_TABLE_MAIN, linux/rtnetlink.h.
pub const MAIN_TABLE: u32 = 254;

impl Links {
    /// Opens nothing yet: the socket is made at the first request.
    pub fn new() -> Self {
        Self { socket: NetlinkSocket::new() }
    }

    /// The index of the link `name`.
    ///
    /// # Errors
    /// `ENODEV` when there is none.
    pub fn index(&self, name: &str) -> io::Result<u32> {
        let socket = rustix::net::socket_with(
            rustix::net::AddressFamily::UNIX,
            rustix::net::SocketType::DGRAM,
            rustix::net::SocketFlags::CLOEXEC,
            None,
        )?;
        Ok(rustix::net::netdevice::name_to_index(&socket, name)?)
    }

    /// Makes the bridge `name`, up, with that MTU in bytes, unless it is there; gives its index. A bridge without a
    /// hardware address of its own has that of one of its ports, which changes under its neighbours.
    pub fn ensure_bridge(&mut self, name: &str, mac: [u8; 6], mtu: u32) -> io::Result<u32> {
        let mut request = rt_link::Request::new().set_create().set_excl().op_newlink_do(&up(0));
        request
            .encode()
            .push_ifname_bytes(name.as_bytes())
            .push_address(&mac)
            .push_mtu(mtu)
            .nested_linkinfo()
            .push_kind(c"bridge");
        there_already(self.acknowledged(&request))?;
        self.index(name)
    }

    /// Makes a veth pair: `name` here, up, at the bridge `master`, and its peer.
    pub fn veth(&mut self, name: &str, peer: Peer<'_>, mtu: u32, master: Option<u32>) -> io::Result<()> {
        let mut request = rt_link::Request::new().set_create().set_excl().op_newlink_do(&up(0));
        let mut link = request.encode().push_ifname_bytes(name.as_bytes()).push_mtu(mtu);
        if let Some(master) = master {
            link = link.push_master(master);
        }
        let mut info = link.nested_linkinfo().push_kind(c"veth");
        push_peer(&mut info, &peer, mtu);
        info.end_nested();
        self.acknowledged(&request)
    }

    /// The link, a port of a bridge, does not reach other ports of which that is said too.
    pub fn isolate(&mut self, index: u32) -> io::Result<()> {
        let mut header = Ifinfomsg::new();
        header.ifi_index = index as i32;
        let mut request = rt_link::Request::new().op_newlink_do(&header);
        request.encode().nested_linkinfo().nested_slave_data_bridge().push_isolated(1);
        self.acknowledged(&request)
    }

    /// Brings a link up, with more flags of netdevice(7) when wanted.
    pub fn bring_up(&mut self, index: u32, flags: i32) -> io::Result<()> {
        let mut header = up(index);
        header.ifi_flags |= flags as u32;
        header.ifi_change |= flags as u32;
        self.acknowledged(&rt_link::Request::new().op_setlink_do(&header))
    }

    /// Removes a link, if it is there.
    pub fn remove(&mut self, name: &str) -> io::Result<()> {
        let mut request = rt_link::Request::new().op_dellink_do(&Ifinfomsg::new());
        request.encode().push_ifname_bytes(name.as_bytes());
        match self.acknowledged(&request) {
            Err(error) if error.raw_os_error() == Some(libc::ENODEV) => Ok(()),
            result => result,
        }
    }

    /// Gives a link an address, with the length of its network. IPv6 addresses are usable at once: nobody else
    /// hands them out there.
    pub fn add_address(&mut self, link: u32, address: IpNet) -> io::Result<()> {
        let mut header = Ifaddrmsg::new();
        header.ifa_family = family(address.addr());
        header.ifa_prefixlen = address.prefix_len();
        header.ifa_index = link;
        header.ifa_flags = if address.addr().is_ipv6() { libc::IFA_F_NODAD as u8 } else { 0 };
        let mut request = rt_addr::Request::new().set_create().set_excl().op_newaddr_do(&header);
        let attributes = request.encode().push_local(address.addr()).push_address(address.addr());
        match address {
            IpNet::V4(network) => drop(attributes.push_broadcast(network.broadcast())),
            IpNet::V6(_) => drop(attributes),
        }
        there_already(self.acknowledged(&request))
    }

    /// Adds a route.
    pub fn add_route(&mut self, route: &Route) -> io::Result<()> {
        let mut header = Rtmsg::new();
        header.rtm_family = family(route.to.addr());
        header.rtm_dst_len = route.to.prefix_len();
        header.rtm_table = u8::try_from(route.table).unwrap_or(libc::RT_TABLE_UNSPEC);
        header.rtm_protocol = libc::RTPROT_STATIC;
        header.rtm_type = if route.local { libc::RTN_LOCAL } else { libc::RTN_UNICAST };
        header.rtm_scope = match (route.local, route.gateway) {
            (true, _) => libc::RT_SCOPE_HOST,
            (false, Some(_)) => libc::RT_SCOPE_UNIVERSE,
            (false, None) => libc::RT_SCOPE_LINK,
        };
        let mut request = rt_route::Request::new().set_create().set_excl().op_newroute_do(&header);
        let mut attributes = request.encode().push_table(route.table).push_oif(route.link);
        if route.to.prefix_len() > 0 {
            attributes = attributes.push_dst(route.to.addr());
        }
        if route.metric > 0 {
            attributes = attributes.push_priority(route.metric);
        }
        if let Some(gateway) = route.gateway {
            attributes = attributes.push_gateway(gateway);
        }
        drop(attributes);
        there_already(self.acknowledged(&request))
    }

    /// Removes the default routes of one family in the main table, as many as there are.
    pub fn remove_default_routes(&mut self, ipv6: bool) -> io::Result<()> {
        let mut header = Rtmsg::new();
        header.rtm_family = if ipv6 { libc::AF_INET6 } else { libc::AF_INET } as u8;
        header.rtm_table = MAIN_TABLE as u8;
        header.rtm_scope = libc::RT_SCOPE_NOWHERE;
        loop {
            match self.acknowledged(&rt_route::Request::new().op_delroute_do(&header)) {
                Ok(()) => {}
                Err(error) if matches!(error.raw_os_error(), Some(libc::ESRCH | libc::ENOENT)) => {
                    return Ok(());
                }
                Err(error) => return Err(error),
            }
        }
    }

    /// Packets with `mark`, as far as `mask` looks, are routed by `table`.
    pub fn route_marked(&mut self, ipv6: bool, mark: u32, mask: u32, table: u32) -> io::Result<()> {
        let mut header = FibRuleHdr::new();
        header.family = if ipv6 { libc::AF_INET6 } else { libc::AF_INET } as u8;
        header.action = FR_ACT_TO_TBL;
        let mut request = rt_rule::Request::new().set_create().set_excl().op_newrule_do(&header);
        request.encode().push_fwmark(mark).push_fwmask(mask).push_table(table);
        there_already(self.acknowledged(&request))
    }

    fn acknowledged<Request>(&mut self, request: &Request) -> io::Result<()>
    where
        Request: netlink_bindings::traits::NetlinkRequest,
    {
        self.socket.request(request)?.recv_ack().map_err(told)
    }
}

impl Default for Links {
    fn default() -> Self {
        Self::new()
    }
}

/// linux/fib_rules.h.
const FR_ACT_TO_TBL: u8 = 1;

/// linux/veth.h.
const VETH_INFO_PEER: u16 = 1;

/// The kernel's description of veth lacks the peer: an interface header, then attributes of a link.
fn push_peer(info: &mut impl netlink_bindings::traits::Pusher, peer: &Peer<'_>, mtu: u32) {
    let mut other = Vec::new();
    let mut link = rt_link::OpNewlinkDo::encode_request(&mut other, &Ifinfomsg::new())
        .push_ifname_bytes(peer.name.as_bytes())
        .push_mtu(mtu);
    if let Some(mac) = peer.mac {
        link = link.push_address(&mac);
    }
    if let Some(namespace) = peer.namespace {
        link = link.push_net_ns_fd(namespace.as_raw_fd() as u32);
    }
    drop(link);
    let mut nested = Vec::new();
    super::nft::attribute::push(&mut nested, VETH_INFO_PEER, &other);
    super::nft::attribute::push(info.as_vec_mut(), libc::IFLA_INFO_DATA, &nested);
}

fn up(index: u32) -> Ifinfomsg {
    let mut header = Ifinfomsg::new();
    header.ifi_index = index as i32;
    header.ifi_flags = libc::IFF_UP as u32;
    header.ifi_change = libc::IFF_UP as u32;
    header
}

fn family(address: IpAddr) -> u8 {
    let family = if address.is_ipv6() { libc::AF_INET6 } else { libc::AF_INET };
    family as u8
}

fn there_already(result: io::Result<()>) -> io::Result<()> {
    match result {
        Err(error) if error.raw_os_error() == Some(libc::EEXIST) => Ok(()),
        result => result,
    }
}

/// The kernel's own words, where it has some, beside the error number.
pub(super) fn told(error: ReplyError) -> io::Error {
    io::Error::from(error)
}

/// A name as the kernel takes it.
///
/// # Errors
/// `InvalidInput` for one with a NUL byte.
pub(super) fn c_name(name: &str) -> io::Result<CString> {
    CString::new(name).map_err(|_| io::ErrorKind::InvalidInput.into())
}
