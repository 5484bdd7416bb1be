//! What is on disk: damage stays where it is, a reboot is noticed, formats are guarded.

use crate::support::{Rcon, lives, until};
use std::io::Write;

fn overwrite(path: &std::path::Path, text: &[u8]) {
    std::fs::File::create(path).unwrap().write_all(text).unwrap();
}

#[test]
fn a_damaged_container_damages_no_other_and_can_be_removed() {
    let rcon = Rcon::with_busybox();
    for file in ["record.json", "state.json", "name"] {
        for text in [&b""[..], b"{\"version\":", b"\0\0\0\0", b"[]"] {
            let good = rcon.run(["run", "-d", "--name", "good", "busybox", "true"]).succeeds();
            let bad = rcon.run(["run", "-d", "busybox", "true"]).succeeds();
            rcon.run(["wait", &good, &bad]).exits(0);
            overwrite(&rcon.of(&bad, file), text);
            let listed = rcon.run(["ps", "-a", "--format", "{{.Names}}"]);
            listed.exits(0).stdout_has("good\n");
            assert_eq!(rcon.inspect("good", "{{.State.ExitCode}}"), "0");
            rcon.run(["inspect", &bad]).code();
            rcon.run(["rm", "-f", &bad, "good"]).exits(0);
            rcon.has_no_containers();
        }
    }
}

#[test]
fn a_damaged_record_is_said_to_be_damaged_with_the_way_out() {
    let rcon = Rcon::with_busybox();
    let id = rcon.run(["create", "busybox", "true"]).succeeds();
    overwrite(&rcon.of(&id, "record.json"), b"{\"version\":");
    rcon.run(["start", &id]).exits(1).stderr_has("damaged");
}

#[test]
fn a_container_that_ran_before_a_reboot_has_exited_with_255() {
    let rcon = Rcon::with_busybox();
    let id = rcon.sleeper(["--name", "box"]);
    let before = rcon.processes(&id);
    let running = std::fs::read_to_string(rcon.of(&id, "state.json")).unwrap();
    rcon.run(["kill", "box"]).exits(0);
    rcon.run(["wait", "box"]).exits(0);
    until("its monitor has gone", || !lives(before.launcher) && !lives(before.pump));
    let boot = std::fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap();
    assert!(running.contains(boot.trim()), "{running}");
    overwrite(
        &rcon.of(&id, "state.json"),
        running.replace(boot.trim(), "00000000-0000-0000-0000-000000000000").as_bytes(),
    );
    assert_eq!(rcon.inspect("box", "{{.State.Status}} {{.State.ExitCode}}"), "exited 255");
    rcon.run(["start", "box"]).exits(0);
    assert_eq!(rcon.inspect("box", "{{.State.Status}}"), "running");
}

#[test]
fn a_process_that_has_the_pid_of_a_dead_one_is_not_taken_for_it() {
    let rcon = Rcon::with_busybox();
    let id = rcon.sleeper(["--name", "box"]);
    let before = rcon.processes(&id);
    let running = std::fs::read_to_string(rcon.of(&id, "state.json")).unwrap();
    rcon.run(["kill", "box"]).exits(0);
    rcon.run(["wait", "box"]).exits(0);
    until("its monitor has gone", || !lives(before.launcher) && !lives(before.pump));
    // The state says it runs, in processes that have this test's id and another beginning.
    let mut state: serde_json::Value = serde_json::from_str(&running).unwrap();
    for part in ["launcher", "pump", "init"] {
        state["processes"][part]["pid"] = std::process::id().into();
    }
    overwrite(&rcon.of(&id, "state.json"), &serde_json::to_vec(&state).unwrap());
    assert_eq!(rcon.inspect("box", "{{.State.Running}}"), "false");
    rcon.run(["rm", "-f", "box"]).exits(0);
}

#[test]
fn the_record_keeps_the_command_line() {
    let rcon = Rcon::with_busybox();
    let id = rcon.run(["create", "-e", "A=1", "busybox", "echo", "two words"]).succeeds();
    let record: serde_json::Value =
        serde_json::from_slice(&std::fs::read(rcon.of(&id, "record.json")).unwrap()).unwrap();
    let line: Vec<_> =
        record["command_line"].as_array().unwrap().iter().map(|word| word.as_str().unwrap()).collect();
    assert_eq!(line[1..], ["create", "-e", "A=1", "busybox", "echo", "two words"]);
}

#[test]
fn a_store_of_a_newer_rcon_is_refused_in_words() {
    let rcon = Rcon::with_busybox();
    let file = rcon.path("s/format.json");
    assert!(file.exists(), "the store has no format.json");
    overwrite(&file, br#"{"version": 999, "features": {"compatible": [], "read-only-compatible": [], "incompatible": []}}"#);
    rcon.run(["ps"]).fails().stderr_has("newer");
}

#[test]
fn everything_works_without_a_runtime_directory() {
    let rcon = Rcon::with_busybox();
    let call = |words: &[&str]| rcon.call(words).without("RCON_RUNTIME").without("XDG_RUNTIME_DIR").done();
    let id = call(&["run", "-d", "busybox", "sleep", "1000"]).succeeds();
    call(&["exec", &id, "true"]).exits(0);
    call(&["rm", "-f", &id]).exits(0).stdout("<id>\n");
}

#[test]
fn others_cannot_look_into_the_store() {
    let rcon = Rcon::with_busybox();
    for folder in ["s", "r"] {
        let mode = rustix::fs::stat(rcon.path(folder)).unwrap().st_mode;
        assert_eq!(mode & 0o077, 0, "{folder}: {mode:o}");
    }
}

#[test]
fn a_store_in_a_folder_with_a_long_name_works() {
    let rcon = Rcon::with_busybox();
    let long = rcon.path(&"n".repeat(120)).join("m".repeat(120));
    rcon.call(["run", "--rm", "busybox", "echo", "up"])
        .env("RCON_RUNTIME", &long)
        .done()
        .exits(0)
        .stdout("up\n");
}
