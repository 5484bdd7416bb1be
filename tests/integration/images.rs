//! Images: brought in, listed, named, removed.

use crate::support::archives::{Archive, Item, LAYOUTS, Layout, PACKINGS, Packing, RichLayer, together};
use crate::support::{Image, Layer, Output, Rcon, at_once, requires};
use serde_json::{Value, json};
use tar::EntryType;

/// A small image whose one file has `content`.
fn small(name: &str, content: &str) -> Archive {
    Archive::new(name).layer(Layer::new().file("f", 0o644, content))
}

/// A little more than three hours ago: the tables say `3 hours ago` for a while.
fn hours_ago() -> Value {
    json!((jiff::Timestamp::now() - jiff::SignedDuration::from_mins(185)).to_string())
}

#[track_caller]
fn load(rcon: &Rcon, archive: impl Into<Vec<u8>>) -> Output {
    rcon.call(["load"]).stdin(archive).done()
}

#[test]
fn every_layout_in_every_packing_is_loaded_from_a_file_and_from_a_pipe() {
    for layout in LAYOUTS {
        let rcon = Rcon::new();
        let image = Archive::new("team/app:1.0")
            .layer(Layer::new().file("a", 0o644, "low"))
            .layer(Layer::new().file("b", 0o644, "middle"))
            // The same layer twice, as instructions without effect make it.
            .layer(Layer::new().file("b", 0o644, "middle"));
        let archive = image.write(layout);
        for packing in PACKINGS {
            let packed = packing.pack(&archive);
            let file = rcon.file("archive", &packed);
            for out in [rcon.run(["load", "-i", &file]), load(&rcon, packed)] {
                out.exits(0).stdout("Loaded image: team/app:1.0\n").stderr("");
            }
            let id = format!("{}\n", image.id());
            assert_eq!(rcon.run(["images", "-q", "--no-trunc"]).printed(), id, "{layout:?} {packing:?}");
            let names = rcon.run(["rmi", "-f", "team/app:1.0"]).succeeds();
            assert!(names.starts_with("Untagged: team/app:1.0\nDeleted: "), "{names}");
        }
    }
}

#[test]
fn a_loaded_image_runs_whatever_its_layout() {
    for layout in LAYOUTS {
        let rcon = Rcon::new();
        load(&rcon, Archive::busybox("box").write(layout)).exits(0);
        rcon.run(["run", "--rm", "box", "echo", "there"]).exits(0).stdout("there\n");
    }
}

#[test]
fn a_load_names_each_name_and_the_id_of_what_has_none() {
    for layout in [Layout::DockerOld, Layout::DockerNew, Layout::Podman] {
        let rcon = Rcon::new();
        let named = small("x", "named").names(&["one:1", "quay.io/team/two:latest"]);
        let nameless = small("x", "nameless").names(&[]);
        let out = load(&rcon, together(&[&named, &nameless], layout));
        let id = nameless.id();
        let lines =
            format!("Loaded image: one:1\nLoaded image: quay.io/team/two:latest\nLoaded image ID: {id}\n");
        assert_eq!(out.exits(0).printed(), lines, "{layout:?}");
    }
}

#[test]
fn an_oci_archive_of_several_images_is_loaded_whole() {
    let rcon = Rcon::new();
    let (first, second) = (small("first:1", "1"), small("second:2", "2"));
    load(&rcon, together(&[&first, &second], Layout::Oci(Packing::Gzip)))
        .exits(0)
        .stdout("Loaded image: first:1\nLoaded image: second:2\n");
}

#[test]
fn a_name_moves_to_the_image_loaded_last() {
    let rcon = Rcon::new();
    let (old, new) = (small("app:latest", "old"), small("app:latest", "newer"));
    load(&rcon, old.write(Layout::Podman)).exits(0);
    load(&rcon, new.write(Layout::Podman)).exits(0);
    let rows = rcon.run(["images", "--no-trunc", "--format", "{{.Repository}}:{{.Tag}} {{.ID}}"]).succeeds();
    let mut rows: Vec<_> = rows.lines().collect();
    rows.sort_unstable();
    assert_eq!(rows, [format!("<none>:<none> {}", old.id()), format!("app:latest {}", new.id())]);
}

#[test]
fn the_table_of_images_is_dockers_to_the_byte() {
    let rcon = Rcon::new();
    let header = "REPOSITORY   TAG       IMAGE ID   CREATED   SIZE\n";
    rcon.run(["images"]).exits(0).stdout(header).stderr("");
    let image = small("x", "seven b").names(&["app:1", "registry.example:5000/a/app:22.04-slim"]);
    let image = image.field("created", hours_ago());
    load(&rcon, image.write(Layout::DockerNew)).exits(0);
    load(&rcon, small("x", "without a name").names(&[]).field("created", json!(null)).write(Layout::Podman));
    let id = image.id().short();
    let nameless = rcon.run(["images", "-q", "--filter", "dangling=true"]).succeeds();
    let table = format!(
        "REPOSITORY                    TAG          IMAGE ID       CREATED       SIZE\n\
         app                           1            {id}   3 hours ago   7B\n\
         registry.example:5000/a/app   22.04-slim   {id}   3 hours ago   7B\n\
         <none>                        <none>       {nameless}   N/A           14B\n"
    );
    for words in [&["images"][..], &["image", "ls"], &["image", "list"], &["images", "-a"]] {
        assert_eq!(rcon.run(words).exits(0).printed(), table, "{words:?}");
    }
}

#[test]
fn images_can_be_listed_in_all_of_dockers_forms() {
    let rcon = Rcon::new();
    let image = small("app:1", "seven b").field("created", hours_ago());
    load(&rcon, image.write(Layout::Podman)).exits(0);
    let (id, short) = (image.id().to_string(), image.id().short());
    let printed = |words: &[&str]| rcon.run(words).exits(0).printed().to_owned();
    assert_eq!(printed(&["images", "-q"]), format!("{short}\n"));
    assert_eq!(printed(&["images", "-q", "--no-trunc"]), format!("{id}\n"));
    assert_eq!(
        printed(&["images", "--no-trunc"]),
        format!(
            "REPOSITORY   TAG       IMAGE ID{}CREATED       SIZE\n\
             app          1         {id}   3 hours ago   7B\n",
            " ".repeat(66)
        )
    );
    assert_eq!(
        printed(&["images", "--digests"]),
        format!(
            "REPOSITORY   TAG       DIGEST    IMAGE ID       CREATED       SIZE\n\
             app          1         <none>    {short}   3 hours ago   7B\n"
        )
    );
    assert_eq!(
        printed(&["images", "--format", "{{.Repository}}:{{.Tag}} {{.Digest}} {{.Size}}"]),
        "app:1 <none> 7B\n"
    );
    assert_eq!(
        printed(&["images", "--format", "table {{.ID}}\\t{{.Repository}}"]),
        format!("IMAGE ID       REPOSITORY\n{short}   app\n")
    );
    let row: Value = serde_json::from_str(&printed(&["images", "--format", "json"])).unwrap();
    assert_eq!((&row["Repository"], &row["ID"], &row["Size"]), (&json!("app"), &json!(short), &json!("7B")));
    rcon.run(["images", "--format", "{{.Nope}}"]).exits(1).stderr_has("Nope");
}

#[test]
fn images_are_filtered_as_docker_does() {
    let rcon = Rcon::new();
    let made = |name: &str, day: u32| {
        small(name, name).field("created", json!(format!("2026-01-{day:02}T00:00:00Z")))
    };
    for image in [made("app:1", 1), made("app:2", 2), made("team/app:3", 3), made("other:latest", 4)] {
        load(&rcon, image.write(Layout::Podman)).exits(0);
    }
    load(&rcon, made("x", 5).names(&[]).write(Layout::Podman)).exits(0);
    for (words, shown) in [
        (&["app"][..], "app:2 app:1"),
        (&["app:1"], "app:1"),
        (&["team/app"], "team/app:3"),
        (&["docker.io/library/app:2"], "app:2"),
        (&["nonesuch"], ""),
        (&["-f", "reference=*app"], "app:2 app:1"),
        (&["-f", "reference=*/app"], "team/app:3"),
        (&["-f", "reference=app:*"], "app:2 app:1"),
        (&["-f", "dangling=true"], "<none>:<none>"),
        (&["-f", "dangling=false"], "other:latest team/app:3 app:2 app:1"),
        (&["-f", "before=app:2"], "app:1"),
        (&["-f", "since=team/app:3"], "<none>:<none> other:latest"),
        (&["-f", "since=app:1", "-f", "before=other"], "team/app:3 app:2"),
    ] {
        let all = ["images", "--format", "{{.Repository}}:{{.Tag}}"].iter().chain(words);
        let got = rcon.run(all).succeeds().replace('\n', " ");
        assert_eq!(got, shown, "{words:?}");
    }
    rcon.run(["images", "-f", "nonesuch=1"]).exits(1).stdout("").stderr_has("invalid filter 'nonesuch'");
    rcon.run(["images", "-f", "before=nonesuch"]).exits(1).stderr_has("No such image: nonesuch");
}

#[test]
fn images_are_filtered_by_their_labels() {
    let rcon = Rcon::new();
    let labels = json!({ "Labels": { "tier": "front", "team": "blue" } });
    load(&rcon, small("labelled", "1").field("config", labels).write(Layout::Podman)).exits(0);
    load(&rcon, small("plain", "2").write(Layout::Podman)).exits(0);
    for (filters, shown) in [
        (&["label=tier"][..], "labelled"),
        (&["label=tier=front", "label=team=blue"], "labelled"),
        (&["label=tier=back"], ""),
        (&["label=nonesuch"], ""),
    ] {
        let flags = filters.iter().flat_map(|filter| ["-f", filter]);
        let words = ["images", "--format", "{{.Repository}}"].into_iter().chain(flags);
        assert_eq!(rcon.run(words).succeeds(), shown, "{filters:?}");
    }
}

#[test]
fn images_are_ordered_by_the_moment_and_not_by_its_spelling() {
    let rcon = Rcon::new();
    for (name, created) in [
        ("second", "2026-01-02T03:04:05Z"),
        ("third", "2026-01-02T03:04:05.5Z"),
        ("first", "2026-01-02T04:04:04+01:00"),
        ("fourth", "2026-01-01T22:04:06-05:00"),
    ] {
        load(&rcon, small(name, name).field("created", json!(created)).write(Layout::Podman)).exits(0);
    }
    let names = |words: &[&str]| {
        let all = ["images", "--format", "{{.Repository}}"].iter().chain(words);
        rcon.run(all).succeeds().replace('\n', " ")
    };
    assert_eq!(names(&[]), "fourth third second first");
    assert_eq!(names(&["-f", "since=second"]), "fourth third");
    assert_eq!(names(&["-f", "before=third"]), "second first");
}

#[test]
fn a_tag_is_another_name_and_says_nothing() {
    let rcon = Rcon::new();
    let image = small("app:1", "x");
    load(&rcon, image.write(Layout::Podman)).exits(0);
    rcon.run(["tag", "app:1", "other"]).exits(0).stdout("").stderr("");
    rcon.run(["tag", &image.id().short(), "quay.io/a/b:2"]).exits(0).stdout("").stderr("");
    rcon.run(["image", "tag", "other", "third"]).exits(0).stdout("").stderr("");
    let names = rcon.run(["image", "inspect", "-f", "{{json .RepoTags}}", "app:1"]).succeeds();
    assert_eq!(names, r#"["app:1","other:latest","third:latest","quay.io/a/b:2"]"#);
    rcon.run(["tag", "nonesuch", "x"]).exits(1).stdout("").stderr_has("No such image: nonesuch");
    for wrong in ["UPPER", "a:b:c", "a b", "", "x@sha256:12", "-x", "a//b"] {
        rcon.run(["tag", "--", "app:1", wrong]).exits(1).stdout("").stderr_has("invalid reference format");
    }
    rcon.run(["tag", "app:1"]).exits(1).stderr_has("'rcon tag' requires 2 arguments");
}

#[test]
fn removing_the_last_name_deletes_the_image_layer_by_layer() {
    let rcon = Rcon::new();
    let image = Archive::new("app:1")
        .layer(Layer::new().file("a", 0o644, "1"))
        .layer(Layer::new().file("b", 0o644, "2"));
    load(&rcon, image.write(Layout::Podman)).exits(0);
    rcon.run(["tag", "app:1", "app:2"]).exits(0);
    rcon.run(["rmi", "app:2"]).exits(0).stdout("Untagged: app:2\n").stderr("");
    let out = rcon.run(["rmi", "app:1"]);
    out.exits(0).stderr("");
    let lines: Vec<_> = out.printed().lines().collect();
    assert_eq!(lines[..2], ["Untagged: app:1".to_owned(), format!("Deleted: {}", image.id())]);
    assert_eq!(lines.len(), 4, "the image and two layers\n{out}");
    assert!(lines[2..].iter().all(|line| line.starts_with("Deleted: sha256:")), "{out}");
    holds_nothing(&rcon);
}

/// Neither an image nor what one leaves on the disk.
#[track_caller]
fn holds_nothing(rcon: &Rcon) {
    rcon.run(["images", "-aq"]).exits(0).stdout("");
    for folder in ["s/layers", "s/images/blobs/sha256", "s/images/records", "s/images/tags"] {
        let entries = std::fs::read_dir(rcon.path(folder)).into_iter().flatten().flatten();
        let left: Vec<_> = entries.map(|entry| entry.file_name()).collect();
        assert!(left.is_empty(), "{folder}: {left:?}");
    }
}

#[test]
fn a_layer_that_another_image_needs_stays() {
    let rcon = Rcon::new();
    let base = Archive::busybox("base");
    let above = base.clone().names(&["above"]).layer(Layer::new().file("f", 0o644, "x"));
    load(&rcon, base.write(Layout::Oci(Packing::Gzip))).exits(0);
    load(&rcon, above.write(Layout::DockerNew)).exits(0);
    let out = rcon.run(["rmi", "base"]);
    assert_eq!(
        out.exits(0).printed(),
        format!("Untagged: base:latest\nDeleted: {}\n", base.id()),
        "no layer goes"
    );
    rcon.run(["run", "--rm", "above", "cat", "/f"]).exits(0).stdout("x");
    rcon.run(["rmi", "above"]).exits(0);
    holds_nothing(&rcon);
}

#[test]
fn an_image_is_removed_by_the_beginning_of_its_id() {
    let rcon = Rcon::new();
    let image = small("app:1", "x");
    for id in [image.id().hex()[..4].to_owned(), image.id().short(), image.id().to_string()] {
        load(&rcon, image.write(Layout::Podman)).exits(0);
        let out = rcon.run(["rmi", &id]);
        let begin = format!("Untagged: app:1\nDeleted: {}\nDeleted: sha256:", image.id());
        assert!(out.exits(0).printed().starts_with(&begin), "{out}");
    }
    load(&rcon, image.write(Layout::Podman)).exits(0);
    rcon.run(["tag", "app:1", "two:2"]).exits(0);
    let id = image.id().short();
    rcon.run(["rmi", &id]).exits(1).stdout("").stderr_has(
        "conflict: unable to delete <short id> (must be forced) - image is referenced in multiple repositories",
    );
    rcon.run(["rmi", "-f", &id]).exits(0).stdout_has("Untagged: app:1\nUntagged: two:2\nDeleted: sha256:");
    holds_nothing(&rcon);
}

#[test]
fn an_image_that_a_container_uses_is_not_removed() {
    let rcon = Rcon::with_busybox();
    let container = rcon.sleeper([]);
    let id = rcon.run(["images", "-q"]).succeeds();
    rcon.run(["rmi", "busybox"]).exits(1).stdout("").stderr_has(
        "conflict: unable to remove repository reference \"busybox\" (must force) - container <short id> is using its referenced image <short id>",
    );
    rcon.run(["rmi", "-f", &id]).exits(1).stderr_has(
        "conflict: unable to delete <short id> (cannot be forced) - image is being used by running container <short id>",
    );
    rcon.run(["stop", "-t", "1", &container]).exits(0);
    rcon.run(["rmi", &id]).exits(1).stderr_has(
        "conflict: unable to delete <short id> (must be forced) - image is being used by stopped container <short id>",
    );
    rcon.run(["rmi", "-f", "busybox"]).exits(0).stdout("Untagged: busybox:latest\n");
    rcon.run(["start", &container]).exits(0);
    rcon.run(["rm", "-f", &container]).exits(0);
    rcon.run(["rmi", &id]).exits(0).stdout_has("Deleted: sha256:");
    holds_nothing(&rcon);
}

#[test]
fn one_image_that_is_missing_does_not_keep_the_others_from_going() {
    let rcon = Rcon::new();
    for name in ["a", "b"] {
        load(&rcon, small(name, name).write(Layout::Podman)).exits(0);
    }
    rcon.run(["rmi", "a", "nonesuch", "b"])
        .exits(1)
        .stdout_has("Untagged: a:latest")
        .stdout_has("Untagged: b:latest")
        .stderr_has("No such image: nonesuch");
    rcon.run(["rmi", "-f", "nonesuch"]).exits(0).stderr_has("No such image: nonesuch");
    holds_nothing(&rcon);
}

#[test]
fn a_missing_image_is_told_in_dockers_words() {
    let rcon = Rcon::new();
    for words in [&["rmi", "nonesuch"][..], &["history", "nonesuch"], &["tag", "nonesuch", "x"]] {
        rcon.run(words).exits(1).stdout("").stderr_has("No such image: nonesuch");
    }
    rcon.run(["image", "inspect", "nonesuch"]).exits(1).stdout("[]\n").stderr_has("No such image: nonesuch");
    rcon.run(["inspect", "nonesuch"]).exits(1).stdout("[]\n").stderr("Error: No such object: nonesuch\n");
    rcon.run(["run", "--rm", "nonesuch", "true"])
        .exits(125)
        .stdout("")
        .stderr_has("Unable to find image 'nonesuch:latest' locally");
    rcon.run(["rmi"]).exits(1).stderr_has("'rcon rmi' requires at least 1 argument");
}

#[test]
fn the_history_is_dockers_table_to_the_byte() {
    let rcon = Rcon::new();
    let then = hours_ago();
    let image = Archive::new("app:1")
        .layer(Layer::new().file("a", 0o644, "seven b"))
        .layer(Layer::new().file("b", 0o644, "x".repeat(1500)))
        .field(
            "history",
            json!([
                { "created": then, "created_by": "ADD rootfs.tar.xz /", "comment": "from scratch" },
                { "created": then, "created_by": "ENV A=b", "empty_layer": true },
                { "created": then, "created_by": "RUN /bin/sh -c apk add --no-cache a-long-list of-packages # buildkit", "comment": "buildkit.dockerfile.v0" },
                { "created": "2024-01-02T03:04:05.6Z", "created_by": "CMD [\"sh\"]", "empty_layer": true },
            ]),
        );
    load(&rcon, image.write(Layout::DockerNew)).exits(0);
    let (id, short) = (image.id(), image.id().short());
    let ago = rcon.run(["history", "--format", "{{.CreatedSince}}", "app:1"]).succeeds();
    let ago = ago.lines().next().unwrap();
    assert!(ago.ends_with(" years ago") || ago.ends_with(" months ago"), "{ago}");
    let table = format!(
        "IMAGE          CREATED       CREATED BY                                      SIZE      COMMENT\n\
         {short}   {ago:<11}   CMD [\"sh\"]                                      0B        \n\
         <missing>      3 hours ago   RUN /bin/sh -c apk add --no-cache a-long-lis…   1.5kB     buildkit.dockerfile.v0\n\
         <missing>      3 hours ago   ENV A=b                                         0B        \n\
         <missing>      3 hours ago   ADD rootfs.tar.xz /                             7B        from scratch\n"
    );
    assert_eq!(rcon.run(["history", "app:1"]).exits(0).printed(), table);
    assert_eq!(rcon.run(["image", "history", &short]).exits(0).printed(), table);
    let quiet = rcon.run(["history", "-q", "--no-trunc", "app:1"]);
    assert_eq!(quiet.printed(), format!("{id}\n<missing>\n<missing>\n<missing>\n"));
    let exact = rcon.run(["history", "--human=false", "--no-trunc", "app:1"]);
    exact.exits(0).stdout_has("CREATED AT").stdout_has("2024-01-02T03:04:05").stdout_has("   1500      ");
    exact.stdout_has("of-packages # buildkit");
}

#[test]
fn an_image_is_inspected_with_dockers_keys_in_dockers_order() {
    let rcon = Rcon::new();
    let config = json!({ "Env": ["A=b"], "Cmd": ["sh"], "Labels": { "l": "1" }, "WorkingDir": "/w" });
    let image = small("app:1", "seven b").field("config", config).field("author", json!("me"));
    load(&rcon, image.write(Layout::DockerNew)).exits(0);
    let out = rcon.run(["image", "inspect", "app:1"]);
    let list: Value = serde_json::from_str(out.exits(0).printed()).unwrap();
    assert_eq!(list.as_array().map(Vec::len), Some(1));
    let keys = |value: &Value| value.as_object().unwrap().keys().cloned().collect::<Vec<_>>().join(" ");
    let object = &list[0];
    assert_eq!(
        keys(object),
        "Id RepoTags RepoDigests Parent Comment Created DockerVersion Author Config Architecture Os Size \
         GraphDriver RootFS Metadata"
    );
    assert_eq!(
        keys(&object["Config"]),
        "Hostname Domainname User AttachStdin AttachStdout AttachStderr Tty OpenStdin StdinOnce Env Cmd \
         Image Volumes WorkingDir Entrypoint OnBuild Labels"
    );
    assert_eq!(object["Id"], json!(image.id().to_string()));
    assert_eq!(object["RepoTags"], json!(["app:1"]));
    assert_eq!((&object["Size"], &object["Author"]), (&json!(7), &json!("me")));
    assert_eq!(object["Created"], json!("2026-01-02T03:04:05Z"));
    assert!(out.printed().starts_with("[\n    {\n        \"Id\": \"sha256:"), "indented by four\n{out}");
    rcon.run(["inspect", "--type", "image", "-f", "{{.Config.WorkingDir}} {{.Os}}", "app:1"])
        .exits(0)
        .stdout("/w linux\n");
}

#[test]
fn an_import_makes_an_image_of_a_tree_with_changes_and_a_message() {
    let rcon = Rcon::new();
    let tree = rcon.file("tree.tar.gz", Packing::Gzip.pack(&Image::busybox_tree()));
    let out = rcon.run([
        "import",
        "-c",
        "ENV A=b C='d e'",
        "--change",
        "CMD [\"sh\", \"-c\", \"echo $A-$C\"]",
        "-c",
        "LABEL tier=front",
        "-c",
        "WORKDIR /tmp",
        "-c",
        "EXPOSE 80",
        "-m",
        "a first try",
        &tree,
        "mine:1",
    ]);
    out.exits(0).stdout("sha256:<id>\n").stderr("");
    rcon.run(["run", "--rm", "mine:1"]).exits(0).stdout("b-d e\n");
    rcon.run(["run", "--rm", "mine:1", "pwd"]).exits(0).stdout("/tmp\n");
    let template = "{{json .Config.Labels}} {{json .Config.ExposedPorts}} {{.Comment}}";
    rcon.run(["image", "inspect", "-f", template, "mine:1"])
        .exits(0)
        .stdout("{\"tier\":\"front\"} {\"80/tcp\":{}} a first try\n");
    rcon.run(["history", "--format", "{{.Comment}}", "mine:1"]).exits(0).stdout("a first try\n");
    let nameless = rcon.call(["import", "-"]).stdin(Image::busybox_tree()).done();
    let id = nameless.exits(0).stdout("sha256:<id>\n").printed().trim().to_owned();
    rcon.run(["image", "inspect", "-f", "{{.Comment}}|{{json .RepoTags}}", &id])
        .exits(0)
        .stdout("Imported from -|[]\n");
}

#[test]
fn an_import_refuses_wrong_changes_and_names_before_it_reads() {
    let rcon = Rcon::new();
    for change in ["RUN true", "nonsense", "ENV", "EXPOSE x", "VOLUME", "HEALTHCHECK --soon CMD x"] {
        let out = rcon.call(["import", "-c", change, "-", "x"]).stdin(Image::busybox_tree()).done();
        out.exits(1).stdout("").stderr_has("change");
    }
    let out = rcon.call(["import", "-", "UPPER"]).stdin(Image::busybox_tree()).done();
    out.exits(1).stdout("").stderr_has("invalid reference format");
    holds_nothing(&rcon);
}

/// busybox, and `count` layers over it that rewrite, add, hide and link.
fn tall(count: usize) -> Archive {
    let mut image = Archive::busybox("tall");
    for number in 1..count {
        let text = number.to_string();
        let mut layer = Layer::new()
            .file("top", 0o644, &text)
            .file(&format!("seen/{number}"), 0o644, &text)
            .file(&format!("opaque/{number}"), 0o644, &text)
            .file("opaque/.wh..wh..opq", 0o644, "")
            .hard_link("also-top", "top")
            .link("link", &format!("seen/{number}"));
        if number > 1 {
            layer = layer.file(&format!("seen/.wh.{}", number - 1), 0o644, "");
        }
        // A directory and a file take turns.
        layer = match number % 2 {
            0 => layer.folder("turn/", 0o755).file(&format!("turn/{number}"), 0o644, &text),
            _ => layer.file("turn", 0o600, &text),
        };
        image = image.layer(layer);
    }
    image
}

fn of_many_layers_the_top_wins(count: usize, layout: Layout) {
    requires!(overlay);
    let rcon = Rcon::new();
    load(&rcon, tall(count).write(layout)).exits(0);
    let last = count - 1;
    let script = "cat /top; echo; cat /also-top; echo; cat /link; echo; ls /seen; ls /opaque; \
                  stat -c '%F %h' /top; if [ -d /turn ]; then ls /turn; else cat /turn; fi; \
                  echo written > /top && cat /top";
    let turn = if last.is_multiple_of(2) { format!("{last}\n") } else { last.to_string() };
    rcon.run(["run", "--rm", "tall", "sh", "-c", script])
        .exits(0)
        .stdout(&format!("{last}\n{last}\n{last}\n{last}\n{last}\nregular file 2\n{turn}written\n"));
    rcon.run(["rmi", "tall"]).exits(0);
    holds_nothing(&rcon);
}

#[test]
fn of_two_hundred_layers_the_top_wins() {
    of_many_layers_the_top_wins(200, Layout::DockerOld);
}

#[test]
fn of_four_hundred_and_ninety_layers_the_top_wins() {
    of_many_layers_the_top_wins(490, Layout::Oci(Packing::Gzip));
}

#[test]
fn files_arrive_with_modes_times_links_and_holes() {
    let sparse = {
        let mut data = b"2\n0\n4\n1048572\n4\n".to_vec();
        data.resize(512, 0);
        data.extend(b"headtail");
        data
    };
    let layer = RichLayer::new()
        .item(Item { name: "setuid", mode: 0o4755, content: b"x", ..Item::default() })
        .item(Item { name: "setgid", mode: 0o2711, ..Item::default() })
        .item(Item { name: "secret", mode: 0o000, ..Item::default() })
        .item(Item { name: "shared/", mode: 0o3777, kind: EntryType::Directory, ..Item::default() })
        .item(Item {
            name: "moment",
            pax: &[("mtime", b"1500000000.123456789")],
            content: b"x",
            ..Item::default()
        })
        .item(Item { name: "hard", kind: EntryType::Link, link: "moment", ..Item::default() })
        .item(Item { name: "soft", kind: EntryType::Symlink, link: "../nowhere/at all", ..Item::default() })
        .item(Item { name: "pipe", kind: EntryType::Fifo, mode: 0o620, ..Item::default() })
        .item(Item {
            name: "GNUSparseFile.0/sparse",
            pax: &[
                ("GNU.sparse.major", b"1"),
                ("GNU.sparse.minor", b"0"),
                ("GNU.sparse.name", b"sparse"),
                ("GNU.sparse.realsize", b"1048576"),
            ],
            content: &sparse,
            ..Item::default()
        });
    let rcon = Rcon::new();
    load(&rcon, Archive::busybox("image").tar(layer.archive()).write(Layout::DockerNew)).exits(0);
    let script = "stat -c '%n %a %F %h' /setuid /setgid /secret /shared /hard /pipe; readlink /soft; \
                  stat -c %y /moment; stat -c %Y /setuid; \
                  stat -c %s /sparse; tail -c 4 /sparse; echo; \
                  [ $(stat -c %b /sparse) -lt 64 ] && echo holes; [ /hard -ef /moment ] && echo same";
    rcon.run(["run", "--rm", "-e", "TZ=UTC", "image", "sh", "-c", script]).exits(0).stdout(
        "/setuid 4755 regular file 1\n\
         /setgid 2711 regular empty file 1\n\
         /secret 0 regular empty file 1\n\
         /shared 3777 directory 2\n\
         /hard 644 regular file 2\n\
         /pipe 620 fifo 1\n\
         ../nowhere/at all\n\
         2017-07-14 02:40:00.123456789 +0000\n\
         1700000000\n\
         1048576\n\
         tail\n\
         holes\n\
         same\n",
    );
}

#[test]
fn extended_attributes_arrive_but_not_overlays_own() {
    let layer = RichLayer::new().item(Item {
        name: "noted",
        pax: &[
            ("SCHILY.xattr.user.note", b"two\nlines"),
            ("SCHILY.xattr.user.overlay.opaque", b"y"),
            ("SCHILY.xattr.trusted.overlay.redirect", b"/etc"),
        ],
        content: b"x",
        ..Item::default()
    });
    let rcon = Rcon::new();
    load(&rcon, Archive::new("image").tar(layer.archive()).write(Layout::DockerNew)).exits(0);
    let layers: Vec<_> =
        std::fs::read_dir(rcon.path("s/layers")).unwrap().map(|entry| entry.unwrap().path()).collect();
    let file = layers[0].join("diff/noted");
    let mut value = [0u8; 64];
    let length = rustix::fs::getxattr(&file, "user.note", &mut value[..]).unwrap();
    assert_eq!(&value[..length], b"two\nlines");
    let mut names = [0u8; 256];
    let length = rustix::fs::listxattr(&file, &mut names[..]).unwrap();
    let names = String::from_utf8_lossy(&names[..length]).into_owned();
    assert!(!names.contains("overlay"), "{names}");
}

#[test]
fn files_keep_their_owners() {
    requires!(subordinate_ids);
    let item = |name, owner| Item { name, owner, ..Item::default() };
    let layer = RichLayer::new()
        .item(item("root", (0, 0)))
        .item(item("user", (1000, 100)))
        .item(Item { mode: 0o4755, ..item("nobody", (65534, 65534)) })
        .item(Item { kind: EntryType::Symlink, link: "root", ..item("link", (33, 44)) });
    let rcon = Rcon::new();
    load(&rcon, Archive::busybox("image").tar(layer.archive()).write(Layout::Podman)).exits(0);
    rcon.run(["run", "--rm", "image", "stat", "-c", "%n %u:%g %a", "/root", "/user", "/nobody", "/link"])
        .exits(0)
        .stdout("/root 0:0 644\n/user 1000:100 644\n/nobody 65534:65534 4755\n/link 33:44 777\n");
    rcon.run(["rmi", "image"]).exits(0);
    holds_nothing(&rcon);
}

#[test]
fn one_archive_loaded_several_times_at_once_is_one_image() {
    let rcon = Rcon::new();
    let image = tall(8);
    let file = rcon.file("archive", image.write(Layout::Oci(Packing::Zstd)));
    at_once(4, |_| {
        rcon.run(["load", "-i", &file]).exits(0).stdout("Loaded image: tall:latest\n").stderr("");
    });
    rcon.run(["images", "-q"]).exits(0).stdout("<short id>\n");
    rcon.run(["run", "--rm", "tall", "cat", "/top"]).exits(0).stdout("7");
    rcon.run(["rmi", "tall"]).exits(0);
    holds_nothing(&rcon);
}

#[test]
fn loads_and_removals_at_once_leave_a_store_that_works() {
    let rcon = Rcon::new();
    let file = rcon.file("archive", tall(4).write(Layout::DockerNew));
    at_once(4, |number| {
        for _ in 0..4 {
            match number % 2 {
                0 => {
                    rcon.run(["load", "-i", &file]).exits(0);
                }
                // It may be gone, or not be there yet.
                _ => {
                    rcon.run(["rmi", "-f", "tall"]).exits(0);
                }
            }
        }
    });
    rcon.run(["load", "-i", &file]).exits(0);
    rcon.run(["run", "--rm", "tall", "cat", "/top"]).exits(0).stdout("3");
}

#[test]
fn archives_that_skopeo_writes_are_loaded() {
    requires!(skopeo);
    let rcon = Rcon::new();
    let image = Archive::busybox("box:1").layer(Layer::new().file("f", 0o644, "x"));
    let source = rcon.file("source", image.write(Layout::Podman));
    for (number, (to, flags)) in [
        ("docker-archive", &[][..]),
        ("oci-archive", &[]),
        ("oci-archive", &["--dest-compress-format", "zstd", "--dest-compress"]),
        ("docker-archive", &["--dest-compress"]),
    ]
    .into_iter()
    .enumerate()
    {
        let written = rcon.path(&format!("written-{number}"));
        let mut skopeo = std::process::Command::new("skopeo");
        skopeo.args(["copy", "--insecure-policy", "-q"]).args(flags);
        skopeo.arg(format!("docker-archive:{source}"));
        skopeo.arg(format!("{to}:{}:quay.io/team/box:{number}", written.display()));
        skopeo.env("HOME", rcon.path("home")).env("TMPDIR", rcon.directory("tmp"));
        let out = skopeo.output().unwrap();
        assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
        let name = format!("quay.io/team/box:{number}");
        rcon.run(["load", "-i", written.to_str().unwrap()])
            .exits(0)
            .stdout(&format!("Loaded image: {name}\n"))
            .stderr("");
        rcon.run(["run", "--rm", &name, "cat", "/f"]).exits(0).stdout("x");
    }
}
