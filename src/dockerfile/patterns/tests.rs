//! What is left out, and what is not.

use super::*;

fn patterns(text: &str) -> Patterns {
    Patterns::parse_ignore_file(text.as_bytes()).unwrap()
}

fn check(table: &[(&str, &[&str], &[&str])]) {
    for (text, matched, kept) in table {
        let patterns = patterns(text);
        for path in *matched {
            assert!(patterns.matches(path.as_bytes()), "{text:?} leaves out {path}");
        }
        for path in *kept {
            assert!(!patterns.matches(path.as_bytes()), "{text:?} keeps {path}");
        }
    }
}

#[test]
fn plain_names_match_themselves_and_what_is_below() {
    check(&[
        ("a", &["a", "a/b", "a/b/c"], &["b/a", "ab", "A"]),
        ("a/b", &["a/b", "a/b/c"], &["a", "b", "a/bc"]),
        ("/a/", &["a", "a/b"], &["b/a"]),
        ("./a/../b//c", &["b/c"], &["a", "b", "a/b/c"]),
        (".", &[], &["a", ".a"]),
        ("/", &[], &["a"]),
        ("../a", &[], &["a"]),
        ("a.b+(c)", &["a.b+(c)"], &["axb+(c)"]),
    ]);
}

#[test]
fn stars_stay_within_a_name_unless_doubled() {
    check(&[
        ("*", &["a", "a/b", ".a"], &[]),
        ("*.md", &["a.md", ".md", "x.md/y"], &["d/a.md", "a.mdx"]),
        ("*/t*", &["a/t", "a/temp", "a/t/x"], &["t", "a/b/t"]),
        ("a?", &["ab", "aé"], &["a", "abc", "a/"]),
        ("**", &["a", "a/b"], &[]),
        ("**/x", &["x", "a/x", "a/b/x", "a/x/y"], &["ax", "a/bx"]),
        ("**x", &["x", "ax", "a/bx"], &["xa"]),
        ("**x*", &["xa", "x", "b/xa"], &["ax"]),
        ("**/*.go", &["a.go", "x/y/a.go"], &["a.gox"]),
        ("a/**", &["a/b", "a/b/c"], &["a", "ab"]),
        ("a**", &["a", "ab", "a/b"], &["b"]),
        ("a/**/b", &["a/b", "a/x/b", "a/x/y/b"], &["a/xb", "b"]),
        ("a**b", &["ab", "a/b", "ax/b"], &["axb"]),
        ("**/a/**", &["a/b", "x/a/b"], &["a", "x/a"]),
        ("**/a/*/b", &["a/x/b", "q/a/x/b"], &["a/x/y/b"]),
        ("a/*/**/c", &["a/x/c", "a/x/y/c"], &["a/c"]),
        ("d/s**", &["d/sub", "d/sub/s", "d/s"], &["d/f"]),
    ]);
}

#[test]
fn classes_and_escapes() {
    check(&[
        ("[ab]c", &["ac", "bc"], &["cc", "[ab]c"]),
        ("[a-c]", &["b"], &["d"]),
        ("[^a]x", &["bx"], &["ax"]),
        ("[!a]x", &["!x", "ax"], &["bx"]),
        ("[\\]]x", &["]x"], &["x"]),
        ("[α-ω]", &["β"], &["b"]),
        ("\\*", &["*"], &["a"]),
        ("a\\ b", &["a b"], &["a\\ b"]),
        ("sp[[]a]", &["sp[a]"], &["spa"]),
    ]);
}

#[test]
fn what_is_no_pattern_is_refused_in_mobys_words() {
    for text in ["[", "[a", "[]a]", "[a-]", "[-a]", "a\\", "[\\", "x/[^"] {
        let error = Patterns::new([text]).unwrap_err().to_string();
        assert_eq!(error, "syntax error in pattern", "{text}");
    }
    for text in ["!", " ! ", "!\n"] {
        let error = Patterns::parse_ignore_file(text.as_bytes()).unwrap_err().to_string();
        assert_eq!(error, "illegal exclusion pattern: \"!\"");
    }
}

#[test]
fn comments_blanks_and_the_mark_of_the_beginning() {
    check(&[
        ("\u{feff}a\r\n\n# b\n #c\n  d  \n", &["a", "d", "#c"], &["b", "# b"]),
        ("a\n! a/b \n!/c", &["a", "a/c"], &["a/b", "c"]),
        ("", &[], &["a"]),
        ("\n\n   \n", &[], &[""]),
    ]);
    assert!(patterns("# only words").is_empty());
}

#[test]
fn a_list_takes_a_leading_slash_by_the_letter() {
    assert!(!Patterns::new(["/f"]).unwrap().matches(b"f"));
    assert!(Patterns::new(["f/", "./g", " "]).unwrap().matches(b"f"));
    assert!(Patterns::new(["f/", "./g"]).unwrap().matches(b"g"));
}

#[test]
fn the_last_pattern_that_speaks_of_a_path_decides() {
    check(&[
        ("*\n!a", &["b", "b/a"], &["a", "a/b"]),
        ("!a\na", &["a"], &[]),
        ("*.md\n!README*.md\nREADME-secret.md", &["x.md", "README-secret.md"], &["README.md"]),
        ("d\n!d", &[], &["d", "d/x"]),
        ("d\n!d/s\nd/s/x", &["d", "d/y", "d/s/x"], &["d/s", "d/s/y"]),
        ("d/**\n!d/sub", &["d/f"], &["d", "d/sub", "d/sub/s"]),
        ("**/f*\n!**/f2", &["d/f", "f"], &["d/f2", "f2"]),
        ("*\n!g/*/i", &["g", "g/h", "g/h/j"], &["g/h/i", "g/h/i/x"]),
    ]);
}

#[test]
fn an_exception_that_changed_nothing_at_a_directory_is_not_asked_again_below() {
    // Walking a context, docker asks `!d` at d, where nothing was left out yet, and not at d/f.
    check(&[("d/f\n!d", &["d/f"], &["d", "d/g"])]);
}

#[test]
fn a_directory_is_skipped_when_no_exception_can_lie_below() {
    let table = [
        ("node_modules", "node_modules", true),
        ("a\n!b", "a", true),
        ("a\n!a/b", "a", false),
        ("a\n!a/b", "a/c", true),
        ("*\n!ab/c", "a", true),
        ("*\n!*/c", "a", false),
        ("*\n!*/c", "a/b", true),
        ("*\n!**/c", "a/b/c/d", false),
        ("*\n!a*", "b", true),
        ("*\n!a**", "ax", false),
        ("*\n!a/b/**", "a", false),
        ("*\n!a/[bc]/d", "a/b", false),
        ("*\n!a/[bc]/d", "a/d", true),
    ];
    for (text, directory, skipped) in table {
        assert_eq!(patterns(text).can_skip(directory.as_bytes()), skipped, "{text:?} {directory}");
    }
    let wanted = Patterns::new(["a/*/c"]).unwrap();
    assert!(!wanted.none_below(b"a/b"));
    assert!(wanted.none_below(b"b"));
}

#[test]
fn skipping_never_hides_an_exception() {
    let lists = ["*\n!a/b", "a\n!a/*/c", "**\n!**/b", "*\n!b/**", "a/**\n!a**c", "*\n!a\na/b\n!a/b/c"];
    let names = ["a", "b", "c"];
    for list in lists {
        let patterns = patterns(list);
        for first in names {
            for second in names {
                for third in names {
                    let directory = format!("{first}/{second}");
                    let path = format!("{directory}/{third}");
                    let skipped =
                        patterns.matches(directory.as_bytes()) && patterns.can_skip(directory.as_bytes());
                    assert!(!skipped || patterns.matches(path.as_bytes()), "{list:?} {path}");
                }
            }
        }
    }
}

#[test]
fn hostile_patterns_take_no_more_than_their_product() {
    let stars = "*a".repeat(1000);
    let deep = "**/".repeat(1000) + "b";
    let patterns = Patterns::new([stars, deep]).unwrap();
    let path = "a/".repeat(1000) + &"a".repeat(1000);
    let began = std::time::Instant::now();
    assert!(!patterns.below(&Seen::default(), path.as_bytes()).matched());
    assert!(began.elapsed().as_secs() < 5);
    assert!(Patterns::parse_ignore_file(&vec![b'a'; FILE_LIMIT + 1]).is_err());
    assert!(Patterns::new([vec![b'a'; 5000]]).is_err());
    assert!(Patterns::new(vec!["a"; 10_001]).is_err());
}

#[test]
fn names_need_not_be_text() {
    let patterns = Patterns::new([&b"a\xff?"[..], b"[\xfe]"]).unwrap();
    assert!(patterns.matches(b"a\xff\xfd"));
    assert!(patterns.matches(b"\xfe"));
    assert!(!patterns.matches(b"a\xfe\xfd"));
}

#[test]
fn paths_are_cleaned_as_go_does() {
    let table = [
        ("", "."),
        ("a/", "a"),
        ("a//b/./c", "a/b/c"),
        ("a/..", "."),
        ("../a", "../a"),
        ("/../a", "/a"),
        ("/", "/"),
        ("a/../../b", "../b"),
    ];
    for (path, cleaned) in table {
        assert_eq!(clean(path.as_bytes()), cleaned.as_bytes(), "{path}");
    }
}
