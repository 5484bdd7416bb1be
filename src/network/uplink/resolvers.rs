//! The host's resolvers: a stand-in until `network::resolvers` is there.

use std::net::IpAddr;
use std::time::{Duration, Instant};

/// The name servers of the host's resolv.conf.
#[derive(Debug, Default)]
pub(super) struct HostResolvers {
    read: Option<Instant>,
    addresses: Vec<IpAddr>,
}

/// The most that resolv.conf is read of, in bytes.
const BOUND: u64 = 64 * 1024;

impl HostResolvers {
    /// Them, read again when the last time was a second ago.
    pub(super) fn current(&mut self) -> &[IpAddr] {
        if self.read.is_none_or(|read| read.elapsed() >= Duration::from_secs(1)) {
            self.read = Some(Instant::now());
            self.addresses = read();
        }
        &self.addresses
    }
}

fn read() -> Vec<IpAddr> {
    use std::io::Read;
    let mut text = String::new();
    let Ok(file) = std::fs::File::open("/etc/resolv.conf") else { return Vec::new() };
    if file.take(BOUND).read_to_string(&mut text).is_err() {
        return Vec::new();
    }
    let servers = text.lines().filter_map(|line| line.trim().strip_prefix("nameserver"));
    servers.filter_map(|address| address.trim().parse().ok()).take(3).collect()
}
