//! The `build` of a service as a target.

use super::super::definition::{Definition, append_entries, keep_first};
use super::super::entries::{Attestation, Entry, SecretEntry, SshEntry};
use super::super::places::{clean, is_remote};
use super::super::wish::parse_bool;
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// Keys a `build` may have (compose specification, build).
const KEYS: &[&str] = &[
    "additional_contexts",
    "args",
    "cache_from",
    "cache_to",
    "context",
    "dockerfile",
    "dockerfile_inline",
    "entitlements",
    "extra_hosts",
    "isolation",
    "labels",
    "network",
    "no_cache",
    "platforms",
    "privileged",
    "provenance",
    "pull",
    "sbom",
    "secrets",
    "shm_size",
    "ssh",
    "tags",
    "target",
    "ulimits",
];

/// Keys whose lists of `NAME=VALUE` are mappings in their long form.
const MAPPINGS: &[&str] = &["additional_contexts", "args", "extra_hosts", "labels"];

/// A service with `build`, and the lists in it that may be mappings, in one form, so that files can be merged.
///
/// # Errors
/// A key that `build` does not have, or a form that is none.
pub fn long_form(name: &str, mut service: Map<String, Value>) -> Result<Map<String, Value>, String> {
    if let Some(Value::String(context)) = service.get("build") {
        let long = Map::from_iter([("context".to_string(), Value::String(context.clone()))]);
        service.insert("build".to_string(), long.into());
    }
    to_mapping(&mut service, "environment");
    match service.get_mut("build") {
        None | Some(Value::Null) => {}
        Some(Value::Object(build)) => {
            if let Some(key) =
                build.keys().find(|key| !KEYS.contains(&key.as_str()) && !key.starts_with("x-"))
            {
                return Err(format!("services.{name}.build additional properties '{key}' not allowed"));
            }
            MAPPINGS.iter().for_each(|key| to_mapping(build, key));
        }
        Some(_) => return Err(format!("services.{name}.build must be a string or a mapping")),
    }
    Ok(service)
}

/// `[A=b, C]` as `{A: b, C: null}`; addresses of hosts may follow a colon.
fn to_mapping(all: &mut Map<String, Value>, key: &str) {
    let Some(Value::Array(items)) = all.get(key) else { return };
    let mut mapping = Map::new();
    for item in items.iter().filter_map(text) {
        let pair = item.split_once('=').or_else(|| item.split_once(':').filter(|_| key == "extra_hosts"));
        match pair {
            Some((name, value)) => mapping.insert(name.to_string(), value.into()),
            None => mapping.insert(item, Value::Null),
        };
    }
    all.insert(key.to_string(), mapping.into());
}

/// What a service in its long form becomes.
///
/// # Errors
/// What is wrong with it.
pub fn definition(
    name: &str,
    service: &Map<String, Value>,
    build: &Map<String, Value>,
    secrets: &Map<String, Value>,
    variables: &BTreeMap<String, String>,
) -> Result<Definition, String> {
    let read = |key: &str| build.get(key).and_then(text).filter(|text| !text.is_empty());
    let words = |key: &str| {
        let what = format!("services.{name}.build.{key}");
        texts(build.get(key))
            .ok_or_else(|| format!("{what} must be an array"))
            .map(|words| words.filter(|words| !words.is_empty()))
    };
    let truth = |key: &str| match build.get(key) {
        None | Some(Value::Null) => Ok(None),
        Some(value) => text(value)
            .and_then(|text| parse_bool(&text))
            .map(|truth| truth.then_some(true))
            .ok_or_else(|| format!("services.{name}.build.{key} must be a boolean")),
    };
    let mut target = Definition {
        context: read("context").map(|place| path(&place)),
        contexts: pairs(build.get("additional_contexts"))
            .map(|(name, place)| (name, context(&place)))
            .collect(),
        dockerfile: read("dockerfile"),
        dockerfile_inline: read("dockerfile_inline"),
        args: arguments(build.get("args"), service.get("environment"), variables),
        labels: pairs(build.get("labels")).collect(),
        tags: words("tags")?,
        cache_from: entries(words("cache_from")?)?,
        cache_to: entries(words("cache_to")?)?,
        target: read("target"),
        platforms: words("platforms")?,
        pull: truth("pull")?,
        no_cache: truth("no_cache")?,
        network: read("network"),
        shm_size: read("shm_size").map(|size| shm_size(&size)).transpose()?,
        ulimits: ulimits(build.get("ulimits"))?,
        extra_hosts: hosts(build.get("extra_hosts")),
        ssh: Some(agents(build.get("ssh"))).filter(|ssh| !ssh.is_empty()),
        secrets: named_secrets(build.get("secrets"), secrets)?,
        attest: attestations(read("sbom"), read("provenance"))?,
        ..Definition::default()
    };
    if let Some(Value::Object(extra)) = build.get("x-bake") {
        extend(&mut target, extra)?;
    }
    if target.tags.as_ref().is_none_or(Vec::is_empty)
        && let Some(image) = service.get("image").and_then(text)
    {
        target.tags = Some(vec![image]);
    }
    Ok(target)
}

/// A scalar as text.
fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Bool(value) => Some(value.to_string()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// A list of scalars; `None` when it is none, inside `None` when there is nothing.
#[expect(clippy::option_option, reason = "not there and wrong are different")]
fn texts(value: Option<&Value>) -> Option<Option<Vec<String>>> {
    match value {
        None | Some(Value::Null) => Some(None),
        Some(Value::Array(items)) => items.iter().map(text).collect::<Option<_>>().map(Some),
        Some(_) => None,
    }
}

/// Names and values of a mapping; null is empty.
fn pairs(value: Option<&Value>) -> impl Iterator<Item = (String, String)> {
    let entries = value.and_then(Value::as_object).into_iter().flatten();
    entries.map(|(name, value)| (name.clone(), text(value).unwrap_or_default()))
}

/// A path on the host as short as it can be; a URL as it is.
fn path(place: &str) -> String {
    if is_remote(place) || place.contains("://") { place.to_string() } else { clean(place) }
}

/// A further context; that of a service is what its target gives.
fn context(place: &str) -> String {
    match place.split_once(':') {
        Some(("service" | "target", name)) => format!("target:{}", name.replace('.', "_")),
        Some(("docker-image" | "oci-layout", _)) => place.to_string(),
        _ => path(place),
    }
}

/// Arguments; one without a value has that of the service's environment, or the caller's, or is dropped.
fn arguments(
    args: Option<&Value>,
    environment: Option<&Value>,
    variables: &BTreeMap<String, String>,
) -> BTreeMap<String, String> {
    let entries = args.and_then(Value::as_object).into_iter().flatten();
    let value = |name: &String, value: &Value| {
        let outside = || environment.and_then(|all| all.get(name)).and_then(text);
        text(value).or_else(outside).or_else(|| variables.get(name).cloned())
    };
    entries.filter_map(|(name, given)| Some((name.clone(), value(name, given)?))).collect()
}

fn entries<T: Entry>(words: Option<Vec<String>>) -> Result<Option<Vec<T>>, String> {
    let Some(words) = words else { return Ok(None) };
    let mut out = Vec::new();
    for word in words.iter().filter(|word| !word.is_empty()) {
        out.append(&mut T::parse_all(word)?);
    }
    Ok(Some(out))
}

fn hosts(value: Option<&Value>) -> BTreeMap<String, String> {
    let address = |value: &Value| match value {
        Value::Array(items) => items.iter().filter_map(text).collect::<Vec<_>>().join(","),
        other => text(other).unwrap_or_default(),
    };
    let entries = value.and_then(Value::as_object).into_iter().flatten();
    entries.map(|(name, value)| (name.clone(), address(value))).collect()
}

fn ulimits(value: Option<&Value>) -> Result<Option<Vec<String>>, String> {
    let Some(Value::Object(limits)) = value else { return Ok(None) };
    let mut out = Vec::new();
    for (name, limit) in limits {
        let part = |key: &str| limit.get(key).and_then(text);
        let (soft, hard) = match (text(limit), part("soft"), part("hard")) {
            (Some(both), _, _) => (both.clone(), both),
            (None, Some(soft), Some(hard)) => (soft, hard),
            _ => return Err(format!("ulimits.{name} must be a number, or have soft and hard")),
        };
        if soft.parse::<i64>().is_err() || hard.parse::<i64>().is_err() {
            return Err(format!("ulimits.{name} must be a number"));
        }
        out.push(format!("{name}={soft}:{hard}"));
    }
    out.sort();
    Ok(Some(out))
}

/// `64m` as buildx prints it: `64MiB`.
fn shm_size(size: &str) -> Result<String, String> {
    let lower = size.trim().to_lowercase();
    let end = lower.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(lower.len());
    let power = match lower[end..].trim() {
        "" | "b" => 0,
        "k" | "kb" | "kib" => 1,
        "m" | "mb" | "mib" => 2,
        "g" | "gb" | "gib" => 3,
        "t" | "tb" | "tib" => 4,
        _ => return Err(format!("invalid size: '{size}'")),
    };
    let number: f64 = lower[..end].parse().map_err(|_| format!("invalid size: '{size}'"))?;
    let mut bytes = (number * 1024_f64.powi(power)).trunc();
    let mut unit = 0;
    let units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"];
    while bytes >= 1024.0 && unit + 1 < units.len() {
        bytes /= 1024.0;
        unit += 1;
    }
    // Four digits that count.
    let digits = if bytes >= 1000.0 {
        0
    } else if bytes >= 100.0 {
        1
    } else if bytes >= 10.0 {
        2
    } else {
        3
    };
    let text = format!("{bytes:.digits$}");
    let text = if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { &text };
    Ok(format!("{text}{}", units[unit]))
}

/// Agents and keys, sorted.
fn agents(value: Option<&Value>) -> Vec<SshEntry> {
    let one =
        |id: &str, path: Option<String>| SshEntry { id: id.to_string(), paths: path.into_iter().collect() };
    let mut out: Vec<SshEntry> = match value {
        Some(Value::Object(all)) => {
            all.iter().map(|(id, path)| one(id, text(path).filter(|path| !path.is_empty()))).collect()
        }
        Some(Value::Array(items)) => {
            let each = |item: String| match item.split_once('=') {
                Some((id, path)) => one(id, Some(path.to_string())),
                None => one(&item, None),
            };
            items.iter().filter_map(text).map(each).collect()
        }
        _ => Vec::new(),
    };
    out.sort_by(|left, right| (&left.id, &left.paths).cmp(&(&right.id, &right.paths)));
    out
}

/// Secrets that the file defines, of those a build names.
fn named_secrets(
    value: Option<&Value>,
    defined: &Map<String, Value>,
) -> Result<Option<Vec<SecretEntry>>, String> {
    let Some(Value::Array(items)) = value else { return Ok(None) };
    let mut out = Vec::new();
    for item in items {
        let id = text(item).or_else(|| item.get("source").and_then(text)).unwrap_or_default();
        let Some(secret) = defined.get(&id) else {
            return Err(format!("service refers to undefined build secret {id}: invalid compose project"));
        };
        if secret.get("external").and_then(text).and_then(|text| parse_bool(&text)) == Some(true) {
            return Err(format!("unsupported external secret {id}"));
        }
        let part = |key: &str| secret.get(key).and_then(text).unwrap_or_default();
        let file = Some(part("file")).filter(|file| !file.is_empty()).map(|file| clean(&file));
        out.push(SecretEntry { id, path: file.unwrap_or_default(), variable: part("environment") });
    }
    Ok(Some(out).filter(|secrets| !secrets.is_empty()))
}

fn attestations(
    sbom: Option<String>,
    provenance: Option<String>,
) -> Result<Option<Vec<Attestation>>, String> {
    let mut out = Vec::new();
    for (kind, given) in [("sbom", sbom), ("provenance", provenance)] {
        let Some(given) = given else { continue };
        out.push(match parse_bool(&given) {
            Some(wanted) => {
                Attestation { kind: kind.to_string(), disabled: !wanted, attributes: BTreeMap::new() }
            }
            None => Attestation::parse(&format!("type={kind},{given}"))?,
        });
    }
    Ok(Some(out).filter(|all| !all.is_empty()))
}

/// Adds what `x-bake` says.
fn extend(target: &mut Definition, extra: &Map<String, Value>) -> Result<(), String> {
    let words = |key: &str| -> Result<Option<Vec<String>>, String> {
        match extra.get(key) {
            Some(Value::String(text)) => Ok(Some(text.split_whitespace().map(String::from).collect())),
            value => texts(value).ok_or_else(|| format!("x-bake.{key} must be a list of strings")),
        }
    };
    let add = |list: &mut Option<Vec<String>>, more: Option<Vec<String>>| {
        if let Some(more) = more {
            let all = list.get_or_insert_default();
            all.extend(more);
            keep_first(all);
        }
    };
    let truth = |key: &str| extra.get(key).and_then(text).and_then(|text| parse_bool(&text));
    add(&mut target.tags, words("tags")?);
    add(&mut target.platforms, words("platforms")?);
    add(&mut target.no_cache_filter, words("no-cache-filter")?);
    append_entries(&mut target.cache_from, entries(words("cache-from")?)?.as_ref());
    append_entries(&mut target.cache_to, entries(words("cache-to")?)?.as_ref());
    append_entries(&mut target.secrets, entries(words("secret")?)?.as_ref());
    append_entries(&mut target.ssh, entries(words("ssh")?)?.as_ref());
    append_entries(&mut target.outputs, entries(words("output")?)?.as_ref());
    target.pull = truth("pull").or(target.pull);
    target.no_cache = truth("no-cache").or(target.no_cache);
    for (name, place) in pairs(extra.get("contexts")) {
        let place = if place.starts_with("service:") { context(&place) } else { place };
        target.contexts.entry(name).or_insert(place);
    }
    Ok(())
}
