//! Data for `rcon images` and `rcon image inspect`.

use super::host::Engine;
use super::image_filter::Filters;
use crate::error::Result;
use crate::oci::config::RunConfig;
use crate::oci::digest::Digest;
use crate::storage::Store;
use crate::storage::images::{ImageRecord, no_such_image};
use crate::storage::layers::IdMapKey;
use crate::storage::tags::familiar;
use jiff::Timestamp;
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, HashSet};

/// One row of `images`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// As docker shows it; `<none>` without.
    pub repository: String,
    /// `<none>` without.
    pub tag: String,
    /// `sha256:…` of its manifest by this repository; `<none>` without, or where it is not asked for.
    pub digest: String,
    /// The image.
    pub id: Digest,
    /// When it was made, where it says so.
    pub created: Option<Timestamp>,
    /// Bytes of file contents.
    pub size: u64,
}

/// An image as lists see it.
#[derive(Debug, Clone)]
pub struct Seen {
    /// The image.
    pub image: ImageRecord,
    /// Its names as docker shows them, `alpine:3`.
    pub tags: Vec<String>,
    /// Its names by digest as docker shows them, `alpine@sha256:…`.
    pub digests: Vec<String>,
    /// Whether others were built on it here.
    pub has_children: bool,
}

impl Seen {
    /// Whether nothing names it, neither by tag nor by digest.
    pub fn is_nameless(&self) -> bool {
        self.tags.is_empty() && self.digests.is_empty()
    }

    /// When it was made, where it says so.
    pub fn moment(&self) -> Option<Timestamp> {
        self.image.moment()
    }
}

/// The images that `filters` lets through, the newest first.
pub fn seen(store: &Store, filters: &Filters) -> Result<Vec<Seen>> {
    let tags = store.tags().list()?;
    let images = store.images().list()?;
    let parents: HashSet<Digest> = images.iter().filter_map(|image| image.parent).collect();
    let seen = images.into_iter().map(|image| Seen {
        tags: tags
            .iter()
            .filter(|tag| tag.image == image.id)
            .map(|tag| tag.name.familiar().to_owned())
            .collect(),
        digests: image.repo_digests.iter().map(|digest| familiar(digest).to_owned()).collect(),
        has_children: parents.contains(&image.id),
        image,
    });
    Ok(seen.filter_map(|mut one| filters.keep(store, &mut one).then_some(one)).collect())
}

/// The rows of `images`: one per tag, and one per repository that is known by its digest alone. `digests` makes it
/// one per digest.
pub fn rows(seen: &[Seen], digests: bool) -> Vec<Row> {
    const NONE: &str = "<none>";
    let mut rows = Vec::new();
    for one in seen {
        let mut add = |repository: &str, tag: &str, digest: &str| {
            rows.push(Row {
                repository: repository.to_owned(),
                tag: tag.to_owned(),
                digest: if digests { digest } else { NONE }.to_owned(),
                id: one.image.id,
                created: one.moment(),
                size: one.image.size,
            });
        };
        let of_digests: Vec<(&str, &str)> =
            one.digests.iter().filter_map(|name| name.split_once('@')).collect();
        let mut told: HashSet<&str> = HashSet::new();
        for (repository, tag) in one.tags.iter().filter_map(|name| name.rsplit_once(':')) {
            told.insert(repository);
            let own = of_digests.iter().filter(|(name, _)| *name == repository);
            match own.clone().next() {
                Some(_) if digests => own.for_each(|(_, digest)| add(repository, tag, digest)),
                _ => add(repository, tag, NONE),
            }
        }
        for (repository, digest) in &of_digests {
            if !told.contains(repository) {
                add(repository, NONE, digest);
            }
        }
        if one.is_nameless() {
            add(NONE, NONE, NONE);
        }
    }
    rows
}

/// The images that containers were made of.
pub fn in_use(engine: &Engine) -> Result<HashSet<Digest>> {
    // A container that vanished, or whose record is damaged, needs none.
    let records = engine.containers.ids()?.into_iter().filter_map(|id| engine.record(&id).ok());
    Ok(records.map(|record| record.image).collect())
}

/// The labels of an image.
pub fn labels(store: &Store, id: &Digest) -> Result<BTreeMap<String, String>> {
    Ok(store.images().config(id)?.config.labels)
}

/// What `image inspect` prints of the image `target` names, with docker's keys in docker's order.
pub fn inspect(store: &Store, target: &str, map: &IdMapKey) -> Result<Value> {
    let id = store.resolve(target)?;
    let record = store.images().get(&id)?.ok_or_else(|| no_such_image(target))?;
    let config = store.images().config(&id)?;
    let names = store.images().tags(&id)?;
    let mut image = Map::new();
    let mut put = |key: &str, value: Value| {
        image.insert(key.to_owned(), value);
    };
    put("Id", json!(id));
    put("RepoTags", names.iter().map(|tag| tag.name.familiar()).collect());
    put("RepoDigests", record.repo_digests.iter().map(|digest| familiar(digest)).collect());
    put("Parent", json!(record.parent.map(|parent| parent.to_string()).unwrap_or_default()));
    put("Comment", json!(config.comment.unwrap_or_default()));
    put("Created", json!(config.created.unwrap_or_default()));
    put("DockerVersion", config.extra.get("docker_version").cloned().unwrap_or_else(|| json!("")));
    put("Author", json!(config.author.unwrap_or_default()));
    put("Config", run_config(&config.config));
    put("Architecture", json!(config.architecture));
    if let Some(variant) = config.variant {
        put("Variant", json!(variant));
    }
    put("Os", json!(config.os));
    put("Size", json!(record.size));
    put("GraphDriver", graph_driver(store, &record, map));
    let layers: Vec<_> = record.layers.iter().map(|layer| layer.diff_id).collect();
    put("RootFS", json!({ "Type": "layers", "Layers": layers }));
    let tagged = if record.last_tagged.is_empty() { "0001-01-01T00:00:00Z" } else { &record.last_tagged };
    put("Metadata", json!({ "LastTagTime": tagged }));
    Ok(Value::Object(image))
}

/// The directories overlayfs stacks, uppermost first as docker has it.
fn graph_driver(store: &Store, record: &ImageRecord, map: &IdMapKey) -> Value {
    let directories = record.layers.iter().rev().filter_map(|layer| store.layers().diff(&layer.diff_id, map));
    let directories: Vec<String> = directories.map(|path| path.display().to_string()).collect();
    let mut data = Map::new();
    if let [upper, lower @ ..] = &directories[..] {
        if !lower.is_empty() {
            data.insert("LowerDir".to_owned(), json!(lower.join(":")));
        }
        data.insert("UpperDir".to_owned(), json!(upper));
    }
    json!({ "Data": data, "Name": "overlay2" })
}

/// Docker's order, its empty values, and which keys it leaves out.
fn run_config(config: &RunConfig) -> Value {
    let extra = |key: &str, default: Value| config.extra.get(key).cloned().unwrap_or(default);
    let mut out = Map::new();
    let mut put = |key: &str, value: Value| {
        out.insert(key.to_owned(), value);
    };
    put("Hostname", extra("Hostname", json!("")));
    put("Domainname", extra("Domainname", json!("")));
    put("User", json!(config.user));
    for key in ["AttachStdin", "AttachStdout", "AttachStderr"] {
        put(key, extra(key, json!(false)));
    }
    if !config.exposed_ports.is_empty() {
        put("ExposedPorts", json!(config.exposed_ports));
    }
    for key in ["Tty", "OpenStdin", "StdinOnce"] {
        put(key, extra(key, json!(false)));
    }
    let or_null = |empty: bool, value: Value| if empty { Value::Null } else { value };
    put("Env", or_null(config.env.is_empty(), json!(config.env)));
    put("Cmd", json!(config.cmd));
    if let Some(healthcheck) = &config.healthcheck {
        put("Healthcheck", json!(healthcheck));
    }
    if config.args_escaped {
        put("ArgsEscaped", json!(true));
    }
    put("Image", extra("Image", json!("")));
    put("Volumes", or_null(config.volumes.is_empty(), json!(config.volumes)));
    put("WorkingDir", json!(config.working_dir));
    put("Entrypoint", json!(config.entrypoint));
    put("OnBuild", json!(config.on_build));
    put("Labels", or_null(config.labels.is_empty(), json!(config.labels)));
    if let Some(signal) = &config.stop_signal {
        put("StopSignal", json!(signal));
    }
    if let Some(shell) = &config.shell {
        put("Shell", json!(shell));
    }
    Value::Object(out)
}
