//! Which ports are to be published.

use crate::network::port::{Port, Protocol, Publish};

/// The ports of `-p`, and with `-P` all that are exposed (`80/tcp`, `7000-7002/udp`), each at a port of the host
/// that is free.
pub fn to_publish(asked: &[Publish], all: bool, exposed: &[String]) -> Vec<Publish> {
    let mut publish = asked.to_vec();
    if all {
        for container in exposed.iter().flat_map(|text| parse(text)) {
            if !asked.iter().any(|other| other.container == container) {
                publish.push(Publish { container, address: None, host: None });
            }
        }
    }
    publish
}

fn parse(text: &str) -> Vec<Port> {
    let (numbers, protocol) = text.split_once('/').unwrap_or((text, "tcp"));
    let protocol = match protocol {
        "tcp" => Protocol::Tcp,
        "udp" => Protocol::Udp,
        _ => return Vec::new(),
    };
    let (first, last) = numbers.split_once('-').unwrap_or((numbers, numbers));
    match (first.parse::<u16>(), last.parse::<u16>()) {
        (Ok(first), Ok(last)) if first > 0 => {
            (first..=last).map(|number| Port { number, protocol }).collect()
        }
        _ => Vec::new(),
    }
}
