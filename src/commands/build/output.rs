//! `--output`, `--push`, `--load`.

use crate::build::wish::{OutputKind, OutputWish};
use crate::commands::parse::boolean::boolean;
use crate::commands::parse::csv::fields;
use crate::error::{Error, Result};
use std::collections::BTreeMap;

/// Standard output, as a destination.
const STREAM: &str = "-";

/// Where the result goes; nothing means into the store.
///
/// # Errors
/// Usage in buildx's words.
pub(super) fn outputs(typed: &[String], push: bool, load: bool, tagged: bool) -> Result<Vec<OutputWish>> {
    let mut outputs = Vec::new();
    for typed in typed.iter().filter(|typed| !typed.is_empty()) {
        outputs.push(output(typed)?);
    }
    if push {
        add_push(&mut outputs);
    }
    let stored = |output: &OutputWish| output.kind == OutputKind::Docker && output.destination.is_none();
    if load && !outputs.iter().any(stored) {
        outputs.push(plain(OutputKind::Docker));
    }
    for output in &outputs {
        if is_pushed(output)? && !tagged && output.options.get("name").is_none_or(String::is_empty) {
            return Err(Error::usage("tag is needed when pushing to registry").fix("--tag NAME"));
        }
    }
    let streams = outputs.iter().filter(|output| output.destination.as_deref() == Some(STREAM)).count();
    if streams > 1 {
        return Err(Error::usage("more than one output goes to standard output"));
    }
    Ok(outputs)
}

/// Pushes what becomes an image anyway, or makes one for that.
fn add_push(outputs: &mut Vec<OutputWish>) {
    let images = outputs.iter_mut().filter(|output| output.kind == OutputKind::Image);
    let pushed = images.map(|output| output.options.insert("push".to_owned(), "true".to_owned())).count();
    if pushed == 0 && !outputs.iter().any(|output| output.kind == OutputKind::Registry) {
        outputs.push(plain(OutputKind::Registry));
    }
}

fn is_pushed(output: &OutputWish) -> Result<bool> {
    let push = output.options.get("push").map(|typed| boolean(typed)).transpose()?.unwrap_or_default();
    Ok(output.kind == OutputKind::Registry || (output.kind == OutputKind::Image && push))
}

fn plain(kind: OutputKind) -> OutputWish {
    OutputWish { kind, destination: None, options: BTreeMap::new() }
}

/// One `--output`: a folder, `-` for a tar on standard output, or `type=KIND` with options.
fn output(typed: &str) -> Result<OutputWish> {
    let fields = fields(typed)?;
    if let [one] = &fields[..]
        && one == typed
        && !one.starts_with("type=")
    {
        let kind = if typed == STREAM { OutputKind::Tar } else { OutputKind::Local };
        return Ok(OutputWish { destination: Some(typed.to_owned()), ..plain(kind) });
    }
    let mut options = BTreeMap::new();
    for field in &fields {
        let (key, value) =
            field.split_once('=').ok_or_else(|| Error::usage(format!("invalid value {field}")))?;
        options.insert(key.trim().to_lowercase(), value.to_owned());
    }
    let kind = match options.remove("type").filter(|kind| !kind.is_empty()) {
        None => return Err(Error::usage("type is required for output")),
        Some(kind) => kind_of(&kind)?,
    };
    let destination = options.remove("dest").filter(|destination| !destination.is_empty());
    complete(OutputWish { kind, destination, options })
}

fn kind_of(typed: &str) -> Result<OutputKind> {
    Ok(match typed {
        "local" => OutputKind::Local,
        "tar" => OutputKind::Tar,
        "oci" => OutputKind::Oci,
        "docker" => OutputKind::Docker,
        "image" => OutputKind::Image,
        "registry" => OutputKind::Registry,
        "cacheonly" => OutputKind::CacheOnly,
        other => return Err(Error::usage(format!("exporter {other:?} could not be found"))),
    })
}

/// A folder has to be named; a stream of bytes goes to standard output where no file is.
fn complete(output: OutputWish) -> Result<OutputWish> {
    let in_folder = output.options.get("tar").map(|typed| boolean(typed)).transpose()? == Some(false);
    let wrong = |what: &str| Err(Error::usage(what));
    match (output.kind, output.destination.as_deref()) {
        (OutputKind::Local, None) => wrong("dest is required for local exporter"),
        (OutputKind::Local, Some(STREAM)) => wrong("dest cannot be stdout for local exporter"),
        (OutputKind::Oci, None) if in_folder => wrong("dest is required for oci exporter"),
        (OutputKind::Oci | OutputKind::Docker, Some(STREAM)) if in_folder => {
            wrong("dest cannot be stdout for a folder")
        }
        (OutputKind::Image | OutputKind::Registry | OutputKind::CacheOnly, Some(_)) => {
            wrong("dest is for outputs that are files")
        }
        (OutputKind::Tar | OutputKind::Oci, None) => {
            Ok(OutputWish { destination: Some(STREAM.to_owned()), ..output })
        }
        _ => Ok(output),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(typed: &[&str]) -> Result<Vec<String>, String> {
        let typed: Vec<String> = typed.iter().map(|typed| (*typed).to_owned()).collect();
        let show = |output: &OutputWish| {
            let options: String =
                output.options.iter().map(|(key, value)| format!(" {key}={value}")).collect();
            format!("{:?} {}{options}", output.kind, output.destination.as_deref().unwrap_or("(store)"))
        };
        outputs(&typed, false, false, true)
            .map(|outputs| outputs.iter().map(show).collect())
            .map_err(|error| error.to_string())
    }

    #[test]
    fn an_output_is_a_folder_or_has_a_type() {
        for (typed, shown) in [
            ("out", "Local out"),
            ("a=b", "Local a=b"),
            ("-", "Tar -"),
            ("type=local,dest=out", "Local out"),
            ("type=tar", "Tar -"),
            ("type=tar,dest=x.tar", "Tar x.tar"),
            ("type=oci,dest=x,tar=false", "Oci x tar=false"),
            ("type=oci", "Oci -"),
            ("type=docker", "Docker (store)"),
            ("type=docker,dest=-", "Docker -"),
            ("type=image,\"name=a,b\",push=true", "Image (store) name=a,b push=true"),
            ("type=registry,Compression=zstd", "Registry (store) compression=zstd"),
            ("type=cacheonly", "CacheOnly (store)"),
        ] {
            assert_eq!(of(&[typed]).unwrap(), [shown], "{typed}");
        }
        assert_eq!(of(&["", "a", "b"]).unwrap(), ["Local a", "Local b"]);
    }

    #[test]
    fn wrong_outputs_are_told_in_buildx_words() {
        for (typed, told) in [
            ("a,b", "invalid value a"),
            ("dest=a,b=c", "type is required for output"),
            ("type=x", "exporter \"x\" could not be found"),
            ("type=local", "dest is required for local exporter"),
            ("type=local,dest=-", "dest cannot be stdout for local exporter"),
            ("type=image,push=maybe", "strconv.ParseBool: parsing \"maybe\": invalid syntax"),
        ] {
            assert_eq!(of(&[typed]).unwrap_err(), told, "{typed}");
        }
        assert!(of(&["-", "type=oci"]).is_err());
    }

    #[test]
    fn push_and_load_add_what_is_not_asked_for_yet() {
        let kinds = |typed: &[&str], push, load| {
            let typed: Vec<String> = typed.iter().map(|typed| (*typed).to_owned()).collect();
            let outputs = outputs(&typed, push, load, true).unwrap();
            let pushed = outputs.iter().filter(|output| is_pushed(output).unwrap()).count();
            (outputs.iter().map(|output| output.kind).collect::<Vec<_>>(), pushed)
        };
        use OutputKind::*;
        assert_eq!(kinds(&[], false, false), (vec![], 0));
        assert_eq!(kinds(&[], true, true), (vec![Registry, Docker], 1));
        assert_eq!(kinds(&["type=image"], true, false), (vec![Image], 1));
        assert_eq!(kinds(&["type=registry"], true, false), (vec![Registry], 1));
        assert_eq!(kinds(&["type=docker"], false, true), (vec![Docker], 0));
        assert_eq!(kinds(&["type=docker,dest=x"], false, true), (vec![Docker, Docker], 0));
        let told = outputs(&[], true, false, false).unwrap_err().to_string();
        assert_eq!(told, "tag is needed when pushing to registry");
        assert!(outputs(&["type=registry,name=a".to_owned()], false, false, false).is_ok());
    }
}
