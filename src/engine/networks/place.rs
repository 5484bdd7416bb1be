//! Places on networks: which address a container gets, and that nobody else gets it.
//!
//! A place is taken under the lock of all networks by writing the container's endpoint
//! ([`crate::network::endpoint`]), and is free again when that is removed: by the container's monitor at its end,
//! or by whoever finds that the container does not run any more.

use super::joined::Joined;
use super::settings;
use crate::durable::{self, Lock};
use crate::engine::host::Engine;
use crate::engine::record::Record;
use crate::engine::state::State;
use crate::engine::transient;
use crate::error::{Context, Error, Kind, Result};
use crate::ids::ContainerId;
use crate::network::definition::{Definition, Pool};
use crate::network::endpoint::{self, Endpoint};
use crate::paths::Paths;
use ipnet::IpNet;
use std::collections::HashSet;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::path::Path;

/// A container's place on one network.
#[derive(Debug, Clone)]
pub struct Place {
    /// The network.
    pub network: Definition,
    /// What was asked for.
    pub joined: Joined,
    /// What it got.
    pub endpoint: Endpoint,
    /// There are egress rules, the container's or the network's.
    pub obeys: bool,
}

impl Place {
    fn new(record: &Record, network: Definition, joined: &Joined, endpoint: Endpoint) -> Self {
        let obeys = !(record.wish.egress.is_empty() && network.egress.is_empty());
        Self { network, joined: joined.clone(), endpoint, obeys }
    }

    /// The container's addresses there.
    pub fn addresses(&self) -> impl Iterator<Item = IpAddr> {
        let Endpoint { ipv4, ipv6, .. } = self.endpoint;
        ipv4.map(IpAddr::from).into_iter().chain(ipv6.map(IpAddr::from))
    }

    /// Whether the container has a name server of its own because of this network.
    pub fn has_names(&self) -> bool {
        !self.network.is_default() || self.obeys
    }
}

/// Takes places on all networks of `joined`, or on none.
///
/// # Errors
/// docker's words for an address that is taken or outside of the network, and for a network without free ones.
pub fn take(engine: &Engine, record: &Record, name: &str, joined: &[Joined]) -> Result<Vec<Place>> {
    let mut places = Vec::new();
    for (number, joined) in joined.iter().enumerate() {
        match take_one(engine, record, name, joined, &format!("eth{number}")) {
            Ok(place) => places.push(place),
            Err(error) => {
                release(&engine.paths, &record.id);
                return Err(error);
            }
        }
    }
    Ok(places)
}

/// Takes a place on one network, which the container sees as `interface`.
pub fn take_one(
    engine: &Engine,
    record: &Record,
    name: &str,
    joined: &Joined,
    interface: &str,
) -> Result<Place> {
    // Nobody else takes an address meanwhile, and the network does not go.
    let networks = engine.networks();
    let _held = networks.lock()?;
    let network = networks.find(&joined.network)?;
    let folder = endpoint::folder(&engine.paths.runtime, &network.id);
    std::fs::create_dir_all(&folder).what(|| format!("making {}", folder.display()))?;
    let others = others(&folder, &record.id)?;
    let choose = |others: &[Endpoint]| addresses(&network, joined, others);
    let (ipv4, ipv6) = match choose(&others) {
        Ok(chosen) => chosen,
        // Perhaps what is taken is only left over from containers that were killed.
        Err(_) => choose(&sweep(engine, &folder, others))?,
    };
    let endpoint = Endpoint {
        id: ContainerId::random()?.to_string(),
        container: record.id,
        name: name.to_owned(),
        network: network.name.clone(),
        names: names(record, name, joined),
        ipv4,
        ipv6,
        mac: hardware_address(joined, ipv4, ipv6),
        interface: interface.to_owned(),
    };
    write(&file(&folder, &record.id), &endpoint)?;
    Ok(Place::new(record, network, joined, endpoint))
}

/// The places that a running container has, in the order of its interfaces.
pub fn current(engine: &Engine, record: &Record, joined: &[Joined]) -> Result<Vec<Place>> {
    let mut places = Vec::new();
    for joined in joined {
        let Ok(network) = engine.networks().find(&joined.network) else { continue };
        let path = file(&endpoint::folder(&engine.paths.runtime, &network.id), &record.id);
        let Some(endpoint) = read(&path) else { continue };
        places.push(Place::new(record, network, joined, endpoint));
    }
    places.sort_by_key(|place| number(&place.endpoint));
    Ok(places)
}

/// `eth7` is 7.
fn number(endpoint: &Endpoint) -> usize {
    endpoint.interface.trim_start_matches("eth").parse().unwrap_or(usize::MAX)
}

/// An interface that none of these places has.
pub fn free_interface(places: &[Place]) -> String {
    let taken = |name: &String| places.iter().any(|place| place.endpoint.interface == *name);
    let mut names = (0..).map(|number| format!("eth{number}"));
    names.find(|name| !taken(name)).unwrap_or_else(|| "eth0".to_owned())
}

/// A container has a new name: from now on others find it by that one, and by its old one no more.
pub fn rename(engine: &Engine, container: &ContainerId, name: &str) -> Result<()> {
    let networks = engine.networks();
    let _held = networks.lock()?;
    let Ok(folders) = std::fs::read_dir(engine.paths.runtime.join("networks")) else { return Ok(()) };
    for folder in folders.flatten() {
        let path = file(&folder.path(), container);
        let Some(mut endpoint) = read(&path) else { continue };
        let before = std::mem::replace(&mut endpoint.name, name.to_owned());
        endpoint.names.retain(|other| *other != before && other != name);
        endpoint.names.insert(0, name.to_owned());
        write(&path, &endpoint)?;
        // Perhaps it has ended meanwhile.
        sweep(engine, &folder.path(), vec![endpoint]);
    }
    Ok(())
}

/// Gives back all places of a container. What cannot be removed is found by the next who needs the address.
pub fn release(paths: &Paths, container: &ContainerId) {
    let Ok(networks) = std::fs::read_dir(paths.runtime.join("networks")) else { return };
    for folder in networks.flatten() {
        let _ = rustix::fs::unlink(file(&folder.path(), container));
    }
}

/// Removes what writers left that were killed.
pub fn tidy(paths: &Paths) {
    let within = |folder: std::path::PathBuf| std::fs::read_dir(folder).into_iter().flatten().flatten();
    for entry in within(paths.runtime.join("networks")).flat_map(|folder| within(folder.path())) {
        let name = entry.file_name();
        let writer = name.to_str().and_then(|name| name.strip_prefix(".tmp-")?.split('-').next());
        if writer.is_some_and(|pid| !Path::new("/proc").join(pid).exists()) {
            let _ = rustix::fs::unlink(entry.path());
        }
    }
}

/// Gives back the place on one network.
pub fn release_one(paths: &Paths, network: &str, container: &ContainerId) {
    let _ = rustix::fs::unlink(file(&endpoint::folder(&paths.runtime, network), container));
}

fn file(folder: &Path, container: &ContainerId) -> std::path::PathBuf {
    folder.join(format!("{container}.json"))
}

fn read(path: &Path) -> Option<Endpoint> {
    serde_json::from_slice(&std::fs::read(path).ok()?).ok()
}

fn write(path: &Path, endpoint: &Endpoint) -> Result<()> {
    let text = serde_json::to_vec(endpoint).what(|| "writing an endpoint")?;
    durable::replace(path, &text)
}

fn others(folder: &Path, container: &ContainerId) -> Result<Vec<Endpoint>> {
    let mut all = endpoint::read(folder).what(|| format!("reading {}", folder.display()))?;
    all.retain(|endpoint| endpoint.container != *container);
    Ok(all)
}

/// Removes endpoints of containers that neither run nor are being started; gives those that remain.
fn sweep(engine: &Engine, folder: &Path, mut endpoints: Vec<Endpoint>) -> Vec<Endpoint> {
    endpoints.retain(|endpoint| {
        let id = &endpoint.container;
        let runs = matches!(engine.observe(id), Ok(State::Running { .. }));
        let is_left_over = !runs
            && !matches!(Lock::try_take(&engine.containers.lock(id)), Ok(None))
            && !transient::is_at_work(engine, id);
        if is_left_over {
            let _ = rustix::fs::unlink(file(folder, id));
        }
        !is_left_over
    });
    endpoints
}

/// What others may call it: its name, its aliases, its short id, its host name.
fn names(record: &Record, name: &str, joined: &Joined) -> Vec<String> {
    let mut names = vec![name.to_owned()];
    let all =
        joined.join.aliases.iter().cloned().chain([record.id.short()]).chain(record.wish.hostname.clone());
    for other in all {
        if !names.contains(&other) {
            names.push(other);
        }
    }
    names
}

/// docker's: 02:42 and the IPv4 address, so that a container that keeps its address keeps both.
fn hardware_address(joined: &Joined, ipv4: Option<Ipv4Addr>, ipv6: Option<Ipv6Addr>) -> String {
    let mac = joined.join.mac.unwrap_or_else(|| {
        let [a, b, c, d] = match (ipv4, ipv6) {
            (Some(address), _) => address.octets(),
            (None, Some(address)) => {
                let [.., a, b, c, d] = address.octets();
                [a, b, c, d]
            }
            (None, None) => [0; 4],
        };
        [0x02, 0x42, a, b, c, d]
    });
    settings::mac(mac)
}

fn addresses(
    network: &Definition,
    joined: &Joined,
    others: &[Endpoint],
) -> Result<(Option<Ipv4Addr>, Option<Ipv6Addr>)> {
    let mut taken: HashSet<IpAddr> = HashSet::new();
    for endpoint in others {
        taken.extend(endpoint.ipv4.map(IpAddr::from));
        taken.extend(endpoint.ipv6.map(IpAddr::from));
    }
    let ipv4 = address(network.ipv4(), joined.join.ipv4.map(IpAddr::from), &taken)?;
    let ipv6 = address(network.ipv6(), joined.join.ipv6.map(IpAddr::from), &taken)?;
    let four = ipv4.and_then(|address| if let IpAddr::V4(address) = address { Some(address) } else { None });
    let six = ipv6.and_then(|address| if let IpAddr::V6(address) = address { Some(address) } else { None });
    Ok((four, six))
}

/// The address that was asked for, or the lowest free one.
fn address(pool: Option<&Pool>, wanted: Option<IpAddr>, taken: &HashSet<IpAddr>) -> Result<Option<IpAddr>> {
    let Some(pool) = pool else {
        return match wanted {
            None => Ok(None),
            Some(wanted) => Err(Error::usage(format!(
                "invalid endpoint settings: no configured subnet contains IP address {wanted}"
            ))),
        };
    };
    let is_free = |address: &IpAddr| {
        !taken.contains(address)
            && *address != pool.gateway
            && !pool.auxiliary.values().any(|other| other == address)
    };
    match wanted {
        Some(wanted) if !pool.subnet.contains(&wanted) => Err(Error::usage(format!(
            "invalid endpoint settings: no configured subnet contains IP address {wanted}"
        ))),
        Some(wanted) if !is_free(&wanted) => Err(Error::new(Kind::Conflict, "Address already in use")),
        Some(wanted) => Ok(Some(wanted)),
        None => {
            let range = pool.range.unwrap_or(pool.subnet);
            let found = candidates(range, pool.subnet).find(is_free);
            found.map(Some).ok_or_else(|| {
                Error::new(
                    Kind::Conflict,
                    format!(
                        "no available IPv{} addresses on this network's address pools: {range}",
                        if range.addr().is_ipv4() { 4 } else { 6 }
                    ),
                )
                .fix("remove containers that are not needed, or make a network with a larger --subnet")
            })
        }
    }
}

/// The most addresses that are looked at: more containers than any machine runs.
const MOST: usize = 1 << 20;

/// Addresses of `range` in order, without those that no machine of `subnet` can have.
fn candidates(range: IpNet, subnet: IpNet) -> Box<dyn Iterator<Item = IpAddr>> {
    match (range, subnet) {
        (IpNet::V4(range), IpNet::V4(subnet)) => {
            let (first, last) = (u32::from(range.network()), u32::from(range.broadcast()));
            let usable = subnet.prefix_len() >= 31;
            let reserved = move |address: &Ipv4Addr| {
                !usable && (*address == subnet.network() || *address == subnet.broadcast())
            };
            let all = (first..=last).take(MOST).map(Ipv4Addr::from);
            Box::new(all.filter(move |address| !reserved(address)).map(IpAddr::from))
        }
        (IpNet::V6(range), _) => {
            let (first, last) = (u128::from(range.network()), u128::from(range.broadcast()));
            let router = u128::from(match subnet {
                IpNet::V6(subnet) => subnet.network(),
                IpNet::V4(_) => Ipv6Addr::UNSPECIFIED,
            });
            let all = (first..=last).take(MOST).filter(move |address| *address != router);
            Box::new(all.map(|address| IpAddr::from(Ipv6Addr::from(address))))
        }
        (IpNet::V4(_), IpNet::V6(_)) => Box::new(std::iter::empty()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    fn pool(subnet: &str, range: Option<&str>, gateway: &str) -> Pool {
        Pool {
            subnet: subnet.parse().unwrap(),
            range: range.map(|range| range.parse().unwrap()),
            gateway: gateway.parse().unwrap(),
            auxiliary: BTreeMap::from([("router".to_owned(), "10.1.0.3".parse().unwrap())]),
        }
    }

    fn chosen(pool: &Pool, wanted: Option<&str>, taken: &[&str]) -> Result<Option<IpAddr>> {
        let taken = taken.iter().map(|address| address.parse().unwrap()).collect();
        address(Some(pool), wanted.map(|wanted| wanted.parse().unwrap()), &taken)
    }

    #[test]
    fn the_lowest_free_address_is_taken() {
        let pool = pool("10.1.0.0/29", None, "10.1.0.1");
        assert_eq!(chosen(&pool, None, &[]).unwrap(), Some("10.1.0.2".parse().unwrap()));
        assert_eq!(
            chosen(&pool, None, &["10.1.0.2", "10.1.0.4"]).unwrap(),
            Some("10.1.0.5".parse().unwrap())
        );
        let full = ["10.1.0.2", "10.1.0.4", "10.1.0.5", "10.1.0.6"];
        let error = chosen(&pool, None, &full).unwrap_err();
        assert_eq!(
            error.to_string(),
            "no available IPv4 addresses on this network's address pools: 10.1.0.0/29"
        );
    }

    #[test]
    fn a_range_bounds_what_is_handed_out_but_not_what_is_asked_for() {
        let pool = pool("10.1.0.0/16", Some("10.1.5.0/30"), "10.1.0.1");
        assert_eq!(chosen(&pool, None, &[]).unwrap(), Some("10.1.5.0".parse().unwrap()));
        assert_eq!(chosen(&pool, Some("10.1.9.9"), &[]).unwrap(), Some("10.1.9.9".parse().unwrap()));
    }

    #[test]
    fn an_address_that_is_taken_or_foreign_is_refused_in_docker_s_words() {
        let pool = pool("10.1.0.0/16", None, "10.1.0.1");
        for taken in ["10.1.0.1", "10.1.0.3", "10.1.0.9"] {
            let error = chosen(&pool, Some(taken), &["10.1.0.9"]).unwrap_err();
            assert_eq!(error.to_string(), "Address already in use", "{taken}");
        }
        let error = chosen(&pool, Some("10.2.0.1"), &[]).unwrap_err();
        assert!(error.to_string().contains("no configured subnet contains IP address 10.2.0.1"), "{error}");
    }

    #[test]
    fn ipv6_addresses_begin_behind_the_router() {
        let pool = pool("fd00:1::/64", None, "fd00:1::1");
        assert_eq!(chosen(&pool, None, &["fd00:1::2"]).unwrap(), Some("fd00:1::3".parse().unwrap()));
    }
}
