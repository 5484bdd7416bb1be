//! The flags of a container's networks and ports, shared by `run` and `create`.

use super::parse::network::{Attachment, network};
use super::parse::{dns, egress, link::link, mac::mac, port};
use crate::engine::wish::{Join, NetworkWish, Wish};
use crate::error::{Error, Result};
use crate::network::definition::DEFAULT;
use crate::network::egress::Egress;
use crate::network::port::{Port, Publish};
use std::net::IpAddr;

/// The most ports of one container: as many as there are of both protocols.
const MOST_PORTS: usize = 2 * 65535;

/// The flags, as they were typed where only all of them together say whether they are right.
#[derive(Debug, Clone, Default, clap::Args)]
pub struct NetworkFlags {
    /// Ask this name server
    #[arg(long, value_name = "ADDRESS", value_parser = dns::server)]
    pub dns: Vec<IpAddr>,
    /// Set an option of resolv.conf(5)
    #[arg(long, alias = "dns-opt", value_name = "OPTION", value_parser = dns::option)]
    pub dns_option: Vec<String>,
    /// Look names up in this domain as well
    #[arg(long, value_name = "DOMAIN", value_parser = dns::search)]
    pub dns_search: Vec<String>,
    /// Restrict what the container reaches: deny, allow=NAME|NETWORK[:PORT], log
    #[arg(long, value_name = "RULE", value_parser = egress::egress)]
    pub egress: Vec<Egress>,
    /// Say that the container listens on a port, or on a range of ports
    #[arg(long, value_name = "PORT")]
    pub expose: Vec<String>,
    /// Give the container this IPv4 address
    #[arg(long, value_name = "ADDRESS")]
    pub ip: Option<String>,
    /// Give the container this IPv6 address
    #[arg(long, value_name = "ADDRESS")]
    pub ip6: Option<String>,
    /// Let the container find another one by name
    #[arg(long, value_name = "CONTAINER[:ALIAS]", value_parser = link)]
    pub link: Vec<(String, String)>,
    /// Give the container this Ethernet address
    #[arg(long, value_name = "ADDRESS")]
    pub mac_address: Option<String>,
    /// Connect the container to a network: NAME, bridge, host, none, container:NAME or pasta[:OPTIONS]
    #[arg(long, alias = "net", value_name = "NETWORK", value_parser = network)]
    pub network: Vec<Attachment>,
    /// Give the container another name on its network
    #[arg(long, alias = "net-alias", value_name = "NAME")]
    pub network_alias: Vec<String>,
    /// Publish a port of the container on the host
    #[arg(short, long, value_name = "[[ADDRESS:]HOST:]PORT[/PROTOCOL]")]
    pub publish: Vec<String>,
    /// Publish all ports that are exposed on free ports of the host
    #[arg(short = 'P', long)]
    pub publish_all: bool,
}

/// What a word after `--network` stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Target<'a> {
    Bridge,
    Host,
    None,
    Container(&'a str),
    Pasta(&'a str),
    Custom,
}

impl NetworkFlags {
    /// Adds to a wish what these flags say; the rest of it is there already.
    ///
    /// # Errors
    /// docker's words for what is wrong in itself, and for what contradicts.
    pub(super) fn fill(&self, wish: &mut Wish) -> Result<()> {
        wish.publish = self.published()?;
        wish.publish_all = self.publish_all;
        wish.expose = self.exposed()?;
        wish.dns.clone_from(&self.dns);
        wish.dns_search.clone_from(&self.dns_search);
        wish.dns_options = self.dns_option.iter().filter(|option| !option.is_empty()).cloned().collect();
        wish.egress = egress::together(&self.egress)?;
        let attachments = self.attachments()?;
        let links_of_all = !attachments.iter().any(|one| target(&one.target) == Target::Custom);
        wish.network = self.wish(&attachments)?;
        if links_of_all {
            wish.links.clone_from(&self.link);
        }
        no_conflict(wish)
    }

    fn published(&self) -> Result<Vec<Publish>> {
        let mut all = Vec::new();
        for typed in &self.publish {
            all.extend(port::publish(typed)?);
            within_bounds(all.len(), "publish")?;
        }
        Ok(all)
    }

    fn exposed(&self) -> Result<Vec<Port>> {
        let mut all = Vec::new();
        for typed in &self.expose {
            all.extend(port::expose(typed)?);
            within_bounds(all.len(), "expose")?;
        }
        all.sort();
        all.dedup();
        Ok(all)
    }

    /// The networks, the flags that stand apart from them added to the first.
    fn attachments(&self) -> Result<Vec<Attachment>> {
        let mut all = self.network.clone();
        if all.is_empty() {
            all.push(Attachment { target: "default".to_owned(), ..Attachment::default() });
        }
        if let Some(first) = all.first_mut() {
            self.add_to(first)?;
        }
        for (number, one) in all.iter().enumerate() {
            check(one)?;
            if all[..number].iter().any(|other| other.target == one.target) {
                return Err(Error::usage(format!("network {:?} is specified multiple times", one.target)));
            }
        }
        Ok(all)
    }

    fn add_to(&self, first: &mut Attachment) -> Result<()> {
        if !first.aliases.is_empty() && !self.network_alias.is_empty() {
            return Err(twice("--network-alias and per-network alias"));
        }
        first.aliases.extend(self.network_alias.iter().cloned());
        let add = |own: &mut Option<String>, apart: &Option<String>, both: &str| {
            match (own.is_some(), apart.as_deref().filter(|typed| !typed.is_empty())) {
                (true, Some(_)) => return Err(twice(both)),
                (false, Some(typed)) => *own = Some(typed.to_owned()),
                (_, None) => {}
            }
            Ok(())
        };
        add(&mut first.ipv4, &self.ip, "--ip and per-network IPv4 address")?;
        add(&mut first.ipv6, &self.ip6, "--ip6 and per-network IPv6 address")?;
        add(&mut first.mac, &self.mac_address, "--mac-address and per-network MAC address")
    }

    fn wish(&self, all: &[Attachment]) -> Result<NetworkWish> {
        let custom = all.iter().filter(|one| target(&one.target) == Target::Custom).count();
        if custom != 0 && custom != all.len() {
            return Err(Error::usage(
                "conflicting options: cannot attach both user-defined and non-user-defined network-modes",
            ));
        }
        let joins = all.iter().map(join).collect::<Result<Vec<_>>>()?;
        match all {
            [one] if custom == 0 => single(one, joins),
            [] | [_] => Ok(NetworkWish::Networks(self.with_links(joins))),
            [one, other, ..] if custom == 0 => Err(Error::usage(format!(
                "conflicting options: a container cannot be on `{}` and `{}`",
                one.target, other.target
            ))),
            _ => Ok(NetworkWish::Networks(self.with_links(joins))),
        }
    }

    /// Links are those of the first network.
    fn with_links(&self, mut joins: Vec<Join>) -> Vec<Join> {
        if let Some(first) = joins.first_mut() {
            first.links.clone_from(&self.link);
        }
        joins
    }
}

/// What docker tells beside making a container: what of the wish comes to nothing.
pub(super) fn warnings(wish: &Wish) -> Vec<String> {
    let local = wish.dns.iter().filter(|address| address.is_loopback());
    let local = local.map(|address| format!("WARNING: Localhost DNS ({address}) may fail in containers."));
    let discarded = wish.network == NetworkWish::Host && !wish.publish.is_empty();
    let discarded =
        discarded.then(|| "WARNING: Published ports are discarded when using host network mode".to_owned());
    local.chain(discarded).collect()
}

/// One network as it is joined; its links are for the caller to add.
///
/// # Errors
/// docker's words for addresses that are none, and for what the fixed networks do not take: several lines.
pub(super) fn settings(one: &Attachment) -> Result<Join, Vec<String>> {
    let mut wrong = Vec::new();
    let fixed = target(&one.target) != Target::Custom;
    if fixed && !one.aliases.is_empty() {
        wrong.push(
            "network-scoped alias is supported only for containers in user defined networks".to_owned(),
        );
    }
    if fixed && (one.ipv4.is_some() || one.ipv6.is_some()) {
        wrong.push("user specified IP address is supported on user defined networks only".to_owned());
    }
    if one.mac.is_some() && matches!(target(&one.target), Target::Pasta(_)) {
        wrong.push("user specified MAC address is supported on networks of rcon's own only".to_owned());
    }
    let ipv4 = one.ipv4.as_deref().map(str::parse).transpose();
    let ipv6 = one.ipv6.as_deref().map(str::parse).transpose();
    if let (Err(_), Some(typed)) = (&ipv4, &one.ipv4) {
        wrong.push(format!("invalid IPv4 address: {typed}"));
    }
    if let (Err(_), Some(typed)) = (&ipv6, &one.ipv6) {
        wrong.push(format!("invalid IPv6 address: {typed}"));
    }
    let mac = one.mac.as_deref().map(mac).transpose().unwrap_or_else(|error| {
        wrong.push(error.to_string());
        None
    });
    match (wrong.is_empty(), ipv4, ipv6) {
        (true, Ok(ipv4), Ok(ipv6)) => Ok(Join {
            network: one.target.clone(),
            aliases: one.aliases.clone(),
            ipv4,
            ipv6,
            mac,
            links: Vec::new(),
            priority: one.priority,
            options: one.options.clone(),
        }),
        _ => Err(wrong),
    }
}

/// What is wrong as docker tells it: one on a line of its own, several as a list.
pub(super) fn list(wrong: &[String]) -> String {
    match wrong {
        [one] => one.clone(),
        several => several.iter().map(|one| format!("* {one}")).collect::<Vec<_>>().join("\n"),
    }
}

fn join(one: &Attachment) -> Result<Join> {
    settings(one).map_err(|wrong| {
        let network = if one.target == "default" { DEFAULT } else { &one.target };
        let wrong = list(&wrong);
        Error::usage(format!("invalid config for network {network}: invalid endpoint settings:\n{wrong}"))
    })
}

fn check(one: &Attachment) -> Result<()> {
    if one.target.trim().is_empty() {
        return Err(Error::usage("no name set for network"));
    }
    if one.target.contains(char::is_control) {
        return Err(Error::usage(format!("invalid network name `{}`", one.target)));
    }
    if target(&one.target) != Target::Custom && !one.aliases.is_empty() {
        return Err(Error::usage("network-scoped aliases are only supported for user-defined networks"));
    }
    one.mac.as_deref().map(mac).transpose().map(drop)
}

/// The one network of a container that is on no network of the user's.
fn single(one: &Attachment, joins: Vec<Join>) -> Result<NetworkWish> {
    Ok(match target(&one.target) {
        Target::Host => NetworkWish::Host,
        Target::None => NetworkWish::None,
        Target::Container("") => {
            return Err(Error::usage("invalid network mode: invalid container format container:<name|id>"));
        }
        Target::Container(name) => NetworkWish::Container(name.to_owned()),
        Target::Pasta(options) => {
            NetworkWish::Pasta(options.split(',').filter(|o| !o.is_empty()).map(str::to_owned).collect())
        }
        Target::Bridge | Target::Custom => {
            let joins: Vec<Join> =
                joins.into_iter().map(|join| Join { network: DEFAULT.to_owned(), ..join }).collect();
            let plain = Join { network: DEFAULT.to_owned(), ..Join::default() };
            if joins == [plain] { NetworkWish::Default } else { NetworkWish::Networks(joins) }
        }
    })
}

fn target(typed: &str) -> Target<'_> {
    match typed {
        "default" | DEFAULT => Target::Bridge,
        "host" => Target::Host,
        "none" => Target::None,
        "container" => Target::Container(""),
        "pasta" => Target::Pasta(""),
        other => match other.split_once(':') {
            Some(("container", name)) => Target::Container(name),
            Some(("pasta", options)) => Target::Pasta(options),
            _ => Target::Custom,
        },
    }
}

fn twice(both: &str) -> Error {
    Error::usage(format!("conflicting options: cannot specify both {both}"))
}

fn within_bounds(count: usize, flag: &str) -> Result<()> {
    match count > MOST_PORTS {
        true => Err(Error::usage(format!("too many --{flag}: more than {MOST_PORTS} ports"))),
        false => Ok(()),
    }
}

/// What does not go with the network of the host, or of another container.
fn no_conflict(wish: &Wish) -> Result<()> {
    let conflict = |what: &str| Err(Error::usage(format!("conflicting options: {what}")));
    let undefined = "This would result in undefined behavior";
    match &wish.network {
        NetworkWish::Host if !wish.links.is_empty() => {
            conflict(&format!("host type networking can't be used with links. {undefined}"))
        }
        NetworkWish::Host | NetworkWish::Pasta(_) if !wish.egress.is_empty() => {
            conflict("--egress needs a network of rcon's own")
        }
        NetworkWish::Container(_) => match wish {
            Wish { hostname: Some(_), .. } => conflict("hostname and the network mode"),
            Wish { links, .. } if !links.is_empty() => {
                conflict(&format!("container type network can't be used with links. {undefined}"))
            }
            Wish { dns, .. } if !dns.is_empty() => conflict("dns and the network mode"),
            Wish { extra_hosts, .. } if !extra_hosts.is_empty() => {
                conflict("custom host-to-IP mapping and the network mode")
            }
            Wish { publish, publish_all, .. } if *publish_all || !publish.is_empty() => {
                conflict("port publishing and the container type network mode")
            }
            Wish { expose, .. } if !expose.is_empty() => {
                conflict("port exposing and the container type network mode")
            }
            Wish { egress, .. } if !egress.is_empty() => conflict("--egress and the network mode"),
            _ => Ok(()),
        },
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::{Args, FromArgMatches};

    fn filled(words: &[&str]) -> Result<Wish, String> {
        let command = NetworkFlags::augment_args(clap::Command::new("x")).no_binary_name(true);
        let matches = command.try_get_matches_from(words).map_err(|error| error.to_string())?;
        let flags = NetworkFlags::from_arg_matches(&matches).map_err(|error| error.to_string())?;
        let mut wish = Wish::default();
        flags.fill(&mut wish).map_err(|error| error.to_string())?;
        Ok(wish)
    }

    fn of(typed: &str) -> Result<Wish, String> {
        filled(&typed.split(' ').filter(|word| !word.is_empty()).collect::<Vec<_>>())
    }

    fn joined(network: &str) -> Join {
        Join { network: network.to_owned(), ..Join::default() }
    }

    #[test]
    fn networks_are_read_in_every_form() {
        let mac = Some([2, 0x42, 0xac, 0x11, 0, 2]);
        for (typed, wanted) in [
            ("", NetworkWish::Default),
            ("--network default", NetworkWish::Default),
            ("--net bridge", NetworkWish::Default),
            ("--network none", NetworkWish::None),
            ("--network host", NetworkWish::Host),
            ("--network name=host", NetworkWish::Host),
            ("--network container:web", NetworkWish::Container("web".to_owned())),
            ("--network pasta", NetworkWish::Pasta(vec![])),
            ("--network pasta:-T,5201", NetworkWish::Pasta(vec!["-T".to_owned(), "5201".to_owned()])),
            ("--network a --network b", NetworkWish::Networks(vec![joined("a"), joined("b")])),
            (
                "--mac-address 02:42:ac:11:00:02",
                NetworkWish::Networks(vec![Join { mac, ..joined("bridge") }]),
            ),
            (
                "--network a --network name=b,alias=y,ip=10.0.0.2,gw-priority=1 --network-alias x --ip6 fd00::2 \
                 --link db:sql",
                NetworkWish::Networks(vec![
                    Join {
                        aliases: vec!["x".to_owned()],
                        ipv6: Some("fd00::2".parse().unwrap()),
                        links: vec![("db".to_owned(), "sql".to_owned())],
                        ..joined("a")
                    },
                    Join {
                        aliases: vec!["y".to_owned()],
                        ipv4: Some("10.0.0.2".parse().unwrap()),
                        priority: 1,
                        ..joined("b")
                    },
                ]),
            ),
        ] {
            assert_eq!(of(typed).unwrap().network, wanted, "{typed}");
        }
        assert_eq!(of("--link a:b").unwrap().links, [("a".to_owned(), "b".to_owned())]);
        assert!(of("--network n --link a:b").unwrap().links.is_empty());
    }

    #[test]
    fn contradictions_are_told_in_dockers_words() {
        let both = "conflicting options: cannot specify both";
        let only = "network-scoped aliases are only supported for user-defined networks";
        let undefined = "This would result in undefined behavior";
        let mixed = "conflicting options: cannot attach both user-defined and non-user-defined network-modes";
        let defined = "user specified IP address is supported on user defined networks only";
        let unfit = |network: &str, what: &str| {
            format!("invalid config for network {network}: invalid endpoint settings:\n{what}")
        };
        for (typed, told) in [
            ("--network n --network n", "network \"n\" is specified multiple times".to_owned()),
            ("--network host --network host", "network \"host\" is specified multiple times".to_owned()),
            ("--network host --network n", mixed.to_owned()),
            ("--network n --network bridge", mixed.to_owned()),
            (
                "--network host --network none",
                "conflicting options: a container cannot be on `host` and `none`".to_owned(),
            ),
            ("--network-alias a", only.to_owned()),
            ("--network container:x --network-alias a", only.to_owned()),
            ("--network name=bridge,alias=x", only.to_owned()),
            (
                "--network name=n,alias=a --network-alias b",
                format!("{both} --network-alias and per-network alias"),
            ),
            ("--network name=n,ip=1.2.3.4 --ip 1.2.3.4", format!("{both} --ip and per-network IPv4 address")),
            (
                "--network name=n,mac-address=02:42:ac:11:00:02 --mac-address 02:42:ac:11:00:03",
                format!("{both} --mac-address and per-network MAC address"),
            ),
            ("--mac-address foo", "foo is not a valid mac address".to_owned()),
            ("--network name=n,mac-address=zz", "zz is not a valid mac address".to_owned()),
            ("--ip 10.0.0.1", unfit("bridge", defined)),
            ("--network host --ip 10.0.0.1", unfit("host", defined)),
            ("--network container:x --ip 10.0.0.1", unfit("container:x", defined)),
            ("--network pasta --ip 10.0.0.1", unfit("pasta", defined)),
            ("--network n --ip foo", unfit("n", "invalid IPv4 address: foo")),
            ("--ip6 zz", unfit("bridge", &format!("* {defined}\n* invalid IPv6 address: zz"))),
            (
                "--network container:",
                "invalid network mode: invalid container format container:<name|id>".to_owned(),
            ),
            (
                "--network host --link a",
                format!("conflicting options: host type networking can't be used with links. {undefined}"),
            ),
            (
                "--network container:x --link a",
                format!("conflicting options: container type network can't be used with links. {undefined}"),
            ),
            (
                "--network container:x -p 80",
                "conflicting options: port publishing and the container type network mode".to_owned(),
            ),
            (
                "--network container:x -P",
                "conflicting options: port publishing and the container type network mode".to_owned(),
            ),
            (
                "--network container:x --expose 80",
                "conflicting options: port exposing and the container type network mode".to_owned(),
            ),
            (
                "--network container:x --dns 1.1.1.1",
                "conflicting options: dns and the network mode".to_owned(),
            ),
            (
                "--network host --egress deny",
                "conflicting options: --egress needs a network of rcon's own".to_owned(),
            ),
            ("-p a:80", "Invalid hostPort: a".to_owned()),
        ] {
            assert_eq!(of(typed).unwrap_err(), told, "{typed}");
        }
        assert_eq!(filled(&["--network", ""]).unwrap_err(), "no name set for network");
    }

    #[test]
    fn what_comes_to_nothing_is_told() {
        assert_eq!(
            warnings(&of("--network host -p 80:80 --dns ::1").unwrap()),
            [
                "WARNING: Localhost DNS (::1) may fail in containers.",
                "WARNING: Published ports are discarded when using host network mode"
            ]
        );
        assert!(warnings(&of("--network none -p 80:80").unwrap()).is_empty());
    }

    #[test]
    fn ports_and_rules_of_several_flags_stand_together() {
        let wish = of("-p 80 -p 1-2:3-4 --expose 9-10 --expose 9 -P --egress log --egress allow=a").unwrap();
        assert_eq!(wish.publish.len(), 3);
        assert_eq!(wish.expose.iter().map(Port::to_string).collect::<Vec<_>>(), ["9/tcp", "10/tcp"]);
        assert!(wish.publish_all && wish.egress.deny && wish.egress.log);
        assert!(of("-p 1-65535 -p 1-65535/udp -p 80").is_err());
    }
}
