//! Taking the whole store away.

use super::{Store, sweep};
use crate::durable::{Lock, Sharing, temporary_name};
use crate::error::{Context, Error, Result};
use std::ffi::OsStr;
use std::io;
use std::path::PathBuf;

/// What the store consists of, in the order in which it goes: whatever is left by a kill is a store, since
/// each part is made anew where those that need it are gone already.
const PARTS: [&str; 9] =
    ["names", "containers", "build", "images", "layers", "volumes", "networks", "mount-points", "mnt"];
/// Files beside them; without `format.json` a store is written anew.
const FILES: [&str; 4] = ["builders.json", "events.log", "events.log.1", "format.json"];

/// What could not be removed.
#[derive(Debug, Default)]
pub struct Remains {
    /// The first failure at each place.
    pub errors: Vec<Error>,
    /// Where it lies now.
    pub places: Vec<PathBuf>,
}

impl Store {
    /// Removes all that rcon keeps, and nothing else: the root may be a folder with other things in it. This
    /// process must be in U0, and no container may run.
    ///
    /// # Errors
    /// Only of the locks; what cannot be removed is in what comes back.
    pub fn reset(&self) -> Result<Remains> {
        let _images = self.lock_for_removing()?;
        let _names = Lock::take(&self.root().join("locks/names"), Sharing::Exclusive)?;
        let mut remains = Remains::default();
        for part in PARTS {
            self.remove_part(part, &mut remains);
        }
        // Of calls that were killed, and of what was not removed just now.
        if let Err(error) = sweep::sweep(self.root()) {
            remains.errors.push(error);
        }
        remains.places = self.leftovers();
        if remains.errors.is_empty() {
            for file in FILES {
                let _ = std::fs::remove_file(self.root().join(file));
            }
            self.remove_part("locks", &mut remains);
            // Somebody may keep other things here.
            let _ = std::fs::remove_dir(self.root());
        }
        Ok(remains)
    }

    /// Removes a folder: out of sight at once, then each thing in it on its own, since what cannot go keeps no
    /// other.
    fn remove_part(&self, part: &str, remains: &mut Remains) {
        let name = temporary_name();
        let folder = self.root().join(&name);
        match std::fs::rename(self.root().join(part), &folder) {
            Err(cause) if cause.kind() == io::ErrorKind::NotFound => return,
            Err(cause) => {
                remains.errors.extend(Err::<(), _>(cause).what(|| format!("removing {part}")).err());
                return;
            }
            Ok(()) => {}
        }
        let entries = std::fs::read_dir(&folder).into_iter().flatten().flatten();
        for entry in entries.filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir())) {
            remains.errors.extend(sweep::remove_directory(&folder, &entry.file_name()).err());
        }
        remains.errors.extend(sweep::remove_directory(self.root(), OsStr::new(&name)).err());
    }

    fn leftovers(&self) -> Vec<PathBuf> {
        let entries = std::fs::read_dir(self.root()).into_iter().flatten().flatten();
        let paths = entries.map(|entry| entry.path());
        paths
            .filter(|path| path.file_name().is_some_and(|it| it.as_encoded_bytes().starts_with(b".tmp-")))
            .collect()
    }
}
