//! What everything is measured on: stores of our own, an image with busybox and iperf3 in them, and a way to the
//! outside world.

use serde_json::Value;
use std::fs::File;
use std::io::Write;
use std::net::{IpAddr, TcpListener, UdpSocket};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::Duration;

pub(crate) const IMAGE: &str = "rcon-bench-networks";

/// Who is measured.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tool {
    /// rcon as it is: with pasta, where that is installed.
    Rcon,
    /// rcon with its built-in way out.
    BuiltIn,
    Podman,
}

impl Tool {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Rcon => "rcon",
            Self::BuiltIn => "built-in",
            Self::Podman => "podman",
        }
    }
}

pub(crate) struct Ground {
    rcon: String,
    folder: PathBuf,
    /// Those that are installed.
    pub(crate) tools: Vec<Tool>,
    pub(crate) outside: Option<Outside>,
}

/// The outside world.
pub(crate) struct Outside {
    runner: Vec<String>,
    /// Where it listens.
    pub(crate) address: IpAddr,
    /// The host's address as it sees it.
    pub(crate) host: IpAddr,
}

impl Ground {
    pub(crate) fn make() -> Self {
        let rcon = std::env::var("RCON_BIN").unwrap_or_else(|_| env!("CARGO_BIN_EXE_rcon").to_owned());
        let folder = std::env::temp_dir().join(format!("rcon-bench-{}", std::process::id()));
        let mut tools = vec![Tool::Rcon, Tool::BuiltIn];
        match find("podman") {
            Some(_) => tools.push(Tool::Podman),
            None => println!("(podman is not installed: left out)"),
        }
        let ground = Self { rcon, folder, tools, outside: Outside::find() };
        let tar = ground.image();
        let mut config = File::create(ground.folder.join("config.json")).unwrap();
        config.write_all(br#"{"network": {"uplink": "built-in"}}"#).unwrap();
        for tool in &ground.tools {
            succeed(&mut ground.call(*tool, &["import", text(&tar), IMAGE]));
        }
        ground
    }

    /// Packs busybox and iperf3, with the libraries it is linked to.
    fn image(&self) -> PathBuf {
        let tree = self.folder.join("tree");
        for name in ["bin", "proc", "dev", "sys", "tmp", "etc"] {
            std::fs::create_dir_all(tree.join(name)).unwrap();
        }
        std::fs::copy(find("busybox").expect("busybox-static is needed"), tree.join("bin/busybox")).unwrap();
        for name in ["true", "sh", "sleep", "nslookup", "ip"] {
            std::os::unix::fs::symlink("busybox", tree.join("bin").join(name)).unwrap();
        }
        let iperf = find("iperf3").expect("iperf3 is needed");
        std::fs::copy(&iperf, tree.join("bin/iperf3")).unwrap();
        for library in libraries(&iperf) {
            let there = tree.join(library.strip_prefix("/").unwrap());
            std::fs::create_dir_all(there.parent().unwrap()).unwrap();
            std::fs::copy(&library, there).unwrap();
        }
        let tar = self.folder.join("tree.tar");
        succeed(Command::new("tar").args([
            "--owner=0",
            "--group=0",
            "-C",
            text(&tree),
            "-cf",
            text(&tar),
            ".",
        ]));
        tar
    }

    /// A call of a tool.
    pub(crate) fn call(&self, tool: Tool, words: &[&str]) -> Command {
        let mut command = match tool {
            Tool::Podman => Command::new("podman"),
            Tool::Rcon | Tool::BuiltIn => {
                let mut command = Command::new(&self.rcon);
                let store = self.folder.join(tool.name());
                command.env("RCON_ROOT", store.join("data")).env("RCON_RUNTIME", store.join("runtime"));
                if tool == Tool::BuiltIn {
                    command.env("RCON_CONFIG", self.folder.join("config.json"));
                }
                command
            }
        };
        command.args(words).stdin(Stdio::null());
        command
    }

    /// Starts a container that stays: `run -d` and these words.
    pub(crate) fn start(&self, tool: Tool, words: &[&str]) -> Container<'_> {
        let mut all = vec!["run", "-d"];
        all.extend(words);
        let id = line(&succeed(&mut self.call(tool, &all)));
        Container { ground: self, tool, id }
    }

    /// What `inspect` says of one.
    pub(crate) fn inspect(&self, tool: Tool, container: &str) -> Value {
        let said = succeed(&mut self.call(tool, &["inspect", container])).stdout;
        serde_json::from_slice::<Value>(&said).unwrap()[0].take()
    }
}

impl Drop for Ground {
    fn drop(&mut self) {
        if self.tools.contains(&Tool::Podman) {
            let _ = self.call(Tool::Podman, &["rmi", "-f", IMAGE]).output();
        }
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// A container that runs until it is dropped.
pub(crate) struct Container<'a> {
    ground: &'a Ground,
    tool: Tool,
    pub(crate) id: String,
}

impl Container<'_> {
    pub(crate) fn exec(&self, words: &[&str]) -> Command {
        let mut all = vec!["exec", &self.id];
        all.extend(words);
        self.ground.call(self.tool, &all)
    }

    /// Its address on its first network.
    pub(crate) fn address(&self) -> IpAddr {
        let inspected = self.ground.inspect(self.tool, &self.id);
        let networks = inspected["NetworkSettings"]["Networks"].as_object().unwrap();
        networks.values().next().unwrap()["IPAddress"].as_str().unwrap().parse().unwrap()
    }
}

impl Drop for Container<'_> {
    fn drop(&mut self) {
        let _ = self.ground.call(self.tool, &["rm", "-f", &self.id]).output();
    }
}

impl Outside {
    fn find() -> Option<Self> {
        let (runner, address) = (std::env::var("OUTSIDE").ok(), std::env::var("OUTSIDE_ADDRESS").ok());
        let Some((runner, address)) = runner.zip(address) else {
            println!(
                "(OUTSIDE and OUTSIDE_ADDRESS are not set: nothing is measured from and to the outside)"
            );
            return None;
        };
        let address: IpAddr = address.parse().expect("OUTSIDE_ADDRESS is not an address");
        // Nothing is sent: a route is looked up.
        let socket = UdpSocket::bind("0.0.0.0:0").unwrap();
        socket.connect((address, 9)).unwrap();
        let host = socket.local_addr().unwrap().ip();
        Some(Self { runner: runner.split_whitespace().map(str::to_owned).collect(), address, host })
    }

    /// A command that is run out there.
    pub(crate) fn run(&self, words: &[&str]) -> Command {
        let mut command = Command::new(&self.runner[0]);
        command.args(&self.runner[1..]).args(words).stdin(Stdio::null());
        command
    }
}

/// The shared libraries of a program, and what loads them: ldd(1), and one that glibc opens by itself when a thread
/// is cancelled.
fn libraries(program: &Path) -> Vec<PathBuf> {
    let said = String::from_utf8(succeed(Command::new("ldd").arg(program)).stdout).unwrap();
    let paths = said.lines().filter_map(|line| line.split_whitespace().find(|word| word.starts_with('/')));
    let mut libraries: Vec<PathBuf> = paths.map(PathBuf::from).collect();
    let unnamed =
        libraries.first().and_then(|first| first.parent()).map(|folder| folder.join("libgcc_s.so.1"));
    libraries.extend(unnamed.filter(|library| library.exists()));
    libraries
}

/// The program of that name, as a shell would find it.
pub(crate) fn find(program: &str) -> Option<PathBuf> {
    let folders = std::env::var("PATH").unwrap_or_default();
    folders.split(':').map(|folder| Path::new(folder).join(program)).find(|path| path.exists())
}

/// A port of the host that nobody listens on.
pub(crate) fn free_port() -> u16 {
    TcpListener::bind("0.0.0.0:0").unwrap().local_addr().unwrap().port()
}

/// Runs a command that must not fail.
pub(crate) fn succeed(command: &mut Command) -> Output {
    let done = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let said = String::from_utf8_lossy(&done.stderr);
    assert!(done.status.success(), "{command:?} failed: {said}");
    done
}

/// The one line that a command printed.
pub(crate) fn line(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

pub(crate) fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// A moment for what the last command left to others to clean up: the next one shall not pay for it.
pub(crate) fn settle() {
    std::thread::sleep(Duration::from_millis(60));
}
