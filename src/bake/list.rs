//! What `--list` shows.

use super::lang::value::{Value, escape_markup};
use super::resolve::Variable;
use super::wish::BakeWish;
use crate::error::{Error, Result};
use serde_json::{Map, Value as Json};

/// What is listed, and how.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Listing {
    kind: Kind,
    json: bool,
}

/// What is listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Targets,
    Variables,
}

impl Listing {
    /// Reads the value of `--list`: `targets`, `type=variables,format=json`.
    ///
    /// # Errors
    /// What is neither a type nor a format.
    pub fn parse(text: &str) -> Result<Self> {
        let (mut kind, mut json) = (None, false);
        let fields = super::csv::fields(text).map_err(Error::usage)?;
        for field in &fields {
            let (name, value) = match field.split_once('=') {
                Some((name, value)) => (name.to_lowercase(), value),
                None if fields.len() == 1 => ("type".to_string(), field.as_str()),
                None => {
                    return Err(Error::usage(format!("invalid list field {field:?}, expected key=value")));
                }
            };
            match (name.as_str(), value) {
                ("type", "targets") => kind = Some(Kind::Targets),
                ("type", "variables") => kind = Some(Kind::Variables),
                ("type", other) => return Err(Error::usage(format!("invalid list type {other:?}"))),
                ("format", "table") => json = false,
                ("format", "json") => json = true,
                ("format", other) => return Err(Error::usage(format!("invalid list format {other:?}"))),
                (other, _) => return Err(Error::usage(format!("unexpected list field {other:?}"))),
            }
        }
        let kind = kind.ok_or_else(|| Error::usage("list type not specified"))?;
        Ok(Self { kind, json })
    }
}

/// Lists targets or variables of files, as a table or as JSON; without a newline at the end.
///
/// # Errors
/// A file that is wrong, in the words of buildx.
pub fn list(files: &[(String, Vec<u8>)], wish: &BakeWish, listing: Listing) -> Result<String> {
    let config = super::read_config(files, wish)?;
    let (head, rows): (&[&str], Vec<Row>) = match listing.kind {
        Kind::Targets => (&["TARGET", "DESCRIPTION"], targets(&config)),
        Kind::Variables => {
            (&["VARIABLE", "TYPE", "VALUE", "DESCRIPTION"], config.variables.iter().map(variable).collect())
        }
    };
    if listing.json {
        let rows: Json = rows.into_iter().map(|row| Json::from(row.json)).collect();
        return Ok(escape_markup(&format!("{rows:#}")));
    }
    let head = head.iter().map(ToString::to_string).collect();
    let cells: Vec<Vec<String>> =
        std::iter::once(head).chain(rows.into_iter().map(|row| row.cells)).collect();
    Ok(table(&cells))
}

/// A line of a list.
#[derive(Debug)]
struct Row {
    cells: Vec<String>,
    json: Map<String, Json>,
}

fn targets(config: &super::config::Config) -> Vec<Row> {
    let mut all: Vec<(String, String, bool)> = Vec::new();
    for (name, group) in config.groups() {
        let members = group.targets.join(", ");
        let description = match group.description.as_str() {
            "" => members,
            text => format!("{text} ({members})"),
        };
        all.push((name.clone(), description, true));
    }
    for (name, target) in config.targets() {
        all.push((name.clone(), target.description.clone().unwrap_or_default(), false));
    }
    all.sort_by(|left, right| left.0.cmp(&right.0));
    let row = |(name, description, group): (String, String, bool)| {
        let mut json = Map::from_iter([("name".to_string(), Json::from(name.clone()))]);
        if !description.is_empty() {
            json.insert("description".to_string(), description.clone().into());
        }
        if group {
            json.insert("group".to_string(), true.into());
        }
        Row { cells: vec![name, description], json }
    };
    all.into_iter().map(row).collect()
}

fn variable(variable: &Variable) -> Row {
    let kind = variable.kind.as_ref().map(super::lang::types::Type::name).unwrap_or_default();
    let value = match &variable.value {
        Value::Null => None,
        Value::Text(text) => Some(text.clone()),
        other => Some(other.json_text()),
    };
    let mut json = Map::from_iter([("name".to_string(), Json::from(variable.name.clone()))]);
    let description = Some(&variable.description).filter(|text| !text.is_empty());
    for (name, text) in [
        ("description", description),
        ("type", Some(&kind).filter(|kind| !kind.is_empty())),
        ("value", value.as_ref()),
    ] {
        if let Some(text) = text {
            json.insert(name.to_string(), text.clone().into());
        }
    }
    let shown = value.unwrap_or_else(|| "<null>".to_string());
    Row { cells: vec![variable.name.clone(), kind, shown, variable.description.clone()], json }
}

/// Columns that begin at multiples of 8, as tabs make them.
fn table(rows: &[Vec<String>]) -> String {
    let columns = rows.first().map_or(0, Vec::len);
    let width = |column: usize| {
        let widest = rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
        (widest + 1).next_multiple_of(8)
    };
    let widths: Vec<usize> = (0..columns).map(width).collect();
    let line = |row: &Vec<String>| {
        let mut out = String::new();
        for (column, cell) in row.iter().enumerate() {
            out.push_str(cell);
            if column + 1 < columns {
                let missing = widths[column] - cell.chars().count();
                out.push_str(&"\t".repeat(missing.div_ceil(8)));
            }
        }
        out
    };
    rows.iter().map(line).collect::<Vec<_>>().join("\n")
}
