//! `unshare`.

use crate::support::{Rcon, requires, uid};

#[test]
fn the_command_is_root_among_the_user_s_ids() {
    let rcon = Rcon::new();
    rcon.run(["unshare", "id", "-u"]).exits(0).stdout("0\n").stderr("");
    let out = rcon.run(["unshare", "cat", "/proc/self/uid_map"]);
    assert_eq!(out.succeeds().split_whitespace().take(2).collect::<Vec<_>>(), ["0", &uid().to_string()]);
    rcon.run(["unshare", "ls", "-d", "--color=never", "-a", "."]).exits(0).stdout(".\n");
}

#[test]
fn files_of_subordinate_ids_can_be_given_and_taken() {
    requires!(subordinate_ids);
    let rcon = Rcon::new();
    let file = rcon.file("f", "x");
    rcon.run(["unshare", "chown", "1000:1000", &file]).exits(0);
    rcon.run(["unshare", "stat", "-c", "%u:%g", &file]).exits(0).stdout("1000:1000\n");
    rcon.run(["unshare", "rm", "-f", &file]).exits(0);
}

#[test]
fn mounts_stay_inside_and_the_folder_and_environment_are_the_caller_s() {
    let rcon = Rcon::new();
    rcon.directory("m");
    let script = "mount -t tmpfs none m && touch m/f && ls m && echo $HOME_OF_TEST && pwd";
    let out = rcon.call(["unshare", "sh", "-c", script]).env("HOME_OF_TEST", "here").done();
    out.exits(0).stdout(&format!("f\nhere\n{}\n", rcon.path("").display().to_string().trim_end_matches('/')));
    assert!(!rcon.path("m/f").exists());
}

#[test]
fn the_exit_code_is_the_command_s_own() {
    let rcon = Rcon::new();
    rcon.run(["unshare", "sh", "-c", "exit 32"]).exits(32).stderr("");
    rcon.run(["unshare", "no-such-program"]).exits(127).stderr_has("no-such-program");
    rcon.run(["unshare", "/"]).exits(126);
    rcon.call(["unshare"]).env("SHELL", "/bin/false").done().exits(1);
    rcon.call(["unshare"]).stdin("exit 7").without("SHELL").done().exits(7);
    rcon.run(["unshare", "--rootless-netns", "true"]).fails();
}

#[test]
fn it_joins_the_namespace_of_running_containers() {
    let rcon = Rcon::with_busybox();
    let id = rcon.sleeper([]);
    let own = std::fs::read_link(format!("/proc/{}/ns/user", rcon.processes(&id).launcher));
    let joined = rcon.run(["unshare", "readlink", "/proc/self/ns/user"]).succeeds();
    if let Ok(own) = own {
        assert_eq!(joined, own.display().to_string());
    }
}
