//! What a Dockerfile, a context and an image cannot do to whoever builds them. Named by classes of known attacks.

use super::project::{Project, names, ran};
use crate::support::{Image, Layer, Rcon};
use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

/// What must never be seen or changed.
const CANARY: &str = "this-is-the-canary-5fd1";

/// A project, and a folder of the host's outside of it that holds a canary.
fn guarded(text: &str) -> (Project, PathBuf) {
    let project = Project::new(text);
    let outside = PathBuf::from(project.rcon.directory("outside"));
    project.rcon.file("outside/canary", CANARY);
    (project, outside)
}

/// The canary lives, alone.
#[track_caller]
fn untouched(outside: &Path) {
    assert_eq!(names(outside), ["canary"]);
    assert_eq!(fs::read_to_string(outside.join("canary")).unwrap(), CANARY);
}

/// Whatever came of it, nothing of the host was seen.
#[track_caller]
fn shows_nothing(project: &Project, outside: &Path, flags: &[&str]) {
    let out = project.build(flags);
    assert!(!out.said().contains(CANARY) && !out.printed().contains(CANARY), "{out}");
    assert!(out.code().is_some_and(|code| code < 2), "{out}");
    untouched(outside);
}

/// CVE-2024-1753: the source of a bind mount is a link to the host's root.
#[test]
fn b01_sources_of_mounts_stay_in_their_tree() {
    let (project, outside) = guarded("");
    let host = outside.to_str().unwrap().to_owned();
    let up = "../".repeat(10) + host.trim_start_matches('/');
    let links = Layer::new().link("host", &host).link("root", "/").link("up", &up);
    project.rcon.load("links", Image::busybox().layer(links));
    symlink(&host, project.path("host")).unwrap();
    symlink(&up, project.path("up")).unwrap();
    symlink("/", project.path("root")).unwrap();
    for source in ["host", "root", "up", "root/../..", &host, &up, "/proc/self/root"] {
        for from in ["", "from=links,", "from=stage,"] {
            for rw in ["", ",rw"] {
                let text = format!(
                    "FROM links AS stage\nRUN ln -s {host} /made\nFROM base\n\
                     RUN --mount=type=bind,{from}source={source},target=/m{rw} cat /m/canary /m{host}/canary; ls /m; echo x > /m/new; true\n"
                );
                project.dockerfile(&text);
                shows_nothing(&project, &outside, &[]);
            }
        }
        let text = format!(
            "FROM base\nRUN --mount=type=cache,from=links,source={source},target=/m cat /m/canary; echo x > /m/new; true\n"
        );
        project.dockerfile(&text);
        shows_nothing(&project, &outside, &[]);
    }
    project.is_sound();
}

/// CVE-2024-9407: propagation and other keys that are none.
#[test]
fn b02_unknown_keys_of_mounts_are_refused() {
    let project = Project::new("");
    for key in [
        "bind-propagation=shared",
        "propagation=rshared",
        "shared",
        "Z",
        "relabel=shared",
        "dev",
        "suid",
        "x=y",
        "volume-opt=x",
    ] {
        for kind in ["bind,source=/", "cache", "tmpfs", "secret,id=x"] {
            project.dockerfile(&format!("FROM base\nRUN --mount=type={kind},target=/m,{key} true\n"));
            let out = project.build([""; 0]);
            out.exits(1);
            let key = key.split('=').next().unwrap();
            assert!(out.said().lines().last().is_some_and(|line| line.contains(key)), "{out}");
        }
    }
}

/// CVE-2024-9675: the id of a cache leads out of the caches' folder.
#[test]
fn b03_ids_of_caches_lead_nowhere() {
    let (project, outside) = guarded("");
    let long = "x".repeat(300);
    let up = "../".repeat(12) + outside.to_str().unwrap();
    for id in
        ["../../../..", "/", ".", "..", outside.to_str().unwrap(), &up, &long, "a/b", "mount.json", "%2e%2e"]
    {
        let text = format!(
            "FROM base\nRUN --mount=type=cache,id={id},target=/m ls -A /m; cat /m/canary; echo x > /m/new\n"
        );
        project.dockerfile(&text);
        let out = project.build([""; 0]);
        out.exits(0);
        assert!(!out.said().contains(CANARY), "{out}");
        untouched(&outside);
    }
    for name in names(&project.rcon.path("s/build/mounts")) {
        assert!(name.len() == 64 && name.bytes().all(|byte| byte.is_ascii_hexdigit()), "{name}");
    }
    project.is_sound();
}

/// CVE-2024-11218, CVE-2024-23651: one stage swaps a folder of a shared cache for a link while another mounts it.
#[test]
fn b04_a_shared_cache_that_changes_under_a_mount_leads_nowhere() {
    let (project, outside) = guarded("");
    let host = outside.to_str().unwrap();
    let rounds: String = (0..12)
        .map(|round| {
            format!("RUN --mount=type=cache,id=c,source=sub,target=/m : {round}; cat /m/canary && cp /m/canary /got; echo x > /m/new; true\n")
        })
        .collect();
    let text = format!(
        "FROM base AS racer\nRUN --mount=type=cache,id=c,target=/c mkdir -p /c/sub; \
         for i in $(seq 4000); do mv /c/sub /c/away; ln -s {host} /c/sub; rm /c/sub; mv /c/away /c/sub; done; true\n\
         FROM base AS looker\nRUN sleep 0.2\n{rounds}RUN ! test -e /got\n\
         FROM base\nCOPY --from=racer /etc/group /a\nCOPY --from=looker /etc/group /b\n"
    );
    project.dockerfile(&text);
    shows_nothing(&project, &outside, &[]);
    project.is_idle();
}

/// CVE-2024-23652: what was made to mount on is replaced by a link before it is cleared away.
#[test]
fn b05_places_of_mounts_that_were_replaced_are_cleared_inside() {
    let (project, outside) = guarded("");
    let host = outside.to_str().unwrap();
    fs::create_dir(outside.join("empty")).unwrap();
    project.rcon.file("outside/nothing", "");
    project.file("f", "f");
    let text = format!(
        "FROM base\nRUN --mount=type=tmpfs,target=/x/y/empty --mount=type=bind,source=f,target=/x/z/nothing \
         umount /x/y/empty /x/z/nothing 2>/dev/null; mv /x /old; ln -s {host} /x; mkdir -p /q; true\n\
         RUN --mount=type=tmpfs,target=/s/empty mv /s /t && ln -s {host} /s; true\n"
    );
    project.dockerfile(&text);
    project.build([""; 0]).code();
    assert!(outside.join("empty").is_dir() && outside.join("nothing").is_file());
    fs::remove_dir(outside.join("empty")).unwrap();
    fs::remove_file(outside.join("nothing")).unwrap();
    untouched(&outside);
    project.is_sound();
}

const CONFINEMENT: &str = "grep -E '^(Cap|NoNewPrivs|Seccomp)' /proc/self/status; cat /proc/self/uid_map /proc/self/attr/current 2>/dev/null; \
    for p in /proc/kcore /proc/keys /proc/timer_list /sys/firmware; do head -c 1 $p 2>/dev/null | wc -c; ls $p 2>/dev/null | wc -l; done; \
    echo x > /proc/sys/kernel/hostname; echo x > /proc/sysrq-trigger; mount -t tmpfs none /mnt; mount -o remount,rw /sys; \
    unshare -m true; unshare -U true; unshare -n true; mknod /disk b 8 0; chroot / true && echo chroot; hostname x; date -s 0; \
    dmesg | wc -l; ls /dev | tr '\\n' ' '; cat /proc/self/cgroup | wc -l; ulimit -c; umask; true";

/// CVE-2024-23653, GHSA-7236-3392-c5c6: a step is confined less than a container.
#[test]
fn b06_b17_a_step_is_confined_as_a_container_is() {
    let project = Project::new(&format!("FROM base\nRUN ( {CONFINEMENT} ) > /seen 2>&1\n"));
    project.id(["-t", "built"]);
    let script = format!("( {CONFINEMENT} ) 2>&1");
    let inside = project.rcon.run(["run", "--rm", "base", "/bin/sh", "-c", &script]).succeeds();
    assert_eq!(project.shell("cat /seen"), inside);
}

#[test]
fn b06_nothing_but_the_call_lifts_it() {
    let project = Project::new("");
    for (text, leave) in
        [("RUN --security=insecure true", "security.insecure"), ("RUN --network=host true", "network.host")]
    {
        project.dockerfile(&format!("# syntax=docker/dockerfile:1-labs\nFROM base\n{text}\n"));
        let out = project.build([""; 0]);
        out.exits(1).stderr_has("not allowed").stderr_has(&format!("--allow {leave}"));
        let other = if leave == "network.host" { "security.insecure" } else { "network.host" };
        project.build(["--allow", other]).exits(1);
        project.is_sound();
    }
    project
        .dockerfile("FROM base\nRUN --device=/dev/kvm true\n")
        .build([""; 0])
        .exits(1)
        .stderr_has("--device");
}

/// CVE-2024-23650, CVE-2024-36620: what no parser expects.
#[test]
fn b07_malformed_dockerfiles_end_in_words() {
    let project = Project::new("");
    let deep = format!("FROM base\nRUN echo {}x{}\n", "${A:-".repeat(3000), "}".repeat(3000));
    let many = format!("FROM base\n{}", "ONBUILD ".repeat(5000));
    let stages: String = (0..2000).map(|number| format!("FROM scratch AS s{number}\n")).collect();
    let texts = [
        "\u{feff}FROM".to_owned(),
        "FROM base\nRUN <<E".to_owned(),
        "FROM base\nCOPY [\"a\"\n".to_owned(),
        "FROM base\nRUN [\n".to_owned(),
        "FROM base\nCOPY --from=99999999999999999999 a b\n".to_owned(),
        "FROM base\nCOPY --from= a b\n".to_owned(),
        "FROM base\nRUN --mount=type=cache,target=,id= true\n".to_owned(),
        "FROM base\nRUN --mount= true\n".to_owned(),
        "FROM base\nEXPOSE 99999-1\nHEALTHCHECK --interval=-1s CMD x\n".to_owned(),
        "FROM base\nCOPY --chmod=99999999999 a b\n".to_owned(),
        "FROM base\nENV =\n".to_owned(),
        "FROM --platform=a/b/c/d/e base\n".to_owned(),
        "# escape=\n# syntax=\nFROM\n".to_owned(),
        "FROM base\nRUN a\0b\n".to_owned(),
        "\0".repeat(100),
        deep,
        many,
        stages,
    ];
    for text in texts {
        project.dockerfile(&text);
        let out = project.build([""; 0]);
        // The harness fails on a panic.
        assert!(out.code().is_some_and(|code| code < 2), "{out}");
    }
    project.file("Dockerfile", [0xff, 0xfe, 0x80, b'\n']);
    project.build([""; 0]).exits(1);
    project.file("Dockerfile", vec![b'A'; 5 << 20]);
    project.build([""; 0]).exits(1).stderr_has("4 MiB");
}

/// CVE-2025-4953: what is written to a bind mount stays in the context.
#[test]
fn b08_what_is_written_to_a_bind_mount_is_forgotten() {
    let project = Project::new(
        "FROM base AS stage\nRUN mkdir /d && echo stage > /d/f\nFROM base\n\
         RUN --mount=type=bind,target=/m,rw echo new > /m/new; echo changed > /m/f; rm -r /m/d; chmod 0 /m; true\n\
         RUN --mount=type=bind,source=f,target=/one,rw echo changed > /one; cat /one\n\
         RUN --mount=type=bind,from=stage,source=/d,target=/m,rw echo changed > /m/f; echo new > /m/new\n\
         RUN --mount=type=bind,target=/m echo x > /m/f || touch /m/x || echo refused > /refused\n\
         COPY --from=stage /d /d\n",
    );
    project.file("f", "first").file("d/below", "");
    project.id(["-t", "built"]);
    let mut all = names(&project.path(""));
    all.sort();
    assert_eq!(all, ["Dockerfile", "d", "f"]);
    assert_eq!(fs::read_to_string(project.path("f")).unwrap(), "first");
    assert!(project.path("d/below").exists());
    assert_eq!(
        project.shell("cat /d/f /refused; ls -A /d /m /one 2>/dev/null; true"),
        "stage\nrefused\n/d:\nf"
    );
    project.is_sound();
}

/// CVE-2020-10696, CVE-2024-9341: copies go or come through links.
#[test]
fn b09_copies_through_links_stay_inside() {
    let (project, outside) = guarded("");
    let host = outside.to_str().unwrap();
    let up = "../".repeat(10) + host.trim_start_matches('/');
    for (name, target) in [("host", host), ("up", &up), ("canary", &format!("{host}/canary")), ("root", "/")]
    {
        symlink(target, project.path(name)).unwrap();
    }
    project.file("f", "f").file("folder/f", "f");
    symlink(host, project.path("folder/host")).unwrap();
    let hostile = Layer::new()
        .link("link", host)
        .file("link/new", 0o644, "x")
        .link("up", &up)
        .file("up/new", 0o644, "x")
        .file("../../../../../../../../../../tmp/escaped-b09", 0o644, "x");
    project.file("hostile.tar", hostile.archive());
    for step in [
        "COPY host /x/",
        "COPY host/canary /x/",
        "COPY up/canary /x/",
        "COPY canary /x/",
        "COPY root/etc/hostname /x/",
        "COPY folder /x/",
        "COPY folder/host/canary /x/",
        "COPY folder/* /x/",
        "COPY ../outside/canary /x/",
        "ADD hostile.tar /x/",
        "ADD hostile.tar /",
        "RUN ln -s HOST /l\nCOPY f /l/new",
        "RUN ln -s HOST/new /l\nCOPY f /l",
        "RUN ln -s HOST /l\nCOPY folder /l",
        "RUN ln -s HOST /l\nWORKDIR /l/made",
        "RUN ln -s HOST /l\nCOPY <<E /l/new\nx\nE",
        "RUN ln -s HOST /l\nADD hostile.tar /l/",
        "COPY --from=links /host/canary /x/",
        "COPY --from=links /host /x/",
        "COPY --from=links /up/canary /x/",
        "COPY --from=stage /made/canary /x/",
        "COPY --link --from=stage /made /x",
        "COPY --parents folder/host/canary /x/",
    ] {
        let step = step.replace("HOST", host);
        project.rcon.load("links", Image::busybox().layer(Layer::new().link("host", host).link("up", &up)));
        let text = format!(
            "FROM base AS stage\nRUN ln -s {host} /made\nFROM base\n{step}\nRUN cat $(find /x /l -name canary 2>/dev/null) < /dev/null; true\n"
        );
        project.dockerfile(&text);
        shows_nothing(&project, &outside, &[]);
    }
    assert!(!Path::new("/tmp/escaped-b09").exists());
    project.is_sound();
}

/// CVE-2022-4122, CVE-2022-4123: the files of a build are links to the host's.
#[test]
fn b10_files_of_a_build_are_no_links_out_of_it() {
    let (project, outside) = guarded("FROM base\nCOPY . /x\n");
    for name in [".dockerignore", "Dockerfile.dockerignore"] {
        symlink(outside.join("canary"), project.path(name)).unwrap();
        shows_nothing(&project, &outside, &[]);
        project.build([""; 0]).exits(1);
        fs::remove_file(project.path(name)).unwrap();
    }
    fs::remove_file(project.path("Dockerfile")).unwrap();
    symlink(outside.join("canary"), project.path("Dockerfile")).unwrap();
    shows_nothing(&project, &outside, &[]);
    project.build([""; 0]).exits(1);
    shows_nothing(&project, &outside, &["-f", "context/Dockerfile"]);
    // A pipe that nobody writes to is not waited for.
    fs::remove_file(project.path("Dockerfile")).unwrap();
    rustix::fs::mkfifoat(rustix::fs::CWD, project.path("Dockerfile"), rustix::fs::Mode::from_raw_mode(0o644))
        .unwrap();
    project.build([""; 0]).exits(1);
}

/// CVE-2026-44517, CVE-2026-33748, GHSA-hw3h-2gp9-cxpv: addresses that are options, or lead elsewhere.
#[test]
fn b11_b12_addresses_of_repositories_are_no_options_and_no_paths() {
    let (project, outside) = guarded("");
    let host = outside.to_str().unwrap();
    let ran_at_all = project.rcon.path("ran");
    let run = format!("touch {}", ran_at_all.display());
    for address in [
        format!("--upload-pack={run}"),
        format!("ext::sh -c '{run}'"),
        format!("ext::{run}#main"),
        format!("file://{host}"),
        format!("git@-oProxyCommand={run}:x/y"),
        format!("ssh://-oProxyCommand={run}/x.git"),
        "https://127.0.0.1:1/x.git#--upload-pack=x".to_owned(),
        "https://127.0.0.1:1/x.git#main:../../".to_owned(),
        format!("https://127.0.0.1:1/x.git#main:{host}"),
    ] {
        let out = project.rcon.run(["build", "--progress=plain", "--", &address]);
        assert!(out.code() != Some(0) && !out.said().contains(CANARY), "{out}");
        project.dockerfile(&format!("FROM base\nADD [\"{address}\", \"/x/\"]\nRUN cat /x/canary; true\n"));
        shows_nothing(&project, &outside, &[]);
        assert!(!ran_at_all.exists(), "{address}");
    }
    project.is_sound();
}

/// CVE-2026-33747: a program that the Dockerfile names reads it.
#[test]
fn b13_no_other_frontend_is_ever_run() {
    let project = Project::new("# syntax=nonesuch.invalid/frontend:1\nFROM base\nRUN echo fine > /fine\n");
    let out = project.build(["-t", "built"]);
    out.exits(0);
    assert!(!out.said().contains("metadata for nonesuch"), "{out}");
    assert_eq!(project.shell("cat /fine"), "fine");
    project.build(["--build-arg", "BUILDKIT_SYNTAX=nonesuch.invalid/frontend:1"]).exits(0);
}

/// GHSA-32pv-7hq5-qhwq: paths that are everything or nothing.
#[test]
fn b14_edges_of_paths() {
    let (project, outside) = guarded("");
    project.file("f", "f").file("d/g", "g");
    let before = names("/tmp".as_ref()).len();
    for step in [
        "COPY / /x/",
        "COPY . /x/",
        "COPY .. /x/",
        "COPY ./ /x",
        "COPY d/.. /x/",
        "COPY ../../.. /x/",
        "COPY f /",
        "COPY f .",
        "COPY f ..",
        "COPY f ../../../x/",
        "COPY d /",
        "COPY d /..",
        "COPY f /x/..",
        "COPY f /x/../../../y",
        "COPY --from=base / /x/",
        "COPY --from=base /.. /x/",
        "COPY --from=base /tmp /tmp",
        "COPY --from=base / /",
        "WORKDIR /..",
        "WORKDIR ../../x",
        "WORKDIR .",
    ] {
        project.dockerfile(&format!("FROM base\n{step}\nRUN test -x /bin/sh && ls -d /tmp\n"));
        let out = project.build(["-t", "built"]);
        out.exits(0);
        untouched(&outside);
    }
    for step in ["COPY \"\" /x", "COPY f \"\"", "ADD \"\" \"\""] {
        project.dockerfile(&format!("FROM base\n{step}\n"));
        shows_nothing(&project, &outside, &[]);
    }
    assert!(names("/tmp".as_ref()).len() + 5 > before, "the host's /tmp was emptied");
    project.is_sound();
}

/// CVE-2024-24557: an image that tells the same history is taken for a cached step.
#[test]
fn b15_the_same_history_is_not_the_same_step() {
    let text = "FROM scratch\nCOPY f /f\nCMD [\"/f\"]\n";
    let project = Project::new(text);
    project.file("f", "good");
    let good = project.id(["-t", "good"]);
    project.file("f", "evil");
    let out = project.build(["-t", "evil"]);
    assert_eq!(ran(out.exits(0)), ["COPY f /f"], "{out}");
    assert_ne!(project.id(["-t", "evil"]), good);
    // An image that comes from elsewhere, and says it was built so.
    let evil = Image::empty()
        .layer(Layer::new().file("f", 0o755, "evil"))
        .config(serde_json::json!({ "Cmd": ["/f"] }));
    let other = Project::of(Rcon::new(), evil, text);
    other.file("f", "good");
    let out = other.build(["-t", "good"]);
    assert_eq!(ran(out.exits(0)), ["COPY f /f"], "{out}");
    assert_eq!(other.id(["-t", "good"]), good);
}

/// CVE-2025-0495: secrets are kept somewhere.
#[test]
fn b16_secrets_are_nowhere() {
    let project = Project::new(
        "FROM base\nRUN --mount=type=secret,id=file wc -c < /run/secrets/file\n\
         RUN --mount=type=secret,id=variable,env=TOKEN test ${#TOKEN} = 23 && echo $(echo $TOKEN | wc -c)\n\
         RUN --mount=type=secret,id=file,target=/place/here,mode=0444,gid=0 cat /place/here > /dev/null; ls -l /place\n\
         RUN ! test -e /run/secrets && ! test -e /place && ! env | grep TOKEN\n",
    );
    project.rcon.file("secret", CANARY);
    let words = [
        "--secret",
        "id=file,src=secret",
        "--secret",
        "id=variable,env=HIDDEN",
        "-t",
        "built",
        "--metadata-file",
        "meta",
    ];
    let out = project.call(words).env("HIDDEN", CANARY).done();
    out.exits(0);
    assert!(!out.said().contains(CANARY), "{out}");
    fs::remove_file(project.rcon.path("secret")).unwrap();
    project.rcon.run(["save", "-o", "saved.tar", "built"]).exits(0);
    let found = std::process::Command::new("grep")
        .args(["-rlF", CANARY])
        .arg(project.rcon.path("."))
        .output()
        .unwrap();
    assert_eq!(String::from_utf8_lossy(&found.stdout), "");
    let told = project.rcon.run(["history", "--no-trunc", "built"]);
    assert!(!told.printed().contains(CANARY), "{told}");
}

#[test]
fn b16_a_step_that_fails_shows_no_secret() {
    let project = Project::new("FROM base\nRUN --mount=type=secret,id=variable,env=TOKEN /nonesuch\n");
    let out = project.call(["--secret", "id=variable,env=HIDDEN"]).env("HIDDEN", CANARY).done();
    out.exits(1);
    assert!(!out.said().contains(CANARY), "{out}");
    let found = std::process::Command::new("grep")
        .args(["-rlF", CANARY])
        .arg(project.rcon.path("s"))
        .output()
        .unwrap();
    assert_eq!(String::from_utf8_lossy(&found.stdout), "");
}
