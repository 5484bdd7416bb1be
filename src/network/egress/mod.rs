//! Rules for what a container may reach outside its networks.

pub mod kernel;
pub mod log;

use ipnet::IpNet;
use serde::{Deserialize, Serialize};

/// `--egress`, all of them together. Containers and networks have rules; a container keeps those of both.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Egress {
    /// Only what is allowed passes: `deny`, or at least one `allow`.
    pub deny: bool,
    /// What passes all the same.
    pub allow: Vec<Allow>,
    /// Every new connection is noted, also those that pass.
    pub log: bool,
}

/// `allow=NAME|CIDR[:PORT]`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Allow {
    /// Where to.
    pub to: Destination,
    /// To this port of any protocol that has ports; `None`: to all, and anything without ports too.
    pub port: Option<u16>,
}

/// Where an allowed connection leads.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Destination {
    /// A host name, lower case without the final dot, or `*.` and a domain: all names below it.
    Name(String),
    /// Addresses.
    Network(IpNet),
}

impl Egress {
    /// Whether there is any rule.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// Whether `pattern`, a name or `*.` and a domain, stands for `name`; both in lower case without the final dot. The
/// name server and the rules of the kernel must agree on this.
pub fn covers(pattern: &str, name: &str) -> bool {
    match pattern.strip_prefix("*.") {
        Some(domain) => {
            let below = name.strip_suffix(domain).and_then(|head| head.strip_suffix('.'));
            !domain.is_empty() && below.is_some_and(|head| !head.is_empty())
        }
        None => !name.is_empty() && pattern == name,
    }
}
