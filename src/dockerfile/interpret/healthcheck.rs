//! `HEALTHCHECK`.

use super::super::ast::Healthcheck;
use super::super::node::Node;
use super::super::quote::quoted;
use super::flags::{Flags, Takes};
use super::{at_least_one, command_of, duration};

/// Shorter times are taken for a mistake: a millisecond.
const SHORTEST_NANOSECONDS: i64 = 1_000_000;

pub(super) fn healthcheck(node: &Node) -> Result<Healthcheck, String> {
    at_least_one(node, "HEALTHCHECK")?;
    let (kind, words) = node.words.split_first().map_or(("", [].as_slice()), |(kind, words)| (kind, words));
    let kind = kind.to_uppercase();
    if kind == "NONE" {
        // BuildKit does not look at its flags either.
        let none = words.is_empty().then_some(Healthcheck::None);
        return none.ok_or_else(|| "HEALTHCHECK NONE takes no arguments".to_owned());
    }
    let known = ["interval", "timeout", "start-period", "start-interval", "retries"];
    let flags = Flags::parse(&node.flags, &known.map(|name| (name, Takes::Text)))?;
    if kind != "CMD" {
        return Err(format!("Unknown type {} in HEALTHCHECK (try CMD)", quoted(&kind)));
    }
    if words.is_empty() {
        return Err("Missing command after HEALTHCHECK CMD".to_owned());
    }
    Ok(Healthcheck::Command {
        command: command_of(words, node.json),
        interval: time(&flags, "interval")?,
        timeout: time(&flags, "timeout")?,
        start_period: time(&flags, "start-period")?,
        start_interval: time(&flags, "start-interval")?,
        retries: retries(&flags)?,
    })
}

fn time(flags: &Flags, name: &str) -> Result<i64, String> {
    let Some(text) = flags.filled(name) else { return Ok(0) };
    match duration::nanoseconds(&text)? {
        time if time != 0 && time < SHORTEST_NANOSECONDS => {
            Err(format!("Interval {} cannot be less than 1ms", quoted(name)))
        }
        time => Ok(time),
    }
}

fn retries(flags: &Flags) -> Result<i64, String> {
    let Some(text) = flags.filled("retries") else { return Ok(0) };
    let digits = text.strip_prefix(['+', '-']).unwrap_or(&text);
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(format!("strconv.ParseInt: parsing {}: invalid syntax", quoted(&text)));
    }
    match text.parse::<i32>() {
        Ok(retries) if retries < 0 => Err(format!("--retries cannot be negative ({retries})")),
        Ok(retries) => Ok(retries.into()),
        Err(_) => Err(format!("strconv.ParseInt: parsing {}: value out of range", quoted(&text))),
    }
}
