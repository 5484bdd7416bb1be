//! The functions docker adds to Go's templates.

use super::template::{Order, json_line, restore};
use gotmpl::{FuncMap, TemplateError, Value};
use std::sync::Arc;

/// The most blanks `pad` and `padlen` add, in columns; a format wants ten, not ten milliards.
const MAX_PAD: i64 = 1 << 16;

/// Docker's functions, which [`of`] adds to those of Go.
pub(super) const NAMES: [&str; 9] =
    ["join", "json", "lower", "pad", "padlen", "split", "title", "truncate", "upper"];

/// What the functions do: on rows and objects their work; on the headers of a table mostly nothing, so
/// that `table {{json .ID}}` has the header of `.ID`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Functions {
    /// For rows and objects.
    Rows,
    /// For the header line.
    Headers,
}

/// The functions of one run; `order` is for `json`.
pub(super) fn of(kind: Functions, order: &Arc<Order>) -> FuncMap {
    type Function = fn(&[Value]) -> gotmpl::Result<Value>;
    let mut map = FuncMap::new();
    let text: [(&str, Function); 8] = [
        ("join", join),
        ("lower", |arguments| one(arguments, "lower", |text| text.to_lowercase())),
        ("pad", pad),
        ("padlen", pad_to),
        ("split", split),
        ("title", |arguments| one(arguments, "title", title)),
        ("truncate", truncate),
        ("upper", |arguments| one(arguments, "upper", |text| text.to_uppercase())),
    ];
    match kind {
        Functions::Rows => {
            let order = Arc::clone(order);
            map.insert(
                "json".to_owned(),
                Arc::new(move |arguments| match arguments {
                    [value] => Ok(Value::String(Arc::from(json_line(&restore(value, &order))))),
                    _ => Err(count("json", 1, arguments)),
                }),
            );
            map.extend(
                text.map(|(name, function)| (name.to_owned(), Arc::new(function) as gotmpl::ValueFunc)),
            );
        }
        Functions::Headers => {
            let names = NAMES.iter().map(|name| {
                let same: gotmpl::ValueFunc = Arc::new(move |arguments| {
                    arguments.first().cloned().ok_or_else(|| count(name, 1, arguments))
                });
                ((*name).to_owned(), same)
            });
            map.extend(names);
        }
    }
    map
}

fn count(name: &str, expected: usize, arguments: &[Value]) -> TemplateError {
    TemplateError::Exec(format!("wrong number of args for {name}: want {expected} got {}", arguments.len()))
}

fn wrong(name: &str, value: &Value) -> TemplateError {
    TemplateError::Exec(format!("{name}: wrong type for value: {}", value.type_name()))
}

/// Why `arguments` do not fit a function whose first argument is a text and whose others are numbers.
fn misused(name: &str, expected: usize, arguments: &[Value]) -> TemplateError {
    match arguments.first() {
        Some(first) if arguments.len() == expected => wrong(name, first),
        _ => count(name, expected, arguments),
    }
}

fn one(arguments: &[Value], name: &str, change: fn(&str) -> String) -> gotmpl::Result<Value> {
    match arguments {
        [Value::String(text)] => Ok(Value::String(Arc::from(change(text)))),
        [other] => Err(wrong(name, other)),
        _ => Err(count(name, 1, arguments)),
    }
}

/// Go's strings.Title: upper case after whatever ends a word, which an apostrophe does and `é` does not.
fn title(text: &str) -> String {
    let mut inside = false;
    let mut titled = String::with_capacity(text.len());
    for c in text.chars() {
        let upper = if inside { c } else { c.to_uppercase().next().unwrap_or(c) };
        titled.push(upper);
        inside = c == '_' || c.is_alphanumeric() || !(c.is_ascii() || c.is_whitespace());
    }
    titled
}

fn join(arguments: &[Value]) -> gotmpl::Result<Value> {
    match arguments {
        [Value::List(items), Value::String(between)] => {
            let items: Vec<String> = items.iter().map(Value::to_string).collect();
            Ok(Value::String(Arc::from(items.join(between))))
        }
        [Value::Nil, Value::String(_)] => Ok(Value::String(Arc::from(""))),
        [other, _] => Err(wrong("join", other)),
        _ => Err(count("join", 2, arguments)),
    }
}

fn split(arguments: &[Value]) -> gotmpl::Result<Value> {
    match arguments {
        [Value::String(text), Value::String(between)] if between.is_empty() => {
            Ok(Value::List(text.chars().map(|c| Value::String(Arc::from(c.to_string()))).collect()))
        }
        [Value::String(text), Value::String(between)] => {
            Ok(Value::List(text.split(&**between).map(|part| Value::String(Arc::from(part))).collect()))
        }
        [other, _] => Err(wrong("split", other)),
        _ => Err(count("split", 2, arguments)),
    }
}

/// `pad TEXT BEFORE AFTER`: blanks around a text that is not empty.
fn pad(arguments: &[Value]) -> gotmpl::Result<Value> {
    let [Value::String(text), Value::Int(before), Value::Int(after)] = arguments else {
        return Err(misused("pad", 3, arguments));
    };
    if text.is_empty() {
        return Ok(Value::String(Arc::clone(text)));
    }
    let padded = format!("{}{text}{}", blanks(*before)?, blanks(*after)?);
    Ok(Value::String(Arc::from(padded)))
}

/// `padlen TEXT LENGTH`: blanks behind the text up to that many characters.
fn pad_to(arguments: &[Value]) -> gotmpl::Result<Value> {
    let [Value::String(text), Value::Int(length)] = arguments else {
        return Err(misused("padlen", 2, arguments));
    };
    let missing = length.saturating_sub(text.chars().count() as i64).max(0);
    Ok(Value::String(Arc::from(format!("{text}{}", blanks(missing)?))))
}

fn blanks(columns: i64) -> gotmpl::Result<String> {
    match columns {
        0..=MAX_PAD => Ok(" ".repeat(columns as usize)),
        _ => Err(TemplateError::Exec(format!("pad: {columns} is not between 0 and {MAX_PAD}"))),
    }
}

/// `truncate TEXT LENGTH`: the first LENGTH bytes, as docker counts; half a character is left out.
fn truncate(arguments: &[Value]) -> gotmpl::Result<Value> {
    let [Value::String(text), Value::Int(length)] = arguments else {
        return Err(misused("truncate", 2, arguments));
    };
    let length = usize::try_from(*length)
        .map_err(|_| TemplateError::Exec(format!("truncate: {length} is below zero")))?;
    let end = text.floor_char_boundary(length);
    Ok(Value::String(Arc::from(&text[..end])))
}
