//! What was asked for: the words of `run` and `create`, parsed and valid in themselves, before any
//! image or host was looked at. Pure data; the record of a container keeps it.

use crate::network::egress::Egress;
use crate::network::port::{Port, Publish};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

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
    /// `-p`, one for each port.
    pub publish: Vec<Publish>,
    /// `-P`: everything that is exposed.
    pub publish_all: bool,
    /// `--expose`, one for each port.
    pub expose: Vec<Port>,
    /// `--link CONTAINER[:ALIAS]`: the container as typed, and the alias.
    pub links: Vec<(String, String)>,
    /// `--dns`.
    pub dns: Vec<IpAddr>,
    /// `--dns-search`; `.` alone: none.
    pub dns_search: Vec<String>,
    /// `--dns-option`.
    pub dns_options: Vec<String>,
    /// `--egress`.
    pub egress: Egress,
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
    /// Nothing was said, or `default`: the network `bridge`.
    #[default]
    Default,
    /// `none`: loopback only.
    None,
    /// `host`: the caller's network namespace.
    Host,
    /// `container:ID`: the network namespace of another container, named as it was typed.
    Container(String),
    /// `pasta[:OPTION,...]`: no bridge, but a pasta(1) of its own, with these options.
    Pasta(Vec<String>),
    /// Networks by name or id, the first one first; at least one.
    Networks(Vec<Join>),
}

/// How a container joins one network: `--network NAME` and what goes with it, `--network name=NAME,ip=...`,
/// `network connect`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Join {
    /// The network's name or id, as typed.
    pub network: String,
    /// `--network-alias`, `alias=`.
    pub aliases: Vec<String>,
    /// `--ip`, `ip=`.
    pub ipv4: Option<Ipv4Addr>,
    /// `--ip6`, `ip6=`.
    pub ipv6: Option<Ipv6Addr>,
    /// `--mac-address`, `mac-address=`: six bytes.
    pub mac: Option<[u8; 6]>,
    /// `--link CONTAINER[:ALIAS]` on this network: as typed, and the alias.
    pub links: Vec<(String, String)>,
    /// `gw-priority=`: the network with the highest gives the default route; then the first by name.
    pub priority: i64,
    /// `driver-opt=`.
    pub options: BTreeMap<String, String>,
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
