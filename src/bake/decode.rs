//! Values of attributes as parts of targets and groups.

use super::definition::Definition;
use super::entries::Entry;
use super::lang::diagnostic::{Checked, Diagnostic};
use super::lang::syntax::Expression;
use super::lang::types::Type;
use super::lang::value::Value;
use super::model::Group;
use std::collections::BTreeMap;

/// Entries of one list of caches, outputs and the like.
const MOST_ENTRIES: usize = 1000;

/// Sets the attribute `name` of a target; what is no attribute of targets is passed over, as buildx does.
pub fn attribute(target: &mut Definition, name: &str, value: &Value, at: &Expression) -> Checked<()> {
    decode(target, name, value).map_err(|why| {
        Diagnostic::at(at.start(), "Unsuitable value type", format!("Unsuitable value: {why}"))
    })
}

/// Sets the attribute `name` of a group.
pub fn group_attribute(group: &mut Group, name: &str, value: &Value, at: &Expression) -> Checked<()> {
    let decoded = match name {
        "description" => text(value).map(|text| group.description = text.unwrap_or_default()),
        "targets" => texts(value).map(|names| group.targets = names.unwrap_or_default()),
        _ => Ok(()),
    };
    decoded.map_err(|why| {
        Diagnostic::at(at.start(), "Unsuitable value type", format!("Unsuitable value: {why}"))
    })
}

fn decode(target: &mut Definition, name: &str, value: &Value) -> Result<(), String> {
    match name {
        "description" => target.description = text(value)?,
        "inherits" => target.inherits = texts(value)?,
        "annotations" => target.annotations = texts(value)?,
        "attest" => target.attest = entries(value)?,
        "context" => target.context = text(value)?,
        "contexts" => target.contexts = mapping(value)?,
        "dockerfile" => target.dockerfile = text(value)?,
        "dockerfile-inline" => target.dockerfile_inline = text(value)?,
        "args" => target.args = mapping(value)?,
        "labels" => target.labels = mapping(value)?,
        "tags" => target.tags = texts(value)?,
        "cache-from" => target.cache_from = entries(value)?,
        "cache-to" => target.cache_to = entries(value)?,
        "target" => target.target = text(value)?,
        "secret" => target.secrets = entries(value)?,
        "ssh" => target.ssh = entries(value)?,
        "platforms" => target.platforms = texts(value)?,
        "output" => target.outputs = entries(value)?,
        "pull" => target.pull = truth(value)?,
        "no-cache" => target.no_cache = truth(value)?,
        "network" => target.network = text(value)?,
        "no-cache-filter" => target.no_cache_filter = texts(value)?,
        "shm-size" => target.shm_size = text(value)?,
        "ulimits" => target.ulimits = texts(value)?,
        "call" => target.call = text(value)?,
        "entitlements" => target.entitlements = texts(value)?,
        "extra-hosts" => target.extra_hosts = mapping(value)?,
        _ => {}
    }
    Ok(())
}

/// The value of an attribute as other expressions see it: of the type the attribute has.
pub fn visible(name: &str, value: Value) -> Value {
    let wanted = match name {
        "annotations" | "inherits" | "tags" | "platforms" | "no-cache-filter" | "ulimits"
        | "entitlements" | "targets" => Type::List(Box::new(Type::Text)),
        "args" | "labels" | "contexts" | "extra-hosts" => Type::Map(Box::new(Type::Text)),
        "pull" | "no-cache" => Type::Bool,
        "attest" | "cache-from" | "cache-to" | "secret" | "ssh" | "output" => Type::Any,
        _ => Type::Text,
    };
    wanted.convert(value.clone()).unwrap_or(value)
}

fn text(value: &Value) -> Result<Option<String>, String> {
    Type::Text.convert(value.clone()).map(|value| value.to_text())
}

fn truth(value: &Value) -> Result<Option<bool>, String> {
    Type::Bool.convert(value.clone()).map(|value| value.to_bool())
}

fn texts(value: &Value) -> Result<Option<Vec<String>>, String> {
    match Type::List(Box::new(Type::Text)).convert(value.clone())? {
        Value::Sequence(_, items) => {
            Ok(Some(items.iter().map(|item| item.to_text().unwrap_or_default()).collect()))
        }
        _ => Ok(None),
    }
}

/// Strings by name; a null one is as if it were not there.
fn mapping(value: &Value) -> Result<BTreeMap<String, String>, String> {
    match Type::Map(Box::new(Type::Text)).convert(value.clone())? {
        Value::Mapping(_, entries) => {
            Ok(entries.into_iter().filter_map(|(name, value)| Some((name, value.to_text()?))).collect())
        }
        _ => Ok(BTreeMap::new()),
    }
}

fn entries<T: Entry>(value: &Value) -> Result<Option<Vec<T>>, String> {
    let items = match value {
        Value::Null => return Ok(None),
        Value::Sequence(_, items) if items.len() > MOST_ENTRIES => {
            return Err(format!("at most {MOST_ENTRIES} entries"));
        }
        Value::Sequence(_, items) => items,
        _ => return Err("list of map of string required".to_string()),
    };
    let mut out = Vec::new();
    for item in items {
        out.append(&mut T::from_value(item)?);
    }
    Ok(Some(out))
}
