//! Copies on real folders; every rule was tried with docker build first.

use super::*;
use crate::dockerfile::patterns::Patterns;
use crate::error::Result;
use std::fs;
use std::os::unix::fs::{FileTypeExt, MetadataExt, PermissionsExt, symlink};
use std::path::{Path, PathBuf};

mod copying;
mod digesting;
mod selecting;
mod unpacking;

/// A context, a target, and beside them a folder that nobody may touch.
struct Ground {
    base: tempfile::TempDir,
}

impl Ground {
    fn new() -> Self {
        let base = tempfile::tempdir().unwrap();
        for name in ["context", "target", "canary"] {
            fs::create_dir(base.path().join(name)).unwrap();
        }
        let ground = Self { base };
        ground.file("canary/secret", "untouched", 0o640);
        ground
    }

    /// One as a build finds it: files, folders, and links of all kinds.
    fn furnished() -> Self {
        let ground = Self::new();
        for (path, text, mode) in [
            ("a.txt", "a", 0o644),
            ("b.txt", "bb", 0o4755),
            ("d/f", "f", 0o644),
            ("d/sub/s", "s", 0o600),
            ("e/x", "x", 0o644),
            ("g/h/i/1.txt", "1", 0o644),
            ("g/h/j/2.txt", "2", 0o644),
            ("g/h/3.md", "3", 0o644),
        ] {
            ground.file(&format!("context/{path}"), text, mode);
        }
        ground.mode("context/d", 0o750);
        ground.mode("context/d/sub", 0o700);
        fs::hard_link(ground.path("context/d/f"), ground.path("context/d/f2")).unwrap();
        for (target, name) in [("a.txt", "la"), ("d", "ld"), ("ld", "lld"), ("nowhere", "dangling")] {
            ground.link(target, &format!("context/{name}"));
        }
        ground
    }

    fn path(&self, path: &str) -> PathBuf {
        self.base.path().join(path)
    }

    fn file(&self, path: &str, text: &str, mode: u32) {
        let path = self.path(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        let file = fs::File::create(&path).unwrap();
        std::io::Write::write_all(&mut &file, text.as_bytes()).unwrap();
        file.set_permissions(fs::Permissions::from_mode(mode)).unwrap();
    }

    fn mode(&self, path: &str, mode: u32) {
        fs::create_dir_all(self.path(path)).unwrap();
        fs::set_permissions(self.path(path), fs::Permissions::from_mode(mode)).unwrap();
    }

    fn link(&self, target: &str, path: &str) {
        symlink(target, self.path(path)).unwrap();
    }

    fn context(&self) -> Tree {
        Tree::open(&self.path("context"), Owners::Root).unwrap()
    }

    fn target(&self) -> Tree {
        Tree::open(&self.path("target"), Owners::Kept).unwrap()
    }

    fn select(&self, sources: &[&str]) -> Result<Selection> {
        let sources: Vec<String> = sources.iter().map(|source| (*source).to_owned()).collect();
        select(&self.context(), &Asked { sources: &sources, ..Asked::default() })
    }

    fn copy(&self, sources: &[&str], destination: &str) -> Result<Copied> {
        self.copy_as(sources, &Placing { destination, ..placing() })
    }

    fn copy_as(&self, sources: &[&str], how: &Placing<'_>) -> Result<Copied> {
        let copied = copy(&self.context(), &self.select(sources)?, &self.target(), how);
        self.check_canary();
        copied
    }

    /// What the target holds: `path mode`, `path -> link`, sorted.
    fn listed(&self) -> Vec<String> {
        let mut lines = Vec::new();
        list(&self.path("target"), "", &mut lines);
        lines
    }

    fn read(&self, path: &str) -> String {
        fs::read_to_string(self.path("target").join(path)).unwrap()
    }

    fn about(&self, path: &str) -> fs::Metadata {
        fs::symlink_metadata(self.path("target").join(path)).unwrap()
    }

    fn check_canary(&self) {
        assert_eq!(fs::read_dir(self.path("canary")).unwrap().count(), 1);
        let about = fs::symlink_metadata(self.path("canary/secret")).unwrap();
        assert_eq!((about.mode() & 0o7777, about.nlink(), about.len()), (0o640, 1, 9));
        assert_eq!(fs::read_dir(self.base.path()).unwrap().count(), 3);
    }
}

/// Whether files can be given away here: not by an ordinary user, nor where one id only is mapped.
fn gives_away() -> bool {
    let folder = tempfile::tempdir().unwrap();
    std::os::unix::fs::chown(folder.path(), Some(9), Some(9)).is_ok()
}

/// How copies are put when a test does not care.
fn placing<'a>() -> Placing<'a> {
    let ownership = if gives_away() { Ownership::Applied } else { Ownership::Ignored };
    Placing { destination: "/", ownership, ..Placing::default() }
}

fn list(folder: &Path, below: &str, lines: &mut Vec<String>) {
    let mut names: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    names.sort();
    for name in names {
        let name = name.into_string().unwrap();
        let path = folder.join(&name);
        let about = fs::symlink_metadata(&path).unwrap();
        let shown = format!("{below}{name}");
        let mode = about.mode() & 0o7777;
        if about.is_symlink() {
            lines.push(format!("{shown} -> {}", fs::read_link(&path).unwrap().display()));
        } else if about.is_dir() {
            lines.push(format!("{shown}/ {mode:o}"));
            list(&path, &format!("{shown}/"), lines);
        } else {
            lines.push(format!("{shown} {mode:o}"));
        }
    }
}
