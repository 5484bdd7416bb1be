//! What a build gives: files, archives, images in registries, caches.

use crate::support::registry::Registry;
use crate::support::{Image, Output, Rcon, requires};
use serde_json::Value;
use std::collections::BTreeMap;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::process::Command;

/// Two steps, a file that is set-uid, another name of it, and a link.
const FILES: &str = "FROM busybox\n\
    RUN echo hi > /a && chmod 4755 /a && ln /a /b && ln -s a /l && mkdir /d && chown 7:8 /d\n\
    RUN echo two > /two && rm /a\n";
/// The same without a base.
const SCRATCH: &str = "FROM busybox AS one\nRUN mkdir /o && echo hi > /o/f && chmod 600 /o/f\n\
    FROM scratch\nCOPY --from=one /o/ /\n";

/// A store with busybox as any other has it: what a step gives depends on when its base was made.
fn with_busybox() -> Rcon {
    let rcon = Rcon::new();
    rcon.load("busybox", Image::busybox());
    rcon
}

/// A context of its own with this Dockerfile.
fn context(rcon: &Rcon, dockerfile: &str) -> String {
    let folder = rcon.directory("context");
    rcon.file("context/Dockerfile", dockerfile);
    folder
}

fn build<'a>(rcon: &Rcon, more: impl IntoIterator<Item = &'a str>) -> Output {
    let context = rcon.path("context").to_str().unwrap().to_owned();
    let words = ["build", "--progress=plain"].into_iter().chain(more).map(str::to_owned);
    rcon.run(words.chain([context]).collect::<Vec<String>>())
}

/// How often a step came from a cache.
fn cached(out: &Output) -> usize {
    out.said().lines().filter(|line| line.ends_with(" CACHED")).count()
}

fn json(path: &Path) -> Value {
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

/// What another tool reads.
fn skopeo<'a>(arguments: impl IntoIterator<Item = &'a str>) -> Value {
    let out = Command::new("skopeo").args(arguments).output().unwrap();
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    serde_json::from_slice(&out.stdout).unwrap()
}

#[test]
fn files_come_into_a_folder_as_the_caller_s_and_others_stay() {
    let rcon = with_busybox();
    context(&rcon, FILES);
    let out = rcon.directory("out");
    rcon.file("out/stays", "old");
    rcon.file("out/two", "old");
    let built = build(&rcon, ["-o", &out]);
    built.exits(0).stderr_has("exporting to client directory").stderr_has("copying files");
    let at = |name: &str| std::fs::symlink_metadata(rcon.path(&format!("out/{name}"))).unwrap();
    let own = rustix::process::getuid().as_raw();
    assert_eq!((at("d").uid(), at("two").uid(), at("bin").uid()), (own, own, own));
    assert_eq!(at("b").mode() & 0o7777, 0o4755);
    assert!(at("l").is_symlink() && !rcon.path("out/a").exists() && rcon.path("out/stays").exists());
    assert_eq!(std::fs::read_to_string(rcon.path("out/two")).unwrap(), "two\n");
    // All of it is cached: this process has not been where the files are, and goes there.
    build(&rcon, ["-o", &rcon.directory("again")]).exits(0);
    assert_eq!(std::fs::read_to_string(rcon.path("again/b")).unwrap(), "hi\n");
}

#[test]
fn a_tar_has_the_image_s_own_owners() {
    requires!(subordinate_ids);
    let rcon = with_busybox();
    context(&rcon, FILES);
    let path = rcon.path("x.tar");
    let output = format!("type=tar,dest={}", path.display());
    build(&rcon, ["-o", &output]).exits(0).stderr_has("exporting to client tarball");
    let list = Command::new("tar").arg("tvf").arg(&path).args(["--numeric-owner"]).output().unwrap();
    let list = String::from_utf8(list.stdout).unwrap();
    let line =
        |name: &str| list.lines().find(|line| line.ends_with(name)).unwrap_or_else(|| panic!("{list}"));
    assert!(line(" d/").starts_with("drwxr-xr-x 7/8"), "{list}");
    assert!(line(" b").starts_with("-rwsr-xr-x 0/0"), "{list}");
    assert!(!list.lines().any(|line| line.ends_with(" a") && !line.contains("->")), "{list}");
}

#[test]
fn a_tar_goes_to_standard_output() {
    let rcon = with_busybox();
    context(&rcon, SCRATCH);
    let context = rcon.path("context").to_str().unwrap().to_owned();
    let out = rcon.call(["build", "-o", "-", &context]).done();
    out.exits(0).stderr_has("exporting to client tarball");
    // One header, one block of content, and the end.
    assert!(out.printed().starts_with("f\0") && out.printed().len() == 2048, "{out}");
}

#[test]
fn archives_are_read_by_other_tools_and_come_back() {
    requires!(skopeo);
    let rcon = with_busybox();
    context(&rcon, FILES);
    let (oci, docker) = (rcon.path("oci.tar"), rcon.path("docker.tar"));
    let metadata = rcon.path("metadata.json");
    let built = build(
        &rcon,
        [
            "-t",
            "team/app:1",
            "-o",
            &format!("type=oci,dest={},compression=zstd", oci.display()),
            "-o",
            &format!("type=docker,dest={}", docker.display()),
            "--metadata-file",
            metadata.to_str().unwrap(),
        ],
    );
    built.exits(0).stderr_has("exporting to oci image format").stderr_has("exporting to docker image format");
    rcon.run(["images", "-q", "team/app"]).exits(0).stdout("");
    let manifest = skopeo(["inspect", "--raw", &format!("oci-archive:{}", oci.display())]);
    let types: Vec<&str> =
        manifest["layers"].as_array().unwrap().iter().map(|one| one["mediaType"].as_str().unwrap()).collect();
    assert!(types.iter().all(|one| one.ends_with("+zstd")), "{types:?}");
    let told = skopeo(["inspect", &format!("docker-archive:{}", docker.display())]);
    assert_eq!(told["Layers"].as_array().unwrap().len(), types.len());
    let metadata = json(&metadata);
    assert_eq!(metadata["image.name"], "docker.io/team/app:1");
    assert_eq!(metadata["containerimage.config.digest"], manifest["config"]["digest"]);
    assert_eq!(metadata["containerimage.digest"], metadata["containerimage.descriptor"]["digest"]);
    let other = Rcon::new();
    for archive in [&oci, &docker] {
        other.run(["load", "-i", archive.to_str().unwrap()]).exits(0);
        other.run(["run", "--rm", "team/app:1", "cat", "/b", "/two"]).exits(0).stdout("hi\ntwo\n");
        other.run(["rmi", "team/app:1"]).exits(0);
    }
}

#[test]
fn a_layout_in_a_folder_is_written_a_second_time() {
    requires!(skopeo);
    let rcon = with_busybox();
    context(&rcon, SCRATCH);
    let folder = rcon.path("layout");
    let output = format!("type=oci,tar=false,dest={}", folder.display());
    build(&rcon, ["-t", "a:1", "-o", &output]).exits(0);
    build(&rcon, ["-t", "a:1", "-o", &output]).exits(0);
    skopeo(["inspect", "--raw", &format!("oci:{}", folder.display())]);
}

#[test]
fn an_image_is_pushed_with_its_annotations_and_pulled_elsewhere() {
    requires!(docker_registry);
    let registry = Registry::open();
    let name = format!("{}/team/app:2", registry.address());
    let rcon = with_busybox();
    context(&rcon, FILES);
    let metadata = rcon.path("m.json");
    let more = ["-t", &name, "--push", "--annotation", "a=b", "--metadata-file", metadata.to_str().unwrap()];
    let out = build(&rcon, more);
    out.exits(0).stderr_has("pushing layers").stderr_has(&format!("pushing manifest for {name}@sha256:"));
    let other = Rcon::new();
    let shown: Value = serde_json::from_str(&other.run(["manifest", "inspect", &name]).succeeds()).unwrap();
    assert_eq!(shown["annotations"]["a"], "b");
    other.run(["run", "--rm", "-q", &name, "cat", "/two"]).exits(0).stdout("two\n");
    let metadata = json(&metadata);
    let digest = metadata["containerimage.digest"].as_str().unwrap();
    let known = rcon.run(["inspect", "-f", "{{.RepoDigests}}", &name]).succeeds();
    assert!(known.contains(digest), "{known}");
    // A push of the image in the store gives the same manifest.
    assert!(rcon.run(["push", &name]).exits(0).printed().contains(digest));
}

#[test]
fn docker_s_media_types_are_written_where_they_are_asked_for() {
    requires!(docker_registry);
    let registry = Registry::open();
    let name = format!("{}/app:1", registry.address());
    let rcon = with_busybox();
    context(&rcon, SCRATCH);
    build(&rcon, ["-t", &name, "--push", "--format", "docker"]).exits(0);
    let shown: Value = serde_json::from_str(&rcon.run(["manifest", "inspect", &name]).succeeds()).unwrap();
    assert_eq!(shown["mediaType"], "application/vnd.docker.distribution.manifest.v2+json");
    let layer = &shown["layers"][0]["mediaType"];
    assert_eq!(layer, "application/vnd.docker.image.rootfs.diff.tar.gzip");
    build(&rcon, ["-t", &name, "--push", "--format", "docker", "--annotation", "a=b"]).fails();
    build(&rcon, ["-o", "type=image,compression=estargz"]).fails();
    build(&rcon, ["--annotation", "a=b", "-o", &rcon.directory("o")]).fails();
}

#[test]
fn several_platforms_become_an_index() {
    requires!(docker_registry);
    let registry = Registry::open();
    let name = format!("{}/several:1", registry.address());
    let rcon = Rcon::new();
    rcon.file("f", "x");
    context(&rcon, "FROM scratch\nARG TARGETARCH\nCOPY <<E /arch\n$TARGETARCH\nE\n");
    let platforms = ["--platform", "linux/amd64,linux/arm64,linux/arm/v7"];
    let id = rcon.path("id");
    let more = ["-t", &name, "--push", "--iidfile", id.to_str().unwrap(), "--annotation", "index:k=v"];
    build(&rcon, platforms.into_iter().chain(more)).exits(0).stderr_has("exporting manifest list sha256:");
    let shown: Value =
        serde_json::from_str(&Rcon::new().run(["manifest", "inspect", &name]).succeeds()).unwrap();
    let members: Vec<String> = shown["manifests"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| {
            let platform = &one["platform"];
            let variant = platform["variant"].as_str().map(|word| format!("/{word}")).unwrap_or_default();
            format!("{}{variant}", platform["architecture"].as_str().unwrap())
        })
        .collect();
    assert_eq!(members, ["amd64", "arm64", "arm/v7"]);
    assert_eq!(shown["annotations"]["k"], "v");
    assert!(std::fs::read_to_string(id).unwrap().starts_with("sha256:"));
    let out = rcon.directory("out");
    build(&rcon, platforms.into_iter().chain(["-o", &out])).exits(0).stderr_has("copying files linux/arm64");
    for (folder, text) in [("linux_amd64", "amd64\n"), ("linux_arm64", "arm64\n"), ("linux_arm_v7", "arm\n")]
    {
        let file = rcon.path(&format!("out/{folder}/arch"));
        assert_eq!(std::fs::read_to_string(file).unwrap(), text, "{folder}");
    }
    let other = format!("{}/by-hand:1", registry.address());
    rcon.run(["manifest", "push", &name, &other]).exits(0);
}

#[test]
fn a_command_of_a_foreign_machine_names_what_is_missing() {
    let rcon = with_busybox();
    rcon.directory("context");
    rcon.file("context/tree.tar", Image::busybox_tree());
    context(&rcon, "FROM scratch\nADD tree.tar /\nRUN true\n");
    let out = build(&rcon, ["--platform", "linux/s390x"]);
    if out.code() != Some(0) {
        out.stderr_has("qemu-user-static");
    }
}

#[test]
fn what_a_build_adds_becomes_one_layer_that_still_hides_the_base_s_files() {
    let rcon = with_busybox();
    context(
        &rcon,
        "FROM busybox\nRUN echo base > /base && mkdir /dir && echo x > /dir/x\nRUN rm -r /dir && mkdir /dir\n",
    );
    build(&rcon, ["-t", "base"]).exits(0);
    context(
        &rcon,
        "FROM base\nRUN rm /base && echo 1 > /one\nRUN echo 2 > /two && rm -r /dir && mkdir /dir && echo y > /dir/y\nENV A=b\n",
    );
    let layers = |name: &str| {
        let told = rcon.run(["inspect", "-f", "{{len .RootFS.Layers}}", name]).succeeds();
        told.trim().parse::<usize>().unwrap()
    };
    build(&rcon, ["-t", "plain"]).exits(0);
    build(&rcon, ["-t", "squashed", "--squash"]).exits(0);
    build(&rcon, ["-t", "flat", "--squash-all"]).exits(0);
    assert_eq!((layers("plain"), layers("squashed"), layers("flat")), (5, 4, 1));
    for name in ["plain", "squashed", "flat"] {
        let script = "ls /base /one /two /dir; echo $A";
        let out = rcon.run(["run", "--rm", name, "sh", "-c", script]);
        assert_eq!(out.printed(), "/one\n/two\n\n/dir:\ny\nb\n", "{name}: {out}");
    }
    let history = rcon.run(["history", "--format", "{{.Comment}}", "squashed"]).succeeds();
    assert!(history.contains("merge 2 layers"), "{history}");
}

/// Builds with an empty store of another machine, from that cache.
fn elsewhere(rcon: &Rcon, more: &[&str]) -> Output {
    let other = with_busybox();
    let context = rcon.path("context").to_str().unwrap().to_owned();
    let all: Vec<&str> = ["build", "--progress=plain", "-t", "x"]
        .into_iter()
        .chain(more.iter().copied())
        .chain([&*context])
        .collect();
    let out = other.run(all);
    out.exits(0);
    other.run(["run", "--rm", "x", "cat", "/b", "/two"]).exits(0).stdout("hi\ntwo\n");
    // What was fetched can be given on.
    let archive = other.path("x.tar");
    other.run(["save", "-o", archive.to_str().unwrap(), "x"]).exits(0);
    out
}

#[test]
fn steps_come_from_a_cache_in_a_folder() {
    let rcon = with_busybox();
    context(&rcon, FILES);
    let folder = rcon.path("cache");
    let to = format!("type=local,dest={},mode=max", folder.display());
    build(&rcon, ["--cache-to", &to]).exits(0).stderr_has("exporting cache to client directory");
    let from = format!("type=local,src={}", folder.display());
    let out = elsewhere(&rcon, &["--cache-from", &from]);
    assert_eq!(cached(&out), 3, "{out}");
    // Damaged, it is no cache, and the build goes on.
    for blob in std::fs::read_dir(folder.join("blobs/sha256")).unwrap().flatten() {
        if blob.metadata().unwrap().len() > 0 && !std::fs::read(blob.path()).unwrap().starts_with(b"{") {
            rcon.file(&format!("cache/blobs/sha256/{}", blob.file_name().display()), "damaged");
        }
    }
    let out = elsewhere(&rcon, &["--cache-from", &from]);
    assert_eq!(cached(&out), 1, "{out}");
    out.stderr_has("not in the cache after all");
}

#[test]
fn steps_come_from_a_cache_in_a_registry_and_only_layers_that_are_hit() {
    requires!(docker_registry);
    let registry = Registry::open();
    let name = format!("{}/cache", registry.address());
    let rcon = with_busybox();
    context(&rcon, FILES);
    let to = format!("type=registry,ref={name},compression=zstd");
    build(&rcon, ["--cache-to", &to]).exits(0).stderr_has("exporting cache to registry");
    let changed = FILES.replace("echo two", "echo  two");
    context(&rcon, &changed);
    let out = elsewhere(&rcon, &["--cache-from", &name]);
    out.stderr_has(&format!("importing cache manifest from {name}:latest"));
    assert_eq!(cached(&out), 2, "{out}");
    let blobs: BTreeMap<String, usize> = registry.fetches();
    assert_eq!(blobs.len(), 2, "the records and one layer: {blobs:?}");
}

#[test]
fn steps_come_from_a_pushed_image() {
    requires!(docker_registry);
    let registry = Registry::open();
    let name = format!("{}/app:1", registry.address());
    let rcon = with_busybox();
    context(&rcon, FILES);
    build(&rcon, ["-t", &name, "--push", "--cache-to", "type=inline"]).exits(0);
    let out = elsewhere(&rcon, &["--cache-from", &name]);
    assert_eq!(cached(&out), 3, "{out}");
}

#[test]
fn a_cache_that_is_not_there_is_told_and_nothing_else() {
    let rcon = with_busybox();
    context(&rcon, FILES);
    let out =
        build(&rcon, ["--cache-from", "localhost:1/none", "--cache-from", "type=local,src=/nonexistent"]);
    out.exits(0).stderr_has("importing cache manifest from localhost:1/none:latest").stderr_has("ERROR: ");
}
