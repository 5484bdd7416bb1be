//! What an archive of `rcon save` holds: the tree of its layers, the layers, the configuration.

use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;

/// A file of an image.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Entry {
    /// `file`, `dir`, `link`, `fifo`.
    pub(super) kind: &'static str,
    pub(super) mode: u32,
    /// `uid:gid`.
    pub(super) owner: String,
    /// Content of a file, target of a link.
    pub(super) content: Vec<u8>,
}

/// An image, as it was saved.
pub(super) struct Saved {
    /// By absolute path.
    pub(super) tree: BTreeMap<String, Entry>,
    /// What each layer lists, whiteouts as well; the lowest first.
    pub(super) layers: Vec<BTreeSet<String>>,
    pub(super) config: Value,
}

impl Saved {
    pub(super) fn read(archive: &[u8]) -> Self {
        let mut files = BTreeMap::new();
        for entry in tar::Archive::new(archive).entries().unwrap() {
            let mut entry = entry.unwrap();
            let name = entry.path().unwrap().to_string_lossy().into_owned();
            let mut content = Vec::new();
            entry.read_to_end(&mut content).unwrap();
            files.insert(name, content);
        }
        let manifest: Value = serde_json::from_slice(&files["manifest.json"]).unwrap();
        let config = serde_json::from_slice(&files[manifest[0]["Config"].as_str().unwrap()]).unwrap();
        let mut saved = Self { tree: BTreeMap::new(), layers: Vec::new(), config };
        for layer in manifest[0]["Layers"].as_array().unwrap() {
            saved.apply(&files[layer.as_str().unwrap()]);
        }
        saved
    }

    fn apply(&mut self, layer: &[u8]) {
        let listed: Vec<(String, Entry, bool)> =
            tar::Archive::new(layer).entries().unwrap().map(|entry| entry_of(entry.unwrap())).collect();
        for (path, ..) in &listed {
            let (folder, name) = path.rsplit_once('/').unwrap();
            match name.strip_prefix(".wh.") {
                Some(".wh..opq") => self.tree.retain(|known, _| !is_below(known, folder)),
                Some(gone) => self.remove(&format!("{folder}/{gone}")),
                None => {}
            }
        }
        self.layers.push(listed.iter().map(|(path, ..)| path.clone()).collect());
        let is_whiteout = |path: &str| path.rsplit('/').next().unwrap_or_default().starts_with(".wh.");
        for (path, mut entry, is_hard_link) in listed.into_iter().filter(|(path, ..)| !is_whiteout(path)) {
            if is_hard_link {
                entry = self.tree[&absolute(&String::from_utf8_lossy(&entry.content))].clone();
            }
            let stays = entry.kind == "dir" && self.tree.get(&path).is_some_and(|known| known.kind == "dir");
            if !stays {
                self.remove(&path);
            }
            self.tree.insert(path, entry);
        }
    }

    fn remove(&mut self, path: &str) {
        self.tree.retain(|known, _| known != path && !is_below(known, path));
    }
}

fn is_below(path: &str, folder: &str) -> bool {
    path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'))
}

fn absolute(name: &str) -> String {
    format!("/{}", name.trim_start_matches("./").trim_matches('/'))
}

/// Its path, what it is, and whether it is a hard link.
fn entry_of(mut entry: tar::Entry<'_, &[u8]>) -> (String, Entry, bool) {
    let path = absolute(&String::from_utf8_lossy(&entry.path_bytes()));
    let kind = entry.header().entry_type();
    let mut content = Vec::new();
    match entry.link_name_bytes() {
        Some(target) => content.extend_from_slice(&target),
        None => drop(entry.read_to_end(&mut content).unwrap()),
    }
    let header = entry.header();
    let told = match kind {
        tar::EntryType::Directory => "dir",
        tar::EntryType::Symlink => "link",
        tar::EntryType::Fifo => "fifo",
        _ => "file",
    };
    let owner = format!("{}:{}", header.uid().unwrap(), header.gid().unwrap());
    let mode = header.mode().unwrap() & 0o7777;
    (path, Entry { kind: told, mode, owner, content }, kind == tar::EntryType::Link)
}
