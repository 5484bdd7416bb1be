//! Networks as they were created.

use super::egress::Egress;
use ipnet::IpNet;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::net::IpAddr;

/// A network of containers: a bridge in the user's network namespace.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Definition {
    /// 64 hex digits.
    pub id: String,
    /// Its name, unique.
    pub name: String,
    /// When it was created.
    pub created: jiff::Timestamp,
    /// `bridge`; the fixed networks have `host` and `null`.
    pub driver: String,
    /// At most one for IPv4 and one for IPv6.
    pub pools: Vec<Pool>,
    /// No way out, and none in from the host.
    pub internal: bool,
    /// `--attachable`: shown, and without effect here.
    pub attachable: bool,
    /// `--ipv6` was given.
    pub ipv6: bool,
    /// `--opt`.
    pub options: BTreeMap<String, String>,
    /// `--label`.
    pub labels: BTreeMap<String, String>,
    /// `--egress`.
    #[serde(default)]
    pub egress: Egress,
}

/// The addresses of a network.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pool {
    /// `--subnet`, without host bits.
    pub subnet: IpNet,
    /// `--ip-range`: where addresses are taken from; `None`: all of the subnet.
    pub range: Option<IpNet>,
    /// `--gateway`, or the first address.
    pub gateway: IpAddr,
    /// `--aux-address`: taken by others.
    #[serde(default)]
    pub auxiliary: BTreeMap<String, IpAddr>,
}

impl Definition {
    /// The pool of IPv4 addresses.
    pub fn ipv4(&self) -> Option<&Pool> {
        self.pools.iter().find(|pool| pool.subnet.addr().is_ipv4())
    }

    /// The pool of IPv6 addresses.
    pub fn ipv6(&self) -> Option<&Pool> {
        self.pools.iter().find(|pool| pool.subnet.addr().is_ipv6())
    }

    /// Whether this is the network that containers join without saying so, on which no names are resolved.
    pub fn is_default(&self) -> bool {
        self.name == DEFAULT
    }
}

/// The network that containers join without saying so.
pub const DEFAULT: &str = "bridge";
