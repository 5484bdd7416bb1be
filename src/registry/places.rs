//! Where the settings and credentials of registries lie on this host, our own and other tools'.

use crate::error::Result;
use crate::paths::{self, Paths};
use std::ffi::OsString;
use std::path::PathBuf;

/// Folders and variables that decide which files are read. Tests give folders of their own.
#[derive(Debug, Clone)]
pub struct Places {
    /// rcon's own configuration file, for messages that name it.
    pub config: PathBuf,
    /// The home directory.
    pub home: PathBuf,
    /// `$XDG_CONFIG_HOME`, or `~/.config`.
    pub config_home: PathBuf,
    /// `$XDG_CACHE_HOME`, or `~/.cache`.
    pub cache_home: PathBuf,
    /// `$XDG_RUNTIME_DIR`, where it can be used.
    pub runtime_home: Option<PathBuf>,
    /// `/etc`.
    pub etc: PathBuf,
    /// What variables name.
    pub environment: Environment,
}

/// What variables of the environment, or flags in their place, name.
#[derive(Debug, Clone, Default)]
pub struct Environment {
    /// `$DOCKER_CONFIG`, or `--config`: the folder of docker's `config.json`.
    pub docker_config: Option<PathBuf>,
    /// `$REGISTRY_AUTH_FILE`, or `--authfile`: the one file of credentials.
    pub auth_file: Option<PathBuf>,
    /// `$CONTAINERS_REGISTRIES_CONF`: podman's `registries.conf`, in place of the user's and the system's.
    pub registries_conf: Option<PathBuf>,
    /// `$PATH`, in which credential helpers are looked for.
    pub path: Option<OsString>,
}

impl Places {
    /// Reads the environment.
    ///
    /// # Errors
    /// Where nothing says what the home directory is.
    pub fn from_environment(paths: &Paths) -> Result<Self> {
        let home = paths::home()?;
        let file = |name| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
        Ok(Self {
            config: paths.config.clone(),
            config_home: paths::variable("XDG_CONFIG_HOME").unwrap_or_else(|| home.join(".config")),
            cache_home: paths::variable("XDG_CACHE_HOME").unwrap_or_else(|| home.join(".cache")),
            runtime_home: paths::runtime_home(),
            etc: "/etc".into(),
            environment: Environment {
                docker_config: file("DOCKER_CONFIG"),
                auth_file: file("REGISTRY_AUTH_FILE"),
                registries_conf: file("CONTAINERS_REGISTRIES_CONF"),
                path: std::env::var_os("PATH"),
            },
            home,
        })
    }

    /// Everything below one folder, as for a user of whom the environment says nothing.
    #[cfg(test)]
    pub(crate) fn below(folder: &std::path::Path) -> Self {
        let home = folder.join("home");
        Self {
            config: home.join(".config/rcon/config.json"),
            config_home: home.join(".config"),
            cache_home: home.join(".cache"),
            runtime_home: Some(folder.join("run")),
            etc: folder.join("etc"),
            environment: Environment { path: std::env::var_os("PATH"), ..Environment::default() },
            home,
        }
    }

    /// docker's configuration of its command line, which holds credentials as well.
    pub fn docker_config(&self) -> PathBuf {
        let folder = self.environment.docker_config.clone();
        folder.unwrap_or_else(|| self.home.join(".docker")).join("config.json")
    }
}
