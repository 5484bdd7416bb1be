//! From places on networks to what the launcher carries out.

use super::place::Place;
use super::{exposed, options, publish};
use crate::config::Config;
use crate::engine::host::Engine;
use crate::engine::record::Record;
use crate::engine::wish::{NetworkWish, Wish};
use crate::error::{Context, Error, Kind, Result};
use crate::network::attach::LARGEST_PACKET;
use crate::network::definition::Definition;
use crate::network::egress::{Destination, Egress};
use crate::network::endpoint;
use crate::network::hub::Hub;
use crate::network::names::config::{Config as Names, Upstream, View};
use crate::network::nft::hub::BRIDGES;
use crate::network::port::Publish;
use crate::network::wiring::{Bridge, Cable, Uplink, Wiring};
use ipnet::IpNet;
use std::net::IpAddr;
use std::path::{Path, PathBuf};

/// How a container with a network namespace of its own is connected.
pub fn wiring(engine: &Engine, record: &Record, places: &[Place]) -> Result<Option<Wiring>> {
    let wish = &record.wish;
    match wish.network {
        NetworkWish::Host | NetworkWish::None | NetworkWish::Container(_) => return Ok(None),
        NetworkWish::Pasta(_) | NetworkWish::Default | NetworkWish::Networks(_) => {}
    }
    let pasta = match &wish.network {
        NetworkWish::Pasta(options) => Some(own_pasta(options)?),
        _ => None,
    };
    let hub = Hub::folder(&engine.paths);
    std::fs::create_dir_all(&hub).what(|| format!("making {}", hub.display()))?;
    Ok(Some(Wiring {
        hub,
        uplink: uplink(&engine.paths.config)?,
        cables: cables(wish, places),
        publish: to_publish(engine, record, places),
        names: names(engine, wish, places)?,
        pasta,
    }))
}

/// The ports of `-p`, and with `-P` all that are exposed, each at a port of the host that is free.
/// None of a container that is on internal networks only, as with docker.
fn to_publish(engine: &Engine, record: &Record, places: &[Place]) -> Vec<Publish> {
    if !places.is_empty() && places.iter().all(|place| place.network.internal) {
        return Vec::new();
    }
    let mut all = publish::wanted(engine, record);
    if record.wish.publish_all {
        for container in record.exposed.iter().filter_map(|port| exposed::read(port)) {
            if !all.iter().any(|other| other.container == container) {
                all.push(Publish { container, address: None, host: None });
            }
        }
    }
    let binding = gateway_of(places).and_then(|number| options::binding(&places[number].network));
    for one in &mut all {
        one.address = one.address.or(binding);
    }
    all
}

/// The cables, in the order of the networks: `eth0` is the first.
fn cables(wish: &Wish, places: &[Place]) -> Vec<Cable> {
    let way_out = gateway_of(places);
    let all = places.iter().enumerate();
    all.map(|(number, place)| cable(wish, place, way_out == Some(number))).collect()
}

/// One cable.
pub fn cable(wish: &Wish, place: &Place, leads_out: bool) -> Cable {
    let Place { network, endpoint, .. } = place;
    let within = |pool: Option<&crate::network::definition::Pool>, address: Option<IpAddr>| {
        Some(IpNet::new_assert(address?, pool?.subnet.prefix_len()))
    };
    let addresses = [
        within(network.ipv4(), endpoint.ipv4.map(IpAddr::from)),
        within(network.ipv6(), endpoint.ipv6.map(IpAddr::from)),
    ];
    let mut mac = [0; 6];
    for (byte, text) in mac.iter_mut().zip(endpoint.mac.split(':')) {
        *byte = u8::from_str_radix(text, 16).unwrap_or_default();
    }
    Cable {
        bridge: bridge(network),
        port: format!("veth{}", &endpoint.id[..11]),
        interface: endpoint.interface.clone(),
        mac,
        addresses: addresses.into_iter().flatten().collect(),
        gateways: if leads_out {
            network.pools.iter().map(|pool| pool.gateway).collect()
        } else {
            Vec::new()
        },
        egress: both(&wish.egress, &network.egress),
    }
}

/// The name of a network's bridge: 15 bytes, all that the kernel allows.
pub fn bridge_name(network: &Definition) -> String {
    format!("{BRIDGES}{}", &network.id[..12])
}

fn bridge(network: &Definition) -> Bridge {
    let gateway =
        |pool: &crate::network::definition::Pool| IpNet::new_assert(pool.gateway, pool.subnet.prefix_len());
    Bridge {
        name: bridge_name(network),
        mtu: options::mtu(network).unwrap_or(LARGEST_PACKET),
        addresses: network.pools.iter().map(gateway).collect(),
        internal: network.internal,
        isolates: options::isolates(network),
    }
}

/// The network through which the default route leads: the highest priority, then the first name; never an
/// internal one.
pub fn gateway_of(places: &[Place]) -> Option<usize> {
    let open = places.iter().enumerate().filter(|(_, place)| !place.network.internal);
    let best = open.min_by_key(|(_, place)| (-place.joined.join.priority, place.network.name.clone()));
    best.map(|(number, _)| number)
}

/// What a container may reach: what it or the network allows, where either denies the rest.
fn both(container: &Egress, network: &Egress) -> Egress {
    let mut allow = container.allow.clone();
    allow.extend(network.allow.iter().filter(|allow| !container.allow.contains(allow)).cloned());
    Egress { deny: container.deny || network.deny, allow, log: container.log || network.log }
}

/// What its name server knows. On the default network alone, without egress rules, there is none, as with
/// docker: the host's resolvers are asked.
pub fn names(engine: &Engine, wish: &Wish, places: &[Place]) -> Result<Option<Names>> {
    if !places.iter().any(Place::has_names) {
        return Ok(None);
    }
    let rules: Vec<Egress> = places.iter().map(|place| both(&wish.egress, &place.network.egress)).collect();
    let view = |place: &Place| View {
        name: place.network.name.clone(),
        folder: endpoint::folder(&engine.paths.runtime, &place.network.id),
        subnets: place.network.pools.iter().map(|pool| pool.subnet).collect(),
        resolves: !place.network.is_default(),
    };
    let upstream = if places.iter().all(|place| place.network.internal) {
        Upstream::Nobody
    } else if wish.dns.is_empty() {
        Upstream::Host
    } else {
        Upstream::Servers(wish.dns.clone())
    };
    let mut links = std::collections::BTreeMap::new();
    let on_networks = places.iter().flat_map(|place| &place.joined.join.links);
    for (container, alias) in wish.links.iter().chain(on_networks) {
        // One that was removed since is nobody's name.
        if let Ok(id) = engine.containers.find(container) {
            links.insert(alias.to_lowercase(), id);
        }
    }
    Ok(Some(Names {
        networks: places.iter().map(view).collect(),
        links,
        upstream,
        egress: rules.iter().any(|egress| egress.deny).then(|| allowed_names(&rules)),
    }))
}

fn allowed_names(rules: &[Egress]) -> Vec<String> {
    let all = rules.iter().flat_map(|egress| &egress.allow);
    let mut names: Vec<String> = all
        .filter_map(|allow| match &allow.to {
            Destination::Name(name) => Some(name.clone()),
            Destination::Network(_) => None,
        })
        .collect();
    names.sort();
    names.dedup();
    names
}

/// Where pasta(1) is looked for: a program of the system's, never one that a variable names.
const PLACES_OF_PASTA: [&str; 3] = ["/usr/bin/pasta", "/usr/local/bin/pasta", "/bin/pasta"];

fn installed_pasta() -> Option<PathBuf> {
    PLACES_OF_PASTA.iter().map(PathBuf::from).find(|path| path.exists())
}

/// The way out as the user's configuration wants it.
fn uplink(config: &Path) -> Result<Uplink> {
    let network = Config::read(config)?.network;
    let pasta = match network.uplink.as_deref() {
        None | Some("auto") => installed_pasta(),
        Some("built-in") => None,
        Some("pasta") => Some(installed_pasta().ok_or_else(no_pasta)?),
        Some(other) => {
            return Err(Error::new(
                Kind::Invalid,
                format!("the configuration file {} is wrong: network.uplink is `{other}`", config.display()),
            )
            .fix("write auto, pasta or built-in"));
        }
    };
    Ok(Uplink { pasta, host_loopback: network.host_loopback })
}

fn no_pasta() -> Error {
    Error::new(Kind::NotFound, "pasta is not installed")
        .fix("install the package passt, or do without: the network `bridge` needs no pasta")
}

/// The words of a pasta(1) of the container's own.
fn own_pasta(options: &[String]) -> Result<Vec<String>> {
    let program = installed_pasta().ok_or_else(no_pasta)?;
    let mut words = vec![program.display().to_string()];
    words.extend(options.iter().cloned());
    Ok(words)
}
