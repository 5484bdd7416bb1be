//! Who calls: what a command line means depends on where it is typed.

use crate::error::{Context, Result};
use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// The circumstances of a call, as a value, so that tests can invent them.
#[derive(Debug, Clone, Default)]
pub struct Caller {
    /// The current directory.
    pub directory: PathBuf,
    /// The environment.
    pub variables: Vec<(OsString, OsString)>,
    /// Whether SELinux is on.
    pub selinux: bool,
}

impl Caller {
    /// Looks at this process and its host.
    pub fn current() -> Result<Self> {
        Ok(Self {
            directory: std::env::current_dir().what(|| "finding the current directory")?,
            variables: std::env::vars_os().collect(),
            selinux: Path::new("/sys/fs/selinux/enforce").exists(),
        })
    }

    /// A variable of the caller's; one that is not UTF-8 counts as absent.
    pub fn variable(&self, key: &str) -> Option<String> {
        let (_, value) = self.variables.iter().find(|(name, _)| name == key)?;
        value.to_str().map(str::to_owned)
    }
}
