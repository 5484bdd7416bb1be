//! `prune` in all its forms.

use crate::support::archives::{Archive, Layout, Packing};
use crate::support::{Layer, Rcon, at_once, kill_hard, lives, until};
use std::time::Duration;

const QUESTION: &str = "Are you sure you want to continue? [y/N] ";

/// A store with `old`, which lost its name to another image, `kept`, and busybox.
fn with_a_dangling_image() -> Rcon {
    let rcon = Rcon::with_busybox();
    for content in ["first", "second"] {
        let image = Archive::new("kept").layer(Layer::new().file("f", 0o644, content));
        rcon.call(["load"]).stdin(image.write(Layout::Oci(Packing::Gzip))).done().exits(0);
    }
    rcon
}

fn images(rcon: &Rcon) -> Vec<String> {
    let listed = rcon.run(["images", "-a", "--format", "{{.Repository}}"]).succeeds();
    let mut names: Vec<String> = listed.lines().map(str::to_owned).collect();
    names.sort();
    names
}

#[test]
fn the_warnings_are_docker_s_and_no_is_success() {
    let rcon = Rcon::new();
    let warnings: [(&[&str], &str); 6] = [
        (&["container"], "WARNING! This will remove all stopped containers.\n"),
        (&["image"], "WARNING! This will remove all dangling images.\n"),
        (
            &["image", "-a"],
            "WARNING! This will remove all images without at least one container associated to them.\n",
        ),
        (
            &["volume"],
            "WARNING! This will remove anonymous local volumes not used by at least one container.\n",
        ),
        (
            &["volume", "-a"],
            "WARNING! This will remove all local volumes not used by at least one container.\n",
        ),
        (
            &["system", "-a", "--volumes", "--filter", "label=x"],
            "WARNING! This will remove:\n  - all stopped containers\n  - all networks not used by at least one \
             container\n  - all anonymous volumes not used by at least one container\n  - all images without at \
             least one container associated to them\n  - all build cache\n\n  Items to be pruned will be \
             filtered with:\n  - label=x\n\n",
        ),
    ];
    for (words, warning) in warnings {
        let words = [words[0], "prune"].into_iter().chain(words[1..].iter().copied());
        for answer in ["n\n", "", "yes\n", "\n"] {
            let out = rcon.call(words.clone()).stdin(answer).done();
            out.exits(0).stdout(&format!("{warning}{QUESTION}")).stderr("");
        }
    }
}

#[test]
fn a_yes_removes_the_image_without_a_name_and_nothing_else() {
    let rcon = with_a_dangling_image();
    assert_eq!(images(&rcon), ["<none>", "busybox", "kept"]);
    let out = rcon.call(["image", "prune"]).stdin("Y\n").done();
    out.exits(0).stdout_has("[y/N] Deleted Images:\ndeleted: sha256:<id>\ndeleted: sha256:<id>\n\nTotal ");
    assert_eq!(images(&rcon), ["busybox", "kept"]);
    rcon.run(["image", "prune", "-f"]).exits(0).stdout("Total reclaimed space: 0B\n");
    rcon.shell("true").exits(0);
}

#[test]
fn all_takes_named_images_but_not_those_of_containers() {
    let rcon = with_a_dangling_image();
    rcon.run(["create", "--name", "box", "busybox", "true"]).exits(0);
    let out = rcon.run(["image", "prune", "-a", "-f"]);
    out.exits(0).stdout_has("Deleted Images:\n").stdout_has("untagged: kept:latest\ndeleted: sha256:<id>\n");
    assert_eq!(images(&rcon), ["busybox"]);
    rcon.shell("true").exits(0);
    rcon.run(["rm", "box"]).exits(0);
    rcon.run(["image", "prune", "-f", "--filter", "dangling=false"])
        .exits(0)
        .stdout_has("untagged: busybox:latest\n");
    rcon.has_no_images();
    rcon.has_no_temporaries();
    for folder in ["layers", "images/blobs/sha256", "images/records", "images/tags"] {
        let left = std::fs::read_dir(rcon.path("s").join(folder)).unwrap().count();
        assert_eq!(left, 0, "{folder}");
    }
}

#[test]
fn filters_choose_images_by_age_and_label() {
    let rcon = Rcon::new();
    for (name, label) in [("one", "a"), ("two", "b")] {
        let labels = serde_json::json!({ "Labels": { label: "1" } });
        let image = Archive::new(name).layer(Layer::new().file(name, 0o644, name)).field("config", labels);
        rcon.call(["load"]).stdin(image.write(Layout::Podman)).done().exits(0);
    }
    let prune =
        |filter: &str| rcon.run(["image", "prune", "-af", "--filter", filter]).exits(0).printed().len();
    let nothing = "Total reclaimed space: 0B\n".len();
    assert_eq!(prune("until=2000-01-01"), nothing);
    assert_eq!(prune("label=c"), nothing);
    prune("label=a=1");
    assert_eq!(images(&rcon), ["two"]);
    assert_eq!(prune("label!=b"), nothing);
    prune("until=1s");
    rcon.has_no_images();
    rcon.run(["image", "prune", "-f", "--filter", "x=y"]).exits(1).stderr("Error: invalid filter 'x'\n");
    rcon.run(["image", "prune", "-f", "--filter", "x"]).exits(125);
}

#[test]
fn stopped_containers_go_and_running_ones_stay() {
    let rcon = Rcon::with_busybox();
    let running = rcon.sleeper([]);
    let ended =
        rcon.run(["run", "-d", "--label", "a", "busybox", "sh", "-c", "head -c 100000 /dev/zero >/f"]);
    let ended = ended.succeeds();
    rcon.run(["wait", &ended]).exits(0);
    let created = rcon.run(["create", "busybox", "true"]).succeeds();
    rcon.run(["container", "prune", "-f", "--filter", "label!=a", "--filter", "until=1h"])
        .exits(0)
        .stdout("Total reclaimed space: 0B\n");
    let out = rcon.run(["container", "prune", "-f", "--filter", "label=a"]);
    out.exits(0).stdout_has("Deleted Containers:\n<id>\n\nTotal reclaimed space: ");
    assert!(out.printed().contains(&ended) && out.printed().contains("kB"), "{out}");
    rcon.run(["container", "prune", "-f"]).exits(0).stdout_has(&crate::support::normalised(&created));
    assert_eq!(rcon.run(["ps", "-aq", "--no-trunc"]).succeeds(), running);
    rcon.run(["exec", &running, "true"]).exits(0);
}

#[test]
fn volumes_without_a_name_go_when_nobody_needs_them() {
    let rcon = Rcon::with_busybox();
    for volume in ["/data", "named:/data", "used:/data"] {
        rcon.run(["run", "--name", &volume[..4], "-v", volume, "busybox", "touch", "/data/f"]).exits(0);
    }
    rcon.run(["rm", "/dat", "name"]).exits(0);
    let out = rcon.run(["volume", "prune", "-f"]);
    out.exits(0).stdout("Deleted Volumes:\n<id>\n\nTotal reclaimed space: 0B\n");
    let out = rcon.run(["volume", "prune", "-f", "--filter", "all=true"]);
    out.exits(0).stdout("Deleted Volumes:\nnamed\n\nTotal reclaimed space: 0B\n");
    rcon.run(["volume", "prune", "-a", "-f"]).exits(0).stdout("Total reclaimed space: 0B\n");
    rcon.run(["volume", "prune", "-a", "--filter", "all=1"]).exits(1).stdout("");
    assert!(rcon.path("s/volumes/used/_data/f").exists());
}

#[test]
fn no_volume_goes_while_a_container_cannot_be_read() {
    let rcon = Rcon::with_busybox();
    let id = rcon.run(["create", "-v", "data:/data", "busybox", "true"]).succeeds();
    rcon.file(&format!("s/containers/{id}/record.json"), "{");
    rcon.run(["volume", "prune", "-a", "-f"]).exits(1).stderr_has("is damaged");
    assert!(rcon.path("s/volumes/data/_data").exists());
    rcon.run(["rm", "-f", &id]).exits(0);
    rcon.run(["volume", "prune", "-a", "-f"]).exits(0).stdout_has("data\n");
}

#[test]
fn the_whole_system_is_pruned_in_one_call() {
    let rcon = with_a_dangling_image();
    rcon.run(["run", "-v", "/data", "busybox", "true"]).exits(0);
    let out = rcon.run(["system", "prune", "-f"]);
    out.exits(0).stdout_has("Deleted Containers:\n<id>\n\nDeleted Images:\ndeleted: ");
    let out = rcon.run(["system", "prune", "-a", "-f", "--volumes"]);
    out.exits(0).stdout_has("Deleted Volumes:\n<id>\n\nDeleted Images:\nuntagged: ");
    rcon.has_no_images();
    rcon.run(["system", "prune", "--volumes", "--filter", "until=1h"])
        .exits(1)
        .stderr("Error: The \"until\" filter is not supported with \"--volumes\"\n");
}

#[test]
fn leftovers_of_killed_calls_and_of_downloads_are_swept() {
    let rcon = Rcon::with_busybox();
    for folder in
        ["s/layers/.tmp-1-2/diff/a", "s/containers/.removed-x/upper", "s/volumes/.tmp-4194304-1-0/a"]
    {
        rcon.directory(folder);
    }
    rcon.file("s/images/blobs/.partial-a", vec![0; 1000]);
    rcon.file("s/images/blobs/.partial-b", vec![0; 500]);
    rcon.file("s/images/blobs/sha256/.tmp-1-3", vec![0; 234]);
    let held = std::fs::File::open(rcon.path("s/images/blobs/.partial-b")).unwrap();
    held.lock().unwrap();
    rcon.run(["system", "prune", "-f", "--volumes"]).exits(0).stdout("Total reclaimed space: 1.234kB\n");
    rcon.has_no_temporaries();
    rcon.has_no_containers();
    assert!(
        !rcon.path("s/images/blobs/.partial-a").exists() && rcon.path("s/images/blobs/.partial-b").exists()
    );
    assert_eq!(std::fs::read_dir(rcon.path("s/volumes")).unwrap().count(), 0);
}

#[test]
fn pruning_while_images_come_and_containers_run_takes_nothing_they_need() {
    let rcon = Rcon::with_busybox();
    rcon.run(["create", "--name", "keep", "busybox", "true"]).exits(0);
    at_once(3, |number| {
        for round in 0..8 {
            let out = match number {
                0 => rcon.run(["system", "prune", "-f"]),
                1 => rcon.run(["run", "--rm", "-v", "data:/data", "busybox", "true"]),
                _ => {
                    let name = format!("image{round}");
                    let image = Archive::new(&name).layer(Layer::new().file(&name, 0o644, &name));
                    rcon.call(["load"]).stdin(image.write(Layout::Oci(Packing::Gzip))).done()
                }
            };
            out.exits(0);
        }
    });
    for round in 0..8 {
        rcon.run(["image", "inspect", &format!("image{round}")]).exits(0);
    }
    rcon.run(["system", "check"]).exits(0).stdout("");
}

#[test]
fn a_prune_that_is_killed_leaves_a_store_the_next_call_copes_with() {
    let rcon = Rcon::new();
    for delay in [1, 3, 6, 10, 15, 25, 40] {
        rcon.call(["import", "-", "busybox"]).stdin(crate::support::Image::busybox_tree()).done().exits(0);
        let mut layer = Layer::new();
        for number in 0..300 {
            layer = layer.file(&format!("f{number}"), 0o644, "x");
        }
        let image = Archive::new("large").layer(layer);
        rcon.call(["load"]).stdin(image.write(Layout::Oci(Packing::Gzip))).done().exits(0);
        rcon.run(["create", "busybox", "true"]).exits(0);
        let call = rcon.call(["system", "prune", "-a", "-f", "--volumes"]).spawn();
        std::thread::sleep(Duration::from_millis(delay));
        let pid = call.pid();
        kill_hard(pid);
        call.wait();
        until("the killed call has gone", || !lives(pid));
        rcon.run(["images"]).exits(0);
        rcon.run(["ps", "-a"]).exits(0);
        rcon.run(["system", "prune", "-a", "-f"]).exits(0);
        rcon.has_no_images();
        rcon.has_no_temporaries();
        rcon.has_no_containers();
        assert_eq!(std::fs::read_dir(rcon.path("s/layers")).unwrap().count(), 0);
    }
}
