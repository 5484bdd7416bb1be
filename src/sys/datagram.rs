//! Datagrams with the address they were sent to, which rustix does not tell.

use std::io;
use std::mem::{MaybeUninit, size_of};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV4, SocketAddrV6};
use std::os::fd::{AsRawFd, BorrowedFd};

/// An address of this host that datagrams are sent to, and from which they are answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Here {
    /// On a socket for IPv6 an IPv4 address is mapped into IPv6.
    pub address: IpAddr,
    /// The index of the interface, for link-local IPv6 addresses; else 0.
    pub interface: u32,
}

/// What came.
#[derive(Debug)]
pub struct Received {
    /// Bytes; what did not fit is lost.
    pub length: usize,
    /// Who sent it.
    pub from: SocketAddr,
    /// Where to; `None` unless the socket was asked to tell (`sys::transparent::tell_destination`).
    pub to: Option<Here>,
}

/// Room for control messages, aligned as `cmsghdr` wants it.
#[repr(align(8))]
struct Control([u8; 128]);

/// Receives a datagram. recvmsg(2).
///
/// # Errors
/// `EAGAIN` when there is none; what an ICMP message said of an earlier datagram.
pub fn receive(socket: BorrowedFd<'_>, buffer: &mut [u8]) -> io::Result<Received> {
    let mut name = MaybeUninit::<libc::sockaddr_storage>::zeroed();
    let mut control = Control([0; 128]);
    let mut part = libc::iovec { iov_base: buffer.as_mut_ptr().cast(), iov_len: buffer.len() };
    // SAFETY: all-zero bytes are a valid msghdr: null pointers and numbers.
    let mut header: libc::msghdr = unsafe { std::mem::zeroed() };
    header.msg_name = name.as_mut_ptr().cast();
    header.msg_namelen = size_of::<libc::sockaddr_storage>() as libc::socklen_t;
    header.msg_iov = &raw mut part;
    header.msg_iovlen = 1;
    header.msg_control = control.0.as_mut_ptr().cast();
    header.msg_controllen = control.0.len() as _;
    // SAFETY: name, buffer and control live across the call and are as long as the header says.
    let length = unsafe { libc::recvmsg(socket.as_raw_fd(), &raw mut header, libc::MSG_DONTWAIT) };
    let length = usize::try_from(length).map_err(|_| io::Error::last_os_error())?;
    // SAFETY: it was zeroed, which is a valid sockaddr_storage, and the kernel wrote an address over it.
    let from = address(unsafe { name.assume_init_ref() })?;
    Ok(Received { length, from, to: destination(&header) })
}

/// Sends a datagram to `to`, from the address `from` or one that the routes choose. sendmsg(2).
///
/// # Errors
/// `EAGAIN` without room; what an ICMP message said of an earlier datagram, and then nothing was sent.
pub fn send(socket: BorrowedFd<'_>, body: &[u8], to: SocketAddr, from: Option<Here>) -> io::Result<()> {
    let (mut name, length) = storage(to);
    let mut control = Control([0; 128]);
    let mut part = libc::iovec { iov_base: body.as_ptr().cast_mut().cast(), iov_len: body.len() };
    // SAFETY: all-zero bytes are a valid msghdr: null pointers and numbers.
    let mut header: libc::msghdr = unsafe { std::mem::zeroed() };
    header.msg_name = (&raw mut name).cast();
    header.msg_namelen = length;
    header.msg_iov = &raw mut part;
    header.msg_iovlen = 1;
    if let Some(here) = from {
        header.msg_control = control.0.as_mut_ptr().cast();
        header.msg_controllen = control.0.len() as _;
        header.msg_controllen = match here.address {
            IpAddr::V4(address) => {
                let info = libc::in_pktinfo {
                    ipi_ifindex: 0,
                    ipi_spec_dst: libc::in_addr { s_addr: u32::from_ne_bytes(address.octets()) },
                    ipi_addr: libc::in_addr { s_addr: 0 },
                };
                put(&header, libc::SOL_IP, libc::IP_PKTINFO, info)
            }
            IpAddr::V6(address) => {
                let info = libc::in6_pktinfo {
                    ipi6_addr: libc::in6_addr { s6_addr: address.octets() },
                    ipi6_ifindex: here.interface as _,
                };
                put(&header, libc::SOL_IPV6, libc::IPV6_PKTINFO, info)
            }
        } as _;
    }
    let flags = libc::MSG_DONTWAIT | libc::MSG_NOSIGNAL;
    // SAFETY: name, body and control live across the call, are as long as the header says, and are only read.
    let sent = unsafe { libc::sendmsg(socket.as_raw_fd(), &raw const header, flags) };
    if sent < 0 { Err(io::Error::last_os_error()) } else { Ok(()) }
}

/// Writes one control message at the start of the header's room; the bytes it takes.
fn put<T: Copy>(header: &libc::msghdr, level: libc::c_int, kind: libc::c_int, value: T) -> usize {
    // SAFETY: the macros compute with the header's pointer and length only. Its room of 128 bytes is aligned for
    // cmsghdr and holds one with either of the two small structs this is called with; the value is written unaligned.
    unsafe {
        let message = libc::CMSG_FIRSTHDR(std::ptr::from_ref(header));
        (*message).cmsg_level = level;
        (*message).cmsg_type = kind;
        (*message).cmsg_len = libc::CMSG_LEN(size_of::<T>() as u32) as _;
        libc::CMSG_DATA(message).cast::<T>().write_unaligned(value);
        libc::CMSG_SPACE(size_of::<T>() as u32) as usize
    }
}

/// Where a datagram was sent to, as its control messages tell.
fn destination(header: &libc::msghdr) -> Option<Here> {
    // SAFETY: the kernel wrote the messages and their total length; CMSG_FIRSTHDR and CMSG_NXTHDR stay within it. A
    // struct is read (unaligned) only where the message is long enough for it.
    unsafe {
        let mut message = libc::CMSG_FIRSTHDR(std::ptr::from_ref(header));
        while let Some(head) = message.as_ref() {
            let data = libc::CMSG_DATA(message);
            let holds = |size: usize| head.cmsg_len >= libc::CMSG_LEN(size as u32) as _;
            match (head.cmsg_level, head.cmsg_type) {
                (libc::SOL_IP, libc::IP_PKTINFO) if holds(size_of::<libc::in_pktinfo>()) => {
                    let info = data.cast::<libc::in_pktinfo>().read_unaligned();
                    let address = Ipv4Addr::from(info.ipi_spec_dst.s_addr.to_ne_bytes());
                    return Some(Here { address: address.into(), interface: 0 });
                }
                (libc::SOL_IPV6, libc::IPV6_PKTINFO) if holds(size_of::<libc::in6_pktinfo>()) => {
                    let info = data.cast::<libc::in6_pktinfo>().read_unaligned();
                    let address = Ipv6Addr::from(info.ipi6_addr.s6_addr);
                    if address.is_multicast() {
                        return None;
                    }
                    let interface =
                        if address.is_unicast_link_local() { info.ipi6_ifindex as u32 } else { 0 };
                    return Some(Here { address: address.into(), interface });
                }
                _ => message = libc::CMSG_NXTHDR(std::ptr::from_ref(header), message),
            }
        }
    }
    None
}

fn address(storage: &libc::sockaddr_storage) -> io::Result<SocketAddr> {
    match libc::c_int::from(storage.ss_family) {
        libc::AF_INET => {
            // SAFETY: a sockaddr_storage is large and aligned enough for every address; the family says which it is.
            let name = unsafe { &*std::ptr::from_ref(storage).cast::<libc::sockaddr_in>() };
            let address = Ipv4Addr::from(name.sin_addr.s_addr.to_ne_bytes());
            Ok(SocketAddrV4::new(address, u16::from_be(name.sin_port)).into())
        }
        libc::AF_INET6 => {
            // SAFETY: as above.
            let name = unsafe { &*std::ptr::from_ref(storage).cast::<libc::sockaddr_in6>() };
            let address = Ipv6Addr::from(name.sin6_addr.s6_addr);
            Ok(SocketAddrV6::new(address, u16::from_be(name.sin6_port), 0, name.sin6_scope_id).into())
        }
        _ => Err(io::ErrorKind::InvalidData.into()),
    }
}

fn storage(address: SocketAddr) -> (libc::sockaddr_storage, libc::socklen_t) {
    // SAFETY: all-zero bytes are a valid sockaddr_storage.
    let mut storage: libc::sockaddr_storage = unsafe { std::mem::zeroed() };
    let place = &raw mut storage;
    match address {
        SocketAddr::V4(address) => {
            let name = libc::sockaddr_in {
                sin_family: libc::AF_INET as libc::sa_family_t,
                sin_port: address.port().to_be(),
                sin_addr: libc::in_addr { s_addr: u32::from_ne_bytes(address.ip().octets()) },
                sin_zero: [0; 8],
            };
            // SAFETY: a sockaddr_storage is large and aligned enough for every address.
            unsafe { place.cast::<libc::sockaddr_in>().write(name) };
            (storage, size_of::<libc::sockaddr_in>() as libc::socklen_t)
        }
        SocketAddr::V6(address) => {
            let name = libc::sockaddr_in6 {
                sin6_family: libc::AF_INET6 as libc::sa_family_t,
                sin6_port: address.port().to_be(),
                sin6_flowinfo: 0,
                sin6_addr: libc::in6_addr { s6_addr: address.ip().octets() },
                sin6_scope_id: address.scope_id(),
            };
            // SAFETY: as above.
            unsafe { place.cast::<libc::sockaddr_in6>().write(name) };
            (storage, size_of::<libc::sockaddr_in6>() as libc::socklen_t)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sys::transparent::tell_destination;
    use std::net::UdpSocket;
    use std::os::fd::AsFd;

    #[test]
    fn an_answer_comes_from_the_address_that_was_asked() {
        for (any, asked) in [("0.0.0.0:0", "127.0.0.7"), ("[::]:0", "::ffff:127.0.0.7")] {
            let Ok(server) = UdpSocket::bind(any) else { continue };
            tell_destination(server.as_fd(), any.starts_with('[')).unwrap();
            let client = UdpSocket::bind("127.0.0.1:0").unwrap();
            client.connect(("127.0.0.7", server.local_addr().unwrap().port())).unwrap();
            client.send(b"question").unwrap();
            let mut buffer = [0; 64];
            let came = receive(server.as_fd(), &mut buffer).unwrap();
            assert_eq!(&buffer[..came.length], b"question");
            assert_eq!(came.to, Some(Here { address: asked.parse().unwrap(), interface: 0 }));
            send(server.as_fd(), b"answer", came.from, came.to).unwrap();
            assert_eq!(client.recv(&mut buffer).unwrap(), 6);
        }
    }
}
