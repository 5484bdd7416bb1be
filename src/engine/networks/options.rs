//! `--opt` of networks: docker's options of its bridge driver, honoured or refused. Others are kept and shown, as
//! docker does.

use crate::error::{Error, Kind, Result};
use crate::network::definition::Definition;
use std::collections::BTreeMap;
use std::net::IpAddr;

/// The largest packet, in bytes; 0 leaves it to rcon.
pub const MTU: &str = "com.docker.network.driver.mtu";

/// `false`: containers of the network do not reach each other.
const NEIGHBOURS: &str = "com.docker.network.bridge.enable_icc";

/// The address of the host for ports that are published without one.
const BINDING: &str = "com.docker.network.bridge.host_binding_ipv4";

/// Options that say what is so anyway with these values, and are refused with others, and why.
const FIXED: [(&str, &[&str], &str); 5] = [
    (
        "com.docker.network.bridge.enable_ip_masquerade",
        &["true"],
        "the addresses of containers mean nothing outside of the user's own network namespace",
    ),
    (
        "com.docker.network.bridge.gateway_mode_ipv4",
        &["nat"],
        "the addresses of containers mean nothing outside of the user's own network namespace",
    ),
    (
        "com.docker.network.bridge.gateway_mode_ipv6",
        &["nat"],
        "the addresses of containers mean nothing outside of the user's own network namespace",
    ),
    ("com.docker.network.bridge.inhibit_ipv4", &["false"], "the bridge always has the gateway's address"),
    (
        "com.docker.network.container_iface_prefix",
        &["eth"],
        "interfaces of containers are called eth0, eth1, ...",
    ),
];

/// Checks the options of a network that is to be created.
///
/// # Errors
/// For a value that is none, and for what cannot be had.
pub fn check(options: &BTreeMap<String, String>) -> Result<()> {
    if let Some(typed) = options.get(MTU) {
        check_mtu(typed)?;
    }
    if let Some(typed) = options.get(NEIGHBOURS) {
        boolean(NEIGHBOURS, typed)?;
    }
    if let Some(typed) = options.get(BINDING) {
        typed.parse::<IpAddr>().map_err(|_| {
            Error::usage(format!("failed to parse {BINDING} value: {typed} (not an address)"))
        })?;
    }
    for (key, fine, why) in FIXED {
        if let Some(value) = options.get(key).filter(|value| !fine.contains(&value.as_str())) {
            return Err(Error::new(Kind::Unsupported, format!("the option {key}={value} is not supported"))
                .because(why)
                .fix("leave it out"));
        }
    }
    Ok(())
}

fn check_mtu(typed: &str) -> Result<()> {
    match typed.parse::<u32>() {
        Ok(0 | 68..=65535) => Ok(()),
        Ok(_) => Err(Error::usage(format!("failed to parse {MTU} value: {typed} (not within 68 and 65535)"))),
        Err(_) => Err(Error::usage(format!(
            "failed to parse {MTU} value: {typed} (strconv.Atoi: parsing {typed:?}: invalid syntax)"
        ))),
    }
}

/// Go's strconv.ParseBool.
fn boolean(key: &str, typed: &str) -> Result<bool> {
    match typed {
        "1" | "t" | "T" | "true" | "TRUE" | "True" => Ok(true),
        "0" | "f" | "F" | "false" | "FALSE" | "False" => Ok(false),
        _ => Err(Error::usage(format!(
            "failed to parse {key} value: {typed} (strconv.ParseBool: parsing {typed:?}: invalid syntax)"
        ))),
    }
}

/// The largest packet that was asked for; the default network's is rcon's own.
pub fn mtu(network: &Definition) -> Option<u32> {
    let asked = network.options.get(MTU).filter(|_| !network.is_default())?;
    asked.parse().ok().filter(|mtu| *mtu > 0)
}

/// Whether its containers do not reach each other.
pub fn isolates(network: &Definition) -> bool {
    network.options.get(NEIGHBOURS).is_some_and(|typed| matches!(boolean(NEIGHBOURS, typed), Ok(false)))
}

/// The address of the host for ports that are published without one; `None`: all.
pub fn binding(network: &Definition) -> Option<IpAddr> {
    let address: IpAddr = network.options.get(BINDING)?.parse().ok()?;
    (!address.is_unspecified()).then_some(address)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn checked(key: &str, value: &str) -> Result<()> {
        check(&BTreeMap::from([(key.to_owned(), value.to_owned())]))
    }

    #[test]
    fn options_are_honoured_or_refused() {
        for (key, value) in [
            (MTU, "1400"),
            (MTU, "0"),
            (NEIGHBOURS, "false"),
            (BINDING, "127.0.0.1"),
            ("com.docker.network.bridge.enable_ip_masquerade", "true"),
            ("com.docker.network.bridge.name", "br0"),
            ("foo", "bar"),
        ] {
            checked(key, value).unwrap();
        }
        for (key, value) in [
            (MTU, "67"),
            (MTU, "x"),
            (NEIGHBOURS, "no"),
            (BINDING, "localhost"),
            ("com.docker.network.bridge.enable_ip_masquerade", "false"),
            ("com.docker.network.bridge.gateway_mode_ipv4", "routed"),
        ] {
            assert!(checked(key, value).is_err(), "{key}={value}");
        }
    }
}
