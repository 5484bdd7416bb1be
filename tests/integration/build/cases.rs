//! The Dockerfiles of tests/dockerfile, each group in a test of its own.

use super::case::{cases, groups};
use crate::support::{Image, Rcon, requires};

/// Builds all of a group in one store, and tells all that is wrong at once.
#[track_caller]
fn all_are_as_they_say(group: &str) {
    let rcon = Rcon::new();
    rcon.call(["import", "-", "box"]).stdin(Image::busybox_tree()).done().succeeds();
    let wrong: Vec<String> = cases(group).iter().flat_map(|case| case.complaints(&rcon)).collect();
    assert!(wrong.is_empty(), "{} complaints\n{}", wrong.len(), wrong.join("\n"));
}

macro_rules! groups {
    ($($test:ident: $group:literal,)*) => {
        $(#[test]
        fn $test() {
            requires!(subordinate_ids);
            all_are_as_they_say($group);
        })*

        #[test]
        fn every_group_of_dockerfiles_is_built() {
            let mut built = vec![$($group),*];
            built.sort_unstable();
            assert_eq!(groups(), built);
        }
    };
}

groups! {
    files_are_added: "add",
    arguments_have_their_scopes: "args",
    configurations_are_written: "config",
    files_are_copied: "copy",
    directives_are_heard: "directives",
    variables_are_expanded: "expansion",
    stages_build_on_images_and_stages: "from",
    heredocs_are_files_and_scripts: "heredocs",
    history_tells_what_was_done: "history",
    ignored_files_stay_out: "ignore",
    mounts_come_and_go: "mounts",
    triggers_fire_in_children: "onbuild",
    commands_run: "run",
    users_and_folders_are_set: "users",
}
