//! Published ports: what `-p` asks for, and what became of it.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::net::IpAddr;

/// The protocol of a port. docker also knows sctp, which is refused when it is parsed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Protocol {
    /// TCP.
    Tcp,
    /// UDP.
    Udp,
}

impl fmt::Display for Protocol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Tcp => "tcp",
            Self::Udp => "udp",
        })
    }
}

/// A port of a container: `80/tcp`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Port {
    /// 1 to 65535.
    pub number: u16,
    /// Its protocol.
    pub protocol: Protocol,
}

impl fmt::Display for Port {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.number, self.protocol)
    }
}

/// One port to be published: a `-p` with ranges on both sides has become one of these for each port.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Publish {
    /// The port of the container.
    pub container: Port,
    /// The address of the host to listen on; `None`: all, IPv4 and IPv6.
    pub address: Option<IpAddr>,
    /// The ports of the host to choose from, first and last; `None`: any that is free.
    pub host: Option<(u16, u16)>,
}

/// A published port: what a listener of the host stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Published {
    /// The port of the container.
    pub container: Port,
    /// The address of the host that is listened on.
    pub address: IpAddr,
    /// The port of the host.
    pub host: u16,
}
