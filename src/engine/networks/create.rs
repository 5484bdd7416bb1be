//! `network create`.

use super::options;
use super::pools;
use crate::engine::host::Engine;
use crate::error::{Error, Kind, Result};
use crate::ids::ContainerId;
use crate::network::definition::{Definition, Pool};
use crate::network::egress::Egress;
use ipnet::IpNet;
use jiff::Timestamp;
use std::collections::BTreeMap;
use std::net::IpAddr;

/// A network as it was asked for; what are addresses is text, since docker's words for wrong ones need all of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Asked {
    /// Its name.
    pub name: String,
    /// `--driver`; empty: `bridge`.
    pub driver: String,
    /// `--subnet`.
    pub subnets: Vec<String>,
    /// `--ip-range`.
    pub ranges: Vec<String>,
    /// `--gateway`.
    pub gateways: Vec<String>,
    /// `--aux-address`: a name, and the address that it has.
    pub auxiliary: Vec<(String, String)>,
    /// `--internal`.
    pub internal: bool,
    /// `--attachable`.
    pub attachable: bool,
    /// `--ipv4=false`.
    pub without_ipv4: bool,
    /// `--ipv6`.
    pub ipv6: bool,
    /// `--opt`.
    pub options: BTreeMap<String, String>,
    /// `--label`.
    pub labels: BTreeMap<String, String>,
    /// `--egress`.
    pub egress: Egress,
}

/// Creates a network; gives it with its addresses.
///
/// # Errors
/// docker's words for what it cannot be.
pub fn create(engine: &Engine, asked: &Asked) -> Result<Definition> {
    let networks = engine.networks();
    check_driver(&asked.driver)?;
    options::check(&asked.options)?;
    let named = pools(asked)?;
    let held = networks.lock()?;
    networks.free_name(&asked.name)?;
    let taken: Vec<IpNet> =
        networks.all()?.iter().flat_map(|network| &network.pools).map(|pool| pool.subnet).collect();
    let pools = complete(named, asked, &taken, pools::of_host)?;
    let network = Definition {
        id: ContainerId::random()?.to_string(),
        name: asked.name.clone(),
        created: Timestamp::now(),
        driver: "bridge".to_owned(),
        ipv6: pools.iter().any(|pool| pool.subnet.addr().is_ipv6()),
        pools,
        internal: asked.internal,
        attachable: asked.attachable,
        options: asked.options.clone(),
        labels: asked.labels.clone(),
        egress: asked.egress.clone(),
    };
    networks.create(&held, &network)?;
    Ok(network)
}

fn check_driver(driver: &str) -> Result<()> {
    let refuse = |why: &str| {
        Err(Error::new(Kind::Unsupported, format!("driver {driver:?} is not supported"))
            .because(why)
            .fix("leave --driver out: the network is a bridge"))
    };
    match driver {
        "" | "default" | "bridge" => Ok(()),
        "host" | "null" => {
            Err(Error::new(Kind::Conflict, format!("only one instance of {driver:?} network is allowed")))
        }
        "macvlan" | "ipvlan" => refuse("it shares a device of the host, which takes root"),
        "overlay" => refuse("it spans several hosts, and rcon knows this one only"),
        other => Err(Error::new(Kind::NotFound, format!("plugin {other:?} not found"))),
    }
}

/// A subnet that was named, and what was named with it.
#[derive(Debug)]
struct Named {
    subnet: IpNet,
    range: Option<IpNet>,
    gateway: Option<IpAddr>,
    auxiliary: BTreeMap<String, IpAddr>,
}

/// The subnets that were named, each with what lies in it.
fn pools(asked: &Asked) -> Result<Vec<Named>> {
    if asked.subnets.len() < asked.ranges.len() || asked.subnets.len() < asked.gateways.len() {
        return Err(Error::usage("every ip-range or gateway must have a corresponding subnet"));
    }
    let mut named: Vec<Named> = Vec::new();
    for subnet in subnets(&asked.subnets)? {
        if named.iter().any(|other| pools::overlap(other.subnet, subnet)) {
            return Err(Error::usage("multiple overlapping subnet configuration is not supported"));
        }
        named.push(Named { subnet, range: None, gateway: None, auxiliary: BTreeMap::new() });
    }
    for typed in &asked.ranges {
        add_range(&mut named, typed)?;
    }
    for typed in &asked.gateways {
        add_gateway(&mut named, typed)?;
    }
    for (key, typed) in &asked.auxiliary {
        let address = typed.parse().ok();
        let pool = within(&mut named, address).zip(address);
        let (pool, address) =
            pool.ok_or_else(|| Error::usage(format!("no matching subnet for aux-address {typed}")))?;
        pool.auxiliary.insert(key.clone(), address);
    }
    Ok(named)
}

fn add_range(named: &mut [Named], typed: &str) -> Result<()> {
    let range: IpNet = typed.parse().map_err(|_| Error::usage(format!("invalid CIDR address: {typed}")))?;
    let none = || Error::usage(format!("no matching subnet for range {typed}"));
    let pool = named.iter_mut().find(|pool| pool.subnet.contains(&range)).ok_or_else(none)?;
    if range != range.trunc() {
        return Err(invalid(&[format!("invalid ip-range {typed}: it should be {}", range.trunc())]));
    }
    match pool.range.replace(range) {
        Some(other) => Err(Error::usage(format!(
            "cannot configure multiple ranges ({typed}, {other}) on the same subnet ({})",
            pool.subnet
        ))),
        None => Ok(()),
    }
}

fn add_gateway(named: &mut [Named], typed: &str) -> Result<()> {
    let none = || Error::usage(format!("no matching subnet for gateway {typed}"));
    let address = typed.parse().ok();
    let (pool, address) = within(named, address).zip(address).ok_or_else(none)?;
    match pool.gateway.replace(address) {
        Some(other) => Err(Error::usage(format!(
            "cannot configure multiple gateways ({typed}, {other}) for the same subnet ({})",
            pool.subnet
        ))),
        None => Ok(()),
    }
}

fn within(named: &mut [Named], address: Option<IpAddr>) -> Option<&mut Named> {
    named.iter_mut().find(|pool| address.is_some_and(|address| pool.subnet.contains(&address)))
}

fn subnets(typed: &[String]) -> Result<Vec<IpNet>> {
    let (mut subnets, mut wrong) = (Vec::new(), Vec::new());
    for typed in typed {
        match typed.parse::<IpNet>() {
            Err(_) => wrong.push(format!("invalid subnet {typed}: invalid CIDR block notation")),
            Ok(net) if net != net.trunc() => {
                wrong.push(format!("invalid subnet {typed}: it should be {}", net.trunc()));
            }
            Ok(net) if is_special(net) => {
                wrong.push(format!("invalid subnet {typed}: no container can have these addresses"));
            }
            Ok(net) => subnets.push(net),
        }
    }
    if wrong.is_empty() { Ok(subnets) } else { Err(invalid(&wrong)) }
}

fn is_special(net: IpNet) -> bool {
    let address = net.network();
    net.prefix_len() != 0 && (address.is_loopback() || address.is_multicast() || address.is_unspecified())
}

fn invalid(wrong: &[String]) -> Error {
    Error::usage(format!("invalid network config:\n{}", wrong.join("\n")))
}

/// Adds the pools that nobody named, and the gateways; `host` tells what this host has in use.
fn complete(
    mut named: Vec<Named>,
    asked: &Asked,
    taken: &[IpNet],
    host: impl FnOnce() -> Vec<IpNet>,
) -> Result<Vec<Pool>> {
    if asked.without_ipv4 {
        named.retain(|pool| pool.subnet.addr().is_ipv6());
    }
    let count = |named: &[Named], ipv6| named.iter().filter(|it| it.subnet.addr().is_ipv6() == ipv6).count();
    if count(&named, false) > 1 || count(&named, true) > 1 {
        return Err(Error::usage("bridge driver doesn't support multiple subnets"));
    }
    if named.iter().any(|pool| !pools::is_free(pool.subnet, taken)) {
        let what = "invalid pool request: Pool overlaps with other one on this address space";
        return Err(Error::new(Kind::Conflict, what));
    }
    let wants_ipv4 = !asked.without_ipv4 && count(&named, false) == 0;
    let wants_ipv6 = asked.ipv6 && count(&named, true) == 0;
    if asked.without_ipv4 && count(&named, true) == 0 && !wants_ipv6 {
        return Err(Error::usage("IPv4 or IPv6 must be enabled"));
    }
    if wants_ipv4 || wants_ipv6 {
        let mut taken = taken.to_vec();
        taken.extend(host());
        let plain = |subnet: IpNet| Named { subnet, range: None, gateway: None, auxiliary: BTreeMap::new() };
        if wants_ipv4 {
            named.push(plain(IpNet::V4(pools::ipv4(&taken)?)));
        }
        if wants_ipv6 {
            named.push(plain(IpNet::V6(pools::ipv6(&taken)?)));
        }
    }
    named.into_iter().map(with_gateway).collect()
}

/// # Errors
/// docker's words for a gateway that is no address of a host, and for one that somebody else has.
fn with_gateway(named: Named) -> Result<Pool> {
    let Named { subnet, range, gateway, auxiliary } = named;
    let used = |what: String| Error::new(Kind::Conflict, what).because("Address already in use");
    if let Some(address) = gateway.filter(|address| is_edge(subnet, *address)) {
        return Err(used(format!("failed to allocate gateway ({address})")));
    }
    let gateway = gateway.unwrap_or_else(|| first(subnet));
    if let Some((key, address)) = auxiliary.iter().find(|(_, address)| **address == gateway) {
        return Err(used(format!("failed to allocate secondary ip address ({key}:{address})")));
    }
    Ok(Pool { subnet, range, gateway, auxiliary })
}

/// Whether the address is the network's own, or that of all hosts on it.
fn is_edge(subnet: IpNet, address: IpAddr) -> bool {
    let has_edges = subnet.max_prefix_len() - subnet.prefix_len() > 1;
    let broadcast = subnet.addr().is_ipv4() && address == subnet.broadcast();
    has_edges && (address == subnet.network() || broadcast)
}

/// The first address of a host. ipnet counts the network's own among them for IPv6, where it is the routers'.
fn first(subnet: IpNet) -> IpAddr {
    let own = subnet.network();
    let mut hosts = subnet.hosts();
    hosts.find(|address| !is_edge(subnet, *address)).unwrap_or(own)
}

#[cfg(test)]
mod tests {
    use super::options::MTU;
    use super::*;
    use crate::paths::Paths;

    fn engine() -> (tempfile::TempDir, Engine) {
        let folder = tempfile::tempdir().unwrap();
        let paths = Paths {
            data: folder.path().join("data"),
            runtime: folder.path().join("run"),
            config: folder.path().join("config.json"),
        };
        let engine = Engine::open(paths).unwrap();
        (folder, engine)
    }

    /// `subnet`, `range=`, `gateway=`, `aux=KEY:ADDRESS`, `ipv6`, `noipv4`, `driver=`, in a line.
    fn asked(name: &str, line: &str) -> Asked {
        let mut asked = Asked { name: name.to_owned(), ..Asked::default() };
        for word in line.split_ascii_whitespace() {
            match word.split_once('=') {
                Some(("range", value)) => asked.ranges.push(value.to_owned()),
                Some(("gateway", value)) => asked.gateways.push(value.to_owned()),
                Some(("driver", value)) => asked.driver = value.to_owned(),
                Some(("mtu", value)) => asked.options.extend([(MTU.to_owned(), value.to_owned())]),
                Some(("aux", value)) => {
                    let (key, address) = value.split_once(':').unwrap();
                    asked.auxiliary.push((key.to_owned(), address.to_owned()));
                }
                _ if word == "ipv6" => asked.ipv6 = true,
                _ if word == "noipv4" => asked.without_ipv4 = true,
                _ => asked.subnets.push(word.to_owned()),
            }
        }
        asked
    }

    #[test]
    fn named_subnets_have_a_gateway() {
        let (_folder, engine) = engine();
        let made = |name: &str, line: &str| create(&engine, &asked(name, line)).unwrap();
        let one = made("a", "10.3.0.0/16 range=10.3.5.0/24 gateway=10.3.5.1 aux=x:10.3.5.5 aux=y:10.3.5.6");
        let pool = one.ipv4().unwrap();
        assert_eq!(pool.range.unwrap().to_string(), "10.3.5.0/24");
        assert_eq!(pool.gateway.to_string(), "10.3.5.1");
        assert_eq!(pool.auxiliary["y"].to_string(), "10.3.5.6");
        assert!(!one.ipv6 && one.ipv6().is_none());
        assert_eq!(made("b", "10.4.0.0/16").ipv4().unwrap().gateway.to_string(), "10.4.0.1");
        assert_eq!(made("c", "10.5.0.0/31").ipv4().unwrap().gateway.to_string(), "10.5.0.0");
        assert_eq!(made("d", "10.5.1.0/32").ipv4().unwrap().gateway.to_string(), "10.5.1.0");
        let both = made("e", "ipv6 10.6.0.0/16 fd00:1::/64");
        assert_eq!(both.ipv6().unwrap().gateway.to_string(), "fd00:1::1");
        assert!(made("f", "noipv4 ipv6").ipv4().is_none());
        assert_eq!(engine.networks().find("f").unwrap().name, "f");
    }

    #[test]
    fn addresses_are_found_where_none_are_named() {
        let (_folder, engine) = engine();
        let one = create(&engine, &asked("a", "ipv6")).unwrap();
        let other = create(&engine, &asked("b", "")).unwrap();
        assert!(one.ipv6 && one.ipv6().unwrap().subnet.prefix_len() == 64);
        assert_ne!(one.ipv4().unwrap().subnet, other.ipv4().unwrap().subnet);
        let bridge = "172.17.0.0/16".parse().unwrap();
        assert!(!pools::overlap(bridge, one.ipv4().unwrap().subnet));
    }

    #[test]
    fn what_is_wrong_is_told_in_dockers_words() {
        let (_folder, engine) = engine();
        create(&engine, &asked("taken", "10.1.0.0/16")).unwrap();
        let overlaps = "invalid pool request: Pool overlaps with other one on this address space";
        let matching = "every ip-range or gateway must have a corresponding subnet";
        for (name, line, told) in [
            ("taken", "", "network with name taken already exists"),
            ("host", "", "operation is not permitted on predefined host network"),
            ("n", "10.1.2.0/24", overlaps),
            ("n", "172.17.0.0/16", overlaps),
            ("n", "0.0.0.0/0", overlaps),
            ("n", "foo", "invalid network config:\ninvalid subnet foo: invalid CIDR block notation"),
            (
                "n",
                "10.2.3.4/16",
                "invalid network config:\ninvalid subnet 10.2.3.4/16: it should be 10.2.0.0/16",
            ),
            (
                "n",
                "127.0.0.0/8",
                "invalid network config:\ninvalid subnet 127.0.0.0/8: no container can have these addresses",
            ),
            ("n", "10.3.0.0/16 gateway=10.4.0.1", "no matching subnet for gateway 10.4.0.1"),
            ("n", "10.3.0.0/16 gateway=foo", "no matching subnet for gateway foo"),
            ("n", "gateway=10.4.0.1", matching),
            ("n", "range=10.4.0.0/24", matching),
            ("n", "aux=a:10.4.0.5", "no matching subnet for aux-address 10.4.0.5"),
            ("n", "10.3.0.0/16 range=10.4.0.0/24", "no matching subnet for range 10.4.0.0/24"),
            ("n", "10.3.0.0/16 range=foo", "invalid CIDR address: foo"),
            ("n", "10.6.0.0/16 10.7.0.0/16", "bridge driver doesn't support multiple subnets"),
            ("n", "10.6.0.0/16 10.6.1.0/24", "multiple overlapping subnet configuration is not supported"),
            (
                "n",
                "10.8.0.0/16 gateway=10.8.255.255",
                "failed to allocate gateway (10.8.255.255): Address already in use",
            ),
            (
                "n",
                "10.8.0.0/16 aux=gw:10.8.0.1",
                "failed to allocate secondary ip address (gw:10.8.0.1): Address already in use",
            ),
            ("n", "noipv4", "IPv4 or IPv6 must be enabled"),
            ("n", "driver=foo", "plugin \"foo\" not found"),
            ("n", "driver=host", "only one instance of \"host\" network is allowed"),
            (
                "n",
                "driver=macvlan",
                "driver \"macvlan\" is not supported: it shares a device of the host, which takes root",
            ),
            (
                "n",
                "mtu=foo",
                "failed to parse com.docker.network.driver.mtu value: foo (strconv.Atoi: parsing \"foo\": invalid syntax)",
            ),
        ] {
            assert_eq!(create(&engine, &asked(name, line)).unwrap_err().to_string(), told, "{name} {line}");
        }
    }
}
