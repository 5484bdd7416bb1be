//! `system reset`.

use crate::support::{Image, Rcon, kill_hard, lives, requires, until};
use std::fs;
use std::time::Duration;

#[test]
fn a_no_keeps_everything_and_a_yes_leaves_nothing_but_what_is_not_rcon_s() {
    let rcon = Rcon::with_busybox();
    let id = rcon.sleeper(["-v", "data:/data"]);
    let init = rcon.processes(&id).init;
    rcon.file("s/mine", "not rcon's");
    let out = rcon.call(["system", "reset"]).stdin("n\n").done();
    out.exits(0).stdout_has("WARNING! This will remove:\n").stdout_has("continue? [y/N] ");
    rcon.run(["exec", &id, "true"]).exits(0);
    let out = rcon.call(["system", "reset"]).stdin("y\n").done();
    out.exits(0).stderr("");
    until("the container has ended", || !lives(init));
    let left: Vec<_> =
        fs::read_dir(rcon.path("s")).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left, ["mine"]);
    assert!(!rcon.path("r").exists());
    rcon.has_no_images();
    rcon.run(["ps", "-aq"]).exits(0).stdout("");
}

#[test]
fn files_of_other_users_go_as_well() {
    requires!(subordinate_ids);
    let rcon = Rcon::with_busybox();
    let script =
        "for f in / /data; do mkdir $f/p; touch $f/p/f; chown -R 1000:1000 $f/p; chmod 500 $f/p; done";
    rcon.run(["run", "-v", "data:/data", "busybox", "sh", "-c", script]).exits(0);
    rcon.run(["system", "reset", "-f"]).exits(0).stdout("").stderr("");
    assert!(!rcon.path("s").exists());
    rcon.run(["system", "reset", "--force"]).exits(0);
}

#[test]
fn a_reset_that_is_killed_leaves_a_store_the_next_call_copes_with() {
    for delay in [1, 4, 8, 12, 16, 20, 26, 34, 50] {
        let rcon = Rcon::with_busybox();
        rcon.run(["create", "--name", "box", "-v", "data:/data", "busybox", "true"]).exits(0);
        let call = rcon.call(["system", "reset", "-f"]).spawn();
        std::thread::sleep(Duration::from_millis(delay));
        let pid = call.pid();
        kill_hard(pid);
        call.wait();
        until("the killed call has gone", || !lives(pid));
        rcon.run(["ps", "-a"]).exits(0);
        rcon.run(["images"]).exits(0);
        rcon.run(["system", "df", "-v"]).exits(0);
        rcon.run(["system", "prune", "-a", "-f", "--volumes"]).exits(0);
        rcon.has_no_images();
        rcon.has_no_temporaries();
        rcon.call(["import", "-", "busybox"]).stdin(Image::busybox_tree()).done().exits(0);
        rcon.shell("true").exits(0);
        rcon.run(["system", "reset", "-f"]).exits(0).stderr("");
        // A monitor that is about to leave may write down that it does.
        let left =
            fs::read_dir(rcon.path("s")).into_iter().flatten().flatten().map(|entry| entry.file_name());
        assert_eq!(left.filter(|name| name != "events.log").count(), 0, "after {delay} ms");
    }
}
