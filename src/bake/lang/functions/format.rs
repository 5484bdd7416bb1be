//! `format` and `formatlist`.

use super::{Arguments, Failure, Function, Given, bounded, failed};
use crate::bake::lang::value::Value;

/// Columns or digits a verb may ask for.
const WIDEST: usize = 4096;

/// The functions of this file.
pub(super) const FUNCTIONS: &[Function] = &[
    Function::new("format", "format args...", |a| format(&a.text(0)?, a.rest(1)).map(Value::Text)),
    Function::new("formatlist", "format args...", format_list),
];

/// One verb: `%[2]-08.3f`.
#[derive(Debug, Default)]
struct Verb {
    kind: char,
    minus: bool,
    plus: bool,
    zero: bool,
    space: bool,
    sharp: bool,
    width: Option<usize>,
    precision: Option<usize>,
    argument: Option<usize>,
}

fn format_list(a: &Arguments<'_>) -> Given {
    let format_text = a.text(0)?;
    let mut length = None;
    for (index, value) in a.rest(1).iter().enumerate() {
        if let Value::Sequence(_, items) = value {
            if length.is_some_and(|length| length != items.len()) {
                let why = format!(
                    "argument {} has length {}, which is inconsistent with argument 1",
                    index + 1,
                    items.len()
                );
                return failed(why);
            }
            length = Some(items.len());
        }
    }
    let mut out = Vec::new();
    for round in 0..length.unwrap_or(1) {
        let each = |value: &Value| match value {
            Value::Sequence(_, items) => items.get(round).cloned().unwrap_or(Value::Null),
            other => other.clone(),
        };
        let arguments: Vec<_> = a.rest(1).iter().map(each).collect();
        let text = format(&format_text, &arguments)?;
        bounded(text.len().checked_mul(length.unwrap_or(1)))?;
        out.push(text);
    }
    Ok(Value::texts(out))
}

fn format(format: &str, arguments: &[Value]) -> Result<String, Failure> {
    let mut out = String::new();
    let mut rest = format;
    let (mut next, mut highest) = (0, 0);
    while let Some(at) = rest.find('%') {
        out.push_str(&rest[..at]);
        let place = format.len() - rest.len() + at;
        let (verb, after) = parse(&rest[at + 1..]).map_err(Failure::Call)?;
        rest = after;
        if verb.kind == '%' {
            out.push('%');
            continue;
        }
        let index = verb.argument.map_or(next, |number| number - 1);
        next = index + 1;
        highest = highest.max(next);
        let Some(value) = arguments.get(index) else {
            return failed(format!(
                "not enough arguments for \"%{}\" at {}: need index {} but have {} total",
                verb.kind,
                place,
                index + 1,
                arguments.len()
            ));
        };
        let text = show(&verb, value)?;
        bounded(out.len().checked_add(text.len()))?;
        out.push_str(&text);
    }
    if highest < arguments.len() && highest > 0 || highest == 0 && !arguments.is_empty() {
        return match highest {
            0 => Err(Failure::Argument(1, "too many arguments; no verbs in format string".to_string())),
            used => {
                let why = format!("too many arguments; only {used} used by format string");
                Err(Failure::Argument(used + 1, why))
            }
        };
    }
    out.push_str(rest);
    Ok(out)
}

/// Reads what stands behind a `%`.
fn parse(text: &str) -> Result<(Verb, &str), String> {
    let mut verb = Verb::default();
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        match c {
            '-' => verb.minus = true,
            '+' => verb.plus = true,
            '0' => verb.zero = true,
            ' ' => verb.space = true,
            '#' => verb.sharp = true,
            _ => break,
        }
        rest = &rest[1..];
    }
    if let Some(inner) = rest.strip_prefix('[') {
        let (number, after) = digits(inner);
        verb.argument = number.filter(|number| *number > 0 && after.starts_with(']'));
        rest = after.strip_prefix(']').unwrap_or(after);
        if verb.argument.is_none() {
            return Err("unrecognized format character '[' at offset 0".to_string());
        }
    }
    (verb.width, rest) = digits(rest);
    if let Some(after) = rest.strip_prefix('.') {
        let (number, after) = digits(after);
        verb.precision = Some(number.unwrap_or(0));
        rest = after;
    }
    if verb.width.max(verb.precision).is_some_and(|wide| wide > WIDEST) {
        return Err(format!("a width of more than {WIDEST} is not supported"));
    }
    let Some(kind) = rest.chars().next() else {
        return Err("unterminated verb at end of format string".to_string());
    };
    verb.kind = kind;
    Ok((verb, &rest[kind.len_utf8()..]))
}

fn digits(text: &str) -> (Option<usize>, &str) {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let number = if end == 0 { None } else { Some(text[..end].parse().unwrap_or(usize::MAX)) };
    (number, &text[end..])
}

fn show(verb: &Verb, value: &Value) -> Result<String, Failure> {
    let unsupported = |why: &str| Failure::Call(format!("unsupported value for \"%{}\": {why}", verb.kind));
    let text = match verb.kind {
        'v' if verb.sharp => value.json_text(),
        'v' => match value {
            Value::Null => "null".to_string(),
            Value::Number(_) => return show(&Verb { kind: 'g', ..*verb }, value),
            value => value.to_text().unwrap_or_else(|| value.json_text()),
        },
        't' => value.to_bool().ok_or_else(|| unsupported("bool required"))?.to_string(),
        's' | 'q' => {
            let text = value.to_text().ok_or_else(|| unsupported("string required"))?;
            let text = match verb.precision {
                Some(most) => text.chars().take(most).collect(),
                None => text,
            };
            if verb.kind == 'q' { Value::Text(text).json_text() } else { text }
        }
        'b' | 'd' | 'o' | 'x' | 'X' | 'e' | 'E' | 'f' | 'g' | 'G' => {
            let number = value.to_number().ok_or_else(|| unsupported("a number is required"))?;
            return Ok(pad(verb, &signed(verb, show_number(verb, number)), true));
        }
        other => return failed(format!("unsupported format verb {:?}", other.to_string())),
    };
    Ok(pad(verb, &text, false))
}

fn show_number(verb: &Verb, number: crate::bake::lang::number::Number) -> String {
    let float = number.to_float();
    let cut = if number.sign() < 0 { number.ceil() } else { number.floor() };
    let whole = cut.whole().unwrap_or(0);
    let sign = if whole < 0 { "-" } else { "" };
    let size = whole.unsigned_abs();
    match verb.kind {
        'b' => format!("{sign}{size:b}"),
        'o' => format!("{sign}{size:o}"),
        'x' => format!("{sign}{size:x}"),
        'X' => format!("{sign}{size:X}"),
        'd' => whole.to_string(),
        'e' => exponent(&format!("{float:.*e}", verb.precision.unwrap_or(6))),
        'E' => exponent(&format!("{float:.*e}", verb.precision.unwrap_or(6))).to_uppercase(),
        'f' => format!("{float:.*}", verb.precision.unwrap_or(6)),
        _ => number.to_string(),
    }
}

/// Rust's `1.5e3` as C's `1.5e+03`.
fn exponent(text: &str) -> String {
    let Some((mantissa, exponent)) = text.split_once('e') else { return text.to_string() };
    let (sign, digits) = exponent.strip_prefix('-').map_or(('+', exponent), |digits| ('-', digits));
    format!("{mantissa}e{sign}{digits:0>2}")
}

fn signed(verb: &Verb, text: String) -> String {
    match text.starts_with('-') {
        false if verb.plus => format!("+{text}"),
        false if verb.space => format!(" {text}"),
        _ => text,
    }
}

fn pad(verb: &Verb, text: &str, number: bool) -> String {
    let missing = verb.width.unwrap_or(0).saturating_sub(text.chars().count());
    match (verb.minus, verb.zero && number) {
        (true, _) => format!("{text}{}", " ".repeat(missing)),
        (false, true) => {
            let (sign, digits) = text.split_at(usize::from(text.starts_with(['-', '+', ' '])));
            format!("{sign}{}{digits}", "0".repeat(missing))
        }
        (false, false) => format!("{}{text}", " ".repeat(missing)),
    }
}
