//! Volumes.
//!
//! ```text
//! volumes/<name>/volume.json    when it was made, labels
//! volumes/<name>/_data/         what containers see
//! ```

use crate::durable;
use crate::error::{Context, Error, Kind, Result};
use rustix::fs::Mode;
use rustix::io::Errno;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

/// The volumes of one store.
#[derive(Debug, Clone)]
pub struct Volumes {
    folder: PathBuf,
}

/// What is known of a volume.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Volume {
    /// When it was made.
    pub created: jiff::Timestamp,
    /// Its labels.
    #[serde(default)]
    pub labels: BTreeMap<String, String>,
}

impl Volumes {
    /// The volumes below `root`.
    pub fn of(root: &Path) -> Self {
        Self { folder: root.join("volumes") }
    }

    /// Where containers find the volume's data.
    pub fn data(&self, name: &str) -> PathBuf {
        self.folder.join(name).join("_data")
    }

    /// Makes the volume when it is not there.
    ///
    /// # Errors
    /// docker's words for a name that is none.
    pub fn ensure(&self, name: &str) -> Result<()> {
        check_name(name)?;
        make(&self.folder)?;
        let folder = self.folder.join(name);
        make(&folder)?;
        let data = folder.join("_data");
        match rustix::fs::mkdir(&data, Mode::from_raw_mode(0o755)) {
            Err(Errno::EXIST) => Ok(()),
            Err(errno) => Err(io::Error::from(errno)).what(|| format!("making volume {name}")),
            Ok(()) => {
                let volume = Volume { created: jiff::Timestamp::now(), labels: BTreeMap::new() };
                let text = serde_json::to_vec(&volume).what(|| format!("making volume {name}"))?;
                durable::replace(&folder.join("volume.json"), &text)
            }
        }
    }

    /// Removes it, and all in it. Files of subordinate ids need U0.
    pub fn remove(&self, name: &str) -> Result<()> {
        check_name(name)?;
        match std::fs::remove_dir_all(self.folder.join(name)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                Err(error).what(|| format!("removing volume {name}"))
            }
            _ => Ok(()),
        }
    }
}

fn make(folder: &Path) -> Result<()> {
    match rustix::fs::mkdir(folder, Mode::from_raw_mode(0o711)) {
        Ok(()) | Err(Errno::EXIST) => Ok(()),
        Err(errno) => Err(io::Error::from(errno)).what(|| format!("making {}", folder.display())),
    }
}

fn check_name(name: &str) -> Result<()> {
    let letters = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-');
    let first = name.bytes().next().is_some_and(|byte| byte.is_ascii_alphanumeric());
    if first && name.len() <= 255 && name.bytes().all(letters) {
        return Ok(());
    }
    Err(Error::new(
        Kind::Usage,
        format!(
            "{name:?} includes invalid characters for a local volume name, only \"[a-zA-Z0-9][a-zA-Z0-9_.-]\" are allowed"
        ),
    ))
}
