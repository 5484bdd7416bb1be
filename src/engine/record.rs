//! The record of a container: what was decided when it was created. Written once, never changed.

use super::wish::Wish;
use crate::error::{Context, Error, Kind, Result};
use crate::ids::ContainerId;
use crate::oci::digest::Digest;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::Path;

/// A container as it was created.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Record {
    /// The format of this file.
    pub version: u32,
    /// The container.
    pub id: ContainerId,
    /// When it was created.
    pub created: Timestamp,
    /// The command line that made it, as it was typed.
    pub command_line: Vec<String>,
    /// What was asked for.
    pub wish: Wish,
    /// The image's id.
    pub image: Digest,
    /// The image as tables show it: the familiar name, or 12 digits of the id.
    pub image_name: String,
    /// The image's platform, `os/architecture`.
    pub platform: String,
    /// Names of the layers' folders, the topmost first.
    pub layers: Vec<String>,
    /// The image's layers are unpacked under this id map.
    pub layer_key: String,
    /// The program.
    pub path: String,
    /// Its arguments.
    pub arguments: Vec<String>,
    /// Image's and user's variables, in docker's order.
    pub environment: Vec<String>,
    /// Image's and user's labels.
    pub labels: BTreeMap<String, String>,
    /// `user[:group]`, of the user or else the image.
    pub user: String,
    /// Of the user or else the image; empty is `/`.
    pub working_directory: String,
    /// The host name.
    pub hostname: String,
    /// Mounts with their sources decided, parents before children.
    pub mounts: Vec<RecordedMount>,
    /// The entry point and command as inspect shows them.
    pub entrypoint: Option<Vec<String>>,
    /// See `entrypoint`.
    pub command: Option<Vec<String>>,
    /// Ports the image or the user exposes: `80/tcp`.
    pub exposed: Vec<String>,
    /// What asks it to stop.
    pub stop_signal: i32,
}

/// A mount whose source is decided.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "kebab-case")]
pub enum RecordedMount {
    /// A folder or file of the host.
    Bind { source: String, target: String, read_only: bool, recursive: bool },
    /// A volume of the store; an anonymous one goes with the container.
    Volume { name: String, target: String, read_only: bool, anonymous: bool },
    /// A fresh tmpfs.
    Tmpfs { target: String, options: Vec<String> },
}

impl RecordedMount {
    /// Where it goes.
    pub fn target(&self) -> &str {
        match self {
            Self::Bind { target, .. } | Self::Volume { target, .. } | Self::Tmpfs { target, .. } => target,
        }
    }
}

/// The version this rcon writes.
pub const VERSION: u32 = 1;

/// The file's name in a container's folder.
pub const FILE: &str = "record.json";

impl Record {
    /// Reads the record in a container's folder.
    pub fn read(folder: &Path) -> Result<Self> {
        let path = folder.join(FILE);
        let text = std::fs::read(&path).what(|| format!("reading {}", path.display()))?;
        let record: Self = serde_json::from_slice(&text).map_err(|error| {
            Error::new(Kind::Invalid, format!("{} is damaged", path.display()))
                .why(error)
                .fix("rcon rm -f removes the container")
        })?;
        if record.version > VERSION {
            return Err(Error::new(
                Kind::Unsupported,
                format!("{} was written by a newer rcon", path.display()),
            ));
        }
        Ok(record)
    }
}
