//! The tables of the network namespace that holds the bridges.

use super::expression::{
    Connection, ESTABLISHED_OR_RELATED, FIRST, Meta, Verdict, bits, connection, decide_by, different, equal,
    from_link, link_name, masquerade, meta, set_connection_mark, set_mark, value, verdict,
};
use super::{Base, Batch, Family, Hook, Kind};
use netlink_socket2::NetlinkSocket;
use std::io;

/// What every bridge's name begins with.
pub const BRIDGES: &str = "br-";

/// The mark of connections that left by the built-in stack, and stay with it. The lower bits of a packet's
/// mark name the endpoint it came from, where that has egress rules.
pub const BUILT_IN: u32 = 0x0100_0000;

/// NF_IP_PRI_MANGLE, linux/netfilter_ipv4.h.
const MANGLE: i32 = -150;
/// NF_IP_PRI_NAT_SRC.
const SOURCE_NAT: i32 = 100;

/// The map from marks of endpoints to their chains of egress rules.
pub const EGRESS: &str = "egress";

/// The set of protocols whose headers begin with ports.
pub const WITH_PORTS: &str = "with-ports";

/// Between bridges nothing passes; from a bridge outwards all passes that no egress rule stops, with the sender
/// masqueraded; answers pass. `built_in` is the link of the built-in stack.
pub fn make(socket: &mut NetlinkSocket, built_in: &str) -> io::Result<()> {
    let mut batch = Batch::new(Family::Inet)?;
    let base = |kind, hook, priority, drops| Some(Base { kind, hook, priority, drops });
    batch.verdicts(EGRESS, 4)?;
    batch.set(WITH_PORTS, 1)?;
    for protocol in [libc::IPPROTO_TCP, libc::IPPROTO_UDP] {
        batch.element(WITH_PORTS, &[protocol as u8], None)?;
    }
    batch.chain("mark", base(Kind::Filter, Hook::Prerouting, MANGLE, false))?;
    // A connection's later packets may find another way out than its first had: it keeps its own. What comes from
    // there goes to its bridge.
    let keep = [
        meta(Meta::InputName, FIRST),
        different(FIRST, &link_name(built_in)),
        connection(Connection::Mark, FIRST),
        equal(FIRST, &BUILT_IN.to_ne_bytes()),
        meta(Meta::Mark, FIRST),
        bits(FIRST, &(!BUILT_IN).to_ne_bytes(), &BUILT_IN.to_ne_bytes()),
        set_mark(FIRST),
    ];
    batch.rule("mark", &keep)?;
    batch.chain("forward", base(Kind::Filter, Hook::Forward, 0, true))?;
    let established = [
        connection(Connection::State, FIRST),
        bits(FIRST, &ESTABLISHED_OR_RELATED.to_ne_bytes(), &[0; 4]),
        different(FIRST, &[0; 4]),
        verdict(Verdict::Accept),
    ];
    batch.rule("forward", &established)?;
    let rules_of_endpoint = [
        meta(Meta::Mark, FIRST),
        bits(FIRST, &(BUILT_IN - 1).to_ne_bytes(), &[0; 4]),
        decide_by(FIRST, EGRESS),
    ];
    batch.rule("forward", &rules_of_endpoint)?;
    let outwards = [
        meta(Meta::InputName, FIRST),
        equal(FIRST, BRIDGES.as_bytes()),
        meta(Meta::OutputName, FIRST + 4),
        different(FIRST + 4, BRIDGES.as_bytes()),
        verdict(Verdict::Accept),
    ];
    batch.rule("forward", &outwards)?;
    batch.chain("note", base(Kind::Filter, Hook::Postrouting, MANGLE, false))?;
    let note = [
        meta(Meta::OutputName, FIRST),
        equal(FIRST, &link_name(built_in)),
        value(FIRST, &BUILT_IN.to_ne_bytes()),
        set_connection_mark(FIRST),
    ];
    batch.rule("note", &note)?;
    batch.chain("masquerade", base(Kind::Nat, Hook::Postrouting, SOURCE_NAT, false))?;
    let masquerade = [meta(Meta::OutputName, FIRST), different(FIRST, BRIDGES.as_bytes()), masquerade()];
    batch.rule("masquerade", &masquerade)?;
    batch.commit(socket)
}

/// Nothing leaves the bridge `name` but to its own members. The first rule of all is the newest one; it need
/// not be removed, since names of bridges are never used for another network.
pub fn close(socket: &mut NetlinkSocket, name: &str) -> io::Result<()> {
    let mut batch = Batch::new(Family::Inet)?;
    let base = Some(Base { kind: Kind::Filter, hook: Hook::Forward, priority: -10, drops: false });
    batch.chain("internal", base)?;
    let [input, is_bridge] = from_link(name);
    let rule = [
        input,
        is_bridge,
        meta(Meta::OutputName, FIRST),
        different(FIRST, &link_name(name)),
        verdict(Verdict::Drop),
    ];
    batch.rule("internal", &rule)?;
    batch.commit(socket)
}
