//! How long rcon takes beside its peers, as ratios from one run: the commands are called in turn, so that
//! what slows the machine down slows all of them down. podman, which cleans up behind its caller's back, has
//! turns of its own beside bubblewrap, or the next command would pay for that.
//!
//! `cargo bench` runs it; `RCON_BIN` names another binary, `ROUNDS` how often each command is called (40).
//! A peer that is not installed is left out, and said to be. Figures are whole processes, in
//! milliseconds of the wall clock, medians.

#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::unwrap_used,
    reason = "a program for the terminal"
)]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

const IMAGE: &str = "rcon-bench";

fn main() {
    let rounds = std::env::var("ROUNDS").ok().and_then(|rounds| rounds.parse().ok()).unwrap_or(40);
    let rcon = std::env::var("RCON_BIN").unwrap_or_else(|_| env!("CARGO_BIN_EXE_rcon").to_owned());
    let ground = Ground::make(&rcon);
    start(&ground, rounds);
    while_one_lives(&ground, rounds);
}

/// A busybox tree, an image of it, and a bundle for crun.
struct Ground {
    rcon: String,
    folder: PathBuf,
}

impl Ground {
    fn make(rcon: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("rcon-bench-{}", std::process::id()));
        let tree = folder.join("rootfs");
        for name in ["bin", "proc", "dev", "sys", "tmp", "etc"] {
            std::fs::create_dir_all(tree.join(name)).unwrap();
        }
        let busybox = ["/bin/busybox", "/usr/bin/busybox"].into_iter().find(|path| Path::new(path).exists());
        std::fs::copy(busybox.expect("busybox-static is needed"), tree.join("bin/busybox")).unwrap();
        for name in ["true", "sh", "sleep"] {
            std::os::unix::fs::symlink("busybox", tree.join("bin").join(name)).unwrap();
        }
        let tar = folder.join("rootfs.tar");
        succeed(&["tar", "-C", text(&tree), "-cf", text(&tar), "."]);
        succeed(&[rcon, "import", text(&tar), IMAGE]);
        let ground = Self { rcon: rcon.to_owned(), folder };
        if installed("crun") {
            succeed(&[
                "sh",
                "-c",
                &format!(
                    "cd {} && crun spec --rootless && sed -i 's/\"terminal\": true/\"terminal\": false/; s/\"sh\"/\"true\"/' config.json",
                    text(&ground.folder)
                ),
            ]);
        }
        if installed("podman") {
            succeed(&["podman", "import", "-q", text(&tar), IMAGE]);
        }
        ground
    }
}

impl Drop for Ground {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

fn installed(program: &str) -> bool {
    std::env::var("PATH")
        .unwrap_or_default()
        .split(':')
        .any(|folder| Path::new(folder).join(program).exists())
}

fn succeed(command: &[&str]) {
    let done = Command::new(command[0]).args(&command[1..]).stdout(Stdio::null()).status();
    assert!(done.is_ok_and(|status| status.success()), "{command:?} failed");
}

type Commands = Vec<(&'static str, Vec<String>)>;

fn command(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

/// The peers' way of starting one short container without a network.
fn peers(ground: &Ground) -> Commands {
    let tree = ground.folder.join("rootfs");
    let bundle = format!("cd {} && exec crun run bench-$$", text(&ground.folder));
    let mut peers: Commands = vec![
        (
            "bwrap",
            command(&[
                "bwrap",
                "--unshare-all",
                "--bind",
                text(&tree),
                "/",
                "--proc",
                "/proc",
                "--dev",
                "/dev",
                "/bin/true",
            ]),
        ),
        ("crun", command(&["sh", "-c", &bundle])),
        ("podman", command(&["podman", "run", "--rm", "--network", "none", IMAGE, "true"])),
    ];
    peers.retain(|(name, _)| {
        let there = installed(name);
        if !there {
            println!("({name} is not installed: left out)");
        }
        there
    });
    peers
}

fn run(ground: &Ground) -> Vec<String> {
    command(&[&ground.rcon, "run", "--rm", "--network", "none", IMAGE, "true"])
}

fn start(ground: &Ground, rounds: usize) {
    println!("\nThe first container (run --rm --network none … true):");
    let (podman, mut commands): (Commands, Commands) =
        peers(ground).into_iter().partition(|(name, _)| *name == "podman");
    commands.push(("rcon", run(ground)));
    show(&measure(&commands, rounds), "bwrap");
    let bwrap = commands.into_iter().filter(|(name, _)| *name == "bwrap");
    show(&measure(&podman.into_iter().chain(bwrap).collect(), rounds), "bwrap");
}

fn while_one_lives(ground: &Ground, rounds: usize) {
    let started = Command::new(&ground.rcon)
        .args(["run", "-d", "--network", "none", IMAGE, "sleep", "100000"])
        .output();
    let id = String::from_utf8(started.unwrap().stdout).unwrap().trim().to_owned();
    let pid = Command::new(&ground.rcon).args(["inspect", "-f", "{{.State.Pid}}", &id]).output().unwrap();
    let pid = String::from_utf8(pid.stdout).unwrap().trim().to_owned();
    println!("\nWhile another container of the user lives:");
    let mut commands = peers(ground);
    commands.retain(|(name, _)| *name != "podman");
    commands.push(("rcon", run(ground)));
    show(&measure(&commands, rounds), "bwrap");
    println!("\nexec … true:");
    let nsenter =
        ["nsenter", "-t", &pid, "-U", "-m", "-p", "-n", "-u", "-i", "--preserve-credentials", "true"];
    let commands =
        vec![("nsenter", command(&nsenter)), ("rcon", command(&[&ground.rcon, "exec", &id, "true"]))];
    show(&measure(&commands, rounds), "nsenter");
    println!("\nLists:");
    let mut commands = vec![
        ("rcon ps", command(&[&ground.rcon, "ps"])),
        ("rcon images", command(&[&ground.rcon, "images"])),
        ("rcon inspect", command(&[&ground.rcon, "inspect", &id])),
    ];
    if installed("podman") {
        commands.push(("podman ps", command(&["podman", "ps"])));
    }
    show(&measure(&commands, rounds), "rcon ps");
    memory();
    succeed(&[&ground.rcon, "rm", "-f", &id]);
}

/// Calls all commands in turn, `rounds` times after two calls that do not count.
fn measure(commands: &Commands, rounds: usize) -> BTreeMap<&'static str, Vec<f64>> {
    let mut times: BTreeMap<&'static str, Vec<f64>> = BTreeMap::new();
    for round in 0..rounds + 2 {
        for (name, words) in commands {
            let began = Instant::now();
            let status = Command::new(&words[0])
                .args(&words[1..])
                .stdin(Stdio::null())
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .status()
                .unwrap();
            assert!(status.success(), "{name} failed: {words:?}");
            if round >= 2 {
                times.entry(name).or_default().push(began.elapsed().as_secs_f64() * 1000.0);
            }
        }
    }
    times
}

fn show(times: &BTreeMap<&'static str, Vec<f64>>, reference: &str) {
    let median = |name: &str| times.get(name).map(|times| middle(times));
    let Some(unit) = median(reference) else { return };
    for (name, all) in times {
        let fastest = all.iter().copied().fold(f64::INFINITY, f64::min);
        println!(
            "  {name:14} median {:8.2} ms   fastest {fastest:8.2} ms   {:6.2} x {reference}",
            middle(all),
            middle(all) / unit
        );
    }
}

fn middle(times: &[f64]) -> f64 {
    let mut sorted = times.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted[sorted.len() / 2]
}

/// Private memory of all monitors: launcher and pump of the one container that lives.
fn memory() {
    println!("\nMemory of the monitor (private and dirty, kB):");
    for entry in std::fs::read_dir("/proc").unwrap().flatten() {
        let line = std::fs::read(entry.path().join("cmdline")).unwrap_or_default();
        if !line.starts_with(b"rcon-monitor\0") {
            continue;
        }
        let rollup = std::fs::read_to_string(entry.path().join("smaps_rollup")).unwrap_or_default();
        let dirty = rollup.lines().find_map(|line| line.strip_prefix("Private_Dirty:")).unwrap_or("?").trim();
        println!("  {}: {dirty}", entry.file_name().to_string_lossy());
    }
}
