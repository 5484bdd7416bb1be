//! DNS messages over TCP: each has its length before it, in two bytes (RFC 1035, section 4.2.2). Nothing waits.

use super::events::Interest;
use rustix::io::Errno;
use rustix::net::{RecvFlags, SendFlags};
use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

/// Bytes that are read at a time.
const PART: usize = 4096;

/// A connection and what is under way on it.
#[derive(Debug)]
pub(super) struct Stream {
    socket: OwnedFd,
    incoming: Vec<u8>,
    outgoing: Vec<u8>,
    /// Bytes of `outgoing` that are gone.
    sent: usize,
    /// The other end sends no more.
    ended: bool,
    /// The largest message that is accepted, in bytes.
    largest: usize,
}

impl Stream {
    /// A stream over `socket`, which does not block, of messages of at most `largest` bytes.
    pub(super) fn new(socket: OwnedFd, largest: usize) -> Self {
        Self { socket, incoming: Vec::new(), outgoing: Vec::new(), sent: 0, ended: false, largest }
    }

    /// Whether the other end sends no more.
    pub(super) fn has_ended(&self) -> bool {
        self.ended
    }

    /// Bytes that found no room yet.
    pub(super) fn waiting(&self) -> usize {
        self.outgoing.len() - self.sent
    }

    /// What to wait for; for something to read only when `read`.
    pub(super) fn interest(&self, read: bool) -> Interest {
        Interest { read: read && !self.ended, write: self.waiting() > 0 }
    }

    /// Sends `message` as far as there is room; the rest waits for [`flush`](Self::flush).
    pub(super) fn push(&mut self, message: &[u8]) -> io::Result<()> {
        let length = u16::try_from(message.len()).map_err(|_| io::ErrorKind::InvalidInput)?;
        self.outgoing.extend(length.to_be_bytes());
        self.outgoing.extend_from_slice(message);
        self.flush()
    }

    /// Sends what there is room for.
    ///
    /// # Errors
    /// Those of connect(2), too, when the connection was not made.
    pub(super) fn flush(&mut self) -> io::Result<()> {
        while self.waiting() > 0 {
            match rustix::net::send(&self.socket, &self.outgoing[self.sent..], SendFlags::NOSIGNAL) {
                Ok(count) => self.sent += count,
                Err(Errno::INTR) => {}
                Err(Errno::AGAIN) => return Ok(()),
                Err(errno) => return Err(errno.into()),
            }
        }
        (self.outgoing, self.sent) = (Vec::new(), 0);
        Ok(())
    }

    /// Reads what is there, up to one message more than there is.
    ///
    /// # Errors
    /// `InvalidData` for a message that is larger than may be.
    pub(super) fn fill(&mut self) -> io::Result<()> {
        let mut part = [0u8; PART];
        while !self.ended && self.incoming.len() < self.largest + 2 {
            match rustix::net::recv(&self.socket, &mut part, RecvFlags::empty()) {
                Ok((0, _)) => self.ended = true,
                Ok((count, _)) => self.incoming.extend_from_slice(&part[..count]),
                Err(Errno::INTR) => {}
                Err(Errno::AGAIN) => break,
                Err(errno) => return Err(errno.into()),
            }
        }
        match self.length() {
            Some(length) if length > self.largest => Err(io::ErrorKind::InvalidData.into()),
            _ => Ok(()),
        }
    }

    /// The next message that is there as a whole.
    pub(super) fn take(&mut self) -> Option<Vec<u8>> {
        let end = 2 + self.length()?;
        let message = self.incoming.get(2..end)?.to_vec();
        self.incoming.drain(..end);
        if self.incoming.is_empty() {
            self.incoming = Vec::new();
        }
        Some(message)
    }

    /// Whether a message that is there as a whole has not been taken.
    pub(super) fn holds_message(&self) -> bool {
        self.length().is_some_and(|length| self.incoming.len() >= 2 + length)
    }

    fn length(&self) -> Option<usize> {
        self.incoming.get(..2).map(|bytes| usize::from(u16::from_be_bytes([bytes[0], bytes[1]])))
    }
}

impl AsFd for Stream {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.socket.as_fd()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rustix::net::{AddressFamily, SocketFlags, SocketType};

    fn pair() -> (OwnedFd, OwnedFd) {
        let flags = SocketFlags::CLOEXEC | SocketFlags::NONBLOCK;
        rustix::net::socketpair(AddressFamily::UNIX, SocketType::STREAM, flags, None).unwrap()
    }

    #[test]
    fn messages_come_out_whole_however_they_came_in() {
        let (one, other) = pair();
        let mut stream = Stream::new(one, 600);
        let bytes = [&[0, 3][..], b"abc", &[0, 0], &[2, 0], &[7; 512], &[0, 9], b"part"].concat();
        let mut found = Vec::new();
        for byte in bytes.chunks(5) {
            rustix::io::write(&other, byte).unwrap();
            stream.fill().unwrap();
            found.extend(std::iter::from_fn(|| stream.take()));
        }
        assert_eq!(found, [b"abc".to_vec(), vec![], vec![7; 512]]);
        assert!(!stream.has_ended() && !stream.holds_message());
        drop(other);
        stream.fill().unwrap();
        assert!(stream.has_ended());
    }

    #[test]
    fn a_message_that_is_too_large_is_refused_by_its_length() {
        let (one, other) = pair();
        let mut stream = Stream::new(one, 600);
        rustix::io::write(&other, &[3, 0, 1]).unwrap();
        assert_eq!(stream.fill().unwrap_err().kind(), io::ErrorKind::InvalidData);
    }

    #[test]
    fn what_finds_no_room_waits() {
        let (one, other) = pair();
        let (mut stream, mut far) = (Stream::new(one, 10), Stream::new(other, 65535));
        let message = vec![5; 60_000];
        let mut pushed = 0;
        while stream.waiting() == 0 {
            stream.push(&message).unwrap();
            pushed += 1;
        }
        assert!(stream.interest(true).write);
        let mut taken = 0;
        while taken < pushed {
            far.fill().unwrap();
            taken += std::iter::from_fn(|| far.take()).inspect(|one| assert_eq!(*one, message)).count();
            stream.flush().unwrap();
        }
        assert_eq!(stream.waiting(), 0);
    }
}
