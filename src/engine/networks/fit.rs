//! Whether a network takes the addresses that a container asks for.

use crate::engine::wish::Join;
use crate::network::definition::{Definition, Pool};
use std::net::IpAddr;

/// docker's words for an address that is on none of the network's subnets.
pub fn fit(network: &Definition, join: &Join) -> Result<(), String> {
    let check = |address: Option<IpAddr>, pool: Option<&Pool>| match address {
        Some(address) if pool.is_none_or(|pool| !pool.subnet.contains(&address)) => {
            Err(format!("no configured subnet or ip-range contain the IP address {address}"))
        }
        _ => Ok(()),
    };
    check(join.ipv4.map(IpAddr::V4), network.ipv4())?;
    check(join.ipv6.map(IpAddr::V6), network.ipv6())
}
