//! A target as files define it: what is not given can still come from elsewhere.

use super::entries::{Attestation, CacheEntry, Entry, OutputEntry, SecretEntry, SshEntry};
use super::model::Target;
use super::places;
use std::collections::{BTreeMap, BTreeSet};

/// A target of one or of several files; `None` and an empty map mean that nothing was said.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Definition {
    /// `description`.
    pub description: Option<String>,
    /// `inherits`.
    pub inherits: Option<Vec<String>>,
    /// `annotations`.
    pub annotations: Option<Vec<String>>,
    /// `attest`.
    pub attest: Option<Vec<Attestation>>,
    /// `context`.
    pub context: Option<String>,
    /// `contexts`.
    pub contexts: BTreeMap<String, String>,
    /// `dockerfile`.
    pub dockerfile: Option<String>,
    /// `dockerfile-inline`.
    pub dockerfile_inline: Option<String>,
    /// `args`.
    pub args: BTreeMap<String, String>,
    /// `labels`.
    pub labels: BTreeMap<String, String>,
    /// `tags`.
    pub tags: Option<Vec<String>>,
    /// `cache-from`.
    pub cache_from: Option<Vec<CacheEntry>>,
    /// `cache-to`.
    pub cache_to: Option<Vec<CacheEntry>>,
    /// `target`.
    pub target: Option<String>,
    /// `secret`.
    pub secrets: Option<Vec<SecretEntry>>,
    /// `ssh`.
    pub ssh: Option<Vec<SshEntry>>,
    /// `platforms`.
    pub platforms: Option<Vec<String>>,
    /// `output`.
    pub outputs: Option<Vec<OutputEntry>>,
    /// `pull`.
    pub pull: Option<bool>,
    /// `no-cache`.
    pub no_cache: Option<bool>,
    /// `network`.
    pub network: Option<String>,
    /// `no-cache-filter`.
    pub no_cache_filter: Option<Vec<String>>,
    /// `shm-size`.
    pub shm_size: Option<String>,
    /// `ulimits`.
    pub ulimits: Option<Vec<String>>,
    /// `call`.
    pub call: Option<String>,
    /// `entitlements`.
    pub entitlements: Option<Vec<String>>,
    /// `extra-hosts`.
    pub extra_hosts: BTreeMap<String, String>,
}

impl Definition {
    /// Lets `other` speak after this one: some of what it says comes in place of what was said, some is added.
    pub fn merge(&mut self, other: &Definition) {
        replace(&mut self.description, &other.description);
        replace(&mut self.context, &other.context);
        replace(&mut self.dockerfile, &other.dockerfile);
        replace(&mut self.dockerfile_inline, &other.dockerfile_inline);
        replace(&mut self.tags, &other.tags);
        replace(&mut self.cache_to, &other.cache_to);
        replace(&mut self.target, &other.target);
        replace(&mut self.platforms, &other.platforms);
        replace(&mut self.outputs, &other.outputs);
        replace(&mut self.pull, &other.pull);
        replace(&mut self.no_cache, &other.no_cache);
        replace(&mut self.network, &other.network);
        replace(&mut self.shm_size, &other.shm_size);
        replace(&mut self.call, &other.call);
        append(&mut self.inherits, &other.inherits);
        append(&mut self.annotations, &other.annotations);
        append(&mut self.no_cache_filter, &other.no_cache_filter);
        append(&mut self.ulimits, &other.ulimits);
        append(&mut self.entitlements, &other.entitlements);
        append_entries(&mut self.attest, other.attest.as_ref());
        append_entries(&mut self.cache_from, other.cache_from.as_ref());
        append_entries(&mut self.secrets, other.secrets.as_ref());
        append_entries(&mut self.ssh, other.ssh.as_ref());
        for (ours, theirs) in [
            (&mut self.args, &other.args),
            (&mut self.contexts, &other.contexts),
            (&mut self.labels, &other.labels),
            (&mut self.extra_hosts, &other.extra_hosts),
        ] {
            ours.extend(theirs.iter().map(|(name, value)| (name.clone(), value.clone())));
        }
    }

    /// Takes away what is said twice, and empty words; a host's network is an entitlement.
    pub fn normalize(&mut self) {
        for words in [
            &mut self.annotations,
            &mut self.tags,
            &mut self.platforms,
            &mut self.no_cache_filter,
            &mut self.ulimits,
        ] {
            words.iter_mut().for_each(keep_first);
        }
        self.attest.iter_mut().for_each(Entry::normalize);
        self.secrets.iter_mut().for_each(Entry::normalize);
        self.ssh.iter_mut().for_each(Entry::normalize);
        self.cache_from.iter_mut().for_each(Entry::normalize);
        self.cache_to.iter_mut().for_each(Entry::normalize);
        self.outputs.iter_mut().for_each(Entry::normalize);
        if self.network.as_deref() == Some("host") {
            self.entitlements.get_or_insert_default().push("network.host".to_string());
        }
        self.entitlements.iter_mut().for_each(keep_first);
        self.contexts.retain(|_, value| !value.is_empty());
    }

    /// The target, with what is left unsaid filled in.
    pub fn finish(self) -> Target {
        let dockerfile = self.dockerfile.filter(|name| !name.is_empty());
        Target {
            description: self.description.unwrap_or_default(),
            annotations: self.annotations.unwrap_or_default(),
            attest: self.attest.unwrap_or_default(),
            context: places::context(&self.context.unwrap_or_default()),
            contexts: self.contexts,
            dockerfile: dockerfile.unwrap_or_else(|| "Dockerfile".to_string()),
            dockerfile_inline: self.dockerfile_inline,
            args: self.args,
            labels: self.labels,
            tags: self.tags.unwrap_or_default(),
            cache_from: self.cache_from.unwrap_or_default(),
            cache_to: self.cache_to.unwrap_or_default(),
            target: self.target,
            secrets: self.secrets.unwrap_or_default(),
            ssh: self.ssh.unwrap_or_default(),
            platforms: self.platforms.unwrap_or_default(),
            outputs: self.outputs.unwrap_or_default(),
            pull: self.pull,
            no_cache: self.no_cache,
            network: self.network,
            no_cache_filter: self.no_cache_filter.unwrap_or_default(),
            shm_size: self.shm_size,
            ulimits: self.ulimits.unwrap_or_default(),
            call: self.call,
            entitlements: self.entitlements.unwrap_or_default(),
            extra_hosts: self.extra_hosts,
            linked: false,
        }
    }
}

fn replace<T: Clone>(ours: &mut Option<T>, theirs: &Option<T>) {
    if theirs.is_some() {
        ours.clone_from(theirs);
    }
}

fn append(ours: &mut Option<Vec<String>>, theirs: &Option<Vec<String>>) {
    if let Some(theirs) = theirs {
        ours.get_or_insert_default().extend_from_slice(theirs);
    }
}

/// Adds entries to a list.
pub fn append_entries<T: Entry>(ours: &mut Option<Vec<T>>, theirs: Option<&Vec<T>>) {
    if let Some(theirs) = theirs {
        let all = ours.get_or_insert_default();
        all.extend_from_slice(theirs);
        T::normalize(all);
    }
}

/// Keeps each word once, where it comes first; empty ones go.
pub fn keep_first(words: &mut Vec<String>) {
    let mut seen = BTreeSet::new();
    words.retain(|word| !word.is_empty() && seen.insert(word.clone()));
}
