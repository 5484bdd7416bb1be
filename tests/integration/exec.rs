//! `exec`: one more process in a running container.

use crate::support::{Image, Rcon, requires};
use serde_json::json;

#[test]
fn exec_sees_the_containers_files_and_processes() {
    let rcon = Rcon::with_busybox();
    let id = rcon.sleeper(["--hostname", "inside"]);
    rcon.run(["exec", &id, "sh", "-c", "echo x > /f"]).exits(0);
    rcon.run(["exec", &id, "sh", "-c", "cat /f; hostname; tr '\\0' ' ' < /proc/1/cmdline | cut -c 1-6"])
        .exits(0)
        .stdout("x\ninside\nsh -c \n");
}

#[test]
fn every_namespace_is_the_containers() {
    let rcon = Rcon::with_busybox();
    let id = rcon.sleeper([]);
    let script = "for ns in user mnt pid net ipc uts cgroup; do \
                  [ \"$(readlink /proc/1/ns/$ns)\" = \"$(readlink /proc/self/ns/$ns)\" ] || echo $ns; done";
    rcon.run(["exec", &id, "sh", "-c", script]).exits(0).stdout("").stderr("");
}

#[test]
fn exec_reads_input_and_keeps_outputs_apart() {
    let rcon = Rcon::with_busybox();
    let id = rcon.sleeper([]);
    let call = rcon.call(["exec", "-i", &id, "sh", "-c", "cat; echo err >&2"]);
    call.stdin("typed\n").done().exits(0).stdout("typed\n").stderr("err\n");
    rcon.call(["exec", &id, "cat"]).stdin("not for you").done().exits(0).stdout("");
}

#[test]
fn exec_has_the_containers_environment_and_its_own() {
    let rcon = Rcon::with_busybox();
    let id = rcon.sleeper(["-e", "A=container", "-e", "B=container"]);
    let out = rcon.run(["exec", "-e", "B=exec", "-e", "C=exec", &id, "sh", "-c", "echo $A $B $C"]);
    out.exits(0).stdout("container exec exec\n");
}

#[test]
fn exec_starts_in_the_containers_directory_or_its_own() {
    let rcon = Rcon::with_busybox();
    let id = rcon.sleeper(["-w", "/tmp"]);
    rcon.run(["exec", &id, "pwd"]).exits(0).stdout("/tmp\n");
    rcon.run(["exec", "-w", "/etc", &id, "pwd"]).exits(0).stdout("/etc\n");
    rcon.run(["exec", "-w", "/nonesuch", &id, "pwd"]).fails();
}

#[test]
fn exec_runs_as_the_user_asked_for() {
    requires!(subordinate_ids);
    let rcon = Rcon::with_busybox();
    let id = rcon.sleeper([]);
    rcon.run(["exec", "-u", "user", &id, "id", "-un"]).exits(0).stdout("user\n");
    rcon.run(["exec", "-u", "12:34", &id, "sh", "-c", "id -u; id -g"]).exits(0).stdout("12\n34\n");
    rcon.run(["exec", "-u", "nonesuch", &id, "true"]).fails().stderr_has("nonesuch");
}

#[test]
fn exec_is_the_images_user_by_default() {
    requires!(subordinate_ids);
    let image = Image::busybox().config(json!({ "User": "user", "Cmd": ["sleep", "1000"] }));
    let rcon = Rcon::with_image(image);
    rcon.run(["run", "-d", "--name", "box", "image"]).exits(0);
    rcon.run(["exec", "box", "id", "-un"]).exits(0).stdout("user\n");
}

#[test]
fn a_detached_exec_does_not_wait() {
    let rcon = Rcon::with_busybox();
    let id = rcon.sleeper([]);
    rcon.run(["exec", "-d", &id, "sh", "-c", "sleep 0.3; touch /done; sleep 100"]).exits(0).stdout("");
    crate::support::until("the command is done", || {
        rcon.run(["exec", &id, "test", "-e", "/done"]).code() == Some(0)
    });
}

#[test]
fn many_execs_at_once_do_not_mix() {
    let rcon = Rcon::with_busybox();
    let id = rcon.sleeper([]);
    crate::support::at_once(16, |number| {
        let out = rcon.run(["exec", &id, "sh", "-c", &format!("echo {number}; exit {number}")]);
        out.exits(number as i32).stdout(&format!("{number}\n"));
    });
}

#[test]
fn exec_is_as_confined_as_the_container() {
    let rcon = Rcon::with_busybox();
    let id = rcon.sleeper([]);
    let lines = "grep -E '^(Cap|Seccomp:|NoNewPrivs)' /proc";
    let own = rcon.run(["exec", &id, "sh", "-c", &format!("{lines}/self/status")]).succeeds();
    let first = rcon.run(["exec", &id, "sh", "-c", &format!("{lines}/1/status")]).succeeds();
    assert_eq!(own, first);
}

#[test]
fn the_container_ends_although_an_exec_still_runs() {
    let rcon = Rcon::with_busybox();
    let id = rcon.sleeper([]);
    let mut exec = rcon.call(["exec", &id, "sh", "-c", "echo up; sleep 1000"]).spawn();
    exec.prints("up");
    rcon.run(["kill", &id]).exits(0);
    rcon.run(["wait", &id]).exits(0).stdout("137\n");
    exec.wait().exits(137);
}
