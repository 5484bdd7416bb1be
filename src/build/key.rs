//! What a step depends on, as one digest. Two steps with the same key give the same layer.

use super::stage::{MountStep, RunStep};
use crate::dockerfile::ast::RunNetwork;
use crate::error::{Context, Result};
use crate::oci::digest::Digest;
use serde::Serialize;

/// The form of keys: another number makes all that was cached unknown.
const VERSION: u32 = 1;

/// What every step depends on.
#[derive(Debug, Serialize)]
pub struct Ground<'a> {
    /// Layers below, the lowest first; empty where they do not matter.
    pub below: &'a [Digest],
    /// No time is later.
    pub latest: i64,
    /// `os/arch`.
    pub platform: &'a str,
    /// Owners are those of the image, or only recorded.
    pub owners: &'a str,
}

/// What a `RUN` depends on beside that.
#[derive(Debug, Serialize)]
struct OfRun<'a> {
    arguments: &'a [String],
    environment: &'a [String],
    user: &'a str,
    directory: &'a str,
    mounts: Vec<(String, Option<Digest>)>,
    script: &'a Option<(String, String)>,
    network: &'a str,
    insecure: bool,
    call: &'a str,
}

/// What a `COPY` or `ADD` depends on: its words, and the digests of what it copies.
#[derive(Debug, Serialize)]
pub struct OfCopy<'a> {
    /// Absolute, with its slash.
    pub destination: &'a str,
    /// `--chown`.
    pub chown: &'a Option<String>,
    /// `--chmod`.
    pub chmod: &'a Option<String>,
    /// `--link`, `--parents`, archives are unpacked.
    pub flags: (bool, bool, Option<bool>, bool),
    /// Of what is copied, in order.
    pub contents: &'a [String],
}

fn digest(kind: &str, ground: &Ground<'_>, step: impl Serialize) -> Result<Digest> {
    let text = serde_json::to_vec(&(VERSION, kind, ground, step)).what(|| "writing a key of the cache")?;
    Ok(Digest::of(&text))
}

/// The key of a `RUN` whose mounts have these contents.
pub fn run(ground: &Ground<'_>, step: &RunStep, contents: &[Option<Digest>], call: &str) -> Result<Digest> {
    // What a mount is made of is in its origin; numbers of stages are not: their contents are.
    let mounts = step.mounts.iter().zip(contents).map(|(mount, content)| (told(mount), *content)).collect();
    let network = match step.network {
        RunNetwork::Default => "default",
        RunNetwork::None => "none",
        RunNetwork::Host => "host",
    };
    let RunStep { arguments, environment, user, directory, script, insecure, .. } = step;
    digest(
        "run",
        ground,
        OfRun { arguments, environment, user, directory, mounts, script, network, insecure: *insecure, call },
    )
}

fn told(mount: &MountStep) -> String {
    use super::stage::MountOrigin as Of;
    let origin = match &mount.origin {
        Of::Bind { path, .. } => format!("bind {path}"),
        Of::Cache { id, mode, uid, gid, .. } => format!("cache {id} {mode} {uid} {gid}"),
        Of::Tmpfs { size } => format!("tmpfs {size:?}"),
        Of::Secret { id, env, mode, uid, gid, .. } => format!("secret {id} {env:?} {mode} {uid} {gid}"),
        Of::Ssh { id, .. } => format!("ssh {id}"),
    };
    format!("{origin} at {:?} read-only {}", mount.target, mount.read_only)
}

/// The key of a `COPY` or `ADD`.
pub fn copy(ground: &Ground<'_>, step: &OfCopy<'_>) -> Result<Digest> {
    digest("copy", ground, step)
}

/// The key of a `WORKDIR`.
pub fn directory(ground: &Ground<'_>, path: &str, user: &str) -> Result<Digest> {
    digest("directory", ground, (path, user))
}
