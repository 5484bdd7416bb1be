//! Types of variables: `list(string)`, `object({a = number})`, …

use super::diagnostic::{Checked, Diagnostic};
use super::hcl;
use super::syntax::{Expression, Key, Kind};
use super::value::{Order, Shape, Value};
use std::collections::BTreeMap;

/// A type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Type {
    /// Whatever comes.
    Any,
    /// `string`.
    Text,
    /// `number`.
    Number,
    /// `bool`.
    Bool,
    /// `list(…)`.
    List(Box<Type>),
    /// `set(…)`.
    Set(Box<Type>),
    /// `map(…)`.
    Map(Box<Type>),
    /// `tuple([…])`.
    Tuple(Vec<Type>),
    /// `object({…})`.
    Object(BTreeMap<String, Field>),
}

/// An attribute of an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    kind: Type,
    optional: bool,
}

impl Type {
    /// Reads a type; in JSON it is a string.
    pub fn parse(expression: &Expression) -> Checked<Self> {
        let invalid = |detail: &str| Diagnostic::at(expression.span, "Invalid type specification", detail);
        match &expression.kind {
            Kind::Literal(Value::Text(text)) => {
                let inner = hcl::parse_expression(text, expression.span)?;
                if matches!(inner.kind, Kind::Literal(Value::Text(_))) {
                    return Err(invalid("A type is a keyword or a call of one."));
                }
                Self::parse(&inner)
            }
            Kind::Parentheses(inner) | Kind::Wrapped(inner) => Self::parse(inner),
            Kind::Variable(name) => match name.as_str() {
                "any" => Ok(Self::Any),
                "string" => Ok(Self::Text),
                "number" => Ok(Self::Number),
                "bool" => Ok(Self::Bool),
                "list" | "set" | "map" => Err(invalid(&format!(
                    "The {name} type constructor requires one argument specifying the element type."
                ))),
                "object" => Err(invalid(
                    "The object type constructor requires one argument specifying the attribute types and values as a map.",
                )),
                "tuple" => Err(invalid(
                    "The tuple type constructor requires one argument specifying the element types as a list.",
                )),
                name => Err(invalid(&format!("The keyword {name:?} is not a valid type specification."))),
            },
            Kind::Call(call) => {
                let [argument] = call.arguments.as_slice() else {
                    return Err(invalid(&format!(
                        "The {} type constructor requires one argument.",
                        call.name
                    )));
                };
                match (call.name.as_str(), &argument.kind) {
                    ("list", _) => Ok(Self::List(Box::new(Self::parse(argument)?))),
                    ("set", _) => Ok(Self::Set(Box::new(Self::parse(argument)?))),
                    ("map", _) => Ok(Self::Map(Box::new(Self::parse(argument)?))),
                    ("tuple", Kind::Tuple(items)) => {
                        items.iter().map(Self::parse).collect::<Checked<_>>().map(Self::Tuple)
                    }
                    ("object", Kind::Object(entries)) => object(entries),
                    (name, _) => Err(invalid(&format!("Keyword {name:?} is not a valid type constructor."))),
                }
            }
            _ => Err(invalid(
                "A type specification is either a primitive type keyword (bool, number, string) or a complex type constructor call, like list(string).",
            )),
        }
    }

    /// As messages and lists name it.
    pub fn name(&self) -> String {
        match self {
            Self::Any => "dynamic".to_string(),
            Self::Text => "string".to_string(),
            Self::Number => "number".to_string(),
            Self::Bool => "bool".to_string(),
            Self::List(inner) => format!("list of {}", inner.name()),
            Self::Set(inner) => format!("set of {}", inner.name()),
            Self::Map(inner) => format!("map of {}", inner.name()),
            Self::Tuple(_) => "tuple".to_string(),
            Self::Object(_) => "object".to_string(),
        }
    }

    /// The value as one of this type.
    ///
    /// # Errors
    /// What is required instead, as `a number is required`.
    pub fn convert(&self, value: Value) -> Result<Value, String> {
        if value == Value::Null {
            return Ok(value);
        }
        let all = |inner: &Type, items: Vec<Value>| -> Result<Vec<Value>, String> {
            let each = |(index, item)| inner.convert(item).map_err(|why| format!("element {index}: {why}"));
            items.into_iter().enumerate().map(each).collect()
        };
        match (self, value) {
            (Self::Any, value) => Ok(value),
            (Self::Text, value) => {
                value.to_text().map(Value::Text).ok_or_else(|| "string required".to_string())
            }
            (Self::Number, value) => {
                value.to_number().map(Value::Number).ok_or_else(|| "a number is required".to_string())
            }
            (Self::Bool, value) => {
                value.to_bool().map(Value::Bool).ok_or_else(|| "a bool is required".to_string())
            }
            (Self::List(inner), Value::Sequence(_, items)) => all(inner, items).map(Value::list),
            (Self::Set(inner), Value::Sequence(_, items)) => all(inner, items).map(Value::set),
            (Self::Map(inner), Value::Mapping(_, entries)) => {
                let each = |(name, value): (String, Value)| {
                    let value = inner.convert(value).map_err(|why| format!("element {name:?}: {why}"))?;
                    Ok((name, value))
                };
                let entries = entries.into_iter().map(each).collect::<Result<_, String>>()?;
                Ok(Value::Mapping(Shape::Map, entries))
            }
            (Self::Tuple(kinds), Value::Sequence(_, items)) if kinds.len() == items.len() => {
                let each = |(index, (kind, item)): (usize, (&Type, Value))| {
                    kind.convert(item).map_err(|why| format!("element {index}: {why}"))
                };
                let items = kinds.iter().zip(items).enumerate().map(each).collect::<Result<_, String>>()?;
                Ok(Value::Sequence(Order::Tuple, items))
            }
            (Self::Object(fields), Value::Mapping(_, entries)) => convert_object(fields, entries),
            (wanted, _) => Err(format!("{} required", wanted.name())),
        }
    }
}

fn object(entries: &[(Key, Expression)]) -> Checked<Type> {
    let mut fields = BTreeMap::new();
    for (key, expression) in entries {
        let name = match key {
            Key::Word(word) => word.clone(),
            Key::Computed(Expression { kind: Kind::Literal(Value::Text(text)), .. }) => text.clone(),
            Key::Computed(expression) => {
                let detail = "Object constructor map keys must be attribute names.";
                return Err(Diagnostic::at(expression.span, "Invalid type specification", detail));
            }
        };
        let field = match &expression.kind {
            Kind::Call(call) if call.name == "optional" && !call.arguments.is_empty() => {
                Field { kind: Type::parse(&call.arguments[0])?, optional: true }
            }
            _ => Field { kind: Type::parse(expression)?, optional: false },
        };
        fields.insert(name, field);
    }
    Ok(Type::Object(fields))
}

fn convert_object(
    fields: &BTreeMap<String, Field>,
    mut entries: BTreeMap<String, Value>,
) -> Result<Value, String> {
    let missing: Vec<_> = fields
        .iter()
        .filter(|(name, field)| !field.optional && !entries.contains_key(*name))
        .map(|(name, _)| format!("{name:?}"))
        .collect();
    match missing.as_slice() {
        [] => {}
        [one] => return Err(format!("attribute {one} is required")),
        [first, second] => return Err(format!("attributes {first} and {second} are required")),
        [all @ .., last] => return Err(format!("attributes {}, and {last} are required", all.join(", "))),
    }
    let mut out = BTreeMap::new();
    for (name, field) in fields {
        let value = entries.remove(name).unwrap_or(Value::Null);
        let value = field.kind.convert(value).map_err(|why| format!("attribute {name:?}: {why}"))?;
        out.insert(name.clone(), value);
    }
    Ok(Value::Mapping(Shape::Object, out))
}
