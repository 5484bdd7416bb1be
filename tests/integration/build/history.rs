//! `buildx history`: builds are written down, and nothing secret with them.

use crate::support::Rcon;
use std::path::Path;
use std::time::{Duration, Instant};

fn with_file(file: &str) -> Rcon {
    let rcon = Rcon::with_busybox();
    rcon.directory("app");
    rcon.file("app/Dockerfile", file);
    rcon
}

fn records(rcon: &Rcon, template: &str) -> Vec<String> {
    rcon.run(["buildx", "history", "ls", "--format", template])
        .succeeds()
        .lines()
        .map(str::to_owned)
        .collect()
}

/// Whether a file below `folder` holds `text`.
fn holds(folder: &Path, text: &str) -> bool {
    std::fs::read_dir(folder).unwrap().flatten().any(|entry| match entry.file_type().unwrap().is_dir() {
        true => holds(&entry.path(), text),
        false => {
            let bytes = std::fs::read(entry.path()).unwrap_or_default();
            bytes.windows(text.len()).any(|window| window == text.as_bytes())
        }
    })
}

#[test]
fn a_build_is_recorded_with_its_log() {
    let rcon = with_file("FROM busybox\nRUN echo hello\n");
    rcon.run(["build", "-t", "x", "--build-arg", "A=1", "app"]).exits(0);
    rcon.run(["build", "-q", "app"]).exits(0);
    assert_eq!(records(&rcon, "{{.Name}} {{.Status}}"), ["app Completed", "app Completed"]);
    rcon.run(["buildx", "history", "logs", "^1"]).exits(0).stdout_has("hello\n").stdout_has("DONE");
    rcon.run(["buildx", "history", "logs"]).exits(0).stdout_has("RUN echo hello\n").stdout_has("CACHED\n");
    let shown = rcon.run(["buildx", "history", "inspect", "^1"]);
    shown.exits(0).stdout_has("BUILD ARG   VALUE\nA           1\n").stdout_has("Build Steps:\t6/6");
    let latest = rcon.run(["buildx", "history", "inspect", "--format", "{{.Status}} {{.Name}}"]);
    latest.exits(0).stdout("completed app\n");
    rcon.run(["buildx", "history", "rm", "--all"]).exits(0);
    assert_eq!(records(&rcon, "{{.Ref}}"), [""; 0]);
}

#[test]
fn a_failure_is_recorded_with_its_error() {
    let rcon = with_file("FROM busybox\nRUN echo before && false\n");
    rcon.run(["build", "app"]).exits(1);
    assert_eq!(records(&rcon, "{{.Status}}"), ["Error"]);
    let shown = rcon.run(["buildx", "history", "inspect"]);
    shown.exits(0).stdout_has("did not complete successfully: exit code: 1");
    rcon.run(["buildx", "history", "logs"]).exits(0).stdout_has("before\n");
}

#[test]
fn a_metadata_file_names_the_record() {
    let rcon = with_file("FROM busybox\n");
    rcon.run(["build", "--metadata-file", "m.json", "app"]).exits(0);
    let text = std::fs::read(rcon.path("m.json")).unwrap();
    let metadata: serde_json::Value = serde_json::from_slice(&text).unwrap();
    let reference = metadata["buildx.build.ref"].as_str().unwrap();
    rcon.run(["buildx", "history", "inspect", reference]).exits(0);
    assert_eq!(reference.rsplit('/').next().unwrap(), records(&rcon, "{{.Ref}}")[0]);
}

#[test]
fn no_secret_is_ever_written_down() {
    let file = "FROM busybox\nARG API_TOKEN\nRUN --mount=type=secret,id=s cat /run/secrets/s; echo $(cat \
                /run/secrets/s | tr -d '\\n') again\nRUN --mount=type=secret,id=v,env=V echo \"<$V>\"\n\
                RUN false $HTTP_PROXY\n";
    let rcon = with_file(file);
    rcon.file("secret", "first-marker-4711\nsecond-marker-4711\n");
    let call = rcon.call([
        "build",
        "--secret",
        "id=s,src=secret",
        "--secret",
        "id=v,env=V",
        "--build-arg",
        "API_TOKEN=token-marker-4711",
        "--build-arg",
        "HTTP_PROXY=http://user:proxy-marker-4711@proxy:1",
        "app",
    ]);
    let out = call.env("V", "third-marker-4711").done();
    out.exits(1).stderr_has("first-marker-4711").stderr_has("<third-marker-4711>");
    rcon.run(["buildx", "history", "logs"]).exits(0).stdout_has("***").stdout_has("<***>");
    rcon.run(["buildx", "history", "inspect"]).exits(0).stdout_has("API_TOKEN   ***\n");
    assert!(!holds(&rcon.path("s"), "marker-4711"));
}

#[test]
fn a_build_that_was_killed_is_told_as_such() {
    let rcon = with_file("FROM busybox\nRUN echo begun && sleep 100\n");
    let running = rcon.call(["build", "--progress=plain", "app"]).spawn();
    let begun = Instant::now();
    while !rcon.run(["buildx", "history", "logs"]).printed().contains("RUN echo begun") {
        assert!(begun.elapsed() < Duration::from_secs(10), "the step does not start");
        std::thread::sleep(Duration::from_millis(20));
    }
    assert_eq!(records(&rcon, "{{.Status}}"), ["Running"]);
    rcon.run(["buildx", "history", "rm", "--all"]).fails();
    let pid = rustix::process::Pid::from_raw(running.pid()).unwrap();
    rustix::process::kill_process(pid, rustix::process::Signal::KILL).unwrap();
    running.wait();
    assert_eq!(records(&rcon, "{{.Status}}"), ["Error"]);
    rcon.run(["buildx", "history", "inspect"]).exits(0).stdout_has("Error:\t\tthe build was killed\n");
    rcon.run(["buildx", "history", "rm", "--all"]).exits(0);
}

#[test]
fn damaged_records_are_passed_over() {
    let rcon = with_file("FROM busybox\n");
    rcon.run(["build", "app"]).exits(0);
    for (id, text) in [("a".repeat(25), "{"), ("b".repeat(25), "")] {
        rcon.directory(&format!("s/build/history/{id}"));
        rcon.file(&format!("s/build/history/{id}/record.json"), text);
    }
    rcon.directory("s/build/history/not-one");
    assert_eq!(records(&rcon, "{{.Status}}"), ["Completed"]);
    rcon.run(["build", "app"]).exits(0);
}

#[test]
fn the_newest_fifty_stay() {
    let rcon = with_file("FROM busybox\n");
    rcon.run(["build", "app"]).exits(0);
    let id = records(&rcon, "{{.Ref}}").remove(0);
    let text = std::fs::read_to_string(rcon.path(&format!("s/build/history/{id}/record.json"))).unwrap();
    let mut record: serde_json::Value = serde_json::from_str(&text).unwrap();
    for number in 0..60 {
        let other = format!("{number:025}");
        record["id"] = other.clone().into();
        record["created"] = format!("2020-01-01T00:00:{number:02}Z").into();
        rcon.directory(&format!("s/build/history/{other}"));
        rcon.file(&format!("s/build/history/{other}/record.json"), record.to_string());
    }
    rcon.run(["build", "app"]).exits(0);
    let left = records(&rcon, "{{.Ref}}");
    assert_eq!((left.len(), left[1] == id), (50, true));
    assert_eq!(left[49], format!("{:025}", 12));
}
