//! How much a container takes on disk.

use super::row::Size;
use crate::engine::host::Engine;
use crate::engine::record::Record;
use crate::ids::ContainerId;
use std::collections::{HashMap, HashSet};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

/// Weighs containers. Layers are weighed once, since many containers share them.
#[derive(Debug)]
pub struct Scale<'a> {
    engine: &'a Engine,
    layers: HashMap<String, u64>,
}

impl<'a> Scale<'a> {
    /// A scale for the containers of one store.
    pub fn new(engine: &'a Engine) -> Self {
        Self { engine, layers: HashMap::new() }
    }

    /// What can be read of a container and its image: files of subordinate ids may hide some.
    pub fn weigh(&mut self, id: &ContainerId, record: Option<&Record>) -> Size {
        let own = weigh_folder(&self.engine.containers.folder(id).join("upper"));
        let mut with_image = own;
        for layer in record.iter().flat_map(|record| &record.layers) {
            if let Some(known) = self.layers.get(layer) {
                with_image += known;
                continue;
            }
            let bytes = weigh_folder(&self.engine.paths.data.join("layers").join(layer));
            self.layers.insert(layer.clone(), bytes);
            with_image += bytes;
        }
        Size { own, with_image }
    }
}

/// The bytes of all files below `folder`, each once however many names it has.
fn weigh_folder(folder: &Path) -> u64 {
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
        assert_eq!(weigh_folder(folder.path()), 5 + 3);
        assert_eq!(weigh_folder(&path("missing")), 0);
    }
}
