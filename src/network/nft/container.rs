//! The table of a container's own network namespace. A container with CAP_NET_ADMIN can change it, and only harms
//! itself.

use super::expression::{
    Connection, FIRST, Header, Meta, connection, destination, equal, meta, payload, set_connection_mark,
    set_mark, value,
};
use super::{Base, Batch, Family, Hook, Kind};
use netlink_socket2::NetlinkSocket;
use std::io;
use std::net::Ipv4Addr;

/// The address at which containers find their name server, as docker's do.
pub const NAME_SERVER: Ipv4Addr = Ipv4Addr::new(127, 0, 0, 11);

/// NF_IP_PRI_NAT_DST.
const DESTINATION_NAT: i32 = -100;

/// Queries to port 53 of the name server go to these ports of it instead, so that port 53 stays free for a
/// server of the container's.
pub fn names(socket: &mut NetlinkSocket, udp: u16, tcp: u16) -> io::Result<()> {
    let mut batch = Batch::new(Family::Inet)?;
    let base = Base { kind: Kind::Nat, hook: Hook::Output, priority: DESTINATION_NAT, drops: false };
    batch.chain("names", Some(base))?;
    for (protocol, port) in [(libc::IPPROTO_UDP, udp), (libc::IPPROTO_TCP, tcp)] {
        let rule = [
            meta(Meta::Family, FIRST),
            equal(FIRST, &[libc::NFPROTO_IPV4 as u8]),
            payload(Header::Network, 16, 4, FIRST),
            equal(FIRST, &NAME_SERVER.octets()),
            meta(Meta::Protocol, FIRST),
            equal(FIRST, &[protocol as u8]),
            payload(Header::Transport, 2, 2, FIRST),
            equal(FIRST, &53u16.to_be_bytes()),
            value(FIRST, &NAME_SERVER.octets()),
            value(FIRST + 1, &port.to_be_bytes()),
            destination(FIRST, FIRST + 1),
        ];
        batch.rule("names", &rule)?;
    }
    batch.commit(socket)
}

/// Answers to packets that carry `mark` are given it too, and so find the way back to the process that sent
/// them in a client's name. What TCP does by net.ipv4.tcp_fwmark_accept, UDP needs this for.
pub fn answers(socket: &mut NetlinkSocket, mark: u32) -> io::Result<()> {
    let mut batch = Batch::new(Family::Inet)?;
    let base = Base { kind: Kind::Route, hook: Hook::Output, priority: MANGLE, drops: false };
    batch.chain("answers", Some(base))?;
    let remember = [meta(Meta::Mark, FIRST), equal(FIRST, &mark.to_ne_bytes()), set_connection_mark(FIRST)];
    batch.rule("answers", &remember)?;
    let recall = [connection(Connection::Mark, FIRST), equal(FIRST, &mark.to_ne_bytes()), set_mark(FIRST)];
    batch.rule("answers", &recall)?;
    batch.commit(socket)
}

/// NF_IP_PRI_MANGLE.
const MANGLE: i32 = -150;
