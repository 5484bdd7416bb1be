//! `rcon import`: a tar of a file system becomes an image of one layer.

use super::changes;
use crate::error::Result;
use crate::oci::config::{History, ImageConfig, RootFs};
use crate::oci::digest::Digest;
use crate::oci::manifest::architecture;
use crate::storage::add::{Expected, NewImage, make_layer, publish};
use crate::storage::layers::Making;
use crate::storage::tags::TagName;
use crate::storage::{Store, now};
use std::fs::File;

/// What the image is to be beside its files.
#[derive(Debug, Default)]
pub struct Import<'a> {
    /// Its name.
    pub name: Option<TagName>,
    /// `--change`, in order.
    pub changes: &'a [String],
    /// `--message`; docker's default when it is empty.
    pub message: &'a str,
    /// Where it came from, for the default message: a file's name or `-`.
    pub source: &'a str,
}

/// Makes an image of the tar `input`, which may be compressed. Gives its id.
pub fn import(store: &Store, input: File, wish: Import<'_>, making: &Making) -> Result<Digest> {
    let mut config = ImageConfig::default();
    // Wrong words are told before anything is read.
    for change in wish.changes {
        changes::apply(&mut config.config, change)?;
    }
    store.tidy()?;
    let _lock = store.lock_for_adding()?;
    let layer = make_layer(store, input, Expected::default(), making)?;
    let created = now();
    let message = match wish.message {
        "" => format!("Imported from {}", wish.source),
        message => message.to_owned(),
    };
    config.architecture = architecture().to_owned();
    config.os = "linux".to_owned();
    config.created = Some(created.clone());
    config.comment = Some(message.clone());
    config.rootfs = RootFs { kind: "layers".to_owned(), diff_ids: vec![layer.diff_id()?] };
    config.history = vec![History { created: Some(created), comment: Some(message), ..History::default() }];
    let image = NewImage {
        config_bytes: config.to_bytes()?,
        config,
        manifest: None,
        blobs: Vec::new(),
        names: wish.name.into_iter().collect(),
        repo_digests: Vec::new(),
        parent: None,
    };
    let ids = publish(store, vec![layer], vec![image], &making.map)?;
    ids.first()
        .copied()
        .ok_or_else(|| crate::error::Error::new(crate::error::Kind::System, "an image without id"))
}
