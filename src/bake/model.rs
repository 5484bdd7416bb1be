//! What bake files say once everything is resolved.

use super::entries::{Attestation, CacheEntry, OutputEntry, SecretEntry, SshEntry};
use std::collections::BTreeMap;

/// The targets that are wanted, and the groups that named them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Bake {
    /// By name; `default` is what was asked for.
    pub groups: BTreeMap<String, Group>,
    /// By name.
    pub targets: BTreeMap<String, Target>,
    /// All targets, each behind those it takes files from.
    pub order: Vec<String>,
}

/// Targets and groups under one name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Group {
    /// For lists.
    pub description: String,
    /// Names of targets and groups.
    pub targets: Vec<String>,
}

/// A build.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Target {
    /// For lists.
    pub description: String,
    /// `KEY=VALUE`, maybe with a level in front.
    pub annotations: Vec<String>,
    /// Provenance and SBOM.
    pub attest: Vec<Attestation>,
    /// A directory, as short as it can be written, or a URL.
    pub context: String,
    /// Further contexts by name; `target:NAME` is what another target gives.
    pub contexts: BTreeMap<String, String>,
    /// The Dockerfile, from the context on.
    pub dockerfile: String,
    /// The text of a Dockerfile, instead.
    pub dockerfile_inline: Option<String>,
    /// Build arguments; an empty one is one.
    pub args: BTreeMap<String, String>,
    /// Labels of the image.
    pub labels: BTreeMap<String, String>,
    /// Names of the image.
    pub tags: Vec<String>,
    /// Where cached steps come from.
    pub cache_from: Vec<CacheEntry>,
    /// Where cached steps go.
    pub cache_to: Vec<CacheEntry>,
    /// The stage to build.
    pub target: Option<String>,
    /// Secrets of `RUN`.
    pub secrets: Vec<SecretEntry>,
    /// Agents and keys of `RUN`.
    pub ssh: Vec<SshEntry>,
    /// `os/arch[/variant]`.
    pub platforms: Vec<String>,
    /// What the build gives.
    pub outputs: Vec<OutputEntry>,
    /// Ask for newer bases.
    pub pull: Option<bool>,
    /// Build all steps anew.
    pub no_cache: Option<bool>,
    /// `default`, `none`, `host`.
    pub network: Option<String>,
    /// Stages that are built anew.
    pub no_cache_filter: Vec<String>,
    /// As typed: `64m`.
    pub shm_size: Option<String>,
    /// `nofile=1024:2048`.
    pub ulimits: Vec<String>,
    /// `check`, `outline`, `targets` instead of a build.
    pub call: Option<String>,
    /// `network.host`, `security.insecure`.
    pub entitlements: Vec<String>,
    /// Addresses by name of host.
    pub extra_hosts: BTreeMap<String, String>,
    /// Nobody asked for it but another target that takes files from it.
    pub linked: bool,
}
