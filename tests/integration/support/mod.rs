//! Drives the built binary as a user would, with a store per test.
//!
//! `RCON_BIN` names another binary than the one cargo built. A test that needs what the host lacks says
//! so aloud and passes; with `RCON_NO_SKIP=1` it fails. `RCON_SINGLE=1` declares that the user has no
//! subordinate ids, so that what needs them may be skipped all the same. `RCON_KEEP=1` keeps the stores.
//! `RCON_TEST_LAN` is the address of a peer on a machine beside the host, see [`peer`].

pub(crate) mod archives;
mod call;
pub(crate) mod fault;
mod http;
mod image;
pub(crate) mod peer;
pub(crate) mod published;
pub(crate) mod registry;
pub(crate) mod scene;
mod shelf;
mod terminal;

pub(crate) use call::{Call, Output};
pub(crate) use image::{Image, Layer};
pub(crate) use published::Published;
pub(crate) use terminal::Terminal;

use std::ffi::OsStr;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

/// Skips the rest of a test where the host lacks something; aloud, or as a failure in CI.
macro_rules! requires {
    (subordinate_ids) => {
        if let Some(reason) = $crate::support::lacks_subordinate_ids() {
            return $crate::support::skip(&reason, std::env::var_os("RCON_SINGLE").is_some());
        }
    };
    (overlay) => {
        if let Some(reason) = $crate::support::lacks_overlay() {
            return $crate::support::skip(&reason, false);
        }
    };
    (skopeo) => {
        // Another tool to compare with; nobody has to have it.
        if let Some(reason) = $crate::support::lacks_program("skopeo") {
            return $crate::support::skip(&reason, true);
        }
    };
    (docker_registry) => {
        if let Some(reason) = $crate::support::lacks_program("docker-registry") {
            return $crate::support::skip(&reason, false);
        }
    };
    (lan) => {
        if $crate::support::peer::lan().is_none() {
            let reason = "no network beside the host: .ci/run makes one, and sets RCON_TEST_LAN";
            return $crate::support::skip(reason, false);
        }
    };
    (ping) => {
        if let Some(reason) = $crate::support::peer::lacks_ping() {
            return $crate::support::skip(&reason, false);
        }
    };
    (pasta) => {
        // The built-in stack does the same; nobody has to have it.
        if let Some(reason) = $crate::support::lacks_pasta() {
            return $crate::support::skip(reason, true);
        }
    };
}
pub(crate) use requires;

/// Why there is no pasta to lead out of containers.
pub(crate) fn lacks_pasta() -> Option<&'static str> {
    let help = std::process::Command::new("/usr/bin/pasta").arg("--help").output();
    let Ok(help) = help else { return Some("pasta is not installed") };
    let words = [help.stdout, help.stderr].concat();
    let is_new = words.windows(14).any(|word| word == b"map-guest-addr");
    (!is_new).then_some("pasta is older than September 2024, and left alone")
}

/// Why this user has only one id; `None` when there are more.
pub(crate) fn lacks_subordinate_ids() -> Option<String> {
    let uid = rustix::process::getuid().as_raw();
    let user = nix::unistd::User::from_uid(uid.into()).ok().flatten().map(|user| user.name);
    let named = |line: &str| {
        let owner = line.split(':').next().unwrap_or_default();
        owner == uid.to_string() || Some(owner) == user.as_deref()
    };
    for file in ["/etc/subuid", "/etc/subgid"] {
        if !std::fs::read_to_string(file).unwrap_or_default().lines().any(named) {
            return Some(format!("{file} has no line for this user"));
        }
    }
    (!Path::new("/usr/bin/newuidmap").exists()).then(|| "newuidmap is not installed".to_owned())
}

/// Why a program of the host cannot be run.
pub(crate) fn lacks_program(name: &str) -> Option<String> {
    let there = Command::new(name).arg("--version").stdin(Stdio::null()).output().is_ok();
    (!there).then(|| format!("{name} is not installed"))
}

/// Why no overlay can be mounted over the folder of the tests.
pub(crate) fn lacks_overlay() -> Option<String> {
    const OVERLAYFS: i64 = 0x794c_7630;
    let known = std::fs::read_to_string("/proc/filesystems").unwrap_or_default();
    if !known.lines().any(|line| line.ends_with("\toverlay")) {
        return Some("the kernel has no overlayfs".to_owned());
    }
    let below = rustix::fs::statfs(base()).map(|stat| stat.f_type).unwrap_or_default();
    (below == OVERLAYFS).then(|| "the tests' folder is on an overlay itself".to_owned())
}

/// Says that a test was skipped. Straight to the descriptor: the test runner would swallow `eprintln!`.
#[track_caller]
pub(crate) fn skip(reason: &str, allowed: bool) {
    assert!(allowed || std::env::var_os("RCON_NO_SKIP").is_none(), "skipped where no test may be: {reason}");
    let thread = std::thread::current();
    let name = thread.name().unwrap_or("a test");
    let _ = std::io::stderr().write_all(format!("\nSKIPPED {name}: {reason}\n").as_bytes());
}

/// Where stores are made: on a disk, and short, since sockets lie below.
fn base() -> PathBuf {
    std::env::var_os("RCON_TEST_FOLDER").map_or_else(|| PathBuf::from("/var/tmp"), PathBuf::from)
}

/// The binary under test.
pub(crate) fn binary() -> PathBuf {
    std::env::var_os("RCON_BIN").map_or_else(|| PathBuf::from(env!("CARGO_BIN_EXE_rcon")), PathBuf::from)
}

/// One rcon with a store of its own, which goes with the value.
pub(crate) struct Rcon {
    folder: PathBuf,
}

impl Rcon {
    /// An empty store.
    pub(crate) fn new() -> Self {
        assert!(!rustix::process::getuid().is_root(), "run the tests as an ordinary user; .ci/run makes one");
        let folder = tempfile::Builder::new().prefix("rc-").tempdir_in(base()).unwrap().keep();
        std::fs::create_dir(folder.join("home")).unwrap();
        let rcon = Self { folder };
        rcon.has_noted_single_ids();
        rcon
    }

    /// A user without subordinate ids is told so once; most tests are about something else.
    fn has_noted_single_ids(&self) {
        use std::os::unix::fs::DirBuilderExt;
        std::fs::DirBuilder::new().mode(0o700).create(self.path("r")).unwrap();
        std::fs::File::create(self.path("r/single-id.noted")).unwrap();
    }

    /// As after a boot: nothing was told yet.
    pub(crate) fn forget_notes(&self) {
        std::fs::remove_file(self.path("r/single-id.noted")).unwrap();
    }

    /// A store with the image `busybox`.
    pub(crate) fn with_busybox() -> Self {
        let rcon = Self::new();
        rcon.call(["import", "-", "busybox"]).stdin(Image::busybox_tree()).done().succeeds();
        rcon
    }

    /// A store with `image` under the name `image`.
    pub(crate) fn with_image(image: Image) -> Self {
        let rcon = Self::new();
        rcon.load("image", image);
        rcon
    }

    /// Loads `image` under `name`.
    #[track_caller]
    pub(crate) fn load(&self, name: &str, image: Image) {
        self.call(["load"]).stdin(image.archive(name)).done().succeeds();
    }

    /// The folder of the store and of the test's own files.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// Writes a file of the test's own; gives its path.
    pub(crate) fn file(&self, name: &str, text: impl AsRef<[u8]>) -> String {
        let path = self.path(name);
        std::fs::File::create(&path).unwrap().write_all(text.as_ref()).unwrap();
        path.to_str().unwrap().to_owned()
    }

    /// Makes a folder of the test's own; gives its path.
    pub(crate) fn directory(&self, name: &str) -> String {
        std::fs::create_dir_all(self.path(name)).unwrap();
        self.path(name).to_str().unwrap().to_owned()
    }

    /// A call that is not made yet.
    pub(crate) fn call<A: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = A>) -> Call {
        self.call_through(&[], arguments)
    }

    /// The same, by a program that is told the command line.
    pub(crate) fn call_through<A: AsRef<OsStr>>(
        &self,
        wrapper: &[&str],
        arguments: impl IntoIterator<Item = A>,
    ) -> Call {
        let mut command = match wrapper.split_first() {
            None => Command::new(binary()),
            Some((program, rest)) => {
                let mut command = Command::new(program);
                command.args(rest).arg(binary());
                command
            }
        };
        command
            .args(arguments)
            .env_clear()
            .env("PATH", "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin")
            .env("HOME", self.path("home"))
            .env("RCON_ROOT", self.path("s"))
            .env("RCON_RUNTIME", self.path("r"))
            .env("RCON_CONFIG", self.path("c.json"))
            .current_dir(&self.folder);
        Call::new(command)
    }

    /// A shell on the host that runs `script`, in which rcon has this store.
    pub(crate) fn call_by_shell(&self, script: &str) -> Call {
        let mut call = self.call_through(&["sh", "-c", script], [""; 0]);
        call.command.current_dir(&self.folder);
        call
    }

    /// Calls, and waits for the end.
    #[track_caller]
    pub(crate) fn run<A: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = A>) -> Output {
        self.call(arguments).done()
    }

    /// Runs `script` in a shell of a container of `busybox` that goes when it ends.
    #[track_caller]
    pub(crate) fn shell(&self, script: &str) -> Output {
        self.run(["run", "--rm", "busybox", "sh", "-c", script])
    }

    /// Starts a container of `busybox` in the background that sleeps, with `flags`; gives its id.
    #[track_caller]
    pub(crate) fn sleeper<'a>(&self, flags: impl IntoIterator<Item = &'a str>) -> String {
        // A first process without a handler does not hear SIGTERM: `exec` leaves the shell's trap behind.
        let script = "trap 'exit 143' TERM; while :; do sleep 1000 & wait $!; done";
        let words = ["run", "-d"].into_iter().chain(flags).chain(["busybox", "sh", "-c", script]);
        self.run(words).succeeds()
    }

    /// What `inspect` says of a field.
    #[track_caller]
    pub(crate) fn inspect(&self, container: &str, template: &str) -> String {
        self.run(["inspect", "-f", template, container]).succeeds()
    }

    /// The ids of all containers in the store's own folder, without asking rcon.
    pub(crate) fn stored(&self) -> Vec<String> {
        let entries = std::fs::read_dir(self.path("s/containers")).into_iter().flatten().flatten();
        entries.filter_map(|entry| entry.file_name().into_string().ok()).collect()
    }

    /// Waits until no container is left, nor a folder that one was retired to.
    #[track_caller]
    pub(crate) fn has_no_containers(&self) {
        let begun = Instant::now();
        while !self.stored().is_empty() {
            assert!(begun.elapsed() < Duration::from_secs(10), "left: {:?}", self.stored());
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// A file in the folder of container `id`.
    pub(crate) fn of(&self, id: &str, file: &str) -> PathBuf {
        self.path("s/containers").join(id).join(file)
    }

    /// The processes that run container `id`, from its state.
    #[track_caller]
    pub(crate) fn processes(&self, id: &str) -> Processes {
        let text = std::fs::read(self.of(id, "state.json")).unwrap();
        let state: serde_json::Value = serde_json::from_slice(&text).unwrap();
        let pid = |name: &str| {
            let pid = state["processes"][name]["pid"].as_i64();
            pid.unwrap_or_else(|| panic!("no {name} in {state}")) as i32
        };
        Processes { launcher: pid("launcher"), pump: pid("pump"), init: pid("init") }
    }
}

impl Drop for Rcon {
    fn drop(&mut self) {
        if std::env::var_os("RCON_KEEP").is_some() {
            return;
        }
        let containers = self.stored();
        if !containers.is_empty() {
            let words = ["rm", "-f", "-v"].map(String::from).into_iter().chain(containers);
            let mut command = self.call(words).command;
            let _ = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status();
        }
        if std::fs::remove_dir_all(&self.folder).is_err() {
            open_up(&self.folder);
            let _ = std::fs::remove_dir_all(&self.folder);
        }
    }
}

/// Makes folders writable that an image left otherwise. Files of subordinate ids stay for .ci/run.
fn open_up(folder: &Path) {
    use std::os::unix::fs::PermissionsExt;
    let _ = std::fs::set_permissions(folder, std::fs::Permissions::from_mode(0o700));
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            open_up(&entry.path());
        }
    }
}

/// Who runs a container.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Processes {
    pub(crate) launcher: i32,
    pub(crate) pump: i32,
    pub(crate) init: i32,
}

/// Ends a process at once, as nothing can prevent.
pub(crate) fn kill_hard(pid: i32) {
    signal(pid, nix::sys::signal::Signal::SIGKILL);
}

/// Sends a signal; to nobody when the process is gone.
pub(crate) fn signal(pid: i32, signal: nix::sys::signal::Signal) {
    let _ = nix::sys::signal::kill(nix::unistd::Pid::from_raw(pid), signal);
}

/// A process that is neither gone nor a zombie.
pub(crate) fn lives(pid: i32) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    stat.rsplit(')').next().is_some_and(|rest| !rest.is_empty() && !rest.starts_with(" Z"))
}

/// Waits until `done` says so, at most 20 seconds.
#[track_caller]
pub(crate) fn until(what: &str, mut done: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !done() {
        assert!(begun.elapsed() < Duration::from_secs(20), "waited in vain: {what}");
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// Runs `work` in `threads` threads at once, with a number each; gives what they gave.
pub(crate) fn at_once<T: Send>(threads: usize, work: impl Fn(usize) -> T + Sync) -> Vec<T> {
    std::thread::scope(|scope| {
        let work = &work;
        let running: Vec<_> = (0..threads).map(|number| scope.spawn(move || work(number))).collect();
        let ended: Vec<_> = running.into_iter().map(|thread| thread.join()).collect();
        let failed = ended.iter().filter(|thread| thread.is_err()).count();
        assert_eq!(failed, 0, "so many of {threads} failed, see above");
        ended.into_iter().flatten().collect()
    })
}

/// Ids differ from run to run: 64 hex digits read `<id>`, 12 read `<short id>`.
pub(crate) fn normalised(text: &str) -> String {
    let mut normal = String::new();
    let mut rest = text;
    while !rest.is_empty() {
        let word = rest.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(rest.len());
        let hex = rest[..word].bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        normal.push_str(match word {
            64 if hex => "<id>",
            12 if hex => "<short id>",
            _ => &rest[..word],
        });
        rest = &rest[word..];
        let next = rest.chars().next();
        if let Some(c) = next {
            normal.push(c);
            rest = &rest[c.len_utf8()..];
        }
    }
    normal
}

/// The user's ids on the host.
pub(crate) fn uid() -> u32 {
    static UID: OnceLock<u32> = OnceLock::new();
    *UID.get_or_init(|| rustix::process::getuid().as_raw())
}
