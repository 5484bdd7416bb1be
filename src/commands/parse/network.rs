//! `--network`.

use crate::engine::wish::NetworkWish;
use crate::error::{Error, Kind, Result};

/// Reads `none`, `host` or `default`; every other network needs what is not there yet.
pub fn network(typed: &str) -> Result<NetworkWish> {
    let refuse = |why: &str| {
        Err(Error::new(Kind::Unsupported, why.to_owned())
            .because("--network none or host")
            .fix("--network none"))
    };
    match typed {
        "none" => Ok(NetworkWish::None),
        "host" => Ok(NetworkWish::Host),
        "default" => Ok(NetworkWish::Default),
        "" => Err(Error::usage("no name set for network")),
        "bridge" => refuse("bridge networks are not there yet"),
        other if other.starts_with("container:") => {
            refuse("joining another container's network is not there yet")
        }
        other => refuse(&format!("networks such as `{other}` are not there yet")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_networks_that_exist_are_taken() {
        assert_eq!(network("none").unwrap(), NetworkWish::None);
        assert_eq!(network("host").unwrap(), NetworkWish::Host);
        for typed in ["", "bridge", "container:x", "mine", "name=host"] {
            assert!(network(typed).is_err(), "{typed:?}");
        }
        assert_eq!(
            network("bridge").unwrap_err().to_string(),
            "bridge networks are not there yet: --network none or host"
        );
    }
}
