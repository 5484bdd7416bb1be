//! Exit codes are docker's: 125, 126, 127, 128 and the signal's number, or the container's own.

use crate::support::{Rcon, signal};
use nix::sys::signal::Signal;

#[test]
fn the_exit_code_is_the_containers_own() {
    let rcon = Rcon::with_busybox();
    for code in [0, 1, 32, 125, 255] {
        rcon.shell(&format!("exit {code}")).exits(code).stdout("").stderr("");
    }
}

#[test]
fn a_command_that_does_not_exist_is_127() {
    let rcon = Rcon::with_busybox();
    for command in ["nonesuch", "/bin/nonesuch", "/etc/passwd/x"] {
        rcon.run(["run", "--rm", "busybox", command]).exits(127).stdout("").stderr_has(command);
    }
    rcon.run(["run", "--rm", "busybox", "nonesuch"])
        .exits(127)
        .stderr_has("executable file not found in $PATH");
    rcon.has_no_containers();
}

#[test]
fn a_command_that_cannot_be_executed_is_126() {
    let rcon = Rcon::with_busybox();
    for command in ["/etc/passwd", "/etc"] {
        rcon.run(["run", "--rm", "busybox", command]).exits(126).stderr_has(command);
    }
}

#[test]
fn a_detached_run_tells_a_failed_start_too() {
    let rcon = Rcon::with_busybox();
    rcon.run(["run", "-d", "busybox", "nonesuch"]).exits(127).stderr_has("nonesuch");
}

#[test]
fn a_container_killed_by_a_signal_is_128_and_its_number() {
    let rcon = Rcon::with_busybox();
    rcon.shell("sh -c 'kill -SEGV $$'; exit $?").exits(139);
    // Process one of a namespace is deaf to its own signals; --init is process one here.
    rcon.run(["run", "--rm", "--init", "busybox", "sh", "-c", "kill -TERM $$"]).exits(143);
}

#[test]
fn a_container_killed_from_outside_is_137() {
    let rcon = Rcon::with_busybox();
    let id = rcon.sleeper([]);
    rcon.run(["kill", &id]).exits(0);
    rcon.run(["wait", &id]).exits(0).stdout("137\n");
}

#[test]
fn a_wrong_flag_is_125_and_names_the_help() {
    let rcon = Rcon::new();
    rcon.run(["run", "--nonesuch", "busybox"])
        .exits(125)
        .stdout("")
        .stderr_has("unknown flag: --nonesuch")
        .stderr_has("'rcon run --help'");
}

#[test]
fn an_unknown_command_is_1() {
    let rcon = Rcon::new();
    rcon.run(["nonesuch"]).exits(1).stdout("").stderr_has("unknown command");
}

#[test]
fn an_image_that_is_not_here_is_125() {
    let rcon = Rcon::new();
    rcon.run(["run", "--pull", "never", "nonesuch", "true"]).exits(125).stderr_has("nonesuch");
    rcon.has_no_containers();
}

#[test]
fn a_name_that_is_taken_is_125_in_dockers_words() {
    let rcon = Rcon::with_busybox();
    rcon.run(["create", "--name", "web", "busybox", "true"]).exits(0);
    rcon.run(["run", "--name", "web", "busybox", "true"])
        .exits(125)
        .stdout("")
        .stderr_has("Conflict. The container name \"/web\" is already in use by container \"<id>\". You have to remove (or rename) that container to be able to reuse that name.")
        .stderr_has("Run 'rcon run --help' for more information");
}

#[test]
fn exec_leaves_with_the_commands_code() {
    let rcon = Rcon::with_busybox();
    let id = rcon.sleeper([]);
    rcon.run(["exec", &id, "sh", "-c", "exit 7"]).exits(7);
    rcon.run(["exec", &id, "sh", "-c", "kill -KILL $$"]).exits(137);
    rcon.run(["exec", &id, "nonesuch"]).exits(127).stderr_has("executable file not found in $PATH");
    rcon.run(["exec", &id, "/etc/passwd"]).exits(126);
}

#[test]
fn exec_in_a_container_that_does_not_run_is_1() {
    let rcon = Rcon::with_busybox();
    rcon.run(["create", "--name", "box", "busybox", "true"]).exits(0);
    rcon.run(["exec", "box", "true"]).exits(1).stderr_has("is not running");
    rcon.run(["exec", "nonesuch", "true"]).exits(1).stderr_has("No such container: nonesuch");
}

#[test]
fn start_leaves_with_the_containers_code_when_attached() {
    let rcon = Rcon::with_busybox();
    rcon.run(["create", "--name", "box", "busybox", "sh", "-c", "echo out; exit 9"]).exits(0);
    rcon.run(["start", "-a", "box"]).exits(9).stdout("out\n");
    rcon.run(["start", "box"]).exits(0).stdout("box\n");
}

#[test]
fn wait_prints_the_codes_and_is_content() {
    let rcon = Rcon::with_busybox();
    let first = rcon.run(["run", "-d", "busybox", "sh", "-c", "exit 3"]).succeeds();
    let second = rcon.run(["run", "-d", "busybox", "sh", "-c", "exit 4"]).succeeds();
    rcon.run(["wait", &first, &second]).exits(0).stdout("3\n4\n");
}

#[test]
fn the_rest_is_done_although_one_argument_fails() {
    let rcon = Rcon::with_busybox();
    for name in ["one", "two"] {
        rcon.run(["create", "--name", name, "busybox", "true"]).exits(0);
    }
    rcon.run(["rm", "one", "nonesuch", "two"])
        .exits(1)
        .stdout("one\ntwo\n")
        .stderr_has("No such container: nonesuch");
    rcon.has_no_containers();
}

#[test]
fn removing_by_force_what_is_not_there_is_no_failure() {
    let rcon = Rcon::new();
    rcon.run(["rm", "-f", "nonesuch"]).exits(0);
    rcon.run(["rm", "nonesuch"]).exits(1).stderr_has("No such container: nonesuch");
}

#[test]
fn verbs_about_a_container_that_is_not_there_say_so() {
    let rcon = Rcon::new();
    for verb in ["start", "stop", "restart", "kill", "wait", "logs", "attach"] {
        rcon.run([verb, "nonesuch"]).exits(1).stderr_has("No such container: nonesuch");
    }
    rcon.run(["inspect", "nonesuch"]).exits(1).stdout("[]\n").stderr_has("o such object: nonesuch");
}

#[test]
fn a_signal_to_the_calling_rcon_reaches_the_container() {
    let rcon = Rcon::with_busybox();
    let script = "trap 'echo told; exit 5' TERM; echo ready; while :; do sleep 100 & wait $!; done";
    let mut call = rcon.call(["run", "--rm", "busybox", "sh", "-c", script]).spawn();
    call.prints("ready");
    signal(call.pid(), Signal::SIGTERM);
    call.wait().exits(5).stdout("ready\ntold\n");
}
