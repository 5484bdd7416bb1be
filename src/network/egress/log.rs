//! What egress rules note: the kernel hands the beginning of packets over by NFLOG, and a line of the container's
//! egress log is made of each.

use super::kernel::log_group;
use crate::network::nft::attribute::push;
use jiff::Timestamp;
use rustix::net::{AddressFamily, RecvFlags, SendFlags, SocketFlags, SocketType, netlink};
use serde::{Deserialize, Serialize};
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::os::fd::{BorrowedFd, OwnedFd};

/// The log's name in the container's folder.
pub const FILE: &str = "egress.log";

/// The log is begun anew when it has grown beyond this many bytes; the old one is kept as `egress.log.1`.
pub const LARGEST: u64 = 4 * 1024 * 1024;

/// One line of the log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// When.
    pub time: Timestamp,
    /// `allow` or `deny`.
    pub verdict: String,
    /// `tcp`, `udp`, `icmp`, `dns` for a name that was not resolved, or a number.
    pub protocol: String,
    /// Where to.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub address: Option<IpAddr>,
    /// Where to, for protocols with ports.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub port: Option<u16>,
    /// The name that the address was found by.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub name: Option<String>,
}

/// In the hub: a socket on which the notes about these ports come; it does not block.
pub fn open(ports: &[u32]) -> io::Result<OwnedFd> {
    let flags = SocketFlags::CLOEXEC | SocketFlags::NONBLOCK;
    let socket =
        rustix::net::socket_with(AddressFamily::NETLINK, SocketType::RAW, flags, Some(netlink::NETFILTER))?;
    rustix::net::bind(&socket, &netlink::SocketAddrNetlink::new(0, 0))?;
    for port in ports {
        rustix::net::send(&socket, &listen_to(log_group(*port)), SendFlags::empty())?;
    }
    Ok(socket)
}

/// NFNL_SUBSYS_ULOG, linux/netfilter/nfnetlink.h.
const SUBSYSTEM: u16 = 4;
/// NFULNL_MSG_CONFIG, linux/netfilter/nfnetlink_log.h.
const CONFIG: u16 = SUBSYSTEM << 8 | 1;
/// NFULNL_MSG_PACKET.
const PACKET: u16 = SUBSYSTEM << 8;
/// NFULA_CFG_CMD, with NFULNL_CFG_CMD_BIND.
const COMMAND: (u16, u8) = (1, 1);
/// NFULA_CFG_MODE, with NFULNL_COPY_PACKET.
const MODE: (u16, u8) = (2, 2);
/// NFULA_PAYLOAD.
const PAYLOAD: u16 = 9;
/// NFULA_PREFIX.
const PREFIX: u16 = 10;

/// Bytes of a packet that are handed over: enough for the headers.
const COPIED: u32 = 128;

fn listen_to(group: u16) -> Vec<u8> {
    // struct nfgenmsg: family, version, and the group as res_id.
    let mut body = vec![0, 0];
    body.extend(group.to_be_bytes());
    push(&mut body, COMMAND.0, &[COMMAND.1]);
    let [a, b, c, d] = COPIED.to_be_bytes();
    push(&mut body, MODE.0, &[a, b, c, d, MODE.1, 0]);
    let mut message = Vec::new();
    message.extend(((16 + body.len()) as u32).to_ne_bytes());
    message.extend(CONFIG.to_ne_bytes());
    message.extend((libc::NLM_F_REQUEST as u16).to_ne_bytes());
    message.extend([0; 8]);
    message.extend(body);
    message
}

/// The notes that wait, at most as many as one packet of the kernel's holds.
pub fn receive(socket: BorrowedFd<'_>) -> Vec<Line> {
    let mut buffer = vec![0u8; 64 * 1024];
    match rustix::net::recv(socket, &mut buffer[..], RecvFlags::DONTWAIT) {
        Ok((received, _)) => lines(&buffer[..received.min(64 * 1024)], Timestamp::now()),
        Err(_) => Vec::new(),
    }
}

/// Reads messages of netlink(7), which hold packets of strangers.
pub fn lines(mut bytes: &[u8], time: Timestamp) -> Vec<Line> {
    let mut lines = Vec::new();
    while let Some((length, kind)) = header(bytes) {
        let Some(message) = bytes.get(20..length) else { break };
        if kind == PACKET {
            lines.extend(line(message, time));
        }
        bytes = bytes.get(length.next_multiple_of(4)..).unwrap_or_default();
    }
    lines
}

fn header(bytes: &[u8]) -> Option<(usize, u16)> {
    let length = u32::from_ne_bytes(bytes.get(..4)?.try_into().ok()?) as usize;
    let kind = u16::from_ne_bytes(bytes.get(4..6)?.try_into().ok()?);
    (length >= 20).then_some((length, kind))
}

fn line(attributes: &[u8], time: Timestamp) -> Option<Line> {
    let verdict = attribute(attributes, PREFIX)?;
    let verdict = String::from_utf8_lossy(verdict.split(|byte| *byte == 0).next()?).into_owned();
    let packet = attribute(attributes, PAYLOAD)?;
    let (address, protocol, rest) = destination(packet)?;
    let has_ports = [libc::IPPROTO_TCP, libc::IPPROTO_UDP].contains(&i32::from(protocol));
    let port = rest.get(2..4).filter(|_| has_ports).map(|port| u16::from_be_bytes([port[0], port[1]]));
    let protocol = match i32::from(protocol) {
        libc::IPPROTO_TCP => "tcp".to_owned(),
        libc::IPPROTO_UDP => "udp".to_owned(),
        libc::IPPROTO_ICMP | libc::IPPROTO_ICMPV6 => "icmp".to_owned(),
        other => other.to_string(),
    };
    Some(Line { time, verdict, protocol, address: Some(address), port, name: None })
}

fn attribute(mut attributes: &[u8], wanted: u16) -> Option<&[u8]> {
    loop {
        let length = usize::from(u16::from_ne_bytes(attributes.get(..2)?.try_into().ok()?));
        let kind = u16::from_ne_bytes(attributes.get(2..4)?.try_into().ok()?) & 0x3fff;
        if kind == wanted {
            return attributes.get(4..length);
        }
        attributes = attributes.get(length.max(4).next_multiple_of(4)..)?;
    }
}

/// Where a packet goes to, its protocol, and what follows the IP header.
fn destination(packet: &[u8]) -> Option<(IpAddr, u8, &[u8])> {
    match packet.first()? >> 4 {
        4 => {
            let address: [u8; 4] = packet.get(16..20)?.try_into().ok()?;
            let length = usize::from(packet[0] & 15) * 4;
            Some((Ipv4Addr::from(address).into(), *packet.get(9)?, packet.get(length..)?))
        }
        6 => {
            let address: [u8; 16] = packet.get(24..40)?.try_into().ok()?;
            Some((Ipv6Addr::from(address).into(), *packet.get(6)?, packet.get(40..)?))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(verdict: &[u8], packet: &[u8]) -> Vec<u8> {
        let mut attributes = Vec::new();
        push(&mut attributes, PREFIX, verdict);
        push(&mut attributes, PAYLOAD, packet);
        let mut message = ((20 + attributes.len()) as u32).to_ne_bytes().to_vec();
        message.extend(PACKET.to_ne_bytes());
        message.extend([0; 14]);
        message.extend(attributes);
        message
    }

    fn syn() -> Vec<u8> {
        let mut packet = vec![0x45, 0, 0, 40, 0, 0, 0, 0, 64, 6, 0, 0, 10, 0, 0, 2, 1, 2, 3, 4];
        packet.extend([0x80, 0, 1, 0xbb, 0, 0, 0, 0]);
        packet
    }

    #[test]
    fn a_note_says_where_the_packet_was_to_go() {
        let time = Timestamp::UNIX_EPOCH;
        let told = lines(&message(b"deny\0", &syn()), time);
        let [line] = told.as_slice() else { panic!("{told:?}") };
        assert_eq!(line.address, Some("1.2.3.4".parse().unwrap()));
        assert_eq!((line.protocol.as_str(), line.port), ("tcp", Some(443)));
    }

    #[test]
    fn whatever_comes_is_read_within_its_bounds() {
        let whole = message(b"deny\0", &syn());
        for end in 0..whole.len() {
            lines(&whole[..end], Timestamp::UNIX_EPOCH);
            let mut changed = whole.clone();
            for value in [0, 1, 0x7f, 0xff] {
                changed[end] = value;
                lines(&changed, Timestamp::UNIX_EPOCH);
            }
        }
    }
}
