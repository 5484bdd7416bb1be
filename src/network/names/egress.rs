//! Names that may be asked for outside, the addresses that such a name leads to, and the leave to tell them.
//!
//! ```text
//! names                                     launcher
//!   D {"name": …}                    -->      notes what was refused
//!   P {"name": …, "addresses": […]}  -->      opens the way to them
//!                                    <--    p    (one for each P, in their order)
//! ```

use super::message::{Query, text};
use crate::network::egress::covers;
use domain::base::iana::{Class, Rtype};
use domain::base::{Message, ParseRecordData, ParsedName, ParsedRecord};
use domain::rdata::{A, Aaaa, Cname};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::net::IpAddr;
use std::time::{Duration, Instant};

/// Launcher to names: another configuration.
pub const CONFIGURE: u8 = b'C';
/// Names to launcher: a name that may not be asked for was.
pub const DENIED: u8 = b'D';
/// Names to launcher: an answer is about to be handed to the container.
pub const PERMIT: u8 = b'P';
/// Launcher to names: the oldest answer that waits may be handed out.
pub const PERMITTED: u8 = b'p';

/// How long an answer waits for leave.
pub const PATIENCE: Duration = Duration::from_secs(1);

/// Answers that wait at most.
const MOST_WAITING: usize = 256;

/// Addresses of one answer that leave is asked for at most: those after them are not opened.
const MOST_ADDRESSES: usize = 256;

/// Aliases that are followed at most, one after the other.
const MOST_ALIASES: usize = 16;

/// Refused names that are told in a second at most: a container may ask for as many as it likes.
const MOST_DENIED: u32 = 64;

/// Body of [`DENIED`].
#[derive(Debug, Serialize)]
pub struct Denied<'a> {
    /// In lower case without a final dot; bytes unusual in names as `\065`.
    pub name: &'a str,
}

/// Body of [`PERMIT`].
#[derive(Debug, Serialize)]
pub struct Permit<'a> {
    /// As in [`Denied`].
    pub name: &'a str,
    /// Where it leads.
    pub addresses: &'a [Reached],
}

/// An address that an answer leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Reached {
    /// The address.
    pub address: IpAddr,
    /// Seconds it may be kept.
    pub ttl: u32,
}

/// Whether `name` may be asked for.
pub fn allows(patterns: Option<&[String]>, name: &str) -> bool {
    patterns.is_none_or(|patterns| patterns.iter().any(|pattern| covers(pattern, name)))
}

/// The addresses in the answer section that `query`'s name leads to, by itself or by aliases. `None` when the section
/// cannot be read.
pub fn reached(query: &Query<'_>, answer: &[u8]) -> Option<Vec<Reached>> {
    let (mut aliases, mut addresses) = (BTreeMap::new(), Vec::new());
    for record in Message::from_slice(answer).ok()?.answer().ok()? {
        let record = record.ok()?;
        if record.class() != Class::IN {
            continue;
        }
        let owner = text(&record.owner().deref_octets());
        let address = match record.rtype() {
            Rtype::A => IpAddr::V4(data::<A>(&record)?.addr()),
            Rtype::AAAA => IpAddr::V6(data::<Aaaa>(&record)?.addr()),
            Rtype::CNAME => {
                aliases.insert(owner, text(data::<Cname<ParsedName<&[u8]>>>(&record)?.cname()));
                continue;
            }
            _ => continue,
        };
        addresses.push((owner, Reached { address, ttl: record.ttl().as_secs() }));
    }
    let mut chain = BTreeSet::from([query.name.as_str()]);
    let mut name = query.name.as_str();
    for _ in 0..MOST_ALIASES {
        match aliases.get(name) {
            Some(target) if chain.insert(target) => name = target,
            _ => break,
        }
    }
    let led = addresses.iter().filter(|(owner, _)| chain.contains(owner.as_str()));
    Some(led.map(|(_, reached)| *reached).take(MOST_ADDRESSES).collect())
}

/// The data of a record of that type, when they are nothing else.
fn data<'a, Data: ParseRecordData<'a, [u8]>>(record: &ParsedRecord<'a, [u8]>) -> Option<Data> {
    Some(record.to_record().ok()??.into_data())
}

/// Answers that wait for leave, in the order it was asked for.
#[derive(Debug)]
pub struct Leaves<T> {
    /// One for each [`PERMIT`] that was not answered; empty when the answer did not wait longer.
    waiting: VecDeque<(Instant, Option<T>)>,
}

impl<T> Default for Leaves<T> {
    fn default() -> Self {
        Self { waiting: VecDeque::new() }
    }
}

impl<T> Leaves<T> {
    /// Whether one more may wait.
    pub fn has_room(&self) -> bool {
        self.waiting.len() < MOST_WAITING
    }

    /// `answer` waits, since leave was asked for.
    pub fn wait(&mut self, answer: T, now: Instant) {
        self.waiting.push_back((now + PATIENCE, Some(answer)));
    }

    /// Leave was given: the oldest, if it still waits.
    pub fn permitted(&mut self) -> Option<T> {
        self.waiting.pop_front().and_then(|(_, answer)| answer)
    }

    /// One that has waited long enough.
    pub fn overdue(&mut self, now: Instant) -> Option<T> {
        let late = self.waiting.iter_mut().find(|(until, answer)| answer.is_some() && *until <= now);
        late.and_then(|(_, answer)| answer.take())
    }

    /// When the next one will have waited long enough.
    pub fn next(&self) -> Option<Instant> {
        self.waiting.iter().find(|(_, answer)| answer.is_some()).map(|(until, _)| *until)
    }
}

/// Bounds how often the launcher is woken by names that are refused.
#[derive(Debug, Default)]
pub struct Notices {
    since: Option<Instant>,
    told: u32,
}

impl Notices {
    /// Whether one more may be told now.
    pub fn may(&mut self, now: Instant) -> bool {
        if self.since.is_none_or(|since| now.duration_since(since) >= Duration::from_secs(1)) {
            *self = Self { since: Some(now), told: 0 };
        }
        self.told += 1;
        self.told <= MOST_DENIED
    }
}

#[cfg(test)]
mod tests {
    use super::super::message::tests::{answered, labels, mutations, query};
    use super::*;
    use std::net::Ipv6Addr;

    #[test]
    fn patterns_are_names_or_all_below_a_domain() {
        let patterns = ["example.com", "*.example.org", "*.", "*"].map(str::to_owned);
        let cases = [
            ("example.com", true),
            ("www.example.com", false),
            ("notexample.com", false),
            ("a.example.org", true),
            ("a.b.example.org", true),
            ("example.org", false),
            ("aexample.org", false),
            (".example.org", false),
            ("a\\046example.org", false),
            ("x", false),
            ("", false),
        ];
        for (name, allowed) in cases {
            assert_eq!(allows(Some(&patterns), name), allowed, "{name}");
        }
        assert!(allows(None, "anything"));
        assert!(!allows(Some(&[]), "anything"));
    }

    fn led_to(records: &[(&str, Rtype, Vec<u8>)]) -> Option<Vec<String>> {
        let bytes = query("WWW.example.com", Rtype::A, None);
        let answer = answered(&bytes, records);
        let found = reached(&Query::read(&bytes).unwrap(), &answer)?;
        assert!(found.iter().all(|one| one.ttl == 30));
        Some(found.iter().map(|one| one.address.to_string()).collect())
    }

    #[test]
    fn only_addresses_that_the_name_leads_to_count() {
        let alias = labels;
        let v6 = Ipv6Addr::LOCALHOST.octets().to_vec();
        let found = led_to(&[
            ("cdn.example.net", Rtype::A, vec![192, 0, 2, 1]),
            ("a.example.net", Rtype::CNAME, alias("CDN.example.net")),
            ("www.example.com", Rtype::CNAME, alias("A.example.net")),
            ("cdn.example.net", Rtype::AAAA, v6.clone()),
            ("cdn.example.net", Rtype::TXT, b"\x02hi".to_vec()),
            ("other.example.net", Rtype::A, vec![192, 0, 2, 66]),
        ]);
        assert_eq!(found.unwrap(), ["192.0.2.1", "::1"]);
        assert_eq!(led_to(&[("www.example.com", Rtype::A, vec![192, 0, 2, 2])]).unwrap(), ["192.0.2.2"]);
        assert_eq!(led_to(&[]).unwrap(), [""; 0]);
    }

    #[test]
    fn aliases_in_circles_end_and_broken_records_lead_nowhere() {
        let alias = labels;
        let circle = [
            ("www.example.com", Rtype::CNAME, alias("b.com")),
            ("b.com", Rtype::CNAME, alias("www.example.com")),
            ("b.com", Rtype::A, vec![192, 0, 2, 3]),
        ];
        assert_eq!(led_to(&circle).unwrap(), ["192.0.2.3"]);
        assert_eq!(led_to(&[("www.example.com", Rtype::A, vec![1, 2, 3])]), None);
        assert_eq!(led_to(&[("www.example.com", Rtype::CNAME, vec![9])]), None);
        let bytes = query("www.example.com", Rtype::A, Some(1232));
        let answer = answered(&bytes, &circle);
        let read = Query::read(&bytes).unwrap();
        assert!(mutations(&answer).filter(|changed| reached(&read, changed).is_none()).count() > 100);
    }

    #[test]
    fn leave_comes_in_the_order_it_was_asked_for() {
        let (mut leaves, now) = (Leaves::default(), Instant::now());
        for answer in ["a", "b", "c"] {
            leaves.wait(answer, now);
        }
        assert_eq!(leaves.permitted(), Some("a"));
        assert_eq!(leaves.overdue(now), None);
        assert_eq!(leaves.next(), Some(now + PATIENCE));
        assert_eq!(leaves.overdue(now + PATIENCE), Some("b"));
        assert_eq!(leaves.permitted(), None, "it did not wait");
        assert_eq!(leaves.permitted(), Some("c"));
        assert_eq!((leaves.permitted(), leaves.next()), (None, None));
    }

    #[test]
    fn the_launcher_is_not_woken_without_end() {
        let (mut notices, now) = (Notices::default(), Instant::now());
        assert_eq!((0..1000).filter(|_| notices.may(now)).count(), MOST_DENIED as usize);
        assert!(notices.may(now + Duration::from_secs(1)));
    }
}
