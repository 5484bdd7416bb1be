//! Values that variables have from outside: strings of the environment, read as the type that is wanted.

use super::csv;
use super::lang::number::Number;
use super::lang::types::Type;
use super::lang::value::{Shape, Value};
use super::wish::{BakeWish, parse_bool};

/// The value a variable has from outside; `default` is the one it has otherwise.
///
/// `NAME_JSON` is JSON, where a type was declared. `NAME` is the value of a primitive type, or the comma-separated elements
/// of a list, a set, a tuple or a map.
///
/// # Errors
/// What does not read as the type, in the words of buildx.
pub fn outside(
    name: &str,
    wanted: Option<&Type>,
    default: &Value,
    wish: &BakeWish,
) -> Result<Option<Value>, String> {
    if let Some(text) = wish.lookup(&format!("{name}_JSON")) {
        return match wanted {
            Some(wanted) => from_json(name, wanted, text),
            None => untyped(name, default, text),
        }
        .map(Some);
    }
    let Some(text) = wish.lookup(name) else { return Ok(None) };
    match wanted {
        None => untyped(name, default, text),
        Some(kind @ (Type::Text | Type::Bool | Type::Number)) => primitive(name, kind, text),
        Some(kind @ (Type::List(_) | Type::Set(_) | Type::Map(_) | Type::Tuple(_))) => {
            from_csv(name, kind, text)
                .map_err(|why| format!("failed to convert variable {name} from CSV: {why}"))
        }
        Some(kind) => Err(unsupported(name, &kind.name())),
    }
    .map(Some)
}

fn unsupported(name: &str, kind: &str) -> String {
    format!("unsupported type {kind} for variable {name}")
}

/// As the type the default has.
fn untyped(name: &str, default: &Value, text: &str) -> Result<Value, String> {
    match default {
        Value::Null | Value::Text(_) => Ok(Value::text(text)),
        Value::Bool(_) => primitive(name, &Type::Bool, text),
        Value::Number(_) => primitive(name, &Type::Number, text),
        other => {
            let kind = other.type_name();
            Err(unsupported(name, &kind))
        }
    }
}

fn primitive(name: &str, kind: &Type, text: &str) -> Result<Value, String> {
    match kind {
        Type::Bool => parse_bool(text).map(Value::Bool).ok_or_else(|| {
            format!("failed to parse {name} as bool: strconv.ParseBool: parsing {text:?}: invalid syntax")
        }),
        Type::Number => Number::parse(text).map(Value::Number).ok_or_else(|| {
            format!("failed to parse {name} as number: strconv.ParseFloat: parsing {text:?}: invalid syntax")
        }),
        Type::Text | Type::Any => Ok(Value::text(text)),
        other => Err(unsupported(name, &other.name())),
    }
}

fn from_json(name: &str, wanted: &Type, text: &str) -> Result<Value, String> {
    let failed = |why: String| format!("failed to convert variable {name} from JSON: {why}");
    let json: serde_json::Value = serde_json::from_str(text).map_err(|error| failed(error.to_string()))?;
    let value = Value::from_json(&json).ok_or_else(|| failed("the number is too large".to_string()))?;
    wanted.convert(value).map_err(failed)
}

fn from_csv(name: &str, kind: &Type, text: &str) -> Result<Value, String> {
    let fields = match csv::rows(text) {
        Ok(rows) => rows.into_iter().next().ok_or_else(|| format!("failed to parse {text} as CSV: EOF"))?,
        Err(why) => return Err(format!("failed to parse {text} as CSV: {why}")),
    };
    let element = |inner: &Type, text: &str| {
        primitive(name, inner, text)
            .map_err(|why| format!("failed to parse element of type {}: {why}", kind.name()))
    };
    match kind {
        Type::List(inner) => {
            fields.iter().map(|field| element(inner, field)).collect::<Result<_, _>>().map(Value::list)
        }
        Type::Set(inner) => {
            fields.iter().map(|field| element(inner, field)).collect::<Result<_, _>>().map(Value::set)
        }
        Type::Tuple(kinds) => {
            if fields.len() != kinds.len() {
                let only = if fields.len() < kinds.len() { "but only" } else { "but" };
                return Err(format!(
                    "tuple expects {} elements {only} {} provided",
                    kinds.len(),
                    fields.len()
                ));
            }
            let items = kinds.iter().zip(&fields).map(|(inner, field)| element(inner, field));
            items.collect::<Result<_, _>>().map(Value::tuple)
        }
        Type::Map(inner) => {
            let entry = |field: &String| {
                let pieces = field.split('=').count();
                let pair = field.split_once('=').filter(|_| pieces == 2);
                let (key, value) = pair
                    .ok_or_else(|| format!("expected one k/v pair but got {pieces} pieces from {field}"))?;
                Ok((key.to_string(), element(inner, value)?))
            };
            let entries = fields.iter().map(entry).collect::<Result<_, String>>()?;
            Ok(Value::Mapping(Shape::Map, entries))
        }
        other => Err(unsupported(name, &other.name())),
    }
}
