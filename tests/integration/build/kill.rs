//! kill -9 of any process of a build at any moment: the next build works, nothing goes on, the store is whole.

use super::project::{Project, names};
use crate::support::{Rcon, kill_hard, until};
use std::time::Duration;

/// Several stages with steps of all kinds, some short, some that are likely to be at work when the kill comes.
const DOCKERFILE: &str = "FROM base AS one\n\
    COPY large /large\n\
    RUN --mount=type=cache,target=/c cat /large /large > /c/twice && sleep 0.1 && cp /c/twice /twice\n\
    WORKDIR /a/b\n\
    FROM base AS two\n\
    RUN --mount=type=bind,source=large,target=/large sha256sum /large > /sum && sleep 0.1\n\
    RUN rm -r /home && mkdir -m 700 /home && ln -s /sum /home/link\n\
    FROM base\n\
    COPY --from=one /twice /a/b /out/\n\
    COPY --from=two /sum /home /out/\n\
    RUN --network=none cat /out/sum && seq 1000 > /end\n";

fn project() -> Project {
    let project = Project::new(DOCKERFILE);
    let large: Vec<u8> =
        (0..3_000_000u32).map(|number| (number.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
    project.file("large", large);
    project
}

/// A number below `most`, another one each time.
fn random(most: u64) -> u64 {
    use std::hash::{BuildHasher, Hasher};
    std::collections::hash_map::RandomState::new().build_hasher().finish() % most
}

/// After whatever happened, a build gives `id`, twice, and all is well.
#[track_caller]
fn goes_on(project: &Project, id: &str) {
    assert_eq!(project.id(["-t", "built"]), id);
    assert_eq!(project.id(["-t", "built"]), id);
    assert_eq!(project.shell("tail -n 1 /end; wc -c < /out/twice"), "1000\n6000000");
    // What the killed one had begun is cleared away by who builds next.
    project.dockerfile(&format!("{DOCKERFILE}RUN : {}\n", random(u64::MAX)));
    project.id([""; 0]);
    project.dockerfile(DOCKERFILE);
    project.is_sound();
}

/// Removes what builds have made, so that the next one begins anew.
fn forget(rcon: &Rcon) {
    std::fs::remove_dir_all(rcon.path("s/build/steps")).unwrap();
    rcon.run(["rmi", "-f", "built"]).code();
}

#[test]
fn the_building_rcon_is_killed_at_any_moment() {
    let project = project();
    let begun = std::time::Instant::now();
    let id = project.id(["-t", "built"]);
    let whole = begun.elapsed();
    for _ in 0..25 {
        forget(&project.rcon);
        let call = project.call(["-t", "built"]).spawn();
        std::thread::sleep(Duration::from_micros(random(whole.as_micros() as u64)));
        kill_hard(call.pid());
        call.wait();
        // At once, while what was killed may still be going down.
        assert_eq!(project.id(["-t", "built"]), id);
        until("all processes have ended", || project.processes().is_empty());
    }
    goes_on(&project, &id);
}

#[test]
fn any_process_of_a_build_is_killed_at_any_moment() {
    let project = project();
    let begun = std::time::Instant::now();
    let id = project.id(["-t", "built"]);
    let whole = begun.elapsed();
    let (mut killed, mut failed) = (0, 0);
    for _ in 0..40 {
        forget(&project.rcon);
        let call = project.call(["-t", "built"]).spawn();
        std::thread::sleep(Duration::from_micros(random(whole.as_micros() as u64)));
        let all = project.processes();
        if let Some(pid) = all.get(random(all.len().max(1) as u64) as usize) {
            kill_hard(*pid);
            killed += 1;
        }
        // It is told of it, or has not needed that one any more; it never waits for it in vain.
        let out = call.wait();
        assert!(matches!(out.code(), Some(0 | 1)) || out.signal() == Some(9), "{out}");
        failed += i32::from(out.code() != Some(0));
        assert_eq!(project.id(["-t", "built"]), id, "after {out}");
        until("all processes have ended", || project.processes().is_empty());
    }
    assert!(killed > 10 && failed > 0, "{killed} killed, {failed} failed");
    goes_on(&project, &id);
}

#[test]
fn a_build_that_was_killed_keeps_what_was_complete() {
    let project = Project::new(
        "FROM base\nRUN echo one > /one\nRUN echo two > /two; sleep 3\nRUN echo up; sleep 100\n",
    );
    let call = project.call([""; 0]).spawn();
    // Complete layers are published every two seconds.
    until("steps are noted", || names(&project.rcon.path("s/build/steps")).len() >= 2);
    kill_hard(call.pid());
    call.wait();
    until("all processes have ended", || project.processes().is_empty());
    project.dockerfile("FROM base\nRUN echo one > /one\nRUN echo two > /two; sleep 3\nRUN echo three\n");
    let out = project.build([""; 0]);
    assert_eq!(super::project::ran(out.exits(0)), ["RUN echo three"], "{out}");
    project.is_sound();
}
