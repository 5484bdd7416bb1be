//! What a container takes from its image.

use super::host::Engine;
use crate::error::{Error, Kind, Result};
use crate::oci::digest::Digest;
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
    /// The image called `name`.
    pub fn image(&self, name: &str, _platform: Option<&str>) -> Result<Image> {
        if !self.paths.data.join("layers").join(name).exists() {
            return Err(Error::new(Kind::NotFound, format!("No such image: {name}")));
        }
        Ok(Image {
            id: Digest::of(b""),
            name: name.to_owned(),
            platform: "linux/amd64".into(),
            config: ImageWish { command: Some(vec!["sh".into()]), ..ImageWish::default() },
            layers: vec![name.to_owned()],
            layer_key: "x".into(),
        })
    }
}
