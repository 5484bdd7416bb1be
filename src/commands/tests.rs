//! Command lines, whole.

use super::caller::Caller;
use super::tree::{self, Entry, What};
use super::verb::{Purpose, finish};
use super::{Answer, Call, Invocation, globals, parse};
use crate::engine::wish::{MountWish, NetworkWish, SeccompWish, Wish};
use clap::Command;
use std::ffi::OsString;

fn line(words: &[&str]) -> Result<Call, Answer> {
    parse(std::iter::once("rcon").chain(words.iter().copied()).map(OsString::from))
}

fn answer(words: &[&str]) -> (String, u8) {
    let answer = line(words).unwrap_err();
    (answer.text, answer.code)
}

fn caller() -> Caller {
    let variables = vec![("HOME".into(), "/home/me".into())];
    Caller { directory: "/home/me".into(), variables, selinux: false }
}

fn wish_of(words: &[&str], caller: &Caller) -> Result<Wish, String> {
    match line(words).map_err(|answer| answer.text)?.invocation {
        Invocation::Run(args) => args.wish(caller).map_err(|error| error.to_string()),
        Invocation::Create(args) => args.wish(caller).map_err(|error| error.to_string()),
        other => Err(format!("another verb: {other:?}")),
    }
}

fn wish(words: &[&str]) -> Wish {
    wish_of(words, &caller()).unwrap()
}

#[test]
fn flags_after_the_image_belong_to_the_command() {
    let wish = wish(&["run", "-it", "--rm", "-v", "/a:/b:ro", "busybox", "sh", "-c", "ls -l", "--rm"]);
    assert!(wish.interactive && wish.tty && wish.remove);
    assert_eq!(wish.image, "busybox");
    assert_eq!(wish.command, ["sh", "-c", "ls -l", "--rm"]);
    let bind = MountWish::Bind { source: "/a".into(), target: "/b".into(), read_only: true, recursive: true };
    assert_eq!(wish.mounts, [bind]);
}

#[test]
fn the_command_keeps_dashes_of_its_own() {
    assert_eq!(wish(&["run", "busybox", "--", "-x", "--"]).command, ["--", "-x", "--"]);
    assert_eq!(wish(&["run", "--", "busybox", "--help"]).command, ["--help"]);
    assert_eq!(wish(&["run", "busybox", "-h"]).command, ["-h"]);
}

#[test]
fn switches_take_go_booleans_and_the_last_one_wins() {
    assert!(!wish(&["run", "--rm", "--rm=false", "x"]).remove);
    assert!(wish(&["run", "--rm=0", "--rm=T", "x"]).remove);
    assert!(wish(&["run", "-i=true", "x"]).interactive);
    let detached = wish(&["run", "-dit", "--sig-proxy=false", "x", "true"]);
    assert!(detached.detach && detached.interactive && detached.tty && !detached.sig_proxy);
    assert_eq!(detached.command, ["true"]);
}

#[test]
fn values_are_taken_in_all_of_docker_spellings() {
    let wish = wish(&[
        "run",
        "-eA=1",
        "-e=B=2",
        "-e",
        "C=3",
        "--env=D=4",
        "--env",
        "HOME",
        "-e",
        "UNSET",
        "-e",
        "A=5",
        "-h",
        "web",
        "-w/x/../y",
        "--net",
        "host",
        "-u",
        "me:us",
        "--name=web",
        "-v=data:/d",
        "--tmpfs",
        "/run",
        "-itw",
        "/z",
        "--stop-timeout",
        "-1",
        "--shm-size",
        "1m",
        "--ulimit",
        "nofile=1:2",
        "--cap-add=net_admin",
        "--entrypoint",
        "",
        "--security-opt",
        "seccomp=unconfined",
        "--stop-signal",
        "INT",
        "-l",
        "a=b",
        "x",
    ]);
    assert_eq!(wish.env, ["A=5", "B=2", "C=3", "D=4", "HOME=/home/me"]);
    assert_eq!(wish.hostname.as_deref(), Some("web"));
    assert_eq!(wish.workdir.as_deref(), Some("/z"));
    assert_eq!(wish.network, NetworkWish::Host);
    assert_eq!(wish.user.as_deref(), Some("me:us"));
    assert_eq!(wish.name.as_deref(), Some("web"));
    assert_eq!(wish.mounts.len(), 2);
    assert_eq!(wish.stop_timeout, Some(-1));
    assert_eq!(wish.shm_size, Some(1 << 20));
    assert_eq!(wish.cap_add, ["NET_ADMIN"]);
    assert_eq!(wish.entrypoint, Some(vec![]));
    assert_eq!(wish.security.seccomp, SeccompWish::Unconfined);
    assert_eq!(wish.stop_signal, Some(2));
    assert_eq!(wish.labels.get("a").map(String::as_str), Some("b"));
}

#[test]
fn files_are_read_before_the_variables_that_override_them() {
    let directory = tempfile::tempdir().unwrap();
    crate::durable::write(&directory.path().join("env"), b"A=file\nB=file\nHOME\n").unwrap();
    let caller = Caller { directory: directory.path().into(), ..caller() };
    let wish = wish_of(&["run", "-e", "A=flag", "--env-file", "env", "x"], &caller).unwrap();
    assert_eq!(wish.env, ["A=flag", "B=file", "HOME=/home/me"]);
    for (words, told) in [
        (["run", "--env-file", "none", "x"], "open none: no such file or directory"),
        (["run", "--env-file", ".", "x"], "invalid env file (.): read .: is a directory"),
        (
            ["run", "--security-opt", "seccomp=none", "x"],
            "opening seccomp profile (none) failed: open none: no such file or directory",
        ),
    ] {
        assert_eq!(wish_of(&words, &caller).unwrap_err(), told);
    }
}

#[test]
fn a_wish_that_contradicts_itself_is_refused() {
    for (words, told) in [
        (
            vec!["run", "-d", "-a", "stdin", "x"],
            "conflicting options: cannot specify both --attach and --detach",
        ),
        (vec!["run", "-v", "/a:/b", "--tmpfs", "/b", "x"], "Duplicate mount point: /b"),
        (
            vec!["run", "--net", "none", "--net", "host", "x"],
            "conflicting options: a container cannot be on `none` and `host`",
        ),
        (
            vec!["run", "-w", "rel", "x"],
            "the working directory 'rel' is invalid, it needs to be an absolute path",
        ),
        (vec!["run", ""], "invalid reference format"),
        (vec!["create", "--", "-x"], "invalid reference format"),
    ] {
        assert_eq!(wish_of(&words, &caller()).unwrap_err(), told);
    }
}

#[test]
fn what_cannot_be_honoured_yet_is_refused_with_its_reason() {
    let (text, code) = answer(&["run", "--memory", "1g", "x"]);
    assert_eq!(code, 125);
    assert_eq!(
        text,
        "rcon: --memory is not supported yet: resource limits need a cgroup, and containers have none yet\n\n\
         Run 'rcon run --help' for more information\n"
    );
    for words in
        [["run", "-c1", "x"], ["start", "--checkpoint=a", "x"], ["rm", "-l", "x"], ["create", "-m1g", "x"]]
    {
        assert_eq!(answer(&words).1, 125, "{words:?}");
    }
    for words in [["-H", "tcp://a:1", "ps"], ["--context", "other", "ps"]] {
        assert!(answer(&words).0.contains("rcon has no daemon to connect to"), "{words:?}");
    }
}

#[test]
fn a_flag_that_asks_for_what_is_so_anyway_is_taken() {
    wish(&["run", "--restart", "no", "--memory-swappiness=-1", "-P=false", "--disable-content-trust", "x"]);
    assert!(line(&["-c", "default", "--tls=false", "ps"]).is_ok());
}

#[test]
fn mistakes_are_told_in_dockers_words() {
    let run =
        "Usage:  rcon run [OPTIONS] IMAGE [COMMAND] [ARG...]\n\nRun 'rcon run --help' for more information\n";
    for (words, told) in [
        (vec!["run", "--foo", "x"], "unknown flag: --foo"),
        (vec!["run", "--foo=1", "x"], "unknown flag: --foo"),
        (vec!["run", "-itQ", "x"], "unknown shorthand flag: 'Q' in -Q"),
        (vec!["run", "--name"], "flag needs an argument: --name"),
        (vec!["run", "-e"], "flag needs an argument: 'e' in -e"),
        (vec!["run", "-ite"], "flag needs an argument: 'e' in -e"),
        (
            vec!["run", "-m", "abc", "x"],
            "invalid argument \"abc\" for \"-m, --memory\" flag: invalid size: 'abc'",
        ),
        (
            vec!["run", "--rm=maybe", "x"],
            "invalid argument \"maybe\" for \"--rm\" flag: strconv.ParseBool: parsing \"maybe\": invalid syntax",
        ),
        (
            vec!["run", "--rm=", "x"],
            "invalid argument \"\" for \"--rm\" flag: strconv.ParseBool: parsing \"\": invalid syntax",
        ),
        (
            vec!["run", "--ulimit", "foo", "x"],
            "invalid argument \"foo\" for \"--ulimit\" flag: invalid ulimit argument: foo",
        ),
        (
            vec!["run", "-e", "", "x"],
            "invalid argument \"\" for \"-e, --env\" flag: invalid environment variable: ",
        ),
        (
            vec!["run", "-a", "foo", "x"],
            "invalid argument \"foo\" for \"-a, --attach\" flag: valid streams are STDIN, STDOUT and STDERR",
        ),
    ] {
        assert_eq!(answer(&words), (format!("{told}\n\n{run}"), 125), "{words:?}");
    }
}

#[test]
fn a_wrong_number_of_words_is_told_in_dockers_words() {
    for (words, text) in [
        (
            vec!["rm"],
            "rcon: 'rcon rm' requires at least 1 argument\n\nUsage:  rcon rm [OPTIONS] CONTAINER [CONTAINER...]\n\n\
             See 'rcon rm --help' for more information\n",
        ),
        (
            vec!["exec", "a"],
            "rcon: 'rcon exec' requires at least 2 arguments\n\nUsage:  rcon exec [OPTIONS] CONTAINER COMMAND \
             [ARG...]\n\nSee 'rcon exec --help' for more information\n",
        ),
        (
            vec!["container", "rename", "a"],
            "rcon: 'rcon container rename' requires 2 arguments\n\nUsage:  rcon container rename CONTAINER \
             NEW_NAME\n\nRun 'rcon container rename --help' for more information\n",
        ),
        (
            vec!["ps", "extra"],
            "rcon: 'rcon ps' accepts no arguments\n\nUsage:  rcon ps [OPTIONS]\n\nRun 'rcon ps --help' for more \
             information\n",
        ),
        (
            vec!["logs", "a", "b"],
            "rcon: 'rcon logs' requires 1 argument\n\nUsage:  rcon logs [OPTIONS] CONTAINER\n\nRun 'rcon logs \
             --help' for more information\n",
        ),
    ] {
        assert_eq!(answer(&words), (text.to_owned(), 1), "{words:?}");
    }
}

#[test]
fn an_unknown_command_is_named() {
    let told = "rcon: unknown command: rcon foo\n\nRun 'rcon --help' for more information\n";
    assert_eq!(answer(&["foo"]), (told.to_owned(), 1));
    let told = "rcon: unknown command: rcon image foo\n\nUsage:  rcon image\n\nRun 'rcon image --help' for more \
                information\n";
    assert_eq!(answer(&["image", "foo"]), (told.to_owned(), 1));
    let told = "unknown flag: --foo\n\nUsage:  rcon [OPTIONS] COMMAND [ARG...]\n\nRun 'rcon --help' for more \
                information\n";
    assert_eq!(answer(&["--foo"]), (told.to_owned(), 125));
    assert_eq!(answer(&["--log-level", "foo", "ps"]), ("Unable to parse logging level: foo\n".to_owned(), 1));
}

#[test]
fn groups_and_aliases_lead_to_the_same_verbs() {
    for words in [vec!["ps", "-a"], vec!["container", "ls", "-a"], vec!["container", "list", "--all"]] {
        assert!(matches!(line(&words).unwrap().invocation, Invocation::Ps(args) if args.all), "{words:?}");
    }
    for words in [["image", "remove", "x"], ["image", "rm", "x"]] {
        assert!(matches!(line(&words).unwrap().invocation, Invocation::Rmi(_)), "{words:?}");
    }
    assert_eq!(line(&["container", "ls"]).unwrap().path, "rcon container ls");
    assert!(matches!(line(&["system", "info"]).unwrap().invocation, Invocation::Info(_)));
}

#[test]
fn help_is_data_when_it_was_asked_for() {
    for words in
        [vec!["--help"], vec!["run", "--help"], vec!["image", "--help"], vec!["ps", "-h"], vec!["help", "rm"]]
    {
        let help = line(&words).unwrap_err();
        assert!(help.data && help.code == 0 && help.text.starts_with("Usage:  rcon"), "{words:?}: {help:?}");
    }
    for words in [vec![], vec!["container"]] {
        let help = line(&words).unwrap_err();
        assert!(!help.data && help.code == 0 && help.text.contains("Commands:\n"), "{words:?}: {help:?}");
    }
    assert!(
        answer(&["rmi", "--help"]).0.contains("Aliases:\n  rcon rmi, rcon image rm, rcon image remove\n")
    );
    assert_eq!(answer(&["help", "foo"]), ("unknown help topic: foo\n".to_owned(), 1));
    assert_eq!(answer(&["-v"]), (format!("rcon version {}\n", env!("CARGO_PKG_VERSION")), 0));
}

#[test]
fn no_command_line_is_a_reason_to_panic() {
    use std::os::unix::ffi::OsStringExt;
    let strange = || OsString::from_vec(b"\xff\xfe".to_vec());
    for words in [
        vec![strange()],
        vec!["run".into(), strange()],
        vec!["run".into(), "-e".into(), strange(), "x".into()],
        vec!["image".into(), strange()],
        vec!["help".into(), strange()],
        vec!["run".into(), "---".into()],
        vec!["run".into(), "-".into()],
        vec!["run".into(), "--=x".into()],
        vec!["run".into(), "-é".into()],
        vec!["run".into(), "--é".into(), "x".into()],
        vec!["".into()],
    ] {
        let _ = parse(std::iter::once("rcon".into()).chain(words));
    }
    assert!(parse([]).is_err());
    assert!(!answer(&["\u{1b}[31m"]).0.contains('\u{1b}'));
}

/// Lines of `command flag short type`, made of docker 28's own help.
const DOCKER_FLAGS: &str = include_str!("../../tests/data/docker-flags.txt");

#[test]
fn every_flag_of_docker_is_known_with_its_type() {
    for entry in DOCKER_FLAGS.lines().filter(|line| !line.starts_with('#')) {
        let [command, flag, short, kind] = entry.split('\t').collect::<Vec<_>>()[..] else {
            panic!("{entry}")
        };
        let names: Vec<&str> = command.split(' ').skip(1).collect();
        let found = built(&names).unwrap_or_else(|| panic!("no command {command}"));
        let arg = found
            .get_arguments()
            .find(|arg| {
                arg.get_long() == Some(flag) || arg.get_all_aliases().unwrap_or_default().contains(&flag)
            })
            .unwrap_or_else(|| panic!("no flag {command} --{flag}"));
        assert_eq!(super::verb::is_switch(arg), kind == "bool", "{entry}");
        assert!(short == "-" || arg.get_short() == short.chars().next(), "{entry}");
    }
}

/// The command of these names, as it is built to parse.
fn built(names: &[&str]) -> Option<Command> {
    let Some((last, groups)) = names.split_last() else {
        let root = globals::augment(Command::new("rcon"), Purpose::Parsing);
        return Some(finish(root, Purpose::Parsing));
    };
    let mut entries: Vec<&'static Entry> = tree::top().collect();
    for name in groups {
        match tree::find(entries.into_iter(), name)?.what {
            What::Group(group) => entries = group.entries.iter().collect(),
            What::Verb(_) => return None,
        }
    }
    match tree::find(entries.into_iter(), last)?.what {
        What::Verb(verb) => Some(verb.build(Command::new("rcon"), Purpose::Parsing)),
        What::Group(_) => None,
    }
}
