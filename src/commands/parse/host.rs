//! `--add-host NAME:ADDRESS`, `NAME=ADDRESS`.

use crate::error::{Error, Result};
use std::net::IpAddr;

/// Stands for the address of the host, which is known only when the container starts.
const GATEWAY: &str = "host-gateway";

/// Reads one line for /etc/hosts, as `NAME:ADDRESS`.
pub fn host(typed: &str) -> Result<String> {
    let wrong = || Error::usage(format!("bad format for add-host: {typed:?}"));
    let (name, address) = typed.split_once('=').or_else(|| typed.split_once(':')).ok_or_else(wrong)?;
    if name.is_empty() || name.contains(|c: char| c.is_whitespace() || c.is_control() || c == '#') {
        return Err(wrong());
    }
    if address == GATEWAY {
        return Ok(format!("{name}:{GATEWAY}"));
    }
    let bare = address.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(address);
    match bare.parse::<IpAddr>() {
        Ok(_) => Ok(format!("{name}:{bare}")),
        Err(_) => Err(Error::usage(format!("invalid IP address in add-host: {address:?}"))),
    }
}

#[cfg(test)]
mod tests {
    use super::host;

    #[test]
    fn a_host_is_a_name_and_an_address() {
        for (typed, line) in [
            ("db:10.0.0.1", Some("db:10.0.0.1")),
            ("db=10.0.0.1", Some("db:10.0.0.1")),
            ("db:::1", Some("db:::1")),
            ("db=[::1]", Some("db:::1")),
            ("db:[2001:db8::1]", Some("db:2001:db8::1")),
            ("db", None),
            (":1.2.3.4", None),
            ("db:", None),
            ("db:300.1.1.1", None),
            ("a b:1.2.3.4", None),
            ("a\nb:1.2.3.4", None),
            ("db:host-gateway", Some("db:host-gateway")),
            ("db=host-gateway", Some("db:host-gateway")),
        ] {
            assert_eq!(host(typed).ok().as_deref(), line, "{typed:?}");
        }
        assert_eq!(host("foo:bar").unwrap_err().to_string(), "invalid IP address in add-host: \"bar\"");
    }
}
