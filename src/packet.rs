//! Packets between rcon's own processes: one byte of kind, a body, sometimes descriptors, over Unix
//! sockets that keep the borders of packets (SOCK_SEQPACKET).

use rustix::net::{
    AddressFamily, RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, ReturnFlags, SendAncillaryBuffer,
    SendAncillaryMessage, SendFlags, SocketFlags, SocketType,
};
use std::io::{self, IoSlice, IoSliceMut};
use std::mem::MaybeUninit;
use std::os::fd::{BorrowedFd, OwnedFd};

/// The largest body sent in one packet, in bytes.
pub const BODY: usize = 32 * 1024;

/// The most descriptors that come with one packet.
pub const DESCRIPTORS: usize = 6;

/// A packet that came.
#[derive(Debug)]
pub struct Packet<'a> {
    /// What it is.
    pub kind: u8,
    /// Its body.
    pub body: &'a [u8],
    /// What came along.
    pub descriptors: Vec<OwnedFd>,
}

/// Two connected ends.
pub fn pair() -> io::Result<(OwnedFd, OwnedFd)> {
    Ok(rustix::net::socketpair(AddressFamily::UNIX, SocketType::SEQPACKET, SocketFlags::CLOEXEC, None)?)
}

/// Sends one packet, waiting for room unless the socket is non-blocking.
///
/// # Errors
/// `EPIPE` when the other end is gone (never a signal), `EAGAIN` without room.
pub fn send(socket: BorrowedFd<'_>, kind: u8, body: &[u8], descriptors: &[BorrowedFd<'_>]) -> io::Result<()> {
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(DESCRIPTORS))];
    let mut control = SendAncillaryBuffer::new(&mut space);
    if !descriptors.is_empty() {
        control.push(SendAncillaryMessage::ScmRights(descriptors));
    }
    let parts = [IoSlice::new(std::slice::from_ref(&kind)), IoSlice::new(body)];
    loop {
        match rustix::net::sendmsg(socket, &parts, &mut control, SendFlags::NOSIGNAL) {
            Err(rustix::io::Errno::INTR) => {}
            result => return Ok(result.map(drop)?),
        }
    }
}

/// Receives one packet into `buffer`, whose size bounds the body; `None` at the end.
///
/// # Errors
/// `InvalidData` for a packet that does not fit.
pub fn receive<'a>(socket: BorrowedFd<'_>, buffer: &'a mut [u8]) -> io::Result<Option<Packet<'a>>> {
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(DESCRIPTORS))];
    let mut control = RecvAncillaryBuffer::new(&mut space);
    let mut kind = [0u8; 1];
    let received = loop {
        let mut parts = [IoSliceMut::new(&mut kind), IoSliceMut::new(buffer)];
        match rustix::net::recvmsg(socket, &mut parts, &mut control, RecvFlags::CMSG_CLOEXEC) {
            // The other end died with packets of ours unread; that is said once, and what it sent before comes after.
            Err(rustix::io::Errno::INTR | rustix::io::Errno::CONNRESET) => {}
            result => break result?,
        }
    };
    let mut descriptors = Vec::new();
    for message in control.drain() {
        if let RecvAncillaryMessage::ScmRights(received) = message {
            descriptors.extend(received);
        }
    }
    if received.bytes == 0 {
        return Ok(None);
    }
    if received.flags.contains(ReturnFlags::TRUNC) {
        return Err(io::Error::new(io::ErrorKind::InvalidData, "a packet larger than its kind may be"));
    }
    let body = &buffer[..received.bytes - 1];
    Ok(Some(Packet { kind: kind[0], body, descriptors }))
}

/// The address of a socket named `name` in the folder behind `folder`, however long its path is
/// (sun_path holds 108 bytes, unix(7)).
pub fn address(folder: BorrowedFd<'_>, name: &str) -> io::Result<rustix::net::SocketAddrUnix> {
    use std::os::fd::AsRawFd;
    Ok(rustix::net::SocketAddrUnix::new(format!("/proc/self/fd/{}/{name}", folder.as_raw_fd()))?)
}

/// A listening socket named `name` in the folder behind `folder`; one that was left there is replaced.
pub fn listen(folder: BorrowedFd<'_>, name: &str) -> io::Result<OwnedFd> {
    match rustix::fs::unlinkat(folder, name, rustix::fs::AtFlags::empty()) {
        Ok(()) | Err(rustix::io::Errno::NOENT) => {}
        Err(errno) => return Err(errno.into()),
    }
    let flags = SocketFlags::CLOEXEC | SocketFlags::NONBLOCK;
    let socket = rustix::net::socket_with(AddressFamily::UNIX, SocketType::SEQPACKET, flags, None)?;
    rustix::net::bind(&socket, &address(folder, name)?)?;
    rustix::net::listen(&socket, 64)?;
    Ok(socket)
}

/// Connects to the socket named `name` in `folder`.
///
/// # Errors
/// `ENOENT` or `ECONNREFUSED` when nobody listens.
pub fn connect(folder: &std::path::Path, name: &str) -> io::Result<OwnedFd> {
    use rustix::fs::{Mode, OFlags};
    use std::os::fd::AsFd;
    let folder = rustix::fs::open(folder, OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC, Mode::empty())?;
    let socket =
        rustix::net::socket_with(AddressFamily::UNIX, SocketType::SEQPACKET, SocketFlags::CLOEXEC, None)?;
    rustix::net::connect(&socket, &address(folder.as_fd(), name)?)?;
    Ok(socket)
}

/// Whether a packet, what a pipe holds, or the end can be received without waiting.
pub fn is_readable(socket: BorrowedFd<'_>) -> bool {
    use rustix::event::{PollFd, PollFlags, Timespec, poll};
    let mut polled = [PollFd::from_borrowed_fd(socket, PollFlags::IN)];
    poll(&mut polled, Some(&Timespec::default())).is_ok_and(|count| count > 0)
}
