//! One input of a build is another one: exactly the steps that depend on it run again; and when it is as before,
//! nothing does.

use super::project::{Project, names, ran, told};
use crate::support::{Image, Layer};
use std::fs;
use std::os::unix::fs::PermissionsExt;

/// Stages that have nothing to do with each other, and one that takes from all.
const DOCKERFILE: &str = r#"ARG BASE=base
FROM base AS files
COPY one.txt /one
COPY folder /folder/
RUN : files
FROM base AS args
RUN : before
ARG USED=1
RUN : used
FROM base AS variables
ENV A=1
RUN : variable
FROM base AS inline
COPY <<E /inline
text
E
RUN <<E
: script
E
FROM base AS mounts
RUN --mount=type=bind,source=mounted,target=/m : bound
RUN --mount=type=cache,id=one,target=/c : cache
RUN --mount=type=secret,id=one,target=/s : secret
FROM $BASE AS based
RUN : based
COPY one.txt /based
FROM base AS who
USER root
RUN : user
FROM base AS place
WORKDIR /place
RUN : place
FROM base AS shells
SHELL ["/bin/sh", "-c"]
RUN : shell
FROM scratch AS all
COPY --from=files /etc/group /files
COPY --from=args /etc/group /args
COPY --from=variables /etc/group /variables
COPY --from=inline /etc/group /inline
COPY --from=mounts /etc/group /mounts
COPY --from=based /etc/group /based
COPY --from=who /etc/group /who
COPY --from=place /etc/group /place
COPY --from=shells /etc/group /shells
"#;

/// All that runs in it.
const RUNS: [&str; 12] = [
    "RUN --mount=type=bind,source=mounted,target=/m : bound",
    "RUN --mount=type=cache,id=one,target=/c : cache",
    "RUN --mount=type=secret,id=one,target=/s : secret",
    "RUN : based",
    "RUN : before",
    "RUN : files",
    "RUN : place",
    "RUN : shell",
    "RUN : used",
    "RUN : user",
    "RUN : variable",
    "RUN <<E (: script)",
];

/// The project, built once.
fn built() -> Project {
    let project = Project::new(DOCKERFILE);
    project.file("one.txt", "one").file("folder/a", "a").file("mounted/m", "m").file("other", "other");
    project.file(".dockerignore", "unused\n").file("secret", "secret");
    project.build(usual()).exits(0);
    unchanged(&project);
    project
}

/// The flags of every build.
fn usual() -> Vec<String> {
    vec!["--secret".to_owned(), "id=one,src=context/secret".to_owned()]
}

fn with(flags: &[&str]) -> Vec<String> {
    usual().into_iter().chain(flags.iter().map(|flag| (*flag).to_owned())).collect()
}

/// Nothing runs.
#[track_caller]
fn unchanged(project: &Project) {
    let out = project.build(usual());
    out.exits(0);
    assert!(ran(&out).is_empty(), "{:?}\n{out}", ran(&out));
    assert_eq!(told(&out).len(), 26, "{out}");
}

/// After `change`, with `flags`, these steps run; once more, none does.
#[track_caller]
fn reruns(project: &Project, flags: &[&str], steps: &[&str]) {
    let out = project.build(with(flags));
    out.exits(0);
    assert_eq!(ran(&out), steps, "{flags:?}\n{out}");
    let again = project.build(with(flags));
    assert_eq!(ran(again.exits(0)), [""; 0], "{flags:?}\n{again}");
}

#[test]
fn files_of_the_context() {
    let project = built();
    project.file("one.txt", "two");
    reruns(
        &project,
        &[],
        &["COPY folder /folder/", "COPY one.txt /based", "COPY one.txt /one", "RUN : files"],
    );
    project.file("one.txt", "one");
    unchanged(&project);
    let mode =
        |mode| fs::set_permissions(project.path("folder/a"), fs::Permissions::from_mode(mode)).unwrap();
    mode(0o755);
    reruns(&project, &[], &["COPY folder /folder/", "RUN : files"]);
    mode(0o644);
    unchanged(&project);
    fs::rename(project.path("folder/a"), project.path("folder/b")).unwrap();
    reruns(&project, &[], &["COPY folder /folder/", "RUN : files"]);
    fs::rename(project.path("folder/b"), project.path("folder/a")).unwrap();
    unchanged(&project);
    project.file("folder/new", "");
    reruns(&project, &[], &["COPY folder /folder/", "RUN : files"]);
    fs::remove_file(project.path("folder/new")).unwrap();
    unchanged(&project);
    // Nobody copies these.
    project.file("other", "changed").file("new", "").directory("folders");
    unchanged(&project);
    let file = fs::File::options().write(true).open(project.path("one.txt")).unwrap();
    file.set_modified(std::time::SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(1_000_000_000))
        .unwrap();
    unchanged(&project);
}

#[test]
fn what_is_ignored() {
    let project = built();
    project.file(".dockerignore", "unused\nfolder/a\n");
    reruns(&project, &[], &["COPY folder /folder/", "RUN : files"]);
    project.file(".dockerignore", "unused\nother\n# a comment\n");
    unchanged(&project);
    project.file("Dockerfile.dockerignore", "mounted/m\n");
    reruns(&project, &[], &["RUN --mount=type=bind,source=mounted,target=/m : bound"]);
}

#[test]
fn arguments_and_variables() {
    let project = built();
    reruns(&project, &["--build-arg", "USED=2"], &["RUN : used"]);
    reruns(&project, &["--build-arg", "UNKNOWN=2"], &[]);
    reruns(&project, &["--build-arg", "HTTP_PROXY=http://x"], &[]);
    project.dockerfile(&DOCKERFILE.replace("ENV A=1", "ENV A=2"));
    reruns(&project, &[], &["RUN : variable"]);
    project.dockerfile(&DOCKERFILE.replace("ENV A=1", "ENV A=1\nLABEL a=b\nEXPOSE 80\nSTOPSIGNAL 9"));
    unchanged(&project);
}

#[test]
fn heredocs() {
    let project = built();
    project.dockerfile(&DOCKERFILE.replace("text\n", "texts\n"));
    reruns(&project, &[], &["COPY <<E /inline", "RUN <<E (: script)"]);
    project.dockerfile(&DOCKERFILE.replace(": script\n", ": scripts\n"));
    reruns(&project, &[], &["RUN <<E (: scripts)"]);
}

#[test]
fn mounts() {
    let project = built();
    project.file("mounted/m", "changed");
    reruns(&project, &[], &["RUN --mount=type=bind,source=mounted,target=/m : bound"]);
    project.dockerfile(&DOCKERFILE.replace("cache,id=one", "cache,id=two"));
    reruns(&project, &[], &["RUN --mount=type=cache,id=two,target=/c : cache"]);
    // What a secret is does not matter; that it is another one does.
    project.dockerfile(DOCKERFILE).file("secret", "changed");
    unchanged(&project);
    project.dockerfile(&DOCKERFILE.replace("secret,id=one", "secret,id=two"));
    reruns(
        &project,
        &["--secret", "id=two,src=context/secret"],
        &["RUN --mount=type=secret,id=two,target=/s : secret"],
    );
}

#[test]
fn the_base() {
    let project = built();
    let other = Image::busybox().layer(Layer::new().file("etc/other", 0o644, "other"));
    project.rcon.load("other", other.clone());
    reruns(&project, &["--build-arg", "BASE=other"], &["COPY one.txt /based", "RUN : based"]);
    // The same layers under another name.
    project.rcon.run(["tag", "base", "same"]).exits(0);
    reruns(&project, &["--build-arg", "BASE=same"], &[]);
    // Another image under the same name.
    project.rcon.load("same", other);
    reruns(&project, &["--build-arg", "BASE=same"], &[]);
}

#[test]
fn who_runs_where_and_by_what() {
    let project = built();
    project.dockerfile(&DOCKERFILE.replace("USER root", "USER 0"));
    reruns(&project, &[], &["RUN : user"]);
    project.dockerfile(&DOCKERFILE.replace("/place\nRUN", "/places\nRUN"));
    reruns(&project, &[], &["RUN : place", "WORKDIR /places"]);
    project.dockerfile(&DOCKERFILE.replace(r#""-c"]"#, r#""-ec"]"#));
    reruns(&project, &[], &["RUN : shell"]);
}

#[test]
fn flags_of_the_call_that_commands_see() {
    let project = built();
    for flags in [
        &["--add-host", "x:10.0.0.1"][..],
        &["--network", "none"],
        &["--ulimit", "nofile=100"],
        &["--shm-size", "1m"],
    ] {
        reruns(&project, flags, &RUNS);
    }
    unchanged(&project);
}

#[test]
fn flags_of_the_call_that_no_step_sees() {
    let project = built();
    for flags in [
        &["--label", "a=b"][..],
        &["-t", "other"],
        &["--target", "all"],
        &["--target", "files"],
        &["--iidfile", "id"],
        &["--jobs", "1"],
    ] {
        reruns(&project, flags, &[]);
    }
}

#[test]
fn no_cache_builds_everything_or_some_stages() {
    let project = built();
    let out = project.build(with(&["--no-cache"]));
    assert_eq!(ran(&out).len(), 26, "{out}");
    let out = project.build(with(&["--no-cache-filter", "args"]));
    assert_eq!(ran(&out), ["RUN : before", "RUN : used"], "{out}");
    let out = project.build(with(&["--no-cache-filter", "who,place"]));
    assert_eq!(ran(&out), ["RUN : place", "RUN : user", "WORKDIR /place"], "{out}");
    unchanged(&project);
}

#[test]
fn another_dockerfile_shares_what_is_equal() {
    let project = built();
    let text = "FROM base AS another\nCOPY one.txt /one\nRUN : more\nFROM base\nUSER root\nRUN : user\n\
                COPY --from=another /one /one\n";
    project.file("Other", text);
    let out = project.build(["-f", "context/Other"]);
    assert_eq!(ran(out.exits(0)), ["COPY --from=another /one /one", "RUN : more"], "{out}");
    fs::create_dir(project.rcon.path("elsewhere")).unwrap();
    for name in ["one.txt", "Other"] {
        fs::copy(project.path(name), project.rcon.path("elsewhere").join(name)).unwrap();
    }
    let words = ["build", "--progress=plain", "-f", "elsewhere/Other", "elsewhere"];
    let out = project.rcon.run(words);
    assert_eq!(ran(out.exits(0)), [""; 0], "{out}");
}

#[test]
fn what_was_taken_from_the_cache_by_hand_is_built_again() {
    let project = Project::new("FROM base\nRUN echo 1 > /one\nRUN echo 2 > /two\nRUN echo 3 > /three\n");
    let before = names(&project.rcon.path("s/layers"));
    let id = project.id(["-t", "built"]);
    let layers = project.rcon.path("s/layers");
    let made = names(&layers).into_iter().filter(|name| !before.contains(name));
    let second = made.into_iter().find(|name| layers.join(name).join("diff/two").exists()).unwrap();
    fs::remove_dir_all(layers.join(second)).unwrap();
    let out = project.build(["-t", "built"]);
    assert_eq!(ran(out.exits(0)), ["RUN echo 2 > /two"], "{out}");
    assert_eq!(project.id(["-t", "built"]), id);
    assert_eq!(project.shell("cat /one /two /three"), "1\n2\n3");
    for (number, name) in names(&project.rcon.path("s/build/steps")).into_iter().enumerate() {
        let file =
            fs::File::options().write(true).open(project.rcon.path("s/build/steps").join(name)).unwrap();
        file.set_len(number as u64 * 20).unwrap();
    }
    let out = project.build(["-t", "built"]);
    assert_eq!(ran(out.exits(0)).len(), 3, "{out}");
    assert_eq!(project.id(["-t", "built"]), id);
    project.is_sound();
}
