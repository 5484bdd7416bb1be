//! `RUN`.

use super::super::ast::{Heredoc, Run, RunNetwork, RunSecurity};
use super::super::heredoc::Inline;
use super::super::node::Node;
use super::super::quote::quoted;
use super::super::suggest::{Case, nearest, with_suggestion};
use super::flags::{Flags, Takes};
use super::{Fault, command, csv, mount, numbers};

const KNOWN: [(&str, Takes); 4] =
    [("mount", Takes::Texts), ("network", Takes::Text), ("security", Takes::Text), ("device", Takes::Texts)];

pub(super) fn run(node: &Node) -> Result<Run, Fault> {
    let flags = Flags::parse(&node.flags, &KNOWN)?;
    let devices = flags.texts("device");
    devices.iter().try_for_each(|device| check_device(device))?;
    let mounts = flags.texts("mount").iter().map(|text| mount::parse(text)).collect::<Result<_, _>>()?;
    Ok(Run {
        command: command(node),
        heredocs: node.heredocs.iter().map(heredoc).collect(),
        mounts,
        network: flags.text("network").map(|value| network(&value)).transpose()?,
        security: flags.text("security").map(|value| security(&value)).transpose()?,
        devices,
    })
}

fn heredoc(inline: &Inline) -> Heredoc {
    let header = inline.header.clone();
    Heredoc {
        name: header.name,
        expand: header.expand,
        chomp: header.chomp,
        body: inline.body(),
        descriptor: header.descriptor,
    }
}

fn network(value: &str) -> Result<RunNetwork, String> {
    match value {
        "default" => Ok(RunNetwork::Default),
        "none" => Ok(RunNetwork::None),
        "host" => Ok(RunNetwork::Host),
        _ => Err(format!("invalid network mode {}", quoted(value))),
    }
}

fn security(value: &str) -> Result<RunSecurity, String> {
    match value {
        "sandbox" => Ok(RunSecurity::Sandbox),
        "insecure" => Ok(RunSecurity::Insecure),
        _ => Err(format!("security {} is not valid", quoted(value))),
    }
}

/// `NAME[,required[=BOOL]]`, or `name=NAME`.
fn check_device(text: &str) -> Result<(), String> {
    let fields = csv::fields(text).map_err(|error| format!("failed to parse csv devices: {error}"))?;
    let mut name = String::new();
    for field in &fields {
        let (key, value) = match field.split_once('=') {
            Some((key, value)) => (key.to_lowercase(), Some(value)),
            None => (field.to_lowercase(), None),
        };
        match (key.as_str(), value) {
            ("required", None) => {}
            ("required", Some(value)) if numbers::boolean(value).is_some() => {}
            ("required", Some(value)) => return Err(format!("invalid value for {key}: {value}")),
            ("name", Some(_)) if !name.is_empty() => {
                return Err(format!("device name already set to {name}"));
            }
            ("name", Some(value)) => value.clone_into(&mut name),
            _ if name.is_empty() => name.clone_from(field),
            (_, None) => return Err(format!("invalid field '{field}' must be a key=value pair")),
            (_, Some(_)) => {
                let near = nearest(&key, ["name", "required"], Case::Matters);
                return Err(with_suggestion(format!("unexpected key '{key}' in '{field}'"), near));
            }
        }
    }
    Ok(())
}
