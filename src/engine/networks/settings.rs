//! `NetworkSettings` of `inspect`: where a container is on its networks.

use super::joined::Joined;
use super::{of, ports, publish};
use crate::engine::host::Engine;
use crate::engine::record::Record;
use crate::engine::state::State;
use crate::engine::wish::NetworkWish;
use crate::network::definition::{DEFAULT, Definition, Pool};
use crate::network::endpoint::{self, Endpoint};
use crate::network::port::{Publish, Published};
use serde_json::{Map, Value as Json, json};
use std::path::Path;

/// A container's place on one of its networks: what was asked for, and what it has while it runs.
#[derive(Debug)]
pub struct Place {
    joined: Joined,
    /// `None` where the network is gone, or has no file.
    network: Option<Definition>,
    /// `None` while it does not run.
    endpoint: Option<Endpoint>,
}

/// What is known of a container's networks and ports.
#[derive(Debug, Default)]
pub struct Networking {
    places: Vec<Place>,
    published: Vec<Published>,
    /// What is to be published when it starts.
    pub wanted: Vec<Publish>,
}

/// Looks at what container `record` has. What cannot be read is shown as absent.
pub fn look(engine: &Engine, record: &Record) -> Networking {
    let networks = engine.networks();
    let place = |joined: Joined| {
        let word = if joined.network.is_empty() { &joined.name } else { &joined.network };
        let network = networks.find(word).ok();
        let endpoint = network.as_ref().and_then(|network| {
            let folder = endpoint::folder(&engine.paths.runtime, &network.id);
            let all = endpoint::read(&folder).unwrap_or_default();
            all.into_iter().find(|endpoint| endpoint.container == record.id)
        });
        Place { joined, network, endpoint }
    };
    let mut places: Vec<Place> =
        of::networks(&engine.containers.folder(&record.id), record).into_iter().map(place).collect();
    places.sort_by(|one, other| one.joined.name.cmp(&other.joined.name));
    Networking {
        places,
        published: publish::published(engine, &record.id),
        wanted: publish::wanted(engine, record),
    }
}

/// docker's fields in docker's order.
pub fn shown(record: &Record, state: &State, networking: &Networking) -> Json {
    let pid = state.processes().map(|processes| processes.init.pid);
    let own = !matches!(record.wish.network, NetworkWish::Host | NetworkWish::Container(_));
    let pid = pid.filter(|_| own);
    let default = networking.places.iter().find(|place| place.joined.name == DEFAULT);
    let mut fields = Map::new();
    let mut set = |key: &str, value: Json| fields.insert(key.to_owned(), value);
    set("Bridge", "".into());
    set("SandboxID", pid.map(|_| record.id.to_string()).unwrap_or_default().into());
    set("SandboxKey", pid.map(|pid| format!("/proc/{pid}/ns/net")).unwrap_or_default().into());
    let has_ports = pid.is_some() && of::has_ports(&record.wish.network);
    set("Ports", if has_ports { ports::settings(record, &networking.published) } else { json!({}) });
    set("HairpinMode", false.into());
    set("LinkLocalIPv6Address", "".into());
    set("LinkLocalIPv6PrefixLen", 0.into());
    set("SecondaryIPAddresses", Json::Null);
    set("SecondaryIPv6Addresses", Json::Null);
    // What the default network has, for programs that know no other.
    let default = default.map_or_else(|| addresses(None), addresses_of);
    for key in [
        "EndpointID",
        "Gateway",
        "GlobalIPv6Address",
        "GlobalIPv6PrefixLen",
        "IPAddress",
        "IPPrefixLen",
        "IPv6Gateway",
        "MacAddress",
    ] {
        set(key, default[key].clone());
    }
    let all = networking.places.iter().map(|place| (place.joined.name.clone(), place_shown(place)));
    set("Networks", Json::Object(all.collect()));
    Json::Object(fields)
}

fn place_shown(place: &Place) -> Json {
    let Place { joined, network, endpoint } = place;
    let join = &joined.join;
    let found = addresses_of(place);
    let list = |list: &[String]| if list.is_empty() { Json::Null } else { json!(list) };
    let links: Vec<String> =
        join.links.iter().map(|(container, alias)| format!("{container}:{alias}")).collect();
    let on_default = joined.name == DEFAULT;
    let names = endpoint.as_ref().filter(|_| !on_default).map(|endpoint| endpoint.names.clone());
    let id = network.as_ref().map_or(joined.network.as_str(), |network| network.id.as_str());
    json!({
        "IPAMConfig": asked_addresses(joined),
        "Links": list(&links),
        "Aliases": list(&join.aliases),
        "MacAddress": found["MacAddress"],
        "DriverOpts": if join.options.is_empty() { Json::Null } else { json!(join.options) },
        "GwPriority": join.priority,
        "NetworkID": id,
        "EndpointID": found["EndpointID"],
        "Gateway": found["Gateway"],
        "IPAddress": found["IPAddress"],
        "IPPrefixLen": found["IPPrefixLen"],
        "IPv6Gateway": found["IPv6Gateway"],
        "GlobalIPv6Address": found["GlobalIPv6Address"],
        "GlobalIPv6PrefixLen": found["GlobalIPv6PrefixLen"],
        "DNSNames": list(&names.unwrap_or_default()),
    })
}

fn asked_addresses(joined: &Joined) -> Json {
    let mut asked = Map::new();
    if let Some(address) = joined.join.ipv4 {
        asked.insert("IPv4Address".to_owned(), address.to_string().into());
    }
    if let Some(address) = joined.join.ipv6 {
        asked.insert("IPv6Address".to_owned(), address.to_string().into());
    }
    if asked.is_empty() { Json::Null } else { Json::Object(asked) }
}

fn addresses_of(place: &Place) -> Json {
    let mut found = addresses(place.endpoint.as_ref().zip(place.network.as_ref()));
    if place.endpoint.is_none() {
        found["MacAddress"] = place.joined.join.mac.map(mac).unwrap_or_default().into();
    }
    found
}

fn addresses(place: Option<(&Endpoint, &Definition)>) -> Json {
    let pool = |ipv6: bool| {
        let (endpoint, network) = place?;
        let there = if ipv6 { endpoint.ipv6.is_some() } else { endpoint.ipv4.is_some() };
        if ipv6 { network.ipv6() } else { network.ipv4() }.filter(|_| there)
    };
    let inside = place.is_some_and(|(_, network)| network.internal);
    let gateway = |pool: Option<&Pool>| {
        pool.filter(|_| !inside).map(|pool| pool.gateway.to_string()).unwrap_or_default()
    };
    let length = |pool: Option<&Pool>| pool.map_or(0, |pool| pool.subnet.prefix_len());
    let endpoint = place.map(|(endpoint, _)| endpoint);
    let ipv4 = endpoint.and_then(|endpoint| endpoint.ipv4).map(|address| address.to_string());
    let ipv6 = endpoint.and_then(|endpoint| endpoint.ipv6).map(|address| address.to_string());
    json!({
        "EndpointID": endpoint.map_or("", |endpoint| endpoint.id.as_str()),
        "Gateway": gateway(pool(false)),
        "GlobalIPv6Address": ipv6.unwrap_or_default(),
        "GlobalIPv6PrefixLen": length(pool(true)),
        "IPAddress": ipv4.unwrap_or_default(),
        "IPPrefixLen": length(pool(false)),
        "IPv6Gateway": gateway(pool(true)),
        "MacAddress": endpoint.map_or("", |endpoint| endpoint.mac.as_str()),
    })
}

/// `02:42:ac:11:00:02`
pub fn mac(bytes: [u8; 6]) -> String {
    bytes.map(|byte| format!("{byte:02x}")).join(":")
}

/// `HostConfig.Links`, as docker has them for the default network: `/db:/web/sql`.
pub fn links(record: &Record, name: &str) -> Vec<String> {
    let of_link = |(container, alias): &(String, String)| format!("/{container}:/{name}/{alias}");
    record.wish.links.iter().map(of_link).collect()
}

/// Containers that are joined are told by their id, where they are still there.
pub fn mode(engine: &Engine, record: &Record) -> String {
    match &record.wish.network {
        NetworkWish::Container(name) => match engine.containers.find(name) {
            Ok(id) => format!("container:{id}"),
            Err(_) => of::mode(&record.wish.network),
        },
        other => of::mode(other),
    }
}

/// The ids and names of a container's networks, for lists.
pub fn names(folder: &Path, record: &Record) -> Vec<(String, String)> {
    let all = of::networks(folder, record).into_iter();
    all.map(|joined| (joined.network, joined.name)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::list::tests::seen;
    use crate::engine::wish::Join;

    fn place() -> Place {
        let record = seen("a", "2026-01-02T11:00:00Z").record.unwrap();
        let network: Definition = serde_json::from_value(json!({
            "id": "b".repeat(64), "name": "n", "created": "2026-01-02T11:00:00Z", "driver": "bridge",
            "pools": [
                {"subnet": "10.0.0.0/16", "range": null, "gateway": "10.0.0.1"},
                {"subnet": "fd00::/64", "range": null, "gateway": "fd00::1"}
            ],
            "internal": false, "attachable": false, "ipv6": true, "options": {}, "labels": {}
        }))
        .unwrap();
        let join = Join {
            network: "n".to_owned(),
            aliases: vec!["al".to_owned()],
            ipv4: Some("10.0.0.9".parse().unwrap()),
            links: vec![("c1".to_owned(), "zz".to_owned())],
            priority: 5,
            ..Join::default()
        };
        let endpoint = Endpoint {
            id: "e".repeat(64),
            container: record.id,
            name: "web".to_owned(),
            network: "n".to_owned(),
            names: vec!["web".to_owned(), "al".to_owned()],
            ipv4: Some("10.0.0.9".parse().unwrap()),
            ipv6: Some("fd00::9".parse().unwrap()),
            mac: "02:42:0a:00:00:09".to_owned(),
            interface: "eth0".to_owned(),
        };
        let joined = Joined { network: network.id.clone(), name: "n".to_owned(), join };
        Place { joined, network: Some(network), endpoint: Some(endpoint) }
    }

    #[test]
    fn a_place_is_shown_in_dockers_order() {
        let shown = place_shown(&place());
        assert_eq!(
            shown.as_object().unwrap().keys().cloned().collect::<Vec<_>>().join(" "),
            "IPAMConfig Links Aliases MacAddress DriverOpts GwPriority NetworkID EndpointID Gateway IPAddress \
             IPPrefixLen IPv6Gateway GlobalIPv6Address GlobalIPv6PrefixLen DNSNames"
        );
        assert_eq!(shown["IPAMConfig"], json!({"IPv4Address": "10.0.0.9"}));
        assert_eq!(shown["Links"], json!(["c1:zz"]));
        assert_eq!(shown["IPPrefixLen"], 16);
        assert_eq!(shown["IPv6Gateway"], "fd00::1");
        assert_eq!(shown["DNSNames"], json!(["web", "al"]));
    }

    #[test]
    fn what_does_not_run_has_no_addresses() {
        let mut place = place();
        place.endpoint = None;
        place.joined.join.mac = Some([2, 0x42, 0, 0, 0, 9]);
        let shown = place_shown(&place);
        assert_eq!((shown["IPAddress"].as_str(), shown["Gateway"].as_str()), (Some(""), Some("")));
        assert_eq!(shown["MacAddress"], "02:42:00:00:00:09");
        assert_eq!(shown["NetworkID"], "b".repeat(64));
        let record = seen("a", "2026-01-02T11:00:00Z").record.unwrap();
        let all = super::shown(&record, &State::Created, &Networking::default());
        assert_eq!(
            all.as_object().unwrap().keys().cloned().collect::<Vec<_>>().join(" "),
            "Bridge SandboxID SandboxKey Ports HairpinMode LinkLocalIPv6Address LinkLocalIPv6PrefixLen \
             SecondaryIPAddresses SecondaryIPv6Addresses EndpointID Gateway GlobalIPv6Address \
             GlobalIPv6PrefixLen IPAddress IPPrefixLen IPv6Gateway MacAddress Networks"
        );
        assert_eq!(all["Ports"], json!({}));
    }
}
