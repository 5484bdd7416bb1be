//! kill -9 of any process of rcon's at any moment: no orphan, nothing that `rm -f` cannot remove, the exit
//! code kept where somebody is left to keep it.

use crate::support::{Processes, Rcon, at_once, kill_hard, lives, until};
use std::time::Duration;

/// Nothing of the container lives, and it can be removed.
#[track_caller]
fn goes_without_trace(rcon: &Rcon, id: &str, processes: Processes) {
    rcon.run(["rm", "-f", id]).exits(0);
    for pid in [processes.launcher, processes.pump, processes.init] {
        until(&format!("process {pid} of {processes:?} has gone"), || !lives(pid));
    }
    rcon.has_no_containers();
}

#[test]
fn the_container_lives_on_when_the_calling_rcon_is_killed() {
    let rcon = Rcon::with_busybox();
    let mut call =
        rcon.call(["run", "--name", "box", "busybox", "sh", "-c", "echo up; sleep 1; exit 3"]).spawn();
    call.prints("up");
    kill_hard(call.pid());
    assert_eq!(call.wait().signal(), Some(9));
    assert_eq!(rcon.inspect("box", "{{.State.Running}}"), "true");
    rcon.run(["wait", "box"]).exits(0).stdout("3\n");
}

#[test]
fn a_container_run_with_rm_goes_although_the_calling_rcon_was_killed() {
    let rcon = Rcon::with_busybox();
    let mut call = rcon.call(["run", "--rm", "busybox", "sh", "-c", "echo up; sleep 0.5"]).spawn();
    call.prints("up");
    kill_hard(call.pid());
    call.wait();
    until("the container has gone", || rcon.stored().is_empty());
}

#[test]
fn the_exit_code_is_kept_when_the_pump_is_killed() {
    let rcon = Rcon::with_busybox();
    let id = rcon
        .run(["run", "-d", "busybox", "sh", "-c", "while [ ! -e /go ]; do sleep 0.05; done; exit 42"])
        .succeeds();
    let processes = rcon.processes(&id);
    kill_hard(processes.pump);
    until("the pump has gone", || !lives(processes.pump));
    rcon.run(["exec", &id, "touch", "/go"]).exits(0);
    rcon.run(["wait", &id]).exits(0).stdout("42\n");
    goes_without_trace(&rcon, &id, processes);
}

#[test]
fn output_goes_on_after_the_pump_was_killed() {
    let rcon = Rcon::with_busybox();
    let script = "echo before; while [ ! -e /go ]; do sleep 0.05; done; echo after";
    let id = rcon.run(["run", "-d", "busybox", "sh", "-c", script]).succeeds();
    until("the first line is logged", || rcon.run(["logs", &id]).printed() == "before\n");
    kill_hard(rcon.processes(&id).pump);
    rcon.run(["exec", &id, "touch", "/go"]).exits(0);
    rcon.run(["wait", &id]).exits(0).stdout("0\n");
    rcon.run(["logs", &id]).exits(0).stdout("before\nafter\n");
}

#[test]
fn the_exit_code_is_kept_when_the_launcher_is_killed() {
    let rcon = Rcon::with_busybox();
    let id = rcon.run(["run", "-d", "busybox", "sh", "-c", "sleep 1; exit 42"]).succeeds();
    let processes = rcon.processes(&id);
    kill_hard(processes.launcher);
    rcon.run(["wait", &id]).exits(0);
    let code = rcon.inspect(&id, "{{.State.ExitCode}}");
    assert!(code == "42" || code == "137", "{code}");
    goes_without_trace(&rcon, &id, processes);
}

#[test]
fn a_container_whose_whole_monitor_was_killed_is_ended_by_the_next_call() {
    let rcon = Rcon::with_busybox();
    let id = rcon.sleeper([]);
    let processes = rcon.processes(&id);
    kill_hard(processes.pump);
    kill_hard(processes.launcher);
    // The pump may have been replaced in between.
    until("the next call ends it", || {
        if let Some(pump) = std::fs::read(rcon.of(&id, "state.json")).ok().and_then(|_| pump_of(&rcon, &id)) {
            kill_hard(pump);
        }
        rcon.run(["ps", "-a", "--format", "{{.State}}"]).printed() == "exited\n"
    });
    until("the container's process is dead", || !lives(processes.init));
    assert_eq!(rcon.inspect(&id, "{{.State.ExitCode}}"), "137");
    goes_without_trace(&rcon, &id, processes);
}

fn pump_of(rcon: &Rcon, id: &str) -> Option<i32> {
    let text = std::fs::read(rcon.of(id, "state.json")).ok()?;
    let state: serde_json::Value = serde_json::from_slice(&text).ok()?;
    Some(state["processes"]["pump"]["pid"].as_i64()? as i32)
}

#[test]
fn any_part_of_the_monitor_can_be_killed_and_the_container_removed() {
    let parts: [fn(Processes) -> Vec<i32>; 5] = [
        |them| vec![them.launcher],
        |them| vec![them.pump],
        |them| vec![them.init],
        |them| vec![them.launcher, them.pump],
        |them| vec![them.launcher, them.pump, them.init],
    ];
    let rcon = Rcon::with_busybox();
    for part in parts {
        let id = rcon.sleeper([]);
        let processes = rcon.processes(&id);
        part(processes).into_iter().for_each(kill_hard);
        goes_without_trace(&rcon, &id, processes);
    }
}

#[test]
fn a_container_starts_again_after_its_monitor_was_killed() {
    let rcon = Rcon::with_busybox();
    let id = rcon.sleeper([]);
    let processes = rcon.processes(&id);
    kill_hard(processes.launcher);
    kill_hard(processes.pump);
    until("it starts again", || {
        rcon.run(["start", &id]).code() == Some(0) && rcon.processes(&id).init != processes.init
    });
    rcon.run(["exec", &id, "true"]).exits(0);
    until("the first one is dead", || !lives(processes.init));
}

#[test]
fn a_call_killed_at_any_moment_of_a_start_leaves_nothing_that_rm_cannot_remove() {
    let rcon = Rcon::with_busybox();
    for moment in 0..24 {
        let call = rcon.call(["run", "--name", &format!("c{moment}"), "busybox", "sleep", "1000"]).spawn();
        std::thread::sleep(Duration::from_millis(moment * 2));
        kill_hard(call.pid());
        call.wait();
    }
    rcon.run(["ps", "-a"]).exits(0);
    let ids: Vec<_> = rcon.stored().into_iter().filter(|id| id.len() == 64).collect();
    // A launcher under way may still write its state.
    std::thread::sleep(Duration::from_millis(300));
    let inits: Vec<_> =
        ids.iter().filter(|id| rcon.of(id, "state.json").exists()).map(|id| rcon.processes(id)).collect();
    if !ids.is_empty() {
        rcon.run(["rm", "-f"].map(String::from).into_iter().chain(ids)).exits(0);
    }
    for them in inits {
        until("all its processes have gone", || {
            ![them.launcher, them.pump, them.init].into_iter().any(lives)
        });
    }
    rcon.run(["run", "--rm", "busybox", "true"]).exits(0);
    rcon.has_no_containers();
}

#[test]
fn a_killed_removal_is_finished_by_the_next() {
    let rcon = Rcon::with_busybox();
    let ids = at_once(8, |_| rcon.run(["run", "-d", "busybox", "true"]).succeeds());
    for (number, id) in ids.iter().enumerate() {
        rcon.run(["wait", id]).exits(0);
        let call = rcon.call(["rm", id]).spawn();
        std::thread::sleep(Duration::from_millis(number as u64 * 2));
        kill_hard(call.pid());
        call.wait();
    }
    rcon.run(["rm", "-f"].map(String::from).into_iter().chain(ids)).exits(0);
    rcon.run(["run", "--rm", "busybox", "true"]).exits(0);
    rcon.has_no_containers();
}
