//! Images listed, drawn, found and named, beyond what `images.rs` has.

use crate::support::archives::{Archive, Layout, together};
use crate::support::{Layer, Rcon};
use rcon::oci::digest::Digest;
use serde_json::{Value, json};

fn small(name: &str, day: u32) -> Archive {
    let created = json!(format!("2026-01-{day:02}T00:00:00Z"));
    Archive::new(name).layer(Layer::new().file("f", 0o644, name)).field("created", created)
}

fn load(rcon: &Rcon, images: &[&Archive]) {
    rcon.call(["load"]).stdin(together(images, Layout::Podman)).done().exits(0);
}

/// As if the image had been pulled by these repositories; gives the digest.
fn digests(rcon: &Rcon, image: &Archive, repositories: &[&str]) -> Digest {
    let digest = Digest::of(b"a manifest");
    let path = rcon.path(&format!("s/images/records/{}.json", image.id().hex()));
    let mut record: Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
    record["repo_digests"] = repositories.iter().map(|name| json!(format!("{name}@{digest}"))).collect();
    rcon.file(path.strip_prefix(rcon.path("")).unwrap().to_str().unwrap(), record.to_string());
    digest
}

#[track_caller]
fn shows(rcon: &Rcon, words: &[&str], shown: &str) {
    let all = ["images", "--format", "{{.Repository}}:{{.Tag}}"].iter().chain(words);
    assert_eq!(rcon.run(all).exits(0).printed().trim_end().replace('\n', " "), shown, "{words:?}");
}

#[test]
fn images_are_filtered_by_moments_patterns_and_several_names() {
    let rcon = Rcon::new();
    load(&rcon, &[&small("app:1", 1), &small("app:2", 2), &small("team/app:3", 3), &small("web:4", 4)]);
    shows(&rcon, &["-f", "until=2026-01-02T12:00:00Z"], "app:2 app:1");
    shows(&rcon, &["-f", "until=2026-01-02T12:00:00Z", "-f", "since=app:1"], "app:2");
    shows(&rcon, &["-f", "until=2h"], "web:4 team/app:3 app:2 app:1");
    shows(&rcon, &["-f", "reference=app:[2-9]", "-f", "reference=web"], "web:4 app:2");
    shows(&rcon, &["-f", "reference=web", "app:1"], "web:4 app:1");
    shows(&rcon, &["team/*:?"], "team/app:3");
    shows(&rcon, &["-f", "dangling=0", "library/web"], "web:4");
    for (filter, words) in [
        ("dangling=maybe", "invalid filter 'dangling=[maybe]'"),
        ("until=soon", "failed to parse value as time or duration: \"soon\""),
        ("reference=[", "syntax error in pattern"),
        ("since=none", "No such image: none:latest"),
    ] {
        rcon.run(["images", "-f", filter]).exits(1).stdout("").stderr_has(words);
    }
}

#[test]
fn an_image_that_only_a_digest_names_is_listed_by_its_repository() {
    let rcon = Rcon::new();
    let (app, only) = (small("app:1", 1), small("x", 2).names(&[]));
    load(&rcon, &[&app, &only]);
    digests(&rcon, &app, &["docker.io/library/app"]);
    let digest = digests(&rcon, &only, &["quay.io/a/b", "docker.io/me/c"]);
    shows(&rcon, &[], "quay.io/a/b:<none> me/c:<none> app:1");
    shows(&rcon, &["-f", "dangling=true"], "quay.io/a/b:<none> me/c:<none>");
    shows(&rcon, &["quay.io/*/*"], "quay.io/a/b:<none>");
    let format = "{{.Repository}}:{{.Tag}} {{.Digest}}";
    let rows = format!("quay.io/a/b:<none> {digest}\nme/c:<none> {digest}\napp:1 {digest}\n");
    assert_eq!(rcon.run(["images", "--format", format]).exits(0).printed(), rows);
    let name = format!("me/c@{digest}");
    rcon.run(["image", "inspect", "-f", "{{.Id}}", &name]).exits(0).stdout("sha256:<id>\n");
    rcon.run(["image", "exists", &name]).exits(0);
    assert_eq!(rcon.run(["rmi", &name]).exits(0).printed(), format!("Untagged: {name}\n"));
    let gone = rcon.run(["rmi", &format!("quay.io/a/b@{digest}")]);
    assert!(gone.exits(0).printed().contains(&format!("\nDeleted: {}\n", only.id())), "{gone}");
    let gone = rcon.run(["rmi", "app:1"]);
    let lines = format!("Untagged: app:1\nUntagged: app@{digest}\nDeleted: {}\n", app.id());
    assert!(gone.exits(0).printed().starts_with(&lines), "{gone}");
    rcon.has_no_images();
}

#[test]
fn json_rows_have_dockers_fields() {
    let rcon = Rcon::new();
    let image = small("app:1", 1);
    load(&rcon, &[&image]);
    let row: Value =
        serde_json::from_str(rcon.run(["images", "--format", "json"]).exits(0).printed()).unwrap();
    let keys: Vec<_> = row.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(
        keys.join(" "),
        "Containers CreatedAt CreatedSince Digest ID Repository SharedSize Size Tag UniqueSize VirtualSize"
    );
    assert_eq!((&row["Containers"], &row["Digest"]), (&json!("N/A"), &json!("<none>")));
}

#[test]
fn the_tree_of_images_tells_names_platform_and_use() {
    let rcon = Rcon::with_busybox();
    rcon.run(["tag", "busybox", "box:1"]).exits(0);
    rcon.run(["create", "busybox", "true"]).exits(0);
    load(&rcon, &[&small("x", 2).names(&[])]);
    let out = rcon.run(["images", "--tree"]);
    let lines: Vec<_> = out.exits(0).stderr("").printed().lines().collect();
    assert_eq!(lines[0], format!("{:>80}", "Info ->  U In Use"));
    assert_eq!(lines[2], "IMAGE                           ID             DISK USAGE   CONTENT SIZE   EXTRA");
    assert_eq!(lines[3], "box:1");
    assert!(lines[4].starts_with("busybox:latest      ") && lines[4].ends_with("B   U"), "{out}");
    assert!(lines[5].starts_with("└─ linux/"), "{out}");
    assert_eq!(lines.len(), 7, "one without a name is not shown: {out}");
    rcon.run(["images", "-a", "--tree"]).exits(0).stdout_has("<untagged>");
    for flag in ["--quiet", "--no-trunc", "--digests", "--format=json"] {
        let name = flag.split('=').next().unwrap();
        let words = format!("{name} is not yet supported with --tree");
        rcon.run(["images", "--tree", flag]).exits(1).stdout("").stderr_has(&words);
    }
}

#[test]
fn the_layers_of_an_image_are_drawn_with_the_images_that_end_there() {
    let rcon = Rcon::new();
    let layer = |name: &str| Layer::new().file(name, 0o644, "seven b");
    let base = Archive::new("base:1").layer(layer("a"));
    let web = base.clone().names(&["web:1", "web:2"]).layer(layer("b")).layer(layer("c"));
    let app = base.clone().names(&["app:1"]).layer(layer("d"));
    load(&rcon, &[&base, &web, &app]);
    let short = |text: &str| crate::support::normalised(text);
    let out = rcon.run(["image", "tree", "web:2"]);
    let top = "Image ID: <short id>\nTags:     [web:1 web:2]\nSize:     21B\nImage Layers\n";
    assert_eq!(
        short(out.exits(0).printed()),
        format!(
            "{top}├── ID: <short id> Size:      7B Top Layer of: [base:1]\n\
             ├── ID: <short id> Size:      7B\n\
             └── ID: <short id> Size:      7B Top Layer of: [web:1 web:2]\n"
        )
    );
    let out = rcon.run(["image", "tree", "--whatrequires", "base:1"]);
    let drawn = short(out.exits(0).printed());
    let (_, drawn) = drawn.split_once("Image Layers\n").unwrap();
    let root = "└── ID: <short id> Size:      7B Top Layer of: [base:1]\n";
    let app = "ID: <short id> Size:      7B Top Layer of: [app:1]\n";
    let low = "ID: <short id> Size:      7B\n";
    let high = "└── ID: <short id> Size:      7B Top Layer of: [web:1 web:2]\n";
    let either = [
        format!("{root}    ├── {app}    └── {low}        {high}"),
        format!("{root}    ├── {low}    │   {high}    └── {app}"),
    ];
    assert!(either.iter().any(|one| one == drawn), "{drawn}");
    rcon.run(["image", "tree", "none"]).exits(1).stderr_has("No such image: none:latest");
}

#[test]
fn whether_an_image_exists_is_an_exit_code() {
    let rcon = Rcon::new();
    let image = small("app:1", 1);
    load(&rcon, &[&image]);
    for (word, code) in
        [("app:1", 0), ("docker.io/library/app:1", 0), (&*image.id().short(), 0), ("app", 1), ("abcdef", 1)]
    {
        rcon.run(["image", "exists", word]).exits(code).stdout("").stderr("");
    }
    rcon.run(["image", "exists", "App"]).exits(1).stderr_has("must be lowercase");
}

#[test]
fn untagging_takes_names_and_leaves_the_image() {
    let rcon = Rcon::new();
    let image = small("app:1", 1).names(&["app:1", "app:2", "web:1"]);
    load(&rcon, &[&image]);
    rcon.run(["untag", "app:1", "app:2", "none:1"]).exits(1).stderr_has("the image is not called none:1");
    shows(&rcon, &[], "app:1 app:2 web:1");
    rcon.run(["untag", "app:1", "app:2"]).exits(0).stdout("").stderr("");
    shows(&rcon, &[], "app:1 web:1");
    rcon.run(["image", "untag", &image.id().short()]).exits(0).stdout("");
    shows(&rcon, &[], "<none>:<none>");
}

#[test]
fn names_that_are_none_are_refused_in_dockers_words_everywhere() {
    let rcon = Rcon::new();
    load(&rcon, &[&small("app:1", 1)]);
    let uppercase = "invalid reference format: repository name (library/App) must be lowercase";
    for words in
        [&["rmi", "App"][..], &["history", "App"], &["image", "inspect", "App"], &["tag", "App", "x"]]
    {
        rcon.run(words).exits(1).stderr_has(uppercase);
    }
    rcon.run(["inspect", "App"]).exits(1).stdout("[]\n").stderr("Error: No such object: App\n");
    let words = format!("Error parsing reference: \"App\" is not a valid repository/tag: {uppercase}");
    rcon.run(["tag", "app:1", "App"]).exits(1).stderr_has(&words);
    let digest = format!("x@{}", Digest::of(b""));
    rcon.run(["tag", "app:1", &digest])
        .exits(1)
        .stderr_has("refusing to create a tag with a digest reference");
}
