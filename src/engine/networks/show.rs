//! `network inspect`: a network as docker's API tells it, field for field and in its order.

use crate::engine::host::Engine;
use crate::error::{Context, Result};
use crate::network::definition::{Definition, Pool};
use crate::network::endpoint::{self, Endpoint};
use crate::output::time::rfc3339;
use crate::storage::networks::is_fixed;
use serde_json::{Map, Value as Json, json};
use std::net::IpAddr;

/// The containers that are on a network now. What was left of one that is gone does not count.
pub fn endpoints(engine: &Engine, network: &Definition) -> Result<Vec<Endpoint>> {
    let folder = endpoint::folder(&engine.paths.runtime, &network.id);
    let mut all = endpoint::read(&folder).what(|| format!("reading {}", folder.display()))?;
    all.retain(|endpoint| engine.containers.folder(&endpoint.container).exists());
    Ok(all)
}

/// The network `word` as docker's API tells it.
pub fn show(engine: &Engine, word: &str) -> Result<Json> {
    let network = engine.networks().find(word)?;
    let endpoints = endpoints(engine, &network)?;
    Ok(shown(&network, &endpoints))
}

fn shown(network: &Definition, endpoints: &[Endpoint]) -> Json {
    let fixed = is_fixed(&network.name);
    let pools: Vec<Json> = network.pools.iter().map(pool).collect();
    json!({
        "Name": network.name,
        "Id": network.id,
        "Created": rfc3339(network.created),
        "Scope": "local",
        "Driver": network.driver,
        "EnableIPv4": fixed || network.ipv4().is_some(),
        "EnableIPv6": network.ipv6,
        "IPAM": {
            "Driver": "default",
            "Options": if fixed { Json::Null } else { json!({}) },
            "Config": if pools.is_empty() { Json::Null } else { pools.into() },
        },
        "Internal": network.internal,
        "Attachable": network.attachable,
        "Ingress": false,
        "ConfigFrom": {"Network": ""},
        "ConfigOnly": false,
        "Containers": containers(network, endpoints),
        "Options": network.options,
        "Labels": network.labels,
    })
}

fn pool(pool: &Pool) -> Json {
    let mut fields = Map::new();
    fields.insert("Subnet".to_owned(), pool.subnet.to_string().into());
    if let Some(range) = pool.range {
        fields.insert("IPRange".to_owned(), range.to_string().into());
    }
    fields.insert("Gateway".to_owned(), pool.gateway.to_string().into());
    if !pool.auxiliary.is_empty() {
        fields.insert("AuxiliaryAddresses".to_owned(), json!(pool.auxiliary));
    }
    Json::Object(fields)
}

fn containers(network: &Definition, endpoints: &[Endpoint]) -> Json {
    let with_length = |address: Option<IpAddr>, pool: Option<&Pool>| match (address, pool) {
        (Some(address), Some(pool)) => format!("{address}/{}", pool.subnet.prefix_len()),
        (Some(address), None) => address.to_string(),
        (None, _) => String::new(),
    };
    let of_endpoint = |endpoint: &Endpoint| {
        let shown = json!({
            "Name": endpoint.name,
            "EndpointID": endpoint.id,
            "MacAddress": endpoint.mac,
            "IPv4Address": with_length(endpoint.ipv4.map(IpAddr::V4), network.ipv4()),
            "IPv6Address": with_length(endpoint.ipv6.map(IpAddr::V6), network.ipv6()),
        });
        (endpoint.container.to_string(), shown)
    };
    Json::Object(endpoints.iter().map(of_endpoint).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::ContainerId;

    #[test]
    fn a_network_is_shown_with_its_containers() {
        let network: Definition = serde_json::from_value(json!({
            "id": "a".repeat(64), "name": "n", "created": "2026-01-02T11:00:00Z", "driver": "bridge",
            "pools": [{"subnet": "10.0.0.0/16", "range": null, "gateway": "10.0.0.1"}], "internal": true,
            "attachable": false, "ipv6": false, "options": {}, "labels": {"a": "b"}
        }))
        .unwrap();
        let endpoint = Endpoint {
            id: "e".repeat(64),
            container: ContainerId::parse(&"c".repeat(64)).unwrap(),
            name: "web".to_owned(),
            network: "n".to_owned(),
            names: vec![],
            ipv4: Some("10.0.0.2".parse().unwrap()),
            ipv6: None,
            mac: "02:42:0a:00:00:02".to_owned(),
            interface: "eth0".to_owned(),
        };
        let shown = shown(&network, &[endpoint]);
        let keys: Vec<&String> = shown.as_object().unwrap().keys().collect();
        assert_eq!(
            keys,
            [
                "Name",
                "Id",
                "Created",
                "Scope",
                "Driver",
                "EnableIPv4",
                "EnableIPv6",
                "IPAM",
                "Internal",
                "Attachable",
                "Ingress",
                "ConfigFrom",
                "ConfigOnly",
                "Containers",
                "Options",
                "Labels"
            ]
        );
        assert_eq!(shown["Containers"]["c".repeat(64)]["IPv4Address"], "10.0.0.2/16");
        assert_eq!(shown["IPAM"]["Config"], json!([{"Subnet": "10.0.0.0/16", "Gateway": "10.0.0.1"}]));
    }
}
