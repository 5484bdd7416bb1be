//! The plan: all that the monitor and the container's first process need to know, as data.
//!
//! It is made by the engine from a record, an image and the host, and carried out by `launch`, `pump`
//! and `init`, which look up nothing else. It travels as JSON on a descriptor.

use crate::ids::ContainerId;
use crate::network::wiring::Wiring;
use crate::paths::Paths;
use crate::runtime::stream::Hello;
use crate::sys::process::Identity;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::io;
use std::os::fd::OwnedFd;
use std::path::PathBuf;

/// One start of one container.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Plan {
    /// The container.
    pub id: ContainerId,
    /// Where the user's rcon lives, for what the monitor writes down.
    pub paths: Paths,
    /// This start makes U0.
    pub makes_outer: bool,
    /// Its folder in the store: upper, work, log, state.
    pub folder: PathBuf,
    /// What events say of it: image, labels.
    pub attributes: BTreeMap<String, String>,
    /// Its folder for sockets.
    pub sockets: PathBuf,
    /// The terminal's group, 5, is mapped.
    pub has_tty_group: bool,
    /// Remove the container when it has ended.
    pub remove: bool,
    /// It is killed when whoever started it goes: a step of a build.
    pub transient: bool,
    /// What asks it to stop: sent when the launcher itself is asked to (SIGTERM).
    pub stop_signal: i32,
    /// What the client that comes with the start wants: decided before the container says anything.
    pub hello: Hello,
    /// Where the container's output goes.
    pub console: Console,
    /// Its file tree.
    pub rootfs: Rootfs,
    /// What it shares with the host.
    pub sharing: Sharing,
    /// How its network namespace is connected; `None`: not at all, or it is another's.
    pub wiring: Option<Wiring>,
    /// The filters of the processes beside it.
    pub beside: Filters,
    /// Its host name.
    pub hostname: String,
    /// What it runs.
    pub process: Process,
    /// The filter of the pump, loaded by it; 8 bytes an instruction.
    #[serde(with = "hex")]
    pub pump_filter: Vec<u8>,
}

impl Plan {
    /// Puts the plan on a descriptor, from which any process that gets it can read it.
    pub fn write(&self) -> io::Result<OwnedFd> {
        let file = rustix::fs::memfd_create("plan", rustix::fs::MemfdFlags::CLOEXEC)?;
        let mut file = std::fs::File::from(file);
        io::Write::write_all(&mut file, &serde_json::to_vec(self)?)?;
        Ok(file.into())
    }

    /// Reads a plan from its descriptor, whatever was read of it before.
    pub fn read(plan: OwnedFd) -> io::Result<Self> {
        use std::os::unix::fs::FileExt;
        let file = std::fs::File::from(plan);
        let mut text = vec![0; file.metadata()?.len() as usize];
        file.read_exact_at(&mut text, 0)?;
        Ok(serde_json::from_slice(&text)?)
    }
}

/// The standard streams.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Console {
    /// `-t`: all three are one terminal of the container.
    pub terminal: bool,
    /// `-i`: standard input stays open for whoever attaches.
    pub interactive: bool,
    /// Standard input ends when the first attached client's does (docker's StdinOnce).
    pub stdin_once: bool,
    /// Columns and rows of the caller's terminal, to begin with.
    pub size: (u16, u16),
}

/// The file tree.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Rootfs {
    /// The folder that the layer names are relative to.
    pub layers_folder: PathBuf,
    /// The layer below all of the image's: empty places to mount on.
    pub mount_points: PathBuf,
    /// Lower directories, the topmost first.
    pub layers: Vec<String>,
    /// The directory that takes what is changed.
    pub upper: PathBuf,
    /// Overlayfs' own, on the same file system.
    pub work: PathBuf,
    /// An empty folder to mount on.
    pub mount_point: PathBuf,
    /// The overlay need not survive a power cut (`--rm`): no sync when it is unmounted.
    pub volatile: bool,
    /// `--read-only`.
    pub read_only: bool,
    /// Bytes of /dev/shm.
    pub shm_size: u64,
    /// No masks, no read-only /proc and /sys.
    pub privileged: bool,
    /// The overlay was refused; the tree was copied into the upper folder instead.
    pub copied: bool,
    /// /etc/hosts and its kin: files of the container's folder and where they go.
    pub files: Vec<FileMount>,
    /// What the user asked for, parents before children.
    pub mounts: Vec<Mount>,
}

/// A file bound over one in the container.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct FileMount {
    /// On the host, absolute.
    pub source: PathBuf,
    /// In the container, absolute.
    pub target: String,
}

/// A mount that the user asked for. Targets are absolute, in the container.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "kebab-case")]
pub enum Mount {
    /// A folder or file of the host, or a volume's.
    Bind { source: PathBuf, target: String, read_only: bool, recursive: bool },
    /// A fresh tmpfs with these options (tmpfs(5)) and flags.
    Tmpfs { target: String, options: Vec<(String, String)>, flags: TmpfsFlags },
}

impl Mount {
    /// Where it goes: absolute, in the container.
    pub fn target(&self) -> &str {
        match self {
            Self::Bind { target, .. } | Self::Tmpfs { target, .. } => target,
        }
    }
}

/// Flags of a `--tmpfs`; docker's defaults are all but read-only.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct TmpfsFlags {
    /// `ro`.
    pub read_only: bool,
    /// `nosuid`.
    pub no_suid: bool,
    /// `nodev`.
    pub no_dev: bool,
    /// `noexec`.
    pub no_exec: bool,
}

/// The seccomp filters of the processes that serve a container's networks; 8 bytes an instruction.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Filters {
    /// Of the way out.
    #[serde(with = "hex")]
    pub uplink: Vec<u8>,
    /// Of the name server.
    #[serde(with = "hex")]
    pub names: Vec<u8>,
    /// Of the process that serves published ports.
    #[serde(with = "hex")]
    pub ports: Vec<u8>,
}

/// Which namespaces are not the container's own.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sharing {
    /// `--network`.
    pub network: Network,
}

/// Whose network namespace a container has.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Network {
    /// Its own.
    #[default]
    Own,
    /// The caller's.
    Host,
    /// That of the container whose first process this is.
    Of(Identity),
}

/// What runs, for the container's first process as for `exec`.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Process {
    /// Program and arguments; never empty.
    pub arguments: Vec<String>,
    /// `KEY=VALUE` each.
    pub environment: Vec<String>,
    /// Absolute, in the container.
    pub working_directory: String,
    /// `user[:group]` as the image or the user said; resolved in the container.
    pub user: String,
    /// Capabilities of root, and the bounding set of everybody: a mask of 1 << CAP_….
    pub capabilities: u64,
    /// Set-uid bits and file capabilities have no effect. PR_SET_NO_NEW_PRIVS(2const).
    pub no_new_privileges: bool,
    /// Resource, soft, hard; `u64::MAX` is no limit.
    pub limits: Vec<(String, u64, u64)>,
    /// The seccomp filter, 8 bytes an instruction; empty: none.
    #[serde(with = "hex")]
    pub filter: Vec<u8>,
    /// PID 1 is rcon's own init, which reaps and passes signals on.
    pub init: bool,
}

/// Bytes as a hex string: JSON's arrays of numbers are four times as long.
mod hex {
    use serde::{Deserialize, Deserializer, Serializer};

    const DIGITS: &[u8; 16] = b"0123456789abcdef";

    pub(super) fn serialize<S: Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
        let mut text = String::with_capacity(bytes.len() * 2);
        for byte in bytes {
            text.push(char::from(DIGITS[usize::from(byte >> 4)]));
            text.push(char::from(DIGITS[usize::from(byte & 15)]));
        }
        serializer.serialize_str(&text)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<u8>, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        let value = |digit: u8| char::from(digit).to_digit(16).map(|value| value as u8);
        text.as_bytes()
            .chunks(2)
            .map(|pair| Some(value(*pair.first()?)? << 4 | value(*pair.get(1)?)?))
            .collect::<Option<_>>()
            .ok_or_else(|| serde::de::Error::custom("not hex"))
    }
}
