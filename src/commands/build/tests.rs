//! Command lines of `build`, whole.

use super::BuildArgs;
use crate::build::wish::{BuildWish, Call, ContextWish, ManifestFormat, OutputKind, ProgressWish};
use crate::commands::caller::Caller;
use crate::commands::{Answer, Invocation, parse};
use std::ffi::OsString;

fn line(words: &[&str]) -> Result<Invocation, Answer> {
    parse(std::iter::once("rcon").chain(words.iter().copied()).map(OsString::from))
        .map(|call| call.invocation)
}

fn args(words: &[&str]) -> Result<BuildArgs, String> {
    match line(words).map_err(|answer| answer.text)? {
        Invocation::Build(args) => Ok(*args),
        other => Err(format!("another verb: {other:?}")),
    }
}

fn caller(variables: &[(&str, &str)]) -> Caller {
    let variables = variables.iter().map(|(name, value)| (name.into(), value.into())).collect();
    Caller { directory: "/".into(), variables, selinux: false }
}

fn wish_of(words: &[&str], caller: &Caller) -> Result<BuildWish, String> {
    let words: Vec<&str> = ["build"].iter().chain(words).copied().collect();
    args(&words)?.wish(caller).map_err(|error| error.to_string())
}

fn wish(words: &[&str]) -> BuildWish {
    wish_of(words, &caller(&[("HOME", "/home/me")])).unwrap()
}

#[test]
fn build_is_one_verb_under_many_names() {
    for path in ["build", "image build", "builder build", "buildx build", "buildx b"] {
        let words: Vec<&str> = path.split(' ').chain(["-t", "a", "/proc"]).collect();
        assert_eq!(args(&words).unwrap().tag, ["a"], "{path}");
    }
}

#[test]
fn the_builder_may_be_named_before_the_verb() {
    let typed = ["buildx", "-D", "--builder", "a", "build", "/proc"];
    assert_eq!(args(&typed).unwrap().builder.builder.as_deref(), Some("a"));
    let typed = ["buildx", "--builder=a", "build", "--builder=b", "/proc"];
    assert_eq!(args(&typed).unwrap().builder.builder.as_deref(), Some("b"));
    assert!(line(&["buildx", "--builder", "a", "history", "ls"]).is_ok());
    assert!(line(&["buildx", "--foo", "build", "/proc"]).is_err());
    assert!(line(&["image", "--builder", "a", "build", "/proc"]).is_err());
}

#[test]
fn flags_become_a_wish() {
    let wish = wish(&[
        "-t",
        "a:1",
        "-tb",
        "-f",
        "x/Dockerfile",
        "--build-arg",
        "A=1",
        "--build-arg=HOME",
        "--build-arg=UNSET",
        "--label",
        "l",
        "--target=t",
        "--no-cache",
        "--no-cache-filter",
        "a,b",
        "--pull",
        "-o",
        "out",
        "--platform",
        "linux/arm64/v8,amd64",
        "--platform",
        "linux/arm64",
        "--add-host",
        "db=10.0.0.1,x:host-gateway",
        "--ulimit",
        "nofile=1:2",
        "--shm-size",
        "1m",
        "--allow",
        "network.host",
        "--network",
        "none",
        "--iidfile",
        "iid",
        "--metadata-file",
        "/m",
        "--progress=plain",
        "--squash",
        "--format",
        "oci",
        "--jobs=3",
        "--egress",
        "deny",
        "--annotation",
        "index:a=b",
        "--cache-from",
        "x",
        "--cache-to",
        "type=inline",
        "--timestamp",
        "5",
        "--build-context",
        "x=y",
        "/proc",
    ]);
    assert_eq!(wish.context, ContextWish::Directory("/proc".into()));
    assert_eq!((wish.file.as_deref(), wish.tags.len()), (Some("x/Dockerfile"), 2));
    let args: Vec<_> = wish.args.iter().map(|(name, value)| format!("{name}={value}")).collect();
    assert_eq!(args, ["A=1", "HOME=/home/me"]);
    assert_eq!(wish.labels.get("l").map(String::as_str), Some(""));
    assert_eq!(wish.platforms, ["linux/arm64", "linux/amd64"]);
    assert_eq!(wish.extra_hosts, ["db:10.0.0.1", "x:host-gateway"]);
    assert_eq!(wish.no_cache_filter, ["a", "b"]);
    assert!(wish.no_cache && wish.pull && !wish.never_pull && wish.squash && wish.egress.deny);
    assert_eq!((wish.shm_size, wish.ulimits.len()), (Some(1 << 20), 1));
    assert_eq!((wish.network.as_deref(), wish.allow.len()), (Some("none"), 1));
    assert_eq!(wish.iid_file.as_deref(), Some("/iid".as_ref()));
    assert_eq!(wish.outputs[0].kind, OutputKind::Local);
    assert_eq!((wish.progress, wish.format), (ProgressWish::Plain, Some(ManifestFormat::Oci)));
    assert_eq!((wish.jobs.map(usize::from), wish.timestamp), (Some(3), Some(5)));
    assert_eq!((wish.cache_from.len(), wish.cache_to.len(), wish.build_contexts.len()), (1, 1, 1));
}

#[test]
fn nothing_said_is_an_image_in_the_store() {
    let wish = wish(&["/proc"]);
    assert!(wish.outputs.is_empty() && wish.platforms.is_empty() && wish.network.is_none());
    assert!(!wish.no_cache && !wish.pull && !wish.squash && wish.timestamp.is_none());
    assert_eq!((wish.call, wish.progress), (Call::Build, ProgressWish::Auto));
}

#[test]
fn without_layers_there_is_one_layer_and_no_cache() {
    let wish = wish(&["--layers=false", "/proc"]);
    assert!(wish.no_cache && wish.squash && !wish.squash_all);
    assert!(!self::wish(&["--layers", "/proc"]).squash);
}

#[test]
fn the_environment_is_heard_where_no_flag_is() {
    let caller = caller(&[
        ("SOURCE_DATE_EPOCH", "7"),
        ("DOCKER_DEFAULT_PLATFORM", "linux/arm64"),
        ("BUILDKIT_PROGRESS", "rawjson"),
    ]);
    let wish = wish_of(&["/proc"], &caller).unwrap();
    assert_eq!((wish.timestamp, wish.progress), (Some(7), ProgressWish::RawJson));
    assert_eq!(wish.platforms, ["linux/arm64"]);
    assert_eq!(wish.args.get("SOURCE_DATE_EPOCH").map(String::as_str), Some("7"));
    let wish = wish_of(&["--build-arg=SOURCE_DATE_EPOCH=8", "--platform=amd64", "/proc"], &caller).unwrap();
    assert_eq!((wish.timestamp, wish.platforms), (Some(8), vec!["linux/amd64".to_owned()]));
    assert_eq!(wish_of(&["--timestamp=9", "/proc"], &caller).unwrap().timestamp, Some(9));
    let wish = wish_of(&["--arch=arm", "--variant=v7", "/proc"], &caller).unwrap();
    assert_eq!(wish.platforms, ["linux/arm/v7"]);
    for wrong in ["x", "-1", "1.5"] {
        let caller = self::caller(&[("SOURCE_DATE_EPOCH", wrong)]);
        assert!(wish_of(&["/proc"], &caller).is_err(), "{wrong}");
    }
}

#[test]
fn notes_are_in_dockers_words() {
    let words = ["build", "--isolation=x", "--security-opt=y", "--cache-from=type=gha", "/proc"];
    let notes = args(&words).unwrap().notes(&caller(&[("DOCKER_BUILDKIT", "0")]));
    assert_eq!(notes[0], "WARNING: isolation flag is deprecated with BuildKit.");
    assert!(notes[1].starts_with("WARNING: security-opt flag is deprecated. \"RUN --security=insecure\""));
    assert_eq!(notes.len(), 4);
    assert!(args(&["build", "/proc"]).unwrap().notes(&caller(&[("DOCKER_BUILDKIT", "1")])).is_empty());
}

#[test]
fn what_changes_nothing_is_taken() {
    wish(&[
        "--compress",
        "--rm=false",
        "--force-rm",
        "--memory-swap=-1",
        "-c0",
        "--disable-content-trust",
        "/proc",
    ]);
    wish(&["--http-proxy", "--skip-unused-stages=true", "--provenance=false", "--sbom=0", "/proc"]);
    wish(&["-D", "--builder=default", "--rewrite-timestamp", "/proc"]);
}

#[test]
fn what_is_promised_and_not_kept_is_refused() {
    for words in [
        ["-m1g", "/proc"],
        ["--cpu-shares=2", "/proc"],
        ["--cpuset-cpus=0", "/proc"],
        ["--cgroup-parent=x", "/proc"],
        ["--volume=/a:/b", "/proc"],
        ["--sbom=true", "/proc"],
        ["--attest=type=provenance", "/proc"],
        ["--cache-to=type=gha", "/proc"],
        ["--network=container:x", "/proc"],
        ["--cap-add=x", "/proc"],
    ] {
        let told = wish_of(&words, &caller(&[])).unwrap_err();
        assert!(told.contains("not supported"), "{words:?}: {told}");
    }
}

/// What podman's manual says of `build`.
const PODMAN_FLAGS: &str = "add-host all-platforms annotation arch authfile build-arg build-arg-file build-context cache-from \
    cache-to cache-ttl cap-add cap-drop cert-dir cgroup-parent cgroupns compat-volumes compress cpp-flag \
    cpu-period cpu-quota cpu-shares cpuset-cpus cpuset-mems created-annotation creds cw decryption-key \
    device disable-compression disable-content-trust dns dns-option dns-search env file force-rm format \
    from group-add help hooks-dir http-proxy identity-label ignorefile iidfile inherit-annotations \
    inherit-labels ipc isolation jobs label layer-label layers logfile logsplit manifest memory \
    memory-swap network no-cache no-hostname no-hosts omit-history os os-feature os-version output pid \
    platform pull quiet retry retry-delay rewrite-timestamp rm runtime runtime-flag sbom \
    sbom-image-output sbom-image-purl-output sbom-merge-strategy sbom-output sbom-purl-output \
    sbom-scanner-command sbom-scanner-image secret security-opt shm-size sign-by skip-unused-stages \
    source-date-epoch squash squash-all ssh stdin tag target timestamp tls-verify ulimit unsetannotation \
    unsetenv unsetlabel userns userns-gid-map userns-gid-map-group userns-uid-map userns-uid-map-user \
    uts variant volume net";

#[test]
fn every_flag_of_podman_is_known() {
    for flag in PODMAN_FLAGS.split_whitespace() {
        let told = line(&["build", &format!("--{flag}"), "/proc"]).map_err(|answer| answer.text);
        assert!(!told.is_err_and(|text| text.starts_with("unknown flag")), "--{flag}");
    }
}

#[test]
fn mistakes_are_told_in_dockers_words() {
    for (word, told) in [
        ("--build-arg==", "invalid key-value pair \"=\": empty key"),
        ("--label==", "invalid key-value pair \"=\": empty key"),
        ("--platform=x/y/z/w", "\"x/y/z/w\": cannot parse platform specifier: invalid argument"),
        ("--allow=x", "unknown entitlement x"),
        ("--provenance=xx", "invalid value xx"),
        ("--progress=x", "invalid progress mode x"),
        ("--annotation=x", "parse annotations: invalid annotation \"x\", expected key=value"),
        ("--tag=UPPER", "invalid tag \"UPPER\": repository name must be lowercase"),
        ("--tag=a:b:c", "invalid tag \"a:b:c\": invalid reference format"),
        ("--push", "tag is needed when pushing to registry"),
        ("--secret=bar", "invalid field 'bar' must be a key=value pair"),
        ("--call=check=x", "invalid print field: check=x"),
    ] {
        assert_eq!(wish_of(&[word, "/proc"], &caller(&[])).unwrap_err(), told, "{word}");
    }
    assert!(wish_of(&["--add-host=x", "/proc"], &caller(&[])).unwrap_err().starts_with("invalid host x: "));
    let told = line(&["buildx", "build", "--shm-size=x", "."]).unwrap_err();
    assert_eq!(
        (told.text.as_str(), told.code),
        (
            "invalid argument \"x\" for \"--shm-size\" flag: invalid size: 'x'\n\n\
             Usage:  rcon buildx build [OPTIONS] PATH | URL | -\n\n\
             Run 'rcon buildx build --help' for more information\n",
            125
        )
    );
    let told = line(&["build"]).unwrap_err();
    assert!(told.text.starts_with("rcon: 'rcon build' requires 1 argument\n") && told.code == 1);
}
