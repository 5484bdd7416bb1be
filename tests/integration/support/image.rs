//! Images that tests make: busybox, with layers and a configuration over it.

use rcon::oci::digest::Digest;
use serde_json::{Value, json};
use std::path::Path;
use std::process::Command;
use std::sync::OnceLock;

/// A layer in the making: a tar archive. Names are written as they are, hostile ones too.
pub(crate) struct Layer(tar::Builder<Vec<u8>>);

impl Layer {
    pub(crate) fn new() -> Self {
        Self(tar::Builder::new(Vec::new()))
    }

    /// A file, of root.
    pub(crate) fn file(self, name: &str, mode: u32, content: impl AsRef<[u8]>) -> Self {
        self.entry(name, tar::EntryType::Regular, mode, "", content.as_ref())
    }

    /// A folder, of root.
    pub(crate) fn folder(self, name: &str, mode: u32) -> Self {
        self.entry(name, tar::EntryType::Directory, mode, "", b"")
    }

    /// A symbolic link.
    pub(crate) fn link(self, name: &str, target: &str) -> Self {
        self.entry(name, tar::EntryType::Symlink, 0o777, target, b"")
    }

    /// A hard link.
    pub(crate) fn hard_link(self, name: &str, target: &str) -> Self {
        self.entry(name, tar::EntryType::Link, 0o644, target, b"")
    }

    /// A device that only the real root can make: a disk.
    pub(crate) fn disk(self, name: &str) -> Self {
        self.entry(name, tar::EntryType::Block, 0o666, "", b"")
    }

    fn entry(mut self, name: &str, kind: tar::EntryType, mode: u32, target: &str, content: &[u8]) -> Self {
        let mut header = tar::Header::new_gnu();
        header.set_entry_type(kind);
        header.set_mode(mode);
        header.set_uid(0);
        header.set_gid(0);
        header.set_mtime(1_700_000_000);
        header.set_size(content.len() as u64);
        let old = header.as_old_mut();
        old.name[..name.len()].copy_from_slice(name.as_bytes());
        old.linkname[..target.len()].copy_from_slice(target.as_bytes());
        if kind == tar::EntryType::Block {
            header.set_device_major(8).unwrap();
            header.set_device_minor(0).unwrap();
        }
        header.set_cksum();
        self.0.append(&header, content).unwrap();
        self
    }

    /// The archive.
    pub(crate) fn archive(self) -> Vec<u8> {
        self.0.into_inner().unwrap()
    }
}

/// What images call this machine.
pub(crate) const ARCHITECTURE: &str = if cfg!(target_arch = "aarch64") { "arm64" } else { "amd64" };

/// An image: layers, the lowest first, and what its configuration says of containers.
#[derive(Clone)]
pub(crate) struct Image {
    pub(super) layers: Vec<Vec<u8>>,
    pub(super) architecture: &'static str,
    config: Value,
}

impl Image {
    /// No layer, nothing said.
    pub(crate) fn empty() -> Self {
        Self { layers: Vec::new(), architecture: ARCHITECTURE, config: json!({}) }
    }

    /// busybox with all its applets.
    pub(crate) fn busybox() -> Self {
        Self { layers: vec![Self::busybox_tree()], ..Self::empty() }
    }

    /// The tree of busybox as a tar archive.
    pub(crate) fn busybox_tree() -> Vec<u8> {
        static TREE: OnceLock<Vec<u8>> = OnceLock::new();
        TREE.get_or_init(busybox_tree).clone()
    }

    /// One more layer on top.
    pub(crate) fn layer(mut self, layer: Layer) -> Self {
        self.layers.push(layer.archive());
        self
    }

    /// Its configuration: `Env`, `Cmd`, `WorkingDir` and so on.
    pub(crate) fn config(mut self, config: Value) -> Self {
        self.config = config;
        self
    }

    /// For another machine than this one, as its configuration says.
    pub(crate) fn architecture(mut self, architecture: &'static str) -> Self {
        self.architecture = architecture;
        self
    }

    /// Its configuration as a file, by whose digest rcon knows it.
    pub(crate) fn config_file(&self) -> Vec<u8> {
        let digests: Vec<_> = self.layers.iter().map(|layer| Digest::of(layer).to_string()).collect();
        let config = json!({
            "architecture": self.architecture,
            "os": "linux",
            "created": "2026-01-02T03:04:05Z",
            "config": self.config,
            "rootfs": { "type": "layers", "diff_ids": digests },
        });
        serde_json::to_vec(&config).unwrap()
    }

    /// As `docker save` writes it, under `name`.
    pub(crate) fn archive(&self, name: &str) -> Vec<u8> {
        self.archive_with(&json!([format!("{name}:latest")]))
    }

    /// The same, with anything as its names.
    pub(crate) fn archive_with(&self, names: &Value) -> Vec<u8> {
        let digests: Vec<_> = self.layers.iter().map(|layer| Digest::of(layer)).collect();
        let config = self.config_file();
        let config_name = format!("{}.json", Digest::of(&config).hex());
        let files: Vec<_> = digests.iter().map(|digest| format!("{}/layer.tar", digest.hex())).collect();
        let manifest = json!([{ "Config": config_name, "RepoTags": names, "Layers": files }]);
        let mut archive = Layer::new().file(&config_name, 0o644, config);
        let mut written = std::collections::BTreeSet::new();
        for (file, layer) in files.iter().zip(&self.layers) {
            if written.insert(file) {
                archive = archive.file(file, 0o644, layer);
            }
        }
        archive.file("manifest.json", 0o644, serde_json::to_vec(&manifest).unwrap()).archive()
    }
}

fn busybox_tree() -> Vec<u8> {
    let program = ["/bin/busybox", "/usr/bin/busybox"].into_iter().find(|path| Path::new(path).exists());
    let program = program.expect("busybox is not installed: sudo apt-get install busybox-static");
    let listed = Command::new(program).arg("--list").output().unwrap();
    let mut layer = Layer::new();
    for folder in ["bin", "dev", "etc", "home", "proc", "root", "sys"] {
        layer = layer.folder(&format!("{folder}/"), 0o755);
    }
    layer = layer
        .folder("tmp/", 0o1777)
        .file("bin/busybox", 0o755, std::fs::read(program).unwrap())
        .file("etc/passwd", 0o644, "root:x:0:0:root:/root:/bin/sh\nuser:x:1000:1000::/home:/bin/sh\n")
        .file("etc/group", 0o644, "root:x:0:\nusers:x:100:user\nuser:x:1000:\n");
    for applet in String::from_utf8(listed.stdout).unwrap().lines().filter(|name| *name != "busybox") {
        layer = layer.link(&format!("bin/{applet}"), "busybox");
    }
    layer.archive()
}
