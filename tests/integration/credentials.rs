//! `login` and `logout` as far as they need no registry: docker's words, files, helpers.

use crate::support::{Call, Rcon};
use serde_json::{Value, json};
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::process::{Command, Stdio};

/// `me:secret`
const AUTH: &str = "bWU6c2VjcmV0";

/// Nobody listens there.
const NOBODY: &str = "localhost:1";

fn config(rcon: &Rcon, content: &Value) {
    rcon.directory("home/.docker");
    rcon.file("home/.docker/config.json", content.to_string());
}

fn read_config(rcon: &Rcon) -> String {
    std::fs::read_to_string(rcon.path("home/.docker/config.json")).unwrap()
}

/// A call that finds this script as `docker-credential-test`, in a folder of its own. Another process writes
/// it: a descriptor that a fork of another test inherits would keep it from being executed (ETXTBSY).
fn with_helper(rcon: &Rcon, words: &[&str], script: &str) -> Call {
    let folder = rcon.directory("helpers");
    let mut shell = Command::new("sh")
        .args(["-c", "cat >\"$0\" && chmod 700 \"$0\""])
        .arg(format!("{folder}/docker-credential-test"))
        .stdin(Stdio::piped())
        .spawn()
        .unwrap();
    write!(shell.stdin.take().unwrap(), "#!/bin/sh\n{script}\n").unwrap();
    assert!(shell.wait().unwrap().success());
    rcon.call(words).env("PATH", format!("{folder}:/usr/bin:/bin"))
}

#[test]
fn flags_that_contradict_each_other_are_refused_in_dockers_words() {
    let rcon = Rcon::new();
    for (words, said) in [
        (
            &["-u", "me", "-p", "x", "--password-stdin"][..],
            "--password and --password-stdin are mutually exclusive",
        ),
        (&["--password-stdin"], "Must provide --username with --password-stdin"),
        (&["-u", "", "--password-stdin"], "Must provide --username with --password-stdin"),
        (&["-u", "", "-p", "x"], "username is empty"),
        (&["-u", "me", "-p", ""], "password is empty"),
        (&["https:///x"], "`https:///x` is not the name of a registry"),
    ] {
        let words = ["login"].iter().chain(words);
        rcon.run(words).exits(1).stdout("").stderr_has(&format!("Error: {said}\n"));
    }
    rcon.run(["login", "a", "b"]).exits(1).stderr_has("requires at most 1 argument");
    rcon.run(["logout", "a", "b"]).exits(1).stderr_has("requires at most 1 argument");
    rcon.run(["logout", "--all", "a"])
        .exits(1)
        .stderr("Error: --all cannot be used together with a server\n");
}

#[test]
fn nobody_is_asked_without_a_terminal() {
    let rcon = Rcon::new();
    let said = "Error: Cannot perform an interactive login from a non TTY device\n";
    for words in [&["login"][..], &["login", "-u", "me"], &["login", NOBODY], &["login", "-u", "me", NOBODY]]
    {
        rcon.run(words).exits(1).stdout("").stderr(said);
    }
    rcon.call(["login", "-u", "me", "--password-stdin", NOBODY]).stdin("\n").done().exits(1).stderr(said);
}

#[test]
fn a_password_is_never_told() {
    let rcon = Rcon::new();
    let out = rcon.run(["--debug", "login", "-u", "me", "-p", "marker", NOBODY]);
    out.exits(1).stderr_has("WARNING! Using --password via the CLI is insecure. Use --password-stdin.\n");
    assert!(!out.said().contains("marker"), "{out}");
    let out =
        rcon.call(["--debug", "login", "-u", "me", "--password-stdin", NOBODY]).stdin("marker\n").done();
    assert!(out.exits(1).said().starts_with("Error: ") && !out.said().contains("marker"), "{out}");
    assert!(!rcon.path("home/.docker").exists(), "what was not proved is not kept");
}

#[test]
fn a_password_is_typed_unseen() {
    let rcon = Rcon::new();
    let mut terminal = rcon.call(["login", NOBODY]).pty();
    terminal.shows("Username: ").types("me\n").shows("Password: ").types("marker\r").shows("Error: ");
    let screen = terminal.exits(1);
    assert!(screen.contains("Username: me") && !screen.contains("marker"), "{screen}");
    assert!(!terminal.is_raw());
}

#[test]
fn what_is_typed_ahead_is_not_lost() {
    let rcon = Rcon::new();
    let mut terminal = rcon.call(["login", NOBODY]).pty();
    terminal.types("me\nmarker\n").shows("Password: ").shows("Error: ").exits(1);
}

#[test]
fn ctrl_c_at_the_password_leaves_the_terminal_as_it_was() {
    let rcon = Rcon::new();
    let mut terminal = rcon.call(["login", "-u", "me", NOBODY]).pty();
    terminal.shows("Password: ").types("mar\x03").exits(130);
    assert!(!terminal.is_raw());
}

#[test]
fn docker_hubs_login_by_a_browser_is_refused_with_the_way_out() {
    let rcon = Rcon::new();
    let screen = rcon.call(["login"]).pty().exits(1);
    assert!(screen.contains("Error: logging in to Docker Hub by a browser is not supported"), "{screen}");
    assert!(screen.contains("hint: rcon login -u USER, or rcon login -u USER --password-stdin"), "{screen}");
}

#[test]
fn logout_removes_one_entry_and_keeps_the_rest() {
    let rcon = Rcon::new();
    let auths =
        json!({"z.z": {"auth": AUTH}, "https://index.docker.io/v1/": {"auth": AUTH}, "a.a": {"auth": AUTH}});
    config(&rcon, &json!({"psFormat": "x", "auths": auths, "detachKeys": "ctrl-a"}));
    rcon.run(["logout"])
        .exits(0)
        .stdout("Removing login credentials for https://index.docker.io/v1/\n")
        .stderr("");
    rcon.run(["logout"]).exits(0).stdout("Not logged in to https://index.docker.io/v1/\n").stderr("");
    rcon.run(["logout", "a"]).exits(0).stdout("Not logged in to a\n");
    rcon.run(["logout", "https://a.a/v2/"]).exits(0).stdout("Removing login credentials for a.a\n");
    let wanted = json!({"psFormat": "x", "auths": {"z.z": {"auth": AUTH}}, "detachKeys": "ctrl-a"});
    let text = read_config(&rcon);
    assert_eq!(serde_json::from_str::<Value>(&text).unwrap().to_string(), wanted.to_string());
    let mode = std::fs::metadata(rcon.path("home/.docker/config.json")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    rcon.run(["logout", "--all"]).exits(0).stdout("Removed login credentials for all registries\n");
    assert!(!read_config(&rcon).contains(AUTH));
}

#[test]
fn logout_without_any_file_makes_none() {
    let rcon = Rcon::new();
    rcon.run(["logout", "a.b"]).exits(0).stdout("Not logged in to a.b\n").stderr("");
    assert!(!rcon.path("home/.docker").exists());
}

#[test]
fn logout_says_where_else_there_are_credentials() {
    let rcon = Rcon::new();
    rcon.directory("home/.config/containers");
    let other =
        rcon.file("home/.config/containers/auth.json", json!({"auths": {"a.b": {"auth": AUTH}}}).to_string());
    let said = format!("note: {other} has credentials for a.b as well\n");
    rcon.run(["logout", "a.b"]).exits(0).stdout("Not logged in to a.b\n").stderr(&said);
    rcon.run(["logout", "--authfile", &other, "a.b"])
        .exits(0)
        .stdout("Removing login credentials for a.b\n")
        .stderr("");
}

#[test]
fn the_user_is_found_in_every_file() {
    let rcon = Rcon::new();
    config(&rcon, &json!({"auths": {"a.b": {"auth": AUTH}}}));
    rcon.directory("home/.config/containers");
    rcon.file(
        "home/.config/containers/auth.json",
        r#"{"auths": {"c.d": {"username": "you", "password": "x"}}}"#,
    );
    rcon.directory("other");
    rcon.file("other/config.json", r#"{"auths": {"a.b": {"username": "other", "password": "x"}}}"#);
    let user = |words: &[&str]| rcon.run(words).succeeds();
    assert_eq!(user(&["login", "--get-login", "a.b"]), "me");
    assert_eq!(user(&["login", "--get-login", "https://c.d"]), "you");
    assert_eq!(user(&["--config", "other", "login", "--get-login", "a.b"]), "other");
    assert_eq!(user(&["login", "--authfile", "other/config.json", "--get-login", "a.b"]), "other");
    for (name, value) in [("DOCKER_CONFIG", "other"), ("REGISTRY_AUTH_FILE", "other/config.json")] {
        rcon.call(["login", "--get-login", "a.b"]).env(name, value).done().exits(0).stdout("other\n");
    }
    rcon.run(["login", "--get-login", "b"]).exits(1).stdout("").stderr("Error: not logged into b\n");
    rcon.run(["login", "--get-login"]).exits(1).stderr("Error: not logged into docker.io\n");
}

#[test]
fn a_helper_is_asked_and_told_to_forget() {
    let rcon = Rcon::new();
    config(&rcon, &json!({"credHelpers": {"a.b": "test"}, "auths": {"a.b": {}}}));
    let script = "read -r line; echo \"$1 $line\" >>\"${0%/*}/asked\"\n\
                  [ \"$1\" != get ] || echo '{\"Username\": \"kept\", \"Secret\": \"marker\"}'";
    with_helper(&rcon, &["login", "--get-login", "a.b"], script).done().exits(0).stdout("kept\n");
    with_helper(&rcon, &["logout", "a.b"], script)
        .done()
        .exits(0)
        .stdout("Removing login credentials for a.b\n");
    let asked = std::fs::read_to_string(rcon.path("helpers/asked")).unwrap();
    assert_eq!(asked, "get a.b\nget a.b\nerase a.b\n");
    assert!(read_config(&rcon).contains("\"auths\": {}"));
}

#[test]
fn a_helper_that_fails_or_is_missing_is_told() {
    let rcon = Rcon::new();
    config(&rcon, &json!({"credsStore": "test", "auths": {"a.b": {"auth": AUTH}}}));
    let file = rcon.path("home/.docker/config.json");
    let words = ["login", "--get-login", "a.b"];
    rcon.run(words).exits(1).stdout("").stderr_has(&format!(
        "Error: the credential helper docker-credential-test is not in PATH: {} names it\n",
        file.display()
    ));
    rcon.run(["logout", "a.b"]).exits(1).stderr_has("docker-credential-test is not in PATH");
    with_helper(&rcon, &words, "echo 'the keyring is locked'; exit 1")
        .done()
        .exits(1)
        .stderr_has("the keyring is locked");
    let out = with_helper(&rcon, &words, "echo '{\"Username\": \"x\", \"Secret\": \"marker\"'").done();
    assert!(!out.exits(1).said().contains("marker"), "{out}");
    config(&rcon, &json!({"credsStore": "../../bin/sh"}));
    rcon.run(words).exits(1).stderr_has("`../../bin/sh` is no name of a credential helper");
}

#[test]
fn a_broken_file_is_told_and_left_alone() {
    let rcon = Rcon::new();
    config(&rcon, &json!([]));
    for words in
        [&["login", "--get-login", "a.b"][..], &["logout", "a.b"], &["login", "-u", "me", "-p", "x", NOBODY]]
    {
        rcon.run(words).exits(1).stdout("").stderr_has(".docker/config.json is wrong: it is not an object");
    }
    assert_eq!(read_config(&rcon), "[]");
}

#[test]
fn settings_of_registries_are_heard() {
    let rcon = Rcon::new();
    rcon.file("c.json", r#"{"registries": {"blocked": ["evil.example"]}}"#);
    let login = |server: &str| rcon.call(["login", "-u", "me", "--password-stdin", server]).stdin("x").done();
    let said = format!(
        "Error: `evil.example` is blocked: {} blocks `evil.example`\n",
        rcon.path("c.json").display()
    );
    login("evil.example").exits(1).stdout("").stderr_has(&said);
    rcon.directory("home/.config/containers");
    rcon.file("home/.config/containers/registries.conf", "[[registry]]\nlocation = 1\n");
    login(NOBODY)
        .exits(1)
        .stderr_has("skipping settings of registries: ")
        .stderr_has("registries.conf: ")
        .stderr_has("at line 2");
    rcon.file("c.json", r#"{"registries": {"insecure": ["a/b"]}}"#);
    login(NOBODY).exits(1).stderr_has("c.json is wrong: `registries.insecure`: `a/b` is neither");
}
