//! Compose files: services that are built. What does not concern builds is passed over.

pub mod dotenv;
pub mod interpolate;
pub mod service;

use super::definition::Definition;
use super::model::Group;
use super::wish::BakeWish;
use interpolate::Interpolation;
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// Services that extend one another in a row, and mappings inside each other.
const DEEPEST: usize = 64;

/// What services become.
#[derive(Debug, Default)]
pub struct Services {
    /// All of them; `None` without any service.
    pub default: Option<Group>,
    /// By name, sorted.
    pub targets: Vec<(String, Definition)>,
}

/// Reads a file and fills in variables.
///
/// # Errors
/// What is wrong with it, in the words of compose.
pub fn parse(text: &str, wish: &BakeWish) -> Result<Value, String> {
    let options = serde_saphyr::options! {
        strict_booleans: true,
        budget: serde_saphyr::budget! {
            max_depth: DEEPEST,
            max_nodes: 200_000,
        },
    };
    let mut document: Value = serde_saphyr::from_str_with_options(text, options).map_err(|error| {
        let words = error.to_string();
        format!("failed to parse : yaml: {}", words.lines().next().unwrap_or_default())
    })?;
    if !document.is_object() {
        return Err("empty compose file".to_string());
    }
    Interpolation::new(&variables(wish)?).fill(&mut document, "")?;
    let known = |name: &str| document.get(name).is_some_and(|value| !value.is_null());
    if !known("services") && !known("secrets") {
        return Err("empty compose file".to_string());
    }
    if let Some(Value::Object(services)) = document.get("services") {
        for (name, service) in services {
            service::long_form(name, service.as_object().cloned().unwrap_or_default())?;
        }
    }
    Ok(document)
}

/// Variables a file sees: those of the call, then those of `.env`.
fn variables(wish: &BakeWish) -> Result<BTreeMap<String, String>, String> {
    let mut variables = if wish.environment_allowed() { wish.environment.clone() } else { BTreeMap::new() };
    variables.extend(wish.variables.clone());
    if let Some(content) = &wish.dotenv {
        dotenv::extend(&mut variables, content)?;
    }
    Ok(variables)
}

/// What the services of files become; later files speak after earlier ones.
///
/// # Errors
/// What is wrong with them.
pub fn services(files: Vec<Value>, wish: &BakeWish) -> Result<Services, String> {
    let variables = variables(wish)?;
    let mut services: BTreeMap<String, Map<String, Value>> = BTreeMap::new();
    let mut secrets = Map::new();
    for file in files {
        let all = match file.get("services") {
            None | Some(Value::Null) => Map::new(),
            Some(Value::Object(all)) => all.clone(),
            Some(_) => return Err("services must be a mapping".to_string()),
        };
        for (name, value) in &all {
            let own = extended(name, value, &all, DEEPEST)?;
            merge(services.entry(name.clone()).or_default(), own);
        }
        if let Some(Value::Object(more)) = file.get("secrets") {
            merge(&mut secrets, more.clone());
        }
    }
    let mut out = Services { default: (!services.is_empty()).then(Group::default), targets: Vec::new() };
    for (name, service) in services {
        let Some(Value::Object(build)) = service.get("build") else { continue };
        let target = name.replace('.', "_");
        if target.is_empty() || !target.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-') {
            return Err(format!("invalid service name {target:?}: only \"[a-zA-Z0-9_-]+\" are allowed"));
        }
        let definition = service::definition(&name, &service, build, &secrets, &variables)?;
        out.default.get_or_insert_with(Group::default).targets.push(target.clone());
        out.targets.push((target, definition));
    }
    Ok(out)
}

/// A service after those of its file that it extends, each key in its long form.
fn extended(
    name: &str,
    value: &Value,
    all: &Map<String, Value>,
    depth: usize,
) -> Result<Map<String, Value>, String> {
    let deeper =
        depth.checked_sub(1).ok_or_else(|| format!("services extend each other in a circle at {name}"))?;
    let own = match value {
        Value::Null => Map::new(),
        Value::Object(own) => own.clone(),
        _ => return Err(format!("services.{name} must be a mapping")),
    };
    let own = service::long_form(name, own)?;
    let base = match own.get("extends") {
        None | Some(Value::Null) => return Ok(own),
        Some(Value::String(base)) => base.clone(),
        Some(base) if base.get("file").is_some() => {
            return Err(format!("services.{name}.extends: files are not supported here"));
        }
        Some(base) => base.get("service").and_then(Value::as_str).unwrap_or_default().to_string(),
    };
    let Some(other) = all.get(&base) else {
        return Err(format!("cannot extend service {name:?} in : service {base:?} not found"));
    };
    let mut merged = extended(&base, other, all, deeper)?;
    merge(&mut merged, own);
    Ok(merged)
}

/// Mappings are merged, sequences appended, all else is replaced.
fn merge(ours: &mut Map<String, Value>, theirs: Map<String, Value>) {
    for (name, value) in theirs {
        match (ours.get_mut(&name), value) {
            (Some(Value::Object(ours)), Value::Object(theirs)) => merge(ours, theirs),
            (Some(Value::Array(ours)), Value::Array(theirs)) => ours.extend(theirs),
            (_, value) => drop(ours.insert(name, value)),
        }
    }
}
