//! IP packets taken apart. Every byte is from strangers; nothing here reads past the slice or panics.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Protocol numbers (IANA).
pub(super) const ICMP: u8 = 1;
pub(super) const TCP: u8 = 6;
pub(super) const UDP: u8 = 17;
pub(super) const ICMPV6: u8 = 58;

/// An IP packet. Offsets count from its first byte, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Packet {
    /// Who sent it: one machine.
    pub(super) source: IpAddr,
    /// Where it shall go.
    pub(super) destination: IpAddr,
    /// Its length; what the frame holds beyond is padding.
    pub(super) length: usize,
    /// What it carries.
    pub(super) content: Content,
}

/// What an IP packet carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Content {
    Tcp(Segment),
    Udp(Datagram),
    /// An echo request; its payload begins behind the header of 8 bytes.
    Echo {
        identifier: u16,
        sequence: u16,
        payload: usize,
    },
    /// A piece of a larger packet.
    Fragment(Fragment),
    /// Another protocol.
    Other {
        protocol: u8,
    },
    /// An ICMP message that asks for no answer: never answered, not even with an error (RFC 1122, 3.2.2).
    Silent,
}

/// A TCP segment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Segment {
    pub(super) source: u16,
    pub(super) destination: u16,
    pub(super) sequence: u32,
    pub(super) acknowledgment: u32,
    /// Bytes of payload.
    pub(super) payload: usize,
    pub(super) syn: bool,
    pub(super) ack: bool,
    pub(super) fin: bool,
    pub(super) rst: bool,
    /// The option with the largest segment the sender takes: where its number is, and the number.
    pub(super) largest: Option<(usize, u16)>,
}

/// A UDP datagram.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Datagram {
    pub(super) source: u16,
    pub(super) destination: u16,
    /// Where the payload begins.
    pub(super) payload: usize,
    /// Where it ends.
    pub(super) end: usize,
}

/// A piece of a packet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Fragment {
    /// Equal in all pieces of a packet.
    pub(super) identification: u32,
    /// What the whole carries.
    pub(super) protocol: u8,
    /// Where this piece belongs in what the whole carries.
    pub(super) offset: usize,
    /// Whether more pieces follow.
    pub(super) more: bool,
    /// Where its bytes begin; they end with the packet.
    pub(super) start: usize,
}

/// Takes the IP packet at the beginning of `bytes` apart; `None` for what is none or is malformed.
pub fn packet(bytes: &[u8]) -> Option<Packet> {
    match bytes.first()? >> 4 {
        4 => ipv4(bytes),
        6 => ipv6(bytes),
        _ => None,
    }
}

fn ipv4(bytes: &[u8]) -> Option<Packet> {
    let header = usize::from(bytes.first()? & 15) * 4;
    let length = usize::from(u16_at(bytes, 2)?);
    if header < 20 || length < header {
        return None;
    }
    let bytes = bytes.get(..length)?;
    let source = Ipv4Addr::from(array_at::<4>(bytes, 12)?);
    if source.is_multicast() || source.is_broadcast() || source.is_unspecified() || source.is_loopback() {
        return None;
    }
    let protocol = *bytes.get(9)?;
    let place = u16_at(bytes, 6)?;
    let (more, offset) = (place & 0x2000 != 0, usize::from(place & 0x1fff) * 8);
    let content = if more || offset != 0 {
        let identification = u16_at(bytes, 4)?.into();
        Content::Fragment(Fragment { identification, protocol, offset, more, start: header })
    } else {
        content(bytes, header, protocol, false)?
    };
    Some(Packet {
        source: source.into(),
        destination: Ipv4Addr::from(array_at::<4>(bytes, 16)?).into(),
        length,
        content,
    })
}

/// The most extension headers that are looked through.
const EXTENSIONS: usize = 4;

fn ipv6(bytes: &[u8]) -> Option<Packet> {
    let length = 40 + usize::from(u16_at(bytes, 4)?);
    let bytes = bytes.get(..length)?;
    let source = Ipv6Addr::from(array_at::<16>(bytes, 8)?);
    if source.is_multicast() || source.is_unspecified() || source.is_loopback() {
        return None;
    }
    let mut protocol = *bytes.get(6)?;
    let mut start = 40;
    let mut fragment = None;
    for _ in 0..EXTENSIONS {
        match protocol {
            // Hop-by-hop options, routing, options for the destination (RFC 8200, 4).
            0 | 43 | 60 => {
                protocol = *bytes.get(start)?;
                start += (usize::from(*bytes.get(start + 1)?) + 1) * 8;
            }
            44 => {
                let place = u16_at(bytes, start + 2)?;
                protocol = *bytes.get(start)?;
                let (offset, more) = (usize::from(place & 0xfff8), place & 1 != 0);
                let identification = u32_at(bytes, start + 4)?;
                start += 8;
                // A packet in one piece is whole (RFC 6946).
                if more || offset != 0 {
                    fragment = Some(Fragment { identification, protocol, offset, more, start });
                    break;
                }
            }
            _ => break,
        }
    }
    let content = match fragment {
        Some(fragment) if start <= length => Content::Fragment(fragment),
        Some(_) => return None,
        None => content(bytes, start, protocol, true)?,
    };
    let destination = Ipv6Addr::from(array_at::<16>(bytes, 24)?).into();
    Some(Packet { source: source.into(), destination, length, content })
}

fn content(bytes: &[u8], start: usize, protocol: u8, six: bool) -> Option<Content> {
    match protocol {
        TCP => segment(bytes, start).map(Content::Tcp),
        UDP => datagram(bytes, start).map(Content::Udp),
        ICMP if !six => echo(bytes, start, 8),
        ICMPV6 if six => echo(bytes, start, 128),
        protocol => Some(Content::Other { protocol }),
    }
}

fn segment(bytes: &[u8], start: usize) -> Option<Segment> {
    let header = usize::from(bytes.get(start + 12)? >> 4) * 4;
    let end = start + header;
    if header < 20 || end > bytes.len() {
        return None;
    }
    let flags = *bytes.get(start + 13)?;
    Some(Segment {
        source: u16_at(bytes, start)?,
        destination: u16_at(bytes, start + 2)?,
        sequence: u32_at(bytes, start + 4)?,
        acknowledgment: u32_at(bytes, start + 8)?,
        payload: bytes.len() - end,
        fin: flags & 1 != 0,
        syn: flags & 2 != 0,
        rst: flags & 4 != 0,
        ack: flags & 16 != 0,
        largest: largest(bytes, start + 20, end),
    })
}

/// The option of kind 2 (RFC 9293, 3.2) between `at` and `end`.
fn largest(bytes: &[u8], mut at: usize, end: usize) -> Option<(usize, u16)> {
    while at < end {
        match *bytes.get(at)? {
            0 => return None,
            1 => at += 1,
            kind => {
                let length = usize::from(*bytes.get(at + 1)?);
                if length < 2 || at + length > end {
                    return None;
                }
                if kind == 2 && length == 4 {
                    return Some((at + 2, u16_at(bytes, at + 2)?));
                }
                at += length;
            }
        }
    }
    None
}

fn datagram(bytes: &[u8], start: usize) -> Option<Datagram> {
    let length = usize::from(u16_at(bytes, start + 4)?);
    let end = start + length;
    (length >= 8 && end <= bytes.len()).then_some(())?;
    Some(Datagram {
        source: u16_at(bytes, start)?,
        destination: u16_at(bytes, start + 2)?,
        payload: start + 8,
        end,
    })
}

fn echo(bytes: &[u8], start: usize, request: u8) -> Option<Content> {
    let (kind, code) = (*bytes.get(start)?, *bytes.get(start + 1)?);
    let (identifier, sequence) = (u16_at(bytes, start + 4)?, u16_at(bytes, start + 6)?);
    Some(if kind == request && code == 0 {
        Content::Echo { identifier, sequence, payload: start + 8 }
    } else {
        Content::Silent
    })
}

fn array_at<const N: usize>(bytes: &[u8], at: usize) -> Option<[u8; N]> {
    bytes.get(at..)?.first_chunk().copied()
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    array_at(bytes, at).map(u16::from_be_bytes)
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    array_at(bytes, at).map(u32::from_be_bytes)
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// A SYN from 169.254.1.3:40000 to 10.9.0.1:80 with MSS 1460, a no-operation and a window scale.
    pub(in super::super) fn opening() -> Vec<u8> {
        let mut bytes = vec![0x45, 0, 0, 48, 0, 1, 0x40, 0, 64, TCP, 0, 0, 169, 254, 1, 3, 10, 9, 0, 1];
        bytes.extend([0x9c, 0x40, 0, 80, 0, 0, 0, 7, 0, 0, 0, 0, 0x70, 2, 0xff, 0xff, 0, 0, 0, 0]);
        bytes.extend([1, 3, 3, 7, 2, 4, 0x05, 0xb4]);
        bytes
    }

    /// A query of 3 bytes from fd72:636f:6e::3 to port 53 of ::1's neighbour, behind options for the destination.
    pub(in super::super) fn query() -> Vec<u8> {
        let mut bytes = vec![0x60, 0, 0, 0, 0, 19, 60, 64];
        bytes.extend(super::super::addresses::NEAR.1.octets());
        bytes.extend(super::super::addresses::RESOLVER.1.octets());
        bytes.extend([UDP, 0, 1, 4, 0, 0, 0, 0]);
        bytes.extend([0x9c, 0x41, 0, 53, 0, 11, 0, 0, b'a', b'b', b'c']);
        bytes
    }

    /// An echo request with 2 bytes of payload.
    fn ping() -> Vec<u8> {
        let mut bytes = vec![0x45, 0, 0, 30, 0, 1, 0, 0, 64, ICMP, 0, 0, 169, 254, 1, 3, 10, 9, 0, 1];
        bytes.extend([8, 0, 0, 0, 0x12, 0x34, 0, 1, 7, 7]);
        bytes
    }

    #[test]
    fn an_opening_says_its_largest_segment() {
        let bytes = opening();
        let packet = packet(&bytes).unwrap();
        assert_eq!(packet.source, "169.254.1.3".parse::<IpAddr>().unwrap());
        assert_eq!(packet.destination, "10.9.0.1".parse::<IpAddr>().unwrap());
        let Content::Tcp(segment) = packet.content else { panic!("{packet:?}") };
        assert_eq!((segment.source, segment.destination, segment.sequence), (40000, 80, 7));
        assert!(segment.syn && !segment.ack && !segment.fin && !segment.rst);
        assert_eq!((segment.largest, segment.payload), (Some((46, 1460)), 0));
    }

    #[test]
    fn extension_headers_are_looked_through() {
        let bytes = query();
        let Content::Udp(datagram) = packet(&bytes).unwrap().content else { panic!() };
        assert_eq!((datagram.source, datagram.destination), (40001, 53));
        assert_eq!(&bytes[datagram.payload..datagram.end], b"abc");
    }

    #[test]
    fn padding_is_no_payload() {
        let mut bytes = ping();
        bytes.extend([0; 20]);
        let packet = packet(&bytes).unwrap();
        assert_eq!(packet.length, 30);
        assert_eq!(packet.content, Content::Echo { identifier: 0x1234, sequence: 1, payload: 28 });
    }

    #[test]
    fn pieces_of_a_packet_are_told_apart_from_whole_ones() {
        let mut bytes = ping();
        bytes[6..8].copy_from_slice(&[0x20, 2]);
        let Content::Fragment(fragment) = packet(&bytes).unwrap().content else { panic!() };
        assert_eq!((fragment.offset, fragment.more, fragment.identification), (16, true, 1));
    }

    #[test]
    fn nobody_sends_from_addresses_of_many_or_none() {
        for source in [[127, 0, 0, 1], [224, 0, 0, 1], [0, 0, 0, 0], [255, 255, 255, 255]] {
            let mut bytes = ping();
            bytes[12..16].copy_from_slice(&source);
            assert_eq!(packet(&bytes), None);
        }
    }

    #[test]
    fn packets_that_lie_about_their_lengths_are_none() {
        let mut short = ping();
        short.pop();
        assert_eq!(packet(&short), None);
        let mut datagram = query();
        datagram[53] = 12;
        assert_eq!(packet(&datagram), None);
        let mut segment = opening();
        segment[32] = 0xf0;
        assert_eq!(packet(&segment), None);
        assert_eq!(packet(&[]), None);
    }

    #[test]
    fn changed_and_cut_packets_never_panic_and_stay_inside() {
        let mut state = 0x9e37_79b9_u32;
        let mut random = move || {
            state ^= state << 13;
            state ^= state >> 17;
            state ^= state << 5;
            state as usize
        };
        for _ in 0..200_000 {
            let mut bytes = [opening, query, ping][random() % 3]();
            for _ in 0..random() % 6 {
                let at = random() % bytes.len();
                bytes[at] = random() as u8;
            }
            bytes.truncate(random() % (bytes.len() + 1));
            let Some(packet) = packet(&bytes) else { continue };
            assert!(packet.length <= bytes.len());
            match packet.content {
                Content::Tcp(segment) => {
                    assert!(segment.largest.is_none_or(|(at, _)| at + 2 <= packet.length));
                    assert!(segment.payload <= packet.length);
                }
                Content::Udp(datagram) => {
                    assert!(datagram.payload <= datagram.end && datagram.end <= packet.length);
                }
                Content::Echo { payload, .. } => assert!(payload <= packet.length),
                Content::Fragment(fragment) => assert!(fragment.start <= packet.length),
                Content::Other { .. } | Content::Silent => {}
            }
        }
    }
}
