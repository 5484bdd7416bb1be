//! A store with a base image, and a folder to build from.

use crate::support::{Call, Image, Output, Rcon, until};
use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

/// A folder with a Dockerfile, and the store it is built into. The image `base` is there: busybox.
pub(super) struct Project {
    pub(super) rcon: Rcon,
}

impl Project {
    /// With the Dockerfile `text`.
    pub(super) fn new(text: &str) -> Self {
        Self::of(Rcon::new(), Image::busybox(), text)
    }

    /// The same, in this store, on this base.
    pub(super) fn of(rcon: Rcon, base: Image, text: &str) -> Self {
        rcon.load("base", base);
        let project = Self { rcon };
        project.rcon.directory("context");
        project.dockerfile(text);
        project
    }

    /// Where a file of the context is.
    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.rcon.path("context").join(name)
    }

    /// Writes a file of the context.
    pub(super) fn file(&self, name: &str, contents: impl AsRef<[u8]>) -> &Self {
        fs::create_dir_all(self.path(name).parent().unwrap()).unwrap();
        self.rcon.file(&format!("context/{name}"), contents);
        self
    }

    /// Makes a folder of the context.
    pub(super) fn directory(&self, name: &str) -> &Self {
        fs::create_dir_all(self.path(name)).unwrap();
        self
    }

    /// Another Dockerfile.
    pub(super) fn dockerfile(&self, text: &str) -> &Self {
        self.file("Dockerfile", text)
    }

    /// A build that is not begun yet: its steps are told line by line.
    pub(super) fn call<A: AsRef<OsStr>>(&self, flags: impl IntoIterator<Item = A>) -> Call {
        let words: Vec<_> = flags.into_iter().map(|flag| flag.as_ref().to_owned()).collect();
        let before = ["build", "--progress=plain"].map(|word| OsStr::from_bytes(word.as_bytes()).to_owned());
        self.rcon.call(before.into_iter().chain(words).chain([self.path("").into_os_string()]))
    }

    /// Builds, with flags.
    #[track_caller]
    pub(super) fn build<A: AsRef<OsStr>>(&self, flags: impl IntoIterator<Item = A>) -> Output {
        self.call(flags).done()
    }

    /// Builds, and gives the image's id.
    #[track_caller]
    pub(super) fn id<A: AsRef<OsStr>>(&self, flags: impl IntoIterator<Item = A>) -> String {
        let words: Vec<_> = flags.into_iter().map(|flag| flag.as_ref().to_owned()).collect();
        let before = ["build", "-q"].map(|word| OsStr::from_bytes(word.as_bytes()).to_owned());
        let context = self.path("").into_os_string();
        self.rcon.call(before.into_iter().chain(words).chain([context])).done().succeeds()
    }

    /// What a shell prints in a container of the image `built`.
    #[track_caller]
    pub(super) fn shell(&self, script: &str) -> String {
        self.rcon.run(["run", "--rm", "built", "sh", "-c", script]).succeeds()
    }

    /// Nothing is left of a build: no process, no folder, no address, no container.
    #[track_caller]
    pub(super) fn is_idle(&self) {
        until("all processes of the store have ended", || self.processes().is_empty());
        let taken = || files(&self.rcon.path("r/networks"));
        let begun = std::time::Instant::now();
        while !taken().is_empty() {
            assert!(begun.elapsed().as_secs() < 10, "addresses are taken: {:?}", taken());
            std::thread::sleep(std::time::Duration::from_millis(10));
        }
        self.rcon.has_no_containers();
        for folder in ["s/build/work", "s/build/fetched"] {
            let left = names(&self.rcon.path(folder));
            assert!(left.is_empty(), "{folder}: {left:?}");
        }
    }

    /// That, and the store is whole, without a layer in the making.
    #[track_caller]
    pub(super) fn is_sound(&self) {
        self.is_idle();
        let left: Vec<_> =
            names(&self.rcon.path("s/layers")).into_iter().filter(|name| name.starts_with('.')).collect();
        assert!(left.is_empty(), "layers in the making: {left:?}");
        self.rcon.run(["system", "check"]).exits(0).stdout("");
    }

    /// Processes that see something of the store mounted: monitors, what they started, and builds at work.
    pub(super) fn processes(&self) -> Vec<i32> {
        let store = self.rcon.path("s");
        let store = store.as_os_str().as_bytes();
        let all = names(Path::new("/proc")).into_iter().filter_map(|name| name.parse().ok());
        all.filter(|pid| sees(*pid, store)).collect()
    }
}

/// Whether something below `path` is mounted where the process is.
fn sees(pid: i32, path: &[u8]) -> bool {
    let mounts = fs::read(format!("/proc/{pid}/mountinfo")).unwrap_or_default();
    mounts.windows(path.len()).any(|part| part == path)
}

/// The names in a folder; none when it is not there.
pub(super) fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect()
}

/// The files below a folder, locks aside.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut all = Vec::new();
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        match entry.file_type() {
            Ok(kind) if kind.is_dir() => all.extend(files(&entry.path())),
            Ok(_) if entry.file_name().to_string_lossy().contains("lock") => {}
            _ => all.push(entry.path()),
        }
    }
    all
}

/// How a step came about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Told {
    /// `RUN make`, without what is before it.
    pub(super) step: String,
    pub(super) cached: bool,
}

/// What `--progress=plain` told of the steps that do something, in the order of their numbers.
pub(super) fn told(output: &Output) -> Vec<Told> {
    let lines: Vec<&str> = output.said().lines().collect();
    let mut all = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        let Some((number, name)) = line.split_once(' ').filter(|(number, _)| number.starts_with('#')) else {
            continue;
        };
        let Some((before, step)) = name.split_once("] ").filter(|(before, _)| before.starts_with('[')) else {
            continue;
        };
        // A step is announced again when its lines come between others'.
        let again = lines[..at].contains(line);
        if before == "[internal" || before == "[auth" || step.starts_with("FROM ") || again {
            continue;
        }
        let cached = lines.contains(&format!("{number} CACHED").as_str());
        all.push(Told { step: step.to_owned(), cached });
    }
    all
}

/// The steps that were not taken from the cache.
pub(super) fn ran(output: &Output) -> Vec<String> {
    let mut steps: Vec<String> =
        told(output).into_iter().filter(|told| !told.cached).map(|told| told.step).collect();
    steps.sort();
    steps
}
