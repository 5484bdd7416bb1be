//! What changes the digest of a selection, and what does not.

use super::*;
use crate::oci::digest::Digest;
use std::time::{Duration, Instant, SystemTime};

impl Ground {
    fn digest(&self, sources: &[&str]) -> Digest {
        self.digest_knowing(sources, &mut Known::default()).digest
    }

    fn digest_knowing(&self, sources: &[&str], known: &mut Known) -> Digested {
        digest(&self.context(), &self.select(sources).unwrap(), known).unwrap()
    }
}

#[test]
fn whatever_a_copy_would_show_counts() {
    let ground = Ground::furnished();
    let before = ground.digest(&["."]);
    assert_eq!(ground.digest(&["/"]), before);
    type Change = fn(&Ground);
    let changes: [(&str, Change); 9] = [
        ("content", |ground| ground.file("context/a.txt", "b", 0o644)),
        ("mode", |ground| ground.mode("context/d/sub", 0o755)),
        ("name", |ground| fs::rename(ground.path("context/e/x"), ground.path("context/e/y")).unwrap()),
        ("new", |ground| ground.file("context/e/z", "", 0o644)),
        ("empty folder", |ground| fs::create_dir(ground.path("context/e/w")).unwrap()),
        ("link", |ground| {
            fs::remove_file(ground.path("context/la")).unwrap();
            ground.link("b.txt", "context/la");
        }),
        ("gone", |ground| fs::remove_file(ground.path("context/g/h/3.md")).unwrap()),
        ("two files instead of one", |ground| {
            fs::remove_file(ground.path("context/d/f2")).unwrap();
            ground.file("context/d/f2", "f", 0o644);
        }),
        ("kind", |ground| {
            fs::remove_file(ground.path("context/e/z")).unwrap();
            fs::create_dir(ground.path("context/e/z")).unwrap();
        }),
    ];
    let mut seen = vec![before];
    for (what, change) in changes {
        change(&ground);
        let digest = ground.digest(&["."]);
        assert!(!seen.contains(&digest), "{what}");
        seen.push(digest);
    }
}

#[test]
fn times_places_and_what_is_not_taken_do_not_count() {
    let ground = Ground::furnished();
    let before = ground.digest(&["d", "a.txt"]);
    let old = SystemTime::now() - Duration::from_secs(9999);
    fs::File::open(ground.path("context/d/sub/s")).unwrap().set_modified(old).unwrap();
    ground.file("context/e/other", "", 0o644);
    ground.mode("context/d", 0o700);
    assert_eq!(ground.digest(&["d", "a.txt"]), before);
    fs::rename(ground.path("context/d"), ground.path("context/moved")).unwrap();
    assert_eq!(ground.digest(&["moved", "a.txt"]), before);
    assert_ne!(ground.digest(&["a.txt", "moved"]), before, "the last one wins");
    assert_ne!(ground.digest(&["a.txt"]), ground.digest(&["la"]), "the name counts");
}

#[test]
fn owners_of_a_stage_count_and_those_of_a_context_do_not() {
    if !gives_away() {
        return;
    }
    let ground = Ground::furnished();
    let of = |owners: Owners| {
        let tree = Tree::open(&ground.path("context"), owners).unwrap();
        digest(&tree, &ground.select(&["d"]).unwrap(), &mut Known::default()).unwrap().digest
    };
    let before = (of(Owners::Root), of(Owners::Kept));
    std::os::unix::fs::chown(ground.path("context/d/sub"), Some(9), Some(9)).unwrap();
    assert_eq!(of(Owners::Root), before.0);
    assert_ne!(of(Owners::Kept), before.1);
}

#[test]
fn attributes_count() {
    use rustix::fs::{XattrFlags, setxattr};
    let ground = Ground::furnished();
    let mut seen = vec![ground.digest(&["."])];
    for (path, name, value) in
        [("d/f", "user.a", "1"), ("d/f", "user.a", "2"), ("d/sub", "user.a", "1"), ("d/sub", "user.b", "1")]
    {
        let path = ground.path("context").join(path);
        if setxattr(&path, name, value.as_bytes(), XattrFlags::empty()).is_err() {
            return;
        }
        let digest = ground.digest(&["."]);
        assert!(!seen.contains(&digest));
        seen.push(digest);
    }
    setxattr(ground.path("context/d/f"), "user.overlay.opaque", b"y", XattrFlags::empty()).unwrap();
    assert_eq!(seen.last(), Some(&ground.digest(&["."])), "what is not copied does not count");
}

#[test]
fn a_file_that_is_known_is_not_read_again() {
    let ground = Ground::furnished();
    let mut known = Known::default();
    let first = ground.digest_knowing(&["."], &mut known);
    assert_eq!((first.bytes, first.read), (10, 10));
    // What was just written is not remembered; so wait until it is old enough.
    std::thread::sleep(Duration::from_millis(2100));
    let second = ground.digest_knowing(&["."], &mut known);
    let third = ground.digest_knowing(&["."], &mut known);
    assert_eq!((second.digest, third.digest), (first.digest, first.digest));
    assert_eq!((second.read > 0, third.read), (true, 0));
    ground.file("context/a.txt", "z", 0o644);
    let fourth = ground.digest_knowing(&["."], &mut known);
    assert_eq!(fourth.read, 1);
    assert_ne!(fourth.digest, first.digest);
}

#[test]
#[ignore = "a measurement: 50,000 files"]
fn many_files_are_looked_at_quickly() {
    let ground = Ground::new();
    for folder in 0..500 {
        for file in 0..100 {
            ground.file(&format!("context/p{folder}/f{file}"), "some text", 0o644);
        }
    }
    std::thread::sleep(Duration::from_millis(2100));
    let path = ground.path("target/known");
    let ignore = Patterns::parse_ignore_file(b".git\n**/*.pyc\nnode_modules\n*.md\n!README.md\n").unwrap();
    for round in ["cold", "known", "known, with .dockerignore"] {
        let began = Instant::now();
        let mut known = Known::load(&path);
        let loaded = began.elapsed();
        let sources = [".".to_owned()];
        let ignore = round.contains("ignore").then_some(&ignore);
        let asked = Asked { sources: &sources, ignore, ..Asked::default() };
        let selection = select(&ground.context(), &asked).unwrap();
        let found = digest(&ground.context(), &selection, &mut known).unwrap();
        let hashed = began.elapsed();
        known.save().unwrap();
        let times = (loaded, hashed - loaded, began.elapsed() - hashed);
        assert!(found.entries == 50_500, "{round}: {times:?}");
        rustix::io::write(rustix::stdio::stderr(), format!("{round}: {times:?} {}\n", found.read).as_bytes())
            .unwrap();
    }
}
