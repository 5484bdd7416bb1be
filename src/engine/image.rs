//! What a container takes from its image.

use super::builtin;
use super::host::Engine;
use super::side_by_side;
use crate::error::{Error, Kind, Result};
use crate::oci::config::ImageConfig;
use crate::oci::digest::Digest;
use crate::oci::manifest::architecture;
use crate::storage::Store;
use crate::storage::add::{publish, remake_layer};
use crate::storage::images::LayerRef;
use crate::storage::layers::{IdMapKey, Making, OwnerMode, stacked};
use crate::storage::tags::TagName;
use crate::storage::unpack::Limits;
use crate::userns::mapping::Mapping;
use std::collections::BTreeMap;

/// An image, ready to make containers of.
#[derive(Debug, Clone)]
pub struct Image {
    /// Its id: the digest of its configuration.
    pub id: Digest,
    /// As tables show it.
    pub name: String,
    /// `os/architecture`.
    pub platform: String,
    /// What it says about its containers.
    pub config: ImageWish,
    /// Names of its layers' folders, the topmost first.
    pub layers: Vec<String>,
    /// The id map they were unpacked under.
    pub layer_key: String,
}

/// What an image says about its containers. A stranger wrote it: none of it may change how a container
/// is confined.
#[derive(Debug, Clone, Default)]
pub struct ImageWish {
    /// `ENTRYPOINT`.
    pub entrypoint: Option<Vec<String>>,
    /// `CMD`.
    pub command: Option<Vec<String>>,
    /// `ENV`.
    pub environment: Vec<String>,
    /// `LABEL`.
    pub labels: BTreeMap<String, String>,
    /// `USER`; empty is root.
    pub user: String,
    /// `WORKDIR`; empty is `/`.
    pub working_directory: String,
    /// `VOLUME`.
    pub volumes: Vec<String>,
    /// `EXPOSE`.
    pub exposed: Vec<String>,
    /// `STOPSIGNAL`.
    pub stop_signal: Option<i32>,
}

impl Engine {
    /// The images.
    pub fn store(&self) -> Result<Store> {
        Store::open(&self.paths)
    }

    /// The image called `name`, with all its layers unpacked for the ids of `mapping`. The built-in image
    /// is made when it is first asked for.
    ///
    /// # Errors
    /// [`Kind::NotFound`] in docker's words; [`Kind::Unsupported`] for another architecture, or for layers
    /// that were unpacked under another id map.
    pub fn image(&self, name: &str, mapping: &Mapping) -> Result<Image> {
        let store = self.store()?;
        let id = store.resolve(name)?;
        let config = store.images().config(&id)?;
        let platform = format!("{}/{}", config.os, config.architecture);
        check_platform(name, &platform)?;
        let map = IdMapKey::new(&mapping.layer_key())?;
        let folder = |diff_id: &Digest| {
            let diff = store.layers().diff(diff_id, &map)?;
            let relative = diff.strip_prefix(store.root().join("layers")).ok()?;
            Some(relative.to_string_lossy().into_owned())
        };
        let layers = config.rootfs.diff_ids.iter().rev().map(folder).collect::<Option<Vec<_>>>();
        let layers = layers.ok_or_else(|| {
            Error::new(
                Kind::Unsupported,
                format!("the layers of image {name} are unpacked for other user ids"),
            )
            .because("the subordinate ids of this user have changed since, or one of the two calls has none")
            .fix(format!("rcon rmi -f {name}, then load or pull it again"))
        })?;
        Ok(Image {
            id,
            name: shown_name(&store, name, &id),
            platform,
            config: wish_of(config)?,
            layers: stacked(layers),
            layer_key: map.as_str().to_owned(),
        })
    }

    /// Unpacks the layers of the image called `name` that are not there for the ids of `mapping`, from their blobs;
    /// tells whether there were any. Those that have no blob are left: [`Self::image`] says so.
    pub fn unpack_again(&self, name: &str, mapping: &Mapping) -> Result<bool> {
        let store = self.store()?;
        let map = IdMapKey::new(&mapping.layer_key())?;
        let id = store.resolve(name)?;
        let layers = store.images().get(&id)?.map(|record| record.layers).unwrap_or_default();
        let is_here = |layer: &LayerRef| store.layers().diff(&layer.diff_id, &map).is_some();
        let missing = layers.into_iter().filter(|layer| !is_here(layer));
        let sources: Vec<(Digest, Digest)> = missing
            .filter_map(|layer| Some((layer.diff_id, layer.blob?.digest)))
            .filter(|(_, blob)| store.blobs().has(blob))
            .collect();
        if sources.is_empty() {
            return Ok(false);
        }
        self.in_outer(|engine, making| {
            let store = engine.store()?;
            let remake = |(diff_id, blob): &(Digest, Digest)| remake_layer(&store, blob, diff_id, making);
            let made = side_by_side::each(&sources, side_by_side::processors(), remake)?;
            let _lock = store.lock_for_adding()?;
            publish(&store, made, Vec::new(), &making.map).map(drop)
        })?;
        Ok(true)
    }

    /// Makes the built-in image, when that is what `name` means and it is not here.
    pub fn ensure_builtin(&self, name: &str) -> Result<bool> {
        let is_builtin = TagName::parse(name).is_ok_and(|tag| tag.familiar() == builtin::NAME);
        if !is_builtin {
            return Ok(false);
        }
        self.in_outer(|engine, making| builtin::ensure_hello(&engine.store()?, making).map(drop))?;
        Ok(true)
    }
}

/// How layers are made under `mapping`.
pub fn making(mapping: &Mapping) -> Result<Making> {
    let owners = if mapping.is_single() { OwnerMode::Recorded } else { OwnerMode::Applied };
    Ok(Making { map: IdMapKey::new(&mapping.layer_key())?, owners, limits: Limits::default() })
}

/// The familiar name, or the beginning of the id for who named it by id.
fn shown_name(store: &Store, typed: &str, id: &Digest) -> String {
    let named = TagName::parse(typed).ok().filter(|tag| store.tags().get(tag).ok().flatten() == Some(*id));
    match named {
        Some(_) => typed.to_owned(),
        None => id.short(),
    }
}

fn check_platform(name: &str, platform: &str) -> Result<()> {
    let own = format!("linux/{}", architecture());
    let runs = platform == own || (own == "linux/amd64" && platform == "linux/386");
    if runs || platform == "/" || platform == "linux/" {
        return Ok(());
    }
    Err(Error::new(Kind::Unsupported, format!("image {name} is for {platform}, this machine is {own}"))
        .fix(format!("bring in the {own} variant of the image")))
}

fn wish_of(config: ImageConfig) -> Result<ImageWish> {
    let run = config.config;
    let stop_signal = match run.stop_signal.as_deref().filter(|name| !name.is_empty()) {
        Some(name) => Some(crate::signals::signal(name)?),
        None => None,
    };
    Ok(ImageWish {
        entrypoint: run.entrypoint.filter(|words| !words.is_empty()),
        command: run.cmd,
        environment: run.env,
        labels: run.labels,
        user: run.user,
        working_directory: run.working_dir,
        volumes: run.volumes.into_keys().collect(),
        exposed: run.exposed_ports.into_keys().collect(),
        stop_signal,
    })
}
