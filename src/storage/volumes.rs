//! Volumes.
//!
//! ```text
//! volumes/<name>/volume.json    when it was made, labels
//! volumes/<name>/_data/         what containers see
//! ```

use super::sweep;
use crate::durable;
use crate::error::{Context, Error, Kind, Result};
use rustix::fs::Mode;
use rustix::io::Errno;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::ffi::OsStr;
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
            Ok(()) => describe(&folder),
        }
    }

    /// The names of all, in order.
    pub fn names(&self) -> Result<Vec<String>> {
        let entries = match std::fs::read_dir(&self.folder) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            entries => entries.what(|| format!("reading {}", self.folder.display()))?,
        };
        let names = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
        let mut names: Vec<String> = names.filter(|name| check_name(name).is_ok()).collect();
        names.sort();
        Ok(names)
    }

    /// What is known of the volume.
    ///
    /// # Errors
    /// [`Kind::Invalid`] when the file that says so is damaged; that it is missing.
    pub fn get(&self, name: &str) -> Result<Volume> {
        let path = self.folder.join(name).join("volume.json");
        let text = std::fs::read(&path).what(|| format!("reading {}", path.display()))?;
        serde_json::from_slice(&text)
            .map_err(|cause| Error::new(Kind::Invalid, format!("{} is damaged", path.display())).why(cause))
    }

    /// Writes anew what is known of the volume: when it was made counts from now, and its labels are lost.
    pub fn describe_anew(&self, name: &str) -> Result<()> {
        check_name(name)?;
        describe(&self.folder.join(name))
    }

    /// Removes it, and all in it: out of sight at once, so that a kill leaves no half of one. Files of
    /// subordinate ids need U0.
    pub fn remove(&self, name: &str) -> Result<()> {
        check_name(name)?;
        if !self.folder.join(name).exists() {
            return Ok(());
        }
        sweep::remove_directory(&self.folder, OsStr::new(name))
    }

    /// Removes what killed calls left; gives the bytes that are free now. Files of subordinate ids need U0.
    pub fn sweep(&self) -> u64 {
        sweep::sweep_abandoned(&self.folder)
    }
}

fn describe(folder: &Path) -> Result<()> {
    let volume = Volume { created: jiff::Timestamp::now(), labels: BTreeMap::new() };
    let text = serde_json::to_vec(&volume).what(|| "describing a volume")?;
    durable::replace(&folder.join("volume.json"), &text)
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
