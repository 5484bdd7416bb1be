//! `RUN --mount`. Nothing but the options below is taken: what is unknown, propagation too, is refused.

use super::super::ast::{Mount, MountKind, Sharing};
use super::super::quote::quoted;
use super::super::suggest::{Case, nearest, with_suggestion};
use super::{Fault, csv, numbers};

/// Keys that a mistyped one may have been.
const KEYS: [&str; 18] = [
    "type",
    "from",
    "source",
    "target",
    "readonly",
    "id",
    "sharing",
    "required",
    "size",
    "mode",
    "uid",
    "gid",
    "env",
    "src",
    "dst",
    "ro",
    "rw",
    "readwrite",
];

/// Replaces the variables of a value.
pub type Expand<'a> = dyn FnMut(&str) -> Result<String, String> + 'a;

/// A mount with its variables replaced. Kinds, sizes and booleans may hold variables, too, so that the whole of it is
/// read anew, with `expand` for each value.
///
/// # Errors
/// BuildKit's words, or those of `expand`.
pub fn expanded(mount: &Mount, expand: &mut Expand<'_>) -> Result<Mount, String> {
    let fields =
        csv::fields(&mount.written).map_err(|error| format!("failed to parse csv mounts: {error}"))?;
    read(&mount.written, &fields, expand).and_then(checked)
}

/// A mount as far as it is known before the build: values with variables in them are checked by [`expanded`].
pub(super) fn parse(written: &str) -> Result<Mount, Fault> {
    let fields = csv::fields(written).map_err(|error| format!("failed to parse csv mounts: {error}"))?;
    if fields.iter().any(|field| variable_in_from(field)) {
        let told = "'from' doesn't support variable expansion, define alias stage instead";
        return Err(Fault::Parsing(told.to_owned()));
    }
    // What a variable decides is left out for now.
    let (typed, deferred): (Vec<String>, Vec<String>) =
        fields.into_iter().partition(|field| !typed(field) || !field.contains('$'));
    let mount = read(written, &typed, &mut |value| Ok(value.to_owned())).map_err(|error| {
        // Which options a mount takes depends on its kind.
        let unsure = deferred.iter().any(|field| key_of(field).0 == "type");
        (!unsure).then_some(Fault::Later(error))
    });
    match mount {
        Ok(mount) if deferred.is_empty() => checked(mount).map_err(Fault::Later),
        Ok(mount) => Ok(mount),
        Err(Some(fault)) => Err(fault),
        Err(None) => Ok(only_from(written, &typed)),
    }
}

/// What is sure of a mount whose kind is not known.
fn only_from(written: &str, fields: &[String]) -> Mount {
    let from = fields.iter().map(|field| key_of(field)).rfind(|(key, _)| key == "from");
    let from = from.and_then(|(_, value)| value).filter(|from| !from.is_empty()).map(str::to_owned);
    Mount { written: written.to_owned(), from, ..Mount::default() }
}

fn key_of(field: &str) -> (String, Option<&str>) {
    match field.split_once('=') {
        Some((key, value)) => (key.to_lowercase(), Some(value)),
        None => (field.to_lowercase(), None),
    }
}

/// A `$` at the very end is no variable.
fn variable_in_from(field: &str) -> bool {
    let (key, value) = key_of(field);
    key == "from" && value.is_some_and(|value| value.find('$').is_some_and(|at| at + 1 < value.len()))
}

/// Whether the value is more than text.
fn typed(field: &str) -> bool {
    let keys =
        ["type", "readonly", "ro", "readwrite", "rw", "required", "size", "sharing", "mode", "uid", "gid"];
    keys.contains(&key_of(field).0.as_str())
}

fn read(written: &str, fields: &[String], expand: &mut Expand<'_>) -> Result<Mount, String> {
    let mut mount = Mount { written: written.to_owned(), ..Mount::default() };
    for field in fields {
        let (key, value) = key_of(field);
        match value {
            Some(value) => {
                let value = expand(value)?;
                take(&mut mount, &key, value, field)?;
            }
            None => take_alone(&mut mount, &key, field)?,
        }
    }
    Ok(mount)
}

/// An option without a value.
fn take_alone(mount: &mut Mount, key: &str, field: &str) -> Result<(), String> {
    match key {
        "readonly" | "ro" => mount.read_only = Some(true),
        "readwrite" | "rw" => mount.read_only = Some(false),
        "required" => {
            allowed(mount, key, &[MountKind::Secret, MountKind::Ssh])?;
            mount.required = true;
        }
        _ => return Err(format!("invalid field '{field}' must be a key=value pair")),
    }
    Ok(())
}

fn take(mount: &mut Mount, key: &str, value: String, field: &str) -> Result<(), String> {
    let boolean = || numbers::boolean(&value).ok_or_else(|| format!("invalid value for {key}: {value}"));
    let number = |radix| match u32::from_str_radix(&value, radix) {
        Ok(_) if !value.starts_with('+') => Ok(()),
        _ => Err(format!("invalid value {value} for {key}")),
    };
    match key {
        "type" => mount.kind = kind(&value)?,
        "from" => mount.from = filled(value),
        "source" | "src" => mount.source = filled(value),
        "target" | "dst" | "destination" => mount.target = filled(value),
        "readonly" | "ro" => mount.read_only = Some(boolean()?),
        "readwrite" | "rw" => mount.read_only = Some(!boolean()?),
        "required" => {
            allowed(mount, key, &[MountKind::Secret, MountKind::Ssh])?;
            mount.required = boolean()?;
        }
        "size" => {
            allowed(mount, key, &[MountKind::Tmpfs])?;
            let size = numbers::bytes(&value);
            mount.size = Some(size.ok_or_else(|| format!("invalid value for {key}: {value}"))?);
        }
        "id" => mount.id = filled(value),
        "sharing" => mount.sharing = Some(sharing(&value)?),
        "mode" => {
            number(8)?;
            mount.mode = Some(value);
        }
        "uid" => {
            number(10)?;
            mount.uid = Some(value);
        }
        "gid" => {
            number(10)?;
            mount.gid = Some(value);
        }
        "env" => mount.env = filled(value),
        _ => {
            let near = nearest(key, KEYS, Case::Matters);
            return Err(with_suggestion(format!("unexpected key '{key}' in '{field}'"), near));
        }
    }
    Ok(())
}

fn filled(value: String) -> Option<String> {
    (!value.is_empty()).then_some(value)
}

fn allowed(mount: &Mount, key: &str, kinds: &[MountKind]) -> Result<(), String> {
    if kinds.contains(&mount.kind) {
        return Ok(());
    }
    Err(format!("unexpected key '{key}' for mount type '{}'", name(mount.kind)))
}

fn kind(value: &str) -> Result<MountKind, String> {
    let kinds = [MountKind::Bind, MountKind::Cache, MountKind::Tmpfs, MountKind::Secret, MountKind::Ssh];
    let lower = value.to_lowercase();
    kinds.into_iter().find(|kind| name(*kind) == lower).ok_or_else(|| {
        let near = nearest(value, kinds.map(name), Case::Matters);
        with_suggestion(format!("unsupported mount type {}", quoted(value)), near)
    })
}

const fn name(kind: MountKind) -> &'static str {
    match kind {
        MountKind::Bind => "bind",
        MountKind::Cache => "cache",
        MountKind::Tmpfs => "tmpfs",
        MountKind::Secret => "secret",
        MountKind::Ssh => "ssh",
    }
}

fn sharing(value: &str) -> Result<Sharing, String> {
    match value.to_lowercase().as_str() {
        "shared" => Ok(Sharing::Shared),
        "private" => Ok(Sharing::Private),
        "locked" => Ok(Sharing::Locked),
        _ => {
            let near = nearest(value, ["shared", "private", "locked"], Case::Matters);
            Err(with_suggestion(format!("unsupported sharing value {}", quoted(value)), near))
        }
    }
}

/// What the options say together.
fn checked(mount: Mount) -> Result<Mount, String> {
    if matches!(mount.kind, MountKind::Bind | MountKind::Tmpfs) {
        for (key, value) in [("mode", &mount.mode), ("uid", &mount.uid), ("gid", &mount.gid)] {
            if value.is_some() {
                return Err(format!("{key} not allowed for {} type mounts", quoted(name(mount.kind))));
            }
        }
    }
    if mount.kind == MountKind::Secret {
        let (source, id) = (mount.source.is_some(), mount.id.is_some());
        if mount.from.is_some() {
            return Err("secret mount should not have a from".to_owned());
        }
        if mount.sharing.is_some() {
            return Err("secret mount should not define sharing".to_owned());
        }
        if !source && !id && mount.target.is_none() {
            return Err("invalid secret mount. one of source, target required".to_owned());
        }
        if source && id {
            return Err("both source and id can't be set".to_owned());
        }
    }
    if mount.sharing.is_some() && mount.kind != MountKind::Cache {
        return Err(format!("invalid cache sharing set for {} mount", name(mount.kind)));
    }
    Ok(mount)
}
