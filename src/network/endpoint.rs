//! Endpoints: who is on a network right now.
//!
//! `<runtime>/networks/<network id>/<container id>.json` is one container's place on one network. The folder is the
//! truth of which addresses are taken and of what names mean: whoever starts, connects, disconnects or ends a
//! container writes or removes its file (by rename, so that no reader sees half of one), and a reboot ends them all.

use crate::ids::ContainerId;
use serde::{Deserialize, Serialize};
use std::io;
use std::net::{Ipv4Addr, Ipv6Addr};
use std::path::{Path, PathBuf};

/// A container's place on a network.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Endpoint {
    /// 64 hex digits.
    pub id: String,
    /// The container.
    pub container: ContainerId,
    /// Its name when it was connected.
    pub name: String,
    /// The network's name.
    pub network: String,
    /// What other containers of the network call it: name, aliases, short id; as typed.
    pub names: Vec<String>,
    /// Its address.
    pub ipv4: Option<Ipv4Addr>,
    /// Its address.
    pub ipv6: Option<Ipv6Addr>,
    /// `02:42:ac:11:00:02`.
    pub mac: String,
    /// The container's end of the cable: `eth0`.
    #[serde(default)]
    pub interface: String,
}

/// The folder of the endpoints of network `id`.
pub fn folder(runtime: &Path, id: &str) -> PathBuf {
    runtime.join("networks").join(id)
}

/// All endpoints in `folder`, in the order of their containers' ids; none when it is not there.
pub fn read(folder: &Path) -> io::Result<Vec<Endpoint>> {
    let entries = match std::fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries?,
    };
    let mut endpoints = Vec::new();
    for entry in entries {
        let path = entry?.path();
        if path.extension().is_none_or(|extension| extension != "json") {
            continue;
        }
        match std::fs::read(&path) {
            Ok(text) => endpoints.extend(serde_json::from_slice::<Endpoint>(&text).ok()),
            // It went while we looked.
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
    }
    endpoints.sort_by_key(|endpoint| endpoint.container);
    Ok(endpoints)
}
