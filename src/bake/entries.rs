//! What targets list in a form of its own: caches, outputs, attestations, secrets, agents. Each is written as
//! comma-separated pairs or as an object.

use super::csv::fields;
use super::lang::types::Type;
use super::lang::value::Value;
use super::wish::parse_bool;
use serde_json::{Map, Value as Json};
use std::collections::BTreeMap;

/// Something that a list of a target has.
pub trait Entry: Sized + Clone + PartialEq {
    /// Reads it from a string.
    ///
    /// # Errors
    /// What is wrong with it.
    fn parse(text: &str) -> Result<Self, String>;

    /// Reads it from an object, all of whose values are strings.
    ///
    /// # Errors
    /// What is wrong with it.
    fn from_object(entries: BTreeMap<String, String>, whole: &Value) -> Result<Self, String>;

    /// Reads all that a string stands for.
    ///
    /// # Errors
    /// What is wrong with it.
    fn parse_all(text: &str) -> Result<Vec<Self>, String> {
        Self::parse(text).map(|entry| vec![entry])
    }

    /// Reads any value.
    ///
    /// # Errors
    /// What is wrong with it.
    fn from_value(value: &Value) -> Result<Vec<Self>, String> {
        match value {
            Value::Null => Ok(Vec::new()),
            Value::Text(text) if text.is_empty() => Ok(Vec::new()),
            Value::Text(text) => Self::parse_all(text),
            value => Self::from_object(strings(value)?, value).map(|entry| vec![entry]),
        }
    }

    /// As `--print` shows it.
    fn json(&self) -> Json;

    /// Takes away what is given twice.
    fn normalize(entries: &mut Vec<Self>) {
        remove_duplicates(entries);
    }
}

/// The values of an object as strings; null ones are left out.
fn strings(value: &Value) -> Result<BTreeMap<String, String>, String> {
    let Value::Mapping(_, entries) = Type::Map(Box::new(Type::Text)).convert(value.clone())? else {
        return Ok(BTreeMap::new());
    };
    Ok(entries.into_iter().filter_map(|(name, value)| Some((name, value.to_text()?))).collect())
}

/// Keeps one of equal entries; what stands last moves to the place of one that goes, as buildx does.
fn remove_duplicates<T: PartialEq>(entries: &mut Vec<T>) {
    for index in (0..entries.len().saturating_sub(1)).rev() {
        let twice = (index + 1..entries.len()).find(|other| entries[index] == entries[*other]);
        if let Some(twice) = twice {
            entries.swap_remove(twice);
        }
    }
}

/// `name=value`.
fn pair(field: &str) -> Result<(&str, &str), String> {
    field.split_once('=').ok_or_else(|| format!("invalid value {field}"))
}

fn json_of(entries: &BTreeMap<String, String>) -> Json {
    entries
        .iter()
        .map(|(name, value)| (name.clone(), Json::from(value.clone())))
        .collect::<Map<_, _>>()
        .into()
}

/// `cache-from`, `cache-to`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CacheEntry {
    /// `type=`.
    pub kind: String,
    /// The rest.
    pub attributes: BTreeMap<String, String>,
}

impl Entry for CacheEntry {
    fn parse(text: &str) -> Result<Self, String> {
        let fields = fields(text)?;
        if let [only] = fields.as_slice()
            && !only.contains('=')
        {
            let attributes = BTreeMap::from([("ref".to_string(), only.clone())]);
            return Ok(Self { kind: "registry".to_string(), attributes });
        }
        let mut entry = Self::default();
        for field in &fields {
            let (name, value) = pair(field)?;
            match name.to_lowercase().as_str() {
                "type" => entry.kind = value.to_string(),
                name => drop(entry.attributes.insert(name.to_string(), value.to_string())),
            }
        }
        if entry.kind.is_empty() { Err(format!("type required form> {text:?}")) } else { Ok(entry) }
    }

    fn from_object(mut entries: BTreeMap<String, String>, whole: &Value) -> Result<Self, String> {
        match entries.remove("type").filter(|kind| !kind.is_empty()) {
            Some(kind) => Ok(Self { kind, attributes: entries }),
            None => Err(format!("type required form> {:?}", whole.json_text())),
        }
    }

    fn parse_all(text: &str) -> Result<Vec<Self>, String> {
        if text.contains('=') {
            return Self::parse(text).map(|entry| vec![entry]);
        }
        fields(text)?.iter().map(|field| Self::parse(field)).collect()
    }

    fn json(&self) -> Json {
        let mut all = self.attributes.clone();
        all.insert("type".to_string(), self.kind.clone());
        json_of(&all)
    }
}

/// `output`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OutputEntry {
    /// `type=`.
    pub kind: String,
    /// `dest=`.
    pub destination: String,
    /// The rest.
    pub attributes: BTreeMap<String, String>,
}

impl Entry for OutputEntry {
    fn parse(text: &str) -> Result<Self, String> {
        let fields = fields(text)?;
        if let [only] = fields.as_slice()
            && only == text
            && !text.starts_with("type=")
        {
            let kind = if text == "-" { "tar" } else { "local" };
            return Ok(Self { kind: kind.to_string(), destination: text.to_string(), ..Self::default() });
        }
        let mut entries = BTreeMap::new();
        for field in &fields {
            let (name, value) = pair(field)?;
            entries.insert(name.to_lowercase().trim().to_string(), value.to_string());
        }
        Self::from_object(entries, &Value::Null)
    }

    fn from_object(mut entries: BTreeMap<String, String>, _: &Value) -> Result<Self, String> {
        let destination = entries.remove("dest").unwrap_or_default();
        match entries.remove("type").filter(|kind| !kind.is_empty()) {
            Some(kind) => Ok(Self { kind, destination, attributes: entries }),
            None => Err("type is required for output".to_string()),
        }
    }

    fn json(&self) -> Json {
        let mut all = self.attributes.clone();
        all.insert("type".to_string(), self.kind.clone());
        if !self.destination.is_empty() {
            all.insert("dest".to_string(), self.destination.clone());
        }
        json_of(&all)
    }
}

/// `attest`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Attestation {
    /// `provenance`, `sbom`.
    pub kind: String,
    /// Not to be made.
    pub disabled: bool,
    /// The rest.
    pub attributes: BTreeMap<String, String>,
}

impl Entry for Attestation {
    fn parse(text: &str) -> Result<Self, String> {
        let mut entry = Self::default();
        for field in fields(text)? {
            let (name, value) = pair(&field)?;
            match name.to_lowercase().trim() {
                "type" => entry.kind = value.to_string(),
                "disabled" => {
                    entry.disabled = disabled(value).map_err(|why| format!("invalid value {field}: {why}"))?
                }
                _ => drop(entry.attributes.insert(name.to_string(), value.to_string())),
            }
        }
        if entry.kind.is_empty() { Err("attestation type not specified".to_string()) } else { Ok(entry) }
    }

    fn from_object(mut entries: BTreeMap<String, String>, _: &Value) -> Result<Self, String> {
        let kind = entries.remove("type").unwrap_or_default();
        let disabled = entries.remove("disabled").map_or(Ok(false), |value| disabled(&value))?;
        Ok(Self { kind, disabled, attributes: entries })
    }

    fn json(&self) -> Json {
        let mut all: BTreeMap<_, _> =
            self.attributes.iter().map(|(name, value)| (name.clone(), Json::from(value.clone()))).collect();
        all.insert("type".to_string(), self.kind.clone().into());
        if self.disabled {
            all.insert("disabled".to_string(), true.into());
        }
        all.into_iter().collect::<Map<_, _>>().into()
    }

    /// Of each type the last, at the place of the first.
    fn normalize(entries: &mut Vec<Self>) {
        let mut out: Vec<Self> = Vec::new();
        for entry in entries.drain(..) {
            match out.iter_mut().find(|other| other.kind == entry.kind) {
                Some(other) => *other = entry,
                None => out.push(entry),
            }
        }
        *entries = out;
    }
}

fn disabled(value: &str) -> Result<bool, String> {
    parse_bool(value).ok_or_else(|| format!("strconv.ParseBool: parsing {value:?}: invalid syntax"))
}

/// `secret`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SecretEntry {
    /// The name `RUN --mount=type=secret` has for it.
    pub id: String,
    /// A file.
    pub path: String,
    /// A variable of the environment.
    pub variable: String,
}

impl Entry for SecretEntry {
    fn parse(text: &str) -> Result<Self, String> {
        let mut entry = Self::default();
        let mut kind = String::new();
        let fields = fields(text).map_err(|why| format!("failed to parse csv secret: {why}"))?;
        for field in &fields {
            let Some((name, value)) = field.split_once('=') else {
                return Err(format!("invalid field '{field}' must be a key=value pair"));
            };
            match name.to_lowercase().as_str() {
                "type" if value != "file" && value != "env" => {
                    return Err(format!("unsupported secret type {value:?}"));
                }
                "type" => kind = value.to_string(),
                "id" => entry.id = value.to_string(),
                "source" | "src" => entry.path = value.to_string(),
                "env" => entry.variable = value.to_string(),
                name => return Err(format!("unexpected key '{name}' in '{field}'")),
            }
        }
        if kind == "env" && entry.variable.is_empty() {
            entry.variable = std::mem::take(&mut entry.path);
        }
        Ok(entry)
    }

    fn from_object(mut entries: BTreeMap<String, String>, _: &Value) -> Result<Self, String> {
        let mut take = |name: &str| entries.remove(name).unwrap_or_default();
        Ok(Self { id: take("id"), path: take("src"), variable: take("env") })
    }

    fn json(&self) -> Json {
        let named = [("id", &self.id), ("src", &self.path), ("env", &self.variable)];
        let given = named.into_iter().filter(|(_, value)| !value.is_empty());
        given.map(|(name, value)| (name.to_string(), Json::from(value.clone()))).collect::<Map<_, _>>().into()
    }
}

/// `ssh`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SshEntry {
    /// `default` unless named.
    pub id: String,
    /// The socket of an agent, or keys.
    pub paths: Vec<String>,
}

impl Entry for SshEntry {
    fn parse(text: &str) -> Result<Self, String> {
        let (id, paths) = text.split_once('=').map_or((text, None), |(id, paths)| (id, Some(paths)));
        let paths = paths.map_or_else(Vec::new, |paths| paths.split(',').map(String::from).collect());
        Ok(Self { id: id.to_string(), paths })
    }

    fn from_object(mut entries: BTreeMap<String, String>, _: &Value) -> Result<Self, String> {
        Ok(Self { id: entries.remove("id").unwrap_or_default(), paths: Vec::new() })
    }

    fn from_value(value: &Value) -> Result<Vec<Self>, String> {
        let Value::Mapping(shape, entries) = value else {
            return match value {
                Value::Null => Ok(Vec::new()),
                Value::Text(text) if text.is_empty() => Ok(Vec::new()),
                Value::Text(text) => Self::parse_all(text),
                _ => Err("map of string required".to_string()),
            };
        };
        let paths = entries.get("paths").cloned().unwrap_or(Value::Null);
        let paths = match Type::List(Box::new(Type::Text)).convert(paths)? {
            Value::Sequence(_, items) => items.iter().filter_map(Value::to_text).collect(),
            _ => Vec::new(),
        };
        let mut others = entries.clone();
        others.remove("paths");
        let mut entry = Self::from_object(strings(&Value::Mapping(*shape, others))?, value)?;
        entry.paths = paths;
        Ok(vec![entry])
    }

    fn json(&self) -> Json {
        let mut all = Map::new();
        if !self.id.is_empty() {
            all.insert("id".to_string(), self.id.clone().into());
        }
        if !self.paths.is_empty() {
            all.insert("paths".to_string(), self.paths.clone().into());
        }
        all.into()
    }
}
