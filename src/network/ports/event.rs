//! What the events of the loop are about.

use super::slots::Key;
use rustix::event::epoll::EventData;

/// What an event is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// The launcher said something.
    Control,
    /// A client comes to a listener: a connection or a datagram.
    Listener,
    /// A client's side of a connection.
    Client,
    /// The container's side of a connection.
    Target,
    /// A datagram of the container for a client.
    Answer,
}

/// An event's name: a kind and a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Token {
    pub(super) kind: Kind,
    pub(super) key: Key,
}

impl Token {
    pub(super) fn data(self) -> EventData {
        EventData::new_u64((self.kind as u64) << 56 | self.key.to_bits())
    }

    pub(super) fn of(data: EventData) -> Self {
        let bits = data.u64();
        let kind = match bits >> 56 {
            0 => Kind::Control,
            1 => Kind::Listener,
            2 => Kind::Client,
            3 => Kind::Target,
            _ => Kind::Answer,
        };
        Self { kind, key: Key::from_bits(bits) }
    }
}
