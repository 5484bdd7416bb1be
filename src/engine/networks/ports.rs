//! The ports of a container as `ps` and `inspect` tell them.

use super::exposed;
use crate::engine::record::Record;
use crate::network::port::{Port, Publish, Published};
use serde_json::{Map, Value as Json, json};
use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};

/// All ports that a container listens on, by its image, `--expose` and `-p`: in docker's form, each once.
pub fn listened(record: &Record) -> Vec<String> {
    let mut all = exposed::expanded(&record.exposed);
    all.extend(record.wish.publish.iter().map(|publish| publish.container.to_string()));
    exposed::in_order(all)
}

/// One port as the cell PORTS of `ps` has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Told {
    container: u16,
    /// docker sorts by its text.
    address: Option<IpAddr>,
    host: u16,
    port: Port,
}

/// The cell PORTS of `ps`: neighbours as one range where they keep their numbers on the host, or are not published;
/// those that change their number one by one, and last.
pub fn cell(record: &Record, published: &[Published]) -> String {
    let exposed = listened(record);
    let exposed = exposed.iter().filter_map(|port| exposed::read(port));
    let unpublished = exposed.filter(|port| published.iter().all(|one| one.container != *port));
    let mut all: Vec<Told> = unpublished
        .map(|port| Told { container: port.number, address: None, host: 0, port })
        .chain(published.iter().map(|one| Told {
            container: one.container.number,
            address: Some(one.address),
            host: one.host,
            port: one.container,
        }))
        .collect();
    all.sort_unstable();
    all.dedup();
    let mut ranges = Ranges::default();
    let mut moved = Vec::new();
    for told in all {
        match told.address {
            Some(address) if told.host != told.container => {
                moved.push(format!("{}->{}", SocketAddr::new(address, told.host), told.port));
            }
            _ => ranges.add(&told),
        }
    }
    ranges.done().into_iter().chain(moved).collect::<Vec<_>>().join(", ")
}

/// The ranges so far; one is open for each address and protocol, which end in the order in which they began.
#[derive(Default)]
struct Ranges {
    ended: Vec<String>,
    open: Vec<Range>,
}

struct Range {
    first: Told,
    last: u16,
}

impl Ranges {
    fn add(&mut self, told: &Told) {
        let same = |range: &&mut Range| {
            (range.first.address, range.first.port.protocol) == (told.address, told.port.protocol)
        };
        match self.open.iter_mut().find(same) {
            None => self.open.push(Range { first: *told, last: told.container }),
            Some(range) if range.last.checked_add(1) == Some(told.container) => range.last = told.container,
            Some(range) => {
                self.ended.push(range.told());
                *range = Range { first: *told, last: told.container };
            }
        }
    }

    fn done(mut self) -> Vec<String> {
        self.ended.extend(self.open.iter().map(Range::told));
        self.ended
    }
}

impl Range {
    fn told(&self) -> String {
        let first = self.first.container;
        let numbers = if first == self.last { first.to_string() } else { format!("{first}-{}", self.last) };
        let protocol = self.first.port.protocol;
        match self.first.address {
            None => format!("{numbers}/{protocol}"),
            Some(IpAddr::V4(address)) => format!("{address}:{numbers}->{numbers}/{protocol}"),
            Some(IpAddr::V6(address)) => format!("[{address}]:{numbers}->{numbers}/{protocol}"),
        }
    }
}

/// `NetworkSettings.Ports` of a running container: where each port is published, or null.
pub fn settings(record: &Record, published: &[Published]) -> Json {
    let mut ports: BTreeMap<String, Vec<Json>> =
        listened(record).into_iter().map(|port| (port, Vec::new())).collect();
    let mut sorted = published.to_vec();
    sorted.sort_unstable();
    for one in sorted {
        let binding = json!({"HostIp": one.address.to_string(), "HostPort": one.host.to_string()});
        ports.entry(one.container.to_string()).or_default().push(binding);
    }
    let shown = |bindings: Vec<Json>| if bindings.is_empty() { Json::Null } else { Json::Array(bindings) };
    Json::Object(ports.into_iter().map(|(port, bindings)| (port, shown(bindings))).collect())
}

/// `HostConfig.PortBindings`: what was asked for.
pub fn bindings(publish: &[Publish]) -> Json {
    let mut ports: BTreeMap<String, Vec<Json>> = BTreeMap::new();
    for one in publish {
        let host = match one.host {
            None => String::new(),
            Some((first, last)) if first == last => first.to_string(),
            Some((first, last)) => format!("{first}-{last}"),
        };
        let address = one.address.map(|address| address.to_string()).unwrap_or_default();
        let binding = json!({"HostIp": address, "HostPort": host});
        ports.entry(one.container.to_string()).or_default().push(binding);
    }
    Json::Object(ports.into_iter().map(|(port, list)| (port, list.into())).collect::<Map<_, _>>())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::list::tests::seen;
    use crate::network::port::Protocol;

    fn port(text: &str) -> Port {
        exposed::read(text).unwrap()
    }

    fn published(text: &str) -> Vec<Published> {
        let one = |word: &str| {
            let (host, container) = word.split_once("->").unwrap();
            let host: SocketAddr = host.parse().unwrap();
            Published { container: port(container), address: host.ip(), host: host.port() }
        };
        text.split_ascii_whitespace().map(one).collect()
    }

    fn record(exposed: &[&str]) -> Record {
        let mut record = seen("a", "2026-01-02T11:00:00Z").record.unwrap();
        record.exposed = exposed.iter().map(|port| (*port).to_owned()).collect();
        record
    }

    #[test]
    fn ports_are_told_as_docker_does() {
        let one = record(&["443/tcp", "7000/tcp", "7001/tcp", "7002", "80/tcp", "9000/tcp"]);
        let live = published(
            "0.0.0.0:9000->9000/tcp [::]:9000->9000/tcp 0.0.0.0:9001->9001/tcp [::]:9001->9001/tcp \
             0.0.0.0:32768->53/udp [::]:32768->53/udp [::]:8081->80/tcp 0.0.0.0:8081->80/tcp",
        );
        assert_eq!(
            cell(&one, &live),
            "443/tcp, 7000-7002/tcp, 0.0.0.0:9000-9001->9000-9001/tcp, [::]:9000-9001->9000-9001/tcp, \
             0.0.0.0:32768->53/udp, [::]:32768->53/udp, 0.0.0.0:8081->80/tcp, [::]:8081->80/tcp"
        );
        let live = published(
            "0.0.0.0:1234->1234/tcp [::]:1234->1234/tcp 0.0.0.0:1235->1235/tcp [::]:1235->1235/tcp \
             0.0.0.0:1236->1237/tcp [::]:1236->1237/tcp 0.0.0.0:1300->1300/tcp",
        );
        assert_eq!(
            cell(&record(&[]), &live),
            "0.0.0.0:1234-1235->1234-1235/tcp, 0.0.0.0:1300->1300/tcp, [::]:1234-1235->1234-1235/tcp, \
             0.0.0.0:1236->1237/tcp, [::]:1236->1237/tcp"
        );
        assert_eq!(cell(&record(&[]), &[]), "");
    }

    #[test]
    fn inspect_has_a_list_for_each_port_or_null() {
        let shown = settings(&record(&["443/tcp"]), &published("[::]:81->80/tcp 0.0.0.0:81->80/tcp"));
        let both = json!([{"HostIp": "0.0.0.0", "HostPort": "81"}, {"HostIp": "::", "HostPort": "81"}]);
        assert_eq!(shown, json!({"443/tcp": null, "80/tcp": both}));
        let container = Port { number: 80, protocol: Protocol::Tcp };
        let address = Some("127.0.0.1".parse().unwrap());
        let asked = [
            Publish { container, address: None, host: None },
            Publish { container, address, host: Some((1, 3)) },
        ];
        assert_eq!(
            bindings(&asked),
            json!({"80/tcp": [{"HostIp": "", "HostPort": ""}, {"HostIp": "127.0.0.1", "HostPort": "1-3"}]})
        );
    }
}
