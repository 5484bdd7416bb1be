//! Egress rules as nftables of the hub, where the container has no power.
//!
//! Packets that come from the container's port of the bridge get the port's index as their mark, whatever
//! sender they claim, and the mark leads to a chain of the container's own when they are to leave the bridge.

use super::{Allow, Destination, Egress};
use crate::network::nft::expression::{
    Connection, Expression, FIRST, Header, Meta, NEW, Verdict, at_most, bits, connection, different, equal,
    is_in, link_name, log, meta, payload, refuse, set_mark, to_network, value, verdict,
};
use crate::network::nft::{Base, Batch, Family, Hook, Kind, hub};
use netlink_socket2::NetlinkSocket;
use std::io;
use std::net::IpAddr;

/// The group of NFLOG at which the launcher of a container listens: the lower bits of its port's index.
pub fn log_group(port: u32) -> u16 {
    (port & 0xffff) as u16
}

/// Noted packets begin with one of these words.
pub const ALLOWED: &str = "allow";
/// See [`ALLOWED`].
pub const DENIED: &str = "deny";

/// New connections noted in a second, at most.
const NOTED: u32 = 100;

/// In the hub: packets that enter by the bridge port `name`, whose index is `port`, obey `egress`.
pub fn apply(name: &str, port: u32, egress: &Egress) -> io::Result<()> {
    if egress.is_empty() {
        return Ok(());
    }
    let socket = &mut NetlinkSocket::new();
    let mut marks = Batch::new(Family::Bridge)?;
    let base = Base { kind: Kind::Filter, hook: Hook::Prerouting, priority: -300, drops: false };
    marks.chain("mark", Some(base))?;
    let mark = [
        meta(Meta::InputName, FIRST),
        equal(FIRST, &link_name(name)),
        value(FIRST, &port.to_ne_bytes()),
        set_mark(FIRST),
    ];
    marks.rule("mark", &mark)?;
    marks.commit(socket)?;
    let mut rules = Batch::new(Family::Inet)?;
    let (chain, log_group) = (chain(port), log_group(port));
    rules.chain(&chain, None)?;
    rules.set(&pins(port, false), 8)?;
    rules.set(&pins(port, true), 20)?;
    for allow in &egress.allow {
        if let Destination::Network(network) = allow.to {
            let mut rule = to_network(network);
            rule.extend(allow.port.iter().flat_map(|port| to_port(*port)));
            pass(&mut rules, &chain, rule, egress.log.then_some(log_group))?;
        }
    }
    for rule in pinned(port) {
        pass(&mut rules, &chain, rule, egress.log.then_some(log_group))?;
    }
    if egress.deny {
        rules.rule(&chain, &noted(log_group, DENIED))?;
        rules.rule(&chain, &[refuse()])?;
    } else {
        rules.rule(&chain, &noted(log_group, ALLOWED))?;
    }
    rules.jump(hub::EGRESS, &port.to_ne_bytes(), &chain)?;
    rules.commit(socket)
}

fn pass(batch: &mut Batch, chain: &str, rule: Vec<Expression>, log_group: Option<u16>) -> io::Result<()> {
    if let Some(group) = log_group {
        let mut note = rule.clone();
        note.extend(noted(group, ALLOWED));
        batch.rule(chain, &note)?;
    }
    let mut rule = rule;
    rule.push(verdict(Verdict::Accept));
    batch.rule(chain, &rule)
}

fn noted(group: u16, word: &str) -> [Expression; 5] {
    [
        connection(Connection::State, FIRST),
        bits(FIRST, &NEW.to_ne_bytes(), &[0; 4]),
        different(FIRST, &[0; 4]),
        at_most(NOTED),
        log(group, word),
    ]
}

/// Goes on for TCP and UDP packets to `port`; both have it at the same place.
fn to_port(port: u16) -> Vec<Expression> {
    let mut rule = has_ports();
    rule.extend([payload(Header::Transport, 2, 2, FIRST), equal(FIRST, &port.to_be_bytes())]);
    rule
}

/// Goes on for protocols whose headers begin with ports.
fn has_ports() -> Vec<Expression> {
    vec![meta(Meta::Protocol, FIRST), is_in(FIRST, hub::WITH_PORTS)]
}

/// Destinations that names were resolved to: address and port, or address and port 0 for any.
fn pinned(port: u32) -> Vec<Vec<Expression>> {
    let mut rules = Vec::new();
    for ipv6 in [false, true] {
        let (family, offset, length) =
            if ipv6 { (libc::NFPROTO_IPV6, 24, 16) } else { (libc::NFPROTO_IPV4, 16, 4) };
        let address = [
            meta(Meta::Family, FIRST),
            equal(FIRST, &[family as u8]),
            payload(Header::Network, offset, length, FIRST),
        ];
        let at = FIRST + length / 4;
        let mut any = address.to_vec();
        any.extend([value(at, &[0; 4]), is_in(FIRST, &pins(port, ipv6))]);
        rules.push(any);
        let mut one = has_ports();
        one.extend(address);
        one.extend([payload(Header::Transport, 2, 2, at), is_in(FIRST, &pins(port, ipv6))]);
        rules.push(one);
    }
    rules
}

/// In the hub: the addresses that `name` was resolved to are allowed to the container behind `port` for so many
/// seconds, where its rules allow the name.
pub fn pin(
    socket: &mut NetlinkSocket,
    port: u32,
    egress: &Egress,
    name: &str,
    addresses: &[(IpAddr, u64)],
) -> io::Result<()> {
    let mut batch = Batch::new(Family::Inet)?;
    for allow in egress.allow.iter().filter(|allow| allow.names(name)) {
        for (address, seconds) in addresses {
            let mut key = match address {
                IpAddr::V4(address) => address.octets().to_vec(),
                IpAddr::V6(address) => address.octets().to_vec(),
            };
            key.extend(allow.port.unwrap_or(0).to_be_bytes());
            key.extend([0, 0]);
            // One that is there would keep its old end: it is taken out, which it must be there for.
            let set = pins(port, address.is_ipv6());
            batch.element(&set, &key, Some(*seconds))?;
            batch.remove_element(&set, &key)?;
            batch.element(&set, &key, Some(*seconds))?;
        }
    }
    batch.commit(socket)
}

/// In the hub: forgets the rules of a port that is gone. The rule that marks its packets stays, and never
/// matches again.
pub fn forget(socket: &mut NetlinkSocket, port: u32) -> io::Result<()> {
    let mut batch = Batch::new(Family::Inet)?;
    batch.remove_element(hub::EGRESS, &port.to_ne_bytes())?;
    batch.remove_chain(&chain(port))?;
    batch.remove_set(&pins(port, false))?;
    batch.remove_set(&pins(port, true))?;
    batch.commit(socket)
}

fn chain(port: u32) -> String {
    format!("egress-{port}")
}

fn pins(port: u32, ipv6: bool) -> String {
    format!("pins{}-{port}", if ipv6 { 6 } else { 4 })
}

impl Allow {
    /// Whether this allows a host name: lower case, without the final dot.
    pub fn names(&self, name: &str) -> bool {
        matches!(&self.to, Destination::Name(pattern) if super::covers(pattern, name))
    }
}
