//! Where copies go, what they replace and how they look there.

use super::*;
use std::os::unix::net::UnixListener;

fn refused(result: Result<Copied>) -> String {
    result.unwrap_err().to_string()
}

#[test]
fn of_a_directory_its_content_is_copied() {
    for source in ["d", "d/", "d/.", "/d", "ld", "lld"] {
        for destination in ["/x", "/x/", "x", "/x/."] {
            let ground = Ground::furnished();
            ground.copy(&[source], destination).unwrap();
            let expected = ["x/ 755", "x/f 644", "x/f2 644", "x/sub/ 700", "x/sub/s 600"];
            assert_eq!(ground.listed(), expected, "{source} {destination}");
        }
    }
}

#[test]
fn a_file_takes_the_place_or_goes_into_the_directory() {
    let table: [(&[&str], &str, &[&str]); 8] = [
        (&["a.txt"], "/x", &["x 644"]),
        (&["a.txt"], "/x/", &["x/ 755", "x/a.txt 644"]),
        (&["a.txt"], "/p/q", &["p/ 755", "p/q 644"]),
        (&["la"], "/x", &["x 644"]),
        (&["la"], "/x/", &["x/ 755", "x/la 644"]),
        (&["a.txt", "b.txt"], "/x", &["x 4755"]),
        (&["d/f", "e"], "/x/", &["x/ 755", "x/f 644", "x/x 644"]),
        (&["nope*"], "/x/", &[]),
    ];
    for (sources, destination, expected) in table {
        let ground = Ground::furnished();
        ground.copy(sources, destination).unwrap();
        assert_eq!(ground.listed(), expected, "{sources:?} {destination}");
    }
}

/// A target with a bit of everything.
fn occupied() -> Ground {
    let ground = Ground::furnished();
    ground.file("target/file", "old", 0o640);
    ground.file("target/dir/keep", "k", 0o644);
    ground.mode("target/dir/sub", 0o777);
    ground.mode("target/dir", 0o777);
    ground.mode("target/real", 0o755);
    for (target, name) in [
        ("real", "ldir"),
        ("file", "lfile"),
        ("nowhere", "ldang"),
        ("/real", "labs"),
        ("loop", "loop"),
        ("../../../../real", "lout"),
    ] {
        ground.link(target, &format!("target/{name}"));
    }
    ground
}

#[test]
fn links_of_the_destination_are_followed_inside_the_target() {
    let table = [
        ("a.txt", "/ldir", "real/a.txt"),
        ("a.txt", "/ldir/", "real/a.txt"),
        ("a.txt", "/lfile", "file"),
        ("a.txt", "/ldang", "nowhere"),
        ("a.txt", "/ldang/", "nowhere/a.txt"),
        ("a.txt", "/ldang/q/r", "nowhere/q/r"),
        ("a.txt", "/labs/n/x", "real/n/x"),
        ("a.txt", "/lout/x", "real/x"),
        ("d", "/ldang", "nowhere/f"),
        ("d", "/labs", "real/f"),
        ("a.txt", "/../../x", "x"),
        ("a.txt", "/ldir/../y", "y"),
    ];
    for (source, destination, made) in table {
        let ground = occupied();
        ground.copy(&[source], destination).unwrap();
        assert!(ground.about(made).is_file(), "{destination}");
        assert!(ground.about("ldang").is_symlink());
    }
}

#[test]
fn what_cannot_be_replaced_is_told_in_buildkits_words() {
    for (source, destination, expected) in [
        ("d", "/file", "cannot copy to non-directory: /file"),
        ("a.txt", "/file/", "mkdir /file: not a directory"),
        ("a.txt", "/file/x", "mkdir /file: not a directory"),
        ("a.txt", "/loop", "too many links"),
        ("a.txt", "/loop/n", "too many links"),
    ] {
        assert_eq!(refused(occupied().copy(&[source], destination)), expected, "{source} {destination}");
    }
    let ground = occupied();
    ground.file("context/s2/sub", "", 0o644);
    ground.mode("context/s3", 0o755);
    ground.link("x", "context/s3/sub");
    ground.mode("context/s4/keep", 0o755);
    ground.mode("context/s5/ldir", 0o755);
    for (source, destination, expected) in [
        ("s2", "/dir", "cannot replace to directory /dir/sub with file"),
        ("s3", "/dir", "cannot replace to directory /dir/sub with file"),
        ("s4", "/dir", "cannot copy to non-directory: /dir/keep"),
        ("s5", "/", "cannot copy to non-directory: /ldir"),
    ] {
        assert_eq!(refused(ground.copy(&[source], destination)), expected);
    }
}

#[test]
fn content_is_merged_into_what_is_there() {
    let ground = occupied();
    ground.link("/file", "target/dir/f");
    ground.copy(&["d"], "/dir").unwrap();
    // The destination keeps its mode; a directory below gets the source's; a link in the way is replaced.
    assert_eq!(
        ground.listed()[..6],
        ["dir/ 777", "dir/f 644", "dir/f2 644", "dir/keep 644", "dir/sub/ 700", "dir/sub/s 600"]
    );
    assert_eq!(ground.read("file"), "old");
    ground.copy(&["a.txt"], "/file").unwrap();
    assert_eq!((ground.read("file").as_str(), ground.about("file").mode() & 0o777), ("a", 0o644));
}

#[test]
fn names_of_one_file_stay_one_within_a_source() {
    let ground = Ground::furnished();
    ground.copy(&["d"], "/x/").unwrap();
    assert_eq!(ground.about("x/f").ino(), ground.about("x/f2").ino());
    ground.copy(&["d/*"], "/y/").unwrap();
    assert_eq!(ground.about("y/f").nlink(), 1);
    assert_eq!(ground.read("y/f2"), "f");
    assert_eq!(fs::metadata(ground.path("context/d/f")).unwrap().nlink(), 2);
}

#[test]
fn octal_modes_are_for_implied_directories_too_and_symbolic_ones_not() {
    let (octal, symbolic) = (Chmod::parse("640").unwrap(), Chmod::parse("g+s,+t,o-rwx").unwrap());
    let ground = Ground::furnished();
    // Without the power of root nobody looks into a directory that has no `x`.
    if rustix::process::geteuid().is_root() {
        let how = Placing { destination: "/p/q/x/", mode: Some(&octal), ..placing() };
        ground.copy_as(&["d"], &how).unwrap();
        let expected = ["p/ 640", "p/q/ 640", "p/q/x/ 640", "p/q/x/f 640", "p/q/x/f2 640", "p/q/x/sub/ 640"];
        assert_eq!(ground.listed()[..6], expected);
    }
    let ground = Ground::furnished();
    let how = Placing { destination: "/x", mode: Some(&symbolic), ..placing() };
    ground.copy_as(&["d", "a.txt"], &how).unwrap();
    let expected = ["x/ 755", "x/a.txt 3640", "x/f 3640", "x/f2 3640", "x/sub/ 3700", "x/sub/s 3600"];
    assert_eq!(ground.listed(), expected);
    let ground = occupied();
    ground
        .copy_as(&["d"], &Placing { destination: "/dir", mode: Some(&Chmod::Octal(0o700)), ..placing() })
        .unwrap();
    assert_eq!(ground.listed()[..2], ["dir/ 777", "dir/f 700"]);
}

#[test]
fn owners_are_given_to_all_that_is_made() {
    if !gives_away() {
        return;
    }
    let ground = occupied();
    let owner = Some(Owner { uid: 5, gid: 6 });
    ground.copy_as(&["d"], &Placing { destination: "/p/q", owner, ..placing() }).unwrap();
    for path in ["p", "p/q", "p/q/f", "p/q/sub", "p/q/sub/s"] {
        assert_eq!((ground.about(path).uid(), ground.about(path).gid()), (5, 6), "{path}");
    }
    ground.copy_as(&["d"], &Placing { destination: "/dir", owner, ..placing() }).unwrap();
    assert_eq!(ground.about("dir").uid(), 0, "what was there keeps its owner");
    assert_eq!(ground.about("dir/sub").uid(), 5, "unless the source has it too");
    // A stage keeps its owners, a context is root's.
    std::os::unix::fs::chown(ground.path("context/d/sub"), Some(9), Some(9)).unwrap();
    ground.copy(&["d"], "/context").unwrap();
    assert_eq!(ground.about("context/sub").uid(), 0);
    let stage = Tree::open(&ground.path("context"), Owners::Kept).unwrap();
    let how = Placing { destination: "/stage", ..placing() };
    copy(&stage, &ground.select(&["d"]).unwrap(), &ground.target(), &how).unwrap();
    assert_eq!(ground.about("stage/sub").uid(), 9);
}

#[test]
fn owners_are_looked_up_in_the_target() {
    let ground = Ground::new();
    ground.file("target/real/passwd", "root:x:0:0::/:\n\nbob:x:55:66::/:\nbad:x:y\n", 0o644);
    ground.file("target/etc/group", "root:x:0:\nbobs:x:77:\n", 0o644);
    ground.link("/real/passwd", "target/etc/passwd");
    let tree = ground.target();
    for (text, uid, gid) in [
        ("5", 5, 5),
        ("5:6", 5, 6),
        (":7", 0, 7),
        ("5:", 5, 0),
        (":", 0, 0),
        ("bob", 55, 66),
        ("bob:bobs", 55, 77),
        ("bob:12", 55, 12),
        ("bob:", 55, 0),
        ("12:bobs", 12, 77),
        ("bob:eves", 55, 66),
        ("5:eves", 5, 5),
        ("eve", 0, 0),
        ("bad", 0, 0),
        ("a:b:c", 0, 0),
        ("99999999999", 0, 0),
        ("4294967295", 0, 0),
        ("-1", 0, 0),
        ("root:root", 0, 0),
    ] {
        assert_eq!(Owner::parse(text, Some(&tree)).unwrap(), Owner { uid, gid }, "{text}");
    }
    assert_eq!(Owner::parse("root", None).unwrap(), Owner { uid: 0, gid: 0 });
    for text in ["bob", "5:bobs"] {
        assert_eq!(Owner::parse(text, None).unwrap_err().to_string(), "invalid user index: -1");
    }
}

#[test]
fn parents_are_copied_as_their_sources_are() {
    let table: [(&str, &[&str]); 7] = [
        ("g/h/i/1.txt", &["x/ 755", "x/g/ 755", "x/g/h/ 755", "x/g/h/i/ 755", "x/g/h/i/1.txt 644"]),
        ("./d/sub/s", &["x/ 755", "x/d/ 750", "x/d/sub/ 700", "x/d/sub/s 600"]),
        ("g/./h/i", &["x/ 755", "x/h/ 755", "x/h/i/ 755", "x/h/i/1.txt 644"]),
        ("g/**/*.md", &["x/ 755", "x/g/ 755", "x/g/h/ 755", "x/g/h/3.md 644"]),
        ("g/*/./i", &["x/ 755", "x/i/ 755", "x/i/1.txt 644"]),
        ("**/s", &["x/ 755", "x/d/ 750", "x/d/sub/ 700", "x/d/sub/s 600"]),
        ("la", &["x/ 755", "x/la -> a.txt"]),
    ];
    for (source, expected) in table {
        let ground = Ground::furnished();
        let sources = [source.to_owned()];
        let asked = Asked { sources: &sources, parents: true, ..Asked::default() };
        let selection = select(&ground.context(), &asked).unwrap();
        let how = Placing { destination: "/x/", ..placing() };
        copy(&ground.context(), &selection, &ground.target(), &how).unwrap();
        assert_eq!(ground.listed(), expected, "{source}");
    }
}

#[test]
fn exclusions_are_relative_to_the_source_and_never_the_source_itself() {
    let table: [(&[&str], &str, &[&str]); 7] = [
        (&["f*"], "d", &["x/ 755", "x/sub/ 700", "x/sub/s 600"]),
        (&["sub"], "d", &["x/ 755", "x/f 644", "x/f2 644"]),
        (&["d/f"], "d", &["x/ 755", "x/f 644", "x/f2 644", "x/sub/ 700", "x/sub/s 600"]),
        (&["*.txt"], "*.txt", &["x/ 755", "x/a.txt 644", "x/b.txt 4755"]),
        (&["**", "!**/1.txt"], "g", &["x/ 755", "x/h/ 755", "x/h/i/ 755", "x/h/i/1.txt 644"]),
        (&["h/i"], "g", &["x/ 755", "x/h/ 755", "x/h/3.md 644", "x/h/j/ 755", "x/h/j/2.txt 644"]),
        (&["i"], "g/*", &["x/ 755", "x/3.md 644", "x/j/ 755", "x/j/2.txt 644"]),
    ];
    for (exclude, source, expected) in table {
        let ground = Ground::furnished();
        let exclude: Vec<String> = exclude.iter().map(|text| (*text).to_owned()).collect();
        let sources = [source.to_owned()];
        let asked = Asked { sources: &sources, exclude: &exclude, ..Asked::default() };
        let selection = select(&ground.context(), &asked).unwrap();
        let how = Placing { destination: "/x/", ..placing() };
        copy(&ground.context(), &selection, &ground.target(), &how).unwrap();
        assert_eq!(ground.listed(), expected, "{exclude:?} {source}");
    }
}

#[test]
fn an_ignored_directory_with_an_exception_is_copied_as_it_is() {
    let ground = Ground::furnished();
    let ignore = Patterns::parse_ignore_file(b"*\n!d/sub/s\n!g/*/i").unwrap();
    let sources = [".".to_owned()];
    let asked = Asked { sources: &sources, ignore: Some(&ignore), ..Asked::default() };
    let selection = select(&ground.context(), &asked).unwrap();
    copy(&ground.context(), &selection, &ground.target(), &placing()).unwrap();
    let expected =
        ["d/ 750", "d/sub/ 700", "d/sub/s 600", "g/ 755", "g/h/ 755", "g/h/i/ 755", "g/h/i/1.txt 644"];
    assert_eq!(ground.listed(), expected);
}

#[test]
fn everything_made_gets_the_one_time() {
    let ground = Ground::furnished();
    ground.copy_as(&["d", "ld"], &Placing { destination: "/p/x/", time: Some(86_400), ..placing() }).unwrap();
    ground.copy_as(&["."], &Placing { destination: "/p/y/", time: Some(86_400), ..placing() }).unwrap();
    for path in ["p/x", "p/x/f", "p/x/sub", "p/x/sub/s", "p/y", "p/y/dangling", "p/y/g/h/i"] {
        assert_eq!(ground.about(path).mtime(), 86_400, "{path}");
    }
    let ground = Ground::furnished();
    ground.copy(&["d"], "/x").unwrap();
    let source = fs::metadata(ground.path("context/d/sub")).unwrap();
    assert_eq!(
        (ground.about("x/sub").mtime(), ground.about("x/sub").mtime_nsec()),
        (source.mtime(), source.mtime_nsec())
    );
}

#[test]
fn holes_stay_holes_and_pipes_pipes_and_sockets_are_left_out() {
    let ground = Ground::new();
    let sparse = fs::File::create(ground.path("context/sparse")).unwrap();
    sparse.set_len(64 << 20).unwrap();
    std::os::unix::fs::FileExt::write_all_at(&sparse, b"middle", 32 << 20).unwrap();
    rustix::fs::mknodat(
        rustix::fs::CWD,
        ground.path("context/pipe"),
        rustix::fs::FileType::Fifo,
        0o640.into(),
        0,
    )
    .unwrap();
    let _socket = UnixListener::bind(ground.path("context/socket")).unwrap();
    let copied = ground.copy(&["."], "/").unwrap();
    assert_eq!((copied.entries, copied.bytes, copied.skipped_count), (2, 64 << 20, 1));
    assert_eq!(copied.skipped, ["/socket: a socket"]);
    let about = ground.about("sparse");
    assert_eq!(about.len(), 64 << 20);
    assert!(about.blocks() * 512 < 1 << 20, "{} blocks", about.blocks());
    assert_eq!(&fs::read(ground.path("target/sparse")).unwrap()[32 << 20..][..6], b"middle");
    assert!(ground.about("pipe").file_type().is_fifo());
    assert_eq!(ground.about("pipe").mode() & 0o7777, 0o640);
}

#[test]
fn a_whiteout_of_overlayfs_cannot_be_brought_along() {
    let ground = Ground::new();
    let made = rustix::fs::mknodat(
        rustix::fs::CWD,
        ground.path("context/hidden"),
        rustix::fs::FileType::CharacterDevice,
        0.into(),
        0,
    );
    if made.is_err() {
        return;
    }
    let copied = ground.copy(&["."], "/").unwrap();
    assert_eq!((copied.entries, copied.skipped_count), (0, 1));
    assert_eq!(ground.copy(&["hidden"], "/x").unwrap().skipped_count, 1);
    assert!(ground.listed().is_empty());
}

#[test]
fn attributes_of_the_user_come_along_and_overlays_do_not() {
    use rustix::fs::{XattrFlags, getxattr, setxattr};
    let ground = Ground::furnished();
    for path in ["context/d/f", "context/d/sub"] {
        let path = ground.path(path);
        if setxattr(&path, "user.kind", b"seen", XattrFlags::empty()).is_err() {
            return;
        }
        setxattr(&path, "user.overlay.opaque", b"y", XattrFlags::empty()).unwrap();
    }
    ground.copy(&["d"], "/x").unwrap();
    for path in ["target/x/f", "target/x/sub"] {
        let mut value = [0; 16];
        assert_eq!(getxattr(ground.path(path), "user.kind", &mut value[..]), Ok(4), "{path}");
        assert!(getxattr(ground.path(path), "user.overlay.opaque", &mut value[..]).is_err());
    }
}

#[test]
fn heredocs_and_downloads_follow_the_rules_of_files() {
    let ground = occupied();
    let write = |name: &str, contents: Contents<'_>, how: &Placing<'_>| {
        write_file(&Made { name, contents, mode: 0o644, mtime: Some(1000) }, &ground.target(), how)
    };
    let to = |destination: &'static str| Placing { destination, ..placing() };
    write("a", Contents::Bytes(b"hi\n"), &to("/x/")).unwrap();
    write("a", Contents::Bytes(b"yo\n"), &to("/y")).unwrap();
    write("a", Contents::Bytes(b"in\n"), &to("/ldir")).unwrap();
    let download = fs::File::open(ground.path("context/b.txt")).unwrap();
    let how = Placing { time: Some(5), mode: Some(&Chmod::Octal(0o600)), ..to("/file") };
    write("b", Contents::File(&download), &how).unwrap();
    assert_eq!(["x/a", "y", "real/a", "file"].map(|path| ground.read(path)), ["hi\n", "yo\n", "in\n", "bb"]);
    assert_eq!((ground.about("y").mtime(), ground.about("y").mode() & 0o7777), (1000, 0o644));
    assert_eq!((ground.about("file").mtime(), ground.about("file").mode() & 0o7777), (5, 0o600));
    assert_eq!(refused(write("a", Contents::Bytes(b""), &to("/y/"))), "mkdir /y: not a directory");
    for name in ["", ".", "..", "a/b", "a\0b"] {
        assert!(write(name, Contents::Bytes(b""), &to("/x/")).is_err(), "{name:?}");
    }
    ground.check_canary();
}

#[test]
fn depth_has_a_limit() {
    let ground = Ground::new();
    let deep = |levels: usize| format!("context/{}", vec!["d"; levels].join("/"));
    fs::create_dir_all(ground.path(&deep(250))).unwrap();
    ground.copy(&["."], "/x").unwrap();
    fs::create_dir_all(ground.path(&deep(320))).unwrap();
    assert!(refused(ground.copy(&["."], "/y")).ends_with("more than 300 directories inside each other"));
}
