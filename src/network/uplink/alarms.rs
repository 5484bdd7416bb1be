//! When flows are to be looked at without anything having come.

use super::flows::{Flows, Token};
use smoltcp::time::Instant;
use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// Times and flows, soonest first. An entry counts only while the flow says the same time, so that one that was
/// overtaken by an earlier one is passed over; a later time waits until the earlier has come.
#[derive(Debug, Default)]
pub(super) struct Alarms {
    heap: BinaryHeap<Reverse<(Instant, Token)>>,
}

impl Alarms {
    /// Has the flow at `token` looked at by `time` at the latest.
    pub(super) fn set(&mut self, flows: &mut Flows, token: Token, time: Instant) {
        let Some(alarm) = flows.alarm(token) else { return };
        if alarm.is_none_or(|set| time < set) {
            *alarm = Some(time);
            self.heap.push(Reverse((time, token)));
        }
    }

    /// The next flow whose time has come.
    pub(super) fn due(&mut self, flows: &mut Flows, now: Instant) -> Option<Token> {
        while let Some(Reverse((time, token))) = self.heap.peek().copied() {
            if time > now {
                return None;
            }
            self.heap.pop();
            if let Some(alarm) = flows.alarm(token).filter(|alarm| **alarm == Some(time)) {
                *alarm = None;
                return Some(token);
            }
        }
        None
    }

    /// The soonest time.
    pub(super) fn next(&self) -> Option<Instant> {
        self.heap.peek().map(|Reverse((time, _))| *time)
    }
}
