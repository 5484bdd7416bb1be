//! Packets in pieces: put together as they come, and cut before they go.
//!
//! The kernel inside puts pieces together to know whose they are, but hands those of IPv6 on as they came; and no
//! router cuts a packet of IPv6, so one that is large for a container's link is cut here.

use super::addresses::MTU;
use super::emit;
use super::parse::{Fragment, Packet};
use super::wire::Wire;
use smoltcp::time::{Duration, Instant};
use std::net::IpAddr;

/// The most packets that are being put together; one more and the oldest is given up.
const MOST: usize = 16;
/// The most pieces of a packet.
const PIECES: usize = 128;
/// The most bytes that a packet put together carries.
const BYTES: usize = 65535 - 20;
/// A packet that is not whole after so long is given up.
const PATIENCE: Duration = Duration::from_secs(5);

/// Packets that are being put together.
#[derive(Debug, Default)]
pub(super) struct Pieces {
    packets: Vec<Parts>,
}

#[derive(Debug)]
struct Parts {
    whose: (IpAddr, IpAddr, u32, u8),
    since: Instant,
    bytes: Vec<u8>,
    /// Where the pieces that came begin and end.
    came: Vec<(usize, usize)>,
    /// Where the last piece ends, once it has come.
    end: Option<usize>,
}

impl Pieces {
    /// Adds the piece `fragment` of `packet`, which is in `bytes`; returns the whole packet when it was the last.
    pub(super) fn add(
        &mut self,
        packet: &Packet,
        fragment: &Fragment,
        bytes: &[u8],
        now: Instant,
    ) -> Option<Vec<u8>> {
        let piece = bytes.get(fragment.start..packet.length)?;
        let whose = (packet.source, packet.destination, fragment.identification, fragment.protocol);
        self.packets.retain(|parts| now < parts.since + PATIENCE);
        let index = match self.packets.iter().position(|parts| parts.whose == whose) {
            Some(index) => index,
            None => self.begin(whose, now),
        };
        match self.packets.get_mut(index)?.add(fragment, piece) {
            Ok(false) => None,
            Ok(true) => Some(self.packets.swap_remove(index).whole()),
            Err(Wrong) => {
                self.packets.swap_remove(index);
                None
            }
        }
    }

    fn begin(&mut self, whose: (IpAddr, IpAddr, u32, u8), now: Instant) -> usize {
        if self.packets.len() >= MOST
            && let Some((oldest, _)) = self.packets.iter().enumerate().min_by_key(|(_, parts)| parts.since)
        {
            self.packets.swap_remove(oldest);
        }
        self.packets.push(Parts { whose, since: now, bytes: Vec::new(), came: Vec::new(), end: None });
        self.packets.len() - 1
    }
}

/// A piece that does not fit to the others: the packet is given up (RFC 5722, 4).
struct Wrong;

impl Parts {
    /// Whether the packet is whole now.
    fn add(&mut self, fragment: &Fragment, piece: &[u8]) -> Result<bool, Wrong> {
        let (begin, end) = (fragment.offset, fragment.offset + piece.len());
        let overlaps = self.came.iter().any(|&(other, other_end)| begin < other_end && other < end);
        let is_beyond = self.end.is_some_and(|last| end > last || !fragment.more);
        let is_odd = piece.is_empty() || (fragment.more && !piece.len().is_multiple_of(8));
        if overlaps || is_beyond || is_odd || end > BYTES || self.came.len() >= PIECES {
            return Err(Wrong);
        }
        if !fragment.more {
            if self.came.iter().any(|&(_, other_end)| other_end > end) {
                return Err(Wrong);
            }
            self.end = Some(end);
        }
        if self.bytes.len() < end {
            self.bytes.resize(end, 0);
        }
        self.bytes[begin..end].copy_from_slice(piece);
        self.came.push((begin, end));
        // None overlap and none is beyond the end: whole when they are as long together.
        let length: usize = self.came.iter().map(|(begin, end)| end - begin).sum();
        Ok(self.end == Some(length))
    }

    fn whole(self) -> Vec<u8> {
        let (source, destination, _, protocol) = self.whose;
        let mut packet = vec![0; emit::header_length(source)];
        emit::header(&mut packet, source, destination, protocol, self.bytes.len(), 0);
        packet.extend(self.bytes);
        packet
    }
}

/// The largest packet of IPv6 that is sent whole: links of containers are seldom narrower.
const WHOLE: usize = 1500;
/// What every link takes (RFC 8200, 5).
const LEAST: usize = 1280;

/// Whether a packet of `length` bytes must be cut.
pub(super) fn is_too_long(length: usize, four: bool) -> bool {
    length > if four { MTU } else { WHOLE }
}

/// Sends the packet of `length` bytes that stands where the wire sends from, checksums and all, in pieces.
pub(super) fn send(wire: &mut Wire, length: usize, identification: u16) {
    let packet = wire.outgoing()[..length].to_vec();
    let start = if packet[0] >> 4 == 4 { 20 } else { 40 };
    let (header, content) = packet.split_at(start);
    let (extension, room) = if start == 20 { (0, MTU - 20) } else { (8, LEAST - 48) };
    let size = room / 8 * 8;
    let mut offset = 0;
    for piece in content.chunks(size) {
        let more = offset + piece.len() < content.len();
        let buffer = wire.outgoing();
        buffer[..start].copy_from_slice(header);
        buffer[start + extension..start + extension + piece.len()].copy_from_slice(piece);
        if start == 20 {
            let place = (offset / 8) as u16 | if more { 0x2000 } else { 0 };
            buffer[2..4].copy_from_slice(&((start + piece.len()) as u16).to_be_bytes());
            buffer[6..8].copy_from_slice(&place.to_be_bytes());
            emit::seal_ipv4(buffer);
        } else {
            let place = offset as u16 | u16::from(more);
            buffer[4..6].copy_from_slice(&((extension + piece.len()) as u16).to_be_bytes());
            // The fragment header: what follows, where it belongs, whose it is.
            buffer[6] = 44;
            buffer[40..44].copy_from_slice(&[header[6], 0, (place >> 8) as u8, place as u8]);
            buffer[44..48].copy_from_slice(&u32::from(identification).to_be_bytes());
        }
        wire.send(start + extension + piece.len(), None);
        offset += piece.len();
    }
}

#[cfg(test)]
mod tests {
    use super::super::parse::{self, Content, UDP};
    use super::*;

    /// A piece of a packet of IPv6, and what it is.
    fn piece(offset: usize, more: bool, bytes: &[u8]) -> (Packet, Fragment, Vec<u8>) {
        let mut packet = vec![0; 40];
        let addresses = ("fd00::2".parse().unwrap(), "fd00::1".parse().unwrap());
        emit::header(&mut packet, addresses.0, addresses.1, 44, 8 + bytes.len(), 0);
        let place = offset as u16 | u16::from(more);
        packet.extend([UDP, 0, (place >> 8) as u8, place as u8, 0, 0, 0, 9]);
        packet.extend(bytes);
        let parsed = parse::packet(&packet).unwrap();
        let Content::Fragment(fragment) = parsed.content else { panic!("{parsed:?}") };
        (parsed, fragment, packet)
    }

    fn add(pieces: &mut Pieces, offset: usize, more: bool, bytes: &[u8]) -> Option<Vec<u8>> {
        let (packet, fragment, bytes) = piece(offset, more, bytes);
        pieces.add(&packet, &fragment, &bytes, Instant::ZERO)
    }

    #[test]
    fn pieces_in_any_order_make_the_packet() {
        let mut pieces = Pieces::default();
        let mut content = vec![0, 7, 0, 53, 0, 27, 0, 0];
        content.extend(b"nineteen bytes long");
        assert_eq!(add(&mut pieces, 16, false, &content[16..]), None);
        assert_eq!(add(&mut pieces, 0, true, &content[..8]), None);
        let whole = add(&mut pieces, 8, true, &content[8..16]).unwrap();
        assert_eq!(&whole[40..], content);
        let Content::Udp(datagram) = parse::packet(&whole).unwrap().content else { panic!() };
        assert_eq!((datagram.destination, datagram.end - datagram.payload), (53, 19));
        assert!(pieces.packets.is_empty());
    }

    #[test]
    fn pieces_that_overlap_or_lie_give_the_packet_up() {
        for (offset, more, length) in
            [(0, true, 16), (8, true, 8), (8, false, 8), (24, true, 7), (32, true, 8)]
        {
            let mut pieces = Pieces::default();
            assert_eq!(add(&mut pieces, 8, true, &[1; 8]), None);
            assert_eq!(add(&mut pieces, 24, false, &[1; 8]), None);
            assert_eq!(add(&mut pieces, offset, more, &vec![1; length]), None, "{offset} {more} {length}");
            assert!(pieces.packets.is_empty(), "{offset} {more} {length}");
        }
        let mut pieces = Pieces::default();
        assert_eq!(add(&mut pieces, 65512, false, &[1; 8]), None);
        assert!(pieces.packets.is_empty());
    }

    #[test]
    fn packets_never_made_whole_are_few_and_forgotten() {
        let mut pieces = Pieces::default();
        for identification in 0..100 {
            let (packet, mut fragment, bytes) = piece(0, true, &[1; 8]);
            fragment.identification = identification;
            assert_eq!(pieces.add(&packet, &fragment, &bytes, Instant::from_secs(1)), None);
        }
        assert_eq!(pieces.packets.len(), MOST);
        let (packet, fragment, bytes) = piece(0, true, &[1; 8]);
        assert_eq!(pieces.add(&packet, &fragment, &bytes, Instant::from_secs(60)), None);
        assert_eq!(pieces.packets.len(), 1);
    }
}
