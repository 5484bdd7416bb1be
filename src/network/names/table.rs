//! Who is called what: the endpoints of the container's networks, by name and by address.

use super::config::View;
use crate::ids::ContainerId;
use crate::network::endpoint::Endpoint;
use ipnet::IpNet;
use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// The container's networks, in order.
#[derive(Debug)]
pub struct Table {
    networks: Vec<Network>,
}

#[derive(Debug)]
struct Network {
    name: String,
    resolves: bool,
    subnets: Vec<IpNet>,
    neighbours: BTreeMap<ContainerId, Neighbour>,
}

#[derive(Debug)]
struct Neighbour {
    name: String,
    names: Vec<String>,
    ipv4: Option<Ipv4Addr>,
    ipv6: Option<Ipv6Addr>,
    /// How often a name that this is the first of was asked for, by family.
    turns: [usize; 2],
}

/// The addresses that are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wanted {
    /// IPv4.
    pub v4: bool,
    /// IPv6.
    pub v6: bool,
}

/// Whose an address is.
#[derive(Debug, PartialEq, Eq)]
pub enum Owner {
    /// A container's: its name and its network's.
    Container(String),
    /// An address of a network that no container has.
    Nobody,
    /// Not an address of a network on which names are resolved.
    Elsewhere,
}

impl Table {
    /// The networks, with nobody on them.
    pub fn new(views: &[View]) -> Self {
        let network = |view: &View| Network {
            name: view.name.clone(),
            resolves: view.resolves,
            subnets: view.subnets.clone(),
            neighbours: BTreeMap::new(),
        };
        Self { networks: views.iter().map(network).collect() }
    }

    /// On network number `network` are these and no others.
    pub fn replace(&mut self, network: usize, endpoints: Vec<Endpoint>) {
        if let Some(network) = self.networks.get_mut(network) {
            let neighbours = endpoints.into_iter().map(|endpoint| (endpoint.container, endpoint.into()));
            network.neighbours = neighbours.collect();
        }
    }

    /// `container` came to network number `network`, changed there, or left it.
    pub fn put(&mut self, network: usize, container: ContainerId, endpoint: Option<Endpoint>) {
        if let Some(network) = self.networks.get_mut(network) {
            match endpoint {
                Some(endpoint) => drop(network.neighbours.insert(container, endpoint.into())),
                None => drop(network.neighbours.remove(&container)),
            }
        }
    }

    /// The addresses of `name`, which has dots between its labels and none at the end: those of a link's alias, else
    /// those on the first network that knows the name, else those of `web` on `net` for `web.net`. Containers that
    /// share a name take turns in being first. `None` when it is nobody's name.
    pub fn find(
        &mut self,
        name: &str,
        links: &BTreeMap<String, ContainerId>,
        wanted: Wanted,
    ) -> Option<Vec<IpAddr>> {
        if let Some(found) = links.get(name).and_then(|container| self.linked(*container, wanted)) {
            return Some(found);
        }
        let resolving = || self.networks.iter().enumerate().filter(|(_, network)| network.resolves);
        let on = |(number, network): (usize, &Network), name| network.has(name).then_some(number);
        let whole = resolving().find_map(|entry| on(entry, name)).map(|number| (number, name));
        let (number, name) = whole.or_else(|| {
            resolving().find_map(|(number, network)| {
                let name = without_suffix(name, &network.name)?;
                on((number, network), name).map(|number| (number, name))
            })
        })?;
        Some(self.networks[number].addresses(name, wanted))
    }

    /// The addresses of a container on all networks, also those on which no names are resolved.
    fn linked(&self, container: ContainerId, wanted: Wanted) -> Option<Vec<IpAddr>> {
        let mut ends =
            self.networks.iter().filter_map(|network| network.neighbours.get(&container)).peekable();
        ends.peek()?;
        let ends: Vec<&Neighbour> = ends.collect();
        let v4 = ends.iter().filter(|_| wanted.v4).filter_map(|end| end.ipv4).map(IpAddr::V4);
        let v6 = ends.iter().filter(|_| wanted.v6).filter_map(|end| end.ipv6).map(IpAddr::V6);
        Some(v4.chain(v6).collect())
    }

    /// Whose `address` is.
    pub fn owner(&self, address: IpAddr) -> Owner {
        let mut owner = Owner::Elsewhere;
        for network in self.networks.iter().filter(|network| network.resolves) {
            if let Some(neighbour) = network.neighbours.values().find(|neighbour| neighbour.is_at(address)) {
                return Owner::Container(format!("{}.{}", neighbour.name, network.name));
            }
            if network.subnets.iter().any(|subnet| subnet.contains(&address)) {
                owner = Owner::Nobody;
            }
        }
        owner
    }
}

impl Network {
    fn has(&self, name: &str) -> bool {
        self.neighbours.values().any(|neighbour| neighbour.is_called(name))
    }

    fn addresses(&mut self, name: &str, wanted: Wanted) -> Vec<IpAddr> {
        let called = || self.neighbours.values().filter(|neighbour| neighbour.is_called(name));
        let v4: Vec<_> = called().filter(|_| wanted.v4).filter_map(|one| one.ipv4).map(IpAddr::V4).collect();
        let v6: Vec<_> = called().filter(|_| wanted.v6).filter_map(|one| one.ipv6).map(IpAddr::V6).collect();
        let Some(first) = self.neighbours.values_mut().find(|neighbour| neighbour.is_called(name)) else {
            return Vec::new();
        };
        let mut found = Vec::with_capacity(v4.len() + v6.len());
        for (mut family, turn) in [v4, v6].into_iter().zip(&mut first.turns) {
            if family.len() > 1 {
                let by = *turn % family.len();
                family.rotate_left(by);
                *turn = turn.wrapping_add(1);
            }
            found.append(&mut family);
        }
        found
    }
}

impl Neighbour {
    fn is_called(&self, name: &str) -> bool {
        self.names.iter().any(|own| is_same(name, own))
    }

    fn is_at(&self, address: IpAddr) -> bool {
        match address {
            IpAddr::V4(address) => self.ipv4 == Some(address),
            IpAddr::V6(address) => self.ipv6 == Some(address),
        }
    }
}

impl From<Endpoint> for Neighbour {
    fn from(endpoint: Endpoint) -> Self {
        let Endpoint { name, names, ipv4, ipv6, .. } = endpoint;
        Self { name, names, ipv4, ipv6, turns: [0; 2] }
    }
}

/// Whether a name that was asked for is the one that somebody typed, with or without a final dot.
fn is_same(asked: &str, typed: &str) -> bool {
    asked.eq_ignore_ascii_case(typed.strip_suffix('.').unwrap_or(typed))
}

/// `web` for `web.net` and `net`.
fn without_suffix<'a>(name: &'a str, network: &str) -> Option<&'a str> {
    let at = name.len().checked_sub(network.len()).filter(|at| name.is_char_boundary(*at))?;
    let (head, tail) = name.split_at(at);
    head.strip_suffix('.').filter(|head| !head.is_empty() && tail.eq_ignore_ascii_case(network))
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub(in super::super) fn id(number: u8) -> ContainerId {
        ContainerId::parse(&format!("{number:02x}").repeat(32)).unwrap()
    }

    pub(in super::super) fn endpoint(number: u8, name: &str, names: &[&str], addresses: &[&str]) -> Endpoint {
        Endpoint {
            id: "e".repeat(64),
            container: id(number),
            name: name.to_owned(),
            network: "net".to_owned(),
            names: names.iter().map(|name| (*name).to_owned()).collect(),
            ipv4: addresses.iter().find_map(|address| address.parse().ok()),
            ipv6: addresses.iter().find_map(|address| address.parse().ok()),
            mac: "02:42:ac:11:00:02".to_owned(),
            interface: "eth0".to_owned(),
        }
    }

    pub(in super::super) fn view(name: &str, subnets: &[&str], resolves: bool) -> View {
        let subnets = subnets.iter().map(|subnet| subnet.parse().unwrap()).collect();
        View { name: name.to_owned(), folder: "/nowhere".into(), subnets, resolves }
    }

    /// `front` knows web and two replicas of api; `back` knows db, and another web; the default bridge knows old.
    pub(in super::super) fn table() -> Table {
        let mut table = Table::new(&[
            view("Front", &["172.18.0.0/16", "fd00:18::/64"], true),
            view("back.end", &["172.19.0.0/16"], true),
            view("bridge", &["172.17.0.0/16"], false),
        ]);
        table.replace(
            0,
            vec![
                endpoint(1, "web", &["web", "WWW", "010101010101"], &["172.18.0.2", "fd00:18::2"]),
                endpoint(2, "api-1", &["api-1", "api"], &["172.18.0.3"]),
                endpoint(3, "api-2", &["api-2", "api"], &["172.18.0.4"]),
            ],
        );
        table.replace(
            1,
            vec![
                endpoint(4, "db", &["db", "dotted.name"], &["172.19.0.2"]),
                endpoint(5, "web", &["web"], &["172.19.0.9"]),
            ],
        );
        table.replace(2, vec![endpoint(6, "old", &["old"], &["172.17.0.2"])]);
        table
    }

    const V4: Wanted = Wanted { v4: true, v6: false };
    const V6: Wanted = Wanted { v4: false, v6: true };
    const BOTH: Wanted = Wanted { v4: true, v6: true };

    fn find(table: &mut Table, name: &str, wanted: Wanted) -> Option<String> {
        let links = BTreeMap::from([("legacy".to_owned(), id(6)), ("gone".to_owned(), id(99))]);
        let found = table.find(name, &links, wanted)?;
        Some(found.iter().map(ToString::to_string).collect::<Vec<_>>().join(" "))
    }

    #[test]
    fn a_name_is_found_on_the_first_network_that_knows_it() {
        let cases = [
            ("web", V4, Some("172.18.0.2")),
            ("www", V4, Some("172.18.0.2")),
            ("web", V6, Some("fd00:18::2")),
            ("web", BOTH, Some("172.18.0.2 fd00:18::2")),
            ("web.front", V4, Some("172.18.0.2")),
            ("web.back.end", V4, Some("172.19.0.9")),
            ("web.back", V4, None),
            ("db", V4, Some("172.19.0.2")),
            ("db", V6, Some("")),
            ("db.front", V4, None),
            ("dotted.name", V4, Some("172.19.0.2")),
            ("dotted.name.back.end", V4, Some("172.19.0.2")),
            ("old", V4, None),
            ("old.bridge", V4, None),
            ("legacy", V4, Some("172.17.0.2")),
            ("legacy", V6, Some("")),
            ("gone", V4, None),
            ("front", V4, None),
            (".front", V4, None),
            ("", V4, None),
            ("example.com", V4, None),
        ];
        let mut table = table();
        for (name, wanted, addresses) in cases {
            assert_eq!(find(&mut table, name, wanted).as_deref(), addresses, "{name}");
        }
    }

    #[test]
    fn replicas_take_turns_even_when_both_families_are_asked_for() {
        let mut table = table();
        let mut first = Vec::new();
        for _ in 0..4 {
            first.push(find(&mut table, "api", V4).unwrap());
            assert_eq!(find(&mut table, "api", V6).unwrap(), "");
            find(&mut table, "web", V4);
        }
        let one = "172.18.0.3 172.18.0.4";
        let other = "172.18.0.4 172.18.0.3";
        assert_eq!(first, [one, other, one, other]);
    }

    #[test]
    fn who_leaves_is_not_found_and_who_comes_is() {
        let mut table = table();
        table.put(0, id(2), None);
        assert_eq!(find(&mut table, "api", V4).unwrap(), "172.18.0.4");
        assert_eq!(find(&mut table, "api-1", V4), None);
        table.put(0, id(7), Some(endpoint(7, "new", &["new"], &["172.18.0.7"])));
        assert_eq!(find(&mut table, "new", V4).unwrap(), "172.18.0.7");
        table.put(9, id(7), None);
    }

    #[test]
    fn an_address_has_the_name_of_its_container_and_network() {
        let table = table();
        let cases = [
            ("172.18.0.3", Owner::Container("api-1.Front".to_owned())),
            ("fd00:18::2", Owner::Container("web.Front".to_owned())),
            ("172.19.0.2", Owner::Container("db.back.end".to_owned())),
            ("172.18.0.99", Owner::Nobody),
            ("fd00:18::99", Owner::Nobody),
            ("172.17.0.2", Owner::Elsewhere),
            ("192.0.2.1", Owner::Elsewhere),
        ];
        for (address, owner) in cases {
            assert_eq!(table.owner(address.parse().unwrap()), owner, "{address}");
        }
    }
}
