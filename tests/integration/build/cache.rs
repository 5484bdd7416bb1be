//! The cache of builds: what it holds, what goes, and what stays.

use crate::support::Rcon;
use std::time::{Duration, Instant};

/// A store in which the image `x` was built, by a step that printed `made` and one with a cache mount.
fn with_build() -> Rcon {
    let rcon = Rcon::with_busybox();
    rcon.directory("app");
    let file = "FROM busybox\nRUN echo 12345 > /made\nRUN --mount=type=cache,target=/c,id=kept echo 1234567 > /c/file\n";
    rcon.file("app/Dockerfile", file);
    rcon.run(["build", "-t", "x", "app"]).exits(0);
    rcon
}

fn ids(rcon: &Rcon, filter: &[&str]) -> Vec<String> {
    let words = ["buildx", "du", "--format", "{{.ID}}"].iter().chain(filter);
    rcon.run(words).succeeds().lines().map(str::to_owned).collect()
}

#[test]
fn layers_and_cache_mounts_are_listed() {
    let rcon = with_build();
    let du = |template: &str| {
        let mut lines: Vec<String> =
            rcon.run(["buildx", "du", "--format", template]).succeeds().lines().map(str::to_owned).collect();
        lines.sort();
        lines
    };
    assert_eq!(
        du("{{.Type}} {{.Size}} {{.Shared}} {{.Reclaimable}} {{.Description}}"),
        [
            "exec.cachemount 8B false true cached mount kept",
            "regular 0B true true RUN --mount=type=cache,target=/c,id=kept echo 1234567 > /c/file",
            "regular 6B true true RUN echo 12345 > /made",
        ]
    );
    assert!(ids(&rcon, &[]).iter().all(|id| id.len() == 25));
    let of_mount = ids(&rcon, &["--filter", "type=exec.cachemount"]);
    assert_eq!(of_mount.len(), 1);
    rcon.run(["system", "df"]).stdout_has("Build Cache     3         0         8B        8B\n");
    rcon.run(["system", "df", "-v"]).stdout_has("Build cache usage: 8B\n").stdout_has(&of_mount[0][..12]);
}

#[test]
fn what_images_have_stays_unless_all_is_removed() {
    let rcon = with_build();
    rcon.run(["builder", "prune", "-f"]).exits(0).stdout_has("Total:\t8B\n");
    assert_eq!(ids(&rcon, &[]).len(), 2);
    rcon.run(["run", "--rm", "x", "cat", "/made"]).stdout("12345\n");
    rcon.run(["builder", "prune", "-af"]).exits(0).stdout_has("Total:\t0B\n");
    assert_eq!(ids(&rcon, &[]), [""; 0]);
    rcon.run(["run", "--rm", "x", "cat", "/made"]).stdout("12345\n");
    rcon.run(["system", "check"]).exits(0);
}

#[test]
fn a_step_outlives_its_image_until_it_is_pruned() {
    let rcon = with_build();
    let layers = || std::fs::read_dir(rcon.path("s/layers")).unwrap().count();
    let before = layers();
    rcon.run(["rmi", "x"]).exits(0);
    assert_eq!(layers(), before);
    rcon.run(["build", "-t", "x", "app"]).exits(0).stderr_has("RUN echo 12345 > /made\n#5 CACHED\n");
    rcon.run(["rmi", "x"]).exits(0);
    let out = rcon.run(["system", "prune", "-f"]);
    out.exits(0).stdout_has("Deleted build cache objects:\n");
    assert!(layers() < before, "{out}");
    rcon.run(["build", "app"]).exits(0).stderr_has("RUN echo 12345 > /made\n#5 DONE");
}

#[test]
fn sizes_and_ages_bound_what_goes() {
    let rcon = with_build();
    rcon.run(["rmi", "x"]).exits(0);
    rcon.run(["builder", "prune", "-f", "--filter", "until=1h"]).exits(0).stdout("Total:\t0B\n");
    rcon.run(["builder", "prune", "-f", "--max-used-space", "100"]).exits(0).stdout("Total:\t0B\n");
    rcon.run(["builder", "prune", "-f", "--filter", "type=regular", "--max-used-space", "8"]).exits(0);
    assert_eq!(ids(&rcon, &["--filter", "type=exec.cachemount"]).len(), 1);
    rcon.run(["builder", "prune", "-f"]).exits(0).stdout_has("Total:\t8B\n");
}

#[test]
fn what_a_build_works_with_is_in_use() {
    let rcon = with_build();
    let file = "FROM busybox\nRUN echo 12345 > /made\nRUN --mount=type=cache,target=/c,id=kept sleep 3\n";
    rcon.file("app/Dockerfile", file);
    let running = rcon.call(["build", "app"]).spawn();
    let begun = Instant::now();
    while ids(&rcon, &["--filter", "inuse=true", "--filter", "type=exec.cachemount"]).is_empty() {
        assert!(begun.elapsed() < Duration::from_secs(10), "the step does not start");
        std::thread::sleep(Duration::from_millis(20));
    }
    rcon.run(["builder", "prune", "-af"]).exits(0);
    assert_eq!(ids(&rcon, &["--filter", "type=exec.cachemount"]).len(), 1);
    running.wait().exits(0);
    rcon.run(["builder", "prune", "-af"]).exits(0);
    assert_eq!(ids(&rcon, &[]), [""; 0]);
}

#[test]
fn a_reset_takes_the_cache_and_the_history_along() {
    let rcon = with_build();
    rcon.run(["system", "reset", "-f"]).exits(0);
    assert!(!rcon.path("s/build").exists());
}
