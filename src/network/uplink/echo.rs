//! Echo requests as the host's sockets for them take and give them (icmp(7)): an ICMP message without an IP header,
//! whose identifier and checksum are the kernel's.

use super::emit;
use super::flows::Key;
use super::pieces;
use super::wire::Wire;

/// Bytes of the header of an echo.
pub(super) const HEADER: usize = 8;

/// Types of request and reply for the family of `key`.
fn kinds(key: &Key) -> (u8, u8) {
    if key.source.is_ipv4() { (8, 0) } else { (128, 129) }
}

/// The header of the request with this `sequence`.
pub(super) fn request(key: &Key, sequence: u16) -> [u8; HEADER] {
    let [a, b] = sequence.to_be_bytes();
    [kinds(key).0, 0, 0, 0, 0, 0, a, b]
}

/// Sends the message of `length` bytes inside that stands behind the place of the IP header, if it is a reply.
pub(super) fn reply(wire: &mut Wire, key: &Key, length: usize) {
    let identification = wire.identification();
    let start = emit::header_length(key.source.ip());
    let buffer = wire.outgoing();
    if length < HEADER || buffer[start] != kinds(key).1 {
        return;
    }
    let mut rest = [0; 4];
    rest[..2].copy_from_slice(&key.source.port().to_be_bytes());
    rest[2..].copy_from_slice(&buffer[start + 6..start + 8]);
    let addresses = (key.destination.ip(), key.source.ip());
    let length = emit::icmp(buffer, addresses, (kinds(key).1, 0), rest, length - HEADER, identification);
    if pieces::is_too_long(length, key.source.is_ipv4()) {
        pieces::send(wire, length, identification);
    } else {
        wire.send(length, None);
    }
}

/// What is quoted of a request that cannot be delivered: its headers, made again.
pub(super) fn quote(buffer: &mut [u8], key: &Key) -> usize {
    let mut rest = [0; 4];
    rest[..2].copy_from_slice(&key.source.port().to_be_bytes());
    let addresses = (key.source.ip(), key.destination.ip());
    emit::icmp(buffer, addresses, (kinds(key).0, 0), rest, 0, 0)
}
