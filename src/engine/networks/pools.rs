//! Addresses for networks that name none: docker's pools, without what is in use.

use crate::error::{Context, Error, Kind, Result};
use ipnet::{IpNet, Ipv4Net, Ipv6Net};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::path::Path;

/// The first and the last second byte of `172.x.0.0/16`.
const LARGE: std::ops::RangeInclusive<u8> = 17..=31;

/// `192.168.0.0/16` in parts of this length, `/20`.
const SMALL: u8 = 20;

/// A network of IPv6 is one /64 of a random prefix, RFC 4193 3.2.
const IPV6: u8 = 64;

/// How often a random prefix may be in use.
const DRAWS: usize = 100;

/// The first of docker's pools that overlaps nothing that is `taken`.
///
/// # Errors
/// docker's words when there is none.
pub fn ipv4(taken: &[IpNet]) -> Result<Ipv4Net> {
    let large = LARGE.map(|second| Ipv4Net::new_assert(Ipv4Addr::new(172, second, 0, 0), 16));
    let small =
        (0..=240u8).step_by(16).map(|third| Ipv4Net::new_assert(Ipv4Addr::new(192, 168, third, 0), SMALL));
    large.chain(small).find(|net| is_free(IpNet::V4(*net), taken)).ok_or_else(|| {
        Error::new(Kind::Conflict, "all predefined address pools have been fully subnetted")
            .fix("name one with --subnet, or remove networks that nobody needs: rcon network prune")
    })
}

/// A random unique local prefix.
pub fn ipv6(taken: &[IpNet]) -> Result<Ipv6Net> {
    for _ in 0..DRAWS {
        let mut bytes = [0u8; 16];
        bytes[0] = 0xfd;
        rustix::rand::getrandom(&mut bytes[1..6], rustix::rand::GetRandomFlags::empty())
            .map_err(std::io::Error::from)
            .what(|| "drawing a random prefix")?;
        let net = Ipv6Net::new_assert(Ipv6Addr::from(bytes), IPV6);
        if is_free(IpNet::V6(net), taken) {
            return Ok(net);
        }
    }
    Err(Error::new(Kind::Conflict, "no free IPv6 prefix was found").fix("name one with --subnet"))
}

/// Whether `net` overlaps none of `taken`.
pub fn is_free(net: IpNet, taken: &[IpNet]) -> bool {
    !taken.iter().any(|other| overlap(net, *other))
}

/// Whether two networks share addresses.
pub fn overlap(one: IpNet, other: IpNet) -> bool {
    one.contains(&other) || other.contains(&one)
}

/// Where this host's routes lead, and its own addresses; what cannot be read is as good as not there.
pub fn of_host() -> Vec<IpNet> {
    let read = |path: &str| std::fs::read_to_string(Path::new("/proc/net").join(path)).unwrap_or_default();
    let mut taken = routes(&read("route"));
    taken.extend(own_addresses(&read("fib_trie")));
    taken.extend(ipv6_routes(&read("ipv6_route")));
    taken.sort_unstable();
    taken.dedup();
    taken
}

/// `/proc/net/route`: destination and mask in hexadecimal, in the byte order of this machine.
fn routes(text: &str) -> Vec<IpNet> {
    let route = |line: &str| {
        let mut words = line.split_ascii_whitespace();
        let destination = u32::from_str_radix(words.nth(1)?, 16).ok()?.to_ne_bytes();
        let mask = u32::from_str_radix(words.nth(5)?, 16).ok()?.to_ne_bytes();
        let net = Ipv4Net::with_netmask(Ipv4Addr::from(destination), Ipv4Addr::from(mask)).ok()?;
        // The default route is no reason against any network.
        (net.prefix_len() != 0).then_some(IpNet::V4(net.trunc()))
    };
    text.lines().skip(1).filter_map(route).collect()
}

/// `/proc/net/fib_trie`: a line with `host LOCAL` says of what the line before it names that it is our own.
fn own_addresses(text: &str) -> Vec<IpNet> {
    let mut named = None;
    let mut found = Vec::new();
    for line in text.lines().map(str::trim) {
        if let Some(address) = line.strip_prefix("|-- ") {
            named = address.parse::<Ipv4Addr>().ok();
        } else if line == "/32 host LOCAL" {
            found.extend(named.map(|address| IpNet::from(IpAddr::V4(address))));
        }
    }
    found
}

/// `/proc/net/ipv6_route`: 32 digits of the destination, and the length of its prefix in hexadecimal.
fn ipv6_routes(text: &str) -> Vec<IpNet> {
    let route = |line: &str| {
        let mut words = line.split_ascii_whitespace();
        let destination = u128::from_str_radix(words.next()?, 16).ok()?;
        let length = u8::from_str_radix(words.next()?, 16).ok()?;
        let net = Ipv6Net::new(Ipv6Addr::from(destination), length).ok()?;
        (length != 0).then_some(IpNet::V6(net.trunc()))
    };
    text.lines().filter_map(route).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nets(texts: &[&str]) -> Vec<IpNet> {
        texts.iter().map(|text| text.parse().unwrap()).collect()
    }

    #[test]
    fn the_first_pool_that_is_free_is_taken() {
        assert_eq!(ipv4(&[]).unwrap().to_string(), "172.17.0.0/16");
        assert_eq!(ipv4(&nets(&["172.17.0.0/16", "172.18.5.1/32"])).unwrap().to_string(), "172.19.0.0/16");
        assert_eq!(ipv4(&nets(&["172.16.0.0/12"])).unwrap().to_string(), "192.168.0.0/20");
        let small = nets(&["172.16.0.0/12", "192.168.0.0/24", "192.168.16.0/20"]);
        assert_eq!(ipv4(&small).unwrap().to_string(), "192.168.32.0/20");
        let error = ipv4(&nets(&["172.16.0.0/12", "192.168.0.0/16"])).unwrap_err();
        assert_eq!(error.to_string(), "all predefined address pools have been fully subnetted");
    }

    #[test]
    fn ipv6_prefixes_are_random_and_unique_local() {
        let (one, other) = (ipv6(&[]).unwrap(), ipv6(&[]).unwrap());
        assert!(one != other && one.prefix_len() == 64 && one.to_string().starts_with("fd"));
        assert!(ipv6(&nets(&["fd00::/8"])).is_err());
    }

    #[test]
    fn the_kernels_tables_are_read() {
        // As a little-endian machine writes them.
        if cfg!(target_endian = "little") {
            let text = "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT\n\
                        eth0\t00000000\t0102090A\t0003\t0\t0\t0\t00000000\t0\t0\t0\n\
                        eth0\t0000090A\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0\nx\ny\tzz\n";
            assert_eq!(routes(text), nets(&["10.9.0.0/24"]));
        }
        let text = "Main:\n  +-- 0.0.0.0/0 3 0 5\n     |-- 0.0.0.0\n        /0 universe UNICAST\n\
                    \x20    |-- 10.9.0.2\n        /32 host LOCAL\n     |-- 10.9.0.255\n        /32 link BROADCAST\n";
        assert_eq!(own_addresses(text), nets(&["10.9.0.2/32"]));
        let text = "fd000000000000000000000000000000 40 00000000000000000000000000000000 00 0 0 0 0 lo\n\
                    00000000000000000000000000000000 00 0 0\nzz 00\n";
        assert_eq!(ipv6_routes(text), nets(&["fd00::/64"]));
        of_host();
    }
}
