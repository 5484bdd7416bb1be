//! Where everything lives: the XDG base directories of one user.

use crate::error::{Error, Kind, Result};
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};

/// The roots of one user's rcon. All absolute.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Paths {
    /// `$RCON_ROOT`, or `$XDG_DATA_HOME/rcon`, or `~/.local/share/rcon`: what outlives a reboot.
    pub data: PathBuf,
    /// `$RCON_RUNTIME`, or `$XDG_RUNTIME_DIR/rcon`, or `<data>/run`: sockets, which a reboot ends.
    pub runtime: PathBuf,
    /// `$RCON_CONFIG`, or `$XDG_CONFIG_HOME/rcon/config.json`, or `~/.config/rcon/config.json`.
    pub config: PathBuf,
}

impl Paths {
    /// Reads the environment.
    pub fn from_environment() -> Result<Self> {
        let data = match variable("RCON_ROOT") {
            Some(root) => root,
            None => match variable("XDG_DATA_HOME") {
                Some(home) => home.join("rcon"),
                None => home()?.join(".local/share/rcon"),
            },
        };
        let runtime = variable("RCON_RUNTIME")
            .or_else(|| runtime_home().map(|dir| dir.join("rcon")))
            .unwrap_or_else(|| data.join("run"));
        let config = match (variable("RCON_CONFIG"), variable("XDG_CONFIG_HOME")) {
            (Some(file), _) => file,
            (None, Some(home)) => home.join("rcon/config.json"),
            (None, None) => home()?.join(".config/rcon/config.json"),
        };
        Ok(Self { data, runtime, config })
    }
}

/// `$XDG_RUNTIME_DIR`, where it is ours and can be used.
pub fn runtime_home() -> Option<PathBuf> {
    variable("XDG_RUNTIME_DIR").filter(|dir| usable(dir))
}

/// An absolute path from the environment; the XDG specification says to ignore relative ones.
pub fn variable(name: &str) -> Option<PathBuf> {
    std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute())
}

/// A runtime directory that a logout took away, or that is another user's (after su), is as good as none.
fn usable(dir: &Path) -> bool {
    use rustix::fs::{Access, access};
    access(dir, Access::WRITE_OK | Access::EXEC_OK).is_ok() && owned_by_us(dir)
}

fn owned_by_us(dir: &Path) -> bool {
    rustix::fs::stat(dir).is_ok_and(|stat| stat.st_uid == rustix::process::geteuid().as_raw())
}

/// The user's home directory: `$HOME`, or what the user database has.
///
/// # Errors
/// [`Kind::Usage`] where neither says.
pub fn home() -> Result<PathBuf> {
    variable("HOME")
        .or_else(|| {
            nix::unistd::User::from_uid(nix::unistd::Uid::effective()).ok().flatten().map(|user| user.dir)
        })
        .filter(|home| home.is_absolute())
        .ok_or_else(|| {
            Error::new(Kind::Usage, "no home directory: $HOME is not set")
                .fix("export HOME=/path/of/your/home")
        })
}
