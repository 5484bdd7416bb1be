//! What a build costs beside podman's and docker's, as ratios from one run.
//!
//! `cargo bench --bench build` runs all of it; `-- ten cached files stages` some. Words in the environment:
//!
//! - `RCON_BIN`: another binary of rcon; `PODMAN`, `DOCKER`: what runs the peers, such as `sudo docker`, its words
//!   parted by blanks; a peer that does not answer is left out, and that is said;
//! - `BUSYBOX`: a static busybox, of which the base image is made (/bin/busybox);
//! - `ROUNDS`: how often each build is called (3); `FILES`: how many the large context has (50,000).
//!
//! Figures are medians of whole processes in milliseconds of the wall clock, called in turn; "met" and "MISSED" judge
//! what rcon asks of itself.

#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a program for the terminal"
)]

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// A tool that builds.
struct Tool {
    name: &'static str,
    command: Vec<String>,
    /// What makes it keep layers for later builds.
    keeps: &'static [&'static str],
}

impl Tool {
    fn command(&self) -> Command {
        let mut command = Command::new(&self.command[0]);
        command.args(&self.command[1..]).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        command
    }

    /// Builds once; gives the time it took.
    fn build(&self, arguments: &[&str], context: &Path) -> Duration {
        let begun = Instant::now();
        let status =
            self.command().arg("build").args(self.keeps).args(arguments).arg(context).status().unwrap();
        assert!(status.success(), "{}: build {arguments:?} failed", self.name);
        begun.elapsed()
    }

    /// Gets the base image, if the tool is there at all.
    fn prepare(&self, tar: &Path) -> bool {
        let input = std::fs::File::open(tar).unwrap();
        let imported = self.command().args(["import", "-", "bench-base"]).stdin(input).status();
        imported.is_ok_and(|status| status.success())
    }
}

/// What all parts stand on.
struct Ground {
    folder: PathBuf,
    tools: Vec<Tool>,
    rounds: usize,
}

impl Ground {
    fn make() -> Self {
        let folder = std::env::temp_dir().join(format!("rcon-bench-build-{}", std::process::id()));
        let root = folder.join("base");
        std::fs::create_dir_all(root.join("bin")).unwrap();
        std::fs::create_dir_all(folder.join("empty")).unwrap();
        let busybox = std::env::var("BUSYBOX").unwrap_or_else(|_| "/bin/busybox".to_owned());
        std::fs::copy(busybox, root.join("bin/busybox")).unwrap();
        for name in ["sh", "true", "sleep", "echo", "touch"] {
            std::os::unix::fs::symlink("busybox", root.join("bin").join(name)).unwrap();
        }
        let tar = folder.join("base.tar");
        let packed =
            Command::new("tar").arg("-C").arg(&root).args(["-cf"]).arg(&tar).arg(".").status().unwrap();
        assert!(packed.success());
        let words = |name: &str, usual: &str| {
            let typed = std::env::var(name).unwrap_or_else(|_| usual.to_owned());
            typed.split_whitespace().map(str::to_owned).collect::<Vec<_>>()
        };
        let all = [
            Tool { name: "rcon", command: words("RCON_BIN", env!("CARGO_BIN_EXE_rcon")), keeps: &[] },
            Tool { name: "podman", command: words("PODMAN", "podman"), keeps: &["--layers"] },
            Tool { name: "docker", command: words("DOCKER", "docker"), keeps: &[] },
        ];
        let mut tools = Vec::new();
        for tool in all {
            match tool.prepare(&tar) {
                true => tools.push(tool),
                false => println!("{} does not answer, and is left out", tool.name),
            }
        }
        Self { folder, tools, rounds: number("ROUNDS", 3) }
    }

    fn file(&self, name: &str, text: &str) -> String {
        let path = self.folder.join(name);
        std::fs::write(&path, text).unwrap();
        path.to_string_lossy().into_owned()
    }

    /// Calls `once` for each tool in turn; prints medians and judges rcon's beside those of `goals`: a peer, and the
    /// largest part of its time that is fine.
    fn compare(&self, what: &str, goals: &[(&str, f64)], mut once: impl FnMut(&Tool) -> Duration) {
        let mut times: Vec<Vec<Duration>> = self.tools.iter().map(|_| Vec::new()).collect();
        for _ in 0..self.rounds {
            for (tool, times) in self.tools.iter().zip(&mut times) {
                times.push(once(tool));
            }
        }
        let medians: Vec<f64> = times.iter_mut().map(|times| median(times)).collect();
        println!("{what}");
        for (tool, median) in self.tools.iter().zip(&medians) {
            let ratio = medians[0] / median;
            let goal = goals.iter().find(|(peer, _)| *peer == tool.name);
            let verdict = goal.map_or(String::new(), |(_, most)| {
                format!("  {} (at most {most})", if ratio <= *most { "met" } else { "MISSED" })
            });
            println!("    {:<8}{median:>9.1} ms   rcon takes {ratio:.2} of it{verdict}", tool.name);
        }
    }
}

impl Drop for Ground {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

fn median(times: &mut [Duration]) -> f64 {
    times.sort_unstable();
    times[times.len() / 2].as_secs_f64() * 1000.0
}

fn number(name: &str, otherwise: usize) -> usize {
    std::env::var(name).ok().and_then(|typed| typed.parse().ok()).unwrap_or(otherwise)
}

/// Ten trivial steps, nothing cached.
fn ten(ground: &Ground) {
    let file = ground.file("ten", &format!("FROM bench-base\n{}", "RUN true\n".repeat(10)));
    let empty = ground.folder.join("empty");
    ground.compare("ten RUN true, without cache", &[("podman", 0.1), ("docker", 0.25)], |tool| {
        tool.build(&["--no-cache", "-f", &file], &empty)
    });
}

/// Twenty steps, all cached.
fn cached(ground: &Ground) {
    let steps: String = (0..20).map(|step| format!("RUN echo {step}\n")).collect();
    let file = ground.file("cached", &format!("FROM bench-base\n{steps}"));
    let empty = ground.folder.join("empty");
    for tool in &ground.tools {
        tool.build(&["-f", &file], &empty);
    }
    let mut slowest = Duration::ZERO;
    ground.compare("twenty steps, all cached", &[], |tool| {
        let took = tool.build(&["-f", &file], &empty);
        if tool.name == "rcon" {
            slowest = slowest.max(took);
        }
        took
    });
    let verdict = if slowest < Duration::from_millis(40) { "met" } else { "MISSED" };
    println!("    rcon's slowest: {:.1} ms  {verdict} (below 40)", slowest.as_secs_f64() * 1000.0);
}

/// A large context of which one file changes that no step but the last takes.
fn files(ground: &Ground) {
    let context = ground.folder.join("context");
    let count = number("FILES", 50_000);
    for number in 0..count {
        let folder = context.join(format!("src/{}", number / 100));
        if number % 100 == 0 {
            std::fs::create_dir_all(&folder).unwrap();
        }
        std::fs::write(folder.join(number.to_string()), format!("{number}\n").repeat(8)).unwrap();
    }
    let text = "FROM bench-base\nCOPY src/1 /one\nRUN echo\nCOPY --exclude=0 src /all\n";
    let file = ground.file("files", text);
    for tool in &ground.tools {
        tool.build(&["-f", &file], &context);
    }
    let mut changes = 0;
    ground.compare(
        &format!("{count} files, of which one changed that no step takes"),
        &[("docker", 0.5)],
        |tool| {
            changes += 1;
            std::fs::write(context.join("src/0/0"), changes.to_string()).unwrap();
            tool.build(&["-f", &file], &context)
        },
    );
}

/// Two stages that do not need each other, of two seconds each.
fn stages(ground: &Ground) {
    let text =
        "FROM bench-base AS a\nRUN sleep 2; touch /a\nFROM bench-base\nRUN sleep 2\nCOPY --from=a /a /a\n";
    let file = ground.file("stages", text);
    let empty = ground.folder.join("empty");
    ground.compare("two stages of two seconds each", &[], |tool| {
        tool.build(&["--no-cache", "-f", &file], &empty)
    });
}

/// A part of the measurements, and its name on the command line.
type Part = (&'static str, fn(&Ground));

const PARTS: [Part; 4] = [("ten", ten), ("cached", cached), ("files", files), ("stages", stages)];

fn main() {
    // cargo adds `--bench`.
    let wanted: Vec<String> = std::env::args().skip(1).filter(|word| !word.starts_with("--")).collect();
    let ground = Ground::make();
    for (name, measure) in PARTS {
        if wanted.is_empty() || wanted.iter().any(|word| word == name) {
            measure(&ground);
        }
    }
}
