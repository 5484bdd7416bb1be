//! Several builds at once, and what else goes on meanwhile.

use super::project::{Project, ran};
use crate::support::{Image, Layer, Rcon, at_once};
use std::collections::BTreeSet;

#[test]
fn equal_builds_at_once_give_one_image() {
    let project = Project::new(
        "FROM base\nCOPY file /file\nRUN cat /file > /copy; seq 5000 > /many; sleep 0.3\nRUN cat /copy /many | wc -l > /sum\n",
    );
    project.file("file", "contents\n");
    let ids = at_once(8, |_| project.id(["-t", "built"]));
    assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), 1, "{ids:?}");
    assert_eq!(project.shell("cat /sum"), "5001");
    project.is_sound();
}

/// A step stands on the layers of the steps before it, even when another build has published its own meanwhile.
#[test]
fn equal_long_builds_do_not_take_each_others_layers() {
    let project = Project::new(
        "FROM base\nRUN echo kept > /kept; sleep 0.5\n\
         RUN sleep 2.5; cat /kept && ls -l /kept\nRUN sleep 2.5; cat /kept && echo end > /end\n",
    );
    let outs = at_once(4, |number| {
        std::thread::sleep(std::time::Duration::from_millis(200 * number as u64));
        project.call(["-t", "built"]).done()
    });
    for out in outs {
        out.exits(0);
    }
    assert_eq!(project.shell("cat /kept /end"), "kept\nend");
    project.is_sound();
}

#[test]
fn different_builds_at_once_do_not_disturb_each_other() {
    let project = Project::new("FROM base\n");
    for number in 0..8 {
        let text = format!(
            "FROM base AS a\nRUN --mount=type=cache,target=/c echo x >> /c/all; : {number}\n\
             FROM base\nCOPY --from=a /etc /etc-{number}\nRUN echo {number} > /own\n"
        );
        project.file(&format!("{number}/Dockerfile"), text);
    }
    at_once(8, |number| {
        let words =
            ["build", "-t", &format!("built-{number}"), &format!("context/{number}")].map(str::to_owned);
        project.rcon.call(words).done().exits(0);
    });
    for number in 0..8 {
        let name = format!("built-{number}");
        let script = format!("cat /own; ls -d /etc-{number}");
        let out = project.rcon.run(["run", "--rm", &name, "sh", "-c", &script]);
        out.exits(0).stdout(&format!("{number}\n/etc-{number}\n"));
    }
    // Shared: all have written into one.
    project
        .dockerfile("FROM base\nRUN --mount=type=cache,target=/c wc -l < /c/all > /count\n")
        .id(["-t", "built"]);
    assert_eq!(project.shell("cat /count"), "8");
    project.is_sound();
}

#[test]
fn builds_go_on_beside_removals_and_loads() {
    let project = Project::new("FROM base\n");
    let archive = Image::busybox().layer(Layer::new().file("x", 0o644, "x")).archive("loaded");
    at_once(8, |number| {
        for round in 0..4 {
            match number {
                0 => drop(project.rcon.run(["image", "prune", "-f"]).exits(0)),
                1 => drop(project.rcon.run(["system", "prune", "-f"]).exits(0)),
                2 => {
                    project.rcon.call(["load"]).stdin(archive.clone()).done().exits(0);
                    project.rcon.run(["rmi", "loaded"]).code();
                }
                3 => drop(project.rcon.run(["run", "--rm", "base", "true"]).exits(0)),
                _ => {
                    let name = format!("built-{number}");
                    let folder = project.rcon.directory(&format!("{number}-{round}"));
                    let text = format!(
                        "FROM base AS a\nRUN echo {round} > /shared\n\
                         FROM base\nCOPY --from=a /shared /\nRUN cat /shared; echo {number} > /own\n"
                    );
                    project.rcon.file(&format!("{number}-{round}/Dockerfile"), text);
                    project.rcon.run(["build", "-t", &name, &folder]).exits(0);
                    let out = project.rcon.run(["run", "--rm", &name, "cat", "/shared", "/own"]);
                    out.exits(0).stdout(&format!("{round}\n{number}\n"));
                    if number % 2 == 0 {
                        project.rcon.run(["rmi", &name]).exits(0);
                    }
                }
            }
        }
    });
    project.is_sound();
}

/// The cache of builds keeps layers of its own.
#[test]
fn an_image_that_is_removed_takes_no_cached_step_along() {
    let project = Project::new("FROM base\nRUN echo one > /one\n");
    let id = project.id(["-t", "built"]);
    project.rcon.run(["rmi", "built"]).exits(0);
    let out = project.build(["-t", "built"]);
    assert_eq!(ran(out.exits(0)), [""; 0], "{out}");
    assert_eq!(project.id(["-t", "built"]), id);
    assert_eq!(project.shell("cat /one"), "one");
}

/// What a step notes in a cache of when it came and went.
fn notes(sharing: &str) -> Vec<String> {
    let stage = |name: &str| {
        format!(
            "FROM base AS {name}\nRUN --mount=type=cache,id=c,target=/c,sharing={sharing} \
             echo in-{name} >> /c/log; sleep 0.7; echo out-{name} >> /c/log; cat /c/log > /log\n"
        )
    };
    let stages: String = ["a", "b", "c"].map(stage).concat();
    let project = Project::new(&format!(
        "{stages}FROM base\nCOPY --from=a /log /a\nCOPY --from=b /log /b\nCOPY --from=c /log /c\n"
    ));
    project.id(["-t", "built"]);
    project.is_sound();
    ["a", "b", "c"].map(|name| project.shell(&format!("cat /{name} | tr '\\n' ' '"))).to_vec()
}

#[test]
fn locked_caches_are_used_one_after_the_other() {
    let all = notes("locked");
    let longest = all.iter().max_by_key(|log| log.len()).unwrap();
    let words: Vec<&str> = longest.split_whitespace().collect();
    assert_eq!(words.len(), 6, "{all:?}");
    for pair in words.chunks(2) {
        assert_eq!(pair[0].strip_prefix("in-"), pair[1].strip_prefix("out-"), "{all:?}");
    }
}

#[test]
fn private_caches_are_not_shared() {
    for (log, name) in notes("private").iter().zip(["a", "b", "c"]) {
        assert_eq!(log.trim(), format!("in-{name} out-{name}"));
    }
}

#[test]
fn stages_overlap() {
    let stage = |own: &str, other: &str| {
        format!(
            "FROM base AS {own}\nRUN --mount=type=cache,id=meet,target=/m touch /m/{own}; \
             for i in $(seq 200); do [ -e /m/{other} ] && break; sleep 0.1; done; test -e /m/{other}\n"
        )
    };
    let text = format!(
        "{}{}FROM scratch\nCOPY --from=a /etc/group /a\nCOPY --from=b /etc/group /b\n",
        stage("a", "b"),
        stage("b", "a")
    );
    Project::new(&text).id([""; 0]);
}

#[test]
fn two_rcon_wait_for_a_locked_cache_of_each_other() {
    let project = Project::of(Rcon::new(), Image::busybox(), "FROM base\n");
    for name in ["one", "two"] {
        let text = format!(
            "FROM base\nRUN --mount=type=cache,id=c,target=/c,sharing=locked mkdir /c/held && sleep 0.5 && rmdir /c/held; : {name}\n"
        );
        project.file(&format!("{name}/Dockerfile"), text.replace("; :", " && :"));
    }
    at_once(2, |number| {
        let folder = ["context/one", "context/two"][number];
        project.rcon.run(["build", folder]).exits(0);
    });
    project.is_sound();
}
