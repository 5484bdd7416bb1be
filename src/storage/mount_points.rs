//! The lowest layer of every container: empty files and folders where rcon mounts something, for images
//! that have none. So a start makes no file of the kind, and none of them counts as the container's change.

use super::Store;
use crate::durable::temporary_name;
use crate::error::{Context, Result};
use std::io;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

const FOLDERS: [&str; 5] = ["dev", "etc", "proc", "run", "sys"];
const FILES: [&str; 5] = [".dockerenv", "etc/hostname", "etc/hosts", "etc/resolv.conf", "run/.containerenv"];

impl Store {
    /// The layer's folder, made when it is first asked for.
    pub fn mount_points(&self) -> Result<PathBuf> {
        let folder = self.root().join("mount-points");
        if !folder.is_dir() {
            let draft = self.root().join(temporary_name());
            make(&draft).what(|| format!("making {}", draft.display()))?;
            match std::fs::rename(&draft, &folder) {
                // Another call was quicker.
                Err(_) if folder.is_dir() => std::fs::remove_dir_all(&draft),
                renamed => renamed,
            }
            .what(|| format!("making {}", folder.display()))?;
        }
        Ok(folder)
    }
}

fn make(draft: &Path) -> io::Result<()> {
    let directory = |path: &Path| std::fs::DirBuilder::new().mode(0o755).create(path);
    directory(draft)?;
    FOLDERS.iter().try_for_each(|name| directory(&draft.join(name)))?;
    let empty = |path: &Path| std::fs::OpenOptions::new().write(true).create_new(true).mode(0o644).open(path);
    FILES.iter().try_for_each(|name| empty(&draft.join(name)).map(drop))
}
