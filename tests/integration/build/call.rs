//! `--check`, `--call`, and the linter before every build.

use crate::support::Rcon;

fn with_file(file: &str) -> Rcon {
    let rcon = Rcon::with_busybox();
    rcon.directory("app");
    rcon.file("app/Dockerfile", file);
    rcon
}

const JSON_ARGS: &str =
    "JSON arguments recommended for CMD to prevent unintended behavior related to OS signals";

#[test]
fn a_check_tells_what_it_found_and_fails() {
    let rcon = with_file("FROM busybox\nCMD x\n");
    rcon.run(["build", "--check", "-q", "app"]).exits(1).stderr("").stdout(&format!(
        "Check complete, 1 warning has been found!\n\n\
         WARNING: JSONArgsRecommended - https://docs.docker.com/go/dockerfile/rule/json-args-recommended/\n\
         {JSON_ARGS}\nDockerfile:2\n--------------------\n   1 |     FROM busybox\n   2 | >>> CMD x\n   3 |     \n\
         --------------------\n"
    ));
    rcon.run(["build", "--call=check,ignorestatus=true", "-q", "app"]).exits(0);
    let out = rcon.run(["build", "--call=check,format=json", "-q", "app"]);
    let found: serde_json::Value = serde_json::from_str(out.exits(1).printed()).unwrap();
    assert_eq!(found["warnings"][0]["ruleName"], "JSONArgsRecommended");
    assert_eq!(found["warnings"][0]["location"]["ranges"][0]["start"]["line"], 2);
    assert_eq!(found["sources"][0]["filename"], "Dockerfile");
    rcon.file("app/Dockerfile", "FROM busybox\nCMD [\"x\"]\n");
    rcon.run(["build", "--check", "-q", "app"]).exits(0).stdout("Check complete, no warnings found.\n");
}

#[test]
fn a_check_tells_what_will_fail() {
    let rcon = with_file("FROM busybox\nRUNN x\n");
    let excerpt = "Dockerfile:2\n--------------------\n   1 |     FROM busybox\n   2 | >>> RUNN x\n   3 |     \n\
                   --------------------\n";
    let words = "dockerfile parse error on line 2: unknown instruction: RUNN (did you mean RUN?)";
    rcon.run(["build", "--check", "-q", "app"]).exits(1).stdout(&format!("ERROR: {words}\n{excerpt}\n"));
    let out = rcon.run(["build", "--call=check,format=json", "-q", "app"]);
    let found: serde_json::Value = serde_json::from_str(out.exits(1).printed()).unwrap();
    assert_eq!((&found["buildError"]["message"], found["warnings"].is_null()), (&words.into(), true));
    rcon.file("app/Dockerfile", "FROM busybox\nENV F=${X?bad}\n");
    let out = rcon.run(["build", "--check", "-q", "app"]);
    out.exits(1).stdout_has("UndefinedVar").stdout_has("\nERROR: failed to process \"${X?bad}\": X: bad\n");
    let out = rcon.run(["build", "--check", "-q", "--target", "nope", "app"]);
    out.exits(1).stdout("ERROR: target stage \"nope\" could not be found\n\n");
}

#[test]
fn a_check_looks_at_all_stages_and_a_build_at_those_it_needs() {
    let rcon = with_file("FROM busybox AS a\nCMD x\nFROM busybox as b\nRUN true\n");
    rcon.run(["build", "--check", "-q", "app"]).exits(1).stdout_has("2 warnings have been found!");
    rcon.run(["build", "--check", "-q", "--target", "b", "app"])
        .exits(1)
        .stdout_has("1 warning has been found!");
    let out = rcon.run(["build", "app"]);
    out.exits(0).stderr_has("WARN: FromAsCasing: 'as' and 'FROM' keywords' casing do not match (line 3)\n");
    out.stderr_has("\n 1 warning found (use docker --debug to expand):\n - FromAsCasing");
    assert!(!out.said().contains("JSONArgs"), "{out}");
}

#[test]
fn options_of_the_linter_are_obeyed() {
    let rcon = with_file("# check=skip=JSONArgsRecommended\nFROM busybox\nCMD x\n");
    let out = rcon.run(["build", "app"]);
    assert!(!out.exits(0).said().contains("WARN"), "{out}");
    rcon.file("app/Dockerfile", "# check=error=true\nFROM busybox\nCMD x\n");
    let out = rcon.run(["build", "app"]);
    out.exits(1).stderr_has("lint violation found for rules: JSONArgsRecommended\n");
    rcon.run(["build", "--build-arg", "BUILDKIT_DOCKERFILE_CHECK=skip=all", "app"]).exits(0);
    rcon.file("app/Dockerfile", "# check=foo=1\nFROM busybox\n");
    rcon.run(["build", "app"])
        .exits(1)
        .stderr_has("failed to parse check options: invalid check option \"foo\"");
}

#[test]
fn variables_of_a_base_are_known_to_the_linter() {
    let rcon = with_file("FROM busybox\nENV KNOWN=1\n");
    rcon.run(["build", "-t", "base", "app"]).exits(0);
    rcon.file("app/Dockerfile", "FROM base\nENV A=$KNOWN B=$UNKNOWN\n");
    let out = rcon.run(["build", "--check", "-q", "app"]);
    out.exits(1).stdout_has("Usage of undefined variable '$UNKNOWN'");
    assert!(!out.printed().contains("'$KNOWN'"), "{out}");
}

#[test]
fn an_outline_tells_what_a_target_can_be_given() {
    let rcon = with_file(
        "# BASE the base image\nARG BASE=busybox\nARG UNUSED=1\nFROM ${BASE} AS first\nARG X=1\nARG TARGETARCH\n\
         RUN --mount=type=secret,id=s,required true\n# last the last one\nFROM first AS last\nARG X=9\nARG W=$X\n\
         RUN --mount=type=ssh true\n",
    );
    rcon.run(["build", "--call=outline", "-q", "app"]).exits(0).stderr("").stdout(
        "TARGET:      last\nDESCRIPTION: the last one\n\n\
         BUILD ARG   VALUE     DESCRIPTION\nBASE        busybox   the base image\nX           9         \n\
         W           9         \n\nSECRET   REQUIRED\ns        true\n\nSSH       REQUIRED\ndefault   \n\n",
    );
    let out = rcon.run(["build", "--call=outline,format=json", "-q", "--build-arg", "W=5", "app"]);
    let outline: serde_json::Value = serde_json::from_str(out.exits(0).printed()).unwrap();
    assert_eq!((&outline["name"], &outline["args"][2]["value"]), (&"last".into(), &"5".into()));
    assert_eq!(
        (&outline["secrets"][0]["required"], &outline["ssh"][0]["name"]),
        (&true.into(), &"default".into())
    );
}

#[test]
fn targets_are_listed_without_looking_at_images() {
    let rcon = with_file("# x the first\nFROM nowhere AS x\nFROM busybox\n");
    let out = rcon.run(["build", "--call=targets", "-q", "app"]);
    out.exits(0).stderr("").stdout("TARGET    DESCRIPTION\nx         the first\n(default) \n");
    let out = rcon.run(["build", "--call=targets,format=json", "-q", "app"]);
    let found: serde_json::Value = serde_json::from_str(out.exits(0).printed()).unwrap();
    assert_eq!(
        (&found["targets"][0]["base"], &found["targets"][1]["default"]),
        (&"nowhere".into(), &true.into())
    );
    assert_eq!(rcon.run(["buildx", "history", "ls", "--format", "{{.Ref}}"]).succeeds(), "");
}

#[test]
fn configured_proxies_are_arguments_unless_given() {
    let rcon = with_file("FROM busybox\nRUN echo \"<$HTTP_PROXY> <$http_proxy> <$no_proxy>\"\n");
    rcon.directory("home/.docker");
    let text = r#"{"proxies": {"default": {"httpProxy": "http://p:1", "noProxy": "a,b"}}}"#;
    rcon.file("home/.docker/config.json", text);
    rcon.run(["build", "--no-cache", "app"]).exits(0).stderr_has("<http://p:1> <http://p:1> <a,b>\n");
    let out = rcon.run(["build", "--no-cache", "--build-arg", "http_proxy=", "app"]);
    out.exits(0).stderr_has("<http://p:1> <> <a,b>\n");
    rcon.directory("other");
    rcon.file("other/config.json", "{}");
    rcon.run(["--config", "other", "build", "--no-cache", "app"]).exits(0).stderr_has("<> <> <>\n");
}
