//! Why something cannot be reached, and how that is said inside.

use super::addresses;
use super::emit;
use super::wire::Wire;
use rustix::io::Errno;
use std::net::IpAddr;

/// Why a flow or a packet leads nowhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reason {
    /// No route, or no such family, on the host.
    Network,
    /// Nobody has the address, or it is not to be dialled.
    Host,
    /// Nobody listens.
    Port,
    /// The protocol is not carried.
    Protocol,
    /// A rule of the host forbids it.
    Prohibited,
}

/// What an error of a socket of the host means for the flow; `None`: it is passed over, as a time-out or the host's own
/// want of something is.
pub(super) fn reason(errno: Errno) -> Option<Reason> {
    match errno {
        Errno::CONNREFUSED | Errno::CONNRESET => Some(Reason::Port),
        Errno::NETUNREACH | Errno::NETDOWN | Errno::AFNOSUPPORT | Errno::ADDRNOTAVAIL | Errno::INVAL => {
            Some(Reason::Network)
        }
        Errno::HOSTUNREACH | Errno::HOSTDOWN => Some(Reason::Host),
        Errno::ACCESS | Errno::PERM => Some(Reason::Prohibited),
        _ => None,
    }
}

impl Reason {
    /// Type and code: RFC 792 and RFC 1812 5.2.7.1, or RFC 4443.
    fn code(self, four: bool) -> (u8, u8) {
        match (self, four) {
            (Self::Network, true) => (3, 0),
            (Self::Host, true) => (3, 1),
            (Self::Protocol, true) => (3, 2),
            (Self::Port, true) => (3, 3),
            (Self::Prohibited, true) => (3, 13),
            (Self::Network, false) => (1, 0),
            (Self::Prohibited, false) => (1, 1),
            (Self::Host, false) => (1, 3),
            (Self::Port, false) => (1, 4),
            (Self::Protocol, false) => (4, 1),
        }
    }

    /// Who says so: an end that was reached, or the next hop.
    fn speaker(self, destination: IpAddr) -> IpAddr {
        match self {
            Self::Port | Self::Protocol => destination,
            Self::Network | Self::Host | Self::Prohibited => addresses::stack(destination),
        }
    }
}

/// The most that is quoted, in bytes: an error of IPv4 has up to 576 (RFC 1812, 4.3.2.3).
const QUOTED: usize = 548;

/// Tells `source` that its packet to `destination`, which began with `quoted`, leads nowhere.
pub(super) fn tell(wire: &mut Wire, reason: Reason, source: IpAddr, destination: IpAddr, quoted: &[u8]) {
    let quoted = &quoted[..quoted.len().min(QUOTED)];
    let identification = wire.identification();
    let start = emit::header_length(source) + 8;
    let code = reason.code(source.is_ipv4());
    // "Unrecognized next header" points at the field: that of the fixed header.
    let rest = if code == (4, 1) { [0, 0, 0, 6] } else { [0; 4] };
    let buffer = wire.outgoing();
    buffer[start..start + quoted.len()].copy_from_slice(quoted);
    let addresses = (reason.speaker(destination), source);
    let length = emit::icmp(buffer, addresses, code, rest, quoted.len(), identification);
    wire.send(length, None);
}
