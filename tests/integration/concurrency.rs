//! Many calls at once.

use crate::support::{Rcon, at_once};
use std::collections::BTreeSet;
use std::time::Duration;

#[test]
fn two_hundred_calls_at_once_neither_corrupt_nor_lock_each_other_out() {
    let rcon = Rcon::with_busybox();
    let ids = at_once(200, |number| match number % 4 {
        0 => {
            rcon.run(["ps", "-a"]).exits(0);
            None
        }
        1 => {
            rcon.run(["images"]).exits(0);
            None
        }
        _ => Some(rcon.run(["create", "busybox", "true"]).succeeds()),
    });
    let made: BTreeSet<_> = ids.into_iter().flatten().collect();
    assert_eq!(made.len(), 100);
    let listed = rcon.run(["ps", "-a", "--no-trunc", "--format", "{{.ID}} {{.Names}}"]).succeeds();
    let listed: Vec<_> = listed.lines().filter_map(|line| line.split_once(' ')).collect();
    assert_eq!(listed.iter().map(|(id, _)| (*id).to_owned()).collect::<BTreeSet<_>>(), made);
    assert_eq!(listed.iter().map(|(_, name)| *name).collect::<BTreeSet<_>>().len(), 100, "names are unique");
}

#[test]
fn of_many_who_want_a_name_one_gets_it() {
    let rcon = Rcon::with_busybox();
    let codes = at_once(24, |_| rcon.run(["create", "--name", "web", "busybox", "true"]).code());
    assert_eq!(codes.iter().filter(|code| **code == Some(0)).count(), 1, "{codes:?}");
    assert_eq!(codes.iter().filter(|code| **code == Some(125)).count(), 23, "{codes:?}");
    assert_eq!(rcon.stored().len(), 1);
}

#[test]
fn many_first_runs_at_once_share_one_user_namespace() {
    let rcon = Rcon::with_busybox();
    let ids = at_once(12, |_| rcon.sleeper([]));
    let outer: BTreeSet<_> = ids
        .iter()
        .map(|id| std::fs::read_link(format!("/proc/{}/ns/user", rcon.processes(id).launcher)).ok())
        .collect();
    // A launcher that is not dumpable hides its links; then all of them do.
    assert_eq!(outer.len(), 1, "{outer:?}");
    for id in ids {
        rcon.run(["exec", &id, "true"]).exits(0);
    }
}

#[test]
fn many_runs_at_once_each_keep_their_output_and_code() {
    let rcon = Rcon::with_busybox();
    at_once(32, |number| {
        let script = format!("echo {number}; exit {number}");
        let out = rcon.run(["run", "--rm", "busybox", "sh", "-c", &script]);
        out.exits(number as i32).stdout(&format!("{number}\n")).stderr("");
    });
    rcon.has_no_containers();
}

#[test]
fn a_container_started_by_many_runs_once() {
    let rcon = Rcon::with_busybox();
    rcon.run(["create", "--name", "box", "busybox", "sh", "-c", "echo started; sleep 1000"]).exits(0);
    at_once(12, |_| {
        rcon.run(["start", "box"]).exits(0);
    });
    crate::support::until("it has started", || !rcon.run(["logs", "box"]).printed().is_empty());
    rcon.run(["logs", "box"]).exits(0).stdout("started\n");
}

#[test]
fn a_container_removed_by_many_is_removed() {
    let rcon = Rcon::with_busybox();
    let id = rcon.sleeper([]);
    at_once(8, |_| {
        rcon.run(["rm", "-f", &id]).exits(0);
    });
    rcon.has_no_containers();
}

#[test]
fn readers_do_not_wait_for_writers() {
    let rcon = Rcon::with_busybox();
    let id = rcon.sleeper(["--name", "box"]);
    let lock = std::fs::File::open(rcon.path("s/locks/names")).unwrap();
    rustix::fs::flock(&lock, rustix::fs::FlockOperation::LockExclusive).unwrap();
    for words in
        [vec!["ps"], vec!["inspect", "box"], vec!["logs", &id], vec!["images"], vec!["exec", "box", "true"]]
    {
        rcon.call(words).within(Duration::from_secs(10)).done().exits(0);
    }
}
