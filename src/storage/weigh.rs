//! How much is in a folder.

use std::collections::HashSet;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

/// The bytes of all files below `folder`, each once however many names it has. What the caller may not
/// read, as files of subordinate ids outside of U0, is not counted.
pub fn weigh(folder: &Path) -> u64 {
    let mut bytes = 0;
    let mut linked = HashSet::new();
    let mut folders: Vec<PathBuf> = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        let Ok(entries) = std::fs::read_dir(&folder) else { continue };
        for entry in entries.flatten() {
            let Ok(kind) = entry.metadata() else { continue };
            if kind.is_dir() {
                folders.push(entry.path());
            } else if kind.nlink() < 2 || linked.insert((kind.dev(), kind.ino())) {
                bytes += kind.len();
            }
        }
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::durable;

    #[test]
    fn a_file_with_two_names_counts_once_and_what_is_hidden_not_at_all() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        std::fs::create_dir_all(path("a/b")).unwrap();
        durable::replace(&path("a/b/file"), b"12345").unwrap();
        std::fs::hard_link(path("a/b/file"), path("again")).unwrap();
        std::os::unix::fs::symlink("a/b", path("link")).unwrap();
        assert_eq!(weigh(folder.path()), 5 + 3);
        assert_eq!(weigh(&path("missing")), 0);
    }
}
