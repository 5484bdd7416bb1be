//! The conditions of `ps --filter`.

use super::pattern::Pattern;
use super::{Seen, Standing};
use crate::engine::networks::{exposed, ports as of_container};
use crate::engine::record::RecordedMount;
use crate::error::{Error, Result};
use crate::network::port::{Port, Protocol};
use crate::oci::reference::Reference;
use jiff::Timestamp;
use std::collections::BTreeMap;

/// docker's words for what a container does.
const STATES: [&str; 7] = ["created", "restarting", "running", "removing", "paused", "exited", "dead"];

/// docker's words for what a health check found.
const HEALTH: [&str; 4] = ["none", "starting", "healthy", "unhealthy"];

/// Conditions, by their key: one of each key has to hold, but all labels.
#[derive(Debug, Default)]
pub struct Filters {
    by_key: BTreeMap<&'static str, Vec<Condition>>,
    /// Containers in any state are looked at.
    pub in_any_state: bool,
}

#[derive(Debug)]
enum Condition {
    Id(Option<Pattern>),
    Name(Option<Pattern>),
    Label(String, Option<String>),
    Exited(i32),
    Status(String),
    Ancestor(String),
    Before(Timestamp),
    Since(Timestamp),
    Volume(String),
    Network(String),
    /// Any of these ports is exposed; none where the protocol is none.
    Expose(Vec<Port>),
    /// Any of these ports of the host leads there.
    Publish(Vec<Port>),
    /// Nothing has a health check, or is a task yet.
    Never,
    Always,
}

impl Filters {
    /// Reads pairs of key and value; `created` tells when the container that a value names was created.
    ///
    /// # Errors
    /// docker's words for a key or a value that is none; those of `created`.
    pub fn read(pairs: &[(String, String)], created: impl Fn(&str) -> Result<Timestamp>) -> Result<Self> {
        let mut filters = Self::default();
        for (key, value) in pairs {
            let invalid = || Error::usage(format!("invalid filter '{key}={value}'"));
            let (key, condition) = match key.as_str() {
                "id" => ("id", Condition::Id(Pattern::parse(value))),
                "name" => ("name", Condition::Name(Pattern::parse(value))),
                "label" => ("label", label(value)),
                "label!" => ("label!", label(value)),
                "exited" => ("exited", Condition::Exited(value.parse().map_err(|_| invalid())?)),
                "status" if STATES.contains(&value.as_str()) => {
                    filters.in_any_state = true;
                    ("status", Condition::Status(value.clone()))
                }
                "ancestor" => ("ancestor", Condition::Ancestor(value.clone())),
                "before" => ("before", Condition::Before(created(value)?)),
                "since" => ("since", Condition::Since(created(value)?)),
                "volume" => ("volume", Condition::Volume(value.clone())),
                "network" => ("network", Condition::Network(value.clone())),
                "expose" => ("expose", Condition::Expose(ports(key, value)?)),
                "publish" => ("publish", Condition::Publish(ports(key, value)?)),
                "health" if HEALTH.contains(&value.as_str()) => ("health", either(value == "none")),
                "is-task" => ("is-task", either(!boolean(value).ok_or_else(invalid)?)),
                "isolation" => ("isolation", Condition::Always),
                "status" | "health" => return Err(invalid()),
                _ => return Err(Error::usage(format!("invalid filter '{key}'"))),
            };
            filters.by_key.entry(key).or_default().push(condition);
        }
        Ok(filters)
    }

    /// Whether the container is asked for.
    pub fn accept(&self, seen: &Seen) -> bool {
        self.by_key.iter().all(|(key, conditions)| {
            let mut holds = conditions.iter().map(|condition| condition.holds(seen));
            match *key {
                "label" => holds.all(|holds| holds),
                "label!" => !holds.all(|holds| holds),
                _ => holds.any(|holds| holds),
            }
        })
    }
}

impl Condition {
    fn holds(&self, seen: &Seen) -> bool {
        let record = seen.record.as_ref();
        match self {
            Self::Id(pattern) => pattern.as_ref().is_some_and(|pattern| pattern.is_in(&seen.id.to_string())),
            Self::Name(pattern) => pattern.as_ref().is_some_and(|pattern| {
                pattern.is_in(&seen.name) || pattern.is_in(&format!("/{}", seen.name))
            }),
            Self::Label(key, value) => record
                .and_then(|record| record.labels.get(key))
                .is_some_and(|found| value.as_ref().is_none_or(|value| value == found)),
            Self::Exited(code) => {
                matches!(&seen.standing, Standing::Exited { code: found, .. } if found == code)
            }
            Self::Status(word) => seen.standing.word() == word,
            Self::Ancestor(image) => record.is_some_and(|record| {
                is_of_image(image, &record.image.hex(), &[&record.image_name, &record.wish.image])
            }),
            Self::Before(moment) => seen.created < *moment,
            Self::Since(moment) => seen.created > *moment,
            Self::Volume(word) => record.iter().flat_map(|record| &record.mounts).any(|mount| match mount {
                RecordedMount::Bind { source, target, .. } => word == source || word == target,
                RecordedMount::Volume { name, target, .. } => word == name || word == target,
                RecordedMount::Tmpfs { .. } => false,
            }),
            Self::Network(word) => {
                let is_id = |id: &str| !id.is_empty() && id.starts_with(word.as_str());
                seen.networks.iter().any(|(id, name)| name == word || is_id(id))
            }
            Self::Expose(wanted) => {
                let exposed = record.map(of_container::listened).unwrap_or_default();
                exposed.iter().filter_map(|port| exposed::read(port)).any(|port| wanted.contains(&port))
            }
            Self::Publish(wanted) => seen.published.iter().any(|published| {
                wanted.contains(&Port { number: published.host, protocol: published.container.protocol })
            }),
            Self::Never => false,
            Self::Always => true,
        }
    }
}

fn either(always: bool) -> Condition {
    if always { Condition::Always } else { Condition::Never }
}

fn label(value: &str) -> Condition {
    match value.split_once('=') {
        Some((key, value)) => Condition::Label(key.to_owned(), Some(value.to_owned())),
        None => Condition::Label(value.to_owned(), None),
    }
}

/// The ports of `80`, `80/udp` or `7000-7002/tcp`; of a protocol that is none there are none.
fn ports(key: &str, value: &str) -> Result<Vec<Port>> {
    let invalid = |why: String| Error::usage(format!("error while looking up for {key} {value}: {why}"));
    let (range, protocol) = value.split_once('/').unwrap_or((value, "tcp"));
    let (first, last) = range.split_once('-').unwrap_or((range, range));
    let number = |typed: &str| {
        let syntax = |_| invalid(format!("strconv.ParseUint: parsing {typed:?}: invalid syntax"));
        typed.parse::<u16>().map_err(syntax)
    };
    let (first, last) = (number(first)?, number(last)?);
    if first > last {
        return Err(invalid(format!("Invalid range specified for the Port: {range}")));
    }
    let protocol = match protocol {
        "tcp" => Protocol::Tcp,
        "udp" => Protocol::Udp,
        _ => return Ok(Vec::new()),
    };
    Ok((first..=last).map(|number| Port { number, protocol }).collect())
}

/// What Go reads as a truth value.
fn boolean(value: &str) -> Option<bool> {
    match value {
        "1" | "t" | "T" | "true" | "TRUE" | "True" => Some(true),
        "0" | "f" | "F" | "false" | "FALSE" | "False" => Some(false),
        _ => None,
    }
}

/// Whether `word` is the beginning of the image's id, or another way to write one of its names.
fn is_of_image(word: &str, id: &str, names: &[&str]) -> bool {
    let digits = word.strip_prefix("sha256:").unwrap_or(word);
    let is_id = !digits.is_empty() && id.starts_with(digits);
    let canonical = |name: &str| Some(name.parse::<Reference>().ok()?.with_default_tag().canonical());
    is_id
        || canonical(word)
            .is_some_and(|word| names.iter().any(|name| canonical(name).as_ref() == Some(&word)))
}

#[cfg(test)]
mod tests {
    use super::super::tests::{at, seen};
    use super::*;
    use crate::network::port::Published;

    fn read(pairs: &[(&str, &str)]) -> Result<Filters> {
        let pairs: Vec<_> = pairs.iter().map(|(key, value)| ((*key).into(), (*value).into())).collect();
        Filters::read(&pairs, |_| Ok(at("2026-01-02T12:00:00Z")))
    }

    fn accepted(pairs: &[(&str, &str)], seen: &Seen) -> bool {
        read(pairs).unwrap().accept(seen)
    }

    #[test]
    fn one_condition_of_each_key_has_to_hold() {
        let mut one = seen("a", "2026-01-02T11:00:00Z");
        one.standing = Standing::Exited { code: 3, at: one.created };
        let record = one.record.as_mut().unwrap();
        record.exposed = vec!["80/tcp".into(), "7000-7002/udp".into()];
        record.mounts = vec![RecordedMount::Volume {
            name: "data".into(),
            target: "/srv".into(),
            read_only: false,
            anonymous: false,
        }];
        let image = record.image.to_string();
        one.networks = vec![("abc".into(), "mine".into()), (String::new(), "other".into())];
        let address = "0.0.0.0".parse().unwrap();
        let container = Port { number: 80, protocol: Protocol::Tcp };
        one.published = vec![Published { container, address, host: 8080 }];
        let holds: &[&[(&str, &str)]] = &[
            &[],
            &[("name", "^/?name-")],
            &[("name", "nope"), ("name", "a$")],
            &[("id", "aaaa")],
            &[("label", "a"), ("label", "b=x=y")],
            &[("label!", "c")],
            &[("label!", "a"), ("label!", "c")],
            &[("exited", "1"), ("exited", "3")],
            &[("status", "exited"), ("exited", "3")],
            &[("ancestor", "docker.io/library/alpine:latest")],
            &[("ancestor", &image[..19])],
            &[("ancestor", &image[7..12])],
            &[("before", "x")],
            &[("volume", "data")],
            &[("volume", "/srv")],
            &[("network", "other")],
            &[("network", "ab")],
            &[("publish", "8000-8090")],
            &[("expose", "80")],
            &[("expose", "6990-7000/udp")],
            &[("health", "none")],
            &[("is-task", "false")],
            &[("isolation", "default")],
        ];
        for pairs in holds {
            assert!(accepted(pairs, &one), "{pairs:?}");
        }
        let fails: &[&[(&str, &str)]] = &[
            &[("name", "("), ("id", "b")],
            &[("name", "name-a"), ("id", "b")],
            &[("label", "a"), ("label", "c")],
            &[("label", "a=2")],
            &[("label!", "a")],
            &[("status", "running")],
            &[("ancestor", "alpine:3")],
            &[("since", "x")],
            &[("network", "bridge")],
            &[("expose", "80/udp")],
            &[("publish", "80")],
            &[("health", "healthy")],
            &[("is-task", "1")],
        ];
        for pairs in fails {
            assert!(!accepted(pairs, &one), "{pairs:?}");
        }
    }

    #[test]
    fn a_status_asks_for_all_states() {
        assert!(read(&[("status", "exited")]).unwrap().in_any_state);
        assert!(!read(&[("exited", "0")]).unwrap().in_any_state);
    }

    #[test]
    fn wrong_filters_are_told_in_docker_s_words() {
        let cases = [
            ("x", "y", "invalid filter 'x'"),
            ("status", "up", "invalid filter 'status=up'"),
            ("exited", "x", "invalid filter 'exited=x'"),
            ("health", "x", "invalid filter 'health=x'"),
            ("is-task", "x", "invalid filter 'is-task=x'"),
            (
                "publish",
                "80-79",
                "error while looking up for publish 80-79: Invalid range specified for the Port: 80-79",
            ),
            (
                "expose",
                "x",
                "error while looking up for expose x: strconv.ParseUint: parsing \"x\": invalid syntax",
            ),
        ];
        for (key, value, words) in cases {
            assert_eq!(read(&[(key, value)]).unwrap_err().to_string(), words);
        }
    }
}
