//! What was asked of `build`: the words of the command line, parsed and valid in themselves. Pure data.

use crate::engine::registries;
use crate::engine::wish::Ulimit;
use crate::network::egress::Egress;
use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::path::PathBuf;

/// A build as it was asked for.
#[derive(Debug, Clone, Default)]
pub struct BuildWish {
    /// What `COPY` and `ADD` take from.
    pub context: ContextWish,
    /// `-f`: relative to where the call stands, or to the root of a remote context; `-` is standard input.
    pub file: Option<String>,
    /// `--ignorefile`: instead of `.dockerignore`, absolute.
    pub ignore_file: Option<PathBuf>,
    /// `-t`, as typed, and each a valid name.
    pub tags: Vec<String>,
    /// `--target`.
    pub target: Option<String>,
    /// `--build-arg`; a name alone has the caller's value by now, or was dropped.
    pub args: BTreeMap<String, String>,
    /// `--label`.
    pub labels: BTreeMap<String, String>,
    /// `--annotation`, as typed.
    pub annotations: Vec<String>,
    /// `--platform`, each `os/arch[/variant]`; empty: this machine's.
    pub platforms: Vec<String>,
    /// `--pull`: ask for newer bases.
    pub pull: bool,
    /// `--pull=never`: a base that is not here is an error.
    pub never_pull: bool,
    /// `--no-cache`.
    pub no_cache: bool,
    /// `--no-cache-filter`: stages that are built anew.
    pub no_cache_filter: Vec<String>,
    /// `--cache-from`.
    pub cache_from: Vec<CacheWish>,
    /// `--cache-to`.
    pub cache_to: Vec<CacheWish>,
    /// `--output`, `--push`, `--load`; empty: into the store.
    pub outputs: Vec<OutputWish>,
    /// `--iidfile`.
    pub iid_file: Option<PathBuf>,
    /// `--metadata-file`.
    pub metadata_file: Option<PathBuf>,
    /// `--progress` and `-q`.
    pub progress: ProgressWish,
    /// `--network`: `default`, `none`, `host` or the name of a network.
    pub network: Option<String>,
    /// `--add-host`, each `NAME:ADDRESS`.
    pub extra_hosts: Vec<String>,
    /// `--ulimit`.
    pub ulimits: Vec<Ulimit>,
    /// `--shm-size` in bytes.
    pub shm_size: Option<u64>,
    /// `--squash`: what the build adds becomes one layer.
    pub squash: bool,
    /// `--squash-all`: the base becomes part of that layer.
    pub squash_all: bool,
    /// `--format`: what the manifest of the image is; `None` leaves it to the output.
    pub format: Option<ManifestFormat>,
    /// `--jobs`: stages that are built side by side at most; `None`: as many as are useful.
    pub jobs: Option<NonZeroUsize>,
    /// `--egress`.
    pub egress: Egress,
    /// `--secret`.
    pub secrets: Vec<SecretWish>,
    /// `--ssh`.
    pub ssh: Vec<SshWish>,
    /// `--build-context NAME=WHERE`, in order.
    pub build_contexts: Vec<(String, String)>,
    /// `--allow`: `network.host`, `security.insecure`.
    pub allow: Vec<String>,
    /// `--timestamp` or `SOURCE_DATE_EPOCH`: seconds since 1970 that no file and no date of the image is later than.
    pub timestamp: Option<i64>,
    /// `--check`, `--call`.
    pub call: Call,
    /// `--call …,format=`.
    pub call_format: CallFormat,
    /// `--call …,ignorestatus=true`: what the linter finds is no failure.
    pub call_ignores_status: bool,
    /// `--authfile`, `--tls-verify`, and `--config` before the verb.
    pub registries: registries::Wish,
}

/// `--format`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ManifestFormat {
    /// The image-spec's media types.
    Oci,
    /// docker's.
    Docker,
}

/// How `--call` prints.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum CallFormat {
    /// For people.
    #[default]
    Text,
    /// BuildKit's JSON.
    Json,
}

/// Where the context is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum ContextWish {
    /// A directory of the host.
    Directory(PathBuf),
    /// `-`: a tar, compressed or not, or a Dockerfile alone.
    #[default]
    StandardInput,
    /// A git repository, `URL#REF:FOLDER` or with `?branch=…`, as typed.
    Git(String),
    /// A tar or a Dockerfile behind an http or https URL.
    Url(String),
}

/// `--cache-from` and `--cache-to`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CacheWish {
    /// `type=`: `registry`, `local`, `inline`.
    pub kind: String,
    /// The rest: `ref`, `src`, `dest`, `mode`, …
    pub options: BTreeMap<String, String>,
}

/// `--output`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutputWish {
    /// `type=`.
    pub kind: OutputKind,
    /// `dest=`; `-` is standard output.
    pub destination: Option<String>,
    /// The rest: `name`, `push`, `compression`, `tar`, …
    pub options: BTreeMap<String, String>,
}

/// What a build gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OutputKind {
    /// Files into a folder.
    Local,
    /// Files in a tar.
    Tar,
    /// An OCI image layout, as a tar unless `tar=false`.
    Oci,
    /// What `docker load` reads; without a destination, an image in the store.
    Docker,
    /// An image in the store; with `push=true` also in its registry.
    Image,
    /// An image in a registry: `image` with `push=true`.
    Registry,
    /// The cache is filled, and that is all.
    CacheOnly,
}

/// How a build shows what it does.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum ProgressWish {
    /// `tty` on a terminal, else `plain`.
    #[default]
    Auto,
    /// Line by line.
    Plain,
    /// Live.
    Tty,
    /// JSON lines, as BuildKit's status messages.
    RawJson,
    /// Nothing but the image's id, or errors.
    Quiet,
}

/// `--secret`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecretWish {
    /// `id=`.
    pub id: String,
    /// Where the secret is.
    pub source: SecretSource,
}

/// Where a secret is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SecretSource {
    /// A file of the host.
    File(PathBuf),
    /// A variable of the caller's environment.
    Variable(String),
}

/// `--ssh`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SshWish {
    /// `default` unless named.
    pub id: String,
    /// The socket of an agent, or keys; empty: `$SSH_AUTH_SOCK`.
    pub paths: Vec<PathBuf>,
}

/// `--call`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Call {
    /// Build.
    #[default]
    Build,
    /// Only lint.
    Check,
    /// Print the targets with their comments; `describe` in words.
    Targets,
    /// Print the arguments of the target.
    Outline,
}
