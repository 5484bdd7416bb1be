//! Packets made. Each function writes a whole IP packet to the beginning of a buffer and returns its length, or writes
//! one header; buffers are large enough by their caller's care, which the wire's buffer always is.

use super::parse::{ICMP, ICMPV6, Packet, Segment, TCP, UDP};
use super::wire::Offload;
use std::net::{IpAddr, SocketAddr};

/// Bytes of the IP header written for the family of `address`.
pub(super) fn header_length(address: IpAddr) -> usize {
    if address.is_ipv4() { 20 } else { 40 }
}

/// Writes an IP header for `payload` bytes of `protocol`; returns its length. Hop limit 64, may be fragmented.
pub(super) fn header(
    buffer: &mut [u8],
    source: IpAddr,
    destination: IpAddr,
    protocol: u8,
    payload: usize,
    identification: u16,
) -> usize {
    match (source, destination) {
        (IpAddr::V4(source), IpAddr::V4(destination)) => {
            buffer[..10].copy_from_slice(&[0x45, 0, 0, 0, 0, 0, 0, 0, 64, protocol]);
            buffer[2..4].copy_from_slice(&((20 + payload) as u16).to_be_bytes());
            buffer[4..6].copy_from_slice(&identification.to_be_bytes());
            buffer[12..16].copy_from_slice(&source.octets());
            buffer[16..20].copy_from_slice(&destination.octets());
            seal_ipv4(buffer);
            20
        }
        (source, destination) => {
            buffer[..8].copy_from_slice(&[0x60, 0, 0, 0, 0, 0, protocol, 64]);
            buffer[4..6].copy_from_slice(&(payload as u16).to_be_bytes());
            buffer[8..24].copy_from_slice(&six(source));
            buffer[24..40].copy_from_slice(&six(destination));
            40
        }
    }
}

fn six(address: IpAddr) -> [u8; 16] {
    match address {
        IpAddr::V4(address) => address.to_ipv6_mapped().octets(),
        IpAddr::V6(address) => address.octets(),
    }
}

/// Writes the checksum of the IPv4 header at the beginning of `buffer`, which has no options.
pub(super) fn seal_ipv4(buffer: &mut [u8]) {
    buffer[10..12].fill(0);
    let sum = !fold(sum(&buffer[..20]));
    buffer[10..12].copy_from_slice(&sum.to_be_bytes());
}

/// Writes the source address of the packet at the beginning of `buffer`.
pub(super) fn set_source(buffer: &mut [u8], source: IpAddr) {
    match source {
        IpAddr::V4(address) => buffer[12..16].copy_from_slice(&address.octets()),
        IpAddr::V6(address) => buffer[8..24].copy_from_slice(&address.octets()),
    }
}

/// Writes the destination address of the packet at the beginning of `buffer`.
pub(super) fn set_destination(buffer: &mut [u8], destination: IpAddr) {
    match destination {
        IpAddr::V4(address) => buffer[16..20].copy_from_slice(&address.octets()),
        IpAddr::V6(address) => buffer[24..40].copy_from_slice(&address.octets()),
    }
}

/// Makes the TCP segment or UDP datagram behind the IP header of `start` bytes ready for a kernel that finishes its
/// checksum, should it ever leave the machine: the sum of the pseudo header is put in its place.
pub(super) fn offload(packet: &mut [u8], start: usize, segment: Option<u16>) -> Offload {
    let (protocol, addresses) = match start {
        20 => (packet[9], 12..20),
        _ => (packet[6], 8..40),
    };
    let place = if protocol == TCP { 16 } else { 6 };
    let payload = packet.len() - start;
    let pseudo = fold(sum(&packet[addresses]) + u64::from(protocol) + payload as u64);
    packet[start + place..start + place + 2].copy_from_slice(&pseudo.to_be_bytes());
    let headers = start + if protocol == TCP { usize::from(packet[start + 12] >> 4) * 4 } else { 8 };
    Offload {
        start: start as u16,
        place: place as u16,
        headers: headers as u16,
        segment: segment.filter(|segment| packet.len() - headers > usize::from(*segment)),
        six: start == 40,
    }
}

/// Writes the checksum of the UDP datagram behind the IP header of `start` bytes.
pub(super) fn seal_datagram(packet: &mut [u8], start: usize) {
    let addresses = if start == 20 { 12..20 } else { 8..40 };
    let pseudo = sum(&packet[addresses]) + u64::from(UDP) + (packet.len() - start) as u64;
    packet[start + 6..start + 8].fill(0);
    // 0 would say that there is none.
    let checksum = match !fold(pseudo + sum(&packet[start..])) {
        0 => 0xffff,
        checksum => checksum,
    };
    packet[start + 6..start + 8].copy_from_slice(&checksum.to_be_bytes());
}

/// Writes a UDP header for `payload` bytes that follow it already, and the IP header before; returns the length of all.
pub(super) fn datagram(
    buffer: &mut [u8],
    source: SocketAddr,
    destination: SocketAddr,
    payload: usize,
    identification: u16,
) -> usize {
    let start = header(buffer, source.ip(), destination.ip(), UDP, 8 + payload, identification);
    ports(&mut buffer[start..], source.port(), destination.port());
    buffer[start + 4..start + 6].copy_from_slice(&((8 + payload) as u16).to_be_bytes());
    buffer[start + 6..start + 8].fill(0);
    start + 8 + payload
}

fn ports(buffer: &mut [u8], source: u16, destination: u16) {
    buffer[..2].copy_from_slice(&source.to_be_bytes());
    buffer[2..4].copy_from_slice(&destination.to_be_bytes());
}

/// Writes an ICMP message of `kind` and `code` for the family of the addresses: `rest` are bytes 4 to 8 of its header,
/// and `payload` bytes follow already. Returns the length of the packet, whose checksums are right.
pub(super) fn icmp(
    buffer: &mut [u8],
    (source, destination): (IpAddr, IpAddr),
    (kind, code): (u8, u8),
    rest: [u8; 4],
    payload: usize,
    identification: u16,
) -> usize {
    let protocol = if source.is_ipv4() { ICMP } else { ICMPV6 };
    let length = 8 + payload;
    let start = header(buffer, source, destination, protocol, length, identification);
    buffer[start..start + 4].copy_from_slice(&[kind, code, 0, 0]);
    buffer[start + 4..start + 8].copy_from_slice(&rest);
    let pseudo = if start == 40 { sum(&buffer[8..40]) + u64::from(ICMPV6) + length as u64 } else { 0 };
    let checksum = !fold(pseudo + sum(&buffer[start..start + length]));
    buffer[start + 2..start + 4].copy_from_slice(&checksum.to_be_bytes());
    start + length
}

/// Writes the refusal of `segment`, which came in `packet` (RFC 9293, 3.10.7.1); returns its length.
pub(super) fn reset(buffer: &mut [u8], packet: &Packet, segment: &Segment) -> usize {
    let (source, destination) = (packet.destination, packet.source);
    let start = header(buffer, source, destination, TCP, 20, 0);
    let answer = &mut buffer[start..start + 20];
    ports(answer, segment.destination, segment.source);
    let (sequence, acknowledgment, flags) = if segment.ack {
        (segment.acknowledgment, 0, 4)
    } else {
        let length = segment.payload as u32 + u32::from(segment.syn) + u32::from(segment.fin);
        (0, segment.sequence.wrapping_add(length), 4 | 16)
    };
    answer[4..8].copy_from_slice(&sequence.to_be_bytes());
    answer[8..12].copy_from_slice(&acknowledgment.to_be_bytes());
    answer[12..20].copy_from_slice(&[0x50, flags, 0, 0, 0, 0, 0, 0]);
    start + 20
}

/// The sum of `bytes` in words of 16 bits (RFC 1071), not folded.
pub(super) fn sum(bytes: &[u8]) -> u64 {
    let (words, rest) = bytes.as_chunks::<4>();
    // Words of 32 bits fold to the same: 2^16 is 1 modulo 2^16 - 1.
    let sum: u64 = words.iter().map(|word| u64::from(u32::from_be_bytes(*word))).sum();
    let mut last = [0; 4];
    last[..rest.len()].copy_from_slice(rest);
    sum + u64::from(u32::from_be_bytes(last))
}

/// The sum in 16 bits, carries added.
pub(super) fn fold(mut sum: u64) -> u16 {
    while sum > 0xffff {
        sum = (sum & 0xffff) + (sum >> 16);
    }
    sum as u16
}

#[cfg(test)]
mod tests {
    use super::super::parse::{self, Content};
    use super::*;

    #[test]
    fn a_sealed_header_sums_to_all_ones() {
        let mut buffer = [0; 64];
        header(&mut buffer, "10.0.0.1".parse().unwrap(), "169.254.1.3".parse().unwrap(), UDP, 8, 7);
        assert_eq!(fold(sum(&buffer[..20])), 0xffff);
    }

    #[test]
    fn a_datagram_is_parsed_as_it_was_made() {
        let mut buffer = [0; 128];
        for (source, destination) in
            [("10.0.0.1:53", "169.254.1.3:4000"), ("[fd00::1]:53", "[fd72:636f:6e::3]:4000")]
        {
            let (source, destination): (SocketAddr, SocketAddr) =
                (source.parse().unwrap(), destination.parse().unwrap());
            let length = datagram(&mut buffer, source, destination, 5, 1);
            let packet = parse::packet(&buffer[..length]).unwrap();
            assert_eq!((packet.source, packet.destination), (source.ip(), destination.ip()));
            let Content::Udp(found) = packet.content else { panic!() };
            assert_eq!((found.source, found.destination, found.end - found.payload), (53, 4000, 5));
        }
    }

    #[test]
    fn a_refused_opening_is_answered_with_its_number_and_one() {
        let opening = parse::tests::opening();
        let packet = parse::packet(&opening).unwrap();
        let Content::Tcp(segment) = packet.content else { panic!() };
        let mut buffer = [0; 64];
        let length = reset(&mut buffer, &packet, &segment);
        let answer = parse::packet(&buffer[..length]).unwrap();
        assert_eq!((answer.source, answer.destination), (packet.destination, packet.source));
        let Content::Tcp(answer) = answer.content else { panic!() };
        assert!(answer.rst && answer.ack && !answer.syn);
        assert_eq!((answer.acknowledgment, answer.source, answer.destination), (8, 80, 40000));
    }

    #[test]
    fn an_odd_byte_counts_as_the_upper_half_of_a_word() {
        assert_eq!(fold(sum(&[1, 2, 3])), 0x0402);
        assert_eq!(fold(sum(&[1, 2, 3, 4, 5])), 0x0906);
    }
}
