//! What a start has to know of networks: part of the plan, made by the engine, carried out by the launcher.

use super::egress::Egress;
use super::port::Publish;
use ipnet::IpNet;
use serde::{Deserialize, Serialize};
use std::net::IpAddr;
use std::path::PathBuf;

/// How a container with a network namespace of its own is connected.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wiring {
    /// Where the processes that hold the user's network namespace are on record.
    pub hub: PathBuf,
    /// The way out of the user's network namespace.
    pub uplink: Uplink,
    /// Its place on each network.
    pub cables: Vec<Cable>,
    /// Ports to publish.
    pub publish: Vec<Publish>,
    /// What its name server knows; `None`: it has none.
    pub names: Option<super::names::config::Config>,
    /// pasta(1) of its own instead of cables, with these arguments.
    pub pasta: Option<Vec<String>>,
}

/// The way out of the user's network namespace.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Uplink {
    /// pasta(1), where it is installed and wanted; the built-in stack leads out until it is up, and without it.
    pub pasta: Option<PathBuf>,
    /// host.docker.internal stands for the host's loopback.
    pub host_loopback: bool,
}

/// A cable from a container to a bridge.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cable {
    /// The bridge, made when it is not there.
    pub bridge: Bridge,
    /// The end at the bridge: a name of its own in the user's network namespace.
    pub port: String,
    /// The end in the container: `eth0`.
    pub interface: String,
    /// Its hardware address.
    pub mac: [u8; 6],
    /// Its addresses with the lengths of their networks.
    pub addresses: Vec<IpNet>,
    /// Default routes that lead through this cable.
    pub gateways: Vec<IpAddr>,
    /// What may leave the bridge through this cable.
    pub egress: Egress,
}

/// A bridge of the user's network namespace.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bridge {
    /// At most 15 bytes, beginning with [`super::nft::hub::BRIDGES`].
    pub name: String,
    /// In bytes.
    pub mtu: u32,
    /// The gateways, with the lengths of their networks.
    pub addresses: Vec<IpNet>,
    /// Nothing leaves it.
    pub internal: bool,
    /// Its members do not reach each other.
    pub isolates: bool,
}
