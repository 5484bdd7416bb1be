//! What of a wish is written down: nothing that is secret.

use super::record::{Record, Status};
use super::redact::HIDDEN;
use crate::build::wish::{BuildWish, ContextWish};
use crate::dockerfile::lint;
use jiff::Timestamp;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// The Dockerfile's usual name.
const DOCKERFILE: &str = "Dockerfile";

/// The record of a build that begins.
pub(super) fn record(id: String, wish: &BuildWish) -> Record {
    Record {
        id,
        name: name(wish),
        status: Status::Running,
        created: Timestamp::now(),
        completed: None,
        context: context(&wish.context),
        dockerfile: wish.file.as_deref().map_or_else(|| DOCKERFILE.to_owned(), without_credentials),
        target: wish.target.clone(),
        platforms: wish.platforms.clone(),
        args: args(&wish.args),
        labels: wish.labels.clone(),
        total_steps: 0,
        completed_steps: 0,
        cached_steps: 0,
        error: None,
        images: Vec::new(),
    }
}

/// Proxies are left out, since they may have passwords and say nothing of the build; of those whose name tells that
/// they are secret only the name stays.
fn args(args: &BTreeMap<String, String>) -> BTreeMap<String, String> {
    let told = args.iter().filter(|(name, _)| !is_proxy(name));
    told.map(|(name, value)| match lint::is_secret(name) {
        true => (name.clone(), HIDDEN.to_owned()),
        false => (name.clone(), without_credentials(value)),
    })
    .collect()
}

fn is_proxy(name: &str) -> bool {
    name.to_ascii_lowercase().ends_with("_proxy")
}

/// Values of arguments that are never written down.
pub(super) fn secret_args(wish: &BuildWish) -> Vec<Vec<u8>> {
    let secret = wish.args.iter().filter(|(name, _)| lint::is_secret(name));
    let mut secrets: Vec<Vec<u8>> = secret.map(|(_, value)| value.clone().into_bytes()).collect();
    let addresses = match &wish.context {
        ContextWish::Git(address) | ContextWish::Url(address) => Some(address),
        _ => None,
    };
    let contexts = wish.build_contexts.iter().map(|(_, place)| place);
    let addresses = wish.args.values().chain(addresses).chain(&wish.file).chain(contexts);
    secrets.extend(addresses.filter_map(|address| Some(credentials(address)?.as_bytes().to_vec())));
    secrets
}

fn context(context: &ContextWish) -> String {
    match context {
        ContextWish::Directory(folder) => clean(folder).display().to_string(),
        ContextWish::StandardInput => "-".to_owned(),
        ContextWish::Git(address) | ContextWish::Url(address) => without_credentials(address),
    }
}

/// A path without `.`.
fn clean(path: &Path) -> PathBuf {
    path.components().collect()
}

/// What stands between `://` and `@` of an address, when it has a password or is a token.
fn credentials(address: &str) -> Option<&str> {
    let (_, rest) = address.split_once("://")?;
    let authority = rest.split(['/', '?', '#']).next()?;
    let (user, _) = authority.rsplit_once('@')?;
    let secret = user.split_once(':').map_or(user, |(_, password)| password);
    (!secret.is_empty()).then_some(secret)
}

/// An address without what stands before its `@`.
fn without_credentials(address: &str) -> String {
    let Some(secret) = credentials(address) else { return address.to_owned() };
    let begin = address.find("://").map_or(0, |at| at + 3);
    let (scheme, rest) = address.split_at(begin);
    format!("{scheme}{}", rest.replacen(secret, HIDDEN, 1))
}

/// As buildx names builds: the folder of the context, the Dockerfile where it is not the usual one, the target.
fn name(wish: &BuildWish) -> String {
    let base = match &wish.context {
        ContextWish::Directory(folder) => of_folder(&clean(folder), wish.file.as_deref()),
        ContextWish::StandardInput => String::new(),
        ContextWish::Git(address) | ContextWish::Url(address) => without_credentials(address),
    };
    match (&wish.target, base.is_empty()) {
        (Some(target), true) => target.clone(),
        (Some(target), false) => format!("{base} ({target})"),
        (None, _) => base,
    }
}

fn of_folder(folder: &Path, file: Option<&str>) -> String {
    let last = |path: &Path| path.file_name().map(|name| name.to_string_lossy().into_owned());
    let own = last(folder).unwrap_or_default();
    let Some(file) = file.filter(|file| *file != "-" && !file.contains("://")) else { return own };
    let Ok(file) = std::path::absolute(file) else { return own };
    let is_usual = file.file_name().is_some_and(|name| name == DOCKERFILE);
    let shown = if is_usual { file.parent().unwrap_or(&file) } else { &file };
    match shown.strip_prefix(folder) {
        Ok(below) if below.as_os_str().is_empty() => own,
        Ok(below) => Path::new(&own).join(below).display().to_string(),
        Err(_) if is_usual => last(shown).unwrap_or_default(),
        Err(_) => {
            let above = file.parent().and_then(last).unwrap_or_default();
            Path::new(&above).join(last(&file).unwrap_or_default()).display().to_string()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(context: &str, file: Option<&str>, target: Option<&str>) -> String {
        let context = match context.contains("://") {
            true => ContextWish::Git(context.to_owned()),
            false => ContextWish::Directory(context.into()),
        };
        let (file, target) = (file.map(str::to_owned), target.map(str::to_owned));
        name(&BuildWish { context, file, target, ..BuildWish::default() })
    }

    #[test]
    fn a_build_has_the_name_that_buildx_gives() {
        for (context, file, target, name) in [
            ("/x/app", None, None, "app"),
            ("/x/app", Some("/x/app/Dockerfile"), None, "app"),
            ("/x/app", Some("/x/app/D2"), None, "app/D2"),
            ("/x/app", Some("/x/app/sub/Dockerfile"), None, "app/sub"),
            ("/x/app", Some("/y/z/D2"), None, "z/D2"),
            ("/x/app", Some("/y/z/Dockerfile"), Some("t"), "z (t)"),
            ("/x/app", Some("-"), None, "app"),
            ("https://u:p@h/a.git", None, Some("t"), "https://u:***@h/a.git (t)"),
        ] {
            assert_eq!(named(context, file, target), name);
        }
    }

    #[test]
    fn arguments_that_are_secret_are_not_told() {
        let given =
            [("HTTP_PROXY", "http://u:p@h"), ("API_TOKEN", "t"), ("A", "1"), ("URL", "https://tok@h/x")];
        let given = given.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let told: Vec<String> =
            args(&given.clone().into()).iter().map(|(name, value)| format!("{name}={value}")).collect();
        assert_eq!(told, ["A=1", "API_TOKEN=***", "URL=https://***@h/x"]);
        let wish = BuildWish { args: given.into(), ..BuildWish::default() };
        let hidden: Vec<String> =
            secret_args(&wish).into_iter().map(|bytes| String::from_utf8(bytes).unwrap()).collect();
        assert_eq!(hidden, ["t", "p", "tok"]);
    }
}
