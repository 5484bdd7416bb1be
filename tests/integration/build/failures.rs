//! Steps that fail and builds that are stopped: what is said, and that nothing stays behind.

use super::project::{Project, names, ran};
use crate::support::{Image, Rcon, lives, signal, until};
use nix::sys::signal::Signal;

/// The processes whose command line has `word`.
fn that_run(word: &str) -> Vec<i32> {
    let runs = |pid: &i32| {
        let line = std::fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
        // A shell that is told of it is not meant.
        line.split(|byte| *byte == 0).any(|part| part == word.as_bytes())
    };
    let pids = names("/proc".as_ref()).into_iter().filter_map(|name| name.parse().ok());
    pids.filter(runs).collect()
}

/// A number of seconds that nobody else sleeps.
fn seconds() -> String {
    use std::sync::atomic::{AtomicU32, Ordering};
    static NEXT: AtomicU32 = AtomicU32::new(0);
    format!("{}{:06}", 1 + NEXT.fetch_add(1, Ordering::Relaxed), std::process::id())
}

#[test]
fn a_failing_step_shows_its_last_lines_and_its_exit_code() {
    let project =
        Project::new("FROM base\nRUN echo first\nRUN seq 100; echo why >&2; exit 7\nRUN echo never\n");
    let out = project.build(["-t", "built"]);
    out.exits(1).stdout("");
    let shown = out.said();
    assert!(shown.contains("\n > [3/4] RUN seq 100; echo why >&2; exit 7:\n"), "{out}");
    assert!(shown.contains("   3 | >>> RUN seq 100; echo why >&2; exit 7\n"), "{out}");
    let word =
        "process \"/bin/sh -c seq 100; echo why >&2; exit 7\" did not complete successfully: exit code: 7";
    assert_eq!(
        shown.lines().last(),
        Some(format!("ERROR: failed to build: failed to solve: {word}").as_str()),
        "{out}"
    );
    let last: Vec<_> = shown.lines().skip_while(|line| !line.starts_with(" > ")).collect();
    assert!(last.iter().any(|line| line.ends_with(" why")), "{out}");
    assert!(!shown.contains("never\n#"), "{out}");
    project.is_sound();
    project.rcon.run(["images", "-q", "built"]).exits(0).stdout("");
    // What came before it is not lost.
    project.dockerfile("FROM base\nRUN echo first\nRUN echo mended\n");
    assert_eq!(ran(project.build(["-t", "built"]).exits(0)), ["RUN echo mended"]);
}

#[test]
fn quiet_builds_tell_of_failures_too() {
    let project = Project::new("FROM base\nRUN echo why; exit 3\n");
    project.rcon.run(["build", "-q", "context"]).exits(1).stdout("").stderr_has("exit code: 3\n");
    project.is_sound();
}

#[test]
fn commands_and_users_that_are_not_there_are_named() {
    for (text, told) in [
        ("RUN nonesuch", "exit code: 127"),
        ("RUN [\"/nonesuch\"]", "/nonesuch"),
        ("RUN [\"/etc/passwd\"]", "/etc/passwd"),
        ("USER nobody-here\nRUN true", "nobody-here"),
        ("COPY nonesuch /", "nonesuch"),
        ("COPY --from=nonesuch.invalid/x /a /", "nonesuch.invalid"),
        ("RUN --mount=type=bind,source=/nonesuch,target=/m true", "nonesuch"),
        ("RUN --mount=type=secret,id=nonesuch,required=true true", "nonesuch"),
        ("SHELL [\"/nonesuch\"]\nRUN true", "/nonesuch"),
    ] {
        let project = Project::new(&format!("FROM base\nRUN : before\n{text}\n"));
        let out = project.build(["-t", "built"]);
        out.exits(1).stdout("").stderr_has(">>> ");
        let last = out.said().lines().rev().find(|line| line.starts_with("ERROR: failed to build: "));
        assert!(last.is_some_and(|line| line.contains(told)), "{text}: {told}\n{out}");
        project.is_sound();
    }
}

#[test]
fn one_stage_that_fails_ends_the_others() {
    let seconds = seconds();
    let project = Project::new(&format!(
        "FROM base AS slow\nRUN --mount=type=cache,target=/c touch /c/up; sleep {seconds}\n\
         FROM base AS wrong\nRUN --mount=type=cache,target=/c until [ -e /c/up ]; do sleep 0.1; done; exit 4\n\
         FROM scratch\nCOPY --from=slow / /\nCOPY --from=wrong / /\n"
    ));
    project.build([""; 0]).exits(1).stderr_has("CANCELED\n").stderr_has("exit code: 4\n");
    until("the slow step has ended", || that_run(&seconds).is_empty());
    project.is_sound();
}

#[test]
fn a_command_leaves_no_process_behind() {
    let seconds = seconds();
    let project = Project::new(&format!("FROM base\nRUN sleep {seconds} & setsid sleep {seconds} & true\n"));
    project.build([""; 0]).exits(0);
    until("what it left has ended", || that_run(&seconds).is_empty());
    project.is_sound();
}

/// A build that waits in two stages for nothing.
fn waiting(seconds: &str) -> Project {
    let stage = |name| {
        format!("FROM base AS {name}\nRUN : before {name}\nRUN : {name}; echo up {name}; sleep {seconds}\n")
    };
    Project::new(&format!(
        "{}{}FROM scratch\nCOPY --from=one / /\nCOPY --from=two / /\n",
        stage("one"),
        stage("two")
    ))
}

/// All has ended; the next build takes what was complete.
#[track_caller]
fn goes_on(project: &Project, seconds: &str) {
    assert!(that_run(seconds).is_empty(), "a step goes on");
    project.is_sound();
    project.dockerfile("FROM base AS one\nRUN : before one\nRUN echo mended\n");
    let out = project.build(["-t", "built"]);
    assert_eq!(ran(out.exits(0)), ["RUN echo mended"], "{out}");
    project.is_sound();
}

#[test]
fn signals_end_all_steps_at_once() {
    for sent in [Signal::SIGTERM, Signal::SIGINT, Signal::SIGHUP] {
        let seconds = seconds();
        let project = waiting(&seconds);
        let call = project.call(["-t", "built"]).spawn();
        until("both steps sleep", || that_run(&seconds).len() >= 2);
        signal(call.pid(), sent);
        let out = call.wait();
        out.exits(1).stdout("").stderr_has("CANCELED\n").stderr_has("context canceled\n");
        goes_on(&project, &seconds);
    }
}

#[test]
fn an_interrupt_at_the_terminal_ends_all_steps_and_leaves_the_terminal_as_it_was() {
    let seconds = seconds();
    let project = waiting(&seconds);
    let mut call = project.rcon.call(["build", "-t", "built", "context"]).pty();
    until("both steps sleep", || that_run(&seconds).len() >= 2);
    call.types("\x03");
    let screen = call.exits(1);
    assert!(screen.contains("context canceled"), "{screen}");
    // The cursor is shown again where it was hidden.
    assert!(!screen.contains("\x1b[?25l") || screen.contains("\x1b[?25h"), "{screen:?}");
    assert!(!call.is_raw());
    goes_on(&project, &seconds);
}

#[test]
fn a_build_whose_reader_is_gone_goes_on() {
    let project = Project::new("FROM base\nRUN seq 2000\nRUN echo end > /end\n");
    let script = "$0 build --progress=plain -t built context 2>&1 | head -c 10 >&2";
    let out = project.rcon.call_through(&["sh", "-c", script], [""; 0]).done();
    out.exits(0);
    assert_eq!(project.shell("cat /end"), "end");
    project.is_sound();
}

#[test]
fn a_full_disk_is_named_and_everything_works_when_there_is_room() {
    let rcon = Rcon::new();
    rcon.file("busybox", Image::busybox_tree());
    rcon.directory("full");
    rcon.directory("context");
    let text = "FROM base\nRUN : before\nRUN head -c 200000000 /dev/zero > /large\n";
    rcon.file("context/Dockerfile", text);
    rcon.file("context/large", vec![1; 30_000_000]);
    rcon.file(
        "context/Copy",
        "FROM base\nRUN : before\nCOPY large /one\nCOPY large /two\nCOPY large /three\n",
    );
    rcon.file("context/Fine", "FROM base\nRUN : before\nRUN echo fine > /fine\n");
    let script = "mount -t tmpfs -o size=64m none full || exit 99; export RCON_ROOT=$PWD/full/s; r=\"$0\"; \
        $r import busybox base >/dev/null || exit 98; \
        $r build --progress=plain context; echo run $?; \
        $r build --progress=plain -f context/Copy context; echo copy $?; \
        $r system check; echo check $?; \
        cat /dev/zero >full/fill 2>/dev/null; $r build -f context/Fine context; echo full $?; rm full/fill; \
        $r build --progress=plain -f context/Fine -t built context && $r run --rm built cat /fine; \
        $r system check; echo check $?; ls -A full/s/build/work full/s/build/fetched full/s/layers | grep -c tmp";
    let out = rcon.call_through(&["unshare", "-r", "-m", "sh", "-c", script], [""; 0]).done();
    out.stdout("run 1\ncopy 1\ncheck 0\nfull 1\nfine\ncheck 0\n0\n");
    let said = out.said();
    let told =
        said.matches("no space left").count() + said.matches("hint: there is no room left in ").count();
    assert!(told >= 3, "{out}");
}

#[test]
fn what_cannot_be_read_is_named() {
    let project = Project::new("FROM base\nCOPY folder /folder\n");
    project.file("folder/closed", "x");
    use std::os::unix::fs::PermissionsExt;
    let mode = std::fs::Permissions::from_mode(0o000);
    std::fs::set_permissions(project.path("folder/closed"), mode).unwrap();
    project.build([""; 0]).exits(1).stderr_has("folder/closed").stderr_has("ermission denied");
    project.is_sound();
}

#[test]
fn words_that_make_no_sense_begin_nothing() {
    let project = Project::new("FROM base\nRUN true\n");
    for (text, told) in [
        ("", "empty"),
        ("RUN true\n", "no build stage"),
        ("FROM base\nNONESUCH x\n", "NONESUCH"),
        ("FROM base AS a\nCOPY --from=a / /\n", "circular"),
        ("FROM base\nCOPY --from=7 / /\n", "7"),
        ("FROM base\nRUN --mount=type=nonesuch true\n", "nonesuch"),
    ] {
        let out = project.dockerfile(text).build([""; 0]);
        out.exits(1);
        assert!(out.said().lines().last().is_some_and(|line| line.contains(told)), "{text:?} {told}\n{out}");
    }
    project.dockerfile("FROM base\nRUN true\n");
    project.build(["--target", "nonesuch"]).exits(1).stderr_has("nonesuch");
    project.is_sound();
}

#[test]
fn a_child_that_is_killed_fails_its_step_alone() {
    let seconds = seconds();
    let project = waiting(&seconds);
    let call = project.call([""; 0]).spawn();
    until("both steps sleep", || that_run(&seconds).len() >= 2);
    let one = that_run(&seconds)[0];
    signal(one, Signal::SIGKILL);
    call.wait().exits(1);
    until("it has gone", || !lives(one));
    goes_on(&project, &seconds);
}
