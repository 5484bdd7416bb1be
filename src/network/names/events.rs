//! What wakes the loop: descriptors with a name, behind one epoll(7).

use rustix::event::{Timespec, epoll};
use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::time::{Duration, Instant};

/// Events that are taken at a time.
const MOST: usize = 64;

/// Which connection or query; they are numbered in the order they came, and no number comes twice.
pub(super) type Ticket = u64;

/// What a descriptor is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Source {
    /// The launcher.
    Control,
    /// Queries of the container.
    Udp,
    /// Connections of the container.
    Listener,
    /// Answers from the container's networks.
    Inside,
    /// A connection of the container.
    Client(Ticket),
    /// An answer from outside.
    Upstream(Ticket),
}

/// What is waited for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Interest {
    /// Something to read, or the end.
    pub(super) read: bool,
    /// Room to write.
    pub(super) write: bool,
}

/// Only something to read.
pub(super) const READ: Interest = Interest { read: true, write: false };

/// The descriptors that are waited for. One that is closed is forgotten by itself.
#[derive(Debug)]
pub(super) struct Events {
    epoll: OwnedFd,
}

impl Events {
    /// None yet.
    pub(super) fn new() -> io::Result<Self> {
        Ok(Self { epoll: epoll::create(epoll::CreateFlags::CLOEXEC)? })
    }

    /// Waits for `socket`, too.
    pub(super) fn add(&self, socket: impl AsFd, source: Source, interest: Interest) -> io::Result<()> {
        Ok(epoll::add(&self.epoll, socket, source.into(), interest.into())?)
    }

    /// Waits for something else of `socket`.
    pub(super) fn change(&self, socket: impl AsFd, source: Source, interest: Interest) -> io::Result<()> {
        Ok(epoll::modify(&self.epoll, socket, source.into(), interest.into())?)
    }

    /// What is ready, as soon as something is or `until` is past; all of it is tried, whatever it is ready for.
    pub(super) fn wait(&self, until: Option<Instant>) -> io::Result<Vec<Source>> {
        let timeout = until.map(|until| timeout(until.saturating_duration_since(Instant::now())));
        let mut events: Vec<epoll::Event> = Vec::with_capacity(MOST);
        match epoll::wait(&self.epoll, rustix::buffer::spare_capacity(&mut events), timeout.as_ref()) {
            Ok(_) | Err(rustix::io::Errno::INTR) => {}
            Err(errno) => return Err(errno.into()),
        }
        Ok(events.iter().map(|event| Source::from(event.data)).collect())
    }
}

/// Rounded up to milliseconds: woken too early, one would wait again for nothing.
fn timeout(left: Duration) -> Timespec {
    let left = Duration::from_millis(u64::try_from(left.as_micros().div_ceil(1000)).unwrap_or(u64::MAX));
    Timespec {
        tv_sec: i64::try_from(left.as_secs()).unwrap_or(i64::MAX),
        tv_nsec: left.subsec_nanos().into(),
    }
}

impl From<Interest> for epoll::EventFlags {
    fn from(interest: Interest) -> Self {
        let mut flags = Self::empty();
        flags.set(Self::IN, interest.read);
        flags.set(Self::OUT, interest.write);
        flags
    }
}

/// The number of a source is its ticket and three bits of kind.
impl From<Source> for epoll::EventData {
    fn from(source: Source) -> Self {
        Self::new_u64(match source {
            Source::Control => 0,
            Source::Udp => 1,
            Source::Listener => 2,
            Source::Inside => 3,
            Source::Client(ticket) => ticket << 3 | 4,
            Source::Upstream(ticket) => ticket << 3 | 5,
        })
    }
}

impl From<epoll::EventData> for Source {
    fn from(data: epoll::EventData) -> Self {
        let number = data.u64();
        match number & 7 {
            0 => Self::Control,
            1 => Self::Udp,
            2 => Self::Listener,
            3 => Self::Inside,
            4 => Self::Client(number >> 3),
            _ => Self::Upstream(number >> 3),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_source_is_known_by_its_number() {
        let sources = [
            Source::Control,
            Source::Udp,
            Source::Listener,
            Source::Inside,
            Source::Client(0),
            Source::Client(1 << 60),
            Source::Upstream(7),
        ];
        for source in sources {
            assert_eq!(Source::from(epoll::EventData::from(source)), source);
        }
    }

    #[test]
    fn a_wait_ends_when_it_should() {
        let events = Events::new().unwrap();
        let begin = Instant::now();
        assert!(events.wait(Some(begin + Duration::from_millis(20))).unwrap().is_empty());
        assert!(begin.elapsed() >= Duration::from_millis(20));
        let (one, other) = crate::packet::pair().unwrap();
        events.add(&one, Source::Client(3), READ).unwrap();
        crate::packet::send(other.as_fd(), b'x', b"", &[]).unwrap();
        assert_eq!(events.wait(None).unwrap(), [Source::Client(3)]);
    }
}
