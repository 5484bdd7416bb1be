//! Hosts that need not prove who they are.

use crate::registry::server;
use std::net::{IpAddr, Ipv6Addr};

/// One entry of a list of insecure registries: `host[:port]`, or a network as `address/bits`. A network
/// covers addresses as they are written: names are not looked up, since whoever answers for a name could then
/// take its proof away.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Exempt {
    Host(String),
    Network(IpAddr, u32),
}

impl Exempt {
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let wrong = || format!("`{text}` is neither host[:port] nor a network as address/bits");
        // docker takes URLs here as well.
        let (host, path) = server::split(text);
        if let Some((address, bits)) = text.split_once('/')
            && let Ok(address) = address.parse::<IpAddr>()
        {
            let most = if address.is_ipv4() { 32 } else { 128 };
            let digits = bits.bytes().all(|c| c.is_ascii_digit());
            let bits = bits.parse().ok().filter(|bits| digits && *bits <= most).ok_or_else(wrong)?;
            return Ok(Self::Network(address, bits));
        }
        match server::is_host(host) && path.is_empty() {
            true => Ok(Self::Host(host.to_owned())),
            false => Err(wrong()),
        }
    }

    pub(super) fn covers(&self, host: &str) -> bool {
        match self {
            Self::Host(exempt) => exempt.eq_ignore_ascii_case(host),
            Self::Network(network, bits) => match (network, address(host)) {
                (IpAddr::V4(network), Some(IpAddr::V4(address))) => {
                    let shift = 32 - bits;
                    u32::from(*network).checked_shr(shift) == u32::from(address).checked_shr(shift)
                }
                (IpAddr::V6(network), Some(IpAddr::V6(address))) => {
                    let shift = 128 - bits;
                    u128::from(*network).checked_shr(shift) == u128::from(address).checked_shr(shift)
                }
                _ => false,
            },
        }
    }
}

/// Whether `host[:port]` is this machine: what it says crosses no wire.
pub(super) fn is_loopback(host: &str) -> bool {
    let name = host.split(':').next().unwrap_or_default();
    name.eq_ignore_ascii_case("localhost") || address(host).is_some_and(|address| address.is_loopback())
}

/// The address in `host[:port]`, where it is one.
fn address(host: &str) -> Option<IpAddr> {
    match host.strip_prefix('[') {
        Some(rest) => rest.split_once(']')?.0.parse::<Ipv6Addr>().ok().map(IpAddr::V6),
        None => host.split(':').next()?.parse().ok(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_and_networks_cover_what_they_name() {
        for (exempt, covered, strange) in [
            ("a.b", &["a.b", "A.b"][..], &["a.b:80", "c.a.b", "a.b.c"][..]),
            ("a.b:80", &["a.b:80"], &["a.b", "a.b:8080"]),
            ("http://a.b/", &["a.b"], &[]),
            ("10.0.0.0/8", &["10.1.2.3", "10.1.2.3:5000"], &["11.0.0.1", "ten.example", "10.example"]),
            ("0.0.0.0/0", &["1.2.3.4"], &["[::1]", "a.b"]),
            ("10.0.0.1/32", &["10.0.0.1"], &["10.0.0.2"]),
            ("fd00::/8", &["[fd00::1]:5000", "[fd12::]"], &["[fe80::1]", "1.2.3.4"]),
            ("::/0", &["[fd00::1]"], &["1.2.3.4"]),
        ] {
            let exempt = Exempt::parse(exempt).unwrap();
            for host in covered {
                assert!(exempt.covers(host), "{exempt:?} {host}");
            }
            for host in strange {
                assert!(!exempt.covers(host), "{exempt:?} {host}");
            }
        }
    }

    #[test]
    fn what_is_no_host_and_no_network_is_refused() {
        for text in
            ["", "10.0.0.0/33", "::/129", "10.0.0.0/", "10.0.0.0/+8", "10.0.0.0/8/8", "a.b/x", "a b", "*"]
        {
            assert!(Exempt::parse(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn loopback_is_this_machine_in_every_spelling_and_no_other() {
        for host in ["localhost", "LOCALHOST:5000", "127.0.0.1", "127.8.8.8:5000", "[::1]", "[::1]:5000"] {
            assert!(is_loopback(host), "{host}");
        }
        for host in
            ["localhost.example", "128.0.0.1", "127.evil.example", "127.0.0.1.evil.example", "[::2]:5000", ""]
        {
            assert!(!is_loopback(host), "{host}");
        }
    }
}
