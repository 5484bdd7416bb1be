//! `format.json`: what an rcon must know to read or write this store.

use crate::durable;
use crate::error::{Context, Error, Kind, Result};
use serde::{Deserialize, Serialize};
use std::path::Path;

/// Raised when an older rcon would misread the store.
const VERSION: u64 = 1;

#[derive(Serialize, Deserialize)]
struct Format {
    version: u64,
    #[serde(default)]
    features: Features,
}

/// As in ext4: what is unknown in the first may be ignored, in the second forbids writing, in the third reading.
#[derive(Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", default)]
struct Features {
    compatible: Vec<String>,
    read_only_compatible: Vec<String>,
    incompatible: Vec<String>,
}

/// Refuses a store of a newer rcon; writes the file where there is none.
pub(super) fn check(root: &Path) -> Result<()> {
    let path = root.join("format.json");
    let bytes = match std::fs::read(&path) {
        Ok(bytes) => bytes,
        Err(cause) if cause.kind() == std::io::ErrorKind::NotFound => {
            let format = Format { version: VERSION, features: Features::default() };
            let bytes = serde_json::to_vec(&format).what(|| "writing format.json")?;
            return durable::write(&path, &bytes);
        }
        Err(cause) => return Err(cause).what(|| format!("reading {}", path.display())),
    };
    let damaged = || Error::new(Kind::Invalid, format!("{} is damaged", path.display()));
    let format: Format = serde_json::from_slice(&bytes).map_err(|cause| damaged().why(cause))?;
    let newer = |what: String| {
        Err(Error::new(
            Kind::Unsupported,
            format!("the store {} was written by a newer rcon", root.display()),
        )
        .because(what)
        .fix("use that rcon, or another store: export RCON_ROOT=/another/place"))
    };
    if format.version > VERSION {
        return newer(format!("it has version {}, this rcon knows {VERSION}", format.version));
    }
    let unknown = format.features.incompatible.iter().chain(&format.features.read_only_compatible).next();
    match unknown {
        Some(feature) => newer(format!("it needs `{feature}`")),
        None => Ok(()),
    }
}
