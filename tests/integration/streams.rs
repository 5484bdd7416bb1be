//! Standard input, output and error, and the log of them.

use crate::support::Rcon;
use std::time::Duration;

#[test]
fn output_and_error_stay_apart() {
    let rcon = Rcon::with_busybox();
    rcon.shell("echo out; echo err >&2").exits(0).stdout("out\n").stderr("err\n");
}

#[test]
fn input_is_read_to_its_end() {
    let rcon = Rcon::with_busybox();
    let input = "0123456789abcdef".repeat(65_536);
    let out = rcon.call(["run", "--rm", "-i", "busybox", "md5sum"]).stdin(input.clone()).done();
    let again = rcon.call(["run", "--rm", "-i", "busybox", "cat"]).stdin(input.clone()).done();
    assert_eq!(out.exits(0).printed().len(), 36);
    assert!(again.exits(0).printed() == input, "{} bytes came back", again.printed().len());
}

#[test]
fn without_i_there_is_no_input() {
    let rcon = Rcon::with_busybox();
    rcon.call(["run", "--rm", "busybox", "cat"]).stdin("not for you").done().exits(0).stdout("");
}

#[test]
fn a_container_that_does_not_read_its_input_ends_all_the_same() {
    let rcon = Rcon::with_busybox();
    let call = rcon.call(["run", "--rm", "-i", "busybox", "echo", "done"]).stdin("x".repeat(1 << 20));
    call.within(Duration::from_secs(20)).done().exits(0).stdout("done\n");
}

#[test]
fn nothing_is_lost_however_fast_the_container_ends() {
    let rcon = Rcon::with_busybox();
    for _ in 0..20 {
        rcon.run(["run", "--rm", "busybox", "sh", "-c", "echo out; echo err >&2; exit 3"])
            .exits(3)
            .stdout("out\n")
            .stderr("err\n");
    }
}

#[test]
fn much_output_comes_through_whole() {
    let rcon = Rcon::with_busybox();
    let out = rcon.shell("seq 1 200000");
    let wanted: String = (1..=200_000).map(|number| format!("{number}\n")).collect();
    assert!(out.exits(0).printed() == wanted, "{} of {} bytes", out.printed().len(), wanted.len());
}

#[test]
fn bytes_that_are_no_text_come_through() {
    let rcon = Rcon::with_busybox();
    rcon.shell("printf '\\000\\377\\n' | od -An -tx1; printf 'a\\000b'").exits(0).stdout(" 00 ff 0a\na\0b");
}

#[test]
fn a_reader_that_goes_away_does_not_hang_the_call() {
    let rcon = Rcon::with_busybox();
    let script = format!("{} run --name box busybox yes | head -n 1", crate::support::binary().display());
    let out = rcon.call_by_shell(&script).within(Duration::from_secs(30)).done();
    out.exits(0).stdout("y\n");
}

#[test]
fn the_log_has_what_was_printed_and_keeps_streams_apart() {
    let rcon = Rcon::with_busybox();
    rcon.run(["run", "--name", "box", "busybox", "sh", "-c", "echo out; echo err >&2; printf unended"])
        .exits(0);
    rcon.run(["logs", "box"]).exits(0).stdout("out\nunended").stderr("err\n");
}

#[test]
fn the_end_of_a_log_can_be_asked_for() {
    let rcon = Rcon::with_busybox();
    rcon.run(["run", "--name", "box", "busybox", "seq", "1", "100"]).exits(0);
    rcon.run(["logs", "--tail", "2", "box"]).exits(0).stdout("99\n100\n");
    rcon.run(["logs", "-n", "0", "box"]).exits(0).stdout("");
    rcon.run(["logs", "--tail", "all", "box"]).exits(0).stdout_has("1\n2\n3\n");
}

#[test]
fn a_log_can_carry_times_and_be_cut_by_them() {
    let rcon = Rcon::with_busybox();
    rcon.run(["run", "--name", "box", "busybox", "echo", "line"]).exits(0);
    let out = rcon.run(["logs", "-t", "box"]);
    let time = out.exits(0).printed().split(' ').next().unwrap().to_owned();
    assert!(time.len() == 30 && time.ends_with('Z') && out.printed().ends_with(" line\n"), "{out}");
    rcon.run(["logs", "--since", "1h", "box"]).exits(0).stdout("line\n");
    rcon.run(["logs", "--until", "1h", "box"]).exits(0).stdout("");
}

#[test]
fn a_followed_log_ends_with_its_container() {
    let rcon = Rcon::with_busybox();
    let script = "echo first; while [ ! -e /go ]; do sleep 0.05; done; echo last";
    let id = rcon.run(["run", "-d", "busybox", "sh", "-c", script]).succeeds();
    let mut logs = rcon.call(["logs", "-f", &id]).spawn();
    logs.prints("first\n");
    // The container may end, and everything in it, before touch does.
    let _ = rcon.run(["exec", &id, "touch", "/go"]);
    logs.wait().exits(0).stdout("first\nlast\n");
}

#[test]
fn the_log_file_is_in_dockers_layout() {
    let rcon = Rcon::with_busybox();
    let id = rcon.run(["run", "-d", "busybox", "echo", "a \"quoted\" word"]).succeeds();
    rcon.run(["wait", &id]).exits(0);
    let text = std::fs::read_to_string(rcon.inspect(&id, "{{.LogPath}}")).unwrap();
    let line: serde_json::Value = serde_json::from_str(text.trim()).unwrap();
    assert_eq!(line["log"], "a \"quoted\" word\n");
    assert_eq!(line["stream"], "stdout");
    assert!(line["time"].as_str().unwrap().ends_with('Z'));
}

#[test]
fn input_goes_to_a_container_in_the_background_by_attach() {
    let rcon = Rcon::with_busybox();
    let id = rcon.run(["run", "-d", "-i", "busybox", "sh", "-c", "read word; echo got $word"]).succeeds();
    rcon.call(["attach", &id]).stdin("this\n").done().exits(0).stdout("got this\n");
}

#[test]
fn all_who_are_attached_see_the_output() {
    let rcon = Rcon::with_busybox();
    let script = "while [ ! -e /go ]; do echo wait; sleep 0.1; done; echo end";
    let id = rcon.run(["run", "-d", "busybox", "sh", "-c", script]).succeeds();
    let mut watchers: Vec<_> = (0..3).map(|_| rcon.call(["attach", "--no-stdin", &id]).spawn()).collect();
    watchers.iter_mut().for_each(|watcher| watcher.prints("wait\n"));
    rcon.run(["exec", &id, "touch", "/go"]).exits(0);
    for watcher in watchers {
        watcher.wait().exits(0).stdout_has("wait\nend\n");
    }
}
