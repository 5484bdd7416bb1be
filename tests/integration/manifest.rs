//! Manifests shown, and lists of them made, annotated and pushed.

use crate::support::archives::Packing;
use crate::support::fault::{Fault, Faulty};
use crate::support::published::{Format, Published};
use crate::support::registry::Registry;
use crate::support::{Image, Layer, Rcon, requires};
use rcon::oci::digest::Digest;
use serde_json::{Value, json};

/// An image for an architecture, small and like no other.
fn image(architecture: &'static str, format: Format) -> Published {
    let layer = Layer::new().file("for", 0o644, architecture);
    Published::of(&Image::empty().architecture(architecture).layer(layer), format, Packing::Gzip)
}

#[track_caller]
fn inspected(rcon: &Rcon, words: &[&str]) -> Value {
    let all = ["manifest", "inspect"].iter().chain(words);
    serde_json::from_str(rcon.run(all).exits(0).stderr("").printed()).unwrap()
}

fn made(rcon: &Rcon, list: &str, members: &[&String]) {
    let words = ["manifest", "create", list].into_iter().chain(members.iter().map(|name| name.as_str()));
    rcon.run(words).exits(0).stdout(&format!("Created manifest list {list}\n")).stderr("");
}

#[test]
fn a_manifest_is_indented_by_tabs_and_an_index_by_blanks() {
    let (rcon, registry) = (Rcon::new(), Faulty::start());
    let app = image("amd64", Format::Docker);
    let one = registry.publish("app:one", &app);
    let out = rcon.run(["manifest", "inspect", &one]);
    let begin = "{\n\t\"schemaVersion\": 2,\n\t\"mediaType\": \
                 \"application/vnd.docker.distribution.manifest.v2+json\",\n\t\"config\": {\n\t\t\"mediaType\": ";
    assert!(out.exits(0).printed().starts_with(begin) && out.printed().ends_with("\n\t]\n}\n"), "{out}");
    assert_eq!(inspected(&rcon, &[&one]), serde_json::from_slice::<Value>(&app.manifest).unwrap());
    let by_digest = format!("{}@{}", one.trim_end_matches(":one"), app.digest());
    assert_eq!(inspected(&rcon, &[&by_digest]), inspected(&rcon, &[&one]));
    let index = Published::index(Format::Oci, vec![app, image("arm64", Format::Oci)]);
    let all = registry.publish("app:all", &index);
    let out = rcon.run(["manifest", "inspect", &all]);
    let begin = "{\n   \"schemaVersion\": 2,\n   \"mediaType\": \"application/vnd.oci.image.index.v1+json\",\n   \"manifests\": [\n      {\n";
    assert!(out.exits(0).printed().starts_with(begin) && out.printed().ends_with("\n   ]\n}\n"), "{out}");
    rcon.run(["manifest", "inspect", "--tls-verify", &one]).exits(1).stdout("");
    rcon.run(["manifest", "inspect", "--tls-verify", "--insecure", &one]).exits(0);
}

#[test]
fn the_whole_of_a_manifest_has_its_name_platform_and_bytes() {
    let (rcon, registry) = (Rcon::new(), Faulty::start());
    let (docker, oci) = (image("amd64", Format::Docker), image("arm64", Format::Oci));
    let one = registry.publish("app:one", &docker);
    let out = rcon.run(["manifest", "inspect", "-v", &one]);
    let begin = format!("{{\n\t\"Ref\": \"{one}\",\n\t\"Descriptor\": {{\n\t\t\"mediaType\": ");
    assert!(out.exits(0).printed().starts_with(&begin), "{out}");
    let shown = inspected(&rcon, &["-v", &one]);
    let keys: Vec<_> = shown.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(keys, ["Ref", "Descriptor", "Raw", "SchemaV2Manifest"]);
    let descriptor = json!({
        "mediaType": docker.media_type, "digest": docker.digest(), "size": docker.manifest.len(),
        "platform": { "architecture": "amd64", "os": "linux" },
    });
    assert_eq!(shown["Descriptor"], descriptor);
    use base64::Engine as _;
    let raw = base64::engine::general_purpose::STANDARD.decode(shown["Raw"].as_str().unwrap()).unwrap();
    assert_eq!(Digest::of(&raw), docker.digest());
    let list = Published::index(Format::Docker, vec![docker.clone(), oci.clone()]);
    let all = registry.publish("app:all", &list);
    let shown = inspected(&rcon, &["-v", &all]);
    assert_eq!(shown[0]["Ref"], json!(format!("{all}@{}", docker.digest())));
    assert_eq!(shown[1]["OCIManifest"]["schemaVersion"], json!(2));
    assert_eq!(shown[1]["Descriptor"]["platform"], json!({ "architecture": "arm64", "os": "linux" }));
}

#[test]
fn a_list_is_made_annotated_shown_and_removed() {
    let (rcon, registry) = (Rcon::new(), Faulty::start());
    let (amd, arm) = (image("amd64", Format::Docker), image("arm", Format::Docker));
    let names = [registry.publish("app:amd", &amd), registry.publish("other/app:arm", &arm)];
    let list = format!("{}/app:multi", registry.address());
    made(&rcon, &list, &[&names[0], &names[1]]);
    registry.forget();
    rcon.run([
        "manifest",
        "annotate",
        "--variant",
        "v7",
        "--os-version",
        "1.2",
        "--os-features",
        "a,b",
        &list,
        &names[1],
    ])
    .exits(0)
    .stdout("")
    .stderr("");
    let shown = inspected(&rcon, &[&list]);
    assert_eq!(shown["mediaType"], json!("application/vnd.docker.distribution.manifest.list.v2+json"));
    assert_eq!(shown["manifests"][0]["digest"], json!(amd.digest()));
    let platform = json!({
        "architecture": "arm", "os": "linux", "os.version": "1.2", "os.features": ["a", "b"], "variant": "v7",
    });
    assert_eq!(shown["manifests"][1]["platform"], platform);
    assert_eq!(inspected(&rcon, &["-v", &list])[1]["Ref"], json!(names[1]));
    assert_eq!(inspected(&rcon, &[&list, &names[1]])["schemaVersion"], json!(2));
    rcon.run(["manifest", "annotate", "--arch", "arm64", &list, &arm.digest().to_string()]).exits(0);
    assert_eq!(inspected(&rcon, &[&list])["manifests"][1]["platform"]["architecture"], json!("arm64"));
    assert!(registry.requests().is_empty(), "what is here is not asked for");
    rcon.run(["manifest", "rm", &list, "nonesuch"])
        .exits(1)
        .stdout("")
        .stderr("Error: No such manifest: docker.io/library/nonesuch:latest\n");
    rcon.run(["manifest", "push", &list]).exits(1).stderr_has(&format!("No such manifest: {list}"));
}

#[test]
fn lists_are_refused_in_dockers_words() {
    let (rcon, registry) = (Rcon::new(), Faulty::start());
    let amd = image("amd64", Format::Docker);
    let one = registry.publish("app:one", &amd);
    let index = registry.publish("app:all", &Published::index(Format::Oci, vec![amd]));
    let (list, none) =
        (format!("{}/app:multi", registry.address()), format!("{}/app:none", registry.address()));
    made(&rcon, &list, &[&one]);
    let member = format!("manifest for image {none} does not exist in {list}");
    for (words, told) in [
        (&["create", &list, &one][..], "refusing to amend an existing manifest list with no --amend flag"),
        (&["create", "x", &index], &format!("{index} is a manifest list")),
        (&["create", "x", &none], &format!("no such manifest: {none}")),
        (&["create", "App", &one], "repository name (library/App) must be lowercase"),
        (&["inspect", &none], &format!("no such manifest: {none}")),
        (&["inspect", &list, &none], &format!("no such manifest: {none}")),
        (&["annotate", "--arch", "foo", &list, &one], "unsupported os/arch combination: linux/foo"),
        (&["annotate", "--arch", "arm", &list, &none], &member),
        (&["annotate", "--arch", "arm", &none, &one], "does not exist in"),
        (&["add", &none, &one], &format!("No such manifest: {none}")),
        (&["push", "empty"], "No such manifest: docker.io/library/empty:latest"),
        (&["rm"], "'rcon manifest rm' requires at least 1 argument"),
    ] {
        rcon.run(["manifest"].iter().chain(words)).exits(1).stdout("").stderr_has(told);
    }
    rcon.run(["manifest", "create", "--amend", &list, &one]).exits(0);
    assert_eq!(inspected(&rcon, &[&list])["manifests"].as_array().map(Vec::len), Some(1), "the same one");
    rcon.run(["manifest", "create", "empty"]).exits(0);
    rcon.run(["manifest", "push", "empty"]).exits(1).stderr_has("the list empty:latest has no members");
    assert!(registry.seen("PUT ").is_empty());
}

#[test]
fn of_an_index_this_machine_s_manifest_is_added_or_all() {
    let (rcon, registry) = (Rcon::new(), Faulty::start());
    let own = Published::usual(&Image::empty().layer(Layer::new().file("own", 0o644, "x")));
    let other = image("s390x", Format::Oci);
    let index = registry.publish("app:all", &Published::index(Format::Oci, vec![other.clone(), own.clone()]));
    rcon.run(["manifest", "create", "one"]).exits(0);
    let out = rcon.run(["manifest", "add", "one", &index]);
    assert_eq!(out.exits(0).printed(), format!("{}\n", own.digest()));
    rcon.run(["manifest", "create", "--all", "two", &index]).exits(0);
    let shown = inspected(&rcon, &["two"]);
    assert_eq!(shown["mediaType"], json!("application/vnd.oci.image.index.v1+json"));
    assert_eq!(shown["manifests"][0]["platform"]["architecture"], json!("s390x"));
    assert_eq!(shown["manifests"].as_array().map(Vec::len), Some(2));
    let single = registry.publish("app:single", &other);
    let source = format!("docker://{single}");
    rcon.run(["manifest", "add", "--arch", "riscv64", "one", &source]).exits(0);
    assert_eq!(inspected(&rcon, &["one"])["manifests"][1]["platform"]["architecture"], json!("riscv64"));
}

#[test]
fn a_push_takes_members_over_from_other_repositories() {
    requires!(docker_registry);
    let (rcon, registry) = (Rcon::new(), Registry::open());
    let (amd, arm) = (image("amd64", Format::Docker), image("arm64", Format::Docker));
    let names = [registry.publish("app:amd", &amd), registry.publish("other/app:arm", &arm)];
    let list = format!("{}/app:multi", registry.address());
    made(&rcon, &list, &[&names[0], &names[1]]);
    let out = rcon.run(["manifest", "push", &list]);
    let lines: Vec<_> = out.exits(0).stderr("").printed().lines().collect();
    let digest = arm.digest();
    let told = format!("Pushed ref {}/app@{digest} with digest: {digest}", registry.address());
    assert_eq!((lines.len(), lines[0]), (2, told.as_str()), "{out}");
    let bytes = rcon.run(["manifest", "inspect", &list]);
    assert_eq!(lines[1], Digest::of(bytes.printed().trim_end().as_bytes()).to_string());
    assert!(!registry.log().iter().any(|request| request.method == "PATCH"), "all is mounted");
    let before = inspected(&rcon, &[&list]);
    rcon.run(["manifest", "push", "--purge", &list]).exits(0).stdout("sha256:<id>\n");
    assert_eq!(inspected(&rcon, &[&list]), before, "now it is the registry's");
    for (platform, name) in [("linux/amd64", "amd64"), ("linux/arm64", "arm64")] {
        rcon.run(["pull", "-q", "--platform", platform, &list]).exits(0);
        rcon.run(["image", "inspect", "-f", "{{.Architecture}}", &list])
            .exits(0)
            .stdout(&format!("{name}\n"));
    }
}

#[test]
fn a_push_copies_members_from_other_registries_and_from_the_store() {
    requires!(docker_registry);
    let (registry, other) = (Registry::open(), Faulty::start());
    let rcon = Rcon::with_image(Image::busybox());
    let foreign = other.publish("app:foreign", &image("s390x", Format::Oci));
    let own = format!("{}/team/box", registry.address());
    rcon.run(["tag", "image", &own]).exits(0);
    let list = format!("{}/team/multi:1", registry.address());
    made(&rcon, &list, &[&own, &foreign]);
    let out = rcon.run(["manifest", "push", "-p", &list]);
    assert_eq!(out.exits(0).stderr("").printed().lines().count(), 3, "{out}");
    let shown = inspected(&rcon, &[&list]);
    assert_eq!(shown["mediaType"], json!("application/vnd.oci.image.index.v1+json"));
    assert_eq!(shown["manifests"][1]["platform"]["architecture"], json!("s390x"));
    let someone = Rcon::new();
    someone.run(["run", "--rm", "--pull", "always", "-q", &list, "echo", "there"]).exits(0).stdout("there\n");
    someone.run(["pull", "-q", "--platform", "linux/s390x", &list]).exits(0);
}

#[test]
fn a_list_is_pushed_elsewhere_and_only_with_all_its_members() {
    let (rcon, registry) = (Rcon::new(), Faulty::start());
    let names = [
        registry.publish("a:1", &image("amd64", Format::Oci)),
        registry.publish("b:1", &image("arm64", Format::Oci)),
    ];
    rcon.run(["manifest", "create", "here", &names[0], &names[1]]).exits(0);
    let target = format!("docker://{}/c:all", registry.address());
    registry.always("PUT /c/manifests/sha256", Fault::Status(403));
    rcon.run(["manifest", "push", "here", &target]).exits(1).stdout("");
    assert_eq!(registry.holds("c", "all"), None);
    registry.mends();
    let out = rcon.run(["manifest", "push", "--all", "here", &target]);
    let digest = out.exits(0).printed().lines().last().unwrap().to_owned();
    assert_eq!(registry.holds("c", "all").unwrap().to_string(), digest);
    assert_eq!(inspected(&rcon, &["here"])["manifests"].as_array().map(Vec::len), Some(2), "it stays");
}
