//! A container's life: create, start, stop, restart, kill, rename, rm, and what ps says meanwhile.

use crate::support::{Image, Rcon, until};
use serde_json::json;
use std::time::{Duration, Instant};

#[test]
fn a_created_container_waits_to_be_started() {
    let rcon = Rcon::with_busybox();
    rcon.run(["create", "--name", "box", "busybox", "echo", "hello"]).exits(0).stdout("<id>\n").stderr("");
    assert_eq!(rcon.inspect("box", "{{.State.Status}} {{.State.StartedAt}}"), "created 0001-01-01T00:00:00Z");
    rcon.run(["start", "box"]).exits(0).stdout("box\n");
    rcon.run(["wait", "box"]).exits(0).stdout("0\n");
    rcon.run(["logs", "box"]).exits(0).stdout("hello\n");
}

#[test]
fn ps_shows_what_runs_and_with_a_all() {
    let rcon = Rcon::with_busybox();
    rcon.sleeper(["--name", "up"]);
    rcon.run(["create", "--name", "new", "busybox", "true"]).exits(0);
    rcon.run(["run", "--name", "over", "busybox", "sh", "-c", "exit 3"]).exits(3);
    rcon.run(["ps", "--format", "{{.Names}}"]).exits(0).stdout("up\n");
    rcon.run(["ps", "-a", "--format", "{{.Names}} {{.State}}"])
        .exits(0)
        .stdout("over exited\nnew created\nup running\n");
    rcon.run(["ps", "-aq", "--filter", "status=exited"]).exits(0).stdout("<short id>\n");
    rcon.run(["ps", "-a", "--filter", "name=over", "--format", "{{.Status}}"])
        .exits(0)
        .stdout_has("Exited (3) ");
}

#[test]
fn the_table_of_ps_is_dockers() {
    let rcon = Rcon::with_busybox();
    rcon.run(["ps"])
        .exits(0)
        .stdout("CONTAINER ID   IMAGE     COMMAND   CREATED   STATUS    PORTS     NAMES\n");
    rcon.run(["create", "--name", "box", "busybox", "echo", "a long command line"]).exits(0);
    let out = rcon.run(["ps", "-a"]);
    let row = out.exits(0).printed().lines().nth(1).unwrap().to_owned();
    assert!(row[12..].starts_with("   busybox   \"echo 'a long comman…\"   "), "{row:?}");
    assert!(row.ends_with("   Created             box"), "{row:?}");
}

#[test]
fn stop_asks_with_the_stop_signal_first() {
    let rcon = Rcon::with_busybox();
    let script = "trap 'echo asked; exit 4' USR1; echo ready; while :; do sleep 100 & wait $!; done";
    rcon.run(["run", "-d", "--name", "box", "--stop-signal", "USR1", "busybox", "sh", "-c", script]).exits(0);
    until("the trap is set", || rcon.run(["logs", "box"]).printed().contains("ready"));
    rcon.run(["stop", "box"]).exits(0).stdout("box\n");
    assert_eq!(rcon.inspect("box", "{{.State.ExitCode}}"), "4");
    rcon.run(["logs", "box"]).exits(0).stdout("ready\nasked\n");
}

#[test]
fn the_images_stop_signal_counts() {
    let script = "trap 'exit 6' INT; echo ready; while :; do sleep 100 & wait $!; done";
    let image = Image::busybox().config(json!({ "StopSignal": "SIGINT", "Cmd": ["sh", "-c", script] }));
    let rcon = Rcon::with_image(image);
    rcon.run(["run", "-d", "--name", "box", "image"]).exits(0);
    until("the trap is set", || rcon.run(["logs", "box"]).printed().contains("ready"));
    rcon.run(["stop", "box"]).exits(0);
    assert_eq!(rcon.inspect("box", "{{.State.ExitCode}}"), "6");
}

#[test]
fn stop_kills_what_does_not_listen() {
    let rcon = Rcon::with_busybox();
    rcon.run(["run", "-d", "--name", "box", "busybox", "sleep", "1000"]).exits(0);
    let begun = Instant::now();
    rcon.run(["stop", "-t", "1", "box"]).exits(0);
    let took = begun.elapsed();
    assert!(took > Duration::from_millis(900) && took < Duration::from_secs(8), "{took:?}");
    assert_eq!(rcon.inspect("box", "{{.State.Status}} {{.State.ExitCode}}"), "exited 137");
}

#[test]
fn stopping_what_has_ended_is_no_failure() {
    let rcon = Rcon::with_busybox();
    rcon.run(["run", "--name", "box", "busybox", "true"]).exits(0);
    rcon.run(["stop", "box"]).exits(0).stdout("box\n");
    rcon.run(["kill", "box"]).exits(1).stderr_has("is not running");
}

#[test]
fn kill_sends_any_signal() {
    let rcon = Rcon::with_busybox();
    let script = "trap 'echo hup' HUP; echo ready; while :; do sleep 0.1; done";
    rcon.run(["run", "-d", "--name", "box", "busybox", "sh", "-c", script]).exits(0);
    until("the trap is set", || rcon.run(["logs", "box"]).printed().contains("ready"));
    rcon.run(["kill", "-s", "HUP", "box"]).exits(0).stdout("box\n");
    until("the signal is heard", || rcon.run(["logs", "box"]).printed().contains("hup"));
    assert_eq!(rcon.inspect("box", "{{.State.Running}}"), "true");
}

#[test]
fn restart_keeps_the_container_and_makes_a_new_process() {
    let rcon = Rcon::with_busybox();
    let id = rcon.sleeper(["--name", "box"]);
    let before = rcon.processes(&id).init;
    rcon.run(["restart", "-t", "1", "box"]).exits(0).stdout("box\n");
    assert_eq!(rcon.inspect("box", "{{.Id}} {{.State.Running}}"), format!("{id} true"));
    assert_ne!(rcon.processes(&id).init, before);
}

#[test]
fn a_running_container_is_removed_by_force_only() {
    let rcon = Rcon::with_busybox();
    let id = rcon.sleeper(["--name", "box"]);
    rcon.run(["rm", "box"]).exits(1).stdout("").stderr_has(
        "cannot remove container \"/box\": container is running: stop the container before removing or force remove",
    );
    let init = rcon.processes(&id).init;
    rcon.run(["rm", "-f", "box"]).exits(0).stdout("box\n");
    assert!(!crate::support::lives(init));
    rcon.has_no_containers();
}

#[test]
fn a_container_run_with_rm_leaves_nothing() {
    let rcon = Rcon::with_busybox();
    rcon.run(["run", "--rm", "busybox", "true"]).exits(0);
    rcon.has_no_containers();
    let id = rcon.run(["run", "-d", "--rm", "busybox", "true"]).succeeds();
    until("the container has gone", || rcon.stored().is_empty());
    rcon.run(["inspect", &id]).exits(1);
}

#[test]
fn wait_waits_for_the_end() {
    let rcon = Rcon::with_busybox();
    let id = rcon.run(["run", "-d", "busybox", "sh", "-c", "sleep 0.5; exit 8"]).succeeds();
    let begun = Instant::now();
    rcon.run(["wait", &id]).exits(0).stdout("8\n");
    assert!(begun.elapsed() < Duration::from_secs(10));
}

#[test]
fn a_unique_beginning_of_an_id_is_enough() {
    let rcon = Rcon::with_busybox();
    let id = rcon.run(["create", "busybox", "true"]).succeeds();
    assert_eq!(rcon.inspect(&id[..6], "{{.Id}}"), id);
    let others = crate::support::at_once(16, |_| rcon.run(["create", "busybox", "true"]).succeeds());
    let first = &id[..1];
    if others.iter().any(|other| other.starts_with(first)) {
        rcon.run(["inspect", first]).exits(1).stderr_has("multiple IDs found with provided prefix");
    }
}

#[test]
fn a_name_wins_over_the_beginning_of_an_id() {
    let rcon = Rcon::with_busybox();
    let first = rcon.run(["create", "busybox", "true"]).succeeds();
    let second = rcon.run(["create", "--name", &first[..12], "busybox", "true"]).succeeds();
    assert_eq!(rcon.inspect(&first[..12], "{{.Id}}"), second);
    assert_eq!(rcon.inspect(&first, "{{.Id}}"), first);
}

#[test]
fn a_container_without_a_name_is_called_by_two_words() {
    let rcon = Rcon::with_busybox();
    let id = rcon.run(["create", "busybox", "true"]).succeeds();
    let name = rcon.inspect(&id, "{{.Name}}");
    let parts: Vec<_> = name.trim_start_matches('/').split('_').collect();
    assert!(name.starts_with('/') && parts.len() == 2, "{name}");
    assert!(parts.iter().all(|part| part.bytes().all(|byte| byte.is_ascii_lowercase())), "{name}");
}

#[test]
fn a_renamed_container_has_the_new_name_only() {
    let rcon = Rcon::with_busybox();
    rcon.run(["create", "--name", "old", "busybox", "true"]).exits(0);
    rcon.run(["create", "--name", "other", "busybox", "true"]).exits(0);
    rcon.run(["rename", "old", "other"]).exits(1).stderr_has("is already in use by container \"<id>\"");
    rcon.run(["rename", "old", "new"]).exits(0).stdout("").stderr("");
    assert_eq!(rcon.inspect("new", "{{.Name}}"), "/new");
    rcon.run(["inspect", "old"]).exits(1);
    rcon.run(["create", "--name", "old", "busybox", "true"]).exits(0);
}

#[test]
fn starting_what_runs_changes_nothing() {
    let rcon = Rcon::with_busybox();
    let id = rcon.sleeper(["--name", "box"]);
    let before = rcon.processes(&id).init;
    rcon.run(["start", "box"]).exits(0).stdout("box\n");
    assert_eq!(rcon.processes(&id).init, before);
}

#[test]
fn inspect_tells_the_state() {
    let rcon = Rcon::with_busybox();
    let id = rcon.sleeper(["--name", "box"]);
    let init = rcon.processes(&id).init;
    assert_eq!(
        rcon.inspect("box", "{{.State.Status}} {{.State.Running}} {{.State.Pid}}"),
        format!("running true {init}")
    );
    let all: serde_json::Value =
        serde_json::from_str(rcon.run(["inspect", "box"]).exits(0).printed()).unwrap();
    assert_eq!(all[0]["Id"], id.as_str());
    assert_eq!(all[0]["Config"]["Image"], "busybox");
    assert_eq!(all[0]["HostConfig"]["AutoRemove"], false);
}

#[test]
fn an_image_in_use_is_not_removed() {
    let rcon = Rcon::with_busybox();
    rcon.run(["create", "--name", "box", "busybox", "true"]).exits(0);
    rcon.run(["rmi", "busybox"]).exits(1).stderr_has("conflict");
    rcon.run(["rm", "box"]).exits(0);
    rcon.run(["rmi", "busybox"]).exits(0).stdout_has("Untagged: busybox:latest\n");
    rcon.run(["images", "-q"]).exits(0).stdout("");
}
