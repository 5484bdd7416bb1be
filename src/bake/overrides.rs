//! `--set TARGETS.KEY=VALUE`.

use super::config::Config;
use super::definition::{Definition, append_entries};
use super::entries::{Attestation, Entry, OutputEntry};
use super::glob;
use super::wish::{BakeWish, parse_bool};
use std::collections::BTreeMap;

/// What is overridden in each target, in the order it was said.
pub type Overrides = BTreeMap<String, Vec<Override>>;

/// One key of one target, with all values it was given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Override {
    key: String,
    /// The key inside of a map: of `args.NAME`.
    name: Option<String>,
    /// The last of them counts, unless the key has a list.
    values: Vec<String>,
    /// `+=`.
    append: bool,
}

/// Keys whose values are lists.
const LISTS: &[&str] = &[
    "annotations",
    "attest",
    "cache-from",
    "cache-to",
    "entitlements",
    "no-cache-filter",
    "output",
    "platform",
    "secrets",
    "ssh",
    "tags",
    "ulimits",
];

/// Finds the targets of all overrides.
///
/// # Errors
/// An override that is none, or that fits no target.
pub fn parse(texts: &[String], config: &Config, wish: &BakeWish) -> Result<Overrides, String> {
    let mut overrides = Overrides::new();
    for text in texts {
        let (left, value) =
            text.split_once('=').map_or((text.as_str(), None), |(key, value)| (key, Some(value)));
        let (path, append) = left.strip_suffix('+').map_or((left, false), |path| (path, true));
        let parts: Vec<&str> = path.splitn(3, '.').collect();
        let (pattern, key, name) = match parts.as_slice() {
            [pattern, key] => (*pattern, *key, None),
            [pattern, key, name] => (*pattern, *key, Some(*name)),
            _ => return Err(format!("invalid override key {path}, expected target.name")),
        };
        if value.is_none() && key != "args" {
            return Err(format!("invalid override {text}, expected target.name=value"));
        }
        if name.is_none() && ["args", "contexts"].contains(&key) {
            return Err(format!("invalid key {left}, {key} requires name"));
        }
        let value = match value {
            Some(value) => Some(value.to_string()),
            None => name.and_then(|name| wish.environment_value(name)).cloned(),
        };
        let targets = expand(pattern, config)?;
        let Some(value) = value else { continue };
        for target in targets {
            let all = overrides.entry(target).or_default();
            match all.iter_mut().find(|other| other.key == key && other.name.as_deref() == name) {
                Some(other) => {
                    other.values.push(value.clone());
                    other.append = append;
                }
                None => all.push(Override {
                    key: key.to_string(),
                    name: name.map(String::from),
                    values: vec![value.clone()],
                    append,
                }),
            }
        }
    }
    Ok(overrides)
}

/// Targets a pattern fits.
fn expand(pattern: &str, config: &Config) -> Result<Vec<String>, String> {
    if config.target(pattern).is_some() {
        return Ok(vec![pattern.to_string()]);
    }
    let mut names = Vec::new();
    for (name, _) in config.targets() {
        let fits = glob::matches(pattern, name)
            .ok_or_else(|| format!("could not match targets with '{pattern}': syntax error in pattern"))?;
        if fits {
            names.push(name.clone());
        }
    }
    if names.is_empty() { Err(format!("could not find any target matching '{pattern}'")) } else { Ok(names) }
}

/// Overrides a target.
///
/// # Errors
/// A key that cannot be overridden, or a value that does not fit it.
pub fn apply(target: &mut Definition, overrides: &[Override]) -> Result<(), String> {
    overrides.iter().try_for_each(|one| apply_one(target, one))
}

fn apply_one(target: &mut Definition, one: &Override) -> Result<(), String> {
    let last = one.values.last().cloned().unwrap_or_default();
    let named = |what: &str, hint: &str| {
        one.name.clone().ok_or_else(|| format!("invalid format for {what}, expecting {what}.<{hint}>"))
    };
    let truth =
        || parse_bool(&last).ok_or_else(|| format!("invalid value {last} for boolean key {}", one.key));
    let texts = |list: &mut Option<Vec<String>>, append: bool| {
        if !append {
            *list = Some(Vec::new());
        }
        list.get_or_insert_default().extend_from_slice(&one.values);
    };
    match one.key.as_str() {
        "context" => target.context = Some(last),
        "dockerfile" => target.dockerfile = Some(last),
        "target" => target.target = Some(last),
        "call" => target.call = Some(last),
        "network" => target.network = Some(last),
        "shm-size" => target.shm_size = Some(last),
        "args" => drop(target.args.insert(named("args", "name>=<value")?, last)),
        "contexts" => drop(target.contexts.insert(named("contexts", "name>=<value")?, last)),
        "labels" => drop(target.labels.insert(named("labels", "name>=<value")?, last)),
        "extra-hosts" => drop(target.extra_hosts.insert(named("extra-hosts", "hostname>=<ip")?, last)),
        "tags" => texts(&mut target.tags, one.append),
        "platform" => texts(&mut target.platforms, one.append),
        "no-cache-filter" => texts(&mut target.no_cache_filter, one.append),
        "ulimits" => texts(&mut target.ulimits, one.append),
        "annotations" => texts(&mut target.annotations, true),
        "entitlements" => texts(&mut target.entitlements, true),
        "cache-from" => entries(&mut target.cache_from, one, one.append)?,
        "cache-to" => entries(&mut target.cache_to, one, one.append)?,
        "secrets" => entries(&mut target.secrets, one, one.append).map_err(|why| of_outputs(&why))?,
        "ssh" => entries(&mut target.ssh, one, one.append).map_err(|why| of_outputs(&why))?,
        "output" => entries(&mut target.outputs, one, one.append).map_err(|why| of_outputs(&why))?,
        "attest" => {
            let invalid = |why| format!("invalid value for attest: {why}");
            entries::<Attestation>(&mut target.attest, one, true).map_err(invalid)?;
        }
        "pull" => target.pull = Some(truth()?),
        "no-cache" => target.no_cache = Some(truth()?),
        "push" => push(target.outputs.get_or_insert_default(), truth()?),
        "load" => {
            if truth()? {
                load(target.outputs.get_or_insert_default());
            }
        }
        other => return Err(format!("unknown key: {other}")),
    }
    Ok(())
}

fn of_outputs(why: &str) -> String {
    format!("invalid value for outputs: {why}")
}

fn entries<T: Entry>(list: &mut Option<Vec<T>>, one: &Override, append: bool) -> Result<(), String> {
    debug_assert!(LISTS.contains(&one.key.as_str()));
    let mut given = Vec::new();
    for text in one.values.iter().filter(|text| !text.is_empty()) {
        given.append(&mut T::parse_all(text)?);
    }
    if !append {
        *list = None;
    }
    append_entries(list, Some(&given));
    Ok(())
}

/// `push=true` makes what images there are go to a registry; `push=false` keeps them from it.
fn push(outputs: &mut Vec<OutputEntry>, wanted: bool) {
    if !wanted {
        // In the order this leaves behind in buildx.
        while let Some(registry) = outputs.iter().position(|output| output.kind == "registry") {
            outputs.swap_remove(registry);
        }
    }
    for output in outputs.iter_mut().filter(|output| output.kind == "image") {
        output.attributes.insert("push".to_string(), wanted.to_string());
    }
    if wanted && outputs.iter().all(|output| output.kind == "docker") {
        let attributes = BTreeMap::from([("push".to_string(), "true".to_string())]);
        outputs.push(OutputEntry { kind: "image".to_string(), destination: String::new(), attributes });
    }
}

/// `load=true` gives an image to the store as well, unless something other than images is made.
fn load(outputs: &mut Vec<OutputEntry>) {
    let there = |output: &OutputEntry| match output.kind.as_str() {
        "docker" => output.destination.is_empty(),
        "image" | "registry" | "oci" => false,
        _ => true,
    };
    if !outputs.iter().any(there) {
        outputs.push(OutputEntry { kind: "docker".to_string(), ..OutputEntry::default() });
    }
}
