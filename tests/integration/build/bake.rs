//! `rcon buildx bake`.

use crate::support::Rcon;

const FILE: &str = r#"
variable "WORD" { default = "none" }
group "default" { targets = ["app"] }
target "base" {
  context = "base"
  args = { WORD = WORD }
}
target "app" {
  dockerfile-inline = "FROM ground\nRUN cat /word > /copy && cat /copy\n"
  contexts = { ground = "target:base" }
  tags = ["app"]
}
target "wrong" {
  dockerfile-inline = "FROM busybox\nRUN false\n"
}
"#;

fn with_file(file: &str) -> Rcon {
    let rcon = Rcon::with_busybox();
    rcon.directory("base");
    rcon.file("base/Dockerfile", "FROM busybox\nARG WORD\nRUN echo $WORD > /word\n");
    rcon.file("docker-bake.hcl", file);
    rcon
}

#[test]
fn a_target_takes_files_from_another() {
    let rcon = with_file(FILE);
    let out = rcon.run(["buildx", "bake", "--metadata-file", "m.json", "--var", "WORD=given"]);
    out.exits(0).stdout("").stderr_has("[internal] load local bake definitions\n");
    out.stderr_has("[base internal] load build definition from Dockerfile\n");
    out.stderr_has("[app 2/2] RUN cat /word > /copy && cat /copy\n");
    rcon.run(["run", "--rm", "app", "cat", "/copy"]).stdout("given\n");
    let text = std::fs::read(rcon.path("m.json")).unwrap();
    let metadata: serde_json::Value = serde_json::from_slice(&text).unwrap();
    let id = metadata["app"]["containerimage.digest"].as_str().unwrap();
    assert_eq!(rcon.run(["images", "-q", "--no-trunc", "app"]).succeeds(), id);
    assert!(metadata["base"]["buildx.build.ref"].is_string());
    let names = rcon.run(["buildx", "history", "ls", "--format", "{{.Status}}"]).succeeds();
    assert_eq!(names, "Completed\nCompleted");
}

#[test]
fn nothing_is_built_to_be_printed_or_listed() {
    let rcon = with_file(FILE);
    let out = rcon.run(["buildx", "bake", "--print", "--set", "app.tags=other", "--progress=quiet"]);
    let printed: serde_json::Value = serde_json::from_str(out.exits(0).stderr("").printed()).unwrap();
    assert_eq!(printed["target"]["app"]["tags"], serde_json::json!(["other"]));
    assert_eq!(printed["target"]["base"]["output"], serde_json::json!([{ "type": "cacheonly" }]));
    let out = rcon.run(["buildx", "bake", "--list=variables", "--progress=quiet"]);
    out.exits(0).stdout_has("WORD");
    assert!(!rcon.path("s/build/history").exists() || rcon.run(["images", "-q", "app"]).printed().is_empty());
}

#[test]
fn files_are_named_or_come_on_standard_input() {
    let rcon = with_file("");
    let file = "target \"default\" {\n dockerfile-inline = \"FROM busybox\"\n tags = [\"piped\"]\n}\n";
    rcon.call(["buildx", "bake", "-f", "-"]).stdin(file).done().exits(0);
    rcon.run(["image", "exists", "piped"]).exits(0);
    rcon.file("other.hcl", file.replace("piped", "named"));
    rcon.run(["buildx", "f", "-f", "other.hcl"]).exits(0);
    rcon.run(["image", "exists", "named"]).exits(0);
    rcon.run(["buildx", "bake", "-f", "missing.hcl"]).exits(1).stderr_has("open missing.hcl: no such file");
    let out = rcon.run(["buildx", "bake", "https://example.org/x.git"]);
    out.exits(1).stderr_has("definitions are read from this machine only");
    std::fs::remove_file(rcon.path("docker-bake.hcl")).unwrap();
    rcon.run(["buildx", "bake"]).exits(1).stderr_has("couldn't find a bake definition");
}

#[test]
fn a_compose_file_is_baked() {
    let rcon = with_file("");
    std::fs::remove_file(rcon.path("docker-bake.hcl")).unwrap();
    let file =
        "services:\n  web:\n    image: web\n    build:\n      context: base\n      args:\n        WORD: hi\n";
    rcon.file("compose.yaml", file);
    rcon.run(["buildx", "bake"]).exits(0);
    rcon.run(["run", "--rm", "web", "cat", "/word"]).stdout("hi\n");
}

#[test]
fn a_failure_is_told_with_its_lines() {
    let rcon = with_file(FILE);
    let out = rcon.run(["buildx", "bake", "wrong"]);
    out.exits(1)
        .stderr_has("2 | >>> RUN false\n")
        .stderr_has("did not complete successfully: exit code: 1\n");
    rcon.run(["buildx", "bake", "nosuch"]).exits(1).stderr_has("failed to find target nosuch");
}

#[test]
fn targets_are_checked_together() {
    let rcon = with_file(
        "group \"default\" {\n targets = [\"a\", \"b\"]\n}\ntarget \"a\" {\n dockerfile-inline = \"FROM busybox\"\n}\n\
         target \"b\" {\n dockerfile-inline = \"FROM busybox\\nCMD x\"\n}\n",
    );
    let out = rcon.run(["buildx", "bake", "--check", "--progress=quiet"]);
    out.exits(1)
        .stderr("")
        .stdout_has("a\n\nCheck complete, no warnings found.\n\nb\n\nCheck complete, 1 warning");
    let out = rcon.run(["buildx", "bake", "--call=targets,format=json", "--progress=quiet"]);
    let found: serde_json::Value = serde_json::from_str(out.exits(0).printed()).unwrap();
    assert_eq!(found["target"]["a"]["build"]["call"], "targets");
    assert_eq!(found["target"]["b"]["targets"]["targets"][0]["default"], true);
}

#[test]
fn what_a_target_wants_has_to_be_granted() {
    let file = "target \"default\" {\n dockerfile-inline = \"FROM busybox\"\n entitlements = [\"network.host\"]\n}\n";
    let rcon = with_file(file);
    rcon.run(["buildx", "bake"]).exits(1).stderr_has("hint: --allow network.host\n");
    rcon.run(["buildx", "bake", "--allow", "network.host"]).exits(0);
}
