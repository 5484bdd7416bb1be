//! When the last container is removed nothing of its networks is left, whatever was killed before.

use super::{Scene, on_record, processes_in};
use crate::support::{kill_hard, until};
use std::time::Duration;

fn remove_all(scene: &Scene) {
    let ids: Vec<String> = scene.rcon.stored().into_iter().filter(|id| id.len() == 64).collect();
    if !ids.is_empty() {
        scene.rcon.run(["rm", "-f"].map(String::from).into_iter().chain(ids)).exits(0);
    }
}

#[test]
fn nothing_is_left_after_the_last_container() {
    let scene = Scene::new();
    scene.works();
    remove_all(&scene);
    scene.has_left_nothing();
}

#[test]
fn nothing_is_left_after_containers_that_end_by_themselves() {
    let scene = Scene::new();
    for container in ["web", "other"] {
        scene.rcon.run(["exec", container, "kill", "-9", "-1"]).code();
        kill_hard(scene.rcon.processes(&scene.id(container)).init);
    }
    scene.rcon.run(["wait", "web", "other"]).exits(0);
    scene.has_left_nothing();
}

#[test]
fn nothing_is_left_after_helpers_were_killed() {
    let scene = Scene::new();
    for name in ["rcon-uplink", "rcon-names", "rcon-ports"] {
        scene.named(name).into_iter().for_each(kill_hard);
    }
    remove_all(&scene);
    scene.has_left_nothing();
}

#[test]
fn nothing_is_left_after_launchers_were_killed() {
    let scene = Scene::new();
    for container in ["web", "other"] {
        kill_hard(scene.rcon.processes(&scene.id(container)).launcher);
    }
    remove_all(&scene);
    scene.has_left_nothing();
}

#[test]
fn nothing_is_left_after_everything_was_killed() {
    let scene = Scene::new();
    let all = processes_in(&scene.outer);
    assert!(all.len() >= 10, "{all:?}");
    all.into_iter().for_each(kill_hard);
    until("all processes have gone", || {
        let left = processes_in(&scene.outer);
        left.iter().copied().for_each(kill_hard);
        left.is_empty()
    });
    until("both are known to have ended", || {
        scene.rcon.run(["ps", "-aq", "--filter", "status=running"]).succeeds().is_empty()
    });
    // The next one finds everything as if nothing had been.
    scene.rcon.run(["start", "web", "other"]).exits(0);
    let outer = super::namespace(scene.rcon.processes(&scene.id("web")).launcher).expect("the launcher runs");
    let port = super::published(&scene.rcon, "tcp");
    let scene = Scene { outer, port, ..scene };
    scene.works();
    remove_all(&scene);
    scene.has_left_nothing();
}

#[test]
fn addresses_of_what_was_killed_are_free_again() {
    let scene = Scene::new();
    scene.rcon.run(["network", "create", "--subnet", "172.30.7.0/29", "small"]).exits(0);
    // Five addresses beside the gateway's: each is taken several times.
    for _ in 0..3 {
        let ids: Vec<String> = (0..5).map(|_| scene.rcon.serves(&["--network", "small"])).collect();
        for id in &ids {
            let them = scene.rcon.processes(id);
            [them.pump, them.launcher, them.init].into_iter().for_each(kill_hard);
        }
        until("they have ended", || {
            let listed = scene.rcon.run(["ps", "-q", "--filter", "network=small"]).succeeds();
            listed.is_empty()
        });
    }
}

#[test]
fn a_call_killed_at_any_moment_of_a_start_leaves_nothing() {
    let scene = Scene::new();
    for moment in 0..12 {
        let name = format!("c{moment}x");
        let words = ["run", "--name", &name, "--network", "n", "-p", "7000", "--egress", "log", "peer"];
        let call = scene.rcon.call(words).spawn();
        std::thread::sleep(Duration::from_millis(moment * 4));
        kill_hard(call.pid());
        call.wait();
    }
    scene.works();
    // A launcher under way may still be about to write its state.
    until("all have been removed", || {
        remove_all(&scene);
        processes_in(&scene.outer).is_empty()
    });
    until("nothing is on record", || on_record(&scene.rcon).is_empty());
    scene.has_left_nothing();
}
