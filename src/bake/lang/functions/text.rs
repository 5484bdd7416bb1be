//! Strings. Their characters are Unicode's code points here.

use super::{Arguments, Failure, Function, Given, bounded, failed};
use crate::bake::lang::value::Value;
use crate::bake::places::clean;

/// The functions of this file.
pub(super) const FUNCTIONS: &[Function] = &[
    Function::new("basename", "path", |a| Ok(Value::Text(base_name(&a.text(0)?)))),
    Function::new("byteslen", "buf", |_| Err(Failure::Argument(0, "bytes required".to_string()))),
    Function::new("chomp", "str", |a| Ok(Value::text(a.text(0)?.trim_end_matches(['\r', '\n'])))),
    Function::new("dirname", "path", |a| Ok(Value::Text(directory_name(&a.text(0)?)))),
    Function::new("indent", "spaces str", indent),
    Function::new("join", "separator lists...", join),
    Function::new("lower", "str", |a| Ok(Value::Text(a.text(0)?.to_lowercase()))),
    Function::new("regex", "pattern string", no_regex),
    Function::new("regex_replace", "str pattern replace", no_regex),
    Function::new("regexall", "pattern string", no_regex),
    Function::new("replace", "str substr replace", replace),
    Function::new("reverse", "str", |a| Ok(Value::Text(a.text(0)?.chars().rev().collect()))),
    Function::new("sanitize", "name", |a| {
        let fine = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
        Ok(Value::Text(a.text(0)?.chars().map(|c| if fine(c) { c } else { '_' }).collect()))
    }),
    Function::new("split", "separator str", split),
    Function::new("strlen", "str", |a| Ok(Value::count(a.text(0)?.chars().count()))),
    Function::new("substr", "str offset length", substring),
    Function::new("title", "str", |a| Ok(Value::Text(title(&a.text(0)?)))),
    Function::new("trim", "str cutset", |a| {
        let cut = a.text(1)?;
        Ok(Value::text(a.text(0)?.trim_matches(|c| cut.contains(c))))
    }),
    Function::new("trimprefix", "str prefix", |a| {
        let (text, prefix) = (a.text(0)?, a.text(1)?);
        Ok(Value::text(text.strip_prefix(&prefix).unwrap_or(&text)))
    }),
    Function::new("trimspace", "str", |a| Ok(Value::text(a.text(0)?.trim()))),
    Function::new("trimsuffix", "str suffix", |a| {
        let (text, suffix) = (a.text(0)?, a.text(1)?);
        Ok(Value::text(text.strip_suffix(&suffix).unwrap_or(&text)))
    }),
    Function::new("upper", "str", |a| Ok(Value::Text(a.text(0)?.to_uppercase()))),
];

fn no_regex(_: &Arguments<'_>) -> Given {
    failed("regular expressions are not supported here")
}

/// The last part of a path: `.` of an empty one, `/` of slashes alone.
fn base_name(path: &str) -> String {
    match path.trim_end_matches('/') {
        "" if path.is_empty() => ".".to_string(),
        "" => "/".to_string(),
        path => path.rsplit('/').next().unwrap_or(path).to_string(),
    }
}

/// A path without its last part, as short as it can be written.
fn directory_name(path: &str) -> String {
    clean(path.rfind('/').map_or("", |at| &path[..=at]))
}

fn indent(a: &Arguments<'_>) -> Given {
    let text = a.text(1)?;
    let spaces = usize::try_from(a.whole(0)?)
        .map_err(|_| Failure::Argument(0, "a number of spaces is required".to_string()))?;
    bounded(
        spaces.checked_mul(text.matches('\n').count() + 1).and_then(|more| more.checked_add(text.len())),
    )?;
    Ok(Value::Text(text.replace('\n', &format!("\n{}", " ".repeat(spaces)))))
}

fn join(a: &Arguments<'_>) -> Given {
    if a.len() < 2 {
        return failed("at least one list is required");
    }
    let separator = a.text(0)?;
    let mut items = Vec::new();
    for index in 1..a.len() {
        items.append(&mut a.texts(index)?);
    }
    let text = items.iter().map(String::len).sum::<usize>();
    bounded(separator.len().checked_mul(items.len()).and_then(|more| more.checked_add(text)))?;
    Ok(Value::Text(items.join(&separator)))
}

fn replace(a: &Arguments<'_>) -> Given {
    let (text, old, new) = (a.text(0)?, a.text(1)?, a.text(2)?);
    let times = text.matches(old.as_str()).count();
    bounded(times.checked_mul(new.len()).and_then(|more| more.checked_add(text.len())))?;
    Ok(Value::Text(text.replace(&old, &new)))
}

fn split(a: &Arguments<'_>) -> Given {
    let (separator, text) = (a.text(0)?, a.text(1)?);
    let items: Vec<_> = if separator.is_empty() {
        text.chars().map(String::from).collect()
    } else {
        text.split(&separator).map(String::from).collect()
    };
    Ok(Value::texts(items))
}

fn substring(a: &Arguments<'_>) -> Given {
    let text: Vec<char> = a.text(0)?.chars().collect();
    let (offset, length) = (a.whole(1)?, a.whole(2)?);
    let all = i128::try_from(text.len()).unwrap_or(i128::MAX);
    let start = if offset < 0 { (all.saturating_add(offset)).max(0) } else { offset.min(all) };
    let end = if length < 0 { all } else { start.saturating_add(length).min(all) };
    let range = usize::try_from(start).unwrap_or(0)..usize::try_from(end).unwrap_or(0);
    Ok(Value::Text(text.get(range).unwrap_or_default().iter().collect()))
}

/// Each letter that follows none in upper case.
fn title(text: &str) -> String {
    let mut inside = false;
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if inside {
            out.push(c);
        } else {
            out.extend(c.to_uppercase());
        }
        inside = c.is_alphanumeric() || c == '_' || c == '\'';
    }
    out
}
