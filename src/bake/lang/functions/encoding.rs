//! Base64, CSV, JSON, URLs.

use super::{Arguments, Failure, Function, Given, bounded, failed};
use crate::bake::csv::rows;
use crate::bake::lang::value::{Shape, Value};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use std::collections::BTreeMap;
use std::fmt::Write;

/// The functions of this file.
pub(super) const FUNCTIONS: &[Function] = &[
    Function::new("base64decode", "str", |a| {
        let text = a.text(0)?;
        let Ok(bytes) = STANDARD.decode(&text) else {
            return failed(format!("failed to decode base64 data {text:?}"));
        };
        match String::from_utf8(bytes) {
            Ok(text) => Ok(Value::Text(text)),
            Err(_) => failed("the result of decoding the provided string is not valid UTF-8"),
        }
    }),
    Function::new("base64encode", "str", |a| Ok(Value::Text(STANDARD.encode(a.text(0)?)))),
    Function::new("bytesslice", "buf offset length", |_| {
        Err(Failure::Argument(0, "bytes required".to_string()))
    }),
    Function::new("csvdecode", "str", csv_decode),
    Function::new("jsondecode", "str", |a| {
        let json: serde_json::Value = match serde_json::from_str(&a.text(0)?) {
            Ok(json) => json,
            Err(error) => return Err(Failure::Argument(0, error.to_string())),
        };
        Value::from_json(&json).ok_or_else(|| Failure::Call("the number is too large".to_string()))
    }),
    Function::new("jsonencode", "val", |a| Ok(Value::Text(a.any(0).json_text()))),
    Function::new("urlencode", "str", |a| Ok(Value::Text(url_encode(&a.text(0)?)))),
];

/// As in the query of a URL.
fn url_encode(text: &str) -> String {
    let mut out = String::new();
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => out.push(char::from(byte)),
            b' ' => out.push('+'),
            _ => write!(out, "%{byte:02X}").unwrap_or_default(),
        }
    }
    out
}

/// A list of objects, one for each line; the first line has their names.
fn csv_decode(a: &Arguments<'_>) -> Given {
    let rows = match rows(&a.text(0)?) {
        Ok(rows) => rows,
        Err(why) => return failed(why),
    };
    let mut rows = rows.into_iter();
    let Some(names) = rows.next() else { return failed("missing header line") };
    let header = names.iter().map(String::len).sum::<usize>() + names.len() * 16;
    bounded(rows.len().checked_mul(header))?;
    let mut out = Vec::new();
    for row in rows {
        if row.len() != names.len() {
            return failed("wrong number of fields");
        }
        let entries: BTreeMap<_, _> = names.iter().cloned().zip(row.into_iter().map(Value::Text)).collect();
        out.push(Value::Mapping(Shape::Object, entries));
    }
    Ok(Value::list(out))
}
