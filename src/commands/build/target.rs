//! From a target of a bake file to the flags that ask for the same.

use super::pulling::Pulling;
use super::{BuildArgs, context};
use crate::bake::Target;
use crate::bake::entries::{CacheEntry, OutputEntry, SecretEntry, SshEntry};
use crate::bake::places::is_remote;
use crate::commands::caller::Caller;
use crate::commands::parse::{size::ram_in_bytes, ulimit::ulimit};
use crate::error::Result;
use std::collections::BTreeMap;

impl BuildArgs {
    /// The flags that `target` stands for; its contexts are where `contexts` says.
    ///
    /// # Errors
    /// Usage, for a size or a limit that is none.
    pub(in crate::commands) fn of_target(
        target: &Target,
        contexts: &BTreeMap<String, String>,
    ) -> Result<Self> {
        let size = target.shm_size.as_deref().filter(|typed| !typed.is_empty());
        Ok(Self {
            add_host: target.extra_hosts.iter().map(|(name, address)| format!("{name}:{address}")).collect(),
            allow: target.entitlements.clone(),
            annotation: target.annotations.clone(),
            attest: target
                .attest
                .iter()
                .map(|entry| {
                    let disabled = ("disabled".to_owned(), entry.disabled.to_string());
                    fields(&entry.kind, &entry.attributes, entry.disabled.then_some(disabled))
                })
                .collect(),
            build_arg: pairs(&target.args),
            build_context: pairs(contexts),
            cache_from: target.cache_from.iter().map(cache).collect(),
            cache_to: target.cache_to.iter().map(cache).collect(),
            call: target.call.clone().filter(|call| !call.is_empty()).unwrap_or_else(|| "build".to_owned()),
            context: target.context.clone(),
            file: Some(dockerfile(target)),
            label: pairs(&target.labels),
            layers: true,
            network: target.network.clone().unwrap_or_default(),
            no_cache: target.no_cache == Some(true),
            no_cache_filter: target.no_cache_filter.clone(),
            output: target.outputs.iter().map(output).collect(),
            platform: target.platforms.clone(),
            progress: "auto".to_owned(),
            pull: (target.pull == Some(true)).then_some(Pulling::Always),
            secret: target.secrets.iter().map(secret).collect(),
            shm_size: size.map(ram_in_bytes).transpose()?,
            ssh: target.ssh.iter().map(ssh).collect(),
            tag: target.tags.clone(),
            target: target.target.clone(),
            ulimit: target.ulimits.iter().map(|typed| ulimit(typed)).collect::<Result<_>>()?,
            ..Self::default()
        })
    }

    /// Named contexts, as `--build-context` has them.
    ///
    /// # Errors
    /// Usage in buildx's words.
    pub(in crate::commands) fn contexts(places: &BTreeMap<String, String>) -> Result<Vec<(String, String)>> {
        context::named(&pairs(places))
    }

    /// What is said of what changes nothing.
    pub(in crate::commands) fn notes_of_target(&self, caller: &Caller) -> Vec<String> {
        self.notes(caller)
    }
}

/// In the context, unless it is somewhere on its own.
fn dockerfile(target: &Target) -> String {
    let Target { context, dockerfile, .. } = target;
    match dockerfile.strip_prefix("cwd://") {
        Some(path) => path.to_owned(),
        None if dockerfile.starts_with('/') || is_remote(dockerfile) || is_remote(context) => {
            dockerfile.clone()
        }
        None if context == "." => dockerfile.clone(),
        None => format!("{}/{dockerfile}", context.trim_end_matches('/')),
    }
}

fn pairs(all: &BTreeMap<String, String>) -> Vec<String> {
    all.iter().map(|(name, value)| format!("{name}={value}")).collect()
}

/// `type=KIND,…`, quoted as CSV is.
fn fields(kind: &str, attributes: &BTreeMap<String, String>, further: Option<(String, String)>) -> String {
    let first = [("type".to_owned(), kind.to_owned())];
    let rest = attributes.iter().map(|(name, value)| (name.clone(), value.clone()));
    let all = first.into_iter().chain(rest).chain(further);
    let quoted = all.map(|(name, value)| quoted(&format!("{name}={value}")));
    quoted.collect::<Vec<_>>().join(",")
}

fn quoted(field: &str) -> String {
    match field.contains([',', '"', '\n', '\r']) || field.starts_with(' ') {
        true => format!("\"{}\"", field.replace('"', "\"\"")),
        false => field.to_owned(),
    }
}

fn cache(entry: &CacheEntry) -> String {
    fields(&entry.kind, &entry.attributes, None)
}

fn output(entry: &OutputEntry) -> String {
    let destination = Some(entry.destination.clone()).filter(|destination| !destination.is_empty());
    fields(&entry.kind, &entry.attributes, destination.map(|path| ("dest".to_owned(), path)))
}

fn secret(entry: &SecretEntry) -> String {
    let named = [("id", &entry.id), ("src", &entry.path), ("env", &entry.variable)];
    let given = named.into_iter().filter(|(_, value)| !value.is_empty());
    given.map(|(name, value)| quoted(&format!("{name}={value}"))).collect::<Vec<_>>().join(",")
}

fn ssh(entry: &SshEntry) -> String {
    let id = if entry.id.is_empty() { "default" } else { &entry.id };
    if entry.paths.is_empty() { id.to_owned() } else { format!("{id}={}", entry.paths.join(",")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_becomes_flags() {
        let map = |pairs: &[(&str, &str)]| -> BTreeMap<String, String> {
            pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
        };
        let target = Target {
            context: "app".to_owned(),
            dockerfile: "D2".to_owned(),
            args: map(&[("A", "1,2")]),
            outputs: vec![OutputEntry {
                kind: "image".to_owned(),
                attributes: map(&[("name", "a,b"), ("push", "true")]),
                ..OutputEntry::default()
            }],
            secrets: vec![SecretEntry {
                id: "s".to_owned(),
                path: "k,1".to_owned(),
                ..SecretEntry::default()
            }],
            ssh: vec![SshEntry { id: String::new(), paths: vec!["a".to_owned(), "b".to_owned()] }],
            shm_size: Some("64m".to_owned()),
            ..Target::default()
        };
        let args = BuildArgs::of_target(&target, &map(&[("x", "docker-image://y")])).unwrap();
        assert_eq!(args.file.as_deref(), Some("app/D2"));
        assert_eq!(args.build_arg, ["A=1,2"]);
        assert_eq!(args.output, ["type=image,\"name=a,b\",push=true"]);
        assert_eq!(args.secret, ["id=s,\"src=k,1\""]);
        assert_eq!(args.ssh, ["default=a,b"]);
        assert_eq!(args.build_context, ["x=docker-image://y"]);
        assert_eq!((args.shm_size, args.call.as_str(), args.layers), (Some(64 << 20), "build", true));
        let places =
            [(".", "D", "D"), ("app", "/D", "/D"), ("app", "cwd://D", "D"), ("https://h/x.git", "D", "D")];
        for (context, file, place) in places {
            let target =
                Target { context: context.to_owned(), dockerfile: file.to_owned(), ..Target::default() };
            assert_eq!(dockerfile(&target), place);
        }
    }
}
