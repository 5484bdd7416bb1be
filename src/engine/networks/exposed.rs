//! The ports that a container says it listens on.

use crate::engine::wish::Wish;
use crate::network::port::{Port, Protocol};

/// The most ports that ranges of an image stand for: as many as there are of both protocols.
const MOST: usize = 2 * 65535;

/// The ports of the image and of `--expose` in docker's form, `80/tcp`: by number, each once.
pub fn exposed(image: &[String], wish: &Wish) -> Vec<String> {
    let mut all = expanded(image);
    all.extend(wish.expose.iter().map(Port::to_string));
    in_order(all)
}

/// Each port once: those that can be read by number, behind what else an image may say.
pub fn in_order(mut ports: Vec<String>) -> Vec<String> {
    ports.sort_by_cached_key(|port| (read(port), port.clone()));
    ports.dedup();
    ports
}

/// Ports in docker's form: `80` is `80/tcp`, and a range is each of its ports.
pub fn expanded(ports: &[String]) -> Vec<String> {
    let mut all = Vec::with_capacity(ports.len());
    let mut left = MOST;
    for port in ports {
        let (numbers, protocol) = port.split_once('/').unwrap_or((port, "tcp"));
        match range(numbers) {
            Some(range) if range.len() <= left => {
                left -= range.len();
                all.extend(range.map(|number| format!("{number}/{protocol}")));
            }
            _ => all.push(format!("{numbers}/{protocol}")),
        }
    }
    all
}

/// The numbers of `7000-7002`.
fn range(numbers: &str) -> Option<std::ops::RangeInclusive<u16>> {
    let (first, last) = numbers.split_once('-')?;
    Some(first.parse().ok()?..=last.parse().ok()?)
}

/// Reads `80/tcp`; `None` for what only an image can hold: ranges, other protocols, nonsense.
pub fn read(port: &str) -> Option<Port> {
    let (number, protocol) = port.split_once('/')?;
    let protocol = match protocol {
        "tcp" => Protocol::Tcp,
        "udp" => Protocol::Udp,
        _ => return None,
    };
    let digits = number.bytes().all(|c| c.is_ascii_digit());
    let number = number.parse().ok().filter(|number| digits && *number != 0)?;
    Some(Port { number, protocol })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ports_of_image_and_command_line_stand_together() {
        let port = |number| Port { number, protocol: Protocol::Tcp };
        let wish = Wish { expose: vec![port(80), port(9)], ..Wish::default() };
        let image = ["443", "80/tcp", "5000/sctp", "82-83/udp", "9-8/tcp"].map(str::to_owned);
        assert_eq!(exposed(&image, &wish), ["5000/sctp", "9/tcp", "80/tcp", "82/udp", "83/udp", "443/tcp"]);
        assert_eq!(read("+9/tcp"), None);
        assert_eq!(read("0/tcp"), None);
    }

    #[test]
    fn an_image_full_of_ranges_is_no_way_to_fill_the_memory() {
        let hostile = vec!["1-65535/tcp".to_owned(); 100_000];
        assert!(expanded(&hostile).len() <= MOST + hostile.len());
    }
}
