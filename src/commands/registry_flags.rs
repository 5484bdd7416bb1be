//! The flags of every verb that talks to a registry.

use super::parse::boolean::boolean;
use crate::engine::host::Engine;
use crate::engine::registries::{Registries, Wish};
use crate::error::Result;
use crate::output::Ui;
use std::path::PathBuf;

/// How registries are asked, where that is not as configured.
#[derive(Debug, Clone, Default, clap::Args)]
pub struct RegistryFlags {
    /// Read credentials from this file
    #[arg(long, value_name = "FILE")]
    pub authfile: Option<PathBuf>,
    /// Require HTTPS and a valid certificate, or neither with =false
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true,
          default_missing_value = "true", value_parser = boolean)]
    pub tls_verify: Option<bool>,
}

impl RegistryFlags {
    /// What these flags say of registries.
    pub(super) fn wish(&self) -> Wish {
        Wish { tls_verify: self.tls_verify, authfile: self.authfile.clone(), docker_config: None }
    }

    /// The registries as these flags have them; `config` is docker's folder from before the verb.
    pub(super) fn open(&self, engine: &Engine, config: Option<String>, ui: &mut Ui) -> Result<Registries> {
        let wish = Wish { docker_config: config.map(PathBuf::from), ..self.wish() };
        let registries = Registries::open(&engine.paths, &wish)?;
        registries.warnings().iter().for_each(|warning| ui.talk(warning));
        Ok(registries)
    }
}
