//! A cluster as redis has them: six members at addresses of the user's, each with a port for clients and one for
//! the others, of which one stops and comes back.

use crate::support::peer::PORT;
use crate::support::{Rcon, at_once, until};

/// Its members ask each other at a port of their own.
const BUS: u16 = PORT + 10_000;

const MEMBERS: usize = 6;

fn name(member: usize) -> String {
    format!("redis-{member}")
}

fn address(member: usize) -> String {
    format!("172.38.0.1{member}")
}

/// Starts a member: what it serves on both ports says that it is there.
fn start(rcon: &Rcon, member: usize) {
    let serve = format!("peer serve {PORT} & exec peer serve {BUS}");
    let (name, address, port) = (name(member), address(member), format!("{PORT}/tcp"));
    let flags = ["run", "-d", "--name", &name, "--network", "redis", "--ip", &address, "-p", &port];
    rcon.run(flags.iter().chain(&["peer", "sh", "-c", &serve])).exits(0);
}

/// Every one of `members` reaches every other at both ports, by address and by name.
#[track_caller]
fn all_meet(rcon: &Rcon, members: &[usize]) {
    for from in members {
        let asks = members.iter().flat_map(|to| {
            let found = format!("$(peer resolve 127.0.0.11 {})", name(*to));
            [PORT, BUS].map(|port| {
                format!("peer ask tcp {found} {port} who; peer ask tcp {} {port} who; ", address(*to))
            })
        });
        let script: String = asks.collect();
        let own = address(*from);
        until(&format!("{} meets the others", name(*from)), || {
            let told = rcon.run(["exec", &name(*from), "sh", "-c", &script]);
            // It is seen by its own address, by itself too.
            let seen = told.printed().lines().filter(|line| line.starts_with(&format!("{own} "))).count();
            seen == members.len() * 4
        });
    }
}

#[track_caller]
fn has_all(rcon: &Rcon) {
    let all: Vec<usize> = (1..=MEMBERS).collect();
    all_meet(rcon, &all);
}

#[test]
fn a_member_stops_and_comes_back_with_its_address() {
    let rcon = Rcon::with_peers();
    rcon.run(["network", "create", "redis", "--subnet", "172.38.0.0/16"]).exits(0);
    for member in 1..=MEMBERS {
        start(&rcon, member);
    }
    has_all(&rcon);
    rcon.run(["stop", "-t", "0", "redis-2"]).exits(0);
    all_meet(&rcon, &[1, 3, 4, 5, 6]);
    // Its name and its address mean nobody, at once.
    assert_ne!(rcon.peer("redis-1", &["resolve", "127.0.0.11", "redis-2"]), address(2));
    assert_ne!(rcon.asks("redis-1", "tcp", address(2), BUS), "hello");
    // Nobody else is given its address meanwhile.
    let id = rcon.serves(&["--network", "redis"]);
    assert_ne!(rcon.address(&id), address(2));
    rcon.run(["start", "redis-2"]).exits(0);
    assert_eq!(rcon.address("redis-2"), address(2));
    has_all(&rcon);
}

#[test]
fn members_that_start_at_once_all_meet() {
    let rcon = Rcon::with_peers();
    rcon.run(["network", "create", "redis", "--subnet", "172.38.0.0/16"]).exits(0);
    at_once(MEMBERS, |member| start(&rcon, member + 1));
    has_all(&rcon);
    // A name is as good as an address as soon as the start has returned.
    rcon.run(["restart", "-t", "0", "redis-4"]).exits(0);
    assert_eq!(rcon.peer("redis-5", &["resolve", "127.0.0.11", "redis-4"]), address(4));
    has_all(&rcon);
}

#[test]
fn an_address_of_a_member_is_not_given_twice() {
    let rcon = Rcon::with_peers();
    rcon.run(["network", "create", "redis", "--subnet", "172.38.0.0/16"]).exits(0);
    start(&rcon, 1);
    let out = rcon.run(["run", "-d", "--network", "redis", "--ip", &address(1), "peer"]);
    out.exits(125).stderr_has("Address already in use");
}
