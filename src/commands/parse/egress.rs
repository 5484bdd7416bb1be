//! `--egress deny|log|allow=NAME[:PORT]|allow=NETWORK[:PORT]`.

use crate::error::{Error, Result};
use crate::network::egress::{Allow, Destination, Egress};
use ipnet::IpNet;
use std::net::IpAddr;

/// The most rules of one container: each of them is looked at for every new connection.
pub const MOST: usize = 1000;

/// The longest host name and the longest of its labels, RFC 1035 2.3.4.
const LONGEST_NAME: usize = 253;
const LONGEST_LABEL: usize = 63;

/// Reads one `--egress`: a rule, or several with commas between them.
pub fn egress(typed: &str) -> Result<Egress> {
    let mut rules = Egress::default();
    for word in typed.split(',') {
        match word.trim() {
            "deny" => rules.deny = true,
            "log" => rules.log = true,
            word => {
                let to = word.strip_prefix("allow=").ok_or_else(|| wrong(word))?;
                rules.deny = true;
                rules.allow.push(allow(to).ok_or_else(|| wrong(word))?);
            }
        }
    }
    Ok(rules)
}

/// The rules of several `--egress` as one.
pub fn together(all: &[Egress]) -> Result<Egress> {
    let mut rules = Egress::default();
    for one in all {
        rules.deny |= one.deny;
        rules.log |= one.log;
        for allow in &one.allow {
            if !rules.allow.contains(allow) {
                rules.allow.push(allow.clone());
            }
        }
        if rules.allow.len() > MOST {
            return Err(Error::usage(format!("too many --egress: more than {MOST} destinations")));
        }
    }
    Ok(rules)
}

fn wrong(typed: &str) -> Error {
    Error::usage(format!("invalid egress rule: {typed}")).because(
        "it is none of deny, log, allow=NAME[:PORT], allow=NETWORK[:PORT], allow=[IPv6 NETWORK][:PORT]",
    )
}

fn allow(typed: &str) -> Option<Allow> {
    if let Some(rest) = typed.strip_prefix('[') {
        let (network, after) = rest.split_once(']')?;
        let port = match after {
            "" => None,
            after => Some(port(after.strip_prefix(':')?)?),
        };
        return Some(Allow { to: Destination::Network(self::network(network)?), port });
    }
    // An IPv6 network without a port needs no brackets.
    if let Some(network) = network(typed) {
        return Some(Allow { to: Destination::Network(network), port: None });
    }
    let (to, port) = match typed.split_once(':') {
        Some((to, number)) => (to, Some(port(number)?)),
        None => (typed, None),
    };
    let to = match network(to) {
        Some(network) => Destination::Network(network),
        None => Destination::Name(name(to)?),
    };
    Some(Allow { to, port })
}

fn port(typed: &str) -> Option<u16> {
    typed.bytes().all(|c| c.is_ascii_digit()).then(|| typed.parse().ok()).flatten().filter(|port| *port != 0)
}

fn network(typed: &str) -> Option<IpNet> {
    let network: Option<IpNet> = typed.parse().ok();
    network.map(|network| network.trunc()).or_else(|| typed.parse::<IpAddr>().ok().map(IpNet::from))
}

/// A host name in lower case without the final dot; `*.` before it stands for all names below it.
fn name(typed: &str) -> Option<String> {
    let name = typed.strip_suffix('.').unwrap_or(typed).to_ascii_lowercase();
    let below = name.strip_prefix("*.").unwrap_or(&name);
    let label = |label: &str| {
        let inner = |c: u8| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, b'-' | b'_');
        !label.is_empty() && label.len() <= LONGEST_LABEL && label.bytes().all(inner)
    };
    // A last label of digits is a mistyped address: no top level domain looks so.
    let numeric = below.rsplit('.').next().is_some_and(|last| last.bytes().all(|c| c.is_ascii_digit()));
    (name.len() <= LONGEST_NAME && !numeric && below.split('.').all(label)).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(name: &str, port: Option<u16>) -> Allow {
        Allow { to: Destination::Name(name.to_owned()), port }
    }

    fn net(network: &str, port: Option<u16>) -> Allow {
        Allow { to: Destination::Network(network.parse().unwrap()), port }
    }

    #[test]
    fn a_destination_is_a_name_or_a_network_with_or_without_a_port() {
        for (typed, wanted) in [
            ("example.com", named("example.com", None)),
            ("Example.COM.:443", named("example.com", Some(443))),
            ("*.example.com", named("*.example.com", None)),
            ("db", named("db", None)),
            ("10.1.2.3", net("10.1.2.3/32", None)),
            ("10.1.2.3/8:80", net("10.0.0.0/8", Some(80))),
            ("fd00::/8", net("fd00::/8", None)),
            ("::1", net("::1/128", None)),
            ("[fd00::/8]:53", net("fd00::/8", Some(53))),
            ("[::1]", net("::1/128", None)),
        ] {
            let rules = egress(&format!("allow={typed}")).unwrap();
            assert_eq!(rules, Egress { deny: true, allow: vec![wanted], log: false }, "{typed}");
        }
        for typed in [
            "",
            "*",
            "a..b",
            "a b",
            "1.2.3",
            "300.1.1.1",
            "a:0",
            "a:x",
            "a:+1",
            "[::1",
            "[a]",
            "[::1]80",
            "*.*.a",
            "é",
        ] {
            assert!(egress(&format!("allow={typed}")).is_err(), "{typed:?}");
        }
    }

    #[test]
    fn rules_stand_together() {
        let rules = together(&[egress("log").unwrap(), egress("allow=a,deny,allow=a,allow=b:1").unwrap()]);
        let wanted = Egress { deny: true, allow: vec![named("a", None), named("b", Some(1))], log: true };
        assert_eq!(rules.unwrap(), wanted);
        assert!(!egress("log").unwrap().deny);
        for typed in ["", "allow", "deny=x", "nope", "deny,"] {
            assert!(egress(typed).unwrap_err().to_string().starts_with("invalid egress rule: "), "{typed:?}");
        }
    }

    #[test]
    fn nobody_gets_more_rules_than_can_be_kept() {
        let many: Vec<String> = (0..=MOST).map(|number| format!("allow=a{number}")).collect();
        assert!(together(&[egress(&many.join(",")).unwrap()]).is_err());
    }
}
