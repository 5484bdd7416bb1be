//! A socket for whole frames of one network interface.

use super::check;
use std::io;
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};

/// `PACKET_IGNORE_OUTGOING` of linux/if_packet.h (Linux 4.20), which libc has not for every target.
const IGNORE_OUTGOING: libc::c_int = 23;

/// A socket that sends frames by the interface with this index and receives what comes in there: frames with
/// Ethernet header, each behind a `virtio_net_hdr` of 10 bytes. packet(7).
///
/// # Errors
/// `EPERM` without CAP_NET_RAW in the owner of the network namespace; `ENXIO` or `ENODEV` without such an interface.
pub fn packet_socket(interface: u32) -> io::Result<OwnedFd> {
    // SAFETY: socket reads no memory. Protocol 0: nothing is received before it is bound.
    let number =
        check(unsafe { libc::socket(libc::AF_PACKET, libc::SOCK_RAW | libc::SOCK_CLOEXEC, 0) }.into())?;
    // SAFETY: the descriptor was just made, and nobody else owns it; descriptors fit into an int.
    let socket = unsafe { OwnedFd::from_raw_fd(number as libc::c_int) };
    for option in [libc::PACKET_VNET_HDR, IGNORE_OUTGOING] {
        let on: libc::c_int = 1;
        let (value, size) = ((&raw const on).cast(), size_of::<libc::c_int>() as libc::socklen_t);
        // SAFETY: the value is an int that lives across the call, and its size is said.
        let set = unsafe { libc::setsockopt(socket.as_raw_fd(), libc::SOL_PACKET, option, value, size) };
        check(set.into())?;
    }
    // SAFETY: all-zero bytes are a valid sockaddr_ll: numbers only.
    let mut address: libc::sockaddr_ll = unsafe { std::mem::zeroed() };
    address.sll_family = libc::AF_PACKET as libc::c_ushort;
    address.sll_protocol = (libc::ETH_P_ALL as u16).to_be();
    address.sll_ifindex = interface as libc::c_int;
    let size = size_of::<libc::sockaddr_ll>() as libc::socklen_t;
    // SAFETY: the address is of the type this family takes, lives across the call, and its size is said.
    let bound = unsafe { libc::bind(socket.as_raw_fd(), (&raw const address).cast(), size) };
    check(bound.into())?;
    Ok(socket)
}
