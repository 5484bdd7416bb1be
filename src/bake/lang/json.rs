//! The JSON notation of the same tree: objects are blocks where blocks are expected, strings are templates.

use super::diagnostic::{Checked, Diagnostic};
use super::hcl;
use super::number::Number;
use super::syntax::{Attribute, Block, Body, Expression, Key, Kind, Span};
use super::value::Value;
use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use std::fmt;

/// Blocks of a file, each with one label.
const BLOCKS: &[&str] = &["function", "group", "target", "variable"];

/// JSON in which a name may come twice, since a block may.
#[derive(Debug)]
enum Json {
    Null,
    Bool(bool),
    Number(String),
    Text(String),
    Array(Vec<Json>),
    Object(Vec<(String, Json)>),
}

/// Parses a file; `file` is its number in spans.
pub fn parse(text: &str, file: usize) -> Checked<Body> {
    let span = Span { file, start: 0, end: 1.min(text.len()) };
    let json: Json = serde_json::from_str(text).map_err(|error| {
        let line =
            text.split('\n').take(error.line().saturating_sub(1)).map(|line| line.len() + 1).sum::<usize>();
        let at = (line + error.column().saturating_sub(1)).min(text.len());
        let detail = error.to_string();
        let detail = detail.split(" at line ").next().unwrap_or_default().to_string();
        Diagnostic::at(Span { file, start: at, end: at + 1 }, "Invalid JSON", format!("{detail}."))
    })?;
    let Json::Object(entries) = json else {
        let detail = "The root of a JSON file must be an object.";
        return Err(Diagnostic::at(span, "Root value must be object", detail));
    };
    let mut body = Body::default();
    for (name, value) in entries {
        if BLOCKS.contains(&name.as_str()) {
            labelled(&name, value, span, &mut body.blocks)?;
        } else if name != "//" {
            let value = expression(&value, span)?;
            body.attributes.push(Attribute { name, span, value });
        }
    }
    Ok(body)
}

/// The blocks of `kind`: an object of labels, or an array of such objects.
fn labelled(kind: &str, json: Json, span: Span, blocks: &mut Vec<Block>) -> Checked<()> {
    match json {
        Json::Array(items) => items.into_iter().try_for_each(|item| labelled(kind, item, span, blocks)),
        Json::Object(entries) => entries.into_iter().try_for_each(|(label, json)| {
            let bodies = if let Json::Array(bodies) = json { bodies } else { vec![json] };
            bodies.into_iter().try_for_each(|json| {
                let labels = vec![(label.clone(), span)];
                blocks.push(Block {
                    kind: kind.to_string(),
                    labels,
                    span,
                    opening: span,
                    body: body(json, span)?,
                });
                Ok(())
            })
        }),
        Json::Null => Ok(()),
        _ => Err(Diagnostic::at(
            span,
            "Incorrect JSON value type",
            "Either a JSON object or JSON array of objects is required here, to specify labels for blocks.",
        )),
    }
}

/// The body of a block; `validation` is a block in it.
fn body(json: Json, span: Span) -> Checked<Body> {
    let Json::Object(entries) = json else {
        let detail = "A JSON object is required here, setting the arguments and child blocks for the block.";
        return Err(Diagnostic::at(span, "Incorrect JSON value type", detail));
    };
    let mut out = Body::default();
    for (name, value) in entries {
        if name == "validation" {
            let bodies = if let Json::Array(bodies) = value { bodies } else { vec![value] };
            for json in bodies {
                let body = body(json, span)?;
                out.blocks.push(Block { kind: name.clone(), labels: Vec::new(), span, opening: span, body });
            }
        } else if name != "//" {
            out.attributes.push(Attribute { name, span, value: expression(&value, span)? });
        }
    }
    Ok(out)
}

fn expression(json: &Json, span: Span) -> Checked<Expression> {
    let kind = match json {
        Json::Null => Kind::Literal(Value::Null),
        Json::Bool(value) => Kind::Literal(Value::Bool(*value)),
        Json::Number(text) => Kind::Literal(Value::Number(Number::parse(text).ok_or_else(|| {
            Diagnostic::at(span, "Invalid number", format!("The number {text} is too large or too small."))
        })?)),
        Json::Text(text) => return hcl::parse_template(text, span),
        Json::Array(items) => {
            Kind::Tuple(items.iter().map(|item| expression(item, span)).collect::<Checked<_>>()?)
        }
        Json::Object(entries) => {
            let entry = |(name, value): &(String, Json)| {
                Ok((Key::Computed(hcl::parse_template(name, span)?), expression(value, span)?))
            };
            Kind::Object(entries.iter().map(entry).collect::<Checked<_>>()?)
        }
    };
    Ok(Expression { span, kind })
}

impl<'de> Deserialize<'de> for Json {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Reader)
    }
}

/// Reads any JSON value.
struct Reader;

impl<'de> Visitor<'de> for Reader {
    type Value = Json;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Json, E> {
        Ok(Json::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Json, E> {
        Ok(Json::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Json, E> {
        Ok(Json::Number(value.to_string()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Json, E> {
        Ok(Json::Number(value.to_string()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Json, E> {
        Ok(Json::Number(value.to_string()))
    }

    fn visit_str<E>(self, value: &str) -> Result<Json, E> {
        Ok(Json::Text(value.to_string()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Json, A::Error> {
        let mut out = Vec::new();
        while let Some(item) = items.next_element()? {
            out.push(item);
        }
        Ok(Json::Array(out))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Json, A::Error> {
        let mut out = Vec::new();
        while let Some(entry) = entries.next_entry()? {
            out.push(entry);
        }
        Ok(Json::Object(out))
    }
}
