//! The flows that are known, by what their packets say and by a short token.

use super::datagram::Datagrams;
use super::tcp::Stream;
use smoltcp::time::Instant;
use std::collections::HashMap;
use std::net::SocketAddr;

/// The most flows of TCP, and again of anything else.
pub(super) const MOST: usize = 4096;

/// What all packets of a flow have in common.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Key {
    pub(super) kind: Kind,
    /// Inside. The port of an echo flow is its identifier.
    pub(super) source: SocketAddr,
    /// Where the packets say that they go. The port of an echo flow is 0.
    pub(super) destination: SocketAddr,
}

/// Kinds of flows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Kind {
    Tcp,
    Udp,
    Echo,
}

/// A flow.
#[derive(Debug)]
pub(super) enum Flow {
    Tcp(Box<Stream>),
    Datagrams(Box<Datagrams>),
}

/// A flow's place. One of a flow that is over finds nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Token {
    pub(super) index: u32,
    pub(super) generation: u32,
}

/// The bits of a generation: the rest of an event's number says other things.
pub(super) const GENERATION: u32 = 0x0fff_ffff;

#[derive(Debug)]
struct Place {
    generation: u32,
    flow: Option<(Key, Flow)>,
    /// When the flow is to be looked at by the clock.
    alarm: Option<Instant>,
}

/// All flows.
#[derive(Debug, Default)]
pub(super) struct Flows {
    places: Vec<Place>,
    free: Vec<u32>,
    keys: HashMap<Key, Token>,
    streams: usize,
    gone: usize,
}

impl Flows {
    /// The flow with `key`.
    pub(super) fn find(&self, key: &Key) -> Option<Token> {
        self.keys.get(key).copied()
    }

    /// The flow at `token`.
    pub(super) fn get(&mut self, token: Token) -> Option<&mut Flow> {
        Some(&mut self.place(token)?.flow.as_mut()?.1)
    }

    /// How many flows there are.
    pub(super) fn len(&self) -> usize {
        self.keys.len()
    }

    /// How many are gone since that was last forgotten.
    pub(super) fn gone(&self) -> usize {
        self.gone
    }

    /// Begins to count those that are gone from 0.
    pub(super) fn forget_gone(&mut self) {
        self.gone = 0;
    }

    /// How many flows are of TCP.
    pub(super) fn streams(&self) -> usize {
        self.streams
    }

    /// Whether there is no room for one more of `kind`.
    pub(super) fn is_full(&self, kind: Kind) -> bool {
        let count = if kind == Kind::Tcp { self.streams } else { self.keys.len() - self.streams };
        count >= MOST
    }

    /// A token for a flow that is about to be added; it must be the next that is.
    pub(super) fn next(&self) -> Token {
        match self.free.last() {
            Some(&index) => Token { index, generation: self.places[index as usize].generation },
            None => Token { index: self.places.len() as u32, generation: 0 },
        }
    }

    /// Adds a flow, whose key is new.
    pub(super) fn add(&mut self, key: Key, flow: Flow) -> Token {
        let token = self.next();
        self.streams += usize::from(key.kind == Kind::Tcp);
        self.keys.insert(key, token);
        if self.free.pop().is_some() {
            self.places[token.index as usize].flow = Some((key, flow));
        } else {
            self.places.push(Place { generation: 0, flow: Some((key, flow)), alarm: None });
        }
        token
    }

    /// Removes the flow at `token`, with its socket.
    pub(super) fn remove(&mut self, token: Token) {
        let Some(place) = self.place(token) else { return };
        let Some((key, _)) = place.flow.take() else { return };
        place.generation = place.generation.wrapping_add(1) & GENERATION;
        place.alarm = None;
        self.streams -= usize::from(key.kind == Kind::Tcp);
        self.keys.remove(&key);
        self.gone += 1;
        self.free.push(token.index);
    }

    /// The flow that `age` says the lowest number for, of those it says one for.
    pub(super) fn oldest(&self, age: impl Fn(&Flow) -> Option<Instant>) -> Option<Token> {
        let ages = self.places.iter().zip(0..).filter_map(|(place, index)| {
            let (_, flow) = place.flow.as_ref()?;
            Some((age(flow)?, Token { index, generation: place.generation }))
        });
        ages.min().map(|(_, token)| token)
    }

    /// When the flow at `token` is to be looked at; `None` when never, or when the flow is over.
    pub(super) fn alarm(&mut self, token: Token) -> Option<&mut Option<Instant>> {
        let place = self.place(token)?;
        place.flow.is_some().then_some(&mut place.alarm)
    }

    fn place(&mut self, token: Token) -> Option<&mut Place> {
        self.places.get_mut(token.index as usize).filter(|place| place.generation == token.generation)
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    fn key(port: u16) -> Key {
        let (source, destination) = (([169, 254, 1, 3], port).into(), ([127, 0, 0, 1], 9).into());
        Key { kind: Kind::Udp, source, destination }
    }

    /// Adds a flow of UDP from `port`.
    pub(in super::super) fn add(flows: &mut Flows, port: u16) -> Token {
        let key = key(port);
        let time = Instant::from_secs(port);
        let flow = Datagrams::dial(key, vec![key.destination], time).unwrap();
        flows.add(key, Flow::Datagrams(Box::new(flow)))
    }

    fn used(flow: &Flow) -> Option<Instant> {
        match flow {
            Flow::Datagrams(flow) => Some(flow.used),
            Flow::Tcp(_) => None,
        }
    }

    #[test]
    fn a_token_of_a_flow_that_is_over_finds_nothing_in_its_place() {
        let mut flows = Flows::default();
        let first = add(&mut flows, 1);
        assert_eq!(flows.find(&key(1)), Some(first));
        flows.remove(first);
        let second = add(&mut flows, 2);
        assert_eq!(first.index, second.index);
        assert!(flows.get(first).is_none() && flows.get(second).is_some());
        flows.remove(first);
        assert_eq!((flows.find(&key(1)), flows.find(&key(2)), flows.len()), (None, Some(second), 1));
    }

    #[test]
    fn the_oldest_is_the_one_used_longest_ago() {
        let mut flows = Flows::default();
        let tokens: Vec<Token> = [5, 3, 4].into_iter().map(|port| add(&mut flows, port)).collect();
        assert_eq!(flows.oldest(used), Some(tokens[1]));
        assert_eq!(flows.oldest(|_| None), None);
    }
}
