//! What becomes of names, ports and the way out when one of those who serve them is killed.

use super::{Scene, is_pasta, name_of, processes_in};
use crate::support::{kill_hard, lives, requires, until};

#[test]
fn another_way_out_is_started_when_it_is_killed() {
    let scene = Scene::new();
    for _ in 0..3 {
        scene.kill_and_await("rcon-uplink");
        scene.works();
    }
}

#[test]
fn another_name_server_is_started_when_it_is_killed() {
    let scene = Scene::new();
    for _ in 0..3 {
        scene.kill_and_await("rcon-names");
        scene.works();
    }
}

#[test]
fn rules_by_name_outlive_the_name_server() {
    let scene = Scene::with(&["--egress", "deny"]);
    scene.kill_and_await("rcon-names");
    until("it refuses names", || {
        scene.rcon.peer("web", &["resolve", "127.0.0.11", "anything.test"]) == "code 3"
    });
    assert_eq!(scene.rcon.asks("web", "tcp", &scene.host, scene.outside.port), "unreachable");
    scene.is_reached();
}

#[test]
fn published_ports_are_served_again_when_their_server_is_killed() {
    let scene = Scene::new();
    for _ in 0..3 {
        scene.kill_and_await("rcon-ports");
        scene.works();
    }
}

#[test]
fn pasta_can_be_killed() {
    requires!(pasta);
    let scene = Scene::new();
    scene.works();
    let pasta: Vec<i32> =
        processes_in(&scene.outer).into_iter().filter(|pid| is_pasta(&name_of(*pid))).collect();
    assert_eq!(pasta.len(), 1);
    pasta.into_iter().for_each(kill_hard);
    scene.works();
}

#[test]
fn all_helpers_at_once_can_be_killed() {
    let scene = Scene::new();
    let names = ["rcon-uplink", "rcon-names", "rcon-ports"];
    let killed: Vec<i32> = names.iter().flat_map(|name| scene.named(name)).collect();
    assert_eq!(killed.len(), 4);
    killed.iter().copied().for_each(kill_hard);
    until("others are there", || {
        let now: Vec<i32> = names.iter().flat_map(|name| scene.named(name)).collect();
        now.len() == 4 && !now.iter().any(|pid| killed.contains(pid))
    });
    scene.works();
}

#[test]
fn networks_go_on_when_the_pump_is_killed() {
    let scene = Scene::new();
    let pump = scene.rcon.processes(&scene.id("web")).pump;
    kill_hard(pump);
    until("the pump has gone", || !lives(pump));
    scene.works();
}

/// The container lives on with its ports or ends with them; its neighbour is not touched.
#[track_caller]
fn is_whole_after(kill: impl Fn(crate::support::Processes)) {
    let scene = Scene::new();
    let id = scene.id("web");
    let processes = scene.rcon.processes(&id);
    kill(processes);
    until("the container runs and is reached, or has ended and is not", || {
        let runs = scene.rcon.inspect("web", "{{.State.Running}}") == "true";
        let reached = scene.answer_at("tcp", scene.port) == "hello";
        runs == reached
    });
    until("the neighbour gets out", || {
        scene.rcon.asks("other", "tcp", &scene.host, scene.outside.port) == "hello"
    });
    // What ended can be started again, at the same port.
    if scene.rcon.inspect("web", "{{.State.Running}}") == "false" {
        until("nothing listens", || scene.answer_at("tcp", scene.port) == "refused");
        until("it starts again", || scene.rcon.run(["start", "web"]).code() == Some(0));
        let again = Scene { port: super::published(&scene.rcon, "tcp"), ..scene };
        again.works();
        return;
    }
    scene.rcon.run(["rm", "-f", "web"]).exits(0);
    until("nothing listens", || scene.answer_at("tcp", scene.port) == "refused");
}

#[test]
fn ports_and_container_stay_together_when_the_launcher_is_killed() {
    is_whole_after(|them| kill_hard(them.launcher));
}

#[test]
fn ports_and_container_stay_together_when_the_whole_monitor_is_killed() {
    is_whole_after(|them| {
        kill_hard(them.pump);
        kill_hard(them.launcher);
    });
}

#[test]
fn ports_go_when_the_containers_first_process_is_killed() {
    is_whole_after(|them| kill_hard(them.init));
}

#[test]
fn a_killed_call_leaves_the_network_of_what_it_started() {
    let scene = Scene::new();
    let words = ["run", "--name", "third", "--network", "n", "-p", "7000", "peer"];
    let mut call = scene.rcon.call(words).spawn();
    call.prints("serves");
    kill_hard(call.pid());
    call.wait();
    let port = scene.rcon.run(["port", "third", "7000"]).succeeds();
    let port: u16 = port.lines().next().unwrap().rsplit(':').next().unwrap().parse().unwrap();
    until("it is reached", || scene.answer_at("tcp", port) == "hello");
    assert_eq!(scene.rcon.asks("third", "tcp", &scene.host, scene.outside.port), "hello");
    scene.works();
}
