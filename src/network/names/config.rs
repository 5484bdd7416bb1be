//! What the launcher tells the name server of a container.

use crate::ids::ContainerId;
use ipnet::IpNet;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::net::IpAddr;
use std::path::PathBuf;

/// Which names one container may look up, and where.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Config {
    /// The container's networks; a name is looked up on the first that knows it.
    pub networks: Vec<View>,
    /// `--link`: an alias in lower case, and the container it stands for. These come before the networks.
    pub links: BTreeMap<String, ContainerId>,
    /// Who is asked for all other names.
    pub upstream: Upstream,
    /// The names that may be asked for outside: in lower case without the final dot, or `*.` and a domain for
    /// all names below it. `None`: all.
    pub egress: Option<Vec<String>>,
}

/// One of the container's networks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct View {
    /// Its name: `web.NAME` is `web` on this network.
    pub name: String,
    /// The folder of its endpoints.
    pub folder: PathBuf,
    /// Its subnets.
    pub subnets: Vec<IpNet>,
    /// Whether names are looked up on it; not on the default bridge, where only links are.
    pub resolves: bool,
}

/// Who is asked for names that no network knows.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Upstream {
    /// The host's name servers.
    #[default]
    Host,
    /// `--dns`. One on a subnet of the container's networks or on its own loopback is asked from the
    /// container's namespace, the others from the host's.
    Servers(Vec<IpAddr>),
    /// Nobody: the networks are internal. Such names are answered SERVFAIL, as docker does.
    Nobody,
}
