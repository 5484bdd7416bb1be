//! Which files sources and patterns name.

use super::*;

/// The names of what was selected.
fn named(selection: &Selection) -> Vec<String> {
    selection.picks.iter().map(|pick| String::from_utf8(pick.named.clone()).unwrap()).collect()
}

fn refused(result: Result<Selection>) -> String {
    result.unwrap_err().to_string()
}

#[test]
fn sources_are_lexical_paths_from_the_root_of_the_context() {
    let ground = Ground::furnished();
    for (source, expected) in [
        ("a.txt", "a.txt"),
        ("/a.txt", "a.txt"),
        ("a.txt/", "a.txt"),
        ("../../a.txt", "a.txt"),
        ("nope/../d/./f", "d/f"),
        ("ld/../a.txt", "a.txt"),
        (".", ""),
        ("/", ""),
        ("", ""),
        ("..", ""),
    ] {
        assert_eq!(named(&ground.select(&[source]).unwrap()), [expected], "{source}");
    }
}

#[test]
fn a_missing_source_is_told_in_buildkits_words() {
    let ground = Ground::furnished();
    ground.link("/etc/passwd", "context/absolute");
    ground.link("../canary/secret", "context/out");
    ground.link("loop", "context/loop");
    for (source, expected) in [
        ("nope", "\"/nope\": not found"),
        ("d/../sub/nope", "\"/sub/nope\": not found"),
        ("dangling", "\"/dangling\": not found"),
        ("dang*", "\"/dangling\": not found"),
        ("absolute", "\"/absolute\": not found"),
        ("out", "\"/out\": not found"),
        ("a.txt/x", "\"/a.txt/x\": not found"),
        ("loop", "too many links"),
        ("sp[", "invalid includepatterns: [sp[]: syntax error in pattern"),
    ] {
        assert_eq!(refused(ground.select(&[source])), expected);
    }
}

#[test]
fn wildcards_stand_for_names_part_by_part() {
    let ground = Ground::furnished();
    ground.file("context/sp[a]ce/q", "q", 0o644);
    let table: [(&str, &[&str]); 11] = [
        ("*.txt", &["a.txt", "b.txt"]),
        ("?.txt", &["a.txt", "b.txt"]),
        ("[^a].txt", &["b.txt"]),
        ("d/*", &["d/f", "d/f2", "d/sub"]),
        ("g/*/*/*.txt", &["g/h/i/1.txt", "g/h/j/2.txt"]),
        ("g/**/*.txt", &[]),
        ("ld/f*", &["ld/f", "ld/f2"]),
        ("l*/f", &[]),
        ("nope*", &[]),
        ("nope/*", &[]),
        ("sp[[]a]ce/q", &["sp[a]ce/q"]),
    ];
    for (source, expected) in table {
        assert_eq!(named(&ground.select(&[source]).unwrap()), expected, "{source}");
    }
}

#[test]
fn what_dockerignore_leaves_out_is_not_there() {
    let ground = Ground::furnished();
    let table = [
        ("d", "d", false),
        ("d/*", "d", true),
        ("d\n!d/sub/s", "d", true),
        ("d\n!d/nope", "d", false),
        ("d/f", "ld/f", false),
        ("d/f", "ld", true),
        ("ld", "ld", false),
        ("ld", "lld", false),
        ("*", ".", true),
        ("*", "a.txt", false),
    ];
    for (text, source, there) in table {
        let ignore = Patterns::parse_ignore_file(text.as_bytes()).unwrap();
        let sources = [source.to_owned()];
        let asked = Asked { sources: &sources, ignore: Some(&ignore), ..Asked::default() };
        match select(&ground.context(), &asked) {
            Ok(_) => assert!(there, "{text:?} {source}"),
            Err(error) => {
                assert!(!there, "{text:?} {source}");
                assert_eq!(error.to_string(), format!("\"/{source}\": not found"));
            }
        }
    }
    let ignore = Patterns::parse_ignore_file(b"b*").unwrap();
    let asked = Asked { sources: &["*.txt".to_owned()], ignore: Some(&ignore), ..Asked::default() };
    assert_eq!(named(&select(&ground.context(), &asked).unwrap()), ["a.txt"]);
}

#[test]
fn parents_need_what_they_name_without_wildcards() {
    let ground = Ground::furnished();
    let ask = |source: &str| {
        let sources = [source.to_owned()];
        select(&ground.context(), &Asked { sources: &sources, parents: true, ..Asked::default() })
    };
    assert_eq!(named(&ask("g/h/i/1.txt").unwrap()), [""]);
    assert_eq!(named(&ask("g/./h/i").unwrap()), ["g"]);
    assert_eq!(named(&ask("g/*/./i").unwrap()), ["g/h"]);
    assert!(ask("no*/./i").unwrap().is_empty());
    assert_eq!(named(&ask("nope*").unwrap()), [""]);
    assert_eq!(refused(ask("nope")), "\"/nope\": not found");
    assert_eq!(refused(ask("g/./nope")), "\"/g/nope\": not found");
}

#[test]
fn an_exclusion_that_is_no_pattern_is_told_in_buildkits_words() {
    let ground = Ground::furnished();
    let ask = |exclude: &str| {
        let (sources, exclude) = (["d".to_owned()], [exclude.to_owned()]);
        select(&ground.context(), &Asked { sources: &sources, exclude: &exclude, ..Asked::default() })
    };
    assert_eq!(refused(ask("sp[")), "invalid excludepatterns: [sp[]: syntax error in pattern");
    assert_eq!(refused(ask("!")), "invalid excludepatterns: [!]: illegal exclusion pattern: \"!\"");
}

#[test]
fn links_of_a_tree_stay_inside_of_it() {
    let ground = Ground::new();
    ground.file("context/etc/passwd", "inside", 0o644);
    ground.link("/etc/passwd", "context/absolute");
    ground.link("../../../../etc/passwd", "context/up");
    ground.link("/etc", "context/folder");
    for source in ["absolute", "up", "folder/passwd", "folder/../etc/passwd"] {
        ground.copy(&[source], "/x").unwrap();
        assert_eq!(ground.read("x"), "inside", "{source}");
    }
    let long = "a/".repeat(3000);
    assert!(ground.select(&[&long]).is_err());
    let chain: Vec<String> = (0..300).map(|number| format!("context/c{number}")).collect();
    for pair in chain.windows(2) {
        ground.link(pair[1].strip_prefix("context/").unwrap(), &pair[0]);
    }
    assert_eq!(refused(ground.select(&["c0"])), "too many links");
}
