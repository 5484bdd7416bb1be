//! `network ls`.

use super::show::endpoints;
use crate::engine::host::Engine;
use crate::error::{Error, Result};
use crate::network::definition::Definition;
use crate::output::listing::{Listing, Row};
use crate::output::time;
use crate::storage::networks::is_fixed;
use jiff::tz::TimeZone;

const HEADERS: &[(&str, &str)] = &[
    ("ID", "NETWORK ID"),
    ("Name", "NAME"),
    ("Driver", "DRIVER"),
    ("Scope", "SCOPE"),
    ("IPv4", "IPV4"),
    ("IPv6", "IPV6"),
    ("Internal", "INTERNAL"),
    ("Labels", "LABELS"),
    ("CreatedAt", "CREATED AT"),
];

/// The table of `network ls`.
pub const TABLE: Listing<'static> = Listing {
    headers: HEADERS,
    default: "table {{.ID}}\\t{{.Name}}\\t{{.Driver}}\\t{{.Scope}}",
    raw: Some("network_id: {{.ID}}\\nname: {{.Name}}\\ndriver: {{.Driver}}\\nscope: {{.Scope}}\\n"),
};

/// The list of `network ls --quiet`.
pub const IDS: Listing<'static> =
    Listing { headers: HEADERS, default: "{{.ID}}", raw: Some("network_id: {{.ID}}") };

/// Conditions of `--filter`: of one key one has to hold, but all labels.
#[derive(Debug, Default)]
pub struct Filters {
    drivers: Vec<String>,
    ids: Vec<String>,
    names: Vec<String>,
    scopes: Vec<String>,
    labels: Vec<(String, Option<String>)>,
    /// Whether those that are always there are meant.
    fixed: Option<bool>,
    /// Whether no container is on it.
    dangling: Option<bool>,
}

impl Filters {
    /// Reads pairs of key and value.
    ///
    /// # Errors
    /// docker's words for a key or a value that is none.
    pub fn read(pairs: &[(String, String)]) -> Result<Self> {
        let mut filters = Self::default();
        for (key, value) in pairs {
            let owned = value.clone();
            match (key.as_str(), value.as_str()) {
                ("driver", _) => filters.drivers.push(owned),
                ("id", _) => filters.ids.push(owned),
                ("name", _) => filters.names.push(owned),
                ("scope", _) => filters.scopes.push(owned),
                ("label", _) => filters.labels.push(match value.split_once('=') {
                    Some((key, value)) => (key.to_owned(), Some(value.to_owned())),
                    None => (owned, None),
                }),
                ("type", "builtin") => filters.fixed = Some(true),
                ("type", "custom") => filters.fixed = Some(false),
                ("type", _) => return Err(Error::usage(format!("invalid filter: 'type'='{value}'"))),
                ("dangling", "true" | "1") => filters.dangling = Some(true),
                ("dangling", "false" | "0") => filters.dangling = Some(false),
                ("dangling", _) => {
                    return Err(Error::usage(
                        "invalid value for filter 'dangling', must be \"true\" (or \"1\"), or \"false\" (or \"0\")",
                    ));
                }
                _ => return Err(Error::usage(format!("invalid filter '{key}'"))),
            }
        }
        Ok(filters)
    }

    /// Whether the network is asked for; `used` tells whether a container is on it.
    fn accept(&self, network: &Definition, used: impl FnOnce() -> Result<bool>) -> Result<bool> {
        let any = |wanted: &[String], holds: &dyn Fn(&String) -> bool| {
            wanted.is_empty() || wanted.iter().any(holds)
        };
        let is_fixed = is_fixed(&network.name);
        let labels = self.labels.iter().all(|(key, value)| {
            let own = network.labels.get(key);
            own.is_some_and(|own| value.as_ref().is_none_or(|value| value == own))
        });
        let plain = any(&self.drivers, &|driver| *driver == network.driver)
            && any(&self.ids, &|part| network.id.contains(part.as_str()))
            && any(&self.names, &|part| network.name.contains(part.as_str()))
            && any(&self.scopes, &|scope| scope == "local")
            && labels
            && self.fixed.is_none_or(|fixed| fixed == is_fixed);
        match self.dangling {
            Some(dangling) if plain => Ok((!is_fixed && !used()?) == dangling),
            _ => Ok(plain),
        }
    }
}

/// The networks that are asked for, by name.
pub fn list(engine: &Engine, filters: &Filters) -> Result<Vec<Definition>> {
    let mut found = Vec::new();
    for network in engine.networks().all()? {
        if filters.accept(&network, || Ok(!endpoints(engine, &network)?.is_empty()))? {
            found.push(network);
        }
    }
    Ok(found)
}

/// The row of one network; with its `whole` id.
pub fn row(network: &Definition, whole: bool) -> Row {
    let labels: Vec<String> = network.labels.iter().map(|(key, value)| format!("{key}={value}")).collect();
    let short = network.id.get(..12).unwrap_or(&network.id);
    let ipv4 = is_fixed(&network.name) || network.ipv4().is_some();
    let row = Row::of([
        ("ID", if whole { network.id.clone() } else { short.to_owned() }),
        ("Name", network.name.clone()),
        ("Driver", network.driver.clone()),
        ("Scope", "local".to_owned()),
        ("IPv4", ipv4.to_string()),
        ("IPv6", network.ipv6.to_string()),
        ("Internal", network.internal.to_string()),
        ("Labels", labels.join(",")),
        ("CreatedAt", created_at(network)),
    ]);
    Row { labels: network.labels.clone(), ..row }
}

/// Go's way to print a time, in UTC and with nanoseconds, without the zeros at their end.
fn created_at(network: &Definition) -> String {
    let text = time::created_at(network.created, &TimeZone::UTC);
    let nanoseconds = network.created.subsec_nanosecond();
    match text.split_once(" +") {
        Some((moment, zone)) if nanoseconds > 0 => {
            let digits = format!("{nanoseconds:09}");
            format!("{moment}.{} +{zone}", digits.trim_end_matches('0'))
        }
        _ => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn network() -> Definition {
        serde_json::from_value(json!({
            "id": "ab".repeat(32), "name": "mine", "created": "2026-01-02T11:00:00.120Z", "driver": "bridge",
            "pools": [{"subnet": "10.0.0.0/16", "range": null, "gateway": "10.0.0.1"}], "internal": false,
            "attachable": false, "ipv6": false, "options": {}, "labels": {"a": "b"}
        }))
        .unwrap()
    }

    #[test]
    fn a_network_is_a_row() {
        let rows = [row(&network(), false)];
        assert_eq!(
            TABLE.render(None, &rows).unwrap(),
            "NETWORK ID     NAME      DRIVER    SCOPE\nabababababab   mine      bridge    local\n"
        );
        assert_eq!(
            TABLE
                .render(Some("{{.IPv4}} {{.IPv6}} {{.Internal}} {{.Label \"a\"}} {{.CreatedAt}}"), &rows)
                .unwrap(),
            "true false false b 2026-01-02 11:00:00.12 +0000 UTC\n"
        );
        assert_eq!(
            TABLE.render(Some("raw"), &rows).unwrap(),
            "network_id: abababababab\nname: mine\ndriver: bridge\nscope: local\n\n"
        );
    }

    #[test]
    fn filters_are_dockers() {
        let read = |pairs: &[(&str, &str)]| {
            let pairs: Vec<_> = pairs.iter().map(|(key, value)| ((*key).into(), (*value).into())).collect();
            Filters::read(&pairs)
        };
        let cases: &[(&[(&str, &str)], bool)] = &[
            (&[], true),
            (&[("driver", "host"), ("driver", "bridge")], true),
            (&[("driver", "host")], false),
            (&[("name", "in"), ("id", "abab"), ("scope", "local"), ("type", "custom")], true),
            (&[("scope", "swarm")], false),
            (&[("type", "builtin")], false),
            (&[("label", "a"), ("label", "a=b")], true),
            (&[("label", "a"), ("label", "c")], false),
            (&[("dangling", "1")], true),
            (&[("dangling", "false")], false),
        ];
        for (pairs, wanted) in cases {
            let accepted = read(pairs).unwrap().accept(&network(), || Ok(false)).unwrap();
            assert_eq!(accepted, *wanted, "{pairs:?}");
        }
        assert_eq!(read(&[("x", "y")]).unwrap_err().to_string(), "invalid filter 'x'");
        assert_eq!(read(&[("type", "x")]).unwrap_err().to_string(), "invalid filter: 'type'='x'");
        assert!(read(&[("dangling", "x")]).is_err());
    }
}
