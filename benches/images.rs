//! How long rcon takes to pull, push and load an image beside podman, as ratios from one run.
//!
//! `cargo bench --bench images` runs it; `RCON_BIN` names another binary, `ROUNDS` how often each command is
//! called (5). The image is made here, the same each time: 270 MB in four layers and some six thousand
//! files, text and noise, packed by gzip. It comes from a docker-registry on loopback. A program that is
//! not installed is left out, and said to be. Every pull and load is into an empty store.
//!
//! Figures are whole processes, medians, in milliseconds of the wall clock; memory is the largest resident
//! set of any process of a command. The limit is what the same bytes take in one process that unpacks gzip
//! and writes files, and does nothing else.

#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::unwrap_used,
    reason = "a program for the terminal"
)]

use nix::sys::resource::{UsageWho, getrusage};
use rcon::oci::digest::Digest;
use serde_json::json;
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Instant;

const LAYERS: [usize; 4] = [120 << 20, 80 << 20, 50 << 20, 20 << 20];
/// Of each layer.
const SMALL_FILES: usize = 1500;
const LARGE_FILE: usize = 4 << 20;
/// The argument that has this program measure a command.
const MEASURED: &str = "--measured";

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let Some((MEASURED, command)) = arguments.split_first().map(|(first, rest)| (first.as_str(), rest)) {
        return measured(command);
    }
    let rounds = std::env::var("ROUNDS").ok().and_then(|rounds| rounds.parse().ok()).unwrap_or(5);
    let ground = Ground::make();
    let mut figures = Figures::default();
    for round in 0..=rounds {
        let limit = limit(&ground);
        // The first round fills the caches.
        if round > 0 {
            figures.note("limit", "limit", limit, 0);
        }
        for tool in &ground.tools {
            for (verb, (milliseconds, kilobytes)) in one_round(&ground, *tool) {
                if round > 0 {
                    figures.note(verb, tool.name(), milliseconds, kilobytes);
                }
            }
        }
    }
    figures.show();
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Tool {
    Rcon,
    Podman,
}

impl Tool {
    fn name(self) -> &'static str {
        match self {
            Self::Rcon => "rcon",
            Self::Podman => "podman",
        }
    }

    /// A call with its store in `store`.
    fn call(self, ground: &Ground, store: &Path, words: &[&str]) -> Vec<String> {
        let path = |name: &str| text(&store.join(name)).to_owned();
        let mut command = match self {
            Self::Rcon => vec![
                "env".to_owned(),
                format!("RCON_ROOT={}", path("data")),
                format!("RCON_RUNTIME={}", path("runtime")),
                ground.rcon.clone(),
            ],
            Self::Podman => {
                ["podman", "--root", &path("data"), "--runroot", &path("runtime")].map(String::from).into()
            }
        };
        let (verb, rest) = words.split_first().unwrap();
        command.push((*verb).to_owned());
        if self == Self::Podman && matches!(*verb, "pull" | "push") {
            command.push("--tls-verify=false".to_owned());
        }
        command.extend(rest.iter().map(|word| (*word).to_owned()));
        command
    }
}

/// What each verb took, in milliseconds and kilobytes.
fn one_round(ground: &Ground, tool: Tool) -> Vec<(&'static str, (f64, u64))> {
    let mut taken = Vec::new();
    let call = |store: &Path, words: &[&str]| measure(&tool.call(ground, store, words));
    if let Some(registry) = &ground.registry {
        let store = ground.store("pulled");
        taken.push(("pull", call(&store, &["pull", "-q", &registry.image])));
        taken.push(("pull again", call(&store, &["pull", "-q", &registry.image])));
        taken.push(("push unchanged", call(&store, &["push", "-q", &registry.image])));
        remove(&store, tool);
    }
    let store = ground.store("loaded");
    taken.push(("load", call(&store, &["load", "-q", "-i", text(&ground.archive)])));
    remove(&store, tool);
    taken
}

/// Calls a command through this program, which has little memory itself: a child begins with its parent's.
fn measure(command: &[String]) -> (f64, u64) {
    let own = std::env::current_exe().unwrap();
    let out = Command::new(own).arg(MEASURED).args(command).stdin(Stdio::null()).output().unwrap();
    assert!(out.status.success(), "{command:?} failed: {}", String::from_utf8_lossy(&out.stderr));
    let line = String::from_utf8(out.stdout).unwrap();
    let (milliseconds, kilobytes) = line.trim().split_once(' ').unwrap();
    (milliseconds.parse().unwrap(), kilobytes.parse().unwrap())
}

fn measured(command: &[String]) {
    let began = Instant::now();
    let status = Command::new(&command[0]).args(&command[1..]).stdout(Stdio::null()).status().unwrap();
    let milliseconds = began.elapsed().as_secs_f64() * 1000.0;
    assert!(status.success(), "{status}");
    println!("{milliseconds} {}", getrusage(UsageWho::RUSAGE_CHILDREN).unwrap().max_rss());
}

/// Unpacks gzip and writes.
fn limit(ground: &Ground) -> f64 {
    let folder = ground.store("limit");
    let began = Instant::now();
    let mut buffer = vec![0; 1 << 20];
    for (number, layer) in ground.packed.iter().enumerate() {
        let mut source = flate2::bufread::GzDecoder::new(BufReader::new(File::open(layer).unwrap()));
        let mut to = File::create(folder.join(number.to_string())).unwrap();
        while let count @ 1.. = source.read(&mut buffer).unwrap() {
            to.write_all(&buffer[..count]).unwrap();
        }
    }
    let milliseconds = began.elapsed().as_secs_f64() * 1000.0;
    std::fs::remove_dir_all(folder).unwrap();
    milliseconds
}

/// The image in all its forms, and the registry that has it.
struct Ground {
    rcon: String,
    folder: PathBuf,
    tools: Vec<Tool>,
    archive: PathBuf,
    packed: Vec<PathBuf>,
    registry: Option<Registry>,
}

impl Ground {
    fn make() -> Self {
        let rcon = std::env::var("RCON_BIN").unwrap_or_else(|_| env!("CARGO_BIN_EXE_rcon").to_owned());
        let folder = std::env::temp_dir().join(format!("rcon-bench-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let mut tools = vec![Tool::Rcon];
        if there("podman") {
            tools.push(Tool::Podman);
        }
        let layers: Vec<_> = (1..).zip(LAYERS).map(|(seed, size)| layer(seed, size)).collect();
        let config = config(&layers);
        let archive = folder.join("image.tar");
        write_archive(&archive, &config, &layers);
        let packed: Vec<_> = layers.iter().map(|layer| packed(layer)).collect();
        drop(layers);
        let files: Vec<_> = (0..packed.len()).map(|number| folder.join(format!("{number}.gz"))).collect();
        for (file, bytes) in files.iter().zip(&packed) {
            File::create(file).unwrap().write_all(bytes).unwrap();
        }
        let registry = there("docker-registry").then(|| Registry::start(&folder, &config, &packed));
        Self { rcon, folder, tools, archive, packed: files, registry }
    }

    fn store(&self, name: &str) -> PathBuf {
        let store = self.folder.join(name);
        std::fs::create_dir_all(&store).unwrap();
        store
    }
}

impl Drop for Ground {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// podman's own way, where files are not the user's.
fn remove(store: &Path, tool: Tool) {
    if std::fs::remove_dir_all(store).is_err() && tool == Tool::Podman {
        let _ = Command::new("podman").args(["unshare", "rm", "-rf", text(store)]).status();
    }
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

fn there(program: &str) -> bool {
    let path = std::env::var("PATH").unwrap_or_default();
    let there = path.split(':').any(|folder| Path::new(folder).join(program).exists());
    if !there {
        println!("({program} is not installed: left out)");
    }
    there
}

/// xorshift64*: the same numbers each time.
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    fn below(&mut self, limit: usize) -> usize {
        (self.next() >> 33) as usize % limit
    }

    /// Half of what compresses is lines of words, the rest records of numbers that grow.
    fn content(&mut self, length: usize) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(length + 64);
        match self.below(10) {
            0..3 => {
                while bytes.len() < length {
                    bytes.extend_from_slice(&self.next().to_le_bytes());
                }
            }
            3..7 => {
                while bytes.len() < length {
                    let word = (self.below(2000) as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
                    let letters = word.to_be_bytes().map(|byte| b'a' + byte % 26);
                    bytes.extend_from_slice(&letters[..3 + (word % 6) as usize]);
                    bytes.push(if self.below(12) == 0 { b'\n' } else { b' ' });
                }
            }
            _ => {
                let mut count = self.next() as u32;
                while bytes.len() < length {
                    count = count.wrapping_add(self.below(300) as u32);
                    bytes.extend_from_slice(&count.to_le_bytes());
                    bytes.extend_from_slice(&[0, 0, self.below(4) as u8, 0x7f]);
                }
            }
        }
        bytes.truncate(length);
        bytes
    }
}

/// A layer of `size` bytes, as a tar archive.
fn layer(seed: u64, size: usize) -> Vec<u8> {
    let mut numbers = Numbers(seed);
    let mut archive = tar::Builder::new(Vec::with_capacity(size + (8 << 20)));
    let mut written = 0;
    let mut file = |name: &str, content: &[u8]| {
        let mut header = tar::Header::new_gnu();
        header.set_size(content.len() as u64);
        header.set_mode(0o644);
        header.set_mtime(1_700_000_000);
        archive.append_data(&mut header, name, content).unwrap();
    };
    for number in 0..SMALL_FILES {
        let length = 200 + numbers.below(20_000);
        file(&format!("usr/layer{seed}/{}/{number}", number % 40), &numbers.content(length));
        written += length;
    }
    for number in 0.. {
        let length = LARGE_FILE.min(size.saturating_sub(written));
        if length == 0 {
            break;
        }
        file(&format!("usr/layer{seed}/large/{number}"), &numbers.content(length));
        written += length;
    }
    archive.into_inner().unwrap()
}

fn config(layers: &[Vec<u8>]) -> Vec<u8> {
    let diff_ids: Vec<_> = layers.iter().map(|layer| Digest::of(layer).to_string()).collect();
    let architecture = if cfg!(target_arch = "aarch64") { "arm64" } else { "amd64" };
    let config = json!({
        "architecture": architecture, "os": "linux", "created": "2026-01-02T03:04:05Z",
        "config": {}, "rootfs": { "type": "layers", "diff_ids": diff_ids },
    });
    serde_json::to_vec(&config).unwrap()
}

/// As docker's `save` writes it.
fn write_archive(path: &Path, config: &[u8], layers: &[Vec<u8>]) {
    let mut archive = tar::Builder::new(File::create(path).unwrap());
    let mut file = |name: &str, content: &[u8]| {
        let mut header = tar::Header::new_gnu();
        header.set_size(content.len() as u64);
        header.set_mode(0o644);
        archive.append_data(&mut header, name, content).unwrap();
    };
    let names: Vec<_> = layers.iter().map(|layer| format!("{}.tar", Digest::of(layer).hex())).collect();
    for (name, layer) in names.iter().zip(layers) {
        file(name, layer);
    }
    file("config.json", config);
    let manifest = json!([{ "Config": "config.json", "RepoTags": ["bench:latest"], "Layers": names }]);
    file("manifest.json", manifest.to_string().as_bytes());
    archive.finish().unwrap();
}

fn packed(layer: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::new(6));
    encoder.write_all(layer).unwrap();
    encoder.finish().unwrap()
}

/// docker-registry with the image in its storage.
struct Registry {
    child: Child,
    image: String,
}

impl Registry {
    fn start(folder: &Path, config: &[u8], packed: &[Vec<u8>]) -> Self {
        let storage = folder.join("registry");
        let bytes: usize = packed.iter().map(Vec::len).sum();
        println!("The image: {} MB, packed {} MB", LAYERS.iter().sum::<usize>() >> 20, bytes >> 20);
        publish(&storage.join("docker/registry/v2"), config, packed);
        let settings = format!(
            "version: 0.1\n\
             log: {{level: info, accesslog: {{disabled: true}}}}\n\
             storage: {{filesystem: {{rootdirectory: {}}}}}\n\
             http: {{addr: \"127.0.0.1:0\", secret: bench}}\n",
            text(&storage)
        );
        let file = folder.join("registry.yml");
        File::create(&file).unwrap().write_all(settings.as_bytes()).unwrap();
        let mut child = Command::new("docker-registry")
            .args(["serve", text(&file)])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines().map_while(Result::ok);
        let port = lines.by_ref().find_map(|line| {
            line.split("listening on 127.0.0.1:").nth(1)?.split('"').next().map(String::from)
        });
        std::thread::spawn(move || lines.for_each(drop));
        let port = port.expect("docker-registry does not start");
        Self { child, image: format!("localhost:{port}/bench:latest") }
    }
}

impl Drop for Registry {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Writes the image as docker-registry keeps images.
fn publish(storage: &Path, config: &[u8], packed: &[Vec<u8>]) {
    let names = storage.join("repositories/bench");
    let put = |path: PathBuf, bytes: &[u8]| {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        File::create(path).unwrap().write_all(bytes).unwrap();
    };
    let link = |folder: PathBuf, hex: &str| put(folder.join("link"), format!("sha256:{hex}").as_bytes());
    let blob = |bytes: &[u8]| {
        let hex = Digest::of(bytes).hex();
        put(storage.join("blobs/sha256").join(&hex[..2]).join(&hex).join("data"), bytes);
        hex
    };
    let describe = |kind: &str, bytes: &[u8]| {
        let hex = blob(bytes);
        link(names.join("_layers/sha256").join(&hex), &hex);
        let media_type = format!("application/vnd.oci.image.{kind}");
        json!({ "mediaType": media_type, "digest": format!("sha256:{hex}"), "size": bytes.len() })
    };
    let manifest = json!({
        "schemaVersion": 2,
        "mediaType": "application/vnd.oci.image.manifest.v1+json",
        "config": describe("config.v1+json", config),
        "layers": packed.iter().map(|layer| describe("layer.v1.tar+gzip", layer)).collect::<Vec<_>>(),
    });
    let hex = blob(manifest.to_string().as_bytes());
    link(names.join("_manifests/revisions/sha256").join(&hex), &hex);
    link(names.join("_manifests/tags/latest/index/sha256").join(&hex), &hex);
    link(names.join("_manifests/tags/latest/current"), &hex);
}

/// By verb and tool: milliseconds, and the most kilobytes.
#[derive(Default)]
struct Figures(BTreeMap<(&'static str, &'static str), (Vec<f64>, u64)>);

impl Figures {
    fn note(&mut self, verb: &'static str, tool: &'static str, milliseconds: f64, kilobytes: u64) {
        let (times, most) = self.0.entry((verb, tool)).or_default();
        times.push(milliseconds);
        *most = kilobytes.max(*most);
    }

    fn median(&self, verb: &'static str, tool: &'static str) -> Option<f64> {
        let mut times = self.0.get(&(verb, tool))?.0.clone();
        times.sort_by(f64::total_cmp);
        Some(times[times.len() / 2])
    }

    fn show(&self) {
        let limit = self.median("limit", "limit").unwrap_or(f64::NAN);
        println!(
            "\n{:16}{:8}{:>12}{:>10}{:>10}{:>12}",
            "", "", "median ms", "x limit", "x podman", "peak MB"
        );
        println!("{:16}{:8}{limit:12.0}", "limit", "");
        for verb in ["pull", "pull again", "push unchanged", "load"] {
            for tool in ["rcon", "podman"] {
                let Some(median) = self.median(verb, tool) else { continue };
                let ratio = match self.median(verb, "podman") {
                    Some(podman) => format!("{:10.2}", median / podman),
                    None => format!("{:>10}", "-"),
                };
                let peak = self.0[&(verb, tool)].1 as f64 / 1024.0;
                println!("{verb:16}{tool:8}{median:12.0}{:10.2}{ratio}{peak:12.1}", median / limit);
            }
        }
    }
}
