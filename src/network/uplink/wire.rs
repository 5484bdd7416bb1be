//! The wire: one end of a veth pair, as a packet socket. What comes are whole frames, what goes are whole frames.
//!
//! Each frame has a `virtio_net_hdr` (linux/virtio_net.h) in front, in the machine's byte order. By it neither side
//! computes checksums of what never leaves the machine, and segments pass in bunches of up to 64 KiB, whatever the MTU
//! of the container is.

use super::addresses::MTU;
use rustix::io::Errno;
use rustix::net::{RecvFlags, SendFlags};
use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

/// Bytes of `virtio_net_hdr`.
const PRELUDE: usize = 10;
/// Bytes of an Ethernet header.
const ETHERNET: usize = 14;
/// Where the IP packet begins in a frame.
const PACKET: usize = PRELUDE + ETHERNET;

/// Room for any frame, and for the headers of the largest datagram of IPv6 in front of it.
pub(super) const FRAME: usize = PACKET + 48 + 65536;

/// What is asked of the socket's queue, in bytes. The kernel gives what its own bound, `net.core.rmem_max`, allows.
const QUEUE: usize = 4 << 20;

/// The stack's end of the wire.
#[derive(Debug)]
pub struct Wire {
    socket: OwnedFd,
    /// The link address of the near end; learned from what it sends, which always comes first.
    near: [u8; 6],
    outgoing: Vec<u8>,
    identification: u16,
}

/// Opens the wire on the end named `interface`. To be called by who has CAP_NET_RAW over the network namespace of the
/// calling thread; the wire may be used anywhere.
///
/// # Errors
/// `ENODEV` without such an interface, `EPERM` without the power.
pub fn open(interface: &str) -> io::Result<Wire> {
    use rustix::net::{AddressFamily, SocketFlags, SocketType, netdevice, socket_with};
    let asked = socket_with(AddressFamily::INET, SocketType::DGRAM, SocketFlags::CLOEXEC, None)?;
    let index = netdevice::name_to_index(&asked, interface)?;
    Wire::of(crate::sys::wire::packet_socket(index)?)
}

impl From<Wire> for OwnedFd {
    fn from(wire: Wire) -> Self {
        wire.socket
    }
}

/// A frame that came.
#[derive(Debug, Clone, Copy)]
pub(super) struct Frame {
    /// Where its IP packet begins in the buffer.
    pub(super) start: usize,
    /// Where the frame ends.
    pub(super) end: usize,
    /// A bunch of datagrams: bytes of payload in each but the last.
    pub(super) datagrams: Option<u16>,
}

/// What is left to the kernel for a packet that is sent.
#[derive(Debug, Clone, Copy)]
pub(super) struct Offload {
    /// Where the transport header begins.
    pub(super) start: u16,
    /// Where the checksum is in it.
    pub(super) place: u16,
    /// Bytes of all headers.
    pub(super) headers: u16,
    /// A bunch of TCP segments: bytes of payload in each but the last.
    pub(super) segment: Option<u16>,
    /// Of IPv6.
    pub(super) six: bool,
}

/// `VIRTIO_NET_HDR_F_NEEDS_CSUM`.
const NEEDS_CHECKSUM: u8 = 1;
/// `VIRTIO_NET_HDR_GSO_TCPV4`, `_TCPV6` and `_UDP_L4`.
const TCPV4: u8 = 1;
const TCPV6: u8 = 4;
const UDP_L4: u8 = 5;

impl Wire {
    /// The wire behind a packet socket as `sys::wire` makes them.
    pub fn of(socket: OwnedFd) -> io::Result<Self> {
        rustix::net::sockopt::set_socket_recv_buffer_size(&socket, QUEUE)?;
        Ok(Self { socket, near: [0; 6], outgoing: Vec::new(), identification: 0 })
    }

    /// How many bytes may wait to be received, by the kernel's count, in which small packets weigh much.
    pub(super) fn queue(&self) -> usize {
        rustix::net::sockopt::socket_recv_buffer_size(&self.socket).unwrap_or(0)
    }

    /// A number for the next packet that may be fragmented.
    pub(super) fn identification(&mut self) -> u16 {
        self.identification = self.identification.wrapping_add(1);
        self.identification
    }

    /// The next frame that waits, in `buffer` of `FRAME` bytes; `Ok(None)` for one that is of no use.
    ///
    /// # Errors
    /// `EAGAIN` when none waits, `ENETDOWN` and the like when the wire is gone.
    pub(super) fn receive(&mut self, buffer: &mut [u8]) -> Result<Option<Frame>, Errno> {
        let end = match rustix::net::recv(&self.socket, &mut *buffer, RecvFlags::DONTWAIT | RecvFlags::TRUNC)
        {
            Ok((_, end)) => end,
            // A bunch of a kind that has no name in the prelude; it was taken from the queue.
            Err(Errno::INVAL | Errno::INTR | Errno::MSGSIZE) => return Ok(None),
            Err(errno) => return Err(errno),
        };
        if end < PACKET || end > buffer.len() {
            return Ok(None);
        }
        if !matches!(buffer[PACKET - 2..PACKET], [0x08, 0x00] | [0x86, 0xdd]) {
            return Ok(None);
        }
        self.near.copy_from_slice(&buffer[PRELUDE + 6..PRELUDE + 12]);
        let size = u16::from_ne_bytes([buffer[4], buffer[5]]);
        let datagrams = (buffer[1] == UDP_L4 && size > 0).then_some(size);
        Ok(Some(Frame { start: PACKET, end, datagrams }))
    }

    /// Gives the memory of what was sent back.
    pub(super) fn rest(&mut self) {
        self.outgoing = Vec::new();
    }

    /// Where the next packet is to be written: room for `MTU` bytes and more.
    pub(super) fn outgoing(&mut self) -> &mut [u8] {
        if self.outgoing.is_empty() {
            self.outgoing = vec![0; FRAME];
        }
        &mut self.outgoing[PACKET..]
    }

    /// Sends the first `length` bytes of what was written, or loses them, as wires do.
    pub(super) fn send(&mut self, length: usize, offload: Option<Offload>) {
        let bunch = offload.is_some_and(|offload| offload.segment.is_some());
        if length == 0 || self.outgoing.len() < PACKET + length || (length > MTU && !bunch) {
            return;
        }
        let frame = &mut self.outgoing[..PACKET + length];
        frame[..PRELUDE].copy_from_slice(&prelude(offload));
        frame[PRELUDE..PRELUDE + 6].copy_from_slice(&self.near);
        // Locally administered; nobody asks for it, the near end has no neighbours.
        frame[PRELUDE + 6..PRELUDE + 12].copy_from_slice(&[2, 0, 0, 0, 0, 4]);
        let kind = if frame[PACKET] >> 4 == 4 { [0x08, 0x00] } else { [0x86, 0xdd] };
        frame[PRELUDE + 12..PACKET].copy_from_slice(&kind);
        // It waits until the near end has taken earlier ones, which needs no process to run.
        while let Err(Errno::INTR) = rustix::net::send(&self.socket, frame, SendFlags::NOSIGNAL) {}
    }
}

impl AsFd for Wire {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.socket.as_fd()
    }
}

fn prelude(offload: Option<Offload>) -> [u8; PRELUDE] {
    let mut prelude = [0; PRELUDE];
    let Some(offload) = offload else { return prelude };
    let ethernet = ETHERNET as u16;
    prelude[0] = NEEDS_CHECKSUM;
    if let Some(segment) = offload.segment {
        prelude[1] = if offload.six { TCPV6 } else { TCPV4 };
        prelude[4..6].copy_from_slice(&segment.to_ne_bytes());
    }
    prelude[2..4].copy_from_slice(&(ethernet + offload.headers).to_ne_bytes());
    prelude[6..8].copy_from_slice(&(ethernet + offload.start).to_ne_bytes());
    prelude[8..10].copy_from_slice(&offload.place.to_ne_bytes());
    prelude
}
