//! Values of the language, and what they become when another type is wanted.

use super::number::Number;
use std::collections::BTreeMap;

/// A value.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// Nothing.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number.
    Number(Number),
    /// A string.
    Text(String),
    /// Values in order.
    Sequence(Order, Vec<Value>),
    /// Values by name.
    Mapping(Shape, BTreeMap<String, Value>),
}

/// What kind of sequence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// As `[…]` makes it: each element has its type.
    Tuple,
    /// All of one type.
    List,
    /// All of one type, sorted, each once.
    Set,
}

/// What kind of mapping.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// As `{…}` makes it: each value has its type.
    Object,
    /// All of one type.
    Map,
}

impl Value {
    /// A string.
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    /// A tuple.
    pub fn tuple(items: Vec<Value>) -> Self {
        Self::Sequence(Order::Tuple, items)
    }

    /// A list.
    pub fn list(items: Vec<Value>) -> Self {
        Self::Sequence(Order::List, items)
    }

    /// A list of strings.
    pub fn texts(items: impl IntoIterator<Item = String>) -> Self {
        Self::list(items.into_iter().map(Self::Text).collect())
    }

    /// A set: sorted, and each once.
    pub fn set(mut items: Vec<Value>) -> Self {
        items.sort_by(Self::compare);
        items.dedup();
        Self::Sequence(Order::Set, items)
    }

    /// A whole number.
    pub fn count(count: usize) -> Self {
        Self::Number(Number::from(count))
    }

    /// As a string, where it is a primitive one.
    pub fn to_text(&self) -> Option<String> {
        match self {
            Self::Text(text) => Some(text.clone()),
            Self::Number(number) => Some(number.to_string()),
            Self::Bool(value) => Some(value.to_string()),
            _ => None,
        }
    }

    /// As a number, where it is one or a string that reads as one.
    pub fn to_number(&self) -> Option<Number> {
        match self {
            Self::Number(number) => Some(*number),
            Self::Text(text) => Number::parse(text),
            _ => None,
        }
    }

    /// As a truth value, where it is one or a string that reads as one.
    pub fn to_bool(&self) -> Option<bool> {
        match self {
            Self::Bool(value) => Some(*value),
            Self::Text(text) => match text.as_str() {
                "true" | "1" => Some(true),
                "false" | "0" => Some(false),
                _ => None,
            },
            _ => None,
        }
    }

    /// The elements of a sequence, or the values of a mapping in the order of their names.
    pub fn elements(&self) -> Option<Vec<Value>> {
        match self {
            Self::Sequence(_, items) => Some(items.clone()),
            Self::Mapping(_, entries) => Some(entries.values().cloned().collect()),
            _ => None,
        }
    }

    /// The type, as messages name it.
    pub fn type_name(&self) -> String {
        let inner = |value: Option<&Value>| value.map_or_else(|| "dynamic".to_string(), Self::type_name);
        match self {
            Self::Null => "dynamic".to_string(),
            Self::Bool(_) => "bool".to_string(),
            Self::Number(_) => "number".to_string(),
            Self::Text(_) => "string".to_string(),
            Self::Sequence(Order::Tuple, _) => "tuple".to_string(),
            Self::Sequence(Order::List, items) => format!("list of {}", inner(items.first())),
            Self::Sequence(Order::Set, items) => format!("set of {}", inner(items.first())),
            Self::Mapping(Shape::Object, _) => "object".to_string(),
            Self::Mapping(Shape::Map, entries) => format!("map of {}", inner(entries.values().next())),
        }
    }

    /// Bytes and elements, roughly: what a budget is charged for it.
    pub fn size(&self) -> usize {
        match self {
            Self::Null | Self::Bool(_) | Self::Number(_) => 16,
            Self::Text(text) => 16 + text.len(),
            Self::Sequence(_, items) => 16 + items.iter().map(Self::size).sum::<usize>(),
            Self::Mapping(_, entries) => {
                16 + entries.iter().map(|(name, value)| 16 + name.len() + value.size()).sum::<usize>()
            }
        }
    }

    /// Whether `==` holds: equal values of equal types.
    pub fn equals(&self, other: &Value) -> bool {
        match (self, other) {
            (Self::Sequence(left, a), Self::Sequence(right, b)) => {
                left == right && a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a.equals(b))
            }
            (Self::Mapping(left, a), Self::Mapping(right, b)) => {
                left == right
                    && a.len() == b.len()
                    && a.iter().zip(b).all(|((a, x), (b, y))| a == b && x.equals(y))
            }
            _ => self == other,
        }
    }

    /// The order that sets keep.
    pub fn compare(left: &Value, right: &Value) -> std::cmp::Ordering {
        match (left, right) {
            (Self::Number(a), Self::Number(b)) => a.cmp(b),
            (Self::Text(a), Self::Text(b)) => a.cmp(b),
            (Self::Bool(a), Self::Bool(b)) => a.cmp(b),
            _ => left.json().to_string().cmp(&right.json().to_string()),
        }
    }

    /// As JSON.
    pub fn json(&self) -> serde_json::Value {
        match self {
            Self::Null => serde_json::Value::Null,
            Self::Bool(value) => (*value).into(),
            Self::Number(number) => number
                .whole()
                .and_then(|whole| i64::try_from(whole).ok())
                .map_or_else(|| number.to_float().into(), serde_json::Value::from),
            Self::Text(text) => text.clone().into(),
            Self::Sequence(_, items) => items.iter().map(Self::json).collect(),
            Self::Mapping(_, entries) => {
                entries.iter().map(|(name, value)| (name.clone(), value.json())).collect()
            }
        }
    }

    /// From JSON; `None` for a number that does not fit. Arrays are tuples, objects objects.
    pub fn from_json(json: &serde_json::Value) -> Option<Self> {
        Some(match json {
            serde_json::Value::Null => Self::Null,
            serde_json::Value::Bool(value) => Self::Bool(*value),
            serde_json::Value::Number(number) => Self::Number(Number::parse(&number.to_string())?),
            serde_json::Value::String(text) => Self::Text(text.clone()),
            serde_json::Value::Array(items) => {
                Self::tuple(items.iter().map(Self::from_json).collect::<Option<_>>()?)
            }
            serde_json::Value::Object(entries) => Self::Mapping(
                Shape::Object,
                entries
                    .iter()
                    .map(|(name, value)| Some((name.clone(), Self::from_json(value)?)))
                    .collect::<Option<_>>()?,
            ),
        })
    }

    /// The JSON that `jsonencode` and lists of variables show: exact numbers, and `<`, `>`, `&` escaped.
    pub fn json_text(&self) -> String {
        match self {
            Self::Number(number) => number.to_string(),
            Self::Sequence(_, items) => {
                let items: Vec<_> = items.iter().map(Self::json_text).collect();
                format!("[{}]", items.join(","))
            }
            Self::Mapping(_, entries) => {
                let entries: Vec<_> = entries
                    .iter()
                    .map(|(name, value)| format!("{}:{}", Self::text(name).json_text(), value.json_text()))
                    .collect();
                format!("{{{}}}", entries.join(","))
            }
            other => escape_markup(&other.json().to_string()),
        }
    }
}

/// JSON that may stand in HTML, as Go writes it.
pub fn escape_markup(json: &str) -> String {
    let mut out = String::with_capacity(json.len());
    for c in json.chars() {
        match c {
            '<' => out.push_str("\\u003c"),
            '>' => out.push_str("\\u003e"),
            '&' => out.push_str("\\u0026"),
            '\u{2028}' => out.push_str("\\u2028"),
            '\u{2029}' => out.push_str("\\u2029"),
            other => out.push(other),
        }
    }
    out
}
