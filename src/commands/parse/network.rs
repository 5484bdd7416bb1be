//! `--network NAME`, `--network name=NAME,alias=…`.

use super::csv::fields;
use super::number;
use crate::error::{Error, Kind, Result};
use std::collections::BTreeMap;

/// One `--network`, as it was typed: what its addresses are is checked with the flags beside it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Attachment {
    /// The network: its name, its id, or one of the words that are none.
    pub target: String,
    /// `alias=`
    pub aliases: Vec<String>,
    /// `ip=`
    pub ipv4: Option<String>,
    /// `ip6=`
    pub ipv6: Option<String>,
    /// `mac-address=`
    pub mac: Option<String>,
    /// `gw-priority=`
    pub priority: i64,
    /// `driver-opt=`
    pub options: BTreeMap<String, String>,
}

/// Reads a network with what belongs to it.
pub fn network(typed: &str) -> Result<Attachment> {
    let mut read = Attachment::default();
    if !is_long(typed) {
        read.target = typed.to_owned();
        return Ok(read);
    }
    for field in fields(typed)? {
        let (key, value) =
            field.split_once('=').ok_or_else(|| Error::usage(format!("invalid field {field}")))?;
        let (key, value) = (key.trim().to_lowercase(), value.trim().to_owned());
        match key.as_str() {
            "name" => read.target = value,
            "alias" => read.aliases.push(value),
            "ip" => read.ipv4 = Some(value),
            "ip6" => read.ipv6 = Some(value),
            "mac-address" => read.mac = Some(value),
            "driver-opt" => read.options.extend([option(&value)?]),
            "gw-priority" => read.priority = priority(&value)?,
            "link-local-ip" => {
                return Err(Error::new(Kind::Unsupported, "link-local-ip is not supported")
                    .because("a container has one address of each kind on a network"));
            }
            _ => return Err(Error::usage(format!("invalid field key {key}"))),
        }
    }
    match read.target.is_empty() {
        true => Err(Error::usage("network name/id is not specified")),
        false => Ok(read),
    }
}

/// Reads `KEY=VALUE` of `driver-opt=` and `--driver-opt`.
pub fn option(typed: &str) -> Result<(String, String)> {
    let wrong = || Error::usage("invalid key value pair format in driver options");
    let (key, value) = typed.split_once('=').ok_or_else(wrong)?;
    match key.trim() {
        "" => Err(wrong()),
        key => Ok((key.to_lowercase(), value.trim().to_owned())),
    }
}

fn priority(typed: &str) -> Result<i64> {
    number::int(typed).map_err(|_| Error::usage(format!("invalid gw-priority ({typed}): invalid syntax")))
}

/// docker's rule: a `=` between words makes it a list of pairs.
fn is_long(typed: &str) -> bool {
    let word = |c: &u8| c.is_ascii_alphanumeric() || *c == b'_';
    typed.as_bytes().windows(3).any(|three| word(&three[0]) && three[1] == b'=' && word(&three[2]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_network_is_a_name_or_pairs() {
        for typed in ["none", "host", "mine", "container:x", "pasta:-T,none", "n1,n2", "name=", "=x", ""] {
            let named = Attachment { target: typed.to_owned(), ..Attachment::default() };
            assert_eq!(network(typed).unwrap(), named);
        }
        let long = network(
            "NAME=n1, alias=a,alias=b,ip=10.0.0.2,ip6=fd00::2,mac-address=02:42:ac:11:00:02,\
             driver-opt=K=v,\"driver-opt=l=1,2\",gw-priority=-7",
        );
        let wanted = Attachment {
            target: "n1".to_owned(),
            aliases: vec!["a".to_owned(), "b".to_owned()],
            ipv4: Some("10.0.0.2".to_owned()),
            ipv6: Some("fd00::2".to_owned()),
            mac: Some("02:42:ac:11:00:02".to_owned()),
            priority: -7,
            options: [("k", "v"), ("l", "1,2")].map(|(key, value)| (key.to_owned(), value.to_owned())).into(),
        };
        assert_eq!(long.unwrap(), wanted);
    }

    #[test]
    fn wrong_pairs_are_told_in_dockers_words() {
        for (typed, told) in [
            ("alias=foo", "network name/id is not specified"),
            ("name=n1,foo", "invalid field foo"),
            ("name=n1,foo=bar", "invalid field key foo"),
            ("name=n1,driver-opt=foo", "invalid key value pair format in driver options"),
            ("name=n1,gw-priority=x", "invalid gw-priority (x): invalid syntax"),
            (
                "name=n1,link-local-ip=169.254.1.1",
                "link-local-ip is not supported: a container has one address of each kind on a network",
            ),
        ] {
            assert_eq!(network(typed).unwrap_err().to_string(), told, "{typed}");
        }
    }
}
