//! `info` and `version`: what this host offers, and what rcon therefore does.

use super::host::Engine;
use super::list::{self, Counts};
use crate::error::Result;
use crate::output::size;
use crate::output::table::Table;
use crate::output::time::rfc3339;
use crate::sys::fork::{Forked, SingleThreaded, fork};
use crate::sys::process::{self, Ended};
use crate::userns::mapping::{self, Choice, Writer};
use crate::userns::outer;
use rustix::fs::Access;
use serde_json::{Map, Value as Json, json};
use std::fmt::Write;
use std::io;
use std::os::fd::AsFd;
use std::path::Path;

/// This program's version.
const VERSION: &str = env!("CARGO_PKG_VERSION");

/// The version of docker's API that the output is like, and the oldest that it is compatible with.
const API: &str = "1.50";
const OLDEST_API: &str = "1.24";

/// What is not known of a build.
const UNKNOWN: &str = "unknown";

/// What was found.
#[derive(Debug, Clone)]
pub struct Facts {
    containers: Counts,
    images: usize,
    root: String,
    backing: &'static str,
    system: System,
    ids: Ids,
    /// Who refuses user namespaces, and what mends it.
    refused: Option<String>,
    overlay: bool,
    cgroup: Cgroup,
}

#[derive(Debug, Clone, Default)]
struct System {
    kernel: String,
    name: String,
    version: String,
    architecture: String,
    host: String,
    cpus: usize,
    memory: u64,
}

/// Which ids a container can have.
#[derive(Debug, Clone)]
enum Ids {
    Many { users: u64, groups: u64, writer: String },
    Single { because: String, fix: String },
}

/// The control group of this process.
#[derive(Debug, Clone, Default)]
struct Cgroup {
    version: &'static str,
    /// What this user may limit.
    delegated: Vec<String>,
}

impl Facts {
    /// Looks at the host and at the store, which has so many images.
    ///
    /// # Errors
    /// When the store or this process's own id maps cannot be read.
    pub fn gather(engine: &Engine, images: usize) -> Result<Self> {
        Ok(Self {
            containers: list::count(engine)?,
            images,
            root: engine.paths.data.display().to_string(),
            backing: backing_file_system(&engine.paths.data),
            system: system(),
            ids: ids(mapping::choose()?),
            refused: refused(),
            overlay: read("/proc/filesystems").lines().any(|line| line.trim_end().ends_with("\toverlay")),
            cgroup: cgroup(),
        })
    }

    /// The object that templates see: docker's fields, and `Rcon`.
    pub fn json(&self) -> Json {
        let mut info = self.server();
        let Json::Object(fields) = &mut info else { return info };
        if let Json::Object(host) = self.host() {
            fields.extend(host);
        }
        fields.insert("Rcon".to_owned(), self.rcon());
        fields.insert("ClientInfo".to_owned(), client_info());
        info
    }

    fn server(&self) -> Json {
        let Counts { running, stopped } = self.containers;
        json!({
            "ID": "",
            "Containers": running + stopped,
            "ContainersRunning": running,
            "ContainersPaused": 0,
            "ContainersStopped": stopped,
            "Images": self.images,
            "Driver": "overlay",
            "DriverStatus": [["Backing Filesystem", self.backing], ["userxattr", "true"]],
            "Plugins": {"Volume": ["local"], "Network": ["host", "null"], "Authorization": null, "Log": ["json-file"]},
            "MemoryLimit": false,
            "SwapLimit": false,
            "CpuCfsPeriod": false,
            "CpuCfsQuota": false,
            "CPUShares": false,
            "CPUSet": false,
            "PidsLimit": false,
            "IPv4Forwarding": read("/proc/sys/net/ipv4/ip_forward").trim() == "1",
            "Debug": false,
            "NFd": -1,
            "OomKillDisable": false,
            "NGoroutines": 0,
            "SystemTime": rfc3339(jiff::Timestamp::now()),
            "LoggingDriver": "json-file",
            "CgroupDriver": "none",
            "CgroupVersion": self.cgroup.version,
            "NEventsListener": 0,
        })
    }

    fn host(&self) -> Json {
        let system = &self.system;
        let no_commit = json!({"ID": ""});
        json!({
            "KernelVersion": system.kernel,
            "OperatingSystem": system.name,
            "OSVersion": system.version,
            "OSType": "linux",
            "Architecture": system.architecture,
            "IndexServerAddress": "https://index.docker.io/v1/",
            "RegistryConfig": null,
            "NCPU": system.cpus,
            "MemTotal": system.memory,
            "GenericResources": null,
            "DockerRootDir": self.root,
            "HttpProxy": "",
            "HttpsProxy": "",
            "NoProxy": "",
            "Name": system.host,
            "Labels": [],
            "ExperimentalBuild": false,
            "ServerVersion": VERSION,
            "Runtimes": {"rcon": {"path": "rcon"}},
            "DefaultRuntime": "rcon",
            "Swarm": {"NodeID": "", "NodeAddr": "", "LocalNodeState": "inactive", "ControlAvailable": false, "Error": "", "RemoteManagers": null},
            "LiveRestoreEnabled": true,
            "Isolation": "",
            "InitBinary": "rcon",
            "ContainerdCommit": no_commit,
            "RuncCommit": no_commit,
            "InitCommit": no_commit,
            "SecurityOptions": ["name=seccomp,profile=builtin", "name=rootless", "name=cgroupns"],
            "CDISpecDirs": [],
            "Warnings": null,
        })
    }

    fn rcon(&self) -> Json {
        let (users, groups, because, fix) = match &self.ids {
            Ids::Many { users, groups, .. } => (*users, *groups, None, None),
            Ids::Single { because, fix } => (1, 1, Some(because), Some(fix)),
        };
        json!({
            "Version": VERSION,
            "UserNamespaces": {"Available": self.refused.is_none(), "Refusal": self.refused},
            "Ids": {"Users": users, "Groups": groups, "SingleBecause": because, "Fix": fix},
            "Overlay": self.overlay,
            "CgroupControllers": self.cgroup.delegated,
            "Networks": ["none", "host"],
        })
    }

    /// The text of `info`, in docker's layout, with a section of rcon's own behind it.
    pub fn text(&self) -> String {
        let Counts { running, stopped } = self.containers;
        let System { kernel, name, architecture, host, cpus, memory, .. } = &self.system;
        let (all, memory) = (running + stopped, size::binary(*memory));
        let (images, root, backing, cgroup) = (self.images, &self.root, self.backing, self.cgroup.version);
        let mut text = format!(
            "Client: rcon\n Version:    {VERSION}\n Context:    default\n Debug Mode: false\n\n\
             Server:\n Containers: {all}\n  Running: {running}\n  Paused: 0\n  Stopped: {stopped}\n \
             Images: {images}\n Server Version: {VERSION}\n Storage Driver: overlay\n  \
             Backing Filesystem: {backing}\n  userxattr: true\n Logging Driver: json-file\n \
             Cgroup Driver: none\n Cgroup Version: {cgroup}\n Plugins:\n  Volume: local\n  \
             Network: host null\n  Log: json-file\n Swarm: inactive\n Runtimes: rcon\n Default Runtime: rcon\n \
             Init Binary: rcon\n containerd version: \n runc version: \n init version: \n Security Options:\n  \
             seccomp\n   Profile: builtin\n  rootless\n  cgroupns\n"
        );
        let host_lines = [
            ("Kernel Version", kernel.as_str()),
            ("Operating System", name),
            ("OSType", "linux"),
            ("Architecture", architecture),
            ("CPUs", &cpus.to_string()),
            ("Total Memory", &memory),
            ("Name", host),
            ("Docker Root Dir", root),
        ];
        for (key, value) in host_lines.iter().filter(|(_, value)| !value.is_empty()) {
            // Writing to a String cannot fail.
            let _ = writeln!(text, " {key}: {value}");
        }
        text.push_str(" Debug Mode: false\n Experimental: false\n Live Restore Enabled: true\n\n");
        text + &self.rcon_text()
    }

    fn rcon_text(&self) -> String {
        let namespaces = match &self.refused {
            None => "available".to_owned(),
            Some(refusal) => format!("refused, so no container can run: {refusal}"),
        };
        let ids = match &self.ids {
            Ids::Many { users, groups, writer } => format!("{users} users and {groups} groups, {writer}"),
            Ids::Single { because, fix } => format!("one, since {because}\n  Fix: {fix}"),
        };
        let overlay = match self.overlay {
            true => "the kernel has it",
            false => "not loaded; a container that cannot have it gets a copy of its image",
        };
        let controllers = match self.cgroup.delegated.as_slice() {
            [] => "none delegated".to_owned(),
            delegated => delegated.join(" "),
        };
        format!(
            "rcon:\n User Namespaces: {namespaces}\n Ids: {ids}\n Overlay: {overlay}\n \
             Cgroup Controllers: {controllers} (limits are not there yet)\n \
             Networks: none and host (no published ports yet)\n"
        )
    }
}

fn client_info() -> Json {
    let mut client = Map::new();
    client.insert("Debug".to_owned(), false.into());
    if let Json::Object(version) = client_version() {
        client.extend(version);
    }
    client.insert("Plugins".to_owned(), json!([]));
    client.insert("Warnings".to_owned(), Json::Null);
    Json::Object(client)
}

fn client_version() -> Json {
    json!({
        "Platform": {"Name": "rcon"},
        "Version": VERSION,
        "ApiVersion": API,
        "DefaultAPIVersion": API,
        "GitCommit": UNKNOWN,
        "GoVersion": UNKNOWN,
        "Os": "linux",
        "Arch": architecture(),
        "BuildTime": UNKNOWN,
        "Context": "default",
    })
}

/// The object that templates of `version` see. There is no server: what would be its version is ours.
pub fn version() -> Json {
    let details = json!({
        "ApiVersion": API,
        "Arch": architecture(),
        "BuildTime": UNKNOWN,
        "Experimental": "false",
        "GitCommit": UNKNOWN,
        "GoVersion": UNKNOWN,
        "KernelVersion": kernel(),
        "MinAPIVersion": OLDEST_API,
        "Os": "linux",
    });
    json!({
        "Client": client_version(),
        "Server": {
            "Platform": {"Name": "rcon"},
            "Components": [{"Name": "Engine", "Version": VERSION, "Details": details}],
            "Version": VERSION,
            "ApiVersion": API,
            "MinAPIVersion": OLDEST_API,
            "GitCommit": UNKNOWN,
            "GoVersion": UNKNOWN,
            "Os": "linux",
            "Arch": architecture(),
            "KernelVersion": kernel(),
            "BuildTime": UNKNOWN,
        },
    })
}

/// The text of `version`, in docker's layout.
pub fn version_text() -> String {
    let arch = architecture();
    let mut table = Table::new(20, 1);
    let lines = [
        "Client: rcon".to_owned(),
        format!(" Version:\t{VERSION}"),
        format!(" API version:\t{API}"),
        format!(" Go version:\t{UNKNOWN}"),
        format!(" Git commit:\t{UNKNOWN}"),
        format!(" Built:\t{UNKNOWN}"),
        format!(" OS/Arch:\tlinux/{arch}"),
        " Context:\tdefault".to_owned(),
        String::new(),
        "Server: rcon".to_owned(),
        " Engine:".to_owned(),
        format!("  Version:\t{VERSION}"),
        format!("  API version:\t{API} (minimum version {OLDEST_API})"),
        format!("  Go version:\t{UNKNOWN}"),
        format!("  Git commit:\t{UNKNOWN}"),
        format!("  Built:\t{UNKNOWN}"),
        format!("  OS/Arch:\tlinux/{arch}"),
        "  Experimental:\tfalse".to_owned(),
    ];
    lines.iter().for_each(|line| table.push(line));
    table.to_string()
}

/// The architecture in the words of images.
fn architecture() -> &'static str {
    match std::env::consts::ARCH {
        "x86_64" => "amd64",
        "aarch64" => "arm64",
        other => other,
    }
}

fn kernel() -> String {
    rustix::system::uname().release().to_string_lossy().into_owned()
}

fn system() -> System {
    let uname = rustix::system::uname();
    let memory = rustix::system::sysinfo();
    let release = ["/etc/os-release", "/usr/lib/os-release"].map(read).join("\n");
    System {
        kernel: kernel(),
        name: os_release(&release, "PRETTY_NAME").unwrap_or_else(|| "Linux".to_owned()),
        version: os_release(&release, "VERSION_ID").unwrap_or_default(),
        architecture: uname.machine().to_string_lossy().into_owned(),
        host: uname.nodename().to_string_lossy().into_owned(),
        cpus: std::thread::available_parallelism().map_or(1, usize::from),
        memory: memory.totalram as u64 * u64::from(memory.mem_unit),
    }
}

/// The first value of a key of os-release(5), without its quotes.
fn os_release(text: &str, key: &str) -> Option<String> {
    let value = text.lines().find_map(|line| line.trim().strip_prefix(key)?.strip_prefix('='))?;
    let bare = value.trim_matches(['"', '\'']);
    (!bare.is_empty()).then(|| bare.replace('\\', ""))
}

fn ids(choice: Choice) -> Ids {
    match choice.single_because {
        Some(reason) => {
            let (because, fix) = reason.note();
            Ids::Single { because, fix }
        }
        None => Ids::Many {
            users: choice.mapping.users.size(),
            groups: choice.mapping.groups.size(),
            writer: match choice.writer {
                Writer::Ourselves => "mapped by rcon itself".to_owned(),
                Writer::Helpers { users, .. } => format!("mapped by {}", users.display()),
            },
        },
    }
}

/// Why no user namespace can be made: a child tries. `None` as well where nobody can try, since a process
/// with several threads must not fork.
fn refused() -> Option<String> {
    let proof = SingleThreaded::prove().ok()?;
    let child = match fork(&proof).ok()? {
        Forked::Child => {
            let errno =
                process::unshare(libc::CLONE_NEWUSER).map_or_else(|e| e.raw_os_error().unwrap_or(1), |()| 0);
            process::exit_now(u8::try_from(errno).unwrap_or(u8::MAX))
        }
        Forked::Parent(child) => child,
    };
    match process::wait(child.pidfd.as_fd()).ok()? {
        Ended::Code(0) => None,
        ended => {
            let refusal = outer::refusal(io::Error::from_raw_os_error(ended.exit_code()));
            let fix = refusal.hint().map(|fix| format!("\n  Fix: {fix}")).unwrap_or_default();
            Some(format!("{refusal}{fix}"))
        }
    }
}

fn cgroup() -> Cgroup {
    let root = Path::new("/sys/fs/cgroup");
    if !root.join("cgroup.controllers").exists() {
        return Cgroup { version: "1", delegated: Vec::new() };
    }
    let own = read("/proc/self/cgroup");
    let folder = root.join(own_group(&own).unwrap_or_default());
    let is_ours = rustix::fs::access(&folder, Access::WRITE_OK).is_ok();
    let controllers = if is_ours { read(folder.join("cgroup.controllers")) } else { String::new() };
    Cgroup { version: "2", delegated: controllers.split_whitespace().map(str::to_owned).collect() }
}

/// The group of the unified hierarchy, without the `/` before it: cgroups(7), /proc/PID/cgroup.
fn own_group(text: &str) -> Option<&str> {
    text.lines().find_map(|line| line.strip_prefix("0::/"))
}

/// The file system's name as docker tells it; statfs(2) has the numbers.
fn backing_file_system(folder: &Path) -> &'static str {
    match rustix::fs::statfs(folder).map_or(0, |found| found.f_type as u32) {
        0xef53 => "extfs",
        0x5846_5342 => "xfs",
        0x9123_683e => "btrfs",
        0x2fc1_2fc1 => "zfs",
        0x0102_1994 => "tmpfs",
        0x794c_7630 => "overlayfs",
        0x6969 => "nfs",
        0xf2f5_2010 => "f2fs",
        _ => "<unknown>",
    }
}

/// A small file of the host; one that cannot be read says nothing.
fn read(path: impl AsRef<Path>) -> String {
    std::fs::read_to_string(path).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::output::template;

    fn facts() -> Facts {
        Facts {
            containers: Counts { running: 1, stopped: 2 },
            images: 4,
            root: "/data".into(),
            backing: "extfs",
            system: System { name: "Linux".into(), cpus: 2, memory: 1 << 30, ..System::default() },
            ids: Ids::Single { because: "newuidmap is not installed".into(), fix: "install it".into() },
            refused: None,
            overlay: true,
            cgroup: Cgroup { version: "2", delegated: vec!["memory".into(), "pids".into()] },
        }
    }

    #[test]
    fn info_is_in_docker_s_layout() {
        let text = facts().text();
        for lines in [
            "Client: rcon\n Version:    ",
            "\n\nServer:\n Containers: 3\n  Running: 1\n  Paused: 0\n  Stopped: 2\n Images: 4\n Server Version: ",
            " Storage Driver: overlay\n  Backing Filesystem: extfs\n",
            " Security Options:\n  seccomp\n   Profile: builtin\n  rootless\n  cgroupns\n",
            " Operating System: Linux\n OSType: linux\n CPUs: 2\n Total Memory: 1GiB\n Docker Root Dir: /data\n",
            "\nrcon:\n User Namespaces: available\n Ids: one, since newuidmap is not installed\n  Fix: install it\n",
            " Cgroup Controllers: memory pids ",
        ] {
            assert!(text.contains(lines), "{lines}\n{text}");
        }
    }

    #[test]
    fn info_has_docker_s_fields() {
        let json = facts().json();
        let cases = [
            ("{{.Containers}} {{.ContainersRunning}} {{.Images}}", "3 1 4"),
            ("{{.Driver}} {{.DockerRootDir}} {{.NCPU}}", "overlay /data 2"),
            (
                "{{json .SecurityOptions}}",
                r#"["name=seccomp,profile=builtin","name=rootless","name=cgroupns"]"#,
            ),
            ("{{.Rcon.Ids.Users}} {{.Rcon.Overlay}} {{.ClientInfo.Context}}", "1 true default"),
        ];
        for (source, expected) in cases {
            assert_eq!(template::inspect(source, &json).unwrap(), expected, "{source}");
        }
    }

    #[test]
    fn version_has_a_client_and_a_server() {
        let text = version_text();
        assert!(text.starts_with(&format!(
            "Client: rcon\n Version:           {VERSION}\n API version:       1.50\n"
        )));
        assert!(text.contains("\n\nServer: rcon\n Engine:\n"));
        assert!(text.contains("\n  API version:      1.50 (minimum version 1.24)\n"));
        assert_eq!(template::inspect("{{.Server.Version}}", &version()).unwrap(), VERSION);
    }

    #[test]
    fn host_files_are_read() {
        let text = "NAME=\"x\"\nPRETTY_NAME=\"Debian GNU/Linux 12\"\nVERSION_ID=12\n";
        assert_eq!(os_release(text, "PRETTY_NAME").as_deref(), Some("Debian GNU/Linux 12"));
        assert_eq!(os_release(text, "VERSION_ID").as_deref(), Some("12"));
        assert_eq!(os_release(text, "ID"), None);
        assert_eq!(own_group("1:name=systemd:/\n0::/user.slice/a\n"), Some("user.slice/a"));
    }
}
