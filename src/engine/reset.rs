//! `system reset`: everything of rcon goes.

use super::host::Engine;
use super::remove::{self, Options};
use crate::error::{Error, Kind, Result};

/// Kills all containers, and removes them, images, volumes and what calls left at run time; gives what could
/// not be removed. Configuration and credentials stay. This process must be in U0.
pub fn reset(engine: &Engine) -> Result<Vec<Error>> {
    let mut errors = Vec::new();
    for id in engine.containers.ids()? {
        let options = Options { force: true, volumes: true };
        errors.extend(remove::remove(engine, &id, &id.short(), options).err());
    }
    let remains = engine.store()?.reset()?;
    if remains.places.is_empty() {
        // What kept a container from being removed was no obstacle in the end.
        errors.clear();
        remove_runtime(engine);
    }
    errors.extend(remains.errors);
    let left = remains.places.iter().map(|place| {
        Error::new(
            Kind::Denied,
            format!("{} has files of user ids that are not mapped any more", place.display()),
        )
        .fix(format!("sudo rm -rf {}", place.display()))
    });
    errors.extend(left);
    Ok(errors)
}

/// Sockets and hints: what is left of them harms nobody.
fn remove_runtime(engine: &Engine) {
    let runtime = &engine.paths.runtime;
    for folder in ["containers", "hub", "networks"] {
        let _ = std::fs::remove_dir_all(runtime.join(folder));
    }
    for file in ["outer.json", "outer.lock", "single-id.noted"] {
        let _ = std::fs::remove_file(runtime.join(file));
    }
    for folder in [runtime, &engine.paths.data] {
        let _ = std::fs::remove_dir(folder);
    }
}
