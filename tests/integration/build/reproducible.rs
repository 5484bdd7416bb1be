//! The same inputs give the same image, whoever builds it, wherever and whenever.

use super::project::Project;
use crate::support::{Image, Rcon, lacks_subordinate_ids};
use serde_json::Value;
use std::time::{Duration, SystemTime};

/// All kinds of steps, with the times, owners and orders that come by chance.
const DOCKERFILE: &str = "FROM base AS made\n\
    RUN for i in 3 1 2; do echo $i > /made-$i & done; wait; touch /now; date +%s%N > /dev/null\n\
    FROM base\n\
    COPY folder /folder/\n\
    COPY --chmod=600 folder/a /closed/a\n\
    COPY --from=made /made-1 /made-2 /now /made/\n\
    COPY <<E /inline\ntext\nE\n\
    WORKDIR /work/below\n\
    RUN mkdir d && ln -s d l && ln /folder/a hard && mkfifo pipe && rm /etc/group && rm -r /home && mkdir /home\n\
    ENV A=1\nLABEL b=c\nCMD [\"true\"]\n\
    HEALTHCHECK --interval=5s --retries=3 CMD true\n\
    ONBUILD RUN echo built on\n\
    STOPSIGNAL SIGINT\nEXPOSE 80/tcp\nVOLUME /data\n";

fn project() -> Project {
    let project = Project::new(DOCKERFILE);
    project.file("folder/a", "a").file("folder/below/b", "b").directory("folder/empty");
    project
}

/// The image's id and what is known of it that its contents make.
fn built(project: &Project, flags: &[&str]) -> (String, Vec<String>) {
    let words: Vec<&str> = ["-t", "built"].iter().chain(flags).copied().collect();
    let id = project.id(words);
    let layers = project.rcon.inspect("built", "{{range .RootFS.Layers}}{{.}} {{end}}");
    (id, layers.split_whitespace().map(str::to_owned).collect())
}

/// The configuration of the image `built`, as its id was made of.
fn config(project: &Project) -> Value {
    let id = project.rcon.inspect("built", "{{.Id}}");
    let path = project.rcon.path("s/images/blobs/sha256").join(id.strip_prefix("sha256:").unwrap());
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

#[test]
fn two_stores_give_one_image() {
    assert_eq!(built(&project(), &[]), built(&project(), &[]));
}

#[test]
fn building_anew_gives_the_same_image() {
    let project = project();
    let first = built(&project, &[]);
    assert_eq!(first, built(&project, &["--no-cache"]));
    assert_eq!(first, built(&project, &["--no-cache", "--jobs", "1"]));
}

#[test]
fn times_of_the_contexts_files_do_not_matter() {
    let project = project();
    let first = built(&project, &["--no-cache"]);
    for (number, name) in
        ["folder/a", "folder/below/b", "folder/below", "folder/empty", "Dockerfile"].iter().enumerate()
    {
        let file = std::fs::File::open(project.path(name)).unwrap();
        file.set_modified(SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000 * number as u64)).unwrap();
    }
    assert_eq!(first, built(&project, &["--no-cache"]));
    assert_eq!(first, built(&project, &[]));
}

#[test]
fn the_callers_umask_and_folder_do_not_matter() {
    let project = project();
    let first = built(&project, &["--no-cache"]);
    let script = "umask 077; cd / && $0 build -q --no-cache \"$OLDPWD/context\" && cd - >/dev/null && mv context other && \
        umask 0 && $0 build -q --no-cache ./other/";
    let out = project.rcon.call_through(&["sh", "-c", script], [""; 0]).done();
    let id = &first.0;
    assert_eq!(out.exits(0).printed(), format!("{id}\n{id}\n"));
}

/// Owners are root's throughout, so it makes no difference how many ids the user has.
#[test]
fn a_user_with_one_id_builds_the_same_image() {
    if lacks_subordinate_ids().is_some() {
        return;
    }
    let (first, _) = built(&project(), &[]);
    let project = project();
    project.rcon.run(["rmi", "base"]).exits(0);
    // No set-uid helper works there.
    let alone = |words: &[&str]| project.rcon.call_through(&["setpriv", "--no-new-privs"], words);
    alone(&["load"]).stdin(Image::busybox().archive("base")).done().exits(0);
    assert_eq!(alone(&["build", "-q", "-t", "built", "context"]).done().succeeds(), first);
}

#[test]
fn a_given_time_is_the_images_and_its_files() {
    let at = 1_600_000_000;
    for (flags, variable) in [(&["--timestamp", "1600000000"][..], None), (&[], Some("1600000000"))] {
        let project = project();
        let words = ["build", "-q", "-t", "built"].iter().chain(flags).chain(&["context"]);
        let call = project.rcon.call(words);
        match variable {
            Some(value) => call.env("SOURCE_DATE_EPOCH", value).done().exits(0),
            None => call.done().exits(0),
        };
        assert_eq!(config(&project)["created"], "2020-09-13T12:26:40Z");
        let times = project.shell("stat -c %Y /folder/a /made/now /inline /work/below/d /home; date +%s");
        let times: Vec<i64> = times.lines().map(|line| line.parse().unwrap()).collect();
        let (now, files) = times.split_last().unwrap();
        assert!(files.iter().all(|time| *time <= at) && *now > at, "{times:?}");
    }
}

#[test]
fn no_file_is_later_than_the_image() {
    let project = project();
    built(&project, &[]);
    let created = config(&project)["created"].as_str().unwrap().to_owned();
    let script = format!(
        "touch -d {} /at; find / -xdev -newer /at ! -path '/proc/*' ! -path '/dev/*' | grep -v '^/at$'",
        &created[..19]
    );
    let late = project.rcon.run(["run", "--rm", "-e", "TZ=UTC", "built", "sh", "-c", &script]);
    let mounted =
        ["/", "/etc", "/etc/hosts", "/etc/hostname", "/etc/resolv.conf", "/data", "/dev", "/proc", "/sys"];
    let late: Vec<_> = late.printed().lines().filter(|line| !mounted.contains(line)).collect();
    assert!(late.is_empty(), "later than {created}: {late:?}");
    for line in config(&project)["history"].as_array().unwrap() {
        let time = line["created"].as_str();
        assert!(time.is_none_or(|time| time <= created.as_str()), "{line}");
    }
}

#[test]
fn nothing_of_the_configuration_is_lost_by_saving_and_loading() {
    let project = project();
    let id = project.id(["-t", "built"]);
    let template = "{{json .Config}}";
    let before = project.rcon.inspect("built", template);
    for word in ["Healthcheck", "OnBuild", "SIGINT", "80/tcp", "/data", "/work/below"] {
        assert!(before.contains(word), "{word}: {before}");
    }
    for format in ["docker-archive", "oci-archive"] {
        project.rcon.run(["save", "--format", format, "-o", "saved", "built"]).exits(0);
        let other = Rcon::new();
        let saved = project.rcon.path("saved").to_str().unwrap().to_owned();
        other.run(["load", "-i", &saved]).exits(0);
        assert_eq!(other.inspect("built", template), before, "{format}");
        assert_eq!(other.inspect("built", "{{.Id}}"), id, "{format}");
        other.file("Dockerfile", "FROM built\n");
        let out = other.run(["build", "--progress=plain", "-t", "child", "-f", "Dockerfile", "."]);
        out.exits(0).stderr_has("RUN echo built on\n");
        std::fs::remove_file(project.rcon.path("saved")).unwrap();
    }
}
