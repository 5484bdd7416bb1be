//! What was asked for: the words of `run` and `create`, parsed and valid in themselves, before any
//! image or host was looked at. Pure data; the record of a container keeps it.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A container as it was asked for. Fields that an image can also say are `None` where it decides.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Wish {
    /// The image as it was typed.
    pub image: String,
    /// What follows the image; empty: the image's own.
    pub command: Vec<String>,
    /// `--entrypoint`; `Some(vec![])` clears the image's.
    pub entrypoint: Option<Vec<String>>,
    /// `--name`, valid by docker's grammar.
    pub name: Option<String>,
    /// `-e` and `--env-file` in order of precedence (files first), each `KEY=VALUE`; `KEY` alone was
    /// replaced by the caller's value or dropped.
    pub env: Vec<String>,
    /// `-l` and `--label-file`.
    pub labels: BTreeMap<String, String>,
    /// `-v`, `--tmpfs`; later `--mount`.
    pub mounts: Vec<MountWish>,
    /// `-w`, absolute.
    pub workdir: Option<String>,
    /// `-u`: `user[:group]`, names or numbers, resolved inside the image.
    pub user: Option<String>,
    /// `--hostname`.
    pub hostname: Option<String>,
    /// `--network`.
    pub network: NetworkWish,
    /// `-i`: keep standard input open.
    pub interactive: bool,
    /// `-t`.
    pub tty: bool,
    /// `--rm`.
    pub remove: bool,
    /// `--read-only`.
    pub read_only: bool,
    /// `--init`: rcon's own init is PID 1.
    pub init: bool,
    /// `--privileged`.
    pub privileged: bool,
    /// `--cap-add`: upper case without `CAP_`, or `ALL`.
    pub cap_add: Vec<String>,
    /// `--cap-drop`: likewise.
    pub cap_drop: Vec<String>,
    /// `--security-opt`.
    pub security: SecurityWish,
    /// `--stop-signal`: its number.
    pub stop_signal: Option<i32>,
    /// `--stop-timeout` in seconds; -1 waits for ever.
    pub stop_timeout: Option<i64>,
    /// `--ulimit`.
    pub ulimits: Vec<Ulimit>,
    /// `--shm-size` in bytes; docker's default is 64 MiB.
    pub shm_size: Option<u64>,
    /// `--add-host`, each `NAME:ADDRESS`.
    pub extra_hosts: Vec<String>,
    /// `--pull`.
    pub pull: PullPolicy,
    /// `--platform`, as typed.
    pub platform: Option<String>,
    /// Where the standard streams go.
    pub detach: bool,
    /// `--detach-keys`, as typed.
    pub detach_keys: Option<String>,
    /// `--sig-proxy`.
    pub sig_proxy: bool,
    /// `--cidfile`.
    pub cid_file: Option<String>,
}

/// One mount that was asked for. `target` is absolute and lexically clean.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "kebab-case")]
pub enum MountWish {
    /// `-v /host:/target[:options]`; the source is made as a directory when it is missing.
    Bind { source: String, target: String, read_only: bool, recursive: bool },
    /// `-v name:/target[:options]`.
    Volume { name: String, target: String, read_only: bool, copy: bool },
    /// `-v /target`.
    Anonymous { target: String },
    /// `--tmpfs /target[:options]`; options as typed, to be judged when mounted.
    Tmpfs { target: String, options: Vec<String> },
}

/// `--network`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum NetworkWish {
    /// Nothing was said.
    #[default]
    Default,
    /// `none`: loopback only.
    None,
    /// `host`: the caller's network namespace.
    Host,
}

/// `--security-opt`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct SecurityWish {
    /// `seccomp=FILE|unconfined`.
    pub seccomp: SeccompWish,
    /// `no-new-privileges[=true]`.
    pub no_new_privileges: bool,
}

/// `--security-opt seccomp=…`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SeccompWish {
    /// rcon's own filter.
    #[default]
    Default,
    /// No filter.
    Unconfined,
    /// A profile in docker's JSON form: the text of the file, read and found parsable when it was asked for.
    Profile(String),
}

/// `--ulimit NAME=SOFT[:HARD]`; `u64::MAX` is "unlimited".
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ulimit {
    /// Lower case, without `RLIMIT_`: `nofile`.
    pub name: String,
    /// setrlimit(2), rlim_cur.
    pub soft: u64,
    /// setrlimit(2), rlim_max.
    pub hard: u64,
}

/// `--pull`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PullPolicy {
    /// Always ask the registry.
    Always,
    /// Ask when the image is not here.
    #[default]
    Missing,
    /// Never ask.
    Never,
}
