//! What a checkout is made to look like, whatever the caller's umask is.

use crate::error::{Context, Result};
use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

/// Removes what belongs to git: `.git` of the repository and of those in it, folders or files.
pub(super) fn forget_git(root: &Path) -> Result<()> {
    walk(root, &mut |path, kind| {
        if path.file_name().is_none_or(|name| name != ".git") {
            return Ok(true);
        }
        match kind.is_dir() {
            true => fs::remove_dir_all(path),
            false => fs::remove_file(path),
        }
        .what(|| format!("removing {}", path.display()))?;
        Ok(false)
    })
}

/// Gives folders 0755 and files 0755 or 0644: the only two that git keeps apart.
pub(super) fn usual_modes(root: &Path) -> Result<()> {
    walk(root, &mut |path, kind| {
        if kind.is_symlink() {
            return Ok(true);
        }
        let what = || format!("changing the mode of {}", path.display());
        let before = fs::symlink_metadata(path).what(what)?.permissions().mode();
        let runs = kind.is_dir() || before & 0o100 != 0;
        let mode = if runs { 0o755 } else { 0o644 };
        if before & 0o7777 != mode {
            fs::set_permissions(path, Permissions::from_mode(mode)).what(what)?;
        }
        Ok(true)
    })
}

/// Visits everything below `root`, no link followed; `visit` says whether to go on below a folder.
fn walk(root: &Path, visit: &mut dyn FnMut(&Path, fs::FileType) -> Result<bool>) -> Result<()> {
    let mut folders: Vec<PathBuf> = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        let what = || format!("reading {}", folder.display());
        for entry in fs::read_dir(&folder).what(what)? {
            let entry = entry.what(what)?;
            let kind = entry.file_type().what(what)?;
            if visit(&entry.path(), kind)? && kind.is_dir() {
                folders.push(entry.path());
            }
        }
    }
    Ok(())
}
