//! Sockets that stand for an address of someone else.

use super::check;
use std::io;
use std::os::fd::{AsRawFd, BorrowedFd};

/// Lets the socket bind to an address that is not of this network namespace. ip(7), `IP_TRANSPARENT`.
///
/// # Errors
/// `EPERM` without CAP_NET_RAW or CAP_NET_ADMIN in the owner of the socket's network namespace.
pub fn allow_foreign_address(socket: BorrowedFd<'_>, ipv6: bool) -> io::Result<()> {
    let (level, option) =
        if ipv6 { (libc::SOL_IPV6, libc::IPV6_TRANSPARENT) } else { (libc::SOL_IP, libc::IP_TRANSPARENT) };
    set(socket, level, option, 1)
}

/// Marks what the socket sends. socket(7), `SO_MARK`.
///
/// # Errors
/// `EPERM` without CAP_NET_ADMIN (since Linux 5.17 CAP_NET_RAW will do) in the owner of its network namespace.
pub fn set_mark(socket: BorrowedFd<'_>, mark: u32) -> io::Result<()> {
    set(socket, libc::SOL_SOCKET, libc::SO_MARK, mark.cast_signed())
}

/// Leaves the choice of the port to connect, which knows more than bind: one port then serves connections to many
/// places. ip(7), `IP_BIND_ADDRESS_NO_PORT`; it serves IPv6 too.
pub fn choose_port_late(socket: BorrowedFd<'_>) -> io::Result<()> {
    set(socket, libc::SOL_IP, libc::IP_BIND_ADDRESS_NO_PORT, 1)
}

/// Has the address that each datagram was sent to told with it. ip(7) `IP_PKTINFO`, ipv6(7) `IPV6_RECVPKTINFO`.
pub fn tell_destination(socket: BorrowedFd<'_>, ipv6: bool) -> io::Result<()> {
    let (level, option) =
        if ipv6 { (libc::SOL_IPV6, libc::IPV6_RECVPKTINFO) } else { (libc::SOL_IP, libc::IP_PKTINFO) };
    set(socket, level, option, 1)
}

fn set(
    socket: BorrowedFd<'_>,
    level: libc::c_int,
    option: libc::c_int,
    value: libc::c_int,
) -> io::Result<()> {
    // SAFETY: the value is an int that lives across the call, and its size is the one told.
    let result = unsafe {
        libc::setsockopt(
            socket.as_raw_fd(),
            level,
            option,
            (&raw const value).cast(),
            size_of::<libc::c_int>() as libc::socklen_t,
        )
    };
    check(result.into()).map(drop)
}
