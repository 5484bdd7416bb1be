//! When flows are to be looked at without anything having come.

use super::flows::{Flows, Token};
use smoltcp::time::Instant;
use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// So many entries that no longer count are always borne.
const SPARE: usize = 64;

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
            if self.heap.len() > 2 * flows.len() + SPARE {
                self.heap.retain(|Reverse((time, token))| flows.alarm(*token) == Some(&mut Some(*time)));
                self.heap.shrink_to(flows.len() + SPARE);
            }
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

#[cfg(test)]
mod tests {
    use super::super::flows::tests::add;
    use super::*;

    fn second(second: i64) -> Instant {
        Instant::from_secs(second)
    }

    #[test]
    fn only_the_earliest_time_of_a_flow_counts() {
        let (mut flows, mut alarms) = (Flows::default(), Alarms::default());
        let token = add(&mut flows, 1);
        for time in [5, 3, 4] {
            alarms.set(&mut flows, token, second(time));
        }
        assert_eq!(alarms.due(&mut flows, second(2)), None);
        assert_eq!(alarms.due(&mut flows, second(9)), Some(token));
        assert_eq!(alarms.due(&mut flows, second(9)), None);
    }

    #[test]
    fn flows_that_are_over_wake_nobody_and_leave_nothing() {
        let (mut flows, mut alarms) = (Flows::default(), Alarms::default());
        for port in 0..1000 {
            let token = add(&mut flows, port);
            alarms.set(&mut flows, token, second(100));
            flows.remove(token);
        }
        assert!(alarms.heap.len() <= SPARE + 1);
        assert_eq!(alarms.due(&mut flows, second(200)), None);
    }
}
